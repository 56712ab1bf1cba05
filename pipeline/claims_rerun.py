"""Step 6: the protocol of a claim, followed on samples and labels joined one way or another.

A `Joined` says whose values carry whose label; rows are those of the data set::

    values_of   [0, 1, 2, 3]     sample 1 carries the label of sample 3, and so on
    labels_of   [1, 3, 5, 7]

By name both are the same. Models, splits and figures are then those of the claim. The values
enter through their products only, so that they are rotated once, and all splits and joins
work on n numbers a sample.
"""

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import KFold, StratifiedKFold, train_test_split

from pipeline.claims_figures import agrees, counts_of, fraction, measure
from pipeline.config import ClaimModel, ClaimSection, Config, EvaluateSection, PreprocessSection
from pipeline.dataset import Dataset
from pipeline.gram import use_dual
from pipeline.metrics import confusion_counts
from pipeline.nested import batches, nested
from pipeline.paths import Prepared
from pipeline.preprocess import FoldValues, with_recipe
from pipeline.protocols import Fold, Rows
from pipeline.records.claims import Distribution, Run, StatedFigure

MAX_SAMPLES = 1000
"""Above so many samples even single runs of all defects would take minutes."""

MAX_REPEATED = 300
"""Above so many samples nothing is repeated over seeds."""

Predicted = NDArray[np.intp]
"""Class indices of the samples in the order of the join; -1 for what was not held out."""


@dataclass(frozen=True)
class Joined:
    """Whose values carry whose label; rows of the data set."""

    values_of: Rows
    labels_of: Rows


@dataclass(frozen=True)
class Bench:
    """All that a claim's models and splits are made from.

    `X` has the products of the expression values; `X_all` has the values themselves.
    """

    claim: ClaimSection
    figures: tuple[StatedFigure, ...]
    classes: tuple[str, ...]
    sample_ids: tuple[str, ...]
    X: NDArray[np.float64]
    X_all: NDArray[np.float64]
    y: NDArray[np.intp]
    partition: NDArray[np.str_]
    section: EvaluateSection
    preprocess: PreprocessSection

    @property
    def rows(self) -> Rows:
        """The samples that the claim is about."""
        if self.claim.samples == "all":
            return np.arange(len(self.y))
        return np.flatnonzero(self.partition == "train")


@dataclass(frozen=True)
class Split:
    """Who trains and who is held out, by position in the join, and whose labels they carry."""

    joined: Joined
    folds: tuple[Fold, ...]


def bench(
    dataset: Dataset, config: Config, claim: ClaimSection, figures: tuple[StatedFigure, ...]
) -> Bench:
    """Prepare the data for a claim.

    Parameters
    ----------
    dataset : Dataset
        The data.
    config : Config
        Constants of the preprocessing.
    claim : ClaimSection
        The claim.
    figures : tuple of StatedFigure
        Its figures.

    Returns
    -------
    Bench
        Settings that the claim does not tune, and values rotated where nothing is learned
        from genes.
    """
    settings = {
        "penalty_grid": (claim.penalty_c,),
        "neighbour_grid": (claim.n_neighbours,),
    }
    X = dataset.X
    if claim.recipe == "raw" and len(X) <= MAX_SAMPLES and use_dual(*X.shape):
        # The same products of all samples, and far fewer genes.
        X = np.asarray(np.linalg.qr(X.T, mode="r")).T
    return Bench(
        claim=claim,
        figures=figures,
        classes=dataset.classes,
        sample_ids=dataset.sample_ids,
        X=X,
        X_all=dataset.X,
        y=np.searchsorted(dataset.classes, dataset.y),
        partition=dataset.partition,
        section=config.evaluate.model_copy(update=settings),
        preprocess=with_recipe(config.preprocess, claim.recipe),
    )


