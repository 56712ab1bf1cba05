"""The table that says how far to believe each embedding."""

from pipeline.records.data import Embedding
from pipeline.results import Results
from report import formats
from report.tables.record import Table, columns


def embeddings(results: Results) -> Table:
    """Show how far to believe each embedding.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    Table
        One row an embedding.
    """
    rows = []
    for record in results.embeddings:
        ratios = record.explained_variance_ratio
        rows.append(
            (
                record.label,
                record.fitted_on,
                formats.percent(sum(ratios[:2])) if ratios else formats.UNDEFINED,
                formats.decimal(record.trustworthiness),
                formats.decimal(record.silhouette),
                _others(record),
            )
        )
    return Table(
        key="embeddings",
        caption="How far to believe each embedding.",
        columns=columns(
            "Embedding",
            "Fitted on",
            "*Variance in two axes",
            "*Trustworthiness",
            "*Silhouette by class",
            "*From other seeds",
        ),
        rows=tuple(rows),
        note="Trustworthiness: 1 where all neighbours in the plane are neighbours among the "
        "preprocessed values. Silhouette: from −1 to 1; near 0 the classes overlap in the plane.",
    )


def _others(record: Embedding) -> str:
    """The silhouettes that other seeds gave."""
    found = [start.silhouette for start in record.starts]
    if not found:
        return formats.UNDEFINED
    return f"{formats.decimal(min(found))} to {formats.decimal(max(found))}"
