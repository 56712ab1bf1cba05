import string

import pytest
from finding_fixtures import (
    CHECKS,
    Change,
    accuracies,
    against_baseline,
    alike,
    arithmetic,
    as_it_is,
    associated,
    audited,
    beside,
    called,
    choose,
    chosen_genes,
    claimed,
    component_auc,
    data,
    evaluations,
    from_other_seeds,
    heat_map_of,
    held_out,
    in_turn,
    inner_folds,
    inside_and_outside,
    interval,
    join,
    known,
    learned_on,
    no_witness,
    nothing_claimed,
    only,
    p_values,
    permuted,
    perplexity,
    pictures,
    predicted,
    prevalence,
    probabilities,
    published,
    random_genes,
    random_part,
    ranked,
    rerun,
    same,
    source,
    stable,
    training_error,
    twins,
    undetected,
    unknown_counts,
    unprocessed,
    untuned,
    updated,
    weighted_brier,
    weighting,
    without,
    without_bootstraps,
    without_protocol,
    witness,
    wrong_in,
)

from pipeline import findings
from pipeline.records.base import RAISED, Finding
from pipeline.records.resolve import LIMIT, resolve
from pipeline.references import WORKS
from pipeline.results import Results
from report.formats import plain


@pytest.fixture(scope="module")
def results(toy_results: Results, two_class_results: Results) -> Results:
    """Give the toy study's results, with a claim; the headline is the SVM on the given split."""
    return toy_results.model_copy(update={"claims": two_class_results.claims})


held_out_sources = choose("protocols", "source", unavailable=None, n_folds=2)

DESCRIBING = frozenset(
    {
        "ARRAY-01",
        "BASE-01",
        "CHANCE-02",
        "DESIGN-06",
        "LABEL-02",
        "LEAK-01",
        "MODEL-02",
        "MODEL-04",
        "PC-02",
        "PLOT-01",
        "PLOT-02",
        "PROBE-02",
        "SAMPLE-01",
        "SCORE-03",
        "VALUE-02",
        "VALUE-04",
    }
)
"""Rules that only describe: what they see has no consequence for the reader of the figures."""

