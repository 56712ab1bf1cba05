"""Step 6: the models of a claim, trained and tested as it says, once and over many seeds."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from pipeline.claims_bench import Bench, Joined, Split
from pipeline.claims_figures import agrees, counts_of, fraction, measure
from pipeline.config import ClaimModel
from pipeline.metrics import confusion_counts
from pipeline.nested import batches, nested
from pipeline.paths import Prepared
from pipeline.preprocess import FoldValues
from pipeline.protocols import Fold
from pipeline.records.claims import Distribution, Run

Predicted = NDArray[np.intp]
"""Class indices of the samples in the order of the join; -1 for what was not held out."""


def predict(
    bench: Bench,
    joined: Joined,
    folds: Sequence[Fold],
    *,
    genes: NDArray[np.intp] | None = None,
) -> dict[ClaimModel, list[Predicted]]:
    """Train the claim's models on each split and say what they predict.

    Parameters
    ----------
    bench : Bench
        Data and models.
    joined : Joined
        Samples and labels.
    folds : sequence of Fold
        Positions in the join; those with the same `repeat` belong to one split.
    genes : ndarray of int, optional
        Genes to use, by default all.

    Returns
    -------
    dict of str to list of ndarray
        For each model its predictions, a vector for each split.
    """
    X = bench.X if genes is None else bench.X_all[:, genes]
    values = FoldValues(X[joined.values_of], bench.preprocess)
    y = bench.y[joined.labels_of]
    n_splits = folds[-1].repeat + 1
    said: dict[ClaimModel, list[Predicted]] = {
        key: [np.full(len(y), -1) for _ in range(n_splits)] for key in bench.claim.models
    }
    for batch in batches(folds, n_samples=len(y), n_genes=X.shape[1]):
        prepared = Prepared(values, batch)
        for key, predicted in said.items():
            held = nested(
                key, prepared, y[None], bench.section, n_classes=len(bench.classes), seed=0
            )
            for fold, outcome in zip(batch, held, strict=True):
                predicted[fold.repeat][fold.test] = outcome.y_pred[0]
    return said


def runs(
    bench: Bench, joined: Joined, folds: tuple[Fold, ...], *, genes: NDArray[np.intp] | None = None
) -> tuple[Run, ...]:
    """Train and test on one split, and record it model by model.

    Parameters
    ----------
    bench : Bench
        Data and models.
    joined : Joined
        Samples and labels.
    folds : tuple of Fold
        The folds of one split.
    genes : ndarray of int, optional
        Genes to use, by default all.

    Returns
    -------
    tuple of Run
        In the order of the models.
    """
    alone = tuple(replace(fold, repeat=0) for fold in folds)
    said = predict(bench, joined, alone, genes=genes)
    y = bench.y[joined.labels_of]
    return tuple(_run(bench, joined, key, alone, y, said[key][0]) for key in said)


def _run(
    bench: Bench,
    joined: Joined,
    key: ClaimModel,
    folds: tuple[Fold, ...],
    y: NDArray[np.intp],
    predicted: Predicted,
) -> Run:
    """Record one model on one split."""
    held = predicted >= 0
    confusion = confusion_counts(y[held], predicted[held], len(bench.classes))
    wrong = joined.values_of[held & (predicted != y)]
    return Run(
        key=key,
        n_train=min(len(fold.train) for fold in folds),
        n_test=int(held.sum()),
        n_correct=int(np.trace(confusion)),
        confusion=tuple(map(tuple, confusion.tolist())),
        measured=tuple(measure(figure, confusion, bench.classes) for figure in bench.figures),
        wrong=tuple(bench.sample_ids[row] for row in wrong.tolist()),
    )


def distributions(
    bench: Bench, splits: Sequence[Split], *, genes: NDArray[np.intp] | None = None
) -> tuple[tuple[Distribution, ...], NDArray[np.bool_]]:
    """Follow the protocol over many seeds.

    Parameters
    ----------
    bench : Bench
        Data and models.
    splits : sequence of Split
        One for each seed. Those of the same join are run together.
    genes : ndarray of int, optional
        Genes to use, by default all.

    Returns
    -------
    distributions : tuple of Distribution
        In the order of the models; empty without a split.
    met : ndarray of bool, shape (n_seeds,)
        Whether every model meets every figure.
    """
    met = np.ones(len(splits), dtype=np.bool_)
    if not splits:
        return (), met
    confusions: dict[ClaimModel, list[NDArray[np.intp]]] = {key: [] for key in bench.claim.models}
    for joined, folds in _together(splits):
        y = bench.y[joined.labels_of]
        for key, vectors in predict(bench, joined, folds, genes=genes).items():
            confusions[key] += [
                confusion_counts(y[p >= 0], p[p >= 0], len(bench.classes)) for p in vectors
            ]
    n_train = min(len(fold.train) for split in splits for fold in split.folds)
    records = []
    for key, matrices in confusions.items():
        record, fits = _distribution(bench, key, np.array(matrices), n_train)
        records.append(record)
        met &= fits
    return tuple(records), met


def _together(splits: Sequence[Split]) -> list[tuple[Joined, list[Fold]]]:
    """Neighbouring splits of one join, renumbered from 0."""
    groups = groupby(splits, key=lambda split: id(split.joined))
    parts = [list(same) for _, same in groups]
    return [
        (
            same[0].joined,
            [replace(f, repeat=n) for n, split in enumerate(same) for f in split.folds],
        )
        for same in parts
    ]


def _distribution(
    bench: Bench, key: ClaimModel, confusions: NDArray[np.intp], n_train: int
) -> tuple[Distribution, NDArray[np.bool_]]:
    """Record one model over many seeds, and the seeds at which it meets every figure."""
    ratios = [fraction(f.measure, *counts_of(f, confusions, bench.classes)) for f in bench.figures]
    met: NDArray[np.bool_] = np.array(
        [agrees(f.text, *ratio) for f, ratio in zip(bench.figures, ratios, strict=True)]
    )
    every: NDArray[np.bool_] = np.all(met, axis=0)
    numerator, denominator = ratios[0]
    values = numerator / np.maximum(denominator, 1)
    below = ~met[0] & (values < bench.figures[0].high)
    record = Distribution(
        key=key,
        n_seeds=len(values),
        n_train=n_train,
        n_test=int(confusions[0].sum()),
        values=tuple(values.tolist()),
        n_below=int(below.sum()),
        n_within=int(met[0].sum()),
        n_above=int((~met[0] & ~below).sum()),
        n_fitting=int(every.sum()),
    )
    return record, every
