"""Step 4: every model under every protocol, on samples that it never saw.

Three protocols, each a list of folds that say who trains and who is held out::

    given    train on the given training set, test on the independent one     1 fold
    cv       repeated stratified k-fold over all samples         n_repeats x n_folds
    holdout  one stratified random part held out, as the first study did      1 fold

In each fold the preprocessing is fitted once, on the training part, and shared by all
models; nothing that learns sees a held-out sample.
"""

import warnings
from dataclasses import dataclass
from itertools import combinations
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import roc_auc_score, roc_curve
from sklearn.model_selection import RepeatedStratifiedKFold, train_test_split

from pipeline import intervals, metrics, significance
from pipeline.classifiers import ENTRIES, IMPROVEMENTS, TOLERANCE, make_classifier
from pipeline.config import Config
from pipeline.dataset import Dataset
from pipeline.errors import DataError
from pipeline.preprocess import make_preprocessor
from pipeline.progress import Progress
from pipeline.records.base import MethodStep, Statement, Value
from pipeline.records.models import (
    Comparison,
    Evaluation,
    Improvement,
    Interval,
    Protocol,
    RocCurve,
)

METHOD = (
    " Under resampling the ROC AUC is the mean over folds; all other scores come from the"
    " confusion matrix summed over repeats. Intervals are 95 % intervals: Wilson's score"
    " interval for a single split [@wilson1927]; for resampling, on each side, the wider"
    " limit of the t interval over folds, its variance corrected for their overlap"
    " [@nadeau2003], and of Wilson's interval for the same share of the samples. Two models"
    " on the same held-out samples were compared by McNemar's exact test [@mcnemar1947];"
    " over all pairs of models of a split the p-values were adjusted by Holm [@holm1979]."
)
"""The part of the Methods on evaluation that no setting changes."""


@dataclass(frozen=True)
class Fold:
    """Who trains and who is held out; rows of the data set."""

    repeat: int
    train: NDArray[np.intp]
    test: NDArray[np.intp]


@dataclass(frozen=True)
class Plan:
    """A protocol and its folds."""

    protocol: Protocol
    folds: tuple[Fold, ...]


@dataclass(frozen=True)
class Held:
    """What one model said of one fold's held-out samples."""

    y_pred: NDArray[np.intp]
    scores: NDArray[np.float64]
    converged: bool


def make_plans(dataset: Dataset, config: Config) -> tuple[Plan, ...]:
    """Lay out the folds of every protocol.

    Parameters
    ----------
    dataset : Dataset
        The data.
    config : Config
        Number of folds and repeats, share held out, seed.

    Returns
    -------
    tuple of Plan
        `given`, `cv`, `holdout`; a protocol that the data do not allow has no folds and
        gives its reason.
    """
    return (_given(dataset), _cross_validation(dataset, config), _holdout(dataset, config))


def evaluate(
    dataset: Dataset, config: Config, plans: tuple[Plan, ...], progress: Progress
) -> tuple[Evaluation, ...]:
    """Run every model under every protocol.

    Parameters
    ----------
    dataset : Dataset
        The data.
    config : Config
        Models, preprocessing, seed.
    plans : tuple of Plan
        What `make_plans` gave.
    progress : callable
        Told the protocol's label, the folds done and the folds in all.

    Returns
    -------
    tuple of Evaluation
        One for each available protocol and model, in that order.
    """
    y = np.searchsorted(dataset.classes, dataset.y)
    n_folds = sum(len(plan.folds) for plan in plans)
    done = 0
    evaluations: list[Evaluation] = []
    for plan in plans:
        held: list[dict[str, Held]] = []
        for fold in plan.folds:
            where = f"{plan.protocol.label}, fold {len(held) + 1} of {len(plan.folds)}"
            held.append(_run_fold(dataset.X, y, fold, config, where=where))
            done += 1
            progress(plan.protocol.label, done, n_folds)
        if plan.folds:
            evaluations += [
                _summarise(plan, key, [outcome[key] for outcome in held], y, dataset.classes)
                for key in config.evaluate.models
            ]
    return tuple(evaluations)


