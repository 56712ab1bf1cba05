"""Family-wise adjusted p-values by Westfall and Young's step-down max-T.

A gene's statistic is put on a scale from 0 to 1 that rises with its size. With the gene
centred and its squares summing to 1 over all samples, and sums over the samples of a class::

    two classes     S² / W, W = a + b Q        S sum of the values, Q of their squares
                                               Welch: t² = constant x value / (1 - value)
    more classes    sum over k of S_k² / n_k   analysis of variance: between over total

S of many genes under many relabellings is a matrix product, cut into tiles. So is Q where it is
computed for all; of two classes it is computed only where it decides (`gene_loops`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb, prod

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from pipeline.gene_loops import raise_highest

# Values closer than this are equal: summed in another order, equal statistics must still tie.
ROUNDING = 1e-10
GENES_AT_ONCE = 64
CELLS_AT_ONCE = 2**18  # samples x relabellings; fastest on a core with 1 MB of cache


@dataclass(frozen=True)
class Adjusted:
    """Adjusted p-values of the genes, and from how many relabellings; complete: all there are."""

    p_values: NDArray[np.float64]
    n_permutations: int
    is_complete: bool


def max_t(
    X: NDArray[np.float64],
    y: NDArray[np.str_],
    classes: Sequence[str],
    *,
    n_permutations: int,
    rng: np.random.Generator,
) -> Adjusted:
    """Adjust the p-values of all genes for one another, by relabelling the samples.

    The adjusted p-value of a gene is the share of labellings under which any gene, of those
    no more significant, has a statistic as large as the gene's own, made monotone from the
    most significant gene on. Whatever the dependence between genes, all genes with 0.05 or
    less are different between the classes with probability 0.95 or more.

    Parameters
    ----------
    X : ndarray of float, shape (n_samples, n_genes)
        Expression values; each gene varies.
    y : ndarray of str, shape (n_samples,)
        Class labels, two or more of each class.
    classes : sequence of str
        The classes.
    n_permutations : int
        Number of random relabellings. If there are no more distinct ones, each is taken once.
    rng : numpy.random.Generator
        Draws the relabellings.

    Returns
    -------
    Adjusted
        The p-values are (b + 1) / (B + 1) [3]_: of Welch's t in both directions for two classes, of
        the F of analysis of variance for more.

    References
    ----------
    .. [1] Westfall, Young (1993). Resampling-based multiple testing. Wiley, algorithm 4.1.
    .. [2] Ge, Dudoit, Speed (2003). Resampling-based multiple testing for microarray data
       analysis. Test 12, 1-77, box 2.
    .. [3] Phipson, Smyth (2010). Permutation p-values should never be zero. Statistical
       Applications in Genetics and Molecular Biology 9, 39.
    """
    codes = np.argmax(y[:, None] == np.asarray(classes), axis=1)
    sizes = np.bincount(codes, minlength=len(classes))
    Z, slope = _standardised(X, sizes)
    observed = _values(Z, _design(codes[None], sizes), slope)[:, 0]
    order = np.argsort(observed, kind="stable")  # the least significant gene first
    Z, thresholds = Z[order], observed[order] - ROUNDING
    n_reached, n_drawn = np.zeros(len(order), dtype=np.intp), 0
    smallest = _smallest(Z, int(sizes[0]), slope)
    for labellings in relabellings(codes, n_permutations=n_permutations, rng=rng):
        design = _design(labellings, sizes)
        if len(sizes) == 2:
            n_reached += _reached_by_two(Z, design[0], slope, smallest, thresholds)
        else:
            n_reached += _reached(Z, design, slope, thresholds)
        n_drawn += len(labellings)
    falling = ((n_reached + 1) / (n_drawn + 1))[::-1]
    p_values = np.empty(len(order))
    p_values[order] = np.maximum.accumulate(falling)[::-1]
    return Adjusted(p_values, n_drawn, n_relabellings(sizes) <= n_permutations)


def counts_of_other_draws(
    p_values: NDArray[np.float64], *, n_permutations: int, level: float
) -> tuple[int, int]:
    """Say between which numbers of genes another draw of as many relabellings would find.

    The number b behind each p = (b + 1) / (B + 1) is binomial, given the data. A gene is found by
    nearly all draws where even the upper limit of its 95 % interval is at or below the level, and
    by next to none where the lower limit is above it.

    Parameters
    ----------
    p_values : ndarray of float, shape (n_genes,)
        Adjusted p-values, from relabellings drawn at random.
    n_permutations : int
        Their number, B.
    level : float
        The family-wise error rate.

    Returns
    -------
    n_low : int
        Genes whose interval of Clopper and Pearson [1]_ is at or below the level.
    n_high : int
        Genes whose interval reaches it.

    References
    ----------
    .. [1] Clopper, Pearson (1934). The use of confidence or fiducial limits illustrated in the
       case of the binomial. Biometrika 26, 404-413.
    """
    b = np.rint(p_values * (n_permutations + 1)) - 1
    rest = n_permutations - b
    low = np.where(b > 0, stats.beta.ppf(0.025, np.maximum(b, 1), rest + 1), 0.0)
    high = np.where(rest > 0, stats.beta.ppf(0.975, b + 1, np.maximum(rest, 1)), 1.0)
    return int((high <= level).sum()), int((low <= level).sum())


def n_relabellings(sizes: Sequence[int] | NDArray[np.intp]) -> int:
    """Count the ways to label the samples, but for the one observed.

    Parameters
    ----------
    sizes : sequence of int
        Number of samples of each class.

    Returns
    -------
    int
        The multinomial coefficient less 1.
    """
    return prod(comb(sum(map(int, sizes[: k + 1])), int(n)) for k, n in enumerate(sizes)) - 1


def relabellings(
    codes: NDArray[np.intp], *, n_permutations: int, rng: np.random.Generator
) -> Iterator[NDArray[np.intp]]:
    """Draw relabellings at random, or give each once where there are no more.

    Parameters
    ----------
    codes : ndarray of int, shape (n_samples,)
        Class of each sample, as a number from 0.
    n_permutations : int
        How many to draw.
    rng : numpy.random.Generator
        Draws them; how many are handed out at once does not change what is drawn.

    Yields
    ------
    ndarray of int, shape (n_at_once, n_samples)
        Permutations of `codes`; of all distinct ones, the observed is left out.
    """
    sizes = np.bincount(codes)
    at_once = max(1, CELLS_AT_ONCE // len(codes))
    if n_relabellings(sizes) <= n_permutations:
        every = _every_labelling(sizes)
        others = every[(every != codes).any(axis=1)]
        yield from (others[i : i + at_once] for i in range(0, len(others), at_once))
        return
    for start in range(0, n_permutations, at_once):
        n = min(at_once, n_permutations - start)
        yield rng.permuted(np.tile(codes, (n, 1)), axis=1)


def _every_labelling(sizes: NDArray[np.intp]) -> NDArray[np.intp]:
    """All distinct labellings, class after class on the samples that the last class still has."""
    last = len(sizes) - 1
    found = np.full((1, sizes.sum()), last)
    for k, n in enumerate(sizes[:-1]):
        grown = []
        for labelling in found:
            for chosen in combinations(np.flatnonzero(labelling == last), n):
                grown.append(labelling.copy())
                grown[-1][list(chosen)] = k
        found = np.array(grown)
    return found


def _standardised(
    X: NDArray[np.float64], sizes: NDArray[np.intp]
) -> tuple[NDArray[np.float64], float]:
    """Genes in rows, scaled so that S² / W is the value, and b in W = 1 + b Q."""
    Z = np.ascontiguousarray(X.T) - X.mean(axis=0)[:, None]
    Z /= np.sqrt((Z**2).sum(axis=1))[:, None]
    if len(sizes) > 2:
        return Z, 0.0
    # The squared standard errors of the means are a1 (Q - S²/n1) and, with the same S² and
    # 1 - Q for the other class, a2 (1 - Q - S²/n2): together a2 + (a1 - a2) Q - c S².
    n1, n2 = sizes.tolist()
    a1, a2 = 1 / (n1 * (n1 - 1)), 1 / (n2 * (n2 - 1))
    c = a1 / n1 + a2 / n2
    return Z * np.sqrt(c / a2), (a1 - a2) / c


def _design(labellings: NDArray[np.intp], sizes: NDArray[np.intp]) -> NDArray[np.float64]:
    """What sums samples to S: of the first of two classes, or of each class over sqrt(n)."""
    of_class: NDArray[np.bool_] = np.arange(len(sizes))[:, None, None] == labellings.T
    if len(sizes) == 2:
        return of_class[:1].astype(np.float64)
    return np.asarray(of_class / np.sqrt(sizes)[:, None, None])


def _values(
    Z: NDArray[np.float64], design: NDArray[np.float64], slope: float
) -> NDArray[np.float64]:
    """The statistics on their scale, shape (n_genes, n_labellings)."""
    sums = Z @ design
    sums *= sums
    values: NDArray[np.float64] = sums[0] if len(sums) == 1 else sums.sum(axis=0)
    if slope:  # else the classes are of one size, and W is 1
        n_first = design[0, :, 0].sum()
        values /= (1 / n_first + slope * Z**2) @ design[0]
    return values


def _smallest(Z: NDArray[np.float64], n_first: int, slope: float) -> NDArray[np.float64]:
    """What W is at least, for each gene, whoever is in the first of two classes."""
    squares = np.sort(Z**2, axis=1)
    extreme = squares[:, :n_first] if slope > 0 else squares[:, Z.shape[1] - n_first :]
    return np.asarray((1 + slope * extreme.sum(axis=1)) * (1 - ROUNDING))


def _reached_by_two(
    Z: NDArray[np.float64],
    first: NDArray[np.float64],
    slope: float,
    smallest: NDArray[np.float64],
    thresholds: NDArray[np.float64],
) -> NDArray[np.intp]:
    """As `_reached`, for two classes; W is computed only where it decides."""
    n_samples, n_labellings = first.shape
    members = np.flatnonzero(first.T).reshape(n_labellings, -1) % n_samples
    highest = np.zeros(n_labellings)
    n_reached = np.empty(len(Z), dtype=np.int64)
    for start in range(0, len(Z), GENES_AT_ONCE):
        tile = slice(start, start + GENES_AT_ONCE)
        part = Z[tile]
        raise_highest(
            part @ first,
            part,
            members,
            slope,
            smallest[tile],
            thresholds[tile],
            highest,
            n_reached[tile],
        )
    return n_reached


def _reached(
    Z: NDArray[np.float64],
    design: NDArray[np.float64],
    slope: float,
    thresholds: NDArray[np.float64],
) -> NDArray[np.intp]:
    """Count, for each gene, the labellings under which it or a gene before it reaches it."""
    highest = np.zeros(design.shape[-1])
    n_reached = np.empty(len(Z), dtype=np.intp)
    for start in range(0, len(Z), GENES_AT_ONCE):
        tile = slice(start, start + GENES_AT_ONCE)
        values = _values(Z[tile], design, slope)
        for row in values:  # six times as fast as np.maximum.accumulate(axis=0) of numpy 2.4
            highest = np.maximum(row, highest, out=row)
        n_reached[tile] = np.count_nonzero(values >= thresholds[tile, None], axis=1)
    return n_reached
