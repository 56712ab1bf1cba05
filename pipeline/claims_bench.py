"""Step 6: what a claim's models are trained on: values, labels joined one way or another, splits.

A `Joined` says whose values carry whose label; rows are those of the data set::

    values_of   [0, 1, 2, 3]     sample 1 carries the label of sample 3, and so on
    labels_of   [1, 3, 5, 7]

By name both are the same. The values enter through their products only: they are rotated
once, and all splits and joins work on n numbers a sample.
"""

import math
import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import KFold, StratifiedKFold, train_test_split

from pipeline.config import ClaimSection, Config, EvaluateSection, PreprocessSection
from pipeline.dataset import Dataset
from pipeline.gram import use_dual
from pipeline.preprocess import with_recipe
from pipeline.protocols import Fold, Rows
from pipeline.records.claims import StatedFigure

MAX_SAMPLES = 1000
"""Above so many samples even single runs of all defects would take minutes."""

MAX_REPEATED = 300
"""Above so many samples nothing is repeated over seeds."""


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
