import re

import pytest
from report_fixtures import Element, from_embedded, parse, small, without_test

from pipeline.overlap import compare
from pipeline.records.genes import Published
from pipeline.records.models import Protocol
from pipeline.results import Results
from report import html
from report.selection import IN_FULL
from report.tables import samples as sample_tables
from report.tables.catalogue import build
from report.tables.caveats import summary, suppressed
from report.tables.data import classes, files, ledger
from report.tables.embeddings import embeddings
from report.tables.genes import genes, overlaps, stability
from report.tables.improvements import improvements
from report.tables.models import brief, per_class, scores
from report.tables.provenance import settings
from report.tables.samples import samples


def numbers(page: str, tag: str, word: str) -> list[int]:
    """Read the numbers of tables or figures from their captions, in the order of the page."""
    captions = (re.match(rf"{word}(\d+)\.", element.text) for element in parse(page).all(tag))
    return [int(caption[1]) for caption in captions if caption]


def cells(table: Element) -> list[list[str]]:
    """Read the rows of a table's body."""
    return [
        [cell.text for cell in row.all("th", "td")]
        for body in table.all("tbody")
        for row in body.all("tr")
    ]


def protocol(results: Results, key: str) -> Protocol:
    """Pick a protocol."""
    return next(protocol for protocol in results.protocols if protocol.key == key)


@pytest.mark.parametrize(
    ("tag", "word"), [("caption", "Table "), ("caption", "Table S"), ("figcaption", "Figure ")]
)
def test_numbers_ascend_on_the_page(toy_pages: tuple[str, str], tag: str, word: str) -> None:
    """Tables, supplements and figures are each numbered from 1 without gaps, as they come."""
    actual = numbers(toy_pages[0], tag, word)

    assert actual
    assert list(range(1, len(actual) + 1)) == actual


@pytest.fixture(scope="module")
def reduced_page(toy_results: Results) -> str:
    """Render a report on embedded data, without a test set and without improvements."""
    return html.pages(from_embedded(without_test(small(toy_results))))[0]


@pytest.mark.parametrize(
    ("tag", "word"), [("caption", "Table "), ("caption", "Table S"), ("figcaption", "Figure ")]
)
def test_numbers_have_no_gap_where_a_table_is_left_out(
    reduced_page: str, tag: str, word: str
) -> None:
    """A table or figure that is not shown has no number."""
    actual = numbers(reduced_page, tag, word)

    assert list(range(1, len(actual) + 1)) == actual


def test_the_page_shows_every_table_that_is_built(
    toy_results: Results, toy_pages: tuple[str, str]
) -> None:
    """No table is built for nothing."""
    expected = [f"tab-{key}" for key in build(toy_results)]

    actual = [table.attributes["id"] for table in parse(toy_pages[0]).all("table")]

    assert expected == actual


def test_the_page_shows_the_rows(toy_results: Results, toy_pages: tuple[str, str]) -> None:
    """The rows on the page are the rows of the table."""
    expected = [list(row) for row in build(toy_results)["scores-given"].rows]

    actual = cells(parse(toy_pages[0]).by_id("tab-scores-given"))

    assert [[" ".join(cell.split()) for cell in row] for row in expected] == actual


def test_rows_are_as_wide_as_their_header(toy_results: Results) -> None:
    """Every row has a cell for each column."""
    wrong = [
        table.key
        for table in build(toy_results).values()
        if {len(row) for row in table.rows} != {len(table.columns)}
    ]

    assert [] == wrong


def test_classes_by_hand(toy_results: Results) -> None:
    """The classes are counted in each part of the split, and summed."""
    expected = (
        ("B-cell", "B-cell lineage", "8", "2", "10", "33.3\u00a0%"),
        ("T-cell", "", "8", "2", "10", "33.3\u00a0%"),
        ("myeloid", "", "8", "2", "10", "33.3\u00a0%"),
        ("All", "", "24", "6", "30", "100\u00a0%"),
    )

    assert expected == classes(toy_results).rows


def test_ledger_shows_what_changed(toy_results: Results) -> None:
    """A step that drops genes shows the number before and after."""
    filtered = next(row for row in ledger(toy_results).rows if row[0] == "Variation filter")

    assert ("30", "40 to 36") == filtered[2:4]


@pytest.mark.parametrize(
    ("published", "expected"), [(True, "yes"), (False, "no"), (None, "no hash given")]
)
def test_files_say_whether_they_are_the_published_ones(
    toy_results: Results, published: bool | None, expected: str
) -> None:
    """A file is the published one, another one, or there is no hash to tell."""
    source = toy_results.data.source
    file = source.files[0].model_copy(update={"published": published})
    data = toy_results.data.model_copy(
        update={"source": source.model_copy(update={"files": (file,)})}
    )

    (row,) = files(toy_results.model_copy(update={"data": data})).rows

    assert expected == row[3]


