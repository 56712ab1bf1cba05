from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.utils.estimator_checks import parametrize_with_checks

from pipeline.estimators import elastic_net
from pipeline.estimators.sparse import SparseLogisticRegression, sparse_path

N_SAMPLES, N_GENES = 18, 30
NEW = np.random.default_rng(9).normal(0, 2, (20, N_GENES))


def drawn(n_classes: int = 3) -> tuple[NDArray[np.float64], NDArray[np.str_]]:
    """Draw samples of unequal classes, the first genes different between them."""
    rng = np.random.default_rng(n_classes)
    codes = np.minimum(np.arange(N_SAMPLES) % (n_classes + 1), n_classes - 1)
    X = rng.normal(0, 1, (N_SAMPLES, N_GENES)) + rng.normal(0, 1, (N_SAMPLES, 1))
    X[:, :4] += codes[:, np.newaxis] * rng.normal(0, 1, 4)
    return X + 5, np.array(["a", "b", "c"])[codes]


@parametrize_with_checks([SparseLogisticRegression(), SparseLogisticRegression(C=10, l1_ratio=0.5)])
def test_the_classifier_is_scikit_learns(estimator: BaseEstimator, check: Any) -> None:
    """Every check that scikit-learn has for a classifier passes."""
    check(estimator)


# glmnet 4.1-6, R 4.2.2, on 24 samples and 100 genes:
#   x <- outer(1:24, 1:100, function(i, j) sin(i * sqrt(j)))
#   y <- as.integer((1:24) %% 5 < 2)
#   m <- glmnet(x, y, family = "binomial", alpha = l1_ratio, lambda = 1 / (C * 24),
#               standardize = FALSE, thresh = 1e-14, maxit = 1e7)
#   b <- as.vector(coef(m)); f <- b[1] + x %*% b[-1]
#   C * sum(log(1 + exp(f)) - y * f) + l1_ratio * sum(abs(b[-1])) +
#     (1 - l1_ratio) / 2 * sum(b[-1]^2); b[1]; sum(b[-1] != 0); f[c(1, 24)]
GLMNET = [
    (1, 1, 7.4783419322, -0.8687783, 5, 1.5488073, -1.8981261),
    (1, 0.5, 6.1013103779, -0.8638269, 15, 1.8584310, -2.5695969),
    (1, 0, 3.4583086103, -0.9617636, 100, 2.5448401, -3.0519411),
    (10, 1, 13.9643623639, -1.4443806, 8, 3.4536549, -4.1585094),
    (10, 0.5, 12.1258288883, -1.3556473, 25, 3.8568100, -4.5988834),
    (10, 0, 7.9863070975, -1.4136482, 100, 4.4006704, -4.8812830),
]


@pytest.mark.parametrize(("C", "l1_ratio", "total", "intercept", "n_kept", "first", "last"), GLMNET)
def test_the_fit_is_glmnets(
    C: float,
    l1_ratio: float,
    total: float,
    intercept: float,
    n_kept: int,
    first: float,
    last: float,
) -> None:
    """Objective, intercept, number of genes and decision values are those of glmnet in R."""
    i, j = np.arange(1, 25), np.arange(1, 101)
    X, y = np.sin(i[:, np.newaxis] * np.sqrt(j)), (i % 5 < 2).astype(int)

    model = SparseLogisticRegression(C, l1_ratio).fit(X, y)

    f, w = model.decision_function(X), model.coef_[0]
    losses = C * np.sum(np.logaddexp(0, f) - y * f)
    penalty = l1_ratio * np.abs(w).sum() + (1 - l1_ratio) / 2 * (w @ w)
    assert pytest.approx(total, abs=1e-9) == losses + penalty
    # glmnet stops by the objective, which leaves its coefficients six digits.
    assert pytest.approx([intercept, first, last], abs=3e-6) == [
        model.intercept_[0],
        f[0],
        f[-1],
    ]
    assert n_kept == model.support_.sum()


@pytest.mark.parametrize("l1_ratio", [1.0, 0.5])
@pytest.mark.parametrize("n_classes", [2, 3])
def test_decision_values_are_those_of_saga(n_classes: int, l1_ratio: float) -> None:
    """scikit-learn's own solver, run to a tight tolerance, comes to the same optimum."""
    X, y = drawn(n_classes)
    X = X - X.mean(axis=0)
    saga = LogisticRegression(
        C=0.5, l1_ratio=l1_ratio, solver="saga", tol=1e-10, max_iter=10**6, random_state=0
    )
    labels = ["b"] if n_classes == 2 else ["a", "b", "c"]
    expected = [saga.fit(X, y == label).decision_function(NEW) for label in labels]

    actual = SparseLogisticRegression(0.5, l1_ratio).fit(X, y).decision_function(NEW)

    np.testing.assert_allclose(np.squeeze(np.transpose(expected)), actual, atol=1e-6)


