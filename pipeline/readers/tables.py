"""Reader of a plain matrix with a table of samples: the way in for one's own data.

The matrix has genes in rows and a column for each sample; a second column named
`description` is optional. The table of samples names each sample's class, and may name
its part of a given split::

    expression.csv                      samples.csv
    gene,description,S1,S2,S3           sample,class,split
    X95735_at,Zyxin,742,3011,655        S1,ALL,train
                                        S2,AML,test
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from pipeline.dataset import Dataset, check_classes, join_labels
from pipeline.errors import DataError
from pipeline.readers.csvfile import numbers, rows, unique
from pipeline.results import LedgerStep


def read(paths: Mapping[str, Path], *, unit: str) -> Dataset:
    """Read a matrix and a table of samples.

    Parameters
    ----------
    paths : mapping of str to Path
        The files by role: `expression`, `samples`.
    unit : str
        Unit of the values.

    Returns
    -------
    Dataset
        Samples in the order of the table of samples. Without a `split` column all are
        training samples.

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
    labels, split = _read_samples(table)
    order, join = join_labels(columns, labels, matrix_name=matrix.name, labels_name=table.name)
    y, partition = list(labels.values()), [split[sample] for sample in labels]
    check_classes(y, partition, labels_name=table.name)
    return Dataset(
        X=np.array(values).T[order],
        y=np.array(y),
        partition=np.array(partition),
        sample_ids=tuple(labels),
        gene_ids=unique(genes, what="gene", file_name=matrix.name),
        gene_descriptions=tuple(descriptions),
        calls=None,
        unit=unit,
        join=join,
        ledger=_ledger(matrix.name, len(order), len(genes), unit),
    )


def _read_samples(path: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Read class and split of every sample, by name."""
    lines = rows(path)
    _, header = next(lines)
    names = [name.lower() for name in header]
    if "sample" not in names or "class" not in names:
        raise DataError(
            f"{path.name}: line 1: expected the columns 'sample' and 'class', found {header}"
        )
    labels: dict[str, str] = {}
    split: dict[str, str] = {}
    for line, fields in lines:
        row = dict(zip(names, fields, strict=True))
        sample, label, part = row["sample"], row["class"], row.get("split", "train")
        if sample in labels or not sample:
            found = f"{sample!r} again" if sample else "an empty field"
            raise DataError(f"{path.name}: line {line}: expected each sample once, found {found}")
        if not label:
            raise DataError(
                f"{path.name}: line {line}: expected a class for sample {sample!r}, "
                "found an empty field"
            )
        if part not in ("train", "test"):
            raise DataError(
                f"{path.name}: line {line}, sample {sample!r}: expected 'train' or "
                f"'test' in column 'split', found {part!r}"
            )
        labels[sample], split[sample] = label, part
    return labels, split


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
