from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError
from report_fixtures import parse
from study_fixtures import with_columns

from pipeline import audit, results, sources
from pipeline.config import Config
from pipeline.dataset import Dataset
from pipeline.preprocess import make_preprocessor
from pipeline.records.audit import Audit, Check
from pipeline.records.resolve import resolve
from pipeline.results import Results
from report import html
from report.figures import audit as figures
from report.figures import style
from report.formats import plain, value_text
from report.tables import audit as tables

SITES = {"B-cell": "north", "T-cell": "south", "myeloid": "<b>west</b> & more"}


def looked_at(dataset: Dataset, config: Config, folder: Path) -> Audit:
    """Audit a data set."""
    located = sources.find(config, data_dir=folder)
    dataset, duplicates, _ = audit.prepare(dataset, located, config)
    X = make_preprocessor(config.preprocess).fit(dataset.X[dataset.train]).transform(dataset.X)
    return audit.audit(dataset, X, duplicates, located, config)


@pytest.fixture(scope="module")
def audited(
    toy_dataset: Dataset, toy_config: Config, toy_dir: Path, toy_results: Results
) -> Results:
    """Know where the toy samples come from: each class from another place."""
    n = len(toy_dataset.y)
    known = with_columns(
        toy_dataset,
        site=[SITES[label] for label in toy_dataset.y.tolist()],
        sex=["", "", *(["m", "f"] * (n // 2))[2:]],
        age=[str(20 + k % 11) for k in range(n)],
    )
    found = looked_at(known, toy_config, toy_dir)
    return toy_results.model_copy(update={"audit": found})


def test_every_check_is_listed_once(toy_results: Results) -> None:
    """Those that found nothing and those that do not apply, too."""
    actual = [check.key for check in toy_results.audit.checks]

    assert list(toy_results.audit.__class__.model_fields)[:-1] == actual


def test_a_check_that_does_not_apply_raises_nothing(toy_results: Results) -> None:
    """The toy study has no calls and no covariates."""
    actual = {check.key for check in toy_results.audit.checks if check.not_run}

    nothing_known = {"covariates", "missingness", "batches", "unknown_groups", "unknown_sources"}
    assert {"gene_sets", "absent", "call_rate"} | nothing_known == actual
    assert not [c for c in toy_results.audit.checks if c.not_run and c.is_raised]


def test_the_toy_study_is_in_order(toy_results: Results) -> None:
    """Its columns are shuffled and its last genes are noise around zero: nothing else is raised."""
    actual = {check.key for check in toy_results.audit.checks if check.is_raised}

    assert {"order", "negative", "small_classes"} <= actual
    assert not {"duplicates", "join", "scales", "numeric_labels", "dates", "constant"} & actual


def test_numbers_in_sentences_are_those_of_the_results(audited: Results) -> None:
    """Each value with a path is the one that stands there."""
    values = [value for check in audited.audit.checks for value in check.statement.values]
    with_path = [value for value in values if value.path]

    assert len(with_path) > 30
    for value in with_path:
        assert value.path is not None
        assert resolve(audited, value.path) == value.value


def test_sentences_name_all_their_values(audited: Results) -> None:
    """No place is left empty, and no value is given in vain."""
    for check in audited.audit.checks:
        said = plain(check.statement)
        assert "{" not in said
        for value in check.statement.values:
            assert value_text(value) in said


def test_the_table_of_samples_is_joined(toy_dir: Path, toy_config: Config) -> None:
    """Covariates of the file come beside those that the reader found."""
    folder = toy_dir
    text = "id,Source,secret\n" + "".join(f"P{k},place {k % 3},x\n" for k in range(1, 31))
    (folder / "patients.csv").write_text(text)
    described = toy_config.model_dump()
    described["data"]["format"] = "kaggle"
    described["data"]["files"] |= {"covariates": {"name": "patients.csv"}}
    described["data"]["covariates"] = {"sample": "id", "columns": {"Source": "hospital"}}
    config = Config.model_validate(described)
    located = sources.find(config, data_dir=folder)
    from pipeline.readers import tables as reader

    dataset = with_columns(
        reader.read(located.paths, unit="u"), batch=[str(k % 2) for k in range(30)]
    )
    dataset = replace(dataset, covariates=dataset.covariates.set_axis(list(dataset.sample_ids)))

    actual, _, _ = audit.prepare(dataset, located, config)

    assert ["batch", "hospital"] == list(actual.covariates.columns)
    place = actual.sample_ids.index("P7")
    assert ["0", "place 1"] == actual.covariates.iloc[place].tolist()


def test_methods_say_what_was_done(toy_results: Results) -> None:
    """With the threshold that was used."""
    step = audit.method(toy_results.audit)

    said = plain(step.text)
    assert "correlation of 0.98 or more" in said
    assert "left out of the test set" in said
    assert "{" not in said


def test_methods_say_that_samples_were_kept(toy_results: Results) -> None:
    """By the study's setting."""
    kept = toy_results.audit.duplicates.model_copy(update={"kept": True})
    record = toy_results.audit.model_copy(update={"duplicates": kept})

    assert "such samples stayed in the test set" in plain(audit.method(record).text)


@pytest.mark.parametrize(
    ("record", "changes"),
    [
        ("duplicates", {"n_samples": 3}),
        ("mean", {"values": (1.0,)}),
        ("mean", {"outliers": ("nobody",)}),
        ("gene_sets", {"is_raised": True}),
    ],
)
def test_contradictions_are_refused(
    toy_results: Results, record: str, changes: dict[str, object]
) -> None:
    """An audit of other samples, and a check that raised what it did not look at."""
    changed = getattr(toy_results.audit, record).model_copy(update=changes)
    found = toy_results.audit.model_copy(update={record: changed})
    text = results.dumps(toy_results.model_copy(update={"audit": found}))

    with pytest.raises(ValidationError, match=f"audit.{record}"):
        Results.model_validate_json(text)


def test_the_table_has_a_row_for_every_check(audited: Results) -> None:
    """With what was found, or why it does not apply."""
    rows = {row[0]: row[1:] for row in tables.checks(audited).rows}

    assert len(audited.audit.checks) == len(rows)
    assert ("–", "Does not apply: there is one file of values.") == rows[
        "Genes of the training and of the test file"
    ]
    outcome, found = rows["What is known of the samples, against class and split"]
    assert "noted" == outcome
    assert "site and class" in found


def test_pairs_by_hand(audited: Results) -> None:
    """Without identical samples the most alike pairs are shown."""
    table = tables.duplicates(audited)
    closest = audited.audit.duplicates.closest

    assert table is not None
    assert closest is not None
    assert (closest.first, closest.second) == table.rows[0][:2]
    assert "are the most alike" in table.caption


def test_covariates_are_counted_in_the_table(audited: Results) -> None:
    """24 training and 6 test samples of three classes: each site has 8 and 2 of one of them."""
    table = tables.covariates(audited)

    assert table is not None
    rows = [row for row in table.rows if row[0] == "site"]
    assert ("site", "north", "8", "0", "0", "2", "0", "0") == rows[1]
    assert ("site", "known", "8", "8", "8", "2", "2", "2") == rows[-1]
    assert ["age"] == [row[0] for row in table.rows if row[1].startswith("known (")]


def test_associations_are_starred(audited: Results) -> None:
    """Site and class are one; sex goes with nothing."""
    rows = {row[0]: row[1:] for row in tables.associations(audited).rows}

    assert ("1.000*", "1.000*") == rows["Site"][:2]
    assert not [cell for cell in rows["Sex"] if "*" in cell]
    assert "Sex, being unknown" in rows


def test_tests_are_named(audited: Results) -> None:
    """Size, test and both p-values of what goes with class and split."""
    table = tables.design(audited)
    assert table is not None
    rows = {row[:2]: row[2:] for row in table.rows}

    n, size, test, p, adjusted = rows["Site", "class"]
    assert ("30", "Cramér's V 1.000") == (n, size)
    assert "chi-squared" in test
    assert "1.0e−4" == p
    assert p != adjusted


def test_without_associations_beyond_chance_no_test_is_shown(toy_results: Results) -> None:
    """The toy arrays know nothing of the classes."""
    assert None is tables.design(toy_results)


def test_files_that_were_not_found_are_named(audited: Results) -> None:
    """The chapter says which table of samples is lacking."""
    source = audited.data.source.model_copy(update={"not_found": ("patients.csv",)})
    data = audited.data.model_copy(update={"source": source})

    screen, _ = html.pages(audited.model_copy(update={"data": data}))

    assert "Not found, and not needed to go on: patients.csv" in parse(screen).text


def test_components_say_what_they_follow(audited: Results) -> None:
    """As many rows as components, and no area with three classes."""
    table = tables.components(audited)

    assert [f"PC{k}" for k in range(1, 6)] == [row[0] for row in table.rows]
    assert {""} == {row[2] for row in table.rows}


def test_arrays_are_listed_where_they_are_few(audited: Results) -> None:
    """Thirty rows; of 10 000 samples none."""
    table = tables.single_arrays(audited)
    many = audited.data.model_copy(update={"n_samples": 10_000})

    assert table is not None
    assert 30 == len(table.rows)
    assert None is tables.single_arrays(audited.model_copy(update={"data": many}))


def test_without_covariates_there_is_no_table_of_them(toy_results: Results) -> None:
    """Nor a picture; the chapter says why."""
    with style.drawing():
        assert None is figures.coloured(toy_results)
    assert None is tables.covariates(toy_results)
    screen, _ = html.pages(toy_results)
    chapter = next(e for e in parse(screen).all("section") if "audit" in e.attributes.values())
    assert "the data name no source, batch or tissue" in chapter.text


def test_arrays_have_a_unit_and_a_divisor(audited: Results) -> None:
    """Mean and standard deviation carry the unit of the data; the note names the divisor."""
    table = tables.metrics(audited)

    heads = [row[0] for row in table.rows if "array" in row[0]]
    assert 2 == len(heads)
    assert all(head.endswith(f"({audited.data.unit})") for head in heads)
    assert "n − 1" in table.note


def test_pictures_say_their_numbers(audited: Results) -> None:
    """In their text alternatives."""
    with style.drawing():
        drawn = [figures.associations(audited), figures.arrays(audited), figures.coloured(audited)]

    associations, arrays, coloured = drawn
    assert coloured is not None
    assert associations is not None
    assert "site with class 1.000" in associations.alt
    assert "Mean of the array: median" in arrays.alt
    assert "10 north around" in coloured.alt


def test_the_chapter_shows_all_of_it(audited: Results) -> None:
    """Tables and figures stand in it, and strangers' names are text."""
    screen, _ = html.pages(audited)

    page = parse(screen)
    ids = {e.attributes.get("id", "") for e in page.all()}
    wanted = {"tab-audit", "tab-duplicates", "tab-covariates", "tab-associations", "tab-design"}
    wanted |= {"tab-arrays", "tab-components", "tab-single-arrays"}
    wanted |= {"fig-associations", "fig-coloured", "fig-arrays"}
    assert wanted <= ids
    assert "<b>west</b> & more" in page.by_id("tab-covariates").text


def test_arrays_far_from_the_others_are_drawn_by_name(
    audited: Results, toy_dataset: Dataset
) -> None:
    """Where the names are few; nothing breaks where there are many."""
    names = tuple(toy_dataset.sample_ids)
    metric = audited.audit.mean.model_copy(update={"outliers": names})
    found = audited.audit.model_copy(update={"mean": metric})

    with style.drawing():
        picture = figures.arrays(audited.model_copy(update={"audit": found}))

    assert "and 22 more" in picture.alt


def test_a_pair_of_the_same_sample_is_shown(
    toy_dataset: Dataset, toy_config: Config, toy_dir: Path, toy_results: Results
) -> None:
    """The chapter names both, and says that one was left out."""
    X = toy_dataset.X.copy()
    X[-1] = X[0]
    found = looked_at(replace(toy_dataset, X=X), toy_config, toy_dir)

    table = tables.duplicates(toy_results.model_copy(update={"audit": found}))

    assert table is not None
    first, last = toy_dataset.sample_ids[0], toy_dataset.sample_ids[-1]
    assert [(first, last, "training, test")] == [row[:3] for row in table.rows]
    assert f"Left out of the test set: {last}." in plain(found.duplicates.statement)
    assert np.isclose(found.duplicates.pairs[0].similarity, 1.0)


def test_records_of_checks_are_checks(toy_results: Results) -> None:
    """Rules may rely on their common fields."""
    assert all(isinstance(check, Check) for check in toy_results.audit.checks)
