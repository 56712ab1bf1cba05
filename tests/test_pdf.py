import gc
import io
import logging
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from xml.etree.ElementTree import Element

import pikepdf
import pytest
from report_fixtures import (
    from_embedded,
    parse,
    pdf_pieces,
    pdf_texts,
    python,
    renamed,
    small,
    without_test,
)

from pipeline.results import Results
from report import chapters, html, pdf
from report.figures import catalogue
from report.figures.style import Picture
from report.pdf import PdfError

# Characters that the fonts hold; 10,000 characters in one name, and one word without a gap.
HOSTILE = {
    "B-cell": "<script>alert(1)</script>",
    "T-cell": '"onmouseover="alert(1)',
    "myeloid": "{{7*7}} right\u200fto\u200fleft",
    "Zyxin": "long " * 2_000,
    "P30": "W" * 2_000,
    "The toy study": "title </title><h1>" + "t" * 300,
}
BLANK = Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "viewBox": "0 0 100 50"})
PAGE = "<!DOCTYPE html><html lang=en><title>A page</title><h1>A page</h1>{}"


@pytest.fixture(scope="module")
def content(toy_pages: tuple[str, str]) -> bytes:
    """Print the toy study's report."""
    return pdf.render(toy_pages[1])


@pytest.fixture(scope="module")
def document(content: bytes) -> Iterator[pikepdf.Pdf]:
    """Open the toy study's PDF."""
    with pikepdf.open(io.BytesIO(content)) as opened:
        yield opened


@pytest.fixture(scope="module")
def texts(content: bytes) -> list[str]:
    """Read the pages of the toy study's PDF."""
    return pdf_texts(content)


@pytest.fixture(scope="module")
def reduced(toy_results: Results) -> list[str]:
    """Print a report on embedded data with hostile names and blank figures; read its pages."""
    results = renamed(from_embedded(without_test(small(toy_results))), HOSTILE)
    blank = {key: replace(picture, svg=BLANK) for key, picture in catalogue.draw(results).items()}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogue, "draw", lambda results: blank)
        return pdf_texts(pdf.render(html.pages(results)[1]))


@pytest.mark.parametrize(("page", "size"), [("A4", [210, 297]), ("Letter", [215.9, 279.4])])
def test_the_paper_is_that_of_the_study(
    toy_results: Results, toy_pictures: dict[str, Picture], page: str, size: list[float]
) -> None:
    """The study says which paper its pages have: millimetres of ISO 216 and of US Letter."""
    study = toy_results.study.model_copy(update={"page": page})
    paper = html.pages(toy_results.model_copy(update={"study": study}), toy_pictures)[1]
    style = paper[paper.index("<style>") : paper.index("</style>")]

    with pikepdf.open(io.BytesIO(pdf.render(PAGE.format(f"{style}</style>")))) as opened:
        actual = [float(edge) / 72 * 25.4 for edge in opened.pages[0].mediabox[2:]]

    assert size == pytest.approx(actual, abs=0.01)


def test_no_line_is_broken_after_its_first_word() -> None:
    """Whatever the width, a line before an element is filled as far as whole words fit."""
    text = "Note on the sampling error. <i>Psychometrika 12, 153–157.</i> doi:10.1007/BF02295996"
    paragraphs = "".join(f'<p style="width: {136 + n / 4}pt">{text}</p>' for n in range(160))

    pieces = pdf_pieces(pdf.render(PAGE.format(paragraphs)))

    lines = [piece for piece in pieces if piece.startswith("Note")]
    assert 160 == len(lines)
    assert {4, 5} == {len(line.split()) for line in lines}


def metadata(document: pikepdf.Pdf) -> dict[str, object]:
    """Read the document's metadata, names without their namespace."""
    with document.open_metadata() as fields:
        return {name.rpartition("}")[2]: value for name, value in fields.items()}


def fonts(document: pikepdf.Pdf) -> list[pikepdf.Object]:
    """List the fonts of all pages, and of what is placed on them."""
    resources = [page.resources for page in document.pages]
    found = []
    while resources:
        resource = resources.pop()
        found += list(resource.get("/Font", pikepdf.Dictionary()).values())
        placed = resource.get("/XObject", pikepdf.Dictionary()).values()
        resources += [form.Resources for form in placed if "/Resources" in form]
    return found


def test_the_document_is_tagged(document: pikepdf.Pdf) -> None:
    """The document says that its content is marked."""
    assert document.Root.MarkInfo.Marked


def test_the_document_has_a_structure(document: pikepdf.Pdf) -> None:
    """The tags form a tree."""
    assert "/StructTreeRoot" in document.Root


