"""Step 4: what chance, less data and a leak would have given.

permutation test   the whole nested cross-validation on permuted labels
learning curve     training parts of growing size
leaky twin         genes chosen before the split instead of inside it
"""

import warnings
from collections import defaultdict
from collections.abc import Callable
from functools import partial
from math import ceil

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_selection import f_classif
from sklearn.svm import SVC

from pipeline.classifiers import (
    ENTRIES,
    TOLERANCE,
    Size,
    permutation_seconds,
    speed,
)
from pipeline.config import Config, ModelKey
from pipeline.dataset import Dataset
from pipeline.dual import training_weights
from pipeline.evaluate import fold_values, model_recipes, size_of
from pipeline.gram import use_dual
from pipeline.hinge import hinge_values
from pipeline.metrics import balanced_accuracy, class_metrics, confusion_counts
from pipeline.nested import batches, in_processes, nested
from pipeline.paths import MANY, Prepared, predictions
from pipeline.preprocess import FoldValues
from pipeline.progress import Progress
from pipeline.protocols import (
    ENOUGH_PREDICTIONS,
    Fold,
    Plan,
    enough,
    learning_folds,
    permutation_folds,
)
from pipeline.records.base import MethodStep, Statement, Value
from pipeline.records.models import LeakyTwin, LearningCurve, LearningPoint, Permutation
from pipeline.significance import permutation_p

CHUNK = 100
"""Permutations fitted at once: enough to share the sums, few enough for memory."""

SPREAD = (2.5, 97.5)
"""Percentiles between which 95 % of the repeats of a learning curve lie."""

REDRAWS = 100
"""Times that a permutation is drawn again where a class would be missing from a training part."""

LEAKY_REPEATS = 2
"""Repeats of the cross-validation in which the leaky twin is compared."""

Labels = NDArray[np.intp]


def permutation_tests(
    dataset: Dataset, config: Config, progress: Progress, *, n_jobs: int
) -> tuple[Permutation, ...]:
    """Repeat the whole nested cross-validation on permuted labels.

    Parameters
    ----------
    dataset : Dataset
        The data.
    config : Config
        Models, number of permutations, seed.
    progress : callable
        Told what is done and what there is to do.
    n_jobs : int
        Number of processes; the results do not depend on it.

    Returns
    -------
    tuple of Permutation
        One for each model but the baseline, in the order of the models.
    """
    folds = permutation_folds(dataset, config)
    y = np.searchsorted(dataset.classes, dataset.y)
    labels = _permuted(y, folds, config)
    tests: dict[ModelKey, Permutation] = {}
    work: list[tuple[ModelKey, Callable[[], list[int]]]] = []
    for recipe, keys in model_recipes(config).items():
        values = fold_values(dataset, config, recipe)
        size = size_of(dataset, values)
        for key in keys:
            if ENTRIES[key].is_baseline:
                continue
            n_permutations = _n_permutations(key, config, size)
            reason = _reason(key, config, folds, n_permutations, size)
            if reason:
                tests[key] = _not_run(key, reason)
                continue
            parts = np.array_split(labels[: 1 + n_permutations], n_jobs)
            work += [(key, partial(_errors, key, values, folds, part, config)) for part in parts]
    errors: dict[ModelKey, list[int]] = defaultdict(list)
    done = in_processes([task for _, task in work], n_jobs=n_jobs)
    for number, ((key, _), part) in enumerate(zip(work, done, strict=True), start=1):
        errors[key] += part
        progress("permuting labels", number, len(work))
    tests |= {key: _test(key, found, len(y)) for key, found in errors.items()}
    return tuple(tests[key] for key in config.evaluate.models if key in tests)


def learning_curves(
    dataset: Dataset, config: Config, progress: Progress, *, n_jobs: int
) -> tuple[LearningCurve, ...]:
    """Train on growing parts of the samples, tuning inside each, and test on the rest.

    Parameters
    ----------
    dataset : Dataset
        The data.
    config : Config
        Models, number of repeats, seed.
    progress : callable
        Told what is done and what there is to do.
    n_jobs : int
        Number of processes; the results do not depend on it.

    Returns
    -------
    tuple of LearningCurve
        One for each model that is fitted fast enough (`classifiers.speed`), in the order
        of the models; empty where the samples are too few for two sizes.
    """
    sizes = learning_folds(dataset, config)
    if len(sizes) < 2:
        return ()
    y = np.searchsorted(dataset.classes, dataset.y)
    size = size_of(dataset, fold_values(dataset, config, config.preprocess.recipe))
    points: dict[ModelKey, list[LearningPoint]] = {}
    for number, folds in enumerate(sizes):
        progress("learning curves", number, len(sizes))
        for recipe, keys in model_recipes(config).items():
            fast = tuple(
                k
                for k in keys
                if speed(k, size, config.evaluate) != "none" and not ENTRIES[k].is_baseline
            )
            values = fold_values(dataset, config, recipe)
            tasks = [
                partial(_shares_right, batch, fast, values, y, config)
                for batch in batches(folds, n_samples=len(y), n_genes=dataset.X.shape[1])
            ]
            parts = list(in_processes(tasks, n_jobs=n_jobs))
            for key in fast:
                shares = np.concatenate([part[key] for part in parts])
                points.setdefault(key, []).append(_point(folds, shares))
    return tuple(
        LearningCurve(key=key, points=tuple(points[key]))
        for key in config.evaluate.models
        if key in points
    )


