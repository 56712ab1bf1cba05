"""What a file is that is not what its name says, and what to do then."""

import gzip
from collections.abc import Sequence
from pathlib import Path

from pipeline.errors import DataError

SAVE = "save its sheet as CSV or as tab-separated text"
AS_TEXT = "write its values as CSV, genes in rows and samples in columns"
SIGNS: tuple[tuple[bytes, str, str], ...] = (
    (b"PK\x03\x04", "an Excel workbook (.xlsx) or another zip archive", SAVE),
    (b"\xd0\xcf\x11\xe0", "an Excel workbook (.xls)", SAVE),
    (b"\x1f\x8b", "gzipped content", "put .gz at the end of its name"),
    (b"\xff\xfe", "text in UTF-16", "save it as UTF-8"),
    (b"\xfe\xff", "text in UTF-16", "save it as UTF-8"),
    (b"\x89HDF", "an HDF5 file (such as .h5ad)", AS_TEXT),
    (b"RDX", "data of R (.rda)", AS_TEXT),
    (b"%PDF", "a PDF", "get the table itself"),
    (b"<!doctype html", "a web page", "get the file itself: the address led to a page about it"),
    (b"<html", "a web page", "get the file itself: the address led to a page about it"),
    (
        b"version https://git-lfs",
        "a pointer of Git LFS",
        "get the file itself, for example by 'git lfs pull'",
    ),
    (
        b"!series_",
        "a GEO series matrix",
        "write the table between !series_matrix_table_begin and !series_matrix_table_end to a "
        ".tsv file, and samples with their classes (from the lines !Sample_…) to a table of "
        "samples",
    ),
    (
        b"^database",
        "a SOFT file of GEO",
        "write its values as CSV, genes in rows and samples in columns, and a table of samples "
        "with their classes",
    ),
    (
        b"^sample",
        "a SOFT file of GEO",
        "write its values as CSV, genes in rows and samples in columns, and a table of samples "
        "with their classes",
    ),
    (
        b"# program:featurecounts",
        "a table of featureCounts",
        "delete its first line and the columns Chr, Start, End, Strand and Length",
    ),
)
"""How a file begins (in small letters), what it is then, and what to do."""

GCT = (b"#1.2", b"#1.3")
_LONGEST = max(len(sign) for sign, _, _ in SIGNS)
_SEPARATORS = {
    ";": "semicolons, as spreadsheets write where the decimal sign is a comma: save it with commas "
    "between the fields and points in the numbers",
    "\t": "tabs: let the file's name end in .tsv",
    ",": "commas: let the file's name end in .csv",
}


def refuse_other_kinds(path: Path) -> None:
    """Refuse a file of another kind that its first bytes give away.

    Parameters
    ----------
    path : Path
        The file, gzipped where its name ends in `.gz`.

    Raises
    ------
    DataError
        If it is of a known kind that no reader here takes; the message says what to do.
    OSError, EOFError, zlib.error
        If it cannot be read.
    """
    with gzip.open(path) if path.name.endswith(".gz") else path.open("rb") as file:
        start = file.read(_LONGEST + 3)
    start = start.removeprefix(b"\xef\xbb\xbf").lstrip(b'"')
    for sign, kind, remedy in SIGNS:
        if start.startswith(sign) or start.lower().startswith(sign):
            raise DataError(
                f"{path.name}: expected a table as text, found what looks like {kind}: {remedy}"
            )
    suffix = Path(path.name.removesuffix(".gz")).suffix.casefold()
    if start.startswith(GCT) and suffix not in (".gct", ".res", ".cls"):
        raise DataError(
            f"{path.name}: expected a header line, found what looks like GCT: let the file's name "
            'end in .gct, and set data.format to "broad", which needs the classes as CLS'
        )


def separator(header: Sequence[str]) -> str | None:
    """Say what else seems to separate the fields of a header.

    Parameters
    ----------
    header : sequence of str
        Its fields as they were split.

    Returns
    -------
    str or None
        The name of the other sign and what to do; None where no other gives more fields.
    """
    counts = {sign: sum(field.count(sign) for field in header) for sign in _SEPARATORS}
    most = max(counts, key=lambda sign: counts[sign])
    return _SEPARATORS[most] if counts[most] >= len(header) else None
