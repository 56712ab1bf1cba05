import base64
import io
import re
from collections import Counter
from html import unescape
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image
from report_fixtures import small

from pipeline.results import Results
from report.figures import catalogue, drawing, style
from report.figures.style import Picture
from report.fonts import TEMPLATES

SVG = "{http://www.w3.org/2000/svg}"
HREF = "{http://www.w3.org/1999/xlink}href"


@pytest.fixture(scope="module")
def figures() -> list[Figure]:
    """Hold what the pictures were drawn from, in their order."""
    return []


@pytest.fixture(scope="module")
def pictures(toy_results: Results, figures: list[Figure]) -> dict[str, Picture]:
    """Draw what is quick to draw of the toy study."""
    draw = style.to_svg

    def noted(figure: Figure) -> Element:
        figures.append(figure)
        return draw(figure)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(style, "to_svg", noted)
        return catalogue.draw(small(toy_results))


def of_matplotlib(figure: Any) -> str:
    """Write a figure as matplotlib itself does, letters as outlines."""
    buffer = io.StringIO()
    with style.drawing():
        figure.savefig(buffer, format="svg", dpi=200)
    return buffer.getvalue()


def read(svg: Element) -> Element:
    """Give the root of a drawing, read from what is written on paper."""
    return ElementTree.fromstring(drawing.as_image(svg))  # noqa: S314  # our own


def drawn(**text: Any) -> tuple[str, Element]:
    """Draw one text alone; give what matplotlib writes, and the root of our drawing."""
    with style.drawing():
        figure = style.canvas(100, 50)
        figure.text(0.1, 0.5, **text)
        svg = style.to_svg(figure)
    return of_matplotlib(figure), read(svg)


def letters(root: Element) -> list[str | None]:
    """Give what stands in the drawing as text."""
    return [text.text for text in root.iter(f"{SVG}text")]


def test_what_is_written_stays_written(pictures: dict[str, Picture], figures: list[Figure]) -> None:
    """What matplotlib writes as outlines stands here as text, in the same order."""
    for picture, figure in zip(pictures.values(), figures, strict=True):
        svg = of_matplotlib(figure)
        comments = re.findall("<!-- (.*?) -->", svg, flags=re.DOTALL)

        assert [unescape(comment) for comment in comments] == letters(read(picture.svg))


def test_letters_stand_where_matplotlib_put_them() -> None:
    """The places are those of the outlines, kerning included."""
    screen, root = drawn(s="AVATAR", fontsize=10)
    (text,) = root.iter(f"{SVG}text")
    (x, y), (scale,) = (
        [float(number) for number in found.split()]
        for found in re.findall(r"translate\((\S+ \S+)\) scale\((\S+) ", screen)[0]
    )
    moved = re.findall(r"<use [^>]*?(?:translate\((\S+) [^>]*)?/>", screen)
    expected = [x + scale * float(offset or 0) for offset in moved]

    assert pytest.approx(expected, abs=0.006) == [float(v) for v in text.attrib["x"].split()]
    assert pytest.approx(y, abs=0.006) == float(text.attrib["y"])
    widths = [b - a for a, b in pairwise(expected)]
    assert widths[0] != pytest.approx(widths[2], abs=0.01)  # AV and AT are kerned, unlike


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"fontsize": 7}, {"font-size": "7", "font-weight": "400", "font-family": "Report Sans"}),
        ({"fontweight": 600}, {"font-weight": "600"}),
        ({"color": "#5d5d5d"}, {"fill": "#5d5d5d"}),
        ({"alpha": 0.5}, {"opacity": "0.5"}),
    ],
    ids=["size", "weight", "colour", "opacity"],
)
def test_text_looks_as_it_was_drawn(given: dict[str, Any], expected: dict[str, str]) -> None:
    """Size, weight, colour and opacity are those that were asked for."""
    (text,) = drawn(s="text", **given)[1].iter(f"{SVG}text")

    assert expected.items() <= text.attrib.items()


def test_upright_text_is_turned() -> None:
    """Text along an axis is turned about its start."""
    (text,) = drawn(s="upright", rotation=90)[1].iter(f"{SVG}text")

    assert re.fullmatch(r"translate\(\S+ \S+\) rotate\(-90\)", text.attrib["transform"])
    assert "0" == text.attrib["x"].split()[0] == text.attrib["y"]


@pytest.mark.parametrize(
    "text",
    [
        "\u03b1 is Greek",
        "e\u0301 is combined",
        "\u05d0\u05d1\u05d2",
        "two  blanks",
    ],
)
def test_what_could_come_out_otherwise_stays_an_outline(text: str) -> None:
    """What the page's fonts lack, or a parser would change, is drawn glyph by glyph."""
    given, root = drawn(s=text)
    contours = {
        name: outline.count("M")
        for name, outline in re.findall(r'<path id="(\S+)" d="([^"]*)"', given)
    }
    expected = sum(contours.get(name, 0) for name in re.findall(r'<use xlink:href="#(\S+)"', given))

    (outline,) = root.iter(f"{SVG}path")
    assert [] == letters(root)
    assert expected == outline.attrib["d"].count("M")


