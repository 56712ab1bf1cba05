"""Step 4: what the compiled loops of `smo` and `newton` share.

Their iterations depend on each other, so NumPy cannot stack them; Numba compiles them when
they are first called, on one thread. `factorise` and `substitute` solve linear systems by
LAPACK, which SciPy offers to compiled code by address: every argument is a pointer. What
LAPACK, counting columns first, calls the upper triangle is the lower one of a NumPy array.

Compiling takes as long as the code is rich: loops over plain arrays that the caller has
allocated compile in a fraction of the time of views and array expressions.
"""

import ctypes
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.linalg import cython_lapack

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]
Integers = NDArray[np.integer[Any]]

# Two options spare time, but Numba's types do not know them: no way in from C, and for what
# only compiled code calls none from Python. A number divided by zero is infinite.
_njit: Any = njit
# Threads of the evaluation run beside each other: compiled code lets go of the interpreter.
compiled = _njit(error_model="numpy", no_cfunc_wrapper=True, nogil=True)
inner = _njit(error_model="numpy", no_cfunc_wrapper=True, no_cpython_wrapper=True)

UPPER = np.frombuffer(b"U", dtype=np.uint8)


def _lapack(name: str, n_arguments: int) -> Any:
    """Make the function of LAPACK at SciPy's address callable."""
    python = ctypes.pythonapi
    python.PyCapsule_GetName.restype = ctypes.c_char_p
    python.PyCapsule_GetName.argtypes = [ctypes.py_object]
    python.PyCapsule_GetPointer.restype = ctypes.c_void_p
    python.PyCapsule_GetPointer.argtypes = [ctypes.py_object, ctypes.c_char_p]
    capsules: dict[str, Any] = vars(cython_lapack)["__pyx_capi__"]
    capsule = capsules[name]
    address = python.PyCapsule_GetPointer(capsule, python.PyCapsule_GetName(capsule))
    return ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * n_arguments)(address)


_dpotrf = _lapack("dpotrf", 5)
_dpotrs = _lapack("dpotrs", 8)


@inner
def factorise(A: Vector, sizes: Integers) -> None:
    """Replace a positive definite matrix by its Cholesky factor.

    Parameters
    ----------
    A : ndarray of float
        The matrix, row by row; only its lower triangle is read.
    sizes : ndarray of int32, shape (3,)
        Number of rows, number of right-hand sides, and what becomes 0 where the matrix is
        positive definite.
    """
    _dpotrf(UPPER.ctypes, sizes.ctypes, A.ctypes, sizes.ctypes, sizes[2:].ctypes)


@inner
def substitute(A: Vector, sides: Vector, sizes: Integers) -> None:
    """Replace right-hand sides by the solutions.

    Parameters
    ----------
    A : ndarray of float
        What `factorise` left.
    sides : ndarray of float
        Right-hand sides, one after the other.
    sizes : ndarray of int32, shape (3,)
        As for `factorise`.
    """
    n = sizes.ctypes
    _dpotrs(UPPER.ctypes, n, sizes[1:].ctypes, A.ctypes, n, sides.ctypes, n, sizes[2:].ctypes)
