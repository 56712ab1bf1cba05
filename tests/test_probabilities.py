import numpy as np
import pytest
import sklearn.metrics
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from pipeline import probabilities
from pipeline.records.models import Calibration

NAMES = {"key": "given/logistic", "protocol": "given", "model": "logistic"}


@st.composite
def predictions(draw: st.DrawFn) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Draw probabilities of two to four classes, zeros among them, and the true classes."""
    n, k = draw(st.integers(2, 12)), draw(st.integers(2, 4))
    weights = draw(hnp.arrays(np.float64, (n, k), elements=st.integers(0, 5)))
    weights[:, 0] += weights.sum(axis=1) == 0
    y = draw(hnp.arrays(np.intp, n, elements=st.integers(0, k - 1)))
    return weights / weights.sum(axis=1, keepdims=True), y


@given(predictions())
def test_brier_score_agrees_with_scikit_learn(
    drawn: tuple[NDArray[np.float64], NDArray[np.intp]],
) -> None:
    """One class of two, and the sum over more, is scikit-learn's choice too."""
    predicted, y = drawn
    k = predicted.shape[1]
    expected = sklearn.metrics.brier_score_loss(
        y, predicted if k > 2 else predicted[:, 1], labels=range(k)
    )

    assert expected == pytest.approx(probabilities.brier_score(predicted, y))


def test_brier_score_by_hand() -> None:
    """Misses of 0.1, 0.4 and 0.7 have a mean square of 0.66 / 3."""
    predicted = np.array([[0.9, 0.1], [0.4, 0.6], [0.7, 0.3]])

    assert 0.22 == pytest.approx(probabilities.brier_score(predicted, np.array([0, 1, 1])))


@given(predictions())
def test_log_loss_agrees_with_scikit_learn(
    drawn: tuple[NDArray[np.float64], NDArray[np.intp]],
) -> None:
    """The logarithm is clipped where scikit-learn clips it."""
    predicted, y = drawn
    expected = sklearn.metrics.log_loss(y, predicted, labels=range(predicted.shape[1]))

    assert expected == pytest.approx(probabilities.log_loss(predicted, y), abs=1e-12)


def test_log_loss_of_a_certain_error_is_finite() -> None:
    """A probability of 0 for what happened costs 52 ln 2, the digits of a float."""
    actual = probabilities.log_loss(np.array([[1.0, 0.0]]), np.array([1]))

    assert 52 * np.log(2) == pytest.approx(actual)


def calibration(predicted: NDArray[np.float64], positive: NDArray[np.bool_]) -> Calibration:
    """Calibrate under the test's names."""
    return probabilities.calibration(np.atleast_2d(predicted), positive, **NAMES)


def test_calibration_in_the_large_by_hand() -> None:
    """Means of predicted and observed stand side by side; 0.02 and 0.99 are extreme."""
    actual = calibration(np.array([0.02, 0.3, 0.03, 0.99]), np.array([False, True, False, True]))

    assert (4, pytest.approx(0.335), 0.5, 2) == (
        actual.n,
        actual.mean_predicted,
        actual.observed,
        actual.n_extreme,
    )


def test_few_samples_have_no_calibration_curve() -> None:
    """With 99 samples there are no bins, and the reason says what it takes."""
    actual = calibration(np.linspace(0, 1, 99), np.arange(99) > 50)

    assert ((), "99 samples are too few for a curve; it takes 100.") == (
        actual.bins,
        actual.no_curve,
    )


def test_a_hundred_samples_have_ten_bins_of_ten() -> None:
    """The curve of 100 different probabilities has ten samples in each of ten bins."""
    actual = calibration(np.linspace(0, 1, 100), np.arange(100) >= 35)

    assert ([10] * 10, None) == ([one.n for one in actual.bins], actual.no_curve)
    assert [0, 0, 0, 5, 10, 10, 10, 10, 10, 10] == [one.n_positive for one in actual.bins]


@given(
    hnp.arrays(np.float64, st.integers(100, 260), elements=st.integers(0, 40).map(lambda n: n / 40))
)
def test_bins_are_large_and_equal_probabilities_share_one(predicted: NDArray[np.float64]) -> None:
    """Ten bins at most with ten samples or more, all samples in them, none across a tie."""
    positive = predicted > 0.5

    actual = calibration(predicted, positive).bins

    assert len(actual) <= 10
    assert min(one.n for one in actual) >= 10
    assert (predicted.size, positive.sum()) == (
        sum(one.n for one in actual),
        sum(one.n_positive for one in actual),
    )
    edges = np.cumsum([one.n for one in actual])[:-1]
    ordered = np.sort(predicted)
    assert (ordered[edges - 1] < ordered[edges]).all()


@given(st.integers(100, 260))
def test_bins_of_different_probabilities_are_of_equal_size(n: int) -> None:
    """Without ties the sizes of the ten bins differ by one at most."""
    actual = calibration(np.arange(n) / n, np.arange(n) > n / 2).bins

    assert {n // 10, -(-n // 10)} >= {one.n for one in actual}


def test_repeats_are_not_averaged() -> None:
    """Each prediction counts, near 0 or 1 or not, and no mean of several is among them."""
    actual = calibration(np.array([[0.01, 0.5], [0.99, 0.7]]), np.array([False, True]))

    assert (2, 1, 4, 2) == (actual.n, actual.n_positive, actual.n_predictions, actual.n_extreme)
    assert pytest.approx(0.55) == actual.mean_predicted


def test_bins_of_repeats_hold_ten_samples_too() -> None:
    """With two repeats a bin has twenty predictions or more."""
    predicted = np.linspace(0, 1, 100)

    actual = calibration(np.array([predicted, predicted]), np.arange(100) >= 35).bins

    assert [20] * 10 == [one.n for one in actual]
