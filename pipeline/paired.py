"""Step 4: how far apart two models on the same samples may be, and what a test of them takes."""

import math

from scipy import optimize

from pipeline.intervals import LEVEL, Z
from pipeline.records.models import Interval

AT_ONCE = 1e-12
"""How close to an end of its range a difference is looked for."""


def tango(n_only_first: float, n_only_second: float, n: float) -> Interval:
    """Compute Tango's score interval for the difference of two paired proportions.

    As Wilson's for one proportion, the limits are the differences whose own standard error
    would put the observed one 1.96 of them away, the share of disagreements being the most
    likely one for that difference. Without a disagreement they are z^2 / (n + z^2) to each side.

    Parameters
    ----------
    n_only_first, n_only_second : float
        Samples that only the first, and only the second, model got right.
    n : float
        Number of samples.

    Returns
    -------
    Interval
        95 % interval of the share that the first gets right less that of the second.

    References
    ----------
    .. [1] Tango (1998). Equivalence test and confidence interval for the difference in
       proportions for the paired-sample design. Statistics in Medicine 17, 891-908,
       equations 24 to 26.
    """
    return Interval(
        low=-_upper(n_only_second, n_only_first, n),
        high=_upper(n_only_first, n_only_second, n),
        method="Tango",
    )


def difference_variance(n_only_first: float, n_only_second: float, n: float) -> float:
    """Give the variance of a difference of two paired proportions.

    Parameters
    ----------
    n_only_first, n_only_second : float
        Samples that only the first, and only the second, model got right.
    n : float
        Number of samples.

    Returns
    -------
    float
        0 where the models never disagree, or always and to one side.
    """
    difference = (n_only_first - n_only_second) / n
    return ((n_only_first + n_only_second) / n - difference**2) / n


def least_disagreements(n_pairs: int) -> int:
    """Say how many disagreements, all to one side, it takes to tell one of many pairs apart.

    McNemar's exact p-value of k such samples is 2 (1 / 2)^k, and Holm's adjustment multiplies
    the smallest by the number of pairs.

    Parameters
    ----------
    n_pairs : int
        Pairs of models that are compared, at least 1.

    Returns
    -------
    int
        The least k whose adjusted p-value is below 0.05.
    """
    k = 1
    while n_pairs * 2.0 ** (1 - k) >= 1 - LEVEL:
        k += 1
    return k


def _upper(b: float, c: float, n: float) -> float:
    """The difference above (b - c) / n that lies 1.96 of its own standard errors away."""

    def gap(difference: float) -> float:
        middle = -(b + c) + (2 * n - b + c) * difference
        product = -c * difference * (1 - difference)
        rest = (math.sqrt(max(0.0, middle**2 - 8 * n * product)) - middle) / (4 * n)
        variance = n * (2 * rest + difference * (1 - difference))
        return n * difference - (b - c) - Z * math.sqrt(max(0.0, variance))

    seen = (b - c) / n
    if seen >= 1 - AT_ONCE:
        return 1.0
    # At the observed difference itself the gap is not above 0; without a disagreement it is 0.
    return float(optimize.brentq(gap, seen + AT_ONCE, 1.0, xtol=1e-14))
