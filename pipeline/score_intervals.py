"""Step 4: 95 % intervals for what is worked out from a confusion matrix, and for Brier scores.

None has a limit of 0 or 1 that its score does not have. Under resampling a prediction counts as
the share of a sample that it is worth: one over the number of repeats, and less by
`pipeline.intervals.effective_share`. `benchmarks.coverage` shows how often each interval holds
what it should.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from pipeline import intervals, metrics
from pipeline.intervals import LEVEL, ON_EFFECTIVE, Z
from pipeline.records.models import Interval

Matrix = NDArray[np.float64]
Score = Callable[[Matrix], float | None]


def balanced_accuracy(confusion: Matrix, share: float = 1.0) -> Interval | None:
    """Compute an interval for the mean recall of the classes.

    Parameters
    ----------
    confusion : ndarray of float, shape (n_classes, n_classes)
        Counts, rows true, columns predicted.
    share : float, default=1.0
        Samples that a count is worth.

    Returns
    -------
    Interval or None
        95 % interval by `square_and_add`; None where a class has no sample.
    """
    return square_and_add(confusion, _mean_recall, share)


def mcc(confusion: Matrix, share: float = 1.0) -> Interval | None:
    """Compute an interval for Matthews' correlation coefficient.

    Parameters
    ----------
    confusion : ndarray of float, shape (n_classes, n_classes)
        Counts, rows true, columns predicted.
    share : float, default=1.0
        Samples that a count is worth.

    Returns
    -------
    Interval or None
        95 % interval by `square_and_add`, the numbers of samples of the classes taken as given;
        None where the coefficient is undefined.
    """
    return square_and_add(confusion, metrics.mcc, share)


def f1(confusion: Matrix, k: int, share: float = 1.0) -> Interval | None:
    """Compute an interval for the F1 of a class.

    Parameters
    ----------
    confusion : ndarray of float, shape (n_classes, n_classes)
        Counts, rows true, columns predicted.
    k : int
        Index of the class.
    share : float, default=1.0
        Samples that a count is worth.

    Returns
    -------
    Interval or None
        95 % interval of `pipeline.intervals.f1`; None where no sample involves the class.
    """
    right = confusion[k, k]
    involved = confusion[k].sum() + confusion[:, k].sum() - 2 * right
    found = intervals.f1(float(right * share), float(involved * share))
    return found and _named(found, share)


def macro_f1(confusion: Matrix, share: float = 1.0) -> Interval | None:
    """Compute an interval for the mean F1 of the classes.

    An error counts against two classes, so that their F1 go up and down together: the limits
    are the means of the classes' limits, which is right where they do so wholly, and else too
    wide rather than too narrow.

    Parameters
    ----------
    confusion : ndarray of float, shape (n_classes, n_classes)
        Counts, rows true, columns predicted.
    share : float, default=1.0
        Samples that a count is worth.

    Returns
    -------
    Interval or None
        95 % interval; None where a class has none.
    """
    each = [f1(confusion, k, share) for k in range(len(confusion))]
    known = [one for one in each if one]
    if len(known) < len(each):
        return None
    found = Interval(
        low=float(np.mean([one.low for one in known])),
        high=float(np.mean([one.high for one in known])),
        method="mean of the limits of each F1",
    )
    return _named(found, share)


def square_and_add(confusion: Matrix, score: Score, share: float = 1.0) -> Interval | None:
    """Compute an interval for a score that every class adds to.

    The recall of one class after the other is moved to its Wilson limits, its errors staying
    divided among the other classes as they were; what that does to the score is squared and
    added up [1]_. For the mean recall of two classes this is Newcombe's method 10 [2]_.

    Parameters
    ----------
    confusion : ndarray of float, shape (n_classes, n_classes)
        Counts, rows true, columns predicted.
    score : callable
        The score of such counts, which no class lowers by being recognised more often.
    share : float, default=1.0
        Samples that a count is worth.

    Returns
    -------
    Interval or None
        95 % interval; None where the score is undefined.

    References
    ----------
    .. [1] Zou, Donner (2008). Construction of confidence limits about effect measures: a
       general approach. Statistics in Medicine 27, 1693-1702.
    .. [2] Newcombe (1998). Interval estimation for the difference between independent
       proportions: comparison of eleven methods. Statistics in Medicine 17, 873-890.
    """
    seen = score(confusion)
    if seen is None:
        return None
    sizes = confusion.sum(axis=1)
    limits = {
        int(k): intervals.wilson(float(confusion[k, k] * share), float(sizes[k] * share))
        for k in np.flatnonzero(sizes)
    }
    low = {k: limit.low for k, limit in limits.items()}
    high = {k: limit.high for k, limit in limits.items()}
    found = Interval(
        low=seen - _moved(confusion, score, low, seen),
        high=seen + _moved(confusion, score, high, seen),
        method="squares of Wilson's limits added",
    )
    return _named(found, share)


def brier(squares: NDArray[np.float64], n_classes: int, folds: float | None = None) -> Interval:
    """Compute an interval for a Brier score.

    A mean of numbers between 0 and 1 is worth more samples than a proportion, as many as give
    a proportion its variance: Wilson's interval is taken on that number [1]_. Where all samples
    but a rare one are predicted well, their spread says too little of the rare one: one sample
    is added to the variance, predicted as if nothing were known of it.

    Parameters
    ----------
    squares : ndarray of float, shape (n_samples,)
        Squared error of each sample as in `pipeline.probabilities.brier_score`, the mean over
        repeats.
    n_classes : int
        Number of classes; with more than two the squares lie between 0 and 2.
    folds : float or None, default=None
        Variance of the mean as the folds show it, where there are several.

    Returns
    -------
    Interval
        95 % interval.

    References
    ----------
    .. [1] Korn, Graubard (1998). Confidence intervals for proportions with small expected
       number of positive counts estimated from survey data. Survey Methodology 24, 193-201.
    """
    largest = 1.0 if n_classes == 2 else 2.0
    errors = squares / largest
    # Equal probabilities for all: (1 / 2) ** 2 of two classes, 1 - 1 / n_classes of more.
    unknown = (1 - 1 / n_classes) / 2
    mean, n = float(errors.mean()), errors.size
    t = float(stats.t.ppf((1 + LEVEL) / 2, n))
    spread = float(np.append(errors, unknown).var(ddof=1)) / n * (t / Z) ** 2
    if folds is not None:
        spread = max(spread, folds / largest**2)
    worth = mean * (1 - mean) / spread if 0 < mean < 1 and spread > 0 else n
    found = intervals.wilson(mean * worth, worth)
    method = "Wilson on as many samples as their squared errors are worth"
    return Interval(low=found.low * largest, high=found.high * largest, method=method)


def _mean_recall(confusion: Matrix) -> float | None:
    """Balanced accuracy; None where a class has no sample."""
    sizes = confusion.sum(axis=1)
    return float((np.diag(confusion) / sizes).mean()) if sizes.all() else None


def _moved(confusion: Matrix, score: Score, recalls: dict[int, float], seen: float) -> float:
    """How far a score moves in all, but no further than with all recalls moved at once."""
    every = confusion.copy()
    squares = 0.0
    for k, recall in recalls.items():
        one = confusion.copy()
        one[k] = every[k] = _row(confusion[k], k, recall)
        squares += (seen - _or_nothing(score(one))) ** 2
    return float(min(np.sqrt(squares), abs(seen - _or_nothing(score(every)))))


def _row(row: NDArray[np.float64], k: int, recall: float) -> NDArray[np.float64]:
    """A class with another recall, its errors divided as they were, evenly where it has none."""
    others = np.where(np.arange(row.size) == k, 0.0, row)
    if not others.any():
        others = np.where(np.arange(row.size) == k, 0.0, 1.0)
    moved = others / others.sum() * (1 - recall)
    moved[k] = recall
    return np.asarray(moved * row.sum())


def _or_nothing(score: float | None) -> float:
    """Where all are called one class, the coefficient has the limit 0."""
    return 0.0 if score is None else score


def _named(found: Interval, share: float) -> Interval:
    """Say that the number of samples is an effective one."""
    if share >= 1.0:
        return found
    return found.model_copy(update={"method": f"{found.method}, {ON_EFFECTIVE}"})
