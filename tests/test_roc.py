import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.metrics import confusion_matrix, roc_auc_score

from pipeline import roc

CASES = [0.9, 0.4, 0.35, 0.8, 0.65, 0.7, 0.3]
CONTROLS = [0.1, 0.2, 0.35, 0.5, 0.05, 0.6, 0.15, 0.25, 0.3]
TIED_CASES, TIED_CONTROLS = [3, 4, 5, 2, 4, 6, 4], [1, 2, 3, 4, 2, 2]


def joined(
    cases: list[float], controls: list[float]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Give scores and who of them is positive."""
    scores = np.array([*cases, *controls], dtype=np.float64)
    return scores, np.arange(scores.size) < len(cases)


# Few different values, so that ties are common.
some_scores = st.lists(st.integers(0, 12).map(lambda n: n / 4), min_size=1, max_size=20)


# R 4.2.2, pROC 1.18.0: ci.auc(roc(controls = y, cases = x, direction = "<"), method = "delong")
@pytest.mark.parametrize(
    ("cases", "controls", "low"),
    [(CASES, CONTROLS, 0.700792036599), (TIED_CASES, TIED_CONTROLS, 0.633434947175)],
)
def test_delongs_variance_agrees_with_proc(
    cases: list[float], controls: list[float], low: float
) -> None:
    """The area less 1.96 standard errors is the limit of R's package pROC, ties or not."""
    scores, positive = joined(cases, controls)

    variance = roc.delong_variance(scores, positive)

    assert variance is not None
    area = roc_auc_score(positive, scores)
    assert low == pytest.approx(area - 1.959963984540054 * np.sqrt(variance), abs=1e-9)


@given(
    st.lists(st.integers(0, 12), min_size=2, max_size=20),
    st.lists(st.integers(0, 12), min_size=2, max_size=20),
)
def test_delongs_variance_by_comparing_every_pair(cases: list[int], controls: list[int]) -> None:
    """Mid-ranks give the variance that the paper defines over all pairs."""
    pairs = np.sign(np.subtract.outer(cases, controls)) / 2 + 0.5
    rows, columns = pairs.mean(axis=1), pairs.mean(axis=0)
    expected = rows.var(ddof=1) / len(rows) + columns.var(ddof=1) / len(columns)

    actual = roc.delong_variance(*joined(cases, controls))

    assert pytest.approx(expected, abs=1e-15) == (actual or 0.0)


@pytest.mark.parametrize(
    ("cases", "controls"), [([3, 4], [1, 2]), ([1, 2], [3, 4]), ([1, 1], [1, 1]), ([2], [1, 3])]
)
def test_delong_has_no_variance_to_go_by(cases: list[float], controls: list[float]) -> None:
    """An area of 1, of 0, of equal scores, or of a single positive has none."""
    assert roc.delong_variance(*joined(cases, controls)) is None


# R 4.2.2: V <- function(u, m, n) { N <- (m + n) / 2 - 1
#   u * (1 - u) * (1 + N * ((1 - u) / (2 - u) + u / (1 + u))) / (m * n) }
# uniroot(function(u) (u - auc)^2 - qnorm(.975)^2 * V(u, m, n), ..., tol = 1e-14)
@pytest.mark.parametrize(
    ("cases", "controls", "limits"),
    [
        (list(range(50, 64)), list(range(20)), (0.876936895466, 1.0)),
        ([2.5], [1, 2, 2.5, 3, 4], (0.105880649394, 0.894119350606)),
    ],
)
def test_newcombe_agrees_with_r(
    cases: list[float], controls: list[float], limits: tuple[float, float]
) -> None:
    """Of 14 and 20 samples in perfect order, the area is 0.877 at least."""
    scores, positive = joined(cases, controls)

    actual = roc.newcombe(roc_auc_score(positive, scores), len(cases), len(controls))

    assert limits == pytest.approx((actual.low, actual.high), abs=1e-9)


@given(some_scores, some_scores)
def test_the_interval_of_the_negated_scores_is_the_mirror_image(
    cases: list[float], controls: list[float]
) -> None:
    """What ranks the wrong way round has limits 1 less those of the right way."""
    scores, positive = joined(cases, controls)
    expected = roc.auc_interval(scores, positive)

    actual = roc.auc_interval(-scores, positive)

    if expected is None:
        assert actual is None
    else:
        mirrored = (1 - expected.high, 1 - expected.low)
        assert mirrored == pytest.approx((actual.low, actual.high), abs=1e-9)


@given(some_scores, some_scores)
def test_an_area_below_1_has_an_upper_limit_below_1(
    cases: list[float], controls: list[float]
) -> None:
    """Beside a pair the wrong way round the limit is not 1, beside a right one it is not 0."""
    scores, positive = joined(cases, controls)

    actual = roc.auc_interval(scores, positive)

    if actual is not None:
        area = roc_auc_score(positive, scores)
        assert (area == 1) == (actual.high == 1)
        assert (area == 0) == (actual.low == 0)


def test_the_area_over_folds_has_the_floor_of_a_split() -> None:
    """Folds that all but agree leave Newcombe's interval of the samples, as one split does."""
    areas = np.array([0.99] * 25 + [0.98] * 25)
    expected = roc.newcombe(float(areas.mean()), 25, 47)

    actual = roc.resampled_auc_interval(areas, n_positive=25, n_negative=47, n_train=58, n_test=14)

    assert (expected.low, expected.high) == (actual.low, actual.high)
    assert actual.high < 1


def test_areas_that_differ_between_folds_widen_the_interval() -> None:
    """Its half width is about Student's t times the corrected standard error."""
    rng = np.random.default_rng(3)
    areas = np.clip(rng.normal(0.7, 0.25, 50), 0, 1)

    actual = roc.resampled_auc_interval(areas, n_positive=25, n_negative=47, n_train=58, n_test=14)

    half = 2.009575 * np.sqrt(areas.var(ddof=1) * (1 / 50 + 14 / 58))  # t of 49 degrees of freedom
    assert actual.high - actual.low == pytest.approx(2 * half, rel=0.1)


@given(some_scores, some_scores)
def test_auc_interval_holds_the_area(cases: list[float], controls: list[float]) -> None:
    """The area lies within its interval, which lies within 0 and 1 and is no point."""
    scores, positive = joined(cases, controls)

    actual = roc.auc_interval(scores, positive)

    if actual is None:
        assert 1 == len(np.unique(scores))
    else:
        area = roc_auc_score(positive, scores)
        assert 0 <= actual.low < actual.high <= 1
        assert actual.low - 1e-12 <= area <= actual.high + 1e-12


def test_a_better_ranking_has_no_worse_lower_limit() -> None:
    """The perfect order of 14 and 20 samples has a higher limit than one inverted pair."""
    controls = [float(i) for i in range(20)]
    limits = [
        roc.auc_interval(*joined([lowest, *range(50, 63)], controls)) for lowest in (18.5, 49)
    ]

    assert limits[0].low < limits[1].low


def test_equal_scores_have_no_auc_interval() -> None:
    """A baseline that gives every sample the same score ranks nothing."""
    assert roc.auc_interval(*joined([0.0, 0.0], [0.0, 0.0])) is None


def test_one_class_has_no_auc_interval() -> None:
    """Without a negative sample there is no area."""
    assert roc.auc_interval(*joined([1.0, 2.0], [])) is None


def test_threshold_table_by_hand() -> None:
    """Four samples have five cuts; at 0.5 one of each class is on the wrong side."""
    actual = roc.threshold_table(*joined([0.9, 0.4], [0.6, 0.1]), 0.5)

    assert [
        (1.0, 0.0, 2, False),
        (1.0, 0.5, 1, False),
        (0.5, 0.5, 2, True),
        (0.5, 1.0, 1, False),
        (0.0, 1.0, 2, False),
    ] == [(p.sensitivity, p.specificity, p.n_errors, p.is_default) for p in actual]


def test_thresholds_lie_midway_between_scores() -> None:
    """The default stands as it is; the outer two lie half a mean gap outside."""
    actual = roc.threshold_table(*joined([0.9, 0.4], [0.6, 0.1]), 0.5)

    expected = [0.1 - 0.8 / 6, 0.25, 0.5, 0.75, 0.9 + 0.8 / 6]
    assert expected == pytest.approx([point.threshold for point in actual])


def test_a_score_at_the_threshold_is_not_called_positive() -> None:
    """Only what lies above the threshold is called positive."""
    actual = roc.threshold_table(*joined([0.5], [0.1]), 0.5)

    assert [0.0] == [point.sensitivity for point in actual if point.is_default]


@given(some_scores, some_scores, st.integers(-2, 14).map(lambda n: n / 4 + 0.1))
def test_thresholds_give_the_counts_they_say(
    cases: list[float], controls: list[float], default: float
) -> None:
    """Calling by each threshold anew gives its errors, sensitivity and specificity."""
    scores, positive = joined(cases, controls)

    for point in roc.threshold_table(scores, positive, default):
        (tn, fp), (fn, tp) = confusion_matrix(positive, scores > point.threshold)
        assert (tp / (tp + fn), tn / (tn + fp), fp + fn) == (
            point.sensitivity,
            point.specificity,
            point.n_errors,
        )


@given(some_scores, some_scores)
def test_threshold_table_is_short_and_reaches_both_ends(
    cases: list[float], controls: list[float]
) -> None:
    """Nine thresholds at most, one of them in use, from all called positive to none."""
    actual = roc.threshold_table(*joined(cases, controls), 1.1)

    assert len(actual) <= 9
    assert 1 == sum(point.is_default for point in actual)
    assert (1.0, 0.0) == (actual[0].sensitivity, actual[-1].sensitivity)


@given(some_scores, some_scores)
def test_threshold_table_has_the_best_youden_index(
    cases: list[float], controls: list[float]
) -> None:
    """No cut between the scores has more sensitivity plus specificity than the best shown."""
    scores, positive = joined(cases, controls)
    best = max(
        np.mean(scores[positive] > cut) + np.mean(scores[~positive] <= cut)
        for cut in [-1, *np.unique(scores)]
    )

    actual = roc.threshold_table(scores, positive, 1.1)

    assert best == pytest.approx(max(point.sensitivity + point.specificity for point in actual))


def test_many_scores_are_thinned_evenly() -> None:
    """Of 41 cuts nine stay: both ends, the best in the middle, the used one with its neighbours."""
    scores, positive = joined([float(i) for i in range(20, 40)], [float(i) for i in range(20)])

    actual = roc.threshold_table(scores, positive, 9.5)

    # Farthest from 0, 9, 10, 11, 20 and 40 is cut 30, then 25 and 35.
    expected = [-0.5, 8.5, 9.5, 10.5, 19.5, 24.5, 29.5, 34.5, 39.5]
    assert expected == [point.threshold for point in actual]


def test_of_equal_youden_indices_the_one_nearest_the_default_is_shown() -> None:
    """Cuts 0, 20 and 40 are the best; the table has 20, which is nearest to the default."""
    scores = np.arange(40)
    positive = (scores // 10) % 2 == 0

    actual = roc.threshold_table(scores.astype(np.float64), positive, 16.5)

    assert 19.5 in [point.threshold for point in actual]


def test_one_class_has_no_thresholds() -> None:
    """Without a negative sample there is no trade-off to show."""
    assert () == roc.threshold_table(*joined([1.0, 2.0], []), 0.0)