def test_marks_are_where_they_were(pictures: dict[str, Picture], figures: list[Figure]) -> None:
    """Every round mark is at its place, its colour and its size the same."""
    svg = of_matplotlib(figures[list(pictures).index("pca")])
    round_marks = {
        name: f"{float(radius):.2f}".rstrip("0")
        for name, radius in re.findall(r'<path id="(\w+)" d="M 0 ([\d.]+) \nC', svg)
        if not name.startswith("Source")
    }
    expected = Counter(
        (round(float(x), 2), round(float(y), 2), fill, round_marks[name])
        for name, x, y, fill in re.findall(
            r'<use xlink:href="#(\w+)" x="(\S+)" y="(\S+)" style="fill: (\S+);', svg
        )
        if name in round_marks
    )

    circles = read(pictures["pca"].svg).iter(f"{SVG}circle")
    actual = Counter(
        (float(c.attrib["cx"]), float(c.attrib["cy"]), c.attrib["fill"], c.attrib["r"])
        for c in circles
    )

    assert expected
    assert expected <= actual  # single marks, which matplotlib writes as outlines, are round too


def test_a_file_needs_no_font(pictures: dict[str, Picture]) -> None:
    """In a file of its own each letter is an outline, where it stands as text on paper."""
    with style.drawing():
        for picture in pictures.values():
            root = ElementTree.fromstring(drawing.as_file(picture.svg))  # noqa: S314  # our own
            places = []
            for line in root.findall(f".//{SVG}g/{SVG}g[@transform]"):
                move = re.fullmatch(
                    r"translate\((\S+) \S+\) scale\((\S+)\)", line.attrib["transform"]
                )
                if move:
                    first, scale = map(float, move.groups())
                    places += [first + scale * float(use.attrib["x"]) for use in line]
            texts = picture.svg.iter("text")
            expected = [float(x) for text in texts for x in text.attrib["x"].split()]

            assert [] == letters(root)
            assert pytest.approx(expected, abs=0.02) == places
            ids = {e.attrib["id"] for e in root.iter() if "id" in e.attrib}
            used = {e.attrib[HREF][1:] for e in root.iter(f"{SVG}use")}
            assert ids >= used


def imaged(**looks: Any) -> tuple[Any, Element]:
    """Draw an image of two rows, red above blue; give its axes and its element."""
    with style.drawing():
        figure = style.canvas(60, 40)
        axes = figure.subplots()
        axes.imshow([[[255, 0, 0]] * 3, [[0, 0, 255]] * 3], interpolation="none", **looks)
        root = read(style.to_svg(figure))
    (image,) = root.iter(f"{SVG}image")
    return axes, image


@pytest.mark.parametrize(("origin", "above"), [("upper", (255, 0, 0)), ("lower", (0, 0, 255))])
def test_an_image_fills_its_axes(origin: str, above: tuple[int, int, int]) -> None:
    """Its corners are those of the axes, and the row above stands above."""
    axes, image = imaged(origin=origin)
    a, b, c, d, e, f = map(float, re.findall(r"-?[\d.]+", image.attrib["transform"]))
    width, height = (float(image.attrib[name]) for name in ("width", "height"))
    pixels = Image.open(io.BytesIO(base64.b64decode(image.attrib["href"].partition(",")[2])))
    box, total = axes.bbox, axes.figure.bbox.height

    assert (0, 0) == (b, c)
    assert pytest.approx([box.x0, box.x1], abs=0.01) == [e, a * width + e]
    edges = sorted([f, d * height + f])
    assert pytest.approx([total - box.y1, total - box.y0], abs=0.01) == edges
    row = 0 if d > 0 else 1
    assert above == pixels.convert("RGB").getpixel((0, row))


def test_thousands_of_points_may_be_an_image() -> None:
    """What is drawn as dots stands where its shapes would stand."""
    with style.drawing():
        figure = style.canvas(60, 40)
        axes = figure.subplots()
        axes.set(xlim=(0, 1), ylim=(0, 1))
        axes.scatter([0.2, 0.2], [0.7, 0.9], s=20, rasterized=True)
        (image,) = read(style.to_svg(figure)).iter(f"{SVG}image")
        (x, low), (_, high) = axes.transData.transform([(0.2, 0.7), (0.2, 0.9)])
    left, top, width, height = (float(image.attrib[k]) for k in ("x", "y", "width", "height"))
    total = figure.bbox.height

    assert x == pytest.approx(left + width / 2, abs=0.4)  # a dot is 0.36 points
    middle = (total - low + total - high) / 2
    assert middle == pytest.approx(top + height / 2, abs=0.4)
    assert high - low == pytest.approx(height - width, abs=0.8)


