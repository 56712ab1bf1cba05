import csv
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from pipeline import results, run, sources
from pipeline.config import CitationSection, Config
from pipeline.errors import DataError
from pipeline.progress import STEPS
from pipeline.results import Results

Compute = Callable[[Config, Path], Results]


def quick(config: Config) -> Config:
    """Keep one model and few folds."""
    update = {"models": ("majority", "svm"), "n_folds": 3, "n_repeats": 1}
    return config.model_copy(update={"evaluate": config.evaluate.model_copy(update=update)})


def rewrite(
    source: Path, target: Path, change: Callable[[list[list[str]]], list[list[str]]]
) -> None:
    """Copy a CSV file with its rows changed."""
    with source.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    with target.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(change(rows))


def test_two_runs_give_the_same_bytes(
    toy_results: Results, toy_config: Config, toy_dir: Path, compute: Compute
) -> None:
    """The same data and configuration give the same JSON, byte by byte."""
    expected = results.dumps(toy_results)

    actual = results.dumps(compute(toy_config, toy_dir))

    assert expected == actual


def test_jobs_change_no_byte(toy_config: Config, toy_dir: Path, compute: Compute) -> None:
    """With two jobs the JSON is that of one."""
    config = quick(toy_config)
    located = sources.find(config, data_dir=toy_dir)
    expected = results.dumps(compute(config, toy_dir))

    actual = run.run(config, located, date="1999-10-15", progress=lambda *_: None, n_jobs=2)

    assert expected == results.dumps(actual)


def test_samples_are_counted(toy_results: Results) -> None:
    """The record of the data counts samples, genes and parts."""
    data = toy_results.data

    assert (30, 40, 24, 6) == (data.n_samples, data.n_genes, data.n_train, data.n_test)


def test_classes_are_counted(toy_results: Results) -> None:
    """Each class is counted in all samples and in each part, with its description if it has one."""
    actual = toy_results.data.classes[0]

    expected = ("B-cell", "B-cell lineage", 10, 8, 2)
    found = (actual.label, actual.description, actual.n_samples, actual.n_train, actual.n_test)
    assert expected == found


def test_classes_and_parts_sum_to_all_samples(toy_results: Results) -> None:
    """Classes and parts share out the samples without rest."""
    data = toy_results.data

    actual = [(c.n_train, c.n_test) for c in data.classes]

    assert (data.n_train, data.n_test) == tuple(map(sum, zip(*actual, strict=True)))


def test_calls_are_shares_of_one(two_class_results: Results) -> None:
    """Present, absent and marginal calls are all that there are."""
    calls = two_class_results.data.calls

    assert calls is not None
    assert pytest.approx(1.0) == calls.present + calls.absent + calls.marginal


def test_a_layout_without_calls_has_no_shares(toy_results: Results) -> None:
    """Where the files hold no calls the record is None."""
    assert toy_results.data.calls is None


def test_the_ledger_has_no_gap(two_class_results: Results) -> None:
    """From the joined files on, each step takes in what the step before gave out."""
    ledger = two_class_results.data.ledger[2:]

    for before, after in pairwise(ledger):
        given = (before.n_samples_out, before.n_genes_out)
        assert given == (after.n_samples_in, after.n_genes_in)


def test_the_ledger_ends_where_the_models_start(toy_results: Results) -> None:
    """The last step gives the genes that the models saw: the four flat ones are gone."""
    ledger = toy_results.data.ledger

    assert 36 == ledger[-1].n_genes_out == toy_results.preprocessing.n_genes_out


def test_the_headline_is_that_of_the_primary_model(toy_results: Results) -> None:
    """The sentence gives estimate, interval and baseline of the model named beforehand."""
    evaluations = {e.key: e for e in toy_results.evaluations}
    primary = evaluations["given/svm"]

    actual = {value.name: value.value for value in toy_results.headline.values}

    expected = {
        "model": "the linear SVM",
        "n_train": 24,
        "n_correct": primary.n_correct,
        "n_predictions": 6,
        "accuracy": primary.accuracy,
        "low": primary.accuracy_interval.low,
        "high": primary.accuracy_interval.high,
        "baseline": evaluations["given/majority"].accuracy,
    }
    assert expected == {name: actual[name] for name in expected}


