import csv
import io

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from report.csvfile import csv_bytes, harmless


def read(content: bytes) -> list[list[str]]:
    """Read a CSV file with the standard library."""
    return list(csv.reader(io.StringIO(content.decode(), newline="")))


def test_a_file_by_hand() -> None:
    """Commas and quotes are quoted, numbers keep all their digits, nothing is an empty cell."""
    rows = [('Zyxin, "ZYX"', 0.1, 3), ("µ", None, -1e-300)]

    actual = csv_bytes(("name", "p", "n"), rows)

    expected = 'name,p,n\r\n"Zyxin, ""ZYX""",0.1,3\r\nµ,,-1e-300\r\n'
    assert expected.encode() == actual


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "-", "+49 30", "＝1", "-inf"],
)
def test_a_formula_is_made_harmless(text: str) -> None:
    """Text that a spreadsheet would run gets an apostrophe before it."""
    assert harmless(text).startswith("'")


@pytest.mark.parametrize(
    "text", ["", "a=1", "-1", "+1.5", "-.5", "-2.", "-1e-5", "'=1", "X95735_at"]
)
def test_numbers_and_other_text_stay(text: str) -> None:
    """What no spreadsheet would run is written as it is."""
    assert text == harmless(text)


def test_names_of_columns_are_made_harmless() -> None:
    """A column may be named by a stranger, too."""
    assert b"'=1\r\n" == csv_bytes(["=1"], [])


def test_control_characters_are_spelled_out() -> None:
    """A null byte, which ends the text for some readers, is written as its code point."""
    assert [["name"], ["a[U+0000]b[U+001B]"]] == read(csv_bytes(["name"], [["a\0b\x1b"]]))


def test_line_breaks_stay_inside_their_cell() -> None:
    """A line break in a cell does not start a row."""
    assert [["name"], ["a\nb"]] == read(csv_bytes(["name"], [["a\nb"]]))


def test_a_row_of_another_length_is_an_error() -> None:
    """Cells cannot slip into another column."""
    with pytest.raises(ValueError, match="row 2: expected 2 cells, found 1"):
        csv_bytes(["a", "b"], [[1, 2], [3]])


@given(st.lists(st.tuples(st.text(), st.floats(allow_nan=False, allow_infinity=False))))
def test_every_text_and_number_comes_back(rows: list[tuple[str, float]]) -> None:
    """Any text comes back as it was made harmless, and any number to its last digit."""
    header, *actual = read(csv_bytes(["text", "number"], rows))

    assert ["text", "number"] == header
    assert [(harmless(text), number) for text, number in rows] == [
        (text, float(number)) for text, number in actual
    ]


def test_pandas_reads_the_file() -> None:
    """Another reader finds the same columns, numbers as numbers."""
    frame = pd.read_csv(io.BytesIO(csv_bytes(["id", "p"], [["a,b", 0.5], ["c", None]])))

    assert ["a,b", "c"] == frame["id"].tolist()
    assert [0.5] == frame["p"].dropna().tolist()