def compare(
    evaluations: tuple[Evaluation, ...], protocols: tuple[Protocol, ...], dataset: Dataset
) -> tuple[Comparison, ...]:
    """Compare every two models on the same held-out samples.

    Parameters
    ----------
    evaluations : tuple of Evaluation
        What `evaluate` gave.
    protocols : tuple of Protocol
        The protocols; only those that hold each sample out once can be compared so.
    dataset : Dataset
        For the true classes.

    Returns
    -------
    tuple of Comparison
        One for each pair of models of each single split.
    """
    truth = dict(zip(dataset.sample_ids, dataset.y.tolist(), strict=True))
    compared: list[Comparison] = []
    for protocol in protocols:
        if protocol.resampled or protocol.unavailable:
            continue
        labels = [truth[sample] for sample in protocol.sample_ids]
        y_true = np.searchsorted(dataset.classes, labels)
        scored = [e for e in evaluations if e.protocol == protocol.key]
        compared += _adjusted([_compare_two(a, b, y_true) for a, b in combinations(scored, 2)])
    return tuple(compared)


def improvements(
    evaluations: tuple[Evaluation, ...], comparisons: tuple[Comparison, ...]
) -> tuple[Improvement, ...]:
    """Set each recommended change beside the model that it changes.

    Parameters
    ----------
    evaluations : tuple of Evaluation
        What `evaluate` gave.
    comparisons : tuple of Comparison
        What `compare` gave.

    Returns
    -------
    tuple of Improvement
        In the order of protocols; the p-value is None under resampling.
    """
    by_key = {evaluation.key: evaluation for evaluation in evaluations}
    p_values = {
        (comparison.protocol, frozenset((comparison.first, comparison.second))): comparison.p_value
        for comparison in comparisons
    }
    records = []
    for protocol in dict.fromkeys(evaluation.protocol for evaluation in evaluations):
        for label, base_key, variant_key in IMPROVEMENTS:
            base = by_key.get(f"{protocol}/{base_key}")
            variant = by_key.get(f"{protocol}/{variant_key}")
            if base and variant:
                records.append(
                    Improvement(
                        key=f"{protocol}/{base_key}/{variant_key}",
                        label=label,
                        protocol=protocol,
                        base=base_key,
                        variant=variant_key,
                        n_changed=_n_changed(base, variant),
                        n_predictions=base.n_predictions,
                        base_accuracy=base.accuracy,
                        variant_accuracy=variant.accuracy,
                        p_value=p_values.get((protocol, frozenset((base_key, variant_key)))),
                    )
                )
    return tuple(records)


def method(protocols: tuple[Protocol, ...], config: Config) -> tuple[MethodStep, ...]:
    """Write the Methods paragraphs on models and evaluation.

    Parameters
    ----------
    protocols : tuple of Protocol
        The protocols that were laid out.
    config : Config
        The models and their settings.

    Returns
    -------
    tuple of MethodStep
        Models, then evaluation.
    """
    section = config.evaluate
    names = [ENTRIES[key].noun for key in section.models]
    citations = " ".join(
        f"[@{key}]" for key in dict.fromkeys(ENTRIES[key].citation for key in section.models)
    )
    models = Statement(
        template="Classifiers: {models} " + citations + ". The penalty C was {penalty}"
        " throughout, not tuned"
        + (
            "; PCA kept at most {n_components} components, set in advance."
            if "pca_logistic" in section.models
            else "."
        )
        + " Logistic regression was solved by L-BFGS, the support vector machine by libsvm, both"
        " to a tolerance of {tolerance}.",
        values=(
            Value(name="models", value=", ".join(names), format="text"),
            Value(name="penalty", value=section.penalty_c, format="number"),
            Value(name="n_components", value=section.n_components, format="count"),
            Value(name="tolerance", value=TOLERANCE, format="number"),
        ),
    )
    ran = [protocol for protocol in protocols if not protocol.unavailable]
    description = Statement(
        template=" ".join(
            f"{{label_{i}}}: " + _suffixed(protocol.description.template, i)
            for i, protocol in enumerate(ran)
        )
        + METHOD,
        values=tuple(
            value
            for i, protocol in enumerate(ran)
            for value in (
                Value(name=f"label_{i}", value=protocol.label, format="text"),
                *(
                    v.model_copy(update={"name": f"{v.name}_{i}"})
                    for v in protocol.description.values
                ),
            )
        ),
    )
    return (
        MethodStep(title="Models", text=models),
        MethodStep(title="Evaluation", text=description),
    )


