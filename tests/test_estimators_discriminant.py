import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.feature_selection import SelectKBest, f_classif
from sklearn.naive_bayes import GaussianNB
from sklearn.utils.estimator_checks import parametrize_with_checks

from pipeline import sources
from pipeline.config import Config
from pipeline.estimators.discriminant import DiagonalDiscriminant
from pipeline.estimators.scores import Priors
from pipeline.preprocess import VariationFilter
from pipeline.readers import kaggle

N_SAMPLES, N_GENES = 15, 12
NEW = np.random.default_rng(9).normal(0, 2, (20, N_GENES))


def drawn(n_classes: int = 3) -> tuple[NDArray[np.float64], NDArray[np.str_]]:
    """Draw samples of unequal classes, the first genes different between them."""
    rng = np.random.default_rng(n_classes)
    codes = np.minimum(np.arange(N_SAMPLES) % (n_classes + 1), n_classes - 1)
    X = rng.normal(0, 1, (N_SAMPLES, N_GENES)) * rng.uniform(0.5, 3, N_GENES)
    X[:, :4] += codes[:, np.newaxis] * rng.normal(0, 1, 4)
    return X, np.array(["a", "b", "c"])[codes]


@parametrize_with_checks([DiagonalDiscriminant(), DiagonalDiscriminant(2, "empirical")])
def test_the_classifier_is_scikit_learns(estimator: BaseEstimator, check: Any) -> None:
    """Every check that scikit-learn has for a classifier passes."""
    check(estimator)


# Means 2 and 8, WSS = 2 + 8, divisor 6 - 2: variance 2.5. Log odds of b at x:
# ((x - 2)^2 - (x - 8)^2) / (2 * 2.5) = (12 x - 60) / 5.
WORKED_X = np.array([[1.0], [2.0], [3.0], [6.0], [8.0], [10.0]])
WORKED_Y = ["a", "a", "a", "b", "b", "b"]


def test_the_log_odds_of_a_worked_case() -> None:
    """Means 2 and 8 and a pooled variance of 2.5 give log odds of 2.4 at 6."""
    actual = DiagonalDiscriminant().fit(WORKED_X, WORKED_Y).decision_function([[6.0], [5.0]])

    assert [pytest.approx(2.4), pytest.approx(0)] == actual.tolist()


def test_empirical_priors_add_their_log_odds() -> None:
    """With 3 samples of one class and 6 of the other the log odds rise by log 2."""
    X, y = np.concatenate([WORKED_X, WORKED_X[3:]]), [*WORKED_Y, "b", "b", "b"]
    equal = DiagonalDiscriminant().fit(X, y).decision_function([[6.0]])

    actual = DiagonalDiscriminant(priors="empirical").fit(X, y).decision_function([[6.0]])

    assert [pytest.approx(equal[0] + math.log(2))] == actual.tolist()


@pytest.mark.parametrize("priors", ["equal", "empirical"])
@pytest.mark.parametrize("n_classes", [2, 3])
def test_probabilities_are_those_of_naive_bayes(n_classes: int, priors: Priors) -> None:
    """Gaussian naive Bayes with the pooled variances is the same rule."""
    X, y = drawn(n_classes)
    _, counts = np.unique(y, return_counts=True)
    shares = counts / counts.sum() if priors == "empirical" else np.full(n_classes, 1 / n_classes)
    oracle = GaussianNB(priors=shares).fit(X, y)
    oracle.var_[:] = counts @ oracle.var_ / (N_SAMPLES - n_classes)

    actual = DiagonalDiscriminant(priors=priors).fit(X, y).predict_proba(NEW)

    np.testing.assert_allclose(oracle.predict_proba(NEW), actual, atol=1e-7)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_the_smallest_sum_of_squares_wins(n_classes: int) -> None:
    """The rule of Dudoit et al. 2002, as a loop: the nearest mean in pooled variances."""
    X, y = drawn(n_classes)
    classes = sorted(set(y.tolist()))
    expected = []
    for sample in NEW:
        distances = []
        for label in classes:
            total = 0.0
            for g in range(N_GENES):
                groups = [X[y == other, g] for other in classes]
                squares = sum(((group - group.mean()) ** 2).sum() for group in groups)
                variance = squares / (N_SAMPLES - n_classes)
                total += (sample[g] - X[y == label, g].mean()) ** 2 / variance
            distances.append(total)
        expected.append(classes[int(np.argmin(distances))])

    actual = DiagonalDiscriminant().fit(X, y).predict(NEW)

    assert expected == actual.tolist()


