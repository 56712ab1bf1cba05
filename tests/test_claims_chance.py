"""How often a claim's figures come by chance, and what the library gives for its models."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from study_fixtures import labelled, noise, printed

from pipeline import claims_bench, claims_library
from pipeline.claims_bench import Bench
from pipeline.claims_chance import chance
from pipeline.config import ClaimSection, Config
from pipeline.dataset import Dataset
from pipeline.protocols import Fold

ANY = "0.5"


def bench(dataset: Dataset, config: Config, text: str = ANY, **settings: Any) -> Bench:
    """Claim an accuracy."""
    told = {"key": "k", "source": "s", "models": ["svm"], "accuracy": text, "n_seeds": 40}
    claim = ClaimSection.model_validate(told | settings)
    return claims_bench.bench(dataset, config, claim, (printed("accuracy", None, text),))


def test_figures_that_all_labels_give_are_no_evidence(two_class_config: Config) -> None:
    """Any accuracy of one held-out sample prints as 1 or 0: about half of the draws give 1."""
    prepared = bench(noise(24, 30, seed=1), two_class_config, "1", test_share=1 / 24)

    actual = chance(prepared, ())

    assert actual is not None
    assert 8 <= actual.n_random <= 32
    assert (40, 24, 0, 0) == (
        actual.n_seeds, actual.n_samples, actual.n_joins, actual.n_any_join
    )  # fmt: skip


def test_figures_that_nothing_gives_come_at_no_seed(two_class_config: Config) -> None:
    """Of six held-out samples no number of right ones prints as 0.9."""
    prepared = bench(noise(24, 30, seed=1), two_class_config, "0.90", test_share=0.25)

    actual = chance(prepared, ())

    assert actual is not None
    assert 0 == actual.n_random


def test_a_seed_counts_once_for_all_joins(two_class_config: Config) -> None:
    """Two joins that meet the figures at seeds 0 and 1, and 1 and 2, do so at three seeds."""
    prepared = bench(noise(24, 30, seed=1), two_class_config)
    first, second = np.zeros((2, 40), dtype=np.bool_)
    first[:2], second[1:3] = True, True

    actual = chance(prepared, (first, second))

    assert actual is not None
    assert (2, 3) == (actual.n_joins, actual.n_any_join)


def test_as_many_samples_as_are_stated(two_class_config: Config) -> None:
    """Of 24 samples 20 are drawn where the claim speaks of 20, and 24 where of more."""
    stated = [
        chance(bench(noise(24, 30, seed=1), two_class_config, n_samples=n), ()) for n in (20, 99)
    ]

    assert [20, 24] == [record.n_samples for record in stated if record]


def test_a_given_split_leaves_nothing_to_chance(two_class_config: Config) -> None:
    """Where no seed decides there is no record."""
    dataset = labelled(["a", "b"] * 12, n_test=6)

    assert chance(bench(dataset, two_class_config, protocol="given"), ()) is None


@pytest.mark.parametrize(("C", "weighted"), [(1.0, False), (0.1, True)])
def test_the_library_is_asked_as_a_program_would(
    two_class_dataset: Dataset, two_class_config: Config, C: float, weighted: bool
) -> None:
    """On the genes themselves, with nothing but the stated penalty and the weights set."""
    key = "logistic_balanced" if weighted else "logistic"
    prepared = bench(two_class_dataset, two_class_config, models=[key], penalty_c=C)
    train, test = two_class_dataset.train, two_class_dataset.test
    model = LogisticRegression(C=C, class_weight="balanced" if weighted else None)
    model.fit(two_class_dataset.X[train], two_class_dataset.y[train])
    wrong = model.predict(two_class_dataset.X[test]) != two_class_dataset.y[test]

    (actual,) = claims_library.library_runs(prepared, (Fold(0, train, test),))

    assert {two_class_dataset.sample_ids[row] for row in test[wrong]} == set(actual.wrong)
    assert (len(test), len(test) - int(wrong.sum())) == (actual.n_test, actual.n_correct)
    assert model.n_iter_.max() == actual.n_iterations


def test_neighbours_have_no_tolerance_and_large_data_no_library(
    two_class_dataset: Dataset, two_class_config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is asked where there is nothing to learn, or it would take minutes."""
    fold = Fold(0, two_class_dataset.train, two_class_dataset.test)
    both = bench(two_class_dataset, two_class_config, models=["neighbours", "svm"])

    asked = [run.key for run in claims_library.library_runs(both, (fold,))]
    monkeypatch.setattr(claims_library, "MAX_VALUES", 10)

    assert ["svm"] == asked
    assert () == claims_library.library_runs(replace(both), (fold,))
