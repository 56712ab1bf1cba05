"""Samples of which the class, the group or the source is not known."""

from typing import Literal

from pipeline.audits.statements import Given, say, some, unless
from pipeline.config import Config
from pipeline.dataset import Dataset
from pipeline.records.audit import MAX_LISTED
from pipeline.records.unknown import Ungrouped, Unlabelled
from pipeline.unknown import known

Key = Literal["unknown_groups", "unknown_sources"]

UNKNOWN = "The {column} of {n} of {n_samples} samples is unknown ({names}): "
TOLD: dict[Key, tuple[str, str]] = {
    "unknown_groups": (
        "it stands alone, and other samples of its {column} may be on the other side of a split.",
        "each stands alone, and those of one {column} may be on both sides of a split.",
    ),
    "unknown_sources": (
        "it is never held out with its source, and trains whichever is held out.",
        "they are never held out with their source, and train whichever is held out.",
    ),
}
"""What follows for one sample, and for several."""


def unlabelled(dataset: Dataset) -> Unlabelled:
    """Count the samples that were left out because their class is unknown.

    Parameters
    ----------
    dataset : Dataset
        The data, without them.

    Returns
    -------
    Unlabelled
        Raised where there is one.
    """
    names = dataset.unlabelled
    n_samples = dataset.join.n_matched + len(names)
    template = "Each of the {n_samples} samples that were read has a class."
    values: dict[str, Given] = {"n_samples": (n_samples, "count", "unlabelled.n_samples")}
    if names:
        verbs = "has no class and was" if len(names) == 1 else "have no class and were"
        template = f"{{n}} of {{n_samples}} samples {verbs} left out: {{names}}."
        values["n"] = (len(names), "count", "unlabelled.n")
        values["names"] = (some(names), "text", None)
    return Unlabelled(
        key="unlabelled",
        subject="Samples without a class",
        is_raised=bool(names),
        statement=say(template, **values),
        not_run=None,
        n=len(names),
        n_samples=n_samples,
        names=names[:MAX_LISTED],
    )


def groups(dataset: Dataset, config: Config) -> Ungrouped:
    """Count the samples whose group is unknown.

    Parameters
    ----------
    dataset : Dataset
        The data with their covariates.
    config : Config
        The column of the groups.

    Returns
    -------
    Ungrouped
        Raised where there is one; not run where the study names no groups.
    """
    return _unknown(dataset, config.evaluate.group_column, "unknown_groups")


def sources(dataset: Dataset, config: Config) -> Ungrouped:
    """Count the samples whose source is unknown.

    Parameters
    ----------
    dataset : Dataset
        The data with their covariates.
    config : Config
        The column of the sources.

    Returns
    -------
    Ungrouped
        Raised where there is one; not run where the study names no sources.
    """
    return _unknown(dataset, config.evaluate.source_column, "unknown_sources")


def _unknown(dataset: Dataset, column: str | None, key: Key) -> Ungrouped:
    """Count the samples of which a column says nothing."""
    what = key.removeprefix("unknown_")
    n_samples = len(dataset.y)
    reason = None
    names: tuple[str, ...] = ()
    if column is None:
        reason = f"the study names no column of {what}"
    elif column not in dataset.covariates:
        reason = f"the table of samples that names the {column} was not found"
    else:
        fields = zip(dataset.sample_ids, dataset.covariates[column], strict=True)
        names = tuple(sample for sample, field in fields if not known(str(field)))
    template = "The {column} of all {n_samples} samples is known."
    values: dict[str, Given] = {
        "column": (column or "", "text", f"{key}.column"),
        "n_samples": (n_samples, "count", f"{key}.n_samples"),
    }
    if names:
        template = UNKNOWN + TOLD[key][len(names) > 1]
        values["n"] = (len(names), "count", f"{key}.n")
        values["names"] = (some(names), "text", None)
    return Ungrouped(
        key=key,
        subject=f"Samples of unknown {what[:-1]}",
        is_raised=bool(names),
        statement=unless(reason, say(template, **values)),
        not_run=reason,
        column=column,
        n=len(names),
        n_samples=n_samples,
        names=names[:MAX_LISTED],
    )
