"""Step 6: what may have gone wrong where a claim cannot be reproduced, tried one by one.

calls-in           labels joined by position, in files whose other columns were left in
by-position        labels joined by position, to the columns of samples alone
shuffled           labels dealt out at random
genes-first        genes chosen on all samples, before the split
test-in-training   tested on samples that were trained on

Joins by position have variants: whose labels are counted, whether the columns that name genes
are counted, and whether columns count from 0 where labels count from 1::

    columns   1  call  2  call  3  call          labels   1    2    3    4    5
    counted   0   1    2   3    4   5                     ALL  ALL  AML  ALL  AML

From 0, sample 2 gets the label of patient 2, sample 3 that of patient 4, and a column of
calls those between: they are thrown away later, as no numbers, and nothing looks wrong.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from pipeline import claims_chance, claims_rerun
from pipeline.claims_bench import Bench, Joined, Split, folds_of, obstacle, seeds
from pipeline.claims_chance import Met
from pipeline.dataset import Dataset, FileColumns
from pipeline.protocols import Fold
from pipeline.records.claims import (
    Chance,
    Distribution,
    Hypothesis,
    HypothesisKey,
    Run,
    Trial,
)
from pipeline.resampling import best_by_f

TEXTS: dict[HypothesisKey, tuple[str, str]] = {
    "calls-in": (
        "Labels joined by position, other columns left in",
        "Labels were matched to columns by counting, with columns that belong to no sample, such "
        "as detection calls, still among them.",
    ),
    "by-position": (
        "Labels joined by position",
        "Labels were matched to the columns of samples by counting, whatever their names.",
    ),
    "shuffled": ("Labels shuffled", "Labels were dealt out at random, anew for each seed."),
    "genes-first": (
        "Genes chosen before the split",
        "Genes were chosen on all samples, those held out later among them.",
    ),
    "test-in-training": (
        "Test samples in training",
        "Models were trained on all samples and tested on a part of them.",
    ),
}
"""Label and description of each hypothesis."""


@dataclass(frozen=True)
class Variant:
    """One way of doing something wrong: a join for each seed, and what is done besides."""

    key: str
    description: str
    joined: Callable[[int], Joined]
    genes: NDArray[np.intp] | None = None
    seen: bool = False


def hypotheses(
    dataset: Dataset, bench: Bench, *, seed: int
) -> tuple[tuple[Hypothesis, ...], Chance | None]:
    """Try every defect, and say how often chance does what it does.

    Parameters
    ----------
    dataset : Dataset
        The data, with the columns of the files.
    bench : Bench
        Models and protocol of the claim.
    seed : int
        The claim's own seed.

    Returns
    -------
    hypotheses : tuple of Hypothesis
        In the order of `TEXTS`.
    chance : Chance or None
        How often labels at random, or any join by position, give the figures; None where no
        seed decides.
    """
    right = Joined(bench.rows, bench.rows)
    variants: dict[HypothesisKey, list[Variant]] = {
        "calls-in": list(_by_position(dataset, bench, calls=True)),
        "by-position": list(_by_position(dataset, bench, calls=False)),
        "shuffled": [
            Variant("shuffled", "every label to a sample drawn at random", _shuffled(right))
        ],
        "genes-first": [_genes_first(bench, right)],
        "test-in-training": [
            Variant("test-in-training", "trained on all samples", _fixed(right), seen=True)
        ],
    }
    tried = {key: [_try(v, bench, seed) for v in each] for key, each in variants.items()}
    joins = [one.met for key in ("calls-in", "by-position") for one in tried[key]]
    found = tuple(_hypothesis(key, each, dataset) for key, each in tried.items())
    return found, claims_chance.chance(bench, joins)


@dataclass(frozen=True)
class Tried:
    """A variant at the claim's own seed, and over the others; `met` says where it gives all."""

    trial: Trial
    spread: tuple[Distribution, ...]
    met: Met


def _try(variant: Variant, bench: Bench, seed: int) -> Tried:
    """Try one variant, at the claim's own seed and over the others."""
    trial = _trial(variant, bench, seed)
    if trial.not_run:
        return Tried(trial, (), np.zeros(0, dtype=np.bool_))
    spread, met = claims_rerun.distributions(bench, _splits(variant, bench), genes=variant.genes)
    counted = trial.model_copy(update={"n_seeds": len(met), "n_fitting": int(met.sum())})
    return Tried(counted, spread, met)


def _hypothesis(key: HypothesisKey, tried: Sequence[Tried], dataset: Dataset) -> Hypothesis:
    """Record a hypothesis by its best variant."""
    label, description = TEXTS[key]
    trials = tuple(one.trial for one in tried)
    ran = [one for one in tried if not one.trial.not_run]
    best = max(ran, key=lambda one: (one.trial.exact, one.trial.n_met), default=None)
    return Hypothesis(
        key=key,
        label=label,
        description=description,
        is_random=key == "shuffled",
        trials=trials,
        best=best.trial.key if best else None,
        n_exact=sum(trial.exact for trial in trials),
        distributions=best.spread if best else (),
        n_fitting=best.trial.n_fitting if best else 0,
        not_applicable=None if ran else _inapplicable(key, trials, dataset),
    )


