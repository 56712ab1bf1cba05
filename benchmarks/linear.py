"""Linear models on Gram matrices, beside scikit-learn's pipelines on the genes."""

from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, RepeatedStratifiedKFold, StratifiedKFold
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from benchmarks.task import SEED, Data, Labels, Task
from pipeline import dual, gram, logistic, svm

GRID = (0.001, 0.01, 0.1, 1.0, 10.0, 100.0)
COUNTS = (2, 3, 5, 10, 20)

Fold = tuple[NDArray[np.intp], NDArray[np.intp]]
Paths = Callable[[NDArray[np.float64], Labels, NDArray[np.float64], Sequence[float]], Any]


def logistic_values(
    K: NDArray[np.float64], y: Labels, weights: NDArray[np.float64], grid: Sequence[float]
) -> NDArray[np.float64]:
    """Give decision values of logistic regression.

    Parameters
    ----------
    K, y, weights, grid
        As `logistic.logistic_path` takes them.

    Returns
    -------
    ndarray of float, shape (n_grid, n_problems, n_samples)
        Decision values.
    """
    return dual.decisions(K, logistic.logistic_path(K, y, weights, grid))


def repeated(data: Data) -> list[Fold]:
    """Lay out ten times five stratified folds.

    Parameters
    ----------
    data : Data
        The data.

    Returns
    -------
    list of (train, test)
        Rows.
    """
    splitter = RepeatedStratifiedKFold(n_splits=5, n_repeats=10, random_state=SEED)
    return list(splitter.split(data.X, data.y))


def inner(data: Data, train: NDArray[np.intp]) -> list[Fold]:
    """Lay out five stratified folds of a training part.

    Parameters
    ----------
    data : Data
        The data.
    train : ndarray of int
        Rows of the training part.

    Returns
    -------
    list of (train, test)
        Rows of the data.
    """
    splitter = StratifiedKFold(5, shuffle=True, random_state=SEED)
    return [(train[a], train[b]) for a, b in splitter.split(train, data.y[train])]


def fast_repeated(data: Data, path: Paths) -> Labels:
    """Cross-validate ten times five-fold at C = 1, on Gram matrices.

    Parameters
    ----------
    data : Data
        The data.
    path : callable
        Gives decision values along a grid.

    Returns
    -------
    ndarray of int
        Predictions.
    """
    folds = repeated(data)
    trains = [train for train, _ in folds]
    K = gram.fold_grams(data.X, trains)
    values = path(K, data.y, dual.training_weights(data.y, trains), (1.0,))[0]
    return np.concatenate([values[i, test] > 0 for i, (_, test) in enumerate(folds)]).astype(int)


def fast_components(data: Data) -> Labels:
    """Cross-validate logistic regression on 2, 3, 5, 10 and 20 components.

    Parameters
    ----------
    data : Data
        The data.

    Returns
    -------
    ndarray of int
        Predictions, number of components by number.
    """
    folds = repeated(data)
    trains = [train for train, _ in folds]
    K = gram.fold_grams(data.X, trains)
    grams = np.concatenate(
        [gram.component_grams(k, train, COUNTS) for k, train in zip(K, trains, strict=True)]
    )
    weights = np.repeat(dual.training_weights(data.y, trains), len(COUNTS), axis=0)
    values = logistic_values(grams, data.y, weights, (1.0,))[0]
    values = values.reshape(len(folds), len(COUNTS), -1)
    return np.concatenate(
        [values[i, j, test] > 0 for j in range(len(COUNTS)) for i, (_, test) in enumerate(folds)]
    ).astype(int)


