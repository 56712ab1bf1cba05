"""Nested cross-validation of linear models, once and for permuted labels.

Five outer folds; within each, five inner folds choose C and the number of genes by the loss by
which the program chooses them (ridge: by accuracy), genes ranked by the F-test on the training
rows of each fold. Under permutation the folds stay as they are. scikit-learn does the first
permutation only; the other side's time holds its share of what is computed once for all.
"""

import warnings
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_selection import SelectKBest, f_classif
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.metrics import hinge_loss, make_scorer
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from benchmarks.linear import LINEAR_SVM, LOGISTIC, Fold, Paths, logistic_values
from benchmarks.task import SEED, Data, Labels, Task
from pipeline import choice, dual, gram, selection, svm
from pipeline.config import ModelKey

GRID = (0.001, 0.01, 0.1, 1.0, 10.0, 100.0)
ALPHAS = (1.0, 10.0, 100.0, 1e3, 1e4, 1e5)
COUNTS = (10, 20, 50, 100, 200, 500, 7129)

SCORING: dict[ModelKey, Any] = {
    "logistic": "neg_log_loss",
    "svm": make_scorer(hinge_loss, greater_is_better=False, response_method="decision_function"),
}
"""What scikit-learn chooses by: the losses of `pipeline.choice`."""

N_FITS = 6
"""Folds of a group: an outer one and its five inner ones."""


def groups(data: Data) -> list[Fold]:
    """Lay out five outer folds, each followed by five inner ones of its training part.

    Parameters
    ----------
    data : Data
        The data.

    Returns
    -------
    list of (train, test)
        Rows of the data.
    """
    y, splitter = data.y, StratifiedKFold(5, shuffle=True, random_state=SEED)
    return list(
        chain.from_iterable(
            [(t, v), *((t[a], t[b]) for a, b in splitter.split(t, y[t]))]
            for t, v in splitter.split(y, y)
        )
    )


def permuted(data: Data, n_times: int) -> Iterator[Labels]:
    """Permute the class indices.

    Parameters
    ----------
    data : Data
        The data.
    n_times : int
        How often.

    Yields
    ------
    ndarray of int
        Class indices.
    """
    rng = np.random.default_rng(SEED)
    return (rng.permutation(data.y) for _ in range(n_times))


def fast(
    data: Data,
    labellings: Sequence[Labels],
    path: Paths,
    counts: Sequence[int] | None,
    key: ModelKey,
) -> Labels:
    """Cross-validate on Gram matrices.

    Parameters
    ----------
    data : Data
        The data; its own labels lay out the folds.
    labellings : sequence of ndarray of int
        Class indices to learn.
    path : callable
        Gives decision values along a grid.
    counts : sequence of int, optional
        Numbers of genes to choose from; all genes without a choice by default.
    key : str
        The model, for the loss by which settings are chosen.

    Returns
    -------
    ndarray of int
        Predictions, labelling by labelling.
    """
    folds = groups(data)
    trains = [train for train, _ in folds]
    prepared = selection.prepare(data.X, trains)
    weights = dual.training_weights(data.y, trains)
    if counts:
        weights = np.repeat(weights, len(counts), axis=0)
    predicted = []
    for y in labellings:
        K = prepared.grams
        if counts:
            ranked = selection.best_genes(prepared, y, counts[-2])
            K = selection.selected_grams(prepared, ranked, counts).reshape(-1, *K.shape[1:])
        values = path(K, y, weights, GRID).reshape(len(GRID), len(folds), -1, len(y))
        predicted.append(_tuned(values, y, folds, key))
    return np.concatenate(predicted)


def fast_ridge(data: Data, labellings: Sequence[Labels]) -> Labels:
    """Cross-validate ridge regression, all labellings at once.

    Parameters
    ----------
    data : Data
        The data; its own labels lay out the folds.
    labellings : sequence of ndarray of int
        Class indices to learn.

    Returns
    -------
    ndarray of int
        Predictions, labelling by labelling.
    """
    folds = groups(data)
    trains = [train for train, _ in folds]
    K, weights = gram.fold_grams(data.X, trains), dual.training_weights(data.y, trains)
    operators = np.array([dual.ridge_operator(K, weights, alpha) for alpha in ALPHAS])
    Y = np.array(labellings).T
    targets = 2.0 * Y - 1
    predicted = []
    for first in range(0, len(folds), N_FITS):
        means = np.zeros((len(ALPHAS), Y.shape[1]))
        for fold in range(first + 1, first + N_FITS):
            test = folds[fold][1]
            # Right where value and target have one sign.
            means += (operators[:, fold, test] @ targets * targets[test] > 0).mean(axis=1)
        chosen = (means >= means.max(axis=0) - 1e-12).argmax(axis=0)
        values = operators[:, first, folds[first][1]] @ targets
        predicted.append(np.take_along_axis(values, chosen[None, None], axis=0)[0] > 0)
    return np.concatenate(predicted).T.astype(np.intp).ravel()


