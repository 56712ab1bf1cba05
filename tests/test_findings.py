import string
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from pipeline import findings
from pipeline.records.base import Finding
from pipeline.records.models import Calibration, Interval
from pipeline.references import WORKS
from pipeline.results import Results
from pipeline.rules.chance import leak_pays, not_above_chance, smallest_p
from pipeline.rules.classes import class_imbalance, prevalence_shift
from pipeline.rules.data import confounding_unchecked, embedded_data, unpublished_files
from pipeline.rules.evidence import Evidence, Rule
from pipeline.rules.genes import folds_only, unstable_list
from pipeline.rules.models import (
    hard_samples,
    no_better_than_baseline,
    not_converged,
    weighting_without_effect,
)
from pipeline.rules.pictures import embeddings_are_pictures
from pipeline.rules.scores import calibration_unknown, declined_calls, threshold_misplaced
from pipeline.rules.size import (
    extreme_dimensionality,
    few_test_samples,
    perfect_score,
    wide_interval,
)
from pipeline.rules.splits import indistinct_models, repeated_test, resampling_flatters

Change = Callable[[Evidence], Evidence]


@pytest.fixture
def evidence(toy_results: Results) -> Evidence:
    """Give the toy study's records; the headline is that of the SVM on the given split."""
    return Evidence(
        data=toy_results.data,
        embeddings=toy_results.embeddings,
        models=toy_results.models,
        protocols=toy_results.protocols,
        evaluations=toy_results.evaluations,
        comparisons=toy_results.comparisons,
        improvements=toy_results.improvements,
        permutations=toy_results.permutations,
        leaky_twin=toy_results.leaky_twin,
        abstentions=toy_results.abstentions,
        calibrations=toy_results.calibrations,
        n_scored_on_test=toy_results.n_scored_on_test,
        genes=toy_results.genes,
        primary=next(e for e in toy_results.evaluations if e.key == "given/svm"),
        sample_nouns="cell lines",
        gene_nouns="probes",
    )


def as_it_is(evidence: Evidence) -> Evidence:
    """Change nothing."""
    return evidence


def data(**update: Any) -> Change:
    """Change the record of the data."""
    return lambda e: replace(e, data=e.data.model_copy(update=update))


def source(**update: Any) -> Change:
    """Change the record of where the data were found."""
    return lambda e: data(source=e.data.source.model_copy(update=update))(e)


def published(value: bool | None) -> Change:
    """Say of every file whether it is the published one."""
    return lambda e: source(
        files=tuple(f.model_copy(update={"published": value}) for f in e.data.source.files)
    )(e)


def evaluations(*keys: str, **update: Any) -> Change:
    """Change the evaluations of these keys, or all, and with them the one of the headline."""

    def change(evidence: Evidence) -> Evidence:
        changed = tuple(
            e.model_copy(update=update) if not keys or e.key in keys else e
            for e in evidence.evaluations
        )
        primary = next(e for e in changed if e.key == evidence.primary.key)
        return replace(evidence, evaluations=changed, primary=primary)

    return change


def interval(low: float, high: float, *keys: str) -> Change:
    """Change the interval of an accuracy."""
    return evaluations(*keys, accuracy_interval=Interval(low=low, high=high, method="Wilson"))


def only(*models: str) -> Change:
    """Keep the evaluations of these models."""
    return lambda e: replace(e, evaluations=tuple(x for x in e.evaluations if x.model in models))


def held_out(n: int, n_of_each_class: int) -> Change:
    """Change the number of held-out samples of the headline."""

    def change(evidence: Evidence) -> Evidence:
        ids = tuple(f"S{i}" for i in range(n))
        protocols = tuple(p.model_copy(update={"sample_ids": ids}) for p in evidence.protocols)
        per_class = tuple(
            m.model_copy(update={"support": n_of_each_class}) for m in evidence.primary.per_class
        )
        return replace(evaluations(per_class=per_class)(evidence), protocols=protocols)

    return change


