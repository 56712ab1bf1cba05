"""Step 4e: logistic regression on Gram matrices, by Newton's method to the optimum.

Where p >> n, scikit-learn's solver can stop far from the optimum at its default tolerance.
Newton's method in the n-space takes five to fifteen steps, doubles its digits in each of
the last, and says how far from the optimum it ended.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from pipeline.dual import Fits, apply, solve, training_part
from pipeline.gram import principal_scores

TOLERANCE = 1e-10
"""Largest residual, in units of the largest weight, at which a solution is accepted."""

MAX_ITERATIONS = 100
MAX_HALVINGS = 40


def logistic_path(
    K: NDArray[np.float64],
    y: NDArray[np.intp],
    weights: NDArray[np.float64],
    grid: Sequence[float],
) -> Fits:
    """Fit logistic regression of two classes along a grid of C.

    Minimises |coef|^2 / 2 + C sum_i w_i log(1 + exp(-y_i f_i)), as scikit-learn does, by
    Newton's method in the n-space [1]_ with steps halved until the sum falls. Each C
    starts from the solution of the one before.

    Parameters
    ----------
    K : ndarray of float, shape (n_problems, n_samples, n_samples)
        Gram matrices, centred on the rows of positive weight.
    y : ndarray of int, shape (n_samples,) or (n_problems, n_samples)
        Class indices, 0 or 1.
    weights : ndarray of float, shape (n_problems, n_samples)
        Weights of the losses, 0 for what is held out.
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
    rows, K_train, y_train, c = training_part(K, y, weights)
    a, b = np.zeros_like(c), np.zeros(len(c))
    coefficients = np.zeros((len(grid), *weights.shape))
    intercepts, residuals = np.zeros((2, len(grid), len(weights)))
    for i, C in enumerate(grid):
        a, b, residuals[i] = _newton(K_train, y_train, C * c, a, b)
        np.put_along_axis(coefficients[i], rows, a, axis=1)
        intercepts[i] = b
    return Fits(coefficients, intercepts, residuals)


def multinomial_path(
    K: NDArray[np.float64],
    y: NDArray[np.intp],
    weights: NDArray[np.float64],
    grid: Sequence[float],
) -> NDArray[np.float64]:
    """Fit multinomial logistic regression of any number of classes along a grid of C.

    The penalty does not change when the genes are rotated: scikit-learn's own Newton
    solver gets the training rows' principal scores, at most n - 1 columns, as its genes.

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
    ndarray of float, shape (n_grid, n_samples, n_classes)
        Decision values, or (n_grid, n_samples) where the training rows have two classes.
    """
    train = np.flatnonzero(weights)
    Z = principal_scores(K, train)
    model = LogisticRegression(
        solver="newton-cholesky", tol=TOLERANCE, max_iter=MAX_ITERATIONS, warm_start=True
    )
    values = []
    for C in grid:
        model.set_params(C=C).fit(Z[train], y[train], sample_weight=weights[train])
        values.append(model.decision_function(Z))
    return np.array(values)


def _newton(
    K: NDArray[np.float64],
    y: NDArray[np.float64],
    c: NDArray[np.float64],
    a: NDArray[np.float64],
    b: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Newton's method for stacked logistic regressions; coefficients, intercepts, residuals."""
    a, b = a.copy(), b.copy()
    f = apply(K, a) + b[:, None]
    residuals = _residuals(y, c, a, f)
    for _ in range(MAX_ITERATIONS):
        (open_,) = np.nonzero(residuals > TOLERANCE)
        if not len(open_):
            break
        K_, y_, c_, a_, b_, f_ = (v[open_] for v in (K, y, c, a, b, f))
        p = expit(f_)
        w = c_ * p * (1 - p)
        a_new, b_new = solve(K_, w, (w * f_ + c_ * (y_ - p))[:, :, None])
        move = (a_new[:, :, 0] - a_, b_new[:, 0] - b_)
        f_move = apply(K_, move[0]) + move[1][:, None]
        t = _step(y_, c_, (a_, b_, f_), (*move, f_move))
        a[open_] = a_ + t[:, None] * move[0]
        b[open_] = b_ + t * move[1]
        f[open_] = f_ + t[:, None] * f_move
        residuals[open_] = _residuals(y_, c_, a[open_], f[open_])
    return a, b, residuals


def _step(
    y: NDArray[np.float64],
    c: NDArray[np.float64],
    start: tuple[NDArray[np.float64], ...],
    move: tuple[NDArray[np.float64], ...],
) -> NDArray[np.float64]:
    """Lengths of steps, halved from 1 until no objective rises by more than rounding."""
    now = _objective(y, c, *start)
    t = np.ones(len(y))
    for _ in range(MAX_HALVINGS):
        a, b, f = (
            s + t.reshape(-1, *[1] * (s.ndim - 1)) * m for s, m in zip(start, move, strict=True)
        )
        rises = _objective(y, c, a, b, f) > now + 1e-12 * np.abs(now)
        if not rises.any():
            break
        t[rises] /= 2
    return t


def _objective(
    y: NDArray[np.float64],
    c: NDArray[np.float64],
    a: NDArray[np.float64],
    b: NDArray[np.float64],
    f: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Penalty and losses: a' K a / 2 + sum_i c_i (log(1 + exp(f_i)) - y_i f_i)."""
    losses = np.logaddexp(0, f) - y * f
    total: NDArray[np.float64] = np.sum(a * (f - b[:, None]) / 2 + c * losses, axis=1)
    return total


def _residuals(
    y: NDArray[np.float64],
    c: NDArray[np.float64],
    a: NDArray[np.float64],
    f: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Largest violation of the conditions for the optimum, in units of the largest weight."""
    pull = c * (y - expit(f))
    violation = np.maximum(np.abs(a - pull).max(axis=1), np.abs(pull.sum(axis=1)))
    ratio: NDArray[np.float64] = violation / c.max(axis=1)
    return ratio
