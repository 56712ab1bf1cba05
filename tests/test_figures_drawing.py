import re
from collections import Counter
from html import unescape
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import numpy as np
import pytest
from report_fixtures import small

from pipeline.results import Results
from report.figures import catalogue, drawing, style
from report.figures.style import Picture
from report.fonts import TEMPLATES

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def pictures(toy_results: Results) -> dict[str, Picture]:
    """Draw what is quick to draw of the toy study."""
    return catalogue.draw(small(toy_results))


def read(svg: bytes) -> Element:
    """Give the root of what a drawing becomes, read from its file."""
    return ElementTree.fromstring(drawing.as_file(drawing.redrawn(svg)))  # noqa: S314  # our own


def drawn(**text: Any) -> tuple[str, Element]:
    """Draw one text alone; give what matplotlib wrote, and the root of what it becomes."""
    with style.drawing():
        figure = style.canvas(100, 50)
        figure.text(0.1, 0.5, **text)
        svg = style.to_svg(figure)
    return svg.decode(), read(svg)


def letters(root: Element) -> list[str | None]:
    """Give what stands in the drawing as text."""
    return [text.text for text in root.iter(f"{SVG}text")]


def test_what_is_written_stays_written(pictures: dict[str, Picture]) -> None:
    """The same is written in the same order, and now it is text."""
    for picture in pictures.values():
        comments = re.findall("<!-- (.*?) -->", picture.svg.decode(), flags=re.DOTALL)
        root = read(picture.svg)

        assert [unescape(comment) for comment in comments] == letters(root)


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
        "a -- b",
        "\u03b1 is Greek",
        "e\u0301 is combined",
        "\u05d0\u05d1\u05d2",
        "two  blanks",
        "$x$--",
    ],
)
def test_what_could_come_out_otherwise_stays_an_outline(text: str) -> None:
    """What the page's fonts lack, or a parser would change, is drawn glyph by glyph."""
    screen, root = drawn(s=text)

    assert [] == letters(root)
    n_inked = len(re.findall("<use ", screen)) - text.count(" ")
    assert n_inked == len(root.findall(f".//{SVG}path[@transform]"))


def test_marks_are_where_they_were(pictures: dict[str, Picture]) -> None:
    """Every round mark is at its place, its colour and its size the same."""
    svg = pictures["pca"].svg.decode()
    round_marks = {
        name: radius
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

    circles = read(svg.encode()).iter(f"{SVG}circle")
    actual = Counter(
        (float(c.attrib["cx"]), float(c.attrib["cy"]), c.attrib["fill"], c.attrib["r"])
        for c in circles
    )

    assert expected
    assert expected == actual


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
    papers = [drawing.as_file(drawing.redrawn(picture.svg)) for picture in pictures.values()]

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