TRIPPED: list[tuple[str, Change]] = [
    ("DATA-01", source(kind="embedded")),
    ("DATA-02", published(False)),
    ("SIZE-01", in_turn(held_out(99, 50), interval(0.91, 1.0))),
    ("SIZE-01", in_turn(held_out(150, 49), interval(0.91, 1.0))),
    ("SIZE-02", interval(0.89, 1.0)),
    ("SIZE-03", evaluations(n_errors=0)),
    ("SIZE-04", data(genes_per_sample=10.1)),
    ("CLASS-01", data(smallest_share=0.19)),
    ("CLASS-02", prevalence(3, 2, 1)),
    ("MODEL-06", beside(4, 2, 0.049)),
    ("MODEL-06", beside(83, 0, 0.049, "cv")),
    ("SPLIT-02", p_values("given", "0.05", "0.5")),
    ("SPLIT-02", p_values("given", "0.5", "0.01")),
    ("SPLIT-03", lambda r: updated(r, n_scored_on_test=2)),
    ("SPLIT-04", accuracies(0.951, 0.9)),
    ("BASE-01", interval(0.3, 1.0, "holdout/logistic")),
    ("MODEL-01", evaluations("cv/logistic", n_not_converged=2)),
    ("MODEL-02", weighting(0)),
    ("SAMPLE-01", wrong_in(11)),
    ("DESIGN-01", as_it_is),
    ("PLOT-01", as_it_is),
    ("GENES-01", stable(0.399)),
    ("GENES-02", without_bootstraps),
    ("GENES-03", undetected("G00_at")),
    ("CLASS-04", evaluations("given/svm", confusion=((2, 0, 0), (0, 2, 0), (2, 0, 0)))),
    ("CLASS-04", evaluations("given/svm", confusion=((5, 0, 0), (4, 1, 0), (0, 0, 2)))),
    ("CHANCE-01", permuted(0.05)),
    ("CHANCE-02", permuted(1 / 21)),
    ("LEAK-01", twins(0.9, 0.951)),
    ("LEAK-01", twins(0.9, 0.9, 0.5, 0.56)),
    ("SCORE-01", ranked(0.95, (2, 0, 0), (5, 0, 0), (0, 0, 2))),
    ("SCORE-02", probabilities(99)),
    ("SCORE-02", probabilities(201)),
    ("SCORE-02", probabilities(99, low=None, high=None)),
    ("SCORE-02", probabilities(100, low=1.01)),
    ("SCORE-02", probabilities(100, low=1.01, high=None)),
    ("SCORE-02", probabilities(100, low=None, high=0.99)),
    ("SCORE-03", called(5)),
    ("LABEL-01", join(method="position")),
    ("LABEL-02", join(n_wrong_by_position=1)),
    ("LABEL-03", witness(0.9, 0.69)),
    ("LEAK-02", learned_on("all samples")),
    ("SPLIT-05", inside_and_outside(0.951, 0.95)),
    ("SPLIT-06", interval(0.8, 0.9, "cv/logistic")),
    ("SPLIT-07", random_part(0.71, 0.8, 0.9)),
    ("SPLIT-07", random_part(0.99, 0.8, 0.9)),
    ("TUNE-01", inner_folds(0)),
    ("TUNE-02", choose("models", "pca_logistic", tuned=None)),
    ("TUNE-03", evaluations("given/logistic", n_at_edge=1)),
    ("MODEL-03", training_error(1.0, 0.89)),
    ("MODEL-04", random_genes(0.05)),
    ("MODEL-05", chosen_genes(9)),
    ("SCORE-04", weighted_brier(0.21, 0.2)),
    ("PLOT-02", from_other_seeds(0.2, 0.25, 0.31)),
    ("PLOT-03", perplexity(29 / 3)),
    ("PLOT-04", heat_map_of(24)),
    ("DESIGN-02", choose("protocols", "source", unavailable="no source is known")),
    ("DESIGN-02", choose("protocols", "source", unavailable=None, n_folds=1)),
    ("DESIGN-03", associated("class", 0.5, 0.049, among="training")),
    ("DESIGN-03", associated("class", 0.5, 0.049)),
    ("DESIGN-04", associated("split", 0.5, 0.049)),
    ("DESIGN-02", in_turn(held_out_sources, known(only_test=("C",)))),
    ("DESIGN-03", associated("class", 0.6, 0.1, corrected=0.5)),
    ("DESIGN-06", in_turn(known(), audited("missingness", is_raised=True, names=("site",)))),
    ("DESIGN-07", in_turn(known(), evaluations("given/svm", n_wrong=(1, 1, 0, 0, 0, 0)))),
    ("DESIGN-08", predicted(0.901)),
    ("DUP-01", same("train", "test")),
    ("DUP-01", same("train", "test", kept=True)),
    ("DUP-02", same("train", "train")),
    ("DUP-03", same("train", "test", other_class=1)),
    ("DUP-04", alike()),
    ("ARRAY-01", audited("mean", outliers=("P15",))),
    ("PC-01", audited("components", is_raised=True, followed=(("PC1", "mean"),))),
    ("PC-02", component_auc(0.69)),
    ("CLAIM-01", arithmetic(sizes=())),
    ("CLAIM-02", arithmetic(n_fits=0)),
    ("CLAIM-04", as_it_is),
    ("CLAIM-04", rerun(exact=False)),
    ("CLAIM-04", claimed(reproduced_by=())),
    ("CLAIM-04", claimed(chance=None)),
    ("CLAIM-04", in_turn(claimed(seed_is_stated=False), rerun(n_fitting=0))),
    ("CLAIM-04", unknown_counts),
    ("CLAIM-04", claimed(test_share=None, n_folds=5)),
    ("CLAIM-04", claimed(test_share=None, n_folds=None)),
    *((code, audited(name, is_raised=True)) for code, name in CHECKS.items()),
]
"""Just past its limit a rule raises a caveat."""

