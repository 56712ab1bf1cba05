"""Reader of the table of what else is known of the samples, joined by their names.

One row a sample; only the columns that the study names are read, under its own names::

    Samples,ALL.AML,BM.PB,Source        columns = {"BM.PB" = "tissue"}
    39,ALL,BM,DFCI                      39: tissue "BM"
"""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from pipeline.config import CovariatesSection
from pipeline.errors import DataError
from pipeline.readers.csvfile import rows
from pipeline.unknown import known


def read(path: Path, section: CovariatesSection, sample_ids: Sequence[str]) -> pd.DataFrame:
    """Read the named columns for the samples of a data set.

    Parameters
    ----------
    path : Path
        The table, one row a sample.
    section : CovariatesSection
        The column that names the sample, and those that are covariates.
    sample_ids : sequence of str, length n_samples
        The samples of the data set.

    Returns
    -------
    DataFrame of str, shape (n_samples, n_covariates)
        In the order of `sample_ids`; the empty text where a value is unknown.

    Raises
    ------
    DataError
        If a column is missing, a sample stands twice, or no sample is of the data set.
    """
    lines = rows(path)
    _, header = next(lines)
    for column in (section.sample, *section.columns):
        if header.count(column) != 1:
            raise DataError(
                f"{path.name}: line 1: expected the column {column!r} once, "
                f"found {header.count(column)} of that name"
            )
    place = header.index(section.sample)
    places = [header.index(column) for column in section.columns]
    values: dict[str, list[str]] = {}
    for line, fields in lines:
        sample = fields[place]
        if sample in values:
            raise DataError(
                f"{path.name}: line {line}: expected each sample once, found {sample!r} again"
            )
        values[sample] = [known(fields[i]) for i in places]
    if not set(sample_ids) & set(values):
        raise DataError(
            f"{path.name}: expected samples of the data set such as {sample_ids[0]!r} in column "
            f"{section.sample!r}, found none of them"
        )
    unknown = [""] * len(places)
    return pd.DataFrame(
        [values.get(sample, unknown) for sample in sample_ids],
        index=list(sample_ids),
        columns=list(section.columns.values()),
        dtype=str,
    )
