import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats
from sklearn.metrics import f1_score, matthews_corrcoef

from pipeline import intervals, score_intervals

# As in `pipeline.metrics`: 20 of 20 ALL and 12 of 14 AML.
GOLUB = np.array([[20.0, 0.0], [2.0, 12.0]])

counts = st.integers(2, 4).flatmap(
    lambda k: st.lists(
        st.lists(st.integers(0, 15), min_size=k, max_size=k).filter(any), min_size=k, max_size=k
    ).map(lambda rows: np.array(rows, dtype=np.float64))
)


def two(n_right: list[int], n: list[int]) -> NDArray[np.float64]:
    """Counts of two classes."""
    (a, b), (m, k) = n_right, n
    return np.array([[a, m - a], [k - b, b]], dtype=np.float64)


# statsmodels 0.15: confint_proportions_2indep(56, 70, 48, 80, method="newcomb", compare="diff")
# and so on; the first two are examples of Newcombe (1998). As
# 80 - 48 failures are successes of the other kind, (1 + difference) / 2 is the mean.
@pytest.mark.parametrize(
    ("n_right", "n", "difference"),
    [
        ([56, 80 - 48], [70, 80], (0.052431472402, 0.333872653905)),
        ([9, 10 - 3], [10, 10], (0.170522723935, 0.809017973535)),
        ([10, 20], [10, 20], (0.679086037142, 1.0)),
        ([14, 19], [14, 20], (0.665388751190, 0.991118551199)),
    ],
)
def test_balanced_accuracy_agrees_with_newcombe(
    n_right: list[int], n: list[int], difference: tuple[float, float]
) -> None:
    """For two classes the interval is that of a difference, moved and halved."""
    actual = score_intervals.balanced_accuracy(two(n_right, n))

    assert actual is not None
    assert [(1 + limit) / 2 for limit in difference] == pytest.approx(
        [actual.low, actual.high], abs=1e-9
    )


def test_mcc_by_moving_each_recall() -> None:
    """Each class at its Wilson limits, the effects squared and added, with scikit-learn's MCC."""

    def coefficient(all_right: float, aml_right: float) -> float:
        truth, said, weight = [0, 0, 1, 1], [0, 1, 0, 1], [
            20 * all_right, 20 * (1 - all_right), 14 * (1 - aml_right), 14 * aml_right,
        ]  # fmt: skip
        return float(matthews_corrcoef(truth, said, sample_weight=weight))

    z = 1.959963984540054
    low_all = 20 / (20 + z**2)  # Wilson's lower limit of 20 in 20
    middle, half = (12 + z**2 / 2) / (14 + z**2), z / (14 + z**2) * np.sqrt(12 * 2 / 14 + z**2 / 4)
    seen = coefficient(1, 12 / 14)
    below = np.hypot(seen - coefficient(low_all, 12 / 14), seen - coefficient(1, middle - half))

    actual = score_intervals.mcc(GOLUB)

    assert actual is not None
    assert pytest.approx(seen - below, abs=1e-9) == actual.low
    assert pytest.approx(coefficient(1, middle + half), abs=1e-9) == actual.high


def test_f1_is_wilsons_interval_of_those_involved() -> None:
    """Of 14 samples that are AML or were called it 12 are both: F1 = 2 p / (1 + p)."""
    share = intervals.wilson(12, 14)

    actual = score_intervals.f1(GOLUB, 1)

    assert actual is not None
    assert [2 * p / (1 + p) for p in (share.low, share.high)] == [actual.low, actual.high]


