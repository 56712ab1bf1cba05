import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.neighbors import KNeighborsClassifier

from pipeline.neighbours import neighbours_path

COUNTS = (1, 2, 3, 5, 15)
TRAIN = np.array([3, 0, 1, 4, 6, 7, 9, 10, 12, 13, 15, 16, 18, 19, 20])


def drawn(seed: int, n_classes: int) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Draw samples between which no two distances are equal, and three label vectors."""
    rng = np.random.default_rng(seed)
    y = np.array([rng.permutation(24) % n_classes for _ in range(3)])
    return rng.normal(size=(24, 30)), y


@given(st.integers(0, 1000), st.integers(2, 3))
def test_shares_and_predictions_are_those_of_scikit_learn(seed: int, n_classes: int) -> None:
    """For each number of neighbours, of classes with equal shares the first."""
    X, y = drawn(seed, n_classes)
    found = neighbours_path(X @ X.T, y, TRAIN, COUNTS, n_classes)

    for labels, path in zip(y, found, strict=True):
        for n, values in zip(COUNTS, path, strict=True):
            model = KNeighborsClassifier(n).fit(X[TRAIN], labels[TRAIN])
            shares = model.predict_proba(X)
            if n_classes == 2:
                predicted = (values[:, 0] > 0).astype(np.intp)
                assert (shares[:, 1:] - 0.5).tolist() == values.tolist()
            else:
                predicted = values.argmax(axis=1)
                assert shares.tolist() == values.tolist()
            assert model.predict(X).tolist() == predicted.tolist()


def test_of_equal_distances_the_first_in_training_is_nearer() -> None:
    """Samples at 1 and -1 are as near to 0; the one that training names first counts."""
    X = np.array([[0.0], [1.0], [-1.0]])

    actual = [
        neighbours_path(X @ X.T, np.array([0, 0, 1]), np.array(train), (1,), 2)[0, 0, 0]
        for train in ([1, 2], [2, 1])
    ]

    assert [-0.5, 0.5] == actual


def test_more_neighbours_than_training_samples_are_all() -> None:
    """The shares are then those of the training part."""
    X, y = drawn(0, 3)
    expected = np.bincount(y[0, TRAIN]) / len(TRAIN)

    actual = neighbours_path(X @ X.T, y[0], TRAIN, (99,), 3)

    np.testing.assert_allclose(actual, np.broadcast_to(expected, (1, 24, 3)))


def test_some_samples_are_scored_as_all() -> None:
    """Scoring the held-out samples only leaves their scores as they were."""
    X, y = drawn(0, 2)
    rows = np.array([23, 2, 5])
    expected = neighbours_path(X @ X.T, y, TRAIN, COUNTS, 2)[:, :, rows]

    actual = neighbours_path(X @ X.T, y, TRAIN, COUNTS, 2, rows=rows)

    assert expected.tolist() == actual.tolist()


@pytest.mark.parametrize(("n_classes", "expected"), [(2, [-0.5]), (3, [1.0, 0.0, 0.0])])
def test_a_class_without_training_samples_has_no_share(
    n_classes: int, expected: list[float]
) -> None:
    """It is never predicted."""
    X, _ = drawn(0, 2)

    actual = neighbours_path(X @ X.T, np.zeros(24, dtype=np.intp), TRAIN, (3,), n_classes)

    assert [expected] * 24 == actual[0].tolist()


@given(st.floats(-1e3, 1e3), st.floats(1e-3, 1e3))
def test_shift_and_unit_of_all_values_change_nothing(shift: float, factor: float) -> None:
    """Distances do not know where zero is."""
    X, y = drawn(0, 2)
    expected = neighbours_path(X @ X.T, y, TRAIN, COUNTS, 2)
    moved = X * factor + shift * factor

    actual = neighbours_path(moved @ moved.T, y, TRAIN, COUNTS, 2)

    assert expected.tolist() == actual.tolist()
