import hashlib
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import matplotlib
import pytest
from matplotlib.font_manager import fontManager
from report_fixtures import many_classes, python, renamed, small, without_test

from pipeline import results as records
from pipeline.results import Results
from report import formats
from report.figures import catalogue, drawing, embeddings, genes, style
from report.figures.renderer import _Vectors
from report.figures.style import Picture

# Names for three classes at a time. To matplotlib a dollar sign starts a formula, and an
# underscore hides a legend entry.
AWKWARD = (
    ("$\\nonsense{$", "_hidden", "a\x00b\x1fc\nd"),
    ("x" * 10_000, "</svg><script>alert(1)</script>-->", "{{7*7}}"),
)


@pytest.fixture(scope="module")
def small_results(toy_results: Results) -> Results:
    """Cut the toy study to what is quick to draw."""
    return small(toy_results)


@pytest.fixture(scope="module")
def small_pictures(small_results: Results) -> dict[str, Picture]:
    """Draw what is quick to draw."""
    return catalogue.draw(small_results)


def texts(picture: Picture) -> list[str]:
    """Read the texts of a drawing."""
    return [text.text or "" for text in picture.svg.iter("text")]


def written(picture: Picture) -> bytes:
    """Write a drawing."""
    return drawing.as_image(picture.svg)


def digest(drawn: dict[str, Picture]) -> str:
    """Give the fingerprint of all drawings."""
    return hashlib.sha256(b"".join(map(written, drawn.values()))).hexdigest()


def test_every_record_has_its_figure(toy_pictures: dict[str, Picture]) -> None:
    """The audit, embeddings, protocols, curves and genes are drawn, in the order of the page."""
    expected = ["accuracies", "associations", "arrays", "pca", "tsne", "umap"]
    expected += ["confusion-given", "confusion-cv", "roc", "accuracies-others"]
    expected += ["permutations", "learning", "leak", "errors-given", "errors-cv", "coverage"]
    expected += ["heat-map", "stability"]

    assert expected == list(toy_pictures)


def test_a_protocol_that_did_not_run_is_not_drawn(small_results: Results) -> None:
    """There is no confusion matrix where nothing was predicted."""
    assert ["cv"] == [protocol.key for protocol in without_test(small_results).ran]


def test_equal_results_give_equal_drawings(
    small_results: Results, small_pictures: dict[str, Picture]
) -> None:
    """Drawn twice, the figures have the same bytes."""
    assert digest(small_pictures) == digest(catalogue.draw(small_results))


def test_another_process_draws_the_same(
    small_results: Results, small_pictures: dict[str, Picture], tmp_path: Path
) -> None:
    """Another hash seed, time zone and folder change no byte of the figures."""
    records.save(small_results, tmp_path / "results.json")
    program = (
        "import hashlib, pathlib\n"
        "from pipeline import results\n"
        "from report.figures import catalogue, drawing\n"
        "drawn = catalogue.draw(results.load(pathlib.Path('results.json'))).values()\n"
        "written = b''.join(drawing.as_image(picture.svg) for picture in drawn)\n"
        "print(hashlib.sha256(written).hexdigest())\n"
    )
    other = python(
        "-c", program, cwd=tmp_path, environment={"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"}
    )

    assert (digest(small_pictures), b"") == (other.stdout.decode().strip(), other.stderr)


def test_drawings_are_well_formed(toy_pictures: dict[str, Picture]) -> None:
    """Each figure is an SVG document."""
    roots = {ElementTree.fromstring(written(p)).tag for p in toy_pictures.values()}  # noqa: S314  # our own

    assert {"{http://www.w3.org/2000/svg}svg"} == roots


@pytest.mark.parametrize("trace", [b"rdf:RDF", b"dc:date", b"<metadata"])
def test_drawings_carry_no_date(toy_pictures: dict[str, Picture], trace: bytes) -> None:
    """No figure says when it was drawn."""
    assert [] == [key for key, picture in toy_pictures.items() if trace in written(picture)]


def test_drawings_point_nowhere_outside(toy_pictures: dict[str, Picture]) -> None:
    """A figure refers to its own parts and to data addresses only."""
    targets = {
        target.split(b"#")[0].split(b";")[0]
        for picture in toy_pictures.values()
        for target in re.findall(rb'(?:href=|url\()["\']?([^"\')]*)', written(picture))
    }

    assert targets <= {b"", b"data:image/png"}


def test_text_alternatives_differ_from_captions(toy_pictures: dict[str, Picture]) -> None:
    """A text alternative is neither empty nor the caption over again."""
    same = [
        p.key
        for p in toy_pictures.values()
        if not p.alt or p.alt in p.caption or p.caption in p.alt
    ]

    assert [] == same


