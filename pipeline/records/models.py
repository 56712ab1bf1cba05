"""Records of the models: protocols, evaluations, comparisons."""

from typing import Literal

from pipeline.records.base import Record, Statement

Design = Literal["split", "repeated", "leave-one-out", "leave-one-source-out"]
"""How samples are held out: one part once, all in turn and again, each alone, each source."""

Score = Literal["probability", "margin", "strength", "log odds", "share", "none"]
"""What a model says of a sample beside its class."""


class Model(Record):
    """One classifier; `label` heads a table, `noun` stands in a sentence.

    `tuned` says what the inner folds choose and from which values; None where nothing is.
    Models of one `family` are variants of one another; None where there is no other.
    `recipe` is the preprocessing of the values that it sees.
    """

    key: str
    label: str
    noun: str
    description: str
    is_baseline: bool
    citation: str
    score: Score
    tuned: str | None
    recipe: str
    family: str | None = None


class Protocol(Record):
    """One way of holding samples out; `unavailable` gives the reason where it did not run.

    `n_folds` and `n_inner_folds` are what was done, after small classes lowered them. In
    `n_untuned` training parts no setting could be chosen.
    """

    key: str
    label: str
    description: Statement
    design: Design
    n_train: int
    n_test: int
    n_folds: int
    n_repeats: int
    n_inner_folds: int
    sample_ids: tuple[str, ...]
    unavailable: str | None
    n_untuned: int = 0

    @property
    def resampled(self) -> bool:
        """Whether each sample is held out several times, once in each repeat."""
        return self.design == "repeated"

    @property
    def nominal(self) -> bool:
        """Whether fits that share most of their samples each hold out some, once.

        Their predictions depend on each other by an unknown amount (Bates et al. 2024): intervals
        and tests that take them for independent hold their level in name only.
        """
        return self.design in ("leave-one-out", "leave-one-source-out")


class Variant(Record):
    """One preprocessing under which models are evaluated; the first is the main one."""

    key: str
    label: str
    description: Statement
    n_genes: int


class Interval(Record):
    """A 95 % interval and the method that gave it."""

    low: float
    high: float
    method: str


class ClassMetrics(Record):
    """Precision, recall and F1 of one class; None where the denominator is zero."""

    label: str
    precision: float | None
    recall: float | None
    f1: float | None
    support: int
    f1_interval: Interval | None = None


class Averages(Record):
    """Precision, recall and F1 averaged over classes; None where one of them is."""

    precision: float | None
    recall: float | None
    f1: float | None


class Rate(Record):
    """A share of samples: sensitivity, specificity and the two predictive values.

    `interval` is Clopper and Pearson's where each sample was held out once, else None.
    """

    key: str
    label: str
    n_right: int
    n: int
    value: float | None
    interval: Interval | None


class Choice(Record):
    """A setting that inner folds chose, and in how many outer folds they did.

    `n_genes` is there where the setting is a number of genes.
    """

    setting: str
    n_folds: int
    n_genes: int | None = None


class RocCurve(Record):
    """One receiver operating characteristic curve, one class against the rest."""

    label: str
    false_positive_rate: tuple[float, ...]
    true_positive_rate: tuple[float, ...]


