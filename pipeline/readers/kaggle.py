"""Reader of the Kaggle layout: genes in rows, a call column after every sample column.

Two files of values and one of labels::

    Gene Description,Gene Accession Number,1,call,2,call,...      actual.csv
    AFFX-BioB-5_at (endogenous control),AFFX-BioB-5_at,-214,A,-139,A,...   patient,cancer
                                                                           1,ALL
The sample columns are not in numeric order, so labels are joined by the column's name. Programs
that want names to differ write `call.1`, `call.2` and so on. The genes of the two files are joined
by name.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.dataset import (
    Dataset,
    FileColumns,
    GeneCounts,
    check_classes,
    join_labels,
    labelled,
)
from pipeline.errors import DataError
from pipeline.readers.csvfile import LONGEST, numbers, rows, unique
from pipeline.readers.genes import shared
from pipeline.records.data import LedgerStep
from pipeline.unknown import known_name

METADATA = ("Gene Description", "Gene Accession Number")
CALLS = frozenset("APM")
CALL_COLUMN = re.compile(r"call(\.[0-9]+)?")


@dataclass(frozen=True)
class Block:
    """One file of values: genes in rows, samples in columns."""

    name: str
    sample_ids: tuple[str, ...]
    gene_ids: tuple[str, ...]
    gene_descriptions: tuple[str, ...]
    values: NDArray[np.float64]
    calls: NDArray[np.str_]


def read(paths: Mapping[str, Path], *, unit: str, missing: Sequence[str] | None = None) -> Dataset:
    """Read the three files of the Kaggle layout.

    Parameters
    ----------
    paths : mapping of str to Path
        The files by role: `labels`, `train`, `independent`.
    unit : str
        Unit of the values.
    missing : sequence of str, optional
        What the study file says of words that mean unknown.

    Returns
    -------
    Dataset
        Samples in the order of the label file, with the split that the two files are; those
        without a class are left out.

    Raises
    ------
    DataError
        If a file is missing or ragged, a call column lacks its sample, a value is no
        number, the two files share no gene, or labels and samples do not match.
    """
    train, test = _read_block(paths["train"]), _read_block(paths["independent"])
    rows_of, counts = shared(train.gene_ids, test.gene_ids, names=(train.name, test.name))
    both = unique(
        (*train.sample_ids, *test.sample_ids),
        what="sample",
        file_name=f"{train.name} and {test.name}",
    )
    labels = _read_labels(paths["labels"], missing)
    order, join = join_labels(
        both,
        labels,
        matrix_name=f"{train.name} and {test.name}",
        labels_name=paths["labels"].name,
    )
    partition = np.array(["train"] * len(train.sample_ids) + ["test"] * len(test.sample_ids))[order]
    check_classes(list(labels.values()), partition.tolist(), labels_name=paths["labels"].name)
    dataset = Dataset(
        X=np.concatenate([train.values[rows_of[0]], test.values[rows_of[1]]], axis=1).T[order],
        y=np.array(list(labels.values())),
        partition=partition,
        sample_ids=tuple(labels),
        gene_ids=tuple(train.gene_ids[row] for row in rows_of[0]),
        gene_descriptions=tuple(train.gene_descriptions[row] for row in rows_of[0]),
        calls=np.concatenate([train.calls[rows_of[0]], test.calls[rows_of[1]]], axis=1).T[order],
        covariates=pd.DataFrame(index=list(labels)),
        unit=unit,
        join=join,
        ledger=_ledger(train, test, counts, unit),
        columns=(_columns(train), _columns(test)),
        gene_counts=counts,
    )
    return labelled(dataset)


def _read_block(path: Path) -> Block:
    """Read one file of values."""
    lines = rows(path)
    _, header = next(lines)
    sample_ids = _sample_columns(header, path.name)
    n_values = 2 * len(sample_ids)
    genes, descriptions, values, calls = [], [], [], []
    for line, fields in lines:
        description, gene, *cells = fields
        row_calls = cells[1:n_values:2]
        _check_calls(row_calls, sample_ids, path.name, line)
        descriptions.append(description)
        genes.append(gene)
        values.append(
            numbers(cells[0:n_values:2], sample_ids=sample_ids, file_name=path.name, line=line)
        )
        calls.append(row_calls)
    if not genes:
        raise DataError(f"{path.name}: expected a row for every gene, found none")
    return Block(
        name=path.name,
        sample_ids=sample_ids,
        gene_ids=unique(genes, what="gene accession", file_name=path.name),
        gene_descriptions=tuple(descriptions),
        values=np.array(values),
        calls=np.array(calls),
    )


def _sample_columns(header: list[str], file_name: str) -> tuple[str, ...]:
    """Take the sample names out of the header, and see that each has its call column."""
    if tuple(header[:2]) != METADATA:
        raise DataError(
            f"{file_name}: line 1: expected the columns {METADATA[0]!r} and {METADATA[1]!r} first, "
            f"found {[name[:LONGEST] for name in header[:2]]}"
        )
    columns = header[2:]
    for position, name in enumerate(columns):
        expects_call = position % 2 == 1
        if expects_call != bool(CALL_COLUMN.fullmatch(name)):
            wanted = f"the call column of sample {columns[position - 1]!r}"
            raise DataError(
                f"{file_name}: line 1, column {position + 3}: expected "
                f"{wanted if expects_call else 'a sample'}, found {name!r}"
            )
    if len(columns) % 2 or not columns:
        last = repr(columns[-1]) if columns else "none"
        raise DataError(
            f"{file_name}: line 1: expected a call column after every sample, "
            f"found none after {last}"
        )
    return unique(columns[::2], what="sample column", file_name=file_name)


def _columns(block: Block) -> FileColumns:
    """The columns of a file in order: after each sample stand its calls."""
    columns = tuple(name for sample in block.sample_ids for name in (sample, None))
    return FileColumns(block.name, len(METADATA), columns)


def _check_calls(calls: list[str], sample_ids: tuple[str, ...], file_name: str, line: int) -> None:
    """Refuse a call that is not A, P or M."""
    if CALLS.issuperset(calls):
        return
    sample, call = next(
        pair for pair in zip(sample_ids, calls, strict=True) if pair[1] not in CALLS
    )
    raise DataError(
        f"{file_name}: line {line}, call of sample {sample!r}: expected A, P or M, found {call!r}"
    )


def _read_labels(path: Path, missing: Sequence[str] | None) -> dict[str, str]:
    """Read the class of every sample, by name; empty where it is unknown."""
    lines = rows(path)
    _, header = next(lines)
    if len(header) != 2:
        raise DataError(
            f"{path.name}: line 1: expected the columns patient and cancer, found {header}"
        )
    labels: dict[str, str] = {}
    for line, (sample, label) in lines:
        if sample in labels:
            raise DataError(
                f"{path.name}: line {line}: expected each sample once, found {sample!r} again"
            )
        where = f"{path.name}: line {line}, class of sample {sample!r}"
        labels[sample] = known_name(label, missing, where=where)
    return labels


def _together(counts: GeneCounts) -> str:
    """How the genes of the two files were joined."""
    left = counts.n_only_training + counts.n_only_test
    if left:
        verb = "that only one file has was" if left == 1 else "that only one file has were"
        return f"by gene accession; {left} {verb} left out"
    if counts.order_differs:
        return "by gene accession; both files have the same, in another order"
    return "gene accessions agree, in name and order"


def _ledger(train: Block, test: Block, counts: GeneCounts, unit: str) -> tuple[LedgerStep, ...]:
    """Record what reading and cleaning did."""
    n_samples, n_genes = len(train.sample_ids) + len(test.sample_ids), counts.n_shared

    def step(
        title: str, detail: str, n: int = n_samples, n_in: int = n_genes, n_out: int = n_genes
    ) -> LedgerStep:
        return LedgerStep(
            step=title,
            detail=detail,
            n_samples_in=n,
            n_genes_in=n_in,
            n_samples_out=n,
            n_genes_out=n_out,
            unit=unit,
        )

    steps = []
    for part, title in ((train, "Training file read"), (test, "Independent file read")):
        n, n_read = len(part.sample_ids), len(part.gene_ids)
        detail = f"{part.name}: {len(METADATA) + 2 * n} columns"
        steps.append(step(title, detail, n, n_read, n_read))
    return (
        *steps,
        step("Files put together", _together(counts), n_in=len(train.gene_ids)),
        step(
            "Metadata columns removed",
            f"{METADATA[0]}, {METADATA[1]}: kept as names, out of the matrix",
        ),
        step(
            "Detection calls taken out",
            f"{n_samples} call columns (A, P, M), kept as a matrix of their own",
        ),
        step("Transposed", "from genes x samples to samples x genes"),
        step("Labels joined", "by the name of the sample column, one label to each sample"),
    )
