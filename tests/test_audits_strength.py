import warnings
from math import comb, sqrt

import numpy as np
import pytest
from scipy import stats

from pipeline.audits.strength import N_RANDOM, Strength, between, limits, pooled


def spread(counts: list[list[int]]) -> tuple[np.ndarray, np.ndarray]:
    """Lay a table out as samples."""
    cells = [
        (str(i), str(j))
        for i, row in enumerate(counts)
        for j, n in enumerate(row)
        for _ in range(n)
    ]
    a, b = zip(*cells, strict=True)
    return np.array(a), np.array(b)


def held(a: object, b: object) -> Strength:
    """Hold two things against each other."""
    return between(np.array(a), np.array(b), seed=0)


def test_cramers_v_by_hand() -> None:
    """Of the table 10 20 / 30 40 chi-squared is 100 (400 - 600)² / (30 · 70 · 40 · 60)."""
    actual = held(*spread([[10, 20], [30, 40]]))

    assert ("Cramér's V", 100) == (actual.measure, actual.n)
    assert actual.value == pytest.approx(sqrt(40_000 / 5_040_000))


def test_a_perfect_association_of_two_by_two() -> None:
    """27 and 11 samples apart: V is 1, and p one of the tables with these margins."""
    actual = held(*spread([[27, 0], [0, 11]]))

    assert ("Fisher's exact test", 1.0) == (actual.test, pytest.approx(actual.value))
    assert actual.p_value == pytest.approx(1 / comb(38, 11))


def test_large_tables_have_the_p_value_of_chi_squared() -> None:
    """As scipy gives it."""
    counts = [[20, 30, 25], [40, 20, 30]]

    actual = held(*spread(counts))

    expected = stats.chi2_contingency(np.array(counts), correction=False)
    assert "chi-squared" == actual.test
    assert actual.p_value == pytest.approx(expected.pvalue)


def test_small_tables_have_the_p_value_of_random_tables() -> None:
    """Of the 84 ways to pick 3 of 9 samples, 3 pick a whole group: p is 3/84."""
    actual = held(*spread([[3, 0], [3, 0], [0, 3]]))

    assert "chi-squared of random tables" == actual.test
    assert actual.p_value == pytest.approx(3 / 84, abs=0.006)  # three standard errors


def test_the_smallest_p_value_is_one_of_all_draws() -> None:
    """One in three million tables is as strong: none is drawn, and p is not 0."""
    actual = held(*spread([[6, 0, 0], [0, 6, 0], [0, 0, 6]]))

    assert 1 / (N_RANDOM + 1) == actual.p_value


# The marks in three subjects of the article "Correlation ratio" in Wikipedia: 6780 / 9640.
MARKS = {
    "algebra": (45, 70, 29, 15, 21),
    "geometry": (40, 20, 30, 42),
    "statistics": (65, 95, 80, 70, 85, 73),
}


def test_correlation_ratio_of_an_example() -> None:
    """Its square is 0.7033."""
    a = [subject for subject, marks in MARKS.items() for _ in marks]
    b = [float(mark) for marks in MARKS.values() for mark in marks]

    actual = held(a, b)

    assert ("correlation ratio", "permuted F test") == (actual.measure, actual.test)
    assert actual.value == pytest.approx(sqrt(6780 / 9640))


def test_the_permuted_f_test_agrees_with_f() -> None:
    """On normal values the permutation p-value is near that of the F test."""
    rng = np.random.default_rng(5)
    groups = [rng.normal(loc=shift, size=n) for shift, n in ((0, 4), (0.8, 20), (0.4, 20))]
    a = [str(k) for k, group in enumerate(groups) for _ in group]

    actual = held(a, np.concatenate(groups))

    assert actual.p_value == pytest.approx(stats.f_oneway(*groups).pvalue, abs=0.02)


def test_larger_groups_have_the_p_value_of_kruskal_and_wallis() -> None:
    """As scipy gives it."""
    rng = np.random.default_rng(5)
    groups = [rng.normal(loc=shift, size=12) for shift in (0, 1)]
    a = ["x"] * 12 + ["y"] * 12

    actual = held(a, np.concatenate(groups))

    assert "Kruskal–Wallis" == actual.test
    assert actual.p_value == pytest.approx(stats.kruskal(*groups).pvalue)


def test_numbers_correlate() -> None:
    """1 2 3 4 against 1 3 2 4: r is 0.8."""
    actual = held([1.0, 2, 3, 4], [1.0, 3, 2, 4])

    assert ("correlation", pytest.approx(0.8)) == (actual.measure, actual.value)


def test_the_order_of_the_two_does_not_matter() -> None:
    """Categories against numbers is numbers against categories."""
    a, b = ["x", "x", "y", "y", "y"], [1.0, 2.0, 4.0, 5.0, 7.0]

    assert held(a, b) == held(b, a)


