"""What a table is: every cell is text, ready to be placed.

A table knows its caption and columns; which column is a number decides its alignment.
"""

from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter


@dataclass(frozen=True)
class Column:
    """A column's heading, and whether it holds numbers."""

    label: str
    numeric: bool = False


@dataclass(frozen=True)
class Table:
    """A table ready for the page; the first cell of each row names the row.

    Where a table is grouped, neighbouring rows of the same name form one group. `links` gives
    for each row the anchor that its last cell leads to, or None; it is empty where none leads
    anywhere. `paper` is what paper shows in the place of a table that is too large for it. A
    table whose numbers a figure shows, or that is a list of settings, is a supplement: it is not
    printed, and has a number of its own. The rows of one that is fixed are steps, or end in a
    sum: in another order they would say nothing.
    """

    key: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    grouped: bool = False
    supplement: bool = False
    links: tuple[str | None, ...] = ()
    paper: "Table | None" = None
    fixed: bool = False
    number: int = 0

    @property
    def label(self) -> str:
        """What the report calls it: "Table 3", "Table S1"."""
        return f"Table {'S' * self.supplement}{self.number}"

    @property
    def groups(self) -> list[list[tuple[str, ...]]]:
        """The rows by group; a table that is not grouped is one group."""
        if not self.grouped:
            return [list(self.rows)]
        return [list(rows) for _, rows in groupby(self.rows, key=itemgetter(0))]


def columns(*labels: str) -> tuple[Column, ...]:
    """Make columns from their headings.

    Parameters
    ----------
    *labels : str
        The headings; a star in front marks a column of numbers.

    Returns
    -------
    tuple of Column
        In the same order.
    """
    return tuple(Column(label.removeprefix("*"), label.startswith("*")) for label in labels)
