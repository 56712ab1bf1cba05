"""A full evaluation in synthetic records, for reports on results that were never computed.

Thirteen models under six protocols, drawn from one seed: the counts and scores of a record agree
with its predictions, but no model was trained.
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from pipeline import comparisons, intervals, metrics, significance
from pipeline.paired import tango
from pipeline.records.base import Statement
from pipeline.records.models import (
    Abstention,
    Calibration,
    CalibrationBin,
    Choice,
    Comparison,
    CoveragePoint,
    Evaluation,
    Interval,
    LeakyTwin,
    LearningCurve,
    LearningPoint,
    Model,
    Permutation,
    Protocol,
    Rate,
    RocCurve,
    ThresholdPoint,
    ThresholdTable,
    Variant,
    VariantEvaluation,
)
from pipeline.results import Results

# Model, and how far its scores lie apart: two standard deviations are 97.7 % right.
MODELS = {
    "majority": ("Majority class", 0.0),
    "logistic": ("Logistic regression, L2", 1.7),
    "logistic_l1": ("Logistic regression, L1", 1.5),
    "elastic_net": ("Logistic regression, elastic net", 1.8),
    "logistic_balanced": ("Logistic regression, weighted", 1.7),
    "svm": ("Linear SVM", 2.1),
    "svm_balanced": ("Linear SVM, weighted", 2.1),
    "pca_logistic": ("PCA + logistic regression", 1.0),
    "dlda": ("Diagonal linear discriminant", 1.9),
    "centroids": ("Nearest shrunken centroids", 1.6),
    "voting": ("Weighted voting", 1.7),
    "knn": ("k nearest neighbours", 1.4),
    "forest": ("Random forest", 1.3),
}
PROTOCOLS = {
    "swap": ("Training and test exchanged", "split"),
    "loo": ("Leave-one-out", "leave-one-out"),
    "source": ("Leave-one-source-out", "leave-one-source-out"),
}
VARIANTS = {
    "main": "As in this report",
    "all": "All genes",
    "raw": "Not logged",
    "rows": "By array",
}


@dataclass(frozen=True)
class Truth:
    """The held-out samples of a protocol, and their classes as indices."""

    protocol: Protocol
    y: NDArray[np.intp]
    labels: tuple[str, ...]


def with_evaluation(results: Results, *, seed: int = 0) -> Results:
    """Put a full synthetic evaluation in the place of the computed one."""
    rng = np.random.default_rng(seed)
    models = tuple(_model(results, key, label) for key, (label, _) in MODELS.items())
    protocols = _protocols(results)
    truths = {p.key: _truth(results, p) for p in protocols if not p.unavailable}
    evaluations = tuple(
        _evaluation(truth, model, apart, rng)
        for truth in truths.values()
        for model, (_, apart) in zip(models, MODELS.values(), strict=True)
    )
    by_key = {evaluation.key: evaluation for evaluation in evaluations}
    shown = [key for key in ("given", "cv") if key in truths]
    two_classes = len(results.data.classes) == 2
    compared = tuple(pair for key in shown for pair in _comparisons(truths[key], by_key))
    main = truths[shown[0]]
    return results.model_copy(
        update={
            "models": models,
            "protocols": protocols,
            "evaluations": evaluations,
            "comparisons": compared,
            "powers": comparisons.powers(compared, protocols),
            "improvements": (),
            "primary_evaluation": f"{shown[0]}/svm",
            "variants": tuple(
                Variant(
                    key=key, label=label, description=Statement(template=f"{label}."), n_genes=30
                )
                for key, label in VARIANTS.items()
            ),
            "variant_evaluations": tuple(
                _variant(truths[key], model, variant, rng)
                for variant in list(VARIANTS)[1:]
                for key in shown
                for model in models
            ),
            "permutations": tuple(_permutation(model, by_key, rng) for model in models),
            "learning_curves": tuple(
                _learning_curve(model, by_key)
                for model in models
                if model.key in ("majority", "svm", "logistic", "knn")
            ),
            "leaky_twin": _leaky_twin(rng),
            "abstentions": tuple(_abstention(truths[key]) for key in shown),
            "thresholds": (_thresholds(main, by_key),) if two_classes else (),
            "calibrations": _calibrations(truths, by_key) if two_classes else (),
            "n_scored_on_test": len(models) * len(VARIANTS) if "given" in shown else 0,
        }
    )


def _model(results: Results, key: str, label: str) -> Model:
    """Describe a model."""
    return Model(
        key=key,
        label=label,
        noun=f"the {label}",
        description="Chosen for a test.",
        is_baseline=key == "majority",
        citation=results.models[0].citation,
        score="none" if key == "majority" else "margin" if key.startswith("svm") else "probability",
        tuned=None if key in ("majority", "svm") else "penalty from 0.01, 0.1 and 1",
        recipe="main",
    )


def _protocols(results: Results) -> tuple[Protocol, ...]:
    """Add the exchanged parts, leave-one-out, and one protocol that did not run."""
    ids = tuple(sample.id for sample in results.data.samples)
    train = tuple(s.id for s in results.data.samples if s.partition == "train")
    held = {"swap": train, "loo": ids, "source": ()}
    kept = [p for p in results.protocols if p.key in ("given", "cv", "holdout")]
    given, cv, *others = (p.model_copy(update={"n_inner_folds": 5}) for p in kept)
    added = {
        key: Protocol(
            key=key,
            label=label,
            description=Statement(template="as its name says."),
            design=design,  # type: ignore[arg-type]
            n_train=len(ids) - len(held[key]) if key == "swap" else len(ids) - 1,
            n_test=len(held[key]) if key == "swap" else 1,
            n_folds=1 if key == "swap" else len(ids),
            n_repeats=1,
            n_inner_folds=5,
            sample_ids=held[key],
            unavailable="no source is known"
            if key == "source"
            else given.unavailable
            if key == "swap"
            else None,
        )
        for key, (label, design) in PROTOCOLS.items()
    }
    return (given, added["swap"], cv, added["loo"], *others, added["source"])


def _truth(results: Results, protocol: Protocol) -> Truth:
    """Look up the classes of the held-out samples."""
    labels = tuple(summary.label for summary in results.data.classes)
    of = {sample.id: labels.index(sample.label) for sample in results.data.samples}
    return Truth(protocol, np.array([of[i] for i in protocol.sample_ids]), labels)


def _draw(truth: Truth, apart: float, rng: np.random.Generator) -> NDArray[np.intp]:
    """Draw predictions; samples that are hard stay so from repeat to repeat."""
    y, n_classes = truth.y, len(truth.labels)
    if not apart:
        return np.zeros((truth.protocol.n_repeats, len(y)), dtype=np.intp)
    hardness = 0.8 * np.sin(12.9898 * (1 + np.arange(len(y))))
    noise = 0.5 * rng.standard_normal((truth.protocol.n_repeats, len(y)))
    right = apart + hardness + noise > 1.0
    return np.where(right, y, (y + 1) % n_classes)


def _evaluation(truth: Truth, model: Model, apart: float, rng: np.random.Generator) -> Evaluation:
    """Draw an evaluation, and count it."""
    protocol, labels = truth.protocol, truth.labels
    predicted = _draw(truth, apart, rng)
    wrong = predicted != truth.y
    repeated = np.tile(truth.y, protocol.n_repeats)
    confusion = metrics.confusion_counts(repeated, predicted.ravel(), len(labels))
    per_class = metrics.class_metrics(confusion, labels)
    n_correct, n = int(np.trace(confusion)), int(confusion.sum())
    once = protocol.n_repeats == 1
    area = 0.5 + 0.49 * min(apart, 2) / 2
    probabilities = model.score == "probability"
    undefined = {} if metrics.mcc(confusion) is not None else {"MCC": "only one class is predicted"}
    return Evaluation(
        key=f"{protocol.key}/{model.key}",
        protocol=protocol.key,
        model=model.key,
        confusion=tuple(map(tuple, confusion.tolist())),
        n_predictions=n,
        n_correct=n_correct,
        n_errors=n - n_correct,
        accuracy=n_correct / n,
        accuracy_interval=intervals.wilson(n_correct, n),
        accuracy_exact=_exact(n_correct, n) if once else None,
        repeat_accuracies=tuple((1 - wrong.mean(axis=1)).tolist()),
        balanced_accuracy=metrics.balanced_accuracy(per_class),
        mcc=metrics.mcc(confusion),
        roc_auc=area,
        roc_auc_interval=Interval(low=area - 0.1, high=min(area + 0.1, 1.0), method="DeLong"),
        brier=float(wrong.mean()) if probabilities else None,
        log_loss=float(0.1 + wrong.mean()) if probabilities else None,
        rates=_rates(confusion, once=once) if len(labels) == 2 else (),
        per_class=per_class,
        macro=metrics.averages(per_class, weighted=False),
        weighted=metrics.averages(per_class, weighted=True),
        undefined=undefined,
        roc=tuple(
            RocCurve(
                label=label,
                false_positive_rate=(0.0, 0.0, 1 - area, 1.0),
                true_positive_rate=(0.0, area, 1.0, 1.0),
            )
            for label in (labels[1:] if len(labels) == 2 else labels)
        )
        if protocol.design == "split"
        else (),
        predicted=tuple(map(tuple, predicted.tolist())),
        scores=tuple((float(share),) for share in (predicted > 0).mean(axis=0)),
        n_wrong=tuple(wrong.sum(axis=0).tolist()),
        n_not_converged=0,
        chosen=(Choice(setting="penalty 0.1", n_folds=3), Choice(setting="penalty 1", n_folds=2))
        if model.tuned
        else (),
    )


def _exact(n_correct: int, n: int) -> Interval:
    """Stand in for Clopper and Pearson's interval: somewhat wider than Wilson's."""
    wilson = intervals.wilson(n_correct, n)
    return Interval(
        low=max(wilson.low - 0.01, 0.0), high=min(wilson.high + 0.01, 1.0), method="Clopper-Pearson"
    )


def _rates(confusion: NDArray[np.intp], *, once: bool) -> tuple[Rate, ...]:
    """Count sensitivity, specificity and the two predictive values."""
    (tn, fp), (fn, tp) = confusion.tolist()
    counts = {
        "sensitivity": ("Sensitivity", tp, tp + fn),
        "specificity": ("Specificity", tn, tn + fp),
        "ppv": ("Positive predictive value", tp, tp + fp),
        "npv": ("Negative predictive value", tn, tn + fn),
    }
    return tuple(
        Rate(
            key=key,
            label=label,
            n_right=right,
            n=n,
            value=right / n if n else None,
            interval=_exact(right, n) if n and once else None,
        )
        for key, (label, right, n) in counts.items()
    )


def _comparisons(truth: Truth, by_key: dict[str, Evaluation]) -> list[Comparison]:
    """Compare all pairs of models."""
    key, once = truth.protocol.key, truth.protocol.n_repeats == 1
    found = []
    for first, second in combinations(MODELS, 2):
        one, two = (np.array(by_key[f"{key}/{m}"].predicted) for m in (first, second))
        only_one = int(((one == truth.y) & (two != truth.y)).sum())
        only_two = int(((one != truth.y) & (two == truth.y)).sum())
        p = significance.mcnemar_exact(only_one, only_two)
        between = tango(only_one, only_two, one.size)
        found.append(
            Comparison(
                key=f"{key}/{first}/{second}",
                protocol=key,
                first=first,
                second=second,
                n_only_first_right=only_one,
                n_only_second_right=only_two,
                n_changed=int((one != two).sum()),
                difference=(only_one - only_two) / one.size,
                test="exact McNemar test" if once else "corrected resampled t test",
                p_value=p,
                p_adjusted=p if first == "majority" else min(1.0, 11 * p),
                interval=between,
                margin=max(-between.low, between.high),
                p_headline=min(1.0, 11 * p) if _of_headline(first, second) else None,
            )
        )
    return found


def _of_headline(first: str, second: str) -> bool:
    """Whether two models are the headline's and another that is not the baseline."""
    return first != "majority" and "svm" in (first, second)


