"""The drawing for page, paper and file: few elements, and nothing moves.

What the renderer gives is shortened: marks and strokes that look the same become one path.
On paper the drawing is an image. On screen its elements stand in the page itself: ids get
the figure's name before them, and colours that depend on the page's become variables. In a
file of its own, letters are outlines, for programs that lack the font.
"""

from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from functools import lru_cache
from itertools import groupby
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from matplotlib.font_manager import FontProperties
from matplotlib.transforms import Affine2D

from report.figures.renderer import Canvas, outlined, short

_POINT = 3  # parts of "M x y"
_EM = 100  # units in which a glyph is drawn
_PAINTS = ("fill", "stroke")
_SAID_OF_TEXT = ("x", "y", "font-family", "font-weight", "font-size")
WHITE = "#ffffff"
MANY = 1_000
"""Marks that look the same are one path where there are more of them."""


def drawn(canvas: Canvas) -> Element:
    """Draw a figure.

    Parameters
    ----------
    canvas : Canvas
        That of the figure, which is laid out.

    Returns
    -------
    Element
        The drawing, an `svg` element.
    """
    svg = canvas.svg()
    clips, *elements = svg
    svg[:] = [clips, *_clipped_together(_merged(elements))]
    return svg


def as_image(svg: Element) -> bytes:
    """Write a drawing as an image of the page on paper.

    Parameters
    ----------
    svg : Element
        The drawing.

    Returns
    -------
    bytes
        SVG, whose letters need the page's fonts.
    """
    return ElementTree.tostring(svg)


def as_file(svg: Element) -> bytes:
    """Write a drawing as a file of its own; matplotlib must have the figures' fonts.

    Parameters
    ----------
    svg : Element
        The drawing.

    Returns
    -------
    bytes
        SVG 1.1, whose letters are outlines.
    """
    copy = deepcopy(svg)
    copy.attrib |= {"xmlns:xlink": "http://www.w3.org/1999/xlink", "version": "1.1"}
    glyphs: dict[tuple[str, str], Element] = {}
    for element in list(copy.iter()):
        if "href" in element.attrib:
            element.attrib["xlink:href"] = element.attrib.pop("href")
        if element.tag == "text":
            _outline_letters(element, glyphs)
    copy[0].extend(glyphs.values())
    written: bytes = ElementTree.tostring(copy, encoding="utf-8", xml_declaration=True)
    return written


def _outline_letters(text: Element, glyphs: dict[tuple[str, str], Element]) -> None:
    """Turn a text into references to glyphs; keep the glyphs."""
    said = {name: text.attrib.pop(name) for name in _SAID_OF_TEXT}
    scale = float(said["font-size"]) / _EM
    first, *_ = places = [float(x) for x in said["x"].split()]
    place = f"translate({short(first)} {said['y']}) scale({scale:.5g})"
    line = ElementTree.SubElement(text, "g", {"transform": place})
    for letter, x in zip(text.text or "", places, strict=True):
        key = (letter, said["font-weight"])
        if key not in glyphs:
            glyph = {"id": f"glyph-{len(glyphs) + 1}", "d": _glyph(*key)}
            glyphs[key] = Element("path", glyph)
        used = {"xlink:href": f"#{glyphs[key].attrib['id']}", "x": short((x - first) / scale)}
        ElementTree.SubElement(line, "use", used)
    text.tag, text.text = "g", None


@lru_cache(maxsize=1024)
def _glyph(letter: str, weight: str) -> str:
    """Outline a letter."""
    return outlined(letter, FontProperties(weight=int(weight), size=_EM), Affine2D())


