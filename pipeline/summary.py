"""Step 4: what a model said of all held-out samples becomes one record.

Where each sample is held out once, counts are of samples, and intervals those of
proportions. Under repeated cross-validation counts are pooled over repeats, and intervals
are of the number of samples that folds which share their training samples leave.
"""

from collections import Counter
from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, softmax
from sklearn.metrics import roc_auc_score, roc_curve

from pipeline import intervals, metrics, probabilities, roc, score_intervals
from pipeline.classifiers import ENTRIES, setting_text
from pipeline.config import ModelKey
from pipeline.nested import Held
from pipeline.protocols import Plan
from pipeline.records.models import Choice, Evaluation, Interval, RocCurve, VariantEvaluation

SCORE_DIGITS = 6
"""Digits of the scores that are recorded: more would be those of the machine."""

Values = NDArray[np.float64]


def summarise(
    plan: Plan,
    key: ModelKey,
    held: list[Held],
    y: NDArray[np.intp],
    classes: tuple[str, ...],
    *,
    positive: int,
) -> Evaluation:
    """Pool one model's folds into one record.

    Parameters
    ----------
    plan : Plan
        The protocol and its folds.
    key : str
        Name of the model.
    held : list of Held
        What the model said in each fold.
    y : ndarray of int, shape (n_samples,)
        Class indices of all samples.
    classes : tuple of str
        Class labels.
    positive : int
        Of two classes the one that sensitivity speaks of.

    Returns
    -------
    Evaluation
        The record.
    """
    protocol = plan.protocol
    predicted = _by_repeat(plan, held, len(y))
    rows = evaluated_rows(plan)
    truth = np.broadcast_to(y[rows], predicted.shape)
    confusion = metrics.confusion_counts(truth.ravel(), predicted.ravel(), len(classes))
    per_class = metrics.class_metrics(confusion, classes)
    counts = confusion.astype(np.float64)
    n_correct, n = int(np.trace(confusion)), int(confusion.sum())
    independent = not protocol.resampled and not protocol.nominal
    share = _share(plan, held, y, n_correct, n)
    scores = held_scores(plan, held, len(y))
    shares = model_probabilities(key, scores)
    auc, auc_interval = _auc(plan, held, y, positive)
    flat_truth = truth.ravel()
    undefined = _undefined(confusion, classes)
    brier = brier_interval = log_loss = None
    if shares is not None:
        flat = shares.reshape(-1, shares.shape[-1])
        brier = probabilities.brier_score(flat, flat_truth)
        brier_interval = None if protocol.nominal else _brier_interval(plan, shares, y, rows)
        if (flat[np.arange(len(flat)), flat_truth] > 0).all():
            log_loss = probabilities.log_loss(flat, flat_truth)
        else:
            undefined["log loss"] = "a held-out sample's own class got the probability 0"
    if auc is None:
        undefined["ROC AUC"] = _no_auc(plan)
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
        accuracy_exact=intervals.clopper_pearson(n_correct, n) if independent else None,
        repeat_accuracies=tuple((predicted == truth).mean(axis=1).tolist()),
        balanced_accuracy=metrics.balanced_accuracy(per_class),
        mcc=metrics.mcc(confusion),
        roc_auc=auc,
        roc_auc_interval=auc_interval,
        brier=brier,
        log_loss=log_loss,
        rates=metrics.rates(confusion, classes, positive, independent=independent),
        per_class=tuple(
            m.model_copy(
                update={"f1_interval": _of(partial(score_intervals.f1, k=k), counts, share)}
            )
            for k, m in enumerate(per_class)
        ),
        macro=metrics.averages(per_class, weighted=False),
        weighted=metrics.averages(per_class, weighted=True),
        undefined=undefined,
        roc=_roc(scores[0], y[rows], classes, positive) if protocol.design == "split" else (),
        predicted=tuple(map(tuple, predicted.tolist())),
        scores=_recorded(key, scores, shares, positive),
        n_wrong=tuple((predicted != truth).sum(axis=0).tolist()),
        n_not_converged=sum(not bool(outcome.converged[0]) for outcome in held),
        chosen=_choices(key, held),
        n_tied=sum(bool(outcome.tied[0]) for outcome in held),
        n_at_edge=sum(bool(outcome.at_edge[0]) for outcome in held),
        balanced_accuracy_interval=_of(score_intervals.balanced_accuracy, counts, share),
        macro_f1_interval=_of(score_intervals.macro_f1, counts, share),
        mcc_interval=_of(score_intervals.mcc, counts, share),
        brier_interval=brier_interval,
    )


