"""Step 4: 95 % intervals for proportions and for means over folds."""

import math

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from pipeline.records.models import Interval

LEVEL = 0.95

NO_SPREAD = 1e-24
"""A variance below it is the rounding of equal shares."""


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


def clopper_pearson(n_correct: int, n: int) -> Interval:
    """Compute the exact interval of Clopper and Pearson for a proportion.

    Never covers less than 95 %; for few samples it is wider than Wilson's.

    Parameters
    ----------
    n_correct : int
        Number of successes.
    n : int
        Number of trials, at least 1.

    Returns
    -------
    Interval
        95 % interval.

    References
    ----------
    .. [1] Clopper, Pearson (1934). The use of confidence or fiducial limits illustrated in
       the case of the binomial. Biometrika 26, 404-413.
    """
    limits = stats.binomtest(n_correct, n).proportion_ci(LEVEL, method="exact")
    return Interval(low=float(limits.low), high=float(limits.high), method="Clopper-Pearson")


def resampled_variance(values: NDArray[np.float64], *, n_train: int, n_test: int) -> float | None:
    """Estimate the variance of a mean over folds that share training samples.

    Folds overlap, so that their spread understates the uncertainty; the variance is
    enlarged from 1 / J to (1 / J + n_test / n_train) of that of the J folds [1]_.

    Parameters
    ----------
    values : ndarray of float, shape (n_folds * n_repeats,)
        What each fold gave, at least two.
    n_train, n_test : int
        Samples in the training and the held-out part of a fold.

    Returns
    -------
    float or None
        None where all folds agree, so that there is no spread to work from.

    References
    ----------
    .. [1] Nadeau, Bengio (2003). Inference for the generalization error. Machine
       Learning 52, section 5.
    """
    variance = float(values.var(ddof=1))
    if variance <= NO_SPREAD:
        return None
    return variance * (1 / values.size + n_test / n_train)


def corrected_resampled_t(
    fold_values: NDArray[np.float64], *, n_train: int, n_test: int
) -> Interval | None:
    """Compute the corrected t interval for a mean over folds that share training samples.

    Parameters
    ----------
    fold_values : ndarray of float, shape (n_folds * n_repeats,)
        What each fold gave, between 0 and 1: an accuracy or an area under the ROC curve.
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
    variance = resampled_variance(fold_values, n_train=n_train, n_test=n_test)
    if variance is None:
        return None
    mean = fold_values.mean()
    half = stats.t.ppf((1 + LEVEL) / 2, fold_values.size - 1) * math.sqrt(variance)
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


def mean_of_proportions(n_right: NDArray[np.intp], n: NDArray[np.intp]) -> Interval:
    """Compute an interval for a mean of independent proportions, as balanced accuracy is.

    The distances from each proportion to its own Wilson limit are squared and added [1]_.
    For the difference of two proportions this is Newcombe's method 10 [2]_.

    Parameters
    ----------
    n_right, n : ndarray of int, shape (n_classes,)
        Successes and trials of each class, each class with a trial at least.

    Returns
    -------
    Interval
        95 % interval.

    References
    ----------
    .. [1] Zou, Donner (2008). Construction of confidence limits about effect measures: a
       general approach. Statistics in Medicine 27, 1693-1702.
    .. [2] Newcombe (1998). Interval estimation for the difference between independent
       proportions: comparison of eleven methods. Statistics in Medicine 17, 873-890.
    """
    each = [wilson(k, m) for k, m in zip(n_right.tolist(), n.tolist(), strict=True)]
    share = n_right / n
    below = np.linalg.norm(share - [one.low for one in each])
    above = np.linalg.norm(share - [one.high for one in each])
    return Interval(
        low=max(0.0, float(share.mean() - below / n.size)),
        high=min(1.0, float(share.mean() + above / n.size)),
        method="MOVER of Wilson",
    )


def f1(n_right: int, n_involved: int) -> Interval | None:
    """Compute an interval for the F1 of a class.

    Of the samples that are of the class, or were called it, a share p is both, and
    F1 = 2 p / (1 + p) grows with p: the limits of Wilson's interval for p are carried over.

    Parameters
    ----------
    n_right : int
        Samples of the class that were called it.
    n_involved : int
        Samples of the class that were not, and others that were.

    Returns
    -------
    Interval or None
        95 % interval; None where no sample involves the class.
    """
    n = n_right + n_involved
    if not n:
        return None
    share = wilson(n_right, n)
    return Interval(
        low=2 * share.low / (1 + share.low),
        high=2 * share.high / (1 + share.high),
        method="Wilson, carried over to F1",
    )
