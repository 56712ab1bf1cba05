"""Rules on scores: thresholds, probabilities, calls that are declined."""

from pipeline.results import Results
from pipeline.rules.rule import (
    Verdict,
    count,
    decimal,
    limit,
    not_applicable,
    passed,
    raised,
    rule,
    seen,
    term,
    text,
)

# Our choice: at 0.95 nineteen of twenty pairs of samples are in the right order.
GOOD_RANKING = 0.95
# Our choice: of two equal classes, five random errors are all of a given one in 1 of 32 cases.
FEWEST_ONE_SIDED = 5


@rule(
    "SCORE-01",
    "models",
    subject="Ranking by score against the threshold",
    title="Good ranking, misplaced threshold",
    why="The held-out samples are shifted against the training samples: another threshold would "
    "do better, but it can only be known afterwards.",
    action="Look for a difference in source or handling. Do not move the threshold by these "
    "samples.",
    references=("collins2024",),
)
def threshold_misplaced(results: Results) -> Verdict:
    """Raise SCORE-01: the ranking is good, and all errors are of one class."""
    primary = results.primary
    if primary.roc_auc is None:
        return not_applicable("The area under the ROC curve is undefined for the headline.")
    here = f"evaluations[{primary.key}]"
    terms = (
        text("model", f"models[{primary.model}].noun"),
        decimal("auc", f"{here}.roc_auc"),
        count("n", f"{here}.n_errors"),
    )
    template = "Area under the curve of {model}: {auc}"
    if primary.roc_auc < GOOD_RANKING:
        bound = limit(GOOD_RANKING, "number")
        return passed(results, f"{template}, below {{limit}}.", *terms, bound)
    wrong = [sum(row) - row[k] for k, row in enumerate(primary.confusion)]
    repeats = results.protocol(primary.protocol).n_repeats
    if primary.n_errors < FEWEST_ONE_SIDED * repeats or sum(n > 0 for n in wrong) > 1:
        said = f"{template}; errors: {{n}}, fewer than {{limit}} or not of one class."
        if repeats > 1:
            said = f"{template}; errors: {{n}}, fewer than {{limit}} a repeat or not of one class."
        return passed(results, said, *terms, limit(FEWEST_ONE_SIDED, "count"))
    return raised(
        "note",
        results,
        "The scores of {model} rank the classes with an area under the curve of {auc}, and all "
        "its {n} errors are {label} called otherwise.",
        *terms,
        text("label", f"{here}.per_class[{wrong.index(max(wrong))}].label"),
    )


@rule(
    "SCORE-03",
    "samples",
    subject="Calls that a model may decline",
    title="Calls that are declined",
    why="Samples that are not called are the hard ones; an accuracy without them looks better "
    "than the same model on all.",
    action="Quote coverage, accuracy among the called and forced accuracy together.",
    references=("golub1999",),
)
def declined_calls(results: Results) -> Verdict:
    """Raise SCORE-03: an accuracy among called samples is not that of all."""
    records = results.abstentions
    record = next((r for r in records if r.protocol == results.primary.protocol), None)
    record = record or next(iter(records), None)
    if record is None:
        return not_applicable("No model declines to call.")
    path = f"abstentions[{record.key}]"
    terms = (
        text("protocol", f"protocols[{record.protocol}].label"),
        text("model", f"models[{record.model}].noun"),
        count("n_called", f"{path}.n_called"),
        count("n", f"{path}.n_samples"),
        count("n_right", f"{path}.n_called_right"),
        count("n_forced", f"{path}.n_forced_right"),
    )
    template = "{protocol}: {model} calls {n_called} of {n} samples"
    if record.n_called == record.n_samples:
        return passed(results, f"{template}.", *terms)
    return seen(
        results,
        f"{template} and is right on {{n_right}} of them; made to call all, it is right on "
        "{n_forced}.",
        *terms,
    )


@rule(
    "SCORE-04",
    "improvements",
    subject="Probabilities of weighted models",
    title="Class weights spoil the probabilities",
    why="Weights move the probabilities towards the rarer class by as much as they pretend that it "
    "is more common.",
    action="Leave the weights out and move the threshold instead, or calibrate anew.",
    references=("vandengoorbergh2022",),
)
def weighted_probabilities(results: Results) -> Verdict:
    """Raise SCORE-04: at the same penalty weighting the classes makes the probabilities worse.

    Both must be worse, the Brier score and the distance of the mean probability from the share of
    the class: one of them alone may be chance, or a prevalence that differs in training.
    """
    record = results.weighting
    if record is None:
        return not_applicable("No weighted model of two classes gives probabilities.")
    here = f"weighting.penalties[{record.chosen}]"
    at = record.penalties[record.chosen]
    worse = at.brier_weighted > at.brier
    farther = abs(at.mean_weighted - record.observed) > abs(at.mean - record.observed)
    return raised(
        "note" if worse and farther else "passed",
        results,
        "At equal penalty (C = {penalty}) weighting the classes changes the Brier score of "
        "logistic regression from {plain} to {weighted}, and the mean probability of {label} from "
        "{mean} to {mean_weighted}, where {observed} of the held-out samples are of that class.",
        term("penalty", f"{here}.penalty_c", "number"),
        decimal("plain", f"{here}.brier"),
        decimal("weighted", f"{here}.brier_weighted"),
        text("label", "data.positive_class"),
        decimal("mean", f"{here}.mean"),
        decimal("mean_weighted", f"{here}.mean_weighted"),
        decimal("observed", "weighting.observed"),
    )