PASSED: list[tuple[str, Change]] = [
    ("DATA-01", source(kind="given")),
    ("DATA-02", published(True)),
    ("SIZE-01", held_out(150, 50)),
    ("SIZE-02", interval(0.91, 1.0)),
    ("SIZE-03", evaluations(n_errors=1)),
    ("SIZE-04", data(genes_per_sample=10.0)),
    ("CLASS-01", data(smallest_share=0.21)),
    ("CLASS-02", prevalence(2, 2, 2)),
    ("MODEL-06", beside(4, 2, 0.05)),
    ("MODEL-06", beside(3, 2, 0.001)),
    ("MODEL-06", beside(0, 0, 0.001)),
    ("MODEL-06", beside(2, 4, 0.001)),
    ("SPLIT-02", p_values("given", "0.049", "0.5")),
    ("SPLIT-03", lambda r: updated(r, n_scored_on_test=1)),
    ("SPLIT-04", accuracies(0.949, 0.9)),
    ("BASE-01", interval(0.99, 1.0)),
    ("MODEL-01", evaluations(n_not_converged=0)),
    ("MODEL-02", weighting(1)),
    ("SAMPLE-01", wrong_in(10)),
    ("PLOT-01", pictures("pca")),
    ("GENES-01", stable(0.40)),
    ("GENES-02", as_it_is),
    ("GENES-03", undetected()),
    ("CLASS-04", evaluations("given/svm", confusion=((5, 0, 0), (3, 1, 0), (0, 0, 2)))),
    ("CLASS-04", evaluations("given/svm", confusion=((5, 0, 0), (0, 0, 0), (0, 0, 2)))),
    ("CHANCE-01", permuted(0.049)),
    ("CHANCE-02", permuted(2 / 21)),
    ("LEAK-01", twins(0.9, 0.949)),
    ("LEAK-01", twins(0.9, 0.9, 0.5, 0.54)),
    ("SCORE-01", ranked(0.94, (2, 0, 0), (5, 0, 0), (0, 0, 2))),
    ("SCORE-01", ranked(0.95, (1, 3, 0), (2, 1, 0), (0, 0, 2))),
    ("SCORE-01", ranked(0.95, (2, 0, 0), (4, 0, 0), (0, 0, 2))),
    ("SCORE-01", ranked(0.95, (2, 0, 0), (1, 1, 0), (0, 0, 2))),
    ("SCORE-02", probabilities(100)),
    ("SCORE-02", probabilities(200)),
    ("SCORE-02", probabilities(150, low=1.0, high=1.0)),
    ("SCORE-03", called(6)),
    ("LABEL-01", join(method="name")),
    ("LABEL-02", join(n_wrong_by_position=0)),
    ("LABEL-03", witness(0.9, 0.7)),
    ("LEAK-02", learned_on("training samples")),
    ("LEAK-02", learned_on("nothing")),
    ("SPLIT-05", inside_and_outside(0.95, 0.95)),
    ("SPLIT-06", as_it_is),
    ("SPLIT-07", random_part(0.72, 0.8, 0.9)),
    ("SPLIT-07", random_part(0.98, 0.8, 0.9)),
    ("TUNE-01", inner_folds(2)),
    ("TUNE-02", choose("models", "pca_logistic", tuned="components among 2 and 5")),
    ("TUNE-03", evaluations(n_at_edge=0, n_tied=1)),
    ("MODEL-03", training_error(1.0, 0.91)),
    ("MODEL-04", random_genes(0.049)),
    ("MODEL-05", chosen_genes(10)),
    ("SCORE-04", weighted_brier(0.2, 0.2)),
    ("SCORE-04", weighted_brier(0.21, 0.2, mean_weighted=0.42)),
    ("PLOT-02", from_other_seeds(0.2, 0.25, 0.29)),
    ("PLOT-03", perplexity(9.6)),
    ("PLOT-04", heat_map_of(30)),
    ("DESIGN-02", choose("protocols", "source", unavailable=None, n_folds=2)),
    ("DESIGN-01", known()),
    ("DESIGN-03", associated("class", 0.49, 0.049, among="training")),
    ("DESIGN-03", associated("class", 0.6, 0.1, corrected=0.49)),
    ("DESIGN-03", associated("split", 0.6, 0.1, corrected=0.6)),
    ("DESIGN-03", associated("class", 0.6, 0.1, corrected=0.6, missing=True)),
    ("DESIGN-03", associated("class", 0.5, 0.05, among="training")),
    ("DESIGN-04", associated("split", 0.5, 0.05)),
    ("DESIGN-02", in_turn(held_out_sources, known())),
    ("DESIGN-06", in_turn(known(), audited("missingness", is_raised=False))),
    ("DESIGN-07", in_turn(known(), evaluations("given/svm", n_wrong=(1, 1, 0, 1, 0, 0)))),
    ("DESIGN-07", in_turn(known(), evaluations("given/svm", n_wrong=(1, 0, 0, 0, 0, 0)))),
    ("DESIGN-08", predicted(0.9)),
    ("DUP-01", same("train", "train")),
    ("DUP-02", same("train", "test")),
    ("DUP-03", same("train", "test")),
    ("DUP-04", same("train", "test")),
    ("ARRAY-01", in_turn(audited("mean", outliers=()), audited("spread", outliers=()))),
    ("PC-01", audited("components", is_raised=False, followed=())),
    ("PC-02", component_auc(0.7)),
    ("CLAIM-01", as_it_is),
    ("CLAIM-02", as_it_is),
    ("CLAIM-04", rerun(exact=True)),
    ("CLAIM-04", in_turn(claimed(seed_is_stated=False), rerun(n_fitting=1))),
    *((code, audited(name, is_raised=False)) for code, name in CHECKS.items()),
]
"""Just short of its limit it passes."""

