from dataclasses import replace
from pathlib import Path

import pytest
from study_fixtures import labelled

from pipeline.audits import labels
from pipeline.dataset import Dataset, GeneCounts
from pipeline.readers import kaggle
from report.formats import plain


def joined(**changes: object) -> Dataset:
    """Make a study whose labels were joined in some way."""
    dataset = labelled(["a", "b"] * 6)
    return replace(dataset, join=dataset.join.model_copy(update=changes))


def test_a_join_by_name_is_told_with_pairs() -> None:
    """The first pairs are printed back."""
    actual = labels.join(joined(first_pairs=(("S0", "a"), ("S1", "b"))))

    assert ("name", False) == (actual.method, actual.is_raised)
    assert "S0 is a; S1 is b." in plain(actual.statement)


def test_a_join_by_position_is_raised() -> None:
    """Nothing in the files shows whether it is right."""
    actual = labels.join(joined(method="position", first_pairs=(("S0", "a"),)))

    assert ("position", True) == (actual.method, actual.is_raised)
    assert "By position" in plain(actual.statement)


def test_another_order_is_told(kaggle_dir: Path) -> None:
    """The columns 4 1 5 2 6 3 8 7 stand at other places than labels 1 to 8."""
    roles = {"labels": "actual.csv", "train": "train.csv", "independent": "test.csv"}
    dataset = kaggle.read({role: kaggle_dir / name for role, name in roles.items()}, unit="u")

    actual = labels.order(dataset)

    assert (True, 8, 8) == (actual.is_raised, actual.n_displaced, actual.n_runs)
    assert tuple((s, s) for s in "41526387") == actual.runs
    assert "4, 1, 5, 2, 6, 3, 8, 7." in plain(actual.statement)


def test_the_same_order_is_not_told() -> None:
    """Nothing is raised."""
    assert not labels.order(joined()).is_raised


def test_a_join_by_position_has_no_order_to_compare() -> None:
    """The check does not apply."""
    assert labels.order(joined(method="position")).not_run


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        (GeneCounts(40), False),
        (GeneCounts(40, order_differs=True), True),
        (GeneCounts(40, n_only_training=3), True),
        (GeneCounts(40, n_only_test=1), True),
    ],
)
def test_gene_sets_are_compared(counts: GeneCounts, expected: bool) -> None:
    """Other genes, or the same in another order, are told."""
    actual = labels.gene_sets(replace(labelled(["a", "b"] * 6), gene_counts=counts))

    assert (None, expected) == (actual.not_run, actual.is_raised)
    assert (counts.n_only_training, counts.n_only_test) == (
        actual.n_only_training,
        actual.n_only_test,
    )


def test_one_file_has_one_set_of_genes() -> None:
    """The check does not apply."""
    assert "there is one file of values" == labels.gene_sets(labelled(["a", "b"] * 6)).not_run


@pytest.mark.parametrize(
    ("names", "expected"),
    [(("0", "1"), True), (("1.5", "2"), True), (("1", "two"), False), (("ALL", "AML"), False)],
)
def test_numeric_labels_are_told(names: tuple[str, ...], expected: bool) -> None:
    """Labels that are all numbers say nothing of what they mean."""
    actual = labels.numeric(labelled(list(names) * 6))

    assert (expected, names if expected else ()) == (actual.is_raised, actual.names)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("ALL", "all", "AML"), ("ALL", "all")),
        (("T-cell", "T cell", "B"), ("T cell", "T-cell")),
        (("ALL", "AML"), ()),
        (("+", "-"), ()),
    ],
)
def test_labels_that_differ_in_spelling_are_told(
    names: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    """Capitals, blanks and signs may be slips of one class."""
    actual = labels.similar(labelled(list(names) * 6))

    assert (expected, bool(expected)) == (actual.names, actual.is_raised)


@pytest.mark.parametrize(
    ("y", "n_test", "expected"),
    [
        (["a", "b"] * 5, 0, ()),
        (["a"] * 5 + ["b"] * 4, 0, ("b",)),
        (["a", "b"] * 5 + ["a"] * 5 + ["b"] * 5, 10, ()),
        (["a", "b"] * 5 + ["a"] * 5 + ["b"] * 4, 9, ("b",)),
        (["a", "b"] * 5 + ["a"] * 5, 5, ("b",)),
    ],
)
def test_classes_under_five_are_told(y: list[str], n_test: int, expected: tuple[str, ...]) -> None:
    """In training, or in the test set where there is one."""
    actual = labels.small(labelled(y, n_test=n_test))

    assert (expected, bool(expected)) == (actual.names, actual.is_raised)
