"""Step 4: logistic regression of two classes on a few principal components, in any unit.

On a few components the products of samples have only as many dimensions, and a system of all
samples mixes directions that the penalty alone fixes with directions of the components: with
intensities of 1e8 their sizes differ by more than a double has digits. Here the unknowns are
the components' own weights, each component in units of its spread. The penalty takes the
units back, so that the model is the same::

    |v|^2 / 2 + C sum_i w_i log(1 + exp(-s_i f_i)),   f = Z v + b,   Z = U D,   u = D v
"""

import numpy as np
from numpy.typing import NDArray

from pipeline.newton import LEAST_CURVE, MAX_HALVINGS, MAX_ITERATIONS, TOLERANCE

Values = NDArray[np.float64]


def component_path(
    Z: Values, y: NDArray[np.intp], weights: Values, counts: tuple[int, ...], *, C: float
) -> tuple[Values, Values]:
    """Fit one problem on growing numbers of components, for many vectors of labels.

    Parameters
    ----------
    Z : ndarray of float, shape (n_samples, n_components)
        Scores of all samples, about the mean of the training rows.
    y : ndarray of int, shape (n_labels, n_samples)
        Class indices, 0 or 1.
    weights : ndarray of float, shape (n_labels, n_samples)
        Weights of the losses, 0 for what is held out: the same samples for all labels.
    counts : tuple of int, length n_counts
        Numbers of components; where there are fewer, those that there are.
    C : float
        Weight of the losses against the penalty.

    Returns
    -------
    values : ndarray of float, shape (n_labels, n_counts, n_samples)
        Decision values of all samples.
    residuals : ndarray of float, shape (n_labels, n_counts)
        Largest slope that is left, in units of the largest weight.
    """
    train = np.flatnonzero(weights[0])
    spread = np.asarray(np.sqrt(np.mean(Z[train] ** 2, axis=0)), dtype=np.float64)
    spread[spread == 0] = 1.0
    U = Z / spread
    signs = np.where(y[:, train] == 1, 1.0, -1.0)
    w = weights[:, train]
    values, residuals = [], []
    for count in counts:
        inputs = np.column_stack([U[:, :count], np.ones(len(U))])
        ridge = np.append(1 / (C * spread[:count] ** 2), 0.0)
        found, left = _newton(inputs[train], signs, w, ridge)
        values.append(found @ inputs.T)
        residuals.append(left / w.max(axis=1))
    return np.stack(values, axis=1), np.stack(residuals, axis=1)


def _newton(X: Values, signs: Values, w: Values, ridge: Values) -> tuple[Values, Values]:
    """Minimise the penalty and the losses, each vector of labels on its own.

    Returns the unknowns, (n_labels, n_unknowns), and the largest slope that is left.
    """
    u: Values = np.zeros((len(signs), X.shape[1]))
    slope = _slope(u, X, signs, w, ridge)
    for _ in range(MAX_ITERATIONS):
        open_ = np.flatnonzero(np.abs(slope).max(axis=1) > TOLERANCE * w.max(axis=1))
        if not open_.size:
            break
        s, weight, at = signs[open_], w[open_], u[open_]
        p = _share_wrong(at, X, s)
        curve = weight * np.maximum(p * (1 - p), LEAST_CURVE)
        system = (X.T * curve[:, None, :]) @ X + np.diag(ridge)
        move = -np.asarray(np.linalg.solve(system, slope[open_][:, :, None])[:, :, 0])
        u[open_] = at + _length(at, move, X, s, weight, ridge)[:, None] * move
        slope[open_] = _slope(u[open_], X, s, weight, ridge)
    return u, np.abs(slope).max(axis=1)


def _share_wrong(u: Values, X: Values, signs: Values) -> Values:
    """Probability of the other class."""
    margin = signs * (u @ X.T)
    return np.asarray(np.exp(-np.logaddexp(0.0, margin)))


def _slope(u: Values, X: Values, signs: Values, w: Values, ridge: Values) -> Values:
    """Slope of what is minimised."""
    return np.asarray(ridge * u - (w * signs * _share_wrong(u, X, signs)) @ X)


def _length(u: Values, move: Values, X: Values, signs: Values, w: Values, ridge: Values) -> Values:
    """Length of each step: Newton's, halved until what is minimised falls."""

    def height(at: Values) -> Values:
        losses = w * np.logaddexp(0.0, -signs * (at @ X.T))
        return np.asarray((ridge * at**2).sum(axis=1) / 2 + losses.sum(axis=1))

    start = height(u)
    length = np.ones(len(u))
    for _ in range(MAX_HALVINGS):
        above = height(u + length[:, None] * move) > start * (1 + 1e-12)
        if not above.any():
            break
        length[above] /= 2
    return length