@pytest.mark.parametrize("n_genes", [1, 3, 7, N_GENES])
def test_the_genes_are_those_with_the_largest_f(n_genes: int) -> None:
    """BSS / WSS has the order of the F statistic: scikit-learn selects the same genes."""
    X, y = drawn()
    expected = SelectKBest(f_classif, k=n_genes).fit(X, y).get_support()

    actual = DiagonalDiscriminant(n_genes).fit(X, y).support_

    assert expected.tolist() == actual.tolist()


def test_genes_not_selected_do_not_count() -> None:
    """With a selection the scores are those of a fit on the selected genes alone."""
    X, y = drawn()
    model = DiagonalDiscriminant(4).fit(X, y)
    kept = model.support_
    expected = DiagonalDiscriminant().fit(X[:, kept], y).decision_function(NEW[:, kept])

    actual = model.decision_function(NEW)

    np.testing.assert_allclose(expected, actual)


def test_a_constant_gene_is_never_selected() -> None:
    """The mean of equal values may differ from them by rounding; they take no part."""
    X, y = drawn()
    X[:, 4:] = np.linspace(0.1, 7.7, N_GENES - 4)

    actual = DiagonalDiscriminant(N_GENES).fit(X, y).support_

    assert [True] * 4 + [False] * 8 == actual.tolist()


def test_the_number_of_genes_kept_is_told() -> None:
    """Where fewer genes vary than are asked for, fewer are kept."""
    X, y = drawn()
    X[:, 3:] = 7.0

    assert 3 == DiagonalDiscriminant(10).fit(X, y).n_genes_


def test_tied_genes_are_kept_in_order() -> None:
    """Of genes that rounding alone tells apart, having but another unit, the first stay."""
    X, y = drawn()
    tied = X[:, :1] * np.linspace(0.1, 9, 40)

    actual = np.flatnonzero(DiagonalDiscriminant(5).fit(tied, y).support_)

    assert [0, 1, 2, 3, 4] == actual.tolist()


def test_a_gene_without_spread_borrows_the_smallest_one() -> None:
    """A gene that varies between the classes only is measured in another gene's spread."""
    X = np.column_stack([WORKED_X[:, 0], [5.0, 5.0, 5.0, 9.0, 9.0, 9.0]])

    actual = DiagonalDiscriminant().fit(X, WORKED_Y).decision_function([[5.0, 8.0]])

    # The first gene is undecided at 5; the other gives ((8 - 5)^2 - (8 - 9)^2) / (2 * 2.5).
    assert [pytest.approx(1.6)] == actual.tolist()


@given(st.permutations(range(N_SAMPLES)))
def test_the_order_of_samples_changes_nothing(order: list[int]) -> None:
    """Reordering the training samples leaves the scores as they were."""
    X, y = drawn()
    expected = DiagonalDiscriminant(5).fit(X, y).decision_function(NEW)

    actual = DiagonalDiscriminant(5).fit(X[order], y[order]).decision_function(NEW)

    np.testing.assert_allclose(expected, actual)


@given(st.permutations(range(N_GENES)))
def test_the_order_of_genes_changes_nothing(order: list[int]) -> None:
    """Reordering the genes leaves the scores as they were."""
    X, y = drawn()
    expected = DiagonalDiscriminant(5).fit(X, y).decision_function(NEW)

    actual = DiagonalDiscriminant(5).fit(X[:, order], y).decision_function(NEW[:, order])

    np.testing.assert_allclose(expected, actual)


