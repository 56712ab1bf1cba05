"""Rules on the splits: what one held-out set can decide, and how often it was asked."""

from pipeline.results import Results
from pipeline.rules.chance import ALPHA
from pipeline.rules.rule import (
    Verdict,
    count,
    decimal,
    limit,
    not_applicable,
    number,
    passed,
    raised,
    rule,
    term,
    text,
)


@rule(
    "SPLIT-01",
    "models",
    subject="Differences between models on one random part",
    title="One random part does not tell the models apart",
    why="Which model comes first on so few samples is chance.",
    action="Do not choose a model by this split; prefer the simplest.",
    references=("mcnemar1947", "holm1979", "shi2010"),
)
def holdout_indistinct(results: Results) -> Verdict:
    """Raise SPLIT-01: a random part held out cannot tell any two models apart."""
    return _indistinct(results, "holdout")


@rule(
    "SPLIT-02",
    "models",
    subject="Differences between models on the independent samples",
    title="The independent samples do not tell the models apart",
    why="Which model comes first on so few samples is chance.",
    action="Do not choose a model by these samples; prefer the simplest.",
    references=("mcnemar1947", "holm1979", "shi2010"),
)
def given_indistinct(results: Results) -> Verdict:
    """Raise SPLIT-02: the independent samples cannot tell any two models apart."""
    return _indistinct(results, "given")


def _indistinct(results: Results, protocol: str) -> Verdict:
    """Ask whether a single split can tell any two models apart."""
    models = [model.key for model in results.models if not model.is_baseline]
    pairs = [
        comparison
        for comparison in results.comparisons
        if comparison.protocol == protocol and {comparison.first, comparison.second} <= set(models)
    ]
    if not pairs:
        return not_applicable("No two models were compared there.")
    closest = min(pairs, key=lambda pair: pair.p_adjusted)
    terms = (
        count("n", f"protocols[{protocol}].n_test"),
        count("n_models", f"count({', '.join(f'models[{key}]' for key in models)})"),
        term("p", f"comparisons[{closest.key}].p_adjusted", "p_value"),
    )
    if closest.p_adjusted < ALPHA:
        bound = limit(ALPHA, "number")
        return passed(
            results,
            "The smallest adjusted p-value between two of {n_models} models is {p}; limit {limit}.",
            *terms,
            bound,
        )
    return raised(
        "warning",
        results,
        "On the {n} held-out samples there is no evidence that any two of {n_models} models "
        "differ: the smallest adjusted p-value is {p}.",
        *terms,
    )


@rule(
    "SPLIT-03",
    "models",
    subject="Configurations scored on the independent samples",
    title="One test set, several models",
    why="The best of several scores on one test set is optimistic.",
    action="Name the primary model before looking, and quote that one, not the best.",
    references=("shi2010",),
)
def repeated_test(results: Results) -> Verdict:
    """Raise SPLIT-03: several models were scored on the same test set."""
    n_scored = count("n_scored", "n_scored_on_test")
    if not results.n_scored_on_test:
        return not_applicable("There is no independent test set.")
    if results.n_scored_on_test < 2:
        return passed(results, "{n_scored} was.", n_scored)
    return raised(
        "note",
        results,
        "{n_scored} combinations of model and preprocessing were scored on the same independent "
        "samples; the headline is that of {primary}, which the study file names as the primary "
        "model.",
        n_scored,
        text("primary", f"models[{results.primary.model}].noun"),
    )


# Our choice: five percentage points are more than one error in twenty samples.
GAP = 0.05


@rule(
    "SPLIT-04",
    "models",
    subject="Cross-validation against the independent samples",
    title="Cross-validation promises more than the test set gives",
    why="The independent samples differ from the training samples in more than chance mixes into "
    "folds: source, handling, patients.",
    action="Quote the independent figure for new samples; look for what differs.",
    references=("shi2010",),
)
def resampling_flatters(results: Results) -> Verdict:
    """Raise SPLIT-04: cross-validation promises more than independent samples give."""
    model = results.primary.model
    inside, outside = results.evaluation("cv", model), results.evaluation("given", model)
    if not inside or not outside:
        return not_applicable("There is no independent test set beside cross-validation.")
    paths = [f"evaluations[{e.key}].accuracy" for e in (inside, outside)]
    terms = (
        text("model", f"models[{model}].noun"),
        decimal("inside", paths[0]),
        decimal("outside", paths[1]),
    )
    template = (
        "{model}: accuracy {inside} in cross-validation over all samples, {outside} on the "
        "independent ones"
    )
    if number(results, f"difference({paths[0]}, {paths[1]})") <= GAP:
        bound = limit(GAP, "points")
        return passed(results, f"{template}; limit {{limit}} points.", *terms, bound)
    return raised("warning", results, f"{template}.", *terms)
