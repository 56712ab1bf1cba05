import base64
import io
from contextlib import nullcontext
from xml.etree import ElementTree

import pikepdf
import pytest
from PIL import Image, ImageChops, ImageFilter
from report_fixtures import pdf_pieces
from weasyprint.svg import TAGS

from report import painter, pdf, plates
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


PIXEL = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGMQqdAAAAFYALVSPi8YAAAA"
    "AElFTkSuQmCC"
)
STROKE = 'fill="none" stroke="#d55e00" stroke-width="3"'
TEXT = f'font-family="{FACES[0].family}" font-weight="{FACES[0].weight}" font-size="12"'
MARKS = {
    "lines": f'<path {STROKE} d="M 5 5 L 55 5 L 5 55" />',
    "curves": f'<path {STROKE} d="M 5 5 Q 55 5 55 55 C 30 60 5 40 20 30 z M 5 50 L 9 50" />',
    "dots": f'<path {STROKE} stroke-linecap="round" d="M10 10h0M40 40h20" />',
    "an inside": '<path fill="#0072b2" d="M 5 5 L 55 5 L 5 55 z" />',
    "black, where nothing is said": '<path d="M 5 5 L 55 5 L 5 55 z" />',
    "both": '<path fill="#0072b2" stroke="#000000" d="M 5 5 L 55 5 L 5 55 z" />',
    "a circle": '<circle cx="30" cy="30" r="20" fill="#0072b2" stroke="#000000" />',
    "an arc": f'<path {STROKE} d="M10 30m-5 0a20 20 0 1 0 40 0" />',
    "pale": '<circle cx="30" cy="30" r="20" fill="#0072b2" fill-opacity="0.3" />',
    "a pale stroke": f'<path {STROKE} stroke-opacity="0.3" d="M 5 5 L 55 5" />',
    "pale as a whole": (
        '<circle cx="30" cy="30" r="20" fill="#0072b2" stroke="#000000" stroke-width="9" '
        'opacity="0.3" />'
    ),
    "dashes": f'<path {STROKE} stroke-dasharray="6,2" stroke-dashoffset="3" d="M 5 5 L 55 5" />',
    "dashes, then none": (
        f'<path {STROKE} stroke-dasharray="6,2" d="M 5 5 L 55 5" />'
        f'<path {STROKE} d="M 5 9 L 55 9" />'
    ),
    "ends": f'<path {STROKE} stroke-linecap="square" d="M 15 15 L 45 15" />',
    "corners": f'<path {STROKE} stroke-linejoin="miter" d="M 5 5 L 55 30 L 5 35" />',
    "sharp corners": f'<path {STROKE} stroke-linejoin="miter" d="M 5 5 L 55 15 L 5 25" />',
    "clipped": f'<path {STROKE} clip-path="url(#a)" d="M 0 0 L 60 60" />',
    "clipped, then whole": (
        f'<g clip-path="url(#a)"><path fill="#0072b2" d="M 0 0 L 60 0 L 0 60 z" /></g>'
        f'<path {STROKE} d="M 0 50 L 60 50" />'
    ),
    "clipped by a path": f'<path {STROKE} clip-path="url(#b)" d="M 0 0 L 60 60" />',
    "a text": f'<text x="5" y="30" fill="#d55e00" {TEXT}>A</text>',
    "a pale text": f'<text x="5" y="30" fill="#000000" opacity="0.4" {TEXT}>A</text>',
    "a turned text": (
        f'<text x="0" y="0" fill="#000000" transform="translate(20 50) rotate(-90)" {TEXT}>A</text>'
    ),
    "an image": f'<image href="{PIXEL}" x="5" y="5" width="20" height="30" />',
    "a turned image": (
        f'<g clip-path="url(#a)"><image href="{PIXEL}" width="1" height="1" '
        'transform="matrix(30 9 -9 30 20 20)" image-rendering="pixelated" /></g>'
    ),
}


def paint(marks: str) -> Image.Image:
    """Print marks on a page of their own and turn it into dots."""
    clips = (
        '<clipPath id="a"><rect x="10" y="10" width="30" height="20" /></clipPath>'
        '<clipPath id="b"><path d="M 5 5 L 55 5 L 5 55 z" /></clipPath>'
    )
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="60pt" height="60pt" viewBox="0 0 60 60" '
        f'stroke-linejoin="round" stroke-linecap="butt"><defs>{clips}</defs>{marks}</svg>'
    )
    source = base64.b64encode(svg.encode()).decode()
    (printed,) = pdf.render_each(
        [
            "<!DOCTYPE html><html lang=en><title>A page</title><style>@page { size: 60pt 60pt; "
            "margin: 0; background: white } body { margin: 0 } img { display: block }</style>"
            f'<img src="data:image/svg+xml;base64,{source}" alt="Marks">'
        ]
    )
    return Image.open(io.BytesIO(plates.to_png(printed)))


def far(one: Image.Image, other: Image.Image) -> int:
    """Count dots that are darker or lighter than all that are around them in the other."""
    above = ImageChops.subtract(one, other.filter(ImageFilter.MaxFilter(3)))
    below = ImageChops.subtract(other.filter(ImageFilter.MinFilter(3)), one)
    light = ImageChops.lighter(above, below).convert("L")
    return sum(light.histogram()[40:])


@pytest.mark.parametrize("marks", MARKS.values(), ids=MARKS)
def test_figures_are_drawn_as_weasyprint_would(marks: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own drawing is an independent one; edges may lie a dot apart."""
    actual = paint(marks)
    monkeypatch.setattr(painter, "painting", nullcontext)
    expected, nothing = paint(marks), paint("")

    assert 0 == far(actual, expected)
    assert 0 == far(expected, actual)
    assert far(nothing, actual) > 0


def test_weasyprint_is_left_as_it_was() -> None:
    """Afterwards other pages are drawn as ever, also after an error."""
    before = TAGS["svg"]

    with pytest.raises(RuntimeError), painter.painting():
        raise RuntimeError

    assert before is TAGS["svg"]
