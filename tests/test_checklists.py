import re
from string import ascii_lowercase

import pytest
from report_fixtures import parse, without_test

from pipeline.checklists import reforms, tripod
from pipeline.records.checklists import Checklist, Item
from pipeline.records.resolve import resolve
from pipeline.results import Results
from report import html
from report.chapters import sections
from report.formats import plain

# Collins et al. (2024), table of items: letters of each of the 27 items.
TRIPOD = {3: 3, 5: 2, 6: 3, 8: 3, 9: 3, 12: 7, 18: 6, 20: 3, 23: 2, 27: 3}
# Kapoor et al. (2024), table 1: letters of each of the 8 modules, 32 items together.
REFORMS = {1: 3, 2: 5, 3: 7, 4: 3, 5: 6, 6: 3, 7: 3, 8: 2}


def numbered(n: int, letters: dict[int, int]) -> list[str]:
    """Number the items of a checklist."""
    return [
        f"{k}{letter}"
        for k in range(1, n + 1)
        for letter in ascii_lowercase[: letters.get(k, 0)] or [""]
    ]


def spelled_out(checklist: Checklist) -> list[str]:
    """Number the items one by one where neighbours have one answer."""
    found = []
    for item in checklist.items:
        match = re.fullmatch(r"(\d+)([a-z]?)(?:–([a-z]))?", item.number)
        assert match
        number, first, last = match.groups()
        letters = (
            ascii_lowercase[ascii_lowercase.index(first) : ascii_lowercase.index(last or first) + 1]
            if first
            else [""]
        )
        found += [f"{number}{letter}" for letter in letters]
    return found


def item(checklist: Checklist, number: str) -> Item:
    """Find an item."""
    return next(item for item in checklist.items if item.number == number)


def test_no_item_of_tripod_is_left_out(two_class_results: Results) -> None:
    """All items stand there once, in their order."""
    assert numbered(27, TRIPOD) == spelled_out(tripod.checklist(two_class_results))


def test_no_item_of_reforms_is_left_out(two_class_results: Results) -> None:
    """All items stand there once, in their order."""
    expected = numbered(8, REFORMS)

    assert expected == spelled_out(reforms.checklist(two_class_results))
    assert 32 == len(expected)


@pytest.mark.parametrize("fixture", ["toy_results", "two_class_results"])
def test_every_number_is_a_field(fixture: str, request: pytest.FixtureRequest) -> None:
    """Each value of an answer stands in the results where its path says."""
    results: Results = request.getfixturevalue(fixture)
    values = [v for c in results.checklists for i in c.items for v in i.answer.values]
    named = [value for value in values if value.path]

    assert [v.value for v in named] == [resolve(results, v.path or "") for v in named]
    assert all(value.format == "text" for value in values if not value.path)
    assert len(named) > 20


def test_what_is_answered_has_a_chapter(two_class_results: Results) -> None:
    """An answer leads to a chapter that is there; what does not apply has a reason."""
    anchors = [anchor for anchor, _ in sections(two_class_results)]
    items = [i for c in two_class_results.checklists for i in c.items]

    assert {"answered", "not applicable", "for the author"} == {i.reply for i in items}
    assert all(i.section in anchors for i in items if i.reply == "answered")
    assert all(i.answer.template for i in items if i.reply != "for the author")


def test_without_independent_samples_none_are_claimed(two_class_results: Results) -> None:
    """A test set of the same study shows no external validity, and without one 16 is void."""
    without = without_test(two_class_results)

    with_test = item(reforms.checklist(two_class_results), "8a")
    assert two_class_results.data.n_test == with_test.answer.values[0].value
    assert "for the author" == with_test.reply
    assert "of the same study" in plain(with_test.answer)
    assert "for the author" == item(reforms.checklist(without), "8a").reply
    assert "not applicable" == item(tripod.checklist(without), "16").reply


def test_class_weights_are_named_where_they_were_tried(two_class_results: Results) -> None:
    """Without a change against imbalance its item does not apply."""
    without = two_class_results.model_copy(update={"improvements": ()})

    assert "answered" == item(tripod.checklist(two_class_results), "13").reply
    assert "not applicable" == item(tripod.checklist(without), "13").reply


def test_the_page_links_to_the_chapters(two_class_results: Results) -> None:
    """Each answered item leads to its chapter."""
    page = parse(html.pages(two_class_results)[0])
    checklist = two_class_results.checklists[0]
    table = page.by_id("tab-checklist-tripod")
    expected = [f"#{i.section}" for i in checklist.items if i.section]

    assert expected == [link.attributes["href"] for link in table.all("a")]
    assert "For the author to complete." in table.text


@pytest.mark.parametrize("number", ["8a", "20a", "21"])
def test_samples_are_counted_with_their_class(two_class_results: Results, number: str) -> None:
    """Where the item asks for outcomes in each part, each class is counted in each."""
    answer = plain(item(tripod.checklist(two_class_results), number).answer)

    first = two_class_results.data.classes[0]
    assert f"{first.n_train} {first.label}" in answer
    assert f"{first.n_test} {first.label}" in answer


def test_three_classes_are_counted_as_well(toy_results: Results) -> None:
    """Every class has its numbers."""
    answer = plain(item(tripod.checklist(toy_results), "20a").answer)

    expected = [f"{c.n_train} {c.label}" for c in toy_results.data.classes]
    assert [True] * len(expected) == [text in answer for text in expected]


def test_objectives_say_what_was_done(two_class_results: Results) -> None:
    """Development and evaluation apart where there is a test set, in turn where there is none."""
    both = plain(item(tripod.checklist(two_class_results), "4").answer)
    alone = plain(item(tripod.checklist(without_test(two_class_results)), "4").answer)

    assert both.startswith("Both: ")
    assert alone.startswith("Development: ")


@pytest.mark.parametrize(("named", "expected"), [(True, "named in"), (False, "the default of")])
def test_who_chose_the_model(two_class_results: Results, named: bool, expected: str) -> None:
    """A default is called one, and nothing is said of when results were seen."""
    results = two_class_results.model_copy(update={"primary_is_named": named})

    answer = plain(item(reforms.checklist(results), "5d").answer)

    assert expected in answer
    assert "before any result" not in answer


@pytest.mark.parametrize("number", ["6a", "8a", "10"])
def test_what_the_files_cannot_say_is_left_to_the_author(
    two_class_results: Results, number: str
) -> None:
    """Setting, assessment and the reason for the sample size are in no file."""
    assert "for the author" == item(tripod.checklist(two_class_results), number).reply
