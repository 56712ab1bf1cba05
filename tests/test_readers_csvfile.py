import csv
import gzip
import tempfile
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


@pytest.mark.parametrize("text", ['x,y\n"1,2\n3,4\n', 'x,y\n"1,2\n3",4\n', 'x,y\n"1"a,2\n3,4\n'])
def test_a_quote_that_does_not_close_in_its_line_is_refused(tmp_path: Path, text: str) -> None:
    """Between commas such a quote is an error in the line where it opens, wherever it closes."""
    (tmp_path / "a.csv").write_text(text)

    actual = complaint(tmp_path / "a.csv")

    assert actual.startswith(
        "a.csv: line 2: expected comma-separated values, a field within one line, found a quote "
        "that opens a field and does not end it; take the quote out"
    )


@pytest.mark.parametrize(
    ("later", "expected"), [("plain", "plain"), ('plain"', 'plain"'), ('"plain"', "plain")]
)
def test_between_tabs_a_quote_is_a_character(tmp_path: Path, later: str, expected: str) -> None:
    """A quote that opens a field swallows no rows, whatever the later fields end with."""
    (tmp_path / "a.tsv").write_text(f'x\ty\n1\t"5-prime\n2\tplain\n3\t{later}\n')

    actual = [fields for _, fields in read(tmp_path / "a.tsv")]

    assert [["x", "y"], ["1", '"5-prime'], ["2", "plain"], ["3", expected]] == actual


@given(
    st.lists(
        st.lists(st.text(st.characters(exclude_categories=["C", "Z"])), min_size=2, max_size=2),
        min_size=1,
    ),
    st.sampled_from([("a.csv", ","), ("a.tsv", "\t")]),
)
def test_what_a_csv_writer_writes_is_read(rows: list[list[str]], kind: tuple[str, str]) -> None:
    """Fields with separators and quotes in them come back as RFC 4180 writes them."""
    name, delimiter = kind
    with tempfile.TemporaryDirectory() as folder:
        with (Path(folder) / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, delimiter=delimiter).writerows([["x", "y"], *rows])

        actual = [fields for _, fields in read(Path(folder) / name)]

    assert [["x", "y"], *(row for row in rows if any(row))] == actual


def test_a_ragged_row_with_a_quote_says_so(tmp_path: Path) -> None:
    """A field between tabs that goes on in the next line leaves a short row."""
    (tmp_path / "a.tsv").write_text('x\ty\tz\n1\t"two\nlines"\t3\n')

    actual = complaint(tmp_path / "a.tsv")

    assert "a.tsv: line 2: expected 3 fields, found 2; a quote opens the field '\"two'" == actual


def test_a_header_as_r_writes_it_is_read(tmp_path: Path) -> None:
    """R gives the names of the rows no name: the first field of the header is empty then."""
    (tmp_path / "a.tsv").write_text('"S1"\t"S2"\n"g1"\t1\t2\n"g2"\t3\t4\n')

    actual = [fields for _, fields in read(tmp_path / "a.tsv")]

    assert [["", "S1", "S2"], ["g1", "1", "2"], ["g2", "3", "4"]] == actual


def test_a_separator_at_the_end_of_a_row_is_no_name(tmp_path: Path) -> None:
    """A row that ends in a separator is ragged, and not as R writes."""
    (tmp_path / "a.csv").write_text("x,y\n1,2,\n")

    assert "a.csv: line 2: expected 2 fields, found 3" == complaint(tmp_path / "a.csv")


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("a.csv", "gene;S1;S2\ng1;1,5;2\n", "between commas, found semicolons, as spreadsheets"),
        ("a.csv", "gene;S1;S2\ng1;1.5;2\n", "between commas, found semicolons, as spreadsheets"),
        ("a.tsv", "gene;S1;S2\ng1;1.5;2\n", "between tabs, found semicolons, as spreadsheets"),
        ("a.csv", "gene\tS1\ng1\t1\n", "between commas, found tabs: let the file's name end in"),
        ("a.txt", "gene,S1\ng1,1\n", "between tabs, found commas: let the file's name end in"),
    ],
)
def test_another_separator_is_named(tmp_path: Path, name: str, text: str, expected: str) -> None:
    """The sign that separates the fields instead is named, with what to do."""
    (tmp_path / name).write_text(text)

    assert f"{name}: line 1: expected fields {expected}" in complaint(tmp_path / name)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"PK\x03\x04\x14\x00", "an Excel workbook (.xlsx) or another zip archive: save"),
        (b"\xd0\xcf\x11\xe0\xa1", "an Excel workbook (.xls): save"),
        (b"\x1f\x8b\x08\x00", "gzipped content: put .gz"),
        ("x,y\n1,2\n".encode("utf-16"), "text in UTF-16: save it as UTF-8"),
        (b'!Series_title\t"A study"\n', "a GEO series matrix: write the table between"),
        (b'"!Series_title"\t"A study"\n', "a GEO series matrix: write the table between"),
        (b"^DATABASE = GeoMiame\n", "a SOFT file of GEO: write its values"),
        (b"<!DOCTYPE html>\n<html>", "a web page: get the file itself"),
        (b"# Program:featureCounts v2.0\nGeneid", "a table of featureCounts: delete its first"),
        (b"#1.2\n2\t3\n", "GCT: let the file's name end in .gct"),
    ],
)
def test_a_file_of_another_kind_is_recognised(
    tmp_path: Path, content: bytes, expected: str
) -> None:
    """The message says what the file looks like, and what to do."""
    (tmp_path / "a.csv").write_bytes(content)

    actual = complaint(tmp_path / "a.csv")

    assert f"found what looks like {expected}" in actual
    assert "\n" not in actual


def test_a_gzipped_series_matrix_is_recognised(tmp_path: Path) -> None:
    """It is looked at inside."""
    (tmp_path / "a.txt.gz").write_bytes(gzip.compress(b'!Series_title\t"A study"\n'))

    assert "found what looks like a GEO series matrix" in complaint(tmp_path / "a.txt.gz")


def test_a_long_field_is_cut_in_the_message() -> None:
    """A number of thousands of digits is refused in one short line."""
    assert len(number_complaint("1", "9" * 5000)) < 160


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
