"""Step 4: nested cross-validation: the inner folds choose, the outer fold judges.

For each fold and model: fit along the grid in the inner folds, take the setting with the
least mean loss over them (`pipeline.choice`; of equal ones the first, the simplest), and
predict the fold's held-out samples with the fit of that setting on all its training rows. An
inner fold that does not train on every class is no ground for a choice; where none does, the
setting is that of `classifiers.unchosen`. Labels come as a stack, so that a thousand
permutations of them cost little more than the sums.
"""

import signal
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from multiprocessing import resource_tracker
from typing import TypeVar

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import threadpool_limits

from pipeline import choice
from pipeline.choice import Choice
from pipeline.classifiers import ENTRIES, grid, unchosen
from pipeline.config import EvaluateSection, ModelKey
from pipeline.paths import Decisions, Labels, Prepared, decision_values, predictions
from pipeline.protocols import Fold, Rows

T = TypeVar("T")

BATCH_PROBLEMS = 48
"""Problems prepared together: enough for LAPACK's stacks, few enough for memory and threads."""

BATCH_BYTES = 2**27
"""Gram matrices and values prepared together take about this much."""

N_COMPONENT_GRAMS = 7
"""Numbers of components in the usual grid (`EvaluateSection.component_grid`)."""


@dataclass(frozen=True)
class Held:
    """What one model said of one fold's held-out samples.

    `y_pred` has shape (n_labels, n_test), `scores` (n_labels, n_test, n_columns), the others
    (n_labels,): the setting that was chosen and whether its fit converged, whether another
    setting was equally good (`tied`), and whether it is at an end of the grid (`at_edge`);
    neither where nothing was chosen.
    """

    y_pred: NDArray[np.intp]
    scores: NDArray[np.float64]
    setting: NDArray[np.float64]
    converged: NDArray[np.bool_]
    tied: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(1, dtype=np.bool_))
    at_edge: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(1, dtype=np.bool_))


def nested(
    key: ModelKey,
    prepared: Prepared,
    labels: Labels,
    section: EvaluateSection,
    *,
    n_classes: int,
    seed: int,
) -> list[Held]:
    """Evaluate one model in every fold, its settings chosen in the inner folds.

    Parameters
    ----------
    key : str
        Name of the model.
    prepared : Prepared
        The folds and what depends on the expression values alone.
    labels : ndarray of int, shape (n_labels, n_samples)
        Class indices: the true ones, or permutations of them.
    section : EvaluateSection
        The grids.
    n_classes : int
        Number of classes.
    seed : int
        Seed of models that draw at random.

    Returns
    -------
    list of Held
        One for each fold.
    """
    tuned = is_tuned(key, section)
    if any(len(fold.chooses) < len(fold.train) for fold in prepared.folds):
        return [
            _apart(_Model(key, section, n_classes, seed, tuned), prepared, number, labels)
            for number in range(len(prepared.folds))
        ]
    decisions = decision_values(
        key,
        prepared,
        labels,
        section,
        n_classes=n_classes,
        seed=seed,
        problems="all" if tuned else "outer",
    )
    held = []
    for number, (fold, outer) in enumerate(zip(prepared.folds, prepared.outer, strict=True)):
        at = outer if tuned else number
        settings = _settings(key, section, fold)
        chosen = _usual(len(labels), unchosen(key, section, n_train=len(fold.train)))
        if tuned and fold.inner:
            values = decisions.values[at + 1 :]
            chosen = _chosen(key, values, labels, fold, otherwise=chosen)
        edge = _at_edge(key, prepared, number, chosen, settings)
        said = _held(decisions, fold, at, chosen.at, settings)
        held.append(replace(said, tied=chosen.tied, at_edge=edge))
    return held


@dataclass(frozen=True)
class _Model:
    """A model, and what its fits need to know."""

    key: ModelKey
    section: EvaluateSection
    n_classes: int
    seed: int
    tuned: bool


def _apart(model: _Model, prepared: Prepared, number: int, labels: Labels) -> Held:
    """One fold whose settings are chosen on a part of its training samples.

    The part is a study of its own, small enough for what is quick only there; then the one
    setting is fitted to all training samples.
    """
    fold, settings = prepared.folds[number], None
    usual = unchosen(model.key, model.section, n_train=len(fold.train))
    chosen = _usual(len(labels), usual)
    if model.tuned and fold.inner:
        part = prepared.part(number)
        codes = labels[:, fold.chooses]
        inside = decision_values(
            model.key,
            part,
            codes,
            model.section,
            problems="inner",
            n_classes=model.n_classes,
            seed=model.seed,
        )
        chosen = _chosen(model.key, inside.values, codes, part.folds[0], otherwise=chosen)
    at = np.zeros(len(labels), dtype=np.intp)
    if len(set(chosen.at.tolist())) == 1:
        settings = int(chosen.at[0])
    else:
        at = chosen.at
    outer = decision_values(
        model.key,
        prepared,
        labels,
        model.section,
        problems=number,
        setting=settings,
        n_classes=model.n_classes,
        seed=model.seed,
    )
    values = _settings(model.key, model.section, fold)
    edge = _at_edge(model.key, prepared, number, chosen, values)
    said = _held(outer, fold, 0, at, values if settings is None else values[[settings]])
    return replace(said, tied=chosen.tied, at_edge=edge)


def is_tuned(key: ModelKey, section: EvaluateSection) -> bool:
    """Say whether a model has a setting to choose.

    Parameters
    ----------
    key : str
        Name of the model.
    section : EvaluateSection
        The grids.

    Returns
    -------
    bool
        False where its grid has one value.
    """
    return ENTRIES[key].tuned is not None and len(grid(key, section, n_train=1)) > 1


