"""Lists of genes: max-T and the bootstrap of the ranking, beside one relabelling after another."""

import warnings

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from benchmarks.task import SEED, Data, Labels, Task
from pipeline import max_t, ranking, stability

CLASSES = ("a", "b")
N_PERMUTATIONS = 10_000
N_BOOTSTRAPS = 100


def _labels(data: Data) -> NDArray[np.str_]:
    """Name the classes."""
    return np.where(data.y == 0, *CLASSES)


def _tested(data: Data) -> NDArray[np.float64]:
    """Keep the genes that are tested."""
    p_values, _ = ranking.class_test(data.X, _labels(data), CLASSES)
    return np.ascontiguousarray(data.X[:, np.isfinite(p_values)])


def fast_max_t(data: Data) -> Labels:
    """Adjust by matrix products.

    Parameters
    ----------
    data : Data
        The data.

    Returns
    -------
    ndarray of int
        Of each gene, its p-value in relabellings.
    """
    adjusted = max_t.max_t(
        _tested(data),
        _labels(data),
        CLASSES,
        n_permutations=N_PERMUTATIONS,
        rng=np.random.default_rng(SEED),
    )
    return _in_relabellings(adjusted.p_values)


def plain_max_t(data: Data) -> Labels:
    """Adjust by a loop over scipy's Welch test, on the same relabellings.

    Parameters
    ----------
    data : Data
        The data.

    Returns
    -------
    ndarray of int
        Of each gene, its p-value in relabellings.
    """
    X, rng = _tested(data), np.random.default_rng(SEED)
    observed = _welch(X, data.y)
    order = np.argsort(observed, kind="stable")
    n_reached = np.zeros(len(order), dtype=np.intp)
    for batch in max_t.relabellings(data.y, n_permutations=N_PERMUTATIONS, rng=rng):
        for labelling in batch:
            highest = np.maximum.accumulate(_welch(X, labelling)[order])
            n_reached += highest >= observed[order] * (1 - 1e-12)
    p_values = np.empty(len(order))
    falling = ((n_reached + 1) / (N_PERMUTATIONS + 1))[::-1]
    p_values[order] = np.maximum.accumulate(falling)[::-1]
    return _in_relabellings(p_values)


def fast_bootstraps(data: Data) -> Labels:
    """Rank the genes of all bootstraps by matrix products.

    Parameters
    ----------
    data : Data
        The data.

    Returns
    -------
    ndarray of int
        Of each gene, the number of lists of 50 that it is in.
    """
    places = stability.places(data.X, _labels(data), CLASSES, _draws(data))
    return np.asarray((places < 25).sum(axis=0))


def plain_bootstraps(data: Data) -> Labels:
    """Rank the genes of one bootstrap after another, on its samples.

    Parameters
    ----------
    data : Data
        The data.

    Returns
    -------
    ndarray of int
        Of each gene, the number of lists of 50 that it is in.
    """
    y, n_listed = _labels(data), np.zeros(data.X.shape[1], dtype=np.intp)
    for counts in _draws(data):
        rows = np.repeat(np.arange(len(y)), counts)
        scores = ranking.signal_to_noise(data.X[rows], y[rows], CLASSES)
        n_listed[ranking.best_of_each_class(scores.round(9), n_per_class=25)] += 1
    return n_listed


def _draws(data: Data) -> NDArray[np.intp]:
    """Draw the samples with replacement."""
    rng = np.random.default_rng(SEED)
    return stability.bootstraps(_labels(data), CLASSES, n=N_BOOTSTRAPS, rng=rng)


def _welch(X: NDArray[np.float64], codes: Labels) -> NDArray[np.float64]:
    """The size of Welch's t."""
    with warnings.catch_warnings():
        # A gene at the floor throughout one class is expected, and its test is sound.
        warnings.filterwarnings("ignore", message="Precision loss", category=RuntimeWarning)
        test = stats.ttest_ind(X[codes == 0], X[codes == 1], equal_var=False)
    return np.asarray(np.abs(test.statistic))


def _in_relabellings(p_values: NDArray[np.float64]) -> Labels:
    """p-values as the whole numbers that they are made of."""
    return np.rint(p_values * (N_PERMUTATIONS + 1)).astype(np.intp)


TASKS = (
    Task("max-T, Welch's t, 10,000 relabellings", fast_max_t, plain_max_t),
    Task("100 bootstraps of the ranking", fast_bootstraps, plain_bootstraps),
)
