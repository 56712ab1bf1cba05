"""Step 6: the caveats, one rule each, computed from the results and never typed.

A rule looks at the finished records and returns a finding or None. Each finding has a
code, a severity, the numbers that raised it with their paths in the results, why it
matters and what to do. Thresholds stand beside their source.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from pipeline.results import (
    ClassSummary,
    Comparison,
    Data,
    Embedding,
    Evaluation,
    Finding,
    Format,
    Improvement,
    Model,
    Preprocessing,
    Protocol,
    Severity,
    Statement,
    Value,
)

# TRIPOD+AI asks for a sample size that supports the claim; below 100 held-out samples, or
# 50 of the smaller class, one sample moves the figures visibly.
FEW_TEST_SAMPLES = 100
FEW_TEST_OF_CLASS = 50
WIDE_INTERVAL = 0.10
# For two classes this is a smaller class under 40 %.
IMBALANCE_OF_EQUAL_SHARE = 0.8
PREVALENCE_SHIFT = 0.05
MANY_GENES_PER_SAMPLE = 10
ALPHA = 0.05
HARD_SHARE = 0.8


@dataclass(frozen=True)
class Evidence:
    """The records that rules look at."""

    data: Data
    preprocessing: Preprocessing
    embeddings: tuple[Embedding, ...]
    models: tuple[Model, ...]
    protocols: tuple[Protocol, ...]
    evaluations: tuple[Evaluation, ...]
    comparisons: tuple[Comparison, ...]
    improvements: tuple[Improvement, ...]
    primary: Evaluation
    sample_nouns: str

    @property
    def is_resampled(self) -> bool:
        """Whether the headline comes from resampling."""
        return self.protocol(self.primary.protocol).resampled

    def protocol(self, key: str) -> Protocol:
        """Give the protocol of that key."""
        return next(protocol for protocol in self.protocols if protocol.key == key)

    def model(self, key: str) -> Model:
        """Give the model of that key."""
        return next(model for model in self.models if model.key == key)

    def of_protocol(self, key: str) -> tuple[Evaluation, ...]:
        """Give the evaluations of one protocol, without the baseline."""
        return tuple(
            evaluation
            for evaluation in self.evaluations
            if evaluation.protocol == key and not self.model(evaluation.model).is_baseline
        )

    def baseline(self, protocol: str) -> Evaluation | None:
        """Give the majority baseline under one protocol."""
        return next(
            (
                evaluation
                for evaluation in self.evaluations
                if evaluation.protocol == protocol and self.model(evaluation.model).is_baseline
            ),
            None,
        )


Rule = Callable[[Evidence], Finding | None]

_RANK: dict[str, int] = {"error": 0, "warning": 1, "note": 2, "passed": 3}


def find(evidence: Evidence) -> tuple[Finding, ...]:
    """Run all rules.

    Parameters
    ----------
    evidence : Evidence
        The finished records.

    Returns
    -------
    tuple of Finding
        What was raised, gravest first; equal severities in the order of the rules.
    """
    raised = [finding for rule in RULES if (finding := rule(evidence))]
    return tuple(sorted(raised, key=lambda finding: _RANK[finding.severity]))


def embedded_data(evidence: Evidence) -> Finding | None:
    """Raise DATA-01: the embedded copy stands in for the full data."""
    data = evidence.data
    if data.source.kind != "embedded":
        return None
    return _finding(
        "DATA-01",
        "error",
        "data",
        "Embedded data in use",
        f"The full data were not found, and the embedded copy was used: {{n_samples}} "
        f"{evidence.sample_nouns}, {{n_test}} of them independent, and {{n_genes}} genes.",
        (
            _count("n_samples", data.n_samples, "data.n_samples"),
            _count("n_genes", data.n_genes, "data.n_genes"),
            _count("n_test", data.n_test, "data.n_test"),
        ),
        why="The copy is a part of the study. Its figures are not those of the whole study and "
        "say nothing about an independent test set.",
        action="Give the folder of the full data with --data, or let the program download them; "
        "--strict makes this an error.",
    )


def unpublished_files(evidence: Evidence) -> Finding | None:
    """Raise DATA-02: a file's hash is not the one that the study file names."""
    other = [file.name for file in evidence.data.source.files if file.published is False]
    if not other:
        return None
    return _finding(
        "DATA-02",
        "warning",
        "data",
        "Files are not the published ones",
        "{n_other} of the files differ from those that the study names: {names}.",
        (_count("n_other", len(other)), _text("names", ", ".join(other))),
        why="Figures on changed files cannot be compared with figures on the published ones.",
        action="Compare the hashes in the data chapter, and say what was changed and why.",
    )


