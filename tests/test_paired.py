import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize

from pipeline import paired, significance

Z = 1.959963984540054

counts = st.integers(1, 60).flatmap(
    lambda n: st.integers(0, n).flatmap(
        lambda b: st.tuples(st.just(b), st.integers(0, n - b), st.just(n))
    )
)


@given(st.integers(1, 500))
def test_models_that_never_disagree_may_still_differ(n: int) -> None:
    """Without a disagreement the limits are z^2 / (n + z^2) to each side, in closed form."""
    actual = paired.tango(0, 0, n)

    expected = Z**2 / (n + Z**2)
    assert (-expected, expected) == pytest.approx((actual.low, actual.high))


def test_tangos_own_example(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tango (1998), section 6.1: one of 44 to one side, a 90 % lower limit of -0.096."""
    monkeypatch.setattr(paired, "Z", 1.6448536269514722)

    actual = paired.tango(0, 1, 44)

    assert -0.096 == round(actual.low, 3)


@pytest.mark.parametrize(("b", "c", "n"), [(2, 5, 34), (0, 4, 34), (10, 3, 72), (1, 0, 8)])
def test_limits_solve_the_score_equation(b: int, c: int, n: int) -> None:
    """At a limit the difference lies 1.96 standard errors away at the likeliest disagreement."""
    actual = paired.tango(b, c, n)

    for limit in (actual.low, actual.high):

        def negative(q: float, limit: float = limit) -> float:
            p = q + limit  # shares right with the first, and with the second, alone
            rest = 1 - p - q
            if min(p, q, rest) < 0:
                return np.inf
            terms = ((b, p), (c, q), (n - b - c, rest))
            return -sum(k * np.log(max(share, 1e-300)) for k, share in terms if k)

        low, high = max(0.0, -limit), (1 - limit) / 2
        q = optimize.minimize_scalar(
            negative, bounds=(low, high), method="bounded", options={"xatol": 1e-12}
        ).x
        error = np.sqrt((2 * q + limit - limit**2) / n)
        assert Z == pytest.approx(abs((b - c) / n - limit) / error, rel=1e-4)


@given(counts)
def test_the_interval_holds_the_difference(drawn: tuple[int, int, int]) -> None:
    """The observed difference lies inside; the models exchanged have the mirror image."""
    b, c, n = drawn

    actual, other = paired.tango(b, c, n), paired.tango(c, b, n)

    assert -1 <= actual.low <= (b - c) / n <= actual.high <= 1
    assert (-actual.high, -actual.low) == pytest.approx((other.low, other.high))


@given(counts, st.floats(0.05, 1))
def test_fewer_samples_have_a_wider_interval(drawn: tuple[int, int, int], share: float) -> None:
    """Samples that are worth less leave no limit further inside."""
    b, c, n = drawn
    whole = paired.tango(b, c, n)

    actual = paired.tango(b * share, c * share, n * share)

    assert actual.low <= whole.low + 1e-9
    assert actual.high >= whole.high - 1e-9


@given(counts)
def test_the_variance_is_that_of_the_differences(drawn: tuple[int, int, int]) -> None:
    """One, minus one or nothing for each sample: the variance of their mean."""
    b, c, n = drawn
    each = np.array([1.0] * b + [-1.0] * c + [0.0] * (n - b - c))

    assert pytest.approx(each.var() / n, abs=1e-12) == paired.difference_variance(b, c, n)


@pytest.mark.parametrize("n_pairs", [1, 3, 6, 11, 66, 300])
def test_the_least_disagreements_are_just_enough(n_pairs: int) -> None:
    """By McNemar's test itself: so many one-sided samples are enough, one fewer is not."""
    k = paired.least_disagreements(n_pairs)

    assert n_pairs * significance.mcnemar_exact(k, 0) < 0.05
    assert n_pairs * significance.mcnemar_exact(k - 1, 0) >= 0.05