@given(counts)
def test_each_interval_holds_its_score_and_stays_inside(confusion: NDArray[np.float64]) -> None:
    """Limits lie around the score; one at an end of the range stands beside that score only."""
    n = confusion.astype(int)
    truth, said = (np.repeat(i.ravel(), n.ravel()) for i in np.indices(n.shape))
    k = len(n)
    f1 = f1_score(truth, said, labels=range(k), average=None, zero_division=0)
    involved = (n.sum(axis=0) + n.sum(axis=1)) > 0
    assert involved.all()
    for value, interval, least in (
        ((np.diag(n) / n.sum(axis=1)).mean(), score_intervals.balanced_accuracy(confusion), 0),
        (matthews_corrcoef(truth, said), score_intervals.mcc(confusion), -1),
        (f1.mean(), score_intervals.macro_f1(confusion), 0),
        *((f1[j], score_intervals.f1(confusion, j), 0) for j in range(k)),
    ):
        if interval is not None:
            assert least <= interval.low <= value + 1e-9
            assert value - 1e-9 <= interval.high <= 1
            assert interval.high < 1 or value == pytest.approx(1)


@given(counts, st.floats(0.05, 0.95))
def test_fewer_samples_have_a_wider_interval(confusion: NDArray[np.float64], share: float) -> None:
    """Counts that are worth a part of a sample only leave no limit further inside."""
    for method in (score_intervals.balanced_accuracy, score_intervals.macro_f1):
        whole, part = method(confusion), method(confusion, share)
        if whole and part:
            assert part.low <= whole.low + 1e-12
            assert part.high >= whole.high - 1e-12


def test_a_class_without_samples_has_no_interval() -> None:
    """Where a class is missing there is no balanced accuracy, and where all agree no MCC."""
    confusion = np.array([[4.0, 0.0], [0.0, 0.0]])

    assert score_intervals.balanced_accuracy(confusion) is None
    assert score_intervals.mcc(confusion) is None
    assert score_intervals.macro_f1(confusion) is None


@pytest.mark.parametrize(("n_right", "n"), [(0, 5), (3, 5), (34, 34)])
def test_a_brier_score_of_calls_is_nearly_a_proportion(n_right: int, n: int) -> None:
    """Probabilities of 0 and 1 have the limits of Wilson, at most t / z times as far away."""
    squares = np.array([0.0] * n_right + [1.0] * (n - n_right))
    expected = intervals.wilson(n - n_right, n)

    actual = score_intervals.brier(squares, 2)

    assert actual.low <= expected.low + 0.02
    assert actual.high == pytest.approx(expected.high, abs=0.12)


def test_an_undecided_sample_is_added_to_the_variance() -> None:
    """Squared errors of 0.01 alone are not sure of 0.01: the variance is that with a 0.25."""
    squares = np.full(10, 0.01)
    variance = np.var([*squares, 0.25], ddof=1) / 10 * (stats.t.ppf(0.975, 10) / 1.959964) ** 2
    expected = intervals.wilson(0.01**2 * 0.99 / variance, 0.01 * 0.99 / variance)

    actual = score_intervals.brier(squares, 2)

    assert (expected.low, expected.high) == pytest.approx((actual.low, actual.high), rel=1e-5)


def test_a_brier_score_of_many_classes_ends_at_two() -> None:
    """Of three classes squares are summed: the interval is that of half of them, doubled."""
    squares = np.array([0.0, 2.0, 0.4, 0.1, 1.2])
    # An undecided sample has (2 / 3)^2 + 2 (1 / 3)^2 = 2 / 3, half of it 1 / 3.
    halves = squares / 2
    mean = halves.mean()
    variance = np.var([*halves, 1 / 3], ddof=1) / 5 * (stats.t.ppf(0.975, 5) / 1.959964) ** 2
    expected = intervals.wilson(mean**2 * (1 - mean) / variance, mean * (1 - mean) / variance)

    actual = score_intervals.brier(squares, 3)

    assert (2 * expected.low, 2 * expected.high) == pytest.approx(
        (actual.low, actual.high), rel=1e-5
    )


def test_folds_that_differ_more_widen_a_brier_score() -> None:
    """The larger of the two variances decides."""
    squares = np.linspace(0, 0.5, 20)

    own, other = (score_intervals.brier(squares, 2, folds) for folds in (None, 0.01))

    assert other.high - other.low > own.high - own.low
