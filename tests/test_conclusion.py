"""The conclusion: five sentences for any study, each number with its place in the results."""

from typing import Any

import pytest
from evaluation_fixtures import with_evaluation
from finding_fixtures import evaluations, in_turn, interval, p_values
from report_fixtures import WITHOUT, without_test

from pipeline.conclusion import N_CAVEATS, conclude, n_needed
from pipeline.intervals import wilson
from pipeline.records.audit import Covariate
from pipeline.records.base import Finding, Statement, Value
from pipeline.records.models import Interval
from pipeline.records.resolve import resolve
from pipeline.records.strata import Strata, Stratum
from pipeline.results import Results
from report import html
from report.formats import plain

KEYS = ["answer", "errors", "comparison", "genes", "limits"]


def told(results: Results) -> dict[str, str]:
    """Write the conclusion, by part."""
    return {s.key: plain(s.statement) for s in conclude(results).sentences}


def changed(results: Results, **update: Any) -> Results:
    """Change the results."""
    return results.model_copy(update=update)


def caveat(code: str, **values: str) -> Finding:
    """Raise a caveat."""
    said = tuple(
        Value(name=name, value=text, format="text", path="study.name")
        for name, text in values.items()
    )
    return Finding(
        code=code,
        severity="warning",
        section="audit",
        subject="",
        title=f"Title of {code}",
        statement=Statement(template="", values=said),
        why="",
        action="",
        references=(),
        suppressed=None,
    )


@pytest.mark.parametrize("fixture", ["toy_results", "two_class_results"])
@pytest.mark.parametrize("bare", [False, True])
def test_any_study_has_five_sentences(
    fixture: str, bare: bool, request: pytest.FixtureRequest
) -> None:
    """Three classes or two, with and without test set, permutations, covariates and caveats."""
    results: Results = request.getfixturevalue(fixture)
    if bare:
        results = changed(without_test(results), **WITHOUT, findings=(), comparisons=())
    full = changed(results, conclusion=conclude(results))
    assert full.conclusion is not None

    values = [v for s in full.conclusion.sentences for v in s.statement.values]
    texts = [plain(s.statement) for s in full.conclusion.sentences]

    assert KEYS[:2] == [s.key for s in full.conclusion.sentences][:2]
    assert all(text.endswith(".") and "{" not in text for text in texts)
    named = [v for v in values if v.path]
    assert [v.value for v in named] == [resolve(full, v.path or "") for v in named]
    assert all(v.format == "text" for v in values if not v.path)


def test_the_computed_results_hold_it(two_class_results: Results) -> None:
    """What a run gives is what its results give again."""
    assert conclude(two_class_results) == two_class_results.conclusion


def test_without_comparison_there_is_no_sentence_of_it(two_class_results: Results) -> None:
    """Nothing is said of what was not done."""
    none = two_class_results.comparators.random_genes.model_copy(update={"n_sets": 0})
    comparators = two_class_results.comparators.model_copy(update={"random_genes": none})
    results = changed(two_class_results, permutations=(), comparisons=(), comparators=comparators)

    assert [key for key in KEYS if key != "comparison"] == list(told(results))


@pytest.mark.parametrize(
    ("low", "expected"),
    [(0.7, "expression values of these samples tell"), (0.1, "were not shown to tell")],
)
def test_the_interval_decides_the_answer(
    two_class_results: Results, low: float, expected: str
) -> None:
    """Better than a constant answer only where the whole interval is above it."""
    full = with_evaluation(two_class_results)
    results = interval(low, 0.99, full.primary_evaluation)(full)

    assert expected in told(results)["answer"]


def test_errors_are_told_by_class(two_class_results: Results) -> None:
    """Right samples of each class, from the confusion matrix."""
    primary = two_class_results.primary
    confusion = ((3, 1), (2, 4))
    results = evaluations(
        primary.key, confusion=confusion, n_errors=3, n_correct=7, n_predictions=10
    )(two_class_results)

    assert "Its 3 errors leave 3 of 4 ALL, 4 of 6 AML right" in told(results)["errors"]


@pytest.mark.parametrize(
    ("n", "expected"), [(0, "It made no error there"), (1, "Its one error leaves")]
)
def test_none_and_one_are_written_as_words(
    two_class_results: Results, n: int, expected: str
) -> None:
    """No "1 errors", and no claim that there can be none."""
    primary = two_class_results.primary
    results = evaluations(primary.key, confusion=((4, n), (0, 4)), n_errors=n)(two_class_results)

    assert told(results)["errors"].startswith(expected)


