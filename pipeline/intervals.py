"""Step 4: 95 % intervals for proportions, and for accuracies over folds.

One policy holds for every score. A limit of 0 or 1 stands only beside a score of 0 or 1: no
interval is cut, each is of a kind whose limits stay inside. Where folds share their training
samples, the method of a single split is applied to the number of samples that the folds' own
spread says they are worth, never more than there are.
"""

import math

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from pipeline.records.models import Interval, SampleSize

LEVEL = 0.95

Z = float(stats.norm.ppf((1 + LEVEL) / 2))
"""How many standard errors of a normal estimate the level takes to each side."""

ON_EFFECTIVE = "on the effective number of samples"
"""What the method of an interval says where it allows for the overlap of folds."""

NO_SPREAD = 1e-24
"""A variance below it is the rounding of equal shares."""


def wilson(n_correct: float, n: float) -> Interval:
    """Compute Wilson's score interval for a proportion.

    Parameters
    ----------
    n_correct : float
        Number of successes; a mean over repeats need not be whole.
    n : float
        Number of trials; an effective number of samples need not be whole.

    Returns
    -------
    Interval
        95 % interval; a limit is 0 or 1 where the share is, and nowhere else.

    References
    ----------
    .. [1] Wilson (1927). Probable inference, the law of succession, and statistical
       inference. JASA 22, 209-212.
    """
    share = n_correct / n
    centre = share + Z**2 / (2 * n)
    # A share of whole numbers may be rounded beyond 1.
    half = Z * math.sqrt(max(0.0, share * (1 - share)) / n + Z**2 / (4 * n**2))
    # At 0 and 1 the limit is the share itself, which rounding would miss.
    return Interval(
        low=(centre - half) / (1 + Z**2 / n) if n_correct > 0 else 0.0,
        high=(centre + half) / (1 + Z**2 / n) if n_correct < n else 1.0,
        method="Wilson",
    )


USEFUL_WIDTH = 0.1
"""Our choice: an interval ten points wide holds no two accuracies with different first decimals."""


def samples_needed(accuracy: float, width: float = USEFUL_WIDTH) -> SampleSize:
    """Say how many held-out samples make Wilson's interval at most so wide.

    Parameters
    ----------
    accuracy : float
        Share of right predictions, 0 to 1.
    width : float, default=`USEFUL_WIDTH`
        Upper limit less lower limit, above 0 and below 1.

    Returns
    -------
    SampleSize
        The least number, had each sample been held out once by one model.
    """

    def wide(n: int) -> bool:
        square = Z**2 / n
        half = Z * math.sqrt(accuracy * (1 - accuracy) / n + Z**2 / (4 * n**2)) / (1 + square)
        return 2 * half > width

    most = 1
    while wide(most):
        most *= 2
    least = most // 2  # too few, as the width falls with the number
    while most - least > 1:
        middle = (least + most) // 2
        least, most = (middle, most) if wide(middle) else (least, middle)
    return SampleSize(accuracy=accuracy, width=width, n=most)


def nominal(interval: Interval) -> Interval:
    """Call an interval nominal, where the predictions that it counts are not independent.

    Parameters
    ----------
    interval : Interval
        The interval of as many independent predictions.

    Returns
    -------
    Interval
        The same limits.
    """
    return interval.model_copy(update={"method": f"{interval.method}, nominal"})


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


def inflated_variance(values: NDArray[np.float64], *, n_train: int, n_test: int) -> float | None:
    """Enlarge `resampled_variance` so that the normal distribution stands for Student's t.

    Parameters
    ----------
    values : ndarray of float, shape (n_folds * n_repeats,)
        What each fold gave, at least two.
    n_train, n_test : int
        Samples in the training and the held-out part of a fold.

    Returns
    -------
    float or None
        None where all folds agree.
    """
    seen = resampled_variance(values, n_train=n_train, n_test=n_test)
    if seen is None:
        return None
    return seen * (float(stats.t.ppf((1 + LEVEL) / 2, values.size - 1)) / Z) ** 2


def effective_share(
    values: NDArray[np.float64], *, variance: float, n_train: int, n_test: int
) -> float:
    """Say which share of the samples the spread over folds leaves.

    Folds that agree less than independent samples would are worth fewer samples [1]_: as many
    as give the mean the variance that its folds show, corrected for their overlap and for the
    degrees of freedom that it was estimated with.

    Parameters
    ----------
    values : ndarray of float, shape (n_folds * n_repeats,)
        The score of each fold, at least two.
    variance : float
        Variance that the score would have if each sample were held out once by one model.
    n_train, n_test : int
        Samples in the training and the held-out part of a fold.

    Returns
    -------
    float
        Above 0, and 1 at most: stratified folds, or repeats, add no samples.

    References
    ----------
    .. [1] Korn, Graubard (1998). Confidence intervals for proportions with small expected
       number of positive counts estimated from survey data. Survey Methodology 24, 193-201.
    """
    seen = inflated_variance(values, n_train=n_train, n_test=n_test)
    return 1.0 if seen is None else min(1.0, variance / seen)


def resampled(n_correct: float, n_samples: int, share: float) -> Interval:
    """Compute an interval for an accuracy over folds: never narrower than n samples allow.

    Parameters
    ----------
    n_correct : float
        Right predictions in a repeat, on the average.
    n_samples : int
        Number of samples that were held out in turn.
    share : float
        What `effective_share` gave.

    Returns
    -------
    Interval
        Wilson's, of the same accuracy on the effective number of samples.
    """
    found = wilson(n_correct * share, n_samples * share)
    # A product may round a share of 1 to a little less.
    high = 1.0 if n_correct == n_samples else found.high
    return Interval(low=found.low, high=high, method=f"Wilson {ON_EFFECTIVE}")


def f1(n_right: float, n_involved: float) -> Interval | None:
    """Compute an interval for the F1 of a class.

    Of the samples that are of the class, or were called it, a share p is both, and
    F1 = 2 p / (1 + p) grows with p: the limits of Wilson's interval for p are carried over.

    Parameters
    ----------
    n_right : float
        Samples of the class that were called it.
    n_involved : float
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
