import io
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import conformance
import pikepdf
import pytest
from report_fixtures import python

from pipeline.results import Results
from report import finisher, pdf
from report.attachments import attachments
from report.pdf import Attachment

FILES = (
    Attachment("b.csv", b"a,b\r\n", "A table"),
    Attachment("a.json", b"{}", "Results"),
    Attachment("c.toml", b"", "A study"),
)
# What WeasyPrint does not write as the standards ask, and a group of rows longer than a page.
PIXEL = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGA"
    "WjR9awAAAABJRU5ErkJggg=="
)
PAGE = f"""<!DOCTYPE html><html lang=en><title>A page</title>
<style>
@page {{ size: A6; @top-left {{ content: "A running head" }} }}
li a {{ display: block }}
</style>
<h1 id=top>A page</h1>
<ul><li><a href="#top">Block</a> <span style="display: block">and a block</span></li></ul>
<img src="{PIXEL}" alt="One pixel">
<table>
<thead><tr><th scope=col>Group<th scope=col>Row</thead>
<tbody>
<tr><th scope=rowgroup rowspan=60>All<td>0</tr>{"".join(f"<tr><td>{k}</tr>" for k in range(59))}
</tbody>
<tbody><tr><th scope=rowgroup>Last<td>0</tr></tbody>
</table>"""

STEPS = {
    "identify": {"standards", "extension"},
    "scope_headers": {"scopes"},
    "close_grids": {"grids"},
    "wrap_list_bodies": {"lists"},
    "mark_margins": {"content"},
    "attach_once": {"attachments"},
    "keep_pixels": {"smoothing"},
}
"""Each step of the finisher, and the checks that fail without it."""


def failed(content: bytes) -> set[str]:
    """Name the checks that a file does not pass."""
    with pikepdf.open(io.BytesIO(content)) as document:
        return {check.__name__ for check in conformance.CHECKS if check(document)}


@pytest.fixture(scope="module")
def page() -> bytes:
    """Print the page that needs every step."""
    return pdf.render(PAGE, FILES)


@pytest.fixture(scope="module")
def report(toy_results: Results, toy_pages: tuple[str, str]) -> bytes:
    """Print the toy study's report with its attachments."""
    return pdf.render(toy_pages[1], attachments(toy_results))


@pytest.fixture
def document(page: bytes) -> Iterator[pikepdf.Pdf]:
    """Open a copy of the page, to be broken."""
    with pikepdf.open(io.BytesIO(page)) as opened:
        yield opened


def test_the_report_conforms(report: bytes) -> None:
    """The toy study's report passes every check."""
    assert set() == failed(report)


def test_the_page_conforms(page: bytes) -> None:
    """A page with everything that WeasyPrint writes otherwise passes every check."""
    assert set() == failed(page)


@pytest.mark.parametrize(("step", "expected"), STEPS.items(), ids=STEPS.keys())
def test_each_step_is_needed(
    monkeypatch: pytest.MonkeyPatch, step: str, expected: set[str]
) -> None:
    """Without a step of the finisher, the checks that it is there for fail, and no others."""
    monkeypatch.setattr(finisher, step, lambda pdf: None)

    assert expected == failed(pdf.render(PAGE, FILES))


def test_writing_once_changes_no_content(
    monkeypatch: pytest.MonkeyPatch, document: pikepdf.Pdf
) -> None:
    """The last step saves time: every stream holds what it would hold without."""
    monkeypatch.setattr(finisher, "write_once", lambda pdf: None)
    with pikepdf.open(io.BytesIO(pdf.render(PAGE, FILES))) as plain:
        expected = streams(plain)

    assert expected == streams(document)
    assert expected


def streams(document: pikepdf.Pdf) -> list[bytes]:
    """Unpack every stream but the tables of where the others stand."""
    found = (each for each in document.objects if isinstance(each, pikepdf.Stream))
    return [each.read_bytes() for each in found if each.get("/Type") != "/XRef"]


def link(document: pikepdf.Pdf) -> pikepdf.Dictionary:
    """Give the first link."""
    found: pikepdf.Dictionary = document.pages[0].Annots[0]
    return found


def font(document: pikepdf.Pdf, key: str) -> pikepdf.Dictionary:
    """Give the first font that has a key."""
    return next(
        each
        for each in document.objects
        if isinstance(each, pikepdf.Dictionary) and each.get("/Type") == "/Font" and key in each
    )


def image(document: pikepdf.Pdf) -> pikepdf.Stream:
    """Give the first image."""
    return next(
        each
        for each in document.objects
        if isinstance(each, pikepdf.Stream) and each.get("/Subtype") == "/Image"
    )


Break = Callable[[pikepdf.Pdf], None]


def change(place: Callable[[pikepdf.Pdf], Any], key: str | int, value: Any = None) -> Break:
    """Give a key another value, or take it away."""

    def broken(document: pikepdf.Pdf) -> None:
        found = place(document)
        if value is None:
            del found[key]
        else:
            found[key] = value

    return broken


