"""Step 4: the support vector machine of two classes, its compiled loop.

Minimises a' K a / 2 - y' a with sum_i a_i = 0 and each y_i a_i between 0 and C w_i: the
dual problem, with the signs y drawn into a. Two kinds of step alternate. A pair of
coefficients moves, the one that gains most, as in libsvm [1]_: this finds which of them are
free of their bounds. Then all free ones are solved for at once, as far as the bounds let
them. Pairs alone need tens of thousands of moves where genes are few and C is large.

References
----------
.. [1] Fan, Chen, Lin (2005). Working set selection using second order information for
   training support vector machines. JMLR 6, 1889-1918, WSS 2.
"""

import numpy as np

from pipeline.compiled import Integers, Matrix, Vector, compiled, factorise, inner, substitute

TOLERANCE = 1e-9
"""Largest violation of the conditions for the optimum, in units of the margin."""

ROUNDING = 1e-15
"""Violation that rounding may leave, as a share of the products that sum to f."""

MAX_ROUNDS = 1000
"""Rounds of moves and exact steps; three to ten suffice."""

SMALLEST_CURVE = 1e-12
"""Curvature along a move between two equal samples, as libsvm sets it."""

RIDGE = 1e-11
"""Share of the mean diagonal that keeps a system of dependent samples definite."""

AT_BOUND = 1e-13
"""A coefficient that is nearer to its bound, as a share of C w_i, is free by rounding only."""

BELOW_BOUND = 1 - 1e-9
"""A coefficient below this share of its bound does not touch it."""


@compiled
def smo_path(
    A: Matrix,
    y: Vector,
    weights: Vector,
    grid: Vector,
    coefficients: Matrix,
    intercepts: Vector,
    g: Vector,
    low: Vector,
    high: Vector,
    sides: Vector,
    memory: Vector,
    free: Integers,
    sizes: Integers,
) -> None:
    """Fit one problem along a grid of C.

    Where no coefficient touches its bound, it does not matter how wide the bound is: the
    solution is that of every larger C.

    Parameters
    ----------
    A : ndarray of float, shape (n_train, n_train)
        Gram matrix.
    y : ndarray of float, shape (n_train,)
        1 for class 1, -1 for class 0.
    weights : ndarray of float, shape (n_train,)
        Factors of C, positive.
    grid : ndarray of float, shape (n_grid,)
        Values of C, increasing.
    coefficients : ndarray of float, shape (n_grid, n_train)
        To be filled with a; the first row holds zeros.
    intercepts : ndarray of float, shape (n_grid,)
        To be filled with b.
    g, low, high : ndarray of float, shape (n_train,)
        Memory for the gradient and the bounds.
    sides, memory : ndarray of float, shapes (2 * n_train,) and (n_train ** 2,)
        Memory for linear systems.
    free : ndarray of int64, shape (n_train,)
        Memory for what is between its bounds.
    sizes : ndarray of int32, shape (3,)
        Memory, as for `pipeline.compiled.factorise`.
    """
    touches = True
    for step in range(len(grid)):
        a = coefficients[step]
        for i in range(len(A)):
            bound = y[i] * grid[step] * weights[i]
            if step > 0:
                a[i] = coefficients[step - 1, i]
            if step > 0 and touches:
                # What is at its bound stays there, and the rest grows as much.
                at_bound = a[i] != 0 and (a[i] == low[i] or a[i] == high[i])
                a[i] = bound if at_bound else a[i] * grid[step] / grid[step - 1]
            low[i], high[i] = min(0.0, bound), max(0.0, bound)
        if touches:
            intercepts[step] = _optimise(A, y, a, g, low, high, sides, memory, free, sizes)
            touches = False
            for i in range(len(A)):
                touches |= abs(a[i]) >= BELOW_BOUND * (high[i] - low[i])
        else:
            intercepts[step] = intercepts[step - 1]


