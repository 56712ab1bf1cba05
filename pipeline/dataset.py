"""Step 1: the data set as every later step sees it.

One row of `X` is one sample, one column one gene::

                 gene_ids[0]  gene_ids[1]  ...
    sample_ids[0]     X[0,0]       X[0,1]        y[0] = "ALL"   partition[0] = "train"
    sample_ids[1]     X[1,0]       X[1,1]        y[1] = "AML"   partition[1] = "test"

Samples stand in the order of the label table; `calls` (detection calls A, P, M) has the
shape of `X` and never enters it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.errors import ConfigError, DataError
from pipeline.records.data import LabelJoin, LedgerStep

N_PAIRS = 5  # pairs of sample and label that the report shows
N_RUNS = 16  # stretches of columns that the report shows
MIN_PER_CLASS = 3  # below this no fold can hold one sample out and still learn a spread


@dataclass(frozen=True)
class FileColumns:
    """The columns of one file as its reader met them.

    Attributes
    ----------
    name : str
        The file.
    n_names : int
        Leading columns that name genes.
    columns : tuple of str or None
        The columns after these: the sample of each, or None for a column that is of no
        sample, such as detection calls.
    """

    name: str
    n_names: int
    columns: tuple[str | None, ...]


@dataclass(frozen=True)
class GeneCounts:
    """How the genes of a training and a test file compare.

    Attributes
    ----------
    n_shared : int
        Genes of both files: those of the data set.
    n_only_training, n_only_test : int
        Genes of one file only, which were left out.
    order_differs : bool
        Whether the shared genes stand in another order in the two files.
    """

    n_shared: int
    n_only_training: int = 0
    n_only_test: int = 0
    order_differs: bool = False


@dataclass(frozen=True)
class Dataset:
    """Expression values with labels, names and the given split.

    Attributes
    ----------
    X : ndarray of float, shape (n_samples, n_genes)
        Expression values in `unit`.
    y : ndarray of str, shape (n_samples,)
        Class labels.
    partition : ndarray of str, shape (n_samples,)
        "train" or "test", as the data set gives them.
    sample_ids : tuple of str, length n_samples
        Names of the samples.
    gene_ids : tuple of str, length n_genes
        Names of the probes or genes.
    gene_descriptions : tuple of str, length n_genes
        What each gene is; may be empty.
    calls : ndarray of str or None, shape (n_samples, n_genes)
        Detection calls, where the file has them.
    covariates : DataFrame, shape (n_samples, n_covariates)
        What else is known of each sample, as text; often nothing. Never enters `X`.
    unit : str
        Unit of `X`.
    join : LabelJoin
        How the labels were joined.
    ledger : tuple of LedgerStep
        What reading and cleaning did.
    columns : tuple of FileColumns
        Where the samples stood in the files; empty where the reader does not say.
    gene_counts : GeneCounts or None
        How the genes of two files compare; None where there is one file.
    unlabelled : tuple of str
        Samples of the files that were left out because their class is unknown.
    """

    X: NDArray[np.float64]
    y: NDArray[np.str_]
    partition: NDArray[np.str_]
    sample_ids: tuple[str, ...]
    gene_ids: tuple[str, ...]
    gene_descriptions: tuple[str, ...]
    calls: NDArray[np.str_] | None
    covariates: pd.DataFrame
    unit: str
    join: LabelJoin
    ledger: tuple[LedgerStep, ...]
    columns: tuple[FileColumns, ...] = ()
    gene_counts: GeneCounts | None = None
    unlabelled: tuple[str, ...] = ()

    @property
    def classes(self) -> tuple[str, ...]:
        """Sorted class labels; every class axis follows this order."""
        return tuple(sorted(set(self.y.tolist())))

    @property
    def train(self) -> NDArray[np.intp]:
        """Rows of the given training samples."""
        return np.flatnonzero(self.partition == "train")

    @property
    def test(self) -> NDArray[np.intp]:
        """Rows of the given test samples; empty where the data set has none."""
        return np.flatnonzero(self.partition == "test")

    def without(self, rows: NDArray[np.intp], step: LedgerStep) -> Self:
        """Leave samples out.

        Parameters
        ----------
        rows : ndarray of int
            The samples.
        step : LedgerStep
            What the ledger says of it.

        Returns
        -------
        Dataset
            The other samples, in their order.
        """
        kept = np.setdiff1d(np.arange(len(self.y)), rows)
        return replace(
            self,
            X=self.X[kept],
            y=self.y[kept],
            partition=self.partition[kept],
            sample_ids=tuple(self.sample_ids[row] for row in kept),
            calls=None if self.calls is None else self.calls[kept],
            covariates=self.covariates.iloc[kept],
            ledger=(*self.ledger, step),
        )

    def without_genes(self, columns: NDArray[np.intp], step: LedgerStep) -> Self:
        """Leave genes out.

        Parameters
        ----------
        columns : ndarray of int
            The genes.
        step : LedgerStep
            What the ledger says of it.

        Returns
        -------
        Dataset
            The other genes, in their order.
        """
        kept = np.setdiff1d(np.arange(len(self.gene_ids)), columns)
        return replace(
            self,
            X=self.X[:, kept],
            gene_ids=tuple(self.gene_ids[column] for column in kept),
            gene_descriptions=tuple(self.gene_descriptions[column] for column in kept),
            calls=None if self.calls is None else self.calls[:, kept],
            ledger=(*self.ledger, step),
        )


def labelled(dataset: Dataset) -> Dataset:
    """Leave out the samples whose class is unknown: nothing can be learned from them.

    Parameters
    ----------
    dataset : Dataset
        As read; an unknown class is the empty text.

    Returns
    -------
    Dataset
        The others, with a step in the ledger where any was left out.
    """
    rows = np.flatnonzero(dataset.y == "")
    if not rows.size:
        return dataset
    names = tuple(dataset.sample_ids[row] for row in rows)
    n_samples, n_genes = dataset.X.shape
    step = LedgerStep(
        step="Samples without a class left out",
        detail=f"class unknown: {_some(names)}",
        n_samples_in=n_samples,
        n_genes_in=n_genes,
        n_samples_out=n_samples - len(names),
        n_genes_out=n_genes,
        unit=dataset.unit,
    )
    return replace(dataset.without(rows, step), unlabelled=names)


def named_column(dataset: Dataset, column: str, key: str) -> str:
    """Find a covariate by the name that the study file gives it.

    Parameters
    ----------
    dataset : Dataset
        The data.
    column : str
        The name: as it stands in the file, or differing from one column in capitals only.
    key : str
        The setting that names it, for the error message.

    Returns
    -------
    str
        The name as it stands in the file.

    Raises
    ------
    ConfigError
        If there is no such column, or several differ from the name in capitals only.
    """
    columns = [str(name) for name in dataset.covariates.columns]
    if column in columns:
        return column
    alike = [name for name in columns if name.casefold() == column.casefold()]
    if len(alike) != 1:
        raise ConfigError(
            f"evaluate.{key}: expected a column of the samples table "
            f"({', '.join(columns) or 'none'}), found {column!r}"
        )
    return alike[0]


def join_labels(
    column_ids: Sequence[str],
    labels: Mapping[str, str],
    *,
    matrix_name: str,
    labels_name: str,
) -> tuple[list[int], LabelJoin]:
    """Join labels to sample columns by name, never by position.

    Parameters
    ----------
    column_ids : sequence of str, length n_samples
        Names of the sample columns, in the order of the file.
    labels : mapping of str to str
        Class of each sample name, in the order of the label table; empty where it is unknown.
    matrix_name, labels_name : str
        File names for the error message.

    Returns
    -------
    order : list of int, length n_samples
        For each sample of the label table, its column.
    join : LabelJoin
        The record of the join; samples without a class have no part in it.

    Raises
    ------
    DataError
        If a sample has no label or a label has no sample.
    """
    column_of = {sample: column for column, sample in enumerate(column_ids)}
    unlabelled = [sample for sample in column_ids if sample not in labels]
    if unlabelled:
        raise DataError(
            f"{labels_name}: expected a label for every sample of {matrix_name}, "
            f"found none for {_some(unlabelled)}"
        )
    unmatched = [sample for sample in labels if sample not in column_of]
    if unmatched:
        raise DataError(
            f"{matrix_name}: expected a column for every label of {labels_name}, "
            f"found none for sample {_some(unmatched)}"
        )
    order = [column_of[sample] for sample in labels]
    join = _joined(
        [sample for sample in column_ids if labels[sample]],
        {sample: label for sample, label in labels.items() if label},
    )
    return order, join


def _joined(column_ids: Sequence[str], labels: Mapping[str, str]) -> LabelJoin:
    """Record the join of columns and labels that name the same samples."""
    wrong = [
        sample
        for sample, label in zip(column_ids, labels.values(), strict=True)
        if labels[sample] != label
    ]
    shown = (wrong or list(column_ids))[:N_PAIRS]
    runs = _runs(column_ids, labels)
    return LabelJoin(
        method="name",
        n_matched=len(labels),
        order_differs=list(column_ids) != list(labels),
        n_wrong_by_position=len(wrong),
        first_pairs=tuple((sample, labels[sample]) for sample in shown),
        n_displaced=sum(a != b for a, b in zip(column_ids, labels, strict=True)),
        n_runs=len(runs),
        runs=tuple(runs[:N_RUNS]),
    )


def _runs(column_ids: Sequence[str], labels: Mapping[str, str]) -> list[tuple[str, str]]:
    """First and last samples of the columns that follow each other in the label table as well."""
    place_of = {sample: place for place, sample in enumerate(labels)}
    places = np.array([place_of[sample] for sample in column_ids])
    ends = [*(np.flatnonzero(np.diff(places) != 1) + 1).tolist(), len(places)]
    starts = [0, *ends[:-1]]
    return [
        (column_ids[start], column_ids[end - 1]) for start, end in zip(starts, ends, strict=True)
    ]


def check_classes(y: Sequence[str], partition: Sequence[str], *, labels_name: str) -> None:
    """Refuse labels that no classifier can learn from.

    Parameters
    ----------
    y : sequence of str, length n_samples
        Class labels, empty where unknown: those have no part in it.
    partition : sequence of str, length n_samples
        "train" or "test".
    labels_name : str
        The file the labels come from, for the error message.

    Raises
    ------
    DataError
        If there is one class only, or a class has fewer than `MIN_PER_CLASS` training
        samples.
    """
    classes = sorted(set(y) - {""})
    n_out = sum(not label for label in y)
    without = " without a class was" if n_out == 1 else "s without a class were"
    left_out = f" ({n_out} sample{without} left out)" if n_out else ""
    if len(classes) < 2:
        raise DataError(f"{labels_name}: expected at least 2 classes, found {classes}{left_out}")
    trained = Counter(label for label, part in zip(y, partition, strict=True) if part == "train")
    for label in classes:
        if trained[label] < MIN_PER_CLASS:
            raise DataError(
                f"{labels_name}: expected at least {MIN_PER_CLASS} training samples in each "
                f"class, found {trained[label]} in class {label!r}{left_out}"
            )


def _some(names: Sequence[str]) -> str:
    """Name the first three, and count the rest."""
    shown = ", ".join(repr(name) for name in names[:3])
    return shown if len(names) <= 3 else f"{shown} and {len(names) - 3} more"
