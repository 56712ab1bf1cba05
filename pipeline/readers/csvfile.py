"""Strict rows from a CSV or TSV file, gzipped or not: the part that all readers share.

A file is streamed row by row, so that a large matrix costs its numbers and not its text.
Every complaint names the file and the line.
"""

import csv
import gzip
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TextIO, cast

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import DataError

# Some annotation fields are long; Python's own limit of 128 kB a field is not.
csv.field_size_limit(10_000_000)

LARGEST = 1e100  # the square of a larger value overflows
_PLAIN = frozenset("0123456789+-.eE")


def rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Read rows of equal width; blank lines are passed over.

    Parameters
    ----------
    path : Path
        A `.csv`, `.tsv` or `.txt` file, or one of these with `.gz` after it. Tabs
        separate the fields of `.tsv` and `.txt`, commas those of `.csv`.

    Yields
    ------
    line : int
        Number of the row's last line in the file, from 1.
    fields : list of str
        The fields, without surrounding blanks.

    Raises
    ------
    DataError
        If the file cannot be read, is empty, or a row has more or fewer fields than
        the first.
    """
    name = path.name
    delimiter = "," if name.removesuffix(".gz").endswith(".csv") else "\t"
    width = 0
    try:
        with open_text(path, newline="") as lines:
            reader = csv.reader(lines, delimiter=delimiter, strict=True)
            for fields in reader:
                if not any(field.strip() for field in fields):
                    continue
                width = width or len(fields)
                if len(fields) != width:
                    raise DataError(
                        f"{name}: line {reader.line_num}: expected {width} fields, "
                        f"found {len(fields)}"
                    )
                yield reader.line_num, [field.strip() for field in fields]
    except FileNotFoundError as error:
        raise DataError(f"{path}: expected a data file, found none") from error
    except (OSError, EOFError, UnicodeDecodeError, csv.Error, zlib.error) as error:
        raise DataError(f"{name}: expected {_kind(delimiter)} in UTF-8, found: {error}") from error
    if not width:
        raise DataError(f"{name}: expected a header line, found an empty file")


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
            found = repr(field) if field else "an empty field"
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
