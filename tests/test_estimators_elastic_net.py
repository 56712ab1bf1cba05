import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.special import expit

from pipeline import gram, logistic
from pipeline.estimators.elastic_net import TOLERANCE, Fit, minimise, start

N_SAMPLES, N_GENES = 20, 60
RATIOS = [1.0, 0.5, 0.0]


def drawn(
    seed: int = 0, n_genes: int = N_GENES, noise: float = 1
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Draw centred genes with a common factor, and labels that follow the first."""
    rng = np.random.default_rng(seed)
    X = rng.normal(0, 1, (N_SAMPLES, n_genes)) + 2 * rng.normal(0, 1, (N_SAMPLES, 1))
    y = X[:, 0] + noise * rng.normal(0, 1, N_SAMPLES) > 0
    y[:2] = False, True
    return X - X.mean(axis=0), y.astype(float)


def objective(
    X: NDArray[np.float64], y: NDArray[np.float64], fit: Fit, C: float, l1_ratio: float
) -> float:
    """Sum what is minimised, sample by sample and gene by gene."""
    total = 0.0
    for x, label in zip(X, y, strict=True):
        f = fit.intercept + sum(x * fit.coef)
        total += C * np.log(1 + np.exp(-f if label else f))
    for w in fit.coef:
        total += l1_ratio * abs(w) + (1 - l1_ratio) / 2 * w**2
    return total


@given(
    seed=st.integers(0, 10**6),
    n_genes=st.sampled_from([1, 3, 20, 90]),
    noise=st.sampled_from([0, 1, 30]),
    C=st.floats(-3, 2).map(lambda exponent: 10**exponent),
    l1_ratio=st.sampled_from([0.0, 0.1, 0.5, 0.9, 1.0]),
    scale=st.sampled_from([1e-2, 1.0, 1e4]),
    copies=st.booleans(),
)
def test_the_conditions_for_the_optimum_hold(
    seed: int, n_genes: int, noise: float, C: float, l1_ratio: float, scale: float, copies: bool
) -> None:
    """0 is in the subgradient of every gene and of the intercept, and the residual says how far."""
    X, y = drawn(seed, n_genes, noise)
    X = scale * (np.hstack([X, X, 0 * X[:, :1]]) if copies else X)

    fit = minimise(X, y, start(X, y), C=C, l1_ratio=l1_ratio)

    pull = C * (y - expit(X @ fit.coef + fit.intercept))
    violations = [abs(pull.sum())]
    for j, w in enumerate(fit.coef):
        slope = X[:, j] @ pull - (1 - l1_ratio) * w
        lowest, highest = (np.sign(w), np.sign(w)) if w else (-1, 1)
        violations += [l1_ratio * lowest - slope, slope - l1_ratio * highest]
    # Sums of 20 values of up to 1e5: what is left of their digits.
    assert pytest.approx(max(violations) / C, abs=1e-8) == fit.residual
    assert fit.residual <= TOLERANCE


@pytest.mark.parametrize("l1_ratio", RATIOS)
def test_no_step_raises_the_objective(l1_ratio: float) -> None:
    """Even where the losses are flat and full steps go too far, each step lowers the sum."""
    X, y = drawn(n_genes=3, noise=30)
    first = Fit(np.full(3, 2.0), 0.0, np.inf, 0)

    fits = [minimise(X, y, first, C=100, l1_ratio=l1_ratio, max_iter=n) for n in range(20)]

    sums = np.array([objective(X, y, fit, 100, l1_ratio) for fit in fits])
    assert (np.diff(sums) <= 1e-10 * sums[:-1]).all()
    assert fits[-1].residual <= TOLERANCE < fits[1].residual


@pytest.mark.parametrize("C", [0.01, 1, 100])
def test_without_absolute_weights_it_is_ridge_logistic_regression(C: float) -> None:
    """At l1_ratio = 0 the decision values are those of Newton's method on the Gram matrix."""
    X, y = drawn()
    K = gram.fold_grams(X, [np.arange(N_SAMPLES)], standardise=False)
    fits = logistic.logistic_path(K, y.astype(int), np.ones((1, N_SAMPLES)), [C])
    expected = K[0] @ fits.coefficients[0, 0] + fits.intercepts[0, 0]

    fit = minimise(X, y, start(X, y), C=C, l1_ratio=0, tol=1e-11)

    np.testing.assert_allclose(expected, X @ fit.coef + fit.intercept, atol=1e-8)


@pytest.mark.parametrize("l1_ratio", RATIOS)
def test_where_it_starts_changes_nothing(l1_ratio: float) -> None:
    """From the solution for another C it comes to the same weights."""
    X, y = drawn()
    expected = minimise(X, y, start(X, y), C=1, l1_ratio=l1_ratio, tol=1e-11)

    for other in (0.01, 100):
        first = minimise(X, y, start(X, y), C=other, l1_ratio=l1_ratio)
        actual = minimise(X, y, first, C=1, l1_ratio=l1_ratio, tol=1e-11)

        np.testing.assert_allclose(expected.coef, actual.coef, atol=1e-8)


def test_no_gene_is_kept_below_the_smallest_useful_c() -> None:
    """All weights are 0 as long as C |x_j' (y - mean(y))| is at most l1_ratio for every gene."""
    X, y = drawn()
    largest = 0.5 / np.abs(X.T @ (y - y.mean())).max()

    below, above = (
        minimise(X, y, start(X, y), C=factor * largest, l1_ratio=0.5) for factor in (0.999, 1.001)
    )

    assert (0, 1) == (np.count_nonzero(below.coef), np.count_nonzero(above.coef))
    assert pytest.approx(np.log(y.mean() / (1 - y.mean()))) == below.intercept


def test_a_solution_needs_no_step() -> None:
    """Started where it ended, it stops at once."""
    X, y = drawn()
    fit = minimise(X, y, start(X, y), C=1, l1_ratio=1)

    again = minimise(X, y, fit, C=1, l1_ratio=1)

    assert 0 == again.n_iter
    assert fit.coef.tolist() == again.coef.tolist()
