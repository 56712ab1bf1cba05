"""Step 4: models against each other on the same held-out samples."""

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from pipeline import significance
from pipeline.classifiers import ENTRIES, IMPROVEMENTS
from pipeline.dataset import Dataset
from pipeline.intervals import ON_EFFECTIVE, effective_share, nominal, resampled_variance
from pipeline.paired import difference_variance, least_disagreements, tango
from pipeline.protocols import Plan
from pipeline.records.models import (
    Comparison,
    Evaluation,
    Improvement,
    Interval,
    Power,
    Protocol,
    Test,
)


def compare(
    evaluations: tuple[Evaluation, ...],
    plans: tuple[Plan, ...],
    dataset: Dataset,
    *,
    primary: str | None = None,
) -> tuple[Comparison, ...]:
    """Compare every two models on the same held-out samples.

    Parameters
    ----------
    evaluations : tuple of Evaluation
        What `evaluate` gave.
    plans : tuple of Plan
        The protocols and their folds.
    dataset : Dataset
        For the true classes.
    primary : str or None, default=None
        The headline's model, whose pairs are adjusted among themselves too.

    Returns
    -------
    tuple of Comparison
        One for each pair of models of each protocol that ran.
    """
    y = np.searchsorted(dataset.classes, dataset.y)
    row = {sample: i for i, sample in enumerate(dataset.sample_ids)}
    compared: list[Comparison] = []
    for plan in plans:
        if plan.folds:
            rows = np.array([row[sample] for sample in plan.protocol.sample_ids])
            scored = [e for e in evaluations if e.protocol == plan.protocol.key]
            right = {e.model: np.array(e.predicted) == y[rows] for e in scored}
            pairs = [_two(a, b, right, plan, rows) for a, b in combinations(scored, 2)]
            compared += _adjusted(pairs, primary)
    return tuple(compared)


def improvements(
    evaluations: tuple[Evaluation, ...], comparisons: tuple[Comparison, ...]
) -> tuple[Improvement, ...]:
    """Set each recommended change beside the model that it changes.

    Parameters
    ----------
    evaluations : tuple of Evaluation
        What `evaluate` gave.
    comparisons : tuple of Comparison
        What `compare` gave.

    Returns
    -------
    tuple of Improvement
        In the order of protocols.
    """
    by_key = {evaluation.key: evaluation for evaluation in evaluations}
    tested = {(pair.protocol, frozenset((pair.first, pair.second))): pair for pair in comparisons}
    records = []
    for protocol in dict.fromkeys(evaluation.protocol for evaluation in evaluations):
        for label, base_key, variant_key in IMPROVEMENTS:
            base = by_key.get(f"{protocol}/{base_key}")
            variant = by_key.get(f"{protocol}/{variant_key}")
            if base and variant:
                pair = tested.get((protocol, frozenset((base_key, variant_key))))
                records.append(
                    Improvement(
                        key=f"{protocol}/{base_key}/{variant_key}",
                        label=label,
                        protocol=protocol,
                        base=base_key,
                        variant=variant_key,
                        n_changed=_n_changed(base, variant),
                        n_predictions=base.n_predictions,
                        base_accuracy=base.accuracy,
                        variant_accuracy=variant.accuracy,
                        p_value=pair.p_value if pair else None,
                        test=pair.test if pair else None,
                    )
                )
    return tuple(records)


def _two(
    first: Evaluation,
    second: Evaluation,
    right: dict[str, NDArray[np.bool_]],
    plan: Plan,
    rows: NDArray[np.intp],
) -> Comparison:
    """Compare two models; `right` has a row for each repeat."""
    a, b = right[first.model], right[second.model]
    only_first, only_second = int((a & ~b).sum()), int((b & ~a).sum())
    protocol, worth = plan.protocol, 1.0
    test: Test = "nominal exact McNemar test" if protocol.nominal else "exact McNemar test"
    if protocol.resampled:
        differences = _fold_differences(a, b, plan, rows)
        test, p_value = _resampled_test(a, b, differences, plan)
        n_repeats = protocol.n_repeats
        expected = difference_variance(only_first, only_second, a.size) * n_repeats
        worth = effective_share(
            differences, variance=expected, n_train=protocol.n_train, n_test=protocol.n_test
        )
        worth /= n_repeats
    else:
        p_value = significance.mcnemar_exact(only_first, only_second)
    interval = tango(only_first * worth, only_second * worth, a.size * worth)
    named = _named(interval, plan)
    return Comparison(
        key=f"{first.key}/{second.model}",
        protocol=first.protocol,
        first=first.model,
        second=second.model,
        n_only_first_right=only_first,
        n_only_second_right=only_second,
        n_changed=_n_changed(first, second),
        difference=first.accuracy - second.accuracy,
        test=test,
        p_value=p_value,
        p_adjusted=p_value,
        interval=named,
        margin=max(abs(named.low), abs(named.high)),
    )