def _suffixed(template: str, i: int) -> str:
    """Give the places of a template a number, so that several can stand in one paragraph."""
    return template.replace("}", f"_{i}}}")


def _given(dataset: Dataset) -> Plan:
    """The split that came with the data."""
    n_train, n_test = len(dataset.train), len(dataset.test)
    protocol = Protocol(
        key="given",
        label="Independent test set",
        description=Statement(
            template="train on the {n_train} training samples as given, test once on the "
            "{n_test} independent ones.",
            values=_counts(n_train=n_train, n_test=n_test),
        ),
        design="split",
        n_train=n_train,
        n_test=n_test,
        n_folds=1,
        n_repeats=1,
        n_inner_folds=0,
        sample_ids=tuple(dataset.sample_ids[row] for row in dataset.test),
        unavailable=None if n_test else "the data set in use has no independent test samples",
    )
    folds = (Fold(0, dataset.train, dataset.test),) if n_test else ()
    return Plan(protocol, folds)


def _cross_validation(dataset: Dataset, config: Config) -> Plan:
    """Repeated stratified k-fold cross-validation over all samples."""
    y, n_samples = dataset.y, len(dataset.y)
    smallest = int(np.unique(y, return_counts=True)[1].min())
    n_folds, n_repeats = min(config.evaluate.n_folds, smallest), config.evaluate.n_repeats
    splitter = RepeatedStratifiedKFold(
        n_splits=n_folds, n_repeats=n_repeats, random_state=config.seed
    )
    folds = tuple(
        Fold(i // n_folds, train, test) for i, (train, test) in enumerate(splitter.split(y, y))
    )
    n_test = ceil(n_samples / n_folds)
    protocol = Protocol(
        key="cv",
        label="Repeated cross-validation",
        description=Statement(
            template="{n_folds}-fold, stratified, over all {n_samples} samples, so that each is "
            "held out once" + (" in each of {n_repeats} repeats." if n_repeats > 1 else "."),
            values=_counts(n_folds=n_folds, n_repeats=n_repeats, n_samples=n_samples),
        ),
        design="repeated",
        n_train=n_samples - n_test,
        n_test=n_test,
        n_folds=n_folds,
        n_repeats=n_repeats,
        n_inner_folds=0,
        sample_ids=dataset.sample_ids,
        unavailable=None,
    )
    return Plan(protocol, folds)


def _holdout(dataset: Dataset, config: Config) -> Plan:
    """One stratified random part held out."""
    n_samples = len(dataset.y)
    n_classes = len(dataset.classes)
    n_test = max(ceil(config.evaluate.holdout_share * n_samples), n_classes)
    possible = n_samples - n_test >= n_classes
    folds: tuple[Fold, ...] = ()
    if possible:
        train, test = train_test_split(
            np.arange(n_samples), test_size=n_test, stratify=dataset.y, random_state=config.seed
        )
        possible = set(dataset.y[train]) == set(dataset.classes)
    if possible:
        folds = (Fold(0, np.sort(train), np.sort(test)),)
    protocol = Protocol(
        key="holdout",
        label="Random hold-out",
        description=Statement(
            template="one stratified random part of {n_test} samples held out of {n_samples}, "
            "seed {seed}.",
            values=_counts(n_test=n_test, n_samples=n_samples, seed=config.seed),
        ),
        design="split",
        n_train=n_samples - n_test,
        n_test=n_test,
        n_folds=1,
        n_repeats=1,
        n_inner_folds=0,
        sample_ids=tuple(dataset.sample_ids[row] for fold in folds for row in fold.test),
        unavailable=None if possible else "too few samples are left to train on every class",
    )
    return Plan(protocol, folds)


def _counts(**values: int) -> tuple[Value, ...]:
    """Values of a sentence that are all counts."""
    return tuple(Value(name=name, value=value, format="count") for name, value in values.items())


def _run_fold(
    X: NDArray[np.float64], y: NDArray[np.intp], fold: Fold, config: Config, *, where: str
) -> dict[str, Held]:
    """Fit the preprocessing once and every model on its training part."""
    preprocessor = make_preprocessor(config.preprocess)
    try:
        X_train = preprocessor.fit_transform(X[fold.train])
    except DataError as error:
        raise DataError(f"{where}: {error}") from error
    if X_train.shape[1] < 2:
        raise DataError(
            f"{where}: expected at least 2 genes after preprocessing, found {X_train.shape[1]}"
        )
    X_test = preprocessor.transform(X[fold.test])
    return {
        key: _fit_and_predict(key, X_train, y[fold.train], X_test, config)
        for key in config.evaluate.models
    }


def _fit_and_predict(
    key: str,
    X_train: NDArray[np.float64],
    y_train: NDArray[np.intp],
    X_test: NDArray[np.float64],
    config: Config,
) -> Held:
    """Fit one model and ask it about the held-out samples."""
    classifier = make_classifier(key, config.evaluate, max_components=min(X_train.shape) - 1)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        classifier.fit(X_train, y_train)
    others = [w for w in caught if not issubclass(w.category, ConvergenceWarning)]
    for warning in others:  # only lack of convergence is a finding; the rest is passed on
        warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)
    return Held(
        y_pred=classifier.predict(X_test),
        scores=_scores(classifier, X_test),
        converged=len(others) == len(caught),
    )


