"""All tables of a report, numbered in the order in which the page shows them."""

from dataclasses import replace

from pipeline.results import Results
from report.tables.data import classes, files, ledger
from report.tables.embeddings import embeddings
from report.tables.genes import genes
from report.tables.improvements import improvements
from report.tables.models import comparisons, misclassified, per_class, scores
from report.tables.provenance import packages, settings
from report.tables.record import Table


def build(results: Results) -> dict[str, Table]:
    """Build every table.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    dict of str to Table
        By key; numbers run from 1 in the order of the page.
    """
    ran = results.ran
    tables = [
        classes(results),
        ledger(results),
        files(results),
        embeddings(results),
        *(
            table
            for protocol in ran
            for table in (scores(results, protocol), per_class(results, protocol))
        ),
        *([comparisons(results)] if results.comparisons else []),
        misclassified(results),
        *([improvements(results)] if results.improvements else []),
        genes(results),
        packages(results),
        settings(results),
    ]
    return {
        table.key: replace(_without_empty_columns(table), number=number)
        for number, table in enumerate(tables, start=1)
    }


def _without_empty_columns(table: Table) -> Table:
    """Leave out columns that hold nothing in any row: meanings, descriptions not supplied."""
    if not table.rows:
        return table
    kept = [i for i in range(len(table.columns)) if any(row[i] for row in table.rows)]
    return replace(
        table,
        columns=tuple(table.columns[i] for i in kept),
        rows=tuple(tuple(row[i] for i in kept) for row in table.rows),
    )
