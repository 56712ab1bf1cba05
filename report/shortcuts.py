"""Ways round what WeasyPrint does at length: the same PDF, to the byte, in less time.

It reads a page letter by letter as if it were broken, gives every element six
pseudo-elements that none of ours has, makes everything ready anew for each line of text and
sets it once to break it and again to draw it, works out each size of each box though most
are given and asks of each five ways out of the flow though few take one, parses declarations
in C for each font, and counts all pages for each element of the structure. What holds for a
style is kept with it: a style does not change once it is in use, WeasyPrint copies it before.
Made for WeasyPrint 70 and pydyf 0.13.
"""

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from typing import Any
from xml.etree import ElementTree

_EMPTY = re.compile(r"<((?:br|col|hr|img|link|meta|wbr)\b[^<>]*)>")
_BROKEN_VALUE = re.compile(r'="[^"]*[\t\n]')  # XML makes blanks of them
_NOTES = re.compile(r"^::(?:footnote|note)-.*$", re.MULTILINE)
_LENGTH = re.compile(r"\[\d+\]$")
_PARAGRAPH = re.compile("[\n\r\u2029]")
_SIDES = ("top", "right", "bottom", "left")
_BORDERS = [f"border_{side}_width" for side in _SIDES]
_SIZES = [
    *(f"{space}_{side}" for space in ("margin", "padding") for side in _SIDES),
    *(f"{limit}{length}" for limit in ("", "min_", "max_") for length in ("width", "height")),
]
_MARKERS = re.compile(r"^::marker\b", re.MULTILINE)


@contextmanager
def taken() -> Iterator[None]:
    """Let WeasyPrint take the shortcuts.

    Yields
    ------
    None
        For as long as it does.
    """
    import pydyf
    import weasyprint
    from weasyprint.formatting_structure.boxes import Box
    from weasyprint.text.line_break import Layout

    with (
        replaced(weasyprint.tinyhtml5, "parse", _parse(weasyprint.tinyhtml5.parse)),
        replaced(weasyprint.HTML, "_ua_stylesheets", lambda page, forms=False: [_stylesheet()]),
        replaced(Layout, "setup", _setup(Layout.setup)),
        replaced(Layout, "set_text", _set_text(Layout.set_text)),
        replaced(Layout, "deactivate", _keep),
        replaced(Layout, "reactivate", _reuse(Layout.reactivate)),
        replaced(Box, "is_in_normal_flow", _is_in_flow(Box.is_in_normal_flow)),
        replaced(weasyprint.layout.inline, "strut", _strut(weasyprint.layout.inline.strut)),
        replaced(weasyprint.pdf.fonts, "ffi", _OpenArrays(weasyprint.pdf.fonts.ffi)),
        replaced(pydyf.PDF, "page_references", property(_page_references)),
        ExitStack() as stack,
    ):
        resolve = _resolve(weasyprint.layout.percent.resolve_percentages)
        for module in _layout_modules():
            stack.enter_context(replaced(module, "resolve_percentages", resolve))
        yield


