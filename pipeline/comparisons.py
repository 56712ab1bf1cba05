"""Step 4: models against each other on the same held-out samples."""

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from pipeline import significance
from pipeline.classifiers import ENTRIES, IMPROVEMENTS
from pipeline.dataset import Dataset
from pipeline.protocols import Plan
from pipeline.records.models import Comparison, Evaluation, Improvement


def compare(
    evaluations: tuple[Evaluation, ...], plans: tuple[Plan, ...], dataset: Dataset
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
            compared += _adjusted(pairs)
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
    p_values = {
        (comparison.protocol, frozenset((comparison.first, comparison.second))): comparison.p_value
        for comparison in comparisons
    }
    records = []
    for protocol in dict.fromkeys(evaluation.protocol for evaluation in evaluations):
        for label, base_key, variant_key in IMPROVEMENTS:
            base = by_key.get(f"{protocol}/{base_key}")
            variant = by_key.get(f"{protocol}/{variant_key}")
            if base and variant:
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
                        p_value=p_values.get((protocol, frozenset((base_key, variant_key)))),
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
    if plan.protocol.resampled:
        at = {int(row): i for i, row in enumerate(rows)}
        differences = []
        for fold in plan.folds:
            columns = [at[int(row)] for row in fold.test]
            ours, theirs = a[fold.repeat, columns], b[fold.repeat, columns]
            differences.append(float(ours.mean() - theirs.mean()))
        p_value = significance.corrected_resampled_t_test(
            np.array(differences), n_train=plan.protocol.n_train, n_test=plan.protocol.n_test
        )
    else:
        p_value = significance.mcnemar_exact(only_first, only_second)
    return Comparison(
        key=f"{first.key}/{second.model}",
        protocol=first.protocol,
        first=first.model,
        second=second.model,
        n_only_first_right=only_first,
        n_only_second_right=only_second,
        n_changed=_n_changed(first, second),
        difference=first.accuracy - second.accuracy,
        test="corrected resampled t test" if plan.protocol.resampled else "exact McNemar test",
        p_value=p_value,
        p_adjusted=p_value,
    )


def _adjusted(pairs: list[Comparison]) -> list[Comparison]:
    """Adjust the p-values of one protocol's pairs, those with the baseline left out."""
    baseline = {key for key, entry in ENTRIES.items() if entry.is_baseline}
    family = [i for i, pair in enumerate(pairs) if not baseline & {pair.first, pair.second}]
    adjusted = significance.holm([pairs[i].p_value for i in family])
    result = list(pairs)
    for i, p_adjusted in zip(family, adjusted, strict=True):
        result[i] = pairs[i].model_copy(update={"p_adjusted": p_adjusted})
    return result


def _n_changed(first: Evaluation, second: Evaluation) -> int:
    """Predictions, over all repeats, in which two models differ."""
    return int((np.array(first.predicted) != np.array(second.predicted)).sum())