def test_text_alternatives_hold_numbers(toy_pictures: dict[str, Picture]) -> None:
    """A text alternative says in numbers what is to be seen."""
    assert [] == [
        picture.key for picture in toy_pictures.values() if not re.search(r"\d", picture.alt)
    ]


def test_alternative_of_the_accuracies_names_the_best(
    toy_results: Results, toy_pictures: dict[str, Picture]
) -> None:
    """Who cannot see the accuracies is told the highest of every protocol in its panel."""
    best = {
        protocol.key: formats.decimal(
            max(e.accuracy for e in toy_results.evaluations if e.protocol == protocol.key)
        )
        for protocol in toy_results.ran
    }
    shown = {key: "accuracies" if key in ("given", "cv") else "accuracies-others" for key in best}

    untold = [key for key, n in best.items() if f"to {n} (" not in toy_pictures[shown[key]].alt]

    assert [] == untold


def test_alternative_of_an_embedding_names_each_class(
    toy_results: Results, toy_pictures: dict[str, Picture]
) -> None:
    """Who cannot see an embedding is told where each class lies, and its size."""
    alt = toy_pictures["umap"].alt
    classes = toy_results.data.classes

    assert [] == [c.label for c in classes if f"the {c.n_samples} {c.label} samples" not in alt]


def test_alternative_of_the_matrices_names_the_errors(
    toy_results: Results, toy_pictures: dict[str, Picture]
) -> None:
    """Who cannot see a confusion matrix is told what was called what."""
    labels = [summary.label for summary in toy_results.data.classes]
    svm = next(e for e in toy_results.evaluations if e.key == "given/svm")
    expected = ", ".join(
        f"{n} {labels[i]} called {labels[j]}"
        for i, row in enumerate(svm.confusion)
        for j, n in enumerate(row)
        if i != j and n
    )

    assert f"Linear SVM: {expected or 'no error'};" in toy_pictures["confusion-given"].alt


def test_alternative_of_the_curves_names_the_areas(
    toy_results: Results, toy_pictures: dict[str, Picture]
) -> None:
    """Who cannot see the curves is told the areas under them."""
    svm = next(e for e in toy_results.evaluations if e.key == "given/svm")

    assert f"Linear SVM {formats.decimal(svm.roc_auc)}" in toy_pictures["roc"].alt


def test_counts_of_a_matrix_are_written_in_it(
    toy_results: Results, toy_pictures: dict[str, Picture]
) -> None:
    """Each count of every confusion matrix stands in the figure as text."""
    expected = sorted(
        str(n)
        for evaluation in toy_results.evaluations
        if evaluation.protocol == "given"
        for row in evaluation.confusion
        for n in row
    )

    actual = sorted(text for text in texts(toy_pictures["confusion-given"]) if text.isdigit())

    assert expected == actual


def test_repeated_counts_are_means(toy_results: Results, toy_pictures: dict[str, Picture]) -> None:
    """Under repeated cross-validation a count is that of one repeat on average."""
    repeats = next(p.n_repeats for p in toy_results.protocols if p.key == "cv")
    expected = sorted(
        f"{n / repeats:.1f}"
        for evaluation in toy_results.evaluations
        if evaluation.protocol == "cv"
        for row in evaluation.confusion
        for n in row
    )

    actual = sorted(t for t in texts(toy_pictures["confusion-cv"]) if re.fullmatch(r"\d+\.\d", t))

    assert expected == actual


def test_named_samples_by_hand(toy_results: Results) -> None:
    """Named are the samples that the headline's model got wrong in half of the repeats or more."""
    cv = next(p for p in toy_results.protocols if p.key == "cv")
    counts = dict.fromkeys(cv.sample_ids, 0) | {"P3": 1, "P7": 2}
    wrong = tuple(
        e.model_copy(update={"n_wrong": tuple(counts.values())}) if e.key == "cv/svm" else e
        for e in toy_results.evaluations
    )
    results = toy_results.model_copy(update={"evaluations": wrong, "primary_evaluation": "cv/svm"})

    assert ("P3", "P7") == embeddings.named_samples(results)


def test_misclassified_samples_are_named_in_an_embedding(
    toy_results: Results, toy_pictures: dict[str, Picture]
) -> None:
    """An embedding names the samples that the headline's model got wrong, and no other."""
    expected = sorted(embeddings.named_samples(toy_results))

    actual = sorted(text for text in texts(toy_pictures["pca"]) if re.fullmatch(r"P\d+", text))

    assert expected == actual


@pytest.mark.parametrize("part", [0, 1], ids=["colour", "marker"])
def test_eight_classes_differ(part: int) -> None:
    """The first eight classes are told apart by colour alone and by shape alone."""
    assert 8 == len({style.class_style(position)[part] for position in range(8)})


