import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.neighbors import NearestCentroid
from sklearn.utils.estimator_checks import parametrize_with_checks

from pipeline import sources
from pipeline.config import Config
from pipeline.dataset import Dataset
from pipeline.estimators.centroids import NearestShrunkenCentroids
from pipeline.readers import kaggle

N_SAMPLES, N_GENES = 15, 12
NEW = np.random.default_rng(9).normal(0, 2, (20, N_GENES))


def drawn(n_classes: int = 3) -> tuple[NDArray[np.float64], NDArray[np.str_]]:
    """Draw samples of unequal classes, the first genes different between them."""
    rng = np.random.default_rng(n_classes)
    codes = np.minimum(np.arange(N_SAMPLES) % (n_classes + 1), n_classes - 1)
    X = rng.normal(0, 1, (N_SAMPLES, N_GENES)) * rng.uniform(0.5, 3, N_GENES)
    X[:, :4] += codes[:, np.newaxis] * rng.normal(0, 2, 4)
    return X, np.array(["a", "b", "c"])[codes]


def pamr(
    X: NDArray[np.float64], y: NDArray[np.str_], new: NDArray[np.float64], threshold: float
) -> tuple[list[list[float]], int]:
    """Log posteriors and number of genes by the formulas of pamr 1.57, nsc.R, one by one.

    Written from what its code computes (sd + offset, se.scale, soft.shrink, diag.disc), as
    loops over genes, classes and samples.
    """
    n, classes = len(y), sorted(set(y.tolist()))
    n_k = {k: int((y == k).sum()) for k in classes}
    sd = []
    for g in range(X.shape[1]):
        squares = sum((x - X[y == k, g].mean()) ** 2 for k in classes for x in X[y == k, g])
        sd.append(math.sqrt(squares / (n - len(classes))))
    offset = sorted(sd)[(len(sd) - 1) // 2] / 2 + sorted(sd)[len(sd) // 2] / 2
    kept, scores = set(), np.zeros((len(new), len(classes)))
    for c, k in enumerate(classes):
        scores[:, c] += math.log(n_k[k] / n)
        m = math.sqrt(1 / n_k[k] - 1 / n)
        for g in range(X.shape[1]):
            s, overall = sd[g] + offset, X[:, g].mean()
            delta = (X[y == k, g].mean() - overall) / s / m
            shrunk = math.copysign(max(abs(delta) - threshold, 0), delta) * m
            kept |= {g} if shrunk else set()
            for i, sample in enumerate(new):
                scores[i, c] += (sample[g] - overall) / s * shrunk - shrunk**2 / 2
    scores -= np.log(np.exp(scores).sum(axis=1, keepdims=True))
    return scores.tolist(), len(kept)


@parametrize_with_checks(
    [NearestShrunkenCentroids(), NearestShrunkenCentroids(shrinkage=0.5, priors="equal")]
)
def test_the_classifier_is_scikit_learns(estimator: BaseEstimator, check: Any) -> None:
    """Every check that scikit-learn has for a classifier passes."""
    check(estimator)


# One gene, values 1 2 3 and 6 8 10: means 2 and 8, overall mean 5, s = sqrt(10 / 4), s0 = s,
# m = sqrt(1/3 - 1/6). In standard errors each class lies 3 / (2 s m) from the overall mean.
WORKED_X = np.array([[1.0], [2.0], [3.0], [6.0], [8.0], [10.0]])
WORKED_Y = ["a", "a", "a", "b", "b", "b"]
UNIT = 2 * math.sqrt(2.5) * math.sqrt(1 / 6)


def test_the_centroids_of_a_worked_case() -> None:
    """A shrinkage of 1 moves the means 2 and 8 by one standard error, 1.291, towards 5."""
    actual = NearestShrunkenCentroids(shrinkage=1.0).fit(WORKED_X, WORKED_Y).centroids_

    assert [[pytest.approx(2 + UNIT)], [pytest.approx(8 - UNIT)]] == actual.tolist()


def test_the_log_odds_of_a_worked_case() -> None:
    """At 6 the squared distances from the centroids, over (s + s0)^2, give the log odds."""
    model = NearestShrunkenCentroids(shrinkage=1.0).fit(WORKED_X, WORKED_Y)

    actual = model.decision_function([[6.0]])

    low, high = 2 + UNIT, 8 - UNIT
    expected = ((6 - low) ** 2 - (6 - high) ** 2) / (2 * 10)  # (s + s0)^2 = 4 * 2.5
    assert [pytest.approx(expected)] == actual.tolist()


@pytest.mark.parametrize("shrinkage", [0.0, 0.7, 1.5, 50.0])
@pytest.mark.parametrize("n_classes", [2, 3])
def test_probabilities_are_those_of_pamr(n_classes: int, shrinkage: float) -> None:
    """The formulas of R's pamr, gene by gene, give the same posterior probabilities."""
    X, y = drawn(n_classes)
    expected, _ = pamr(X, y, NEW, shrinkage)

    actual = np.log(NearestShrunkenCentroids(shrinkage).fit(X, y).predict_proba(NEW))

    np.testing.assert_allclose(expected, actual, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("shrinkage", [0.0, 0.7, 1.5, 2.5, 50.0])
@pytest.mark.parametrize("n_classes", [2, 3])
def test_the_number_of_genes_is_that_of_pamr(n_classes: int, shrinkage: float) -> None:
    """As many genes keep a distance that is not zero."""
    X, y = drawn(n_classes)
    _, expected = pamr(X, y, NEW, shrinkage)

    actual = NearestShrunkenCentroids(shrinkage).fit(X, y).n_genes_

    assert expected == actual


@pytest.mark.parametrize("n_classes", [2, 3])
def test_the_centroids_are_those_of_scikit_learn(n_classes: int) -> None:
    """scikit-learn compares centroids differently, but shrinks them alike."""
    X, y = drawn(n_classes)
    expected = NearestCentroid(shrink_threshold=0.7).fit(X, y).centroids_

    actual = NearestShrunkenCentroids(0.7).fit(X, y).centroids_

    np.testing.assert_allclose(expected, actual)


def test_without_shrinkage_the_centroids_are_the_class_means() -> None:
    """A threshold of zero moves nothing."""
    X, y = drawn()
    expected = [X[y == label].mean(axis=0) for label in "abc"]

    actual = NearestShrunkenCentroids().fit(X, y).centroids_

    np.testing.assert_allclose(expected, actual)


def test_shrunk_to_the_overall_mean_the_largest_class_is_predicted() -> None:
    """Where no gene is left the priors decide."""
    X, y = drawn()

    actual = NearestShrunkenCentroids(50.0).fit(X, y).predict(NEW)

    assert {max("abc", key=y.tolist().count)} == set(actual)


@given(st.floats(0, 5), st.floats(0, 5))
def test_more_shrinkage_keeps_no_other_gene(first: float, second: float) -> None:
    """The genes of the larger threshold are among those of the smaller."""
    X, y = drawn()
    fewer, more = (
        NearestShrunkenCentroids(shrinkage).fit(X, y).support_
        for shrinkage in sorted((first, second), reverse=True)
    )

    assert fewer.tolist() == (fewer & more).tolist()


def test_a_constant_gene_takes_no_part() -> None:
    """Among mostly constant genes s0 is zero; rounding must not become a distance."""
    X, y = drawn()
    X[:, 4:] = np.linspace(0.1, 7.7, N_GENES - 4)

    actual = NearestShrunkenCentroids().fit(X, y).support_

    assert [True] * 4 + [False] * 8 == actual.tolist()


def test_a_gene_without_spread_borrows_the_smallest_one() -> None:
    """Where s + s0 is zero, a gene that tells the classes apart has a finite distance."""
    spread = WORKED_X[:, 0]  # s = sqrt(2.5); the median of the three spreads is 0
    perfect = np.array([5.0, 5.0, 5.0, 9.0, 9.0, 9.0])
    X = np.column_stack([spread, perfect, np.ones(6)])

    actual = NearestShrunkenCentroids().fit(X, WORKED_Y).deviations_[1]

    unit = math.sqrt(2.5) * math.sqrt(1 / 6)
    assert [pytest.approx(3 / unit), pytest.approx(2 / unit), 0.0] == actual.tolist()


@given(st.permutations(range(N_SAMPLES)))
def test_the_order_of_samples_changes_nothing(order: list[int]) -> None:
    """Reordering the training samples leaves the scores as they were."""
    X, y = drawn()
    expected = NearestShrunkenCentroids(0.7).fit(X, y).decision_function(NEW)

    actual = NearestShrunkenCentroids(0.7).fit(X[order], y[order]).decision_function(NEW)

    np.testing.assert_allclose(expected, actual)


@given(st.permutations(range(N_GENES)))
def test_the_order_of_genes_changes_nothing(order: list[int]) -> None:
    """Reordering the genes leaves the scores as they were."""
    X, y = drawn()
    expected = NearestShrunkenCentroids(0.7).fit(X, y).decision_function(NEW)

    actual = NearestShrunkenCentroids(0.7).fit(X[:, order], y).decision_function(NEW[:, order])

    np.testing.assert_allclose(expected, actual)


@given(st.integers(0, N_GENES - 1), st.floats(-1e3, 1e3))
def test_a_genes_level_changes_nothing(gene: int, shift: float) -> None:
    """Shifting a gene, in training and new samples, leaves the scores as they were."""
    X, y = drawn()
    expected = NearestShrunkenCentroids(0.7).fit(X, y).decision_function(NEW)
    shifts = np.zeros(N_GENES)
    shifts[gene] = shift

    actual = NearestShrunkenCentroids(0.7).fit(X + shifts, y).decision_function(NEW + shifts)

    np.testing.assert_allclose(expected, actual, rtol=1e-8, atol=1e-8)


# One gene's unit does change the scores: s0 is shared by all genes.
@given(st.floats(1e-3, 1e3))
def test_the_unit_of_all_genes_changes_nothing(factor: float) -> None:
    """Scaling all values, of training and new samples, leaves the scores as they were."""
    X, y = drawn()
    expected = NearestShrunkenCentroids(0.7).fit(X, y).decision_function(NEW)

    actual = NearestShrunkenCentroids(0.7).fit(X * factor, y).decision_function(NEW * factor)

    np.testing.assert_allclose(expected, actual, rtol=1e-8, atol=1e-8)


@given(st.permutations(["a", "b", "c"]))
def test_renamed_classes_are_predicted_by_their_new_names(names: list[str]) -> None:
    """The name of a class decides nothing."""
    X, y = drawn()
    renamed = dict(zip("abc", names, strict=True))
    expected = [renamed[label] for label in NearestShrunkenCentroids(0.7).fit(X, y).predict(NEW)]

    actual = NearestShrunkenCentroids(0.7).fit(X, [renamed[label] for label in y]).predict(NEW)

    assert expected == actual.tolist()


def test_a_negative_shrinkage_is_refused() -> None:
    """The message names the parameter, what was expected and what was found."""
    with pytest.raises(ValueError, match=r"^shrinkage: expected 0 or more, found -1\.0$"):
        NearestShrunkenCentroids(-1.0).fit(WORKED_X, WORKED_Y)


@pytest.fixture(scope="module")
def golub(golub_dir: Path, golub_config: Config) -> Dataset:
    """Read the full data."""
    located = sources.find(golub_config, data_dir=golub_dir)
    return kaggle.read(located.paths, unit=located.unit)


@pytest.fixture(scope="module")
def fitted(golub: Dataset) -> NearestShrunkenCentroids:
    """Learn from the 38 training samples as supplied, at a threshold of 5."""
    return NearestShrunkenCentroids(5.0).fit(golub.X[golub.train], golub.y[golub.train])


# 21 genes and 2 errors: Tibshirani et al. 2002, as cited by Zhu and Hastie 2004, table 4.
def test_on_golubs_data_21_genes_are_left(fitted: NearestShrunkenCentroids) -> None:
    """As many as published for these data."""
    assert 21 == fitted.n_genes_


def test_on_golubs_data_two_patients_are_wrong(
    golub: Dataset, fitted: NearestShrunkenCentroids
) -> None:
    """The two errors are the patients 66 and 67, on whom the original paper abstained."""
    y_pred = fitted.predict(golub.X[golub.test])

    wrong = golub.test[y_pred != golub.y[golub.test]]
    assert {"66", "67"} == {golub.sample_ids[i] for i in wrong}


def test_at_the_largest_distance_no_gene_is_left() -> None:
    """A threshold that is itself the largest distance, but for rounding, shrinks it to zero."""
    X, y = drawn()
    largest = np.abs(NearestShrunkenCentroids().fit(X, y).deviations_).max()

    actual = NearestShrunkenCentroids(np.nextafter(largest, 0)).fit(X, y).n_genes_

    assert 0 == actual
