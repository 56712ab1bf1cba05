import numpy as np
import pytest
from study_fixtures import hand_made, said

from pipeline.closer import Closer, look
from pipeline.config import EvaluateSection
from pipeline.summary import summarise

SECTION = EvaluateSection(call_threshold=0.3)
Y = np.array([0, 0, 0, 1, 1, 1])
PLAN = hand_made([[0, 1, 2, 3, 4, 5]])
SCORES = [-2.0, -0.2, 0.1, -0.1, 0.5, 3.0]


def given(key: str, *, positive: int = 1, scores: list[float] = SCORES) -> Closer:
    """Look at six samples of a given split."""
    return look(PLAN, key, said(scores), Y, SECTION, positive=positive)


@pytest.mark.parametrize("positive", [0, 1])
@pytest.mark.parametrize("key", ["logistic", "svm", "centroids", "neighbours"])
def test_the_threshold_in_use_makes_the_errors_that_were_made(key: str, positive: int) -> None:
    """At its default threshold a model errs as in its evaluation, whoever is positive."""
    scores = (np.array(SCORES) / 6).tolist()  # shares lie within a half of the limit
    evaluation = summarise(PLAN, key, said(scores), Y, ("a", "b"), positive=positive)
    table = given(key, positive=positive, scores=scores).thresholds

    assert table is not None
    (default,) = [point for point in table.points if point.is_default]
    rates = {rate.key: rate.value for rate in evaluation.rates}
    assert evaluation.n_errors == default.n_errors
    assert rates["sensitivity"] == default.sensitivity
    assert rates["specificity"] == default.specificity


@pytest.mark.parametrize(("key", "default"), [("logistic", 0.5), ("svm", 0.0), ("centroids", 0.0)])
def test_thresholds_are_on_the_scale_of_the_scores(key: str, default: float) -> None:
    """Probabilities are cut at a half, margins and log odds at 0."""
    table = given(key).thresholds

    assert table is not None
    assert [default] == [point.threshold for point in table.points if point.is_default]


def test_thresholds_of_the_other_class_are_mirrored() -> None:
    """What the first class calls sensitivity is the second's specificity."""
    first, last = given("svm", positive=0).thresholds, given("svm").thresholds

    assert first is not None
    assert last is not None
    mirrored = {(-p.threshold, p.specificity, p.sensitivity, p.n_errors) for p in first.points}
    assert mirrored == {
        (p.threshold, p.sensitivity, p.specificity, p.n_errors) for p in last.points
    }


@pytest.mark.parametrize("protocol", ["cv", "swap", "loo", "holdout"])
def test_thresholds_are_shown_for_the_given_split_only(protocol: str) -> None:
    """Under other protocols several fits gave the scores, or none is independent."""
    plan = hand_made([[0, 1, 2, 3, 4, 5]], key=protocol)

    assert look(plan, "svm", said(SCORES), Y, SECTION, positive=1).thresholds is None


def test_three_classes_have_no_threshold() -> None:
    """One threshold parts two classes."""
    y, scores = np.array([0, 1, 2]), np.eye(3)

    actual = look(hand_made([[0, 1, 2]]), "logistic", said(scores), y, SECTION, positive=2)

    assert (None, None) == (actual.thresholds, actual.calibration)


@pytest.mark.parametrize("positive", [0, 1])
def test_calibration_speaks_of_the_positive_class(positive: int) -> None:
    """Mean probabilities of the two classes sum to 1, and so do their shares."""
    scores = np.log([1 / 3, 1 / 3, 1, 1, 3, 3]).tolist()  # 1/4, 1/4, 1/2, 1/2, 3/4, 3/4
    y = np.array([0, 0, 0, 0, 1, 1])

    actual = look(PLAN, "logistic", said(scores), y, SECTION, positive=positive).calibration

    assert actual is not None
    assert pytest.approx(0.5) == actual.mean_predicted
    assert (4 / 6, 2 / 6)[positive] == actual.observed


def test_calibration_under_resampling_is_of_every_prediction() -> None:
    """A sample with probabilities 1/4 and 3/4 in two repeats has both, and no 1/2."""
    odds = np.log(3)
    plan = hand_made([[0], [1]] * 2, design="repeated", key="cv")
    held = said([-odds], [odds], [odds], [odds])

    actual = look(plan, "logistic", held, np.array([0, 1]), SECTION, positive=1).calibration

    assert actual is not None
    assert (2, 4) == (actual.n, actual.n_predictions)
    assert pytest.approx((0.25 + 3 * 0.75) / 4) == actual.mean_predicted


@pytest.mark.parametrize("key", ["svm", "voting", "majority"])
def test_what_is_no_probability_is_not_calibrated(key: str) -> None:
    """Margins, strengths and constants promise nothing."""
    assert given(key).calibration is None


def test_calls_below_the_threshold_are_declined() -> None:
    """Strengths of 0.2 and 0.1 are below 0.3, on either side; of the rest one is wrong."""
    scores = [-0.9, -0.2, 0.4, 0.1, 0.5, 0.6]

    actual = given("voting", scores=scores).abstention

    assert actual is not None
    assert ("S1", "S3") == actual.not_called
    assert (4, 3, 5) == (actual.n_called, actual.n_called_right, actual.n_forced_right)


def test_calls_are_told_apart_when_folds_are_out_of_order() -> None:
    """Each strength is set beside the prediction for its own sample."""
    plan = hand_made([[3], [1], [0], [2]], design="leave-one-out", key="loo")
    held = said([0.9], [0.9], [-0.1], [-0.8])  # samples 3, 1, 0, 2
    y = np.array([0, 1, 1, 1])

    actual = look(plan, "voting", held, y, SECTION, positive=1).abstention

    assert actual is not None
    assert ("S0",) == actual.not_called
    assert (2, 3) == (actual.n_called_right, actual.n_forced_right)


def test_of_many_classes_the_strongest_speaks() -> None:
    """The strength of a call is that of the class that wins, and none where all are against."""
    scores = [[0.5, -0.6, -0.7], [-0.9, -0.5, -0.6]]
    y = np.array([0, 1])

    actual = look(hand_made([[0, 1]]), "voting", said(scores), y, SECTION, positive=2).abstention

    assert actual is not None
    assert (("S1",), 1, 2) == (actual.not_called, actual.n_called, actual.n_forced_right)


@pytest.mark.parametrize("key", ["svm", "logistic", "neighbours"])
def test_only_votes_are_declined(key: str) -> None:
    """Other models call every sample."""
    assert given(key).abstention is None
