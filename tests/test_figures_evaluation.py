import re
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest
from evaluation_fixtures import MODELS, with_evaluation
from matplotlib.figure import Figure
from report_fixtures import renamed

from pipeline.results import Results
from report.figures import catalogue, decisions, drawing, genes, models, resampling, style
from report.figures.style import Picture

HOSTILE = {"P25": "$\\nonsense{$" * 40, "P26": "</svg><script>alert(1)</script>", "AML": "_" * 999}


@pytest.fixture(scope="module")
def full(two_class_results: Results) -> Results:
    """Give a full synthetic evaluation of two classes."""
    return with_evaluation(two_class_results)


@pytest.fixture(scope="module")
def pictures(full: Results) -> dict[str, Picture]:
    """Draw all its figures."""
    return catalogue.draw(full)


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    """Keep each figure that is drawn, instead of its SVG."""
    kept: list[Figure] = []

    def keep(figure: Figure) -> Element:
        kept.append(figure)
        return Element("svg")

    monkeypatch.setattr(style, "to_svg", keep)
    return kept


def texts(picture: Picture) -> list[str]:
    """Read the texts of a drawing."""
    return [text.text or "" for text in picture.svg.iter("text")]


def points(line: Any) -> list[tuple[float, float]]:
    """Give the points of a line."""
    return list(zip(map(float, line.get_xdata()), map(float, line.get_ydata()), strict=True))


def test_a_full_evaluation_has_all_its_figures(pictures: dict[str, Picture]) -> None:
    """Every kind of record is drawn, in the order of the page."""
    expected = ["accuracies", "associations", "arrays", "pca", "tsne", "umap"]
    expected += ["confusion-given", "confusion-cv", "roc"]
    expected += ["accuracies-others", "permutations", "learning", "leak"]
    expected += [
        "errors-given",
        "errors-cv",
        "coverage",
        "thresholds",
        "calibration",
        "spread-paper",
        "heat-map",
        "stability",
    ]

    assert expected == list(pictures)


def test_drawings_are_well_formed(pictures: dict[str, Picture]) -> None:
    """Each figure is an SVG document."""
    written = [drawing.as_image(p.svg) for p in pictures.values()]
    roots = {ElementTree.fromstring(svg).tag for svg in written}  # noqa: S314  # our own

    assert {"{http://www.w3.org/2000/svg}svg"} == roots


def test_alternatives_hold_numbers_and_are_no_captions(pictures: dict[str, Picture]) -> None:
    """A text alternative says in numbers what is to be seen, and is not the caption."""
    poor = [p.key for p in pictures.values() if not re.search(r"\d", p.alt) or p.alt in p.caption]

    assert [] == poor


def test_the_page_is_no_higher_than_paper(pictures: dict[str, Picture]) -> None:
    """No figure is higher than what a page holds beside a caption."""
    heights = {
        key: float(p.svg.attrib["height"].removesuffix("pt")) * 25.4 / 72
        for key, p in pictures.items()
    }

    assert {} == {key: h for key, h in heights.items() if h > style.MAX_HEIGHT_MM + 0.1}


def test_hostile_names_are_drawn(full: Results) -> None:
    """Whatever samples and classes are called, every figure is drawn."""
    drawings = catalogue.draw(renamed(full, HOSTILE))

    assert [] == [key for key, p in drawings.items() if b"<script" in drawing.as_image(p.svg)]


def test_accuracies_stand_in_the_order_of_the_models(full: Results, drawn: list[Figure]) -> None:
    """Each protocol has its own panel; its points are the accuracies, model by model."""
    models.accuracies(full, (full.protocol("given"), full.protocol("cv")), key="accuracies")

    for axes, key in zip(drawn[0].axes, ("given", "cv"), strict=True):
        expected = [(e.accuracy, float(row)) for row, e in enumerate(full.of_protocol(key))]
        assert expected == [points(line)[0] for line in axes.lines if line.get_marker() == "o"]