def _variant(
    truth: Truth, model: Model, variant: str, rng: np.random.Generator
) -> VariantEvaluation:
    """Draw an evaluation after another preprocessing."""
    predicted = _draw(truth, max(MODELS[model.key][1] - 0.2, 0.0), rng)
    wrong = predicted != truth.y
    n, n_errors = wrong.size, int(wrong.sum())
    names = [i for i, w in zip(truth.protocol.sample_ids, wrong.any(axis=0), strict=True) if w]
    return VariantEvaluation(
        key=f"{variant}/{truth.protocol.key}/{model.key}",
        variant=variant,
        protocol=truth.protocol.key,
        model=model.key,
        n_predictions=n,
        n_errors=n_errors,
        accuracy=1 - n_errors / n,
        accuracy_interval=intervals.wilson(n - n_errors, n),
        wrong=tuple(names),
    )


def _permutation(
    model: Model, by_key: dict[str, Evaluation], rng: np.random.Generator
) -> Permutation:
    """Draw errors on permuted labels; one model was too slow."""
    cv = by_key[f"cv/{model.key}"]
    n = cv.n_predictions // len(cv.predicted)
    n_errors = round(cv.n_errors / len(cv.predicted))
    not_run = {"majority": "the baseline does not look at the values", "forest": "too slow"}
    if model.key in not_run:
        return Permutation(
            key=model.key,
            n_permutations=0,
            n_predictions=n,
            n_errors=n_errors,
            null=(),
            p_value=None,
            smallest_p=None,
            not_run=not_run[model.key],
        )
    null = tuple(rng.binomial(n, 0.42, size=199).tolist())
    return Permutation(
        key=model.key,
        n_permutations=len(null),
        n_predictions=n,
        n_errors=n_errors,
        null=null,
        p_value=(sum(errors <= n_errors for errors in null) + 1) / 200,
        smallest_p=1 / 200,
        not_run=None,
    )


