"""Reader of GCT 1.2 and 1.3, the Broad's tables of values.

Version 1.3 has annotations: of genes in the first columns, of samples in the first rows::

    #1.2                              #1.3
    2   3                             2   3   1   1
    Name    Description  S1  S2  S3   id      symbol  S1  S2  S3
    X1_at   Zyxin        7   8   9    dose    na      1   2   3
    X2_at   MB-1         4   5   6    X1_at   ZYX     7   8   9
                                      X2_at   CD79A   4   5   6
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from pipeline.errors import DataError
from pipeline.readers.csvfile import numbers, shown, unique
from pipeline.readers.tabbed import (
    Line,
    Matrix,
    add_name,
    check_n_rows,
    counts,
    data_rows,
    lines,
    next_line,
)
from pipeline.unknown import ANNOTATION_SIGNS, known

SYMBOLS = ("description", "pr_gene_symbol", "gene_symbol", "symbol")
"""Annotations of version 1.3 that describe a gene, the first of these that is there."""


def read(path: Path) -> Matrix:
    """Read a GCT file.

    Parameters
    ----------
    path : Path
        The file, gzipped or not.

    Returns
    -------
    Matrix
        Its values; annotations of samples become covariates.

    Raises
    ------
    DataError
        If the header counts other rows or columns than there are, a gene stands twice, or a
        value is no number; the message names the line.
    """
    of = lines(path)
    number, fields = next_line(of, path.name, what="'#1.2' or '#1.3'")
    if fields == ["#1.2"]:
        line = next_line(of, path.name, what="the numbers of rows and columns")
        n_genes, n_samples = counts(line, 2, path.name, what="the numbers of rows and columns")
        return _table(of, path.name, n_genes, n_samples, 1, 0)
    if fields == ["#1.3"]:
        what = "the numbers of rows, columns and annotations of either"
        line = next_line(of, path.name, what=what)
        n_genes, n_samples, n_described, n_known = counts(line, 4, path.name, what=what)
        return _table(of, path.name, n_genes, n_samples, n_described, n_known)
    raise DataError(
        f"{path.name}: line {number}: expected '#1.2' or '#1.3', found {shown(' '.join(fields))}"
    )


def _table(
    of: Iterator[Line], file_name: str, n_genes: int, n_samples: int, n_described: int, n_known: int
) -> Matrix:
    """Read what comes after the counts."""
    n_names = 1 + n_described
    number, header = next_line(of, file_name, what="the header of the columns")
    if len(header) != n_names + n_samples or header[0].casefold() not in ("name", "id"):
        raise DataError(
            f"{file_name}: line {number}: expected 'Name' or 'id' and {n_names + n_samples} fields "
            f"in all as line 2 says, found {shown(header[0])} and {len(header)}"
        )
    samples = unique(header[n_names:], what="sample column", file_name=file_name)
    rows = data_rows(of, n_names + n_samples, file_name)
    annotations: dict[str, list[str]] = {}
    for _ in range(n_known):
        number, fields = next(rows, (0, [""]))
        if not number:
            raise DataError(
                f"{file_name}: expected {n_known} rows that annotate samples as line 2 says, "
                f"found {len(annotations)}"
            )
        annotations[fields[0]] = [_known(field) for field in fields[n_names:]]
    described = _described([name.casefold() for name in header[1:n_names]])
    genes: dict[str, int] = {}
    descriptions, values = [], []
    for number, fields in rows:
        add_name(genes, fields[0], number, what="gene", file_name=file_name)
        descriptions.append(_known(fields[described]) if described else "")
        values.append(
            numbers(fields[n_names:], sample_ids=samples, file_name=file_name, line=number)
        )
    check_n_rows(len(genes), n_genes, 2, file_name)
    return Matrix(
        name=file_name,
        sample_ids=samples,
        gene_ids=tuple(genes),
        gene_descriptions=tuple(descriptions),
        values=np.array(values),
        calls=None,
        covariates=pd.DataFrame(annotations, index=list(samples), dtype=str),
    )


def _known(annotation: str) -> str:
    """An annotation, empty where it is unknown."""
    return known(annotation, signs=ANNOTATION_SIGNS)


def _described(annotations: list[str]) -> int | None:
    """Column of the annotation that describes a gene, if there is one."""
    found = [annotations.index(name) + 1 for name in SYMBOLS if name in annotations]
    return found[0] if found else None
