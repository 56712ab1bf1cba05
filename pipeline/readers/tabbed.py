"""What the Broad's formats RES and GCT share: tabs, no quoting, a header that counts.

Files that went through a spreadsheet come back with padding tabs, other line ends and quotes
around some fields; files that did not may hold a quote that is never closed. So a quote is a
character like any other, unless a whole field stands in quotes.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.errors import DataError
from pipeline.readers.csvfile import open_text, shown
from pipeline.readers.guesses import refuse_other_kinds

MOST_DIGITS = 18

Line = tuple[int, list[str]]
"""Number of a line, from 1, and its fields."""


@dataclass(frozen=True)
class Matrix:
    """One file of values.

    Attributes
    ----------
    name : str
        Name of the file.
    sample_ids, gene_ids, gene_descriptions : tuple of str
        Names of columns and rows.
    values : ndarray of float, shape (n_genes, n_samples)
        The values.
    calls : ndarray of str or None, shape (n_genes, n_samples)
        Detection calls, where the format has them.
    covariates : DataFrame of str, shape (n_samples, n_covariates)
        What the file says of its samples.
    """

    name: str
    sample_ids: tuple[str, ...]
    gene_ids: tuple[str, ...]
    gene_descriptions: tuple[str, ...]
    values: NDArray[np.float64]
    calls: NDArray[np.str_] | None
    covariates: pd.DataFrame


def lines(path: Path) -> Iterator[Line]:
    """Read lines as fields between tabs.

    Parameters
    ----------
    path : Path
        The file, gzipped where its name ends in `.gz`.

    Yields
    ------
    tuple of int and list of str
        Number of the line, and its fields without surrounding blanks; every line, blank or not.

    Raises
    ------
    DataError
        If the file cannot be read, is no UTF-8, or is empty.
    """
    number = 0
    try:
        refuse_other_kinds(path)
        with open_text(path, newline=None) as text:
            for number, line in enumerate(text, start=1):
                yield number, [_unquoted(field.strip()) for field in line.split("\t")]
    except FileNotFoundError as error:
        raise DataError(f"{path}: expected a data file, found none") from error
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        raise DataError(f"{path.name}: expected text in UTF-8, found: {error}") from error
    if number == 0:
        raise DataError(f"{path.name}: line 1: expected a header, found an empty file")


def next_line(of: Iterator[Line], file_name: str, *, what: str) -> Line:
    """Take the next line, which must be there and hold something.

    Parameters
    ----------
    of : iterator
        What `lines` gave.
    file_name : str
        The file.
    what : str
        What the line should hold, for the error message.

    Returns
    -------
    tuple of int and list of str
        Its number and fields, without empty ones at its end.

    Raises
    ------
    DataError
        If the file ends before, or the line is blank.
    """
    number, fields = next(of, (0, []))
    while fields and not fields[-1]:
        fields.pop()
    if not fields:
        where = f"line {number}: " if number else ""
        found = "a blank line" if number else "the end of the file"
        raise DataError(f"{file_name}: {where}expected {what}, found {found}")
    return number, fields


def counts(line: Line, n: int, file_name: str, *, what: str) -> list[int]:
    """Read a line of whole numbers.

    Parameters
    ----------
    line : tuple of int and list of str
        Number of the line, and its fields.
    n : int
        How many numbers it should hold.
    file_name : str
        The file.
    what : str
        What they count, for the error message.

    Returns
    -------
    list of int
        The numbers.

    Raises
    ------
    DataError
        If there are more or fewer, or one is no whole number.
    """
    number, fields = line
    found = [whole(field) for field in fields]
    if len(fields) != n or None in found:
        raise DataError(
            f"{file_name}: line {number}: expected {what}, found {shown(' '.join(fields).strip())}"
        )
    return [count for count in found if count is not None]


def whole(text: str) -> int | None:
    """Read a count.

    Parameters
    ----------
    text : str
        A field of a header.

    Returns
    -------
    int or None
        None where it is no whole number, or one of more than `MOST_DIGITS` digits, which counts
        nothing that a file can hold.
    """
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else None


def data_rows(of: Iterator[Line], width: int, file_name: str) -> Iterator[Line]:
    """Give the rows of values, each of the width of the header.

    Parameters
    ----------
    of : iterator
        What `lines` gave, after the header.
    width : int
        Fields that a row should have; empty ones after these are padding.
    file_name : str
        The file.

    Yields
    ------
    tuple of int and list of str
        Number of the line, and its fields; blank lines are passed over.

    Raises
    ------
    DataError
        If a row has more or fewer fields.
    """
    for number, fields in of:
        if not any(fields):
            continue
        if len(fields) < width or any(fields[width:]):
            raise DataError(
                f"{file_name}: line {number}: expected {width} fields, found {len(fields)}"
            )
        yield number, fields[:width]


def add_name(line_of: dict[str, int], name: str, line: int, *, what: str, file_name: str) -> None:
    """Take a name that may stand once; the message for a second one names both lines.

    Parameters
    ----------
    line_of : dict of str to int
        The line of each name so far; the name is added.
    name : str
        The name.
    line : int
        Its line.
    what : str
        What it names, in the singular.
    file_name : str
        The file.

    Raises
    ------
    DataError
        If it is empty, or was there before.
    """
    where = f"{file_name}: line {line}: "
    if not name:
        raise DataError(f"{where}expected a name for every {what}, found none")
    if name in line_of:
        raise DataError(
            f"{where}expected each {what} once, found {name!r} again, "
            f"which stands in line {line_of[name]}"
        )
    line_of[name] = line


def check_n_rows(n_rows: int, expected: int, counted_in: int, file_name: str) -> None:
    """Refuse a file with another number of rows than its header says.

    Parameters
    ----------
    n_rows : int
        Rows that are there.
    expected : int
        What the header says.
    counted_in : int
        The line of the header that says so.
    file_name : str
        The file.

    Raises
    ------
    DataError
        If the two differ, or there is no row.
    """
    if n_rows != expected or not n_rows:
        raise DataError(
            f"{file_name}: expected {expected} rows of genes as line {counted_in} says, "
            f"found {n_rows}"
        )


def _unquoted(field: str) -> str:
    """A field without the quotes that a spreadsheet put around the whole of it."""
    if len(field) > 1 and field[0] == field[-1] == '"':
        return field[1:-1].replace('""', '"').strip()
    return field
