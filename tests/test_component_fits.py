import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from pipeline.component_fits import component_path

Values = NDArray[np.float64]


def drawn(seed: int = 0) -> tuple[Values, NDArray[np.intp], Values]:
    """Draw scores of 24 samples, two of them held out, labels that overlap, and weights."""
    rng = np.random.default_rng(seed)
    Z = rng.normal(size=(24, 4)) * [8.0, 4.0, 2.0, 1.0]
    y = np.array([(Z[:, 0] + 6 * rng.normal(size=24) > 0), np.arange(24) % 2 == 0]).astype(np.intp)
    weights = np.ones((2, 24))
    weights[:, :2] = 0
    return Z, y, weights


@pytest.mark.parametrize("count", [1, 2, 4])
@pytest.mark.parametrize("C", [0.01, 1.0, 100.0])
def test_it_is_scikit_learns_model(count: int, C: float) -> None:
    """Decision values are those of scikit-learn's logistic regression on these components."""
    Z, y, weights = drawn()

    values, residuals = component_path(Z, y, weights, (count,), C=C)

    for codes, actual in zip(y, values[:, 0], strict=True):
        model = LogisticRegression(C=C, tol=1e-12, solver="newton-cholesky", max_iter=1000)
        model.fit(Z[2:, :count], codes[2:])
        np.testing.assert_allclose(model.decision_function(Z[:, :count]), actual, rtol=1e-6)
    assert residuals.max() < 1e-9


@given(st.integers(-40, 40))
def test_the_unit_does_not_matter(exponent: int) -> None:
    """With scores in another unit and the penalty to match, the values stay as they are."""
    Z, y, weights = drawn()
    factor = 2.0**exponent

    expected, _ = component_path(Z, y, weights, (2, 4), C=1.0)
    actual, residuals = component_path(Z * factor, y, weights, (2, 4), C=1 / factor**2)

    np.testing.assert_allclose(expected, actual, rtol=1e-7, atol=1e-9)
    assert residuals.max() < 1e-9


@pytest.mark.parametrize("size", [1e6, 4e8, 1e10, 1e15])
def test_large_intensities_have_a_fit(size: float) -> None:
    """Where the penalty is as good as none, classes that lie apart are told apart."""
    Z, _, weights = drawn()
    y = (Z[:, :1] > 0).astype(np.intp).T

    values, residuals = component_path(Z * size, y, weights[:1], (1, 4), C=1.0)

    assert np.isfinite(values).all()
    assert residuals.max() < 1e-9
    assert ((values[0] > 0) == (y == 1)).all()


def test_more_components_than_there_are_are_all_of_them() -> None:
    """A number beyond those that exist is the model on all."""
    Z, y, weights = drawn()

    values, _ = component_path(Z, y, weights, (4, 20), C=1.0)

    np.testing.assert_allclose(values[:, 0], values[:, 1])
