"""What the values are, told from their numbers, and whether the recipe fits them.

Three questions. Are the values what the recipe and the unit expect; were training and test values
made in one way; were genes standardised over samples that are later held out? Where the numbers
leave no doubt the study is refused before anything is computed, unless `preprocess.insist` says
that the values are meant as they are; where they leave some, the gravest caveat is raised.

============================================ ======================= ==========================
values                                       recipe or unit          told by
============================================ ======================= ==========================
linear (0.35 to 35 535), counts              logarithms expected     many values above 64
small counts                                 logarithms expected     all whole
linear and small                             logarithms expected     far longer above the median
log ratios, z-scores                         takes logarithms        negative, none above 64
logarithms                                   takes logarithms        none above 64, not skewed
anything                                     raises all to the floor none above the floor
============================================ ======================= ==========================
"""

import re
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pipeline.audits.statements import Given, say, unless
from pipeline.config import Config
from pipeline.dataset import Dataset
from pipeline.errors import DataError
from pipeline.preprocess import RECIPES
from pipeline.records.base import Statement
from pipeline.records.recognised import Kind, Parts, Recognised, Standardised

LOG_LIMIT = 64.0
"""Largest logarithm: 2 to the power of 64 is one more than the largest whole number that programs
count to. Scanners end at 2 to 16, mass spectrometers near 2 to 40."""

SURE_ABOVE = 0.001  # share above it; fewer may be a code for a missing value
WHOLE = 0.999  # share of whole numbers from which they are counts
ALL_WHOLE = 2.0**52  # from here on double precision knows whole numbers only
MANY_VALUES = 10  # fewer different whole numbers may be levels, such as copy numbers
# A normal distribution has 1, a log-normal one with a standard deviation of 1 (base e) about 10;
# logarithms of counts + 1 stay below 5 where half the genes are near 0.
SKEWED, SYMMETRIC = 20.0, 5.0
FEWEST_POSITIVE = 100  # fewer have no first percentile
NEGATIVE = 0.01  # share; average differences are negative too, but then most exceed 64
CENTRED = 0.4  # share of negative values; 0.29 of the first Affymetrix study, 0.5 about a mean

PILE, PILE_MIN = 0.01, 10  # share and number of equal values that a floor leaves
SCALE_RATIO = 10.0  # between the 99th percentiles of linear values and logarithms
FACTOR = 3.0  # 2 is a deeper sequencing run, 3.3 another base of the logarithm
FEWEST_GENES = 20

TOLERANCE = 0.02  # two decimals in the file
LEAST = 0.95

_LOGARITHM = re.compile(r"\blog|\bln\b", re.IGNORECASE)

Side = Literal["training", "test"]


@dataclass(frozen=True)
class _Numbers:
    """What decides."""

    minimum: float
    maximum: float
    n_values: int
    n_above: int
    negative_share: float
    whole_share: float
    n_different: int
    skewness: float | None


def refuse(dataset: Dataset, config: Config) -> None:
    """Refuse values that the recipe is certainly not meant for, unless the study insists.

    Parameters
    ----------
    dataset : Dataset
        The data as read.
    config : Config
        Recipe, its constants, and whether the study insists.

    Raises
    ------
    DataError
        If training and test values are on different scales, or the recipe does not fit them and
        the numbers leave no doubt; the message names them, and what to set.
    """
    if config.preprocess.insist:
        return
    other = parts(dataset, config)
    if other.kind == "scale":
        raise DataError(f"{_scale_said(dataset)}; {_SCALE_REMEDY}; {_INSIST}")
    found = recognised(dataset, config)
    if found.is_sure and found.kind:
        raise DataError(
            f'recipe = "{found.recipe}": {_EXPECTED[found.kind]}, found '
            f"{_evidence(found, config)}; {_REMEDIES[found.kind]}; {_INSIST}"
        )


_INSIST = "preprocess.insist = true computes with the values as they are"
_SCALE_REMEDY = "bring both to one scale"
_TO_LOGARITHMS = (
    'take logarithms first, or set recipe = "standard", "all_genes" or "unlogged" with a floor '
    'and ceiling that fit, or "raw"'
)
_EXPECTED: dict[Kind, str] = {
    "linear": "expected logarithms",
    "counts": "expected logarithms",
    "logarithms": "expected linear values, whose logarithms it takes",
    "centred": "expected linear values",
    "below floor": "expected values above the floor",
}
_REMEDIES: dict[Kind, str] = {
    "linear": _TO_LOGARITHMS,
    "counts": _TO_LOGARITHMS,
    "logarithms": 'for values that are logarithms already set recipe = "logged"',
    "centred": 'for log ratios and standardised values set recipe = "logged" or "raw"',
    "below floor": 'for values that are logarithms already set recipe = "logged", for small '
    "linear ones a lower floor",
}