NOT_APPLICABLE: list[tuple[str, Change]] = [
    ("DATA-02", published(None)),
    ("CLASS-02", data(n_test=0)),
    ("SPLIT-02", lambda r: updated(r, comparisons=())),
    ("MODEL-06", lambda r: updated(r, comparisons=())),
    ("SPLIT-03", lambda r: updated(r, n_scored_on_test=0)),
    ("SPLIT-04", without_protocol("given", "cv/svm")),
    ("BASE-01", only("svm", "logistic")),
    ("MODEL-02", lambda r: updated(r, improvements=())),
    ("SAMPLE-01", lambda r: updated(only("majority")(r), primary_evaluation="given/majority")),
    ("GENES-01", stable(None)),
    ("GENES-01", without_bootstraps),
    ("GENES-03", as_it_is),
    ("CLASS-04", evaluations("given/svm", confusion=((0, 0, 0),) * 3)),
    ("CHANCE-01", permuted(None)),
    ("CHANCE-02", permuted(None)),
    ("LEAK-01", lambda r: updated(r, leaky_twin=None)),
    ("SCORE-01", ranked(None, (2, 0, 0), (2, 0, 0), (0, 0, 2))),
    ("SCORE-02", probabilities(99, protocol="cv")),
    ("SCORE-02", lambda r: updated(r, calibrations=())),
    ("SCORE-03", lambda r: updated(r, abstentions=())),
    ("LABEL-03", no_witness),
    ("LABEL-03", witness(0.89, 0.5)),
    (
        "LEAK-02",
        unprocessed,
    ),
    ("SPLIT-05", without_protocol("given", "cv/svm")),
    ("SPLIT-06", lambda r: updated(r, protocols=tuple(p for p in r.protocols if p.key != "cv"))),
    ("SPLIT-07", random_part(0.8, 0.8, 0.9, n_train=10)),
    ("SPLIT-07", random_part(0.5, 0.8, 0.9, n_repeats=19)),
    ("SPLIT-07", lambda r: updated(r, learning_curves=())),
    (
        "TUNE-01",
        untuned,
    ),
    ("TUNE-03", untuned),
    ("TUNE-02", without("models", "pca_logistic")),
    ("MODEL-04", against_baseline(0.6, 0.6)),
    ("MODEL-05", only("svm")),
    ("SCORE-04", lambda r: updated(r, weighting=None)),
    ("PLOT-02", pictures("pca")),
    ("PLOT-03", pictures("pca")),
    ("DESIGN-03", as_it_is),
    ("DESIGN-04", as_it_is),
    ("DESIGN-04", in_turn(known(), data(n_test=0))),
    ("DESIGN-06", as_it_is),
    ("DESIGN-07", as_it_is),
    ("DESIGN-07", known(kind="number")),
    ("DESIGN-07", known(n_first=30)),
    ("DESIGN-08", as_it_is),
    ("DUP-01", audited("duplicates", n_test_before=0)),
    ("DUP-02", audited("duplicates", closest=None)),
    ("DUP-01", audited("duplicates", n_genes=19)),
    ("DUP-02", audited("duplicates", n_genes=19)),
    ("DUP-04", audited("duplicates", n_genes=19)),
    ("DUP-03", as_it_is),
    ("PC-01", audited("components", not_run="there is nothing to compare")),
    ("PC-02", component_auc(None)),
    ("CLAIM-01", nothing_claimed),
    ("CLAIM-01", arithmetic(not_run="there are too many classes")),
    ("CLAIM-02", nothing_claimed),
    ("CLAIM-02", arithmetic(stated_sizes=())),
    ("CLAIM-04", nothing_claimed),
    (
        "CLAIM-04",
        in_turn(claimed(reproduced_by=()), rerun(not_run="there are too few samples", own=())),
    ),
    *((code, audited(name, not_run="there is none")) for code, name in CHECKS.items()),
]
"""Where there is nothing to look at it says so."""

CASES = [*TRIPPED, *PASSED, *NOT_APPLICABLE]


def found(code: str, results: Results) -> Finding:
    """Let one rule look."""
    rule = next(rule for rule in findings.RULES if rule.code == code)
    return findings.judge(rule, results, suppressed=None)


def value(finding: Finding, name: str) -> float | str:
    """Give a value of a finding's sentence."""
    return next(v.value for v in finding.statement.values if v.name == name)


@pytest.mark.parametrize(("code", "change"), TRIPPED)
def test_a_rule_is_tripped(code: str, change: Change, results: Results) -> None:
    """Just past its limit a rule raises a caveat, or describes what it sees."""
    actual = found(code, change(results))

    assert actual.severity in (("seen",) if code in DESCRIBING else RAISED)


@pytest.mark.parametrize(("code", "change"), PASSED)
def test_a_rule_passes(code: str, change: Change, results: Results) -> None:
    """Just short of its limit a rule passes."""
    actual = found(code, change(results))

    assert "passed" == actual.severity


