"""Permutation tests of gene-wise rules, beside grid searches of scikit-learn.

A line is the time for one label vector: five outer folds with five inner folds each, genes
standardised in every training part, the grid searched in the inner folds. `pipeline` works
on many label vectors at once. Where scikit-learn has no such rule, the rival is the nearest
that it has and predictions differ by rule, not by error; or else it is the project's own
estimator in scikit-learn's grid search, which predicts the same.
"""

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_selection import SelectKBest, f_classif
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier, NearestCentroid
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from benchmarks.task import SEED, Data, Labels, Task
from pipeline.estimators.centroids import NearestShrunkenCentroids
from pipeline.estimators.discriminant import DiagonalDiscriminant
from pipeline.estimators.voting import WeightedVoting
from pipeline.genewise import centroid_path, centroid_thresholds, discriminant_path, voting_path
from pipeline.neighbours import neighbours_path

N_VECTORS = 128
N_THRESHOLDS = 30
GENES = (5, 10, 20, 50, 100, 500, 2000)
VOTERS = (10, 20, 50, 100, 200, 500)
NEIGHBOURS = (1, 3, 5, 7, 9, 11, 15)

Values = NDArray[np.float64]
Fold = tuple[NDArray[np.intp], NDArray[np.intp]]
Path = Callable[[Values, Labels, Fold, Any], Values]
Grid = Callable[[Values, Labels, NDArray[np.intp]], Any]


def permuted(data: Data) -> Labels:
    """Permute the labels.

    Parameters
    ----------
    data : Data
        The data.

    Returns
    -------
    ndarray of int, shape (n_vectors, n_samples)
        The labels themselves come first.
    """
    rng = np.random.default_rng(SEED)
    return np.stack([data.y, *(rng.permutation(data.y) for _ in range(N_VECTORS - 1))])


def splits(data: Data, rows: NDArray[np.intp]) -> list[Fold]:
    """Lay out five folds of some samples, the same for every label vector.

    Parameters
    ----------
    data : Data
        The data.
    rows : ndarray of int
        The samples.

    Returns
    -------
    list of (train, test)
        Rows of the data.
    """
    splitter = StratifiedKFold(5, shuffle=True, random_state=SEED)
    return [(rows[a], rows[b]) for a, b in splitter.split(rows, data.y[rows])]


def nested(data: Data, path: Path, grid: Grid) -> Labels:
    """Cross-validate all label vectors with a setting chosen in inner folds.

    Parameters
    ----------
    data : Data
        The data.
    path : callable
        Scores the test rows of a fold over the grid.
    grid : callable
        Gives the grid of an outer training part.

    Returns
    -------
    ndarray of int, shape (n_vectors * n_samples,)
        Predictions, one label vector after the other.
    """
    y = permuted(data)
    predicted = np.empty_like(y)
    every = np.arange(len(y))
    for train, test in splits(data, np.arange(len(data.X))):
        Z = _standardised(data.X, train)
        settings = grid(Z, y, train)
        values = path(Z, y, (train, test), settings)[..., 0] > 0
        right = 0.0
        for inner in splits(data, train):
            found = path(_standardised(data.X, inner[0]), y, inner, settings)[..., 0] > 0
            right = right + (found == y[:, np.newaxis, inner[1]]).mean(axis=2)
        # As GridSearchCV: the first of the best means, sums of another order aside.
        best = (right >= np.max(right, axis=1, keepdims=True) - 1e-12).argmax(axis=1)
        predicted[:, test] = values[every, best]
    return predicted.ravel()


def searched(data: Data, last: Any, name: str, grid: Grid, *between: Any) -> Labels:
    """Cross-validate scikit-learn's grid search on the labels themselves.

    Parameters
    ----------
    data : Data
        The data.
    last : estimator
        The classifier.
    name : str
        What is searched over.
    grid : callable
        Gives the grid of an outer training part.
    *between : estimators
        What stands between the scaler and the classifier.

    Returns
    -------
    ndarray of int, shape (n_samples,)
        Predictions.
    """
    steps = [("scale", StandardScaler()), *((f"step{i}", s) for i, s in enumerate(between))]
    model = Pipeline([*steps, ("last", last)])
    predicted = np.empty_like(data.y)
    for train, test in splits(data, np.arange(len(data.X))):
        settings = grid(_standardised(data.X, train), data.y, train)
        place = np.full(len(data.X), -1)
        place[train] = np.arange(len(train))
        inner = [(place[a], place[b]) for a, b in splits(data, train)]
        search = GridSearchCV(model, {name: settings}, cv=inner, error_score="raise")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # constant genes are expected
            predicted[test] = search.fit(data.X[train], data.y[train]).predict(data.X[test])
    return predicted


