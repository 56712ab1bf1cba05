import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import DataError
from pipeline.readers import csvfile

SAMPLES = ("S1", "S2")


def read(path: Path) -> list[tuple[int, list[str]]]:
    """Read all rows of a file."""
    return list(csvfile.rows(path))


def complaint(path: Path) -> str:
    """Give what the reader says of a file that it refuses."""
    with pytest.raises(DataError) as caught:
        read(path)
    return str(caught.value)


def number_complaint(*fields: str) -> str:
    """Give what is said of fields that are no numbers."""
    with pytest.raises(DataError) as caught:
        csvfile.numbers(fields, sample_ids=SAMPLES, file_name="a.csv", line=7)
    return str(caught.value)


def test_rows_carry_their_line_numbers(tmp_path: Path) -> None:
    """Each row comes with the number of its line, counted from 1."""
    (tmp_path / "a.csv").write_text("x,y\n1,2\n")

    actual = read(tmp_path / "a.csv")

    assert [(1, ["x", "y"]), (2, ["1", "2"])] == actual


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", b"x,y\r\n1,2\r\n"),
        ("a.csv", b"\xef\xbb\xbfx,y\n1,2\n"),
        ("a.csv", b"x,y\n1,2"),
        ("a.csv", b' x ,"y"\n1, 2\n'),
        ("a.tsv", b"x\ty\n1\t2\n"),
        ("a.txt", b"x\ty\n1\t2\n"),
        ("a.csv.gz", gzip.compress(b"x,y\n1,2\n")),
        ("a.tsv.gz", gzip.compress(b"x\ty\n1\t2\n")),
    ],
    ids=["crlf", "bom", "no-newline", "blanks", "tsv", "txt", "csv.gz", "tsv.gz"],
)
def test_dialects_are_read_alike(tmp_path: Path, name: str, text: bytes) -> None:
    """Line ends, a byte-order mark, blanks, tabs and gzip make no difference to the fields."""
    (tmp_path / name).write_bytes(text)

    actual = [fields for _, fields in read(tmp_path / name)]

    assert [["x", "y"], ["1", "2"]] == actual


def test_blank_lines_are_passed_over(tmp_path: Path) -> None:
    """A blank line is no row, but counts as a line."""
    (tmp_path / "a.csv").write_text("x,y\n\n1,2\n\n")

    actual = read(tmp_path / "a.csv")

    assert (3, ["1", "2"]) == actual[1]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """A file that is not there is named with its folder."""
    actual = complaint(tmp_path / "a.csv")

    assert f"{tmp_path / 'a.csv'}: expected a data file, found none" == actual


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    """An empty file lacks its header."""
    (tmp_path / "a.csv").write_text("")

    actual = complaint(tmp_path / "a.csv")

    assert "a.csv: expected a header line, found an empty file" == actual


@pytest.mark.parametrize(("row", "n_found"), [("1", 1), ("1,2,3", 3)])
def test_a_ragged_row_is_refused(tmp_path: Path, row: str, n_found: int) -> None:
    """A row with a field too few or too many is named by its line."""
    (tmp_path / "a.csv").write_text(f"x,y\n1,2\n{row}\n")

    actual = complaint(tmp_path / "a.csv")

    assert f"a.csv: line 3: expected 2 fields, found {n_found}" == actual


def test_bytes_that_are_not_utf8_are_refused(tmp_path: Path) -> None:
    """A file in Latin-1 is named, with the byte that is not UTF-8."""
    (tmp_path / "a.csv").write_bytes("x,y\nfaçade,2\n".encode("latin-1"))

    actual = complaint(tmp_path / "a.csv")

    expected = "a.csv: expected comma-separated values in UTF-8, found: "
    assert expected + "'utf-8' codec can't decode byte 0xe7 in position 6: " in actual
    assert "\n" not in actual


def test_a_truncated_gzip_is_refused(tmp_path: Path) -> None:
    """A gzipped file that was cut off is named."""
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"x,y\n" + b"1,2\n" * 100)[:-12])

    actual = complaint(tmp_path / "a.csv.gz")

    expected = "a.csv.gz: expected comma-separated values in UTF-8, found: Compressed file ended"
    assert actual.startswith(expected)
    assert "\n" not in actual


def test_a_damaged_gzip_is_refused(tmp_path: Path) -> None:
    """A gzipped file with a damaged byte inside is named."""
    content = bytearray(gzip.compress(np.random.default_rng(0).bytes(4_000).hex().encode()))
    content[10:14] = b"\xff\xff\xff\xff"  # the first block's header, right after gzip's own
    (tmp_path / "a.csv.gz").write_bytes(content)

    actual = complaint(tmp_path / "a.csv.gz")

    assert actual.startswith("a.csv.gz: expected comma-separated values in UTF-8, found: ")
    assert "\n" not in actual


def test_plain_text_named_gz_is_refused(tmp_path: Path) -> None:
    """A file that is named .gz and is not gzipped is named."""
    (tmp_path / "a.csv.gz").write_text("x,y\n1,2\n")

    actual = complaint(tmp_path / "a.csv.gz")

    expected = "a.csv.gz: expected comma-separated values in UTF-8, found: Not a gzipped file"
    assert actual.startswith(expected)


def test_an_open_quote_is_refused(tmp_path: Path) -> None:
    """A quote that is never closed is an error and swallows no rows."""
    (tmp_path / "a.csv").write_text('x,y\n"1,2\n3,4\n')

    actual = complaint(tmp_path / "a.csv")

    expected = "a.csv: expected comma-separated values in UTF-8, found: unexpected end of data"
    assert expected == actual


def test_unique_names_come_back() -> None:
    """Names that stand once come back as they were."""
    actual = csvfile.unique(["a", "b"], what="gene", file_name="a.csv")

    assert ("a", "b") == actual


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["a", "b", "a"], "a.csv: expected each gene once, found 'a' twice"),
        (["a", ""], "a.csv: expected a name for every gene, found none for number 2"),
    ],
)
def test_repeated_and_empty_names_are_refused(names: list[str], expected: str) -> None:
    """A name that stands twice, and one that is empty, is an error."""
    with pytest.raises(DataError) as caught:
        csvfile.unique(names, what="gene", file_name="a.csv")

    assert expected == str(caught.value)


@given(st.lists(st.floats(-1e99, 1e99), min_size=2, max_size=2))
def test_numbers_are_read_exactly(values: list[float]) -> None:
    """Finite numbers written by Python come back bit by bit."""
    fields = [repr(value) for value in values]

    actual = csvfile.numbers(fields, sample_ids=SAMPLES, file_name="a.csv", line=7)

    assert values == actual.tolist()


@pytest.mark.parametrize(
    "field", ["abc", "NaN", "inf", "-Infinity", "1e999", "1,5", "0x1", "1_0", "１２", "1e200"]
)
def test_text_that_is_no_finite_number_is_refused(field: str) -> None:
    """Text where a number belongs is named by its line, its sample and itself."""
    actual = number_complaint("1", field)

    assert f"a.csv: line 7, sample 'S2': expected a number, found {field!r}" == actual


def test_an_empty_field_is_refused() -> None:
    """A missing value is named by its line and its sample."""
    actual = number_complaint("", "2")

    assert "a.csv: line 7, sample 'S1': expected a number, found an empty field" == actual


def test_a_line_break_inside_a_field_keeps_the_message_on_one_line() -> None:
    """The message stays one line whatever stands in the field."""
    actual = number_complaint("1", "two\nlines")

    assert r"a.csv: line 7, sample 'S2': expected a number, found 'two\nlines'" == actual