@pytest.mark.parametrize(("code", "change"), NOT_APPLICABLE)
def test_a_rule_does_not_apply(code: str, change: Change, results: Results) -> None:
    """Where there is nothing to look at a rule says so, and why."""
    actual = found(code, change(results))

    assert "not applicable" == actual.severity
    assert plain(actual.statement).endswith(".")


@pytest.mark.parametrize(("code", "change"), CASES)
def test_every_number_stands_where_its_path_says(
    code: str, change: Change, results: Results
) -> None:
    """Each number that a rule names is a field, or worked out from fields, or its limit."""
    changed = change(results)
    values = [v for v in found(code, changed).statement.values if v.path != LIMIT]

    assert [] == [v for v in values if v.path is None and v.format != "text"]
    assert [] == [v for v in values if v.path and resolve(changed, v.path) != v.value]


@pytest.mark.parametrize(("code", "change"), CASES)
def test_a_finding_fills_the_places_of_its_sentence(
    code: str, change: Change, results: Results
) -> None:
    """Every place in a finding's sentence has its value, and no value its place twice."""
    statement = found(code, change(results)).statement

    places = {name for _, name, _, _ in string.Formatter().parse(statement.template) if name}
    names = [value.name for value in statement.values]
    assert places <= set(names)
    assert len(set(names)) == len(names)


def test_every_rule_has_its_cases() -> None:
    """No rule is without a case that trips it and one that does not."""
    codes = {rule.code for rule in findings.RULES}

    assert codes == {code for code, _ in TRIPPED}
    assert codes == {code for code, _ in PASSED}


def test_no_two_rules_share_a_code() -> None:
    """A code names one rule."""
    codes = [rule.code for rule in findings.RULES]

    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize("rule", findings.RULES, ids=lambda rule: rule.code)
def test_a_rule_cites_known_works(rule: findings.Rule) -> None:
    """Every work that a rule refers to can be printed."""
    assert set(rule.references) <= set(WORKS)


def test_every_rule_gives_a_finding(results: Results) -> None:
    """Whatever was found, each rule says so once."""
    actual = [finding.code for finding in findings.find(results, {})]

    assert sorted(rule.code for rule in findings.RULES) == sorted(actual)


def test_the_gravest_finding_comes_first(results: Results) -> None:
    """Findings are sorted by outcome: raised, suppressed, passed, not applicable."""
    order = ["error", "warning", "note", "suppressed", "seen", "passed", "not applicable"]

    actual = [f.outcome for f in findings.find(results, {"SIZE-02": "it is a toy"})]

    assert sorted(actual, key=order.index) == actual
    assert {"warning", "suppressed", "passed", "not applicable"} <= set(actual)


def test_a_suppressed_caveat_keeps_its_severity_and_says_why(results: Results) -> None:
    """What the study leaves out stays on record, with the study's reason."""
    actual = {f.code: f for f in findings.find(results, {"SIZE-02": "it is a toy"})}["SIZE-02"]

    assert ("warning", "suppressed", "it is a toy", False) == (
        actual.severity,
        actual.outcome,
        actual.suppressed,
        actual.is_raised,
    )


def test_what_passed_cannot_be_suppressed(results: Results) -> None:
    """A reason for a caveat that is not raised changes no outcome."""
    actual = {f.code: f for f in findings.find(results, {"DATA-01": "no reason"})}["DATA-01"]

    assert "passed" == actual.outcome


def test_few_samples_are_one_caveat(results: Results) -> None:
    """Where the interval is wide for them, few samples are described beside its caveat."""
    wide = in_turn(held_out(99, 50), interval(0.8, 1.0))(results)

    assert ("seen", "warning") == (found("SIZE-01", wide).severity, found("SIZE-02", wide).severity)


def test_one_error_moves_the_accuracy_by_one_sample(results: Results) -> None:
    """With six held-out samples one more error is a sixth."""
    actual = value(found("SIZE-01", results), "step")

    assert 1 / 6 == actual


def test_repeats_add_no_samples(results: Results) -> None:
    """Under cross-validation each sample counts once, however often it was held out."""
    actual = found("SIZE-01", updated(results, primary_evaluation="cv/svm"))

    assert (30, 10) == (value(actual, "n"), value(actual, "n_class"))


def test_the_bound_of_a_perfect_score_is_the_intervals(results: Results) -> None:
    """What error rate is still compatible with no error is one less the lower limit."""
    perfect = interval(0.75, 1.0)(evaluations(n_errors=0)(results))

    actual = value(found("SIZE-03", perfect), "bound")

    assert 0.25 == actual


