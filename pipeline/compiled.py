"""Step 4: what the compiled loops share: how they are compiled and kept, and a Cholesky factor.

Iterations that depend on each other cannot be stacked by NumPy; Numba compiles them, on one
thread. Compiling takes seconds, so that its results are kept in the user's cache, in a folder
named after all that is compiled: Numba itself looks at one source file at a time.

Systems of fifty unknowns are solved by tens of thousands. `factorise` is as quick at them as
LAPACK, and gives the same bits on every machine. Rows of the factor come four at a time,
and within a panel of rows, so that also a matrix of thousands of rows is read few times::

    A  =  U' U      panel of U      | finished rows   U[k, k:]
                    rows below      | A[i, i:] -= sum over the panel of U[k, i] U[k, i:]
"""

import hashlib
from pathlib import Path
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray
from platformdirs import user_cache_path

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]
Cube = NDArray[np.float64]
Integers = NDArray[np.integer[Any]]

KERNELS = ("compiled.py", "gene_loops.py", "newton.py", "products.py", "smo.py")
"""The modules that hold compiled code."""

PANEL = 64
"""Rows of a panel: 64 rows of 1000 numbers are 0.5 MB, the size of a core's own cache."""


def _folder() -> Path:
    """The cache's folder for this very code and this Numba."""
    here = Path(__file__).parent
    digest = hashlib.sha256(numba.__version__.encode())
    for name in KERNELS:
        digest.update((here / name).read_bytes())
    return user_cache_path("expression-report") / "compiled" / digest.hexdigest()[:16]


_FOLDER = _folder()
# Numba ships no types.
_numba: Any = numba


def compiled(function: Any) -> Any:
    """Compile a function when it is first called, and keep what was compiled.

    A number divided by zero is infinite, and the interpreter is let go of.

    Parameters
    ----------
    function : callable
        Takes arrays and numbers.

    Returns
    -------
    callable
        The same, compiled.
    """
    return _kept(function, no_cfunc_wrapper=True, nogil=True)


def inner(function: Any) -> Any:
    """Compile a function that compiled functions alone call.

    Parameters
    ----------
    function : callable
        Takes arrays and numbers.

    Returns
    -------
    callable
        The same, compiled, without the ways in from Python and C: they take time to compile.
    """
    return _kept(function, no_cfunc_wrapper=True, no_cpython_wrapper=True)


def in_lanes(function: Any) -> Any:
    """Compile a function like `inner` that may add up long sums in lanes, side by side.

    Sums then have another order than as written, as in BLAS: one that is the machine's, and
    depends on the number of summands alone.

    Parameters
    ----------
    function : callable
        Takes arrays and numbers.

    Returns
    -------
    callable
        The same, compiled.
    """
    lanes = {"reassoc", "contract"}
    return _kept(function, no_cfunc_wrapper=True, no_cpython_wrapper=True, fastmath=lanes)


def _kept(function: Any, **options: Any) -> Any:
    """Compile by Numba, with a cache in our own folder where one can be had."""
    before = _numba.config.CACHE_DIR
    # Only while our own functions are declared: other packages keep theirs elsewhere.
    _numba.config.CACHE_DIR = str(_FOLDER)
    try:
        return _numba.njit(cache=True, error_model="numpy", **options)(function)
    except RuntimeError:  # there is no place to write to
        return _numba.njit(error_model="numpy", **options)(function)
    finally:
        _numba.config.CACHE_DIR = before


@inner
def factorise(A: Vector, n: int) -> bool:
    """Replace a positive definite matrix by its Cholesky factor.

    Parameters
    ----------
    A : ndarray of float
        The matrix, row by row; only its upper triangle is read. It becomes the factor, with
        one over each number of the diagonal.
    n : int
        Number of rows.

    Returns
    -------
    bool
        Whether the matrix is positive definite.
    """
    for start in range(0, n, PANEL):
        stop = min(start + PANEL, n)
        for k in range(start, stop, 4):
            last = min(k + 4, stop)
            for p in range(k, last):
                _eliminate(A, n, p, k, p)
                if not A[p * n + p] > 0:
                    return False
                scale = 1 / np.sqrt(A[p * n + p])
                row = A[p * n + p + 1 : p * n + n]
                for j in range(len(row)):
                    row[j] *= scale
                A[p * n + p] = scale
            for i in range(last, stop):
                _eliminate(A, n, i, k, last)
        for i in range(stop, n):
            for k in range(start, stop, 4):
                _eliminate(A, n, i, k, min(k + 4, stop))
    return True


@inner
def _eliminate(A: Vector, n: int, i: int, k: int, last: int) -> None:
    """Take finished rows, from k to before the last and four at the most, out of row i."""
    # Slices, as their indices are surely not negative: only then loops become vector loops.
    row = A[i * n + i : i * n + n]
    if last - k == 4:
        u0, u1 = A[k * n + i : k * n + n], A[k * n + n + i : k * n + 2 * n]
        u2, u3 = A[k * n + 2 * n + i : k * n + 3 * n], A[k * n + 3 * n + i : k * n + 4 * n]
        f0, f1, f2, f3 = u0[0], u1[0], u2[0], u3[0]
        for j in range(len(row)):
            row[j] -= (f0 * u0[j] + f1 * u1[j]) + (f2 * u2[j] + f3 * u3[j])
    else:
        for q in range(k, last):
            above = A[q * n + i : q * n + n]
            factor = above[0]
            for j in range(len(row)):
                row[j] -= factor * above[j]


@inner
def substitute(A: Vector, n: int, side: Vector) -> None:
    """Replace a right-hand side by the solution.

    Parameters
    ----------
    A : ndarray of float
        What `factorise` left.
    n : int
        Number of rows.
    side : ndarray of float, shape (n,)
        Right-hand side.
    """
    for k in range(n):
        side[k] *= A[k * n + k]
        value, row, rest = side[k], A[k * n + k + 1 : k * n + n], side[k + 1 : n]
        for j in range(len(row)):
            rest[j] -= value * row[j]
    for k in range(n - 1, -1, -1):
        row, rest = A[k * n + k + 1 : k * n + n], side[k + 1 : n]
        # Four sums at a time: each waits for itself alone.
        s0, s1, s2, s3 = 0.0, 0.0, 0.0, 0.0
        n_fours = len(row) // 4 * 4
        for j in range(0, n_fours, 4):
            s0 += row[j] * rest[j]
            s1 += row[j + 1] * rest[j + 1]
            s2 += row[j + 2] * rest[j + 2]
            s3 += row[j + 3] * rest[j + 3]
        for j in range(n_fours, len(row)):
            s0 += row[j] * rest[j]
        side[k] = (side[k] - (s0 + s1) - (s2 + s3)) * A[k * n + k]
