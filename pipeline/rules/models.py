"""Rules on the models: against the baseline, their fits, and the samples that they get wrong."""

from pipeline.records.models import Evaluation
from pipeline.results import Results
from pipeline.rules.rule import (
    Verdict,
    count,
    decimal,
    limit,
    not_applicable,
    number,
    passed,
    percent,
    raised,
    rule,
    seen,
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

    Gravest where the headline is such a model; of others it is only described.
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
        "error" if results.primary in weak else "seen",
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
    """Describe MODEL-02: class weights changed no prediction."""
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
    return seen(
        results,
        "{protocol}: weighting the classes changed none of the {n} predictions of {names}.",
        text("protocol", f"protocols[{results.primary.protocol}].label"),
        n,
        words("names", " and ".join(results.model(i.base).noun for i in idle)),
    )


# Our choice: a training accuracy ten points above the held-out one is an error in ten samples
# that training does not show.
TRAINING_GAP = 0.10


@rule(
    "MODEL-03",
    "models",
    subject="Errors on the training samples",
    title="Overfitting: training error far below the held-out error",
    why="A model that knows its training samples by heart has learned more of them than of the "
    "classes; its training error says nothing about new samples.",
    action="Never quote the training error; simplify the model, or get more samples.",
    references=("simon2003",),
)
def overfitted(results: Results) -> Verdict:
    """Raise MODEL-03: the training error is far below the held-out error."""
    here = f"evaluations[{results.resubstitution.key}].accuracy"
    terms = (
        text("model", f"models[{results.primary.model}].noun"),
        count("n_errors", "resubstitution.n_errors"),
        count("n", "resubstitution.n"),
        decimal("training", "resubstitution.accuracy"),
        decimal("held_out", here),
    )
    template = (
        "On the {n} samples that it was trained on {model} makes {n_errors} errors: accuracy "
        "{training} there, {held_out} on held-out samples"
    )
    if number(results, f"difference(resubstitution.accuracy, {here})") <= TRAINING_GAP:
        bound = limit(TRAINING_GAP, "points")
        return passed(results, f"{template}; limit {{limit}} points.", *terms, bound)
    return raised("warning", results, f"{template}.", *terms)


# Our choice: one set of twenty drawn at random does as well.
EASY_SHARE = 0.05


@rule(
    "MODEL-04",
    "models",
    subject="What random sets of {genes} reach",
    title="An easy task: random {genes} reach the headline",
    why="How well models do depends more on the question than on the method: where the classes "
    "differ in much of what is measured, nearly any model on nearly any {genes} tells them apart.",
    action="Do not take the accuracy as a sign that these {genes} matter, or that the method would "
    "do as well on a harder question, such as the response to treatment.",
    references=("shi2010",),
)
def easy_task(results: Results) -> Verdict:
    """Describe MODEL-04: sets of genes drawn at random reach the headline too often."""
    primary, baseline = results.primary, results.baseline(results.primary.protocol)
    if baseline is not None and primary.accuracy <= baseline.accuracy:
        return not_applicable("The headline is not above always naming the largest class.")
    path = "comparators.random_genes"
    terms = (
        text("model", f"models[{primary.model}].noun"),
        decimal("accuracy", f"evaluations[{primary.key}].accuracy"),
        count("n_sets", f"{path}.n_sets"),
        count("n_genes", f"{path}.n_genes"),
        percent("share", f"{path}.share_reaching"),
        decimal("median", f"{path}.median"),
        decimal("low", f"{path}.low"),
        decimal("high", f"{path}.high"),
    )
    template = (
        "Of {n_sets} random sets of {n_genes} "
        + results.study.gene_noun_plural
        + ", {share} reach the accuracy of {model}, {accuracy}; their median is {median}, the "
        "middle 95 % of them from {low} to {high}"
    )
    if number(results, f"{path}.share_reaching") < EASY_SHARE:
        bound = limit(EASY_SHARE, "percent")
        return passed(results, f"{template}; limit {{limit}}.", *terms, bound)
    return seen(results, f"{template}.", *terms)


def _beside(results: Results, protocol: str) -> tuple[Evaluation, ...]:
    """The evaluations of one protocol, without the baseline."""
    return results.of_protocol(protocol, baseline=False)


# Golub et al. 1999 (note 24) advise ten genes at least; Guyon et al. 2002 (section 6.4.3) found a
# pair without an error in leave-one-out that made 13 on the 34 test samples of the same study.
FEW_GENES = 10


@rule(
    "MODEL-05",
    "models",
    subject="Genes that models chose",
    title="A model on very few {genes}",
    why="A panel of a few {genes} depends on each of them, and its margins on the training samples "
    "are those of the best of many panels.",
    action="Prefer a model on more {genes}, or test the panel on new samples before naming it.",
    references=("golub1999", "guyon2002"),
)
def few_genes(results: Results) -> Verdict:
    """Raise MODEL-05: inner folds chose a model on very few genes."""
    chosen = [
        (e, f"evaluations[{e.key}].chosen[0]", e.chosen[0].n_genes)
        for e in _beside(results, results.primary.protocol)
        if e.chosen and e.chosen[0].n_genes is not None
    ]
    if not chosen:
        return not_applicable("No model chooses a number of genes.")
    paths = ", ".join(f"{path}.n_genes" for _, path, _ in chosen)
    least = count("least", f"smallest({paths})")
    few = [(e, path) for e, path, n in chosen if n < FEW_GENES]
    if not few:
        bound = limit(FEW_GENES, "count")
        return passed(results, "At least {least}; limit {limit}.", least, bound)
    return raised(
        "note",
        results,
        "Fewer than {limit} were chosen by {names}: {least}.",
        words("names", ", ".join(results.model(e.model).noun for e, _ in few)),
        limit(FEW_GENES, "count"),
        least,
    )
