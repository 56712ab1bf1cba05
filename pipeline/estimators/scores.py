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
        """Score every class, shape (n_samples, n_classes)."""
        check_is_fitted(self, "coef_")
        values: NDArray[np.float64] = validate_data(self, X, dtype=np.float64, reset=False)
        kept = self.support_
        distances = values[:, kept] - self.overall_centroid_[kept]
        scores: NDArray[np.float64] = distances @ self.coef_[:, kept].T + self.intercept_
        return scores

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
        return scores[:, 1] - scores[:, 0] if scores.shape[1] == 2 else scores

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
        y_proba: NDArray[np.float64] = softmax(self._scores(X), axis=1)
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
        # By their differences, as `decision_function` gives them: the two never disagree.
        scores = self._scores(X)
        y_pred: NDArray[Any] = self.classes_[(scores - scores[:, :1]).argmax(axis=1)]
        return y_pred


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
        it is of the size of rounding.

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
    return centroids, np.sqrt(np.where(variance > _rounding(X), variance, 0.0))


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
    return np.asarray(X.var(axis=0) > _rounding(X))


def without_zeros(spread: NDArray[np.float64]) -> NDArray[np.float64]:
    """Let genes without spread borrow the smallest that another gene has.

    A gene that varies between the classes but not within them would divide by zero; the
    ranking of genes borrows in the same way (`pipeline.ranking.signal_to_noise`).

    Parameters
    ----------
    spread : ndarray of float, shape (n_genes,)
        Standard deviations.

    Returns
    -------
    ndarray of float, shape (n_genes,)
        Positive standard deviations; 1 for all if no gene has any.
    """
    positive = spread > 0
    smallest = spread[positive].min() if positive.any() else 1.0
    return np.where(positive, spread, smallest)


def _rounding(X: NDArray[np.float64]) -> NDArray[np.float64]:
    """Variance of each gene that may be rounding only."""
    return np.asarray(ROUNDING * (X**2).max(axis=0))