@given(st.integers(0, N_GENES - 1), st.floats(-1e3, 1e3), st.floats(1e-3, 1e3))
def test_a_genes_unit_changes_nothing(gene: int, shift: float, factor: float) -> None:
    """Shifting and scaling a gene, in training and new samples, leaves the scores as they were."""
    X, y = drawn()
    expected = DiagonalDiscriminant(5).fit(X, y).decision_function(NEW)
    shifts, factors = np.zeros(N_GENES), np.ones(N_GENES)
    shifts[gene], factors[gene] = shift, factor

    model = DiagonalDiscriminant(5).fit(X * factors + shifts, y)
    actual = model.decision_function(NEW * factors + shifts)

    # A gene scaled by 0.001 and shifted by 1000 keeps 9 of its 16 digits.
    np.testing.assert_allclose(expected, actual, rtol=1e-6, atol=1e-6)


@given(st.permutations(["a", "b", "c"]))
def test_renamed_classes_are_predicted_by_their_new_names(names: list[str]) -> None:
    """The name of a class decides nothing."""
    X, y = drawn()
    renamed = dict(zip("abc", names, strict=True))
    expected = [renamed[label] for label in DiagonalDiscriminant(5).fit(X, y).predict(NEW)]

    actual = DiagonalDiscriminant(5).fit(X, [renamed[label] for label in y]).predict(NEW)

    assert expected == actual.tolist()


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (DiagonalDiscriminant(0), r"^n_genes: expected 1 or more, or None, found 0$"),
        (
            DiagonalDiscriminant(priors="flat"),  # type: ignore[arg-type]
            r"^priors: expected 'equal' or 'empirical', found 'flat'$",
        ),
    ],
)
def test_a_parameter_out_of_range_is_refused(model: DiagonalDiscriminant, message: str) -> None:
    """The message names the parameter, what was expected and what was found."""
    with pytest.raises(ValueError, match=message):
        model.fit(WORKED_X, WORKED_Y)


def test_as_many_classes_as_samples_are_refused() -> None:
    """Without two samples of a class there is no variance within classes."""
    with pytest.raises(ValueError, match=r"more samples than classes, found n_samples = 2 of 2"):
        DiagonalDiscriminant().fit([[1.0], [2.0]], ["a", "b"])


# science.md section 10, target 5, and published for 50 genes: 1 error (Antoniadis et al. 2003).
def test_on_golubs_data_only_patient_66_is_wrong(golub_dir: Path, golub_config: Config) -> None:
    """With 50 genes, logarithms of filtered genes and standardised arrays 66 alone is wrong."""
    located = sources.find(golub_config, data_dir=golub_dir)
    golub = kaggle.read(located.paths, unit=located.unit)
    clipped = np.clip(golub.X, 100, 16_000)
    X = np.log10(clipped[:, VariationFilter().fit(clipped[golub.train]).get_support()])
    X = (X - X.mean(axis=1, keepdims=True)) / X.std(axis=1, keepdims=True)

    y_pred = DiagonalDiscriminant(50).fit(X[golub.train], golub.y[golub.train]).predict(X)

    wrong = set(golub.test) & set(np.flatnonzero(y_pred != golub.y))
    assert ["66"] == [golub.sample_ids[i] for i in wrong]


def test_a_sample_halfway_is_a_draw() -> None:
    """Log odds that differ from zero by rounding only are zero, and the first class wins."""
    # As computed the sample halfway between these two means has log odds of 1e-16.
    X = np.array([[0.5, 0.5], [0.7, 0.9], [0.1, 0.2], [0.8, 0.9], [0.3, 0.3], [0.8, 0.4]])
    model = DiagonalDiscriminant().fit(X, WORKED_Y)
    halfway = X.reshape(2, 3, 2).mean(axis=1).mean(axis=0)

    actual = (model.decision_function([halfway]).tolist(), model.predict([halfway]).tolist())

    assert ([0.0], ["a"]) == actual
