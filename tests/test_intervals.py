import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from pipeline import intervals


# science.md, section 2d: computed there with another program.
@pytest.mark.parametrize(
    ("n_correct", "n", "low", "high"), [(34, 34, 0.898, 1.0), (33, 34, 0.851, 0.995)]
)
def test_wilson_interval_of_known_cases(n_correct: int, n: int, low: float, high: float) -> None:
    """34 of 34 right means 0.898 to 1; 33 of 34 means 0.851 to 0.995."""
    actual = intervals.wilson(n_correct, n)

    assert (low, high) == (round(actual.low, 3), round(actual.high, 3))


# R 4.2.2: prop.test(k, n, correct = FALSE)$conf.int
@pytest.mark.parametrize(
    ("n_correct", "n", "limits"),
    [
        (32, 34, (0.809063930957, 0.983717344790)),
        (20, 34, (0.422215938788, 0.736340316361)),
        (0, 7, (0.0, 0.354330435067)),
        (1, 1, (0.206549314377, 1.0)),
    ],
)
def test_wilson_agrees_with_r(n_correct: int, n: int, limits: tuple[float, float]) -> None:
    """Wilson's interval is that of R's prop.test without continuity correction."""
    actual = intervals.wilson(n_correct, n)

    assert limits == pytest.approx((actual.low, actual.high), abs=1e-9)


# R 4.2.2: binom.test(k, n)$conf.int; science.md, section 2d, has the same to 3 decimals.
@pytest.mark.parametrize(
    ("n_correct", "n", "limits"),
    [
        (34, 34, (0.897182075741, 1.0)),
        (33, 34, (0.846732330440, 0.999255635765)),
        (32, 34, (0.803226790664, 0.992795082561)),
        (20, 34, (0.406969432971, 0.753529264702)),
        (0, 7, (0.0, 0.409616397225)),
        (13, 14, (0.661315510068, 0.998193219341)),
        (71, 72, (0.925028689146, 0.999648425595)),
        (1, 1, (0.025, 1.0)),
    ],
)
def test_clopper_pearson_agrees_with_r(n_correct: int, n: int, limits: tuple[float, float]) -> None:
    """The exact interval is that of R's binom.test."""
    actual = intervals.clopper_pearson(n_correct, n)

    assert limits == pytest.approx((actual.low, actual.high), abs=1e-9)


@given(st.integers(1, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_clopper_pearson_leaves_one_fortieth_on_each_side(counts: tuple[int, int]) -> None:
    """At the lower limit as many successes or more have probability 0.025, likewise above."""
    n_correct, n = counts

    actual = intervals.clopper_pearson(n_correct, n)

    if n_correct:
        assert 0.025 == pytest.approx(stats.binom.sf(n_correct - 1, n, actual.low))
    if n_correct < n:
        assert 0.025 == pytest.approx(stats.binom.cdf(n_correct, n, actual.high))


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_limits_solve_wilsons_equation(counts: tuple[int, int]) -> None:
    """At each limit the estimate lies 1.96 standard errors away, the error taken at the limit."""
    n_correct, n = counts
    share = n_correct / n

    actual = intervals.wilson(n_correct, n)

    for limit in (actual.low, actual.high):
        expected = 1.959963984540054**2 * limit * (1 - limit) / n
        assert expected == pytest.approx((share - limit) ** 2, abs=1e-12)


@given(st.integers(1, 100_000))
def test_wilson_reaches_its_end_exactly_and_only_without_an_error(n: int) -> None:
    """With no error the upper limit is 1, not what rounding leaves; with one it is below."""
    assert (1.0, 0.0) == (intervals.wilson(n, n).high, intervals.wilson(0, n).low)
    assert intervals.wilson(n - 1, n).high < 1 - 1e-10
    assert intervals.wilson(1, n).low > 1e-10


def test_folds_leave_the_samples_that_their_variance_is_worth() -> None:
    """Four folds with variance 0.02 / 3, corrected by 1 / 4 + 10 / 40, on 3 degrees of freedom."""
    actual = intervals.effective_share(
        np.array([0.8, 0.9, 1.0, 0.9]), variance=0.9 * 0.1 / 50, n_train=40, n_test=10
    )

    # t of 3 degrees of freedom is 3.182446, the normal distribution's 1.959964.
    variance = 0.02 / 3 * (1 / 4 + 10 / 40) * (3.182446 / 1.959964) ** 2
    assert pytest.approx(0.9 * 0.1 / 50 / variance, rel=1e-6) == actual


@pytest.mark.parametrize("folds", [np.full(10, 0.95), np.array([0.95] * 9 + [0.951])])
def test_folds_that_agree_add_no_samples(folds: NDArray[np.float64]) -> None:
    """However little folds differ, the samples are not worth more than they are."""
    assert 1.0 == intervals.effective_share(folds, variance=0.002, n_train=40, n_test=10)


@given(
    st.lists(st.integers(0, 14), min_size=10, max_size=50).filter(lambda k: 0 < sum(k)),
)
def test_a_resampled_interval_is_no_narrower_than_wilsons(right: list[int]) -> None:
    """Whatever folds do, neither limit lies inside that of the samples held out once."""
    folds = np.array(right) / 14
    accuracy = float(folds.mean())
    share = intervals.effective_share(
        folds, variance=accuracy * (1 - accuracy) / 70, n_train=56, n_test=14
    )
    expected = intervals.wilson(accuracy * 70, 70)

    actual = intervals.resampled(accuracy * 70, 70, share)

    assert actual.low <= expected.low + 1e-12
    assert actual.high >= expected.high - 1e-12
    assert (actual.high == 1) == (accuracy * 70 == 70)


def test_wilson_takes_a_mean_over_repeats() -> None:
    """A share of 37.7 of 38 has a lower limit between those of 37 and of 38."""
    low = [intervals.wilson(k, 38).low for k in (37, 37.7, 38)]

    assert low == sorted(low)


def test_fewer_errors_never_lower_the_lower_limit() -> None:
    """Under resampling three errors in ten repeats give no better limit than none."""
    some = np.array([1.0] * 47 + [0.875] * 3)
    none = np.ones(50)

    limits = []
    for folds in (some, none):
        accuracy = float(folds.mean())
        share = intervals.effective_share(
            folds, variance=accuracy * (1 - accuracy) / 38, n_train=30, n_test=8
        )
        limits.append(intervals.resampled(accuracy * 38, 38, share).low)

    assert limits[0] < limits[1]


def test_a_nominal_interval_keeps_its_limits() -> None:
    """Only its method says that it is nominal."""
    wilson = intervals.wilson(3, 4)

    actual = intervals.nominal(wilson)

    assert (wilson.low, wilson.high, "Wilson, nominal") == (actual.low, actual.high, actual.method)


@given(st.floats(0, 1), st.floats(0.02, 0.5))
def test_the_samples_needed_are_just_enough(accuracy: float, width: float) -> None:
    """So many samples have an interval no wider than asked for, and one fewer a wider one."""
    n = intervals.samples_needed(accuracy, width).n

    enough, fewer = (intervals.wilson(accuracy * k, k) for k in (n, max(n - 1, 1)))
    assert enough.high - enough.low <= width + 1e-9
    assert n == 1 or fewer.high - fewer.low >= width - 1e-9


def test_the_samples_needed_at_32_of_34() -> None:
    """With 0.941 true an interval ten points wide takes 94 samples."""
    actual = intervals.samples_needed(32 / 34)

    assert (32 / 34, 0.1, 94) == (actual.accuracy, actual.width, actual.n)