def fixed(settings: Sequence[int]) -> Grid:
    """Search over the same settings in every fold.

    Parameters
    ----------
    settings : sequence of int
        The settings.

    Returns
    -------
    callable
        Gives them whatever the fold.
    """
    return lambda Z, y, train: settings


def thresholds(Z: Values, y: Labels, train: NDArray[np.intp]) -> Values:
    """Search over thresholds up to the largest distance of the training part.

    Parameters
    ----------
    Z, y, train
        As `centroid_thresholds` takes them.

    Returns
    -------
    ndarray of float, shape (n,) or (n_vectors, n)
        Thresholds.
    """
    return centroid_thresholds(Z, y, train, N_THRESHOLDS)


def positive(Z: Values, y: Labels, train: NDArray[np.intp]) -> list[float | None]:
    """Say the same to `NearestCentroid`, to whom no threshold is None.

    Parameters
    ----------
    Z, y, train
        As `centroid_thresholds` takes them.

    Returns
    -------
    list of float or None, length n
        Thresholds.
    """
    return [float(threshold) or None for threshold in thresholds(Z, y, train)]


def neighbours(Z: Values, y: Labels, fold: Fold, counts: Sequence[int]) -> Values:
    """Score the test rows of a fold by their neighbours.

    Parameters
    ----------
    Z, y, fold, counts
        Standardised values, label vectors, rows, numbers of neighbours.

    Returns
    -------
    ndarray of float, shape (n_vectors, n_grid, n_rows, 1)
        Scores.
    """
    return neighbours_path(Z @ Z.T, y, fold[0], counts, 2, rows=fold[1])


def _standardised(X: Values, train: NDArray[np.intp]) -> Values:
    """Values of all samples as the scaler of a training part gives them."""
    Z: Values = StandardScaler().fit(X[train]).transform(X)
    return Z


def _of_fold(path: Callable[..., Values]) -> Path:
    """Path that scores the test rows of a fold of two classes."""
    return lambda Z, y, fold, grid: path(Z, y, fold[0], grid, 2, rows=fold[1])


def _line(label: str, path: Path, grid: Grid, rival: Callable[[Data], Labels]) -> Task:
    """One line of the table."""
    return Task(label, lambda data: nested(data, path, grid), rival, N_VECTORS)


TASKS = (
    _line(
        "nested 5x5, discriminant, 7 k; naive Bayes",
        _of_fold(discriminant_path),
        fixed(GENES),
        lambda data: searched(data, GaussianNB(), "step0__k", fixed(GENES), SelectKBest(f_classif)),
    ),
    _line(
        "nested 5x5, discriminant, 7 k; the same",
        _of_fold(discriminant_path),
        fixed(GENES),
        lambda data: searched(data, DiagonalDiscriminant(), "last__n_genes", fixed(GENES)),
    ),
    _line(
        "nested 5x5, weighted voting, 6 k; the same",
        _of_fold(voting_path),
        fixed(VOTERS),
        lambda data: searched(data, WeightedVoting(), "last__n_genes", fixed(VOTERS)),
    ),
    _line(
        "nested 5x5, centroids, 30 Delta; NearestCentroid",
        _of_fold(centroid_path),
        thresholds,
        lambda data: searched(data, NearestCentroid(), "last__shrink_threshold", positive),
    ),
    _line(
        "nested 5x5, centroids, 30 Delta; the same",
        _of_fold(centroid_path),
        thresholds,
        lambda data: searched(data, NearestShrunkenCentroids(), "last__shrinkage", thresholds),
    ),
    _line(
        "nested 5x5, neighbours, 7 k; the same",
        neighbours,
        fixed(NEIGHBOURS),
        lambda data: searched(data, KNeighborsClassifier(), "last__n_neighbors", fixed(NEIGHBOURS)),
    ),
)