class Evaluation(Record):
    """One model under one protocol.

    `predicted` has a row for each repeat and a column for each of the protocol's
    `sample_ids`, as indices into the classes; `confusion` is pooled over repeats,
    rows true and columns predicted. `n_wrong` counts, for each sample, the repeats
    in which it was misclassified. `scores` has a row for each sample and a column for the
    positive of two classes, or for each of many: the mean over repeats of what
    `Model.score` names. Intervals of the accuracy and of other scores are on the effective number
    of samples under resampling; where the protocol is `nominal`, that of the accuracy is, and no
    other score has one.
    `n_tied` and `n_at_edge` count the folds in which the chosen setting was one of several
    equally good ones, and was at an end of its grid.
    """

    key: str
    protocol: str
    model: str
    confusion: tuple[tuple[int, ...], ...]
    n_predictions: int
    n_correct: int
    n_errors: int
    accuracy: float
    accuracy_interval: Interval
    accuracy_exact: Interval | None
    repeat_accuracies: tuple[float, ...]
    balanced_accuracy: float | None
    mcc: float | None
    roc_auc: float | None
    roc_auc_interval: Interval | None
    brier: float | None
    log_loss: float | None
    rates: tuple[Rate, ...]
    per_class: tuple[ClassMetrics, ...]
    macro: Averages
    weighted: Averages
    undefined: dict[str, str]
    roc: tuple[RocCurve, ...]
    predicted: tuple[tuple[int, ...], ...]
    scores: tuple[tuple[float, ...], ...]
    n_wrong: tuple[int, ...]
    n_not_converged: int
    chosen: tuple[Choice, ...]
    n_tied: int = 0
    n_at_edge: int = 0
    balanced_accuracy_interval: Interval | None = None
    macro_f1_interval: Interval | None = None
    mcc_interval: Interval | None = None
    brier_interval: Interval | None = None


class Resubstitution(Record):
    """The primary model on the samples that it was trained on; `key` is its evaluation's.

    Trained on all training samples of a split, or on all samples where they are held out in
    turn, its settings chosen as for the headline.
    """

    key: str
    n: int
    n_errors: int
    accuracy: float


class VariantEvaluation(Record):
    """One model under one protocol after another preprocessing; `wrong` names its errors."""

    key: str
    variant: str
    protocol: str
    model: str
    n_predictions: int
    n_errors: int
    accuracy: float
    accuracy_interval: Interval
    wrong: tuple[str, ...]


Test = Literal[
    "exact McNemar test",
    "nominal exact McNemar test",
    "corrected resampled t test",
    "exact McNemar test, each sample counted once",
]
"""How two models on the same samples are compared."""


class Comparison(Record):
    """Two models on the same held-out samples.

    `test` is McNemar's exact test on their disagreements where each sample was held out
    once (nominal where the protocol is), and the corrected resampled t test on the folds'
    accuracies under resampling; where all folds show the same difference other than 0,
    McNemar's on the samples, each counted once. `difference` is the accuracy of the first less
    that of the second, `interval` its 95 % interval, and `margin` the least margin that the
    interval lies within on both sides of 0. `p_adjusted` is Holm's adjustment over all pairs of
    models of the protocol, the baseline left out; for a pair with the baseline it is the p-value
    itself. `p_headline` is Holm's over the pairs with the headline's model alone; None for others.
    """

    key: str
    protocol: str
    first: str
    second: str
    n_only_first_right: int
    n_only_second_right: int
    n_changed: int
    difference: float
    test: Test
    p_value: float
    p_adjusted: float
    interval: Interval | None = None
    margin: float | None = None
    p_headline: float | None = None


class Power(Record):
    """What it takes to tell models apart by McNemar's test; `key` is the protocol's.

    Two of `n_pairs` pairs of models differ after Holm's adjustment where one alone is right on
    `n_needed` samples and the other alone on none; the most that one alone was right on is
    `n_seen`.
    """

    key: str
    n_samples: int
    n_pairs: int
    n_needed: int
    n_seen: int


class SampleSize(Record):
    """How many held-out samples Wilson's interval takes to be `width` wide at an accuracy."""

    accuracy: float
    width: float
    n: int


class Improvement(Record):
    """A change that the study recommended, beside the model that it changes.

    `test` is that of `Comparison`, which gave the p-value; None without one.
    """

    key: str
    label: str
    protocol: str
    base: str
    variant: str
    n_changed: int
    n_predictions: int
    base_accuracy: float
    variant_accuracy: float
    p_value: float | None
    test: Test | None = None


