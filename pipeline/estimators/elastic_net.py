"""Step 4: the optimum of logistic regression with a lasso or elastic-net penalty.

Minimised is what scikit-learn and glmnet minimise, the intercept b not penalised::

    C sum_i log(1 + exp(-y_i f_i)) + l1 |w|_1 + l2 |w|_2^2 / 2,    f = X w + b, y_i = -1 or 1

in Newton steps, that is by iteratively reweighted least squares: the losses are replaced
by the parabola that touches them at the present w, its minimum is found, and the step there
is halved until the sum above falls. A penalty of the step, which goes to 0 with the
distance from the optimum, keeps every minimum unique.

To find such a minimum by coordinate descent takes thousands of rounds where p >> n. But it
follows from n numbers, the pulls a_i of the samples: with s_j the stiffness of weight j, how
steeply its own penalties rise, the weight moves to S(u_j) / s_j, where u_j = x_j' a + (what
does not depend on a) and S moves towards 0 by l1 and stops there. If it is known which u_j
are beyond l1, and on which side, the minimum is one linear system with as many equations as
there are such genes, or samples if they are fewer. It tells new pulls, these tell new
sides, until both agree (semismooth Newton); the steps of the pulls are halved as well.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

TOLERANCE = 1e-7
"""Largest residual at which a solution is accepted."""

MAX_ITERATIONS = 200
MAX_SYSTEMS = 100
MAX_HALVINGS = 40

DAMPING, LEAST_DAMPING = 0.1, 1e-8
"""Penalty of a step, as a share of the losses' curvature, far from and at the optimum.

Ten times as much takes more Newton steps, a tenth more systems within each.
"""

SUFFICIENT, ROUNDING = 1e-4, 1e-12
"""Share of the promised fall that a step must bring, and the rise that is rounding only."""

WORKING_SET = 200
"""Genes among which the optimum is first looked for, where there are more."""

MAX_ROUNDS = 20

LEAST_CURVATURE = 1e-15
"""Least curvature of a loss in units of C, by which one divides."""


@dataclass(frozen=True)
class Fit:
    """Weights, shape (n_genes,), and intercept for centred genes.

    `residual` is the largest violation of the conditions for the optimum in units of C: of a
    gene, the distance of 0 from the subgradient; of the intercept, the slope.
    """

    coef: NDArray[np.float64]
    intercept: float
    residual: float
    n_iter: int


@dataclass(frozen=True)
class _Parabola:
    """What one step minimises: a function of the changes v of the weights, e of the intercept.

    Up to a constant it is, with f = X v + e the change of the decision values::

        sum_i (curvature_i f_i^2 / 2 - pull_i f_i)
            + sum_j (stiffness_j v_j^2 / 2 + l2 coef_j v_j + l1 |coef_j + v_j|)

    and slope_j = x_j' pull - l2 coef_j.
    """

    X: NDArray[np.float64]
    coef: NDArray[np.float64]
    pull: NDArray[np.float64]
    curvature: NDArray[np.float64]
    slope: NDArray[np.float64]
    stiffness: NDArray[np.float64]
    l1: float
    l2: float

    def mean(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Mean over the samples, weighted by the curvature: what the intercept takes up."""
        return np.asarray(self.curvature @ values / self.curvature.sum())


def start(X: NDArray[np.float64], y: NDArray[np.float64]) -> Fit:
    """Give the solution where the penalty outweighs every gene.

    Parameters
    ----------
    X : ndarray of float, shape (n_samples, n_genes)
        Centred genes.
    y : ndarray of float, shape (n_samples,)
        0 or 1; both occur.

    Returns
    -------
    Fit
        No weights; the log odds of the shares as intercept.
    """
    return Fit(np.zeros(X.shape[1]), float(logit(y.mean())), np.inf, 0)


