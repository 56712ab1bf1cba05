"""All tables of a report, numbered in the order in which the page shows them."""

from dataclasses import replace
from itertools import count

from pipeline.results import Results
from report.selection import in_full
from report.tables import audit, claims
from report.tables.caveats import checks, suppressed
from report.tables.checklists import checklists
from report.tables.data import classes, files, ledger
from report.tables.decisions import (
    abstentions,
    calibrations,
    coverage,
    thresholds,
)
from report.tables.embeddings import embeddings
from report.tables.genes import genes, overlaps, stability
from report.tables.improvements import improvements
from report.tables.intervals import intervals
from report.tables.models import brief, comparisons, per_class, ranking, rates, scores
from report.tables.provenance import settings
from report.tables.published import published
from report.tables.record import Table
from report.tables.resampling import leaky_twin, learning_curves, permutations, variants
from report.tables.samples import samples
from report.tables.simpler import simpler
from report.tables.strata import strata


def build(results: Results) -> dict[str, Table]:
    """Build every table.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    dict of str to Table
        By key; numbers run from 1 in the order of the page, those of supplements by themselves.
    """
    full = in_full(results)
    tables = [
        *strata(results),
        classes(results),
        ledger(results),
        files(results),
        audit.checks(results),
        audit.duplicates(results),
        audit.covariates(results),
        audit.associations(results),
        audit.design(results),
        audit.metrics(results),
        audit.components(results),
        audit.single_arrays(results),
        embeddings(results),
        *(
            table
            for protocol in full
            for table in (
                scores(results, protocol),
                intervals(results, protocol),
                rates(results, protocol),
                ranking(results, protocol),
                per_class(results, protocol),
            )
        ),
        comparisons(results),
        simpler(results),
        published(results),
        brief(results),
        permutations(results),
        learning_curves(results),
        *variants(results),
        leaky_twin(results),
        samples(results),
        abstentions(results),
        coverage(results),
        thresholds(results),
        calibrations(results),
        *([improvements(results)] if results.improvements else []),
        *claims.tables(results),
        genes(results),
        stability(results),
        *([overlaps(results)] if results.genes.published else []),
        suppressed(results),
        checks(results),
        settings(results),
        *checklists(results),
    ]
    numbers = {supplement: count(1) for supplement in (False, True)}
    return {
        table.key: _numbered(table, next(numbers[table.supplement])) for table in tables if table
    }


def _numbered(table: Table, number: int) -> Table:
    """Give a table its number, and what paper shows in its place the same."""
    paper = _numbered(table.paper, number) if table.paper else None
    return replace(_without_empty_columns(table), number=number, paper=paper)


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
