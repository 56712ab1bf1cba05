"""Figures drawn into the PDF.

WeasyPrint draws any SVG: it cascades styles, says a look anew for each element, and sets a
text letter by letter, so that whoever copies a word out of a figure gets letters. The figures
have few kinds of elements, and all looks are attributes. Here these are drawn, a text as a
whole from the place of its first letter: the others come to where matplotlib has them, as
both ask HarfBuzz, with the same font and without hints. What else there is (images, what is
transparent as a whole) WeasyPrint draws as ever. Made for WeasyPrint 70.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cache
from math import cos, inf, radians, sin
from types import SimpleNamespace
from typing import Any
from xml.etree.ElementTree import Element

_STEPS = re.compile("([MLQCh])([^A-Za-z]*)|z")
_UNKNOWN = re.compile("[^MLQChz0-9. -]")
_PLACED = re.compile(r"translate\((\S+) (\S+)\) rotate\((\S+)\)")
_OPERATORS = {"M": "m", "L": "l", "h": "l", "Q": "c", "C": "c"}
_CAPS = {"butt": 0, "round": 1, "square": 2}
_JOINS = {"miter": 0, "round": 1, "bevel": 2}
_MITER_LIMIT = 4
"""Where SVG says none."""

_ARC = 0.5522847
"""How far a quarter of a circle's control points are from its ends: 4 (sqrt 2 - 1) / 3."""


@contextmanager
def painting() -> Iterator[None]:
    """Let WeasyPrint draw figures by this module.

    Yields
    ------
    None
        For as long as it does.
    """
    from weasyprint.svg import TAGS

    begin = TAGS["svg"]

    def draw(svg: Any, root: Any, font_size: float) -> None:
        begin(svg, root, font_size)
        if root is svg.tree:
            for element in root._etree_node.iter():
                element.tag = element.tag.rpartition("}")[2]
            _Painter(svg, font_size).paint(root._wrapper)
            root._children = []  # drawn

    TAGS["svg"] = draw
    try:
        yield
    finally:
        TAGS["svg"] = begin


class _Painter:
    """Draws the elements of one figure.

    Parameters
    ----------
    svg : weasyprint.svg.SVG
        The figure; where its root begins is drawn.
    font_size : float
        Of the root.
    """

    def __init__(self, svg: Any, font_size: float) -> None:
        self._svg = svg
        self._font_size = font_size
        self._stream = svg.stream
        self._root: Element = svg.tree._etree_node
        self._clips: dict[str, Element] = {}
        self._styles: dict[tuple[str, ...], _Style] = {}
        self._said: dict[str, str] = {}
        self._say(f"{_MITER_LIMIT} M")

    def paint(self, wrappers: Iterable[Any]) -> None:
        """Draw elements, in WeasyPrint's wrappers, with all that is in them."""
        for wrapper in wrappers:
            element: Element = wrapper.etree_element
            if element.tag == "defs":
                self._clips |= {clip.attrib["id"]: clip[0] for clip in element}
            elif element.tag == "g" and not element.attrib.keys() - {"clip-path"}:
                with self._clipped(element):
                    self.paint(wrapper)
            elif not self._paint_one(element):
                self._leave(wrapper)

    def _paint_one(self, element: Element) -> bool:
        """Draw an element; tell whether it is of a kind that is drawn here."""
        if element.tag == "text":
            with self._clipped(element):
                self._text(element)
            return True
        outline = _outline(element)
        if outline is None or self._is_group(element):
            return False
        with self._clipped(element):
            self._shape(element, outline)
        return True

    def _is_group(self, element: Element) -> bool:
        """Tell whether an inside and a stroke are transparent together."""
        paints = (self._paint_of(element, name) for name in ("fill", "stroke"))
        return "opacity" in element.attrib and None not in paints

    def _leave(self, wrapper: Any) -> None:
        """Let WeasyPrint draw an element."""
        root = self._svg.tree
        node = type(root)(wrapper, root._style)
        root.cascade(node)
        self._svg.draw_node(node, self._font_size)

    def _clipped(self, element: Element) -> AbstractContextManager[None]:
        """Draw on a part of the figure only, where an element says so."""
        clip = element.get("clip-path")
        if clip is None:
            return nullcontext()
        return self._within(_outline(self._clips[clip.removeprefix("url(#").removesuffix(")")]))

    @contextmanager
    def _within(self, outline: str | None) -> Iterator[None]:
        """Draw on what is in an outline."""
        before = self._said
        with self._stream.stacked():
            self._say(f"{outline} W n")
            self._said = before.copy()
            yield
        self._said = before

    def _shape(self, element: Element, outline: str) -> None:
        """Draw an outline's inside and stroke."""
        fill = self._paint_of(element, "fill")
        if fill is not None:
            self._stream.set_color(fill)
        stroke = self._paint_of(element, "stroke")
        if stroke is not None:
            self._stream.set_color(stroke, stroke=True)
            self._say_once("w", self._get(element, "stroke-width", "1"))
            dashes = self._get(element, "stroke-dasharray", "").replace(",", " ")
            self._say_once("d", f"[{dashes}] {self._get(element, 'stroke-dashoffset', '0')}")
            self._say_once("J", str(_CAPS[self._get(element, "stroke-linecap", "butt")]))
            self._say_once("j", str(_JOINS[self._get(element, "stroke-linejoin", "miter")]))
        painted = {(True, True): "B", (True, False): "f", (False, True): "S", (False, False): "n"}
        self._say(f"{outline} {painted[fill is not None, stroke is not None]}")

    def _text(self, element: Element) -> None:
        """Draw letters of one font, from left to right."""
        from weasyprint.draw.text import draw_first_line
        from weasyprint.matrix import Matrix
        from weasyprint.text.line_break import split_first_line

        style = self._style(element)
        layout, *_ = split_first_line(element.text, style, self._svg.context, inf, 0)
        matrix = Matrix(d=-1, e=float(element.attrib["x"].split()[0]), f=float(element.attrib["y"]))
        if placed := _PLACED.fullmatch(element.get("transform", "")):
            x, y, angle = map(float, placed.groups())
            turn = radians(angle)
            matrix = matrix @ Matrix(cos(turn), sin(turn), -sin(turn), cos(turn), x, y)
        self._stream.set_color(self._paint_of(element, "fill"))
        self._stream.begin_text()
        layout.reactivate(style)
        line = SimpleNamespace(pango_layout=layout, style=style, text=element.text)
        draw_first_line(self._stream, line, "none", "none", matrix)
        self._stream.end_text()

    def _style(self, element: Element) -> "_Style":
        """Give the style of a text."""
        from weasyprint.css.properties import INITIAL_VALUES

        key = tuple(element.attrib[name] for name in ("font-family", "font-weight", "font-size"))
        if key not in self._styles:
            style = self._styles[key] = _Style(INITIAL_VALUES)
            family, weight, size = key
            style.font_config = self._svg.font_config
            style["font_family"] = [family]
            style["font_weight"] = int(weight)
            style["font_size"] = float(size)
            # As `report.fonts` gives the fonts to matplotlib: no ligatures, nothing composed.
            style["font_feature_settings"] = (("liga", 0), ("ccmp", 0))
        return self._styles[key]

    def _get(self, element: Element, name: str, default: str) -> str:
        """Read an attribute, or what the root says for all."""
        return element.get(name, self._root.get(name, default))

    def _paint_of(self, element: Element, name: str) -> Any:
        """Give the colour of an inside or a stroke, None where there is none."""
        colour = self._get(element, name, "black" if name == "fill" else "none")
        if colour == "none":
            return None
        return _colour(colour, element.get(f"{name}-opacity", "1"), element.get("opacity", "1"))

    def _say_once(self, operator: str, operands: str) -> None:
        """Set what holds until something else is set."""
        if self._said.get(operator) != operands:
            self._said[operator] = operands
            self._say(f"{operands} {operator}")

    def _say(self, operators: str) -> None:
        """Add to the page."""
        self._stream.stream.append(operators.encode("ascii"))


