"""Each number on the page comes from the results, or is a declared constant of method."""

from collections.abc import Callable

import pytest
from evaluation_fixtures import with_evaluation
from jinja2 import ChoiceLoader, DictLoader, FileSystemLoader
from number_fixtures import CLOSE, OPEN, marked_page, typed_numbers
from report_fixtures import Element, from_embedded, without_test

from pipeline.results import Results
from report import html
from report.fonts import TEMPLATES
from report.tables import decisions

CONSTANTS = {
    r"\b(Figure|Table) S?\d+\b": "numbered in the order of the page",
    r"'sha256-[\w+/=]+'": "the hash of the page's script",
    r"\b[0-9a-f]{64}\b|\b[0-9a-f]{16}\b": "the hash of the results",
    r"\b95 %": "the level of all intervals, and of the middle of repeats",
    r"\bF1\b": "the name of a measure",
    r"\bL[12]\b": "the name of a penalty",
    r"\bPC\d\b": "the name of a principal component",
    r"\bSHA-256\b": "the name of a hash",
    r"\bDEC1 or MARCH1\b": "what a spreadsheet made of a name",
    r"initial-scale=1$": "an instruction to browsers",
    r"\(b \+ 1\) / \(B \+ 1\)|\b1 / \(B \+ 1\)": "the formula of a p-value",
    r"\b1\.4826 times the median absolute deviation": "the normal distribution's constant",
    r"mean 0 and (standard deviation|variance) 1\b": "the definition of standardising",
    r"\b0 (or|and) 1\b|from 0 to 1\b": "the ends of a share",
    r"from −1 to 1; near 0\b": "the ends of a silhouette",
    r"\b1 where (all|every)|\b0 on average|\b0\.5 by chance|\b0 would be perfect": "ends of scales",
    r"divisor n − 1\b": "the definition of a sample's standard deviation",
    r"Weight × 1000\b": "the unit of the weights in a table",
    r"above 0 it speaks for": "the sign of a weight",
    r"a predicted probability of 0\.8, four in five": "an example",
}
"""Numbers that are typed, by their words, and why."""


def _as_it_is(results: Results) -> Results:
    """Change nothing."""
    return results


@pytest.fixture(scope="module")
def full(two_class_results: Results) -> Results:
    """Give a full synthetic evaluation of two classes."""
    return with_evaluation(two_class_results)


@pytest.mark.parametrize("on_paper", [False, True], ids=["screen", "paper"])
@pytest.mark.parametrize("change", [_as_it_is, with_evaluation, without_test, from_embedded])
def test_no_number_of_two_classes_is_typed(
    two_class_results: Results,
    change: Callable[[Results], Results],
    on_paper: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Every number came from the results through a format, or is a constant of method."""
    page = marked_page(change(two_class_results), monkeypatch, on_paper=on_paper)

    assert [] == typed_numbers(page, CONSTANTS)


@pytest.mark.parametrize("change", [_as_it_is, with_evaluation])
def test_no_number_of_three_classes_is_typed(
    toy_results: Results,
    change: Callable[[Results], Results],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The same holds for more than two classes."""
    page = marked_page(change(toy_results), monkeypatch)

    assert [] == typed_numbers(page, CONSTANTS)


def test_no_number_of_a_quick_run_is_typed(
    two_class_results: Results, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same holds for the banner of a quick run."""
    study = two_class_results.study.model_copy(update={"quick": True})
    page = marked_page(two_class_results.model_copy(update={"study": study}), monkeypatch)

    assert [] == typed_numbers(page, CONSTANTS)
    assert 1 == len(page.by_class("banner"))


def test_the_numbers_are_marked(full: Results, monkeypatch: pytest.MonkeyPatch) -> None:
    """Marks stand around the numbers of the headline, and around many others."""
    page = marked_page(full, monkeypatch)
    (headline,) = page.by_class("headline")

    assert f"{OPEN}{full.primary.accuracy:.3f}{CLOSE}" in headline.text
    assert page.text.count(OPEN) == page.text.count(CLOSE) > 1000


@pytest.mark.parametrize(
    "section", ["<p>Of 34 samples.</p>", "<h3>34 samples</h3>", '<img alt="34 samples">']
)
def test_a_number_typed_into_a_template_is_found(
    full: Results, section: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Be it in a paragraph, a heading or a text alternative."""
    loader = ChoiceLoader(
        [DictLoader({"sections/improvements.html": section}), FileSystemLoader(TEMPLATES)]
    )
    page = marked_page(full, monkeypatch, loader=loader)

    assert ["34"] == _words(page)


def test_a_number_typed_into_a_statement_is_found(
    full: Results, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A number belongs into the values of a statement, not into its template."""
    headline = full.headline.model_copy(update={"template": "{n_correct} of 34 were right."})
    page = marked_page(full.model_copy(update={"headline": headline}), monkeypatch)

    assert {"34"} == set(_words(page))


def test_a_number_written_without_a_format_is_found(
    full: Results, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A table that writes a share, or a sum of its own, has to say how."""
    monkeypatch.setattr(
        decisions.formats,
        "interval",
        lambda value: f"{value.low:.2f} to {value.high:.2f}",
    )
    page = marked_page(full, monkeypatch)

    interval = full.abstentions[0].forced_interval
    assert f"{interval.low:.2f}" in _words(page)


def test_another_result_gives_another_page(full: Results) -> None:
    """Where a number of the results changes, the old text is gone."""
    changed = full.primary.model_copy(update={"accuracy": 0.123})
    evaluations = tuple(changed if e.key == changed.key else e for e in full.evaluations)
    before = html.pages(full)[0]
    after = html.pages(full.model_copy(update={"evaluations": evaluations}))[0]

    assert "0.123" in after
    assert "0.123" not in before


def _words(page: Element) -> list[str]:
    """The words with typed digits."""
    return [found.split(" in: ")[0] for found in typed_numbers(page, CONSTANTS)]
