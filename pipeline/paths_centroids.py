"""Step 4: class centroids and pooled variances of one fold, for many label vectors.

What the two centroid rules of `pipeline.estimators` learn, with each class's centroid given
by the sums of its samples around the overall mean. With two classes these are opposite, so
one of them stands for both and its score is the log odds; with more each class has its own.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.estimators.scores import class_moments, rounding, varying
from pipeline.paths_genes import reciprocals

# Below this share of the total sum of squares, total minus between has lost digits that the
# scores need; the few genes concerned are computed sample by sample.
DOUBTFUL_SHARE = 1e-5


@dataclass(frozen=True)
class Training:
    """The training rows of a fold, and the samples to be scored, on the genes that vary.

    `values` holds the training rows, `centred` the same around their mean, `scored` the other
    samples around that mean, genes by samples; `n_constant` counts the genes left out.
    """

    values: NDArray[np.float64]
    centred: NDArray[np.float64]
    scored: NDArray[np.float64]
    total: NDArray[np.float64]
    doubtful: NDArray[np.float64]
    n_constant: int


@dataclass(frozen=True)
class Moments:
    """What a block of label vectors makes of the training rows.

    `n_per_class` has shape (n_vectors, n_classes), `sums` (n_vectors, n_columns, n_genes) and
    `between` and `variance` (n_vectors, n_genes): the sum of squares between the classes, and
    the pooled variance within, 0 where it is rounding.
    """

    n_per_class: NDArray[np.intp]
    sums: NDArray[np.float64]
    between: NDArray[np.float64]
    variance: NDArray[np.float64]

    @property
    def n_present(self) -> NDArray[np.intp]:
        """Number of classes that have samples, shape (n_vectors,)."""
        return np.asarray((self.n_per_class > 0).sum(axis=1))


def training(
    Z: NDArray[np.float64], train: NDArray[np.intp], rows: NDArray[np.intp] | None
) -> Training:
    """Prepare what does not depend on labels.

    Parameters
    ----------
    Z : ndarray of float, shape (n_samples, n_genes)
        Values of all samples.
    train : ndarray of int
        Training rows.
    rows : ndarray of int or None
        Samples to score; None for all.

    Returns
    -------
    Training
        The fold.
    """
    values = Z[train]
    varies = varying(values)
    n_constant = int((~varies).sum())
    scored = Z if rows is None else Z[rows]
    if n_constant:
        values, scored = values[:, varies], scored[:, varies]
    mean = values.mean(axis=0)
    centred = values - mean
    total = (centred**2).sum(axis=0)
    return Training(
        values=values,
        centred=centred,
        scored=np.ascontiguousarray((scored - mean).T),
        total=total,
        # Near the limit of rounding, too, the sample by sample computation decides.
        doubtful=DOUBTFUL_SHARE * total + 2 * len(train) * rounding(values),
        n_constant=n_constant,
    )


def class_sums(
    fold: Training, codes: NDArray[np.intp], n_classes: int
) -> tuple[NDArray[np.float64]]:
    """Add up the centred training rows of each class.

    Parameters
    ----------
    fold : Training
        The training rows.
    codes : ndarray of int, shape (n_vectors, n_train)
        Classes of the training rows.
    n_classes : int
        Number of classes.

    Returns
    -------
    tuple of one ndarray of float, shape (n_vectors, n_columns, n_genes)
        Sums of each class; of two classes those of the second, which are those of the first
        with their signs turned.
    """
    summed = range(1, 2) if n_classes == 2 else range(n_classes)
    members = np.stack([codes == k for k in summed], axis=1).astype(np.float64)
    sums = members.reshape(-1, codes.shape[1]) @ fold.centred
    return (sums.reshape(len(codes), len(summed), -1),)


def moments(
    fold: Training, codes: NDArray[np.intp], n_classes: int, sums: NDArray[np.float64]
) -> Moments:
    """Compute pooled variances of a block of label vectors.

    Parameters
    ----------
    fold : Training
        The training rows.
    codes : ndarray of int, shape (n_vectors, n_train)
        Classes of the training rows.
    n_classes : int
        Number of classes, of which some may have no sample.
    sums : ndarray of float, shape (n_vectors, n_columns, n_genes)
        Class sums.

    Returns
    -------
    Moments
        Sums and variances.

    Raises
    ------
    ValueError
        If there are no more samples than classes.
    """
    n_samples = codes.shape[1]
    n_per_class = np.stack([(codes == k).sum(axis=1) for k in range(n_classes)], axis=1)
    n_present = (n_per_class > 0).sum(axis=1)
    if n_samples <= n_present.max():
        raise ValueError(
            f"expected more samples than classes, found n_samples = {n_samples} "
            f"of {n_present.max()} classes"
        )
    shares = reciprocals(n_per_class)
    shares = shares.sum(axis=1, keepdims=True) if n_classes == 2 else shares
    between = (sums**2 * shares[:, :, np.newaxis]).sum(axis=1)
    within = fold.total - between
    doubtful = within <= fold.doubtful
    variance = within / (n_samples - n_present)[:, np.newaxis]
    for row in np.flatnonzero(doubtful.any(axis=1)):
        genes = np.flatnonzero(doubtful[row])
        _, present = np.unique(codes[row], return_inverse=True)
        variance[row, genes] = class_moments(fold.values[:, genes], present)[1] ** 2
    return Moments(n_per_class, sums, between, variance)


def contrasts(factors: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Turn factors of the class centroids into those of the scores.

    Where the centroid of class k lies factor[k] * x[k] from the overall mean, its score has a
    term with that factor and one with its square. With two classes x[0] = -x[1].

    Parameters
    ----------
    factors : ndarray of float, shape (n_vectors, n_classes)
        Factors of the classes.

    Returns
    -------
    linear : ndarray of float, shape (n_vectors, n_columns)
        Factors of the linear terms; for two classes of the difference of the scores.
    square : ndarray of float, shape (n_vectors, n_columns)
        Factors of the squares, likewise.
    """
    if factors.shape[1] > 2:
        return factors, factors**2
    return factors.sum(axis=1, keepdims=True), np.diff(factors**2, axis=1)


def intercepts(priors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the part of the scores that the priors make.

    Parameters
    ----------
    priors : ndarray of float, shape (n_vectors, n_classes)
        Prior probabilities, 0 for a class without samples.

    Returns
    -------
    ndarray of float, shape (n_vectors, n_columns)
        Log priors, for two classes the log odds of the second; minus infinity for a class
        that is never predicted.
    """
    logs = np.log(priors, out=np.full(priors.shape, -np.inf), where=priors > 0)
    return logs if priors.shape[1] > 2 else np.diff(logs, axis=1)
