"""Reader of a plain matrix with a table of samples: the way in for one's own data.

The matrix has genes in rows and a column for each sample; further columns that describe the
genes are known by their names (`DESCRIPTIONS`, `OTHER_NAMES`) and stand before the samples. The
table of samples names each sample's class, and may name its part of a given split; its other
columns are kept as covariates, under their names as they stand there::

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
from pipeline.readers.csvfile import LONGEST, numbers, rows, unique
from pipeline.records.data import LedgerStep
from pipeline.unknown import known_name

DESCRIPTIONS = (
    "description",
    "gene_description",
    "gene_name",
    "gene_symbol",
    "symbol",
    "hgnc_symbol",
    "external_gene_name",
)
"""Columns that say what a gene is, in small letters; the first that is there is taken."""

OTHER_NAMES = frozenset(
    {*DESCRIPTIONS, "gene_id", "id_ref", "ensembl_gene_id", "entrez", "entrez_id", "entrezid"}
    | {"entrez_gene_id", "entrezgene", "gene_biotype", "probe_id", "chr", "start", "end"}
    | {"strand", "length"}
)
"""Columns that name or describe a gene: no samples."""

ROLES = ("sample", "class", "split")
"""Columns of the table of samples with a meaning of their own, in any capitals."""


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
    samples = _read_samples(table, missing)
    lines = rows(matrix)
    _, header = next(lines)
    n_names = _n_names(header, set(samples.index))
    described = _described(header[:n_names])
    columns = unique(header[n_names:], what="sample column", file_name=matrix.name)
    genes, descriptions, values = [], [], []
    for line, fields in lines:
        genes.append(fields[0])
        descriptions.append(fields[described] if described else "")
        values.append(
            numbers(fields[n_names:], sample_ids=columns, file_name=matrix.name, line=line)
        )
    if not genes or not columns:
        raise DataError(
            f"{matrix.name}: expected genes in rows and samples in columns, found "
            f"{len(genes)} genes and {len(columns)} samples"
        )
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
        ledger=_ledger(matrix.name, header[1:n_names], described, len(order), len(genes), unit),
        columns=(FileColumns(matrix.name, n_names, columns),),
    )
    return labelled(dataset)


def _read_samples(path: Path, missing: Sequence[str] | None) -> pd.DataFrame:
    """Read the table of samples, indexed by their names; all are training samples by default."""
    lines = rows(path)
    _, header = next(lines)
    names = _columns(header, path.name)
    records: dict[str, dict[str, str]] = {}
    for line, fields in lines:
        record = {"split": "train"} | dict(zip(names, fields, strict=True))
        record.pop("", None)  # numbers of rows
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
    columns = ["class", "split", *(name for name in names if name and name not in ROLES)]
    return pd.DataFrame.from_dict(records, orient="index", columns=columns, dtype=str)


def _n_names(header: list[str], samples: set[str]) -> int:
    """Number of columns before those of the samples, whose own names come first."""
    n_names = 1
    for name in header[1:]:
        if name in samples or name.casefold() not in OTHER_NAMES:
            break
        n_names += 1
    return n_names


def _described(names: list[str]) -> int | None:
    """Place of the column that describes a gene, if there is one beside its name."""
    small = [name.casefold() for name in names]
    return next((small.index(name, 1) for name in DESCRIPTIONS if name in small[1:]), None)


def _columns(header: list[str], file_name: str) -> tuple[str, ...]:
    """Names of the columns; those with a meaning of their own in small letters."""
    names = [name.casefold() if name.casefold() in ROLES else name for name in header]
    # R and pandas write the names or the numbers of rows first, under no name.
    if not names[0]:
        names[0] = "" if "sample" in names else "sample"
    unique(names[1:] if not names[0] else names, what="column", file_name=file_name)
    if "sample" not in names or "class" not in names:
        raise DataError(
            f"{file_name}: line 1: expected the columns 'sample' and 'class', found "
            f"{[name[:LONGEST] for name in header]}"
        )
    return tuple(names)


def _ledger(
    matrix_name: str,
    names: list[str],
    described: int | None,
    n_samples: int,
    n_genes: int,
    unit: str,
) -> tuple[LedgerStep, ...]:
    """Record what reading did."""
    detail = f"{matrix_name}: genes in rows, samples in columns"
    if described:
        detail += f"; the column {names[described - 1]} describes the genes"
    unused = [name for place, name in enumerate(names, start=1) if place != described]
    if unused:
        detail += f"; not read: {', '.join(unused)}"
    steps = (
        ("Matrix read", detail),
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
