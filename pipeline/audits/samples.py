"""Samples that are the same, whatever their names, and what becomes of them."""

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from pipeline.audits.likeness import SAME_SHARE, TOLERANCE, Pair, alike
from pipeline.audits.statements import Given, say, some
from pipeline.config import Config
from pipeline.dataset import Dataset
from pipeline.preprocess import RECIPES, value_scale, value_scale_name
from pipeline.records.audit import Duplicates, SamplePair
from pipeline.records.base import Statement
from pipeline.records.data import LedgerStep


def compare(dataset: Dataset, config: Config) -> Duplicates:
    """Look for samples that are the same.

    Parameters
    ----------
    dataset : Dataset
        The data as read.
    config : Config
        The threshold, and the preprocessing for its scale.

    Returns
    -------
    Duplicates
        The pairs, and the test samples that are a training sample.
    """
    section = config.audit
    values, scale = _scale(dataset, config)
    found = alike(dataset, values, threshold=section.identical_at)

    def pair(of: Pair | None) -> SamplePair | None:
        return _pair(dataset, values, of) if of else None

    record = Duplicates(
        key="duplicates",
        subject="Samples identical or nearly so, names ignored",
        is_raised=found.n_pairs + found.n_alike > 0,
        statement=say(""),
        not_run=None,
        threshold=section.identical_at,
        scale=scale,
        n_samples=len(dataset.y),
        n_genes=len(dataset.gene_ids),
        n_pairs=found.n_pairs,
        n_pairs_across=found.n_across,
        n_pairs_other_class=found.n_other_class,
        pairs=tuple(_pair(dataset, values, of) for of in found.pairs),
        closest=pair(found.closest),
        closest_across=pair(found.closest_across),
        n_test_before=len(dataset.test),
        left_out=tuple(dataset.sample_ids[row] for row in np.flatnonzero(found.again)),
        kept=section.keep_identical,
        tolerance=TOLERANCE,
        same_share=SAME_SHARE,
        n_constant=int((np.ptp(dataset.X, axis=1) == 0).sum()),
        n_alike=found.n_alike,
        n_alike_across=found.n_alike_across,
        alike=tuple(_pair(dataset, values, of) for of in found.alike),
    )
    return record.model_copy(update={"statement": _statement(record)})


RANKS = "ranks of the genes within each sample"


def _scale(dataset: Dataset, config: Config) -> tuple[NDArray[np.float64], str]:
    """A scale on which no single gene decides.

    Logarithms between a floor and a ceiling are one; elsewhere one gene can be as large as all
    others together, and ranks are taken.
    """
    section = config.preprocess
    if {"clip", "log10"} <= set(RECIPES[section.recipe]):
        return value_scale(dataset.X, section), value_scale_name(section, dataset.unit)
    ranks = np.empty(dataset.X.shape)
    for row, values in enumerate(dataset.X):
        ranks[row] = rankdata(values)
    return ranks, RANKS


def leave_out(dataset: Dataset, duplicates: Duplicates) -> Dataset:
    """Leave out the test samples that are a training sample, unless the study keeps them.

    Parameters
    ----------
    dataset : Dataset
        The data as read.
    duplicates : Duplicates
        What `compare` found there.

    Returns
    -------
    Dataset
        Without these, and with a line in the ledger that says so.
    """
    if duplicates.kept or not duplicates.left_out:
        return dataset
    gone = set(duplicates.left_out)
    rows = np.flatnonzero([sample in gone for sample in dataset.sample_ids])
    n_samples, n_genes = dataset.X.shape
    step = LedgerStep(
        step="Training samples taken out of the test set",
        detail=f"{some(duplicates.left_out)}: in the training file under another name "
        f"({duplicates.same_share:.0%} or more of the values equal); audit.keep_identical would "
        "keep them",
        n_samples_in=n_samples,
        n_genes_in=n_genes,
        n_samples_out=n_samples - len(rows),
        n_genes_out=n_genes,
        unit=dataset.unit,
    )
    return dataset.without(rows, step)


