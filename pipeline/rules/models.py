"""Rules on the models: against the baseline, their fits, and the samples that they get wrong."""

from pipeline.records.models import Evaluation
from pipeline.results import Results
from pipeline.rules.rule import (
    Verdict,
    count,
    limit,
    not_applicable,
    passed,
    raised,
    rule,
    text,
    words,
)


@rule(
    "BASE-01",
    "models",
    subject="Models against the majority rate",
    title="Not shown to be better than the majority class",
    why="Where a constant answer is within the interval, the held-out samples do not show that "
    "the expression values say anything about the class.",
    action="Do not report these accuracies without the baseline beside them.",
    references=("collins2024",),
)
def no_better_than_baseline(results: Results) -> Verdict:
    """Raise BASE-01: a model's interval reaches down to the majority rate.

    Gravest where the headline is such a model; elsewhere it is a note.
    """
    baselines = {p.key: results.baseline(p.key) for p in results.ran}
    judged = [
        (e, baseline)
        for e in results.evaluations
        if (baseline := baselines.get(e.protocol)) and not results.model(e.model).is_baseline
    ]
    if not judged:
        return not_applicable("The study has no baseline.")
    n_judged = count("n_judged", _number_of([e for e, _ in judged]))
    weak = [e for e, baseline in judged if e.accuracy_interval.low <= baseline.accuracy]
    if not weak:
        return passed(
            results, "In none of {n_judged} evaluations does the interval reach it.", n_judged
        )
    names = "; ".join(
        f"{results.protocol(key).label} ({_model_names(results, key, weak)})"
        for key in dict.fromkeys(evaluation.protocol for evaluation in weak)
    )
    return raised(
        "error" if results.primary in weak else "note",
        results,
        "In {n} of {n_judged} evaluations the interval of the accuracy reaches down to that of "
        "always naming the largest class: {names}.",
        count("n", _number_of(weak)),
        n_judged,
        words("names", names),
    )


def _number_of(evaluations: list[Evaluation]) -> str:
    """The path of the number of some evaluations."""
    return f"count({', '.join(f'evaluations[{e.key}]' for e in evaluations)})"


def _model_names(results: Results, protocol: str, chosen: list[Evaluation]) -> str:
    """Name the chosen models of one protocol, or say that all are chosen."""
    of_protocol = [evaluation for evaluation in chosen if evaluation.protocol == protocol]
    if len(of_protocol) == len(results.of_protocol(protocol, baseline=False)):
        return "every model"
    return ", ".join(results.model(evaluation.model).noun for evaluation in of_protocol)


@rule(
    "MODEL-01",
    "models",
    subject="Convergence of the fits",
    title="Solver stopped early",
    why="The predictions are those of an unfinished fit and may change with the machine.",
    action="Rescale the data, or strengthen the penalty (a smaller evaluate.penalty_c).",
    references=("pedregosa2011",),
)
def not_converged(results: Results) -> Verdict:
    """Raise MODEL-01: a solver stopped before its optimum."""
    stopped = [e for e in results.evaluations if e.n_not_converged]
    if not stopped:
        n = count("n", _number_of(list(results.evaluations)))
        return passed(results, "Every fit of {n} evaluations converged.", n)
    names = ", ".join(dict.fromkeys(results.model(e.model).noun for e in stopped))
    paths = ", ".join(f"evaluations[{e.key}].n_not_converged" for e in stopped)
    return raised(
        "warning",
        results,
        "Fits in which the solver stopped before it converged: {n}, of {names}.",
        count("n", f"sum({paths})"),
        words("names", names),
    )


@rule(
    "MODEL-02",
    "improvements",
    subject="Predictions that class weights changed",
    title="Class weighting changed no prediction",
    why="Where the training samples can be separated without error, weights have little to trade "
    "between the classes; they may still shift probabilities.",
    action="Do not report weighting as an improvement here.",
    references=("vandengoorbergh2022",),
)
def weighting_without_effect(results: Results) -> Verdict:
    """Raise MODEL-02: class weights changed no prediction."""
    weighted = [
        improvement
        for improvement in results.improvements
        if improvement.variant.endswith("_balanced")
        and improvement.protocol == results.primary.protocol
    ]
    if not weighted:
        return not_applicable("No weighted model stands beside its original.")
    n = count("n", f"improvements[{weighted[0].key}].n_predictions")
    idle = [improvement for improvement in weighted if not improvement.n_changed]
    if not idle:
        paths = ", ".join(f"improvements[{i.key}].n_changed" for i in weighted)
        fewest = count("fewest", f"smallest({paths})")
        return passed(results, "At least {fewest} of {n} predictions changed.", fewest, n)
    return raised(
        "note",
        results,
        "{protocol}: weighting the classes changed none of the {n} predictions of {names}.",
        text("protocol", f"protocols[{results.primary.protocol}].label"),
        n,
        words("names", " and ".join(results.model(i.base).noun for i in idle)),
    )


# Our choice: a sample that one model in five gets right, by luck or by another view of the genes,
# is still hard.
HARD_SHARE = 0.8


@rule(
    "SAMPLE-01",
    "samples",
    subject="Samples that models get wrong",
    title="Samples that most models get wrong",
    why="Such a sample may be mislabelled, mixed, or badly measured, or of a kind that the "
    "training samples lack.",
    action="Look at the sample and its record. Do not delete it to improve the score.",
    references=("dudoit2002",),
)
def hard_samples(results: Results) -> Verdict:
    """Raise SAMPLE-01: samples that nearly every model gets wrong."""
    evaluations = results.of_protocol(results.primary.protocol, baseline=False)
    protocol = results.protocol(results.primary.protocol)
    if not evaluations:
        return not_applicable("There is no model beside the baseline.")
    wrong = [sum(counts) for counts in zip(*(e.n_wrong for e in evaluations), strict=True)]
    least = HARD_SHARE * len(evaluations) * protocol.n_repeats
    hard = [i for i, n in enumerate(wrong) if n >= least]
    n_held_out = count("n_held_out", f"count(protocols[{protocol.key}].sample_ids)")
    share = limit(HARD_SHARE, "percent", "share")
    if not hard:
        return passed(
            results,
            "For none of {n_held_out} held-out samples were {share} of all predictions wrong.",
            n_held_out,
            share,
        )
    places = ", ".join(f"protocols[{protocol.key}].sample_ids[{i}]" for i in hard)
    return raised(
        "note",
        results,
        "At least {share} of all predictions were wrong for {n} of {n_held_out} held-out samples: "
        "{names}.",
        share,
        count("n", f"count({places})"),
        n_held_out,
        words("names", ", ".join(protocol.sample_ids[i] for i in hard)),
    )
