"""Step 4: weighted voting over numbers of genes, for many label vectors at once.

The signed prediction strengths of `WeightedVoting`, as fitted for each number of genes one
by one: means and standard deviations of a class and of the rest come from matrix products,
and the votes of a gene, for and against, are added from the number on at which it enters.
"""

from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from pipeline.estimators.scores import without_zeros
from pipeline.estimators.voting import DECIMALS
from pipeline.paths_genes import by_blocks, entries_by_side, reciprocals
from pipeline.ranking import ROUNDING

# Mean square minus squared mean loses digits where a class lies close together far from
# zero; below this share of the mean square the few genes concerned are computed directly.
DOUBTFUL_SHARE = 1e-4

Values = NDArray[np.float64]


def voting_path(
    Z: NDArray[np.float64],
    y: NDArray[np.intp],
    train: NDArray[np.intp],
    counts: Sequence[int],
    n_classes: int,
    *,
    rows: NDArray[np.intp] | None = None,
) -> NDArray[np.float64]:
    """Score samples by weighted votes of growing numbers of genes.

    Parameters
    ----------
    Z : ndarray of float, shape (n_samples, n_genes)
        Values of all samples, preprocessed as the fold says.
    y : ndarray of int, shape (n_samples,) or (n_vectors, n_samples)
        Classes as numbers from 0.
    train : ndarray of int
        Training rows.
    counts : sequence of int, length n_grid
        Numbers of genes, increasing. As in `WeightedVoting` half of them, rounded down, are
        the most that vote from each side: all genes vote from twice their number on.
    n_classes : int
        Number of classes.
    rows : ndarray of int, optional
        Samples to score, by default all. Few cost less.

    Returns
    -------
    ndarray of float, shape (n_grid, n_rows, n_columns) or (n_vectors, n_grid, n_rows, n_columns)
        Decision values as `WeightedVoting` gives them: prediction strengths for class 1 in
        one column, or for each of more classes against the rest. A class without training
        samples is at minus infinity, one without others at infinity.
    """
    vectors = np.atleast_2d(y)[:, train]
    values = Z[train]
    low = values.min(axis=0)
    varies = low < values.max(axis=0)
    raw, low = values[:, varies], low[varies]
    # From the smallest value, so that a class that is at the floor throughout has sums of zero.
    values = raw - low
    squares = values**2
    limit = ROUNDING * np.abs(raw).max(axis=0)
    scored = ((Z if rows is None else Z[rows])[:, varies] - low).T.copy()
    sides = [count // 2 for count in counts]

    def multiply(inside: NDArray[np.intp]) -> tuple[NDArray[np.float64], ...]:
        groups = np.stack([inside, 1 - inside], axis=1)
        shares = groups * reciprocals(groups.sum(axis=2, keepdims=True))
        flat = shares.reshape(-1, len(train))
        return tuple((flat @ part).reshape(*shares.shape[:2], -1) for part in (values, squares))

    def score(k: int, block: slice, mean: Values, mean_square: Values) -> Values:
        inside = vectors[block] == k
        groups = np.stack([inside, ~inside], axis=1)
        spread = _deviations(raw, groups, mean, mean_square).sum(axis=1)
        spread *= spread > limit
        weights = (mean[:, 0] - mean[:, 1]) / without_zeros(spread)
        strengths = _strengths(weights, mean.mean(axis=1), scored, sides, limit)
        strengths[~inside.any(axis=1)] = -np.inf
        strengths[inside.all(axis=1)] = np.inf
        return strengths

    found = np.stack(
        [
            by_blocks((vectors == k).astype(np.intp), len(low), 4, multiply, partial(score, k))
            for k in (range(1, 2) if n_classes == 2 else range(n_classes))
        ],
        axis=-1,
    )
    return found if y.ndim == 2 else found[0]


def _deviations(
    raw: Values, groups: NDArray[np.bool_], mean: Values, mean_square: Values
) -> Values:
    """Standard deviations (divisor n) of the class and the rest, for each label vector."""
    variance = mean_square - mean**2
    doubtful = np.flatnonzero(variance < DOUBTFUL_SHARE * mean_square)
    row, side, gene = np.unravel_index(doubtful, variance.shape)
    members, values = groups[row, side], raw[:, gene].T
    shares = members * reciprocals(members.sum(axis=1, keepdims=True))
    centre = (shares * values).sum(axis=1, keepdims=True)
    variance[row, side, gene] = (shares * (values - centre) ** 2).sum(axis=1)
    return np.sqrt(variance)


def _strengths(
    weights: NDArray[np.float64],
    midpoints: NDArray[np.float64],
    scored: NDArray[np.float64],
    sides: Sequence[int],
    resolution: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Signed prediction strengths, shape (n_vectors, n_grid, n_samples)."""
    entry = entries_by_side(weights.round(DECIMALS), sides)
    grid = np.arange(len(sides))[:, np.newaxis]
    strengths = np.zeros((len(weights), len(sides), scored.shape[1]))
    for row, enters in enumerate(entry):
        voting = np.flatnonzero(enters < len(sides))
        votes = scored[voting] - midpoints[row, voting, np.newaxis]
        votes *= np.abs(votes) > resolution[voting, np.newaxis]
        votes *= weights[row, voting, np.newaxis]
        entered = (enters[voting] <= grid).astype(np.float64)
        total = entered @ np.abs(votes)
        np.divide(entered @ votes, total, out=strengths[row], where=total > 0)
    return strengths.round(DECIMALS)