def minimise(
    X: NDArray[np.float64],
    y: NDArray[np.float64],
    first: Fit,
    *,
    C: float,
    l1_ratio: float,
    tol: float = TOLERANCE,
    max_iter: int = MAX_ITERATIONS,
) -> Fit:
    """Find the optimum.

    By iteratively reweighted least squares [1]_ with a penalty of the step [2]_; each
    parabola's minimum by a semismooth Newton method on its dual [3]_.

    Parameters
    ----------
    X : ndarray of float, shape (n_samples, n_genes)
        Centred genes; columns may be 0.
    y : ndarray of float, shape (n_samples,)
        0 or 1; both occur.
    first : Fit
        Where to start.
    C : float
        Factor of the losses, positive.
    l1_ratio : float
        Share of the penalty that counts absolute weights, 0 to 1.
    tol : float, default=1e-7
        Residual at which to stop.
    max_iter : int, default=200
        Most steps.

    Returns
    -------
    Fit
        With the residual that was reached; the caller judges it.

    References
    ----------
    .. [1] Friedman, Hastie, Tibshirani (2010). Regularization paths for generalized linear
       models via coordinate descent. Journal of Statistical Software 33(1).
    .. [2] Yue, Zhou, So (2019). A family of inexact SQA methods for non-smooth convex
       minimization. Mathematical Programming 174, 327-358.
    .. [3] Li, Sun, Toh (2018). A highly efficient semismooth Newton augmented Lagrangian
       method for solving Lasso problems. SIAM Journal on Optimization 28, 433-458.
    """
    l1, l2 = l1_ratio, 1 - l1_ratio
    squares = X**2
    w, b = first.coef, first.intercept
    f = _product(X, w) + b
    for n_iter in range(max_iter + 1):
        pull = C * (y - expit(f))
        slope = pull @ X - l2 * w
        off = _violations(w, slope, l1)
        residual = max(float(off.max()), abs(float(pull.sum()))) / C
        if residual <= tol or n_iter == max_iter:
            break
        curvature = C * np.maximum(expit(f) * expit(-f), LEAST_CURVATURE)
        bend = curvature @ squares
        bend[bend == 0] = 1
        # About the change of decision values still to come, whatever the units of the genes.
        distance = float((off / np.sqrt(bend * curvature.sum())).max())
        stiffness = l2 + max(DAMPING * min(distance, 1), LEAST_DAMPING) * bend
        parabola = _Parabola(X, w, pull, curvature, slope, stiffness, l1, l2)
        v = _minimum(parabola)
        f_v = _product(X, v)
        e = float(parabola.mean(pull / curvature - f_v))
        t = _step(y, (w, f), (v, f_v + e), C=C, l1=l1)
        w, b = w + t * v, b + t * e
        f = _product(X, w) + b
    return Fit(w, b, residual, n_iter)


def minimise_among_few(
    X: NDArray[np.float64],
    y: NDArray[np.float64],
    first: Fit,
    *,
    C: float,
    l1_ratio: float,
    tol: float = TOLERANCE,
    max_iter: int = MAX_ITERATIONS,
) -> Fit:
    """Find the same optimum as `minimise`, sooner where few of many genes get a weight.

    The optimum among some genes, those that have a weight and those whose conditions are
    violated most, is the optimum of all where no other gene violates its own; those that do
    join them [1]_.

    Parameters
    ----------
    X : ndarray of float, shape (n_samples, n_genes)
        Centred genes; columns may be 0.
    y : ndarray of float, shape (n_samples,)
        0 or 1; both occur.
    first : Fit
        Where to start.
    C : float
        Factor of the losses, positive.
    l1_ratio : float
        Share of the penalty that counts absolute weights.
    tol : float, default=1e-7
        Residual at which a solution is accepted.
    max_iter : int, default=200
        Most Newton steps for each set of genes.

    Returns
    -------
    Fit
        The optimum, its residual over all genes.

    References
    ----------
    .. [1] Tibshirani, Bien, Friedman, Hastie, Simon, Taylor, Tibshirani (2012). Strong rules
       for discarding predictors in lasso-type problems. JRSS B 74, 245-266, section 7.
    """
    fit, n_iter = first, 0
    inside = fit.coef != 0
    for _ in range(MAX_ROUNDS if l1_ratio > 0 and X.shape[1] > WORKING_SET else 0):
        pull = C * (y - expit(_product(X, fit.coef) + fit.intercept))
        slope = pull @ X - (1 - l1_ratio) * fit.coef
        off = _violations(fit.coef, slope, l1_ratio)
        residual = max(float(off.max()), abs(float(pull.sum()))) / C
        if residual <= tol:
            return Fit(fit.coef, fit.intercept, residual, n_iter)
        # Those that violate their conditions most, for which the slopes are steepest.
        worst = np.argsort(-off, kind="stable")[:WORKING_SET]
        inside[worst[off[worst] > 0]] = True
        few = np.flatnonzero(inside)
        if len(few) > X.shape[1] // 2:
            break
        start_here = Fit(fit.coef[few], fit.intercept, np.inf, 0)
        found = minimise(
            X[:, few], y, start_here, C=C, l1_ratio=l1_ratio, tol=tol, max_iter=max_iter
        )
        coef = np.zeros(X.shape[1])
        coef[few] = found.coef
        fit, n_iter = Fit(coef, found.intercept, np.inf, 0), n_iter + found.n_iter
        if found.residual > tol:
            break
    last = minimise(X, y, fit, C=C, l1_ratio=l1_ratio, tol=tol, max_iter=max_iter)
    return Fit(last.coef, last.intercept, last.residual, n_iter + last.n_iter)


def _violations(
    w: NDArray[np.float64], slope: NDArray[np.float64], l1: float
) -> NDArray[np.float64]:
    """Distance of 0 from the subgradient of each weight."""
    return np.abs(np.where(w != 0, slope - l1 * np.sign(w), _shrunk(slope, l1)))


