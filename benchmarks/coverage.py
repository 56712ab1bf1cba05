"""How often the intervals of the report hold what they should: `python -m benchmarks coverage`.

Samples of two classes are drawn, 47 and 25 as in Golub's study, from two normal distributions
of few genes; a ridge logistic regression is trained, on 38 of them for a split of 34 and in ten
repeats of five folds, and judged by `pipeline` as any model is. Of a linear model on such genes
the true value of every score is known, but for rounding. An interval should hold the score of
the very model that was judged (split), or the mean score of the models of all folds of all
draws, that of models trained on so many samples (cross-validation).
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.special import expit

from pipeline import metrics, summary
from pipeline.nested import Held
from pipeline.protocols import Fold, Plan
from pipeline.records.base import Statement
from pipeline.records.models import Evaluation, Interval, Protocol

SIZES = (47, 25)
N_TRAIN = (27, 11)
N_GENES = 20
N_REPEATS, N_FOLDS = 10, 5
DISTANCES = (0.9, 1.5, 2.1, 2.7, 3.6, 4.3, 5.5)
"""Distances of the classes, in standard deviations, which set the accuracy."""

N_DRAWS = {"split": 500, "repeated": 200}
"""Studies that are drawn at each distance: a coverage is known to about 0.02."""

SEED = 20240601
PENALTY = 1.0
SCORES = ("accuracy", "balanced accuracy", "F1, rarer", "F1, mean", "MCC", "Brier", "ROC AUC")

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class Draw:
    """One study: its intervals and the truth of its models, by score."""

    intervals: dict[str, Interval]
    truth: dict[str, float]


HEADER = f"{'design':10}{'true accuracy':>14}" + "".join(f"{score:>19}" for score in SCORES)


def lines() -> Iterator[str]:
    """Give the rows of the table.

    Yields
    ------
    str
        One row for each design and distance: accuracy, and the coverage of each score.
    """
    for design, n_draws in N_DRAWS.items():
        for distance in DISTANCES:
            yield row(design, distance, n_draws)


def row(design: str, distance: float, n_draws: int) -> str:
    """Draw studies at one distance of the classes.

    Parameters
    ----------
    design : {"split", "repeated"}
        How samples are held out.
    distance : float
        Distance of the classes in standard deviations.
    n_draws : int
        How many studies.

    Returns
    -------
    str
        The mean true accuracy, and the coverage of each score.
    """
    draws = [_drawn(design, distance, seed) for seed in range(n_draws)]
    mean = {s: float(np.mean([draw.truth[s] for draw in draws])) for s in SCORES}
    cells = [
        f"{_coverage(draws, score, None if design == 'split' else mean[score]):>19.3f}"
        for score in SCORES
    ]
    return f"{design:10}{mean['accuracy']:>14.3f}" + "".join(cells)


def _coverage(draws: list[Draw], score: str, truth: float | None) -> float:
    """Share of the intervals that hold the truth: each its own, or one for all."""
    held = [
        draw.intervals[score].low - 1e-9
        <= (draw.truth[score] if truth is None else truth)
        <= draw.intervals[score].high + 1e-9
        for draw in draws
        if score in draw.intervals
    ]
    return float(np.mean(held))


def _drawn(design: str, distance: float, seed: int) -> Draw:
    """Draw one study, judge its models, and work out what they are worth."""
    rng = np.random.default_rng([SEED, seed])
    y = np.repeat([0, 1], SIZES)
    centre = np.full(N_GENES, distance / 2 / math.sqrt(N_GENES))
    X = rng.standard_normal((y.size, N_GENES)) + np.outer(2 * y - 1, centre)
    plan = _plan(design, y, rng)
    held, truths = [], []
    for fold in plan.folds:
        model = _fitted(X[fold.train], y[fold.train])
        scores = model[0] + X[fold.test] @ model[1:]
        held.append(
            Held(
                y_pred=(scores > 0).astype(np.intp)[None],
                scores=scores[None, :, None],
                setting=np.ones(1),
                converged=np.ones(1, dtype=bool),
            )
        )
        truths.append(_truth(model, centre))
    found = summary.summarise(plan, "logistic", held, y, ("a", "b"), positive=1)
    sizes = np.bincount(y[summary.evaluated_rows(plan)])
    return Draw(_intervals(found), _scores(np.mean(truths, axis=0), sizes))


def _plan(design: str, y: NDArray[np.intp], rng: np.random.Generator) -> Plan:
    """Divide the samples, every part with the classes' shares."""
    rows = np.arange(y.size)
    if design == "split":
        train = np.concatenate([np.flatnonzero(y == k)[: N_TRAIN[k]] for k in (0, 1)])
        folds = [Fold(train=train, test=np.setdiff1d(rows, train), repeat=0)]
    else:
        folds = []
        for repeat in range(N_REPEATS):
            part = np.empty(y.size, dtype=np.intp)
            for k in (0, 1):
                of_class = rng.permutation(np.flatnonzero(y == k))
                part[of_class] = np.arange(of_class.size) % N_FOLDS
            folds += [
                Fold(train=rows[part != f], test=rows[part == f], repeat=repeat)
                for f in range(N_FOLDS)
            ]
    held_out = np.unique(np.concatenate([fold.test for fold in folds]))
    protocol = Protocol(
        key="given" if design == "split" else "cv",
        label=design,
        description=Statement(template=design),
        design="split" if design == "split" else "repeated",
        n_train=folds[0].train.size,
        n_test=folds[0].test.size,
        n_folds=1 if design == "split" else N_FOLDS,
        n_repeats=1 if design == "split" else N_REPEATS,
        n_inner_folds=0,
        sample_ids=tuple(map(str, held_out.tolist())),
        unavailable=None,
    )
    return Plan(protocol=protocol, folds=tuple(folds))