class Permutation(Record):
    """The whole nested cross-validation on permuted labels; `key` is the model's.

    `null` has the errors of each permutation, out of `n_predictions`; `p_value` is
    (b + 1) / (B + 1), and `smallest_p` what it is where no permutation does as well.
    `not_run` gives the reason where there is none.
    """

    key: str
    n_permutations: int
    n_predictions: int
    n_errors: int
    null: tuple[int, ...]
    p_value: float | None
    smallest_p: float | None
    not_run: str | None


class LearningPoint(Record):
    """Held-out accuracy after training on so many samples.

    `low` and `high` bound the middle 95 % of the repeats: a spread, not an interval.
    """

    n_train: int
    n_test: int
    n_repeats: int
    accuracy: float
    low: float
    high: float


class LearningCurve(Record):
    """One model trained on growing parts of the samples; `key` is the model's."""

    key: str
    points: tuple[LearningPoint, ...]


class LeakyTwin(Record):
    """The same model with its genes chosen inside the folds, and before the split.

    On the real labels and, as many times as the tuples are long, on permuted ones: there
    nothing can be learned, and what the leaky twin shows is leak alone. `blind_accuracy` is the
    sum of the squared shares of the classes: what a rule gives that calls each class as often
    as it occurs and does not look at the sample.
    """

    model: str
    n_genes: int
    n_folds: int
    n_repeats: int
    honest_accuracy: float
    leaky_accuracy: float
    honest_balanced_accuracy: float
    leaky_balanced_accuracy: float
    honest_permuted: tuple[float, ...]
    leaky_permuted: tuple[float, ...]
    majority_share: float
    blind_accuracy: float


class CoveragePoint(Record):
    """Samples whose strength reaches the threshold, and those of them that are right."""

    threshold: float
    n_called: int
    n_right: int


class Abstention(Record):
    """A model that may decline to call; `key` is that of the evaluation.

    Calls at `threshold` and forced calls of all samples always stand together.
    """

    key: str
    protocol: str
    model: str
    threshold: float
    n_samples: int
    n_called: int
    n_called_right: int
    n_forced_right: int
    not_called: tuple[str, ...]
    called_interval: Interval | None
    forced_interval: Interval
    curve: tuple[CoveragePoint, ...]


class ThresholdPoint(Record):
    """What another threshold on the score would have done to the held-out samples."""

    threshold: float
    sensitivity: float
    specificity: float
    n_errors: int
    is_default: bool


class ThresholdTable(Record):
    """Moving the threshold of one model; `key` is that of the evaluation."""

    key: str
    protocol: str
    model: str
    points: tuple[ThresholdPoint, ...]


EXTREME = 0.02
"""Within it of 0 or 1 a probability claims to know."""


class CalibrationBin(Record):
    """Samples of similar predicted probability, and how many are of the positive class."""

    mean_predicted: float
    n_positive: int
    n: int


class Calibration(Record):
    """Predicted probabilities against what happened; `key` is that of the evaluation.

    Of `n` samples `n_positive` are of the positive class. Under resampling each sample has a
    prediction in each repeat: they are the `n_predictions`, of which `n_extreme` are within
    `EXTREME` of 0 or 1, and `bins` counts them. `bins` is empty where there are too few samples
    for a curve; `no_curve` says so. `slope` and `intercept` are those of the log odds of what
    happened on those that were predicted, 1 and 0 where probabilities come true as often as they
    say; a value or limit that is infinite is None, and `no_slope` says why there is neither.
    """

    key: str
    protocol: str
    model: str
    n: int
    n_positive: int
    n_predictions: int
    mean_predicted: float
    observed: float
    n_extreme: int
    slope: float | None
    slope_low: float | None
    slope_high: float | None
    intercept: float | None
    intercept_low: float | None
    intercept_high: float | None
    no_slope: str | None
    bins: tuple[CalibrationBin, ...]
    no_curve: str | None
