import re

import pytest
from evaluation_fixtures import MODELS, VARIANTS, with_evaluation
from report_fixtures import WITHOUT, many_classes, parse, without_test

from pipeline.records.models import Choice, CoveragePoint, Interval
from pipeline.results import Results
from report import html
from report.figures import resampling as figures
from report.tables import decisions, models, resampling
from report.tables.catalogue import build
from report.tables.record import Table

LABELS = [label for label, _ in MODELS.values()]
FILLED_LATER = {
    "permutations",
    "learning",
    "variants",
    "leak",
    "abstentions",
    "coverage",
    "thresholds",
    "calibrations",
}


@pytest.fixture(scope="module")
def full(two_class_results: Results) -> Results:
    """Give a full synthetic evaluation of two classes."""
    return with_evaluation(two_class_results)


@pytest.fixture(scope="module")
def tables(full: Results) -> dict[str, Table]:
    """Build all its tables."""
    return build(full)


@pytest.fixture(scope="module")
def page(full: Results) -> str:
    """Render its page for the screen."""
    return html.pages(full)[0]


def test_what_was_not_computed_has_no_table(two_class_results: Results) -> None:
    """Empty records make no table."""
    empty = two_class_results.model_copy(update=WITHOUT)

    assert set() == FILLED_LATER & set(build(empty))


def test_what_was_computed_has_its_table(tables: dict[str, Table]) -> None:
    """Every kind of record makes its table."""
    assert set(tables) >= FILLED_LATER


def test_the_page_shows_every_table(tables: dict[str, Table], page: str) -> None:
    """No table is built for nothing, and they stand on the page in their order."""
    shown = [table.attributes["id"] for table in parse(page).all("table")]

    assert [f"tab-{key}" for key in tables] == shown


@pytest.mark.parametrize(
    ("tag", "words"), [("caption", ("Table ", "Table S")), ("figcaption", ("Figure ",))]
)
def test_numbers_ascend(page: str, tag: str, words: tuple[str, ...]) -> None:
    """Tables, supplements and figures of a full evaluation are numbered without gaps."""
    texts = [element.text for element in parse(page).all(tag)]
    found = [
        [int(n) for text in texts for n in re.findall(rf"^{word}(\d+)\.", text)] for word in words
    ]

    assert [list(range(1, len(numbers) + 1)) for numbers in found] == found
    assert all(found)
    assert len(texts) == sum(map(len, found))


def test_more_classes_have_no_rates(toy_results: Results) -> None:
    """Rates, thresholds and calibration are of two classes only."""
    built = build(with_evaluation(toy_results))

    assert [] == [key for key in built if key.startswith(("rates", "thresholds", "calibrations"))]


def test_more_classes_are_laid_out(toy_results: Results) -> None:
    """A full evaluation of three and of twelve classes makes a page."""
    results = with_evaluation(toy_results)

    for of_classes in (results, many_classes(results, n_classes=12)):
        assert "Permuted labels" in html.pages(of_classes)[0]


def test_data_without_test_samples_are_laid_out(two_class_results: Results) -> None:
    """Without independent samples, what rests on them is left out, and said not to have run."""
    page = html.pages(with_evaluation(without_test(two_class_results)))[0]
    headings = {element.text for element in parse(page).all("h3", "dt")}

    assert {"Training and test exchanged", "Permuted labels", "Declining to call"} <= headings
    assert page.count("Not run: there are no independent samples.") == 2
    assert "configurations" not in page


@pytest.mark.parametrize("key", ["scores-given", "rates-given", "ranking-cv"])
def test_every_model_has_its_row(tables: dict[str, Table], key: str) -> None:
    """Models stand in their own order, the baseline first, not in that of their scores."""
    assert LABELS == [row[0] for row in tables[key].rows]


@pytest.mark.parametrize(("key", "n_protocols"), [("others", 3), ("variants", 2)])
def test_every_model_has_its_row_under_each_protocol(
    tables: dict[str, Table], key: str, n_protocols: int
) -> None:
    """The same models in the same order, once for each protocol."""
    assert [LABELS] * n_protocols == [[row[1] for row in rows] for rows in tables[key].groups]


def test_a_split_has_an_exact_interval_and_repeats_a_range(tables: dict[str, Table]) -> None:
    """The column that does not apply to a protocol is left out."""
    names = [
        {column.label for column in tables[f"scores-{key}"].columns}
        & {"Exact interval", "Lowest and highest repeat"}
        for key in ("given", "cv")
    ]

    assert [{"Exact interval"}, {"Lowest and highest repeat"}] == names


