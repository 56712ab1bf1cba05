"""Reader of RES, the Broad's table of values with a call beside each.

The second line may describe the samples; what it says of a scale factor is kept::

    Description  Accession  S1       S2
                 scan 1/scale factor=1.2    scan 2/scale factor=0.9
    2
    Zyxin        X1_at      7     P  8    A
    MB-1         X2_at      4     A  5    M
"""

import re
from pathlib import Path

import numpy as np
import pandas as pd

from pipeline.errors import DataError
from pipeline.readers.csvfile import LONGEST, numbers, shown, unique
from pipeline.readers.tabbed import (
    Matrix,
    add_name,
    check_n_rows,
    counts,
    data_rows,
    lines,
    next_line,
)

METADATA = ["description", "accession"]
CALLS = frozenset("APM")
_SCALE = re.compile(r"scale factor=([0-9.]+)")


def read(path: Path) -> Matrix:
    """Read a RES file.

    Parameters
    ----------
    path : Path
        The file, gzipped or not.

    Returns
    -------
    Matrix
        Its values and calls; the scale factor becomes a covariate where it is given.

    Raises
    ------
    DataError
        If the header counts other rows than there are, a gene stands twice, a value is no
        number or a call not A, P or M; the message names the line.
    """
    of, name = lines(path), path.name
    number, header = next_line(of, name, what="the columns Description and Accession")
    if [field.casefold() for field in header[:2]] != METADATA:
        raise DataError(
            f"{name}: line {number}: expected the columns 'Description' and 'Accession' first, "
            f"found {[field[:LONGEST] for field in header[:2]]}"
        )
    if any(header[3::2]):
        between = next(field for field in header[3::2] if field)
        raise DataError(
            f"{name}: line {number}: expected an empty field after every sample, "
            f"found {shown(between)}"
        )
    samples = unique(header[2::2], what="sample column", file_name=name)
    _, described = next(of, (0, [""]))  # may be blank
    line = next_line(of, name, what="the number of genes")
    (n_genes,) = counts(line, 1, name, what="the number of genes")
    genes: dict[str, int] = {}
    descriptions, values, calls = [], [], []
    width = 2 + 2 * len(samples)
    for number, fields in data_rows(of, width, name):
        add_name(genes, fields[1], number, what="gene accession", file_name=name)
        descriptions.append(fields[0])
        values.append(numbers(fields[2::2], sample_ids=samples, file_name=name, line=number))
        _check_calls(fields[3::2], samples, name, number)
        calls.append(fields[3::2])
    check_n_rows(len(genes), n_genes, line[0], name)
    return Matrix(
        name=name,
        sample_ids=samples,
        gene_ids=tuple(genes),
        gene_descriptions=tuple(descriptions),
        values=np.array(values),
        calls=np.array(calls),
        covariates=_scale_factors(described[1::2], samples),
    )


def _scale_factors(described: list[str], samples: tuple[str, ...]) -> pd.DataFrame:
    """Scale factors where the descriptions of the samples give any."""
    found = [_SCALE.search(text) for text in described[: len(samples)]]
    factors = [match.group(1) if match else "" for match in found]
    factors += [""] * (len(samples) - len(factors))
    columns = {"scale factor": factors} if any(factors) else {}
    return pd.DataFrame(columns, index=list(samples), dtype=str)


def _check_calls(calls: list[str], samples: tuple[str, ...], file_name: str, line: int) -> None:
    """Refuse a call that is not A, P or M."""
    for sample, call in zip(samples, calls, strict=True):
        if call not in CALLS:
            raise DataError(
                f"{file_name}: line {line}, call of sample {sample!r}: expected A, P or M, "
                f"found {shown(call)}"
            )