def _evidence(found: Recognised, config: Config) -> str:
    """The numbers that decided, for an error message."""
    spread = f"values from {found.minimum:g} to {found.maximum:g}"
    if found.kind == "below floor":
        return f"{spread}, all raised to the floor {config.preprocess.floor:g}"
    if found.kind == "centred":
        return f"{spread}, {100 * found.negative_share:.1f} % of them negative"
    kind = "whole numbers, as counts are: " if found.kind == "counts" else ""
    return (
        f"{kind}{spread}, {found.n_above} of {found.n_values} above {found.log_limit:g}, which "
        "logarithms do not reach"
    )


def recognised(dataset: Dataset, config: Config) -> Recognised:
    """Hold the values against the recipe and the unit.

    Parameters
    ----------
    dataset : Dataset
        The data.
    config : Config
        Recipe and constants.

    Returns
    -------
    Recognised
        Raised where the values look like something else.
    """
    section, numbers = config.preprocess, _numbers(dataset.X)
    steps = RECIPES[section.recipe]
    kind: Kind | None
    if "clip" in steps and numbers.maximum <= section.floor:
        kind, is_sure = "below floor", True
    elif "log10" in steps:
        kind, is_sure = _not_linear(numbers)
    elif section.recipe in ("logged", "logged_arrays") or _LOGARITHM.search(dataset.unit):
        kind, is_sure = _not_logarithms(numbers)
        is_sure = is_sure and section.recipe in ("logged", "logged_arrays")
    else:
        kind, is_sure = None, False
    if kind is None and "log10" in steps and _LOGARITHM.search(dataset.unit):
        kind = _not_logarithms(numbers)[0]  # the unit is wrong, and the recipe right
    found = Recognised(
        key="recognised",
        subject="Values that the recipe or the unit does not fit",
        is_raised=kind is not None,
        statement=say(""),
        not_run=None,
        kind=kind,
        is_sure=is_sure,
        insisted=section.insist,
        recipe=section.recipe,
        n_values=numbers.n_values,
        minimum=numbers.minimum,
        maximum=numbers.maximum,
        log_limit=LOG_LIMIT,
        n_above=numbers.n_above,
        negative_share=numbers.negative_share,
        whole_share=numbers.whole_share,
        skewness=numbers.skewness,
    )
    return found.model_copy(update={"statement": _said(found, dataset.unit)})


Judged = tuple[Kind | None, bool]
"""What the values look like, and whether that is sure."""


def _not_logarithms(numbers: _Numbers) -> Judged:
    """What values look like that should be logarithms; None where they can be."""
    counts = numbers.whole_share >= WHOLE and numbers.minimum >= 0
    if numbers.maximum > LOG_LIMIT:
        kind: Kind = "counts" if counts else "linear"
        return kind, numbers.n_above >= max(1.0, SURE_ABOVE * numbers.n_values)
    if counts and numbers.n_different > MANY_VALUES:
        return "counts", False
    skewed = numbers.skewness is not None and numbers.skewness > SKEWED
    return ("linear" if skewed and numbers.minimum >= 0 else None), False


def _not_linear(numbers: _Numbers) -> Judged:
    """What values look like whose logarithms are to be taken; None where they can be linear."""
    if max(numbers.maximum, -numbers.minimum) > LOG_LIMIT:
        return ("centred" if numbers.negative_share > CENTRED else None), False
    if numbers.negative_share > NEGATIVE:
        return "centred", True
    symmetric = numbers.skewness is not None and numbers.skewness < SYMMETRIC
    return ("logarithms" if symmetric and numbers.whole_share < WHOLE else None), False


def _numbers(X: NDArray[np.float64]) -> _Numbers:
    """Count what decides."""
    is_whole = np.equal(X, np.rint(X)) & (np.abs(X) < ALL_WHOLE)
    positive, skewness = X[X > 0], None
    if positive.size >= FEWEST_POSITIVE:
        low, middle, high = np.quantile(positive, (0.01, 0.5, 0.99))
        skewness = float((high - middle) / (middle - low)) if middle > low else None
    return _Numbers(
        minimum=float(X.min()),
        maximum=float(X.max()),
        n_values=int(X.size),
        n_above=int((X > LOG_LIMIT).sum()),
        negative_share=float((X < 0).mean()),
        whole_share=float(is_whole.mean()),
        n_different=len(np.unique(X)),
        skewness=skewness if skewness is None or np.isfinite(skewness) else None,
    )