def test_embeddings_without_axes_of_variance_have_a_dash(toy_results: Results) -> None:
    """Only PCA explains variance."""
    actual = [(row[0], row[2] == "–") for row in embeddings(toy_results).rows]

    assert [("PCA", False), ("t-SNE", True), ("UMAP", True)] == actual


def rows_of(results: Results, key: str) -> list[tuple[str, ...]]:
    """Read the rows that show a protocol's scores, from the model's name on."""
    shown = protocol(results, key)
    if key in IN_FULL:
        return list(scores(results, shown).rows)
    table = brief(results)
    assert table is not None
    return [row[1:] for row in table.rows if row[0] == shown.label]


@pytest.mark.parametrize("key", ["given", "cv", "holdout"])
def test_errors_are_those_of_the_confusion_matrix(toy_results: Results, key: str) -> None:
    """The errors of a model are what stands beside the diagonal of its confusion matrix."""
    expected = []
    for evaluation in toy_results.evaluations:
        if evaluation.protocol == key:
            counts = [
                (i == j, n) for i, row in enumerate(evaluation.confusion) for j, n in enumerate(row)
            ]
            n_wrong = sum(n for right, n in counts if not right)
            expected.append(f"{n_wrong} of {sum(n for _, n in counts)}")

    assert expected == [row[1] for row in rows_of(toy_results, key)]


@pytest.mark.parametrize("key", ["given", "cv", "holdout"])
def test_accuracies_are_those_of_the_confusion_matrix(toy_results: Results, key: str) -> None:
    """The accuracy of a model is the diagonal of its confusion matrix over its sum."""
    expected = []
    for evaluation in toy_results.evaluations:
        if evaluation.protocol == key:
            n_right = sum(row[i] for i, row in enumerate(evaluation.confusion))
            expected.append(f"{n_right / sum(map(sum, evaluation.confusion)):.3f}")

    assert expected == [row[2] for row in rows_of(toy_results, key)]


def test_recalls_are_those_of_the_confusion_matrix(toy_results: Results) -> None:
    """The recall of a class is its share of the row of the confusion matrix."""
    expected = [
        f"{row[i] / sum(row):.3f}"
        for evaluation in toy_results.evaluations
        if evaluation.protocol == "cv"
        for i, row in enumerate(evaluation.confusion)
    ]

    table = per_class(toy_results, protocol(toy_results, "cv"))
    actual = [row[3] for row in table.rows if row[1] in ("B-cell", "T-cell", "myeloid")]

    assert expected == actual


def test_a_dash_is_explained(toy_results: Results) -> None:
    """Where a score is undefined, the note says why."""
    note = scores(toy_results, protocol(toy_results, "given")).note

    assert "MCC is undefined (–) where" in note


def test_rows_of_a_model_form_a_group(toy_results: Results) -> None:
    """Scores by class are grouped by model: three classes and two averages."""
    table = per_class(toy_results, protocol(toy_results, "given"))

    assert [5] * len(toy_results.models) == [len(group) for group in table.groups]


def misjudged(results: Results, wrong: dict[str, dict[str, int]]) -> Results:
    """Let each evaluation get these samples wrong, so many times, and no other."""
    samples = {protocol.key: protocol.sample_ids for protocol in results.protocols}
    return results.model_copy(
        update={
            "evaluations": tuple(
                e.model_copy(
                    update={
                        "n_wrong": tuple(
                            wrong.get(e.key, {}).get(sample, 0) for sample in samples[e.protocol]
                        )
                    }
                )
                for e in results.evaluations
            )
        }
    )


@pytest.fixture
def two_models(toy_results: Results) -> Results:
    """Keep two models that learn, the given split and cross-validation."""
    keys = ("majority", "logistic", "svm")
    kept = {"models": tuple(m for m in toy_results.models if m.key in keys)}
    kept["protocols"] = tuple(p for p in toy_results.protocols if p.key in ("given", "cv"))
    kept["evaluations"] = tuple(
        e for e in toy_results.evaluations if e.model in keys and e.protocol in ("given", "cv")
    )
    return toy_results.model_copy(update=kept)