def _scores(classifier: Any, X: NDArray[np.float64]) -> NDArray[np.float64]:
    """Decision values, one column for the second of two classes or one for each of many."""
    if hasattr(classifier, "decision_function"):
        scores = classifier.decision_function(X)
    else:
        scores = classifier.predict_proba(X)
        scores = scores[:, 1] if scores.shape[1] == 2 else scores
    return np.asarray(scores, dtype=np.float64).reshape(len(X), -1)


def _summarise(
    plan: Plan, key: str, held: list[Held], y: NDArray[np.intp], classes: tuple[str, ...]
) -> Evaluation:
    """Pool one model's folds into one record."""
    protocol = plan.protocol
    predicted = _by_repeat(plan, held, len(y))
    rows = np.unique(np.concatenate([fold.test for fold in plan.folds]))
    truth = np.broadcast_to(y[rows], predicted.shape)
    confusion = metrics.confusion_counts(truth.ravel(), predicted.ravel(), len(classes))
    per_class = metrics.class_metrics(confusion, classes)
    n_correct, n = int(np.trace(confusion)), int(confusion.sum())
    return Evaluation(
        key=f"{protocol.key}/{key}",
        protocol=protocol.key,
        model=key,
        confusion=tuple(map(tuple, confusion.tolist())),
        n_predictions=n,
        n_correct=n_correct,
        n_errors=n - n_correct,
        accuracy=n_correct / n,
        accuracy_interval=_interval(plan, held, y, n_correct, n),
        accuracy_exact=None,
        repeat_accuracies=tuple((predicted == truth).mean(axis=1).tolist()),
        balanced_accuracy=metrics.balanced_accuracy(per_class),
        mcc=metrics.mcc(confusion),
        roc_auc=_mean_auc(plan, held, y),
        roc_auc_interval=None,
        brier=None,
        log_loss=None,
        rates=(),
        per_class=per_class,
        macro=metrics.averages(per_class, weighted=False),
        weighted=metrics.averages(per_class, weighted=True),
        undefined=_undefined(confusion, classes),
        roc=() if protocol.resampled else _roc(held[0].scores, y[rows], classes),
        predicted=tuple(map(tuple, predicted.tolist())),
        scores=() if protocol.resampled else tuple(map(tuple, held[0].scores.tolist())),
        n_wrong=tuple((predicted != truth).sum(axis=0).tolist()),
        n_not_converged=sum(not outcome.converged for outcome in held),
        chosen=(),
    )


def _by_repeat(plan: Plan, held: list[Held], n_samples: int) -> NDArray[np.intp]:
    """Predictions with a row for each repeat and a column for each evaluated sample."""
    predicted = np.full((plan.protocol.n_repeats, n_samples), -1, dtype=np.intp)
    for fold, outcome in zip(plan.folds, held, strict=True):
        predicted[fold.repeat, fold.test] = outcome.y_pred
    return predicted[:, (predicted >= 0).all(axis=0)]