def _named(interval: Interval, plan: Plan) -> Interval:
    """Say what the interval of a protocol takes the samples for."""
    if plan.protocol.nominal:
        return nominal(interval)
    if plan.protocol.resampled:
        return interval.model_copy(update={"method": f"{interval.method} {ON_EFFECTIVE}"})
    return interval


def _fold_differences(
    a: NDArray[np.bool_], b: NDArray[np.bool_], plan: Plan, rows: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Accuracy of the first less that of the second in each fold."""
    at = {int(row): i for i, row in enumerate(rows)}
    differences = []
    for fold in plan.folds:
        columns = [at[int(row)] for row in fold.test]
        ours, theirs = a[fold.repeat, columns], b[fold.repeat, columns]
        differences.append(float(ours.mean() - theirs.mean()))
    return np.array(differences)


def _resampled_test(
    a: NDArray[np.bool_], b: NDArray[np.bool_], differences: NDArray[np.float64], plan: Plan
) -> tuple[Test, float]:
    """Test by the folds; by the samples, where all folds show one difference other than 0."""
    variance = resampled_variance(
        differences, n_train=plan.protocol.n_train, n_test=plan.protocol.n_test
    )
    if variance is None and differences.mean() != 0:
        more, less = a.sum(axis=0), b.sum(axis=0)
        p_value = significance.mcnemar_exact(int((more > less).sum()), int((more < less).sum()))
        return "exact McNemar test, each sample counted once", p_value
    return "corrected resampled t test", significance.corrected_resampled_t_test(
        differences, n_train=plan.protocol.n_train, n_test=plan.protocol.n_test
    )


def _adjusted(pairs: list[Comparison], primary: str | None) -> list[Comparison]:
    """Adjust the p-values of one protocol's pairs, those with the baseline left out."""
    family = [i for i, pair in enumerate(pairs) if not _has_baseline(pair)]
    headline = [i for i in family if primary in (pairs[i].first, pairs[i].second)]
    result = list(pairs)
    for field, chosen in (("p_adjusted", family), ("p_headline", headline)):
        adjusted = significance.holm([pairs[i].p_value for i in chosen])
        for i, p_adjusted in zip(chosen, adjusted, strict=True):
            result[i] = result[i].model_copy(update={field: p_adjusted})
    return result


def _has_baseline(pair: Comparison) -> bool:
    """Whether one of the two is the baseline."""
    baselines = {key for key, entry in ENTRIES.items() if entry.is_baseline}
    return bool(baselines & {pair.first, pair.second})


def powers(
    comparisons: tuple[Comparison, ...], protocols: tuple[Protocol, ...]
) -> tuple[Power, ...]:
    """Say what it takes to tell two models apart, and what was seen.

    Parameters
    ----------
    comparisons : tuple of Comparison
        What `compare` gave.
    protocols : tuple of Protocol
        The protocols.

    Returns
    -------
    tuple of Power
        One for each protocol under which samples are held out once and models were compared.
    """
    records = []
    for protocol in protocols:
        pairs = [c for c in comparisons if c.protocol == protocol.key and not _has_baseline(c)]
        if pairs and not protocol.resampled:
            seen = max(max(c.n_only_first_right, c.n_only_second_right) for c in pairs)
            records.append(
                Power(
                    key=protocol.key,
                    n_samples=len(protocol.sample_ids),
                    n_pairs=len(pairs),
                    n_needed=least_disagreements(len(pairs)),
                    n_seen=seen,
                )
            )
    return tuple(records)


def _n_changed(first: Evaluation, second: Evaluation) -> int:
    """Predictions, over all repeats, in which two models differ."""
    return int((np.array(first.predicted) != np.array(second.predicted)).sum())
