"""Step 4: logistic regression on Gram matrices, by Newton's method to the optimum.

Where p >> n, scikit-learn's solver can stop far from the optimum at its default tolerance.
Newton's method in the n-space needs two factorisations and seven steps for each C, and says
how far from the optimum it ended.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from pipeline.dual import Fits, problems
from pipeline.gram import principal_scores
from pipeline.newton import MAX_ITERATIONS, TOLERANCE, newton_paths

MAX_NEWTON_UNKNOWNS = 1000
"""Unknowns of a multinomial model whose squared number still fits a quick factorisation."""

LBFGS_TOLERANCE = 1e-9
MAX_LBFGS_ITERATIONS = 10_000


def logistic_path(
    K: NDArray[np.float64],
    y: NDArray[np.intp],
    weights: NDArray[np.float64],
    grid: Sequence[float],
) -> Fits:
    """Fit logistic regression of two classes along a grid of C.

    Minimises |coef|^2 / 2 + C sum_i w_i log(1 + exp(-y_i f_i)), as scikit-learn does, by
    Newton's method in the n-space [1]_ with steps halved until the sum falls
    (`pipeline.newton`). Each C starts on the tangent at the solution of the one before.

    Parameters
    ----------
    K : ndarray of float, shape (n_problems, n_samples, n_samples)
        Gram matrices, centred on the rows of positive weight.
    y : ndarray of int, that can be broadcast to the shape of the weights
        Class indices, 0 or 1.
    weights : ndarray of float, shape (n_problems, n_samples) or (n_problems, n_labels, n_samples)
        Weights of the losses, 0 for what is held out: the same samples for all of a
        problem's vectors of labels.
    grid : sequence of float, length n_grid
        Values of C, increasing.

    Returns
    -------
    Fits
        With the residual that was reached; the caller judges it by `TOLERANCE`.

    References
    ----------
    .. [1] Rasmussen, Williams (2006). Gaussian Processes for Machine Learning, algorithm
       3.1, here with an intercept that is not penalised.
    """
    coefficients = np.zeros((len(grid), *weights.shape))
    intercepts, residuals = np.empty((2, len(grid), *weights.shape[:-1]))
    values_of_c = np.array(grid, dtype=np.float64)
    for q, (rows, A, signs, w) in enumerate(problems(K, y, weights)):
        n_labels, n_train = signs.shape
        a = np.empty((n_labels, len(grid), n_train))
        b, left = np.empty((2, n_labels, len(grid)))
        memory = np.empty((7, n_train)), np.empty(n_train**2)
        newton_paths(A, signs, w, values_of_c, a, b, left, *memory)
        coefficients[:, q, ..., rows] = a.T.reshape(n_train, len(grid), *weights.shape[1:-1])
        intercepts[:, q] = b.T.reshape(len(grid), *weights.shape[1:-1])
        residuals[:, q] = left.T.reshape(len(grid), *weights.shape[1:-1])
    return Fits(coefficients, intercepts, residuals)


def multinomial_path(
    K: NDArray[np.float64],
    y: NDArray[np.intp],
    weights: NDArray[np.float64],
    grid: Sequence[float],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Fit multinomial logistic regression of any number of classes along a grid of C.

    The penalty does not change when the genes are rotated: scikit-learn's own solvers get
    the training rows' principal scores, at most n - 1 columns, as their genes. Newton's
    method squares the number of unknowns, classes times columns; above `MAX_NEWTON_UNKNOWNS`
    L-BFGS takes over.

    Parameters
    ----------
    K : ndarray of float, shape (n_samples, n_samples)
        A fold's Gram matrix, centred on its training rows.
    y : ndarray of int, shape (n_samples,)
        Class indices.
    weights : ndarray of float, shape (n_samples,)
        Weights of the losses, 0 for what is held out.
    grid : sequence of float, length n_grid
        Values of C, increasing.

    Returns
    -------
    values : ndarray of float, shape (n_grid, n_samples, n_classes)
        Decision values, or (n_grid, n_samples) where the training rows have two classes.
    residuals : ndarray of float, shape (n_grid,)
        Largest violation of the conditions for the optimum, coef = C sum_i w_i (y_i - p_i) z_i,
        in units of the largest C w_i and of the mean length of z_i.
    """
    return scores_path(principal_scores(K, np.flatnonzero(weights)), y, weights, grid)


def scores_path(
    Z: NDArray[np.float64],
    y: NDArray[np.intp],
    weights: NDArray[np.float64],
    grid: Sequence[float],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Fit multinomial logistic regression on principal scores, as `multinomial_path` does.

    Parameters
    ----------
    Z : ndarray of float, shape (n_samples, n_components)
        Scores of all samples, about the mean of the training rows.
    y : ndarray of int, shape (n_samples,)
        As for `multinomial_path`.
    weights : ndarray of float, shape (n_samples,)
        As for `multinomial_path`.
    grid : sequence of float
        As for `multinomial_path`.

    Returns
    -------
    values : ndarray of float
        As of `multinomial_path`.
    residuals : ndarray of float
        As of `multinomial_path`.
    """
    train = np.flatnonzero(weights)
    # The solver's tolerance is absolute: at a mean length of 1 it means the same in any unit.
    size = np.sqrt(np.mean(np.sum(Z[train] ** 2, axis=1))) or 1.0
    Z = Z / size
    newton = Z.shape[1] * len(np.unique(y[train])) <= MAX_NEWTON_UNKNOWNS
    model = LogisticRegression(
        solver="newton-cholesky" if newton else "lbfgs",
        tol=TOLERANCE if newton else LBFGS_TOLERANCE,
        max_iter=MAX_ITERATIONS if newton else MAX_LBFGS_ITERATIONS,
        warm_start=True,
    )
    truth = y[train][:, None] == np.unique(y[train])
    values, residuals = [], []
    for C in grid:
        model.set_params(C=C * size**2).fit(Z[train], y[train], sample_weight=weights[train])
        values.append(model.decision_function(Z))
        gaps = weights[train][:, None] * (truth - model.predict_proba(Z[train]))
        pull = C * size**2 * (gaps.T @ Z[train])[-len(model.coef_) :]
        violation = np.abs(model.coef_ - pull).max() / (C * size**2 * weights.max())
        residuals.append(violation)
    return np.array(values), np.array(residuals)