def leaky_twin(
    dataset: Dataset, config: Config, plans: tuple[Plan, ...], *, n_jobs: int
) -> LeakyTwin | None:
    """Choose genes inside the folds, and before the split, on real and on permuted labels.

    The genes with the largest F statistics and a linear SVM, not tuned. The leaky twin sees
    the held-out samples' labels in the choice of genes and nowhere else.

    Parameters
    ----------
    dataset : Dataset
        The data.
    config : Config
        Number of genes and of permutations, seed.
    plans : tuple of Plan
        What `protocols.make_plans` gave; the first repeats of its cross-validation are used,
        one where that holds out enough.
    n_jobs : int
        Number of processes; the results do not depend on it.

    Returns
    -------
    LeakyTwin or None
        Accuracies of both; None where cross-validation did not run.
    """
    section = config.evaluate
    y = np.searchsorted(dataset.classes, dataset.y)
    plan = next(plan for plan in plans if plan.protocol.key == "cv")
    if not plan.folds:
        return None
    n_repeats = min(LEAKY_REPEATS, ceil(ENOUGH_PREDICTIONS / len(y)))
    folds = [fold for fold in plan.folds if fold.repeat < n_repeats]
    values = fold_values(dataset, config, config.preprocess.recipe)
    rng = np.random.default_rng(config.seed)
    n_permutations = enough(section, "n_leaky_permutations", n_samples=len(y))
    labels = np.concatenate([y[None], _shuffled(y, folds, n_permutations, rng)])
    rows = np.arange(len(y))
    everything = values(rows)
    chosen_before = [best_by_f(everything, codes, section.n_leaky_genes) for codes in labels]
    honest = np.zeros((len(labels), folds[-1].repeat + 1, len(y)), dtype=np.intp)
    leaky = honest.copy()
    # Only the columns that are needed travel to the processes.
    before = [everything[:, genes] for genes in chosen_before]
    tasks = [partial(_twins, fold, values, before, labels, section.n_leaky_genes) for fold in folds]
    for fold, found in zip(folds, in_processes(tasks, n_jobs=n_jobs), strict=True):
        honest[:, fold.repeat, fold.test], leaky[:, fold.repeat, fold.test] = found
    right = [(predicted == labels[:, None]).mean(axis=(1, 2)) for predicted in (honest, leaky)]
    return LeakyTwin(
        model="Linear SVM, not tuned,",
        n_genes=min(section.n_leaky_genes, everything.shape[1]),
        n_folds=plan.protocol.n_folds,
        n_repeats=honest.shape[1],
        honest_accuracy=float(right[0][0]),
        leaky_accuracy=float(right[1][0]),
        honest_balanced_accuracy=_balanced(honest[0], y, dataset.classes),
        leaky_balanced_accuracy=_balanced(leaky[0], y, dataset.classes),
        honest_permuted=tuple(right[0][1:].tolist()),
        leaky_permuted=tuple(right[1][1:].tolist()),
        majority_share=float(np.bincount(y).max() / len(y)),
        blind_accuracy=float(np.sum((np.bincount(y) / len(y)) ** 2)),
    )


def best_by_f(Z: NDArray[np.float64], codes: Labels, n_genes: int) -> NDArray[np.intp]:
    """Choose the genes with the largest F statistics; constant ones come last.

    Parameters
    ----------
    Z : ndarray of float, shape (n_samples, n_genes)
        Values.
    codes : ndarray of int, shape (n_samples,)
        Class indices.
    n_genes : int
        How many to choose, at most.

    Returns
    -------
    ndarray of int
        Their columns, the best first.
    """
    with np.errstate(divide="ignore", invalid="ignore"), warnings.catch_warnings():
        # Constant genes are put last below; nobody need be told.
        warnings.filterwarnings("ignore", "(?s)Features .* are constant", UserWarning)
        scores = np.nan_to_num(f_classif(Z, codes)[0], nan=-1.0, posinf=np.inf)
    return np.argsort(-scores, kind="stable")[:n_genes]


