"""Genes chosen within folds, against `SelectKBest` in a plain pipeline, for `selection`.

The rival is Pipeline(StandardScaler, SelectKBest(f_classif), estimator), run to convergence
with tolerance 1e-10, within scikit-learn's own grid search.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.feature_selection import SelectKBest, f_classif
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from pipeline import dual, gram, logistic, selection, svm

GRID = (0.01, 1.0, 100.0)
COUNTS = (3, 10, 40, 120)
N_GENES = 120

Values = NDArray[np.float64]
Classes = NDArray[np.intp]

seeds = st.integers(0, 2**32 - 1)


def raw(rng: np.random.Generator, y: Classes) -> Values:
    """Draw expression values on the scale of the arrays, with genes that tell the classes."""
    X = np.exp(rng.normal(6, 1.2, (len(y), N_GENES)))
    X[:, 10:30] *= 1 + 0.8 * y[:, None]
    return X


def log10(rng: np.random.Generator, y: Classes) -> Values:
    """Clip and take logarithms: many genes stand at the floor in most samples."""
    return np.log10(np.clip(raw(rng, y), 100, 16_000))


def array_standardised(rng: np.random.Generator, y: Classes) -> Values:
    """Give every sample mean 0 and standard deviation 1."""
    X = log10(rng, y)
    return (X - X.mean(axis=1, keepdims=True)) / X.std(axis=1, keepdims=True)


def labels(rng: np.random.Generator) -> Classes:
    """Draw two unequal classes of 36 samples."""
    return rng.permutation(np.arange(36) % 3 == 0).astype(np.intp)


def folds(X: Values, y: Classes) -> list[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Lay out three folds."""
    return list(StratifiedKFold(3, shuffle=True, random_state=0).split(X, y))


def logistic_path(K: Values, y: Classes, weights: Values) -> Values:
    """Decision values of logistic regression."""
    return dual.decisions(K, logistic.logistic_path(K, y, weights, GRID))


def svm_path(K: Values, y: Classes, weights: Values) -> Values:
    """Decision values of the support vector machine."""
    return svm.svm_path(K, y, weights, GRID)


MODELS = [
    pytest.param(logistic_path, LogisticRegression(tol=1e-10, max_iter=100_000), id="logistic"),
    pytest.param(svm_path, SVC(kernel="linear", tol=1e-10), id="svm"),
]


def plain(estimator: Any, *, balanced: bool) -> Pipeline:
    """Build the rival."""
    weight = "balanced" if balanced else None
    steps = [
        ("scale", StandardScaler()),
        ("select", SelectKBest(f_classif)),
        ("last", estimator.set_params(class_weight=weight)),
    ]
    return Pipeline(steps)


@pytest.mark.filterwarnings("ignore:Features:UserWarning")
@pytest.mark.filterwarnings("ignore:invalid value encountered in divide:RuntimeWarning")
@pytest.mark.parametrize("draw", [raw, log10, array_standardised])
@pytest.mark.parametrize("balanced", [False, True])
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("path", "estimator"), MODELS)
def test_grid_search_is_that_of_the_pipeline(
    draw: Callable[[np.random.Generator, Classes], Values],
    balanced: bool,
    seed: int,
    path: Callable[[Values, Classes, Values], Values],
    estimator: Any,
) -> None:
    """Scores to choose by, predictions and decision values are scikit-learn's throughout."""
    rng = np.random.default_rng(seed)
    y = labels(rng)
    X = draw(rng, y)
    splits = folds(X, y)
    trains = [train for train, _ in splits]
    model = plain(estimator, balanced=balanced)
    search = GridSearchCV(model, {"last__C": GRID, "select__k": COUNTS}, cv=splits, refit=False)
    results = search.fit(X, y).cv_results_
    prepared = selection.prepare(X, trains)
    weights = dual.training_weights(y, trains, balanced=balanced)

    K = selection.selected_grams(prepared, selection.best_genes(prepared, y, 40), COUNTS)
    values = path(K.reshape(-1, 36, 36), y, np.repeat(weights, len(COUNTS), axis=0))
    values = values.reshape(len(GRID), len(splits), len(COUNTS), 36)

    right = [
        ((values[:, i][..., test] > 0) == y[test]).mean(axis=-1)
        for i, (_, test) in enumerate(splits)
    ]
    # Equal means differ by rounding in both, so the grid search's choice among them is chance.
    np.testing.assert_allclose(results["mean_test_score"], np.mean(right, axis=0).ravel())
    train, test = splits[0]
    for c, C in enumerate(GRID):
        for k, count in enumerate(COUNTS):
            model.set_params(last__C=C, select__k=count).fit(X[train], y[train])
            decisions = model.decision_function(X[test])
            actual = values[c, 0, k, test]
            assert np.abs(decisions - actual).max() < 1e-4 * np.abs(decisions).max()
            assert (decisions > 0).tolist() == (actual > 0).tolist()


