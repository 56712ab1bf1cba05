"""Printed figures: what they may stand for, and what a confusion matrix gives."""

from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import precision_recall_fscore_support
from study_fixtures import printed

from pipeline.claims_figures import agrees, bounds, measure

CONFUSION = np.array([[4, 1], [2, 1]])  # of 8, as in the first study's claim


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("0.62", Fraction("0.615"), Fraction("0.63")),
        ("62 %", Fraction("0.615"), Fraction("0.63")),
        ("62%", Fraction("0.615"), Fraction("0.63")),
        ("62.5 %", Fraction("0.6245"), Fraction("0.626")),
        ("1", Fraction("0.5"), Fraction(2)),
        ("1.00", Fraction("0.995"), Fraction("1.01")),
        ("0.0", Fraction("-0.05"), Fraction("0.1")),
    ],
)
def test_decimals_say_how_exactly_a_figure_is_meant(
    text: str, low: Fraction, high: Fraction
) -> None:
    """From half a unit of the last decimal below to a whole one above."""
    assert (low, high) == bounds(text)


@given(
    numerator=st.integers(0, 200),
    missing=st.integers(0, 200),
    decimals=st.integers(1, 4),
    mode=st.sampled_from([ROUND_HALF_UP, ROUND_HALF_EVEN, ROUND_DOWN]),
)
def test_whatever_rounds_to_the_text_agrees(
    numerator: int, missing: int, decimals: int, mode: str
) -> None:
    """Rounded half up, half to even, or cut off."""
    denominator = max(1, numerator + missing)
    exact = Decimal(numerator) / Decimal(denominator)
    text = str(exact.quantize(Decimal(1).scaleb(-decimals), rounding=mode))

    assert agrees(text, numerator, denominator)


@pytest.mark.parametrize(
    ("text", "numerator", "denominator"),
    [("0.62", 63, 100), ("0.62", 614, 1000), ("0.40", 41, 100), ("1.00", 98, 100)],
)
def test_what_prints_otherwise_does_not_agree(text: str, numerator: int, denominator: int) -> None:
    """0.63 is not 0.62, nor is 0.614."""
    assert not agrees(text, numerator, denominator)


def test_an_undefined_ratio_counts_as_zero() -> None:
    """Programs print 0.00 for the precision of a class that was never called."""
    assert [True, False] == [agrees("0.00", 0, 0), agrees("0.50", 0, 0)]


@pytest.mark.parametrize(
    ("name", "label", "text", "value"),
    [
        ("accuracy", None, "0.62", 5 / 8),
        ("f1", "ALL", "0.73", 8 / 11),
        ("f1", "AML", "0.40", 2 / 5),
        ("precision", "ALL", "0.67", 4 / 6),
        ("precision", "AML", "0.50", 1 / 2),
        ("recall", "ALL", "0.80", 4 / 5),
        ("recall", "AML", "0.33", 1 / 3),
    ],
)
def test_figures_of_a_matrix_by_hand(name: str, label: str | None, text: str, value: float) -> None:
    """Of 5 ALL 4 are right, of 3 AML 1."""
    actual = measure(printed(name, label, text), CONFUSION, ("ALL", "AML"))

    assert (value, True) == (actual.value, actual.fits)


@given(st.lists(st.integers(0, 9), min_size=9, max_size=9), st.integers(0, 2))
def test_figures_are_those_of_scikit_learn(counts: list[int], k: int) -> None:
    """Precision, recall and F1 of one of three classes, 0 where undefined."""
    confusion, classes = np.array(counts).reshape(3, 3), ("a", "b", "c")
    y_true, y_pred = np.repeat(np.indices((3, 3)).reshape(2, -1), counts, axis=1)
    if not len(y_true):
        return
    expected = precision_recall_fscore_support(y_true, y_pred, labels=[0, 1, 2], zero_division=0)

    for name, values in zip(("precision", "recall", "f1"), expected, strict=False):
        actual = measure(printed(name, classes[k], "0.5"), confusion, classes)
        assert (actual.value or 0.0) == pytest.approx(values[k])


def test_the_interval_of_an_accuracy_is_wilsons() -> None:
    """5 of 8 leave 0.31 to 0.86 (Wilson 1927; statsmodels proportion_confint)."""
    actual = measure(printed("accuracy", None, "0.62"), CONFUSION, ("ALL", "AML")).interval

    assert actual is not None
    assert (0.306, 0.863) == (round(actual.low, 3), round(actual.high, 3))


def test_a_class_that_nothing_involves_has_no_figure() -> None:
    """Without a sample of it, and never called."""
    actual = measure(printed("f1", "b", "0.5"), np.array([[3, 0], [0, 0]]), ("a", "b"))

    assert (None, None, False) == (actual.value, actual.interval, actual.fits)
