from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.dataset import Dataset
from pipeline.errors import DataError
from pipeline.readers import kaggle

Edit = Callable[[Path, str, str], None]


def read(folder: Path) -> Dataset:
    """Read the study of a folder."""
    files = {"labels": "actual.csv", "train": "train.csv", "independent": "test.csv"}
    return kaggle.read({role: folder / name for role, name in files.items()}, unit="units")


def complaint(folder: Path) -> str:
    """Give what the reader says of a study that it refuses."""
    with pytest.raises(DataError) as caught:
        read(folder)
    return str(caught.value)


def test_matrix_is_transposed_and_in_label_order(kaggle_dir: Path) -> None:
    """Row s of the matrix holds the values of sample s, whatever the order of the columns."""
    expected = [[10 * sample + gene for gene in range(3)] for sample in range(1, 9)]

    actual = read(kaggle_dir)

    assert expected == actual.X.tolist()


def test_labels_are_joined_by_name(kaggle_dir: Path) -> None:
    """Each sample has the class that the label file gives for its name."""
    actual = read(kaggle_dir)

    expected = {"1": "ALL", "2": "ALL", "3": "ALL", "4": "AML"}
    expected |= {"5": "AML", "6": "AML", "7": "ALL", "8": "AML"}
    assert expected == dict(zip(actual.sample_ids, actual.y.tolist(), strict=True))


def test_join_tells_that_the_orders_differ(kaggle_dir: Path) -> None:
    """The record of the join says that a join by position would have been wrong."""
    actual = read(kaggle_dir).join

    assert actual.order_differs is True


def test_join_shows_columns_that_a_join_by_position_would_mislabel(kaggle_dir: Path) -> None:
    """The record shows the columns, in their order, that hold another class than their place."""
    actual = read(kaggle_dir).join.first_pairs

    assert (("4", "AML"), ("5", "AML"), ("2", "ALL"), ("3", "ALL"), ("8", "AML")) == actual


def test_the_files_are_the_split(kaggle_dir: Path) -> None:
    """Samples of the independent file are test samples."""
    actual = read(kaggle_dir)

    assert ["7", "8"] == [actual.sample_ids[row] for row in actual.test]


def test_calls_stay_beside_their_values(kaggle_dir: Path) -> None:
    """The call of a sample and a gene stands where its value stands."""
    actual = read(kaggle_dir).calls

    assert actual is not None
    assert ["M", "P", "A"] == actual[5].tolist()  # sample 6


def test_the_layout_has_no_covariates(kaggle_dir: Path) -> None:
    """Nothing but the class is known of a sample."""
    actual = read(kaggle_dir).covariates

    assert (8, 0) == actual.shape


def test_metadata_columns_become_names(kaggle_dir: Path) -> None:
    """Accession and description are names of genes and no part of the matrix."""
    actual = read(kaggle_dir)

    expected = (("X95735_at", "Zyxin"), ("M27891_at", "Cystatin C, 3' end"), ("U05259_at", "MB-1"))
    assert expected == tuple(zip(actual.gene_ids, actual.gene_descriptions, strict=True))


def test_ledger_ends_with_all_samples_and_genes(kaggle_dir: Path) -> None:
    """The last step of the ledger gives the shape and the unit of the matrix."""
    actual = read(kaggle_dir).ledger[-1]

    assert (8, 3, "units") == (actual.n_samples_out, actual.n_genes_out, actual.unit)


def test_ledger_counts_the_files_apart(kaggle_dir: Path) -> None:
    """The first two steps count the samples of the training and the independent file."""
    actual = read(kaggle_dir).ledger

    assert [6, 2, 8] == [step.n_samples_out for step in actual[:3]]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(order=st.permutations(range(6)))
def test_column_order_makes_no_difference(kaggle_dir: Path, order: list[int]) -> None:
    """However the sample columns are ordered, values, calls and labels are the same."""
    expected = read(kaggle_dir)
    path = kaggle_dir / "train.csv"
    rows = [line.rsplit(",", 12) for line in path.read_text().splitlines()]
    pairs = [
        [name, *(cell for i in order for cell in row[2 * i : 2 * i + 2])] for name, *row in rows
    ]
    path.write_text("".join(",".join(row) + "\n" for row in pairs))

    actual = read(kaggle_dir)

    assert expected.X.tolist() == actual.X.tolist()
    assert expected.y.tolist() == actual.y.tolist()
    assert np.array_equal(expected.calls, actual.calls)