def few_test_samples(evidence: Evidence) -> Finding | None:
    """Raise SIZE-01: too few held-out samples for fine distinctions."""
    protocol = evidence.protocol(evidence.primary.protocol)
    n_held_out = len(protocol.sample_ids)
    smallest = min(evidence.primary.per_class, key=lambda metrics: metrics.support)
    of_class = smallest.support // protocol.n_repeats
    if n_held_out >= FEW_TEST_SAMPLES and of_class >= FEW_TEST_OF_CLASS:
        return None
    return _finding(
        "SIZE-01",
        "warning",
        "models",
        "Few samples",
        f"The headline rests on {{n}} {evidence.sample_nouns}, {{n_class}} of them {{label}}: "
        "one more error would move the accuracy by {step} percentage points.",
        (
            _count("n", n_held_out),
            _count("n_class", of_class),
            _text("label", smallest.label),
            Value(name="step", value=1 / n_held_out, format="points"),
        ),
        why="With so few samples a difference of one or two errors is within chance.",
        action="Read the interval, not the point; do not rank models by single errors.",
        references=("dobbin2011", "collins2024"),
    )


def wide_interval(evidence: Evidence) -> Finding | None:
    """Raise SIZE-02: the headline's interval is wide."""
    interval, key = evidence.primary.accuracy_interval, evidence.primary.key
    width = interval.high - interval.low
    if width <= WIDE_INTERVAL:
        return None
    return _finding(
        "SIZE-02",
        "warning",
        "models",
        "Wide interval",
        "The 95 % interval of the headline accuracy runs from {low} to {high}, a width of "
        "{width} percentage points.",
        (
            _decimal("low", interval.low, f"evaluations[{key}].accuracy_interval.low"),
            _decimal("high", interval.high, f"evaluations[{key}].accuracy_interval.high"),
            Value(name="width", value=width, format="points"),
        ),
        why="The true accuracy may be as low as the lower limit.",
        action="Quote the interval wherever the accuracy is quoted.",
        references=("nadeau2003", "wilson1927") if evidence.is_resampled else ("wilson1927",),
    )


def perfect_score(evidence: Evidence) -> Finding | None:
    """Raise SIZE-03: no error was seen, which does not mean that there is none."""
    primary = evidence.primary
    if primary.n_errors:
        return None
    return _finding(
        "SIZE-03",
        "warning",
        "models",
        "Perfect score",
        "No error in {n} predictions; an error rate of up to {bound} is still compatible with "
        "that.",
        (
            _count("n", primary.n_predictions, f"evaluations[{primary.key}].n_predictions"),
            Value(name="bound", value=1 - primary.accuracy_interval.low, format="percent"),
        ),
        why="A perfect score on few samples is expected of many models that do err.",
        action="Quote the lower limit of the interval, and look for test samples that took part "
        "in any choice.",
        references=("wilson1927",),
    )


def extreme_dimensionality(evidence: Evidence) -> Finding | None:
    """Raise SIZE-04: many more genes than samples."""
    data = evidence.data
    if data.genes_per_sample <= MANY_GENES_PER_SAMPLE:
        return None
    return _finding(
        "SIZE-04",
        "note",
        "models",
        "Many more genes than samples",
        "{n_genes} genes on {n_train} training samples: {ratio} genes to a sample.",
        (
            _count("n_genes", data.n_genes, "data.n_genes"),
            _count("n_train", data.n_train, "data.n_train"),
            Value(
                name="ratio",
                value=round(data.genes_per_sample),
                format="count",
            ),
        ),
        why="Infinitely many rules separate the training samples without error, so that the "
        "training error says nothing and the weights of genes are not unique.",
        action="Believe held-out figures only; do not read the weights as a ranking of genes.",
        references=("dudoit2002",),
    )


