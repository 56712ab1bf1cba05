"""A claim's models, trained and tested as it says, against scikit-learn on the genes."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC
from study_fixtures import labelled, printed

from pipeline import claims_bench, claims_rerun
from pipeline.claims_bench import Bench, Joined, Split
from pipeline.config import ClaimSection, Config
from pipeline.dataset import Dataset

SEEDS = range(5)

SCALE = 1000.0
"""In thousands, C in millions, the optimum is the same, and L-BFGS reaches it."""


def claimed(**settings: Any) -> ClaimSection:
    """Claim something of a linear SVM."""
    told = {"key": "k", "source": "s", "models": ["svm"], "accuracy": "0.5", "n_seeds": 5}
    return ClaimSection.model_validate(told | settings)


def prepared(dataset: Dataset, config: Config, **settings: Any) -> Bench:
    """Prepare a claim on an accuracy."""
    figures = (printed("accuracy", None, "0.5"),)
    return claims_bench.bench(dataset, config, claimed(**settings), figures)


def by_name(bench: Bench) -> Joined:
    """Join labels rightly."""
    return Joined(bench.rows, bench.rows)


@pytest.mark.parametrize(
    ("key", "model"),
    [
        ("svm", SVC(C=SCALE**2, kernel="linear")),
        ("logistic", LogisticRegression(C=SCALE**2, tol=1e-9, max_iter=100_000)),
        ("svm_balanced", SVC(C=SCALE**2, kernel="linear", class_weight="balanced")),
        ("neighbours", KNeighborsClassifier()),
    ],
)
def test_predictions_are_those_of_scikit_learn(
    two_class_dataset: Dataset, two_class_config: Config, key: str, model: Any
) -> None:
    """At its default settings, on all genes, on what `train_test_split` holds out."""
    bench = prepared(two_class_dataset, two_class_config, models=[key], stratified=True)
    joined, X, y = by_name(bench), two_class_dataset.X / SCALE, two_class_dataset.y
    for seed in SEEDS:
        train, test = train_test_split(
            np.arange(len(y)), test_size=0.25, stratify=y, random_state=seed
        )
        expected = model.fit(X[train], y[train]).predict(X[test]) != y[test]

        (actual,) = claims_rerun.runs(bench, joined, claims_bench.folds_of(bench, joined, seed))

        ids = {two_class_dataset.sample_ids[row] for row in test[expected]}
        assert (ids, len(test)) == (set(actual.wrong), actual.n_test)


@pytest.mark.parametrize("recipe", ["raw", "standard"])
def test_many_seeds_are_single_runs(
    two_class_dataset: Dataset, two_class_config: Config, recipe: str
) -> None:
    """What is run together is what is run alone."""
    bench = prepared(two_class_dataset, two_class_config, recipe=recipe)
    joined = by_name(bench)
    splits = [Split(joined, claims_bench.folds_of(bench, joined, seed)) for seed in SEEDS]
    alone = [claims_rerun.runs(bench, joined, split.folds)[0] for split in splits]

    (actual,), met = claims_rerun.distributions(bench, splits)

    assert tuple(run.n_correct / run.n_test for run in alone) == actual.values
    assert [run.fits for run in alone] == met.tolist()
    assert met.sum() == actual.n_fitting


def test_seeds_are_counted_against_the_claim(
    two_class_dataset: Dataset, two_class_config: Config
) -> None:
    """Below, as reported, and above are all there is."""
    bench = prepared(two_class_dataset, two_class_config, accuracy="0.9", n_seeds=20)
    bench = replace(bench, figures=(printed("accuracy", None, "0.9"),))
    joined = by_name(bench)
    splits = [Split(joined, claims_bench.folds_of(bench, joined, seed)) for seed in range(20)]

    (actual,), _ = claims_rerun.distributions(bench, splits)

    # 8 of 30 are held out: 7 of 8 right print as 0.9, 8 of 8 do not.
    expected = [sum(v < 0.85 for v in actual.values), sum(v == 7 / 8 for v in actual.values)]
    assert [*expected, 20 - sum(expected)] == [actual.n_below, actual.n_within, actual.n_above]


@pytest.mark.parametrize("n_genes", [10, 200])
def test_rotated_values_have_the_same_products(toy_config: Config, n_genes: int) -> None:
    """Models that see products only cannot tell them from the genes."""
    dataset = labelled(["a", "b"] * 10, n_genes=n_genes)
    bench = prepared(dataset, toy_config)

    np.testing.assert_allclose(bench.X @ bench.X.T, dataset.X @ dataset.X.T, atol=1e-10)
    assert min(n_genes, 20) == bench.X.shape[1]


def test_the_given_split_is_one_fold(two_class_dataset: Dataset, two_class_config: Config) -> None:
    """Whoever's labels the samples carry, they stay in their part."""
    bench = prepared(two_class_dataset, two_class_config, protocol="given")
    joined = by_name(bench)

    (actual,) = claims_bench.folds_of(bench, joined, 0)

    assert two_class_dataset.test.tolist() == actual.test.tolist()
    assert 0 == len(claims_bench.seeds(bench, joined))


def test_cross_validation_holds_out_every_sample_once(
    two_class_dataset: Dataset, two_class_config: Config
) -> None:
    """In as many folds as are stated."""
    bench = prepared(two_class_dataset, two_class_config, protocol="cross-validation", n_folds=3)
    joined = by_name(bench)
    folds = claims_bench.folds_of(bench, joined, 0)

    (actual,) = claims_rerun.runs(bench, joined, folds)

    assert (3, 30) == (len(folds), actual.n_test)


@pytest.mark.parametrize(
    ("y", "settings", "reason"),
    [
        (["a"] * 6 + ["b"], {"stratified": True}, "7 samples remain, too few to hold out 25%"),
        (["a"] * 5, {}, "5 samples remain, of fewer than two classes"),
        (["a", "b"], {"protocol": "cross-validation"}, "2 samples remain, too few for 5 folds"),
        (["a", "b"], {"protocol": "given"}, "there is no such split"),
        (["a", "b"] * 501, {}, "more than 1000 samples would take too long"),
    ],
)
def test_what_cannot_be_followed_has_its_reason(
    toy_config: Config, y: list[str], settings: dict[str, Any], reason: str
) -> None:
    """Too few samples, too many, or another design."""
    bench = prepared(labelled(y, n_genes=5), toy_config, **settings)

    assert reason == claims_bench.obstacle(bench, by_name(bench))


def test_many_samples_are_run_once(toy_config: Config) -> None:
    """Hundreds of fits of them would take minutes."""
    bench = prepared(labelled(["a", "b"] * 151, n_genes=5), toy_config)

    assert [] == list(claims_bench.seeds(bench, by_name(bench)))
