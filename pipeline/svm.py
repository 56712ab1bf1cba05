"""Step 4f: the linear support vector machine on Gram matrices.

With many more genes than samples the classes can be separated, and the coefficients of the
widest margin are far below the bound C: then C does not matter. `svm_path` solves that
case for all problems at once by an active set, which needs a handful of linear systems and
proves its result by the conditions for the optimum. What it cannot settle, libsvm solves.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.svm import SVC

from pipeline.dual import apply, training_part

MARGIN_TOLERANCE = 1e-8
"""Largest violation of a margin of 1 at which a solution is accepted."""

MAX_SETS = 12
"""Active sets tried. Where p >> n three to five suffice; what needs more seldom settles."""

BELOW_BOUND = 1 - 1e-9
"""A coefficient below this share of its bound does not touch it."""


def svm_path(
    K: NDArray[np.float64],
    y: NDArray[np.intp],
    weights: NDArray[np.float64],
    grid: Sequence[float],
    *,
    tol: float = 1e-6,
) -> NDArray[np.float64]:
    """Fit support vector machines of two classes along a grid of C.

    Parameters
    ----------
    K : ndarray of float, shape (n_problems, n_samples, n_samples)
        Gram matrices, centred on the rows of positive weight.
    y : ndarray of int, shape (n_samples,) or (n_problems, n_samples)
        Class indices, 0 or 1.
    weights : ndarray of float, shape (n_problems, n_samples)
        Factors of C, 0 for what is held out.
    grid : sequence of float, length n_grid
        Values of C, increasing.
    tol : float, default=1e-6
        Tolerance of libsvm, where it is needed.

    Returns
    -------
    ndarray of float, shape (n_grid, n_problems, n_samples)
        Decision values of all samples, positive for class 1.
    """
    rows, K_train, y_train, c = training_part(K, y, weights)
    a, b = _widest_margin(K_train, 2 * y_train - 1, c > 0)
    coefficients = np.zeros_like(weights)
    np.put_along_axis(coefficients, rows, a, axis=1)
    widest = apply(K, coefficients) + b[:, None]
    # The smallest C that leaves the solution untouched; not a number where there is none.
    needed = np.max(np.abs(a) / np.where(c > 0, c, np.inf), axis=1)
    values = np.broadcast_to(widest, (len(grid), *widest.shape)).copy()
    for problem, labels in enumerate(np.broadcast_to(y, weights.shape)):
        bound = [C for C in grid if not needed[problem] < BELOW_BOUND * C]
        if bound:
            values[: len(bound), problem], _ = libsvm_path(
                K[problem], labels, weights[problem], bound, tol=tol
            )
    return values


def libsvm_path(
    K: NDArray[np.float64],
    y: NDArray[np.intp],
    weights: NDArray[np.float64],
    grid: Sequence[float],
    *,
    tol: float = 1e-6,
) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
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
    values : ndarray of float, shape (n_grid, n_samples) or (n_grid, n_samples, n_classes)
        Decision values of all samples, as `SVC.decision_function` gives them.
    predicted : ndarray of int, shape (n_grid, n_samples)
        Classes of all samples, as `SVC.predict` gives them.

    References
    ----------
    .. [1] Chang, Lin (2011). LIBSVM: a library for support vector machines. ACM TIST 2(3),
       27, section 2.1.
    """
    train = np.flatnonzero(weights)
    K_all = np.ascontiguousarray(K[:, train])
    values: list[NDArray[np.float64]] = []
    predicted: list[NDArray[np.intp]] = []
    free = False
    for C in grid:
        if not free:
            model = SVC(kernel="precomputed", C=C, tol=tol)
            model.fit(K_all[train], y[train], sample_weight=weights[train])
            scores = model.decision_function(K_all)
            # Of two classes the sign tells which; a second pass would cost as much as the fit.
            two = scores.ndim == 1
            labels = model.classes_[(scores > 0).astype(int)] if two else model.predict(K_all)
            bounds = C * weights[train][model.support_]
            free = bool((np.abs(model.dual_coef_) < (1 - 1e-9) * bounds).all())
        values.append(scores)
        predicted.append(labels)
    return np.array(values), np.array(predicted)


def _widest_margin(
    K: NDArray[np.float64], sign: NDArray[np.float64], member: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Separate classes by the widest margin; not a number where no active set settled.

    Samples of the active set lie on the margin, sign * f = 1, and all others have a = 0.
    Whoever is on the wrong side of the margin joins, whoever pulls the wrong way leaves.
    """
    # As sum_i a_i = 0, a constant added to K changes nothing, but makes it invertible.
    shift = np.trace(K, axis1=1, axis2=2) / K.shape[1]
    K = K + shift[:, None, None]
    a, b = np.full(sign.shape, np.nan), np.full(len(K), np.nan)
    active, open_ = member.copy(), np.arange(len(K))
    for _ in range(MAX_SETS):
        now, K_, sign_ = active[open_], K[open_], sign[open_]
        try:
            a_, b_ = _on_margin(K_, sign_, now)
        except np.linalg.LinAlgError:  # equal samples: libsvm takes what is still open
            break
        lacks = np.where(member[open_], 1 - sign_ * (apply(K_, a_) + b_[:, None]), 0)
        pull = a_ * sign_
        # One scale for both: what a sample lacks on the margin, in units of a.
        after = member[open_] & (pull + lacks / shift[open_, None] > 0)
        good = (lacks <= MARGIN_TOLERANCE).all(axis=1) & (pull >= 0).all(axis=1)
        good &= (np.abs(np.where(now, lacks, 0)) <= MARGIN_TOLERANCE).all(axis=1)
        a[open_[good]], b[open_[good]] = a_[good], b_[good]
        active[open_] = after
        going = ~good & (after != now).any(axis=1)
        open_ = open_[going]
        if not len(open_):
            break
    return a, b


def _on_margin(
    K: NDArray[np.float64], sign: NDArray[np.float64], active: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Coefficients and intercepts that put the active samples on the margin."""
    system = np.where(active[:, :, None], K, 0.0)
    np.einsum("qii->qi", system)[:] += ~active
    sides = np.stack([active.astype(np.float64), np.where(active, sign, 0.0)], axis=2)
    unit, free = np.moveaxis(np.linalg.solve(system, sides), 2, 0)
    with np.errstate(divide="ignore", invalid="ignore"):  # singular: found out by the caller
        b = free.sum(axis=1) / unit.sum(axis=1)
        return np.where(active, free - unit * b[:, None], 0.0), b
