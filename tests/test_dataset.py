import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.dataset import Dataset, check_classes, join_labels
from pipeline.errors import DataError

LABELS = {"P1": "ALL", "P2": "AML", "P3": "ALL"}
FILES = {"matrix_name": "matrix.csv", "labels_name": "labels.csv"}


def test_order_gives_the_column_of_each_label() -> None:
    """For each sample of the label table the join gives its column in the matrix."""
    order, _ = join_labels(["P3", "P1", "P2"], LABELS, **FILES)

    assert [1, 2, 0] == order


@given(st.permutations(sorted(LABELS)))
def test_joined_labels_do_not_depend_on_the_order_of_columns(columns: list[str]) -> None:
    """However the columns are ordered, each sample finds the column of its own name."""
    order, _ = join_labels(columns, LABELS, **FILES)

    assert list(LABELS) == [columns[column] for column in order]


@pytest.mark.parametrize(
    ("columns", "expected"), [(["P1", "P2", "P3"], False), (["P1", "P3", "P2"], True)]
)
def test_join_tells_whether_the_orders_differ(columns: list[str], expected: bool) -> None:
    """The record says whether a join by position would have been another one."""
    _, join = join_labels(columns, LABELS, **FILES)

    assert expected is join.order_differs


def test_join_counts_what_it_matched() -> None:
    """Every sample is matched once."""
    _, join = join_labels(["P3", "P1", "P2"], LABELS, **FILES)

    assert 3 == join.n_matched


def test_join_shows_columns_beside_their_labels() -> None:
    """Shown are the pairs that a join by position would have got wrong, in the file's order."""
    _, join = join_labels(["P3", "P1", "P2"], LABELS, **FILES)

    assert (("P1", "ALL"), ("P2", "AML")) == join.first_pairs


def test_join_in_the_same_order_shows_the_first_pairs() -> None:
    """Where a join by position would have been right, the first pairs are shown."""
    _, join = join_labels(["P1", "P2", "P3"], LABELS, **FILES)

    assert (("P1", "ALL"), ("P2", "AML"), ("P3", "ALL")) == join.first_pairs


def test_a_sample_without_label_is_refused() -> None:
    """A column that no label names is an error that names it."""
    with pytest.raises(DataError) as caught:
        join_labels(["P1", "P2", "P3", "P4"], LABELS, **FILES)

    expected = "labels.csv: expected a label for every sample of matrix.csv, found none for 'P4'"
    assert expected == str(caught.value)


def test_a_label_without_sample_is_refused() -> None:
    """A label that no column carries is an error that names its sample."""
    with pytest.raises(DataError) as caught:
        join_labels(["P1", "P2"], LABELS, **FILES)

    expected = "matrix.csv: expected a column for every label of labels.csv, found none for "
    assert expected + "sample 'P3'" == str(caught.value)


def test_many_missing_labels_are_counted() -> None:
    """Three are named and the rest is counted, so that the message stays one line."""
    with pytest.raises(DataError, match=r"'Q0', 'Q1', 'Q2' and 7 more$"):
        join_labels([f"Q{i}" for i in range(10)], {}, **FILES)


def test_one_class_is_refused() -> None:
    """With one class there is nothing to tell apart."""
    with pytest.raises(DataError) as caught:
        check_classes(["ALL"] * 6, ["train"] * 6, labels_name="labels.csv")

    assert "labels.csv: expected at least 2 classes, found ['ALL']" == str(caught.value)


def test_fewer_than_three_training_samples_are_refused() -> None:
    """Test samples do not count towards the three that each class needs."""
    y, partition = ["ALL"] * 3 + ["AML"] * 4, ["train"] * 5 + ["test"] * 2

    with pytest.raises(DataError) as caught:
        check_classes(y, partition, labels_name="labels.csv")

    expected = "labels.csv: expected at least 3 training samples in each class, found 2 in class "
    assert expected + "'AML'" == str(caught.value)


def test_three_training_samples_are_enough() -> None:
    """Three training samples in each class pass."""
    actual = check_classes(["ALL", "AML"] * 3, ["train"] * 6, labels_name="labels.csv")

    assert actual is None


def test_classes_are_sorted(toy_dataset: Dataset) -> None:
    """Every class axis follows the sorted labels."""
    actual = toy_dataset.classes

    assert ("B-cell", "T-cell", "myeloid") == actual


def test_train_and_test_are_all_samples(toy_dataset: Dataset) -> None:
    """The given split leaves no sample out and uses none twice."""
    actual = sorted([*toy_dataset.train.tolist(), *toy_dataset.test.tolist()])

    assert list(range(30)) == actual
