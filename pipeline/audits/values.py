"""The values: what is missing, negative, saturated, or on another scale in the test set."""

import numpy as np
from numpy.typing import NDArray

from pipeline.audits.statements import Given, say, unless
from pipeline.config import Config
from pipeline.dataset import Dataset
from pipeline.preprocess import RECIPES
from pipeline.records.audit import Scales, Values
from pipeline.records.base import Statement

PILE = 0.001  # share of the values from which they pile up at a limit
PILE_MIN = 10  # fewer equal values are a coincidence
MOST_BELOW = 0.5  # share below the floor from which most of the matrix is noise

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
LARGEST_SHIFT = 0.25  # a quarter of the range that holds 90 % of the training values
LARGEST_RATIO = 2.0


def missing(dataset: Dataset) -> Values:
    """Count missing values; the readers refuse them, and this says so.

    Parameters
    ----------
    dataset : Dataset
        The data.

    Returns
    -------
    Values
        Their number.
    """
    return _values(
        "missing",
        "Missing values",
        dataset,
        np.isnan(dataset.X),
        "{n} of {n_values} values are missing; a file with an empty field is refused.",
        least=0.0,
    )


def negative(dataset: Dataset, config: Config) -> Values:
    """Count negative values.

    Parameters
    ----------
    dataset : Dataset
        The data.
    config : Config
        The preprocessing.

    Returns
    -------
    Values
        Their number; raised only where the recipe takes logarithms, which they have not.
    """
    takes_logarithms = "log10" in RECIPES[config.preprocess.recipe]
    template = "{n} of {n_values} values are negative ({share})" + (
        "." if takes_logarithms else "; the recipe takes no logarithm of them."
    )
    least = 0.0 if takes_logarithms else 1.0  # no share is more than all
    return _values("negative", "Negative values", dataset, dataset.X < 0, template, least=least)


def at_maximum(dataset: Dataset) -> Values:
    """Count values that are equal to the largest: a scanner or a program has cut them there.

    Parameters
    ----------
    dataset : Dataset
        The data.

    Returns
    -------
    Values
        Their number.
    """
    largest = float(dataset.X.max())
    return _values(
        "at_maximum",
        "Saturation: values equal to the largest",
        dataset,
        np.equal(dataset.X, largest),
        "{n} of {n_values} values are equal to the largest, {limit}.",
        least=PILE,
        limit=largest,
    )


def above_ceiling(dataset: Dataset, config: Config) -> Values:
    """Count values above the ceiling of the preprocessing.

    Parameters
    ----------
    dataset : Dataset
        The data.
    config : Config
        The preprocessing.

    Returns
    -------
    Values
        Their number; not run where the recipe has no ceiling.
    """
    limit = config.preprocess.ceiling
    return _values(
        "above_ceiling",
        "Saturation: values above the ceiling of the preprocessing",
        dataset,
        np.greater(dataset.X, limit),
        "{n} of {n_values} values are above {limit} ({share}) and are lowered to it.",
        least=PILE,
        limit=limit,
        not_run=_unclipped(config),
    )


def below_floor(dataset: Dataset, config: Config) -> Values:
    """Count values below the floor of the preprocessing.

    Parameters
    ----------
    dataset : Dataset
        The data.
    config : Config
        The preprocessing.

    Returns
    -------
    Values
        Their number; not run where the recipe has no floor.
    """
    limit = config.preprocess.floor
    return _values(
        "below_floor",
        "Values below the floor of the preprocessing",
        dataset,
        np.less(dataset.X, limit),
        "{n} of {n_values} values are below {limit} ({share}) and are raised to it.",
        least=MOST_BELOW,
        limit=limit,
        not_run=_unclipped(config),
    )


def scales(dataset: Dataset) -> Scales:
    """Compare the values of the training and the test samples.

    Parameters
    ----------
    dataset : Dataset
        The data.

    Returns
    -------
    Scales
        Quantiles of both; raised where one is shifted or spread out against the other.
    """
    parts = [dataset.X[dataset.train], dataset.X[dataset.test]]
    training, test = (
        tuple(np.quantile(part, QUANTILES).tolist()) if part.size else () for part in parts
    )
    shift, ratio = None, None
    width = training[-1] - training[0]
    if test and width > 0:
        shift = (test[2] - training[2]) / width
        ratio = (test[-1] - test[0]) / width
    is_raised = shift is not None and (
        abs(shift) > LARGEST_SHIFT or not 1 / LARGEST_RATIO <= (ratio or 0.0) <= LARGEST_RATIO
    )
    not_run = None if test else "there are no test samples"
    return Scales(
        key="scales",
        subject="Training and test samples on different scales",
        is_raised=is_raised,
        statement=unless(not_run, _compared(training, test, ratio)),
        not_run=not_run,
        quantiles=QUANTILES,
        training=training,
        test=test,
        shift=shift,
        spread_ratio=ratio,
        largest_shift=LARGEST_SHIFT,
        largest_ratio=LARGEST_RATIO,
    )


def _compared(
    training: tuple[float, ...], test: tuple[float, ...], ratio: float | None
) -> Statement:
    """Say how the two parts compare."""
    if ratio is None:
        return say("The training values do not spread: nothing can be compared with them.")
    return say(
        "Median {training} in the training and {test} in the test samples; the middle {middle} of "
        "the test values spread {ratio} times as far.",
        training=(training[2], "measure", None),
        test=(test[2], "measure", None),
        middle=(QUANTILES[-1] - QUANTILES[0], "percent", None),
        ratio=(ratio, "decimal", "scales.spread_ratio"),
    )


def _unclipped(config: Config) -> str | None:
    """Why floor and ceiling do not matter; None where they do."""
    return None if "clip" in RECIPES[config.preprocess.recipe] else "the recipe has no such limit"


def _values(
    key: str,
    subject: str,
    dataset: Dataset,
    found: NDArray[np.bool_],
    template: str,
    *,
    least: float,
    limit: float | None = None,
    not_run: str | None = None,
) -> Values:
    """Record values of one kind; raised where their share is more than `least`."""
    n, n_values = int(found.sum()), int(found.size)
    share = n / n_values
    values: dict[str, Given] = {
        "n": (n, "count", f"{key}.n"),
        "n_values": (n_values, "count", f"{key}.n_values"),
        "share": (share, "percent", f"{key}.share"),
        "limit": (limit or 0.0, "measure", f"{key}.limit"),
    }
    enough = n >= PILE_MIN if least else n > 0
    return Values(
        key=key,
        subject=subject,
        is_raised=not_run is None and enough and share > least,
        statement=unless(
            not_run, say(template, **{k: v for k, v in values.items() if f"{{{k}}}" in template})
        ),
        not_run=not_run,
        n=n,
        n_values=n_values,
        share=share,
        limit=limit,
    )
