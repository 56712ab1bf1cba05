"""Repeated cross-validation of linear models, beside scikit-learn's pipelines on the genes."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import RepeatedStratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from benchmarks.task import SEED, Data, Labels, Task
from pipeline import dual, gram, logistic, svm

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
    model = make_pipeline(StandardScaler(), *steps)
    return np.concatenate([model.fit(data.X[a], data.y[a]).predict(data.X[b]) for a, b in folds])


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
)