def test_the_errors_on_samples_by_hand(two_models: Results) -> None:
    """On paper a row shows in how many repeats each model got a sample wrong, and × for the test.

    The hardest sample stands first: under cross-validation 2 models make 2 predictions each.
    """
    wrong = {
        "given/svm": {"P25": 1, "P26": 1},
        "given/logistic": {"P25": 1},
        "cv/svm": {"P2": 2, "P25": 1},
        "cv/logistic": {"P25": 2},
    }
    expected = (
        ("P25", "B-cell", "test", "2", "2 ×", "1 ×"),
        ("P2", "T-cell", "training", "1", "", "2"),
        ("P26", "T-cell", "test", "1", "", "×"),
    )

    table = samples(misjudged(two_models, wrong))

    assert table.paper is not None
    assert expected == table.paper.rows
    assert [row[:4] for row in expected] == [row[:4] for row in table.rows[:3]]


def test_every_sample_has_a_row_on_the_screen(two_models: Results) -> None:
    """There the calls of all samples stand, with the scores."""
    results = misjudged(two_models, {"cv/svm": {"P2": 1}})
    table = samples(results)
    n, evaluation = (
        results.data.n_samples,
        next(e for e in results.evaluations if e.key == "cv/svm"),
    )
    place = results.protocol("cv").sample_ids.index("P2")
    column = [c.label for c in table.columns].index("Linear SVM: repeated cross-validation")
    label = [c.label for c in results.data.classes].index(table.rows[0][1])

    assert sorted(s.id for s in results.data.samples) == sorted(row[0] for row in table.rows)
    assert n == len(table.rows)
    assert table.rows[0][column].endswith(
        f" {evaluation.scores[place][label]:.3f} (1)".replace("-", "−")
    )


def test_the_baseline_misclassifies_nobody(two_models: Results) -> None:
    """What always naming the largest class gets wrong is no news of a sample."""
    results = misjudged(two_models, {"given/majority": {"P25": 1}, "cv/majority": {"P2": 2}})
    paper = samples(results).paper

    assert paper is not None
    assert () == paper.rows