def fast_nested(data: Data, path: Paths) -> Labels:
    """Cross-validate five-fold, with C chosen by five inner folds, on Gram matrices.

    Parameters
    ----------
    data : Data
        The data.
    path : callable
        Gives decision values along a grid.

    Returns
    -------
    ndarray of int
        Predictions.
    """
    outer = repeated(data)[:5]
    folds = list(chain.from_iterable([(t, v), *inner(data, t)] for t, v in outer))
    trains = [train for train, _ in folds]
    K = gram.fold_grams(data.X, trains)
    values = path(K, data.y, dual.training_weights(data.y, trains), GRID)
    right = np.array(
        [
            ((values[:, i, test] > 0) == data.y[test]).mean(axis=1)
            for i, (_, test) in enumerate(folds)
        ]
    ).reshape(len(outer), 6, len(GRID))
    # As GridSearchCV: the first of the best means, sums of another order aside.
    mean = right[:, 1:].mean(axis=1)
    best = (mean >= mean.max(axis=1, keepdims=True) - 1e-12).argmax(axis=1)
    return np.concatenate(
        [values[best[i], 6 * i, test] > 0 for i, (_, test) in enumerate(outer)]
    ).astype(int)


def plain(data: Data, folds: Sequence[Fold], *steps: Any) -> Labels:
    """Cross-validate a scikit-learn pipeline that standardises first.

    Parameters
    ----------
    data : Data
        The data.
    folds : sequence of (train, test)
        Rows.
    *steps : estimators
        What follows the scaler.

    Returns
    -------
    ndarray of int
        Predictions.
    """
    model = _pipeline(*steps)
    return np.concatenate([model.fit(data.X[a], data.y[a]).predict(data.X[b]) for a, b in folds])


def plain_nested(data: Data, estimator: Any) -> Labels:
    """Cross-validate scikit-learn's grid search over C.

    Parameters
    ----------
    data : Data
        The data.
    estimator : estimator
        Has a parameter C.

    Returns
    -------
    ndarray of int
        Predictions.
    """
    predicted = []
    for train, test in repeated(data)[:5]:
        splitter = StratifiedKFold(5, shuffle=True, random_state=SEED)
        search = GridSearchCV(_pipeline(estimator), {"last__C": GRID}, cv=splitter)
        predicted.append(search.fit(data.X[train], data.y[train]).predict(data.X[test]))
    return np.concatenate(predicted)


def plain_components(data: Data) -> Labels:
    """Cross-validate scikit-learn's PCA and logistic regression for each number.

    Parameters
    ----------
    data : Data
        The data.

    Returns
    -------
    ndarray of int
        Predictions, number of components by number.
    """
    folds = repeated(data)
    return np.concatenate([plain(data, folds, PCA(k, svd_solver="full"), LOGISTIC) for k in COUNTS])


LOGISTIC = LogisticRegression(tol=1e-10, max_iter=100_000)
LINEAR_SVM = SVC(kernel="linear", tol=1e-6)

TASKS = (
    Task(
        "10x5 CV, logistic regression",
        lambda data: fast_repeated(data, logistic_values),
        lambda data: plain(data, repeated(data), LOGISTIC),
    ),
    Task(
        "10x5 CV, linear SVM",
        lambda data: fast_repeated(data, svm.svm_path),
        lambda data: plain(data, repeated(data), LINEAR_SVM),
    ),
    Task("10x5 CV, PCA(2, 3, 5, 10, 20) + logistic", fast_components, plain_components),
    Task(
        "nested 5x5 CV, 6 C, logistic regression",
        lambda data: fast_nested(data, logistic_values),
        lambda data: plain_nested(data, LOGISTIC),
    ),
    Task(
        "nested 5x5 CV, 6 C, linear SVM",
        lambda data: fast_nested(data, svm.svm_path),
        lambda data: plain_nested(data, LINEAR_SVM),
    ),
)


def _pipeline(*steps: Any) -> Pipeline:
    """Scaler, what comes between, and the classifier under the name `last`."""
    *between, last = steps
    names = [(f"step{i}", step) for i, step in enumerate(between)]
    return Pipeline([("scale", StandardScaler()), *names, ("last", last)])
