import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray
from scipy import stats

from pipeline import significance


@pytest.mark.parametrize(
    ("first", "second", "p_value"),
    [(5, 0, 0.0625), (6, 0, 0.03125), (2, 0, 0.5), (4, 0, 0.125), (0, 0, 1.0), (3, 3, 1.0)],
)
def test_mcnemar_of_known_cases(first: int, second: int, p_value: float) -> None:
    """The exact p-value is twice the tail of fair coin tosses, at most 1."""
    actual = significance.mcnemar_exact(first, second)

    assert p_value == pytest.approx(actual)


@given(st.integers(0, 40), st.integers(0, 40))
def test_mcnemar_does_not_depend_on_which_model_is_first(first: int, second: int) -> None:
    """Changing the models round leaves the p-value as it was."""
    expected = significance.mcnemar_exact(first, second)

    actual = significance.mcnemar_exact(second, first)

    assert expected == pytest.approx(actual)


def test_holm_by_hand() -> None:
    """0.01, 0.04, 0.03 of three become 0.03, 0.06, 0.06: times 3, 2, 1, never falling."""
    assert [0.03, 0.06, 0.06] == pytest.approx(significance.holm([0.01, 0.04, 0.03]))


# R 4.2.2: binom.test(7, 9)$p.value, binom.test(2, 13)$p.value, binom.test(30, 48)$p.value
@pytest.mark.parametrize(
    ("first", "second", "p_value"),
    [(7, 2, 0.1796875), (2, 11, 0.0224609375), (30, 18, 0.111402891061)],
)
def test_mcnemar_agrees_with_r(first: int, second: int, p_value: float) -> None:
    """The exact test is R's binomial test on the disagreements."""
    assert p_value == pytest.approx(significance.mcnemar_exact(first, second), abs=1e-9)


# R 4.2.2: p.adjust(c(0.013, 0.2, 0.04, 0.001, 0.5, 0.03), "holm")
def test_holm_agrees_with_r() -> None:
    """Six p-values are adjusted as R adjusts them."""
    actual = significance.holm([0.013, 0.2, 0.04, 0.001, 0.5, 0.03])

    assert [0.065, 0.4, 0.12, 0.006, 0.5, 0.12] == pytest.approx(actual)


# R 4.2.2: t <- mean(d) / sqrt(var(d) * (1/10 + 8/30)); 2 * pt(-abs(t), 9), t = 1.324102
def test_corrected_t_test_of_a_worked_case() -> None:
    """Ten folds with a mean difference of 0.04 give t = 1.324 and p = 0.218."""
    differences = np.array([0.1, 0, 0.05, -0.05, 0.1, 0.15, 0, 0.05, 0.1, 0])

    actual = significance.corrected_resampled_t_test(differences, n_train=30, n_test=8)

    assert 0.218109748742 == pytest.approx(actual, abs=1e-9)


differences_of_folds = hnp.arrays(
    np.float64, st.integers(2, 50), elements=st.integers(-8, 8).map(lambda n: n / 8)
)


@given(differences_of_folds)
def test_corrected_t_test_without_overlap_is_students(differences: NDArray[np.float64]) -> None:
    """Were no sample held out, the correction would vanish and leave Student's t test."""
    assume(np.ptp(differences) > 0)
    expected = stats.ttest_1samp(differences, 0).pvalue

    actual = significance.corrected_resampled_t_test(differences, n_train=30, n_test=0)

    assert expected == pytest.approx(actual)


@given(differences_of_folds, st.integers(1, 20))
def test_overlap_only_ever_raises_the_p_value(
    differences: NDArray[np.float64], n_test: int
) -> None:
    """Folds that share training samples say less than as many independent ones."""
    independent = significance.corrected_resampled_t_test(differences, n_train=30, n_test=0)

    actual = significance.corrected_resampled_t_test(differences, n_train=30, n_test=n_test)

    assert independent <= actual + 1e-12


@given(differences_of_folds)
def test_corrected_t_test_does_not_depend_on_which_model_is_first(
    differences: NDArray[np.float64],
) -> None:
    """Changing the models round leaves the p-value as it was."""
    expected = significance.corrected_resampled_t_test(differences, n_train=30, n_test=8)

    actual = significance.corrected_resampled_t_test(-differences, n_train=30, n_test=8)

    assert expected == pytest.approx(actual)


@pytest.mark.parametrize("difference", [0.0, 0.1])
def test_folds_that_agree_give_no_evidence(difference: float) -> None:
    """Without a spread between folds the p-value is 1, and never 0."""
    actual = significance.corrected_resampled_t_test(np.full(10, difference), n_train=30, n_test=8)

    assert 1.0 == actual


# science.md, section 10: of 200 permutations none as good as the real labels, p = 0.00498.
@pytest.mark.parametrize(
    ("null", "n_errors", "p_value"),
    [([14] * 200, 0, 1 / 201), ([3, 1, 2, 0], 1, 3 / 5), ([], 0, 1.0)],
)
def test_permutation_p_of_known_cases(null: list[int], n_errors: int, p_value: float) -> None:
    """A permutation with as many errors counts, and so do the real labels themselves."""
    assert p_value == pytest.approx(significance.permutation_p(null, n_errors))