def brief(
    plan: Plan,
    variant: str,
    key: ModelKey,
    held: list[Held],
    y: NDArray[np.intp],
    sample_ids: tuple[str, ...],
) -> VariantEvaluation:
    """Record one model after another preprocessing.

    Parameters
    ----------
    plan : Plan
        The protocol and its folds.
    variant : str
        Key of the preprocessing.
    key : str
        Name of the model.
    held : list of Held
        What the model said in each fold.
    y : ndarray of int, shape (n_samples,)
        Class indices of all samples.
    sample_ids : tuple of str, length n_samples
        Names of the samples.

    Returns
    -------
    VariantEvaluation
        The record.
    """
    predicted = _by_repeat(plan, held, len(y))
    rows = evaluated_rows(plan)
    wrong = predicted != y[rows]
    n, n_errors = wrong.size, int(wrong.sum())
    named = rows[wrong[0]].tolist() if not plan.protocol.resampled else []
    return VariantEvaluation(
        key=f"{variant}/{plan.protocol.key}/{key}",
        variant=variant,
        protocol=plan.protocol.key,
        model=key,
        n_predictions=n,
        n_errors=n_errors,
        accuracy=1 - n_errors / n,
        accuracy_interval=_interval(plan, held, y, n - n_errors, n),
        wrong=tuple(sample_ids[row] for row in named),
    )


def evaluated_rows(plan: Plan) -> NDArray[np.intp]:
    """Give the rows that a protocol holds out, in the order of the data set.

    Parameters
    ----------
    plan : Plan
        The protocol and its folds.

    Returns
    -------
    ndarray of int
        Rows.
    """
    return np.unique(np.concatenate([fold.test for fold in plan.folds]))


def model_probabilities(key: ModelKey, scores: Values) -> Values | None:
    """Turn decision values into probabilities, for models that speak of them.

    Parameters
    ----------
    key : str
        Name of the model.
    scores : ndarray of float, shape (..., n_columns)
        Decision values.

    Returns
    -------
    ndarray of float, shape (..., n_classes), or None
        None for models that give margins or strengths.
    """
    two = scores.shape[-1] == 1
    match ENTRIES[key].score:
        case "probability" | "log odds":
            if two:
                return np.concatenate([expit(-scores), expit(scores)], axis=-1)
            if ENTRIES[key].one_against_rest:
                each = expit(scores)
                return np.asarray(each / each.sum(axis=-1, keepdims=True))
            return np.asarray(softmax(scores, axis=-1))
        case "share":
            return np.concatenate([0.5 - scores, 0.5 + scores], axis=-1) if two else scores
        case _:
            return None


def _by_repeat(plan: Plan, held: list[Held], n_samples: int) -> NDArray[np.intp]:
    """Predictions with a row for each repeat and a column for each evaluated sample."""
    predicted = np.full((plan.protocol.n_repeats, n_samples), -1, dtype=np.intp)
    for fold, outcome in zip(plan.folds, held, strict=True):
        predicted[fold.repeat, fold.test] = outcome.y_pred[0]
    return predicted[:, (predicted >= 0).all(axis=0)]


