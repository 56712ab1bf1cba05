"""Step 4b: the algebra of a confusion matrix, and intervals for what it says.

Rows of `confusion` are true classes, columns predicted ones::

              predicted ALL  predicted AML
    true ALL             20              0     recall ALL = 20 / 20
    true AML              2             12     precision ALL = 20 / 22

What has a zero denominator is None, never 0: the report prints the reason.
"""

import math

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from pipeline.records.models import Averages, ClassMetrics, Interval

LEVEL = 0.95


def confusion_counts(
    y_true: NDArray[np.intp], y_pred: NDArray[np.intp], n_classes: int
) -> NDArray[np.intp]:
    """Count pairs of true and predicted class.

    Parameters
    ----------
    y_true, y_pred : ndarray of int, shape (n_predictions,)
        Class indices.
    n_classes : int
        Number of classes.

    Returns
    -------
    ndarray of int, shape (n_classes, n_classes)
        Counts, rows true, columns predicted.
    """
    counts = np.zeros((n_classes, n_classes), dtype=np.intp)
    np.add.at(counts, (y_true, y_pred), 1)
    return counts


def class_metrics(
    confusion: NDArray[np.intp], classes: tuple[str, ...]
) -> tuple[ClassMetrics, ...]:
    """Compute precision, recall and F1 of each class.

    Parameters
    ----------
    confusion : ndarray of int, shape (n_classes, n_classes)
        Counts, rows true, columns predicted.
    classes : tuple of str, length n_classes
        Class labels.

    Returns
    -------
    tuple of ClassMetrics, length n_classes
        None where the denominator is zero: precision of a class that was never
        predicted, recall of a class with no sample.
    """
    right, true, predicted = np.diag(confusion), confusion.sum(axis=1), confusion.sum(axis=0)
    return tuple(
        ClassMetrics(
            label=label,
            precision=_ratio(right[k], predicted[k]),
            recall=_ratio(right[k], true[k]),
            f1=_ratio(2 * right[k], true[k] + predicted[k]),
            support=int(true[k]),
        )
        for k, label in enumerate(classes)
    )


def averages(per_class: tuple[ClassMetrics, ...], *, weighted: bool) -> Averages:
    """Average precision, recall and F1 over classes.

    Parameters
    ----------
    per_class : tuple of ClassMetrics
        What `class_metrics` gave.
    weighted : bool
        Whether a class counts by its number of samples (weighted) or as one (macro).

    Returns
    -------
    Averages
        None where a class with weight has none.
    """
    weights = [float(metrics.support) if weighted else 1.0 for metrics in per_class]

    def mean(values: list[float | None]) -> float | None:
        pairs = [(v, w) for v, w in zip(values, weights, strict=True) if w]
        if any(v is None for v, _ in pairs):
            return None
        total = math.fsum(w for _, w in pairs)
        return math.fsum(v * w for v, w in pairs if v is not None) / total

    return Averages(
        precision=mean([m.precision for m in per_class]),
        recall=mean([m.recall for m in per_class]),
        f1=mean([m.f1 for m in per_class]),
    )


def balanced_accuracy(per_class: tuple[ClassMetrics, ...]) -> float | None:
    """Average the recall over classes.

    Parameters
    ----------
    per_class : tuple of ClassMetrics
        What `class_metrics` gave.

    Returns
    -------
    float or None
        0 to 1; None if a class has no sample.
    """
    return averages(per_class, weighted=False).recall


def mcc(confusion: NDArray[np.intp]) -> float | None:
    """Compute Matthews' correlation coefficient for two or more classes.

    Parameters
    ----------
    confusion : ndarray of int, shape (n_classes, n_classes)
        Counts, rows true, columns predicted.

    Returns
    -------
    float or None
        -1 to 1; None if only one class occurs or only one was predicted.

    References
    ----------
    .. [1] Gorodkin (2004). Comparing two K-category assignments by a K-category
       correlation coefficient. Computational Biology and Chemistry 28, equation 8.
    """
    counts = confusion.astype(np.float64)
    n, right = counts.sum(), np.trace(counts)
    true, predicted = counts.sum(axis=1), counts.sum(axis=0)
    spread = (n**2 - true @ true) * (n**2 - predicted @ predicted)
    return float((n * right - true @ predicted) / math.sqrt(spread)) if spread > 0 else None