def batches(folds: Sequence[Fold], *, n_samples: int, n_genes: int) -> Iterator[tuple[Fold, ...]]:
    """Divide folds into parts that are prepared together.

    Parameters
    ----------
    folds : sequence of Fold
        The folds.
    n_samples, n_genes : int
        Size of the data, for the memory that a problem takes.

    Yields
    ------
    tuple of Fold
        At least one fold.
    """
    # The Gram matrix, those on growing numbers of components, and the values.
    each = 8 * n_samples * ((1 + N_COMPONENT_GRAMS) * n_samples + n_genes)
    most = max(1, min(BATCH_PROBLEMS, BATCH_BYTES // each))
    batch: list[Fold] = []
    n_problems = 0
    for fold in folds:
        size = 1 + len(fold.inner)
        if batch and n_problems + size > most:
            yield tuple(batch)
            batch, n_problems = [], 0
        batch.append(fold)
        n_problems += size
    if batch:
        yield tuple(batch)


def in_processes(tasks: Iterable[Callable[[], T]], *, n_jobs: int) -> Iterator[T]:
    """Run tasks side by side in processes and give their results in order, as they come.

    For tasks that hold the interpreter, as random forests do between their trees. Each
    process starts in about two seconds and stays for later tasks.

    Parameters
    ----------
    tasks : iterable of callable
        The tasks, which can be pickled.
    n_jobs : int
        Number of processes; with 1 all tasks run in this one.

    Returns
    -------
    iterator of object
        What each task returned. With several processes the work begins before it is asked.
    """
    parallel = Parallel(n_jobs=n_jobs, backend="loky", return_as="generator")
    with _deaf():
        outcomes: Iterator[T] = parallel(delayed(_as_here)(task) for task in tasks)
    return outcomes


@contextmanager
def _deaf() -> Iterator[None]:
    """Start processes that Ctrl-C does not reach, so that this one alone speaks and ends them.

    From its first moment a process blocks what its parent blocked when it started; a handler
    of its own would come after the imports. What is blocked here arrives here at the end.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    # Where this helper of theirs has to be started first, Python 3.11 ends the blocking.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _as_here(task: Callable[[], T]) -> T:
    """Run a task in a new process as `run.run` runs it in this one."""
    # One thread, as sums depend on their number; residuals say which fits did not converge.
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return task()


def _settings(key: ModelKey, section: EvaluateSection, fold: Fold) -> NDArray[np.float64]:
    """The grid of one fold."""
    return np.array(grid(key, section, n_train=len(fold.train)))


def _usual(n_labels: int, at: int) -> Choice:
    """One setting for all vectors of labels, where nothing is chosen."""
    none = np.zeros(n_labels, dtype=np.bool_)
    return Choice(np.full(n_labels, at, dtype=np.intp), tied=none, made=none)


def _chosen(
    key: ModelKey,
    values: NDArray[np.float64],
    labels: Labels,
    fold: Fold,
    *,
    otherwise: Choice,
) -> Choice:
    """Position of the best setting for each vector of labels, by the fold's inner folds."""
    means = np.array(
        [
            choice.losses(key, values[i][:, :, test], labels[:, test]).mean(axis=-1)
            for i, (_, test) in enumerate(fold.inner)
        ]
    )
    counts = _train_on_all(labels, fold)[:, :, None]
    mean = (means * counts).sum(axis=0) / np.maximum(counts.sum(axis=0), 1)
    made = np.asarray(counts.any(axis=(0, 2)))
    best = choice.best(mean)
    return Choice(np.where(made, best.at, otherwise.at), tied=best.tied & made, made=made)


def _train_on_all(labels: Labels, fold: Fold) -> NDArray[np.bool_]:
    """Which inner folds train on every class that the fold trains on, (n_inner, n_labels).

    Others would choose a setting by fits of fewer classes: labels that are permuted, and
    classes of one sample, can leave such folds.
    """

    def present(rows: Rows) -> NDArray[np.bool_]:
        of_class = labels[:, rows, None] == np.arange(labels.max() + 1)
        return np.asarray(of_class.any(axis=1))

    every = present(fold.train)
    return np.array([(present(train) == every).all(axis=1) for train, _ in fold.inner])


def _at_edge(
    key: ModelKey,
    prepared: Prepared,
    number: int,
    chosen: Choice,
    settings: NDArray[np.float64],
) -> NDArray[np.bool_]:
    """Which of one fold's choices are at an end of the grid."""
    if not (chosen.made & np.isin(chosen.at, (0, len(settings) - 1))).any():
        return np.zeros(chosen.at.shape, dtype=np.bool_)
    counted = ENTRIES[key].tuned in ("genes", "components")
    n_genes = prepared.values_of(prepared.outer[number]).shape[1] if counted else 0
    n_train = min(len(train) for train, _ in prepared.folds[number].inner)
    edge = choice.at_edge(key, settings, chosen.at, n_train=n_train, n_genes=n_genes)
    return edge & chosen.made


def _held(
    decisions: Decisions,
    fold: Fold,
    at: int,
    chosen: NDArray[np.intp],
    settings: NDArray[np.float64],
) -> Held:
    """What the chosen settings say of the held-out rows."""
    rows: Rows = fold.test
    each = np.arange(len(chosen))
    scores = decisions.values[at][each, chosen][:, rows]
    return Held(
        y_pred=predictions(scores),
        scores=scores,
        setting=settings[chosen],
        converged=decisions.converged[at][each, chosen],
    )
