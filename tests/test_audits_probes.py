from dataclasses import replace

import numpy as np
import pytest
from study_fixtures import labelled

from pipeline.audits import probes
from pipeline.dataset import Dataset
from pipeline.records.audit import MAX_LISTED


def study(*names: str, texts: tuple[str, ...] = ()) -> Dataset:
    """Make a study whose first genes have these names."""
    dataset = labelled(["a", "b"] * 6, n_test=4)
    return replace(
        dataset,
        gene_ids=(*names, *dataset.gene_ids[len(names) :]),
        gene_descriptions=(*texts, *dataset.gene_descriptions[len(texts) :]),
    )


def test_constant_genes_are_named() -> None:
    """A gene with one value in all training samples is told, whatever the test samples have."""
    dataset = study()
    dataset.X[dataset.train, 3] = 1.0

    actual = probes.constant(dataset)

    assert (1, ("g3",), True) == (actual.n, actual.names, actual.is_raised)


def test_genes_that_vary_are_not_constant() -> None:
    """Noise varies in every gene."""
    assert (0, False) == (probes.constant(study()).n, probes.constant(study()).is_raised)


def test_absent_genes_are_named() -> None:
    """A gene is absent where it is called so in every sample."""
    calls = np.full((12, 40), "A")
    calls[:, 2:] = "P"
    calls[5, 1] = "M"

    actual = probes.absent(replace(study(), calls=calls))

    assert (1, ("g0",), True) == (actual.n, actual.names, actual.is_raised)


def test_without_calls_nothing_is_absent() -> None:
    """The check does not apply."""
    actual = probes.absent(study())

    assert ("the data have no calls", False) == (actual.not_run, actual.is_raised)


def test_control_probes_are_named() -> None:
    """Controls are told by the beginnings of their names."""
    actual = probes.controls(study("AFFX-BioB-5_at", "ERCC-00002", "X95735_at", "hum_AFFX"))

    assert ("AFFX-BioB-5_at", "ERCC-00002") == actual.names


def test_genes_are_no_controls() -> None:
    """Nothing is raised where there is none."""
    assert not probes.controls(study("X95735_at")).is_raised


@pytest.mark.parametrize(
    "name",
    [
        "1-Dec",
        "6-Sep",
        "2-Mar",
        "02-MAR",
        "Mar-01",
        "Sep-06",
        "Sept-06",
        "2001-03-01",
        "2001-03-01 00:00:00",
        "3/1/2001",
        "1-Dez",
        "2-Mrz",
        "2.31E+13",
    ],
)
def test_dates_are_told(name: str) -> None:
    """What spreadsheets make of DEC1, SEPT6, MARCH1 or 2310009E13."""
    actual = probes.dates(study(name))

    assert ((name,), True) == (actual.names, actual.is_raised)


@pytest.mark.parametrize(
    "name",
    [
        "DEC1",
        "MARCH1",
        "MARCHF1",
        "SEPT6",
        "SEPTIN6",
        "dec-11",
        "mar-1",
        "X95735_at",
        "1007_s_at",
        "OCT4",
        "Marco",
        "AFFX-r2-Ec-bioB-5_at",
        "2310009E13Rik",
        "100008567",
        "ENSG00000141510",
    ],
)
def test_gene_names_are_no_dates(name: str) -> None:
    """Names that a spreadsheet has not touched are let be."""
    assert () == probes.dates(study(name)).names


def test_a_description_may_be_damaged() -> None:
    """Symbols stand in the descriptions of many files."""
    actual = probes.dates(study("7954_at", texts=("1-Dec",)))

    assert ("7954_at (1-Dec)",) == actual.names


def test_long_lists_are_cut_and_counted() -> None:
    """All 60 are counted and 50 named."""
    dataset = labelled(["a", "b"] * 6, n_genes=60)
    dataset.X[:] = 0.0

    actual = probes.constant(dataset)

    assert (60, MAX_LISTED) == (actual.n, len(actual.names))