class _Style(dict[str, Any]):
    """What WeasyPrint asks of a style."""

    font_config: Any


@cache
def _colour(colour: str, *opacities: str) -> Any:
    """Read a colour."""
    from tinycss2.color5 import parse_color

    read = parse_color(colour)
    for opacity in opacities:
        read.alpha *= float(opacity)
    return read


def _outline(element: Element) -> str | None:
    """Write the outline of an element as a PDF has it, None where there is none here."""
    if "transform" in element.attrib:
        return None
    if element.tag == "rect":
        return " ".join([*(element.attrib[name] for name in ("x", "y", "width", "height")), "re"])
    if element.tag == "circle":
        return _circle(*(float(element.attrib[name]) for name in ("cx", "cy", "r")))
    if element.tag == "path" and not _UNKNOWN.search(element.attrib["d"]):
        return " ".join(_steps(element.attrib["d"]))
    return None


def _circle(x: float, y: float, r: float) -> str:
    """Write a circle as four curves."""
    k = r * _ARC
    return (
        f"{x + r:.3f} {y:.3f} m "
        f"{x + r:.3f} {y + k:.3f} {x + k:.3f} {y + r:.3f} {x:.3f} {y + r:.3f} c "
        f"{x - k:.3f} {y + r:.3f} {x - r:.3f} {y + k:.3f} {x - r:.3f} {y:.3f} c "
        f"{x - r:.3f} {y - k:.3f} {x - k:.3f} {y - r:.3f} {x:.3f} {y - r:.3f} c "
        f"{x + k:.3f} {y - r:.3f} {x + r:.3f} {y - k:.3f} {x + r:.3f} {y:.3f} c h"
    )


def _steps(outline: str) -> Iterator[str]:
    """Write the steps of a path; a quadratic curve becomes a cubic one."""
    at: list[str] = []
    for step in _STEPS.finditer(outline):
        command, numbers = step.groups()
        if command is None:
            yield "h"
            continue
        points = numbers.split()
        if command == "h":
            points = [f"{float(at[-2]) + float(points[0]):.3f}", at[-1]]
        elif command == "Q":
            points = [*_cubic(*map(float, (*at[-2:], *points))), *points[2:]]
        at = points
        yield f"{' '.join(points)} {_OPERATORS[command]}"


def _cubic(*numbers: float) -> Iterator[str]:
    """Give the control points of the cubic curve that is a quadratic one."""
    x, y, u, v, end_x, end_y = numbers
    for number in (x + 2 * u, y + 2 * v, end_x + 2 * u, end_y + 2 * v):
        yield f"{number / 3:.3f}"
