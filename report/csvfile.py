"""Rows to a CSV file that any program reads, and that a spreadsheet does not run.

RFC 4180: a comma between cells, CRLF after each line, quotes where they are needed; UTF-8
without a mark at its start; numbers with a point and all their digits; an empty cell where
there is nothing.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence

from report.fonts import spell_controls

Cell = str | int | float | None

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", flags=re.ASCII)

# The list of OWASP's "CSV injection" page; the wide signs are the same to a Japanese Excel.
_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def csv_bytes(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Write rows as CSV.

    Parameters
    ----------
    columns : sequence of str
        Names of the columns: the first line.
    rows : iterable of sequence
        Cells of each row: text, numbers, or None for an empty cell.

    Returns
    -------
    bytes
        The content of the file. Control characters in text are spelled out; text that a
        spreadsheet would run as a formula has an apostrophe before it.

    Raises
    ------
    ValueError
        If a row has another number of cells than there are columns.
    """
    text = io.StringIO()
    writer = csv.writer(text)  # its defaults are RFC 4180
    writer.writerow(map(harmless, columns))
    for number, row in enumerate(rows, start=1):
        if len(row) != len(columns):
            raise ValueError(f"row {number}: expected {len(columns)} cells, found {len(row)}")
        writer.writerow([harmless(cell) if isinstance(cell, str) else cell for cell in row])
    return text.getvalue().encode()


def harmless(text: str) -> str:
    """Keep a spreadsheet from running a cell as a formula.

    Parameters
    ----------
    text : str
        Strangers' text.

    Returns
    -------
    str
        The same, control characters spelled out; with an apostrophe before it where it
        starts as a formula does and is not a number.
    """
    runs = text.startswith(_STARTS_FORMULA) and not _NUMBER.fullmatch(text)
    return f"'{spell_controls(text)}" if runs else spell_controls(text)
