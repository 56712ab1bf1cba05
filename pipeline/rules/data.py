"""Rules on the data: which files were read, and what is known of where the samples come from."""

from pipeline.records.base import Finding
from pipeline.rules import build
from pipeline.rules.evidence import Evidence


def embedded_data(evidence: Evidence) -> Finding | None:
    """Raise DATA-01: the embedded copy stands in for the full data."""
    data = evidence.data
    if data.source.kind != "embedded":
        return None
    return build.finding(
        "DATA-01",
        "error",
        "data",
        "Embedded data in use",
        f"The full data were not found, and the embedded copy was used: {{n_samples}} "
        f"{evidence.sample_nouns}, {{n_test}} of them independent, and {{n_genes}} "
        f"{evidence.gene_nouns}.",
        (
            build.count("n_samples", data.n_samples, "data.n_samples"),
            build.count("n_genes", data.n_genes, "data.n_genes"),
            build.count("n_test", data.n_test, "data.n_test"),
        ),
        why="The copy is a part of the study. Its figures are not those of the whole study and "
        "say nothing about an independent test set.",
        action="Give the folder of the full data with --data, or let the program download them; "
        "--strict makes this an error.",
    )


def unpublished_files(evidence: Evidence) -> Finding | None:
    """Raise DATA-02: a file's hash is not the one that the study file names."""
    other = [file.name for file in evidence.data.source.files if file.published is False]
    if not other:
        return None
    return build.finding(
        "DATA-02",
        "warning",
        "data",
        "Files are not the published ones",
        "{n_other} of the files differ from those that the study names: {names}.",
        (build.count("n_other", len(other)), build.text("names", ", ".join(other))),
        why="Figures on changed files cannot be compared with figures on the published ones.",
        action="Compare the hashes in the data chapter, and say what was changed and why.",
    )


def confounding_unchecked(evidence: Evidence) -> Finding | None:
    """Raise DESIGN-01: nobody has asked whether class and origin of the samples go together."""
    data = evidence.data
    template = "The data name no source, batch or tissue for any of the {n} samples."
    if data.covariates:
        template = "The data name {covariates} for the {n} samples; whether it goes with the class "
        template += "was not examined."
    return build.finding(
        "DESIGN-01",
        "warning",
        "data",
        "Confounding was not checked",
        template,
        (
            build.count("n", data.n_samples, "data.n_samples"),
            build.text("covariates", ", ".join(data.covariates)),
        ),
        why="If the classes come from different laboratories, a model may recognise the "
        "laboratory; held-out samples of the same laboratories cannot show it.",
        action="Find out where, when and how each sample was taken before building on the result.",
        references=("collins2024",),
    )
