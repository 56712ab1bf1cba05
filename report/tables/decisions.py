"""Tables of decisions: abstention, thresholds, calibration."""

from pipeline.records.models import EXTREME, Abstention, Calibration, CoveragePoint
from pipeline.results import Results
from report import formats
from report.tables.intervals import NOMINAL
from report.tables.record import Table, columns

MAX_POINTS = 9  # rows of a coverage curve; its figure has every point


def abstentions(results: Results) -> Table | None:
    """Show calls and forced calls of the models that may decline.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    Table or None
        One row a model and protocol; None where no model may decline.
    """
    if not results.abstentions:
        return None
    return Table(
        key="abstentions",
        caption="Calls of the models that may decline, beside the forced calls of all samples.",
        columns=columns(
            "Model",
            "Protocol",
            "*Threshold",
            "*Called",
            "*Right of the called",
            "*95 % interval",
            "*Right if all are called",
            "*95 % interval",
            "Not called",
        ),
        rows=tuple(
            (
                results.model(record.model).label,
                results.protocol(record.protocol).label,
                formats.decimal(record.threshold),
                f"{record.n_called} of {record.n_samples}",
                f"{record.n_called_right} of {record.n_called}",
                formats.interval(record.called_interval)
                if record.called_interval
                else formats.UNDEFINED,
                f"{record.n_forced_right} of {record.n_samples}",
                formats.interval(record.forced_interval),
                formats.names(record.not_called),
            )
            for record in results.abstentions
        ),
        note="A sample is called where its strength reaches the threshold. The accuracy among the "
        "called is not that of the model on all samples."
        + (
            NOMINAL
            if any(results.protocol(r.protocol).nominal for r in results.abstentions)
            else ""
        ),
    )


def coverage(results: Results) -> Table | None:
    """Show the curves of coverage and accuracy at a few thresholds.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    Table or None
        One row a threshold; None where no model may decline.
    """
    if not results.abstentions:
        return None
    rows = []
    for record in results.abstentions:
        label = f"{results.model(record.model).label}, {results.protocol(record.protocol).label}"
        rows += [(label, *_point(record, point)) for point in _few(record.curve)]
    return Table(
        key="coverage",
        supplement=True,
        caption="Share of the samples that is called, and accuracy among them, by threshold.",
        columns=columns(
            "Model, protocol", "*Threshold", "*Called", "*Coverage", "*Right", "*Accuracy"
        ),
        rows=tuple(rows),
        note=f"Up to {formats.count(MAX_POINTS)} thresholds of each curve; results.json has all.",
        grouped=True,
    )


def _few(curve: tuple[CoveragePoint, ...]) -> list[CoveragePoint]:
    """Pick points evenly, first and last included."""
    last = len(curve) - 1
    n = min(MAX_POINTS, len(curve))
    return [curve[round(k * last / max(n - 1, 1))] for k in range(n)]


def _point(record: Abstention, point: CoveragePoint) -> tuple[str, ...]:
    """Write one point of a curve."""
    accuracy = point.n_right / point.n_called if point.n_called else None
    return (
        formats.decimal(point.threshold),
        f"{point.n_called} of {record.n_samples}",
        formats.percent(point.n_called / record.n_samples),
        formats.count(point.n_right),
        formats.decimal(accuracy),
    )


def thresholds(results: Results) -> Table | None:
    """Show what other thresholds would have done.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    Table or None
        One row a threshold, for the headline's model where several were moved; None where
        none was.
    """
    records = results.thresholds
    primary = [record for record in records if record.model == results.primary.model]
    if not records:
        return None
    shown = primary or records[:1]
    hidden = len(records) - len(shown)
    more = f" {formats.count(hidden)} more tables are in results.json." if hidden else ""
    return Table(
        key="thresholds",
        supplement=True,
        caption=f"What another threshold would have given, positive class "
        f"{results.data.positive_class}.",
        columns=columns(
            "Model, protocol", "*Threshold", "*Sensitivity", "*Specificity", "*Errors", "Remark"
        ),
        rows=tuple(
            (
                f"{results.model(r.model).label}, {results.protocol(r.protocol).label}",
                formats.decimal(point.threshold),
                formats.decimal(point.sensitivity),
                formats.decimal(point.specificity),
                formats.count(point.n_errors),
                "default" if point.is_default else "",
            )
            for r in shown
            for point in r.points
        ),
        note="Shown, never used to choose: every score of this report is at the default "
        f"threshold.{more}",
        grouped=True,
    )


def calibrations(results: Results) -> Table | None:
    """Show predicted probabilities against what was observed.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    Table or None
        One row a protocol and model; None where no model gives probabilities.
    """
    records = results.calibrations
    if not records:
        return None
    positive = results.data.positive_class
    reasons = dict.fromkeys(record.no_curve for record in records if record.no_curve)
    why = f" Not every model has a curve: {formats.joined(reasons)}." if reasons else ""
    return Table(
        key="calibrations",
        caption=f"Mean predicted probability of {positive} against its observed share.",
        columns=columns(
            "Protocol",
            "Model",
            "*Samples",
            "*Mean predicted",
            "*Observed",
            "*Slope",
            "*95 % interval",
            "*Intercept",
            "*95 % interval",
            "*Near 0 or 1",
        ),
        rows=tuple(
            (
                results.protocol(record.protocol).label,
                results.model(record.model).label,
                formats.count(record.n),
                formats.decimal(record.mean_predicted),
                formats.decimal(record.observed),
                formats.decimal(record.slope),
                _limits(record.slope_low, record.slope_high),
                formats.decimal(record.intercept),
                _limits(record.intercept_low, record.intercept_high),
                f"{formats.count(record.n_extreme)} of {formats.count(record.n_predictions)}",
            )
            for record in records
        ),
        note="A mean above the observed share says that the probabilities are too high on the "
        "whole. Slope and intercept: of the log odds of what happened on those predicted; the "
        "perfect slope is one, the perfect intercept none. A slope below one says that the "
        "probabilities are too far from one half, above one that they are not far enough. "
        f"Intervals: profile likelihood.{_without(records)} Near 0 or 1: within "
        f"{formats.number(EXTREME)} of it.{_repeats(records)}{why}",
        grouped=True,
    )


def _limits(low: float | None, high: float | None) -> str:
    """Write limits of which one may be infinite."""
    if low is None and high is None:
        return ""
    below = f"{formats.MINUS}∞" if low is None else formats.decimal(low)
    return f"{below} to {'∞' if high is None else formats.decimal(high)}"


def _without(records: tuple[Calibration, ...]) -> str:
    """Say why a model has no slope."""
    reasons = dict.fromkeys(record.no_slope for record in records if record.no_slope)
    infinite = any(r.slope is None and not r.no_slope for r in records)
    said = [f"where {reason}" for reason in reasons]
    said += ["where it would be infinite, the classes being separated"] if infinite else []
    return f" {formats.UNDEFINED} {', '.join(said)}." if said else ""


def _repeats(records: tuple[Calibration, ...]) -> str:
    """Say what is counted under resampling."""
    if all(record.n_predictions == record.n for record in records):
        return ""
    return (
        " Under resampling the predictions of all repeats count, none averaged with others, each "
        "as one over the number of repeats where samples are counted."
    )
