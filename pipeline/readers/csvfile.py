"""Strict rows from a CSV or TSV file, gzipped or not: the part that all readers share.

A file is streamed row by row, so that a large matrix costs its numbers and not its text.
Every complaint names the file and the line.

A field never spans lines: a quote that one line opens and another closes would take the rows
between for one field. Each line is read by itself; where its quotes do not close, a quote
between tabs is a character like any other, and between commas the file is refused.
"""

import csv
import gzip
import zlib
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import TextIO, cast

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import DataError
from pipeline.readers.guesses import refuse_other_kinds, separator

# Some annotation fields are long; Python's own limit of 128 kB a field is not.
csv.field_size_limit(10_000_000)

LARGEST = 1e100  # the square of a larger value overflows
LONGEST = 80  # characters of a field in a message
_PLAIN = frozenset("0123456789+-.eE")
_NAMES = {",": "commas", "\t": "tabs"}


def rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Read rows of equal width; blank lines are passed over.

    R writes no name above the names of the rows: a header that is one field short of the first
    row gets an empty name in front.

    Parameters
    ----------
    path : Path
        A `.csv`, `.tsv` or `.txt` file, or one of these with `.gz` after it. Tabs
        separate the fields of `.tsv` and `.txt`, commas those of `.csv`.

    Yields
    ------
    line : int
        Number of the row's line in the file, from 1.
    fields : list of str
        The fields, without surrounding blanks.

    Raises
    ------
    DataError
        If the file cannot be read, is empty or of another kind, a quote is not closed in its
        line, or a row has more or fewer fields than the first.
    """
    name = path.name
    delimiter = "," if name.removesuffix(".gz").endswith(".csv") else "\t"
    lines = _lines(path, delimiter)
    header_line, header = next(lines, (0, []))
    if not header:
        raise DataError(f"{name}: expected a header line, found an empty file")
    other = separator(header) if len(header) == 1 else None
    if other:
        raise DataError(
            f"{name}: line {header_line}: expected fields between {_NAMES[delimiter]}, found "
            f"{other}"
        )
    first_line, first = next(lines, (0, header))
    if len(first) == len(header) + 1 and first[-1]:
        header = ["", *header]
    width = len(header)
    yield header_line, header
    for line, fields in chain([(first_line, first)] if first_line else [], lines):
        if len(fields) != width:
            raise DataError(
                f"{name}: line {line}: expected {width} {'field' if width == 1 else 'fields'}, "
                f"found {len(fields)}{_hint(header, fields, header_line)}"
            )
        yield line, fields


def _lines(path: Path, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Fields of every line that is not blank, each read by itself."""
    name = path.name
    try:
        refuse_other_kinds(path)
        with open_text(path, newline=None) as text:
            for number, line in enumerate(text, start=1):
                fields = [field.strip() for field in _fields(line, delimiter, name, number)]
                if any(fields):
                    yield number, fields
    except FileNotFoundError as error:
        raise DataError(f"{path}: expected a data file, found none") from error
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        raise DataError(f"{name}: expected {_kind(delimiter)} in UTF-8, found: {error}") from error


def _fields(line: str, delimiter: str, name: str, number: int) -> list[str]:
    """Fields of one line, with quoting as in RFC 4180."""
    try:
        return next(csv.reader([line], delimiter=delimiter, strict=True), [])
    except csv.Error as error:
        if delimiter == "\t" and '"' in line:
            return next(csv.reader([line], delimiter=delimiter, quoting=csv.QUOTE_NONE), [])
        reason = str(error)
        if '"' in line:
            reason = (
                "a quote that opens a field and does not end it; take the quote out, or write "
                'the field as "…" with every quote inside it doubled'
            )
        raise DataError(
            f"{name}: line {number}: expected {_kind(delimiter)}, a field within one line, "
            f"found {reason}"
        ) from error


def _hint(header: list[str], fields: list[str], header_line: int) -> str:
    """What may be behind a row of another width than the header."""
    other = separator(header)
    if other:
        return f"; line {header_line} has {other}"
    quoted = next((field for field in fields if field.startswith('"')), None)
    return f"; a quote opens the field {shown(quoted)}" if quoted else ""


def shown(text: str) -> str:
    """Quote strangers' text for a message.

    Parameters
    ----------
    text : str
        The text.

    Returns
    -------
    str
        Its repr, cut after `LONGEST` characters.
    """
    cut = text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
    return repr(cut)


def unique(names: Sequence[str], *, what: str, file_name: str) -> tuple[str, ...]:
    """Refuse empty and repeated names.

    Parameters
    ----------
    names : sequence of str
        The names.
    what : str
        What they name, in the singular, for the error message.
    file_name : str
        Where they stand.

    Returns
    -------
    tuple of str
        The same names.

    Raises
    ------
    DataError
        If a name is empty or stands twice.
    """
    seen: set[str] = set()
    for position, name in enumerate(names, start=1):
        if not name:
            raise DataError(
                f"{file_name}: expected a name for every {what}, found none for number {position}"
            )
        if name in seen:
            raise DataError(f"{file_name}: expected each {what} once, found {name!r} twice")
        seen.add(name)
    return tuple(names)


def numbers(
    fields: Sequence[str], *, sample_ids: Sequence[str], file_name: str, line: int
) -> NDArray[np.float64]:
    """Turn one row's fields into finite numbers.

    Parameters
    ----------
    fields : sequence of str, length n_samples
        The row's values as text.
    sample_ids : sequence of str, length n_samples
        The sample of each field.
    file_name : str
        The file.
    line : int
        The row's line.

    Returns
    -------
    ndarray of float, shape (n_samples,)
        The values.

    Raises
    ------
    DataError
        If a field is empty, no number, or not finite.
    """
    try:
        values = np.array(fields, dtype=np.float64)
        # Whatever fails here is looked for below, field by field.
        if np.abs(values).max(initial=0.0) < LARGEST and _PLAIN.issuperset("".join(fields)):
            return values
    except ValueError:
        pass
    for field, sample in zip(fields, sample_ids, strict=True):
        if not _is_finite_number(field):
            found = shown(field) if field else "an empty field"
            raise DataError(
                f"{file_name}: line {line}, sample {sample!r}: expected a number, found {found}"
            )
    raise AssertionError(f"{file_name}: line {line}: numpy and float() disagree")


def _is_finite_number(field: str) -> bool:
    """Whether Python reads the text as a finite number."""
    try:
        # Python reads 1_000 and the digits of all scripts; a table does not write them so.
        return abs(float(field)) < LARGEST and _PLAIN.issuperset(field)
    except ValueError:
        return False


def open_text(path: Path, *, newline: str | None) -> TextIO:
    """Open plain or gzipped text; a byte-order mark is dropped.

    Parameters
    ----------
    path : Path
        The file; gzipped where its name ends in `.gz`.
    newline : str or None
        As for `open`.

    Returns
    -------
    file
        To be closed by the caller.
    """
    if path.name.endswith(".gz"):
        return cast("TextIO", gzip.open(path, "rt", encoding="utf-8-sig", newline=newline))
    return path.open(encoding="utf-8-sig", newline=newline)


def _kind(delimiter: str) -> str:
    """The format's name in a message."""
    return "comma-separated values" if delimiter == "," else "tab-separated values"
