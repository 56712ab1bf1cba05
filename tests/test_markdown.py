import re

import pytest
from markdown_it import MarkdownIt
from report_fixtures import HOSTILE_TEXTS, parse

from pipeline.records.base import MethodStep, Statement, Value
from report import markdown


def shown(text: str) -> str:
    """Render Markdown as CommonMark does, and read the text of the page."""
    page = parse(MarkdownIt("commonmark").render(text))
    assert {"h1", "h2", "p"} >= {element.tag for element in page.all()}
    return page.text


def step(title: str, template: str, **values: str) -> MethodStep:
    """Make a step of texts."""
    filled = tuple(Value(name=n, value=v, format="text") for n, v in values.items())
    return MethodStep(title=title, text=Statement(template=template, values=filled))


@pytest.mark.parametrize("text", HOSTILE_TEXTS, ids=range(len(HOSTILE_TEXTS)))
def test_hostile_text_is_text(text: str) -> None:
    """Whatever a name holds is shown, letter for letter, with single blanks."""
    expected = " ".join(text.replace("\0", "[U+0000]").split())

    actual = shown(markdown.methods([step(text, "From {x} on.", x=text)]))

    assert f"Methods {expected} From {expected} on." == actual


@pytest.mark.parametrize(
    "start", ["- a", "+ a", "= a", "1. a", "12) a", "# a", "> a", "***", "    a"]
)
def test_a_paragraph_starts_no_block(start: str) -> None:
    """A paragraph that starts with strangers' text is no list, no heading and no code."""
    actual = shown(markdown.methods([step("Title", "{x} and on.", x=start)]))

    assert f"Methods Title {start.strip()} and on." == actual


def test_works_are_cited_for_pandoc() -> None:
    """Works cited at one place become one citation; a value cites nothing."""
    actual = markdown.methods([step("T", "By {x} [@a1] [@b2], twice [@c3].", x="[@no]")])

    assert r"By \[\@no\] [@a1; @b2], twice [@c3]." == actual.splitlines()[-1]
    assert ["a1", "b2", "c3"] == re.findall(r"(?<!\\)@(\w+)", actual)
