"""Step 1b: what the files say before any model sees them.

First the samples are compared with each other, names ignored, and those of the test set that
are a training sample are left out; on what is left, once preprocessed, everything else is
looked at. The checks stand in `pipeline.audits`, one module per subject.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline import known as known_facts
from pipeline.audits import (
    arrays,
    batches,
    covariates,
    labels,
    probes,
    recognised,
    samples,
    sentinels,
    strength,
    unknown,
    values,
)
from pipeline.audits.associations import associations
from pipeline.audits.likeness import MIN_GENES
from pipeline.config import Config
from pipeline.dataset import Dataset, named_column
from pipeline.errors import ConfigError
from pipeline.readers import samples as sample_table
from pipeline.records.audit import Audit, Duplicates
from pipeline.records.base import MethodStep, Statement, Value
from pipeline.records.known import KnownFact
from pipeline.sources import Located
from pipeline.unknown import known, known_name


def prepare(
    dataset: Dataset, located: Located, config: Config
) -> tuple[Dataset, Duplicates, tuple[KnownFact, ...]]:
    """Add what is known of the samples, and leave out test samples that are training samples.

    Parameters
    ----------
    dataset : Dataset
        The data as read.
    located : Located
        Where the table of samples lies, if there is one.
    config : Config
        Its columns, and what counts as the same sample.

    Returns
    -------
    dataset : Dataset
        The data that every later step sees.
    duplicates : Duplicates
        The samples that are the same.
    facts : tuple of KnownFact
        What the study file states of the samples.

    Raises
    ------
    DataError
        If the table of samples does not hold what it should.
    """
    section, path = config.data.covariates, located.paths.get("covariates")
    if section and path:
        table = sample_table.read(path, section, dataset.sample_ids)
        own = dataset.covariates.set_axis(table.index)
        dataset = replace(dataset, covariates=pd.concat([own, table], axis=1))
    dataset = replace(dataset, covariates=_known(dataset.covariates, config.data.missing))
    dataset, facts = known_facts.add(dataset, config)
    duplicates = samples.compare(dataset, config)
    return samples.leave_out(dataset, duplicates), duplicates, facts


def _known(covariates: pd.DataFrame, missing: Sequence[str] | None) -> pd.DataFrame:
    """Covariates as text, empty where unknown, whatever file they come from."""
    return covariates.map(lambda value: known(str(value), missing))


def with_columns(dataset: Dataset, config: Config) -> Config:
    """Name groups and sources by their columns as these stand in the files.

    Parameters
    ----------
    dataset : Dataset
        What `prepare` gave.
    config : Config
        The study; it may write a column in other capitals.

    Returns
    -------
    Config
        The same study.

    Raises
    ------
    ConfigError
        If there is no such column, or it is known of no sample.
    DataError
        If a group or source has a name that can mean unknown, and the study does not say.
    """
    section, names = config.evaluate, {}
    declared = config.declared_covariates
    for key in ("group_column", "source_column"):
        column = getattr(section, key)
        if column is None or (column in declared and column not in dataset.covariates):
            continue  # the table of samples may be lacking
        names[key] = named_column(dataset, column, key)
        for sample, name in zip(dataset.sample_ids, dataset.covariates[names[key]], strict=True):
            known_name(name, config.data.missing, where=f"{column} of sample {sample!r}")
        if not any(dataset.covariates[names[key]]):
            raise ConfigError(
                f"evaluate.{key}: expected samples whose {column} is known, found none"
            )
    changed = {k: name for k, name in names.items() if name != getattr(section, k)}
    if not changed:
        return config
    return config.model_copy(update={"evaluate": section.model_copy(update=changed)})


def audit(
    dataset: Dataset,
    X: NDArray[np.float64],
    duplicates: Duplicates,
    located: Located,
    config: Config,
) -> Audit:
    """Look at everything that needs no model.

    Parameters
    ----------
    dataset : Dataset
        What `prepare` gave.
    X : ndarray of float, shape (n_samples, n_features)
        All samples, preprocessed by what the training samples taught; control probes are in it
        only where the study keeps them.
    duplicates : Duplicates
        What `prepare` found.
    located : Located
        For the files that were not found.
    config : Config
        Preprocessing and seed.

    Returns
    -------
    Audit
        All checks.
    """
    metrics = (arrays.call_rate(dataset), arrays.mean(dataset), arrays.spread(dataset))
    components, scores = arrays.components(dataset, X, dataset.train, seed=config.seed)
    group = config.evaluate.group_column
    found = associations(dataset, metrics, scores, components, seed=config.seed, group=group)
    described = covariates.covariates(dataset, found, ", ".join(located.source.not_found))
    return Audit(
        duplicates=duplicates,
        join=labels.join(dataset),
        order=labels.order(dataset),
        gene_sets=labels.gene_sets(dataset),
        scales=values.scales(dataset),
        numeric_labels=labels.numeric(dataset),
        similar_labels=labels.similar(dataset),
        small_classes=labels.small(dataset),
        constant=probes.constant(dataset),
        absent=probes.absent(dataset),
        controls=probes.controls(dataset, config),
        dates=probes.dates(dataset),
        missing=values.missing(dataset),
        negative=values.negative(dataset, config),
        at_maximum=values.at_maximum(dataset),
        above_ceiling=values.above_ceiling(dataset, config),
        below_floor=values.below_floor(dataset, config),
        call_rate=metrics[0],
        mean=metrics[1],
        spread=metrics[2],
        covariates=described,
        missingness=covariates.missingness(dataset, found),
        components=covariates.followed(components, found),
        batches=batches.batches(dataset, X, described),
        unlabelled=unknown.unlabelled(dataset),
        unknown_groups=unknown.groups(dataset, config),
        unknown_sources=unknown.sources(dataset, config),
        sentinels=sentinels.sentinels(dataset),
        recognised=recognised.recognised(dataset, config),
        parts=recognised.parts(dataset, config),
        standardised=recognised.standardised(dataset),
        associations=found,
    )


METHOD = (
    "Before any model, all pairs of samples were compared, names ignored: each array was brought "
    "to mean 0 and variance 1 and the mean of each gene taken out ({scale}), and two samples with "
    "a correlation of {threshold} or more were called highly similar. Samples with equal values "
    "throughout, and similar ones with at least {same_share} of the values equal, as supplied or "
    "with one array re-scaled (up to {tolerance} robust standard deviations, values at a limit "
    "that several share left out), were taken for the same"
)
ALIKE = " (with fewer than {min_genes} genes only the latter)"
LEFT_OUT = ". A test sample that is a training sample is left out of the test set. "  # the default
KEPT = ". By the study's setting such samples stayed in the test set. "
ASSOCIATIONS = (
    "Covariates and measures of the arrays were held against the class, the split and the first "
    "{n_components} principal components of the preprocessed values, learned on the training "
    "samples: Cramér's V [@cramer1946], without correction for bias, between categories; the "
    "correlation ratio between categories and numbers; Pearson's correlation between numbers. "
    "P-values are Fisher's exact ones [@fisher1922] for tables of two by two, else those of "
    "chi-squared, by {n_random} random tables where fewer than {min_expected} samples are expected "
    "in a cell; of Kruskal and Wallis [@kruskal1952], or of {n_random} permutations of F where a "
    "category has fewer than {min_group} samples; and of the t test. They were adjusted by Holm "
    "[@holm1979], once over class and split and once over the components. Categories that go with "
    "class or split were predicted within each class of at most {max_samples} samples: each value "
    "that {fewest} samples or more have, and {fewest} others have not, by linear support vector "
    "machines (C = {penalty}) of the preprocessed values, with each sample left out in turn. An "
    "array is called far from the others beyond {limit} robust standard deviations (from the "
    "median absolute deviation) from the median. What spreadsheets make of gene names: Ziemann "
    "et al. [@ziemann2016]."
)


def method(record: Audit) -> MethodStep:
    """Write the Methods paragraph from what ran.

    Parameters
    ----------
    record : Audit
        The audit.

    Returns
    -------
    MethodStep
        The paragraph.
    """
    counts = {
        "min_genes": MIN_GENES,
        "n_components": len(record.components.components),
        "n_random": strength.N_RANDOM,
        "min_expected": strength.MIN_EXPECTED,
        "min_group": strength.MIN_GROUP,
        "max_samples": batches.MAX_SAMPLES,
        "fewest": batches.FEWEST,
    }
    threshold = record.duplicates.threshold
    values = [
        Value(name="threshold", value=threshold, format="number"),
        Value(name="scale", value=record.duplicates.scale, format="text"),
        Value(name="same_share", value=record.duplicates.same_share, format="percent"),
        Value(name="tolerance", value=record.duplicates.tolerance, format="number"),
        Value(name="limit", value=record.mean.limit, format="number"),
        Value(name="penalty", value=batches.PENALTY, format="number"),
        *(Value(name=name, value=n, format="count") for name, n in counts.items()),
    ]
    few = ALIKE if record.duplicates.closest is None else ""
    outcome = KEPT if record.duplicates.kept else LEFT_OUT
    text = Statement(template=METHOD + few + outcome + ASSOCIATIONS, values=tuple(values))
    return MethodStep(title="Audit of the files", text=text)