def class_imbalance(evidence: Evidence) -> Finding | None:
    """Raise CLASS-01: one class is much rarer than an equal share."""
    data = evidence.data
    if data.smallest_share >= IMBALANCE_OF_EQUAL_SHARE / len(data.classes):
        return None
    return _finding(
        "CLASS-01",
        "warning",
        "models",
        "Unequal classes",
        "{label} is {share} of all samples.",
        (
            _value("label", data.smallest_class, "text", "data.smallest_class"),
            _value("share", data.smallest_share, "percent", "data.smallest_share"),
        ),
        why="Accuracy depends on how common each class is, and a model that always names the "
        "larger class scores well.",
        action="Read balanced accuracy, MCC and the recall of each class.",
        references=("collins2024",),
    )


def prevalence_shift(evidence: Evidence) -> Finding | None:
    """Raise CLASS-02: a class is more common in one part of the given split than in the other."""
    data = evidence.data
    if not data.n_test:
        return None

    def shares(summary: ClassSummary) -> tuple[float, float]:
        return summary.n_train / data.n_train, summary.n_test / data.n_test

    shifted = max(data.classes, key=lambda summary: abs(shares(summary)[0] - shares(summary)[1]))
    train, test = shares(shifted)
    if abs(train - test) <= PREVALENCE_SHIFT:
        return None
    return _finding(
        "CLASS-02",
        "warning",
        "models",
        "Classes shift between training and test",
        "{label} is {train} of the training samples and {test} of the test samples.",
        (
            _text("label", shifted.label),
            _value("train", train, "percent", None),
            _value("test", test, "percent", None),
        ),
        why="Accuracy and precision hold only where classes are as common as among the test "
        "samples, and a shift is a sign that the two parts were collected otherwise.",
        action="Read the recall of each class, and find out how the two parts were collected.",
        references=("collins2024",),
    )


def indistinct_models(protocol_key: str, code: str) -> Rule:
    """Make the rule that asks whether a single split can tell the models apart.

    Parameters
    ----------
    protocol_key : str
        The protocol to look at.
    code : str
        The finding's code.

    Returns
    -------
    callable
        The rule.
    """

    def rule(evidence: Evidence) -> Finding | None:
        protocol = evidence.protocol(protocol_key)
        pairs = [
            comparison
            for comparison in evidence.comparisons
            if comparison.protocol == protocol_key
            and not evidence.model(comparison.first).is_baseline
            and not evidence.model(comparison.second).is_baseline
        ]
        if not pairs or min(pair.p_adjusted for pair in pairs) < ALPHA:
            return None
        closest = min(pairs, key=lambda pair: pair.p_adjusted)
        return _finding(
            code,
            "warning",
            "models",
            f"{protocol.label} does not tell the models apart",
            "On its {n} held-out samples there is no evidence that any of the {n_pairs} pairs of "
            "models differs: the smallest adjusted p-value is {p}.",
            (
                _count("n", protocol.n_test, f"protocols[{protocol_key}].n_test"),
                _count("n_pairs", len(pairs)),
                Value(
                    name="p",
                    value=closest.p_adjusted,
                    format="p_value",
                    path=f"comparisons[{closest.key}].p_adjusted",
                ),
            ),
            why="Which model comes first on so few samples is chance.",
            action="Do not choose a model by this split; prefer the simplest.",
            references=("mcnemar1947", "holm1979", "shi2010"),
        )

    return rule


def repeated_test(evidence: Evidence) -> Finding | None:
    """Raise SPLIT-03: several models were scored on the same test set."""
    scored = evidence.of_protocol("given")
    if len(scored) < 2:
        return None
    return _finding(
        "SPLIT-03",
        "note",
        "models",
        "One test set, several models",
        "{n_models} models were scored on the same independent samples; the headline is that of "
        "{primary}, which the study file names as the primary model.",
        (
            _count("n_models", len(scored)),
            _text("primary", evidence.model(evidence.primary.model).noun),
        ),
        why="The best of several scores on one test set is optimistic.",
        action="Name the primary model before looking, and quote that one, not the best.",
        references=("shi2010",),
    )