_LOOKS: dict[Kind, str] = {
    "linear": "look linear, where logarithms are expected: {n_above} of {n_values} are above "
    "{log_limit}, which logarithms do not reach",
    "counts": "look like counts, where logarithms are expected: {whole_share} are whole numbers, "
    "and {n_above} of {n_values} are above {log_limit}, which logarithms do not reach",
    "logarithms": "look like logarithms, whose logarithms the recipe takes again: none is above "
    "{log_limit}, and they spread as far below their median as above",
    "centred": "look like log ratios or standardised values, whose logarithms the recipe takes: "
    "{negative_share} are negative, and none is above {log_limit}",
    "below floor": "are all raised to the floor, so that nothing is left of them",
}
_CENTRED = (
    "look like differences or standardised values, whose logarithms the recipe takes: "
    "{negative_share} are negative"
)
_SKEWED = (
    "look linear, where logarithms are expected: the 99th percentile is {skewness} times as far "
    "from the median as the first"
)


def _said(found: Recognised, unit: str) -> Statement:
    """Say what the values look like, with the numbers that decided."""
    template = 'The values ({unit}; recipe "{recipe}") run from {minimum} to {maximum}'
    given: dict[str, Given] = {
        "unit": (unit, "text", None),
        "recipe": (found.recipe, "text", "recognised.recipe"),
        "minimum": (found.minimum, "measure", "recognised.minimum"),
        "maximum": (found.maximum, "measure", "recognised.maximum"),
        "n_above": (found.n_above, "count", "recognised.n_above"),
        "n_values": (found.n_values, "count", "recognised.n_values"),
        "log_limit": (found.log_limit, "number", "recognised.log_limit"),
        "whole_share": (found.whole_share, "percent", "recognised.whole_share"),
        "negative_share": (found.negative_share, "percent", "recognised.negative_share"),
        "skewness": (found.skewness or 0.0, "number", None),
    }
    if found.kind is None:
        template += ", as the recipe expects."
    else:
        skewed = found.kind == "linear" and found.maximum <= found.log_limit
        large = found.kind == "centred" and found.maximum > found.log_limit
        looks = _CENTRED if large else _SKEWED if skewed else _LOOKS[found.kind]
        template += f" and {looks}."
        if found.is_sure and found.insisted:
            template += " The study insists on them (preprocess.insist)."
    return say(template, **{k: v for k, v in given.items() if f"{{{k}}}" in template})


def parts(dataset: Dataset, config: Config) -> Parts:
    """Look whether training and test values were made in one way.

    Parameters
    ----------
    dataset : Dataset
        The data.
    config : Config
        Recipe and constants.

    Returns
    -------
    Parts
        Raised where one part was cut at a limit and the other not, or their scales differ.
    """
    training, test = dataset.X[dataset.train], dataset.X[dataset.test]
    found = Parts(
        key="parts",
        subject="Training and test values made in different ways",
        is_raised=False,
        statement=say("No sign that one part was cut at a limit, or is logarithms of the other."),
        not_run=None,
        kind=None,
        limited=None,
        limit=None,
        n_at_limit=0,
        n_beyond=0,
        hidden=False,
        factor=None,
    )
    if not test.size:
        reason = "there are no test samples"
        return found.model_copy(
            update={"not_run": reason, "statement": unless(reason, found.statement)}
        )
    factor = _factor(training, test)
    if _scales_differ(training, test):
        raised: dict[str, object] = {"kind": "scale", "statement": say(f"{_scale_said(dataset)}.")}
    else:
        raised = _cut(training, test, config) or {}
        if not raised and factor is not None:
            raised = {"kind": "factor", "factor": factor, "statement": _factor_said(factor)}
    return found.model_copy(update={**raised, "is_raised": bool(raised)})


def _scales_differ(training: NDArray[np.float64], test: NDArray[np.float64]) -> bool:
    """Whether one part can hold logarithms only, and the other is linear."""
    low, high = sorted((training, test), key=lambda X: float(np.abs(X).max()))
    above = float((high > LOG_LIMIT).mean())
    ratio = float(np.quantile(np.abs(high), 0.99)) / max(
        float(np.quantile(np.abs(low), 0.99)), np.finfo(np.float64).tiny
    )
    return float(np.abs(low).max()) <= LOG_LIMIT and above >= PILE and ratio >= SCALE_RATIO


def _scale_said(dataset: Dataset) -> str:
    """Where the two parts lie."""
    training, test = dataset.X[dataset.train], dataset.X[dataset.test]
    return (
        "training and test values are on different scales, one of logarithms and one not: "
        f"training from {training.min():g} to {training.max():g}, "
        f"test from {test.min():g} to {test.max():g}"
    )