def test_the_document_has_a_language(document: pikepdf.Pdf) -> None:
    """The language of the document is that of the report."""
    assert "en" == str(document.Root.Lang)


def test_the_document_has_a_title(document: pikepdf.Pdf) -> None:
    """The title of the document is that of the study."""
    assert "The toy study" == metadata(document)["title"]


def test_the_title_is_shown(document: pikepdf.Pdf) -> None:
    """A reader shows the title instead of the file's name."""
    assert document.Root.ViewerPreferences.DisplayDocTitle


def test_the_document_has_an_author(document: pikepdf.Pdf) -> None:
    """Where the study names no author, the program stands for it."""
    assert ["expression-report"] == metadata(document)["creator"]


def test_the_date_is_that_of_the_data(document: pikepdf.Pdf) -> None:
    """The document is dated by its data, not by the clock."""
    assert "1999-10-15" == metadata(document)["CreateDate"]


def test_bookmarks_are_the_chapters(document: pikepdf.Pdf, toy_pages: tuple[str, str]) -> None:
    """Below the title, the bookmarks are the headings of the chapters."""
    expected = [next(chapter.all("h2")).text for chapter in parse(toy_pages[1]).all("section")]

    with document.open_outline() as outline:
        actual = [entry.title for entry in outline.root[0].children]

    assert expected == actual


def test_every_figure_has_a_text_alternative(
    document: pikepdf.Pdf, toy_pages: tuple[str, str]
) -> None:
    """The text alternatives of the page are those of the document."""
    expected = sorted(image.attributes["alt"] for image in parse(toy_pages[1]).all("img"))

    actual = [
        str(item.Alt)
        for item in document.objects
        if isinstance(item, pikepdf.Dictionary) and item.get("/S") == "/Figure"
    ]

    assert expected == sorted(actual)


def test_every_page_has_its_number(texts: list[str]) -> None:
    """Every page says which one it is, and of how many."""
    expected = [f"{number} of {len(texts)}" for number in range(1, len(texts) + 1)]

    assert expected == [" ".join(text.split()[-3:]) for text in texts]


def test_every_page_names_the_study(texts: list[str]) -> None:
    """The title of the study stands once on every page: a heading first, then in the margin."""
    assert [1] * len(texts) == [text.count("The toy study") for text in texts]


def test_every_chapter_is_printed(toy_results: Results, texts: list[str]) -> None:
    """Every heading of a chapter stands on some page after the contents."""
    printed = " ".join(texts)

    assert [] == [
        heading for _, heading in chapters.sections(toy_results) if printed.count(heading) < 2
    ]


def test_every_font_is_embedded(document: pikepdf.Pdf) -> None:
    """No font is left to the reader's system."""
    descriptors = [font.DescendantFonts[0].FontDescriptor for font in fonts(document)]

    assert [] == [
        str(d.FontName) for d in descriptors if not {"/FontFile2", "/FontFile3"} & d.keys()
    ]


def families(document: pikepdf.Pdf) -> set[str]:
    """Name the fonts, without the mark of the subset."""
    return {str(font.BaseFont).partition("+")[2] for font in fonts(document)}


def test_every_font_is_the_reports_own(document: pikepdf.Pdf) -> None:
    """The fonts are those of the templates and of matplotlib, whatever the system has."""
    assert [] == [f for f in families(document) if not f.startswith(("Report-", "DejaVu-"))]


def test_text_and_tables_are_set_in_the_fonts_of_the_templates(document: pikepdf.Pdf) -> None:
    """The fonts that travel with the templates are used."""
    assert {"Report-Serif", "Report-Sans"} <= families(document)


def test_every_font_can_be_read(document: pikepdf.Pdf) -> None:
    """Text can be copied and read aloud: each font says what its glyphs mean."""
    assert [] == [str(font.BaseFont) for font in fonts(document) if "/ToUnicode" not in font]


def test_embedded_data_are_announced_on_the_first_page(reduced: list[str]) -> None:
    """A report on the embedded copy says so on its first page."""
    assert "Not the full data." in reduced[0]


def test_hostile_names_are_printed(reduced: list[str]) -> None:
    """Names that look like markup are printed as they are."""
    assert "<script>alert(1)</script>" in " ".join(reduced)


COMPLAINTS = {
    "an unknown property": ("<style>p { colour: red }</style>", "unknown property"),
    "an image that is none": ("<img alt=a src='data:image/png;base64,AAAA'>", "load image"),
    "an image of the network": ("<img alt=a src='http://example.org/a.png'>", "data addresses"),
    "an image of the disk": ("<img alt=a src='file:///etc/hostname'>", "data addresses"),
    "a picture in a style": ("<p style='background: url(file:///etc/hostname)'>", "data addresses"),
    "an image beside the page": ("<img alt=a src='a.png'>", "elative"),
    "an image without words": ("<img src='data:image/svg+xml,<svg/>'>", "alt"),
    "an unknown glyph": ("<p>\u6f22</p>", "U+6F22"),
}


