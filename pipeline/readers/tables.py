"""Reader of a plain matrix with a table of samples: the way in for one's own data.

The matrix has genes in rows and a column for each sample; a second column named
`description` is optional. The table of samples names each sample's class, and may name
its part of a given split; its other columns are kept as covariates::

    expression.csv                      samples.csv
    gene,description,S1,S2,S3           sample,class,split
    X95735_at,Zyxin,742,3011,655        S1,ALL,train
                                        S2,AML,test
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from pipeline.dataset import Dataset, FileColumns, check_classes, join_labels, labelled
from pipeline.errors import DataError
from pipeline.readers.csvfile import numbers, rows, unique
from pipeline.records.data import LedgerStep
from pipeline.unknown import known_name


def read(paths: Mapping[str, Path], *, unit: str, missing: Sequence[str] | None = None) -> Dataset:
    """Read a matrix and a table of samples.

    Parameters
    ----------
    paths : mapping of str to Path
        The files by role: `expression`, `samples`.
    unit : str
        Unit of the values.
    missing : sequence of str, optional
        What the study file says of words that mean unknown.

    Returns
    -------
    Dataset
        Samples in the order of the table of samples, those without a class left out. Without
        a `split` column all are training samples.

    Raises
    ------
    DataError
        If a file is missing or ragged, a value is no number, or labels and samples do
        not match.
    """
    matrix, table = paths["expression"], paths["samples"]
    lines = rows(matrix)
    _, header = next(lines)
    n_names = 2 if len(header) > 1 and header[1].lower() == "description" else 1
    columns = unique(header[n_names:], what="sample column", file_name=matrix.name)
    genes, descriptions, values = [], [], []
    for line, fields in lines:
        genes.append(fields[0])
        descriptions.append(fields[1] if n_names == 2 else "")
        values.append(
            numbers(fields[n_names:], sample_ids=columns, file_name=matrix.name, line=line)
        )
    if not genes or not columns:
        raise DataError(
            f"{matrix.name}: expected genes in rows and samples in columns, found "
            f"{len(genes)} genes and {len(columns)} samples"
        )
    samples = _read_samples(table, missing)
    labels = dict(samples["class"])
    order, join = join_labels(columns, labels, matrix_name=matrix.name, labels_name=table.name)
    y, partition = list(samples["class"]), list(samples["split"])
    check_classes(y, partition, labels_name=table.name)
    dataset = Dataset(
        X=np.array(values).T[order],
        y=np.array(y),
        partition=np.array(partition),
        sample_ids=tuple(labels),
        gene_ids=unique(genes, what="gene", file_name=matrix.name),
        gene_descriptions=tuple(descriptions),
        calls=None,
        covariates=samples.drop(columns=["class", "split"]),
        unit=unit,
        join=join,
        ledger=_ledger(matrix.name, len(order), len(genes), unit),
        columns=(FileColumns(matrix.name, n_names, columns),),
    )
    return labelled(dataset)


def _read_samples(path: Path, missing: Sequence[str] | None) -> pd.DataFrame:
    """Read the table of samples, indexed by their names; all are training samples by default."""
    lines = rows(path)
    _, header = next(lines)
    names = unique([name.lower() for name in header], what="column", file_name=path.name)
    if "sample" not in names or "class" not in names:
        raise DataError(
            f"{path.name}: line 1: expected the columns 'sample' and 'class', found {header}"
        )
    records: dict[str, dict[str, str]] = {}
    for line, fields in lines:
        record = {"split": "train"} | dict(zip(names, fields, strict=True))
        sample = record.pop("sample")
        if sample in records or not sample:
            found = f"{sample!r} again" if sample else "an empty field"
            raise DataError(f"{path.name}: line {line}: expected each sample once, found {found}")
        where = f"{path.name}: line {line}, class of sample {sample!r}"
        record["class"] = known_name(record["class"], missing, where=where)
        if record["class"] and record["split"] not in ("train", "test"):
            raise DataError(
                f"{path.name}: line {line}, sample {sample!r}: expected 'train' or 'test' in "
                f"column 'split', found {record['split']!r}"
            )
        records[sample] = record
    columns = ["class", "split", *(n for n in names if n not in ("sample", "class", "split"))]
    return pd.DataFrame.from_dict(records, orient="index", columns=columns, dtype=str)


def _ledger(matrix_name: str, n_samples: int, n_genes: int, unit: str) -> tuple[LedgerStep, ...]:
    """Record what reading did."""
    steps = (
        ("Matrix read", f"{matrix_name}: genes in rows, samples in columns"),
        ("Transposed", "from genes x samples to samples x genes"),
        ("Labels joined", "by the name of the sample column, one label to each sample"),
    )
    return tuple(
        LedgerStep(
            step=title,
            detail=detail,
            n_samples_in=n_samples,
            n_genes_in=n_genes,
            n_samples_out=n_samples,
            n_genes_out=n_genes,
            unit=unit,
        )
        for title, detail in steps
    )