def p_values(protocol: str, model: str, baseline: str) -> Change:
    """Change the p-values of a protocol: between models, and against the baseline."""

    def p(first: str) -> float:
        return float(baseline if first == "majority" else model)

    return lambda e: replace(
        e,
        comparisons=tuple(
            c.model_copy(update={"p_adjusted": p(c.first)}) if c.protocol == protocol else c
            for c in e.comparisons
        ),
    )


def weighting(n_changed: int) -> Change:
    """Change how many predictions the recommended changes changed."""
    return lambda e: replace(
        e,
        improvements=tuple(i.model_copy(update={"n_changed": n_changed}) for i in e.improvements),
    )


def wrong_in(n_models: int) -> Change:
    """Let that many of the twelve models err on the first held-out sample, and on no other."""

    def change(evidence: Evidence) -> Evidence:
        keys = [e.key for e in evidence.of_protocol("given")]
        right = evaluations(n_wrong=(0,) * 6)(evidence)
        return evaluations(*keys[:n_models], n_wrong=(1, 0, 0, 0, 0, 0))(right)

    return change


def pictures(*keys: str) -> Change:
    """Keep some of the embeddings."""
    return lambda e: replace(e, embeddings=tuple(x for x in e.embeddings if x.key in keys))


def permuted(p_value: float | None, *, n: int = 20) -> Change:
    """Change the permutation tests: every model that was tested has this p-value of n + 1."""
    return lambda e: replace(
        e,
        permutations=tuple(
            test.model_copy(
                update={"p_value": p_value, "smallest_p": 1 / (n + 1), "n_permutations": n}
            )
            for test in e.permutations
        ),
    )


def twins(honest: float, leaky: float, *permuted_accuracies: float) -> Change:
    """Change the accuracies of the leaky twin, on the labels and on one permutation of them."""

    def change(evidence: Evidence) -> Evidence:
        assert evidence.leaky_twin is not None
        update = {
            "honest_accuracy": honest,
            "leaky_accuracy": leaky,
            "honest_permuted": permuted_accuracies[:1],
            "leaky_permuted": permuted_accuracies[1:],
        }
        return replace(evidence, leaky_twin=evidence.leaky_twin.model_copy(update=update))

    return change


def accuracies(inside: float, outside: float) -> Change:
    """Change the SVM's accuracies in cross-validation and on the independent samples."""

    def change(evidence: Evidence) -> Evidence:
        return evaluations("given/svm", accuracy=outside)(
            evaluations("cv/svm", accuracy=inside)(evidence)
        )

    return change


def ranked(auc: float | None, *confusion: tuple[int, int, int]) -> Change:
    """Change the area and the errors of the headline."""
    n_errors = sum(sum(row) - row[k] for k, row in enumerate(confusion))
    return evaluations("given/svm", roc_auc=auc, confusion=confusion, n_errors=n_errors)


def called(n_called: int) -> Change:
    """Change how many of six samples are called."""
    return lambda e: replace(
        e,
        abstentions=tuple(
            a.model_copy(update={"n_called": n_called, "n_samples": 6}) for a in e.abstentions
        ),
    )


def probabilities(n: int, protocol: str = "given") -> Change:
    """Judge the probabilities of logistic regression on n samples."""
    record = Calibration(
        key=f"{protocol}/logistic",
        protocol=protocol,
        model="logistic",
        n=n,
        mean_predicted=0.5,
        observed=0.4,
        n_extreme=0,
        bins=(),
        no_curve=None,
    )
    return lambda e: replace(e, calibrations=(record,))


def prevalence(*n_test: int) -> Change:
    """Change how the test samples are spread over the classes."""

    def change(evidence: Evidence) -> Evidence:
        classes = tuple(
            c.model_copy(update={"n_test": n})
            for c, n in zip(evidence.data.classes, n_test, strict=True)
        )
        return data(classes=classes)(evidence)

    return change