def _learning_curve(model: Model, by_key: dict[str, Evaluation]) -> LearningCurve:
    """Let the accuracy rise to that under cross-validation."""
    end = by_key[f"cv/{model.key}"].accuracy
    return LearningCurve(
        key=model.key,
        points=tuple(
            LearningPoint(
                n_train=n,
                n_test=6,
                n_repeats=20,
                accuracy=end - 0.6 / n,
                low=max(end - 1.4 / n, 0.0),
                high=min(end + 0.6 / n, 1.0),
            )
            for n in (6, 10, 14, 18, 22)
        ),
    )


def _leaky_twin(rng: np.random.Generator) -> LeakyTwin:
    """Draw what a leak gives where there is nothing to be learned."""
    return LeakyTwin(
        model="Linear SVM, not tuned,",
        n_genes=50,
        n_folds=10,
        n_repeats=3,
        honest_accuracy=0.94,
        leaky_accuracy=0.98,
        honest_balanced_accuracy=0.93,
        leaky_balanced_accuracy=0.975,
        honest_permuted=tuple(np.clip(rng.normal(0.55, 0.06, 20), 0, 1).tolist()),
        leaky_permuted=tuple(np.clip(rng.normal(0.83, 0.05, 20), 0, 1).tolist()),
        majority_share=0.653,
        blind_accuracy=0.547,
    )