def test_only_the_headline_is_filled(full: Results, drawn: list[Figure]) -> None:
    """Of all points, that of the headline's evaluation is filled."""
    models.accuracies(full, (full.protocol("given"), full.protocol("cv")), key="accuracies")

    filled = [
        points(line)
        for axes in drawn[0].axes
        for line in axes.lines
        if line.get_marker() == "o" and line.get_markerfacecolor() != "white"
    ]

    assert [[(full.primary.accuracy, float(list(MODELS).index("svm")))]] == filled


def test_many_models_recede_behind_that_of_the_headline(pictures: dict[str, Picture]) -> None:
    """Twelve curves cannot be told apart: one is named, the others are grey."""
    assert {"other models", "Linear SVM"} <= set(texts(pictures["roc"]))
    assert "Random forest" not in texts(pictures["roc"])


def test_histograms_count_every_permutation(full: Results, drawn: list[Figure]) -> None:
    """The bars of a model add up to its permutations, each at its number of errors."""
    resampling.permutations(full)
    ran = [record for record in full.permutations if record.null]

    for axes, record in zip(drawn[0].axes, ran, strict=True):
        (bars,) = axes.patches
        counts, edges, _ = bars.get_data()  # type: ignore[attr-defined]
        middles = [(a + b) / 2 for a, b in pairwise(edges)]
        assert list(range(max(record.null) + 1)) == middles
        assert [record.null.count(int(n)) for n in middles] == list(counts)
        assert record.n_errors == points(axes.lines[0])[0][0]


def test_wide_histograms_lose_no_permutation(full: Results, drawn: list[Figure]) -> None:
    """Where bars hold several numbers of errors, they still add up."""
    record = full.permutations[1].model_copy(update={"null": (0, 1, 100, 250, 301)})

    picture = resampling.permutations(full.model_copy(update={"permutations": (record,)}))

    assert picture is not None
    assert 5 == sum(drawn[0].axes[0].patches[0].get_data()[0])  # type: ignore[attr-defined]
    assert "Each bar is 6 errors wide" in picture.caption  # 302 values in at most 60 bars


def test_observed_errors_head_the_histograms(full: Results, pictures: dict[str, Picture]) -> None:
    """The errors with the real labels and the p-value stand above each histogram."""
    expected = [
        f"{r.n_errors} {'error' if r.n_errors == 1 else 'errors'}, p = {r.p_value:.3f}"
        for r in full.permutations
        if r.null
    ]

    assert expected == [text for text in texts(pictures["permutations"]) if ", p = " in text]


def test_learning_curves_are_the_means(full: Results, drawn: list[Figure]) -> None:
    """A line runs through the mean accuracies; the other one is the largest class's share."""
    resampling.learning_curves(full)
    majority = max(c.n_samples for c in full.data.classes) / full.data.n_samples

    for axes, curve in zip(drawn[0].axes, full.learning_curves, strict=True):
        assert [(p.n_train, p.accuracy) for p in curve.points] == points(axes.lines[0])
        assert {majority} == set(map(float, axes.lines[1].get_ydata()))


def test_the_band_is_called_a_spread(pictures: dict[str, Picture]) -> None:
    """The caption says that the band is no confidence interval."""
    assert "a spread and no confidence interval" in pictures["learning"].caption


def test_an_error_map_shows_shares_of_repeats(full: Results, drawn: list[Figure]) -> None:
    """A cell is the share of repeats in which the model was wrong, hardest sample first."""
    protocol = full.protocol("cv")
    decisions.error_map(full, protocol)
    scored = full.of_protocol("cv", baseline=False)
    totals = [sum(e.n_wrong[k] for e in scored) for k in range(len(protocol.sample_ids))]
    order = sorted((k for k, n in enumerate(totals) if n), key=lambda k: -totals[k])

    (image,) = drawn[0].axes[0].images

    expected = [[e.n_wrong[k] / protocol.n_repeats for k in order] for e in scored]
    assert expected == image.get_array().tolist()  # type: ignore[union-attr]


