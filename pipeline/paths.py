"""Step 4: the values that a model gives all samples, along its grid, in many folds at once.

A problem is the training rows of a fold, or of one of its inner folds. What depends on the
expression values alone is prepared once for each problem and serves every model and every
permutation of the labels::

    Z   values under the fold's preprocessing      gene-wise models   (n_samples, n_genes)
    K   their products                             linear models      (n_samples, n_samples)

`decision_values` gives (n_problems, n_labels, n_grid, n_samples, n_columns): a column for
class 1 of two classes (above 0 predicts it), else one for each class (the largest wins);
gene-wise models give those of the problem's held-out samples, and 0 for the others.
Where there are fewer genes than samples, or too many samples for n x n matrices
(`gram.use_dual`), and for models without a fast path, the plain estimators are fitted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from sklearn import config_context
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

from pipeline import dual, gram
from pipeline.classifiers import grid, l1_ratio, make_classifier
from pipeline.component_fits import component_path
from pipeline.config import EvaluateSection, ModelKey
from pipeline.estimators.sparse import sparse_path
from pipeline.genewise import centroid_path, discriminant_path, voting_path
from pipeline.hinge import hinge_values
from pipeline.logistic import logistic_path, multinomial_path, scores_path
from pipeline.neighbours import neighbours_path
from pipeline.preprocess import FoldValues
from pipeline.protocols import Fold, Rows
from pipeline.svm import libsvm_path, svm_path

Labels = NDArray[np.intp]
Values = NDArray[np.float64]

MAX_CACHED_BYTES = 2**27
"""Values of all problems are kept up to this size, and made anew for each model beyond it."""

GENEWISE = ("discriminant", "voting", "centroids")
"""Models that score each gene alone."""

MANY = 200
"""Training samples beyond which libsvm moves too many pairs, where genes are fewer."""

CONVERGED = 1e-6
"""Largest residual, in units of the largest weight, of a fit that counts as converged."""


@dataclass(frozen=True)
class Problem:
    """Training and held-out rows of a fold, or of one of its inner folds.

    `n_outer` is the number of training rows of the fold itself: the grid may depend on it,
    and must be one grid for the fold and its inner folds.
    """

    train: Rows
    test: Rows
    n_outer: int


class Prepared:
    """Problems of one preprocessing, with what depends on the expression values alone.

    Parameters
    ----------
    values : FoldValues
        Gives the values of all samples for training rows.
    folds : sequence of Fold
        The folds; each gives a problem, and each of its inner folds one more.
    """

    def __init__(self, values: FoldValues, folds: Sequence[Fold]) -> None:
        self.values = values
        self.folds = tuple(folds)
        self.outer: list[int] = []
        self.problems: list[Problem] = []
        for fold in self.folds:
            self.outer.append(len(self.problems))
            inner = () if len(fold.chooses) < len(fold.train) else fold.inner
            pairs = [(fold.train, fold.test), *inner]
            self.problems += [Problem(train, test, len(fold.train)) for train, test in pairs]
        self._parts: dict[int, Prepared] = {}
        self._kept: dict[int, Values] = {}
        self._components: dict[int, Values] = {}

    def values_of(self, i: int) -> Values:
        """Give the values of one problem.

        Parameters
        ----------
        i : int
            Number of the problem.

        Returns
        -------
        ndarray of float, shape (n_samples, n_genes)
            Values of all samples, as the problem's training rows make them.
        """
        if i in self._kept:
            return self._kept[i]
        Z = self.values(self.problems[i].train)
        if Z.nbytes * len(self.problems) <= MAX_CACHED_BYTES:
            self._kept[i] = Z
        return Z

    def part(self, number: int) -> "Prepared":
        """Give the part of a fold's training samples that chooses the settings.

        Parameters
        ----------
        number : int
            Number of the fold.

        Returns
        -------
        Prepared
            The inner folds, among these samples alone.
        """
        if number not in self._parts:
            fold = self.folds[number]
            rows = fold.chooses
            inner = tuple(
                (np.searchsorted(rows, train), np.searchsorted(rows, test))
                for train, test in fold.inner
            )
            every = np.arange(len(rows))
            alone = Fold(fold.repeat, every, every[:0], inner)
            self._parts[number] = Prepared(self.values.only(rows), [alone])
        return self._parts[number]

    @cached_property
    def grams(self) -> Values | None:
        """Gram matrices, shape (n_problems, n_samples, n_samples); None where primal wins."""
        products = []
        for i, problem in enumerate(self.problems):
            Z = self.values_of(i)
            if not gram.use_dual(*Z.shape):
                return None
            K = self.values.products
            K = Z @ Z.T if K is None else K  # one array twice: BLAS computes half of it
            products.append(gram.centred(K, problem.train))
        return np.array(products)

    @property
    def matrices(self) -> Values:
        """The Gram matrices, where there are any."""
        if self.grams is None:
            raise ValueError("expected problems with Gram matrices, found primal ones")
        return self.grams

    def component_scores(self, i: int) -> Values:
        """Give all samples' scores on the principal components of one problem.

        Parameters
        ----------
        i : int
            Number of the problem.

        Returns
        -------
        ndarray of float, shape (n_samples, n_components)
            The component of the largest variance first.
        """
        if i not in self._components:
            self._components[i] = gram.principal_scores(self.matrices[i], self.problems[i].train)
        return self._components[i]


@dataclass(frozen=True)
class Decisions:
    """Decision values, and which of the fits converged.

    `values` has shape (n_problems, n_labels, n_grid, n_samples, n_columns), `converged`
    (n_problems, n_labels, n_grid).
    """

    values: Values
    converged: NDArray[np.bool_]


def decision_values(
    key: ModelKey,
    prepared: Prepared,
    labels: Labels,
    section: EvaluateSection,
    *,
    n_classes: int,
    seed: int,
    problems: Literal["all", "outer", "inner"] | int = "all",
    setting: int | None = None,
) -> Decisions:
    """Fit a model along its grid in every problem, for every vector of labels.

    Parameters
    ----------
    key : str
        Name of the model.
    prepared : Prepared
        The problems.
    labels : ndarray of int, shape (n_labels, n_samples)
        Class indices: the true ones, or permutations of them.
    section : EvaluateSection
        The grids, and what is not tuned.
    n_classes : int
        Number of classes; a training part may lack one, which is then never predicted.
    seed : int
        Seed of models that draw at random.
    problems : {"all", "outer", "inner"} or int, default="all"
        The folds, where there is nothing to choose, or their inner folds alone, or one fold.
    setting : int, optional
        Position in the grid of the one setting to fit; all by default.

    Returns
    -------
    Decisions
        The values, and which fits converged.
    """
    every = list(range(len(prepared.problems)))
    match problems:
        case "all":
            chosen = every
        case "outer":
            chosen = prepared.outer
        case "inner":
            chosen = [i for i in every if i not in prepared.outer]
        case number:
            chosen = [prepared.outer[number]]
    task = _Task(key, prepared, labels, section, n_classes, seed, setting)
    parts = [_problem(task, i) for i in chosen] if not _stacked(task) else _stack(task, chosen)
    return Decisions(
        np.array([values for values, _ in parts]), np.array([fine for _, fine in parts])
    )


@dataclass(frozen=True)
class _Task:
    """What to fit: one model on all labels."""

    key: ModelKey
    prepared: Prepared
    labels: Labels
    section: EvaluateSection
    n_classes: int
    seed: int
    setting: int | None = None

    def grid(self, i: int) -> tuple[float, ...]:
        """The settings, simplest first."""
        every = grid(self.key, self.section, n_train=self.prepared.problems[i].n_outer)
        return every if self.setting is None else (every[self.setting],)


_Part = tuple[Values, NDArray[np.bool_]]
"""Values (n_labels, n_grid, n_samples, n_columns) and convergence of one problem."""


def _stacked(task: _Task) -> bool:
    """Whether the model is fitted to all problems and labels at once."""
    linear = task.key.removesuffix("_balanced") in ("logistic", "svm", "pca_logistic")
    return linear and task.n_classes == 2 and task.prepared.grams is not None


def _stack(task: _Task, chosen: list[int]) -> list[_Part]:
    """Linear models of two classes, on Gram matrices."""
    prepared, settings = task.prepared, task.grid(0)
    trains = [prepared.problems[i].train for i in chosen]
    ones = [task.labels[:, train].sum(axis=1) for train in trains]
    both = np.array([(n > 0) & (n < len(t)) for n, t in zip(ones, trains, strict=True)])
    y = np.repeat(task.labels[None], len(chosen), axis=0)
    for q, train in enumerate(trains):  # a training part of one class: see below
        y[q, ~both[q], train[0]] ^= 1
    balanced = task.key.endswith("_balanced")
    weights = np.stack(
        [dual.training_weights(codes, trains, balanced=balanced) for codes in task.labels], axis=1
    )
    values, converged = _linear(task, chosen, y, weights, settings)
    # It says that class, whatever the sample.
    only = np.where(np.array(ones) > 0, 1.0, -1.0)
    values[~both], converged[~both] = only[~both][:, None, None], True
    return list(zip(values[..., None], converged, strict=True))


def _linear(
    task: _Task, chosen: list[int], y: Labels, weights: Values, settings: Sequence[float]
) -> _Part:
    """Values (n_problems, n_labels, n_grid, n_samples), and which fits converged."""
    if task.key == "pca_logistic":
        counts = tuple(int(k) for k in settings)
        fits = [
            component_path(
                task.prepared.component_scores(i),
                y[q],
                weights[q],
                counts,
                C=task.section.penalty_c,
            )
            for q, i in enumerate(chosen)
        ]
        values = np.array([found for found, _ in fits])
        return values, np.array([left for _, left in fits]) <= CONVERGED
    if task.key.startswith("logistic"):
        K = task.prepared.matrices[chosen]
        fit = logistic_path(K, y, weights, settings)
        values, residuals = dual.decisions(K, fit), fit.residuals
    else:
        values = svm_path(task.prepared.matrices[chosen], y, weights, settings)
        residuals = np.zeros(values.shape[:-1])
    return np.moveaxis(values, 0, 2), np.moveaxis(residuals, 0, 2) <= CONVERGED


def _problem(task: _Task, i: int) -> _Part:
    """One problem of the models that are not stacked."""
    prepared, train = task.prepared, task.prepared.problems[i].train
    settings = task.grid(i)
    y, n_classes = task.labels, task.n_classes
    fine = np.ones((len(y), len(settings)), dtype=np.bool_)
    counts = [int(setting) for setting in settings]
    # Only where they are needed: random forests and their like would form them for nothing.
    K = prepared.grams if task.key == "neighbours" else None
    if task.key in GENEWISE or K is not None:
        # Only held-out samples are scored: of the others nobody asks.
        rows = prepared.problems[i].test
        Z = prepared.values_of(i) if K is None else K[i]
        match task.key:
            case "discriminant":
                scored = discriminant_path(Z, y, train, counts, n_classes, rows=rows)
            case "voting":
                scored = voting_path(Z, y, train, counts, n_classes, rows=rows)
            case "centroids":  # its grid falls, the path's rises
                rising = np.array(settings[::-1])
                scored = centroid_path(Z, y, train, rising, n_classes, rows=rows)[:, ::-1]
            case _:
                scored = neighbours_path(Z, y, train, counts[::-1], n_classes, rows=rows)[:, ::-1]
        values = np.zeros((*scored.shape[:2], y.shape[1], scored.shape[-1]))
        values[:, :, rows] = _finite(scored)
        return values, fine
    parts = [_one(task, i, codes, settings) for codes in y]
    return np.array([values for values, _ in parts]), np.array([good for _, good in parts])


def _finite(values: Values) -> Values:
    """Bring a class without training samples from minus infinity to just below the others."""
    if np.isfinite(values).all():
        return values
    if values.shape[-1] == 1:
        return np.where(np.isinf(values), np.sign(values), values)
    lowest = np.where(np.isinf(values), np.inf, values).min(axis=-1, keepdims=True)
    # Of one class alone voting is at plus infinity, and nothing is finite.
    lowest[np.isinf(lowest)] = 0.0
    return np.where(np.isinf(values), lowest + np.sign(values), values)


def _one(task: _Task, i: int, y: Labels, settings: Sequence[float]) -> _Part:
    """One problem with one vector of labels: values (n_grid, n_samples, n_columns)."""
    train = task.prepared.problems[i].train
    present = np.unique(y[train])
    if len(present) < task.n_classes:
        return _with_missing(task, i, y, settings, present)
    linear = task.key.removesuffix("_balanced")
    K = task.prepared.grams if linear in ("logistic", "svm", "pca_logistic") else None
    if K is not None:
        balanced = task.key.endswith("_balanced")
        weights = dual.training_weights(y, [train], balanced=balanced)[0]
        residuals = np.zeros(len(settings))
        if linear == "svm":
            values = libsvm_path(K[i], y, weights, settings)
        elif linear == "logistic":
            values, residuals = multinomial_path(K[i], y, weights, settings)
        else:
            Z, penalty = task.prepared.component_scores(i), (task.section.penalty_c,)
            fits = [scores_path(Z[:, : int(k)], y, weights, penalty) for k in settings]
            values = np.array([found[0] for found, _ in fits])
            residuals = np.array([left[0] for _, left in fits])
        # Of two classes the paths give no column axis.
        return values.reshape(len(settings), len(y), -1), residuals <= CONVERGED
    if task.key in ("logistic_l1", "elastic_net"):
        return sparse_path(
            task.prepared.values_of(i),
            y,
            train,
            settings,
            l1_ratio=l1_ratio(task.key, task.section),
            n_classes=task.n_classes,
        )
    if linear == "svm" and len(train) > MANY:
        balanced = task.key.endswith("_balanced")
        weights = dual.training_weights(y, [train], balanced=balanced)[0]
        Z = task.prepared.values_of(i)
        return hinge_values(Z, y, weights, settings, n_classes=task.n_classes)
    return _plain(task, i, y, settings)


def _with_missing(
    task: _Task, i: int, y: Labels, settings: Sequence[float], present: Labels
) -> _Part:
    """One problem whose training part lacks a class: it gets the lowest value of all."""
    n_samples = len(y)
    shape = (len(settings), n_samples, task.n_classes)
    values = np.full(shape, -1.0)
    if len(present) == 1:
        values[..., present[0]] = 1.0
        fine = np.ones(len(settings), dtype=np.bool_)
    else:
        # Classes renumbered without gaps; a held-out sample of a missing class is not used.
        code = np.minimum(np.searchsorted(present, y), len(present) - 1)
        smaller = _Task(task.key, task.prepared, code[None], task.section, len(present), task.seed)
        inside, fine = _one(smaller, i, code, settings)
        if inside.shape[-1] == 1:
            inside = np.concatenate([-inside, inside], axis=-1)
        values[...] = inside.min(axis=-1, keepdims=True) - 1
        values[..., present] = inside
    if task.n_classes == 2:
        values = values[..., 1:] - values[..., :1]
    return values, fine


def _plain(task: _Task, i: int, y: Labels, settings: Sequence[float]) -> _Part:
    """The plain estimators, one fit for each setting."""
    train, Z = task.prepared.problems[i].train, task.prepared.values_of(i)
    rows = task.prepared.problems[i].test  # of the others nobody asks
    values, fine = [], []
    for setting in settings:
        model = make_classifier(
            task.key,
            task.section,
            setting,
            n_train=len(train),
            n_genes=Z.shape[1],
            seed=task.seed,
        )
        # The values were checked when they were read; a forest would check them for each tree.
        with config_context(assume_finite=True, skip_parameter_validation=True):
            model.fit(Z[train], y[train])
            scored = plain_values(model, Z[rows])
        values.append(np.zeros((len(y), scored.shape[1])))
        values[-1][rows] = scored
        last = model[-1] if isinstance(model, Pipeline) else model
        stopped = isinstance(last, LogisticRegression) and last.n_iter_.max() >= last.max_iter
        fine.append(not stopped)
    return np.array(values), np.array(fine)


def plain_values(model: Any, X: Values) -> Values:
    """Give the decision values of a fitted classifier in the shape of the paths.

    Parameters
    ----------
    model : estimator
        A fitted scikit-learn classifier.
    X : ndarray of float, shape (n_samples, n_genes)
        Values.

    Returns
    -------
    ndarray of float, shape (n_samples, n_columns)
        The decision function; for models without one probabilities, of two classes that of
        the second less a half.
    """
    if hasattr(model, "decision_function"):
        values = np.asarray(model.decision_function(X), dtype=np.float64)
    else:
        shares = np.asarray(model.predict_proba(X), dtype=np.float64)
        values = shares[:, 1] - 0.5 if shares.shape[1] == 2 else shares
    return values.reshape(len(X), -1)


def predictions(values: Values) -> Labels:
    """Give the classes that decision values stand for.

    Parameters
    ----------
    values : ndarray of float, shape (..., n_columns)
        One column for class 1 of two classes, else one for each class.

    Returns
    -------
    ndarray of int, shape (...)
        Class indices; of equal values the first class.
    """
    if values.shape[-1] == 1:
        return (values[..., 0] > 0).astype(np.intp)
    return np.asarray(values.argmax(axis=-1), dtype=np.intp)
