"""Step 4: logistic regression with a lasso or elastic-net penalty, which keeps few genes."""

import warnings
from collections.abc import Iterator, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, log_expit, softmax
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.validation import check_is_fitted, validate_data

from pipeline.estimators.elastic_net import MAX_ITERATIONS, TOLERANCE, minimise_among_few, start
from pipeline.estimators.scores import class_codes, varying


class SparseLogisticRegression(ClassifierMixin, BaseEstimator):
    """Logistic regression with a lasso or elastic-net penalty.

    It minimises C times the sum of the losses plus l1_ratio |w|_1 plus
    (1 - l1_ratio) |w|_2^2 / 2, with an intercept that is not penalised. Of more than two
    classes, each is fitted against all others, and their probabilities are divided by their
    sum. Constant genes take no part. Of equal genes each gets the same weight.

    Parameters
    ----------
    C : float, default=1.0
        Factor of the losses: the larger, the weaker the penalty.
    l1_ratio : float, default=1.0
        Share of the penalty that counts absolute weights: 1 is the lasso, 0 ridge.
    tol : float, default=1e-7
        Largest `residual_` at which the fit has converged.
    max_iter : int, default=200
        Most Newton steps.

    Attributes
    ----------
    classes_ : ndarray, shape (n_classes,)
        Sorted class labels.
    coef_ : ndarray of float, shape (1, n_genes) or (n_classes, n_genes)
        Weights of the genes for the second of two classes, or for each of more.
    intercept_ : ndarray of float, shape (1,) or (n_classes,)
        Decision values where all genes are 0.
    support_ : ndarray of bool, shape (n_genes,)
        True where the gene has a weight other than 0 for any class.
    residual_ : float
        Largest violation of the conditions for the optimum, in units of C, the genes taken
        less their means: the distance of 0 from the subgradient of the sum.
    n_iter_ : int
        Newton steps, the most of any class.
    """

    def __init__(
        self,
        C: float = 1.0,
        l1_ratio: float = 1.0,
        tol: float = TOLERANCE,
        max_iter: int = MAX_ITERATIONS,
    ) -> None:
        self.C = C
        self.l1_ratio = l1_ratio
        self.tol = tol
        self.max_iter = max_iter

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Learn weights and intercepts.

        Parameters
        ----------
        X : array-like of float, shape (n_samples, n_genes)
            Expression values.
        y : array-like, shape (n_samples,)
            Class labels.

        Returns
        -------
        SparseLogisticRegression
            The estimator itself.

        Raises
        ------
        ValueError
            If there are fewer than two classes, or if a parameter is out of its range.

        Warns
        -----
        ConvergenceWarning
            If `residual_` is larger than `tol` after `max_iter` Newton steps.
        """
        _check(self.C, self.l1_ratio)
        values: NDArray[np.float64]
        labels: NDArray[Any]
        values, labels = validate_data(self, X, y, dtype=np.float64)
        self.classes_, codes = class_codes(labels)
        centre, centred = _centred(values)
        fits = [
            minimise_among_few(
                centred,
                target,
                start(centred, target),
                C=self.C,
                l1_ratio=self.l1_ratio,
                tol=self.tol,
                max_iter=self.max_iter,
            )
            for target in _targets(codes, len(self.classes_))
        ]
        self.coef_ = np.array([fit.coef for fit in fits])
        self.intercept_ = np.array([fit.intercept for fit in fits]) - self.coef_ @ centre
        self.support_ = self.coef_.any(axis=0)
        self.residual_ = max(fit.residual for fit in fits)
        self.n_iter_ = max(fit.n_iter for fit in fits)
        _warn_if(self.residual_, self.tol)
        return self

    def decision_function(self, X: ArrayLike) -> NDArray[np.float64]:
        """Give the log odds of the classes.

        Parameters
        ----------
        X : array-like of float, shape (n_samples, n_genes)
            Expression values.

        Returns
        -------
        ndarray of float, shape (n_samples,) or (n_samples, n_classes)
            For two classes the log odds of the second, else of each against all others.
        """
        check_is_fitted(self)
        values: NDArray[np.float64] = validate_data(self, X, dtype=np.float64, reset=False)
        kept = self.support_
        scores: NDArray[np.float64] = values[:, kept] @ self.coef_[:, kept].T + self.intercept_
        return scores[:, 0] if scores.shape[1] == 1 else scores

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """Compute probabilities of the classes.

        Parameters
        ----------
        X : array-like of float, shape (n_samples, n_genes)
            Expression values.

        Returns
        -------
        ndarray of float, shape (n_samples, n_classes)
            Probabilities in the order of `classes_`; of more than two classes, those of
            each against all others, divided by their sum.
        """
        scores = self.decision_function(X)
        if scores.ndim == 1:
            return np.column_stack([expit(-scores), expit(scores)])
        # By logarithms: where every class is all but excluded, their sum would be 0.
        y_proba: NDArray[np.float64] = softmax(log_expit(scores), axis=1)
        return y_proba

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Name the class with the largest log odds.

        Parameters
        ----------
        X : array-like of float, shape (n_samples, n_genes)
            Expression values.

        Returns
        -------
        ndarray, shape (n_samples,)
            Class labels; of equal log odds the first in the order of `classes_`.
        """
        scores = self.decision_function(X)
        y_pred: NDArray[Any] = self.classes_[
            (scores > 0).astype(int) if scores.ndim == 1 else scores.argmax(axis=1)
        ]
        return y_pred


