"""Step 4: logistic regression of two classes, its compiled loop.

At the optimum a_i = c_i s_i / (1 + exp(s_i f_i)), with f = K a + b, sum_i a_i = 0, signs s
and c_i = C w_i. Newton's step solves (I + W K) da + W db = what is left of that, with
W = diag(c p (1 - p)); the root of W makes the system symmetric. Its Cholesky factor
is the costly part, and serves as long as a step leaves a small share of what was
left before. It also gives the tangent on which the fit for the next C begins.
"""

import math

from pipeline.compiled import Cube, Matrix, Vector, compiled, factorise, inner, substitute

TOLERANCE = 1e-10
"""Largest residual, in units of the largest weight, at which a solution is accepted."""

MAX_ITERATIONS = 200
MAX_HALVINGS = 40

MUST_LEAVE = 0.5
"""A step with an old factor is taken back if it leaves more than this share."""

SHOULD_LEAVE = 0.1
"""A step that leaves more than this share asks for a new factor."""

LEAST_CURVE = 1e-10
"""Floor of p (1 - p) in a factor; below it, only the number of steps changes."""


@compiled
def newton_paths(
    A: Matrix,
    signs: Matrix,
    weights: Matrix,
    grid: Vector,
    coefficients: Cube,
    intercepts: Matrix,
    residuals: Matrix,
    vectors: Matrix,
    memory: Vector,
) -> None:
    """Fit one problem along a grid of C, for many vectors of labels.

    Parameters
    ----------
    A : ndarray of float, shape (n_train, n_train)
        Gram matrix.
    signs : ndarray of float, shape (n_labels, n_train)
        1 for class 1, -1 for class 0.
    weights : ndarray of float, shape (n_labels, n_train)
        Weights of the losses, positive.
    grid : ndarray of float, shape (n_grid,)
        Values of C, increasing.
    coefficients : ndarray of float, shape (n_labels, n_grid, n_train)
        To be filled with a.
    intercepts, residuals : ndarray of float, shape (n_labels, n_grid)
        To be filled with b, and with what `pipeline.dual.Fits` calls the residual.
    vectors : ndarray of float, shape (7, n_train)
        Memory.
    memory : ndarray of float, shape (n_train ** 2,)
        Memory for the factor.
    """
    for row in range(len(signs)):
        vectors[:] = 0
        _path(
            A,
            signs[row],
            weights[row],
            grid,
            coefficients[row],
            intercepts[row],
            residuals[row],
            vectors[0],
            vectors[1],
            vectors[2],
            vectors[3],
            vectors[4],
            vectors[5],
            vectors[6],
            memory,
        )


@inner
def _path(
    A: Matrix,
    s: Vector,
    weights: Vector,
    grid: Vector,
    coefficients: Matrix,
    intercepts: Vector,
    residuals: Vector,
    c: Vector,
    f: Vector,
    left: Vector,
    a_move: Vector,
    f_move: Vector,
    root: Vector,
    unit: Vector,
    memory: Vector,
) -> None:
    """Fit one vector of labels along the grid, each C from the tangent at the one before."""
    largest, b = 0.0, 0.0
    for i in range(len(A)):
        largest = max(largest, weights[i])
    for step in range(len(grid)):
        a = coefficients[step]
        for i in range(len(A)):
            c[i] = grid[step] * weights[i]
            a[i] = 0.0
            if step > 0:
                a[i] = coefficients[step - 1, i]
                left[i] = math.log(grid[step] / grid[step - 1]) * a[i]
        if step > 0:
            b_move = _direction(A, 0.0, left, a_move, f_move, root, unit, memory)
            b += b_move
            for i in range(len(A)):
                a[i] += a_move[i]
                f[i] += f_move[i]
        stale = True
        residual = _residual(s, c, a, f, 0.0, left, a_move, f_move)
        for _ in range(MAX_ITERATIONS):
            if residual <= TOLERANCE * grid[step] * largest:
                break
            if stale:
                _prepare(A, c, f, root, unit, memory)
            total = 0.0
            for i in range(len(a)):
                total += a[i]
            b_move = _direction(A, total, left, a_move, f_move, root, unit, memory)
            t = 1.0
            after = _residual(s, c, a, f, t, left, a_move, f_move)
            if not after <= MUST_LEAVE * residual:
                t = _length(s, c, a, b, f, a_move, b_move, f_move) if stale else 0.0
                after = _residual(s, c, a, f, t, left, a_move, f_move)
            b += t * b_move
            for i in range(len(A)):
                a[i] += t * a_move[i]
                f[i] += t * f_move[i]
            stale = after > SHOULD_LEAVE * residual
            residual = after
        intercepts[step] = b
        residuals[step] = residual / (grid[step] * largest)


