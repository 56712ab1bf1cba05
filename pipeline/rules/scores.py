"""Rules on scores: thresholds, probabilities, calls that are declined."""

from pipeline.records.models import EXTREME
from pipeline.results import Results
from pipeline.rules.chance import ALPHA
from pipeline.rules.rule import (
    Verdict,
    count,
    decimal,
    limit,
    not_applicable,
    passed,
    percent,
    raised,
    rule,
    term,
    text,
)

# Our choice: at 0.95 nineteen of twenty pairs of samples are in the right order.
GOOD_RANKING = 0.95
FEW_FOR_CALIBRATION = 100


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
    if primary.n_errors < 2 or sum(n > 0 for n in wrong) > 1:
        return passed(results, f"{template}; errors: {{n}}, too few or not of one class.", *terms)
    return raised(
        "note",
        results,
        "The scores of {model} rank the classes with an area under the curve of {auc}, and all "
        "its {n} errors are {label} called otherwise.",
        *terms,
        text("label", f"{here}.per_class[{wrong.index(max(wrong))}].label"),
    )


@rule(
    "SCORE-02",
    "samples",
    subject="Samples to judge probabilities by",
    title="Probabilities cannot be judged",
    why="A probability is only worth its name if it comes true as often as it says.",
    action="Read the probabilities as scores, not as risks.",
    references=("vandengoorbergh2022", "collins2024"),
)
def calibration_unknown(results: Results) -> Verdict:
    """Raise SCORE-02: too few samples to judge probabilities."""
    here = [c for c in results.calibrations if c.protocol == results.primary.protocol]
    if not here:
        return not_applicable("No model's probabilities were compared with what happened.")
    furthest = max(here, key=lambda record: abs(record.mean_predicted - record.observed))
    path = f"calibrations[{furthest.key}]"
    n = count("n", f"{path}.n")
    if furthest.n >= FEW_FOR_CALIBRATION:
        bound = limit(FEW_FOR_CALIBRATION, "count")
        return passed(results, "{n} held-out samples; limit {limit}.", n, bound)
    return raised(
        "note",
        results,
        "{n} held-out samples are too few for a calibration curve; the mean predicted probability "
        "is furthest from what happened for {model}: {predicted} against {observed}.",
        n,
        text("model", f"models[{furthest.model}].noun"),
        percent("predicted", f"{path}.mean_predicted"),
        percent("observed", f"{path}.observed"),
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
    return raised(
        "note",
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
    """Raise SCORE-04: weighting the classes makes the probabilities worse."""
    pairs = [
        (weighted, plain)
        for change in results.improvements
        if change.protocol == results.primary.protocol
        and change.variant.endswith("_balanced")
        and (weighted := results.evaluation(change.protocol, change.variant))
        and (plain := results.evaluation(change.protocol, change.base))
        and weighted.brier is not None
        and plain.brier is not None
    ]
    if not pairs:
        return not_applicable("No weighted model gives probabilities.")
    weighted, plain = max(pairs, key=lambda pair: (pair[0].brier or 0) - (pair[1].brier or 0))
    terms = (
        text("weighted", f"models[{weighted.model}].noun"),
        decimal("worse", f"evaluations[{weighted.key}].brier"),
        text("plain", f"models[{plain.model}].noun"),
        decimal("better", f"evaluations[{plain.key}].brier"),
    )
    template = "Brier score: {weighted} {worse}, {plain} {better}; 0 would be perfect."
    if (weighted.brier or 0) <= (plain.brier or 0):
        return passed(results, template, *terms)
    return raised("note", results, template, *terms)


@rule(
    "SCORE-05",
    "samples",
    subject="Probabilities against what happened",
    title="Badly calibrated probabilities",
    why="These probabilities are further from what happened than they themselves allow for: they "
    "claim too much, or lean to one class.",
    action="Do not read them as risks; calibrate on samples of their own.",
    references=("spiegelhalter1986", "vandengoorbergh2022"),
)
def badly_calibrated(results: Results) -> Verdict:
    """Raise SCORE-05: probabilities are further from what happened than they say."""
    tested = [
        c
        for c in results.calibrations
        if c.protocol == results.primary.protocol and c.p_value is not None
    ]
    if not tested:
        return not_applicable("No probabilities were compared with what happened.")
    worst = min(tested, key=lambda c: c.p_value or 0.0)
    path = f"calibrations[{worst.key}]"
    n = count("n", f"count({', '.join(f'calibrations[{c.key}]' for c in tested)})")
    terms = (
        n,
        text("model", f"models[{worst.model}].noun"),
        term("p", f"{path}.p_value", "p_value"),
        limit(ALPHA, "number"),
    )
    bad = [c for c in tested if (c.p_value or 0.0) < ALPHA]
    if not bad:
        return passed(
            results,
            "Spiegelhalter's test of {n} models: the smallest p-value, of {model}, is {p}; limit "
            "{limit}.",
            *terms,
        )
    return raised(
        "warning" if any(c.model == results.primary.model for c in bad) else "note",
        results,
        "Spiegelhalter's test finds {n_bad} of {n} models badly calibrated; the smallest p-value, "
        "of {model}, is {p}: a mean probability of {predicted}, where {observed} came true.",
        count("n_bad", f"count({', '.join(f'calibrations[{c.key}]' for c in bad)})"),
        *terms,
        percent("predicted", f"{path}.mean_predicted"),
        percent("observed", f"{path}.observed"),
    )


# Our choice: where more than half of the probabilities are all but 0 or 1, they are a verdict.
MOSTLY = 0.5


@rule(
    "SCORE-06",
    "samples",
    subject="Probabilities near 0 and 1",
    title="Probabilities that leave no doubt",
    why="A model that separates its training samples is sure of everything; with so many {genes} "
    "that is a matter of course, not of evidence.",
    action="Read such probabilities as calls.",
    references=("vandengoorbergh2022",),
)
def extreme_probabilities(results: Results) -> Verdict:
    """Raise SCORE-06: most probabilities of a model are all but 0 or 1."""
    here = [c for c in results.calibrations if c.protocol == results.primary.protocol]
    if not here:
        return not_applicable("No model's probabilities were compared with what happened.")
    surest = max(here, key=lambda c: c.n_extreme / c.n)
    path = f"calibrations[{surest.key}]"
    terms = (
        text("model", f"models[{surest.model}].noun"),
        count("n_extreme", f"{path}.n_extreme"),
        count("n", f"{path}.n"),
        limit(EXTREME, "number", "near"),
    )
    template = "{n_extreme} of {n} probabilities of {model} are within {near} of 0 or 1"
    if surest.n_extreme / surest.n <= MOSTLY:
        bound = limit(MOSTLY, "percent")
        return passed(results, f"{template}; limit {{limit}}.", *terms, bound)
    return raised("note", results, f"{template}.", *terms)