def _inapplicable(key: HypothesisKey, trials: Sequence[Trial], dataset: Dataset) -> str:
    """Say why nothing could be tried."""
    if trials:
        return trials[0].not_run or ""
    if not dataset.columns:
        return "the order of the columns in the files is not known"
    if key == "calls-in":
        return "the files have no other columns between those of the samples"
    return "every join by position gives the right labels"


def _trial(variant: Variant, bench: Bench, seed: int) -> Trial:
    """Try one variant at the claim's own seed."""
    joined = variant.joined(seed)
    y, stated = bench.y, bench.claim.n_samples
    reason = obstacle(bench, joined)
    runs: tuple[Run, ...] = ()
    if not reason:
        folds = _seen(folds_of(bench, joined, seed), joined, variant)
        runs = claims_rerun.runs(bench, joined, folds, genes=variant.genes)
    fits_size = stated is None or stated == len(joined.values_of)
    n_met = sum(one.fits for run in runs for one in run.measured) + (
        stated is not None and fits_size
    )
    return Trial(
        key=variant.key,
        description=variant.description,
        n_samples=len(joined.values_of),
        n_other=int((joined.values_of != joined.labels_of).sum()),
        n_wrong=int((y[joined.values_of] != y[joined.labels_of]).sum()),
        runs=runs,
        n_met=n_met,
        exact=bool(runs) and fits_size and all(run.fits for run in runs),
        n_seeds=0,
        n_fitting=0,
        not_run=reason,
    )


def _splits(variant: Variant, bench: Bench) -> list[Split]:
    """The splits of all seeds."""
    splits = []
    for seed in seeds(bench, variant.joined(0)):
        joined = variant.joined(seed)
        splits.append(Split(joined, _seen(folds_of(bench, joined, seed), joined, variant)))
    return splits


def _seen(folds: tuple[Fold, ...], joined: Joined, variant: Variant) -> tuple[Fold, ...]:
    """Let what is held out train as well, where the variant says so."""
    if not variant.seen:
        return folds
    everyone = np.arange(len(joined.values_of))
    return tuple(Fold(fold.repeat, everyone, fold.test) for fold in folds)


def _fixed(joined: Joined) -> Callable[[int], Joined]:
    """One join, whatever the seed."""
    return lambda _: joined


def _shuffled(right: Joined) -> Callable[[int], Joined]:
    """Labels dealt out at random, by seed."""

    def joined(seed: int) -> Joined:
        return Joined(np.random.default_rng(seed).permutation(right.values_of), right.labels_of)

    return joined


def _genes_first(bench: Bench, right: Joined) -> Variant:
    """The best genes by their F statistics on all samples."""
    y = bench.y[right.labels_of]
    genes = best_by_f(bench.X_all[right.values_of], y, bench.section.n_leaky_genes)
    text = f"the {len(genes)} genes with the largest F statistics on all samples"
    return Variant("genes-first", text, _fixed(right), genes=genes)


def _by_position(dataset: Dataset, bench: Bench, *, calls: bool) -> Iterator[Variant]:
    """Joins by position that differ from each other, and from the right one."""
    row_of: dict[str | None, int] = {s: row for row, s in enumerate(dataset.sample_ids)}
    used = bench.rows.tolist()
    files = [file for file in dataset.columns if {row_of.get(c) for c in file.columns} & set(used)]
    if not files or (calls and not any(None in file.columns for file in files)):
        return
    tried = {frozenset((row, row) for row in used)}
    whose = {"all labels": list(row_of.values()), "labels of these samples": used}
    for (text, labels), named, late in product(whose.items(), (False, True), (False, True)):
        shift = (files[0].n_names if named else 0) - late
        pairs = list(_pairs(files, row_of, labels, shift, calls=calls))
        if frozenset(pairs) in tried or not pairs:
            continue
        tried.add(frozenset(pairs))
        where = (
            "counted with the columns of gene names" if named else "columns of gene names dropped"
        )
        start = (
            "columns counted from 0, labels from 1" if late else "both counted from the same number"
        )
        values_of, labels_of = np.array(pairs).T
        yield Variant(
            key=f"{text.replace(' ', '-')}/{shift:+d}",
            description=f"{text}; {where}; {start}",
            joined=_fixed(Joined(values_of, labels_of)),
        )


def _pairs(
    files: Sequence[FileColumns],
    row_of: dict[str | None, int],
    labels: list[int],
    shift: int,
    *,
    calls: bool,
) -> Iterator[tuple[int, int]]:
    """Rows of the values and of the labels that a count along the columns brings together."""
    columns = [column for file in files for column in file.columns if calls or column is not None]
    for position, column in enumerate(columns):
        # A sample that was left out of the data set still had its place in the file.
        if column in row_of and 0 <= position + shift < len(labels):
            yield row_of[column], labels[position + shift]