def stable(stability: float | None) -> Change:
    """Change the stability of the gene list over bootstraps."""

    def change(evidence: Evidence) -> Evidence:
        record = evidence.genes.stability
        lists = tuple(x.model_copy(update={"stability": stability}) for x in record.lists)
        return genes(lists=lists)(evidence)

    return change


def without_bootstraps(evidence: Evidence) -> Evidence:
    """Leave the folds only."""
    lists = tuple(x for x in evidence.genes.stability.lists if x.resampling == "folds")
    return genes(n_bootstraps=0, lists=lists)(evidence)


def genes(**update: Any) -> Change:
    """Change the record of the stability of the gene list."""

    def change(evidence: Evidence) -> Evidence:
        record = evidence.genes.stability.model_copy(update=update)
        return replace(evidence, genes=evidence.genes.model_copy(update={"stability": record}))

    return change


TRIPPED: list[tuple[str, Rule, Change]] = [
    ("DATA-01", embedded_data, source(kind="embedded")),
    ("DATA-02", unpublished_files, published(False)),
    ("SIZE-01", few_test_samples, held_out(99, 50)),
    ("SIZE-01", few_test_samples, held_out(150, 49)),
    ("SIZE-02", wide_interval, interval(0.89, 1.0)),
    ("SIZE-03", perfect_score, evaluations(n_errors=0)),
    ("SIZE-04", extreme_dimensionality, data(genes_per_sample=10.1)),
    ("CLASS-01", class_imbalance, data(smallest_share=0.26)),
    ("CLASS-02", prevalence_shift, prevalence(3, 2, 1)),
    ("SPLIT-02", indistinct_models("given", "SPLIT-02"), p_values("given", "0.05", "0.5")),
    ("SPLIT-02", indistinct_models("given", "SPLIT-02"), p_values("given", "0.5", "0.01")),
    ("SPLIT-01", indistinct_models("holdout", "SPLIT-01"), p_values("holdout", "0.05", "0.5")),
    ("SPLIT-03", repeated_test, only("majority", "svm", "logistic")),
    ("BASE-01", no_better_than_baseline, interval(0.3, 1.0, "holdout/logistic")),
    ("MODEL-01", not_converged, evaluations("cv/logistic", n_not_converged=2)),
    ("MODEL-02", weighting_without_effect, weighting(0)),
    ("SAMPLE-01", hard_samples, wrong_in(10)),
    ("DESIGN-01", confounding_unchecked, as_it_is),
    ("DESIGN-01", confounding_unchecked, data(covariates=("source", "tissue"))),
    ("PLOT-01", embeddings_are_pictures, as_it_is),
    ("GENES-01", unstable_list, stable(0.399)),
    ("GENES-02", folds_only, without_bootstraps),
    ("CHANCE-01", not_above_chance, permuted(0.05)),
    ("CHANCE-02", smallest_p, permuted(1 / 21)),
    ("LEAK-01", leak_pays, twins(0.9, 0.951)),
    ("LEAK-01", leak_pays, twins(0.9, 0.9, 0.5, 0.56)),
    ("SPLIT-04", resampling_flatters, accuracies(0.951, 0.9)),
    ("SCORE-01", threshold_misplaced, ranked(0.95, (2, 0, 0), (2, 0, 0), (0, 0, 2))),
    ("SCORE-02", calibration_unknown, probabilities(99)),
    ("SCORE-03", declined_calls, called(5)),
]

