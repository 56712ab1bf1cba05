"""Defects that are tried by name: who carries whose label, and what they give."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from study_fixtures import labelled, noise, printed

from pipeline import claims_bench, defects
from pipeline.config import ClaimSection, Config
from pipeline.dataset import Dataset, FileColumns
from pipeline.readers import kaggle, tables
from pipeline.records.claims import Hypothesis, Trial

Edit = Callable[[Path, str, str], None]


def tried(
    dataset: Dataset, config: Config, *, text: str = "0.5", **settings: Any
) -> dict[str, Hypothesis]:
    """Try every defect on an accuracy."""
    told = {"key": "k", "source": "s", "models": ["svm"], "accuracy": text, "n_seeds": 3}
    claim = ClaimSection.model_validate(told | settings)
    bench = claims_bench.bench(dataset, config, claim, (printed("accuracy", None, text),))
    return {h.key: h for h in defects.hypotheses(dataset, bench, seed=0)[0]}


def of(hypothesis: Hypothesis, key: str) -> Trial:
    """Pick a trial."""
    return next(trial for trial in hypothesis.trials if trial.key == key)


@pytest.fixture
def by_hand(kaggle_dir: Path) -> Dataset:
    """Read the eight samples whose training columns are 4, 1, 5, 2, 6, 3."""
    files = {"labels": "actual.csv", "train": "train.csv", "independent": "test.csv"}
    return kaggle.read({k: kaggle_dir / name for k, name in files.items()}, unit="units")


# Labels: 1 to 3 ALL, 4 to 6 AML, 7 ALL, 8 AML. With the calls in, the training columns are
# counted 4, -, 1, -, 5, -, 2, -, 6, -, 3, -.
@pytest.mark.parametrize(
    ("hypothesis", "variant", "n_samples", "n_other", "n_wrong"),
    [
        # From 0, against labels from 1: 1 gets the label of 2, 5 of 4, 2 of 6, 6 of 8.
        ("calls-in", "all-labels/-1", 4, 4, 1),
        # Both from 1: 4 gets that of 1, 1 of 3, 5 of 5, 2 of 7.
        ("calls-in", "all-labels/+0", 4, 3, 1),
        # After two columns of names: 4 gets that of 3, 1 of 5, 5 of 7.
        ("calls-in", "all-labels/+2", 3, 3, 3),
        # 4, 1, 5, 2, 6, 3 get those of 1 to 6.
        ("by-position", "all-labels/+0", 6, 6, 4),
        # 1, 5, 2, 6, 3 get those of 1 to 5: 1 its own, 5 of 2, 2 of 3, 6 of 4, 3 of 5.
        ("by-position", "all-labels/-1", 5, 4, 2),
    ],
)
def test_joins_by_position_by_hand(
    by_hand: Dataset,
    two_class_config: Config,
    hypothesis: str,
    variant: str,
    n_samples: int,
    n_other: int,
    n_wrong: int,
) -> None:
    """Columns counted along the file meet the labels of the table in its order."""
    found = tried(by_hand, two_class_config, samples="train")

    actual = of(found[hypothesis], variant)

    assert (n_samples, n_other, n_wrong) == (actual.n_samples, actual.n_other, actual.n_wrong)


def test_files_are_counted_one_after_the_other(by_hand: Dataset, two_class_config: Config) -> None:
    """All eight: 4, 1, 5, 2, 6, 3, 8, 7 get the labels of 1 to 8."""
    actual = of(tried(by_hand, two_class_config)["by-position"], "all-labels/+0")

    assert (8, 8, 6) == (actual.n_samples, actual.n_other, actual.n_wrong)


def test_two_variants_never_join_alike(by_hand: Dataset, two_class_config: Config) -> None:
    """Of the same pairs one is tried, and the right join is none of them."""
    found = tried(by_hand, two_class_config, samples="train")

    keys = [trial.key for key in ("calls-in", "by-position") for trial in found[key].trials]
    assert {"all-labels/-1", "all-labels/+0"} <= set(keys)
    assert all(t.n_other for key in ("calls-in", "by-position") for t in found[key].trials)


def test_a_left_out_sample_keeps_its_place(by_hand: Dataset, two_class_config: Config) -> None:
    """Columns are counted as they stand in the file."""
    rows = [row for row, sample in enumerate(by_hand.sample_ids) if sample != "5"]
    fewer = replace(
        by_hand,
        X=by_hand.X[rows],
        y=by_hand.y[rows],
        partition=by_hand.partition[rows],
        sample_ids=tuple(by_hand.sample_ids[row] for row in rows),
    )

    actual = of(tried(fewer, two_class_config, samples="train")["by-position"], "all-labels/+0")

    # Labels of 1, 2, 3, 4, 6 go to 4, 1, (5), 2, 6: 6 keeps its own.
    assert (5, 4) == (actual.n_samples, actual.n_other)


def test_without_other_columns_they_cannot_be_left_in(
    tables_dir: Path, two_class_config: Config
) -> None:
    """A plain matrix has none between its samples."""
    paths = {"expression": tables_dir / "expression.csv", "samples": tables_dir / "samples.csv"}
    found = tried(tables.read(paths, unit="units"), two_class_config)["calls-in"]

    assert ((), None) == (found.trials, found.best)
    assert "no other columns" in (found.not_applicable or "")


def test_an_unknown_order_is_said_to_be(two_class_config: Config) -> None:
    """A reader need not know where its samples stood."""
    found = tried(labelled(["a", "b"] * 10), two_class_config)

    assert "not known" in (found["by-position"].not_applicable or "")


def test_columns_in_the_order_of_labels_join_rightly(two_class_config: Config) -> None:
    """Then only a shifted count goes wrong."""
    dataset = labelled(["a", "b"] * 10)
    ordered = replace(dataset, columns=(FileColumns("m.csv", 1, dataset.sample_ids),))

    found = tried(ordered, two_class_config)["by-position"]

    assert ["all-labels/-1", "all-labels/+1"] == [trial.key for trial in found.trials]


def test_shuffled_labels_are_of_the_same_classes(two_class_config: Config) -> None:
    """Whoever carries them."""
    (actual,) = tried(labelled(["a", "b"] * 10), two_class_config)["shuffled"].trials

    assert 20 == actual.n_samples
    assert 0 < actual.n_wrong <= actual.n_other <= 20


def test_genes_chosen_first_see_what_is_not_there(two_class_config: Config) -> None:
    """On pure noise they give far more than one half."""
    dataset = noise(60, 2000, seed=3)

    (actual,) = tried(dataset, two_class_config, n_seeds=20)["genes-first"].distributions

    assert actual.median > 0.7


def test_samples_seen_before_are_known(two_class_config: Config) -> None:
    """With more genes than samples nothing that was trained on is missed."""
    (actual,) = tried(noise(20, 50, seed=1), two_class_config)["test-in-training"].distributions

    assert {1.0} == set(actual.values)


def test_of_all_variants_the_best_is_repeated(by_hand: Dataset, two_class_config: Config) -> None:
    """That which meets most of what is stated, the number of samples with it."""
    found = tried(by_hand, two_class_config, samples="train", n_samples=5, test_share=0.4)

    best = found["by-position"].best_trial
    assert best is not None
    assert max(trial.n_met for trial in found["by-position"].trials) == best.n_met
    assert 5 == best.n_samples or best.n_met > 1


@pytest.mark.parametrize(("n_samples", "exact"), [(None, True), (20, True), (21, False)])
def test_another_number_of_samples_is_not_exact(
    two_class_config: Config, n_samples: int | None, exact: bool
) -> None:
    """However well the figures fit: here all samples are right."""
    found = tried(noise(20, 50, seed=1), two_class_config, text="1.00", n_samples=n_samples)

    actual = found["test-in-training"]

    assert (exact, exact) == (actual.trials[0].exact, actual.n_exact == 1)


def test_nobody_is_trained_with_anothers_values(by_hand: Dataset) -> None:
    """The columns of a file name the samples that the data set has."""
    named = [column for file in by_hand.columns for column in file.columns if column is not None]

    assert sorted(by_hand.sample_ids) == sorted(named)
    assert [(2, 12), (2, 4)] == [(f.n_names, len(f.columns)) for f in by_hand.columns]
    assert np.array_equal(by_hand.X[:, 0], [10.0 * int(s) for s in by_hand.sample_ids])
