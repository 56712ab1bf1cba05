"""The support vector machine of many samples: the optimum that libsvm finds."""

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.svm import SVC

from pipeline import hinge, smo, svm
from pipeline.hinge import hinge_path, hinge_values

GRID = (0.001, 0.1, 1.0)


def draw(n_samples: int, n_genes: int, n_classes: int = 2) -> tuple[NDArray[np.float64], ...]:
    """Classes that overlap, genes that go together, weights that differ."""
    rng = np.random.default_rng(3)
    y = rng.permutation(np.arange(n_samples) % n_classes)
    X = rng.normal(size=(n_samples, 4)) @ rng.normal(size=(4, n_genes))
    X += rng.normal(size=X.shape)
    X[:, :n_classes] += 2 * np.eye(n_classes)[y]
    return X, y, np.where(y == 0, 1.25, 0.8)


@pytest.mark.parametrize("n_genes", [12, 300])
@pytest.mark.parametrize("n_classes", [2, 3])
def test_decision_values_are_those_of_libsvm(n_genes: int, n_classes: int) -> None:
    """On genes and on products, held-out samples too, to 1e-4 of their scale."""
    X, y, weights = draw(150, n_genes, n_classes)
    weights[120:] = 0

    values, converged = hinge_values(X, y, weights, GRID, n_classes=n_classes)

    assert converged.all()
    for C, actual in zip(GRID, values, strict=True):
        model = SVC(kernel="linear", C=C, tol=1e-8)
        model.fit(X[:120], y[:120], sample_weight=weights[:120])
        expected = model.decision_function(X).reshape(len(X), -1)
        np.testing.assert_allclose(actual, expected, atol=1e-4 * np.abs(expected).max())


@pytest.mark.parametrize("products", [False, True])
def test_the_conditions_of_the_optimum_hold(products: bool) -> None:
    """The gap between the sum and its dual bound is closed, whatever libsvm says."""
    X, y, weights = draw(200, 20)
    signs, C = 2.0 * y - 1, 10.0

    fits = hinge_path(X @ X.T if products else X, signs, weights, (C,), products=products)
    w = fits.weights[0] @ X if products else fits.weights[0]
    losses = np.maximum(0, 1 - signs * (X @ w + fits.intercepts[0]))
    primal = w @ w / 2 + C * weights @ losses
    model = SVC(kernel="linear", C=C, tol=1e-8).fit(X, y, sample_weight=weights)
    a = np.abs(model.dual_coef_).sum()
    dual = a - np.square(model.coef_).sum() / 2

    assert dual * (1 - 1e-9) <= primal <= dual * (1 + 1e-4)


def test_with_no_sample_free_the_intercept_is_in_the_middle() -> None:
    """Four samples at their bounds allow an interval; its middle is taken, as libsvm does."""
    X = np.array([[-3.0], [-1.0], [2.0], [4.0]])

    fits = hinge_path(X, np.array([-1.0, -1.0, 1.0, 1.0]), np.ones(4), (0.001,), products=False)

    # w = 0.001 (3 + 1 + 2 + 4); class 1 leaves b <= 1 - 0.04, class 0 leaves b >= -1 + 0.03
    np.testing.assert_allclose(fits.weights, [[0.01]])
    np.testing.assert_allclose(fits.intercepts, [((1 - 0.04) + (-1 + 0.03)) / 2], atol=1e-9)


def test_where_no_bound_is_touched_a_larger_c_changes_nothing() -> None:
    """With more genes than samples the widest margin is reached."""
    X, y, weights = draw(30, 200)

    fits = hinge_path(X, 2.0 * y - 1, weights, (10.0, 100.0), products=False)

    assert fits.weights[0].tolist() == fits.weights[1].tolist()


def test_many_samples_that_exchanges_do_not_settle_are_solved(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Dependent samples leave the products singular; no value is missing afterwards."""
    n_samples = smo.MANY + 20
    X, y, weights = draw(n_samples, 15)
    asked = []
    monkeypatch.setattr(svm, "hinge_path", lambda *a, **k: asked.append(1) or hinge_path(*a, **k))
    K = (X @ X.T)[None]

    values = svm.svm_path(K, y[None], weights[None], GRID)

    assert [1] == asked
    expected, _ = hinge.hinge_values(X, y, weights, GRID, n_classes=2)
    np.testing.assert_allclose(values[:, 0], expected[..., 0], atol=1e-4)
