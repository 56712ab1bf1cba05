"""Rules on the files: which were read, and whether they are the published ones."""

from pipeline.results import Results
from pipeline.rules.rule import (
    Verdict,
    checked,
    count,
    not_applicable,
    passed,
    raised,
    rule,
    text,
    words,
)


@rule(
    "DATA-01",
    "data",
    subject="Where the data were found",
    title="Embedded data in use",
    why="The copy is a part of the study. Its figures are not those of the whole study and say "
    "nothing about an independent test set.",
    action="Give the folder of the full data with --data, or let the program download them; "
    "--strict makes this an error.",
)
def embedded_data(results: Results) -> Verdict:
    """Raise DATA-01: the embedded copy stands in for the full data."""
    if results.data.source.kind != "embedded":
        where = text("where", "data.source.label")
        return passed(results, "The full data: {where}.", where)
    return raised(
        "error",
        results,
        "The full data were not found, and the embedded copy was used: {n_samples} "
        f"{results.study.sample_noun_plural}, {{n_test}} of them independent, and {{n_genes}} "
        f"{results.study.gene_noun_plural}.",
        count("n_samples", "data.n_samples"),
        count("n_genes", "data.n_genes"),
        count("n_test", "data.n_test"),
    )


@rule(
    "DATA-02",
    "data",
    subject="Hashes of the files",
    title="Files are not the published ones",
    why="Figures on changed files cannot be compared with figures on the published ones.",
    action="Compare the hashes in the data chapter, and say what was changed and why.",
)
def unpublished_files(results: Results) -> Verdict:
    """Raise DATA-02: a file's hash is not the one that the study file names."""
    files = results.data.source.files
    known = [file for file in files if file.published is not None]
    if not known:
        return not_applicable("The study names no hashes.")
    other = [i for i, file in enumerate(files) if file.published is False]
    n_files = count("n", "count(data.source.files)")
    if not other:
        return passed(results, "All files with a known hash have it; {n} files in all.", n_files)
    paths = ", ".join(f"data.source.files[{i}]" for i in other)
    return raised(
        "warning",
        results,
        "{n_other} of {n} files differ from those that the study names: {names}.",
        count("n_other", f"count({paths})"),
        n_files,
        words("names", ", ".join(files[i].name for i in other)),
    )


@rule(
    "DATA-03",
    "audit",
    subject="{genes} of the training and of the test file",
    title="Training and test files have other {genes}",
    why="{genes} of one file only are left out; where many are, the files are of different arrays "
    "or annotations.",
    action="Find out why the files differ, and which of them the published results used.",
    references=("leek2010",),
)
def gene_sets(results: Results) -> Verdict:
    """Raise DATA-03: the two files do not hold the same genes."""
    return checked(results, "gene_sets", "warning")
