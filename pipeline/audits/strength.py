"""How far two things known of the samples go together: one measure for each pair of kinds.

========== ========== ============================= =====================================
first      second     measure                       test
========== ========== ============================= =====================================
categories categories Cramér's V, not corrected     Fisher's exact where both have two,
                                                    else chi-squared, of random tables
                                                    where fewer than 5 are expected
categories numbers    correlation ratio (eta)       Kruskal-Wallis, permuted F where a
                                                    category has fewer than 5 samples
numbers    numbers    Pearson's correlation         its t test
========== ========== ============================= =====================================

Each size is given as well with its bias taken off, and with an interval: what few samples cannot
exclude is told by these, not by a p-value.
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Measure = Literal["Cramér's V", "correlation ratio", "correlation"]

N_RANDOM = 9_999  # random tables or permutations: the smallest p is 0.0001
MIN_EXPECTED = 5.0  # Cochran's rule for the chi-squared approximation
MIN_GROUP = 5  # the same for Kruskal and Wallis'
ROUNDING = 1e-12  # differences in units of the values that no correlation can be computed from
RARE = 2  # values of so few samples are put together: one by one they say nothing
OTHERS = "other values"  # what they are called
BATCH = 2_000_000  # numbers permuted at once


@dataclass(frozen=True)
class Strength:
    """How far two things go together, among the samples of which both are known.

    Attributes
    ----------
    measure : {"Cramér's V", "correlation ratio", "correlation"}
        What `value` is.
    test : str
        What gave the p-value.
    n : int
        Samples of which both are known.
    value, p_value : float or None
        None where undefined.
    undefined : str or None
        The reason.
    corrected : float or None
        The absolute size with its bias taken off, from 0 to 1.
    low, high : float or None
        Approximate 95 % interval of the absolute size.
    """

    measure: Measure
    test: str
    n: int
    value: float | None
    p_value: float | None
    undefined: str | None = None
    corrected: float | None = None
    low: float | None = None
    high: float | None = None


def between(
    a: NDArray[np.str_] | NDArray[np.float64],
    b: NDArray[np.str_] | NDArray[np.float64],
    *,
    seed: int,
) -> Strength:
    """Measure how far two things go together.

    Parameters
    ----------
    a, b : ndarray of str or of float, shape (n_samples,)
        Categories, "" where unknown, or numbers, NaN where unknown.
    seed : int
        For random tables and permutations.

    Returns
    -------
    Strength
        Size and p-value; undefined where one does not vary among the samples of which both
        are known, or no category has two samples.

    References
    ----------
    .. [1] Cramér (1946). Mathematical Methods of Statistics. Princeton, section 21.9.
    .. [2] Kruskal, Wallis (1952). Use of ranks in one-criterion variance analysis. JASA 47.
    """
    known = _known(a) & _known(b)
    a, b = a[known], b[known]
    if a.dtype.kind != "U" and b.dtype.kind == "U":
        a, b = b, a
    measure: Measure = "correlation"
    if a.dtype.kind == "U":
        measure = "Cramér's V" if b.dtype.kind == "U" else "correlation ratio"
    reason = _undefined(a, b)
    if reason:
        return Strength(measure, "none", len(a), None, None, reason)
    rng = np.random.default_rng(seed)
    if b.dtype.kind == "U":
        value, p, test = _tables(a, b, rng)
    elif a.dtype.kind == "U":
        value, p, test = _groups(a, np.asarray(b, dtype=np.float64), rng)
    else:
        found = stats.pearsonr(a.astype(np.float64), b.astype(np.float64))
        value, p, test = float(found.statistic), float(found.pvalue), "t test"
    corrected = unbiased(a, b, value)
    low, high = limits(corrected, len(a))
    return Strength(
        measure, test, len(a), value, min(1.0, p), corrected=corrected, low=low, high=high
    )


def pooled(values: NDArray[np.str_]) -> NDArray[np.str_]:
    """Put together the values that one or two samples have.

    Parameters
    ----------
    values : ndarray of str, shape (n_samples,)
        Categories, "" where unknown.

    Returns
    -------
    ndarray of str, shape (n_samples,)
        The same, where fewer than two values are rare.
    """
    levels, counts = np.unique(values[values != ""], return_counts=True)
    rare = levels[counts <= RARE]
    if len(rare) < 2:
        return values
    return np.where(np.isin(values, rare), OTHERS, values)


def unbiased(a: NDArray[np.generic], b: NDArray[np.generic], value: float) -> float:
    """Take from a size what chance alone adds to it.

    Parameters
    ----------
    a, b : ndarray of str or of float, shape (n_samples,)
        Two categories, a category and a number, or two numbers; all known.
    value : float
        Cramér's V, the correlation ratio or the correlation of the two.

    Returns
    -------
    float
        Bergsma's V [1]_; the square root of epsilon squared [2]_; the absolute correlation, which
        is hardly biased.

    References
    ----------
    .. [1] Bergsma (2013). A bias-correction for Cramér's V and Tschuprow's T. Journal of the
       Korean Statistical Society 42, 323-328.
    .. [2] Kelley (1935). An unbiased correlation ratio measure. PNAS 21, 554-559.
    """
    n = len(a)
    if a.dtype.kind != "U":
        return min(1.0, abs(value))
    k = len(np.unique(a))
    if b.dtype.kind != "U":
        share = 1 - (1 - value**2) * (n - 1) / (n - k) if n > k else 0.0
        return math.sqrt(min(1.0, max(0.0, share)))
    r = len(np.unique(b))
    share = max(0.0, value**2 * (min(k, r) - 1) - (k - 1) * (r - 1) / (n - 1))
    fewest = min(m - (m - 1) ** 2 / (n - 1) for m in (k, r)) - 1
    return math.sqrt(min(1.0, share / fewest)) if fewest > 0 else 0.0


def limits(size: float, n: int) -> tuple[float, float]:
    """Give an approximate 95 % interval of a size, by Fisher's transformation.

    Parameters
    ----------
    size : float
        From 0 to 1.
    n : int
        Samples.

    Returns
    -------
    low : float
        The lower limit, from 0 to 1.
    high : float
        The upper limit; they are 0 and 1 where three samples or fewer say nothing. Exact for
        correlations of normal values, and a guide for the other measures.
    """
    if n <= 3:
        return 0.0, 1.0
    if size >= 1:
        return 1.0, 1.0
    half = float(stats.norm.ppf(0.975)) / math.sqrt(n - 3)
    return max(0.0, math.tanh(math.atanh(size) - half)), math.tanh(math.atanh(size) + half)


def _known(values: NDArray[np.str_] | NDArray[np.float64]) -> NDArray[np.bool_]:
    """Where something is known."""
    return np.not_equal(values, "") if values.dtype.kind == "U" else ~np.isnan(values)


def _undefined(a: NDArray[np.generic], b: NDArray[np.generic]) -> str | None:
    """Why nothing can be said; None where something can."""
    if len(a) < 3:
        return "it is known of fewer than 3 samples"
    for values in (a, b):
        n_different = len(np.unique(values))
        if n_different < 2:
            return "there is one value only among the samples of which it is known"
        if values.dtype.kind != "U" and _only_rounding(np.asarray(values, dtype=np.float64)):
            return "its values differ by rounding only"
        if values.dtype.kind == "U" and n_different == len(values):
            return "every sample has a value of its own"
    return None


def _only_rounding(values: NDArray[np.float64]) -> bool:
    """Whether numbers differ by no more than the digits that a sum of them loses."""
    return bool(np.ptp(values) <= ROUNDING * np.abs(values).max())


def _tables(
    a: NDArray[np.generic], b: NDArray[np.generic], rng: np.random.Generator
) -> tuple[float, float, str]:
    """Cramér's V of two categories."""
    table = stats.contingency.crosstab(a, b).count
    expected = stats.contingency.expected_freq(table)
    chi_squared = float(((table - expected) ** 2 / expected).sum())
    value = min(1.0, (chi_squared / table.sum() / (min(table.shape) - 1)) ** 0.5)
    if table.shape == (2, 2):
        return value, float(stats.fisher_exact(table).pvalue), "Fisher's exact test"
    if expected.min() >= MIN_EXPECTED:
        return value, float(stats.chi2_contingency(table, correction=False).pvalue), "chi-squared"
    random = stats.MonteCarloMethod(n_resamples=N_RANDOM, rng=rng)
    found = stats.chi2_contingency(table, correction=False, method=random)
    return value, float(found.pvalue), "chi-squared of random tables"


def _groups(
    a: NDArray[np.generic], b: NDArray[np.float64], rng: np.random.Generator
) -> tuple[float, float, str]:
    """Correlation ratio of numbers over categories."""
    _, group, sizes = np.unique(a, return_inverse=True, return_counts=True)
    member = np.eye(len(sizes))[group] / np.sqrt(sizes)
    centred = b - b.mean()
    total = float(centred @ centred)
    share = min(1.0, float(((centred @ member) ** 2).sum()) / total)
    if sizes.min() >= MIN_GROUP:
        samples = [b[group == k] for k in range(len(sizes))]
        return share**0.5, float(stats.kruskal(*samples).pvalue), "Kruskal–Wallis"
    n_as_good, n_left = 0, N_RANDOM
    while n_left:
        n = min(n_left, max(1, BATCH // len(b)))
        permuted = rng.permuted(np.broadcast_to(centred, (n, len(b))), axis=1)
        shares = ((permuted @ member) ** 2).sum(axis=1) / total
        n_as_good += int((shares >= share * (1 - 1e-9)).sum())
        n_left -= n
    return share**0.5, (n_as_good + 1) / (N_RANDOM + 1), "permuted F test"
