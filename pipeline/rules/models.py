"""Rules on the models: against the baseline, their fits, and the samples that they get wrong."""

from pipeline.records.base import Finding
from pipeline.records.models import Evaluation
from pipeline.rules import build
from pipeline.rules.evidence import Evidence


def no_better_than_baseline(evidence: Evidence) -> Finding | None:
    """Raise BASE-01: a model's interval reaches down to the majority rate.

    Gravest where the headline is such a model; elsewhere it is a note.
    """
    weak = []
    for evaluation in evidence.evaluations:
        baseline = evidence.baseline(evaluation.protocol)
        if (
            baseline
            and not evidence.model(evaluation.model).is_baseline
            and evaluation.accuracy_interval.low <= baseline.accuracy
        ):
            weak.append(evaluation)
    if not weak:
        return None
    names = "; ".join(
        f"{evidence.protocol(key).label} ({_model_names(evidence, key, weak)})"
        for key in dict.fromkeys(evaluation.protocol for evaluation in weak)
    )
    return build.finding(
        "BASE-01",
        "error" if evidence.primary in weak else "note",
        "models",
        "Not shown to be better than the majority class",
        "Evaluations in which the interval of the accuracy reaches down to that of always naming "
        "the largest class: {n}, namely {names}.",
        (build.count("n", len(weak)), build.text("names", names)),
        why="Where a constant answer is within the interval, the held-out samples do not show that "
        "the expression values say anything about the class.",
        action="Do not report these accuracies without the baseline beside them.",
        references=("collins2024",),
    )


def not_converged(evidence: Evidence) -> Finding | None:
    """Raise MODEL-01: a solver stopped before its optimum."""
    stopped = [evaluation for evaluation in evidence.evaluations if evaluation.n_not_converged]
    if not stopped:
        return None
    names = ", ".join(
        dict.fromkeys(evidence.model(evaluation.model).noun for evaluation in stopped)
    )
    return build.finding(
        "MODEL-01",
        "warning",
        "models",
        "Solver stopped early",
        "Fits in which the solver stopped before it converged: {n}, of {names}.",
        (
            build.count("n", sum(evaluation.n_not_converged for evaluation in stopped)),
            build.text("names", names),
        ),
        why="The predictions are those of an unfinished fit and may change with the machine.",
        action="Rescale the data, or strengthen the penalty (a smaller evaluate.penalty_c).",
    )


def weighting_without_effect(evidence: Evidence) -> Finding | None:
    """Raise MODEL-02: class weights changed no prediction."""
    idle = [
        improvement
        for improvement in evidence.improvements
        if improvement.variant.endswith("_balanced")
        and not improvement.n_changed
        and improvement.protocol == evidence.primary.protocol
    ]
    if not idle:
        return None
    return build.finding(
        "MODEL-02",
        "note",
        "improvements",
        "Class weighting changed no prediction",
        "{protocol}: weighting the classes changed none of the {n} predictions of {names}.",
        (
            build.count("n", idle[0].n_predictions, f"improvements[{idle[0].key}].n_predictions"),
            build.text("names", " and ".join(evidence.model(i.base).noun for i in idle)),
            build.text("protocol", evidence.protocol(evidence.primary.protocol).label),
        ),
        why="Where the training samples can be separated without error, weights have little to "
        "trade between the classes; they may still shift probabilities.",
        action="Do not report weighting as an improvement here.",
        references=("vandengoorbergh2022",),
    )


# Our choice: a sample that one model in five gets right, by luck or by another view of the genes,
# is still hard.
HARD_SHARE = 0.8


def hard_samples(evidence: Evidence) -> Finding | None:
    """Raise SAMPLE-01: samples that nearly every model gets wrong."""
    evaluations = evidence.of_protocol(evidence.primary.protocol)
    protocol = evidence.protocol(evidence.primary.protocol)
    if not evaluations:
        return None
    wrong = [sum(counts) for counts in zip(*(e.n_wrong for e in evaluations), strict=True)]
    limit = HARD_SHARE * len(evaluations) * protocol.n_repeats
    hard = [sample for sample, n in zip(protocol.sample_ids, wrong, strict=True) if n >= limit]
    if not hard:
        return None
    return build.finding(
        "SAMPLE-01",
        "note",
        "models",
        "Samples that most models get wrong",
        "At least {share} of all predictions were wrong for {n} of the held-out samples: {names}.",
        (
            build.value("share", HARD_SHARE, "percent"),
            build.count("n", len(hard)),
            build.text("names", ", ".join(hard)),
        ),
        why="Such a sample may be mislabelled, mixed, or badly measured, or of a kind that the "
        "training samples lack.",
        action="Look at the sample and its record. Do not delete it to improve the score.",
        references=("dudoit2002",),
    )


def _model_names(evidence: Evidence, protocol: str, chosen: list[Evaluation]) -> str:
    """Name the chosen models of one protocol, or say that all are chosen."""
    of_protocol = [evaluation for evaluation in chosen if evaluation.protocol == protocol]
    if len(of_protocol) == len(evidence.of_protocol(protocol)):
        return "every model"
    return ", ".join(evidence.model(evaluation.model).noun for evaluation in of_protocol)
