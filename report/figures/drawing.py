"""The drawing for the page: what matplotlib says at length, said in few words.

matplotlib writes each letter as an outline and each mark as a reference, which makes a
page of megabytes, and WeasyPrint parses an outline anew wherever it is referred to. Here
letters become text again, each at the place that matplotlib gave it, in the page's own
font; marks and strokes that look the same become one path. Nothing moves.

On paper the drawing is an image. On screen its elements stand in the page itself: ids get
the figure's name before them, and colours that depend on the page's become variables.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from html import unescape
from itertools import cycle, groupby
from unicodedata import combining
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, TreeBuilder, XMLParser

from report.fonts import figure_faces

_SVG = "{http://www.w3.org/2000/svg}"
_HREF = "{http://www.w3.org/1999/xlink}href"
_CIRCLE = re.compile(r"M 0 ([\d.]+)(?: C(?: -?[\d.]+){6}){8} z")
_ROOT = {
    "xmlns": _SVG[1:-1],
    # matplotlib says this in a stylesheet, which would be matched against every element.
    "stroke-linejoin": "round",
    "stroke-linecap": "butt",
}
_TURNED = re.compile(r"translate\((\S+) (\S+)\) (?:rotate\((\S+)\) )?scale\((\S+) \S+\)")
_EM = 100  # units in which matplotlib sets type
_POINT = 3  # parts of "M x y"
_STROKE = 6  # parts of "M x y L x y"
_PAINTS = ("fill", "stroke")
WHITE = "#ffffff"
MANY = 1_000
"""Marks that look the same are one path where there are more of them."""


def redrawn(svg: bytes) -> Element:
    """Rewrite a drawing of matplotlib.

    Parameters
    ----------
    svg : bytes
        As matplotlib wrote it, letters as outlines.

    Returns
    -------
    Element
        The root of a drawing that looks the same.
    """
    root = ElementTree.fromstring(svg, XMLParser(target=TreeBuilder(insert_comments=True)))  # noqa: S314  # our own
    marks = {path.attrib["id"]: path for path in root.iter(f"{_SVG}path") if "id" in path.attrib}
    drawn = Element("svg", root.attrib | _ROOT)
    clips = ElementTree.SubElement(drawn, "defs")
    for clip in root.iter(f"{_SVG}clipPath"):
        kept = ElementTree.SubElement(clips, "clipPath", {"id": clip.attrib["id"]})
        kept.extend(_flat(clip, marks))
    drawn.extend(_clipped_together(_merged(_flat(root, marks))))
    return drawn


def as_file(drawn: Element) -> bytes:
    """Write a drawing as a file of its own.

    Parameters
    ----------
    drawn : Element
        The root of the drawing.

    Returns
    -------
    bytes
        SVG.
    """
    return ElementTree.tostring(drawn)


def as_markup(drawn: Element, key: str, variables: Mapping[str, str]) -> str:
    """Write what is in a drawing as part of a page.

    Parameters
    ----------
    drawn : Element
        The root of the drawing.
    key : str
        Name of the figure; it stands before every id.
    variables : mapping of str to str
        What to write for a colour, in small letters, where the page decides what it is.

    Returns
    -------
    str
        The elements in the root, to be put into another `svg` element.
    """
    inside = deepcopy(list(drawn))
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


def _flat(parent: Element, marks: dict[str, Element]) -> Iterator[Element]:
    """Give what is drawn, in order, without groups that do nothing."""
    text = ""
    for element in parent:
        if not isinstance(element.tag, str):  # a comment: what the outlines after it say
            text = unescape(element.text or "")[1:-1]
            continue
        name = element.tag.removeprefix(_SVG)
        if name == "g" and set(element.keys()) <= {"id"}:
            yield from _flat(element, marks)
        elif name == "g" and (letters := _letters(element, text)) is not None:
            yield letters
        elif name == "g":
            group = Element(name, _attributes(element))
            group.extend(_merged(_flat(element, marks)))
            yield group
        elif name == "use":
            yield _placed(element, marks[element.attrib[_HREF][1:]])
        elif name == "path":
            yield _path(element.attrib["d"], _attributes(element))
        elif name != "defs":
            yield Element(name, _attributes(element))
        text = ""


def _attributes(element: Element) -> dict[str, str]:
    """Give the attributes; those of the style too, which then need not be parsed as CSS."""
    pairs = (part.partition(":") for part in element.get("style", "").split(";") if part)
    given = {k.replace(_HREF, "href"): v for k, v in element.items() if k not in ("style", "id")}
    return given | {name.strip(): value.strip() for name, _, value in pairs}


def _letters(outlines: Element, text: str) -> Element | None:
    """Turn outlines into text, where each glyph is one letter of one of the page's fonts."""
    uses = outlines.findall(f"{_SVG}use")
    names = {use.attrib[_HREF][1:].rpartition("-")[0] for use in uses}
    placed = _TURNED.fullmatch(outlines.get("transform", ""))
    simple = len(uses) == len(text) and text == " ".join(filter(None, text.split(" ")))
    if not placed or not simple or len(names) != 1 or any(map(combining, text)):
        return None
    face = figure_faces().get(names.pop())
    if face is None:
        return None
    x, y, angle, scale = placed.groups()
    letters = Element("text", _attributes(outlines))
    del letters.attrib["transform"]
    if angle:
        letters.attrib["transform"] = f"translate({x} {y}) rotate({angle})"
        x = y = "0"
    offsets = (use.get("transform", "(0").partition("(")[2].split()[0] for use in uses)
    letters.attrib |= {
        "x": " ".join(_short(float(x) + float(scale) * float(offset)) for offset in offsets),
        "y": _short(float(y)),
        "font-family": face.family,
        "font-weight": str(face.weight),
        "font-size": _short(float(scale) * _EM),
    }
    letters.text = text
    return letters


def _placed(use: Element, mark: Element) -> Element:
    """Draw a mark where it is referred to."""
    looks = (_attributes(mark), _attributes(use))
    placed = {k: v for look in looks for k, v in look.items() if k not in ("href", "d", "x", "y")}
    outline = " ".join(mark.get("d", "").split())
    if "transform" in placed:  # a glyph: moved by the one, made small by the other
        turns = (look.get("transform", "") for look in reversed(looks))
        return _path(outline, placed | {"transform": " ".join(turns)})
    x, y = float(use.get("x", 0)), float(use.get("y", 0))
    if circle := _CIRCLE.fullmatch(outline):
        where = {"cx": _short(x), "cy": _short(y), "r": circle[1]}
        return Element("circle", placed | where)
    return _path(_moved(outline, x, y), placed)


def _moved(outline: str, x: float, y: float) -> str:
    """Move an outline; matplotlib writes pairs of absolute coordinates only."""
    by = cycle((x, y))
    return " ".join(
        part if part.isalpha() else _short(float(part) + next(by)) for part in outline.split()
    )


def _path(outline: str, attributes: dict[str, str]) -> Element:
    """Draw an outline; a single straight stroke has no inside."""
    parts = outline.split()
    inside = {} if len(parts) > _STROKE else {"fill": "none"}
    short = " ".join(part if part.isalpha() else _short(float(part)) for part in parts)
    return Element("path", attributes | inside | {"d": short})


def _short(number: float) -> str:
    """Write a length to a hundredth of a point, less than a printer can show."""
    return f"{number:.2f}".rstrip("0").rstrip(".")


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
            ink = {"stroke": look["fill"], "stroke-width": _short(2 * float(look["r"]))}
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
    return _short(2 * float(radius))


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
