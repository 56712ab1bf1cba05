"""Step 4: Gram matrices of folds, which make many genes as cheap as few samples.

A linear model with an L2 penalty sees the genes only through the products of samples. So
one n x n matrix stands for a fold: products of all samples, each gene centred and scaled
as the fold's training rows say (`fold_grams`), here with rows 0 and 1 held out::

                held out   training
    held out  [    .          B    ]   B is all that a prediction needs
    training  [    B'         A    ]   A is all that a fit needs; its rows sum to 0

With Z = (X - mean) / scale this is Z Z'. It is computed without Z: the weighted Gram
X diag(1 / scale^2) X' costs one product a fold, and the mean is taken out of
n x n numbers afterwards [1]_. Nothing is approximated. `pipeline.dual`, `logistic`
and `svm` fit models on it.

References
----------
.. [1] Schölkopf, Smola, Müller (1998). Nonlinear component analysis as a kernel eigenvalue
   problem. Neural Computation 10, 1299-1319, appendix A.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from pipeline.products import TILE, add_products

MAX_DUAL_SAMPLES = 3000
"""From about here a factorisation of n x n costs more than passes over the genes."""

DOUBTFUL_SHARE = 1e-6
"""A variance below this share of the mean square has lost too many digits in one pass."""

EPSILON = float(np.finfo(np.float64).eps)

RANK_TOLERANCE = 1e-12
"""Components with less than this share of the largest variance are rounding errors."""


def use_dual(n_samples: int, n_features: int) -> bool:
    """Say whether a model is to be fitted on n x n matrices.

    Forming a Gram matrix costs n^2 p and each Newton step n^3, where a solver on the genes
    pays n p for each of some hundred steps. Measured with 6 penalties, the n-space wins 15
    times at 1000 x 20 000, meets the other way at 3000 x 7129, and loses beyond.

    Parameters
    ----------
    n_samples, n_features : int
        Size of the data.

    Returns
    -------
    bool
        True where there are at least as many genes as samples, and at most
        `MAX_DUAL_SAMPLES` samples.
    """
    return n_samples <= min(n_features, MAX_DUAL_SAMPLES)


def training_scale(
    X: NDArray[np.float64], trains: Sequence[NDArray[np.intp]]
) -> NDArray[np.float64]:
    """Give the divisor that scikit-learn's `StandardScaler` learns in each fold.

    All folds come from two matrix products. A one-pass variance loses the digits that mean
    and mean square share; the few genes where these are too many get a second pass, and
    there what counts as constant is what the second pass cannot tell from rounding [1]_.

    Parameters
    ----------
    X : ndarray of float, shape (n_samples, n_genes)
        Expression values.
    trains : sequence of ndarray of int, length n_folds
        Training rows of each fold.

    Returns
    -------
    ndarray of float, shape (n_folds, n_genes)
        Standard deviation (divisor n) over the training rows; 1 for a constant gene.

    References
    ----------
    .. [1] scikit-learn 1.9, `sklearn.preprocessing._data._is_constant_feature`, from Chan,
       Golub, LeVeque (1983). Algorithms for computing the sample variance. The American
       Statistician 37, 242-247.
    """
    centre = X.mean(axis=0)
    shifted = X - centre
    means = training_means(trains, len(X))
    mean_square = means @ shifted**2
    variance = mean_square - (means @ shifted) ** 2
    doubtful = variance <= DOUBTFUL_SHARE * mean_square + (1e-10 * centre) ** 2
    variance[doubtful] = 1.0
    scale: NDArray[np.float64] = np.sqrt(variance, out=variance)
    # What is the same in all rows needs no second look.
    doubtful &= X.min(axis=0) < X.max(axis=0)
    for fold, train in enumerate(trains):
        genes = np.flatnonzero(doubtful[fold])
        values = X[np.ix_(train, genes)]
        mean = values.mean(axis=0)
        second = values.var(axis=0)
        rounding = len(train) * EPSILON
        constant = second <= rounding * second + (rounding * mean) ** 2
        scale[fold, genes] = np.where(constant, 1.0, np.sqrt(second))
    return scale


def training_means(trains: Sequence[NDArray[np.intp]], n_samples: int) -> NDArray[np.float64]:
    """Give the matrix that turns values into their means over the training rows.

    Parameters
    ----------
    trains : sequence of ndarray of int, length n_folds
        Training rows of each fold.
    n_samples : int
        Number of all samples.

    Returns
    -------
    ndarray of float, shape (n_folds, n_samples)
        One over the number of training rows at these, and 0.
    """
    means = np.zeros((len(trains), n_samples))
    for fold, train in enumerate(trains):
        means[fold, train] = 1 / len(train)
    return means


def centred(K: NDArray[np.float64], train: NDArray[np.intp]) -> NDArray[np.float64]:
    """Move the origin of a Gram matrix to the mean of the training rows.

    Parameters
    ----------
    K : ndarray of float, shape (n_samples, n_samples)
        Products of samples about any origin.
    train : ndarray of int
        Training rows.

    Returns
    -------
    ndarray of float, shape (n_samples, n_samples)
        Products of samples about the mean of the training rows.
    """
    mean = K[:, train].mean(axis=1)
    moved: NDArray[np.float64] = K - mean[:, None] - mean + mean[train].mean()
    return moved


def fold_grams(
    X: NDArray[np.float64],
    trains: Sequence[NDArray[np.intp]],
    *,
    standardise: bool = True,
    genes: NDArray[np.bool_] | None = None,
) -> NDArray[np.float64]:
    """Give each fold's Gram matrix under its own centring, scaling and choice of genes.

    A gene that is constant over the training rows has scale 1. It is zero there, so no
    linear model uses it; it still counts between held-out samples that differ in it.

    Parameters
    ----------
    X : ndarray of float, shape (n_samples, n_genes)
        Expression values of all samples.
    trains : sequence of ndarray of int, length n_folds
        Training rows of each fold.
    standardise : bool, default=True
        Whether genes are divided by `training_scale`, or only centred.
    genes : ndarray of bool, shape (n_folds, n_genes), optional
        Which genes the fold uses; all by default.

    Returns
    -------
    ndarray of float, shape (n_folds, n_samples, n_samples)
        Products of all samples, about the mean of the training rows.
    """
    weights = 1 / training_scale(X, trains) if standardise else np.ones((len(trains), X.shape[1]))
    if genes is not None:
        weights *= genes
    return weighted_grams(X - X.mean(axis=0), trains, weights)


def weighted_grams(
    X: NDArray[np.float64], trains: Sequence[NDArray[np.intp]], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Give each fold's Gram matrix with each gene multiplied by the fold's weight.

    Parameters
    ----------
    X : ndarray of float, shape (n_samples, n_genes)
        Values, near zero for accuracy: genes with a large common offset lose digits.
    trains : sequence of ndarray of int, length n_folds
        Training rows of each fold.
    weights : ndarray of float, shape (n_folds, n_genes)
        Factors, such as one over a standard deviation; 0 for what the fold does not use.

    Returns
    -------
    ndarray of float, shape (n_folds, n_samples, n_samples)
        X diag(weights^2) X', about the mean of the training rows.
    """
    # What is the same in all rows adds nothing; in clipped data it is every ninth gene.
    varies = np.flatnonzero(X.min(axis=0) < X.max(axis=0))
    n_rows = -(-len(X) // TILE) * TILE
    products = np.zeros((len(trains), n_rows, n_rows))
    add_products(np.ascontiguousarray(X), varies, np.ascontiguousarray(weights), products)
    grams = products[:, : len(X), : len(X)]
    return np.stack([centred(K, train) for K, train in zip(grams, trains, strict=True)])


def principal_scores(K: NDArray[np.float64], train: NDArray[np.intp]) -> NDArray[np.float64]:
    """Give all samples' scores on the principal components of the training rows.

    They are the scores of scikit-learn's `PCA`, up to the sign of each component. Taken
    all together they are coordinates in which any estimator that does not mind a rotation
    of the genes may be fitted in place of the genes.

    Parameters
    ----------
    K : ndarray of float, shape (n_samples, n_samples)
        A fold's Gram matrix, centred on its training rows.
    train : ndarray of int
        Training rows.

    Returns
    -------
    ndarray of float, shape (n_samples, n_components)
        Scores, largest variance first; as many as the training rows have dimensions.
    """
    variances, vectors = linalg.eigh(K[np.ix_(train, train)])
    kept = np.flatnonzero(variances > RANK_TOLERANCE * variances[-1])[::-1]
    scores: NDArray[np.float64] = K[:, train] @ (vectors[:, kept] / np.sqrt(variances[kept]))
    return scores


def component_grams(
    K: NDArray[np.float64], train: NDArray[np.intp], counts: Sequence[int]
) -> NDArray[np.float64]:
    """Give one fold's Gram matrices on growing numbers of principal components.

    Parameters
    ----------
    K : ndarray of float, shape (n_samples, n_samples)
        A fold's Gram matrix, centred on its training rows.
    train : ndarray of int
        Training rows.
    counts : sequence of int, length n_counts
        Numbers of components, increasing.

    Returns
    -------
    ndarray of float, shape (n_counts, n_samples, n_samples)
        Products of all samples' scores.
    """
    return _cumulative(principal_scores(K, train), counts)


def _cumulative(Z: NDArray[np.float64], counts: Sequence[int]) -> NDArray[np.float64]:
    """Gram matrices on the first columns, for growing numbers of them."""
    parts = [Z[:, low:high] for low, high in zip((0, *counts[:-1]), counts, strict=True)]
    return np.cumsum([part @ part.T for part in parts], axis=0)
