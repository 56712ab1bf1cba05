"""How alike every two samples are, in blocks: the algebra of the search for duplicates.

Each array is brought to mean 0 and variance 1 and the mean of every gene is taken out, so that
what all samples share does not count; the similarity is the correlation of what is left. Two
patients then have about 0, however alike all arrays look::

    values                0.95   closest two of 72 patients of the first study
    gene means taken out  0.64   the same two
    either                1.00   one patient, twice
"""

import hashlib
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pipeline.dataset import Dataset
from pipeline.records.audit import MAX_LISTED

BLOCK = 512  # samples a side: a block of 20 000 genes takes 80 MB
MIN_GENES = 20  # fewer are alike by chance: only identical samples are told then
ROUNDING = 1e-6  # of correlations in single precision, which halves the time of the largest step

Pair = tuple[float, int, int]
"""Similarity and two rows."""


@dataclass
class Likeness:
    """What the blocks seen so far hold.

    Attributes
    ----------
    again : ndarray of bool, shape (n_samples,)
        Test samples that are a training sample.
    n_pairs, n_across, n_other_class : int
        Pairs that are the same; of them, those of a training and a test sample, and those of
        two classes.
    pairs : list of tuple
        Similarity and two rows of the pairs that are the same, most alike first, `MAX_LISTED`
        at most.
    closest, closest_across : tuple or None
        The most alike pair of all, and that of a training and a test sample; None where
        likeness cannot be judged.
    """

    again: NDArray[np.bool_]
    n_pairs: int = 0
    n_across: int = 0
    n_other_class: int = 0
    pairs: list[Pair] = field(default_factory=list)
    closest: Pair | None = None
    closest_across: Pair | None = None


def alike(
    dataset: Dataset, values: NDArray[np.float64], *, threshold: float, block: int = BLOCK
) -> Likeness:
    """Compare every pair of samples, a block of pairs at a time.

    Parameters
    ----------
    dataset : Dataset
        The data as read; samples of equal values are the same whatever the threshold.
    values : ndarray of float, shape (n_samples, n_genes)
        The values on the scale of the models.
    threshold : float
        Similarity from which two samples count as the same.
    block : int, default=512
        Samples a side of a block; what is found does not depend on it.

    Returns
    -------
    Likeness
        The pairs that are the same, and the most alike ones.
    """
    n_samples, n_genes = values.shape
    judged = n_genes >= MIN_GENES
    codes, is_test = _codes(dataset.X), dataset.partition == "test"
    norms = _norms(values, block)
    found = Likeness(again=np.zeros(n_samples, dtype=bool))
    for first in range(0, n_samples, block):
        i = np.arange(first, min(first + block, n_samples))
        left = _unit_rows(values, norms, i).astype(np.float32) if judged else None
        for second in range(first, n_samples, block):
            j = np.arange(second, min(second + block, n_samples))
            equal = codes[i, None] == codes[j]
            similarity = equal.astype(np.float32)
            if left is not None:
                gram = left @ _unit_rows(values, norms, j).astype(np.float32).T
                similarity = np.where(equal, similarity, gram)
            counts = i[:, None] < j
            across = counts & (is_test[i, None] != is_test[j])
            same = counts & (similarity >= threshold - ROUNDING)
            found.n_pairs += int(same.sum())
            found.n_across += int((same & across).sum())
            found.n_other_class += int((same & (dataset.y[i, None] != dataset.y[j])).sum())
            found.again[i] |= (same & across).any(axis=1) & is_test[i]
            found.again[j] |= (same & across).any(axis=0) & is_test[j]
            found.pairs += _best(similarity, same, i, j, most=MAX_LISTED)
            found.pairs = sorted(found.pairs, key=_order)[:MAX_LISTED]
            if judged:
                found.closest = _closer(found.closest, _best(similarity, counts, i, j))
                across_best = _best(similarity, across, i, j)
                found.closest_across = _closer(found.closest_across, across_best)
    return found


def _codes(X: NDArray[np.float64]) -> NDArray[np.intp]:
    """Number the samples so that those of equal values have equal numbers."""
    digests = [hashlib.sha256((row + 0.0).tobytes()).digest() for row in X]  # -0 becomes 0
    place = {digest: number for number, digest in enumerate(dict.fromkeys(digests))}
    return np.array([place[digest] for digest in digests])


Norms = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]
"""Mean and spread of each array, and mean of each gene over the standardised arrays."""


def _norms(values: NDArray[np.float64], block: int) -> Norms:
    """Learn what is taken out of the values, without a second copy of them."""
    means, spreads = values.mean(axis=1), values.std(axis=1)
    spreads[spreads == 0] = 1.0  # an array of equal values is like no other
    total = np.zeros(values.shape[1])
    for start in range(0, len(values), block):
        part = slice(start, start + block)
        total += ((values[part] - means[part, None]) / spreads[part, None]).sum(axis=0)
    return means, spreads, total / len(values)


def _unit_rows(
    values: NDArray[np.float64], norms: Norms, rows: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Rows of length 1 whose products are the similarities."""
    means, spreads, gene_means = norms
    centred = (values[rows] - means[rows, None]) / spreads[rows, None] - gene_means
    lengths = np.linalg.norm(centred, axis=1, keepdims=True)
    lengths[lengths == 0] = 1.0
    return np.asarray(centred / lengths)


def _best(
    similarity: NDArray[np.float32],
    counts: NDArray[np.bool_],
    i: NDArray[np.intp],
    j: NDArray[np.intp],
    *,
    most: int = 1,
) -> list[Pair]:
    """The most alike of the pairs of a block that count."""
    places = np.flatnonzero(counts)
    if most == 1 and len(places):
        places = places[[similarity.ravel()[places].argmax()]]
    values = similarity.ravel()[places]
    order = np.argsort(-values, kind="stable")[:most]
    rows, columns = np.unravel_index(places[order], similarity.shape)
    return [
        (float(s), int(i[r]), int(j[c]))
        for s, r, c in zip(values[order], rows, columns, strict=True)
    ]


def _closer(known: Pair | None, found: list[Pair]) -> Pair | None:
    """The more alike of two pairs."""
    return min([*([known] if known else []), *found], key=_order, default=None)


def _order(pair: Pair) -> Pair:
    """Most alike first, then by place."""
    return (-pair[0], pair[1], pair[2])
