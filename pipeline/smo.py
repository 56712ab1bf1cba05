"""Step 4: the support vector machine of two classes, its compiled loop.

Minimises a' K a / 2 - y' a with sum_i a_i = 0 and each y_i a_i between 0 and C w_i: the
dual problem, with the signs y drawn into a. With more genes than samples almost every sample
is a support vector, so the fit begins with all of them: the free coefficients are solved for
at once, those beyond a bound are put on it, those that the gradient pulls off their bound are
freed, all in one exchange [1]_, and that is done three or four times. The largest C comes
first, whose solution is that of every C down to the first bound that it meets.

Where exchanges do not settle, as with fewer genes than samples, two kinds of step alternate
from the smallest C up. A pair of coefficients moves, the one that gains most, as in
libsvm [2]_: this finds which of them are free of their bounds. Then all free ones are solved
for at once, as far as the bounds let them. Pairs alone need tens of thousands of moves where
genes are few and C is large.

References
----------
.. [1] Júdice, Pires (1994). A block principal pivoting algorithm for large-scale strictly
   monotone linear complementarity problems. Computers & Operations Research 21, 587-596.
.. [2] Fan, Chen, Lin (2005). Working set selection using second order information for
   training support vector machines. JMLR 6, 1889-1918, WSS 2.
"""

import numpy as np

from pipeline.compiled import Cube, Integers, Matrix, Vector, compiled, factorise, inner, substitute

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

MANY = 500
"""Samples beyond which moves of pairs are too many: what does not settle is left unsolved."""

MAX_EXCHANGES = 20
"""Exchanges of free and bound coefficients; three or four suffice where they settle at all."""

SMALLEST_PIVOT = 1e-9
"""Share of the mean diagonal below which a pivot tells that samples depend on each other."""


@compiled
def smo_paths(
    A: Matrix,
    signs: Matrix,
    weights: Matrix,
    grid: Vector,
    coefficients: Cube,
    intercepts: Matrix,
    vectors: Matrix,
    memory: Vector,
    whole: Vector,
    state: Integers,
    free: Integers,
) -> None:
    """Fit one problem along a grid of C, for many vectors of labels.

    Parameters
    ----------
    A : ndarray of float, shape (n_train, n_train)
        Gram matrix.
    signs : ndarray of float, shape (n_labels, n_train)
        1 for class 1, -1 for class 0.
    weights : ndarray of float, shape (n_labels, n_train)
        Factors of C, positive.
    grid : ndarray of float, shape (n_grid,)
        Values of C, increasing.
    coefficients : ndarray of float, shape (n_labels, n_grid, n_train)
        To be filled with a.
    intercepts : ndarray of float, shape (n_labels, n_grid)
        To be filled with b; not a number where more than `MANY` samples were not solved.
    vectors : ndarray of float, shape (6, n_train)
        Memory.
    memory, whole : ndarray of float, shape (n_train ** 2,)
        Memory for linear systems: of some samples, and of all.
    state, free : ndarray of int64, shape (n_train,)
        Memory: where a coefficient stands, and which of them are free.
    """
    n = len(A)
    g, low, high, side, unit, ones = vectors
    for i in range(n):
        free[i], ones[i] = i, 1.0
    definite = _system(A, free, n, whole, 0.0)
    for i in range(n):
        # A small pivot: with dependent samples exchanges would go on for long.
        definite &= SMALLEST_PIVOT * abs(A[i, i]) * whole[i * n + i] ** 2 < 1
    if definite:
        substitute(whole, n, ones)
    for row in range(len(signs)):
        y, w = signs[row], weights[row]
        a, b = coefficients[row], intercepts[row]
        if not (
            definite
            and _falling(
                A, y, w, grid, a, b, g, low, high, side, unit, ones, memory, whole, state, free
            )
        ):
            if n > MANY:
                b[:] = np.nan
            else:
                _rising(A, y, w, grid, a, b, g, low, high, side, unit, memory, free)


@inner
def _falling(
    A: Matrix,
    y: Vector,
    weights: Vector,
    grid: Vector,
    coefficients: Matrix,
    intercepts: Vector,
    g: Vector,
    low: Vector,
    high: Vector,
    side: Vector,
    unit: Vector,
    ones: Vector,
    memory: Vector,
    whole: Vector,
    state: Integers,
    free: Integers,
) -> bool:
    """Fit from the largest C down; whether exchanges settled at every C."""
    n, last = len(A), len(grid) - 1
    for i in range(n):
        state[i] = 0
    for step in range(last, -1, -1):
        a = coefficients[step]
        touches = step == last
        for i in range(n):
            bound = y[i] * grid[step] * weights[i]
            low[i], high[i] = min(0.0, bound), max(0.0, bound)
            if step < last:
                a[i] = coefficients[step + 1, i]
                touches |= abs(a[i]) >= BELOW_BOUND * abs(bound)
        if not touches:
            intercepts[step] = intercepts[step + 1]
            continue
        found = _exchange(A, y, a, g, low, high, side, unit, ones, memory, whole, state, free)
        if not found:
            return False
        intercepts[step] = -g[free[0]]
    return True