@pytest.mark.parametrize("name", ["actual.csv", "train.csv", "test.csv"])
def test_a_missing_file_is_named(kaggle_dir: Path, name: str) -> None:
    """Each of the three files is missed by its name."""
    (kaggle_dir / name).unlink()

    actual = complaint(kaggle_dir)

    assert f"{kaggle_dir / name}: expected a data file, found none" == actual


@pytest.mark.parametrize(
    ("name", "old", "new", "expected"),
    [
        ("train.csv", "12,P,52,A", "12,P,52", "train.csv: line 4: expected 14 fields, found 13"),
        (
            "train.csv",
            "4,call,1,call,5,",
            "4,call,call,1,5,",
            "train.csv: line 1, column 5: expected a sample, found 'call'",
        ),
        (
            "train.csv",
            "4,call,1,call,5,call",
            "4,1,call,call,5,call",
            "train.csv: line 1, column 4: expected the call column of sample '4', found '1'",
        ),
        (
            "test.csv",
            "Number,8,call,7,call\nZyxin,X95735_at,80,P,70,A",
            "Number,8,call,7\nZyxin,X95735_at,80,P,70",
            "test.csv: line 1: expected a call column after every sample, found none after '7'",
        ),
        (
            "train.csv",
            "Gene Description,Gene Accession Number",
            "Gene Accession Number,Gene Description",
            "train.csv: line 1: expected the columns 'Gene Description' and 'Gene Accession "
            "Number' first, found ['Gene Accession Number', 'Gene Description']",
        ),
        (
            "actual.csv",
            "3,ALL\n",
            "",
            "actual.csv: expected a label for every sample of train.csv and test.csv, found none "
            "for '3'",
        ),
        (
            "actual.csv",
            "8,AML\n",
            "8,AML\n9,AML\n",
            "train.csv and test.csv: expected a column for every label of actual.csv, found none "
            "for sample '9'",
        ),
        (
            "train.csv",
            "51,P",
            "high,P",
            "train.csv: line 3, sample '5': expected a number, found 'high'",
        ),
        (
            "train.csv",
            "51,P",
            ",P",
            "train.csv: line 3, sample '5': expected a number, found an empty field",
        ),
        (
            "train.csv",
            "51,P",
            "NaN,P",
            "train.csv: line 3, sample '5': expected a number, found 'NaN'",
        ),
        (
            "test.csv",
            "71,A",
            "-inf,A",
            "test.csv: line 3, sample '7': expected a number, found '-inf'",
        ),
        (
            "train.csv",
            "60,M",
            "60,Q",
            "train.csv: line 2, call of sample '6': expected A, P or M, found 'Q'",
        ),
        (
            "train.csv",
            "2,call,6,call",
            "4,call,6,call",
            "train.csv: expected each sample column once, found '4' twice",
        ),
        (
            "test.csv",
            "8,call",
            "4,call",
            "train.csv and test.csv: expected each sample once, found '4' twice",
        ),
        (
            "train.csv",
            "U05259_at",
            "X95735_at",
            "train.csv: expected each gene accession once, found 'X95735_at' twice",
        ),
        (
            "actual.csv",
            "5,AML",
            "4,AML",
            "actual.csv: line 6: expected each sample once, found '4' again",
        ),
        (
            "actual.csv",
            "5,AML",
            "5,",
            "actual.csv: expected at least 3 training samples in each class, found 2 in class "
            "'AML' (1 sample without a class was left out)",
        ),
        (
            "actual.csv",
            "4,AML",
            "4,ALL",
            "actual.csv: expected at least 3 training samples in each class, found 2 in class "
            "'AML'",
        ),
    ],
)
def test_bad_input_is_named_on_one_line(
    kaggle_dir: Path, edit: Edit, name: str, old: str, new: str, expected: str
) -> None:
    """Each fault is one line: file, line or sample, what was expected, what was found."""
    edit(kaggle_dir / name, old, new)

    actual = complaint(kaggle_dir)

    assert expected == actual