def test_what_is_turned_is_clipped_from_outside() -> None:
    """The part that may be drawn on is not turned with the text."""
    with style.drawing():
        figure = style.canvas(60, 40)
        axes = figure.subplots()
        axes.text(0.5, 0.5, "upright", rotation=90, clip_on=True)
        root = read(style.to_svg(figure))

    (text,) = (t for t in root.iter(f"{SVG}text") if t.text == "upright")
    assert "clip-path" not in text.attrib
    assert [text] == [t for g in root.findall(f"{SVG}g[@clip-path]") for t in g]


def test_strokes_that_look_the_same_are_one_path() -> None:
    """Two ticks of an axis are one path, which starts twice."""
    with style.drawing():
        figure = style.canvas(100, 50)
        axes = figure.subplots()
        axes.set_xticks([0, 1], ["low", "high"])
        axes.set_yticks([])
        root = read(style.to_svg(figure))

    ticks = [path for path in root.iter(f"{SVG}path") if path.get("stroke-width") == "0.8"]
    assert [2] == [tick.attrib["d"].count("M") for tick in ticks]


def test_paper_needs_no_reference_and_no_style(pictures: dict[str, Picture]) -> None:
    """What made WeasyPrint slow is gone: references to outlines, and CSS."""
    papers = [drawing.as_image(picture.svg) for picture in pictures.values()]

    assert [] == [paper for paper in papers if b"<use" in paper or b"style" in paper]


def scattered(n: int, **looks: Any) -> list[Element]:
    """Draw round marks at random; give what is drawn of them."""
    places = np.random.default_rng(0).uniform(size=(2, n))
    with style.drawing():
        figure = style.canvas(100, 50)
        axes = figure.subplots()
        axes.set_axis_off()
        axes.scatter(*places, s=9, **looks)
        root = read(style.to_svg(figure))
    return [e for e in root.iter() if e.tag in (f"{SVG}circle", f"{SVG}path")]


def test_thousands_of_dots_are_one_path() -> None:
    """Filled marks beyond the limit are dots of one path, as wide as they were; others stay."""
    few, many = (
        scattered(n, color="#0072B2", linewidths=0) for n in (drawing.MANY, drawing.MANY + 1)
    )
    (path,) = many

    assert {f"{SVG}circle"} == {e.tag for e in few}
    assert drawing.MANY == len(few)
    assert drawing.MANY + 1 == path.attrib["d"].count("M") == path.attrib["d"].count("h0")
    expected = ("#0072b2", "round", 2 * float(few[0].attrib["r"]))
    look = path.attrib
    assert expected == (look["stroke"], look["stroke-linecap"], float(look["stroke-width"]))


def test_thousands_of_rings_are_one_path() -> None:
    """Open marks beyond the limit keep their hole."""
    (path,) = scattered(drawing.MANY + 1, facecolors="none", edgecolors="#0072B2")

    assert drawing.MANY + 1 == path.attrib["d"].count("z")
    assert ("none", "#0072b2") == (path.attrib["fill"], path.attrib["stroke"])


def on_page(picture: Picture) -> Element:
    """Read what stands in the page for a drawing."""
    return ElementTree.fromstring(f"<svg>{picture.markup}</svg>")  # noqa: S314  # our own


def test_drawings_of_one_page_share_no_id(pictures: dict[str, Picture]) -> None:
    """Every id has the figure's name before it, and every reference finds its own."""
    for key, picture in pictures.items():
        elements = list(on_page(picture).iter())
        ids = {e.attrib["id"] for e in elements if "id" in e.attrib}
        clips = {e.attrib["clip-path"] for e in elements if "clip-path" in e.attrib}

        assert {f"url(#{name})" for name in ids} >= clips
        assert [] == [name for name in ids if not name.startswith(f"fig-{key}-")]


def test_ink_is_that_of_the_page(pictures: dict[str, Picture]) -> None:
    """In the page no letter, line or mark has a colour that the page has a name for."""
    fixed = {
        (e.tag, e.attrib[paint])
        for picture in pictures.values()
        for e in on_page(picture).iter()
        for paint in ("fill", "stroke")
        if e.attrib.get(paint) in style.VARIABLES
    }

    assert {("text", drawing.WHITE)} >= fixed
    assert "currentColor" in "".join(picture.markup for picture in pictures.values())


def test_white_letters_stay_white() -> None:
    """Letters on a dark ground are white on a dark page too; the ground of a mark is the page."""
    root = ElementTree.fromstring(  # noqa: S314  # our own
        f'<svg><text fill="{drawing.WHITE}">a</text><circle fill="{drawing.WHITE}"/></svg>'
    )

    markup = drawing.as_markup(root, "fig-a", style.VARIABLES)

    assert f'<text fill="{drawing.WHITE}">a</text><circle fill="var(--paper)" />' == markup


def test_the_page_names_the_colours_of_the_figures() -> None:
    """In the light, each variable of the stylesheet is the colour that it stands for."""
    sheet = (TEMPLATES / "style" / "variables.css").read_text()
    light = dict(re.findall(r"(--[\w-]+): (#\w+);", sheet))
    named = {v[4:-1]: colour for colour, v in style.VARIABLES.items() if v != "currentColor"}

    assert named == {name: light[name] for name in named}
    assert light["--ink"] == style.INK
