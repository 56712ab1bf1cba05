"""Step 4: what the scores of two classes say: area under the ROC curve, other thresholds."""

import math

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats

from pipeline.intervals import NO_SPREAD, ON_EFFECTIVE, Z, effective_share
from pipeline.records.models import Interval, ThresholdPoint

MAX_POINTS = 9
"""Thresholds that a reader can still take in."""


def auc_interval(scores: NDArray[np.float64], positive: NDArray[np.bool_]) -> Interval | None:
    """Compute an interval for the area under the ROC curve that few samples cannot shrink.

    Near an area of 1, DeLong's variance vanishes: with one inverted pair of 14 x 20 its interval
    is 0.987 to 1, with none it is 1 alone. Newcombe's does not. Where DeLong's variance is the
    larger, Newcombe's interval is that of as many fewer samples.

    Parameters
    ----------
    scores : ndarray of float, shape (n_samples,)
        Scores, larger for the positive class.
    positive : ndarray of bool, shape (n_samples,)
        Whether a sample is of the positive class.

    Returns
    -------
    Interval or None
        95 % interval; a limit is 0 or 1 where the area is, and nowhere else. None where a class
        is missing or all scores are equal, so that nothing was ranked.
    """
    if positive.all() or not positive.any() or np.ptp(scores) == 0:
        return None
    beats, _ = _placements(scores, positive)
    area, n_positive = float(beats.mean()), int(positive.sum())
    n_negative = positive.size - n_positive
    least = newcombe_variance(area, n_positive, n_negative)
    seen = delong_variance(scores, positive) or 0.0
    share = least / seen if seen > least else 1.0
    found = newcombe(area, n_positive, n_negative, share)
    return found.model_copy(update={"method": "Newcombe, no narrower than DeLong"})


def resampled_auc_interval(
    areas: NDArray[np.float64], *, n_positive: int, n_negative: int, n_train: int, n_test: int
) -> Interval:
    """Compute an interval for the mean area over folds that few samples cannot shrink.

    Where a model ranks nearly all samples right, the areas of the folds hardly differ, and their
    spread says little. Newcombe's interval is that of the same area on all samples; where the
    spread over folds, corrected for their overlap, is larger, of as many fewer.

    Parameters
    ----------
    areas : ndarray of float, shape (n_folds * n_repeats,)
        Area of each fold.
    n_positive, n_negative : int
        Samples of both classes that were held out in turn.
    n_train, n_test : int
        Samples in the training and the held-out part of a fold.

    Returns
    -------
    Interval
        95 % interval; a limit is 0 or 1 where the mean is, and nowhere else.
    """
    mean = float(areas.mean())
    least = newcombe_variance(mean, n_positive, n_negative)
    share = effective_share(areas, variance=least, n_train=n_train, n_test=n_test)
    found = newcombe(mean, n_positive, n_negative, share)
    return found.model_copy(update={"method": f"Newcombe {ON_EFFECTIVE}"})


def delong_variance(scores: NDArray[np.float64], positive: NDArray[np.bool_]) -> float | None:
    """Estimate the variance of the area as DeLong, DeLong and Clarke-Pearson [1]_ do.

    By mid-ranks [2]_: a sample's rank among all less that among its class counts the
    samples of the other class that it beats.

    Parameters
    ----------
    scores : ndarray of float, shape (n_samples,)
        Scores, larger for the positive class.
    positive : ndarray of bool, shape (n_samples,)
        Whether a sample is of the positive class; both classes occur.

    Returns
    -------
    float or None
        None where it is 0 (an area of 0 or 1, or all scores equal) or there is none (one
        sample in a class).

    References
    ----------
    .. [1] DeLong, DeLong, Clarke-Pearson (1988). Comparing the areas under two or more
       correlated receiver operating characteristic curves. Biometrics 44, 837-845.
    .. [2] Sun, Xu (2014). Fast implementation of DeLong's algorithm for comparing the areas
       under correlated receiver operating characteristic curves. IEEE Signal Processing
       Letters 21, 1389-1393.
    """
    beats, beaten = _placements(scores, positive)
    if min(beats.size, beaten.size) < 2:
        return None
    variance = float(beats.var(ddof=1) / beats.size + beaten.var(ddof=1) / beaten.size)
    return variance if variance > NO_SPREAD else None


def newcombe_variance(area: float, n_positive: float, n_negative: float) -> float:
    """Give the variance of an area that only its size and the numbers of samples set.

    Parameters
    ----------
    area : float
        The area under the ROC curve.
    n_positive, n_negative : float
        Samples of both classes.

    Returns
    -------
    float
        0 for an area of 0 or 1.

    References
    ----------
    .. [1] Newcombe (2006). Confidence intervals for an effect size measure based on the
       Mann-Whitney statistic. Part 2: asymptotic methods and evaluation. Statistics in
       Medicine 25, 559-573, method 5.
    """
    half = (n_positive + n_negative) / 2 - 1
    inner = 1 + half * ((1 - area) / (2 - area) + area / (1 + area))
    return area * (1 - area) * inner / (n_positive * n_negative)


