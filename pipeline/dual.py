"""Step 4: linear models on Gram matrices: what they share, and ridge regression.

Each model says f(sample) = sum_i a_i k(sample, x_i) + b, with an intercept b that is not
penalised and so sum_i a_i = 0. A problem is a fold's Gram matrix of all samples
(`pipeline.gram.fold_grams`) and a weight for each sample, 0 where it is held out::

    K        (n_problems, n_samples, n_samples)
    weights  (n_problems, n_samples)      [0, 0, 1, 1, ...]   rows 0 and 1 are held out
    f        (n_problems, n_samples)      of all samples, held out or not

Problems are stacked, because one call to LAPACK for hundreds of small matrices costs a
fraction of hundreds of calls. Ridge and a Newton step of logistic regression are the same
linear system, (I + W K) a = r - w b with W = diag(w); a sample of weight 0 gets a_i = 0.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Fits:
    """Solutions along a grid of C, of stacked problems, in the n-space.

    `coefficients` has shape (n_grid, n_problems, n_samples), `intercepts` and `residuals`
    (n_grid, n_problems), with an axis for vectors of labels after that of problems where
    there are several. A residual is the largest violation of the conditions for the
    optimum, a_i = C w_i (y_i - p_i) and sum_i a_i = 0, in units of the largest C w_i.
    """

    coefficients: NDArray[np.float64]
    intercepts: NDArray[np.float64]
    residuals: NDArray[np.float64]


def training_weights(
    y: NDArray[np.intp], trains: Sequence[NDArray[np.intp]], *, balanced: bool = False
) -> NDArray[np.float64]:
    """Give each fold's samples their weight in the sum of losses.

    Parameters
    ----------
    y : ndarray of int, shape (n_samples,)
        Class indices.
    trains : sequence of ndarray of int, length n_folds
        Training rows of each fold.
    balanced : bool, default=False
        Whether classes get equal weight, as scikit-learn's `class_weight="balanced"`.

    Returns
    -------
    ndarray of float, shape (n_folds, n_samples)
        0 for what is held out; else 1, or n_train / (n_classes * n_of_the_class).
    """
    weights = np.zeros((len(trains), len(y)))
    for fold, train in enumerate(trains):
        counts = np.bincount(y[train])
        n_classes = np.count_nonzero(counts)
        weights[fold, train] = len(train) / (n_classes * counts[y[train]]) if balanced else 1
    return weights


def decisions(K: NDArray[np.float64], fits: Fits) -> NDArray[np.float64]:
    """Give the decision values of all samples.

    Parameters
    ----------
    K : ndarray of float, shape (n_problems, n_samples, n_samples)
        Gram matrices.
    fits : Fits
        What was fitted on them.

    Returns
    -------
    ndarray of float, of the shape of the coefficients
        Positive for class 1.
    """
    return apply(K, fits.coefficients) + fits.intercepts[..., None]


def ridge_operator(
    K: NDArray[np.float64], weights: NDArray[np.float64], penalty: float
) -> NDArray[np.float64]:
    """Give the matrix that turns targets into ridge regression's predictions.

    With targets -1 and 1 these are the decision values of scikit-learn's
    `RidgeClassifier`; with a column for each class, of its form for many classes. As the
    matrix does not depend on the targets, it serves every permutation of the labels.

    Parameters
    ----------
    K : ndarray of float, shape (n_problems, n_samples, n_samples)
        Gram matrices; an intercept is fitted, so that their centring does not matter.
    weights : ndarray of float, shape (n_problems, n_samples)
        Weights of the squared errors, 0 for what is held out.
    penalty : float
        The factor of the squared coefficients, scikit-learn's alpha.

    Returns
    -------
    ndarray of float, shape (n_problems, n_samples, n_samples)
        H, with H @ targets predicting all samples; columns of held-out samples are 0.
    """
    a, b = _ridge(K, weights, penalty)
    operator: NDArray[np.float64] = K @ a + b[:, None, :]
    return operator


def leave_one_out_operator(
    K: NDArray[np.float64], weights: NDArray[np.float64], penalty: float
) -> NDArray[np.float64]:
    """Give the matrix that turns targets into predictions by fits without the sample itself.

    It equals the refits only if nothing else was learned with the sample: genes scaled or
    selected on all training rows make it optimistic. Where A turns targets into
    coefficients, the residual without sample i is (A y)_i / A_ii; the same [1]_ as
    (y_i - f_i) / (1 - H_ii), without its cancellation.

    Parameters
    ----------
    K : ndarray of float, shape (n_problems, n_samples, n_samples)
        Gram matrices.
    weights : ndarray of float, shape (n_problems, n_samples)
        Weights of the squared errors, 0 for what is held out anyway.
    penalty : float
        The factor of the squared coefficients, scikit-learn's alpha.

    Returns
    -------
    ndarray of float, shape (n_problems, n_samples, n_samples)
        Rows of training samples are of the fit without them, other rows of the whole fit.

    References
    ----------
    .. [1] Hastie, Tibshirani, Friedman (2009). The Elements of Statistical Learning, 2nd
       edition, equation 7.64.
    """
    a, b = _ridge(K, weights, penalty)
    own = np.diagonal(a, axis1=1, axis2=2)[:, :, None]
    left_out = np.eye(a.shape[1]) - a / np.where(own > 0, own, 1)
    return np.where(own > 0, left_out, K @ a + b[:, None, :])


def problems(
    K: NDArray[np.float64], y: NDArray[np.intp], weights: NDArray[np.float64]
) -> Iterator[
    tuple[NDArray[np.intp], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]
]:
    """Cut stacked problems down to their training rows, one after the other.

    Parameters
    ----------
    K : ndarray of float, shape (n_problems, n_samples, n_samples)
        Gram matrices.
    y : ndarray of int, that can be broadcast to the shape of the weights
        Class indices, 0 or 1.
    weights : ndarray of float, shape (n_problems, n_samples) or (n_problems, n_labels, n_samples)
        Weights, 0 for what is held out: of a problem's vectors of labels the same samples.

    Yields
    ------
    rows : ndarray of int, shape (n_train,)
        The training rows.
    K : ndarray of float, shape (n_train, n_train)
        Their products.
    signs, weights : ndarray of float, shape (n_labels, n_train)
        -1 or 1 for classes, and weights.
    """
    n_samples = K.shape[-1]
    signs = np.broadcast_to(2.0 * y - 1, weights.shape).reshape(len(K), -1, n_samples)
    for gram, sign, weight in zip(K, signs, weights.reshape(signs.shape), strict=True):
        rows = np.flatnonzero(weight[0])
        yield (
            rows,
            gram.take(rows, 0).take(rows, 1),
            np.ascontiguousarray(sign[:, rows]),
            np.ascontiguousarray(weight[:, rows]),
        )


def solve(
    K: NDArray[np.float64], w: NDArray[np.float64], r: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Solve (I + W K) a = r - w b for a whose columns sum to 0, and b.

    Parameters
    ----------
    K : ndarray of float, shape (n_problems, n, n)
        Gram matrices.
    w : ndarray of float, shape (n_problems, n)
        Diagonal of W, not negative.
    r : ndarray of float, shape (n_problems, n, n_columns)
        Right-hand sides.

    Returns
    -------
    a : ndarray of float, shape (n_problems, n, n_columns)
        Coefficients.
    b : ndarray of float, shape (n_problems, n_columns)
        Intercepts.
    """
    system = w[:, :, None] * K
    np.einsum("qii->qi", system)[:] += 1
    solved = np.linalg.solve(system, np.concatenate([w[:, :, None], r], axis=2))
    unit, free = solved[:, :, :1], solved[:, :, 1:]
    b = free.sum(axis=1) / unit.sum(axis=1)
    return free - unit * b[:, None, :], b


def apply(K: NDArray[np.float64], a: NDArray[np.float64]) -> NDArray[np.float64]:
    """Multiply each stacked symmetric matrix with its vectors.

    Parameters
    ----------
    K : ndarray of float, shape (n_problems, n, n)
        Symmetric matrices.
    a : ndarray of float, shape (n_grid, n_problems, n) or (n_grid, n_problems, n_vectors, n)
        Vectors.

    Returns
    -------
    ndarray of float, of the shape of the vectors
        Products.
    """
    rows = a if a.ndim == 4 else a[:, :, None]
    product: NDArray[np.float64] = (rows @ K).reshape(a.shape)
    return product


def _ridge(
    K: NDArray[np.float64], weights: NDArray[np.float64], penalty: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Matrix and row that turn targets into coefficients and intercept."""
    w = weights / penalty
    return solve(K, w, w[:, :, None] * np.eye(w.shape[1]))