def wilson(n_correct: float, n: int) -> Interval:
    """Compute Wilson's score interval for a proportion.

    Parameters
    ----------
    n_correct : float
        Number of successes; a mean over repeats need not be whole.
    n : int
        Number of trials, at least 1.

    Returns
    -------
    Interval
        95 % interval.

    References
    ----------
    .. [1] Wilson (1927). Probable inference, the law of succession, and statistical
       inference. JASA 22, 209-212.
    """
    share, z = n_correct / n, stats.norm.ppf((1 + LEVEL) / 2)
    centre = share + z**2 / (2 * n)
    half = z * math.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    # Rounding must not take a limit of 0 or 1 out of the range.
    return Interval(
        low=max(0.0, float((centre - half) / (1 + z**2 / n))),
        high=min(1.0, float((centre + half) / (1 + z**2 / n))),
        method="Wilson",
    )


def corrected_resampled_t(
    fold_values: NDArray[np.float64], *, n_train: int, n_test: int
) -> Interval | None:
    """Compute the corrected t interval for a mean over folds that share training samples.

    Folds overlap, so that their spread understates the uncertainty; the variance is
    enlarged by the factor (1 / J + n_test / n_train) [1]_.

    Parameters
    ----------
    fold_values : ndarray of float, shape (n_folds * n_repeats,)
        Accuracy of each fold.
    n_train, n_test : int
        Samples in the training and the held-out part of a fold.

    Returns
    -------
    Interval or None
        95 % interval, cut at 0 and 1; None where all folds agree, so that there is no
        spread to work from.

    References
    ----------
    .. [1] Nadeau, Bengio (2003). Inference for the generalization error. Machine
       Learning 52, section 5.
    """
    n_values = fold_values.size
    variance = fold_values.var(ddof=1)
    if variance <= 1e-24:  # rounding of equal shares, not a spread
        return None
    mean = fold_values.mean()
    half = stats.t.ppf((1 + LEVEL) / 2, n_values - 1) * math.sqrt(
        variance * (1 / n_values + n_test / n_train)
    )
    return Interval(
        low=max(0.0, float(mean - half)),
        high=min(1.0, float(mean + half)),
        method="corrected resampled t",
    )


def resampled(
    fold_values: NDArray[np.float64], *, accuracy: float, n_samples: int, n_train: int, n_test: int
) -> Interval:
    """Compute an interval for an accuracy over folds: never narrower than n samples allow.

    Where stratification or a perfect score leaves next to no spread between folds, the
    corrected t interval shrinks to a point. The same share of right answers on as many
    samples, each held out once, has Wilson's interval; repeats add no samples. The wider
    limit of the two is taken on each side.

    Parameters
    ----------
    fold_values : ndarray of float, shape (n_folds * n_repeats,)
        Accuracy of each fold.
    accuracy : float
        Accuracy over all predictions.
    n_samples : int
        Number of samples that were held out in turn.
    n_train, n_test : int
        Samples in the training and the held-out part of a fold.

    Returns
    -------
    Interval
        95 % interval.
    """
    proportion = wilson(accuracy * n_samples, n_samples)
    corrected = corrected_resampled_t(fold_values, n_train=n_train, n_test=n_test)
    limits = [proportion] + ([corrected] if corrected else [])
    return Interval(
        low=min(interval.low for interval in limits),
        high=max(interval.high for interval in limits),
        method="wider of corrected resampled t and Wilson",
    )


def holm(p_values: list[float]) -> list[float]:
    """Adjust p-values for their number, so that one error in all is held at its level.

    Parameters
    ----------
    p_values : list of float
        Raw p-values.

    Returns
    -------
    list of float
        Adjusted p-values, in the same order.

    References
    ----------
    .. [1] Holm (1979). A simple sequentially rejective multiple test procedure.
       Scandinavian Journal of Statistics 6, 65-70.
    """
    n = len(p_values)
    adjusted = [0.0] * n
    largest = 0.0
    for rank, i in enumerate(sorted(range(n), key=p_values.__getitem__)):
        largest = max(largest, min(1.0, (n - rank) * p_values[i]))
        adjusted[i] = largest
    return adjusted


def mcnemar_exact(n_only_first: int, n_only_second: int) -> float:
    """Test whether two models differ on the same samples.

    Parameters
    ----------
    n_only_first, n_only_second : int
        Samples that only the first, and only the second, model got right.

    Returns
    -------
    float
        Two-sided exact p-value; 1 where the models never disagree.

    References
    ----------
    .. [1] McNemar (1947). Note on the sampling error of the difference between
       correlated proportions or percentages. Psychometrika 12, 153-157.
    """
    n = n_only_first + n_only_second
    return float(stats.binomtest(n_only_first, n).pvalue) if n else 1.0


def _ratio(numerator: int, denominator: int) -> float | None:
    """A share, or None where there is nothing to share."""
    return float(numerator / denominator) if denominator else None
