"""Step 4: nearest neighbours over their numbers, from a Gram matrix of the samples.

The squared distance of two samples is K[i, i] + K[j, j] - 2 K[i, j], so the genes are not
needed. Who is near does not depend on labels: for every number of neighbours a matrix says
who they are, and one product with the labels counts the classes among them, for all label
vectors at once.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

# Distances that differ by rounding only, in units of the largest square, are equal.
DECIMALS = 12


def neighbours_path(
    K: NDArray[np.float64],
    y: NDArray[np.intp],
    train: NDArray[np.intp],
    counts: Sequence[int],
    n_classes: int,
    *,
    rows: NDArray[np.intp] | None = None,
) -> NDArray[np.float64]:
    """Score samples by the classes of their nearest training samples.

    Parameters
    ----------
    K : ndarray of float, shape (n_samples, n_samples)
        Gram matrix of all samples, preprocessed as the fold says.
    y : ndarray of int, shape (n_samples,) or (n_vectors, n_samples)
        Classes as numbers from 0.
    train : ndarray of int
        Training rows.
    counts : sequence of int, length n_grid
        Numbers of neighbours, increasing; more than there are training samples is all.
    n_classes : int
        Number of classes.
    rows : ndarray of int, optional
        Samples to score, by default all.

    Returns
    -------
    ndarray of float, shape (n_grid, n_rows, n_columns) or (n_vectors, n_grid, n_rows, n_columns)
        For two classes one column, the share of class 1 among the neighbours minus 1/2, else
        the share of each class. As in scikit-learn's `KNeighborsClassifier` a training sample
        is its own neighbour, and of classes with equal shares the first is predicted. Of
        training samples at the same distance the first in `train` are the nearer.
    """
    vectors = np.atleast_2d(y)[:, train]
    near = _neighbourhoods(K, train, counts, rows)
    n_grid, n_rows, n_train = near.shape
    size = np.minimum(counts, n_train)[:, np.newaxis]
    shares = []
    for k in range(1, 2) if n_classes == 2 else range(n_classes):
        numbers = (vectors == k).astype(np.float64) @ near.reshape(-1, n_train).T
        shares.append(numbers.reshape(-1, n_grid, n_rows) / size)
    values = np.stack(shares, axis=-1) - (0.5 if n_classes == 2 else 0.0)
    return values if y.ndim == 2 else values[0]


def _neighbourhoods(
    K: NDArray[np.float64],
    train: NDArray[np.intp],
    counts: Sequence[int],
    rows: NDArray[np.intp] | None,
) -> NDArray[np.float64]:
    """Who is a neighbour of whom, 1 or 0, shape (n_grid, n_rows, n_train)."""
    products = K[:, train] if rows is None else K[np.ix_(rows, train)]
    squares = K.diagonal()
    # The square of the sample itself is the same for all its neighbours.
    distances = (squares[train] - 2 * products) / (np.abs(squares).max() or 1.0)
    order = np.argsort(distances.round(DECIMALS), axis=1, kind="stable")
    ranks = np.argsort(order, axis=1)
    return np.asarray(ranks < np.reshape(counts, (-1, 1, 1)), dtype=np.float64)
