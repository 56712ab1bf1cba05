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
    """Whether there is an independent test set depends on the data."""
    without = without_test(two_class_results)

    with_test = item(reforms.checklist(two_class_results), "8a")
    assert two_class_results.data.n_test == with_test.answer.values[0].value
    assert "answered" == with_test.reply
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
