"""What the own discriminant rules share: class moments, priors, scores and their reading.

Both rules measure a sample against each class's centroid, gene by gene, in units of a
spread that all classes share, around the overall mean `o`::

    score[k] = sum_g (x_g - o_g)(c_kg - o_g) / s_g^2          the sample along the centroid
             - sum_g (c_kg - o_g)^2 / (2 s_g^2) + log prior_k

which is the Gaussian log posterior but for a term that all classes share. Written around
the overall mean, so that a large common level of a gene cancels nothing.
"""

from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import softmax
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

Priors = Literal["equal", "empirical"]

# A gene whose variance is below this share of its largest square is constant: what is left is
# rounding, and a ratio of roundings would rank it among the best genes.
ROUNDING = 1e-14

# Scores are rounded to 9 decimals, large ones to 12 digits. So a sample halfway between the
# classes is a draw on every machine and in whichever order the genes are added
# (`pipeline.genewise` has another).
SCORE_DIGITS = 12
SCORE_DECIMALS = 9


class CentroidScores(ClassifierMixin, BaseEstimator):
    """Predict the class with the largest score; the base of the own discriminant rules.

    Attributes
    ----------
    classes_ : ndarray, shape (n_classes,)
        Sorted class labels.
    support_ : ndarray of bool, shape (n_genes,)
        True where the gene enters the scores.
    overall_centroid_ : ndarray of float, shape (n_genes,)
        Mean of all training samples.
    coef_ : ndarray of float, shape (n_classes, n_genes)
        Weight of a gene's distance from the overall mean in the score of a class.
    intercept_ : ndarray of float, shape (n_classes,)
        Score of the overall mean itself.
    """

    classes_: NDArray[Any]
    support_: NDArray[np.bool_]
    overall_centroid_: NDArray[np.float64]

    def _set_scores(
        self,
        offsets: NDArray[np.float64],
        spread: NDArray[np.float64],
        priors: NDArray[np.float64],
    ) -> None:
        """Turn centroids, as offsets from the overall mean, into the linear scores."""
        weighted = np.where(self.support_, offsets / spread**2, 0.0)
        self.coef_ = weighted
        self.intercept_ = np.log(priors) - 0.5 * (offsets * weighted).sum(axis=1)

    def _scores(self, X: ArrayLike) -> NDArray[np.float64]:
        """Score every class, of two the second against the first: (n_samples, n_columns)."""
        check_is_fitted(self, "coef_")
        values: NDArray[np.float64] = validate_data(self, X, dtype=np.float64, reset=False)
        kept = self.support_
        distances = values[:, kept] - self.overall_centroid_[kept]
        coef, intercept = self.coef_[:, kept], self.intercept_
        if len(coef) == 2:
            coef, intercept = np.diff(coef, axis=0), np.diff(intercept)
        return rounded_scores(distances @ coef.T, intercept)

    def decision_function(self, X: ArrayLike) -> NDArray[np.float64]:
        """Score the classes.

        Parameters
        ----------
        X : array-like of float, shape (n_samples, n_genes)
            Expression values.

        Returns
        -------
        ndarray of float, shape (n_samples,) or (n_samples, n_classes)
            For two classes the log odds of the second, else the scores of all classes: log
            posterior probabilities but for a term that all classes share.
        """
        scores = self._scores(X)
        return scores[:, 0] if scores.shape[1] == 1 else scores

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """Compute posterior probabilities, as if the genes were independent.

        They are not: with many genes nearly every sample gets a probability near 0 or 1.

        Parameters
        ----------
        X : array-like of float, shape (n_samples, n_genes)
            Expression values.

        Returns
        -------
        ndarray of float, shape (n_samples, n_classes)
            Probabilities in the order of `classes_`.
        """
        scores = self._scores(X)
        if scores.shape[1] == 1:
            scores = np.concatenate([np.zeros_like(scores), scores], axis=1)
        y_proba: NDArray[np.float64] = softmax(scores, axis=1)
        return y_proba

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Name the class with the largest score.

        Parameters
        ----------
        X : array-like of float, shape (n_samples, n_genes)
            Expression values.

        Returns
        -------
        ndarray, shape (n_samples,)
            Class labels; of equal scores the first in the order of `classes_`.
        """
        scores = self._scores(X)
        winners = scores.argmax(axis=1) if scores.shape[1] > 1 else (scores[:, 0] > 0).astype(int)
        y_pred: NDArray[Any] = self.classes_[winners]
        return y_pred


def rounded_scores(along: NDArray[np.float64], fixed: NDArray[np.float64]) -> NDArray[np.float64]:
    """Add the two parts of scores, without the digits that are rounding.

    Parameters
    ----------
    along : ndarray of float, shape (..., n_columns)
        Samples along the centroids.
    fixed : ndarray of float, shape (..., n_columns)
        The part that all samples share; minus infinity for a class that cannot be.

    Returns
    -------
    ndarray of float, shape (..., n_columns)
        Sums with `SCORE_DECIMALS` decimals; where a part of any column is so large that these
        are beyond its `SCORE_DIGITS` digits, with as many decimals less.
    """
    finite = np.where(np.isfinite(fixed), np.abs(fixed), 0.0)
    largest = np.maximum(np.abs(along), finite).max(axis=-1, keepdims=True)
    steps = 10.0**SCORE_DIGITS / np.maximum(largest, 10.0 ** (SCORE_DIGITS - SCORE_DECIMALS))
    return np.asarray(np.rint((along + fixed) * steps) / steps)


def class_codes(y: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.intp]]:
    """Number the class labels.

    Parameters
    ----------
    y : ndarray, shape (n_samples,)
        Class labels.

    Returns
    -------
    classes : ndarray, shape (n_classes,)
        Sorted class labels.
    codes : ndarray of int, shape (n_samples,)
        Position of each sample's label in `classes`.

    Raises
    ------
    ValueError
        If the labels are not classes, or all the same.
    """
    check_classification_targets(y)
    classes, codes = np.unique(y, return_inverse=True)
    if len(classes) < 2:
        raise ValueError(f"y: expected two or more classes, found one class: {classes[0]}")
    return classes, codes


def class_priors(priors: Priors, n_per_class: NDArray[np.intp]) -> NDArray[np.float64]:
    """Give the prior probabilities of the classes.

    Parameters
    ----------
    priors : {"equal", "empirical"}
        The same for every class, or the shares of the training samples.
    n_per_class : ndarray of int, shape (n_classes,)
        Number of training samples of each class.

    Returns
    -------
    ndarray of float, shape (n_classes,)
        Probabilities with sum 1.

    Raises
    ------
    ValueError
        If `priors` is neither word.
    """
    if priors == "equal":
        return np.full(len(n_per_class), 1 / len(n_per_class))
    if priors == "empirical":
        return np.asarray(n_per_class / n_per_class.sum())
    raise ValueError(f"priors: expected 'equal' or 'empirical', found {priors!r}")


def class_moments(
    X: NDArray[np.float64], codes: NDArray[np.intp]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Compute class centroids and the spread that the classes share.

    Parameters
    ----------
    X : ndarray of float, shape (n_samples, n_genes)
        Expression values.
    codes : ndarray of int, shape (n_samples,)
        Classes as numbers from 0; each occurs.

    Returns
    -------
    centroids : ndarray of float, shape (n_classes, n_genes)
        Class means.
    spread : ndarray of float, shape (n_genes,)
        Pooled standard deviation within the classes, divisor n_samples - n_classes; 0 where
        it is of the size of rounding, and for constant genes.

    Raises
    ------
    ValueError
        If there are no more samples than classes.
    """
    n_samples, n_classes = len(codes), codes.max() + 1
    if n_samples <= n_classes:
        raise ValueError(
            f"expected more samples than classes, found n_samples = {n_samples} "
            f"of {n_classes} classes"
        )
    centroids = np.array([X[codes == k].mean(axis=0) for k in range(n_classes)])
    variance = ((X - centroids[codes]) ** 2).sum(axis=0) / (n_samples - n_classes)
    return centroids, np.sqrt(np.where(varying(X) & (variance > rounding(X)), variance, 0.0))


