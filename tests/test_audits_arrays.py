from dataclasses import replace

import numpy as np
import pytest
from study_fixtures import labelled

from pipeline.audits import arrays
from pipeline.dataset import Dataset

Y = ["a", "b"] * 6


@pytest.fixture
def dataset() -> Dataset:
    """Draw twelve arrays of noise around 100."""
    noise = labelled(Y, n_genes=400, n_test=4)
    return replace(noise, X=noise.X + 100)


def test_an_array_far_from_the_others_is_named(dataset: Dataset) -> None:
    """One array is twice as bright."""
    dataset.X[7] *= 2

    actual = arrays.mean(dataset)

    assert (True, ("S7",), "S7") == (actual.is_raised, actual.outliers, actual.highest[0])


def test_arrays_alike_are_not_named(dataset: Dataset) -> None:
    """Noise of one kind has no outlier."""
    assert (False, ()) == (arrays.mean(dataset).is_raised, arrays.mean(dataset).outliers)


def test_means_and_spreads_are_numpys(dataset: Dataset) -> None:
    """In the order of the samples."""
    assert arrays.mean(dataset).values == pytest.approx(dataset.X.mean(axis=1))
    assert arrays.spread(dataset).values == pytest.approx(dataset.X.std(axis=1, ddof=1))


def test_spread_far_from_the_others_is_named(dataset: Dataset) -> None:
    """One array has twice the contrast at the same mean."""
    dataset.X[3] = 100 + 2 * (dataset.X[3] - 100)

    assert ("S3",) == arrays.spread(dataset).outliers


def test_call_rates_by_hand(dataset: Dataset) -> None:
    """Array k has k + 1 of 400 genes present; the lowest three are the first three."""
    calls = np.full(dataset.X.shape, "A")
    for row in range(len(calls)):
        calls[row, : row + 1] = "P"

    actual = arrays.call_rate(replace(dataset, calls=calls))

    assert actual.values == pytest.approx(np.arange(1, 13) / 400)
    assert (("S0", "S1", "S2"), ("S11", "S10", "S9")) == (actual.lowest, actual.highest)


def test_without_calls_there_is_no_rate(dataset: Dataset) -> None:
    """The check does not apply."""
    actual = arrays.call_rate(dataset)

    assert ("the data have no calls", ()) == (actual.not_run, actual.values)


def test_equal_arrays_have_no_outlier(dataset: Dataset) -> None:
    """Where more than half are equal there is no distance to measure with."""
    dataset.X[:] = 1.0

    assert () == arrays.mean(dataset).outliers


def test_components_are_those_of_the_training_samples(dataset: Dataset) -> None:
    """Moving a test sample does not change them."""
    components, scores = arrays.components(dataset, dataset.X, dataset.train, seed=0)
    moved = dataset.X.copy()
    moved[dataset.test[0]] *= 9

    others, again = arrays.components(dataset, moved, dataset.train, seed=0)

    assert scores[dataset.train] == pytest.approx(again[dataset.train])
    assert [c.variance_share for c in components] == [c.variance_share for c in others]


def test_a_component_that_is_the_class_has_an_area_of_one(dataset: Dataset) -> None:
    """Whichever class has the larger values."""
    for shift in (30, -30):
        X = dataset.X.copy()
        X[np.array(Y) == "b"] += shift

        components, _ = arrays.components(dataset, X, dataset.train, seed=0)

        assert ("PC1", 1.0) == (components[0].key, components[0].class_auc)


def test_with_three_classes_there_is_no_area() -> None:
    """It is that of two classes."""
    dataset = labelled(["a", "b", "c"] * 6)

    components, _ = arrays.components(dataset, dataset.X, dataset.train, seed=0)

    assert [None] * 5 == [component.class_auc for component in components]


@pytest.mark.parametrize("digits", [3, 6, 17])
def test_arrays_that_were_standardised_are_the_same(digits: int) -> None:
    """Means of 1e-17 and standard deviations of 1 are no measure of an array's quality."""
    dataset = labelled(["a", "b"] * 8, n_genes=200)
    X = dataset.X - dataset.X.mean(axis=1, keepdims=True)
    X = np.round(X / X.std(axis=1, ddof=1, keepdims=True), digits)

    for metric, expected in ((arrays.mean, 0.0), (arrays.spread, 1.0)):
        actual = metric(replace(dataset, X=X))
        assert (0.0, ()) == (actual.spread, actual.outliers)
        assert 1 == len(set(actual.values))
        assert actual.median == pytest.approx(expected, abs=1e-3)
        assert "agree to a thousandth" in actual.statement.template


def test_one_array_apart_is_named_among_those_that_agree() -> None:
    """Where all others agree but for rounding, they are not far from each other."""
    dataset = labelled(["a", "b"] * 8, n_genes=200)
    X = dataset.X - dataset.X.mean(axis=1, keepdims=True)
    X[3] += 1

    actual = arrays.mean(replace(dataset, X=X))

    assert ("S3",) == actual.outliers