def test_twenty_classes_differ() -> None:
    """Twenty classes are told apart by colour and shape together."""
    assert 20 == len({style.class_style(position) for position in range(20)})


def test_six_models_differ() -> None:
    """The six models are drawn with lines that differ in colour or dashes."""
    assert 6 == len(set(style.MODEL_STYLES))


def test_many_classes_are_drawn(small_results: Results) -> None:
    """With twelve classes each has its place in the legend of an embedding."""
    results = many_classes(small_results, n_classes=12)

    drawn = texts(catalogue.draw(results)["pca"])

    labels = [summary.label for summary in results.data.classes]
    assert [] == [label for label in labels if not any(label in text for text in drawn)]


@pytest.mark.parametrize("labels", AWKWARD, ids=["signs", "markup"])
def test_awkward_class_labels_are_in_the_legend(
    small_results: Results, labels: tuple[str, str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever classes are called, they are drawn, and each stands in the legend as it is."""
    names = dict(zip(("B-cell", "T-cell", "myeloid"), labels, strict=True))
    expected = {f"{style.shorten(label)}, training (8)" for label in labels}
    drawn = []
    draw = _Vectors.draw_text

    def noted(
        renderer: _Vectors, gc: Any, x: float, y: float, s: str, *rest: Any, **more: Any
    ) -> None:
        drawn.append(s)
        draw(renderer, gc, x, y, s, *rest, **more)

    monkeypatch.setattr(_Vectors, "draw_text", noted)

    catalogue.draw(renamed(small_results, names))

    assert expected == {text for text in drawn if "training (8)" in text}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("short", "short"),
        ("exactly10!", "exactly10!"),
        ("eleven long", "eleven lo…"),
        ("a\tb\nc", "a b c"),
        ("a\x00", "a[U+0000]"),
    ],
)
def test_long_names_are_cut(text: str, expected: str) -> None:
    """A name is cut to its length, an ellipsis included; what cannot be drawn is spelled."""
    assert expected == style.shorten(text, 10)


def settings_of_matplotlib() -> dict[str, object]:
    """Give matplotlib's settings, without the backend: looking at it chooses it."""
    return {name: matplotlib.rcParams[name] for name in matplotlib.rcParams if name != "backend"}


def test_settings_of_matplotlib_are_left_alone() -> None:
    """After drawing, matplotlib's settings are as they were."""
    before = settings_of_matplotlib()

    with style.drawing():
        style.to_svg(style.canvas(10, 10))

    assert before == settings_of_matplotlib()


def test_fonts_of_matplotlib_are_left_alone() -> None:
    """After drawing, matplotlib knows the fonts that it knew before."""
    before = list(fontManager.ttflist)

    with style.drawing():
        style.to_svg(style.canvas(10, 10))

    assert before == fontManager.ttflist


def without_bootstraps(results: Results) -> Results:
    """Leave the folds only."""
    record = results.genes.stability
    lists = tuple(drawn for drawn in record.lists if drawn.resampling == "folds")
    stability = record.model_copy(update={"n_bootstraps": 0, "lists": lists})
    return results.model_copy(
        update={"genes": results.genes.model_copy(update={"stability": stability})}
    )


def test_without_bootstraps_there_is_no_stability_to_draw(toy_results: Results) -> None:
    """One number needs no figure."""
    assert genes.stability(without_bootstraps(toy_results)) is None


def test_the_stability_figure_says_its_numbers(
    toy_results: Results, toy_pictures: dict[str, Picture]
) -> None:
    """The text alternative has the stability of each size, the caption what the bars are."""
    picture = toy_pictures["stability"]
    values = [formats.decimal(drawn.stability) for drawn in toy_results.genes.stability.lists]

    assert [value for value in values if value not in picture.alt] == []
    assert "not for other samples" in picture.caption


def test_few_steady_genes_are_named(toy_results: Results, toy_pictures: dict[str, Picture]) -> None:
    """The caption names the genes that are in at least 80 % of the lists."""
    table = toy_results.genes.table
    steady = [
        gene
        for gene, frequency in zip(table.ids, table.selection_frequency, strict=True)
        if frequency is not None and frequency >= 0.8
    ]

    assert 0 < len(steady) <= genes.MAX_NAMED
    assert [gene for gene in steady if gene not in toy_pictures["stability"].caption] == []


def test_the_heat_map_says_that_its_genes_were_chosen_by_the_labels(
    toy_pictures: dict[str, Picture],
) -> None:
    """The caption warns that random data would give a clear picture too."""
    assert "would arise from random data too" in toy_pictures["heat-map"].caption