def newcombe(area: float, n_positive: int, n_negative: int, share: float = 1.0) -> Interval:
    """Compute Newcombe's score interval for the area, his method 5.

    As Wilson's for a proportion, the limits are the areas whose own standard error would
    put the estimate 1.96 of them away. It never shrinks to a point.

    Parameters
    ----------
    area : float
        The area under the ROC curve.
    n_positive, n_negative : int
        Samples of both classes.
    share : float, default=1.0
        Share of the samples that they are worth.

    Returns
    -------
    Interval
        95 % interval.

    References
    ----------
    .. [1] Newcombe (2006). Confidence intervals for an effect size measure based on the
       Mann-Whitney statistic. Part 2: asymptotic methods and evaluation. Statistics in
       Medicine 25, 559-573, method 5.
    """
    # A class cannot be worth less than one sample.
    sizes = (max(1.0, n_positive * share), max(1.0, n_negative * share))
    return Interval(
        low=_newcombe_low(area, *sizes),
        high=1.0 - _newcombe_low(1 - area, *sizes),
        method="Newcombe",
    )


def threshold_table(
    scores: NDArray[np.float64], positive: NDArray[np.bool_], default: float
) -> tuple[ThresholdPoint, ...]:
    """Show what other thresholds would have done to the held-out samples.

    For reading only: a threshold chosen here would be chosen on the samples that judge it.
    The cuts between neighbouring scores are thinned to the default, its two neighbours,
    the best of Youden's index [1]_, all called positive, none called positive, and as many
    more as there is room for, each as far as can be from those before it.

    Parameters
    ----------
    scores : ndarray of float, shape (n_samples,)
        Scores, larger for the positive class.
    positive : ndarray of bool, shape (n_samples,)
        Whether a sample is of the positive class.
    default : float
        Threshold in use; a sample above it is called positive.

    Returns
    -------
    tuple of ThresholdPoint, length at most `MAX_POINTS`
        From the lowest threshold to the highest; none where a class is missing.

    References
    ----------
    .. [1] Youden (1950). Index for rating diagnostic tests. Cancer 3, 32-35.
    """
    n_positive = int(positive.sum())
    n_negative = positive.size - n_positive
    if not (n_positive and n_negative):
        return ()
    values = np.unique(scores)
    # Cut i has i distinct scores below it: the others are called positive.
    false_negative = np.searchsorted(np.sort(scores[positive]), values, side="right")
    true_negative = np.searchsorted(np.sort(scores[~positive]), values, side="right")
    false_negative, true_negative = np.insert([false_negative, true_negative], 0, 0, axis=1)
    thresholds = _cuts(values)
    used = int(np.searchsorted(values, default, side="right"))
    thresholds[used] = default
    youden = (n_positive - false_negative) * n_negative + true_negative * n_positive
    best = min(np.flatnonzero(youden == youden.max()), key=lambda i: abs(i - used))
    first = {0, len(values), used, int(best), max(used - 1, 0), min(used + 1, len(values))}
    return tuple(
        ThresholdPoint(
            threshold=float(thresholds[i]),
            sensitivity=float((n_positive - false_negative[i]) / n_positive),
            specificity=float(true_negative[i] / n_negative),
            n_errors=int(false_negative[i] + n_negative - true_negative[i]),
            is_default=i == used,
        )
        for i in _spread(first, len(thresholds))
    )


def _placements(
    scores: NDArray[np.float64], positive: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Share of negatives below each positive, and of positives above each negative."""
    ranks = stats.rankdata(scores)
    above, below = scores[positive], scores[~positive]
    beats = (ranks[positive] - stats.rankdata(above)) / below.size
    beaten = 1 - (ranks[~positive] - stats.rankdata(below)) / above.size
    return beats, beaten


def _newcombe_low(area: float, n_positive: float, n_negative: float) -> float:
    """Lower limit of Newcombe's method 5; the upper one is that of the classes exchanged."""
    if area <= 0:
        return 0.0

    def gap(other: float) -> float:
        return area - other - Z * math.sqrt(newcombe_variance(other, n_positive, n_negative))

    # At an area of 1 the equation holds in 1 itself, which is not the limit sought.
    return float(optimize.brentq(gap, 0.0, min(area, 1 - 1e-9), xtol=1e-13))


def _cuts(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Thresholds midway between sorted scores, and half a mean gap outside of them."""
    margin = np.ptp(values) / (2 * max(values.size - 1, 1)) or 0.5
    middle = (values[:-1] + values[1:]) / 2
    return np.concatenate([[values[0] - margin], middle, [values[-1] + margin]])


def _spread(chosen: set[int], n: int) -> list[int]:
    """Add indices below n, farthest from the chosen first, up to `MAX_POINTS` in all."""
    chosen = set(chosen)
    while len(chosen) < min(n, MAX_POINTS):
        distance = np.abs(np.subtract.outer(np.arange(n), sorted(chosen))).min(axis=1)
        chosen.add(int(distance.argmax()))
    return sorted(chosen)
