"""Genes of a training and a test file, joined by name."""

from collections.abc import Sequence

from pipeline.dataset import GeneCounts
from pipeline.errors import DataError


def shared(
    train: Sequence[str], test: Sequence[str], *, names: tuple[str, str]
) -> tuple[tuple[list[int], list[int]], GeneCounts]:
    """Find the genes that both files have.

    Parameters
    ----------
    train, test : sequence of str
        Their genes.
    names : tuple of str
        Names of the two files, for the error message.

    Returns
    -------
    rows : tuple of two lists of int, each of length n_shared
        Rows of the shared genes in either file, in the order of the first.
    counts : GeneCounts
        How the two compare.

    Raises
    ------
    DataError
        If they share none.
    """
    row_of = {gene: row for row, gene in enumerate(test)}
    rows = [row for row, gene in enumerate(train) if gene in row_of]
    if not rows:
        raise DataError(
            f"{names[1]}: expected genes of {names[0]} such as {train[0]!r}, found none of them"
        )
    other = [row_of[train[row]] for row in rows]
    counts = GeneCounts(
        n_shared=len(rows),
        n_only_training=len(train) - len(rows),
        n_only_test=len(test) - len(rows),
        order_differs=other != sorted(other),
    )
    return (rows, other), counts
