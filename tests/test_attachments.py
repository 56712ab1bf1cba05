import csv
import io
from collections.abc import Callable

import pytest
from report_fixtures import renamed

from pipeline.results import Results, dumps
from report.attachments import GENES, attachments, genes, samples
from report.samples import sample_table

TOML = """\
[study]
name = "toy"  # as the study's author wrote it
title = "µ"
"""


@pytest.fixture(scope="module")
def from_file(toy_results: Results) -> Results:
    """Let the toy study come from a file."""
    study = toy_results.study.model_copy(update={"toml": TOML})
    return toy_results.model_copy(update={"study": study})


def rows(content: bytes) -> list[dict[str, str]]:
    """Read a CSV file."""
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def test_the_files_are_results_study_genes_and_samples(from_file: Results) -> None:
    """The PDF carries what it was made from, and the whole of its tables."""
    expected = {"genes.csv", "results.json", "samples.csv", "toy.toml"}

    assert expected == {file.name for file in attachments(from_file)}


def test_every_file_is_described(from_file: Results) -> None:
    """Each attachment says in words of its own what it is."""
    described = [file.description for file in attachments(from_file)]

    assert len(described) == len(set(described) - {""})


@pytest.mark.parametrize(
    ("name", "content"),
    [("results.json", dumps), ("toy.toml", lambda results: TOML)],
    ids=["results", "study"],
)
def test_results_and_study_are_whole(
    from_file: Results, name: str, content: Callable[[Results], str]
) -> None:
    """The attached results and the attached study are those that the report was made of."""
    found = {file.name: file.content for file in attachments(from_file)}

    assert content(from_file).encode() == found[name]


def test_results_without_a_study_file_have_none(toy_results: Results) -> None:
    """Where the text of the study file is not known, there is no such attachment."""
    assert not toy_results.study.toml
    assert ["genes.csv", "results.json", "samples.csv"] == sorted(
        file.name for file in attachments(toy_results)
    )


def test_every_gene_has_a_row(toy_results: Results) -> None:
    """All genes are listed in their order, not only those that the report shows."""
    assert list(toy_results.genes.table.ids) == [row["gene"] for row in rows(genes(toy_results))]


@pytest.mark.parametrize("name", GENES[3:])
def test_numbers_of_genes_are_whole(toy_results: Results, name: str) -> None:
    """Every number comes back to its last digit, and what is undefined is empty."""
    expected = getattr(toy_results.genes.table, name)

    actual = [float(row[name]) if row[name] else None for row in rows(genes(toy_results))]

    assert list(expected) == actual


def test_genes_name_the_class_in_which_they_are_high(toy_results: Results) -> None:
    """Classes stand by name, not by number."""
    labels = [summary.label for summary in toy_results.data.classes]
    expected = [labels[k] for k in toy_results.genes.table.high_in]

    assert expected == [row["high_in"] for row in rows(genes(toy_results))]


def test_every_sample_has_a_row(toy_results: Results) -> None:
    """The samples stand in the order of the data, with the columns of the table of samples."""
    found = rows(samples(toy_results))

    assert [sample.id for sample in toy_results.data.samples] == [row["sample"] for row in found]
    assert list(sample_table(toy_results)[0]) == list(found[0])


def test_names_are_harmless(toy_results: Results) -> None:
    """A class or a gene that is named like a formula is not run by a spreadsheet."""
    results = renamed(toy_results, {"B-cell": "=1+1", "Zyxin": "@SUM(A1)"})

    written = [row for content in (genes(results), samples(results)) for row in rows(content)]

    cells = {cell for row in written for cell in row.values()}
    assert {"'=1+1", "'@SUM(A1)"} <= cells
    assert set() == {"=1+1", "@SUM(A1)"} & cells
