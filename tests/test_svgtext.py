import base64
import io
from xml.etree import ElementTree

import pikepdf
import pytest
from report_fixtures import pdf_pieces
from weasyprint.svg import TAGS

from report import pdf, svgtext
from report.figures import drawing, style
from report.fonts import FACES

TEXTS = ["AVATAR, Tom To", "left shift offered", "l·l"]
"""Kerned; with letters that fonts join; with letters that fonts compose."""


@pytest.fixture(scope="module", params=TEXTS)
def given(request: pytest.FixtureRequest) -> str:
    """Give a text."""
    return str(request.param)


@pytest.fixture(scope="module")
def drawn(given: str) -> ElementTree.Element:
    """Draw the text."""
    with style.drawing():
        figure = style.canvas(60, 20)
        figure.text(0.1, 0.5, given, fontsize=10)
        return style.to_svg(figure)


@pytest.fixture(scope="module")
def printed(drawn: ElementTree.Element) -> bytes:
    """Print the drawing in the page's font."""
    image = base64.b64encode(drawing.as_image(drawn)).decode()
    face = FACES[0]
    return pdf.render(
        "<!DOCTYPE html><html lang=en><title>A page</title><style>@font-face { font-family: "
        f"'{face.family}'; src: url({face.data_uri}) }}</style><h1>A page</h1>"
        f'<img src="data:image/svg+xml;base64,{image}" alt="A text">'
    )


def widths(font: pikepdf.Dictionary) -> dict[int, float]:
    """Read the widths of a font's glyphs, in thousandths of the size of the type."""
    given = list(font.DescendantFonts[0].W)
    return {
        int(first) + k: float(width)
        for first, group in zip(given[::2], given[1::2], strict=True)
        for k, width in enumerate(group)
    }


def places(content: bytes) -> list[float]:
    """Compute where the letters of the last text begin, in points."""
    with pikepdf.open(io.BytesIO(content)) as document:
        page = document.pages[0]
        operations = {str(i.operator): i.operands for i in pikepdf.parse_content_stream(page)}
        of = widths(page.Resources.Font[operations["Tf"][0]])
        size, at = float(operations["Tf"][1]), float(operations["Tm"][4])
        found = []
        for piece in operations["TJ"][0]:
            if not isinstance(piece, pikepdf.String):
                at -= float(piece) / 1000 * size
                continue
            codes = bytes(piece)
            for glyph in (int.from_bytes(codes[k : k + 2]) for k in range(0, len(codes), 2)):
                found.append(at)
                at += of[glyph] / 1000 * size
        return found


def test_a_text_is_one_piece(given: str, printed: bytes) -> None:
    """Whoever copies a word out of a figure gets the word."""
    assert given in pdf_pieces(printed)


def test_letters_stand_where_matplotlib_put_them(
    given: str, drawn: ElementTree.Element, printed: bytes
) -> None:
    """Each letter begins within a tenth of a point of its own place, kerning included."""
    (text,) = drawn.iter("text")

    expected = [float(x) for x in text.attrib["x"].split()]

    assert len(given) == len(expected)
    assert pytest.approx(expected, abs=0.1) == places(printed)


def test_weasyprint_is_left_as_it_was() -> None:
    """Afterwards other pages are drawn as ever, also after an error."""
    before = TAGS["text"]

    with pytest.raises(RuntimeError), svgtext.whole_texts():
        raise RuntimeError

    assert before is TAGS["text"]