def no_better_than_baseline(evidence: Evidence) -> Finding | None:
    """Raise BASE-01: a model's interval reaches down to the majority rate."""
    weak = []
    for evaluation in evidence.evaluations:
        baseline = evidence.baseline(evaluation.protocol)
        if (
            baseline
            and not evidence.model(evaluation.model).is_baseline
            and evaluation.accuracy_interval.low <= baseline.accuracy
        ):
            weak.append(evaluation)
    if not weak:
        return None
    names = "; ".join(
        f"{evidence.protocol(key).label} ({_model_names(evidence, key, weak)})"
        for key in dict.fromkeys(evaluation.protocol for evaluation in weak)
    )
    return _finding(
        "BASE-01",
        "error" if evidence.primary in weak else "warning",
        "models",
        "No better than the majority class",
        "Evaluations in which the interval of the accuracy reaches down to that of always naming "
        "the largest class: {n}, namely {names}.",
        (_count("n", len(weak)), _text("names", names)),
        why="What a constant answer reaches is no evidence that the expression values say "
        "anything about the class.",
        action="Do not report these accuracies without the baseline beside them.",
        references=("collins2024",),
    )


def not_converged(evidence: Evidence) -> Finding | None:
    """Raise MODEL-01: a solver stopped before its optimum."""
    stopped = [evaluation for evaluation in evidence.evaluations if evaluation.n_not_converged]
    if not stopped:
        return None
    names = ", ".join(
        dict.fromkeys(evidence.model(evaluation.model).noun for evaluation in stopped)
    )
    return _finding(
        "MODEL-01",
        "warning",
        "models",
        "Solver stopped early",
        "Fits in which the solver stopped before it converged: {n}, of {names}.",
        (
            _count("n", sum(evaluation.n_not_converged for evaluation in stopped)),
            _text("names", names),
        ),
        why="The predictions are those of an unfinished fit and may change with the machine.",
        action="Rescale the data, or strengthen the penalty (a smaller evaluate.penalty_c).",
    )


def weighting_without_effect(evidence: Evidence) -> Finding | None:
    """Raise MODEL-02: class weights changed no prediction."""
    idle = [
        improvement
        for improvement in evidence.improvements
        if improvement.variant.endswith("_balanced")
        and not improvement.n_changed
        and improvement.protocol == evidence.primary.protocol
    ]
    if not idle:
        return None
    return _finding(
        "MODEL-02",
        "note",
        "improvements",
        "Class weighting had no effect",
        "Weighting the classes changed none of the {n} predictions of: {names}.",
        (
            _count("n", idle[0].n_predictions, f"improvements[{idle[0].key}].n_predictions"),
            _text("names", ", ".join(evidence.model(i.base).noun for i in idle)),
        ),
        why="Where the training samples can be separated without error, weights have little to "
        "trade between the classes; they may still shift probabilities.",
        action="Do not report weighting as an improvement here.",
        references=("vandengoorbergh2022",),
    )


def hard_samples(evidence: Evidence) -> Finding | None:
    """Raise SAMPLE-01: samples that nearly every model gets wrong."""
    evaluations = evidence.of_protocol(evidence.primary.protocol)
    protocol = evidence.protocol(evidence.primary.protocol)
    if not evaluations:
        return None
    wrong = [sum(counts) for counts in zip(*(e.n_wrong for e in evaluations), strict=True)]
    limit = HARD_SHARE * len(evaluations) * protocol.n_repeats
    hard = [sample for sample, n in zip(protocol.sample_ids, wrong, strict=True) if n >= limit]
    if not hard:
        return None
    return _finding(
        "SAMPLE-01",
        "note",
        "models",
        "Samples that most models get wrong",
        "At least {share} of all predictions were wrong for {n} of the held-out samples: {names}.",
        (
            Value(name="share", value=HARD_SHARE, format="percent"),
            _count("n", len(hard)),
            _text("names", ", ".join(hard)),
        ),
        why="Such a sample may be mislabelled, mixed, or badly measured, or of a kind that the "
        "training samples lack.",
        action="Look at the sample and its record. Do not delete it to improve the score.",
        references=("dudoit2002",),
    )


