import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray
from scipy import stats

from pipeline import ranking

TWO = ("a", "b")
Y = np.array(["a", "a", "a", "b", "b", "b"])
X = np.array([[1.0, 2.0, 3.0, 7.0, 8.0, 9.0]]).T  # one gene
p_lists = hnp.arrays(np.float64, st.integers(1, 20), elements=st.floats(0, 1, width=32))


def test_signal_to_noise_of_a_worked_case() -> None:
    """Means 2 and 8 and population deviations of 0.8165 give 6 / 1.633 in class b."""
    actual = ranking.signal_to_noise(X, Y, TWO)

    expected = 6 / (2 * math.sqrt(2 / 3))
    assert [[-expected], [expected]] == [[pytest.approx(v) for v in row] for row in actual.tolist()]


def test_with_two_classes_the_scores_are_opposite() -> None:
    """High in one of two classes is low in the other."""
    scores = ranking.signal_to_noise(np.random.default_rng(0).normal(size=(6, 9)), Y, TWO)

    np.testing.assert_allclose(scores[0], -scores[1])


def test_a_genes_unit_does_not_change_its_score() -> None:
    """Scaling and shifting a gene leaves its score as it was."""
    values = np.random.default_rng(0).normal(size=(6, 9))
    expected = ranking.signal_to_noise(values, Y, TWO)

    actual = ranking.signal_to_noise(values * 7 + 3, Y, TWO)

    np.testing.assert_allclose(expected, actual)


@given(st.permutations(range(6)))
def test_the_order_of_samples_does_not_change_a_score(order: list[int]) -> None:
    """Reordering the samples leaves the scores as they were."""
    values = np.random.default_rng(0).normal(size=(6, 9))
    expected = ranking.signal_to_noise(values, Y, TWO)

    actual = ranking.signal_to_noise(values[order], Y[order], TWO)

    np.testing.assert_allclose(expected, actual)


def test_a_constant_gene_scores_nothing() -> None:
    """A gene that does not vary is high in no class."""
    actual = ranking.signal_to_noise(np.full((6, 1), 4.0), Y, TWO)

    assert [[0.0], [0.0]] == actual.tolist()


def test_a_gene_without_spread_borrows_the_smallest_one() -> None:
    """A gene that varies between the classes only is measured in another gene's spread."""
    perfect = np.array([5.0, 5.0, 5.0, 15.0, 15.0, 15.0])  # difference 10, no spread
    spread = np.array([10.0, 20.0, 30.0, 30.0, 20.0, 10.0])  # 2 x sqrt(200 / 3) in both classes

    actual = ranking.signal_to_noise(np.column_stack([perfect, spread]), Y, TWO)

    assert 10 / (2 * math.sqrt(200 / 3)) == pytest.approx(actual[1, 0])


def test_welch_of_a_worked_case() -> None:
    """Means 2 and 8 with variance 1 each and n 3 give t = 6 / sqrt(2 / 3) on 4 degrees."""
    p_values, _ = ranking.class_test(X, Y, TWO)

    assert 2 * stats.t.sf(6 / math.sqrt(2 / 3), 4) == pytest.approx(p_values[0])


def test_analysis_of_variance_of_a_worked_case() -> None:
    """Group means 1.5, 3.5 and 8.5: between 52 / 2, within 1.5 / 3, F = 52."""
    values, y = np.array([[1.0, 2, 3, 4, 8, 9]]).T, np.array(list("aabbcc"))

    p_values, _ = ranking.class_test(values, y, ("a", "b", "c"))

    assert stats.f.sf(52, 2, 3) == pytest.approx(p_values[0])


@pytest.mark.parametrize(
    ("classes", "expected"),
    [(("a", "b"), "Welch's t-test"), (("a", "b", "c"), "one-way analysis of variance")],
)
def test_the_test_has_a_name(classes: tuple[str, ...], expected: str) -> None:
    """Two classes are tested by Welch's t-test, more by analysis of variance."""
    y = np.array(classes * 3)

    _, actual = ranking.class_test(np.random.default_rng(0).normal(size=(len(y), 2)), y, classes)

    assert expected == actual


def test_a_gene_without_variation_within_classes_is_not_tested() -> None:
    """Where no class has a spread there is no p-value."""
    values = np.array([[1.0, 1, 1, 2, 2, 2], [4.0, 4, 4, 4, 4, 4]]).T

    p_values, _ = ranking.class_test(values, Y, TWO)

    assert [True, True] == np.isnan(p_values).tolist()


def test_q_values_of_a_worked_case() -> None:
    """Each is p times number over rank, made monotone from the largest: Benjamini and Hochberg."""
    actual = ranking.adjust(np.array([0.01, 0.04, 0.03, 0.005]))

    np.testing.assert_allclose([0.02, 0.04, 0.04, 0.02], actual)


def test_what_was_not_tested_does_not_count() -> None:
    """A missing p-value stays missing and leaves the number of tests as it is without it."""
    actual = ranking.adjust(np.array([0.01, np.nan, 0.04, 0.03, 0.005]))

    np.testing.assert_allclose([0.02, np.nan, 0.04, 0.04, 0.02], actual)


def test_nothing_tested_gives_nothing() -> None:
    """Without any p-value there is no q-value."""
    actual = ranking.adjust(np.array([np.nan, np.nan]))

    assert np.isnan(actual).all()


@given(p_lists)
def test_a_q_value_is_no_smaller_than_its_p_value(p_values: NDArray[np.float64]) -> None:
    """Adjusting makes no gene look better, and no q-value exceeds 1."""
    actual = ranking.adjust(p_values)

    assert ((p_values <= actual * (1 + 1e-12)) & (actual <= 1)).all()


@given(p_lists)
def test_adjusting_keeps_the_order(p_values: NDArray[np.float64]) -> None:
    """A smaller p-value never has a larger q-value."""
    actual = ranking.adjust(p_values)[np.argsort(p_values)]

    assert (np.diff(actual) >= 0).all()


def test_the_best_of_each_class_are_listed() -> None:
    """Class by class, each from its best gene down, ties in the order of the genes."""
    scores = np.array([[3.0, -1, 2, -5, 2], [-3.0, 1, -2, 5, -2]])

    actual = ranking.best_of_each_class(scores, n_per_class=2)

    assert [0, 2, 3, 1] == actual.tolist()


def test_a_class_may_have_fewer_genes() -> None:
    """A list holds no gene that stands higher in another class."""
    scores = np.array([[3.0, 1, 2], [-3.0, -1, -2]])

    actual = ranking.best_of_each_class(scores, n_per_class=2)

    assert [0, 2] == actual.tolist()
