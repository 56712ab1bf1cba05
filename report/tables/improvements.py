"""The table of what the recommended changes did."""

from collections.abc import Iterable
from dataclasses import replace

from pipeline.records.models import Improvement
from pipeline.results import Results
from report import formats
from report.selection import in_full
from report.tables.intervals import NOMINAL_TEST
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
    records = tuple(records)
    nominal = any(results.protocol(record.protocol).nominal for record in records)
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
            "*p",
            "Test",
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
                record.test or "",
            )
            for record in records
        ),
        note="Each change by itself, its p not adjusted. Where each sample was held out once, the "
        "test is McNemar’s on the held-out samples; under resampling the same sample counts in "
        "every repeat, and the test is one of the folds’ accuracies, corrected for the samples "
        f"that folds share.{NOMINAL_TEST if nominal else ''}{more}",
    )