@inner
def _optimise(
    A: Matrix,
    y: Vector,
    a: Vector,
    g: Vector,
    low: Vector,
    high: Vector,
    sides: Vector,
    memory: Vector,
    free: Integers,
    sizes: Integers,
) -> float:
    """Minimise from where a stands, with g = A a - y; the intercept."""
    largest = 0.0
    for i in range(len(A)):
        largest = max(largest, A[i, i])
        g[i] = -y[i]
        for j in range(len(A)):
            g[i] += A[i, j] * a[j]
    for _ in range(MAX_ROUNDS):
        _exact_steps(A, a, g, low, high, sides, memory, free, sizes)
        size = 0.0
        for i in range(len(A)):
            size += abs(a[i])
        if _moves(A, a, g, low, high, TOLERANCE + ROUNDING * largest * size):
            break
    # As libsvm: the mean over what is free of its bounds, else the middle of what is allowed.
    total, n_free, least, most = 0.0, 0, np.inf, -np.inf
    for i in range(len(A)):
        edge = AT_BOUND * (high[i] - low[i])
        if low[i] + edge < a[i] < high[i] - edge:
            total += g[i]
            n_free += 1
        elif a[i] < (low[i] + high[i]) / 2:
            least = min(least, g[i])
        else:
            most = max(most, g[i])
    return -total / n_free if n_free else -(least + most) / 2


@inner
def _moves(A: Matrix, a: Vector, g: Vector, low: Vector, high: Vector, tolerance: float) -> bool:
    """Move as many pairs as there are samples, or until none gains; whether none does."""
    m = len(A)
    for _ in range(m):
        i, j, gain, most = -1, -1, 0.0, -np.inf
        for t in range(m):
            if a[t] < high[t] and (i < 0 or g[t] < g[i]):
                i = t
        for t in range(m):
            if a[t] > low[t]:
                gap = g[t] - g[i]
                most = max(most, gap)
                curve = max(A[i, i] + A[t, t] - 2 * A[i, t], SMALLEST_CURVE)
                if gap > 0 and gap * gap > gain * curve:
                    j, gain = t, gap * gap / curve
        if most <= tolerance:
            return True
        move = (g[j] - g[i]) / max(A[i, i] + A[j, j] - 2 * A[i, j], SMALLEST_CURVE)
        room_i, room_j = high[i] - a[i], a[j] - low[j]
        move = min(move, room_i, room_j)
        a[i] = high[i] if move == room_i else a[i] + move
        a[j] = low[j] if move == room_j else a[j] - move
        for t in range(m):
            g[t] += move * (A[i, t] - A[j, t])
    return False


@inner
def _exact_steps(
    A: Matrix,
    a: Vector,
    g: Vector,
    low: Vector,
    high: Vector,
    sides: Vector,
    memory: Vector,
    free: Integers,
    sizes: Integers,
) -> None:
    """Solve for the free coefficients; who meets a bound stays there, and the rest go on."""
    m = len(A)
    for _ in range(m):
        k, shift = 0, 0.0
        for i in range(m):
            if low[i] < a[i] < high[i]:
                free[k] = i
                shift += A[i, i]
                k += 1
        if k < 2:
            return
        # As a step sums to 0, a constant added to A changes nothing, but makes it definite.
        shift /= k
        for i in range(k):
            for j in range(i + 1):
                memory[i * k + j] = A[free[i], free[j]] + shift
            memory[i * k + i] += RIDGE * shift
            sides[i], sides[k + i] = -g[free[i]], 1.0
        sizes[0], sizes[1] = k, 2
        factorise(memory, sizes)
        if sizes[2] != 0:
            return
        substitute(memory, sides, sizes)
        total, unit = 0.0, 0.0
        for i in range(k):
            total += sides[i]
            unit += sides[k + i]
        length, first = 1.0, -1
        for i in range(k):
            sides[i] -= sides[k + i] * total / unit
            room = high[free[i]] - a[free[i]] if sides[i] > 0 else low[free[i]] - a[free[i]]
            if length * sides[i] / room > 1:
                length, first = room / sides[i], free[i]
        for i in range(k):
            move = length * sides[i]
            a[free[i]] += move
            for j in range(m):
                g[j] += move * A[free[i], j]
        if first < 0:
            return
        a[first] = low[first] if a[first] < (low[first] + high[first]) / 2 else high[first]
