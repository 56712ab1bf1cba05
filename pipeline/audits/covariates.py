"""What is known of the samples beside their class: counts, and sentences on what it goes with."""

import numpy as np
from numpy.typing import NDArray

from pipeline.audits.associations import DESIGN, columns, values_of
from pipeline.audits.statements import Given, say, unless
from pipeline.dataset import Dataset
from pipeline.records.audit import (
    Association,
    Component,
    ComponentCheck,
    Covariate,
    Covariates,
    LevelCounts,
    Missingness,
)
from pipeline.records.base import Statement

LEVEL = 0.05  # of adjusted p-values
LIMIT = 0.3  # smaller associations are left to the table
FOLLOWS = 0.5  # a quarter of a component's variance
MAX_LEVELS = 12  # values of a covariate that are counted one by one


def covariates(dataset: Dataset, found: tuple[Association, ...], absent: str | None) -> Covariates:
    """Record the covariates, and which of them go with class or split.

    Parameters
    ----------
    dataset : Dataset
        The data with their covariates.
    found : tuple of Association
        What `associations` gave.
    absent : str or None
        Name of the table of samples where it was not found.

    Returns
    -------
    Covariates
        Not run where nothing is known of the samples.
    """
    records = tuple(_covariate(dataset, name, text) for name, text in columns(dataset))
    keys = {record.key for record in records}
    raised = [
        a
        for a in found
        if a.subject in keys and a.target in DESIGN and not a.missing and _counts(a)
    ]
    names = tuple(dict.fromkeys(a.subject for a in raised))
    reason = None
    if not records:
        reason = "the data name no source, batch or tissue of the samples"
        if absent:
            reason = f"the table of samples was not found ({absent})"
    return Covariates(
        key="covariates",
        subject="What is known of the samples, against class and split",
        is_raised=bool(names),
        statement=unless(reason, _said(raised, "No covariate goes with class or split.")),
        not_run=reason,
        level=LEVEL,
        limit=LIMIT,
        covariates=records,
        names=names,
        n_tests=sum(a.p_value is not None and a.target in DESIGN for a in found),
        n_component_tests=sum(a.p_value is not None and a.target not in DESIGN for a in found),
    )


def missingness(dataset: Dataset, found: tuple[Association, ...]) -> Missingness:
    """Record which covariates are unknown more often in one class.

    Parameters
    ----------
    dataset : Dataset
        The data with their covariates.
    found : tuple of Association
        What `associations` gave.

    Returns
    -------
    Missingness
        Not run where every covariate is known of every sample.
    """
    examined = [a for a in found if a.missing and a.target == "class"]
    raised = [a for a in examined if _counts(a)]
    not_run = None if examined else "no covariate is known of some samples only"
    return Missingness(
        key="missingness",
        subject="Unknown covariates, against the class",
        is_raised=bool(raised),
        statement=unless(not_run, _said(raised, "None is unknown more often in one class.")),
        not_run=not_run,
        level=LEVEL,
        limit=LIMIT,
        names=tuple(dict.fromkeys(a.subject for a in raised)),
    )


def followed(components: tuple[Component, ...], found: tuple[Association, ...]) -> ComponentCheck:
    """Record which components follow a covariate or a measure of the arrays.

    Parameters
    ----------
    components : tuple of Component
        The components.
    found : tuple of Association
        What `associations` gave.

    Returns
    -------
    ComponentCheck
        Raised where one does.
    """
    keys = {component.key for component in components}
    raised = [
        a for a in found if a.target in keys and a.subject != "class" and _counts(a, least=FOLLOWS)
    ]
    return ComponentCheck(
        key="components",
        subject="Principal components, against covariates and measures of the arrays",
        is_raised=bool(raised),
        statement=_said(raised, "No component follows one of them."),
        not_run=None,
        level=LEVEL,
        limit=FOLLOWS,
        components=components,
        followed=tuple((a.target, a.subject) for a in raised),
    )


def _counts(association: Association, *, least: float = LIMIT) -> bool:
    """Whether an association is large enough, and beyond chance."""
    value, p = association.value, association.p_adjusted
    return value is not None and abs(value) >= least and p is not None and p < LEVEL


def _covariate(dataset: Dataset, name: str, text: NDArray[np.str_]) -> Covariate:
    """Count one covariate."""
    kind, _ = values_of(text)
    known = text != ""
    levels = sorted(set(text[known].tolist()))
    trained = set(text[dataset.train].tolist())

    def by_class(chosen: NDArray[np.bool_], part: str) -> tuple[int, ...]:
        inside = chosen & (dataset.partition == part)
        return tuple(int((inside & (dataset.y == label)).sum()) for label in dataset.classes)

    return Covariate(
        key=name,
        label=name,
        kind=kind,
        values=tuple(text.tolist()),
        n_known=int(known.sum()),
        n_levels=len(levels),
        levels=tuple(
            LevelCounts(
                level=level,
                training=by_class(text == level, "train"),
                test=by_class(text == level, "test"),
            )
            for level in levels[:MAX_LEVELS]
        )
        if kind == "category"
        else (),
        known_training=by_class(known, "train"),
        known_test=by_class(known, "test"),
        only_test=tuple(v for v in levels if v not in trained)[:MAX_LEVELS]
        if kind == "category"
        else (),
    )


N_SAID = 4  # associations that the sentence names; the table has all


def _said(raised: list[Association], otherwise: str) -> Statement:
    """Say which associations count, the first few with their numbers, or that none does."""
    if not raised:
        return say(otherwise)
    values: dict[str, Given] = {}
    parts = []
    for k, a in enumerate(raised[:N_SAID]):
        subject = f"{a.label} being unknown" if a.missing else a.label
        names = {"subject": subject, "target": _target(a)}
        values |= {f"{name}{k}": (text, "text", None) for name, text in names.items()}
        values[f"size{k}"] = (a.value or 0.0, "decimal", f"associations[{a.key}].value")
        values[f"p{k}"] = (a.p_adjusted or 0.0, "p_value", f"associations[{a.key}].p_adjusted")
        parts.append(
            f"{{subject{k}}} and {{target{k}}} ({a.measure} {{size{k}}}, adjusted p {{p{k}}})"
        )
    n_more = len(raised) - len(parts)
    if n_more:
        values["n_more"] = (n_more, "count", None)
        parts.append("{n_more} more")
    return say(f"Go together: {'; '.join(parts)}.", **values)


def _target(association: Association) -> str:
    """The target in words, with the samples where these are not all."""
    named = {"class": "class", "split": "part of the split"}.get(
        association.target, association.target
    )
    return f"{named} in training" if association.among == "training" else named
