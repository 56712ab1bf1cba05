import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import optimize, stats
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression

from pipeline.recalibration import Recalibration, recalibrate


def drawn(n: int, seed: int, slope: float = 1.0) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Draw probabilities, and what happens where their log odds have this slope."""
    rng = np.random.default_rng(seed)
    probabilities = rng.uniform(0.03, 0.97, n)
    return probabilities, rng.uniform(size=n) < expit(slope * logit(probabilities))


def values(found: Recalibration) -> list[float | None]:
    """All six numbers."""
    return [
        getattr(limits, name)
        for limits in (found.slope, found.intercept)
        for name in ("value", "low", "high")
    ]


@pytest.mark.parametrize("seed", range(4))
def test_estimates_are_those_of_an_unpenalised_logistic_regression(seed: int) -> None:
    """The maximum is where scikit-learn finds it."""
    probabilities, positive = drawn(60, seed)
    odds = logit(probabilities)[:, None]
    expected = LogisticRegression(C=1e12, tol=1e-12, max_iter=10_000).fit(odds, positive)

    actual = recalibrate(probabilities, positive)

    assert expected.coef_[0, 0] == pytest.approx(actual.slope.value, rel=1e-4)
    assert expected.intercept_[0] == pytest.approx(actual.intercept.value, abs=1e-4)


def test_limits_are_those_of_the_profile_likelihood() -> None:
    """At a limit twice the log likelihood, the other parameter refitted, has fallen by 3.84."""
    probabilities, positive = drawn(40, 7)
    odds, y = logit(probabilities), positive.astype(float)

    def loss(parameters: NDArray[np.float64]) -> float:
        z = parameters[0] + parameters[1] * odds
        return float((np.logaddexp(0, z) - y * z).sum())

    least = optimize.minimize(loss, [0.0, 1.0]).fun
    found = recalibrate(probabilities, positive)

    for fixed, limits in ((1, found.slope), (0, found.intercept)):
        for limit in (limits.low, limits.high):
            assert limit is not None

            def along(other: float, fixed: int = fixed, limit: float = limit) -> float:
                return loss(np.array([other, limit] if fixed else [limit, other]))

            rise = optimize.minimize_scalar(along).fun - least
            assert stats.chi2.ppf(0.95, 1) == pytest.approx(2 * rise, rel=1e-4)


def test_probabilities_that_come_true_have_slope_1_and_intercept_0() -> None:
    """Of ten predictions of 0.2 two happen, of ten of 0.7 seven."""
    probabilities = np.repeat([0.2, 0.7], 10)
    positive = np.array([True] * 2 + [False] * 8 + [True] * 7 + [False] * 3)

    actual = recalibrate(probabilities, positive)

    assert (1.0, 0.0) == pytest.approx((actual.slope.value, actual.intercept.value), abs=1e-5)


def test_repeats_add_no_samples() -> None:
    """Ten equal repeats have the estimates and the intervals of one."""
    probabilities, positive = drawn(30, 2)

    actual = recalibrate(np.tile(probabilities, 10), np.tile(positive, 10), n_repeats=10)

    assert values(recalibrate(probabilities, positive)) == pytest.approx(values(actual), rel=1e-5)


def test_the_other_class_has_the_same_slope_and_the_opposite_intercept() -> None:
    """What is predicted of one class is predicted of the other."""
    probabilities, positive = drawn(50, 3)

    one, other = recalibrate(probabilities, positive), recalibrate(1 - probabilities, ~positive)

    assert values(one)[:3] == pytest.approx(values(other)[:3], rel=1e-5)
    assert one.intercept.value == pytest.approx(-(other.intercept.value or 0), abs=1e-5)
    assert one.intercept.low == pytest.approx(-(other.intercept.high or 0), abs=1e-5)


def test_separated_classes_have_a_lower_limit_alone() -> None:
    """Without an error no finite slope is the likeliest, but small ones are excluded."""
    probabilities = np.array([0.1, 0.2, 0.3, 0.4, 0.45, 0.55, 0.6, 0.7, 0.8, 0.9])

    actual = recalibrate(probabilities, probabilities > 0.5)

    assert (None, None) == (actual.slope.value, actual.slope.high)
    assert actual.slope.low is not None
    assert actual.slope.low > 1
    assert [None] * 3 == values(actual)[3:]


@pytest.mark.parametrize(
    ("probabilities", "positive", "reason"),
    [
        ([0.2, 0.3], [True, True], "one class is missing"),
        ([0.2, 1.0, 0.0], [True, True, False], "2 of the probabilities are 0 or 1"),
        ([0.3, 0.3], [True, False], "all probabilities are equal"),
    ],
)
def test_without_a_slope_there_is_a_reason(
    probabilities: list[float], positive: list[bool], reason: str
) -> None:
    """What cannot be fitted says why."""
    actual = recalibrate(np.array(probabilities), np.array(positive))

    assert ([None] * 6, reason) == (values(actual), actual.undefined)


@given(st.integers(0, 10_000), st.sampled_from([0.5, 1.0, 2.0]))
def test_limits_lie_around_the_estimate(seed: int, slope: float) -> None:
    """Where there is an estimate, its limits are finite and hold it."""
    probabilities, positive = drawn(25, seed, slope)

    actual = recalibrate(probabilities, positive)

    for limits in (actual.slope, actual.intercept):
        if limits.value is not None:
            assert limits.low is not None
            assert limits.high is not None
            assert limits.low < limits.value < limits.high


def test_the_slopes_interval_holds_it_as_often_as_it_says() -> None:
    """Of 300 draws of 34 samples about 95 in 100 intervals hold the slope that drew them."""
    held = 0
    for seed in range(300):
        limits = recalibrate(*drawn(34, seed, slope=1.5)).slope
        held += (limits.low or -np.inf) <= 1.5 <= (limits.high or np.inf)

    assert stats.binomtest(held, 300, 0.95).pvalue > 0.01