def test_three_classes_share_one() -> None:
    """Probabilities are those of each class against all others, divided by their sum."""
    X, y = drawn()
    against_others = [
        SparseLogisticRegression().fit(X, y == label).predict_proba(NEW)[:, 1] for label in "abc"
    ]
    expected = np.transpose(against_others / np.sum(against_others, axis=0))

    model = SparseLogisticRegression().fit(X, y)

    np.testing.assert_allclose(expected, model.predict_proba(NEW), atol=1e-9)
    assert model.classes_[expected.argmax(axis=1)].tolist() == model.predict(NEW).tolist()


def test_probabilities_of_a_sample_far_from_every_class_are_finite() -> None:
    """Where every class is excluded beyond the range of numbers, shares still sum to 1."""
    X, y = drawn()
    model = SparseLogisticRegression().fit(X, y)
    model.intercept_ -= 1e4

    assert pytest.approx(1) == model.predict_proba(NEW[:1]).sum()


@pytest.mark.parametrize("n_classes", [2, 3])
def test_the_path_is_the_fits_one_by_one(n_classes: int) -> None:
    """Along a grid, decision values of all samples are those of fits on the training rows."""
    X, y = drawn(n_classes)
    codes = np.unique(y, return_inverse=True)[1]
    train, grid = np.arange(2, N_SAMPLES), (0.001, 0.1, 1, 100)
    fits = [SparseLogisticRegression(C, 0.5).fit(X[train], y[train]) for C in grid]
    expected = [fit.decision_function(X).reshape(N_SAMPLES, -1) for fit in fits]

    actual, _ = sparse_path(X, codes, train, grid, l1_ratio=0.5, n_classes=n_classes)

    # A residual of 1e-7 C leaves the largest values five digits.
    np.testing.assert_allclose(expected, actual, rtol=1e-5, atol=1e-5)


def test_held_out_samples_change_no_fit() -> None:
    """A held-out sample gets another decision value, the other samples keep theirs."""
    X, y = drawn(2)
    codes, train = (y == "b").astype(int), np.arange(2, N_SAMPLES)
    expected, _ = sparse_path(X, codes, train, [1], l1_ratio=1, n_classes=2)
    X[0] += 100
    codes[0] = 1 - codes[0]

    actual, _ = sparse_path(X, codes, train, [1], l1_ratio=1, n_classes=2)

    assert expected[0, 1:].tolist() == actual[0, 1:].tolist()
    assert expected[0, 0] != actual[0, 0]


@given(st.permutations(range(N_SAMPLES)))
def test_the_order_of_samples_changes_nothing(order: list[int]) -> None:
    """Reordering the training samples leaves the decision values as they were."""
    X, y = drawn(2)
    expected = SparseLogisticRegression().fit(X, y).decision_function(NEW)

    actual = SparseLogisticRegression().fit(X[order], y[order]).decision_function(NEW)

    np.testing.assert_allclose(expected, actual, atol=1e-5)


@given(st.permutations(range(N_GENES)))
def test_the_order_of_genes_changes_nothing(order: list[int]) -> None:
    """Reordering the genes leaves the decision values as they were."""
    X, y = drawn(2)
    expected = SparseLogisticRegression().fit(X, y).decision_function(NEW)

    actual = SparseLogisticRegression().fit(X[:, order], y).decision_function(NEW[:, order])

    np.testing.assert_allclose(expected, actual, atol=1e-5)


@pytest.mark.parametrize("l1_ratio", [1.0, 0.5])
def test_shifted_genes_change_nothing(l1_ratio: float) -> None:
    """The intercept is not penalised: another zero point of the genes leaves all values."""
    X, y = drawn()
    shifts = np.linspace(-1e4, 1e4, N_GENES)
    expected = SparseLogisticRegression(1, l1_ratio).fit(X, y).decision_function(NEW)

    model = SparseLogisticRegression(1, l1_ratio).fit(X + shifts, y)

    np.testing.assert_allclose(expected, model.decision_function(NEW + shifts), atol=1e-5)


