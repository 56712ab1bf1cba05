"""Text of figures in one piece.

WeasyPrint draws the text of an SVG letter by letter, each set by itself: a tenth of the
PDF's time, and whoever copies a word out of a figure gets letters. Here a text is set as a
whole from the place of its first letter. The others come to where matplotlib has them:
both ask HarfBuzz, with the same font and without hints. Made for WeasyPrint 70.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from math import inf
from types import SimpleNamespace
from typing import Any


@contextmanager
def whole_texts() -> Iterator[None]:
    """Let WeasyPrint draw texts whole.

    Yields
    ------
    None
        For as long as it does.
    """
    from weasyprint.svg import TAGS

    before = TAGS["text"]
    TAGS["text"] = _draw
    try:
        yield
    finally:
        TAGS["text"] = before


def _draw(svg: Any, node: Any, font_size: float) -> None:
    """Draw a text as the figures have it: upright letters of one font, from left to right."""
    from weasyprint.draw.text import draw_first_line
    from weasyprint.matrix import Matrix
    from weasyprint.text.line_break import split_first_line

    style = _style(svg, node, font_size)
    layout, *_ = split_first_line(node.text, style, svg.context, inf, 0)
    x, y = (float(node.attrib[axis].split()[0]) for axis in "xy")
    svg.stream.push_state()
    paints = svg.set_graphical_state(node, font_size)
    svg.stream.begin_text()
    layout.reactivate(style)
    svg.fill_stroke(*paints, text=True)
    line = SimpleNamespace(pango_layout=layout, style=style, text=node.text)
    draw_first_line(svg.stream, line, "none", "none", Matrix(a=1, d=-1, e=x, f=y))
    svg.stream.end_text()
    svg.stream.pop_state()


class _Style(dict[str, Any]):
    """What WeasyPrint asks of a style."""

    font_config: Any


def _style(svg: Any, node: Any, font_size: float) -> _Style:
    """Give the style of a text."""
    from weasyprint.css.properties import INITIAL_VALUES

    style = _Style(INITIAL_VALUES)
    style.font_config = svg.font_config
    style["font_family"] = [node.attrib["font-family"]]
    style["font_weight"] = int(node.attrib["font-weight"])
    style["font_size"] = font_size
    # As `report.fonts` gives the fonts to matplotlib: no ligatures, nothing composed.
    style["font_feature_settings"] = (("liga", 0), ("ccmp", 0))
    return style
