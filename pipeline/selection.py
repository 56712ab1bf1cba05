"""Step 4: the genes that tell the classes apart best, chosen within each fold.

What does not change with the labels is computed once (`prepare`), as a permutation test
keeps its folds and permutes the labels: scales, and Gram matrices on all genes. For each
labelling, genes are ranked in all folds by one matrix product for each class but the last
(`best_genes`), and Gram matrices on growing numbers of them follow (`selected_grams`)::

    counts    10       50          all
    genes     best 10  + next 40   from `prepare`
    Gram      Z1 Z1'   + Z2 Z2'    Z Z'             each gene is multiplied once
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline import gram

RESOLUTION = 1e10
"""Shares of variance that agree to ten decimals are tied: rounding must not decide."""


@dataclass(frozen=True)
class Prepared:
    """Samples and folds, with all that does not depend on labels.

    `X` (n_samples, n_genes) is centred, `genes` is its transpose in memory, `weights` and
    `spread` (n_folds, n_genes) are the factor of each gene, 0 where the fold does not use
    it, and its standard deviation over the training rows; `grams` (n_folds, n_samples,
    n_samples) are on all genes.
    """

    X: NDArray[np.float64]
    genes: NDArray[np.float64]
    trains: tuple[NDArray[np.intp], ...]
    weights: NDArray[np.float64]
    spread: NDArray[np.float64]
    grams: NDArray[np.float64]


def prepare(
    X: NDArray[np.float64],
    trains: Sequence[NDArray[np.intp]],
    *,
    standardise: bool = True,
    genes: NDArray[np.bool_] | None = None,
) -> Prepared:
    """Compute all that does not depend on labels.

    Parameters
    ----------
    X : ndarray of float, shape (n_samples, n_genes)
        Expression values of all samples.
    trains : sequence of ndarray of int, length n_folds
        Training rows of each fold.
    standardise : bool, default=True
        Whether genes are divided by their standard deviation over the training rows.
    genes : ndarray of bool, shape (n_folds, n_genes), optional
        Which genes the fold may use; all by default.

    Returns
    -------
    Prepared
        What `best_genes` and `selected_grams` take.
    """
    spread = gram.training_scale(X, trains)
    weights = 1 / spread if standardise else np.ones_like(spread)
    if genes is not None:
        weights *= genes
    shifted = X - X.mean(axis=0)
    grams = gram.weighted_grams(shifted, trains, weights)
    gene_major = np.ascontiguousarray(shifted.T)
    return Prepared(shifted, gene_major, tuple(trains), weights, spread, grams)


def best_genes(prepared: Prepared, y: NDArray[np.intp], n_best: int) -> NDArray[np.intp]:
    """Rank genes by the F-test between the classes, on the training rows of each fold.

    Ranked is the share of a gene's variance that lies between the classes, which rises with
    F, and of two classes with |t|. Of tied genes the later one comes first, as in
    scikit-learn's `SelectKBest`; but that takes for tied what is equal to the last bit
    only. A gene that is constant over the training rows has share 0.

    Parameters
    ----------
    prepared : Prepared
        Samples and folds.
    y : ndarray of int, shape (n_samples,)
        Class indices.
    n_best : int
        How many genes are wanted.

    Returns
    -------
    ndarray of int, shape (n_folds, n_best)
        Genes, best first; those that the fold may not use stand last.
    """
    n_genes = prepared.X.shape[1]
    member = np.zeros((len(prepared.trains), len(y)))
    for fold, train in enumerate(prepared.trains):
        member[fold, train] = 1
    n_train = member.sum(axis=1, keepdims=True)
    between = np.zeros_like(prepared.spread)
    rest = np.zeros_like(between)
    for k in range(1, y.max() + 1):
        inside = member * (y == k)
        n_inside = inside.sum(axis=1, keepdims=True)
        # The sum over the class, less what the mean of all training rows makes of it.
        excess = (inside - member * (n_inside / n_train)) @ prepared.X
        rest -= excess
        between += excess**2 / np.maximum(n_inside, 1)
    between += rest**2 / np.maximum((member * (y == 0)).sum(axis=1, keepdims=True), 1)
    share = between / (n_train * prepared.spread**2)
    score = np.where(prepared.weights > 0, np.rint(share * RESOLUTION), -1).astype(np.int64)
    # Score and gene in one number: no two are equal, so that any sort gives the same order.
    keys = score * n_genes + np.arange(n_genes)
    if n_best < n_genes:
        keys = np.partition(keys, n_genes - n_best, axis=1)[:, n_genes - n_best :]
    ranked: NDArray[np.intp] = np.sort(keys, axis=1)[:, ::-1] % n_genes
    return ranked


def selected_grams(
    prepared: Prepared, ranked: NDArray[np.intp], counts: Sequence[int]
) -> NDArray[np.float64]:
    """Give Gram matrices for growing numbers of each fold's best genes.

    Parameters
    ----------
    prepared : Prepared
        Samples and folds.
    ranked : ndarray of int, shape (n_folds, n_best)
        What `best_genes` gave, with at least as many genes as the largest count below all.
    counts : sequence of int, length n_counts
        How many genes are used, increasing; all where there are no more.

    Returns
    -------
    ndarray of float, shape (n_folds, n_counts, n_samples, n_samples)
        Products of all samples, about the mean of the training rows.
    """
    n_samples, n_genes = prepared.X.shape
    below = [count for count in counts if count < n_genes]
    steps = list(zip((0, *below[:-1]), below, strict=False))
    grams = np.empty((len(ranked), len(counts), n_samples, n_samples))
    means = gram.training_means(prepared.trains, n_samples)
    for fold in range(len(ranked)):
        chosen = ranked[fold, : max(below, default=0)]
        Z = prepared.genes[chosen] * prepared.weights[fold, chosen, None]
        # A product, as a mean over chosen columns would copy them.
        Z -= Z @ means[fold, :, None]
        for i, (low, high) in enumerate(steps):
            part = Z[low:high]
            np.matmul(part.T, part, out=grams[fold, i])
            if i:
                grams[fold, i] += grams[fold, i - 1]
        grams[fold, len(below) :] = prepared.grams[fold]
    return grams