def plain(
    data: Data,
    y: Labels,
    *steps: Any,
    grid: Mapping[str, Sequence[float]],
    scoring: Any = None,
) -> Labels:
    """Cross-validate scikit-learn's grid search.

    Parameters
    ----------
    data : Data
        The data; its own labels lay out the folds.
    y : ndarray of int
        Class indices to learn.
    *steps : estimators
        What follows the scaler.
    grid : dict
        Values of parameters to choose from.
    scoring : str or callable, optional
        What the search chooses by; accuracy by default.

    Returns
    -------
    ndarray of int
        Predictions.
    """
    folds = groups(data)
    pipeline = Pipeline([(type(step).__name__, step) for step in (StandardScaler(), *steps)])
    predicted = []
    for first in range(0, len(folds), N_FITS):
        train, test = folds[first]
        cv = [
            (np.searchsorted(train, a), np.searchsorted(train, b))
            for a, b in folds[first + 1 : first + N_FITS]
        ]
        search = GridSearchCV(pipeline, grid, cv=cv, scoring=scoring)
        with warnings.catch_warnings():  # the F-test names every constant gene, which takes time
            warnings.simplefilter("ignore")
            predicted.append(search.fit(data.X[train], y[train]).predict(data.X[test]))
    return np.concatenate(predicted)


def tasks(name: str, key: ModelKey, path: Paths, estimator: Any) -> Iterator[Task]:
    """Lay out the four tasks of one model.

    Parameters
    ----------
    name : str
        What the model is called.
    key : str
        Its key in the program.
    path : callable
        Gives decision values along a grid.
    estimator : estimator
        What scikit-learn fits.

    Yields
    ------
    Task
        With and without numbers of genes, once and for permuted labels.
    """
    by_c = {f"{type(estimator).__name__}__C": GRID}
    by_both = {**by_c, "SelectKBest__k": COUNTS}
    chosen = (SelectKBest(f_classif), estimator)
    yield Task(
        f"nested 5x5 CV, 6 C, {name}",
        lambda data: fast(data, [data.y], path, None, key),
        lambda data: plain(data, data.y, estimator, grid=by_c, scoring=SCORING[key]),
    )
    yield Task(
        f"nested 5x5 CV, 6 C x 7 counts, {name}",
        lambda data: fast(data, [data.y], path, COUNTS, key),
        lambda data: plain(data, data.y, *chosen, grid=by_both, scoring=SCORING[key]),
    )
    yield Task(
        f"permuted nested, 6 C, {name}",
        lambda data: fast(data, list(permuted(data, 100)), path, None, key),
        lambda data: plain(
            data, next(permuted(data, 1)), estimator, grid=by_c, scoring=SCORING[key]
        ),
        n_times=100,
    )
    yield Task(
        f"permuted nested, 6 C x 7 counts, {name}",
        lambda data: fast(data, list(permuted(data, 20)), path, COUNTS, key),
        lambda data: plain(
            data, next(permuted(data, 1)), *chosen, grid=by_both, scoring=SCORING[key]
        ),
        n_times=20,
    )


def _tuned(values: NDArray[np.float64], y: Labels, folds: Sequence[Fold], key: ModelKey) -> Labels:
    """Predictions of the outer folds, at the C and number of genes that did best within."""
    predicted = []
    for first in range(0, len(folds), N_FITS):
        means = np.mean(
            [
                choice.losses(
                    key, values[:, fold][..., folds[fold][1], None], y[folds[fold][1]]
                ).mean(axis=-1)
                for fold in range(first + 1, first + N_FITS)
            ],
            axis=0,
        ).ravel()
        at = int(choice.best(means[None]).at[0])
        chosen = np.unravel_index(at, values.shape[::2])
        predicted.append(values[chosen[0], first, chosen[1], folds[first][1]] > 0)
    return np.concatenate(predicted).astype(np.intp)


TASKS = (
    *tasks("logistic", "logistic", logistic_values, LOGISTIC),
    Task(
        "nested 5x5 CV, 6 C x 7 counts, default tol",
        lambda data: fast(data, [data.y], logistic_values, COUNTS, "logistic"),
        lambda data: plain(
            data,
            data.y,
            SelectKBest(f_classif),
            LogisticRegression(max_iter=1000),
            grid={"LogisticRegression__C": GRID, "SelectKBest__k": COUNTS},
            scoring=SCORING["logistic"],
        ),
    ),
    *tasks("linear SVM", "svm", svm.svm_path, LINEAR_SVM),
    Task(
        "permuted nested, 6 penalties, ridge",
        lambda data: fast_ridge(data, list(permuted(data, 10_000))),
        lambda data: plain(
            data,
            next(permuted(data, 1)),
            RidgeClassifier(),
            grid={"RidgeClassifier__alpha": ALPHAS},
        ),
        n_times=10_000,
    ),
)