def test_swapped_classes_swap_the_sign() -> None:
    """With the names of two classes exchanged, every decision value changes its sign."""
    X, y = drawn(2)
    expected = SparseLogisticRegression().fit(X, y).decision_function(NEW)

    swapped = np.where(y == "a", "b", "a")
    actual = SparseLogisticRegression().fit(X, swapped).decision_function(NEW)

    np.testing.assert_allclose(expected, -actual, atol=1e-5)


def test_the_same_data_give_the_same_bytes() -> None:
    """Nothing is drawn at random."""
    X, y = drawn()

    first, second = (SparseLogisticRegression().fit(X, y).coef_.tobytes() for _ in range(2))

    assert first == second


def test_equal_genes_get_equal_weights() -> None:
    """Of genes that are copies, none is preferred, though the lasso alone would not mind."""
    X, y = drawn(2)
    weights = SparseLogisticRegression().fit(X, y).coef_[0]

    doubled = SparseLogisticRegression().fit(np.hstack([X, X]), y).coef_[0]

    np.testing.assert_allclose(doubled[:N_GENES], doubled[N_GENES:], atol=1e-9)
    np.testing.assert_allclose(weights, 2 * doubled[:N_GENES], atol=1e-5)


@pytest.mark.parametrize("l1_ratio", [1.0, 0.0])
def test_a_constant_gene_gets_no_weight(l1_ratio: float) -> None:
    """The mean of equal values may differ from them by rounding; they take no part."""
    X, y = drawn()
    X[:, 3:7] = [0.1, 7.7, 1e4 / 3, 0]

    model = SparseLogisticRegression(100, l1_ratio).fit(X, y)

    assert not model.support_[3:7].any()
    assert model.support_[[0, 1, 2]].any()


@pytest.mark.parametrize("C", [0.001, 1, 100])
@pytest.mark.parametrize("l1_ratio", [1.0, 0.5, 0.0])
def test_separated_classes_on_a_raw_scale_converge(C: float, l1_ratio: float) -> None:
    """Genes of the size of 10000, nearly without penalty, still come to the optimum."""
    X, y = drawn(2)
    X[:, 0] += 5 * (y == "b")

    model = SparseLogisticRegression(C, l1_ratio).fit(1e4 * X, y)

    assert model.residual_ <= model.tol
    assert y.tolist() == model.predict(1e4 * X).tolist()


def test_the_weight_of_a_worked_case() -> None:
    """One gene, -1 and 1 in two samples each way: C (1 - p) * 4 = 1 and w = log(p / (1 - p)).

    With four samples at 1 or -1, all on their side, the slope at w is 4 C (1 - p) less 1,
    where p = 1 / (1 + exp(-w)); it is 0 at p = 1 - 1 / (4 C), for C = 1 at w = log(3).
    """
    model = SparseLogisticRegression().fit([[-1.0], [-1.0], [1.0], [1.0]], [0, 0, 1, 1])

    assert pytest.approx(np.log(3), abs=1e-7) == model.coef_[0, 0]
    assert pytest.approx(0, abs=1e-7) == model.intercept_[0]


def test_a_fit_cut_short_warns() -> None:
    """What has not converged says so, with its residual."""
    X, y = drawn()

    with pytest.warns(ConvergenceWarning, match=r"^not converged: residual \d"):
        model = SparseLogisticRegression(max_iter=2).fit(X, y)

    assert 2 == model.n_iter_
    assert model.residual_ > model.tol


def test_a_path_cut_short_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Along a grid each fit says whether it reached the optimum."""
    X, y = drawn(2)
    monkeypatch.setattr(elastic_net, "MAX_SYSTEMS", 0)

    _, converged = sparse_path(
        X, (y == "b").astype(int), np.arange(9), [100], l1_ratio=1, n_classes=2
    )

    assert [False] == converged.tolist()


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (SparseLogisticRegression(0), r"^C: expected a positive number, found 0$"),
        (SparseLogisticRegression(np.nan), r"^C: expected a positive number, found nan$"),
        (SparseLogisticRegression(1, 1.5), r"^l1_ratio: expected 0 to 1, found 1.5$"),
    ],
)
def test_a_parameter_out_of_range_is_refused(model: SparseLogisticRegression, message: str) -> None:
    """The message names the parameter, what was expected and what was found."""
    X, y = drawn()

    with pytest.raises(ValueError, match=message):
        model.fit(X, y)
