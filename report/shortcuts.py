"""Ways round what WeasyPrint does at length: the same PDF, to the byte, in less time.

It reads a page letter by letter as if it were broken, gives every element six
pseudo-elements that none of ours has, sets each line of text once to break it and again to
draw it, parses declarations in C for each font, and counts all pages for each element of
the structure. Made for WeasyPrint 70 and pydyf 0.13.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any
from xml.etree import ElementTree

_EMPTY = re.compile(r"<((?:br|col|hr|img|link|meta|wbr)\b[^<>]*)>")
_BROKEN_VALUE = re.compile(r'="[^"]*[\t\n]')  # XML makes blanks of them
_NOTES = re.compile(r"^::(?:footnote|note)-.*$", re.MULTILINE)
_LENGTH = re.compile(r"\[\d+\]$")
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
    from weasyprint.text.line_break import Layout

    with (
        replaced(weasyprint.tinyhtml5, "parse", _parse(weasyprint.tinyhtml5.parse)),
        replaced(weasyprint.HTML, "_ua_stylesheets", lambda page, forms=False: [_stylesheet()]),
        replaced(Layout, "deactivate", _keep),
        replaced(Layout, "reactivate", _reuse(Layout.reactivate)),
        replaced(weasyprint.pdf.fonts, "ffi", _OpenArrays(weasyprint.pdf.fonts.ffi)),
        replaced(pydyf.PDF, "page_references", property(_page_references)),
    ):
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
    before = getattr(owner, name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        setattr(owner, name, before)


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


def _keep(layout: Any) -> None:
    """Keep a line as Pango set it."""
    layout.kept = layout.text


def _reuse(again: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
    """Give what sets a line again where it is another than the one that was kept."""

    def reactivate(layout: Any, style: Any) -> None:
        if layout.justification_spacing or layout.text != layout.kept:
            again(layout, style)

    return reactivate


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