def _pair(dataset: Dataset, values: NDArray[np.float64], pair: Pair) -> SamplePair:
    """Record a pair."""
    similarity, i, j = pair
    return SamplePair.model_validate(
        {
            "first": dataset.sample_ids[i],
            "second": dataset.sample_ids[j],
            "first_partition": str(dataset.partition[i]),
            "second_partition": str(dataset.partition[j]),
            "first_label": str(dataset.y[i]),
            "second_label": str(dataset.y[j]),
            "similarity": round(max(-1.0, min(1.0, similarity)), 6),
            "correlation": _correlation(values[i], values[j]),
            "n_equal": int((dataset.X[i] == dataset.X[j]).sum()),
        }
    )


def _correlation(a: NDArray[np.float64], b: NDArray[np.float64]) -> float | None:
    """Correlation of two arrays as they are; None where one of them does not vary."""
    if np.ptp(a) == 0 or np.ptp(b) == 0:
        return None
    return float(np.clip(np.corrcoef(a, b)[0, 1], -1.0, 1.0))


def _statement(record: Duplicates) -> Statement:
    """Say which samples are the same, or how alike the closest are."""
    base: dict[str, Given] = {"n_samples": (record.n_samples, "count", "duplicates.n_samples")}
    if record.pairs:
        first = record.pairs[0]
        return say(
            "Among {n_samples} samples, pairs that are the same ({same_share} or more of the "
            "values equal): {n_pairs}, of them across training and test: {n_across}. The first: "
            "{first} ({first_part}) and {second} ({second_part}), equal in {n_equal} of {n_genes} "
            "genes. {outcome}",
            **base,
            n_pairs=(record.n_pairs, "count", "duplicates.n_pairs"),
            same_share=(record.same_share, "percent", "duplicates.same_share"),
            n_across=(record.n_pairs_across, "count", "duplicates.n_pairs_across"),
            first=(first.first, "text", None),
            first_part=(PARTS[first.first_partition], "text", None),
            second=(first.second, "text", None),
            second_part=(PARTS[first.second_partition], "text", None),
            n_equal=(first.n_equal, "count", None),
            n_genes=(record.n_genes, "count", "duplicates.n_genes"),
            outcome=(_outcome(record), "text", None),
        )
    if record.alike:
        first = record.alike[0]
        return say(
            "Of {n_samples} samples no two are the same. Pairs that are highly similar "
            "({threshold} or more): {n_alike}, of them across training and test: {n_across}. The "
            "first: {first} and {second}, with a similarity of {similarity}. All were kept.",
            **base,
            threshold=(record.threshold, "number", "duplicates.threshold"),
            n_alike=(record.n_alike, "count", "duplicates.n_alike"),
            n_across=(record.n_alike_across, "count", "duplicates.n_alike_across"),
            first=(first.first, "text", "duplicates.alike[0].first"),
            second=(first.second, "text", "duplicates.alike[0].second"),
            similarity=(first.similarity, "decimal", "duplicates.alike[0].similarity"),
        )
    if record.closest is None:
        return say("Of {n_samples} samples no two have the same values.", **base)
    closest = record.closest
    return say(
        "Of {n_samples} samples no two are the same. The most alike are {first} and {second}: "
        "correlation {correlation}, and {similarity} after the mean of each gene is taken out "
        "({threshold} would be highly similar).",
        **base,
        first=(closest.first, "text", "duplicates.closest.first"),
        second=(closest.second, "text", "duplicates.closest.second"),
        correlation=(closest.correlation or 0.0, "decimal", "duplicates.closest.correlation"),
        similarity=(closest.similarity, "decimal", "duplicates.closest.similarity"),
        threshold=(record.threshold, "number", "duplicates.threshold"),
    )


PARTS = {"train": "training", "test": "test"}
"""How the parts of the split stand in a sentence."""


def _outcome(record: Duplicates) -> str:
    """What became of test samples that are training samples."""
    if not record.left_out:
        return "None was left out."
    names = some(record.left_out)
    if record.kept:
        return f"In the test set by the study's own setting: {names}."
    return f"Left out of the test set: {names}."
