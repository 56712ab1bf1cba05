"""Step 4: the support vector machine of many samples, by Newton's method.

Minimises |w|^2 / 2 + sum_i c_i max(0, 1 - s_i f_i), with f = X w + b and c_i = C times the
weight of a sample. The method of multipliers [1]_ rounds the corner of each hinge off, where
the multiplier a_i of its sample stands::

    m = a + sigma (1 - s f)      grows with how far the sample is on the wrong side
    a+ = m brought to 0 ... c    0 beyond the margin, c inside it, between on the corner

What is left has a slope everywhere, w - X' s a+ for the weights, and Newton's method brings it
to 0: it is quadratic between corners, and a step solves for the samples on a corner alone. Then
a = a+, with a larger sigma. Where a+ = a the margins are those of the problem itself: nothing is
approximated. `pipeline.smo` needs fewer steps where no sample is beyond the margin, and hours
where thousands are.

Where genes are more than samples w is a sum of samples, and its coefficients are kept instead::

    genes      X and X'                             (n_samples, n_genes)
    products   K in place of X, and 1 of X'         (n_samples, n_samples)

References
----------
.. [1] Yan Y, Li Q (2020). An efficient augmented Lagrangian method for support vector machine.
   Optimization Methods and Software 35, 855-883; here with an intercept.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy import linalg
from sklearn.utils.multiclass import _ovr_decision_function

from pipeline.smo import BELOW_BOUND

Values = NDArray[np.float64]
Solver = Callable[[Values], Values]

TOLERANCE = 1e-7
"""Largest error of a margin, in units of the margin, at which a solution is accepted."""

NEAR = 0.1
"""Share of the error of the margins to which Newton's method brings the slope."""

FIRST, GROWTH = 10.0, 5.0
"""The first sigma, over the mean square of the samples, and its growth.

With 20 or 100 in place of 5 the rounds are fewer, but their Newton steps many more.
"""

MAX_ROUNDS, MAX_STEPS, MAX_HALVINGS = 40, 100, 30


@dataclass(frozen=True)
class _Samples:
    """Samples, by which weights are multiplied: their genes, or their products."""

    X: Values
    products: bool

    @property
    def mean_square(self) -> float:
        """Mean square of the lengths of the samples."""
        total = np.trace(self.X) if self.products else np.vdot(self.X, self.X)
        return float(total) / len(self.X) or 1.0

    def weights(self, v: Values) -> Values:
        """Weights X' v."""
        return v if self.products else np.asarray(v @ self.X)

    def square(self, w: Values, other: Values, values: Values) -> float:
        """Product of weights with others, whose values are given."""
        return float(w @ (values if self.products else other))

    def solver(self, some: NDArray[np.intp], ridge: float) -> Solver:
        """Solve systems of some samples' products and a ridge."""
        if self.products:
            return _factorised(self.X[some[:, None], some], ridge)
        Z = self.X[some]
        if len(some) <= Z.shape[1]:
            return _factorised(Z @ Z.T, ridge)
        # Of more samples than genes: the same inverse, by a system of the genes.
        solve = _factorised(Z.T @ Z, ridge)
        return lambda sides: np.asarray((sides - Z @ solve(Z.T @ sides)) / ridge)


@dataclass(frozen=True)
class Margins:
    """Fits along a grid of C.

    `weights` has shape (n_grid, n_genes), or (n_grid, n_train) where they are of samples;
    `intercepts` and `converged` have shape (n_grid,).
    """

    weights: Values
    intercepts: Values
    converged: NDArray[np.bool_]


@dataclass(frozen=True)
class _State:
    """Where a fit stands: weights, their values, intercept, multipliers."""

    w: Values
    f: Values
    b: float
    a: Values


def hinge_path(
    X: Values, signs: Values, weights: Values, grid: Sequence[float], *, products: bool
) -> Margins:
    """Fit support vector machines of two classes along a grid of C.

    Parameters
    ----------
    X : ndarray of float, shape (n_train, n_genes) or (n_train, n_train)
        Expression values of the training samples, or the products of the samples.
    signs, weights : ndarray of float, shape (n_train,)
        -1 or 1 for classes, and factors of C, positive.
    grid : sequence of float, length n_grid
        Values of C, increasing.
    products : bool
        Whether `X` has products.

    Returns
    -------
    Margins
        Weights and intercepts.
    """
    samples, zero = _Samples(X, products), np.zeros(len(signs))
    state = _State(samples.weights(zero), zero, 0.0, zero)
    found: list[tuple[Values, float, bool]] = []
    touches = True
    for step, C in enumerate(grid):
        if not touches:  # how large a bound is that nobody touches does not matter
            found.append(found[-1])
            continue
        c = C * weights
        if step > 0:  # what is at its bound stays there
            bound = state.a >= BELOW_BOUND * grid[step - 1] * weights
            state = replace(state, a=np.where(bound, c, np.minimum(state.a, c)))
        state, converged = _fit(samples, signs, c, state)
        found.append((state.w, _intercept(signs, c, state), converged))
        touches = bool((state.a >= BELOW_BOUND * c).any())
    w, b, fine = zip(*found, strict=True)
    return Margins(np.array(w), np.array(b), np.array(fine))