def test_more_samples_than_fit_are_counted(
    two_models: Results, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hardest are shown, and the note counts the others."""
    monkeypatch.setattr(sample_tables, "MAX_SAMPLES", 5)
    monkeypatch.setattr(sample_tables, "MAX_ON_PAPER", 1)
    table = samples(misjudged(two_models, {"cv/svm": {"P2": 2, "P3": 1}}))

    assert table.paper is not None
    assert "P2" == table.rows[0][0]
    assert (5, 1) == (len(table.rows), len(table.paper.rows))
    assert f" {two_models.data.n_samples - 5} more samples" in table.note
    assert " 1 more sample is in" in table.paper.note


def test_an_empty_table_says_none(two_models: Results) -> None:
    """A table without rows says so on the page."""
    page = html.pages(small(misjudged(two_models, {})))[1]
    tables = parse(page).all("table")

    (table,) = [t for t in tables if "tab-samples" in {e.attributes.get("id") for e in t.all()}]
    assert [["None."]] == cells(table)


def test_improvements_stand_beside_their_base(toy_results: Results) -> None:
    """Each change is a row with the accuracies before and after it."""
    expected = [
        (record.label, f"{record.base_accuracy:.3f}", f"{record.variant_accuracy:.3f}")
        for record in toy_results.improvements
    ]

    actual = [(row[0], *row[4:6]) for row in improvements(toy_results).rows]

    assert expected == actual


def test_genes_are_those_of_the_heat_map(toy_results: Results) -> None:
    """Table and heat map show the same genes in the same order."""
    expected = list(toy_results.genes.heat_map.gene_ids)

    assert expected == [row[0] for row in genes(toy_results).rows]


def test_a_gene_has_its_rank_among_all(toy_results: Results) -> None:
    """The rank of a gene is its place in the table of all genes."""
    ids = toy_results.genes.table.ids

    actual = [ids[int(row[3]) - 1] for row in genes(toy_results).rows]

    assert list(toy_results.genes.heat_map.gene_ids) == actual


def test_a_gene_has_its_frequency_and_adjusted_p_value(toy_results: Results) -> None:
    """The last two columns are those of the table of all genes."""
    table = toy_results.genes.table
    expected = [
        (table.p_max_t[i], f"{100 * table.selection_frequency[i]:.0f}\u00a0%")
        for i in map(table.ids.index, toy_results.genes.heat_map.gene_ids)
    ]

    actual = [row[-2:] for row in genes(toy_results).rows]

    assert [frequency for _, frequency in expected] == [frequency for _, frequency in actual]
    assert [p for p, _ in expected] == [
        pytest.approx(float(p.replace("−", "-")), abs=5e-4) for p, _ in actual
    ]


def test_the_gene_table_has_no_column_of_what_was_not_done(toy_results: Results) -> None:
    """Without max-T and bootstraps their columns, and what the note says of them, are left out."""
    results = without_resampling(toy_results)

    table = build(results)["genes"]

    assert ["*p", "*q"] == [f"*{column.label}" for column in table.columns[-2:]]
    assert "max-T" not in table.note
    assert "bootstraps" not in table.note


def without_resampling(results: Results) -> Results:
    """Take max-T and the bootstraps away."""
    record, table = results.genes, results.genes.table
    nothing = (None,) * record.n_genes
    changes = {
        "table": table.model_copy(update={"p_max_t": nothing, "selection_frequency": nothing}),
        "max_t": record.max_t.model_copy(
            update={"not_run": "n_permutations is 0", "smallest_p": None, "n_significant": 0}
        ),
        "stability": record.stability.model_copy(
            update={"n_bootstraps": 0, "lists": record.stability.lists[-1:]}
        ),
    }
    return results.model_copy(update={"genes": record.model_copy(update=changes)})


def test_stability_by_hand(toy_results: Results) -> None:
    """A row for each size, grouped by how samples were drawn; 12 genes are 4 of 3 classes each."""
    table = stability(toy_results)

    assert [3, 1] == [len(group) for group in table.groups]
    assert ["12", "15", "30", "12"] == [row[2] for row in table.rows]
    assert "training parts of 10 × 8 folds" == table.rows[-1][0]
    assert "at least 75\u00a0% between any two" in table.note


def test_a_stability_that_is_undefined_has_its_reason(toy_results: Results) -> None:
    """A dash is explained in the note."""
    record = toy_results.genes.stability
    none = {"stability": None, "interval": None, "undefined": "there is one list only"}
    changed = record.model_copy(update={"lists": (record.lists[0].model_copy(update=none),)})
    genes_record = toy_results.genes.model_copy(update={"stability": changed})

    table = stability(toy_results.model_copy(update={"genes": genes_record}))

    assert ("–", "–") == table.rows[0][3:5]
    assert table.note.endswith("– where there is one list only.")


def test_overlaps_by_hand(toy_results: Results) -> None:
    """Shared genes beside what chance would give: of 3 of 10 genes, 4 x 3 / 10 are of four."""
    ids = tuple("abcdefghij")
    overlap = compare(ids[:3], ("a", "b", "i", "j", "z"), ids, key="report", values="as they are")
    published = Published(
        source="a <table>", citation="golub1999", genes=("a",), overlaps=(overlap,)
    )
    genes_record = toy_results.genes.model_copy(update={"published": published})

    table = overlaps(toy_results.model_copy(update={"genes": genes_record}))

    assert (("as they are", "10", "4 of 5", "3", "2", "1.200"),) == table.rows
    assert "a <table>" in table.caption


def suppressing(results: Results, code: str) -> Results:
    """Leave out one caveat."""
    changed = tuple(
        f.model_copy(update={"suppressed": "it is a toy"}) if f.code == code else f
        for f in results.findings
    )
    return results.model_copy(update={"findings": changed})


def test_without_suppression_there_is_no_table_of_it(toy_results: Results) -> None:
    """Where the study leaves no caveat out, no table says so."""
    assert suppressed(toy_results) is None


def test_a_suppressed_caveat_stands_with_its_reason(toy_results: Results) -> None:
    """What the study leaves out is shown with its severity, its numbers and the reason."""
    table = suppressed(suppressing(toy_results, "SIZE-02"))

    assert table is not None
    ((code, caveat, seen, reason),) = table.rows
    assert ("SIZE-02", "Few samples: a wide interval (warning)", "it is a toy") == (
        code,
        caveat,
        reason,
    )
    assert seen.startswith("The 95 % interval of the headline accuracy")


def test_every_rule_is_told_once(toy_results: Results) -> None:
    """A rule has its caveat or its row, and none has both."""
    results = suppressing(toy_results, "SIZE-02")
    tables = build(results)

    rows = [row[0] for key in ("suppressed", "checks") for row in tables[key].rows]

    told = [*rows, *(finding.code for finding in results.raised)]
    assert sorted(finding.code for finding in results.findings) == sorted(told)


def test_the_summary_counts_by_outcome(toy_results: Results) -> None:
    """One is counted in the singular, several in the plural, and none is left out."""
    few = [f for f in toy_results.findings if f.outcome == "warning"][:1]
    few += [f for f in toy_results.findings if f.outcome == "note"][:2]

    actual = summary(toy_results.model_copy(update={"findings": tuple(few)}))

    assert "1 warning, 2 notes" == actual


def test_settings_open_with_the_seed(toy_results: Results) -> None:
    """The seed stands first among the settings."""
    assert ("seed", "42") == settings(toy_results).rows[0]
