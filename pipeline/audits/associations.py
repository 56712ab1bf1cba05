"""Everything known of the samples, held against class, split and principal components.

Each covariate, and each measure of the arrays, is held against the class (of all samples, and of
the training samples alone), the split and the first components; so is its being unknown, against
class and split.
"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pipeline.audits.strength import Strength, between, pooled
from pipeline.dataset import Dataset
from pipeline.records.audit import (
    Among,
    ArrayMetric,
    Association,
    Component,
    association_key,
)
from pipeline.significance import holm
from pipeline.unknown import known

DESIGN = ("class", "split")  # what the study set, against what the values show
MIN_NUMBERS = 8  # fewer different numbers are codes of categories
DATE_FORMATS = ("%Y-%m-%d", "%m/%d/%Y", "%d.%m.%Y")

Kind = Literal["category", "number", "date"]
Values = NDArray[np.str_] | NDArray[np.float64]


def associations(
    dataset: Dataset,
    metrics: tuple[ArrayMetric, ...],
    scores: NDArray[np.float64],
    components: tuple[Component, ...],
    *,
    seed: int,
    group: str | None = None,
) -> tuple[Association, ...]:
    """Hold everything known of the samples against class, split and components.

    Parameters
    ----------
    dataset : Dataset
        The data with their covariates.
    metrics : tuple of ArrayMetric
        Measures of the arrays; those that did not run are passed over.
    scores : ndarray of float, shape (n_samples, n_components)
        Values of the components.
    components : tuple of Component
        Their names.
    seed : int
        For random tables and permutations.
    group : str, optional
        The covariate whose groups are held out whole: a group, such as a patient, mostly has one
        class by its nature, and that it goes with the class is no confounding.

    Returns
    -------
    tuple of Association
        With p-values adjusted by Holm, once over class and split and once over components.
    """
    everyone = np.arange(len(dataset.y))
    targets: dict[str, Values] = {"class": dataset.y}
    if len(dataset.test):
        targets["split"] = dataset.partition
    axes: dict[str, Values] = {c.key: scores[:, k] for k, c in enumerate(components)}
    found: list[Association] = []

    def hold(
        subject: str,
        label: str,
        values: Values,
        against: dict[str, Values],
        *,
        missing: bool = False,
    ) -> None:
        for target, other in against.items():
            both = target == "class" and len(dataset.test) > 0
            for rows in (everyone, dataset.train) if both else (everyone,):
                among: Among = "all" if rows is everyone else "training"
                of = values[rows]
                if of.dtype.kind == "U" and subject != "class":
                    of = pooled(of.astype(np.str_))
                strength = between(of, other[rows], seed=seed)
                found.append(_record(subject, label, target, among, missing, strength))

    for name, text in columns(dataset):
        held = {k: v for k, v in targets.items() if name != group or k != "class"}
        hold(name, name, values_of(text)[1], held | axes)
        unknown = np.where(np.equal(text, ""), "unknown", "known")
        if len(np.unique(unknown)) > 1:
            hold(name, name, unknown, targets, missing=True)
    for metric in metrics:
        if not metric.not_run:
            hold(metric.key, metric.label, np.array(metric.values), targets | axes)
    hold("class", "class", dataset.y, axes)
    return _adjusted(found)


def columns(dataset: Dataset) -> Iterator[tuple[str, NDArray[np.str_]]]:
    """Give the covariates as texts.

    Parameters
    ----------
    dataset : Dataset
        The data with their covariates.

    Yields
    ------
    name : str
        What the report calls it, without square brackets: one would end a path.
    text : ndarray of str, shape (n_samples,)
        Its values, empty where unknown.
    """
    for column in dataset.covariates.columns:
        text = [known(str(value)) for value in dataset.covariates[column]]
        yield str(column).replace("[", "(").replace("]", ")"), np.array(text, dtype=np.str_)


def values_of(text: NDArray[np.str_]) -> tuple[Kind, Values]:
    """Read a covariate as numbers or days where all of it reads so, else leave it as it is.

    Parameters
    ----------
    text : ndarray of str, shape (n_samples,)
        Its values, empty where unknown.

    Returns
    -------
    kind : {"category", "number", "date"}
        What it was read as.
    values : ndarray of str or float, shape (n_samples,)
        Numbers, NaN where unknown; days are counted from the year 1.
    """
    known = sorted(set(text.tolist()) - {""})
    if len(known) >= MIN_NUMBERS:
        kinds: dict[Kind, dict[str, float] | None]
        kinds = {"number": _numbers(known), "date": _days(known)}
        for kind, numbers in kinds.items():
            if numbers:
                table = numbers | {"": float("nan")}
                return kind, np.array([table[value] for value in text.tolist()])
    return "category", text


def _numbers(known: list[str]) -> dict[str, float] | None:
    """The texts as finite numbers, or None."""
    try:
        numbers = {value: float(value) for value in known}
    except ValueError:
        return None
    return numbers if np.isfinite(list(numbers.values())).all() else None


def _days(known: list[str]) -> dict[str, float] | None:
    """The texts as days, all in one form, or None."""
    for form in DATE_FORMATS:
        try:
            return {value: float(_day(value, form).toordinal()) for value in known}
        except ValueError:
            continue
    return None


def _day(text: str, form: str) -> date:
    """A day without a clock."""
    return datetime.strptime(text, form).date()


def _record(
    subject: str, label: str, target: str, among: Among, missing: bool, strength: Strength
) -> Association:
    """Record an association; its p-value is adjusted when all are known."""
    return Association(
        key=association_key(subject, target, among=among, missing=missing),
        subject=subject,
        label=label,
        target=target,
        among=among,
        missing=missing,
        measure=strength.measure,
        test=strength.test,
        n=strength.n,
        value=strength.value,
        p_value=strength.p_value,
        p_adjusted=None,
        undefined=strength.undefined,
        corrected=strength.corrected,
        low=strength.low,
        high=strength.high,
    )


def _adjusted(found: list[Association]) -> tuple[Association, ...]:
    """Adjust the p-values for their number: those of class and split, those of components."""
    p_adjusted: dict[str, float] = {}
    for is_design in (True, False):
        tested = [a for a in found if (a.target in DESIGN) == is_design and a.p_value is not None]
        adjusted = holm([a.p_value for a in tested if a.p_value is not None])
        p_adjusted |= dict(zip((a.key for a in tested), adjusted, strict=True))
    return tuple(a.model_copy(update={"p_adjusted": p_adjusted.get(a.key)}) for a in found)
