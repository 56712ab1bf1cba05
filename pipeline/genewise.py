"""Step 4: the two centroid rules over their whole grids, for many label vectors at once.

For one fold, `discriminant_path` gives the scores of `DiagonalDiscriminant` for every number
of genes, and `centroid_path` those of `NearestShrunkenCentroids` for every threshold: the
scores of the estimators fitted one by one, with the same rules for ties, constant genes and
genes without spread. `voting_path` does so for `WeightedVoting`.

Labels may be one vector or many on the same rows, as a permutation test draws them; what the
labels do not change is computed once. A threshold takes the same from the distance of every
gene beyond it. So three sums over these genes give its scores, and each gene is added once,
where the falling threshold first lets it in::

    sum (|d| - Delta) direction x  =  sum d x  -  Delta sum direction x
    sum (|d| - Delta)^2            =  sum d^2  -  2 Delta sum |d|  +  Delta^2 number
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.estimators.centroids import TOLERANCE
from pipeline.estimators.discriminant import DECIMALS
from pipeline.estimators.scores import rounded_scores, without_zeros
from pipeline.paths_centroids import (
    Moments,
    Training,
    class_sums,
    contrasts,
    intercepts,
    moments,
    training,
)
from pipeline.paths_genes import (
    by_blocks,
    entries,
    entries_beyond,
    order_statistics,
    reciprocals,
    running_sums,
    running_totals,
)
from pipeline.paths_voting import voting_path

__all__ = ("centroid_path", "centroid_thresholds", "discriminant_path", "voting_path")

Rows = NDArray[np.intp]


def discriminant_path(
    Z: NDArray[np.float64],
    y: NDArray[np.intp],
    train: Rows,
    counts: Sequence[int],
    n_classes: int,
    *,
    rows: Rows | None = None,
) -> NDArray[np.float64]:
    """Score samples by diagonal discriminants on growing numbers of genes, equal priors.

    Parameters
    ----------
    Z : ndarray of float, shape (n_samples, n_genes)
        Values of all samples, preprocessed as the fold says.
    y : ndarray of int, shape (n_samples,) or (n_vectors, n_samples)
        Classes as numbers from 0.
    train : ndarray of int
        Training rows.
    counts : sequence of int, length n_grid
        Numbers of genes, increasing; more than there are is all.
    n_classes : int
        Number of classes.
    rows : ndarray of int, optional
        Samples to score, by default all. Few cost less.

    Returns
    -------
    ndarray of float, shape (n_grid, n_rows, n_columns) or (n_vectors, n_grid, n_rows, n_columns)
        Decision values as `DiagonalDiscriminant` gives them: for two classes one column, the
        log odds of class 1, else a score of each class. A class without training samples is
        at minus infinity.

    Raises
    ------
    ValueError
        If there are no more training samples than classes.
    """
    vectors = np.atleast_2d(y)[:, train]
    fold = training(Z, train, rows)
    n_grid = len(counts)

    def score(block: slice, sums: NDArray[np.float64]) -> NDArray[np.float64]:
        found = moments(fold, vectors[block], n_classes, sums)
        within = found.variance * (len(train) - found.n_present)[:, np.newaxis]
        share = found.between / (found.between + within)
        entry = entries(share.round(DECIMALS), counts)
        variance = without_zeros(found.variance)
        linear, square = contrasts(reciprocals(found.n_per_class))
        start = intercepts((found.n_per_class > 0) / found.n_present[:, np.newaxis])
        scores = []
        for c in range(sums.shape[1]):
            weights = sums[:, c] / variance
            along = running_sums(weights, entry, fold.scored, n_grid)
            (squares,) = running_totals((weights * sums[:, c],), entry, n_grid)
            fixed = start[:, [c]] - square[:, [c]] / 2 * squares
            scores.append((linear[:, [c], np.newaxis] * along, fixed[:, :, np.newaxis]))
        return _joined(scores)

    values = _by_blocks(fold, vectors, n_classes, score)
    return values if y.ndim == 2 else values[0]


def centroid_path(
    Z: NDArray[np.float64],
    y: NDArray[np.intp],
    train: Rows,
    thresholds: NDArray[np.float64],
    n_classes: int,
    *,
    rows: Rows | None = None,
) -> NDArray[np.float64]:
    """Score samples by nearest shrunken centroids over thresholds, priors as in the training.

    Parameters
    ----------
    Z : ndarray of float, shape (n_samples, n_genes)
        Values of all samples, preprocessed as the fold says.
    y : ndarray of int, shape (n_samples,) or (n_vectors, n_samples)
        Classes as numbers from 0.
    train : ndarray of int
        Training rows.
    thresholds : ndarray of float, shape (n_grid,) or (n_vectors, n_grid)
        Thresholds, increasing, from 0 or more: the same for all label vectors or not.
    n_classes : int
        Number of classes.
    rows : ndarray of int, optional
        Samples to score, by default all. Few cost less.

    Returns
    -------
    ndarray of float, shape (n_grid, n_rows, n_columns) or (n_vectors, n_grid, n_rows, n_columns)
        Decision values as `NearestShrunkenCentroids` gives them: for two classes one column,
        the log odds of class 1, else a score of each class. A class without training samples
        is at minus infinity.

    Raises
    ------
    ValueError
        If there are no more training samples than classes.
    """
    vectors = np.atleast_2d(y)[:, train]
    fold = training(Z, train, rows)
    n_grid = np.shape(thresholds)[-1]
    # From the largest down, so that genes enter.
    grids = np.broadcast_to(thresholds, (len(vectors), n_grid))[:, ::-1]

    def score(block: slice, sums: NDArray[np.float64]) -> NDArray[np.float64]:
        found = moments(fold, vectors[block], n_classes, sums)
        spread = _spread(fold, found)
        linear, square = contrasts(_standard_errors(found.n_per_class))
        start = intercepts(found.n_per_class / len(train))
        grid = grids[block]
        scores = []
        for c in range(sums.shape[1]):
            distances = _distances(found, c, spread)
            sizes = np.abs(distances)
            entry = entries_beyond(sizes, grid + TOLERANCE * (1 + grid))
            far = running_sums(distances / spread, entry, fold.scored, n_grid)
            near = running_sums(np.copysign(1 / spread, distances), entry, fold.scored, n_grid)
            totals = running_totals((sizes**2, sizes, np.ones_like(sizes)), entry, n_grid)
            along = far - grid[:, :, np.newaxis] * near
            squares = totals[0] - 2 * grid * totals[1] + grid**2 * totals[2]
            fixed = start[:, [c]] - square[:, [c]] / 2 * squares
            scores.append((linear[:, [c], np.newaxis] * along, fixed[:, :, np.newaxis]))
        return _joined(scores)[:, ::-1]

    values = _by_blocks(fold, vectors, n_classes, score)
    return values if y.ndim == 2 else values[0]


def centroid_thresholds(
    Z: NDArray[np.float64], y: NDArray[np.intp], train: Rows, n: int = 30
) -> NDArray[np.float64]:
    """Space thresholds from none to one that leaves no gene.

    Parameters
    ----------
    Z : ndarray of float, shape (n_samples, n_genes)
        Values of all samples, preprocessed as the fold says.
    y : ndarray of int, shape (n_samples,) or (n_vectors, n_samples)
        Classes as numbers from 0.
    train : ndarray of int
        Training rows.
    n : int, default=30
        How many; 30 as in R's package pamr (1.57, nsc.R).

    Returns
    -------
    ndarray of float, shape (n,) or (n_vectors, n)
        From 0 to the largest distance of a class mean from the overall mean, in standard
        errors, in equal steps.

    Raises
    ------
    ValueError
        If there are no more training samples than classes.
    """
    vectors = np.atleast_2d(y)[:, train]
    fold = training(Z, train, train[:0])

    n_classes = int(y.max()) + 1

    def largest(block: slice, sums: NDArray[np.float64]) -> NDArray[np.float64]:
        found = moments(fold, vectors[block], n_classes, sums)
        spread = _spread(fold, found)
        sizes = [np.abs(_distances(found, c, spread)) for c in range(sums.shape[1])]
        return np.asarray(np.max(sizes, axis=(0, 2), initial=0.0))

    grid = np.linspace(0.0, _by_blocks(fold, vectors, n_classes, largest), n, axis=-1)
    return grid if y.ndim == 2 else grid[0]


def _by_blocks(
    fold: Training,
    vectors: NDArray[np.intp],
    n_classes: int,
    score: Callable[[slice, NDArray[np.float64]], NDArray[np.float64]],
) -> NDArray[np.float64]:
    """Score all label vectors from their class sums."""
    return by_blocks(
        vectors,
        len(fold.scored),
        1 if n_classes == 2 else n_classes,
        lambda codes: class_sums(fold, codes, n_classes),
        score,
    )


def _joined(columns: list[tuple[NDArray[np.float64], NDArray[np.float64]]]) -> NDArray[np.float64]:
    """Scores of all columns from their two parts."""
    along, fixed = (np.stack(part, axis=-1) for part in zip(*columns, strict=True))
    return rounded_scores(along, fixed)


def _spread(fold: Training, found: Moments) -> NDArray[np.float64]:
    """Sum of s and of s0, its median over all genes, of each label vector and gene."""
    s = np.sqrt(found.variance)
    n_genes = fold.n_constant + s.shape[1]
    middle = [place - fold.n_constant for place in ((n_genes - 1) // 2, n_genes // 2)]
    places = [place for place in middle if place >= 0]  # the spread of constant genes is 0
    return without_zeros(s + order_statistics(s, places).sum(axis=1, keepdims=True) / 2)


def _standard_errors(n_per_class: NDArray[np.intp]) -> NDArray[np.float64]:
    """Factor m of each class, sqrt(1/n[k] - 1/n); 0 for a class without samples."""
    n_samples = n_per_class.sum(axis=1, keepdims=True)
    return np.asarray(np.sqrt(np.maximum(reciprocals(n_per_class) - 1 / n_samples, 0.0)))


def _distances(found: Moments, c: int, spread: NDArray[np.float64]) -> NDArray[np.float64]:
    """Distances of one class mean from the overall mean, in standard errors."""
    k = 1 if found.n_per_class.shape[1] == 2 else c
    n = found.n_per_class[:, k]
    m = _standard_errors(found.n_per_class)[:, k]
    unit = np.divide(1.0, n * m, out=np.zeros(len(n)), where=m > 0)
    return found.sums[:, c] * unit[:, np.newaxis] / spread