def held_scores(plan: Plan, held: list[Held], n_samples: int) -> Values:
    """Give the decision values of the held-out samples.

    Parameters
    ----------
    plan : Plan
        The protocol and its folds.
    held : list of Held
        What the model said in each fold.
    n_samples : int
        Number of samples of the data set.

    Returns
    -------
    ndarray of float, shape (n_repeats, n_rows, n_columns)
        By repeat and row of `evaluated_rows`.
    """
    n_columns = held[0].scores.shape[-1]
    scores = np.zeros((plan.protocol.n_repeats, n_samples, n_columns))
    for fold, outcome in zip(plan.folds, held, strict=True):
        scores[fold.repeat, fold.test] = outcome.scores[0]
    return scores[:, evaluated_rows(plan)]


def _recorded(
    key: ModelKey, scores: Values, shares: Values | None, positive: int
) -> tuple[tuple[float, ...], ...]:
    """Scores as the record has them: mean over repeats, of two classes those of the positive."""
    kind = ENTRIES[key].score
    if kind == "none":
        return ()
    if kind in ("probability", "share") and shares is not None:
        shown = shares[..., [positive]] if shares.shape[-1] == 2 else shares
    else:
        shown = scores if scores.shape[-1] > 1 or positive == 1 else -scores
    mean = shown.mean(axis=0)
    return tuple(tuple(float(f"{v:.{SCORE_DIGITS}g}") for v in row) for row in mean.tolist())