def test_what_goes_with_the_class_is_said(two_class_results: Results) -> None:
    """The confounder of the caveat stands in the answer's limits, and new samples must part it."""
    without = changed(two_class_results, findings=())
    results = changed(two_class_results, findings=(caveat("DESIGN-03", label="clinic"),))

    assert "learned the class or the clinic" in told(results)["errors"]
    assert "in which the clinic does not go with the class" in told(results)["limits"]
    assert "does not go with" not in told(without)["limits"]


def test_the_gravest_caveats_are_named(two_class_results: Results) -> None:
    """As many as the first page shows, by their titles."""
    found = tuple(caveat(f"X-{k}") for k in range(5))

    actual = told(changed(two_class_results, findings=found))["limits"]

    assert N_CAVEATS == html.N_GRAVEST == actual.count("“Title of X-")


@pytest.mark.parametrize(("p", "expected"), [("0.01", "shown to be better, "), ("0.5", "none of")])
def test_a_better_model_is_named(two_class_results: Results, p: str, expected: str) -> None:
    """Where the test says so, and the difference is the other's."""
    full = with_evaluation(two_class_results)
    model, protocol = full.primary.model, full.primary.protocol
    pairs = tuple(
        pair.model_copy(
            update={
                "p_adjusted": float(p),
                "p_headline": None,
                "difference": -0.2 if pair.first == model else 0.2,
            }
        )
        for pair in full.comparisons
        if pair.protocol == protocol
    )

    assert expected in told(changed(full, comparisons=pairs))["comparison"]


# Wilson's formula by hand: at 0.941 an interval of 0.1 takes 94 samples, at 0.5 it takes 381.
@pytest.mark.parametrize(("accuracy", "expected"), [(32 / 34, 94), (0.5, 381), (1.0, 35)])
def test_how_many_samples_are_needed(accuracy: float, expected: int) -> None:
    """The least number whose interval is ten points wide, or less."""
    assert expected == n_needed(accuracy)

    wider = wilson(accuracy * (expected - 1), expected - 1)
    assert wider.high - wider.low > 0.1


def test_no_word_of_one_study(two_class_results: Results) -> None:
    """Nothing of the default study is in the sentences themselves."""
    templates = " ".join(s.statement.template for s in conclude(two_class_results).sentences)

    assert not [word for word in ("leuk", "ALL", "AML", "Golub", "patient") if word in templates]


def test_the_first_page_has_it(two_class_results: Results) -> None:
    """Under the headline, before the contents."""
    page = html.pages(two_class_results)[0]

    assert '<p class="conclusion">' in page
    assert page.index('class="conclusion"') < page.index('class="contents"')


def test_p_values_are_of_the_headlines_pairs(two_class_results: Results) -> None:
    """Where no pair differs, none is said to."""
    results = in_turn(p_values("given", "0.9", "0.9"))(two_class_results)
    kept = tuple(c.model_copy(update={"p_headline": None}) for c in results.comparisons)

    assert "is shown to be better" in told(changed(results, comparisons=kept))["comparison"]
    assert "none of" in told(changed(results, comparisons=kept))["comparison"]


def test_errors_by_what_training_has_seen(two_class_results: Results) -> None:
    """Where the source is known, on samples whose like was in training and on others."""
    covariate = Covariate(
        key="site", label="clinic", kind="category", values=(), n_known=0, n_levels=0, levels=(),
        known_training=(), known_test=(), only_test=(),
    )  # fmt: skip
    limits = Interval(low=0.1, high=0.9, method="Wilson")
    some = Stratum(n=4, n_predictions=4, n_wrong=1, accuracy=0.75, interval=limits, mean_score=None)
    record = Strata(
        key="given/site", covariate="site", protocol="given", model="svm", is_source=True,
        n_unknown=0, levels=(), seen=some, unseen=some.model_copy(update={"n_wrong": 3}),
        models=(), statement=Statement(template=""),
    )  # fmt: skip
    check = two_class_results.audit.covariates.model_copy(update={"covariates": (covariate,)})
    audit = two_class_results.audit.model_copy(update={"covariates": check})
    known = changed(two_class_results, audit=audit, strata=(record,))
    alone = changed(known, strata=(record.model_copy(update={"unseen": None}),))

    expected = (
        "1 of 4 where training has seen the clinic in that class, and 3 of 4 where it has not"
    )
    assert expected in told(known)["errors"]
    assert "clinic" not in told(alone)["errors"]


def test_what_random_genes_reach(two_class_results: Results) -> None:
    """How many of the sets, and their median."""
    drawn = two_class_results.comparators.random_genes.model_copy(
        update={"n_sets": 200, "n_genes": 50, "n_reaching": 15, "median": 0.824}
    )
    comparators = two_class_results.comparators.model_copy(update={"random_genes": drawn})

    actual = told(changed(two_class_results, comparators=comparators))["comparison"]

    expected = "of 200 sets of 50 genes drawn at random 15 give as much, half of them 0.824 or more"
    assert expected in actual
