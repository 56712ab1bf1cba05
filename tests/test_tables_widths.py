import pytest
from hypothesis import given
from hypothesis import strategies as st

from report.fonts import advances
from report.tables.record import Table, columns
from report.tables.widths import PAGE, column_widths

WORDS = st.text("abcdefW 01234.é漢", max_size=40)


def table(*rows: tuple[str, ...], labels: tuple[str, ...], grouped: bool = False) -> Table:
    """Make a table of these rows."""
    return Table("key", "Caption.", columns(*labels), rows, grouped=grouped)


@given(st.lists(st.tuples(WORDS, WORDS, WORDS), max_size=4), st.booleans())
def test_widths_are_shares_of_the_page(rows: list[tuple[str, ...]], grouped: bool) -> None:
    """Whatever the cells hold, each column has some of the page, and all have the whole."""
    widths = column_widths(table(*rows, labels=("Name", "*Number", "Remark"), grouped=grouped))

    assert min(widths) > 0
    assert pytest.approx(100, abs=0.02) == sum(widths)


def test_equal_columns_are_equally_wide() -> None:
    """Where nothing tells two columns apart, each has half."""
    assert [50, 50] == column_widths(table(("same", "same"), labels=("Label", "Label")))


def width_of(text: str) -> float:
    """Measure a text."""
    letters = advances(bold=False)
    return sum(letters[letter] for letter in text)


def test_a_page_with_room_sets_every_cell_on_one_line() -> None:
    """A long text is not broken where all have room."""
    text = "a text of several words"
    width, _ = column_widths(table((text, "b"), labels=("A", "B")))

    assert width / 100 * PAGE > width_of(text)


def test_a_crowded_page_breaks_headings_first() -> None:
    """Where there is not room for all, a cell stands on one line and a heading does not."""
    heading = " ".join(["Heading"] * 20)
    cell = " ".join(["cell"] * 10)
    under_heading, with_cell = column_widths(table(("1", cell), labels=(f"*{heading}", "B")))

    assert with_cell / 100 * PAGE > width_of(cell)
    assert under_heading / 100 * PAGE < width_of(heading)


def test_one_endless_word_leaves_room_for_the_others() -> None:
    """A word longer than the page is broken; the other columns can still be read."""
    widths = column_widths(table(("W" * 10_000, "b", "c"), labels=("A", "B", "C")))

    assert min(widths[1:]) / 100 * PAGE > width_of("b")


def test_the_name_of_a_group_may_take_several_lines() -> None:
    """The first cell of a group has the height of all its rows, and needs less width."""
    rows = (("a name of many words " * 3, "word " * 12),)
    alone, in_group = (
        column_widths(table(*rows, labels=("A", "B"), grouped=grouped))[0]
        for grouped in (False, True)
    )

    assert in_group < alone