def test_a_headline_no_better_than_the_baseline_is_an_error(results: Results) -> None:
    """Where the headline itself reaches down to the majority rate, the finding is grave."""
    actual = found("BASE-01", interval(0.3, 1.0, "given/svm")(results))

    assert "error" == actual.severity


def test_another_model_no_better_than_the_baseline_is_described(results: Results) -> None:
    """Where only other models reach down to the majority rate, it is described."""
    change = interval(0.3, 1.0, "holdout/logistic")

    actual = found("BASE-01", change(interval(0.9, 1.0)(results)))

    assert ("seen", 1) == (actual.severity, value(actual, "n"))


def test_what_is_the_class_but_for_its_name_is_an_error(results: Results) -> None:
    """A covariate that the training samples do not let one tell from the class is grave."""
    change = associated("class", 0.99, 0.001, among="training")

    actual = found("DESIGN-03", change(results))

    assert "error" == actual.severity


def test_the_worst_covariate_is_told_before_the_surest(results: Results) -> None:
    """What cannot be told from the class comes first, whatever its p-value."""
    change = in_turn(
        associated("class", 0.6, 0.0001, among="training"),
        associated("class", 1.0, 0.01, among="training"),
    )

    actual = found("DESIGN-03", change(results))

    assert 1.0 == value(actual, "size")


def test_what_few_samples_cannot_exclude_is_a_note(results: Results) -> None:
    """V of 0.56 and an adjusted p of 0.10: neither shown nor excluded, and no pass."""
    change = associated("class", 0.56, 0.10, corrected=0.5)

    actual = found("DESIGN-03", change(results))

    assert "note" == actual.severity
    assert "cannot be excluded" in plain(actual.statement)


def test_what_goes_with_the_class_in_training_confounds(results: Results) -> None:
    """Not what goes with it among all samples alone, nor what could be chance."""
    in_training = associated("class", 0.9, 0.001, among="training")
    by_chance = associated("class", 0.9, 0.06, among="training")

    actual = [change(results).audit.confounders for change in (in_training, by_chance, known())]

    assert [("site [of three]",), (), ()] == actual


def test_new_values_are_a_warning(results: Results) -> None:
    """Alone, one study is a note."""
    severities = [found("DESIGN-02", change(results)).severity for change in NEW_VALUES]

    assert ["note", "warning"] == severities


NEW_VALUES = (known(), known(only_test=("C",)))


def test_all_values_that_are_new_are_told_together(results: Results) -> None:
    """Two new sites of two and one held-out samples, each too small alone, hold both errors."""
    by_sample = dict(
        zip(results.protocol("given").sample_ids, ("C", "C", "D", "A", "A", "A"), strict=True)
    )

    def sites(e: Results) -> Results:
        e = known(only_test=("C", "D"))(e)
        (site,) = e.audit.covariates.covariates
        values = tuple(by_sample.get(sample.id, "A") for sample in e.data.samples)
        changed = site.model_copy(update={"values": values})
        return audited("covariates", covariates=(changed,))(e)

    change = in_turn(sites, evaluations("given/svm", n_wrong=(1, 0, 1, 0, 0, 0)))

    actual = found("DESIGN-07", change(results))

    assert "warning" == actual.severity
    assert (2, 3, 2, 6) == tuple(
        value(actual, name) for name in ("n_errors", "n", "n_all_errors", "n_all")
    )
    assert "not in training (C, D)" in plain(actual.statement)


def test_every_covariate_that_was_tried_is_told(results: Results) -> None:
    """Those that were not predicted as well."""
    (high,) = predicted(0.95)(results).audit.batches.results
    low = high.model_copy(update={"level": "B", "auc": 0.6, "low": 0.3, "high": 0.8})

    actual = found("DESIGN-08", audited("batches", limit=0.9, results=(low, high))(results))

    assert "note" == actual.severity
    said = plain(actual.statement)
    assert said.index("0.950") < said.index("0.600 (nominal 95 % interval 0.300 to 0.800")


def test_a_kept_duplicate_is_an_error(results: Results) -> None:
    """A training sample that stays in the test set is graver than one that is left out."""
    kept, left_out = (
        found("DUP-01", same("train", "test", kept=k)(results)) for k in (True, False)
    )

    assert ("error", "warning") == (kept.severity, left_out.severity)


def test_far_arrays_are_counted_by_measure(results: Results) -> None:
    """One array and two are written so, each with the measure by which it is far."""
    far = in_turn(audited("mean", outliers=("P15",)), audited("spread", outliers=("P1", "P2")))

    said = plain(found("ARRAY-01", far(results)).statement)

    assert "by the mean of the array, 1 array (P15)" in said
    assert "by the standard deviation of the array, 2 arrays (P1, P2)" in said