def _fitted(X: Vector, y: NDArray[np.intp]) -> Vector:
    """Intercept and weights of a ridge logistic regression, by Newton's method."""
    A = np.column_stack([np.ones(len(X)), X])
    penalty = np.r_[1e-6, np.full(X.shape[1], PENALTY)]
    model = np.zeros(A.shape[1])
    for _ in range(8):
        p = expit(A @ model)
        curve = (A.T * np.maximum(p * (1 - p), 1e-6)) @ A + np.diag(penalty)
        model = model + np.linalg.solve(curve, A.T @ (y - p) - penalty * model)
    return np.asarray(model)


NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(80)
WEIGHTS = WEIGHTS / WEIGHTS.sum()


def _truth(model: Vector, centre: Vector) -> Vector:
    """Specificity, sensitivity, area, and both classes' squared errors, of a linear model."""
    length = float(np.linalg.norm(model[1:]))
    shift = float(model[1:] @ centre)
    low, high = model[0] - shift, model[0] + shift
    return np.array(
        [
            stats.norm.cdf(-low / length),
            stats.norm.cdf(high / length),
            stats.norm.cdf((high - low) / (length * math.sqrt(2))),
            WEIGHTS @ expit(low + length * NODES) ** 2,
            WEIGHTS @ (expit(high + length * NODES) - 1) ** 2,
        ]
    )


def _scores(truth: Vector, sizes: NDArray[np.intp]) -> dict[str, float]:
    """Every score of a model with these rates, on classes of these sizes."""
    specificity, sensitivity, area, *squares = truth.tolist()
    right = np.array([specificity, sensitivity]) * sizes
    wrong = sizes - right
    counts = np.array([[right[0], wrong[0]], [wrong[1], right[1]]])
    f1 = 2 * right / (2 * right + wrong.sum())
    return {
        "accuracy": float(right.sum() / sizes.sum()),
        "balanced accuracy": (specificity + sensitivity) / 2,
        "F1, rarer": float(f1[1]),
        "F1, mean": float(f1.mean()),
        "MCC": metrics.mcc(counts) or 0.0,
        "Brier": float(np.dot(squares, sizes) / sizes.sum()),
        "ROC AUC": area,
    }


def _intervals(found: Evaluation) -> dict[str, Interval]:
    """The intervals of the report, by score; a score that is undefined has none."""
    named = {
        "accuracy": found.accuracy_interval,
        "balanced accuracy": found.balanced_accuracy_interval,
        "F1, rarer": found.per_class[1].f1_interval,
        "F1, mean": found.macro_f1_interval,
        "MCC": found.mcc_interval,
        "Brier": found.brier_interval,
        "ROC AUC": found.roc_auc_interval,
    }
    return {score: interval for score, interval in named.items() if interval}