def method(
    permutations: tuple[Permutation, ...],
    curves: tuple[LearningCurve, ...],
    twin: LeakyTwin | None,
    config: Config,
) -> MethodStep:
    """Write the Methods paragraph on permutations, the learning curve and the leaky twin.

    Parameters
    ----------
    permutations : tuple of Permutation
        What `permutation_tests` gave.
    curves : tuple of LearningCurve
        What `learning_curves` gave.
    twin : LeakyTwin or None
        What `leaky_twin` gave.
    config : Config
        The seconds that a model may take to be fitted again.

    Returns
    -------
    MethodStep
        The paragraph.
    """
    sentences: list[str] = []
    values: list[Value] = []
    counts = sorted({test.n_permutations for test in permutations if not test.not_run})
    if counts:
        sentences.append(
            "Permutation tests [@ojala2010]: labels were permuted inside the outer folds of one "
            "repeat of nested cross-validation, each fold keeping its number of samples of each "
            "class, and everything that learns was repeated, {n_permutations} times; "
            "p = (b + 1) / (B + 1), with b of B permutations making no more errors than the "
            "real labels."
        )
        text = " or ".join(map(str, counts))
        values.append(Value(name="n_permutations", value=text, format="text"))
    if curves:
        sentences.append(
            "Learning curves: {n_repeats} random stratified training parts of each size, "
            "settings chosen inside each, the rest held out. They, and other preprocessings "
            "under resampling, were made for models of which one nested cross-validation takes no "
            "more than an estimated {most_s} s for data of this size."
        )
        n_repeats = curves[0].points[0].n_repeats
        values.append(Value(name="n_repeats", value=n_repeats, format="count"))
        most_s = config.evaluate.repeat_max_s
        values.append(Value(name="most_s", value=most_s, format="number"))
    if twin:
        sentences.append(
            "Leaky twin: the {n_genes} genes with the largest F statistics and a linear SVM, the "
            "genes chosen on each training part or, to show the bias [@ambroise2002], on all "
            "samples, to whose values all else that learns was fitted then as well."
        )
        values.append(Value(name="n_genes", value=twin.n_genes, format="count"))
    template = " ".join(sentences) or "None was made."
    return MethodStep(
        title="Chance and leaks", text=Statement(template=template, values=tuple(values))
    )


def _reason(
    key: ModelKey, config: Config, folds: tuple[Fold, ...], n_permutations: int, size: Size
) -> str | None:
    """Why a model's labels are not permuted."""
    seconds = permutation_seconds(key, size)
    if seconds is None:
        return "fitted again for each permutation it would take longer than all else together"
    if not n_permutations:
        return "no permutation was asked for"
    if not folds:
        return "labels of samples in groups cannot be permuted one by one"
    linear = ENTRIES[key].tuned in ("C", "components", "neighbours")
    if linear and not use_dual(size.n_samples, size.n_genes):
        return "with so many samples, or so few genes, permutations would take longer than all else"
    most = config.evaluate.repeat_max_s
    if seconds > most:
        return (
            f"at this size one permutation takes an estimated {seconds:.0f} s, more than the "
            f"{most:g} s of evaluate.repeat_max_s"
        )
    return None


def _n_permutations(key: ModelKey, config: Config, size: Size) -> int:
    """How often a model's labels are permuted."""
    section = config.evaluate
    fast = speed(key, size, section) == "fast"
    return section.n_permutations if fast else section.n_permutations_slow


def _permuted(y: Labels, folds: tuple[Fold, ...], config: Config) -> Labels:
    """The labels, then permutations of them inside the outer folds."""
    rng = np.random.default_rng(config.seed)
    most = max(config.evaluate.n_permutations, config.evaluate.n_permutations_slow)
    permuted = np.tile(y, (most, 1))
    for fold in folds:
        permuted[:, fold.test] = rng.permuted(permuted[:, fold.test], axis=1)
    return np.concatenate([y[None], permuted])


def _errors(
    key: ModelKey, values: FoldValues, folds: tuple[Fold, ...], labels: Labels, config: Config
) -> list[int]:
    """Errors of the whole nested cross-validation, for each vector of labels."""
    errors = np.zeros(len(labels), dtype=np.intp)
    for batch in batches(folds, n_samples=labels.shape[1], n_genes=values.values.shape[1]):
        prepared = Prepared(values, batch)
        for start in range(0, len(labels), CHUNK):
            part = slice(start, start + CHUNK)
            some = labels[part]
            held = nested(
                key,
                prepared,
                some,
                config.evaluate,
                n_classes=int(some.max()) + 1,
                seed=config.seed,
            )
            for fold, outcome in zip(batch, held, strict=True):
                errors[part] += (outcome.y_pred != some[:, fold.test]).sum(axis=1)
    return [int(n) for n in errors]