@pytest.mark.parametrize("n_classes", [2, 3, 4])
def test_genes_are_ranked_as_by_the_f_test(n_classes: int) -> None:
    """Of any number of classes, without ties, in every fold."""
    rng = np.random.default_rng(4)
    y = rng.permutation(np.arange(36) % n_classes)
    X = raw(rng, y)
    trains = [train for train, _ in folds(X, y)]
    expected = [np.argsort(-f_classif(X[train], y[train])[0]) for train in trains]

    actual = selection.best_genes(selection.prepare(X, trains), y, N_GENES)

    assert np.array(expected).tolist() == actual.tolist()


def test_the_best_few_are_the_first_of_all() -> None:
    """Asking for fewer genes does not change which come first."""
    rng = np.random.default_rng(5)
    y = labels(rng)
    X = log10(rng, y)
    prepared = selection.prepare(X, [train for train, _ in folds(X, y)])
    expected = selection.best_genes(prepared, y, N_GENES)[:, :17]

    assert expected.tolist() == selection.best_genes(prepared, y, 17).tolist()


@given(seed=seeds)
def test_of_tied_genes_the_later_comes_first(seed: int) -> None:
    """A copy, a multiple and a mirror image of a gene tie with it, whatever the rounding."""
    rng = np.random.default_rng(seed)
    y = labels(rng)
    gene = rng.normal(size=36)
    noise = rng.normal(size=36) * 1e-3
    X = np.column_stack([gene, noise, 3.7 * gene + 11, -gene / 3, gene])

    ranked = selection.best_genes(selection.prepare(X, [np.arange(36)]), y, 5)[0].tolist()

    assert [4, 3, 2, 0] == [g for g in ranked if g != 1]
    assert ranked.index(1) in {0, 4}


def test_ties_to_the_last_bit_are_chosen_as_by_select_k_best() -> None:
    """Of equal columns scikit-learn takes the later ones too."""
    rng = np.random.default_rng(6)
    y = labels(rng)
    X = np.repeat(rng.normal(size=(36, 4)), 5, axis=1)
    expected = SelectKBest(f_classif, k=7).fit(X, y).get_support(indices=True)

    actual = selection.best_genes(selection.prepare(X, [np.arange(36)]), y, 7)[0]

    assert expected.tolist() == sorted(actual.tolist())


def test_constant_genes_rank_last() -> None:
    """Rounding in a gene that is equal in all training rows is no difference of classes."""
    rng = np.random.default_rng(7)
    y = labels(rng)
    X = rng.normal(10, 1, (36, 6))
    X[:24, [1, 4]] = 4.204119982655925  # log10(16000), as in clipped data

    ranked = selection.best_genes(selection.prepare(X, [np.arange(24)]), y, 6)[0]

    assert [4, 1] == ranked[-2:].tolist()


def test_genes_that_a_fold_may_not_use_rank_last_and_weigh_nothing() -> None:
    """A number above what is allowed gives what all allowed genes give."""
    rng = np.random.default_rng(8)
    y = labels(rng)
    X = raw(rng, y)
    trains = [train for train, _ in folds(X, y)]
    allowed = rng.random((3, N_GENES)) < 0.3
    prepared = selection.prepare(X, trains, genes=allowed)
    ranked = selection.best_genes(prepared, y, 100)
    expected = gram.fold_grams(X, trains, genes=allowed)

    actual = selection.selected_grams(prepared, ranked, (100, N_GENES))

    assert all(allowed[i, ranked[i, : allowed[i].sum()]].all() for i in range(3))
    for k in range(2):
        np.testing.assert_allclose(expected, actual[:, k], atol=1e-9 * np.abs(expected).max())


@pytest.mark.parametrize("standardise", [False, True])
@pytest.mark.parametrize(("k", "count"), list(enumerate(COUNTS)))
def test_grams_are_those_of_the_best_genes(standardise: bool, k: int, count: int) -> None:
    """For each number of genes the matrix is the one of these genes alone."""
    rng = np.random.default_rng(9)
    y = labels(rng)
    X = raw(rng, y)
    trains = [train for train, _ in folds(X, y)]
    prepared = selection.prepare(X, trains, standardise=standardise)
    ranked = selection.best_genes(prepared, y, N_GENES)
    expected = gram.fold_grams(X[:, ranked[1, :count]], trains, standardise=standardise)[1]

    actual = selection.selected_grams(prepared, ranked, COUNTS)[1, k]

    np.testing.assert_allclose(expected, actual, atol=1e-9 * np.abs(expected).max())


@given(seed=seeds)
def test_held_out_labels_do_not_change_the_ranking(seed: int) -> None:
    """Genes are ranked on the training rows only."""
    rng = np.random.default_rng(seed)
    y = labels(np.random.default_rng(0))
    X = log10(np.random.default_rng(0), y)
    train, test = folds(X, y)[0]
    prepared = selection.prepare(X, [train])
    expected = selection.best_genes(prepared, y, 20)
    shuffled = y.copy()
    shuffled[test] = rng.integers(0, 2, len(test))

    assert expected.tolist() == selection.best_genes(prepared, shuffled, 20).tolist()
