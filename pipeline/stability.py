"""How far the list of top genes depends on which samples were drawn.

The samples are drawn again, many times; each time the genes are scored anew and the best of
each class make a list. A draw is a row of counts: how often each sample is in it::

    bootstrap   0, 1, 2, ... times, each class drawn with replacement to its own size
    folds       0 or 1 times, the training parts of repeated cross-validation

The value scale of the ranking learns nothing from the samples, so that nothing else is
there to be refitted.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from sklearn.model_selection import RepeatedStratifiedKFold

from pipeline.records.genes import ListStability, Resampling
from pipeline.records.models import Interval

STEADY = 0.8  # share of lists from which on a gene counts as steady; our choice
# How Nogueira, Sechidis and Brown read their measure, as the kappa that it generalises (Fleiss
# 1981, Statistical Methods for Rates and Proportions).
POOR, EXCELLENT = 0.40, 0.75
N_FOLDS, N_REPEATS = 10, 10  # at most: a small class has fewer folds
# Scores closer than this are ties, and stay in the order of the genes: clipped values give
# many genes with one sample off the floor, whose scores are equal but for rounding.
DECIMALS = 9
# A spread is computed as mean square less squared mean, which leaves the root of machine
# precision (1.5e-8) where it is zero.
ROUNDING = 1e-6


def bootstraps(
    y: NDArray[np.str_], classes: Sequence[str], *, n: int, rng: np.random.Generator
) -> NDArray[np.intp]:
    """Draw samples with replacement, each class to its own size.

    Parameters
    ----------
    y : ndarray of str, shape (n_samples,)
        Class labels.
    classes : sequence of str
        The classes.
    n : int
        Number of draws.
    rng : numpy.random.Generator
        Draws them.

    Returns
    -------
    ndarray of int, shape (n, n_samples)
        How often each sample was drawn.
    """
    counts = np.zeros((n, len(y)), dtype=np.intp)
    for label in classes:
        rows = np.flatnonzero(y == label)
        counts[:, rows] = rng.multinomial(len(rows), np.full(len(rows), 1 / len(rows)), size=n)
    return counts


def folds(y: NDArray[np.str_], *, seed: int) -> NDArray[np.intp]:
    """Give the training parts of repeated stratified cross-validation.

    Parameters
    ----------
    y : ndarray of str, shape (n_samples,)
        Class labels.
    seed : int
        Seed of the folds.

    Returns
    -------
    ndarray of int, shape (n_folds x n_repeats, n_samples)
        1 for the samples of the training part. Ten folds, or as many as the smallest class
        has samples; ten repeats.
    """
    n_folds = min(N_FOLDS, int(np.unique(y, return_counts=True)[1].min()))
    splitter = RepeatedStratifiedKFold(n_splits=n_folds, n_repeats=N_REPEATS, random_state=seed)
    counts = np.zeros((n_folds * N_REPEATS, len(y)), dtype=np.intp)
    for row, (train, _) in zip(counts, splitter.split(np.zeros(len(y)), y), strict=True):
        row[train] = 1
    return counts


def places(
    X: NDArray[np.float64],
    y: NDArray[np.str_],
    classes: Sequence[str],
    counts: NDArray[np.intp],
) -> NDArray[np.intp]:
    """Rank the genes of each class in every draw, by signal-to-noise.

    Parameters
    ----------
    X : ndarray of float, shape (n_samples, n_genes)
        Expression values.
    y : ndarray of str, shape (n_samples,)
        Class labels.
    classes : sequence of str
        The classes.
    counts : ndarray of int, shape (n_draws, n_samples)
        How often each sample is in each draw.

    Returns
    -------
    ndarray of int, shape (n_draws, n_genes)
        Place of the gene, from 0, among those that stand highest in the same class; the list
        of the best k of each class are the genes with a place below k.
    """
    scores = _scores(X, y, classes, counts).round(DECIMALS)
    high_in, order = scores.argmax(axis=1), np.argsort(-scores.max(axis=1), axis=1, kind="stable")
    found = np.empty(order.shape, dtype=np.intp)
    for row, ranked, high in zip(found, order, high_in, strict=True):
        for k in range(len(classes)):
            of_class = ranked[high[ranked] == k]
            row[of_class] = np.arange(len(of_class))
    return found


def nogueira(selected: NDArray[np.bool_]) -> tuple[float, float, float] | None:
    """Compute the stability of lists of genes, corrected for chance, and its 95 % interval.

    1 where all lists are the same, 0 on average where they are drawn at random. The interval is
    for the lists' number: what many more draws from the same samples would give. It says nothing
    of other samples.

    Parameters
    ----------
    selected : ndarray of bool, shape (n_lists, n_genes)
        True where the gene is in the list.

    Returns
    -------
    tuple of float or None
        Stability, lower and upper limit; None for fewer than two lists, or where the lists hold
        no gene or all of them.

    References
    ----------
    .. [1] Nogueira, Sechidis, Brown (2018). On the stability of feature selection algorithms.
       Journal of Machine Learning Research 18(174), definition 4 and theorem 7.
    """
    n_lists, n_genes = selected.shape
    size = selected.sum(axis=1) / n_genes  # as shares of the genes
    frequency = selected.mean(axis=0)
    by_chance = size.mean() * (1 - size.mean())
    if n_lists < 2 or by_chance <= 0:
        return None
    within = n_lists / (n_lists - 1) * (frequency * (1 - frequency)).mean()
    stability = 1 - within / by_chance
    mean = size.mean()
    phi = (selected @ frequency) / n_genes - size * mean
    phi -= stability / 2 * (2 * mean * size - size - mean + 1)
    phi /= by_chance
    half = stats.norm.ppf(0.975) * 2 / n_lists * np.sqrt(((phi - phi.mean()) ** 2).sum())
    return float(stability), float(stability - half), float(min(stability + half, 1.0))


def describe(
    place: NDArray[np.intp], resampling: Resampling, *, n_per_class: int, n_classes: int
) -> ListStability:
    """Record how stable the lists of one size are.

    Parameters
    ----------
    place : ndarray of int, shape (n_draws, n_genes)
        What `places` gave.
    resampling : {"bootstrap", "folds"}
        How the draws were made.
    n_per_class : int
        Genes of each class in a list.
    n_classes : int
        Number of classes.

    Returns
    -------
    ListStability
        The record.
    """
    selected = place < n_per_class
    frequency = selected.mean(axis=0)
    n_listed, n_genes = n_per_class * n_classes, place.shape[1]
    # A list with room for every gene leaves out none by its rank, and nothing is selected.
    found = nogueira(selected) if n_listed < n_genes else None
    method = "asymptotic, Nogueira et al. 2018"
    return ListStability(
        key=f"{resampling}/{n_per_class}",
        resampling=resampling,
        n_per_class=n_per_class,
        n_listed=min(n_listed, n_genes),
        n_lists=len(place),
        stability=found[0] if found else None,
        interval=Interval(low=found[1], high=found[2], method=method) if found else None,
        n_steady=int((frequency >= STEADY).sum()),
        n_ever=int((frequency > 0).sum()),
        undefined=None
        if found
        else "the list has room for every gene"
        if n_listed >= n_genes
        else "the lists hold every gene, or there is one list only",
    )


def _scores(
    X: NDArray[np.float64],
    y: NDArray[np.str_],
    classes: Sequence[str],
    counts: NDArray[np.intp],
) -> NDArray[np.float64]:
    """Signal-to-noise as `ranking.signal_to_noise` has it, shape (n_draws, n_classes, n_genes)."""
    centred = X - X.mean(axis=0)
    scale = np.abs(centred).max(axis=0)
    scores = np.zeros((len(counts), len(classes), X.shape[1]))
    for k, label in enumerate(classes):
        inside = _moments(centred, counts * (y == label))
        rest = _moments(centred, counts * (y != label))
        difference = inside[0] - rest[0]
        spread = sum(np.where(sd > ROUNDING * scale, sd, 0.0) for _, sd in (inside, rest))
        smallest = np.where(spread > 0, spread, np.inf).min(axis=1, keepdims=True)
        borrowed = np.where(np.isfinite(smallest), smallest, 1.0)
        differs = (spread > 0) | (np.abs(difference) > ROUNDING * scale)
        spread = np.where(spread > 0, spread, borrowed)
        np.divide(difference, spread, out=scores[:, k], where=differs)
    return scores


def _moments(
    X: NDArray[np.float64], counts: NDArray[np.intp]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Means and population standard deviations of every draw, shapes (n_draws, n_genes)."""
    shares = counts / counts.sum(axis=1, keepdims=True)
    mean = shares @ X
    return mean, np.sqrt(np.maximum(shares @ X**2 - mean**2, 0.0))
