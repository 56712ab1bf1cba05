"""Rules on the design: what is known of where the samples come from."""

from pipeline.results import Results
from pipeline.rules.rule import Verdict, count, passed, raised, rule, words


@rule(
    "DESIGN-01",
    "data",
    subject="Source, batch or tissue of the samples",
    title="Confounding was not checked",
    why="If the classes come from different laboratories, a model may recognise the laboratory; "
    "held-out samples of the same laboratories cannot show it.",
    action="Find out where, when and how each sample was taken before building on the result.",
    references=("collins2024",),
)
def confounding_unchecked(results: Results) -> Verdict:
    """Raise DESIGN-01: nobody has asked whether class and origin of the samples go together."""
    n, names = count("n", "data.n_samples"), results.data.covariates
    if not names:
        return raised(
            "warning",
            results,
            "The data name no source, batch or tissue for any of the {n} samples.",
            n,
        )
    return raised(
        "warning",
        results,
        "The data name {covariates} for the {n} samples; whether it goes with the class was not "
        "examined.",
        n,
        words("covariates", ", ".join(names)),
    )


@rule(
    "DESIGN-02",
    "data",
    subject="Sources that were held out as a whole",
    title="One study",
    why="Samples of one study share its laboratories, its arrays and its time. What holds within "
    "it may not hold elsewhere, and never on another platform without training anew.",
    action="Test on samples of another study before claiming more.",
    references=("collins2024", "shi2010"),
)
def single_study(results: Results) -> Verdict:
    """Raise DESIGN-02: no source was held out as a whole."""
    source = next((p for p in results.protocols if p.key == "source"), None)
    if source and not source.unavailable:
        n = count("n", "protocols[source].n_folds")
        return passed(results, "{n} sources were held out in turn.", n)
    return raised(
        "note",
        results,
        "All {n} samples come from one study, and none of its sources was held out as a whole.",
        count("n", "data.n_samples"),
    )
