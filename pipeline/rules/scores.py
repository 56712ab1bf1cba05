"""Rules on scores: thresholds, probabilities, calls that are declined."""

from pipeline.results import Results
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
    template = "{model}: area under the curve {auc}"
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