def _cut(
    training: NDArray[np.float64], test: NDArray[np.float64], config: Config
) -> dict[str, object] | None:
    """A floor or ceiling that one part was cut at and the other not."""
    section, cuts = config.preprocess, "clip" in RECIPES[config.preprocess.recipe]
    pairs: tuple[tuple[Side, NDArray[np.float64], NDArray[np.float64]], ...] = (
        ("training", training, test),
        ("test", test, training),
    )
    for kind in ("floor", "ceiling"):
        sign = 1.0 if kind == "floor" else -1.0
        for side, own, other in pairs:
            limit = float((sign * own).min()) * sign
            n_at = int(np.equal(own, limit).sum())
            n_beyond = int((sign * other < sign * limit).sum())
            if n_at < max(PILE_MIN, PILE * own.size):
                continue
            if n_beyond < max(PILE_MIN, PILE * other.size):
                continue
            hidden = cuts and (limit <= section.floor if sign > 0 else limit >= section.ceiling)
            template = (
                "{n_at_limit} of the {side} values are equal to the {end} of them, {limit}, and "
                "{n_beyond} of the {others} are {beyond}: one part was cut there, the other not."
            )
            if hidden:
                template += " The recipe cuts both there or before, so that models do not see it."
            given: dict[str, Given] = {
                "n_at_limit": (n_at, "count", "parts.n_at_limit"),
                "side": (side, "text", "parts.limited"),
                "end": ("least" if sign > 0 else "largest", "text", None),
                "limit": (limit, "measure", "parts.limit"),
                "n_beyond": (n_beyond, "count", "parts.n_beyond"),
                "others": ("test" if side == "training" else "training", "text", None),
                "beyond": ("below" if sign > 0 else "above", "text", None),
            }
            return {
                "kind": kind,
                "limited": side,
                "limit": limit,
                "n_at_limit": n_at,
                "n_beyond": n_beyond,
                "hidden": hidden,
                "statement": say(template, **given),
            }
    return None


def _factor(training: NDArray[np.float64], test: NDArray[np.float64]) -> float | None:
    """By how much the test values of nearly every gene are larger; None where they are not."""
    first, second = training.mean(axis=0), test.mean(axis=0)
    positive = (first > 0) & (second > 0)
    if positive.sum() < max(FEWEST_GENES, positive.size / 2):
        return None
    ratios = np.log10(second[positive]) - np.log10(first[positive])
    low, middle, high = np.quantile(ratios, (0.25, 0.5, 0.75))
    if abs(middle) < np.log10(FACTOR) or high - low > abs(middle) / 2:
        return None
    return float(10**middle) if abs(middle) < 300 else None  # no number is larger


def _factor_said(factor: float) -> Statement:
    """Say the factor."""
    return say(
        "The mean of the middle gene is {factor} times as large in the test samples as in the "
        "training samples, and that of most genes nearly so: the parts have different scales.",
        factor=(factor, "measure", "parts.factor"),
    )


def standardised(dataset: Dataset) -> Standardised:
    """Look whether the values were standardised before they were supplied.

    Parameters
    ----------
    dataset : Dataset
        The data.

    Returns
    -------
    Standardised
        Raised where genes were, over all samples: those that are held out later had a part in
        it. That each array was standardised alone is said only.
    """
    gene_share, array_share = _share(dataset.X), _share(dataset.X.T)
    by_gene, by_array = gene_share >= LEAST, array_share >= LEAST
    template = "{gene_share} of the genes have mean 0 and standard deviation 1 over all samples"
    template += ", and {array_share} of the arrays over their genes"
    if by_gene:
        template += ": genes were standardised with the samples that are held out here"
    elif by_array:
        template += ": each array was standardised alone"
    return Standardised(
        key="standardised",
        subject="Values that were standardised before",
        is_raised=by_gene,
        statement=say(
            f"{template}.",
            gene_share=(gene_share, "percent", "standardised.gene_share"),
            array_share=(array_share, "percent", "standardised.array_share"),
        ),
        not_run=None,
        gene_share=gene_share,
        array_share=array_share,
        tolerance=TOLERANCE,
        least=LEAST,
    )


def _share(X: NDArray[np.float64]) -> float:
    """Share of columns with mean 0 and standard deviation 1, with either divisor."""
    if len(X) < 3:
        return 0.0
    with np.errstate(over="ignore", invalid="ignore"):
        means, spreads = X.mean(axis=0), X.std(axis=0)
        other = spreads * np.sqrt(len(X) / (len(X) - 1))
        unit = np.minimum(np.abs(spreads - 1), np.abs(other - 1)) <= TOLERANCE
        return float(((np.abs(means) <= TOLERANCE) & unit).mean())
