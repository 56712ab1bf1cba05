"""A page on which every character that came from a number of the results is marked.

Numbers of the results are replaced by numbers that mark their own text: whole numbers wherever
they are written, others only through a format of `report.formats`. Names and data (labels,
identifiers, versions, file names) mark themselves too; prose that was written by hand does not.
Arithmetic on a marked number gives a plain one, which has to go through a format to be marked.
So a digit outside the marks was typed into a template, into a Python text or into a statement.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from xml.etree import ElementTree

import pytest
from jinja2 import BaseLoader, Environment, pass_context
from jinja2.runtime import Context
from pydantic import BaseModel
from report_fixtures import Element, parse

from pipeline.results import Results
from report import formats, html
from report.figures import style

OPEN, CLOSE = "\ue000", "\ue001"
"""Private-use characters that no text has."""

FORMATS = (
    "count",
    "decimal",
    "limit",
    "floor",
    "percent",
    "points",
    "p_value",
    "scientific",
    "number",
    "measure",
    "names",
    "listed",
    "n_bytes",
    "mean",
    "joined",
)
"""What may write a number."""

PROSE = frozenset(
    {
        "template",
        "subject",
        "why",
        "action",
        "how_to_read",
        "how_not_to_read",
        "intended_use",
        "noun",
        "answer",
    }
)
"""Fields that are written by hand in the pipeline: their digits are typed ones."""

KEYS = frozenset({"key", "protocol", "model", "base", "variant", "section", "citation"})
"""Fields that name other records: the page is put together by them."""

BLOCKS = frozenset(
    {
        "p",
        "h1",
        "h2",
        "h3",
        "h4",
        "li",
        "dt",
        "dd",
        "td",
        "th",
        "caption",
        "figcaption",
        "title",
        "desc",
    }
)
"""Elements that hold text."""

_ATTRIBUTES = ("alt", "content", "aria-label", "title")
_TOKEN = re.compile(r"[\w.,−-]*\d[\w.,−-]*")


def _marked(text: str) -> str:
    """Put a text between marks."""
    return f"{OPEN}{text}{CLOSE}"


class _Int(int):
    """A whole number that marks its text."""

    def __format__(self, spec: str) -> str:
        return _marked(format(int(self), spec))

    def __str__(self) -> str:
        return _marked(int.__repr__(self))


class _Float(float):
    """A number that no text may hold but through a format: its own text is not marked."""


class _Str(str):
    """A name that marks itself within another text."""

    __slots__ = ()

    def __format__(self, spec: str) -> str:
        return _marked(format(str.__str__(self), spec))


def _taint(value: Any, name: str = "") -> Any:
    """Replace the numbers and names in a part of the results by ones that mark themselves."""
    if isinstance(value, BaseModel):
        fields = {key: _taint(getattr(value, key), key) for key in type(value).model_fields}
        return value.model_copy(update=fields)
    if isinstance(value, tuple):
        return tuple(_taint(item, name) for item in value)
    if isinstance(value, dict):
        return {key: _taint(item, name) for key, item in value.items()}
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return _Int(value)
    if isinstance(value, float):
        return _Float(value)
    return value if name in PROSE | KEYS else _Str(value)


def _plain(value: Any) -> Any:
    """Take the marks from an argument."""
    if isinstance(value, _Int):
        return int(value)
    if isinstance(value, _Float):
        return float(value)
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


def _marking(write: Callable[..., str]) -> Callable[..., str]:
    """Mark what a format writes."""
    return lambda value: _marked(write(_plain(value)))


@pass_context
def _finalize(context: Context, value: object) -> object:
    """Mark names and numbers that a template prints as they are."""
    if isinstance(value, _Str):
        return _marked(str.__str__(value))
    return value


def marked_page(
    results: Results,
    patch: pytest.MonkeyPatch,
    *,
    loader: BaseLoader | None = None,
    on_paper: bool = False,
) -> Element:
    """Render the page with marks, and take it apart."""
    for name in FORMATS:
        write = getattr(formats, name)
        patch.setattr(formats, name, _marking(write))
        if name in formats.FORMATS:
            patch.setitem(formats.FORMATS, name, _marking(write))
    patch.setitem(formats.FORMATS, "text", lambda value: _marked(str.__str__(value)))
    # Pictures are not read; their captions and text alternatives are.
    patch.setattr(
        style, "to_svg", lambda figure: ElementTree.Element("svg", {"viewBox": "0 0 1 1"})
    )
    shorten = style.shorten
    patch.setattr(style, "shorten", lambda name, *most: _marked(shorten(name, *most)))
    build = html.environment

    def environment() -> Environment:
        jinja = build()
        jinja.finalize = _finalize
        jinja.bytecode_cache = None  # what is compiled here is not for others
        jinja.loader = loader or jinja.loader
        return jinja

    patch.setattr(html, "environment", environment)
    return parse(html.pages(_taint(results))[on_paper])


def typed_numbers(page: Element, constants: Iterable[str]) -> list[str]:
    """List the words with digits outside the marks, each with what stands around it.

    What matches one of the constants (patterns) is not listed.
    """
    known = re.compile("|".join(constants))
    return [
        f"{word} in: {around}" for text in _texts(page) for word, around in _unmarked(text, known)
    ]


def _texts(element: Element) -> Iterator[str]:
    """Give the text of each block, and of the attributes that are read to people."""
    for child in element.all():
        if child.tag in ("style", "script", "svg"):
            continue
        yield from (child.attributes[name] for name in _ATTRIBUTES if name in child.attributes)
        if child.tag in BLOCKS:
            yield " ".join("".join(_pieces(child)).split())


def _pieces(element: Element) -> Iterator[str]:
    """Give the pieces of a text, numbers of chapters and citations left out."""
    for child in element.children:
        if isinstance(child, str):
            yield child
        elif child.attributes.get("class") not in ("chapter", "cite"):
            yield from _pieces(child)


def _unmarked(text: str, known: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    """Find words with digits that are neither marked nor among the known ones."""
    bare = known.sub(lambda match: "~" * len(match.group()), _blanked(text))
    for match in _TOKEN.finditer(bare):
        around = text[max(match.start() - 50, 0) : match.end() + 30]
        yield match.group(), around.replace(OPEN, "⟦").replace(CLOSE, "⟧")


def _blanked(text: str) -> str:
    """Replace what stands between marks by dots, the length kept."""
    depth, found = 0, []
    for character in text:
        depth += character == OPEN
        found.append("·" if depth else character)
        depth -= character == CLOSE
    return "".join(found)
