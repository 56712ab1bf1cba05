"""The rule on probabilities: whether they come true as often as they say, if that can be told."""

from pipeline.records.base import Severity
from pipeline.records.models import Calibration
from pipeline.results import Results
from pipeline.rules.rule import (
    Term,
    Verdict,
    count,
    decimal,
    limit,
    not_applicable,
    passed,
    raised,
    rule,
    text,
    words,
)

# At least 100 samples of each class to judge a model's probabilities by (Collins, Ogundimu and
# Altman 2016, Statistics in Medicine 35, 214-226); for a curve 200 (Van Calster et al. 2019).
FEW_OF_CLASS = 100

PERFECT = limit(1, "count", "perfect")
"""The slope of probabilities that come true as often as they say."""


@rule(
    "SCORE-02",
    "samples",
    subject="Calibration of probabilities",
    title="Probabilities not known to be calibrated",
    why="A probability is only worth its name if it comes true as often as it says. A calibration "
    "slope below one says that probabilities are too far from one half, above one that they are "
    "not far enough.",
    action="Read the probabilities as scores, not as risks; calibrate on samples of their own.",
    references=("vancalster2019", "vandengoorbergh2022", "collins2024"),
)
def not_calibrated(results: Results) -> Verdict:
    """Raise SCORE-02: probabilities are off, or too few samples tell."""
    here = [c for c in results.calibrations if c.protocol == results.primary.protocol]
    if not here:
        return not_applicable("No model's probabilities were compared with what happened.")
    first = here[0]
    path = f"calibrations[{first.key}]"
    fewer = f"{path}.n_positive"
    if first.n_positive > first.n - first.n_positive:
        fewer = f"difference({path}.n, {path}.n_positive)"
    fitted = [c for c in here if c.slope_low is not None or c.slope_high is not None]
    off = [c for c in fitted if _is_off(c)]
    few = min(first.n_positive, first.n - first.n_positive) < FEW_OF_CLASS
    terms = (count("n", f"{path}.n"), count("n_fewer", fewer))
    if not (few or off):
        return passed(
            results,
            "{n} held-out samples, {n_fewer} of the rarer class; the 95 % interval of no model’s "
            "calibration slope leaves out {perfect}. Limit {limit}.",
            *terms,
            PERFECT,
            limit(FEW_OF_CLASS, "count"),
        )
    start = "{n} held-out samples, {n_fewer} of them of the rarer class, "
    start += (
        "are too few to tell how well calibrated probabilities are" if few else "were looked at"
    )
    told, more = _told(results, fitted, off, few=few)
    severity: Severity = "warning" if results.primary.model in {c.model for c in off} else "note"
    return raised(severity, results, start + told, *terms, *more)


def _told(
    results: Results, fitted: list[Calibration], off: list[Calibration], *, few: bool
) -> tuple[str, tuple[Term, ...]]:
    """Say whose slope is off, or how wide one is that is not."""
    if not fitted:
        return ", and no model’s probabilities have a calibration slope.", ()
    own = next((c for c in off or fitted if c.model == results.primary.model), (off or fitted)[0])
    said, limits = _slope(own)
    terms = (text("model", f"models[{own.model}].noun"), PERFECT, *limits)
    if not off:
        n_fitted = count("n_fitted", _number_of(fitted))
        return (
            ": the 95 % interval of the calibration slope holds {perfect} for each of {n_fitted} "
            f"models; that of {{model}} runs {said}.",
            (n_fitted, *terms),
        )
    names = words("names", " and ".join(results.model(c.model).noun for c in off))
    rest = len(fitted) - len(off)
    others = " For the others that cannot be told." if few and rest else ""
    start = (
        ", but enough to see that those of {names} are off" if few else ": those of {names} are off"
    )
    return (
        f"{start}. The 95 % interval of the calibration slope leaves out {{perfect}}; that of "
        f"{{model}} runs {said}.{others}",
        (names, *terms),
    )


def _slope(record: Calibration) -> tuple[str, tuple[Term, ...]]:
    """An interval of the slope, whose limits may be infinite."""
    path = f"calibrations[{record.key}]"
    low, high = (decimal(f"slope_{side}", f"{path}.slope_{side}") for side in ("low", "high"))
    if record.slope_high is None:
        return "from {slope_low} upwards", (low,)
    if record.slope_low is None:
        return "up to {slope_high}", (high,)
    return "from {slope_low} to {slope_high}", (low, high)


def _is_off(record: Calibration) -> bool:
    """Whether 1 lies outside the interval of the slope."""
    low, high = record.slope_low, record.slope_high
    return (low is not None and low > 1) or (high is not None and high < 1)


def _number_of(records: list[Calibration]) -> str:
    """The path of their number."""
    return f"count({', '.join(f'calibrations[{record.key}]' for record in records)})"
