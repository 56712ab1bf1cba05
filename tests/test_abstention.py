from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.abstention import abstention
from pipeline.records.models import Abstention

# Golub et al. 1999, table of the independent samples (science.md, section 8): prediction
# strengths of samples 39 to 72; by a forced call 66 and 67 are wrong.
STRENGTHS = [
    0.78, 0.68, 0.99, 0.42, 0.66, 0.97, 0.88, 0.84, 0.81, 0.94, 0.84, 0.97,
    1.00, 0.61, 0.89, 0.23, 0.73, 0.84, 0.22, 0.74, 0.68, 0.06, 0.40, 0.58,
    0.69, 0.52, 0.60, 0.27, 0.15, 0.80, 0.85, 0.73, 0.30, 0.77,
]  # fmt: skip
IDS = [str(i) for i in range(39, 73)]


@pytest.fixture(scope="module")
def golub() -> Abstention:
    """Give the published calls."""
    right = np.array([name not in {"66", "67"} for name in IDS])
    return abstention(
        np.array(STRENGTHS), right, IDS, 0.3, key="given/voting", protocol="given", model="voting"
    )


def test_published_strengths_give_the_published_calls(golub: Abstention) -> None:
    """29 of 34 samples are called, all of them right; 54, 57, 60, 66 and 67 are not."""
    assert (34, 29, 29) == (golub.n_samples, golub.n_called, golub.n_called_right)
    assert ("54", "57", "60", "66", "67") == golub.not_called


def test_forced_calls_stand_beside(golub: Abstention) -> None:
    """Called all the same, 32 of 34 samples are right."""
    assert 32 == golub.n_forced_right


# science.md, section 2d
def test_both_have_exact_intervals(golub: Abstention) -> None:
    """29 of 29 means 0.881 to 1, and 32 of 34 means 0.803 to 0.993."""
    assert golub.called_interval is not None
    limits = [golub.called_interval.low, golub.forced_interval.low, golub.forced_interval.high]

    assert [0.881, 0.803, 0.993] == [round(limit, 3) for limit in limits]


def test_a_sample_at_the_threshold_is_called(golub: Abstention) -> None:
    """Sample 71 has a strength of 0.30, and is called as the authors called it."""
    assert "71" not in golub.not_called


def test_curve_starts_at_the_forced_calls(golub: Abstention) -> None:
    """At a threshold of 0 all 34 samples are called and 32 are right."""
    first = golub.curve[0]

    assert (0.0, 34, 32) == (first.threshold, first.n_called, first.n_right)


def test_curve_has_each_threshold_once(golub: Abstention) -> None:
    """A threshold that is one of the grid stands there once."""
    assert [i / 10 for i in range(11)] == [point.threshold for point in golub.curve]


def test_a_threshold_between_is_added_to_the_curve() -> None:
    """The threshold in use always stands in the curve."""
    actual = abstention(
        np.array([0.2, 0.8]), np.array([True, True]), "ab", 0.25, key="", protocol="", model=""
    )

    assert 0.25 in [point.threshold for point in actual.curve]


def test_where_none_is_called_there_is_no_interval() -> None:
    """Nothing called has no share that is right."""
    actual = abstention(
        np.array([0.2]), np.array([True]), ["a"], 0.9, key="", protocol="", model=""
    )

    assert (0, None) == (actual.n_called, actual.called_interval)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=30))
def test_a_higher_threshold_never_calls_more(samples: list[tuple[float, bool]]) -> None:
    """Along the curve neither the calls nor the right ones ever grow."""
    strengths, right = (np.array(column) for column in zip(*samples, strict=True))

    actual = abstention(
        strengths, right, [""] * right.size, 0.3, key="", protocol="", model=""
    ).curve

    for lower, higher in pairwise(actual):
        assert higher.n_called <= lower.n_called
        assert higher.n_right <= lower.n_right <= lower.n_called