def as_markup(svg: Element, key: str, variables: Mapping[str, str]) -> str:
    """Write what is in a drawing as part of a page.

    Parameters
    ----------
    svg : Element
        The drawing.
    key : str
        Name of the figure; it stands before every id.
    variables : mapping of str to str
        What to write for a colour, in small letters, where the page decides what it is.

    Returns
    -------
    str
        The elements in the root, to be put into another `svg` element.
    """
    inside = deepcopy(list(svg))
    elements = [element for part in inside for element in part.iter()]
    clips = [element for element in elements if "id" in element.attrib]
    names = {clip.attrib["id"]: f"{key}-clip-{n}" for n, clip in enumerate(clips, start=1)}
    for element in elements:
        element.attrib.pop("image-rendering", None)  # the stylesheet says it; here it is invalid
        if "id" in element.attrib:
            element.attrib["id"] = names[element.attrib["id"]]
        if clip := element.get("clip-path"):
            element.attrib["clip-path"] = f"url(#{names[clip[5:-1]]})"
        for paint in _PAINTS:
            colour = element.get(paint, "")
            # White letters stand on a dark ground; white elsewhere is the page.
            if colour in variables and (element.tag, colour) != ("text", WHITE):
                element.attrib[paint] = variables[colour]
    return "".join(ElementTree.tostring(part, encoding="unicode") for part in inside)


def _merged(elements: Iterable[Element]) -> list[Element]:
    """Draw as one path what looks the same: strokes, and marks where there are many."""
    return list(_many_together(_strokes_together(elements)))


def _many_together(elements: Iterable[Element]) -> Iterator[Element]:
    """Draw neighbouring marks that look the same as one path where there are thousands."""
    for (tag, look), group in groupby(elements, key=lambda e: (e.tag, _look(e))):
        alike = list(group)
        if len(alike) <= MANY or tag not in ("circle", "path"):
            yield from alike
        elif tag == "circle" and look["fill"] != "none":
            # A stroke of no length with round ends is a dot; edges would hide one another.
            dots = "".join(f"M{dot.attrib['cx']} {dot.attrib['cy']}h0" for dot in alike)
            ink = {"stroke": look["fill"], "stroke-width": short(2 * float(look["r"]))}
            kept = {k: v for k, v in look.items() if k not in ("r", "fill")}
            yield Element("path", kept | ink | {"stroke-linecap": "round", "d": dots})
        else:
            outlines = " ".join(_outline(element) for element in alike)
            kept = {k: v for k, v in look.items() if k != "r"}
            yield Element("path", kept | {"d": outlines})


def _outline(mark: Element) -> str:
    """Give the outline of a mark, that of a circle as two arcs."""
    if mark.tag != "circle":
        return mark.attrib["d"]
    x, y, r = (mark.attrib[name] for name in ("cx", "cy", "r"))
    return f"M{x} {y}m-{r} 0a{r} {r} 0 1 0 {_d(r)} 0a{r} {r} 0 1 0 -{_d(r)} 0z"


def _d(radius: str) -> str:
    """Double a radius."""
    return short(2 * float(radius))


def _strokes_together(elements: Iterable[Element]) -> list[Element]:
    """Draw strokes that look the same, with nothing but text between them, as one path."""
    kept: list[Element] = []
    last: Element | None = None
    for element in elements:
        if element.tag == "path" and element.get("fill") == "none":
            if element.get("stroke") is None or len(element.attrib["d"].split()) <= _POINT:
                continue  # nothing to be seen
            if last is not None and _look(last) == _look(element):
                last.attrib["d"] += f" {element.attrib['d']}"
                continue
            last = None if element.get("stroke-opacity") else element
        elif element.tag != "text":
            last = None
        kept.append(element)
    return kept


def _look(element: Element) -> dict[str, str]:
    """Give all attributes but outline and place."""
    return {k: v for k, v in element.items() if k not in ("d", "cx", "cy")}


def _clipped_together(elements: list[Element]) -> Iterator[Element]:
    """Clip neighbours once that are clipped alike."""
    for clip, group in groupby(elements, key=lambda element: element.get("clip-path")):
        alike = list(group)
        if clip is None or len(alike) == 1:
            yield from alike
            continue
        together = Element("g", {"clip-path": clip})
        for element in alike:
            del element.attrib["clip-path"]
            if element.tag == "g" and not element.attrib:
                together.extend(element)
            else:
                together.append(element)
        together[:] = _many_together(list(together))
        yield together