QUIET: list[tuple[Rule, Change]] = [
    (embedded_data, source(kind="given")),
    (unpublished_files, published(True)),
    (unpublished_files, published(None)),
    (few_test_samples, held_out(150, 50)),
    (wide_interval, interval(0.91, 1.0)),
    (perfect_score, evaluations(n_errors=1)),
    (extreme_dimensionality, data(genes_per_sample=10.0)),
    (class_imbalance, data(smallest_share=0.27)),
    (prevalence_shift, prevalence(2, 2, 2)),
    (prevalence_shift, data(n_test=0)),
    (indistinct_models("given", "SPLIT-02"), p_values("given", "0.049", "0.5")),
    (indistinct_models("holdout", "SPLIT-01"), p_values("holdout", "0.049", "0.5")),
    (repeated_test, only("majority", "svm")),
    (no_better_than_baseline, interval(0.99, 1.0)),
    (no_better_than_baseline, only("svm", "logistic")),
    (not_converged, evaluations(n_not_converged=0)),
    (weighting_without_effect, weighting(1)),
    (hard_samples, wrong_in(9)),
    (embeddings_are_pictures, pictures("pca")),
    (unstable_list, stable(0.40)),
    (unstable_list, stable(None)),
    (unstable_list, without_bootstraps),
    (folds_only, as_it_is),
    (not_above_chance, permuted(0.049)),
    (not_above_chance, permuted(None)),
    (smallest_p, permuted(2 / 21)),
    (leak_pays, twins(0.9, 0.949)),
    (leak_pays, twins(0.9, 0.9, 0.5, 0.54)),
    (leak_pays, lambda e: replace(e, leaky_twin=None)),
    (resampling_flatters, accuracies(0.949, 0.9)),
    (resampling_flatters, only("logistic")),
    (threshold_misplaced, ranked(0.94, (2, 0, 0), (2, 0, 0), (0, 0, 2))),
    (threshold_misplaced, ranked(None, (2, 0, 0), (2, 0, 0), (0, 0, 2))),
    (threshold_misplaced, ranked(0.95, (1, 1, 0), (1, 1, 0), (0, 0, 2))),
    (threshold_misplaced, ranked(0.95, (2, 0, 0), (1, 1, 0), (0, 0, 2))),
    (calibration_unknown, probabilities(100)),
    (calibration_unknown, probabilities(99, "cv")),
    (declined_calls, called(6)),
]


@pytest.mark.parametrize(("code", "rule", "change"), TRIPPED)
def test_a_rule_is_tripped(code: str, rule: Rule, change: Change, evidence: Evidence) -> None:
    """Just past its limit a rule raises the finding of its code."""
    actual = rule(change(evidence))

    assert actual is not None
    assert code == actual.code


@pytest.mark.parametrize(("rule", "change"), QUIET)
def test_a_rule_stays_quiet(rule: Rule, change: Change, evidence: Evidence) -> None:
    """Just short of its limit a rule raises nothing."""
    actual = rule(change(evidence))

    assert actual is None


@pytest.mark.parametrize(("code", "rule", "change"), TRIPPED)
def test_a_finding_fills_the_places_of_its_sentence(
    code: str, rule: Rule, change: Change, evidence: Evidence
) -> None:
    """Every place in a finding's sentence has its value."""
    statement = raised(rule, change(evidence)).statement

    places = {name for _, name, _, _ in string.Formatter().parse(statement.template) if name}
    assert places <= {value.name for value in statement.values}


@pytest.mark.parametrize(("code", "rule", "change"), TRIPPED)
def test_a_finding_cites_known_works(
    code: str, rule: Rule, change: Change, evidence: Evidence
) -> None:
    """Every work that a finding refers to can be printed."""
    actual = set(raised(rule, change(evidence)).references)

    assert actual <= set(WORKS)


def test_every_rule_has_a_case() -> None:
    """No rule is without a case above; the two that share a maker are told apart by code."""
    tripped = {code for code, _, _ in TRIPPED}

    assert len(findings.RULES) == len(tripped)


def raised(rule: Rule, evidence: Evidence) -> Finding:
    """Give what a rule raises."""
    finding = rule(evidence)
    assert finding is not None
    return finding


