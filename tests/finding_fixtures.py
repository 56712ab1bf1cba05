"""Changes to results, each of which brings one rule up to its limit or keeps it short of it.

Everything here is a plain function, so that each case says what it changes.
"""

from collections.abc import Callable
from typing import Any

from pipeline.records.models import Calibration, Interval
from pipeline.results import Results

Change = Callable[[Results], Results]


def updated(results: Results, **update: Any) -> Results:
    """Change top-level records of the results."""
    return results.model_copy(update=update)


def as_it_is(results: Results) -> Results:
    """Change nothing."""
    return results


def data(**update: Any) -> Change:
    """Change the record of the data."""
    return lambda e: updated(e, data=e.data.model_copy(update=update))


def source(**update: Any) -> Change:
    """Change the record of where the data were found."""
    return lambda e: data(source=e.data.source.model_copy(update=update))(e)


def published(value: bool | None) -> Change:
    """Say of every file whether it is the published one."""
    return lambda e: source(
        files=tuple(f.model_copy(update={"published": value}) for f in e.data.source.files)
    )(e)


def evaluations(*keys: str, **update: Any) -> Change:
    """Change the evaluations of these keys, or all."""

    def change(results: Results) -> Results:
        changed = tuple(
            e.model_copy(update=update) if not keys or e.key in keys else e
            for e in results.evaluations
        )
        return updated(results, evaluations=changed)

    return change


def interval(low: float, high: float, *keys: str) -> Change:
    """Change the interval of an accuracy."""
    return evaluations(*keys, accuracy_interval=Interval(low=low, high=high, method="Wilson"))


def only(*models: str) -> Change:
    """Keep the evaluations of these models."""
    return lambda e: updated(e, evaluations=tuple(x for x in e.evaluations if x.model in models))


def without_protocol(key: str, primary: str) -> Change:
    """Leave out the evaluations of a protocol, and make another the headline."""
    return lambda e: updated(
        e,
        evaluations=tuple(x for x in e.evaluations if x.protocol != key),
        primary_evaluation=primary,
    )


def held_out(n: int, n_of_each_class: int) -> Change:
    """Change the number of held-out samples of the headline."""

    def change(results: Results) -> Results:
        ids = tuple(f"S{i}" for i in range(n))
        protocols = tuple(p.model_copy(update={"sample_ids": ids}) for p in results.protocols)
        per_class = tuple(
            m.model_copy(update={"support": n_of_each_class}) for m in results.primary.per_class
        )
        return updated(evaluations(per_class=per_class)(results), protocols=protocols)

    return change


def p_values(protocol: str, model: str, baseline: str) -> Change:
    """Change the p-values of a protocol: between models, and against the baseline."""

    def p(first: str) -> float:
        return float(baseline if first == "majority" else model)

    return lambda e: updated(
        e,
        comparisons=tuple(
            c.model_copy(update={"p_adjusted": p(c.first)}) if c.protocol == protocol else c
            for c in e.comparisons
        ),
    )


def weighting(n_changed: int) -> Change:
    """Change how many predictions the recommended changes changed."""
    return lambda e: updated(
        e,
        improvements=tuple(i.model_copy(update={"n_changed": n_changed}) for i in e.improvements),
    )


def wrong_in(n_models: int) -> Change:
    """Let that many of the twelve models err on the first held-out sample, and on no other."""

    def change(results: Results) -> Results:
        keys = [e.key for e in results.of_protocol("given", baseline=False)]
        right = evaluations(n_wrong=(0,) * 6)(results)
        return evaluations(*keys[:n_models], n_wrong=(1, 0, 0, 0, 0, 0))(right)

    return change


def pictures(*keys: str) -> Change:
    """Keep some of the embeddings."""
    return lambda e: updated(e, embeddings=tuple(x for x in e.embeddings if x.key in keys))


def permuted(p_value: float | None, *, n: int = 20) -> Change:
    """Change the permutation tests: every model that was tested has this p-value of n + 1."""
    return lambda e: updated(
        e,
        permutations=tuple(
            test.model_copy(
                update={"p_value": p_value, "smallest_p": 1 / (n + 1), "n_permutations": n}
            )
            for test in e.permutations
        ),
    )


def twins(honest: float, leaky: float, *permuted_accuracies: float) -> Change:
    """Change the accuracies of the leaky twin, on the labels and on one permutation of them."""

    def change(results: Results) -> Results:
        assert results.leaky_twin is not None
        update = {
            "honest_accuracy": honest,
            "leaky_accuracy": leaky,
            "honest_permuted": permuted_accuracies[:1],
            "leaky_permuted": permuted_accuracies[1:],
        }
        return updated(results, leaky_twin=results.leaky_twin.model_copy(update=update))

    return change


def accuracies(inside: float, outside: float) -> Change:
    """Change the SVM's accuracies in cross-validation and on the independent samples."""

    def change(results: Results) -> Results:
        return evaluations("given/svm", accuracy=outside)(
            evaluations("cv/svm", accuracy=inside)(results)
        )

    return change


def ranked(auc: float | None, *confusion: tuple[int, int, int]) -> Change:
    """Change the area and the errors of the headline."""
    n_errors = sum(sum(row) - row[k] for k, row in enumerate(confusion))
    return evaluations("given/svm", roc_auc=auc, confusion=confusion, n_errors=n_errors)


def called(n_called: int) -> Change:
    """Change how many of six samples are called."""
    return lambda e: updated(
        e,
        abstentions=tuple(
            a.model_copy(update={"n_called": n_called, "n_samples": 6}) for a in e.abstentions
        ),
    )


def probabilities(n: int, protocol: str = "given") -> Change:
    """Judge the probabilities of logistic regression on n samples."""
    record = Calibration(
        key=f"{protocol}/logistic",
        protocol=protocol,
        model="logistic",
        n=n,
        mean_predicted=0.5,
        observed=0.4,
        n_extreme=0,
        bins=(),
        no_curve=None,
    )
    return lambda e: updated(e, calibrations=(record,))


def prevalence(*n_test: int) -> Change:
    """Change how the test samples are spread over the classes."""

    def change(results: Results) -> Results:
        classes = tuple(
            c.model_copy(update={"n_test": n})
            for c, n in zip(results.data.classes, n_test, strict=True)
        )
        return data(classes=classes)(results)

    return change


def stable(stability: float | None) -> Change:
    """Change the stability of the gene list over bootstraps."""

    def change(results: Results) -> Results:
        record = results.genes.stability
        lists = tuple(x.model_copy(update={"stability": stability}) for x in record.lists)
        return genes(lists=lists)(results)

    return change


def without_bootstraps(results: Results) -> Results:
    """Leave the folds only."""
    lists = tuple(x for x in results.genes.stability.lists if x.resampling == "folds")
    return genes(n_bootstraps=0, lists=lists)(results)


def genes(**update: Any) -> Change:
    """Change the record of the stability of the gene list."""

    def change(results: Results) -> Results:
        record = results.genes.stability.model_copy(update=update)
        return updated(results, genes=results.genes.model_copy(update={"stability": record}))

    return change
