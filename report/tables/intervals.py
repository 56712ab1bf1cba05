"""Tables of the scores that a confusion matrix and probabilities give, with their intervals."""

from pipeline.records.models import Evaluation, Interval, Protocol
from pipeline.results import Results
from report import formats
from report.tables.record import Table, columns

NOMINAL = (
    " Nominal: fits that share nearly all samples made these predictions, which therefore depend "
    "on each other by an unknown amount; the interval may be too narrow."
)
"""What a note says of an interval that takes such predictions for independent."""

NOMINAL_TEST = (
    " Nominal: fits that share nearly all samples made the predictions, which therefore depend on "
    "each other by an unknown amount; p may be too small."
)
"""What a note says of a test that takes such predictions for independent."""


def intervals(results: Results, protocol: Protocol) -> Table | None:
    """Show balanced accuracy, F1, MCC and Brier score of every model, with intervals.

    Parameters
    ----------
    results : Results
        The results object.
    protocol : Protocol
        The protocol.

    Returns
    -------
    Table or None
        One row a model; None where the protocol allows no such interval.
    """
    scored = [e for e in results.of_protocol(protocol.key) if e.balanced_accuracy_interval]
    if not scored:
        return None
    two = len(results.data.classes) == 2
    methods = dict.fromkeys(
        interval.method for e in scored for _, interval in _shown(e, two=two) if interval
    )
    return Table(
        key=f"intervals-{protocol.key}",
        caption=f"{protocol.label}: 95 % intervals of the scores that are no proportions.",
        columns=columns(
            "Model",
            "*Balanced accuracy",
            *(f"*F1, {summary.label}" for summary in (results.data.classes if two else ())),
            "*F1, mean over classes",
            "*MCC",
            "*Brier score",
        ),
        rows=tuple(
            (
                results.model(e.model).label,
                *(_cell(value, interval) for value, interval in _shown(e, two=two)),
            )
            for e in scored
        ),
        note=f"In brackets the interval. Methods: {'; '.join(methods)}. {formats.UNDEFINED} where "
        "a score is undefined, or a model gives no probabilities.",
    )


def _shown(evaluation: Evaluation, *, two: bool) -> list[tuple[float | None, Interval | None]]:
    """The scores of a row and their intervals."""
    return [
        (evaluation.balanced_accuracy, evaluation.balanced_accuracy_interval),
        *((m.f1, m.f1_interval) for m in (evaluation.per_class if two else ())),
        (evaluation.macro.f1, evaluation.macro_f1_interval),
        (evaluation.mcc, evaluation.mcc_interval),
        (evaluation.brier, evaluation.brier_interval),
    ]


def _cell(value: float | None, interval: Interval | None) -> str:
    """Write a score with its interval in brackets."""
    if value is None or interval is None:
        return formats.decimal(value)
    return f"{formats.decimal(value)} ({formats.interval(interval)})"
