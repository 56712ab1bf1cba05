"""How the inner folds choose a setting: losses, ties and ends of grids."""

import numpy as np
import pytest
from sklearn.metrics import hinge_loss, log_loss

from pipeline import choice
from pipeline.config import ModelKey

RNG = np.random.default_rng(5)
CODES = np.array([[0, 1, 2, 2, 1, 0, 1]])
MANY = RNG.normal(size=(1, 1, 7, 3))


def test_of_two_classes_the_log_loss_is_scikit_learns() -> None:
    """The mean over samples, and a probability of 0 costs what it costs there."""
    codes = np.array([[0, 1, 1, 0]])
    values = np.array([-1.0, 2.0, -900.0, 0.3]).reshape(1, 1, 4, 1)
    shares = 1 / (1 + np.exp(-np.clip(values.ravel(), -700, 700)))

    actual = choice.losses("logistic", values, codes).mean()

    assert log_loss(codes[0], shares) == pytest.approx(actual, abs=1e-12)


def test_of_many_classes_the_log_loss_is_scikit_learns() -> None:
    """Multinomial models divide exponentials, others their separate probabilities."""
    powers, each = np.exp(MANY[0, 0]), 1 / (1 + np.exp(-MANY[0, 0]))

    multinomial = choice.losses("logistic", MANY, CODES).mean()
    separate = choice.losses("logistic_l1", MANY, CODES).mean()

    assert log_loss(CODES[0], powers / powers.sum(axis=1, keepdims=True)) == pytest.approx(
        multinomial
    )
    assert log_loss(CODES[0], each / each.sum(axis=1, keepdims=True)) == pytest.approx(separate)


def test_the_hinge_loss_is_scikit_learns() -> None:
    """Of two classes and of many."""
    two = np.array([[0, 1, 1, 0, 1, 0, 0]])

    assert hinge_loss(CODES[0], MANY[0, 0]) == pytest.approx(
        choice.losses("svm", MANY, CODES).mean()
    )
    assert hinge_loss(two[0], MANY[0, 0, :, 0]) == pytest.approx(
        choice.losses("svm", MANY[..., :1], two).mean()
    )


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    # A share of 0.8 of the neighbours is 0.3 above a half; a strength of 0.6 is 0.8 of the votes.
    [("neighbours", 0.3, 0.04), ("voting", 0.6, 0.04)],
)
def test_shares_are_judged_by_their_squared_distance(
    key: ModelKey, value: float, expected: float
) -> None:
    """Four fifths for the true class leave (1/5)^2, for the other class (4/5)^2."""
    actual = choice.losses(key, np.full((1, 1, 2, 1), value), np.array([[1, 0]]))

    np.testing.assert_allclose([[[expected, 0.64]]], actual)


def test_of_equal_losses_the_first_is_chosen() -> None:
    """Losses that differ by less than the solvers leave are equal; one least loss is no tie."""
    means = np.array([[0.5, 0.2 + 1e-7, 0.2, 0.4], [0.5, 0.3, 0.2, 0.4]])

    actual = choice.best(means)

    assert ([1, 2], [True, False]) == (actual.at.tolist(), actual.tied.tolist())


@pytest.mark.parametrize(
    ("key", "settings", "expected"),
    [
        ("svm", (0.1, 1.0, 10.0), [True, False, True]),
        ("discriminant", (1.0, 10.0, 20.0), [False, False, True]),
        ("discriminant", (2.0, 10.0, 60.0), [True, False, False]),
        ("pca_logistic", (1.0, 5.0, 29.0), [False, False, False]),
        ("pca_logistic", (2.0, 5.0, 28.0), [True, False, True]),
        ("neighbours", (29.0, 3.0, 1.0), [True, False, False]),
        ("neighbours", (30.0, 3.0, 1.0), [False, False, False]),
        ("centroids", (5.0, 1.0, 0.0), [True, False, False]),
        ("svm", (1.0,), [False]),
    ],
)
def test_natural_ends_are_no_edges(
    key: ModelKey, settings: tuple[float, ...], expected: list[bool]
) -> None:
    """One gene or neighbour, all 60 genes, 29 components of 30 samples: there is no more."""
    chosen = np.arange(len(settings))

    actual = choice.at_edge(key, np.array(settings), chosen, n_train=30, n_genes=60)

    assert expected == actual.tolist()
