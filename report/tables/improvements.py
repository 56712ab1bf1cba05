"""The table of what the recommended changes did."""

from collections.abc import Iterable
from dataclasses import replace

from pipeline.records.models import Improvement
from pipeline.results import Results
from report import formats
from report.selection import in_full
from report.tables.record import Table, columns


def improvements(results: Results) -> Table:
    """Show what the recommended changes did.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    Table
        One row a change and protocol; on paper those of the protocols that are shown in full.
    """
    shown = [record for record in results.improvements if _in_full(results, record)]
    n_more = len(results.improvements) - len(shown)
    more = f" {formats.count(n_more)} more, of other protocols: results.json." if n_more else ""
    table = _table(results, results.improvements)
    return replace(table, paper=_table(results, shown, more=more) if shown else None)


def _in_full(results: Results, record: Improvement) -> bool:
    """Whether a change is judged where results are shown in full."""
    return record.protocol in {protocol.key for protocol in in_full(results)}


def _table(results: Results, records: Iterable[Improvement], *, more: str = "") -> Table:
    """Write a row for each change."""
    return Table(
        key="improvements",
        caption="What the recommended changes did, each beside the model that it changes.",
        columns=columns(
            "Change",
            "Protocol",
            "Model",
            "*Predictions changed",
            "*Accuracy before",
            "*Accuracy after",
            "*p (McNemar)",
        ),
        rows=tuple(
            (
                record.label,
                results.protocol(record.protocol).label,
                results.model(record.base).label,
                f"{formats.count(record.n_changed)} of {formats.count(record.n_predictions)}",
                formats.decimal(record.base_accuracy),
                formats.decimal(record.variant_accuracy),
                formats.p_value(record.p_value),
            )
            for record in records
        ),
        note="p: exact McNemar test on the held-out samples of a single split, each change by "
        "itself, not adjusted; under resampling the same sample counts in every repeat, and no "
        f"such test is made.{more}",
    )