def test_the_range_is_that_of_the_repeats(full: Results, tables: dict[str, Table]) -> None:
    """Lowest and highest accuracy of the repeats of cross-validation."""
    svm = next(e for e in full.evaluations if e.key == "cv/svm")
    row = next(row for row in tables["scores-cv"].rows if row[0] == "Linear SVM")

    assert f"{min(svm.repeat_accuracies):.3f} to {max(svm.repeat_accuracies):.3f}" == row[4]


def test_rates_by_hand(full: Results) -> None:
    """Sensitivity is of the second class; what has no denominator is a dash."""
    # 5 ALL called ALL, 1 ALL called AML; 2 AML called ALL, 3 AML called AML.
    given = full.of_protocol("given")[5]
    rates = tuple(
        rate.model_copy(update={"n_right": right, "n": n, "value": value, "interval": None})
        for rate, (right, n, value) in zip(
            given.rates, ((3, 5, 0.6), (5, 6, 5 / 6), (3, 4, 0.75), (0, 0, None)), strict=True
        )
    )
    one = given.model_copy(update={"rates": rates})
    results = full.model_copy(
        update={"evaluations": tuple(one if e.key == one.key else e for e in full.evaluations)}
    )

    table = models.rates(results, results.protocol("given"))

    expected = ("0.600 (3/5)", "", "0.833 (5/6)", "", "0.750 (3/4)", "", "–", "")
    assert table is not None
    assert expected == table.rows[5][1:]


def test_rates_name_the_positive_class(tables: dict[str, Table]) -> None:
    """The caption says which class is the positive one."""
    assert tables["rates-given"].caption.endswith("positive class AML.")


def test_settings_are_those_chosen_most_often(full: Results) -> None:
    """Three settings are named with the number of folds, the others counted."""
    chosen = tuple(Choice(setting=f"C {k}", n_folds=k) for k in range(1, 6))
    evaluations = tuple(e.model_copy(update={"chosen": chosen}) for e in full.evaluations)

    table = models.ranking(
        full.model_copy(update={"evaluations": evaluations}), full.protocol("cv")
    )

    assert "C 5 (5), C 4 (4), C 3 (3), 2 more" == table.rows[0][-1]


def test_wrong_samples_are_named(full: Results, tables: dict[str, Table]) -> None:
    """A table in brief names the samples that a model got wrong."""
    swap = full.protocol("swap")
    svm = next(e for e in full.evaluations if e.key == "swap/svm")
    wrong = [name for name, n in zip(swap.sample_ids, svm.n_wrong, strict=True) if n]

    row = next(r for r in tables["others"].rows if r[:2] == (swap.label, "Linear SVM"))

    assert (", ".join(wrong) or "none") == row[-1]


def test_only_pairs_of_the_headline_are_shown(full: Results, tables: dict[str, Table]) -> None:
    """Of 78 pairs of 13 models under each protocol, 12 are with the headline's."""
    table = tables["comparisons"]

    assert [12, 12] == [len(rows) for rows in table.groups]
    assert f"all {2 * 78} pairs" in table.note
    assert "Linear SVM" not in {row[1] for row in table.rows}


def test_a_comparison_states_its_test(tables: dict[str, Table]) -> None:
    """Pairs of a split and of resampling are tested differently."""
    assert [
        "Independent test set: exact McNemar test",
        "Repeated cross-validation: corrected resampled t test",
    ] == [rows[0][0] for rows in tables["comparisons"].groups]


def test_models_that_say_the_same_are_called_so(full: Results) -> None:
    """Where no prediction differs there is no test to read."""
    pair = full.comparisons[0].model_copy(
        update={"first": "svm", "second": "dlda", "n_changed": 0, "p_adjusted": 1.0}
    )

    table = models.comparisons(full.model_copy(update={"comparisons": (pair,)}))

    assert table is not None
    assert ["the same predictions"] == [row[-1] for row in table.rows]


@pytest.mark.parametrize("first", ["svm", "dlda"])
@pytest.mark.parametrize(
    ("p_adjusted", "reading"),
    [
        (0.051, "no evidence of a difference"),
        (0.05, "the headline’s is right more often"),
    ],
)
def test_a_comparison_by_hand(full: Results, first: str, p_adjusted: float, reading: str) -> None:
    """Whichever model stands first in the record, the headline's does in the table."""
    second = "dlda" if first == "svm" else "svm"
    turn = 1 if first == "svm" else -1
    counts = (4, 1)[::turn]
    pair = full.comparisons[0].model_copy(
        update={
            "first": first,
            "second": second,
            "n_only_first_right": counts[0],
            "n_only_second_right": counts[1],
            "difference": turn * 0.3,
            "n_changed": 5,
            "interval": Interval(low=0.1, high=0.4, method="Tango")
            if turn == 1
            else Interval(low=-0.4, high=-0.1, method="Tango"),
            "margin": 0.4,
            "p_value": 0.0123,
            "p_adjusted": p_adjusted,
        }
    )

    table = models.comparisons(full.model_copy(update={"comparisons": (pair,)}))

    name, p = "Diagonal linear discriminant", f"{p_adjusted:.3f}"
    expected = (name, "30.0", "10.0 to 40.0", "40.0", "4", "1", "0.012", p)
    assert table is not None
    assert ((*expected, reading),) == tuple(row[1:] for row in table.rows)