@inner
def _exchange(
    A: Matrix,
    y: Vector,
    a: Vector,
    g: Vector,
    low: Vector,
    high: Vector,
    side: Vector,
    unit: Vector,
    ones: Vector,
    memory: Vector,
    whole: Vector,
    state: Integers,
    free: Integers,
) -> bool:
    """Solve for what is free, and exchange what breaks the conditions, until nothing does.

    A state is 0 for a free coefficient, -1 and 1 for one at its lower and upper bound. In
    the end `g` is A a - y, equal over the free ones, the first of which is `free[0]`.
    """
    n = len(A)
    for _ in range(MAX_EXCHANGES):
        k, fixed = 0, 0.0
        for i in range(n):
            if state[i] == 0:
                free[k] = i
                k += 1
            else:
                a[i] = low[i] if state[i] < 0 else high[i]
                fixed += a[i]
        if k < 2:
            return False
        for q in range(k):
            side[q] = y[free[q]]
        for i in range(n):
            if state[i] != 0 and a[i] != 0:
                for q in range(k):
                    side[q] -= A[i, free[q]] * a[i]
        if k == n:
            substitute(whole, n, side)
            for q in range(n):
                unit[q] = ones[q]
        else:
            if not _system(A, free, k, memory, 0.0):
                return False
            for q in range(k):
                unit[q] = 1.0
            substitute(memory, k, side)
            substitute(memory, k, unit)
        above, below = fixed, 0.0
        for q in range(k):
            above += side[q]
            below += unit[q]
        for q in range(k):
            a[free[q]] = side[q] - unit[q] * above / below
        size, largest, mean = 0.0, 0.0, 0.0
        for i in range(n):
            g[i] = -y[i]
            size += abs(a[i])
            largest = max(largest, A[i, i])
        for i in range(n):
            if a[i] != 0:
                for j in range(n):
                    g[j] += A[i, j] * a[i]
        for q in range(k):
            mean += g[free[q]] / k
        limit = TOLERANCE + ROUNDING * largest * size
        settled = True
        for i in range(n):
            edge = AT_BOUND * (high[i] - low[i])
            if state[i] == 0:
                settled &= abs(g[i] - mean) <= limit
                if a[i] < low[i] - edge:
                    state[i], settled = -1, False
                elif a[i] > high[i] + edge:
                    state[i], settled = 1, False
            elif state[i] * (g[i] - mean) > limit:
                state[i], settled = 0, False
        if settled:
            for i in range(n):  # rounding may have left a free one just beyond
                a[i] = min(max(a[i], low[i]), high[i])
            g[free[0]] = mean
            return True
    return False


@inner
def _system(A: Matrix, free: Integers, k: int, memory: Vector, ridge: float) -> bool:
    """Factorise the free samples' part of A; whether it is definite."""
    shift = 0.0
    for q in range(k):
        shift += A[free[q], free[q]] / k
    # As a sum is given, a constant added to A changes nothing, but makes it definite.
    for q in range(k):
        row, values = memory[q * k : q * k + k], A[free[q]]
        for r in range(q, k):
            row[r] = values[free[r]] + shift
        row[q] += ridge * shift
    return bool(factorise(memory, k))


@inner
def _rising(
    A: Matrix,
    y: Vector,
    weights: Vector,
    grid: Vector,
    coefficients: Matrix,
    intercepts: Vector,
    g: Vector,
    low: Vector,
    high: Vector,
    side: Vector,
    unit: Vector,
    memory: Vector,
    free: Integers,
) -> None:
    """Fit from the smallest C up.

    Where no coefficient touches its bound, it does not matter how wide the bound is: the
    solution is that of every larger C.
    """
    touches = True
    for step in range(len(grid)):
        a = coefficients[step]
        for i in range(len(A)):
            bound = y[i] * grid[step] * weights[i]
            a[i] = coefficients[step - 1, i] if step > 0 else 0.0
            if step > 0 and touches:
                # What is at its bound stays there, and the rest grows as much.
                at_bound = a[i] != 0 and (a[i] == low[i] or a[i] == high[i])
                a[i] = bound if at_bound else a[i] * grid[step] / grid[step - 1]
            low[i], high[i] = min(0.0, bound), max(0.0, bound)
        if touches:
            intercepts[step] = _optimise(A, y, a, g, low, high, side, unit, memory, free)
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
    side: Vector,
    unit: Vector,
    memory: Vector,
    free: Integers,
) -> float:
    """Minimise from where a stands, with g = A a - y; the intercept."""
    largest = 0.0
    for i in range(len(A)):
        largest = max(largest, A[i, i])
        g[i] = -y[i]
        for j in range(len(A)):
            g[i] += A[i, j] * a[j]
    for _ in range(MAX_ROUNDS):
        _exact_steps(A, a, g, low, high, side, unit, memory, free)
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
    side: Vector,
    unit: Vector,
    memory: Vector,
    free: Integers,
) -> None:
    """Solve for the free coefficients; who meets a bound stays there, and the rest go on."""
    m = len(A)
    for _ in range(m):
        k = 0
        for i in range(m):
            if low[i] < a[i] < high[i]:
                free[k] = i
                k += 1
        if k < 2 or not _system(A, free, k, memory, RIDGE):
            return
        total, below = 0.0, 0.0
        for i in range(k):
            side[i], unit[i] = -g[free[i]], 1.0
        substitute(memory, k, side)
        substitute(memory, k, unit)
        for i in range(k):
            total += side[i]
            below += unit[i]
        length, first = 1.0, -1
        for i in range(k):
            side[i] -= unit[i] * total / below
            room = high[free[i]] - a[free[i]] if side[i] > 0 else low[free[i]] - a[free[i]]
            if length * side[i] / room > 1:
                length, first = room / side[i], free[i]
        for i in range(k):
            move = length * side[i]
            a[free[i]] += move
            for j in range(m):
                g[j] += move * A[free[i], j]
        if first < 0:
            return
        a[first] = low[first] if a[first] < (low[first] + high[first]) / 2 else high[first]
