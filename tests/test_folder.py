import csv
import io
import re
from typing import Any
from xml.etree import ElementTree

import pikepdf
import pytest
from PIL import Image
from report_fixtures import HOSTILE_TEXTS, pdf_pieces, renamed, small

from pipeline import results as records
from pipeline.nested import in_processes
from pipeline.results import Results
from report import folder, html, pdf
from report.figures import catalogue
from report.folder import MANIFEST
from report.fonts import spell_controls
from report.formats import NO_BREAK
from report.tables import catalogue as table_catalogue
from report.tables.record import Table, columns

ENDS = ("svg", "pdf", "png")
SAFE = re.compile(r"(?:(?:figures|tables)/)?[A-Za-z0-9][A-Za-z0-9_.-]*", re.ASCII)


def made(results: Results, **options: Any) -> dict[str, bytes]:
    """Make all files; the page and its PDF are empty, they are made elsewhere."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(html, "pages", lambda results, figures, tables: ("", ""))
        patch.setattr(pdf, "render", lambda page, attachments: b"")
        return folder.contents(results, **options)


def test_another_process_writes_the_same(toy_results: Results, files: dict[str, bytes]) -> None:
    """Figures' files that are made beside the page are those that are made before it."""
    beside = made(small(toy_results), beside=lambda task: in_processes([task], n_jobs=2))

    assert files == beside


@pytest.fixture(scope="module")
def files(toy_results: Results) -> dict[str, bytes]:
    """Make the files of the toy study."""
    return made(small(toy_results))


@pytest.fixture(scope="module")
def hostile(toy_results: Results) -> dict[str, bytes]:
    """Make the files of a study whose genes, samples, classes and title strangers named."""
    results = small(toy_results)
    samples = [sample.id for sample in results.data.samples]
    names = dict(zip(results.genes.table.ids, _named("gene"), strict=False))
    names |= dict(zip(samples, _named("sample"), strict=False))
    names |= dict(zip(results.genes.table.descriptions, _named("description"), strict=False))
    names |= dict(zip(["B-cell", "T-cell", "myeloid"], HOSTILE_TEXTS[7:10], strict=True))
    names |= {"The toy study": HOSTILE_TEXTS[8]}
    # What no study can set, but a results file of strangers could.
    names |= {results.embeddings[0].key: "../../x", results.methods[0].title: HOSTILE_TEXTS[9]}
    return made(renamed(results, names))


def _named(of: str) -> list[str]:
    """Name things, whatever else their names hold."""
    return [*HOSTILE_TEXTS, *(f"{of} {text}" for text in HOSTILE_TEXTS[:3])]


def width_mm(name: str) -> int:
    """Tell a figure's width from its name."""
    return 85 if "-85mm." in name else 170


def of_kind(files: dict[str, bytes], *ends: str) -> dict[str, bytes]:
    """Give the figures' and tables' files, and chapters, whose names end so."""
    names = [name for name in files if name.endswith(ends) and name != "report.pdf"]
    return {name: files[name] for name in names}


def test_each_figure_has_three_formats(toy_results: Results, files: dict[str, bytes]) -> None:
    """Each figure is there as SVG, PDF and PNG under its number in the report, with its data."""
    drawn = catalogue.draw(small(toy_results))
    stems = {key: f"figures/{picture.number:02d}-{key}" for key, picture in drawn.items()}

    expected = {f"{stem}.{end}" for stem in stems.values() for end in ("csv", *ENDS)}
    expected |= {f"{stems['arrays']}-85mm.{end}" for end in ENDS}

    assert expected == {name for name in files if name.startswith("figures/")}


def test_without_pdf_a_figure_is_svg_alone(toy_results: Results) -> None:
    """Where no PDF can be made, each figure has its drawing and its data."""
    files = made(small(toy_results), with_pdf=False)

    ends = {name.rpartition(".")[2] for name in files if name.startswith("figures/")}
    assert {"csv", "svg"} == ends


