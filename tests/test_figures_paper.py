import re
from collections import Counter
from html import unescape
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest
from report_fixtures import small

from pipeline.results import Results
from report.figures import catalogue, style
from report.figures.paper import for_paper
from report.figures.style import Picture

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def pictures(toy_results: Results) -> dict[str, Picture]:
    """Draw what is quick to draw of the toy study."""
    return catalogue.draw(small(toy_results))


def drawn(**text: Any) -> tuple[str, Element]:
    """Draw one text alone; give the drawing for the screen, and the root of that for paper."""
    with style.drawing():
        figure = style.canvas(100, 50)
        figure.text(0.1, 0.5, **text)
        svg = style.to_svg(figure)
    return svg.decode(), ElementTree.fromstring(for_paper(svg))  # noqa: S314  # our own


def letters(root: Element) -> list[str | None]:
    """Give what stands in the drawing as text."""
    return [text.text for text in root.iter(f"{SVG}text")]


def test_what_is_written_stays_written(pictures: dict[str, Picture]) -> None:
    """On paper the same is written in the same order, and now it is text."""
    for picture in pictures.values():
        comments = re.findall("<!-- (.*?) -->", picture.svg.decode(), flags=re.DOTALL)
        root = ElementTree.fromstring(for_paper(picture.svg))  # noqa: S314  # our own

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

    circles = ElementTree.fromstring(for_paper(svg.encode())).iter(f"{SVG}circle")  # noqa: S314  # our own
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
        root = ElementTree.fromstring(for_paper(style.to_svg(figure)))  # noqa: S314  # our own

    ticks = [path for path in root.iter(f"{SVG}path") if path.get("stroke-width") == "0.8"]
    assert [2] == [tick.attrib["d"].count("M") for tick in ticks]


def test_paper_needs_no_reference_and_no_style(pictures: dict[str, Picture]) -> None:
    """What made WeasyPrint slow is gone: references to outlines, and CSS."""
    papers = [for_paper(picture.svg) for picture in pictures.values()]

    assert [] == [paper for paper in papers if b"<use" in paper or b"style" in paper]