@contextmanager
def replaced(owner: Any, name: str, value: Any) -> Iterator[None]:
    """Put something else in the place of an attribute for a while.

    Parameters
    ----------
    owner : object
        What has the attribute.
    name : str
        Its name.
    value : object
        What it is meanwhile.

    Yields
    ------
    None
        For as long as it is that.
    """
    is_own, before = name in vars(owner), vars(owner).get(name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        if is_own:
            setattr(owner, name, before)
        else:
            delattr(owner, name)


def _parse(repair: Callable[..., Any]) -> Callable[..., Any]:
    """Give what reads a page as XML where it is well-formed, and else as it was read."""

    def parse(document: Any, **options: Any) -> Any:
        page = document.read()
        if _BROKEN_VALUE.search(page):
            return repair(page, **options)
        try:
            return ElementTree.fromstring(_EMPTY.sub(r"<\1/>", page))  # noqa: S314  # our own
        except ElementTree.ParseError:
            return repair(page, **options)

    return parse


@cache
def _stylesheet() -> Any:
    """WeasyPrint's own stylesheet: no notes, and markers for items of lists only."""
    from weasyprint import CSS
    from weasyprint.css.counters import CounterStyle
    from weasyprint.html import UA

    rules = _MARKERS.sub("li::marker", _NOTES.sub("", UA))
    return CSS(string=rules, counter_style=CounterStyle())


def _setup(afresh: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
    """Give what makes a line ready for a style: from the first that had it."""
    from weasyprint.text.ffi import ffi, gobject, pango

    if not hasattr(pango, "pango_layout_copy"):
        ffi.cdef("PangoLayout * pango_layout_copy (PangoLayout *);")

    def setup(layout: Any, style: Any) -> None:
        if "ready" not in vars(style):
            style.ready = object.__new__(type(layout))
            afresh(style.ready, style)
        vars(layout).update(vars(style.ready))
        copy = pango.pango_layout_copy(style.ready.layout)
        layout.layout = ffi.gc(copy, gobject.g_object_unref)

    return setup


def _set_text(set_at_length: Callable[..., None]) -> Callable[..., None]:
    """Give what sets a line's text: as one paragraph, which drawing asks for too, if it is one."""
    from weasyprint.text.ffi import pango

    def set_text(layout: Any, text: str, justify: bool = False) -> None:
        is_one = _PARAGRAPH.search(text) is None
        pango.pango_layout_set_single_paragraph_mode(layout.layout, is_one)
        set_at_length(layout, text, justify)

    return set_text


def _strut(compute: Callable[[Any], tuple[float, float]]) -> Callable[[Any], tuple[float, float]]:
    """Give what computes the height of lines, once for each style."""

    def strut(style: Any) -> tuple[float, float]:
        if "strut" not in vars(style):
            style.strut = compute(style)
        height: tuple[float, float] = style.strut
        return height

    return strut


def _keep(layout: Any) -> None:
    """Keep a line as Pango set it."""
    layout.kept = layout.text


def _reuse(again: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
    """Give what sets a line again where it is another than the one that was kept."""

    def reactivate(layout: Any, style: Any) -> None:
        if layout.justification_spacing or layout.text != layout.kept:
            again(layout, style)

    return reactivate


def _is_in_flow(at_length: Callable[[Any], bool]) -> Callable[[Any], bool]:
    """Give what tells whether a box is in the flow, which most are: at a glance."""

    def is_in_flow(box: Any) -> bool:
        style = box.style
        plain = style["float"] == "none" and style["position"] in ("static", "relative")
        return plain or at_length(box)

    return is_in_flow


def _layout_modules() -> list[Any]:
    """Give the parts of WeasyPrint that work out sizes."""
    return [
        module
        for name, module in sys.modules.items()
        if name.startswith("weasyprint.layout.") and hasattr(module, "resolve_percentages")
    ]


def _resolve(at_length: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
    """Give what sets the sizes of a box: at once where none depends on what is around it."""
    from weasyprint.layout.percent import adjust_box_sizing as adjust

    def resolve(box: Any, containing_block: Any) -> None:
        style, used = box.style, vars(box)
        if "sizes" not in vars(style):
            style.sizes = _fixed_sizes(style)
            style.borders = {name: style[name] for name in _BORDERS}
        if style.sizes is None:
            at_length(box, containing_block)
            return
        used.update(style.sizes)
        if style["border_collapse"] != "collapse":
            used.update(style.borders)
        else:  # neighbours may have agreed on others
            for name, width in style.borders.items():
                used.setdefault(name, width)
        if style["box_sizing"] != "content-box":
            adjust(box, "width")
            adjust(box, "height")

    return resolve


def _fixed_sizes(style: Any) -> dict[str, Any] | None:
    """Give the sizes that a style says in full, None where one is a share of another."""
    sizes = {name: style[name] for name in _SIZES}
    for name, size in sizes.items():
        if size == "auto":
            sizes[name] = 0 if name.startswith("min_") else "auto"
        elif getattr(size, "unit", None) == "px":
            sizes[name] = size.value
        else:
            return None
    return sizes


class _OpenArrays:
    """cffi, which is told an array's length by its values: a length said is a type to parse.

    Parameters
    ----------
    ffi : cffi.FFI
        Where all is known but arrays.
    """

    def __init__(self, ffi: Any) -> None:
        self._ffi = ffi

    def __getattr__(self, name: str) -> Any:
        """Give whatever else it has."""
        return getattr(self._ffi, name)

    def new(self, declaration: str, values: Any = None) -> Any:
        """Make room for values."""
        if values is not None:
            declaration = _LENGTH.sub("[]", declaration)
        return self._ffi.new(declaration, values)


def _page_references(pdf: Any) -> tuple[bytes, ...]:
    """Name all pages, anew only where there are more than before."""
    pages = pdf.pages["Kids"]
    named: tuple[bytes, ...] = vars(pdf).get("named_pages", ())
    if len(pages) != 3 * len(named):
        named = tuple(f"{number} 0 R".encode() for number in pages[::3])
        pdf.named_pages = named
    return named
