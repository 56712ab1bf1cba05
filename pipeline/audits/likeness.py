"""How alike every two samples are, in blocks: the algebra of the search for duplicates.

Each array is brought to mean 0 and variance 1 and the mean of every gene is taken out, so that
what all samples share does not count; the similarity is the correlation of what is left. Two
patients then have about 0, however alike all arrays look::

    values                0.95   closest two of 72 patients of the first study
    gene means taken out  0.64   the same two
    either                1.00   one patient, twice

Samples that are so alike are the same measurement only where nearly all of their values are equal
(`same_measurement`): replicates of one cell line are alike, and not the same.
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

TOLERANCE = 0.01
"""Robust standard deviations up to which two values are equal: Golub's training values rounded to
whole numbers differ by 0.001, a second scan of an array by more than 0.05."""

SAME_SHARE = 0.95
"""Share of genes; the rest has room for values that were filled in or corrected."""

CANDIDATE = 0.5  # similarity from which values are compared: a floored copy of a sample has less
N_SAMPLED = 500  # genes that a first look takes

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
    n_alike, n_alike_across : int
        Pairs that are alike and not the same; of them, those of a training and a test sample.
    alike : list of tuple
        Those pairs, as `pairs`.
    closest, closest_across : tuple or None
        The most alike pair of all, and that of a training and a test sample; None where
        likeness cannot be judged.
    """

    again: NDArray[np.bool_]
    n_pairs: int = 0
    n_across: int = 0
    n_other_class: int = 0
    pairs: list[Pair] = field(default_factory=list)
    n_alike: int = 0
    n_alike_across: int = 0
    alike: list[Pair] = field(default_factory=list)
    closest: Pair | None = None
    closest_across: Pair | None = None


def alike(
    dataset: Dataset, values: NDArray[np.float64], *, threshold: float, block: int = BLOCK
) -> Likeness:
    """Compare every pair of samples, a block of pairs at a time.

    Parameters
    ----------
    dataset : Dataset
        The data as read; samples of equal values are the same whatever the threshold, but for
        those of one value throughout, which are like no other.
    values : ndarray of float, shape (n_samples, n_genes)
        The values on a scale on which no single gene decides.
    threshold : float
        Similarity from which two samples are alike, where they are not the same.
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
    norms, empty = _norms(values, block), np.ptp(dataset.X, axis=1) == 0
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
            counts = (i[:, None] < j) & ~(empty[i, None] | empty[j])
            across = counts & (is_test[i, None] != is_test[j])
            same = counts & equal
            asked = counts & ~equal & (similarity >= min(threshold, CANDIDATE) - ROUNDING)
            for r, c in zip(*np.nonzero(asked), strict=True):
                same[r, c] = same_measurement(dataset.X[i[r]], dataset.X[j[c]])
            close = counts & (similarity >= threshold - ROUNDING) & ~same
            found.n_pairs += int(same.sum())
            found.n_across += int((same & across).sum())
            found.n_other_class += int((same & (dataset.y[i, None] != dataset.y[j])).sum())
            found.again[i] |= (same & across).any(axis=1) & is_test[i]
            found.again[j] |= (same & across).any(axis=0) & is_test[j]
            found.pairs += _best(similarity, same, i, j, most=MAX_LISTED)
            found.pairs = sorted(found.pairs, key=_order)[:MAX_LISTED]
            found.n_alike += int(close.sum())
            found.n_alike_across += int((close & across).sum())
            found.alike += _best(similarity, close, i, j, most=MAX_LISTED)
            found.alike = sorted(found.alike, key=_order)[:MAX_LISTED]
            if judged:
                found.closest = _closer(found.closest, _best(similarity, counts, i, j))
                across_best = _best(similarity, across, i, j)
                found.closest_across = _closer(found.closest_across, across_best)
    return found


def same_measurement(a: NDArray[np.float64], b: NDArray[np.float64]) -> bool:
    """Say whether two arrays are one measurement: as they are, or one of them re-scaled.

    Genes at the least or the largest value of either array do not count where several are: a
    floor, a ceiling, zeros or values that were filled in make different samples equal there, and
    copies of one sample different.

    Parameters
    ----------
    a, b : ndarray of float, shape (n_genes,)
        Values as supplied.

    Returns
    -------
    bool
        Whether at least `SAME_SHARE` of the genes that count are equal up to `TOLERANCE` robust
        standard deviations of b (from its quartiles); False where fewer than `MIN_GENES` count.
    """
    step = max(1, len(a) // N_SAMPLED)
    counts = _between(a) & _between(b)
    if step > 1 and _share_equal(a[::step][counts[::step]], b[::step][counts[::step]]) < 0.5:
        return False  # few of the genes that a first look takes
    return _share_equal(a[counts], b[counts]) >= SAME_SHARE


def _between(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Genes that are not at a limit which several share."""
    counts = np.ones(len(values), dtype=bool)
    for limit in (values.min(), values.max()):
        at_limit = np.equal(values, limit)
        if at_limit.sum() > 1:
            counts &= ~at_limit
    return counts


def _share_equal(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """Share of genes with equal values, as they are or scaled to the quartiles of b."""
    if len(a) < MIN_GENES:
        return 0.0
    (low, middle, high), (low_b, middle_b, high_b) = (
        np.quantile(values, (0.25, 0.5, 0.75)) for values in (a, b)
    )
    bound = TOLERANCE * (high_b - low_b) / QUARTILES
    candidates = [a]
    if high > low:
        candidates.append((a - middle) * ((high_b - low_b) / (high - low)) + middle_b)
    return max(float((np.abs(one - b) <= bound).mean()) for one in candidates)


QUARTILES = 1.349  # between the quartiles of a normal distribution, in standard deviations


def _codes(X: NDArray[np.float64]) -> NDArray[np.intp]:
    """Number the samples so that those of equal values have equal numbers."""
    digests = [
        # -0 becomes 0; an array of one value is like no other
        hashlib.sha256((row + 0.0).tobytes() if np.ptp(row) else b"%d" % number).digest()
        for number, row in enumerate(X)
    ]
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
