"""Print one table of speeds: `python -m benchmarks`.

Each line is a task, done by `pipeline` and by plain scikit-learn pipelines on the same data
and folds, both on one thread and both to convergence. Both run in turn in this process;
a line gives the median of their CPU times and the ratio. A task is a function in `TASKS`
that returns the predicted classes of every held-out sample, so that a line also says in
how many predictions the two differ.
"""

import platform
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from statistics import median
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, RepeatedStratifiedKFold, StratifiedKFold
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from threadpoolctl import threadpool_limits

from pipeline import config, dual, gram, logistic, sources, svm
from pipeline.errors import DataError
from pipeline.readers import kaggle

N_RUNS = 3
SEED = 0
GRID = (0.001, 0.01, 0.1, 1.0, 10.0, 100.0)
COUNTS = (2, 3, 5, 10, 20)

Fold = tuple[NDArray[np.intp], NDArray[np.intp]]
Labels = NDArray[np.intp]
Paths = Callable[[NDArray[np.float64], Labels, NDArray[np.float64], Sequence[float]], Any]


@dataclass(frozen=True)
class Data:
    """Samples with class indices, and what they are called."""

    name: str
    X: NDArray[np.float64]
    y: Labels


@dataclass(frozen=True)
class Task:
    """One line of the table: the same work, done twice; each gives predicted classes."""

    label: str
    fast: Callable[[Data], Labels]
    rival: Callable[[Data], Labels]


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


def load() -> Data:
    """Read the study of Golub et al. as logarithms, or draw noise of its shape.

    Returns
    -------
    Data
        72 samples, 7129 genes.
    """
    study = config.load(sources.study_file("golub"))
    beside = Path(__file__).resolve().parents[2] / "shared" / "data" / "golub"
    try:
        located = sources.find(study, data_dir=beside if beside.is_dir() else None, offline=True)
        if located.format == "kaggle":  # the embedded copy has 38 samples only
            dataset = kaggle.read(located.paths, unit=located.unit)
            X = np.log10(np.clip(dataset.X, 100, 16_000))
            return Data("Golub et al. 1999, log10", X, np.searchsorted(dataset.classes, dataset.y))
    except DataError as error:
        click.echo(f"{error}; drawing noise instead", err=True)
    rng = np.random.default_rng(SEED)
    return Data("noise", rng.normal(size=(72, 7129)), (np.arange(72) >= 47).astype(np.intp))


def measure(task: Task, data: Data) -> str:
    """Run both sides in turn and write a line.

    Parameters
    ----------
    task : Task
        What is done.
    data : Data
        On what.

    Returns
    -------
    str
        Label, CPU times, ratio, number of predictions that differ.
    """
    fast: list[float] = []
    rival: list[float] = []
    expected = actual = task.fast(data)  # once unmeasured: imports, first allocations
    for _ in range(N_RUNS):
        expected = _timed(task.rival, data, rival)
        actual = _timed(task.fast, data, fast)
    ours, theirs = median(fast), median(rival)
    n_differ = int((expected != actual).sum())
    return (
        f"{task.label:<42}{theirs:>11.2f} s{ours * 1000:>11.0f} ms{theirs / ours:>8.0f}x"
        f"{n_differ:>7} of {len(actual)}"
    )


def machine() -> str:
    """Describe what the table was measured on.

    Returns
    -------
    str
        Processor, cores, versions.
    """
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.is_file() else []
    models = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    libraries = ", ".join(f"{name} {version(name)}" for name in ("numpy", "scipy", "scikit-learn"))
    return (
        f"{models[0] if models else platform.processor()}, {len(models) or '?'} cores, "
        f"{platform.system()}; Python {platform.python_version()}, {libraries}; one thread"
    )


def main() -> None:
    """Print the machine and the table."""
    wanted = sys.argv[1:]
    data = load()
    click.echo(f"{machine()}\n{data.name}: {len(data.X)} samples, {data.X.shape[1]} genes\n")
    click.echo(f"{'task':<42}{'scikit-learn':>13}{'here':>14}{'ratio':>9}{'differ':>9}")
    with threadpool_limits(1):
        for task in TASKS:
            if not wanted or any(word in task.label for word in wanted):
                click.echo(measure(task, data))


def _pipeline(*steps: Any) -> Pipeline:
    """Scaler, what comes between, and the classifier under the name `last`."""
    *between, last = steps
    names = [(f"step{i}", step) for i, step in enumerate(between)]
    return Pipeline([("scale", StandardScaler()), *names, ("last", last)])


def _timed(work: Callable[[Data], Labels], data: Data, seconds: list[float]) -> Labels:
    """Work, and note the CPU time."""
    start = time.process_time()
    predicted = work(data)
    seconds.append(time.process_time() - start)
    return predicted


if __name__ == "__main__":
    main()