def test_without_an_error_there_is_no_map(full: Results) -> None:
    """Where no model was ever wrong, nothing is drawn; the baseline does not count."""
    right = tuple(
        e if e.model == "majority" else e.model_copy(update={"n_wrong": (0,) * len(e.n_wrong)})
        for e in full.evaluations
    )
    results = full.model_copy(update={"evaluations": right})

    assert decisions.error_map(results, full.protocol("cv")) is None


def test_a_crowded_map_says_how_many_it_leaves_out(
    full: Results, drawn: list[Figure], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the hardest samples are drawn where there are too many."""
    monkeypatch.setattr(decisions, "MAX_SAMPLES", 2)
    n_wrong = len(decisions.hardest(full, full.protocol("cv")))

    picture = decisions.error_map(full, full.protocol("cv"))

    assert picture is not None
    assert 2 == len(drawn[0].axes[0].get_xticklabels())
    assert f"The 2 hardest of {n_wrong} are drawn." in picture.caption


def test_full_coverage_is_the_forced_accuracy(full: Results, drawn: list[Figure]) -> None:
    """Where all are called, the curve ends at the forced accuracy, which is marked open."""
    decisions.coverage(full)

    for axes, record in zip(drawn[0].axes, full.abstentions, strict=True):
        forced = (1.0, record.n_forced_right / record.n_samples)
        curve, open_point, used = axes.lines
        assert forced == points(curve)[-1] == points(open_point)[0]
        assert record.n_called / record.n_samples == points(used)[0][0]


def test_calls_are_written_beside_forced_calls(full: Results, pictures: dict[str, Picture]) -> None:
    """Coverage, right among the called and right if all are called stand in each panel."""
    record = full.abstentions[0]
    found = texts(pictures["coverage"])

    called = f"called {record.n_called} of {record.n_samples}: {record.n_called_right} right"
    forced = f"all {record.n_samples} called: {record.n_forced_right} right"
    assert {called, forced} <= set(found)


def test_thresholds_are_shown_and_not_chosen(pictures: dict[str, Picture]) -> None:
    """The caption says that no threshold was chosen from the figure."""
    assert "never used to choose one" in pictures["thresholds"].caption


def test_curves_of_calibration_need_bins(full: Results, pictures: dict[str, Picture]) -> None:
    """Of four records, the two with bins are drawn."""
    assert 4 == len(full.calibrations)
    assert 2 == texts(pictures["calibration"]).count("Repeated cross-validation")
    assert "Independent test set" not in texts(pictures["calibration"])


def test_more_panels_than_fit_are_counted(full: Results, drawn: list[Figure]) -> None:
    """Of fourteen records six are drawn, and the caption says so."""
    picture = decisions.thresholds(full.model_copy(update={"thresholds": full.thresholds * 14}))

    assert picture is not None
    assert 6 == len(drawn[0].axes)
    assert picture.caption.endswith("8 more are in results.json.")


def test_three_classes_are_drawn(toy_results: Results) -> None:
    """With three classes thresholds and calibration are left out, and nothing else."""
    missing = {"thresholds", "calibration"}

    drawings = catalogue.draw(with_evaluation(toy_results))

    assert set() == missing & set(drawings)
    assert {"permutations", "learning", "leak", "errors-cv", "coverage"} <= set(drawings)


def test_classes_of_alike_names_stay_apart(full: Results, drawn: list[Figure]) -> None:
    """Each class has its line in the legend, also where the names are cut to the same."""
    labels = [summary.label for summary in full.data.classes]
    names = {label: f"acute leukaemia of type {label}" for label in labels}

    genes.stability(renamed(full, names))
    legend: Any = drawn[0].axes[0].get_legend()

    assert len(labels) == len(legend.get_texts())