def varying(X: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Find the genes that are not constant.

    Parameters
    ----------
    X : ndarray of float, shape (n_samples, n_genes)
        Expression values.

    Returns
    -------
    ndarray of bool, shape (n_genes,)
        False where the variance is at most 1e-14 of the largest square: rounding.
    """
    return np.asarray(X.var(axis=0) > rounding(X))


def without_zeros(spread: NDArray[np.float64]) -> NDArray[np.float64]:
    """Let genes without spread borrow the smallest that another gene has.

    A gene that varies between the classes but not within them would divide by zero; the
    ranking of genes borrows in the same way (`pipeline.ranking.signal_to_noise`).

    Parameters
    ----------
    spread : ndarray of float, shape (..., n_genes)
        Standard deviations.

    Returns
    -------
    ndarray of float, shape (..., n_genes)
        Positive standard deviations; 1 for all if no gene has any.
    """
    positive = spread > 0
    if positive.all():
        return spread
    smallest = spread.min(axis=-1, keepdims=True, where=positive, initial=np.inf)
    return np.where(positive, spread, np.where(np.isfinite(smallest), smallest, 1.0))


def rounding(X: NDArray[np.float64]) -> NDArray[np.float64]:
    """Say which variance of a gene may be rounding only.

    Parameters
    ----------
    X : ndarray of float, shape (n_samples, n_genes)
        Expression values.

    Returns
    -------
    ndarray of float, shape (n_genes,)
        1e-14 of the largest square.
    """
    return np.asarray(ROUNDING * (X**2).max(axis=0))
