"""Step 4: nearest shrunken centroids, as in R's package pamr.

scikit-learn's `NearestCentroid` is another rule: it shrinks alike, but compares distances
that are not divided by the spread s + s0 (with equal priors by no spread at all), so that
its predictions differ.
"""

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

# A distance that exceeds the threshold by less than this, relative to 1 + threshold, has reached
# it: the largest threshold of a grid is itself the largest distance, but for rounding.
TOLERANCE = 1e-12


class NearestShrunkenCentroids(CentroidScores):
    """Nearest shrunken centroids (PAM, prediction analysis for microarrays).

    The distance of class k's mean from the overall mean, in standard errors, is moved towards
    zero by `shrinkage`; a gene whose distances all reach zero takes no part [1]_::

        d[k, g]  = (mean[k, g] - mean[g]) / (m[k] (s[g] + s0))
        d'[k, g] = sign(d) max(|d| - shrinkage, 0)
        centroid = mean[g] + m[k] (s[g] + s0) d'[k, g]

    with s the pooled standard deviation within the classes (divisor n_samples - n_classes),
    s0 its median over all genes and m[k] = sqrt(1/n[k] - 1/n). So in R's pamr 1.57 (nsc.R):
    m[k] s[g] is the standard error of the difference of two means that share samples. The
    plus sign printed in [1]_ is a misprint, on the data of Golub et al. (1999) it would leave
    1 gene at a threshold of 5 where pamr's formula leaves the published 21. A sample gets the
    class with the largest discriminant score [1]_ [2]_. Where s[g] + s0 is 0 the gene gets the
    smallest s + s0 of another gene; constant genes take no part.

    Parameters
    ----------
    shrinkage : float, default=0.0
        The threshold Delta, in standard errors; 0 shrinks nothing. To be tuned.
    priors : {"equal", "empirical"}, default="empirical"
        Prior probabilities of the classes: all the same, or the shares of the training
        samples, as in pamr.

    Attributes
    ----------
    classes_ : ndarray, shape (n_classes,)
        Sorted class labels.
    centroids_ : ndarray of float, shape (n_classes, n_genes)
        Shrunken class means.
    deviations_ : ndarray of float, shape (n_classes, n_genes)
        Shrunken distances d' from the overall mean, in standard errors.
    support_ : ndarray of bool, shape (n_genes,)
        True where a class has a shrunken distance that is not zero.
    n_genes_ : int
        Number of such genes.

    References
    ----------
    .. [1] Tibshirani, Hastie, Narasimhan, Chu (2002). Diagnosis of multiple cancer types by
       shrunken centroids of gene expression. PNAS 99, 6567-6572.
    .. [2] Tibshirani, Hastie, Narasimhan, Chu (2003). Class prediction by nearest shrunken
       centroids, with applications to DNA microarrays. Statistical Science 18, 104-117.
    """

    def __init__(self, shrinkage: float = 0.0, priors: Priors = "empirical") -> None:
        self.shrinkage = shrinkage
        self.priors = priors

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Learn the shrunken class means.

        Parameters
        ----------
        X : array-like of float, shape (n_samples, n_genes)
            Expression values.
        y : array-like, shape (n_samples,)
            Class labels.

        Returns
        -------
        NearestShrunkenCentroids
            The estimator itself.

        Raises
        ------
        ValueError
            If there are fewer than two classes or no more samples than classes, or if a
            parameter is out of its range.
        """
        if self.shrinkage < 0:
            raise ValueError(f"shrinkage: expected 0 or more, found {self.shrinkage}")
        values: NDArray[np.float64]
        labels: NDArray[Any]
        values, labels = validate_data(self, X, y, dtype=np.float64)
        self.classes_, codes = class_codes(labels)
        centroids, spread = class_moments(values, codes)
        n_per_class = np.bincount(codes)
        spread = without_zeros(spread + np.median(spread))
        unit = np.sqrt(1 / n_per_class - 1 / len(codes))[:, np.newaxis] * spread
        self.overall_centroid_ = values.mean(axis=0)
        distances = np.where(varying(values), (centroids - self.overall_centroid_) / unit, 0.0)
        excess = np.abs(distances) - self.shrinkage
        excess[excess <= TOLERANCE * (1 + self.shrinkage)] = 0.0
        self.deviations_ = np.sign(distances) * excess
        self.support_ = np.any(self.deviations_ != 0, axis=0)
        self.n_genes_ = int(self.support_.sum())
        offsets = unit * self.deviations_
        self.centroids_ = self.overall_centroid_ + offsets
        self._set_scores(offsets, spread, class_priors(self.priors, n_per_class))
        return self
