"""Step 4: class sums and ranked sums of genes, for many label vectors at once.

Class means and sums of squares are linear in the labels, so one matrix product gives those
of a whole block of label vectors::

    labels == k    (n_vectors, n_train)  @  values (n_train, n_genes)  =  sums of class k

A score over a grid (the best 10, 20, ... genes; the genes beyond a threshold) is a sum over
genes that enter one after another. So a gene is added once, at its entry, and running sums
over the grid give all scores (`entries`, `running_sums`).
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.gene_loops import add_entering, add_totals, find_best, find_limits, find_places

PRODUCT_VALUES = 2**21
"""Results of one matrix product, 16 MB: many label vectors, for the genes are read each time."""

BLOCK_VALUES = 2**16
"""Values of genes by label vectors that are then worked on together: 0.5 MB, to stay in caches."""

N_CELLS = 1024
"""Cells into which `order_statistics` sorts values first."""


def by_blocks(
    vectors: NDArray[np.intp],
    n_genes: int,
    n_products: int,
    multiply: Callable[[NDArray[np.intp]], tuple[NDArray[np.float64], ...]],
    score: Callable[..., NDArray[np.float64]],
) -> NDArray[np.float64]:
    """Score label vectors in blocks: large ones to multiply, small ones for what follows.

    Parameters
    ----------
    vectors : ndarray of int, shape (n_vectors, n_train)
        Classes of the training rows.
    n_genes, n_products : int
        Number of genes, and numbers that the products have for one gene and label vector.
    multiply : callable
        Takes label vectors, returns arrays with a row for each.
    score : callable
        Takes a slice of the label vectors and its rows of the products, returns their scores.

    Returns
    -------
    ndarray of float, shape (n_vectors, ...)
        The scores of all.
    """
    large = max(1, PRODUCT_VALUES // max(1, n_genes * n_products))
    small = max(1, BLOCK_VALUES // max(1, n_genes))
    scores = []
    for start in range(0, len(vectors), large):
        products = multiply(vectors[start : start + large])
        for first in range(0, len(products[0]), small):
            parts = [product[first : first + small] for product in products]
            block = slice(start + first, start + first + len(parts[0]))
            scores.append(score(block, *parts))
    return np.concatenate(scores)


def reciprocals(counts: NDArray[np.intp]) -> NDArray[np.float64]:
    """Divide 1 by numbers of samples.

    Parameters
    ----------
    counts : ndarray of int
        Numbers of samples.

    Returns
    -------
    ndarray of float, of the same shape
        1 / count, and 0 where there is no sample: sums over no sample are 0, and so their mean.
    """
    return np.divide(1.0, counts, out=np.zeros(counts.shape), where=counts > 0)


def entries(values: NDArray[np.float64], counts: Sequence[int]) -> NDArray[np.int32]:
    """Say from which number of best genes on each gene is among them.

    Parameters
    ----------
    values : ndarray of float, shape (n_vectors, n_genes)
        What the genes are ranked by; of equal values the first is the better.
    counts : sequence of int, length n_counts
        Numbers of best genes, increasing.

    Returns
    -------
    ndarray of int, shape (n_vectors, n_genes)
        Position in `counts`; n_counts for a gene that never enters.
    """
    return _entries(values, counts, -np.inf, (1.0,))


def entries_by_side(values: NDArray[np.float64], counts: Sequence[int]) -> NDArray[np.int32]:
    """Say from which number on a gene is among the largest positive or the smallest negative.

    Parameters
    ----------
    values : ndarray of float, shape (n_vectors, n_genes)
        What the genes are ranked by; of equal values the first come first.
    counts : sequence of int, length n_counts
        Numbers of genes of each side, increasing; a side has no more than it has.

    Returns
    -------
    ndarray of int, shape (n_vectors, n_genes)
        Position in `counts`; n_counts for a gene that never enters, such as one at 0.
    """
    return _entries(values, counts, 0.0, (1.0, -1.0))


def _entries(
    values: NDArray[np.float64], counts: Sequence[int], least: float, signs: tuple[float, ...]
) -> NDArray[np.int32]:
    """Entries of the best genes above a value, or of those of both signs."""
    n_genes = values.shape[1]
    fewer = np.array([count for count in counts if count < n_genes], dtype=np.int64)
    # Where all genes are asked for, the others enter there, unsorted; else never.
    entry = np.full(values.shape, len(fewer), dtype=np.int32)
    if least == 0:
        entry[values == 0] = len(counts)
    if len(fewer):
        memory = [np.empty(n, np.int64) for n in (n_genes, N_CELLS + 1, n_genes)]
        for sign in signs:
            find_best(np.ascontiguousarray(values), sign, least, fewer, *memory, entry)
    return entry


def order_statistics(values: NDArray[np.float64], places: Sequence[int]) -> NDArray[np.float64]:
    """Find the values that would stand at some places of each row, were it sorted.

    What `numpy.partition` finds, in a fraction of its time.

    Parameters
    ----------
    values : ndarray of float, shape (n_rows, n_values)
        Finite values.
    places : sequence of int, length n_places
        Places from 0, below n_values.

    Returns
    -------
    ndarray of float, shape (n_rows, n_places)
        The values.
    """
    n_rows, n_values = values.shape
    if not n_values or not len(places):
        return np.empty((n_rows, len(places)))
    found = np.empty((n_rows, len(places)))
    memory = np.empty(n_values, np.int64), np.empty(N_CELLS + 1, np.int64), np.empty(n_values)
    find_places(np.ascontiguousarray(values), np.asarray(places, np.int64), *memory, found)
    return found


def entries_beyond(
    values: NDArray[np.float64], limits: NDArray[np.float64], *, ties_enter: bool = False
) -> NDArray[np.int32]:
    """Say from which of falling limits on each gene lies beyond the limit.

    Parameters
    ----------
    values : ndarray of float, shape (n_vectors, n_genes)
        Values of the genes.
    limits : ndarray of float, shape (n_vectors, n_grid)
        Limits, falling.
    ties_enter : bool, default=False
        Whether a gene that is at the limit is beyond it.

    Returns
    -------
    ndarray of int, shape (n_vectors, n_genes)
        Position of the limit; n_grid for a gene that is beyond none.
    """
    entry = np.zeros(values.shape, dtype=np.int32)
    if limits.shape[1]:
        find_limits(np.ascontiguousarray(values), np.ascontiguousarray(limits), ties_enter, entry)
    return entry


def running_sums(
    weights: NDArray[np.float64], entry: NDArray[np.int32], values: NDArray[np.float64], n_grid: int
) -> NDArray[np.float64]:
    """Add up weighted values of the genes that have entered.

    Parameters
    ----------
    weights : ndarray of float, shape (n_vectors, n_genes)
        Weights of the genes.
    entry : ndarray of int, shape (n_vectors, n_genes)
        Point of the grid at which each gene enters, from 0; `n_grid` for never.
    values : ndarray of float, shape (n_genes, n_samples)
        Values of the genes.
    n_grid : int
        Number of points.

    Returns
    -------
    ndarray of float, shape (n_vectors, n_grid, n_samples)
        Sums over the genes that have entered at each point.
    """
    sums = np.zeros((len(weights), n_grid, values.shape[1]))
    add_entering(np.ascontiguousarray(weights), entry, np.ascontiguousarray(values), sums)
    return sums.cumsum(axis=1, out=sums)


def running_totals(
    weights: Sequence[NDArray[np.float64]], entry: NDArray[np.int32], n_grid: int
) -> list[NDArray[np.float64]]:
    """Add up weights of the genes that have entered.

    Parameters
    ----------
    weights : sequence of ndarray of float, shape (n_vectors, n_genes)
        Weights of the genes, of one or several kinds.
    entry : ndarray of int, shape (n_vectors, n_genes)
        Point of the grid at which each gene enters, from 0; `n_grid` for never.
    n_grid : int
        Number of points.

    Returns
    -------
    list of ndarray of float, shape (n_vectors, n_grid)
        For each kind the sums over the genes that have entered at each point.
    """
    totals = []
    for kind in weights:
        sums = np.zeros((len(entry), n_grid + 1))
        add_totals(np.ascontiguousarray(kind), entry, sums)
        totals.append(sums[:, :n_grid].cumsum(axis=1))
    return totals
