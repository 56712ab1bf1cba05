from dataclasses import replace

import numpy as np
import pytest
from study_fixtures import labelled

from pipeline.audits import probes
from pipeline.config import Config
from pipeline.dataset import Dataset
from pipeline.errors import DataError
from pipeline.records.audit import MAX_LISTED
from report.formats import plain


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


# Spike-ins ERCC-00002 and so on are controls; ERCC-1 is another name of the gene ERCC1.
NAMED = ("AFFX-BioB-5_at", "ERCC-00002", "(-)3xSLv1", "X95735_at", "hum_AFFX", "ERCC1", "ERCC-1")


def test_control_probes_are_named(toy_config: Config) -> None:
    """Controls are told by the beginnings of their names, and raised only where they are kept."""
    left_out, kept = (probes.controls(study(*NAMED), config) for config in both(toy_config))

    assert NAMED[:3] == left_out.names == kept.names
    assert ((False, False), (True, True)) == (
        (left_out.is_raised, left_out.kept),
        (kept.is_raised, kept.kept),
    )
    assert "left out of models and ranking" in plain(left_out.statement)


def both(config: Config) -> tuple[Config, Config]:
    """The study that leaves controls out, which is the default, and the one that keeps them."""
    section = config.preprocess.model_copy(update={"keep_controls": True})
    return config, config.model_copy(update={"preprocess": section})


def test_genes_are_no_controls(toy_config: Config) -> None:
    """Nothing is raised where there is none."""
    for config in both(toy_config):
        assert not probes.controls(study("X95735_at"), config).is_raised


def test_models_do_not_see_controls(toy_config: Config) -> None:
    """The other genes stay with their values, descriptions and calls; the ledger counts both."""
    dataset = replace(study("g", "AFFX-1", texts=("gene", "control")), calls=np.full((12, 40), "P"))

    actual = probes.without_controls(dataset, toy_config)

    assert ("g", *dataset.gene_ids[2:]) == actual.gene_ids
    assert ("gene", *dataset.gene_descriptions[2:]) == actual.gene_descriptions
    assert np.array_equal(np.delete(dataset.X, 1, axis=1), actual.X)
    assert actual.calls is not None
    assert (12, 39) == actual.calls.shape
    assert (40, 39) == (actual.ledger[-1].n_genes_in, actual.ledger[-1].n_genes_out)


def test_controls_stay_where_the_study_says_so(toy_config: Config) -> None:
    """The data are then what they were; as they are where no gene is a control."""
    dataset, plain_one = study("AFFX-1"), study()

    assert dataset is probes.without_controls(dataset, both(toy_config)[1])
    assert plain_one is probes.without_controls(plain_one, toy_config)


def test_controls_alone_are_no_study(toy_config: Config) -> None:
    """The message says how many genes are left, and what would keep the controls."""
    dataset = study(*(f"AFFX-{i}" for i in range(39)))

    with pytest.raises(DataError, match=r"found 1 and 39 controls .*keep_controls = true"):
        probes.without_controls(dataset, toy_config)


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
