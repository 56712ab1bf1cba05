"""The same drawing for paper: what WeasyPrint draws slowly, said in a way that it draws fast.

matplotlib writes each letter as an outline and each mark as a reference, and WeasyPrint
parses an outline anew wherever it is referred to. Here letters become text again, each at
the place that matplotlib gave it, in the page's own font; marks and strokes that look the
same become one path. Nothing moves.
"""

import re
from collections.abc import Iterable, Iterator
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
_STROKE = 6  # parts of "M x y L x y"


def for_paper(svg: bytes) -> bytes:
    """Rewrite a drawing of matplotlib for WeasyPrint.

    Parameters
    ----------
    svg : bytes
        As matplotlib wrote it, letters as outlines.

    Returns
    -------
    bytes
        SVG that looks the same.
    """
    root = ElementTree.fromstring(svg, XMLParser(target=TreeBuilder(insert_comments=True)))  # noqa: S314  # our own
    marks = {path.attrib["id"]: path for path in root.iter(f"{_SVG}path") if "id" in path.attrib}
    drawn = Element("svg", root.attrib | _ROOT)
    clips = ElementTree.SubElement(drawn, "defs")
    for clip in root.iter(f"{_SVG}clipPath"):
        kept = ElementTree.SubElement(clips, "clipPath", {"id": clip.attrib["id"]})
        kept.extend(_flat(clip, marks))
    drawn.extend(_clipped_together(_merged(_flat(root, marks))))
    return ElementTree.tostring(drawn)


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
    inside = {} if len(outline.split()) > _STROKE else {"fill": "none"}
    return Element("path", attributes | inside | {"d": outline})


def _short(number: float) -> str:
    """Write a length to a hundredth of a point, less than a printer can show."""
    return f"{number:.2f}".rstrip("0").rstrip(".")


def _merged(elements: Iterable[Element]) -> list[Element]:
    """Draw strokes that look the same, with nothing but text between them, as one path."""
    kept: list[Element] = []
    last: Element | None = None
    for element in elements:
        if element.tag == "path" and element.get("fill") == "none":
            if element.get("stroke") is None:
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
    """Give all attributes but the outline."""
    return {k: v for k, v in element.items() if k != "d"}


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
        yield together