def test_unknown_values_are_left_out() -> None:
    """The sixth sample has no category, the seventh no number."""
    a, b = ["x", "x", "y", "y", "y", "", "x"], [1.0, 2.0, 4.0, 5.0, 7.0, 99.0, float("nan")]

    assert held(a[:5], b[:5]) == held(a, b)


@pytest.mark.parametrize(
    ("a", "b", "reason"),
    [
        (["x", "", ""], ["u", "v", "w"], "it is known of fewer than 3 samples"),
        (
            ["x", "x", "x", "x"],
            ["u", "u", "v", "v"],
            "there is one value only among the samples of which it is known",
        ),
        (["p", "q", "r", "s"], ["u", "u", "v", "v"], "every sample has a value of its own"),
    ],
)
def test_what_is_not_defined_gives_its_reason(a: list[str], b: list[str], reason: str) -> None:
    """Neither size nor p-value."""
    actual = held(a, b)

    assert (None, None, reason) == (actual.value, actual.p_value, actual.undefined)


def test_independent_things_have_no_association() -> None:
    """Over many draws 5 % of the p-values are below 0.05, and the random tables agree."""
    rng = np.random.default_rng(11)
    small = 0
    for seed in range(100):
        a = rng.choice(["x", "y", "z"], size=20)
        b = rng.choice(["u", "v"], size=20)
        p = between(a, b, seed=seed).p_value
        small += p is not None and p < 0.05

    assert small <= 12


def test_numbers_that_differ_by_rounding_go_with_nothing() -> None:
    """A correlation of rounding errors is undefined, and no library warns of it."""
    values = 1 + np.arange(12) * 2.0**-52

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        actual = between(values, np.arange(12.0), seed=0)

    assert (None, "its values differ by rounding only") == (actual.value, actual.undefined)


def test_the_bias_of_cramers_v_by_hand() -> None:
    """Of 20 0 / 0 20, phi squared is 1, less 1/39; both sides have 2 - 1/39 - 1 left."""
    assert held(*spread([[20, 0], [0, 20]])).corrected == pytest.approx(1.0)


def test_what_chance_gives_is_taken_off() -> None:
    """Of independent tables of 6 values and 24 samples, V is large and corrected V is not."""
    rng = np.random.default_rng(0)
    tables = [held(rng.choice(list("abcdef"), 24), rng.choice(list("xy"), 24)) for _ in range(40)]

    raw, corrected = (
        np.mean([getattr(found, name) ** 2 for found in tables]) for name in ("value", "corrected")
    )
    assert raw > 0.15  # (6 - 1) / 23 is expected
    assert corrected < 0.1


def test_epsilon_squared_is_that_of_f() -> None:
    """(F - 1) / (F + df2 / df1), with F of scipy."""
    rng = np.random.default_rng(1)
    groups = [rng.normal(loc=shift, size=8) for shift in (0, 1, 2)]
    a = [str(k) for k, group in enumerate(groups) for _ in group]

    actual = held(a, np.concatenate(groups))

    F = float(stats.f_oneway(*groups).statistic)
    assert actual.corrected == pytest.approx(sqrt((F - 1) / (F + 21 / 2)))


def test_the_interval_of_a_correlation_is_that_of_scipy() -> None:
    """By Fisher's transformation."""
    rng = np.random.default_rng(2)
    a = rng.normal(size=30)
    b = a + rng.normal(size=30)

    actual = held(a, b)

    expected = stats.pearsonr(a, b).confidence_interval(0.95)
    assert (actual.low, actual.high) == (
        pytest.approx(expected.low),
        pytest.approx(expected.high),
    )


@pytest.mark.parametrize("n", [2, 3])
def test_three_samples_exclude_nothing(n: int) -> None:
    """Fisher's standard error is that of n - 3."""
    assert (0.0, 1.0) == limits(0.0, n)


def test_few_samples_leave_a_moderate_size_open() -> None:
    """With 24 samples and nothing seen, 0.4 is inside; with 400 it is not."""
    assert limits(0.0, 24)[1] > 0.4 > limits(0.0, 400)[1]


def test_values_of_one_or_two_samples_are_put_together() -> None:
    """Those of three are not, nor is what is unknown."""
    actual = pooled(np.array(["a", "b", "b", "c", "c", "c", "", ""]))

    assert ["other values"] * 3 + ["c"] * 3 + ["", ""] == actual.tolist()


def test_one_rare_value_stays_what_it_is() -> None:
    """There is nothing to put it together with."""
    values = np.array(["a", "b", "b", "b"])

    assert values.tolist() == pooled(values).tolist()
