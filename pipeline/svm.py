"""Step 4: the linear support vector machine on Gram matrices.

`svm_path` fits two classes by `pipeline.smo`, from a C to the next. With many more genes
than samples the classes can be separated and the coefficients of the widest margin are far
below their bound: then C does not matter, and the whole grid is one fit. More classes are
left to libsvm, one against one.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.svm import SVC

from pipeline.dual import apply, problems
from pipeline.hinge import hinge_path
from pipeline.smo import BELOW_BOUND, smo_paths


def svm_path(
    K: NDArray[np.float64],
    y: NDArray[np.intp],
    weights: NDArray[np.float64],
    grid: Sequence[float],
) -> NDArray[np.float64]:
    """Fit support vector machines of two classes along a grid of C.

    Parameters
    ----------
    K : ndarray of float, shape (n_problems, n_samples, n_samples)
        Gram matrices, centred on the rows of positive weight.
    y : ndarray of int, that can be broadcast to the shape of the weights
        Class indices, 0 or 1.
    weights : ndarray of float, shape (n_problems, n_samples) or (n_problems, n_labels, n_samples)
        Factors of C, 0 for what is held out: the same samples for all of a problem's
        vectors of labels.
    grid : sequence of float, length n_grid
        Values of C, increasing.

    Returns
    -------
    ndarray of float, of the shape of the weights after an axis for the grid
        Decision values of all samples, positive for class 1.
    """
    coefficients = np.zeros((len(grid), *weights.shape))
    intercepts = np.empty((len(grid), *weights.shape[:-1]))
    values_of_c = np.array(grid, dtype=np.float64)
    for q, (rows, A, signs, w) in enumerate(problems(K, y, weights)):
        a, b = fit_labels(A, signs, w, values_of_c)
        coefficients[:, q, ..., rows] = a.T.reshape(len(rows), len(grid), *weights.shape[1:-1])
        intercepts[:, q] = b.T.reshape(len(grid), *weights.shape[1:-1])
    return apply(K, coefficients) + intercepts[..., None]


def fit_labels(
    A: NDArray[np.float64],
    signs: NDArray[np.float64],
    weights: NDArray[np.float64],
    grid: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Solve one problem along a grid of C, for many vectors of labels.

    Parameters
    ----------
    A : ndarray of float, shape (n_train, n_train)
        Gram matrix of the training rows.
    signs, weights : ndarray of float, shape (n_labels, n_train)
        -1 or 1 for classes, and factors of C, positive.
    grid : ndarray of float, shape (n_grid,)
        Values of C, increasing.

    Returns
    -------
    coefficients : ndarray of float, shape (n_labels, n_grid, n_train)
        Of the dual problem, with the signs drawn in.
    intercepts : ndarray of float, shape (n_labels, n_grid)
        Intercepts.
    """
    n_labels, n = signs.shape
    a, b = np.empty((n_labels, len(grid), n)), np.empty((n_labels, len(grid)))
    memory = np.empty((6, n)), *np.empty((2, n * n)), *np.empty((2, n), dtype=np.int64)
    smo_paths(A, signs, weights, grid, a, b, *memory)
    for row in np.flatnonzero(np.isnan(b).any(axis=1)):  # many samples, whose bounds are many
        fits = hinge_path(A, signs[row], weights[row], grid.tolist(), products=True)
        a[row], b[row] = fits.weights, fits.intercepts
    return a, b


def libsvm_path(
    K: NDArray[np.float64],
    y: NDArray[np.intp],
    weights: NDArray[np.float64],
    grid: Sequence[float],
    *,
    tol: float = 1e-6,
) -> NDArray[np.float64]:
    """Fit one support vector machine by libsvm, of any number of classes, along a grid of C.

    libsvm solves on the Gram matrix what it would solve on the genes [1]_. Where no
    coefficient touches its bound C w_i, the bound does not matter, and every larger C has
    the same solution: with many genes the whole grid is one fit.

    Parameters
    ----------
    K : ndarray of float, shape (n_samples, n_samples)
        A fold's Gram matrix, centred on its training rows.
    y : ndarray of int, shape (n_samples,)
        Class indices.
    weights : ndarray of float, shape (n_samples,)
        Factors of C, 0 for what is held out.
    grid : sequence of float, length n_grid
        Values of C, increasing.
    tol : float, default=1e-6
        Tolerance of libsvm.

    Returns
    -------
    ndarray of float, shape (n_grid, n_samples) or (n_grid, n_samples, n_classes)
        Decision values of all samples, as `SVC.decision_function` gives them.

    References
    ----------
    .. [1] Chang, Lin (2011). LIBSVM: a library for support vector machines. ACM TIST 2(3),
       27, section 2.1.
    """
    train = np.flatnonzero(weights)
    K_all = np.ascontiguousarray(K[:, train])
    values: list[NDArray[np.float64]] = []
    free = False
    for C in grid:
        if not free:
            model = SVC(kernel="precomputed", C=C, tol=tol)
            model.fit(K_all[train], y[train], sample_weight=weights[train])
            scores = model.decision_function(K_all)
            bounds = C * weights[train][model.support_]
            free = bool((np.abs(model.dual_coef_) < BELOW_BOUND * bounds).all())
        values.append(scores)
    return np.array(values)
