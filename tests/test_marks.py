import pytest
from report_fixtures import parse

from pipeline.records.base import Statement, Value
from pipeline.results import Results
from report.figures.catalogue import draw
from report.marks import marks
from report.tables.catalogue import build


def raising(results: Results, *paths: str, severity: str = "note") -> Results:
    """Leave one finding, which rests on these paths."""
    values = tuple(
        Value(name=f"v{i}", value=1, format="count", path=path) for i, path in enumerate(paths)
    )
    finding = results.raised[0].model_copy(
        update={
            "code": "TEST-01",
            "severity": severity,
            "statement": Statement(template="It is so.", values=values),
        }
    )
    return results.model_copy(update={"findings": (finding,)})


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("evaluations[given/svm].accuracy", {"accuracies", "scores-given"}),
        ("evaluations[loo/svm].accuracy", {"accuracies-others", "others"}),
        ("difference(1, leaky_twin.leaky_accuracy)", {"leak"}),
        ("embeddings[umap].trustworthiness", {"embeddings", "umap"}),
        ("variant_evaluations[raw/cv/svm].accuracy", {"variants"}),
        ("limit", set()),
        ("study.title", set()),
    ],
)
def test_a_caveat_marks_what_shows_its_numbers(
    toy_results: Results, path: str, expected: set[str]
) -> None:
    """The fields that a number rests on lead to the tables and figures that show them."""
    actual = marks(raising(toy_results, path))

    assert {key: ["TEST-01"] for key in expected} == actual


def test_confounding_marks_every_accuracy(toy_results: Results) -> None:
    """Whatever numbers it rests on, no table of accuracies is read without it."""
    results = raising(toy_results, "audit.associations[0].value")
    (finding,) = results.findings
    confounded = results.model_copy(
        update={"findings": (finding.model_copy(update={"code": "DESIGN-03"}),)}
    )

    actual = marks(confounded)

    shown = build(toy_results)
    of_accuracies = {
        key for key in shown if key.split("-")[0] in {"scores", "others", "rates", "ranking"}
    }
    assert of_accuracies
    assert of_accuracies < {key for key, codes in actual.items() if codes == ["DESIGN-03"]}


def test_a_caveat_marks_a_table_once(toy_results: Results) -> None:
    """Two numbers of one table are one mark."""
    actual = marks(raising(toy_results, "genes.stability.n_folds", "genes.stability.n_repeats"))

    assert ["TEST-01"] == actual["stability"]


def test_what_passed_marks_nothing(toy_results: Results) -> None:
    """Only caveats stand beside numbers."""
    assert {} == marks(raising(toy_results, "data.n_samples", severity="passed"))


def test_marks_name_tables_and_figures_of_the_report(toy_results: Results) -> None:
    """On the toy study every caveat is marked somewhere that the report shows."""
    shown = {*build(toy_results), *draw(toy_results)}

    told = {code for key, codes in marks(toy_results).items() if key in shown for code in codes}

    assert told == {finding.code for finding in toy_results.raised}


def test_a_mark_links_to_its_caveat(toy_results: Results, toy_pages: tuple[str, str]) -> None:
    """Beside the table of classes stand the caveats that rest on its numbers."""
    expected = [f"#finding-{code}" for code in marks(toy_results)["classes"]]
    (table,) = (
        element
        for element in parse(toy_pages[0]).by_class("scroll")
        if [t.attributes["id"] for t in element.all("table")] == ["tab-classes"]
    )

    (mark,) = table.by_class("marks")

    assert expected == [a.attributes["href"] for a in mark.all("a")]
