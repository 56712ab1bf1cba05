import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
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


def test_corrected_resampled_t_of_a_worked_case() -> None:
    """Four folds with mean 0.9 and variance 0.02 / 3 give 0.9 - 3.182446 x 0.057735."""
    actual = intervals.corrected_resampled_t(
        np.array([0.8, 0.9, 1.0, 0.9]), n_train=40, n_test=10
    )  # 0.02 / 3 x (1 / 4 + 10 / 40) = 0.057735 squared; t of 3 degrees of freedom 3.182446

    assert actual is not None
    assert pytest.approx(0.716261, abs=1e-6) == actual.low


def test_corrected_resampled_t_is_cut_at_one() -> None:
    """An upper limit beyond 1 is written as 1."""
    actual = intervals.corrected_resampled_t(np.array([0.8, 0.9, 1.0, 0.9]), n_train=40, n_test=10)

    assert actual is not None
    assert 1.0 == actual.high


def test_folds_that_agree_have_no_resampled_interval() -> None:
    """Without a spread between folds there is no interval to compute."""
    actual = intervals.corrected_resampled_t(np.full(10, 0.95), n_train=40, n_test=10)

    assert actual is None


def test_wilson_takes_a_mean_over_repeats() -> None:
    """A share of 37.7 of 38 has a lower limit between those of 37 and of 38."""
    low = [intervals.wilson(k, 38).low for k in (37, 37.7, 38)]

    assert low == sorted(low)


def test_fewer_errors_never_lower_the_lower_limit() -> None:
    """Under resampling three errors in ten repeats give no better limit than none."""
    some = np.array([1.0] * 47 + [0.875] * 3)
    none = np.ones(50)

    limits = [
        intervals.resampled(f, accuracy=f.mean(), n_samples=38, n_train=30, n_test=8).low
        for f in (some, none)
    ]

    assert limits[0] < limits[1]


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
def test_mean_of_proportions_agrees_with_newcombe(
    n_right: list[int], n: list[int], difference: tuple[float, float]
) -> None:
    """For two classes the interval is that of a difference, moved and halved."""
    actual = intervals.mean_of_proportions(np.array(n_right), np.array(n))

    assert [(1 + limit) / 2 for limit in difference] == pytest.approx(
        [actual.low, actual.high], abs=1e-9
    )


@given(st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_mean_of_one_proportion_has_wilsons_interval(counts: tuple[int, int]) -> None:
    """With a single class nothing is averaged."""
    expected = intervals.wilson(*counts)

    actual = intervals.mean_of_proportions(np.array([counts[0]]), np.array([counts[1]]))

    assert (expected.low, expected.high) == pytest.approx((actual.low, actual.high))