def _abstention(truth: Truth) -> Abstention:
    """Call the sample of rank k where its strength, k / n, reaches the threshold."""
    n = len(truth.y)
    wrong = {0, 2} if n > 4 else {0}  # the weakest and the third weakest
    curve = tuple(
        CoveragePoint(
            threshold=k / n, n_called=n - k, n_right=n - k - len(wrong & set(range(k, n)))
        )
        for k in range(n)
    )
    used = curve[1]
    return Abstention(
        key=f"{truth.protocol.key}/voting",
        protocol=truth.protocol.key,
        model="voting",
        threshold=used.threshold,
        n_samples=n,
        n_called=used.n_called,
        n_called_right=used.n_right,
        n_forced_right=n - len(wrong),
        not_called=truth.protocol.sample_ids[:1],
        called_interval=intervals.wilson(used.n_right, used.n_called),
        forced_interval=intervals.wilson(n - len(wrong), n),
        curve=curve,
    )


def _thresholds(truth: Truth, by_key: dict[str, Evaluation]) -> ThresholdTable:
    """Let sensitivity fall and specificity rise with the threshold; the default is 0."""
    evaluation = by_key[f"{truth.protocol.key}/svm"]
    (tn, fp), (fn, tp) = evaluation.confusion
    points = tuple(
        ThresholdPoint(
            threshold=step / 4,
            sensitivity=min(max(tp - step, 0) / (tp + fn), 1.0),
            specificity=min(max(tn + step, 0) / (tn + fp), 1.0),
            n_errors=fp + fn + abs(step),
            is_default=step == 0,
        )
        for step in range(-4, 5)
    )
    return ThresholdTable(
        key=evaluation.key, protocol=truth.protocol.key, model="svm", points=points
    )


def _calibrations(
    truths: dict[str, Truth], by_key: dict[str, Evaluation]
) -> tuple[Calibration, ...]:
    """Give a curve under cross-validation, and a reason for none in the small test set."""
    found = []
    for key in ("given", "cv"):
        for model in ("logistic", "logistic_balanced"):
            if key not in truths:
                continue
            y = truths[key].y
            bins = tuple(
                CalibrationBin(mean_predicted=0.1 + 0.2 * k, n_positive=k, n=4) for k in range(5)
            )
            found.append(
                Calibration(
                    key=f"{key}/{model}",
                    protocol=key,
                    model=model,
                    n=len(y),
                    n_positive=int((y == 1).sum()),
                    n_predictions=len(y),
                    mean_predicted=by_key[f"{key}/{model}"].accuracy / 2,
                    observed=float((y == 1).mean()),
                    n_extreme=3,
                    slope=1.2,
                    slope_low=0.4,
                    slope_high=None if key == "given" else 3.1,
                    intercept=0.3,
                    intercept_low=-0.8,
                    intercept_high=1.7,
                    no_slope=None,
                    bins=bins if key == "cv" else (),
                    no_curve=None if key == "cv" else "fewer than 100 samples",
                )
            )
    return tuple(found)
