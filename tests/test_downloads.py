import base64
import csv
import gzip
import io
import json
from urllib.parse import unquote_to_bytes

import pytest
from report_fixtures import parse, small

from pipeline.results import Results, dumps
from report import downloads, explore
from report.downloads import Download
from report.figures.style import Picture


def content(uri: str) -> bytes:
    """Take a data address apart."""
    kind, _, data = uri.partition(",")
    return base64.b64decode(data) if kind.endswith(";base64") else unquote_to_bytes(data)


@pytest.mark.parametrize(
    ("mime", "given"),
    [("text/csv", b"a,b\r\n1,2\r\n"), ("text/csv", b"\xce\xb1" * 50), ("application/gzip", b"\0")],
    ids=["quoted", "encoded", "binary"],
)
def test_a_data_address_holds_the_file(mime: str, given: bytes) -> None:
    """What is saved is what was put in."""
    assert given == content(Download("name", mime, given, "what").data_uri)


def test_a_data_address_is_the_shorter_of_two() -> None:
    """Plain text is quoted, text that would have to be escaped is encoded."""
    plain, greek = (
        Download("name", "text/csv", text.encode(), "what").data_uri for text in ("a,b", "α" * 50)
    )

    assert "data:text/csv,a,b" == plain
    assert greek.startswith("data:text/csv;base64,")


def test_the_page_carries_the_results(toy_results: Results, toy_pages: tuple[str, str]) -> None:
    """The packed file in the page is results.json, to the byte, and stands there once."""
    (aside,) = parse(toy_pages[0]).by_class("downloads")
    links = [a.attributes for a in aside.all("a")]

    assert downloads.RESULTS_NAME == links[0]["download"]
    assert dumps(toy_results).encode() == gzip.decompress(content(links[0]["href"]))
    assert 1 == toy_pages[0].count("data:application/gzip")


def test_packing_knows_no_clock(toy_results: Results) -> None:
    """The packed file has no time in it (RFC 1952: bytes 4 to 7)."""
    (packed, *_) = downloads.downloads(toy_results)

    assert bytes(4) == packed.content[4:8]


def test_every_figure_has_its_data(toy_pages: tuple[str, str]) -> None:
    """Below every figure a link saves its numbers, or leads to the results."""
    figures = list(parse(toy_pages[0]).all("figure"))

    assert figures
    for figure in figures:
        (link,) = figure.by_class("data")
        saves = link.attributes["href"].startswith("data:text/csv")
        assert saves == ("download" in link.attributes)
        assert saves or link.attributes["href"] == "#downloads"


def test_data_of_figures_are_tables(toy_pictures: dict[str, Picture]) -> None:
    """Every figure has rows, and in each a cell for every column."""
    for picture in toy_pictures.values():
        head, *rows = csv.reader(io.StringIO(picture.data.csv.decode(), newline=""))

        assert len(set(head)) == len(head) > 1
        assert rows
        assert {len(head)} == {len(row) for row in rows}


def test_large_data_are_not_put_in_twice(toy_pictures: dict[str, Picture]) -> None:
    """Beyond the limit the figure has no file of its own."""
    sizes = {key: len(picture.data.csv) for key, picture in toy_pictures.items()}
    expected = {key for key, size in sizes.items() if size <= downloads.MAX_BYTES}

    assert expected == {key for key, p in toy_pictures.items() if downloads.figure_data(p)}


def test_the_data_of_an_embedding_are_its_points(
    toy_results: Results, toy_pictures: dict[str, Picture]
) -> None:
    """A row for each sample, in order, with its place."""
    record = toy_results.embeddings[0]
    n = toy_results.data.n_samples
    rows = toy_pictures[record.key].data.rows[:n]

    assert [sample.id for sample in toy_results.data.samples] == [row[0] for row in rows]
    assert list(record.coordinates) == [row[3:5] for row in rows]


def test_the_data_of_the_accuracies_are_those_of_the_results(
    toy_results: Results, toy_pictures: dict[str, Picture]
) -> None:
    """A row for each model and protocol, as the results have it."""
    rows = toy_pictures["accuracies"].data.rows
    expected = [
        (e.accuracy, e.accuracy_interval.low, e.accuracy_interval.high, e.n_errors)
        for key in ("given", "cv")
        for e in toy_results.of_protocol(key)
    ]

    assert expected == [row[2:6] for row in rows]


@pytest.mark.parametrize("key", ["pca", "arrays"])
def test_points_lie_on_their_marks(
    toy_results: Results, toy_pictures: dict[str, Picture], key: str
) -> None:
    """Each place of a sample of a round mark is the middle of one, in every panel."""
    picture, samples = toy_pictures[key], toy_results.data.samples
    drawn = {
        (round(float(c.attrib["cx"]), 1), round(float(c.attrib["cy"]), 1))
        for c in picture.svg.iter("circle")
    }
    first = toy_results.data.classes[0].label
    panels, rest = divmod(len(picture.points), len(samples))
    round_ones = [
        place
        for place, sample in zip(picture.points, samples * panels, strict=True)
        if sample.label == first
    ]

    assert (len(toy_results.audit.metrics) if key == "arrays" else 1, 0) == (panels, rest)
    assert round_ones
    missing = [
        (x, y) for x, y in round_ones if min((x - a) ** 2 + (y - b) ** 2 for a, b in drawn) > 0.2**2
    ]
    assert [] == missing


def test_samples_are_said_in_their_order(toy_results: Results) -> None:
    """For every sample its class, part and what the headline's model called it, held out."""
    said = json.loads(explore.samples(small(toy_results)))
    samples = toy_results.data.samples

    assert [sample.id for sample in samples] == [name for name, _ in said]
    for sample, (_, facts) in zip(samples, said, strict=True):
        assert facts.startswith(f"{sample.label}, ")
        assert ("independent test" in facts.partition(".")[0]) == (sample.partition == "test")


def test_calls_are_those_of_the_results(toy_results: Results) -> None:
    """What is said of a sample of the independent test is what the model called it."""
    evaluation = toy_results.evaluation("given", toy_results.primary.model)
    assert evaluation
    said = dict(json.loads(explore.samples(toy_results)))
    labels = [summary.label for summary in toy_results.data.classes]
    protocol = toy_results.protocol("given")

    for sample, call in zip(protocol.sample_ids, evaluation.predicted[0], strict=True):
        assert f"held out: {labels[call]} (" in said[sample]


def test_columns_of_all_genes_are_fields(toy_results: Results) -> None:
    """Every column that the script reads is a field of the table of genes."""
    fields = set(type(toy_results.genes.table).model_fields)
    named = {field for _, field, _ in json.loads(explore.genes(toy_results))["columns"]}

    assert named - {""} <= fields
    assert "ids" in named