def test_permutations_by_hand(full: Results) -> None:
    """Errors, their mean and fewest on permuted labels, B, p and the smallest p possible."""
    record = full.permutations[1].model_copy(
        update={
            "n_permutations": 4,
            "n_predictions": 30,
            "n_errors": 3,
            "null": (9, 12, 3, 15),
            "p_value": 0.4,  # (1 + 1) / (4 + 1)
            "smallest_p": 0.2,  # 1 / (4 + 1)
        }
    )

    table = resampling.permutations(full.model_copy(update={"permutations": (record,)}))

    expected = ("Logistic regression, L2", "3 of 30", "9.8", "3", "4", "0.400", "0.2000 (1/5)", "")
    assert table is not None
    assert (expected,) == table.rows
    assert "compared" not in table.note


def test_a_p_value_at_its_smallest_and_other_numbers_of_permutations_are_told(
    full: Results,
) -> None:
    """The floor stands in place of p, and fewer permutations are said not to compare."""
    records = [
        full.permutations[i].model_copy(
            update={
                "n_permutations": n,
                "null": (9,) * n,
                "p_value": 1 / (n + 1),
                "smallest_p": 1 / (n + 1),
            }
        )
        for i, n in ((1, 1000), (2, 100))
    ]

    table = resampling.permutations(full.model_copy(update={"permutations": tuple(records)}))

    assert table is not None
    floors = ["0.0010 (1/1001)", "0.0099 (1/101)"]
    assert [(floor, floor) for floor in floors] == [row[5:7] for row in table.rows]
    assert "is not to be compared with that of the others" in table.note


def test_a_model_without_permutations_gives_its_reason(tables: dict[str, Table]) -> None:
    """A test that did not run is a row with dashes and the reason."""
    row = next(row for row in tables["permutations"].rows if row[0] == "Random forest")

    assert ("0", "–", "–", "not run: too slow") == row[-4:]


def test_variants_stand_beside_the_main_preprocessing(
    full: Results, tables: dict[str, Table]
) -> None:
    """The first column has the report's own errors, the others those of the variants."""
    own = {e.model: str(e.n_errors) for e in full.of_protocol("given")}
    others = {
        (e.variant, e.model): str(e.n_errors)
        for e in full.variant_evaluations
        if e.protocol == "given"
    }
    expected = [
        (label, own[model], *(others[variant, model] for variant in list(VARIANTS)[1:]))
        for model, (label, _) in MODELS.items()
    ]

    assert expected == [row[1:] for row in tables["variants"].groups[0]]


def test_a_variant_that_was_not_evaluated_is_a_dash(full: Results) -> None:
    """A model that was left out of a variant has no number there."""
    kept = tuple(e for e in full.variant_evaluations if e.model != "forest")

    (table,) = resampling.variants(full.model_copy(update={"variant_evaluations": kept}))

    assert ("–", "–", "–") == table.rows[-1][3:]


def test_the_leak_by_hand(full: Results) -> None:
    """Means and ranges on permuted labels, and what the leak adds in percentage points."""
    assert full.leaky_twin is not None
    twin = full.leaky_twin.model_copy(
        update={"honest_permuted": (0.5, 0.6), "leaky_permuted": (0.7, 0.9)}
    )

    table = resampling.leaky_twin(full.model_copy(update={"leaky_twin": twin}))

    assert table is not None
    assert [("0.940", "0.930", ""), ("0.980", "0.975", "")] == [r[2:] for r in table.rows[:2]]
    assert [("0.550", "", "0.500 to 0.600"), ("0.800", "", "0.700 to 0.900")] == [
        r[2:] for r in table.rows[2:]
    ]
    assert "by 25.0 percentage points" in table.note


def test_each_curve_is_a_row_with_a_cell_for_each_size(
    full: Results, tables: dict[str, Table]
) -> None:
    """A learning curve is read along its row: accuracy, and the spread in brackets."""
    curve = full.learning_curves[0]
    point = curve.points[0]

    row = tables["learning"].rows[0]

    cell = f"{point.accuracy:.3f} ({point.low:.3f}–{point.high:.3f})"
    assert [full.model(curve.key).label, cell] == list(row[:2])
    assert 1 + len(curve.points) == len(row)


