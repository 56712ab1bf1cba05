from pathlib import Path

import pytest

from pipeline.config import CovariatesSection
from pipeline.errors import DataError
from pipeline.readers import samples

TABLE = (
    ",Samples,ALL.AML,BM.PB,Source,PS\nx,2,AML,PB,CALGB,0.9\nx,1,ALL,BM,NA,0.8\nx,9,ALL,,DFCI,0.7\n"
)
SECTION = CovariatesSection(sample="Samples", columns={"Source": "hospital", "BM.PB": "tissue"})


def read(tmp_path: Path, text: str = TABLE, ids: tuple[str, ...] = ("1", "2", "3")):  # type: ignore[no-untyped-def]
    """Read a table of samples."""
    path = tmp_path / "patients.csv"
    path.write_text(text)
    return samples.read(path, SECTION, ids)


def test_only_named_columns_are_read(tmp_path: Path) -> None:
    """Neither the class nor the paper's prediction comes in by accident."""
    assert ["hospital", "tissue"] == list(read(tmp_path).columns)


def test_rows_are_joined_by_name(tmp_path: Path) -> None:
    """In the order of the samples; NA, empty fields and samples without a row are unknown."""
    actual = read(tmp_path)

    assert ["1", "2", "3"] == list(actual.index)
    assert [["", "BM"], ["CALGB", "PB"], ["", ""]] == actual.to_numpy().tolist()


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "Source",
            "Hospital",
            "patients.csv: line 1: expected the column 'Source' once, found 0 of that name",
        ),
        (
            "PS\n",
            "Source\n",
            "patients.csv: line 1: expected the column 'Source' once, found 2 of that name",
        ),
        (
            "x,9",
            "x,2",
            "patients.csv: line 4: expected each sample once, found '2' again",
        ),
        ("x,9,ALL,", "x,9,ALL", "patients.csv: line 4: expected 6 fields, found 5"),
    ],
)
def test_a_broken_table_is_refused(tmp_path: Path, old: str, new: str, expected: str) -> None:
    """One line names file, line, what was expected and what was found."""
    with pytest.raises(DataError) as caught:
        read(tmp_path, TABLE.replace(old, new, 1))

    assert expected == str(caught.value)


def test_a_table_of_other_samples_is_refused(tmp_path: Path) -> None:
    """Its column is perhaps another than that of the names."""
    with pytest.raises(DataError) as caught:
        read(tmp_path, ids=("GSM1", "GSM2"))

    assert (
        "patients.csv: expected samples of the data set such as 'GSM1' in column 'Samples', "
        "found none of them"
    ) == str(caught.value)
