"""Rules on scores: thresholds, probabilities, calls that are declined."""

from pipeline.records.base import Finding
from pipeline.rules import build
from pipeline.rules.evidence import Evidence

# Our choice: at 0.95 nineteen of twenty pairs of samples are in the right order.
GOOD_RANKING = 0.95
FEW_FOR_CALIBRATION = 100


def threshold_misplaced(evidence: Evidence) -> Finding | None:
    """Raise SCORE-01: the ranking is good, and all errors are of one class."""
    primary = evidence.primary
    if primary.roc_auc is None or primary.roc_auc < GOOD_RANKING or primary.n_errors < 2:
        return None
    wrong = [sum(row) - row[k] for k, row in enumerate(primary.confusion)]
    if sum(n > 0 for n in wrong) != 1:
        return None
    label = primary.per_class[wrong.index(max(wrong))].label
    path = f"evaluations[{primary.key}]"
    return build.finding(
        "SCORE-01",
        "note",
        "models",
        "Good ranking, misplaced threshold",
        "The scores of {model} rank the classes with an area under the curve of {auc}, and all "
        "its {n} errors are {label} called otherwise.",
        (
            build.text("model", evidence.model(primary.model).noun),
            build.decimal("auc", primary.roc_auc, f"{path}.roc_auc"),
            build.count("n", primary.n_errors, f"{path}.n_errors"),
            build.text("label", label),
        ),
        why="The held-out samples are shifted against the training samples: another threshold "
        "would do better, but it can only be known afterwards.",
        action="Look for a difference in source or handling. Do not move the threshold by these "
        "samples.",
        references=("collins2024",),
    )


def calibration_unknown(evidence: Evidence) -> Finding | None:
    """Raise SCORE-02: too few samples to judge probabilities."""
    here = [c for c in evidence.calibrations if c.protocol == evidence.primary.protocol]
    if not here or here[0].n >= FEW_FOR_CALIBRATION:
        return None
    furthest = max(here, key=lambda record: abs(record.mean_predicted - record.observed))
    path = f"calibrations[{furthest.key}]"
    return build.finding(
        "SCORE-02",
        "note",
        "samples",
        "Probabilities cannot be judged",
        "{n} held-out samples are too few for a calibration curve; the mean predicted probability "
        "is furthest from what happened for {model}: {predicted} against {observed}.",
        (
            build.count("n", furthest.n, f"{path}.n"),
            build.text("model", evidence.model(furthest.model).noun),
            build.value("predicted", furthest.mean_predicted, "percent", f"{path}.mean_predicted"),
            build.value("observed", furthest.observed, "percent", f"{path}.observed"),
        ),
        why="A probability is only worth its name if it comes true as often as it says.",
        action="Read the probabilities as scores, not as risks.",
        references=("vandengoorbergh2022", "collins2024"),
    )


def declined_calls(evidence: Evidence) -> Finding | None:
    """Raise SCORE-03: an accuracy among called samples is not that of all."""
    records = evidence.abstentions
    record = next((r for r in records if r.protocol == evidence.primary.protocol), None)
    record = record or next(iter(records), None)
    if record is None or record.n_called == record.n_samples:
        return None
    path = f"abstentions[{record.key}]"
    return build.finding(
        "SCORE-03",
        "note",
        "samples",
        "Calls that are declined",
        "{protocol}: {model} calls {n_called} of {n} samples and is right on {n_right} of them; "
        "made to call all, it is right on {n_forced}.",
        (
            build.text("protocol", evidence.protocol(record.protocol).label),
            build.text("model", evidence.model(record.model).noun),
            build.count("n_called", record.n_called, f"{path}.n_called"),
            build.count("n", record.n_samples, f"{path}.n_samples"),
            build.count("n_right", record.n_called_right, f"{path}.n_called_right"),
            build.count("n_forced", record.n_forced_right, f"{path}.n_forced_right"),
        ),
        why="Samples that are not called are the hard ones; an accuracy without them looks better "
        "than the same model on all.",
        action="Quote coverage, accuracy among the called and forced accuracy together.",
        references=("golub1999",),
    )