def test_a_figure_has_its_title_and_can_be_copied(
    toy_results: Results, files: dict[str, bytes]
) -> None:
    """A PDF is called what its figure is called, and its letters are text."""
    picture = catalogue.draw(small(toy_results))["pca"]
    content = files[f"figures/{picture.number:02d}-pca.pdf"]

    with pikepdf.open(io.BytesIO(content)) as document:
        assert picture.title == str(document.docinfo.Title)
    texts = [text.text or "" for text in picture.svg.iter("text")]
    expected, actual = (
        [t.replace(NO_BREAK, " ") for t in of] for of in (texts, pdf_pieces(content))
    )
    assert sorted(expected) == sorted(actual)


def test_each_table_has_two_formats(toy_results: Results, files: dict[str, bytes]) -> None:
    """Each table is there as CSV and LaTeX; so are, as CSV, all genes and all samples."""
    stems = [
        f"S{t.number}-{key}" if t.supplement else f"{t.number:02d}-{key}"
        for key, t in table_catalogue.build(small(toy_results)).items()
    ]

    expected = {f"tables/{stem}.{end}" for stem in stems for end in ("csv", "tex")}
    expected |= {"tables/genes.csv", "tables/samples.csv"}

    assert expected == {name for name in files if name.startswith("tables/")}


def test_a_png_has_300_dots_per_inch(files: dict[str, bytes]) -> None:
    """A PNG is one or two columns wide at 300 dots an inch, opaque, and white in its corner."""
    for name, content in of_kind(files, ".png").items():
        with Image.open(io.BytesIO(content)) as image:
            assert image.mode == "RGB", name
            assert image.info["dpi"] == pytest.approx((300, 300), abs=0.1)
            assert image.width == pytest.approx(width_mm(name) / 25.4 * 300, abs=1)
            assert (
                (255, 255, 255) == image.getpixel((0, image.height - 1)) == image.getpixel((0, 0))
            )


def test_a_pdf_figure_has_its_fonts(files: dict[str, bytes]) -> None:
    """A PDF is as wide as one or two columns, has our TrueType fonts in it, and no date."""
    for name, content in of_kind(files, ".pdf").items():
        with pikepdf.open(io.BytesIO(content)) as document:
            box = document.pages[0].MediaBox
            fonts = [f for f in document.objects if isinstance(f, pikepdf.Dictionary)]
            described = [f for f in fonts if f.get("/Type") == "/FontDescriptor"]
            kinds = {str(f.Subtype) for f in fonts if f.get("/Type") == "/Font"}
            assert float(box[2]) == pytest.approx(width_mm(name) / 25.4 * 72, abs=0.1), name
            assert {"/Type0", "/CIDFontType2"} == kinds, name
            assert all("/FontFile2" in font for font in described), name
            named = {str(font.FontName)[8:] for font in described}
            assert {"Report-Sans", "Report-Sans-Semi-Bold"} >= named, name
            assert not [key for key in document.docinfo if "Date" in key], name


def test_numbers_are_read_by_programs() -> None:
    """In a CSV a minus is a hyphen and what is undefined an empty cell; text stays."""
    table = Table("key", "", columns("Name", "*Number"), (("a–b", "−0.5"), ("−", "–"), ("c", "1")))

    assert b"Name,Number\r\na\xe2\x80\x93b,-0.5\r\n\xe2\x88\x92,\r\nc,1\r\n" == folder._csv(table)


def test_the_list_is_sorted_and_last(files: dict[str, bytes]) -> None:
    """The list stands for all the others, by name."""
    names = [line.partition("  ")[2] for line in files[MANIFEST].decode().splitlines()]

    assert sorted(set(files) - {MANIFEST}) == names
    assert MANIFEST == list(files)[-1]


