"""The table of published results beside the headline."""

from pipeline.records.published import PublishedResult
from pipeline.results import Results
from report import formats
from report.tables.record import Table, columns


def published(results: Results) -> Table | None:
    """Show published results with their protocols, the headline first.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    Table or None
        None where the study file names none.
    """
    if not results.published:
        return None
    primary = results.primary
    own = (
        "This report",
        results.model(primary.model).label,
        f"{formats.count(primary.n_predictions)} of {formats.count(primary.n_predictions)}",
        formats.count(primary.n_correct),
        results.protocol(primary.protocol).label,
    )
    return Table(
        key="published",
        caption="Published results on the same data, as the study file states them.",
        columns=columns("Source", "Method", "*Called", "*Right", "Protocol"),
        rows=(own, *(_row(results, record) for record in results.published)),
        note="Called: samples that the method did not decline; an accuracy among the called ones "
        "says nothing without their number. Right: of the called ones; a range is over several "
        "settings. Published results were chosen by their authors among those that they tried, and "
        "differ in more than the method.",
    )


def _row(results: Results, record: PublishedResult) -> tuple[str, ...]:
    """Write one result."""
    right = formats.count(record.n_right)
    if record.n_right_least is not None:
        right = f"{formats.count(record.n_right_least)} to {right}"
    said = f" (quoted in {record.quoted_in})" if record.quoted_in else ""
    same = record.same_split and record.n == results.data.n_test
    split = "Same split. " if same else "Other split than here. "
    return (
        f"{record.source}{said}",
        record.method,
        f"{formats.count(record.n_called)} of {formats.count(record.n)}",
        right,
        f"{split}{record.protocol}",
    )