def _test(key: ModelKey, errors: list[int], n_predictions: int) -> Permutation:
    """Record a permutation test."""
    observed, null = errors[0], errors[1:]
    return Permutation(
        key=key,
        n_permutations=len(null),
        n_predictions=n_predictions,
        n_errors=observed,
        null=tuple(null),
        p_value=permutation_p(null, observed),
        smallest_p=1 / (len(null) + 1),
        not_run=None,
    )


def _not_run(key: ModelKey, reason: str) -> Permutation:
    """Record that there is no permutation test."""
    return Permutation(
        key=key,
        n_permutations=0,
        n_predictions=0,
        n_errors=0,
        null=(),
        p_value=None,
        smallest_p=None,
        not_run=reason,
    )


def _shares_right(
    folds: tuple[Fold, ...],
    keys: tuple[ModelKey, ...],
    values: FoldValues,
    y: Labels,
    config: Config,
) -> dict[ModelKey, NDArray[np.float64]]:
    """Share of right predictions of each model in each fold."""
    prepared = Prepared(values, folds)
    shares = {}
    for key in keys:
        held = nested(
            key, prepared, y[None], config.evaluate, n_classes=int(y.max()) + 1, seed=config.seed
        )
        shares[key] = np.array(
            [
                np.mean(outcome.y_pred[0] == y[fold.test])
                for fold, outcome in zip(folds, held, strict=True)
            ]
        )
    return shares


def _point(folds: tuple[Fold, ...], shares: NDArray[np.float64]) -> LearningPoint:
    """Record one size of the learning curve."""
    low, high = np.percentile(shares, SPREAD)
    return LearningPoint(
        n_train=len(folds[0].train),
        n_test=len(folds[0].test),
        n_repeats=len(folds),
        accuracy=float(shares.mean()),
        low=float(low),
        high=float(high),
    )


def _shuffled(y: Labels, folds: list[Fold], n: int, rng: np.random.Generator) -> Labels:
    """Permutations of the labels that leave every class in every training part.

    In a small study a permutation can put all of a class into one fold: nobody could learn it
    there. Such a one is drawn again, and left out where that does not help.
    """
    permuted = rng.permuted(np.tile(y, (n, 1)), axis=1)
    trains = np.array([np.isin(np.arange(len(y)), fold.train) for fold in folds])
    one_hot = np.eye(y.max() + 1)

    def is_whole(codes: Labels) -> bool:
        return bool((trains @ one_hot[codes] > 0).all())

    for number, codes in enumerate(permuted):
        for _ in range(REDRAWS):
            if is_whole(codes):
                break
            codes = rng.permutation(y)
        permuted[number] = codes
    return permuted[np.array([is_whole(codes) for codes in permuted], dtype=np.bool_)]


def _twins(
    fold: Fold,
    values: FoldValues,
    before: list[NDArray[np.float64]],
    labels: Labels,
    n_genes: int,
) -> tuple[Labels, Labels]:
    """What both twins say of the held-out rows of a fold, for each vector of labels."""
    Z = values(fold.train)
    honest, leaky = [], []
    for codes, leaked in zip(labels, before, strict=True):
        inside = best_by_f(Z[fold.train], codes[fold.train], n_genes)
        honest.append(_svm(Z[:, inside], codes, fold))
        leaky.append(_svm(leaked, codes, fold))
    return np.array(honest), np.array(leaky)


def _svm(Z: NDArray[np.float64], codes: Labels, fold: Fold) -> Labels:
    """What a linear SVM says of the held-out rows; the only class where there is one."""
    if len(np.unique(codes[fold.train])) == 1:
        return np.full(len(fold.test), codes[fold.train][0])
    if len(fold.train) > MANY and len(np.unique(codes[fold.train])) == 2:
        weights = training_weights(codes, [fold.train])[0]
        low = codes[fold.train].min()
        values, _ = hinge_values(Z, (codes > low).astype(np.intp), weights, (1.0,), n_classes=2)
        of_two = np.array([low, codes[fold.train].max()])
        return np.asarray(of_two[predictions(values[0][fold.test])], dtype=np.intp)
    model = SVC(kernel="linear", tol=TOLERANCE).fit(Z[fold.train], codes[fold.train])
    return np.asarray(model.predict(Z[fold.test]), dtype=np.intp)


def _balanced(predicted: Labels, y: Labels, classes: tuple[str, ...]) -> float:
    """Mean over classes of the share of right predictions."""
    truth = np.broadcast_to(y, predicted.shape)
    confusion = confusion_counts(truth.ravel(), predicted.ravel(), len(classes))
    value = balanced_accuracy(class_metrics(confusion, classes))
    return float(value) if value is not None else 0.0