def _interval(
    plan: Plan, held: list[Held], y: NDArray[np.intp], n_correct: int, n: int
) -> Interval:
    """Interval of the accuracy, by the method that the protocol allows."""
    protocol = plan.protocol
    if protocol.nominal:
        return intervals.nominal(intervals.wilson(n_correct, n))
    if not protocol.resampled:
        return intervals.wilson(n_correct, n)
    repeats = protocol.n_repeats
    worth = _effective(plan, held, y, n_correct, n)
    return intervals.resampled(n_correct / repeats, n // repeats, worth)


def _effective(plan: Plan, held: list[Held], y: NDArray[np.intp], n_correct: int, n: int) -> float:
    """Share of the samples that folds leave, by how far their accuracies are spread."""
    protocol = plan.protocol
    accuracy = n_correct / n
    return intervals.effective_share(
        fold_accuracies(plan, held, y),
        variance=accuracy * (1 - accuracy) * protocol.n_repeats / n,
        n_train=protocol.n_train,
        n_test=protocol.n_test,
    )


def _share(
    plan: Plan, held: list[Held], y: NDArray[np.intp], n_correct: int, n: int
) -> float | None:
    """What one prediction is worth of a sample; None where that is not known."""
    if plan.protocol.nominal:
        return None
    if not plan.protocol.resampled:
        return 1.0
    return _effective(plan, held, y, n_correct, n) / plan.protocol.n_repeats


def _of(
    method: Callable[..., Interval | None], confusion: Values, share: float | None
) -> Interval | None:
    """Interval of a score by its method; None where no sample's worth is known."""
    return None if share is None else method(confusion, share=share)


def _brier_interval(
    plan: Plan, shares: Values, y: NDArray[np.intp], rows: NDArray[np.intp]
) -> Interval:
    """Interval of the Brier score; `shares` has a row for each repeat."""
    protocol, n_classes = plan.protocol, shares.shape[-1]
    squares = np.array([probabilities.brier_squares(repeat, y[rows]) for repeat in shares])
    if not protocol.resampled:
        return score_intervals.brier(squares[0], n_classes)
    at = {int(row): i for i, row in enumerate(rows)}
    folds = [squares[f.repeat, [at[int(row)] for row in f.test]].mean() for f in plan.folds]
    variance = intervals.inflated_variance(
        np.array(folds), n_train=protocol.n_train, n_test=protocol.n_test
    )
    return score_intervals.brier(squares.mean(axis=0), n_classes, variance)


def fold_accuracies(plan: Plan, held: list[Held], y: NDArray[np.intp]) -> Values:
    """Give the share of right predictions in each fold.

    Parameters
    ----------
    plan : Plan
        The protocol and its folds.
    held : list of Held
        What the model said in each fold.
    y : ndarray of int, shape (n_samples,)
        Class indices of all samples.

    Returns
    -------
    ndarray of float, shape (n_folds,)
        Between 0 and 1.
    """
    return np.array(
        [
            np.mean(outcome.y_pred[0] == y[fold.test])
            for fold, outcome in zip(plan.folds, held, strict=True)
        ]
    )


def _auc(
    plan: Plan, held: list[Held], y: NDArray[np.intp], positive: int
) -> tuple[float | None, Interval | None]:
    """Area under the ROC curve, the mean over folds where there are several.

    Of many classes each is set against the rest, every class counting as one; as their areas
    depend on each other, the limits are the means of theirs.
    """
    n_columns = held[0].scores.shape[-1]
    classes = range(n_columns) if n_columns > 1 else (positive,)
    sign = 1 if positive == 1 or n_columns > 1 else -1
    areas = []
    for fold, outcome in zip(plan.folds, held, strict=True):
        truth, scores = y[fold.test], sign * outcome.scores[0]
        if len(np.unique(truth)) < max(2, n_columns):
            return None, None
        columns = zip(classes, scores.T, strict=True)
        areas.append([float(roc_auc_score(truth == k, column)) for k, column in columns])
    found = [
        _auc_interval(plan, held, y, k, np.array(areas)[:, i], sign) for i, k in enumerate(classes)
    ]
    known = [interval for interval in found if interval]
    if len(known) < len(found):
        return float(np.mean(areas)), None
    return float(np.mean(areas)), Interval(
        low=float(np.mean([interval.low for interval in known])),
        high=float(np.mean([interval.high for interval in known])),
        method=known[0].method + (", mean over classes" if n_columns > 1 else ""),
    )


def _auc_interval(
    plan: Plan, held: list[Held], y: NDArray[np.intp], k: int, areas: Values, sign: int
) -> Interval | None:
    """Interval of the area of one class, by the method that the protocol allows."""
    protocol = plan.protocol
    column = k if held[0].scores.shape[-1] > 1 else 0
    ranked = any(np.ptp(outcome.scores[0][:, column]) > 0 for outcome in held)
    if protocol.nominal or not ranked:
        return None
    if protocol.resampled:
        of_class = y[evaluated_rows(plan)] == k
        return roc.resampled_auc_interval(
            areas,
            n_positive=int(of_class.sum()),
            n_negative=int((~of_class).sum()),
            n_train=protocol.n_train,
            n_test=protocol.n_test,
        )
    return roc.auc_interval(sign * held[0].scores[0][:, column], y[plan.folds[0].test] == k)


def _no_auc(plan: Plan) -> str:
    """Say why there is no area under the ROC curve."""
    if plan.protocol.design == "leave-one-out":
        return "each fold holds one sample, and scores of different fits have no common scale"
    return "a held-out part lacks a class"


def _roc(
    scores: Values, truth: NDArray[np.intp], classes: tuple[str, ...], positive: int
) -> tuple[RocCurve, ...]:
    """ROC curves, of the positive of two classes, or of each class against the rest."""
    if scores.shape[1] == 1:
        columns = {positive: scores[:, 0] if positive == 1 else -scores[:, 0]}
    else:
        columns = dict(enumerate(scores.T))
    curves = []
    for k, column in columns.items():
        is_k = truth == k
        if is_k.any() and not is_k.all():
            false_positive, true_positive, _ = roc_curve(is_k, column)
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


def _choices(key: ModelKey, held: list[Held]) -> tuple[Choice, ...]:
    """Settings that the inner folds chose, the most frequent first."""
    if ENTRIES[key].tuned is None:
        return ()
    chosen = [float(outcome.setting[0]) for outcome in held]
    genes = {setting_text(key, s): int(s) for s in chosen if ENTRIES[key].tuned == "genes"}
    counts = Counter(setting_text(key, setting) for setting in chosen)
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(
        Choice(setting=setting, n_folds=n, n_genes=genes.get(setting)) for setting, n in ordered
    )
