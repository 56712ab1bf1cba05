"""Reader of the Broad's layout: files of values (RES or GCT), each with its classes (CLS).

The classes have no names of samples: the first label belongs to the first column. Nothing in
the files can show whether that is right, and the report says so.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from pipeline.dataset import N_PAIRS, Dataset, GeneCounts, check_classes, labelled
from pipeline.errors import DataError
from pipeline.readers import cls, gct, res
from pipeline.readers.csvfile import unique
from pipeline.readers.genes import shared
from pipeline.readers.guesses import refuse_other_kinds
from pipeline.readers.tabbed import Matrix
from pipeline.records.data import LabelJoin, LedgerStep
from pipeline.unknown import known_name

READERS: dict[str, Callable[[Path], Matrix]] = {".res": res.read, ".gct": gct.read}


def read(paths: Mapping[str, Path], *, unit: str, missing: Sequence[str] | None = None) -> Dataset:
    """Read the files of the Broad's layout.

    Parameters
    ----------
    paths : mapping of str to Path
        The files by role: `train`, `train_classes` and, if there is a test set, `test` and
        `test_classes`.
    unit : str
        Unit of the values.
    missing : sequence of str, optional
        What the study file says of words that mean unknown.

    Returns
    -------
    Dataset
        Training samples first, in the order of the columns; the genes that both files have,
        in the order of the training file. Samples without a class are left out.

    Raises
    ------
    DataError
        If a file does not hold what its format says, labels and columns differ in number, or
        the two files share no gene.
    """
    train, y = _part(paths["train"], paths["train_classes"], missing)
    parts, labels = [train], list(y)
    if "test" in paths:
        test, y_test = _part(paths["test"], paths["test_classes"], missing)
        parts.append(test)
        labels += y_test
    names = " and ".join(part.name for part in parts)
    sample_ids = unique(
        [sample for part in parts for sample in part.sample_ids], what="sample", file_name=names
    )
    rows, counts = _shared(parts)
    partition = ["train"] * len(train.sample_ids)
    partition += ["test"] * (len(sample_ids) - len(partition))
    check_classes(labels, partition, labels_name=paths["train_classes"].name)
    calls = [part.calls[r].T for part, r in zip(parts, rows, strict=True) if part.calls is not None]
    dataset = Dataset(
        X=np.concatenate([part.values[r].T for part, r in zip(parts, rows, strict=True)]),
        y=np.array(labels),
        partition=np.array(partition),
        sample_ids=sample_ids,
        gene_ids=tuple(train.gene_ids[row] for row in rows[0]),
        gene_descriptions=tuple(train.gene_descriptions[row] for row in rows[0]),
        calls=np.concatenate(calls) if len(calls) == len(parts) else None,
        covariates=pd.concat([part.covariates for part in parts]).fillna(""),
        unit=unit,
        join=_join(parts, labels),
        ledger=_ledger(parts, counts, unit),
        gene_counts=counts,
    )
    return labelled(dataset)


def _part(
    values: Path, classes: Path, missing: Sequence[str] | None
) -> tuple[Matrix, tuple[str, ...]]:
    """Read a file of values and its classes, empty where unknown."""
    kind = Path(values.name.removesuffix(".gz")).suffix.casefold()
    if kind not in READERS:
        if values.is_file():
            refuse_other_kinds(values)
        raise DataError(f"{values.name}: expected a .res or .gct file, found {kind or 'no ending'}")
    matrix, labels = READERS[kind](values), cls.read(classes)
    if len(labels) != len(matrix.sample_ids):
        raise DataError(
            f"{classes.name}: line 1: expected {len(matrix.sample_ids)} samples as in "
            f"{values.name}, found {len(labels)}"
        )
    where = f"{classes.name}: class of sample"
    known = (
        known_name(label, missing, where=f"{where} {sample!r}")
        for sample, label in zip(matrix.sample_ids, labels, strict=True)
    )
    return matrix, tuple(known)


def _shared(parts: list[Matrix]) -> tuple[list[list[int]], GeneCounts | None]:
    """Rows of the genes that all parts have, in the order of the first."""
    train, *others = parts
    if not others:
        return [list(range(len(train.gene_ids)))], None
    test = others[0]
    rows, counts = shared(train.gene_ids, test.gene_ids, names=(train.name, test.name))
    return list(rows), counts


def _join(parts: list[Matrix], labels: list[str]) -> LabelJoin:
    """Record the join, with the first pairs of each file."""
    pairs, start = [], 0
    for part in parts:
        of_part = zip(part.sample_ids, labels[start:], strict=False)
        pairs += [pair for pair in of_part if pair[1]][: N_PAIRS // len(parts) + 1]
        start += len(part.sample_ids)
    return LabelJoin(
        method="position",
        n_matched=sum(map(bool, labels)),
        order_differs=False,
        n_wrong_by_position=0,
        first_pairs=tuple(pairs),
    )


def _ledger(parts: list[Matrix], counts: GeneCounts | None, unit: str) -> tuple[LedgerStep, ...]:
    """Record what reading did."""
    n_samples = sum(len(part.sample_ids) for part in parts)
    n_genes = counts.n_shared if counts else len(parts[0].gene_ids)

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
    for part, title in zip(parts, ("Training file read", "Test file read"), strict=False):
        n_read = len(part.gene_ids)
        detail = f"{part.name}: genes in rows, samples in columns"
        steps.append(step(title, detail, len(part.sample_ids), n_read, n_read))
    if counts:
        left = counts.n_only_training + counts.n_only_test
        detail = "by the names of the genes; both files have the same"
        if left:
            were = "was" if left == 1 else "were"
            detail = f"by the names of the genes; {left} that only one file has {were} left out"
        steps.append(step("Files put together", detail, n_in=len(parts[0].gene_ids)))
    if all(part.calls is not None for part in parts):
        detail = "one beside every value (A, P, M), kept as a matrix of their own"
        steps.append(step("Detection calls taken out", detail))
    steps.append(step("Transposed", "from genes x samples to samples x genes"))
    steps.append(
        step("Labels joined", "by position, the only way that the format of the classes allows")
    )
    return tuple(steps)
