"""Step 4: diagonal linear discriminant analysis, with its selection of genes."""

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils.validation import validate_data

from pipeline.estimators.scores import (
    CentroidScores,
    Priors,
    class_codes,
    class_moments,
    class_priors,
    varying,
    without_zeros,
)

# Genes that differ by rounding only are tied: where many values stand at the floor, whole
# groups of genes have the same ratio, and the order of sums would decide which are kept.
DECIMALS = 12


class DiagonalDiscriminant(CentroidScores):
    """Diagonal linear discriminant analysis (DLDA).

    A sample gets the class whose mean is nearest, each gene measured in its pooled standard
    deviation within the classes (divisor n_samples - n_classes): the maximum likelihood rule
    for Gaussian classes with one diagonal covariance matrix [1]_. Constant genes take no part.
    A gene that varies between but not within the classes has no finite weight; it gets the
    smallest standard deviation that another gene has.

    Parameters
    ----------
    n_genes : int or None, default=None
        Keep the genes with the largest ratio of the sums of squares between and within the
        classes, BSS / WSS [1]_; None keeps all. Ratios that are equal but for rounding are
        kept in the order of the columns.
    priors : {"equal", "empirical"}, default="equal"
        Prior probabilities of the classes: all the same, as in [1]_, or the shares of the
        training samples.

    Attributes
    ----------
    classes_ : ndarray, shape (n_classes,)
        Sorted class labels.
    centroids_ : ndarray of float, shape (n_classes, n_genes)
        Class means.
    support_ : ndarray of bool, shape (n_genes,)
        True where the gene is kept.
    n_genes_ : int
        Number of genes kept: fewer than `n_genes` where fewer vary.

    References
    ----------
    .. [1] Dudoit, Fridlyand, Speed (2002). Comparison of discrimination methods for the
       classification of tumors using gene expression data. JASA 97, 77-87.
    """

    def __init__(self, n_genes: int | None = None, priors: Priors = "equal") -> None:
        self.n_genes = n_genes
        self.priors = priors

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Choose the genes, learn class means and pooled variances.

        Parameters
        ----------
        X : array-like of float, shape (n_samples, n_genes)
            Expression values.
        y : array-like, shape (n_samples,)
            Class labels.

        Returns
        -------
        DiagonalDiscriminant
            The estimator itself.

        Raises
        ------
        ValueError
            If there are fewer than two classes or no more samples than classes, or if a
            parameter is out of its range.
        """
        if self.n_genes is not None and self.n_genes < 1:
            raise ValueError(f"n_genes: expected 1 or more, or None, found {self.n_genes}")
        values: NDArray[np.float64]
        labels: NDArray[Any]
        values, labels = validate_data(self, X, y, dtype=np.float64)
        self.classes_, codes = class_codes(labels)
        self.centroids_, spread = class_moments(values, codes)
        self.overall_centroid_ = values.mean(axis=0)
        self.support_ = varying(values)
        if self.n_genes is not None:
            best = _order(self.centroids_ - self.overall_centroid_, spread, codes)
            # Constant genes last, so that they are kept only to be dropped.
            best = np.concatenate([best[self.support_[best]], best[~self.support_[best]]])
            self.support_[best[self.n_genes :]] = False
        self.n_genes_ = int(self.support_.sum())
        self._set_scores(
            self.centroids_ - self.overall_centroid_,
            without_zeros(spread),
            class_priors(self.priors, np.bincount(codes)),
        )
        return self


def _order(
    offsets: NDArray[np.float64], spread: NDArray[np.float64], codes: NDArray[np.intp]
) -> NDArray[np.intp]:
    """Genes by falling BSS / WSS.

    Ranked by BSS / (BSS + WSS), which has the same order, lies between 0 and 1 and is finite
    where WSS is 0.
    """
    n_per_class = np.bincount(codes)
    between = n_per_class @ offsets**2
    within = spread**2 * (len(codes) - len(n_per_class))
    total = between + within
    share = np.divide(between, total, out=np.zeros_like(total), where=total > 0)
    return np.argsort(-share.round(DECIMALS), kind="stable")