@pytest.mark.parametrize(("body", "expected"), COMPLAINTS.values(), ids=COMPLAINTS.keys())
def test_a_complaint_of_weasyprint_is_an_error(body: str, expected: str) -> None:
    """What WeasyPrint would only log, or fetch, is an error that says what it was."""
    with pytest.raises(PdfError) as caught:
        pdf.render(PAGE.format(body))

    assert expected in str(caught.value)


@pytest.mark.parametrize(("body", "_"), COMPLAINTS.values(), ids=COMPLAINTS.keys())
def test_a_complaint_is_one_line(body: str, _: str) -> None:
    """An error of the PDF is one line."""
    with pytest.raises(PdfError) as caught:
        pdf.render(PAGE.format(body))

    assert 1 == len(str(caught.value).splitlines())


def test_a_plain_page_is_printed() -> None:
    """A page about which there is nothing to say becomes a PDF."""
    assert pdf.render(PAGE.format("<p>Text")).startswith(b"%PDF-")


@pytest.mark.parametrize(
    "body", ["<p>Text", COMPLAINTS["an unknown glyph"][0]], ids=["good", "bad"]
)
@pytest.mark.parametrize("value", [None, "/a/fonts.conf"])
def test_the_environment_is_left_alone(
    monkeypatch: pytest.MonkeyPatch, value: str | None, body: str
) -> None:
    """After printing, and after failing to, the setting of the fonts is as it was."""
    monkeypatch.delenv("FONTCONFIG_FILE", raising=False)
    if value:
        monkeypatch.setenv("FONTCONFIG_FILE", value)

    try_to_print(body)

    assert value == os.environ.get("FONTCONFIG_FILE")


@pytest.mark.parametrize(
    "body", ["<p>Text", COMPLAINTS["an unknown glyph"][0]], ids=["good", "bad"]
)
def test_the_log_is_left_alone(body: str) -> None:
    """After printing, and after failing to, WeasyPrint's log goes where it went."""
    logger = logging.getLogger("weasyprint")
    before = list(logger.handlers), logger.propagate

    try_to_print(body)

    assert before == (list(logger.handlers), logger.propagate)


def test_the_garbage_collector_is_left_alone() -> None:
    """After failing to print, the garbage collector runs as before."""
    try_to_print(COMPLAINTS["an unknown glyph"][0])

    assert gc.isenabled()


@pytest.mark.skipif(sys.platform != "linux", reason="libraries have other names")
def test_no_compiler_is_asked_for_libraries(tmp_path: Path) -> None:
    """Printing starts no other program."""
    program = (
        "import subprocess\n"
        "subprocess.Popen = None\n"
        "from report import pdf\n"
        "pdf.check()\n"
        "print('printed')\n"
    )

    done = python("-c", program, cwd=tmp_path)

    assert (b"printed\n", b"") == (done.stdout, done.stderr)


def try_to_print(body: str) -> None:
    """Print a page, whether there is a complaint or not."""
    with suppress(PdfError):
        pdf.render(PAGE.format(body))


class WithoutPango(MetaPathFinder):
    """Finds WeasyPrint, but not the library that it loads."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Fail as WeasyPrint fails."""
        if fullname == "weasyprint":
            raise OSError("cannot load library 'libpango-1.0-0'")
        return None


@pytest.fixture
def without_pango(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the import of WeasyPrint fail."""
    pdf.check()
    for name in [name for name in sys.modules if name.partition(".")[0] == "weasyprint"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [WithoutPango(), *sys.meta_path])


@pytest.mark.usefixtures("without_pango")
@pytest.mark.parametrize("words", ["libpango-1.0-0", "libpangoft2-1.0-0", "--no-pdf"])
def test_without_pango_the_error_says_what_to_do(words: str) -> None:
    """Where Pango is missing, the error names the packages and the way without."""
    with pytest.raises(PdfError) as caught:
        pdf.check()

    assert words in str(caught.value)


def test_without_the_subsetter_the_error_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where only the subsetter is missing, that is found out before anything is computed."""
    import weasyprint.pdf.fonts

    monkeypatch.setattr(weasyprint.pdf.fonts, "harfbuzz_subset", None)

    with pytest.raises(PdfError, match=r"found no HarfBuzz-Subset.*libharfbuzz-subset0.*--no-pdf"):
        pdf.check()