def sparse_path(
    X: NDArray[np.float64],
    y: NDArray[np.intp],
    train: NDArray[np.intp],
    grid: Sequence[float],
    *,
    l1_ratio: float,
    n_classes: int,
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Fit `SparseLogisticRegression` along a grid of C, each fit starting from the one before.

    Parameters
    ----------
    X : ndarray of float, shape (n_samples, n_genes)
        Expression values of all samples.
    y : ndarray of int, shape (n_samples,)
        Class indices; each of the `n_classes` occurs among the training rows.
    train : ndarray of int, shape (n_train,)
        Rows to learn from.
    grid : sequence of float, length n_grid
        Values of C, best in increasing order.
    l1_ratio : float
        Share of the penalty that counts absolute weights.
    n_classes : int
        Number of classes.

    Returns
    -------
    values : ndarray of float, shape (n_grid, n_samples, n_columns)
        Decision values of all samples: one column for two classes, positive for class 1,
        else a column for each class against all others.
    converged : ndarray of bool, shape (n_grid,)
        Whether the fits reached the optimum.

    Raises
    ------
    ValueError
        If a parameter is out of its range.
    """
    centre, centred = _centred(X[train])
    values, reached = [], []
    for target in _targets(y[train], n_classes):
        fit = start(centred, target)
        for C in grid:
            _check(C, l1_ratio)
            fit = minimise_among_few(centred, target, fit, C=C, l1_ratio=l1_ratio)
            reached.append(fit.residual <= TOLERANCE)
            kept = np.flatnonzero(fit.coef)
            values.append((X[:, kept] - centre[kept]) @ fit.coef[kept] + fit.intercept)
    decisions = np.moveaxis(np.reshape(values, (-1, len(grid), len(X))), 0, 2)
    converged = np.all(np.reshape(reached, (-1, len(grid))), axis=0)
    return decisions, np.asarray(converged, dtype=np.bool_)


def _centred(
    X: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Means of the genes, and the genes less their means; of constant ones nothing is left."""
    centre = X.mean(axis=0)
    return centre, np.where(varying(X), X - centre, 0.0)


def _targets(codes: NDArray[np.intp], n_classes: int) -> Iterator[NDArray[np.float64]]:
    """Labels 0 and 1: one problem for two classes, else each class against all others."""
    for k in range(n_classes) if n_classes > 2 else [1]:
        yield (codes == k).astype(np.float64)


def _warn_if(residual: float, tol: float) -> None:
    """Warn of a fit that stopped short of the optimum."""
    if not residual <= tol:  # nor if it is not a number
        warnings.warn(
            f"not converged: residual {residual:.1e}, expected at most {tol:.1e}",
            ConvergenceWarning,
            stacklevel=3,
        )


def _check(C: float, l1_ratio: float) -> None:
    """Refuse parameters out of range."""
    if not 0 < C < np.inf:
        raise ValueError(f"C: expected a positive number, found {C}")
    if not 0 <= l1_ratio <= 1:
        raise ValueError(f"l1_ratio: expected 0 to 1, found {l1_ratio}")