@inner
def _residual(
    s: Vector,
    c: Vector,
    a: Vector,
    f: Vector,
    t: float,
    left: Vector,
    a_move: Vector,
    f_move: Vector,
) -> float:
    """What a step of length t leaves of the conditions, and its largest part."""
    worst, total = 0.0, 0.0
    for i in range(len(a)):
        pull = c[i] * s[i] / (1 + math.exp(s[i] * (f[i] + t * f_move[i])))
        left[i] = pull - a[i] - t * a_move[i]
        worst = max(worst, abs(left[i]))
        total += pull
    return max(worst, abs(total))


@inner
def _prepare(A: Matrix, c: Vector, f: Vector, root: Vector, unit: Vector, memory: Vector) -> None:
    """Factorise I + W^1/2 K W^1/2, and solve it for the intercept's column."""
    for i in range(len(A)):
        p = 1 / (1 + math.exp(f[i]))
        root[i] = math.sqrt(c[i] * max(p * (1 - p), LEAST_CURVE))
        unit[i] = root[i]
    for i in range(len(A)):
        row = memory[i * len(A) : (i + 1) * len(A)]
        for j in range(i, len(A)):
            row[j] = root[i] * A[i, j] * root[j]
        row[i] += 1
    factorise(memory, len(A))
    substitute(memory, len(A), unit)


@inner
def _direction(
    A: Matrix,
    total: float,
    left: Vector,
    a_move: Vector,
    f_move: Vector,
    root: Vector,
    unit: Vector,
    memory: Vector,
) -> float:
    """Step of coefficients, whose sum was `total` and becomes 0, of values and of intercept."""
    above, below = total, 0.0
    for i in range(len(A)):
        a_move[i] = left[i] / root[i]
    substitute(memory, len(A), a_move)
    for i in range(len(A)):
        above += root[i] * a_move[i]
        below += root[i] * unit[i]
    for i in range(len(A)):
        a_move[i] = root[i] * (a_move[i] - unit[i] * above / below)
        f_move[i] = above / below
    for i in range(len(A)):
        for j in range(len(A)):
            f_move[j] += A[i, j] * a_move[i]
    return above / below


@inner
def _length(
    s: Vector,
    c: Vector,
    a: Vector,
    b: float,
    f: Vector,
    a_move: Vector,
    b_move: float,
    f_move: Vector,
) -> float:
    """Length of Newton's step, halved until a' K a / 2 + sum_i c_i log(1 + exp(-s f)) falls."""
    start, t = 0.0, 0.0
    for halving in range(MAX_HALVINGS):
        total = 0.0
        for i in range(len(a)):
            value = f[i] + t * f_move[i]
            loss = math.log1p(math.exp(-abs(value))) + max(-s[i] * value, 0.0)
            total += (a[i] + t * a_move[i]) * (value - b - t * b_move) / 2 + c[i] * loss
        if halving == 0:
            start, t = total, 1.0
        elif total <= start + 1e-12 * abs(start):
            break
        else:
            t /= 2
    return t