def test_calls_stand_beside_forced_calls(full: Results) -> None:
    """Coverage, right among the called and right if all are called stand in one row."""
    # Golub et al. 1999: 29 of 34 called, all right; forced, 32 of 34 (samples 66 and 67 wrong).
    record = full.abstentions[0].model_copy(
        update={
            "threshold": 0.3,
            "n_samples": 34,
            "n_called": 29,
            "n_called_right": 29,
            "n_forced_right": 32,
            "not_called": ("54", "57", "60", "66", "67"),
        }
    )

    table = decisions.abstentions(full.model_copy(update={"abstentions": (record,)}))

    assert table is not None
    (row,) = table.rows
    assert ("0.300", "29 of 34", "29 of 29") == row[2:5]
    assert "32 of 34" == row[6]
    assert "54, 57, 60, 66, 67" == row[8]


def test_a_coverage_curve_keeps_its_ends(full: Results) -> None:
    """Nine of a hundred points are shown, the first and the last among them."""
    curve = tuple(
        CoveragePoint(threshold=k / 100, n_called=100 - k, n_right=100 - k) for k in range(100)
    )
    record = full.abstentions[0].model_copy(update={"n_samples": 100, "curve": curve})

    table = decisions.coverage(full.model_copy(update={"abstentions": (record,)}))

    assert table is not None
    assert (9, "100 of 100", "1 of 100") == (len(table.rows), table.rows[0][2], table.rows[-1][2])


def test_nothing_called_has_no_accuracy(full: Results) -> None:
    """Where a threshold calls nobody, the accuracy among the called is a dash."""
    curve = (CoveragePoint(threshold=1.0, n_called=0, n_right=0),)
    record = full.abstentions[0].model_copy(update={"curve": curve})

    table = decisions.coverage(full.model_copy(update={"abstentions": (record,)}))

    assert table is not None
    assert "–" == table.rows[0][-1]


def test_the_default_threshold_is_marked(tables: dict[str, Table]) -> None:
    """One threshold is the default, and the note says that none was chosen here."""
    table = tables["thresholds"]

    assert ["0.000"] == [row[1] for row in table.rows if row[-1] == "default"]
    assert table.note.startswith("Shown, never used to choose")


def test_why_there_is_no_calibration_curve(tables: dict[str, Table]) -> None:
    """The note says why the test set has no curve."""
    assert "fewer than 100 samples" in tables["calibrations"].note


@pytest.mark.parametrize(("n", "expected"), [(0, False), (1, False), (52, True)])
def test_configurations_on_the_test_set_are_counted(
    two_class_results: Results, n: int, expected: bool
) -> None:
    """The page says how many fits were scored on the independent samples."""
    page = html.pages(two_class_results.model_copy(update={"n_scored_on_test": n}))[0]

    assert "which the study named" not in page
    assert expected is (f"In all, {n} different fits" in page)


@pytest.mark.parametrize("named", [True, False])
def test_who_named_the_primary_model(two_class_results: Results, named: bool) -> None:
    """A default of the program is called so, and no file is said to show what was known."""
    page = html.pages(two_class_results.model_copy(update={"primary_is_named": named}))[0]

    assert named is ("the study file names it" in page)
    assert named is not ("the default of the program, as the study file names none" in page)


def test_a_model_without_logarithms_stands_under_its_own_preprocessing(full: Results) -> None:
    """Its figures are those of its values: the column of logarithms has a dash."""
    apart = tuple(
        m.model_copy(update={"recipe": "raw"}) if m.key == "logistic" else m for m in full.models
    )
    label, own = full.model("logistic").label, full.evaluation("given", "logistic")

    table = resampling.variants(full.model_copy(update={"models": apart}))[0]

    row = next(row for row in table.rows if row[1] == label)
    place = 2 + list(VARIANTS).index("raw")
    assert own is not None
    assert ("–", str(own.n_errors)) == (row[2], row[place])
    assert f"{label}: no logarithm is taken" in table.note
    assert f"“{VARIANTS['raw']}”" in table.note


@pytest.mark.parametrize(
    ("permuted", "n_rows", "said"),
    [((), 2, ""), ((0.5,), 4, "over 1 permutation."), ((0.5, 0.6), 4, "over 2 permutations.")],
)
def test_the_leak_without_permuted_labels(
    full: Results, permuted: tuple[float, ...], n_rows: int, said: str
) -> None:
    """Where no label was permuted there is no row, no point and no word of it."""
    assert full.leaky_twin is not None
    twin = full.leaky_twin.model_copy(
        update={"honest_permuted": permuted, "leaky_permuted": permuted}
    )
    results = full.model_copy(update={"leaky_twin": twin})

    table, picture = resampling.leaky_twin(results), figures.leaky_twin(results)

    assert table is not None
    assert picture is not None
    assert n_rows == len(table.rows)
    assert said in table.note
    assert bool(permuted) == ("permut" in table.note.lower())
    assert bool(permuted) == ("permut" in picture.caption + picture.alt)