def _minimum(q: _Parabola) -> NDArray[np.float64]:
    """Change of the weights that leads to the minimum of a parabola."""
    # Changes of the pulls, at first by the intercept's step alone, and the u that they tell.
    a = -q.curvature * q.mean(q.pull / q.curvature)
    u = q.slope + q.stiffness * q.coef + a @ q.X
    side = _side(u, q.l1)
    for _ in range(MAX_SYSTEMS):
        v, target = _minimum_on(q, side)
        move = target - a
        u_move = move @ q.X
        t = _dual_step(q, a, u, move, u_move)
        a, u = a + t * move, u + t * u_move
        before, side = side, _side(u, q.l1)
        if t == 1 and (side == before).all():
            return v
    # Not settled: what the pulls tell is on the way to the minimum.
    return _shrunk(u, q.l1) / q.stiffness - q.coef


def _minimum_on(
    q: _Parabola, side: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Changes of weights and pulls that lead to the minimum, if these are the signs."""
    v = np.where(side == 0, -q.coef, 0.0)
    f = _product(q.X, v)
    # The intercept makes the mean pull 0, whatever the rest: all else is centred.
    f = f - q.mean(f - q.pull / q.curvature)
    free = np.flatnonzero(side)
    X = q.X[:, free]
    X = X - q.mean(X)
    root = np.sqrt(q.stiffness[free])
    right = (q.pull - q.curvature * f) @ X - q.l2 * q.coef[free] - q.l1 * side[free]
    v[free] = _ridge(np.sqrt(q.curvature)[:, None] * X / root, right / root) / root
    return v, -q.curvature * (f + X @ v[free])


def _ridge(B: NDArray[np.float64], right: NDArray[np.float64]) -> NDArray[np.float64]:
    """Solve (I + B'B) z = right by the smaller of B'B and BB'."""
    n_rows, n_columns = B.shape
    if n_columns <= n_rows:
        return np.asarray(np.linalg.solve(np.eye(n_columns) + B.T @ B, right))
    return np.asarray(right - B.T @ np.linalg.solve(np.eye(n_rows) + B @ B.T, B @ right))


def _dual_step(
    q: _Parabola,
    a: NDArray[np.float64],
    u: NDArray[np.float64],
    move: NDArray[np.float64],
    u_move: NDArray[np.float64],
) -> float:
    """Length of a step of the pulls, halved from 1 until the parabola's dual falls enough.

    The dual, of which the changes of the pulls are the variables, is
    sum_i (a_i^2 / (2 curvature_i) - a_i x_i' coef) + sum_j S(u_j)^2 / (2 stiffness_j).
    """
    now = _shrunk(u, q.l1)
    linear, square = a @ (move / q.curvature), move @ (move / q.curvature) / 2
    along = q.coef * u_move
    fall = linear + now @ (u_move / q.stiffness) - along.sum()
    rounding = ROUNDING * (now @ (now / q.stiffness))
    t = 1.0
    for _ in range(MAX_HALVINGS):
        then = _shrunk(u + t * u_move, q.l1)
        shrunk = ((then - now) * (then + now) / (2 * q.stiffness) - t * along).sum()
        if t * linear + t**2 * square + shrunk <= SUFFICIENT * t * fall + rounding:
            break
        t /= 2
    return t


def _step(
    y: NDArray[np.float64],
    at: tuple[NDArray[np.float64], NDArray[np.float64]],
    move: tuple[NDArray[np.float64], NDArray[np.float64]],
    C: float,
    l1: float,
) -> float:
    """Length of a step of weights and decision values, halved from 1 until the sum falls."""

    def objective(t: float) -> float:
        w, f = (start + t * change for start, change in zip(at, move, strict=True))
        losses = np.logaddexp(0, f) - y * f
        return float(C * losses.sum() + l1 * np.abs(w).sum() + (1 - l1) / 2 * (w @ w))

    now, t = objective(0), 1.0
    for _ in range(MAX_HALVINGS):
        if objective(t) <= now + ROUNDING * abs(now):
            break
        t /= 2
    return t


def _side(u: NDArray[np.float64], l1: float) -> NDArray[np.float64]:
    """Signs of the weights that get any, else 0."""
    return np.where(np.abs(u) > l1, np.sign(u), 0.0)


def _shrunk(u: NDArray[np.float64], l1: float) -> NDArray[np.float64]:
    """Values moved towards 0 by l1, and no further."""
    return np.asarray(np.sign(u) * np.maximum(np.abs(u) - l1, 0))


def _product(X: NDArray[np.float64], w: NDArray[np.float64]) -> NDArray[np.float64]:
    """X w, of which most entries may be 0."""
    (used,) = np.nonzero(w)
    return np.asarray(X[:, used] @ w[used])