def _interval(
    plan: Plan, held: list[Held], y: NDArray[np.intp], n_correct: int, n: int
) -> Interval:
    """Interval of the accuracy, by the method that the protocol allows."""
    protocol = plan.protocol
    if not protocol.resampled:
        return intervals.wilson(n_correct, n)
    shares = [
        np.mean(outcome.y_pred == y[fold.test])
        for fold, outcome in zip(plan.folds, held, strict=True)
    ]
    return intervals.resampled(
        np.array(shares),
        accuracy=n_correct / n,
        n_samples=len(protocol.sample_ids),
        n_train=protocol.n_train,
        n_test=protocol.n_test,
    )


def _mean_auc(plan: Plan, held: list[Held], y: NDArray[np.intp]) -> float | None:
    """Area under the ROC curve, averaged over folds; None where a fold lacks a class."""
    values = []
    for fold, outcome in zip(plan.folds, held, strict=True):
        truth, scores = y[fold.test], outcome.scores
        if len(np.unique(truth)) < max(2, scores.shape[1]):
            return None
        if scores.shape[1] == 1:
            values.append(roc_auc_score(truth, scores[:, 0]))
        else:  # one class against the rest, every class counting as one
            values.append(
                np.mean([roc_auc_score(truth == k, column) for k, column in enumerate(scores.T)])
            )
    return float(np.mean(values))


def _roc(
    scores: NDArray[np.float64], truth: NDArray[np.intp], classes: tuple[str, ...]
) -> tuple[RocCurve, ...]:
    """ROC curves, the second of two classes as the positive one, or each against the rest."""
    columns = {1: scores[:, 0]} if scores.shape[1] == 1 else dict(enumerate(scores.T))
    curves = []
    for k, column in columns.items():
        positive = truth == k
        if positive.any() and not positive.all():
            false_positive, true_positive, _ = roc_curve(positive, column)
            curves.append(
                RocCurve(
                    label=classes[k],
                    false_positive_rate=tuple(false_positive.tolist()),
                    true_positive_rate=tuple(true_positive.tolist()),
                )
            )
    return tuple(curves)


def _undefined(confusion: NDArray[np.intp], classes: tuple[str, ...]) -> dict[str, str]:
    """Say why a metric is undefined."""
    reasons = {}
    for k, label in enumerate(classes):
        if not confusion[:, k].any():
            reasons[f"precision of {label}"] = f"no sample was predicted {label}"
        if not confusion[k].any():
            reasons[f"recall of {label}"] = f"no held-out sample is {label}"
    if metrics.mcc(confusion) is None:
        reasons["MCC"] = "only one class occurs, or only one was predicted"
    return reasons


def _compare_two(first: Evaluation, second: Evaluation, truth: NDArray[np.intp]) -> Comparison:
    """Compare two models that predicted the same samples once."""
    first_right = np.array(first.predicted[0]) == truth
    second_right = np.array(second.predicted[0]) == truth
    only_first = int((first_right & ~second_right).sum())
    only_second = int((second_right & ~first_right).sum())
    p_value = significance.mcnemar_exact(only_first, only_second)
    return Comparison(
        key=f"{first.key}/{second.model}",
        protocol=first.protocol,
        first=first.model,
        second=second.model,
        n_only_first_right=only_first,
        n_only_second_right=only_second,
        n_changed=_n_changed(first, second),
        difference=first.accuracy - second.accuracy,
        test="exact McNemar test",
        p_value=p_value,
        p_adjusted=p_value,
    )


def _adjusted(pairs: list[Comparison]) -> list[Comparison]:
    """Adjust the p-values of one protocol's pairs, those with the baseline left out."""
    baseline = {key for key, entry in ENTRIES.items() if entry.is_baseline}
    family = [i for i, pair in enumerate(pairs) if not baseline & {pair.first, pair.second}]
    adjusted = significance.holm([pairs[i].p_value for i in family])
    result = list(pairs)
    for i, p_adjusted in zip(family, adjusted, strict=True):
        result[i] = pairs[i].model_copy(update={"p_adjusted": p_adjusted})
    return result


def _n_changed(first: Evaluation, second: Evaluation) -> int:
    """Predictions, over all repeats, in which two models differ."""
    return int((np.array(first.predicted) != np.array(second.predicted)).sum())