def value(finding: Finding, name: str) -> float | str:
    """Give a value of a finding's sentence."""
    return next(v.value for v in finding.statement.values if v.name == name)


def test_one_error_moves_the_accuracy_by_one_sample(evidence: Evidence) -> None:
    """With six held-out samples one more error is a sixth."""
    actual = value(raised(few_test_samples, evidence), "step")

    assert 1 / 6 == actual


def test_repeats_add_no_samples(evidence: Evidence) -> None:
    """Under cross-validation each sample counts once, however often it was held out."""
    primary = next(e for e in evidence.evaluations if e.key == "cv/svm")

    actual = raised(few_test_samples, replace(evidence, primary=primary))

    assert (30, 10) == (value(actual, "n"), value(actual, "n_class"))


def test_the_bound_of_a_perfect_score_is_the_intervals(evidence: Evidence) -> None:
    """What error rate is still compatible with no error is one less the lower limit."""
    perfect = interval(0.75, 1.0)(evaluations(n_errors=0)(evidence))

    actual = value(raised(perfect_score, perfect), "bound")

    assert 0.25 == actual


def test_a_headline_no_better_than_the_baseline_is_an_error(evidence: Evidence) -> None:
    """Where the headline itself reaches down to the majority rate, the finding is grave."""
    actual = raised(no_better_than_baseline, interval(0.3, 1.0, "given/svm")(evidence))

    assert "error" == actual.severity


def test_another_model_no_better_than_the_baseline_is_a_note(evidence: Evidence) -> None:
    """Where only other models reach down to the majority rate, it is a note."""
    change = interval(0.3, 1.0, "holdout/logistic")

    actual = raised(no_better_than_baseline, change(interval(0.9, 1.0)(evidence)))

    assert ("note", 1) == (actual.severity, value(actual, "n"))


def test_the_baseline_is_no_model_to_tell_apart(evidence: Evidence) -> None:
    """Pairs with the majority class are not counted among the pairs of models."""
    actual = raised(indistinct_models("given", "SPLIT-02"), evidence)

    assert 66 == value(actual, "n_pairs")  # twelve models


def test_hard_samples_are_named(evidence: Evidence) -> None:
    """The finding names the sample that ten of twelve models got wrong."""
    actual = value(raised(hard_samples, wrong_in(10)(evidence)), "names")

    assert "P25" == actual


def test_hard_samples_need_a_model(evidence: Evidence) -> None:
    """With the baseline alone no sample is hard, and nothing breaks."""
    baseline = next(e for e in evidence.evaluations if e.key == "given/majority")
    alone = replace(evidence, evaluations=(baseline,), primary=baseline)

    actual = hard_samples(alone)

    assert actual is None


def test_folds_share_most_of_their_samples(evidence: Evidence) -> None:
    """Two training parts of eight folds each lack an eighth: they share at least six eighths."""
    actual = raised(folds_only, without_bootstraps(evidence))

    assert (8, 0.75) == (value(actual, "n_folds"), value(actual, "share"))


def test_the_finding_on_embedded_data_counts_samples_as_independent(evidence: Evidence) -> None:
    """It is samples, not genes, of which some are independent."""
    actual = raised(embedded_data, source(kind="embedded")(evidence)).statement.template

    assert "genes, {n_test} of them" not in actual


def test_the_gravest_finding_comes_first(evidence: Evidence) -> None:
    """Findings are sorted by severity: error, warning, note."""
    found = findings.find(source(kind="embedded")(evidence))

    actual = [finding.severity for finding in found]

    assert sorted(actual, key=["error", "warning", "note"].index) == actual


def test_cited_works_are_collected(evidence: Evidence) -> None:
    """The works of all findings are collected, each once."""
    found = [
        raised(few_test_samples, evidence),
        raised(confounding_unchecked, evidence),
    ]

    assert {"dobbin2011", "collins2024"} == findings.cited_works(found)