def test_one_class_is_refused(kaggle_dir: Path) -> None:
    """Labels of one class only teach nothing."""
    path = kaggle_dir / "actual.csv"
    path.write_text(path.read_text().replace("AML", "ALL"))

    actual = complaint(kaggle_dir)

    assert "actual.csv: expected at least 2 classes, found ['ALL']" == actual


def test_a_header_without_rows_is_refused(kaggle_dir: Path) -> None:
    """A matrix with a header only has no gene."""
    path = kaggle_dir / "train.csv"
    path.write_text(path.read_text().splitlines()[0] + "\n")

    actual = complaint(kaggle_dir)

    assert "train.csv: expected a row for every gene, found none" == actual


def test_labels_with_a_header_only_are_refused(kaggle_dir: Path) -> None:
    """A label file without labels leaves every sample without one; three are named."""
    (kaggle_dir / "actual.csv").write_text("patient,cancer\n")

    actual = complaint(kaggle_dir)

    expected = "actual.csv: expected a label for every sample of train.csv and test.csv, found "
    assert expected + "none for '4', '1', '5' and 5 more" == actual


def test_a_third_label_column_is_refused(kaggle_dir: Path) -> None:
    """A label file of three columns does not say which one is the class."""
    (kaggle_dir / "actual.csv").write_text("patient,cancer,age\n1,ALL,4\n")

    actual = complaint(kaggle_dir)

    expected = "actual.csv: line 1: expected the columns patient and cancer, found "
    assert expected + "['patient', 'cancer', 'age']" == actual


def test_call_columns_may_be_numbered(kaggle_dir: Path) -> None:
    """Pandas and R number names that repeat: call, call.1, call.2."""
    expected = read(kaggle_dir)
    for name in ("train.csv", "test.csv"):
        path = kaggle_dir / name
        first, *others = path.read_text().split("call")
        numbered = [f"call.{k}{text}" if k else f"call{text}" for k, text in enumerate(others)]
        path.write_text("".join([first, *numbered]))

    actual = read(kaggle_dir)

    assert expected.X.tolist() == actual.X.tolist()
    assert expected.calls is not None
    assert actual.calls is not None
    assert expected.calls.tolist() == actual.calls.tolist()


@pytest.mark.parametrize("name", ["calls", "call.x", "call."])
def test_a_column_that_only_begins_like_a_call_is_refused(
    kaggle_dir: Path, edit: Edit, name: str
) -> None:
    """It stands where the calls of a sample should."""
    edit(kaggle_dir / "test.csv", "8,call", f"8,{name}")

    assert complaint(kaggle_dir).endswith(
        f"line 1, column 4: expected the call column of sample '8', found {name!r}"
    )


def test_genes_in_another_order_are_joined_by_name(kaggle_dir: Path) -> None:
    """Each value keeps its gene, and the record says that the orders differ."""
    expected = read(kaggle_dir)
    path = kaggle_dir / "test.csv"
    header, *rows = path.read_text().splitlines()
    path.write_text("\n".join([header, *reversed(rows)]) + "\n")

    actual = read(kaggle_dir)

    assert expected.X.tolist() == actual.X.tolist()
    assert expected.gene_ids == actual.gene_ids
    assert actual.gene_counts is not None
    assert actual.gene_counts.order_differs
    assert "by gene accession; both files have the same, in another order" in {
        step.detail for step in actual.ledger
    }


def test_genes_of_one_file_are_left_out(kaggle_dir: Path, edit: Edit) -> None:
    """The shared ones remain; what is left out is counted."""
    edit(kaggle_dir / "test.csv", "Zyxin,X95735_at,80,P,70,A\n", "")
    edit(kaggle_dir / "test.csv", "U05259_at", "U05260_at")

    actual = read(kaggle_dir)

    assert ("M27891_at",) == actual.gene_ids
    assert [[10 * sample + 1] for sample in range(1, 9)] == actual.X.tolist()
    assert ("Cystatin C, 3' end",) == actual.gene_descriptions
    assert actual.gene_counts is not None
    counts = actual.gene_counts
    assert (1, 2, 1) == (counts.n_shared, counts.n_only_training, counts.n_only_test)
    step = next(step for step in actual.ledger if step.step == "Files put together")
    assert (3, 1) == (step.n_genes_in, step.n_genes_out)
    assert "by gene accession; 3 that only one file has were left out" == step.detail
