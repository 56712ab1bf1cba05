"""Which confusion matrices give printed figures."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from study_fixtures import printed

from pipeline.claims_arithmetic import search
from pipeline.claims_figures import agrees, measure
from pipeline.records.claims import Arithmetic, StatedFigure

FIRST_STUDY = (
    printed("accuracy", None, "0.62"),
    printed("f1", "ALL", "0.73"),
    printed("f1", "AML", "0.40"),
)
CLASSES = ("ALL", "AML")


def find(
    figures: tuple[StatedFigure, ...],
    *,
    classes: tuple[str, ...] = CLASSES,
    largest: int = 36,
    sizes: tuple[int, ...] = (),
    **supports: int,
) -> Arithmetic:
    """Search with little to say."""
    return search(figures, classes, supports=supports, largest=largest, stated_sizes=sizes)


def test_the_first_study_fits_multiples_of_eight_alone() -> None:
    """Of up to 40 samples, as a search of every matrix says."""
    actual = find(FIRST_STUDY, largest=40)

    assert (8, 16, 24, 32, 40) == actual.sizes


def test_every_matrix_of_the_first_study_is_of_one_shape() -> None:
    """Of 8 samples 4 ALL and 1 AML are right and 3 wrong."""
    unit = find(FIRST_STUDY, largest=40).unit

    assert unit is not None
    assert (8, 5, 3, (4, 1)) == (unit.n_test, unit.n_correct, unit.n_errors, unit.n_right)


def test_how_the_three_errors_divide_is_not_said() -> None:
    """All four ways give the same figures: by hand, F1 knows the sum of both errors only."""
    implied = find(FIRST_STUDY, sizes=(7, 8)).implied

    assert implied is not None
    assert (8, 4, (0, 0), (3, 3)) == (
        implied.n_test,
        implied.n_ways,
        implied.fewest_wrong,
        implied.most_wrong,
    )


@pytest.mark.parametrize("text", ["0.62", "0.625", "62 %", "63 %"])
def test_a_search_of_every_matrix_finds_the_same_sizes(text: str) -> None:
    """Entry by entry, up to 20 samples."""
    figures = (printed("accuracy", None, text), *FIRST_STUDY[1:])
    expected = {
        sum(entries)
        for entries in product(range(21), repeat=4)
        if 0 < sum(entries) <= 20 and fits(figures, np.array(entries).reshape(2, 2), CLASSES)
    }

    assert expected == set(find(figures, largest=20).sizes)


def test_impossible_figures_are_said_to_be() -> None:
    """Accuracy 0.90 leaves no F1 of 0.10 and 0.20 in 8 samples, nor in any other number."""
    figures = (
        printed("accuracy", None, "0.90"),
        printed("f1", "ALL", "0.10"),
        printed("f1", "AML", "0.20"),
    )

    actual = find(figures, largest=100, sizes=(8,))

    assert (False, False, (), 0) == (
        actual.possible,
        actual.possible_as_stated,
        actual.sizes,
        actual.n_fits,
    )


def test_figures_may_contradict_the_stated_size_alone() -> None:
    """Seven samples cannot be 62 % right and have these F1."""
    actual = find(FIRST_STUDY, sizes=(7,))

    assert (True, False, None) == (actual.possible, actual.possible_as_stated, actual.implied)


def test_recall_tells_how_errors_divide() -> None:
    """4 of 5 ALL leave 1 of 3 AML, and one matrix."""
    implied = find((*FIRST_STUDY, printed("recall", "ALL", "0.80")), sizes=(8,)).implied

    assert implied is not None
    assert (1, (1, 2), (1, 2)) == (implied.n_ways, implied.fewest_wrong, implied.most_wrong)


def test_a_stated_support_tells_how_errors_divide() -> None:
    """5 ALL, 4 of them right, leave one error of theirs."""
    implied = find(FIRST_STUDY, sizes=(8,), ALL=5).implied

    assert implied is not None
    assert (1, (1, 2)) == (implied.n_ways, implied.fewest_wrong)


def test_an_accuracy_alone_leaves_many_counts() -> None:
    """5 of 8 right are 0 to 5 of the first class."""
    actual = find((printed("accuracy", None, "0.625"),), sizes=(8,), largest=8)

    assert (6, None) == (actual.n_fits, actual.unit)


def test_fits_beyond_a_number_are_counted_only() -> None:
    """Many sets of counts are not listed one by one."""
    actual = find((printed("accuracy", None, "0.5"),), largest=40)

    assert 50 == len(actual.fits) < actual.n_fits


def test_a_search_without_end_is_not_made() -> None:
    """An accuracy says nothing of each of many classes."""
    classes = tuple("abcdef")
    actual = find((printed("accuracy", None, "0.50"),), classes=classes)

    assert actual.possible is None
    assert "6 classes" in (actual.not_run or "")


@pytest.mark.parametrize("n_classes", [2, 3])
@given(data=st.data())
def test_figures_of_a_matrix_fit_that_matrix(n_classes: int, data: st.DataObject) -> None:
    """Whatever the matrix, its own figures, rounded, are consistent with it."""
    size = n_classes**2
    counts = data.draw(
        st.lists(st.integers(0, 4 if n_classes == 2 else 2), min_size=size, max_size=size)
    )
    confusion = np.array(counts).reshape(n_classes, n_classes)
    if not confusion.sum():
        return
    classes = tuple("abc"[:n_classes])
    decimals = data.draw(st.integers(1, 3))
    stated = [("accuracy", None), *((m, c) for m in ("f1", "recall") for c in classes)]
    figures = tuple(as_printed(name, label, confusion, classes, decimals) for name, label in stated)

    actual = find(figures, classes=classes, largest=1, sizes=(int(confusion.sum()),))

    right = tuple(np.diag(confusion).tolist())
    involved = tuple((confusion.sum(0) + confusion.sum(1) - 2 * np.diag(confusion)).tolist())
    found = [(fit.n_right, fit.n_involved) for fit in actual.fits]
    assert (right, involved) in found or actual.n_fits > len(found)


def as_printed(
    name: str, label: str | None, confusion: np.ndarray, classes: tuple[str, ...], decimals: int
) -> StatedFigure:
    """Round a figure of a matrix as Python does."""
    value = measure(printed(name, label, "0"), confusion, classes).value or 0.0
    return printed(name, label, f"{value:.{decimals}f}")


def fits(
    figures: tuple[StatedFigure, ...], confusion: np.ndarray, classes: tuple[str, ...]
) -> bool:
    """Compare each figure in turn."""
    return all(measure(figure, confusion, classes).fits for figure in figures)


def test_the_helper_agrees_with_the_program() -> None:
    """The brute-force search above would be empty if nothing fitted."""
    assert fits(FIRST_STUDY, np.array([[4, 1], [2, 1]]), CLASSES)
    assert not agrees("0.62", 4, 8)