def hinge_values(
    Z: Values, y: NDArray[np.intp], weights: Values, grid: Sequence[float], *, n_classes: int
) -> tuple[Values, NDArray[np.bool_]]:
    """Give the decision values of all samples, fitted from the genes.

    Of more than two classes each pair is fitted alone, and the pairs vote as in
    scikit-learn's `SVC` with `decision_function_shape="ovr"`.

    Parameters
    ----------
    Z : ndarray of float, shape (n_samples, n_genes)
        Expression values.
    y : ndarray of int, shape (n_samples,)
        Class indices; each of the `n_classes` occurs among the training samples.
    weights : ndarray of float, shape (n_samples,)
        Factors of C, 0 for what is held out.
    grid : sequence of float, length n_grid
        Values of C, increasing.
    n_classes : int
        Number of classes.

    Returns
    -------
    values : ndarray of float, shape (n_grid, n_samples, n_columns)
        One column for two classes, positive for class 1, else one for each class.
    converged : ndarray of bool, shape (n_grid,)
        Whether the fits reached the optimum.
    """
    pairs = list(combinations(range(n_classes), 2))
    fits = [_pair(Z, y, weights, grid, pair) for pair in pairs]
    values = np.stack([f for f, _ in fits], axis=-1)
    if n_classes > 2:
        values = np.array([_ovr_decision_function(f > 0, f, n_classes) for f in values])
    return values, np.all([fine for _, fine in fits], axis=0)


def _pair(
    Z: Values, y: NDArray[np.intp], weights: Values, grid: Sequence[float], pair: tuple[int, int]
) -> tuple[Values, NDArray[np.bool_]]:
    """Values (n_grid, n_samples) of two classes, positive for the second."""
    rows = np.flatnonzero((weights > 0) & np.isin(y, pair))
    centre = Z[rows].mean(axis=0)  # nothing moves but the intercept, and digits are saved
    X = Z[rows] - centre
    products = len(rows) <= X.shape[1]
    signs = np.where(y[rows] == pair[1], 1.0, -1.0)
    fits = hinge_path(X @ X.T if products else X, signs, weights[rows], grid, products=products)
    of_genes = fits.weights @ X if products else fits.weights
    return of_genes @ (Z - centre).T + fits.intercepts[:, None], fits.converged


def _fit(samples: _Samples, s: Values, c: Values, state: _State) -> tuple[_State, bool]:
    """Renew the multipliers until the margins are met; whether they are."""
    sigma = FIRST / samples.mean_square
    for _ in range(MAX_ROUNDS):
        state, error = _round(samples, s, c, state, sigma)
        if error <= TOLERANCE:
            return state, True
        sigma *= GROWTH
    return state, False


def _round(
    samples: _Samples, s: Values, c: Values, state: _State, sigma: float
) -> tuple[_State, float]:
    """Minimise with multipliers as they are, and renew them; the error of the margins."""
    a, length = state.a, np.sqrt(samples.mean_square)
    solve: Solver | None = None
    before = np.empty(0, dtype=np.intp)
    for _ in range(MAX_STEPS):
        m = a + sigma * (1 - s * (state.f + state.b))
        renewed = np.clip(m, 0, c)
        error = float(np.abs(renewed - a).max()) / sigma
        slope, slope_b = state.w - samples.weights(s * renewed), -float(s @ renewed)
        values = samples.X @ slope
        steep = np.sqrt(max(0.0, samples.square(slope, slope, values))) * length
        if max(steep, abs(slope_b) / c.max()) <= NEAR * max(TOLERANCE, NEAR * error):
            break
        corner = np.flatnonzero((m > 0) & (m < c))
        if not len(corner):  # the nearest, or the intercept could not move
            corner = np.array([np.argmin(np.maximum(-m, m - c))])
        if solve is None or not np.array_equal(corner, before):
            solve, before = samples.solver(corner, 1 / sigma), corner
        sides = solve(np.column_stack([np.ones(len(corner)), values[corner]]))
        b_move = (sides[:, 1].sum() - slope_b) / sides[:, 0].sum()
        pull = np.zeros(len(s))
        pull[corner] = b_move * sides[:, 0] - sides[:, 1]
        move = -slope - samples.weights(pull)
        state = _moved(samples, s, c, state, sigma, move, float(b_move))
    return replace(state, a=renewed), error


def _moved(
    samples: _Samples,
    s: Values,
    c: Values,
    state: _State,
    sigma: float,
    move: Values,
    b_move: float,
) -> _State:
    """Go along a direction to where the sum hardly falls any more: a whole step, or less."""
    f_move = samples.X @ move
    along = samples.square(state.w, move, f_move)
    square = samples.square(move, move, f_move)
    step = f_move + b_move
    m, rate = state.a + sigma * (1 - s * (state.f + state.b)), sigma * s * step

    def slope(t: float) -> float:
        return along + t * square - float((s * np.clip(m - t * rate, 0, c)) @ step)

    low, high, t = 0.0, 1.0, 1.0
    enough = NEAR * abs(slope(0.0))
    if slope(1.0) > enough:
        for _ in range(MAX_HALVINGS):
            t = (low + high) / 2
            rise = slope(t)
            if abs(rise) <= enough:
                break
            low, high = (low, t) if rise > 0 else (t, high)
    return _State(state.w + t * move, state.f + t * f_move, state.b + t * b_move, state.a)


def _intercept(s: Values, c: Values, state: _State) -> float:
    """As libsvm: the mean over what is free of its bounds, else the middle of what is allowed."""
    b = s - state.f
    at_zero, at_bound = state.a <= (1 - BELOW_BOUND) * c, state.a >= BELOW_BOUND * c
    free = ~at_zero & ~at_bound
    if free.any():
        return float(b[free].mean())
    # Beyond its margin a sample of class 1 bounds the intercept from below, inside it from above.
    above = (s > 0) == at_zero
    return float((b[above].max() + b[~above].min()) / 2)


def _factorised(A: Values, ridge: float) -> Solver:
    """Solve by Cholesky's factor of a matrix with a ridge, which is lost."""
    A[np.diag_indices_from(A)] += ridge
    factor = linalg.cho_factor(A, overwrite_a=True, check_finite=False)
    return lambda sides: np.asarray(linalg.cho_solve(factor, sides, check_finite=False))