def test_few_genes_are_said_to_be_the_reason(results: Results) -> None:
    """With 19 genes likeness cannot be told, however many samples there are."""
    few = audited("duplicates", n_genes=19, closest=None, closest_across=None)(results)

    for code in ("DUP-01", "DUP-02", "DUP-04"):
        assert "genes are too few to tell likeness" in plain(found(code, few).statement)


def test_replicates_are_advised_to_be_grouped(results: Results) -> None:
    """They are kept, and one equal value is written so."""
    actual = found("DUP-04", alike(1)(results))

    assert "group_column" in actual.action
    assert "1 has the same value" in plain(actual.statement)


def test_the_mistake_behind_a_claim_is_told_in_numbers(results: Results) -> None:
    """The labels that it gets wrong are those of the trial that gives every figure."""
    claim = results.claims[0]
    assert claim.reproducing is not None
    trial = claim.reproducing.best_trial
    assert trial is not None

    actual = found("CLAIM-04", results)

    assert claim.reproducing.label == value(actual, "defect")
    told = [value(actual, name) for name in ("n_samples", "n_other", "n_wrong")]
    assert [trial.n_samples, trial.n_other, trial.n_wrong] == told


@pytest.mark.parametrize(
    ("change", "says", "is_silent_on"),
    [
        (as_it_is, "Labels at random do at 3, at least one of 4 joins by position at 9", "None of"),
        (claimed(chance=None), "One of", "Labels at random"),
        (claimed(reproduced_by=()), "None of", "the stated seed"),
        (unknown_counts, "One of", "interval"),
        (claimed(test_share=None, n_folds=5), "cross-validation in 5 folds", "at random, the"),
        (claimed(test_share=None, n_folds=None), "One of", "the headline of"),
    ],
)
def test_a_claim_is_judged_in_parts(
    results: Results, change: Change, says: str, is_silent_on: str
) -> None:
    """Each part has its sentence where it is known, and none where it is not."""
    chance = results.claims[0].chance
    assert chance is not None
    known = chance.model_copy(update={"n_random": 3, "n_joins": 4, "n_any_join": 9})

    actual = found("CLAIM-04", change(claimed(chance=known)(results)))

    assert says in plain(actual.statement)
    assert is_silent_on not in plain(actual.statement)
    assert "only" not in plain(actual.statement)


def test_the_library_stands_beside_the_optimum(results: Results) -> None:
    """What scikit-learn's defaults give is told where it was asked."""
    corrected = results.claims[0].corrected
    library = corrected.library[0].model_copy(update={"n_correct": 1})
    told = claimed(corrected=corrected.model_copy(update={"library": (library,)}))(results)
    untold = claimed(corrected=corrected.model_copy(update={"library": ()}))(results)

    assert "(1 as scikit-learn's defaults fit it)" in plain(found("CLAIM-04", told).statement)
    assert "scikit-learn" not in plain(found("CLAIM-04", untold).statement)


def test_what_was_published_comes_after_what_the_sources_say() -> None:
    """Other people's figures are no graver than the study's own design."""
    codes = [rule.code for rule in findings.RULES]

    assert codes.index("DESIGN-03") < min(codes.index(c) for c in codes if c[:5] == "CLAIM")


def test_other_claims_of_the_same_kind_are_named(results: Results) -> None:
    """Where two claims raise a rule, the second is named after the first."""
    other = results.claims[0].model_copy(update={"key": "other", "source": "Another paper"})

    actual = found("CLAIM-04", updated(results, claims=(*results.claims, other)))

    assert "The same holds of: Another paper." in plain(actual.statement)


def test_permutations_too_few_to_tell_are_not_called_as_good(results: Results) -> None:
    """Where none does as well, a large p-value is that of few permutations, not of chance."""
    few = found("CHANCE-01", permuted(1 / 4, n=3)(results))
    assert few.severity == "seen"
    assert "none did as well" in few.statement.template
    as_good = found("CHANCE-01", permuted(2 / 4, n=3)(results))
    assert as_good.severity == "error"


def test_the_baseline_is_no_model_to_tell_apart(results: Results) -> None:
    """The majority class is not counted among the models."""
    actual = found("SPLIT-02", results)

    assert 12 == value(actual, "n_models")


def test_far_better_models_are_the_gravest_caveat(results: Results) -> None:
    """Eighty errors of the headline's model beside none of another: an error, with its name."""
    actual = found("MODEL-06", beside(80, 0, 0.01, "cv")(results))

    assert "error" == actual.severity
    assert (80, 0, results.model("forest").noun, 0.01) == tuple(
        value(actual, name) for name in ("n_errors", "fewest", "names", "p")
    )