def test_the_fingerprint_is_no_part_of_what_it_names(toy_results: Results) -> None:
    """The results do not hold their fingerprint; other results have another."""
    before = records.fingerprint(toy_results)
    other = toy_results.model_copy(update={"n_scored_on_test": 99})

    assert before not in records.dumps(toy_results)
    assert before != records.fingerprint(other)


def test_without_files_only_the_report_is_made(toy_results: Results) -> None:
    """Figures, tables and chapters can be left out, and the results with them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(html, "pages", lambda results, figures, tables: ("", ""))
        patch.setattr(catalogue, "draw", lambda results: {})
        actual = folder.contents(toy_results, with_pdf=False, with_files=False, with_results=False)

    assert ["report.html", MANIFEST] == list(actual)


def test_file_names_are_plain(hostile: dict[str, bytes]) -> None:
    """Whatever strangers called things, files have safe names inside the folder."""
    assert [] == [name for name in hostile if not SAFE.fullmatch(name)]
    assert "figures/01-x.svg" not in hostile
    assert any(re.fullmatch(r"figures/\d\d-x\.svg", name) for name in hostile)


@pytest.mark.parametrize("key", ["", "../..", "/", "\0", "‮", "a" * 300, "con:", "-rf", ".hidden"])
def test_any_key_makes_a_file_name(key: str) -> None:
    """A name has a number before it, is short, and holds letters, digits and hyphens."""
    assert re.fullmatch(r"07-[A-Za-z0-9][A-Za-z0-9_-]{0,59}", folder.file_name("7", key))


@pytest.mark.parametrize("text", HOSTILE_TEXTS, ids=range(len(HOSTILE_TEXTS)))
def test_a_hostile_name_is_a_cell(hostile: dict[str, bytes], text: str) -> None:
    """A gene of any name is a row of the table of genes; none is run as a formula."""
    rows = csv.reader(io.StringIO(hostile["tables/genes.csv"].decode(), newline=""))
    genes = [row[0] for row in rows]

    expected = spell_controls(text)

    assert (f"'{expected}" if expected.startswith(("=", "+", "-", "@")) else expected) in genes


def test_no_cell_is_a_formula(hostile: dict[str, bytes]) -> None:
    """No cell of any table starts as a formula does, but for numbers."""
    cells = [
        cell
        for content in of_kind(hostile, ".csv").values()
        for row in csv.reader(io.StringIO(content.decode(), newline=""))
        for cell in row
    ]

    starts = [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]

    assert any(cell.startswith("'=cmd|") for cell in cells)
    assert [] == [cell for cell in starts if not re.fullmatch(r"-[\d.]+(e-?\d+)?.*", cell)]


def test_hostile_names_are_no_markup(hostile: dict[str, bytes]) -> None:
    """A drawing is well-formed, and holds no script and no attribute of strangers."""
    for name, content in of_kind(hostile, ".svg").items():
        elements = list(ElementTree.fromstring(content).iter())  # noqa: S314  # our own
        assert not [e.tag for e in elements if e.tag.endswith(("script", "foreignObject"))], name
        assert not [k for e in elements for k in e.attrib if k.startswith("on")], name


def test_hostile_names_run_no_command(hostile: dict[str, bytes]) -> None:
    """In LaTeX no name reads a file or starts a program."""
    for name, content in of_kind(hostile, ".tex").items():
        commands = set(re.findall(r"\\([A-Za-z]+)", content.decode().partition("\\input.\n")[2]))
        assert not commands & {"input", "write"}, name
    assert any(b"textbackslash{}input" in c for c in of_kind(hostile, ".tex").values())


@pytest.mark.parametrize("kind", [".csv", ".tex", ".md", ".bib", ".svg"])
def test_no_file_holds_a_control_character(hostile: dict[str, bytes], kind: str) -> None:
    """A null byte is spelled out wherever text is written."""
    for name, content in of_kind(hostile, kind).items():
        assert not re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]", content), name
