"""Step 4: the algebra of a confusion matrix.

Rows of `confusion` are true classes, columns predicted ones::

              predicted ALL  predicted AML
    true ALL             20              0     recall ALL = 20 / 20
    true AML              2             12     precision ALL = 20 / 22

What has a zero denominator is None, never 0: the report prints the reason.
"""

import math

import numpy as np
from numpy.typing import NDArray

from pipeline.intervals import clopper_pearson
from pipeline.records.models import Averages, ClassMetrics, Rate


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


def rates(
    confusion: NDArray[np.intp], classes: tuple[str, ...], positive: int, *, independent: bool
) -> tuple[Rate, ...]:
    """Compute sensitivity, specificity and predictive values of two classes.

    Parameters
    ----------
    confusion : ndarray of int, shape (n_classes, n_classes)
        Counts, rows true, columns predicted.
    classes : tuple of str, length n_classes
        Class labels.
    positive : int
        Index of the class that counts as positive.
    independent : bool
        Whether each sample is counted once, and by one fit. Counts over repeats, or over fits
        that share their samples, are no independent trials, so that they get no interval.

    Returns
    -------
    tuple of Rate
        Four for two classes, with the interval of Clopper and Pearson; none for more, whose
        recall and precision `class_metrics` gives. A value without a denominator is None.
    """
    if len(classes) != 2:
        return ()
    negative = 1 - positive
    yes, no = classes[positive], classes[negative]
    kinds = [
        ("sensitivity", f"Sensitivity: {yes} called {yes}", positive, 1),
        ("specificity", f"Specificity: {no} called {no}", negative, 1),
        ("ppv", f"Positive predictive value: called {yes} and {yes}", positive, 0),
        ("npv", f"Negative predictive value: called {no} and {no}", negative, 0),
    ]
    totals = [int(confusion.sum(axis=axis)[k]) for _, _, k, axis in kinds]
    return tuple(
        Rate(
            key=key,
            label=label,
            n_right=int(confusion[k, k]),
            n=n,
            value=_ratio(confusion[k, k], n),
            interval=clopper_pearson(int(confusion[k, k]), n) if n and independent else None,
        )
        for (key, label, k, _), n in zip(kinds, totals, strict=True)
    )


def mcc(confusion: NDArray[np.intp] | NDArray[np.float64]) -> float | None:
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


def _ratio(numerator: int, denominator: int) -> float | None:
    """A share, or None where there is nothing to share."""
    return float(numerator / denominator) if denominator else None