def obstacle(bench: Bench, joined: Joined) -> str | None:
    """Say why the claim's protocol cannot be followed.

    Parameters
    ----------
    bench : Bench
        Data and protocol.
    joined : Joined
        Samples and labels.

    Returns
    -------
    str or None
        The reason; None where it can.
    """
    claim, y = bench.claim, bench.y[joined.labels_of]
    n = len(y)
    sizes = np.bincount(y, minlength=len(bench.classes))
    if n > MAX_SAMPLES:
        return f"more than {MAX_SAMPLES} samples would take too long"
    if (sizes > 0).sum() < 2:
        return f"{n} samples remain, of fewer than two classes"
    if claim.protocol == "given":
        parts = bench.partition[joined.values_of]
        trained = np.unique(y[parts == "train"])
        return None if "test" in parts and len(trained) > 1 else "there is no such split"
    if claim.protocol == "cross-validation":
        most = sizes.max() if claim.stratified else n
        return (
            None
            if most >= claim.n_folds
            else f"{n} samples remain, too few for {claim.n_folds} folds"
        )
    n_test = math.ceil(claim.test_share * n)
    present = sizes[sizes > 0]
    if n - n_test < 2 or (
        claim.stratified and (present.min() < 2 or min(n_test, n - n_test) < len(present))
    ):
        return f"{n} samples remain, too few to hold out {claim.test_share:.0%}"
    return None


def folds_of(bench: Bench, joined: Joined, seed: int, *, number: int = 0) -> tuple[Fold, ...]:
    """Split samples as the claim says.

    Parameters
    ----------
    bench : Bench
        Data and protocol.
    joined : Joined
        Samples and labels; the order of the samples matters for what a seed gives.
    seed : int
        Seed of the split, as scikit-learn's `random_state`.
    number : int, default=0
        Number of the split among others, kept as the folds' `repeat`.

    Returns
    -------
    tuple of Fold
        Positions in the join.
    """
    claim, y = bench.claim, bench.y[joined.labels_of]
    rows = np.arange(len(y))
    if claim.protocol == "given":
        parts = bench.partition[joined.values_of]
        return (Fold(number, np.flatnonzero(parts == "train"), np.flatnonzero(parts == "test")),)
    if claim.protocol == "cross-validation":
        kind = StratifiedKFold if claim.stratified else KFold
        splitter = kind(claim.n_folds, shuffle=True, random_state=seed)
        with warnings.catch_warnings():
            # A class smaller than the number of folds is missing from some.
            warnings.filterwarnings("ignore", "The least populated class", UserWarning)
            return tuple(Fold(number, train, test) for train, test in splitter.split(rows, y))
    train, test = train_test_split(
        rows,
        test_size=claim.test_share,
        stratify=y if claim.stratified else None,
        random_state=seed,
    )
    return (Fold(number, train, test),)


def seeds(bench: Bench, joined: Joined) -> range:
    """Give the seeds over which a protocol is followed again.

    Parameters
    ----------
    bench : Bench
        Data and protocol.
    joined : Joined
        Samples and labels.

    Returns
    -------
    range
        From 0; empty where the split is given, and where there are many samples.
    """
    once = bench.claim.protocol == "given" or len(joined.values_of) > MAX_REPEATED
    return range(0 if once else bench.claim.n_seeds)


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


def run_once(
    bench: Bench, joined: Joined, folds: tuple[Fold, ...], *, genes: NDArray[np.intp] | None = None
) -> tuple[Run, ...]:
    """Record one split, model by model.

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
) -> tuple[tuple[Distribution, ...], int]:
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
    n_fitting : int
        Seeds at which every model meets every figure.
    """
    if not splits:
        return (), 0
    confusions: dict[ClaimModel, list[NDArray[np.intp]]] = {key: [] for key in bench.claim.models}
    for joined, folds in _together(splits):
        y = bench.y[joined.labels_of]
        for key, vectors in predict(bench, joined, folds, genes=genes).items():
            confusions[key] += [
                confusion_counts(y[p >= 0], p[p >= 0], len(bench.classes)) for p in vectors
            ]
    n_train = min(len(fold.train) for split in splits for fold in split.folds)
    met = np.ones(len(splits), dtype=np.bool_)
    records = []
    for key, matrices in confusions.items():
        record, fits = _distribution(bench, key, np.array(matrices), n_train)
        records.append(record)
        met &= fits
    return tuple(records), int(met.sum())


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