def test_without_test_samples_the_headline_is_that_of_cross_validation(
    toy_config: Config, toy_dir: Path, tmp_path: Path, compute: Compute
) -> None:
    """A data set without a test part is judged by resampling, and the sentence says so."""
    (tmp_path / "expression.csv").write_bytes((toy_dir / "expression.csv").read_bytes())
    rewrite(toy_dir / "samples.csv", tmp_path / "samples.csv", lambda rows: [r[:2] for r in rows])

    actual = compute(quick(toy_config), tmp_path)

    assert "cv/svm" == actual.primary_evaluation
    assert "{n_folds}-fold cross-validation over {n_samples} samples" in actual.headline.template


def test_the_order_of_columns_changes_nothing_but_the_record_of_the_join(
    toy_config: Config, toy_dir: Path, tmp_path: Path, compute: Compute
) -> None:
    """Sample columns in another order give the same results."""
    config = quick(toy_config)
    expected = compute(config, toy_dir)
    order = [0, 1, *(np.random.default_rng(5).permutation(30) + 2)]
    (tmp_path / "samples.csv").write_bytes((toy_dir / "samples.csv").read_bytes())
    rewrite(
        toy_dir / "expression.csv",
        tmp_path / "expression.csv",
        lambda rows: [[row[i] for i in order] for row in rows],
    )

    actual = compute(config, tmp_path)

    assert expected.evaluations == actual.evaluations
    assert expected.genes == actual.genes
    assert expected.embeddings == actual.embeddings


def test_the_order_of_samples_changes_neither_test_result_nor_ranking(
    toy_config: Config, toy_dir: Path, tmp_path: Path, compute: Compute
) -> None:
    """The table of samples in another order gives the same test errors and the same genes."""
    config = quick(toy_config)
    expected = compute(config, toy_dir)
    (tmp_path / "expression.csv").write_bytes((toy_dir / "expression.csv").read_bytes())
    rewrite(
        toy_dir / "samples.csv",
        tmp_path / "samples.csv",
        lambda rows: [rows[0], *reversed(rows[1:])],
    )

    actual = compute(config, tmp_path)

    assert [e.confusion for e in expected.evaluations if e.protocol == "given"] == [
        e.confusion for e in actual.evaluations if e.protocol == "given"
    ]
    assert expected.genes.table.ids == actual.genes.table.ids


def test_covariates_are_named(toy_results: Results) -> None:
    """The names of what else is known of the samples are in the record; here there are none."""
    assert () == toy_results.data.covariates


def test_both_layouts_can_be_run(two_class_results: Results) -> None:
    """A study in the Kaggle layout has a result for each of its samples."""
    assert 30 == len(two_class_results.data.samples)


def test_the_studys_own_work_is_among_the_references(
    toy_config: Config, toy_dir: Path, compute: Compute
) -> None:
    """What the study names as the source of its data is cited and listed."""
    own = CitationSection(key="own2020", authors="Own A", year=2020, title="T", source="S")
    data = toy_config.data.model_copy(update={"citation": own})

    actual = compute(quick(toy_config).model_copy(update={"data": data}), toy_dir)

    assert "own2020" == actual.data.citation
    assert "own2020" in {work.key for work in actual.references}


def test_progress_is_told_in_the_order_of_the_story(toy_config: Config, toy_dir: Path) -> None:
    """Each step names itself when it starts, in the order of the story."""
    steps: list[str] = []
    located = sources.find(toy_config, data_dir=toy_dir)

    run.run(quick(toy_config), located, date=None, progress=lambda step, *_: steps.append(step))

    # Loading and rendering are told by the command line.
    expected = [step for step in STEPS if step not in ("loading", "rendering")]
    assert expected == list(dict.fromkeys(steps))


def test_values_that_do_not_vary_are_refused(
    toy_config: Config, tmp_path: Path, compute: Compute
) -> None:
    """A matrix of one value, which no step can use, is an error in one line."""
    names = [f"S{i}" for i in range(8)]
    rows = [["gene", *names], *([f"g{i}", *["5"] * 8] for i in range(4))]
    (tmp_path / "expression.csv").write_text("\n".join(map(",".join, rows)))
    table = [["sample", "class"], *([name, "ab"[i % 2]] for i, name in enumerate(names))]
    (tmp_path / "samples.csv").write_text("\n".join(map(",".join, table)))
    preprocess = toy_config.preprocess.model_copy(update={"recipe": "logged"})

    with pytest.raises(DataError) as caught:
        compute(toy_config.model_copy(update={"preprocess": preprocess, "classes": {}}), tmp_path)

    assert "\n" not in str(caught.value)


def test_the_date_is_the_given_one(toy_results: Results) -> None:
    """No clock is asked: the date is the one handed in."""
    assert "1999-10-15" == toy_results.study.date