def swap(before: bytes, after: bytes) -> Break:
    """Replace text in the metadata."""

    def broken(document: pikepdf.Pdf) -> None:
        metadata = document.Root.Metadata
        content = metadata.read_bytes()
        assert before in content
        metadata.write(content.replace(before, after))

    return broken


def root(document: pikepdf.Pdf) -> pikepdf.Object:
    """Give the catalogue."""
    return document.Root


def attachment(document: pikepdf.Pdf) -> pikepdf.Object:
    """Give the first attachment."""
    return document.Root.AF[0]


def first(kind: str, *path: str) -> Callable[[pikepdf.Pdf], Any]:
    """Find the first element of a kind, or something below it."""

    def found(document: pikepdf.Pdf) -> Any:
        place = next(conformance.elements(document, kind))
        for key in path:
            place = place[key]
        return place

    return found


BREAKS: dict[str, tuple[str, Break]] = {
    "not marked": ("catalogue", change(lambda d: d.Root.MarkInfo, "/Marked")),
    "no language": ("catalogue", change(root, "/Lang")),
    "title not shown": ("catalogue", change(root, "/ViewerPreferences")),
    "no title": ("catalogue", change(lambda d: d.docinfo, "/Title")),
    "no identifier": ("identifier", change(lambda d: d.trailer, "/ID")),
    "no profile": ("colours", change(root, "/OutputIntents")),
    "another intent": (
        "colours",
        change(lambda d: d.Root.OutputIntents[0], "/S", pikepdf.Name.GTS_PDFX),
    ),
    "another part of PDF/A": ("standards", swap(b'part="3"', b'part="2"')),
    "another level": ("standards", swap(b'conformance="A"', b'conformance="B"')),
    "another part of PDF/UA": ("standards", swap(b"pdfuaid:part>1<", b"pdfuaid:part>2<")),
    "no schema": ("extension", swap(b"pdfaSchema:namespaceURI", b"pdfaSchema:uri")),
    "no alternative": ("alternatives", change(first("/Figure"), "/Alt")),
    "an empty alternative": ("alternatives", change(first("/Figure"), "/Alt", " ")),
    "no scope": ("scopes", change(first("/TH", "/A"), "/Scope")),
    "a cell less": ("grids", change(first("/TR", "/K"), 0)),
    "a cell too wide": ("grids", change(first("/TH", "/A"), "/ColSpan", 2)),
    "a cell beyond its rows": ("grids", change(first("/TH", "/A"), "/RowSpan", 2)),
    "an item without body": ("lists", change(first("/LBody"), "/S", pikepdf.Name.P)),
    "smoothing": ("smoothing", change(image, "/Interpolate", True)),
    "a font elsewhere": (
        "fonts",
        change(lambda d: font(d, "/FontDescriptor").FontDescriptor, "/FontFile2"),
    ),
    "a font without meaning": ("fonts", change(lambda d: font(d, "/ToUnicode"), "/ToUnicode")),
    "an attachment twice": ("attachments", lambda d: d.Root.AF.append(d.Root.AF[0])),
    "an attachment less": ("attachments", change(lambda d: d.Root.AF, 0)),
    "no relation": ("attachments", change(attachment, "/AFRelationship")),
    "no description": ("attachments", change(attachment, "/Desc")),
    "a hidden link": ("links", change(link, "/F", 2)),
    "a link without words": ("links", change(link, "/Contents")),
    "a link on its own": ("links", change(link, "/StructParent")),
    "no bookmarks": ("bookmarks", change(root, "/Outlines")),
    "a bookmark to nowhere": (
        "bookmarks",
        change(lambda d: d.Root.Outlines.First.Dest, 0, pikepdf.Dictionary()),
    ),
    "a script": (
        "scripts",
        change(link, "/A", pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")),
    ),
    "an action on opening": ("scripts", change(root, "/OpenAction", pikepdf.Array())),
    "a line without a mark": (
        "content",
        lambda d: d.pages[0].contents_add(b"0 0 m 9 9 l S"),
    ),
    "text out of the tree": ("content", change(first("/Document", "/K"), 0)),
}


@pytest.mark.parametrize(("expected", "broken"), BREAKS.values(), ids=BREAKS.keys())
def test_a_broken_file_is_found(document: pikepdf.Pdf, expected: str, broken: Break) -> None:
    """Each thing that the standards ask for is missed where it is gone."""
    broken(document)

    assert [] != getattr(conformance, expected)(document)


def test_encryption_is_found(page: bytes) -> None:
    """An encrypted file is found."""
    encrypted = io.BytesIO()
    with pikepdf.open(io.BytesIO(page)) as document:
        document.save(encrypted, encryption=pikepdf.Encryption(owner="a", user=""))

    assert "identifier" in failed(encrypted.getvalue())


def test_every_check_is_seen_to_fail() -> None:
    """There is a broken file for every check."""
    assert {check.__name__ for check in conformance.CHECKS} == {name for name, _ in BREAKS.values()}


def test_a_cut_table_keeps_all_its_rows(document: pikepdf.Pdf) -> None:
    """Over the pages the table has its rows once each, and its head on every page."""
    cells = [len(conformance.kids(row)) for row in conformance.elements(document, "/TR")]
    n_pieces = len(list(conformance.elements(document, "/Table")))

    assert n_pieces > 1
    # One spanning cell for the group, and for each piece after the first an empty one.
    assert 61 + n_pieces == len(cells)
    assert 61 + 2 * n_pieces + 2 + (n_pieces - 1) == sum(cells)


def test_margins_are_artifacts(document: pikepdf.Pdf) -> None:
    """The running head of every page is marked as pagination."""
    marked = [
        operands[1].Type
        for page in document.pages
        for operands, operator in pikepdf.parse_content_stream(page)
        if str(operator) == "BDC" and operands[0] == "/Artifact"
    ]

    assert [pikepdf.Name.Pagination] * len(document.pages) == marked


def test_attachments_come_out_as_they_went_in(document: pikepdf.Pdf) -> None:
    """Every attachment has its bytes, in the order of names."""
    expected = {file.name: file.content for file in FILES}

    actual = {
        name: document.attachments[name].get_file().read_bytes() for name in document.attachments
    }

    assert expected == actual


def test_types_of_attachments_are_those_of_their_names(document: pikepdf.Pdf) -> None:
    """Whatever the system thinks of names, CSV, JSON and TOML have their types."""
    expected = {"a.json": "application/json", "b.csv": "text/csv", "c.toml": "application/toml"}

    actual = {name: file.get_file().mime_type for name, file in document.attachments.items()}

    assert expected == actual


def test_attachments_are_data(document: pikepdf.Pdf) -> None:
    """Each attachment says that it holds the data of the report."""
    assert ["/Data"] * len(FILES) == [str(file.AFRelationship) for file in document.Root.AF]


@pytest.mark.parametrize(
    ("date", "expected"),
    [("1999-10-15", "D:19991015000000Z"), (None, "D:19700101000000Z")],
)
def test_attachments_are_dated_as_the_page(date: str | None, expected: str) -> None:
    """Attachments have the date of the page, and a fixed one where it has none."""
    meta = f"<meta name=dcterms.created content={date}><h1" if date else "<h1"

    content = pdf.render(PAGE.replace("<h1", meta), FILES)

    with pikepdf.open(io.BytesIO(content)) as document:
        dates = {
            str(d)
            for f in document.Root.AF
            for d in (f.EF.F.Params.CreationDate, f.EF.F.Params.ModDate)
        }
    assert {expected} == dates


def test_another_process_prints_the_same(page: bytes, tmp_path: Path) -> None:
    """Another hash seed, time zone and folder change no byte of the PDF."""
    program = (
        "import sys\n"
        "from test_conformance import FILES, PAGE\n"
        "from report import pdf\n"
        "sys.stdout.buffer.write(pdf.render(PAGE, FILES))\n"
    )
    environment = {
        "PYTHONHASHSEED": "7",
        "TZ": "Asia/Tokyo",
        "PYTHONPATH": os.pathsep.join(
            [str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")]
        ),
    }

    other = python("-c", program, cwd=tmp_path, environment=environment)

    assert page == other.stdout


TOOLS = {
    "qpdf": (("qpdf", "--check", "FILE"), "No syntax or stream encoding errors found"),
    "pdfdetach": (("pdfdetach", "-list", "FILE"), "samples.csv"),
    "pdffonts": (("pdffonts", "FILE"), "Report-Serif"),
    "outloud": (
        ("outloud", "--layer", "conformance", "--no-info", "--fail-on", "error", "FILE"),
        " 0 error(s)",
    ),
}
INSTALL = "install it: apt-get install qpdf poppler-utils; pip install '.[test]'"


@pytest.mark.parametrize(("command", "expected"), TOOLS.values(), ids=TOOLS.keys())
def test_other_programs_agree(
    report: bytes, tmp_path: Path, command: tuple[str, ...], expected: str
) -> None:
    """Programs that are not ours find nothing wrong with the report."""
    if not shutil.which(command[0]):
        assert not os.environ.get("CI_NO_SKIP"), f"{command[0]} is not here; {INSTALL}"
        pytest.skip(f"{command[0]} is not here; {INSTALL}")
    file = tmp_path / "report.pdf"
    file.write_bytes(report)

    done = subprocess.run(
        [str(file) if part == "FILE" else part for part in command],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (0, True) == (done.returncode, expected in done.stdout), done.stdout + done.stderr


@pytest.mark.skipif(not shutil.which("pdffonts"), reason=f"pdffonts is not here; {INSTALL}")
def test_poppler_finds_every_font(report: bytes, tmp_path: Path) -> None:
    """Every font is embedded, a subset, and readable, says poppler."""
    (tmp_path / "report.pdf").write_bytes(report)
    listing = subprocess.run(
        ["pdffonts", str(tmp_path / "report.pdf")], capture_output=True, text=True, check=True
    )

    lines = [line.split()[-5:-2] for line in listing.stdout.splitlines()[2:]]

    assert [["yes"] * 3] * len(lines) == lines
    assert lines