def test_what_it_takes_to_tell_models_apart_is_said(results: Results) -> None:
    """Of 66 pairs one needs 12 samples: 66 x 2 / 2^12 = 0.032; 11 give 0.064."""
    actual = found("SPLIT-02", p_values("given", "0.5", "0.5")(results))

    assert (66, 12) == (value(actual, "n_pairs"), value(actual, "n_needed"))
    margins = [
        c.margin for c in results.comparisons if c.protocol == "given" and c.p_headline is not None
    ]
    assert 11 == len(margins)
    assert max(margins) == value(actual, "margin")


def test_folds_have_a_margin_and_no_count_of_samples_needed(results: Results) -> None:
    """Where the headline is that of cross-validation it is a note, with the margin alone."""
    actual = found(
        "SPLIT-02", p_values("cv", "0.5", "0.5")(updated(results, primary_evaluation="cv/svm"))
    )

    assert "note" == actual.severity
    assert "n_needed" not in {v.name for v in actual.statement.values}


@pytest.mark.parametrize(("model", "severity"), [("svm", "warning"), ("logistic", "note")])
def test_a_slope_off_is_a_warning_for_the_headline_alone(
    results: Results, model: str, severity: str
) -> None:
    """Where the interval of the headline's own slope leaves out 1, it is a warning."""
    actual = found("SCORE-02", probabilities(150, low=1.1, model=model)(results))

    assert severity == actual.severity


def test_one_caveat_on_calibration_says_both(results: Results) -> None:
    """Few samples, and a slope that is off all the same: no sentence denies the other."""
    few = probabilities(14, 34, low=2.4, high=None)(results).calibrations
    other = few[0].model_copy(
        update={"key": "given/knn", "model": "knn", "slope_low": 0.4, "slope_high": 4.0}
    )

    actual = found("SCORE-02", updated(results, calibrations=(*few, other)))

    told = plain(actual.statement)
    assert "too few to tell how well calibrated probabilities are, but enough to see that" in told
    assert "runs from 2.400 upwards" in told
    assert told.endswith("For the others that cannot be told.")


def test_hard_samples_are_named(results: Results) -> None:
    """The finding names the sample that eleven of twelve models, five of six kinds, got wrong."""
    actual = value(found("SAMPLE-01", wrong_in(11)(results)), "names")

    assert "P25" == actual


def test_variants_of_one_model_are_one_vote(results: Results) -> None:
    """Ten of twelve models err on a sample, nine of them variants: two of four votes."""
    keys = [e.model for e in results.of_protocol("given", baseline=False)]
    models = tuple(
        m.model_copy(update={"family": "one" if m.key in keys[:9] else None})
        for m in results.models
    )
    changed = updated(wrong_in(10)(results), models=models)

    actual = found("SAMPLE-01", changed)

    assert "passed" == actual.severity
    assert (12, 9, 1) == tuple(value(actual, n) for n in ("n_models", "n_variants", "n_kinds"))


def test_both_sides_of_a_wide_interval_are_told(results: Results) -> None:
    """From 0.809 to 0.984 around 32 of 34: 13.2 points below, 4.3 above."""
    here = results.primary_evaluation
    changed = evaluations(here, accuracy=32 / 34)(interval(0.80906, 0.98372, here)(results))

    actual = found("SIZE-02", changed)

    assert (0.1321, 0.0425) == pytest.approx(
        (value(actual, "below"), value(actual, "above")), abs=1e-4
    )


def test_folds_share_most_of_their_samples(results: Results) -> None:
    """Two training parts of eight folds each lack an eighth: they share at least six eighths."""
    actual = found("GENES-02", without_bootstraps(results))

    assert (8, 0.75) == (value(actual, "n_folds"), value(actual, "share"))


def test_the_finding_on_embedded_data_counts_samples_as_independent(results: Results) -> None:
    """It is samples, not genes, of which some are independent."""
    actual = found("DATA-01", source(kind="embedded")(results)).statement.template

    assert "genes, {n_test} of them" not in actual


def test_a_rule_speaks_of_the_studys_samples_and_genes(results: Results) -> None:
    """The texts of a rule take the study's own words."""
    study = results.study.model_copy(
        update={"sample_noun_plural": "cell lines", "gene_noun_plural": "probes"}
    )

    actual = found("GENES-01", updated(results, study=study))

    assert actual.why.startswith("A redraw of the same cell lines gives another list.")


def test_cited_works_are_collected(results: Results) -> None:
    """The works of all findings are collected, each once."""
    chosen = [found("SIZE-01", results), found("DESIGN-01", results)]

    assert {"dobbin2011", "collins2024", "leek2010"} == findings.cited_works(chosen)
