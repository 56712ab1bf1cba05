import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from pipeline.paths_genes import (
    entries,
    entries_by_side,
    order_statistics,
    reciprocals,
    running_sums,
    running_totals,
)

COUNTS = (1, 2, 4, 7, 30)
TIED = st.integers(-2, 2).map(float)
FREE = st.floats(-1e6, 1e6)


@st.composite
def rows(draw: st.DrawFn) -> NDArray[np.float64]:
    """Draw three rows of values, with ties or without."""
    shape = (3, draw(st.integers(1, 20)))
    return draw(arrays(np.float64, shape, elements=draw(st.sampled_from([TIED, FREE]))))


@given(rows(), st.data())
def test_order_statistics_are_those_of_sorted_rows(
    values: NDArray[np.float64], data: st.DataObject
) -> None:
    """Whatever the places asked for, in whichever order."""
    n = values.shape[1]
    places = data.draw(st.lists(st.integers(0, n - 1), max_size=5))
    expected = np.sort(values, axis=1)[:, places]

    actual = order_statistics(values, places)

    assert expected.tolist() == actual.tolist()


def test_order_statistics_of_many_values_are_those_of_sorted_rows() -> None:
    """So too where a cell holds many of them, next to one far away."""
    values = np.random.default_rng(0).normal(size=(4, 5000))
    values[:, 7] = 1e9
    places = [0, 10, 2499, 2500, 4998, 4999]

    actual = order_statistics(values, places)

    assert np.sort(values, axis=1)[:, places].tolist() == actual.tolist()


@given(rows())
def test_genes_enter_in_the_order_of_a_stable_sort(values: NDArray[np.float64]) -> None:
    """The best n of a row are the first n of its stable falling order."""
    expected = np.empty(values.shape)
    for row, order in enumerate(np.argsort(-values, axis=1, kind="stable")):
        for place, gene in enumerate(order):
            expected[row, gene] = next(j for j, count in enumerate(COUNTS) if place < count)

    actual = entries(values, COUNTS)

    assert expected.tolist() == actual.tolist()


@given(rows())
def test_genes_enter_by_side(values: NDArray[np.float64]) -> None:
    """The largest positive and the smallest negative values, of equal ones the first."""
    counts = (1, 2, 5)
    expected = np.full(values.shape, 3)
    for row, of_row in enumerate(values):
        for side in (of_row, -of_row):
            order = [g for g in np.argsort(-side, kind="stable") if side[g] > 0]
            for place, gene in enumerate(order[:5]):
                expected[row, gene] = next(j for j, count in enumerate(counts) if place < count)

    actual = entries_by_side(values, counts)

    assert expected.tolist() == actual.tolist()


# Gene 0 enters at the second point, gene 1 at the first, gene 2 never.
WEIGHTS = np.array([[2.0, 3.0, 5.0]])
ENTRY = np.array([[1, 0, 2]], dtype=np.int32)


def test_running_sums_of_a_worked_case() -> None:
    """3 * (1, 2) at first, 2 * (10, 20) more at the second point."""
    values = np.array([[10.0, 20.0], [1.0, 2.0], [7.0, 7.0]])

    actual = running_sums(WEIGHTS, ENTRY, values, 2)

    assert [[[3.0, 6.0], [23.0, 46.0]]] == actual.tolist()


def test_running_totals_of_a_worked_case() -> None:
    """3 at first and 2 more at the second point; of the squares 9 and 4."""
    actual = running_totals((WEIGHTS, WEIGHTS**2), ENTRY, 2)

    assert [[[3.0, 5.0]], [[9.0, 13.0]]] == [total.tolist() for total in actual]


def test_the_mean_of_no_sample_is_made_zero() -> None:
    """Sums over no sample are divided by nothing."""
    assert [[0.5, 0.0]] == reciprocals(np.array([[2, 0]])).tolist()