def confounding_unchecked(evidence: Evidence) -> Finding | None:
    """Raise DESIGN-01: nobody has asked whether class and origin of the samples go together."""
    data = evidence.data
    template = "The data name no source, batch or tissue for any of the {n} samples."
    if data.covariates:
        template = "The data name {covariates} for the {n} samples; whether it goes with the class "
        template += "was not examined."
    return _finding(
        "DESIGN-01",
        "warning",
        "data",
        "Confounding was not checked",
        template,
        (
            _count("n", data.n_samples, "data.n_samples"),
            _text("covariates", ", ".join(data.covariates)),
        ),
        why="If the classes come from different laboratories, a model may recognise the "
        "laboratory; held-out samples of the same laboratories cannot show it.",
        action="Find out where, when and how each sample was taken before building on the result.",
        references=("collins2024",),
    )


def embeddings_are_pictures(evidence: Evidence) -> Finding | None:
    """Raise PLOT-01: embeddings that saw the test samples are no evidence."""
    pooled = [e for e in evidence.embeddings if e.fitted_on == "all samples"]
    if not pooled:
        return None
    return _finding(
        "PLOT-01",
        "note",
        "embeddings",
        "Embeddings are pictures, not evidence",
        "{names} were computed on all {n} samples at once.",
        (
            _text("names", " and ".join(embedding.label for embedding in pooled)),
            _count("n", evidence.data.n_samples, "data.n_samples"),
        ),
        why="They depend on seed and settings, distort distances, and show no generalisation to "
        "new samples.",
        action="Use them to look for odd samples; judge separation by held-out predictions.",
        references=("chari2023",),
    )


RULES: tuple[Rule, ...] = (
    embedded_data,
    no_better_than_baseline,
    few_test_samples,
    wide_interval,
    confounding_unchecked,
    class_imbalance,
    prevalence_shift,
    unpublished_files,
    perfect_score,
    indistinct_models("given", "SPLIT-02"),
    indistinct_models("holdout", "SPLIT-01"),
    not_converged,
    extreme_dimensionality,
    repeated_test,
    weighting_without_effect,
    hard_samples,
    embeddings_are_pictures,
)
"""All rules, gravest first within each severity."""


def cited_works(findings: Iterable[Finding]) -> set[str]:
    """Give the keys of the works that findings refer to.

    Parameters
    ----------
    findings : iterable of Finding
        The findings.

    Returns
    -------
    set of str
        Their references' keys.
    """
    return {key for finding in findings for key in finding.references}


def _model_names(evidence: Evidence, protocol: str, chosen: list[Evaluation]) -> str:
    """Name the chosen models of one protocol, or say that all are chosen."""
    of_protocol = [evaluation for evaluation in chosen if evaluation.protocol == protocol]
    if len(of_protocol) == len(evidence.of_protocol(protocol)):
        return "every model"
    return ", ".join(evidence.model(evaluation.model).noun for evaluation in of_protocol)


def _finding(
    code: str,
    severity: Severity,
    section: Literal["data", "models", "improvements", "embeddings", "genes"],
    title: str,
    template: str,
    values: tuple[Value, ...],
    *,
    why: str,
    action: str,
    references: tuple[str, ...] = (),
) -> Finding:
    """Build a finding."""
    return Finding(
        code=code,
        severity=severity,
        section=section,
        title=title,
        statement=Statement(template=template, values=values),
        why=why,
        action=action,
        references=references,
    )


def _value(name: str, value: float | str, form: Format, path: str | None) -> Value:
    """Build a value."""
    return Value(name=name, value=value, format=form, path=path)


def _count(name: str, value: int, path: str | None = None) -> Value:
    """A whole number."""
    return _value(name, value, "count", path)


def _decimal(name: str, value: float, path: str | None = None) -> Value:
    """A share or coefficient."""
    return _value(name, value, "decimal", path)


def _text(name: str, value: str) -> Value:
    """A name."""
    return _value(name, value, "text", None)
