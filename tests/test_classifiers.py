from typing import Any, get_args

import numpy as np
import pytest
from study_fixtures import changed, with_recipe

from pipeline import classifiers
from pipeline.classifiers import (
    ENTRIES,
    Size,
    grid,
    make_classifier,
    permutation_seconds,
    setting_text,
    speed,
)
from pipeline.config import Config, EvaluateSection, ModelKey, PrimaryKey
from pipeline.references import WORKS

SECTION = EvaluateSection()
RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(20, 60)), np.arange(20) % 2


def plain(key: ModelKey, setting: float = 1.0, *, n_train: int = 20, n_genes: int = 60) -> Any:
    """Make a plain classifier."""
    return make_classifier(key, SECTION, setting, n_train=n_train, n_genes=n_genes, seed=1)


def test_every_model_of_the_configuration_is_known() -> None:
    """Each key that a study may name has its entry, and no other."""
    primary, majority = get_args(PrimaryKey), "majority"

    assert [majority, *primary] == list(ENTRIES)


@pytest.mark.parametrize("key", ENTRIES)
def test_every_citation_is_in_the_list_of_works(key: ModelKey) -> None:
    """Each model cites a work that the report can print."""
    actual = ENTRIES[key].citation

    assert actual in WORKS


@pytest.mark.parametrize("key", ENTRIES)
def test_every_model_learns_and_predicts(key: ModelKey) -> None:
    """Each model predicts one of the classes that it was taught, at every setting."""
    for setting in grid(key, SECTION, n_train=20):
        actual = set(plain(key, setting).fit(X, Y).predict(X).tolist())

        assert actual <= {0, 1}


def test_the_baseline_names_the_largest_class() -> None:
    """The majority class is predicted whatever the values are."""
    actual = plain("majority").fit(np.eye(5), [1, 1, 1, 0, 0]).predict(-np.eye(5))

    assert [1] * 5 == actual.tolist()


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("logistic", None),
        ("svm", None),
        ("logistic_balanced", "balanced"),
        ("svm_balanced", "balanced"),
    ],
)
def test_only_weighted_models_weight_the_classes(key: ModelKey, expected: str | None) -> None:
    """The names that end in balanced weight classes by the inverse of their frequency."""
    assert expected == plain(key).class_weight


@pytest.mark.parametrize(("n_train", "n_genes", "expected"), [(20, 60, 10), (5, 60, 4), (20, 3, 3)])
def test_components_are_no_more_than_there_can_be(
    n_train: int, n_genes: int, expected: int
) -> None:
    """The number of components is the one asked for, or the most that there can be."""
    actual = plain("pca_logistic", 10, n_train=n_train, n_genes=n_genes)[0].n_components

    assert expected == actual


def test_neighbours_are_no_more_than_training_samples() -> None:
    """Of three training samples nine cannot be the nearest."""
    assert 3 == plain("neighbours", 9, n_train=3).n_neighbors


@pytest.mark.parametrize("key", ["logistic", "svm", "logistic_l1", "elastic_net"])
def test_the_penalty_is_the_setting(key: ModelKey) -> None:
    """C is the value that was chosen."""
    assert 0.25 == plain(key, 0.25).C


@pytest.mark.parametrize(("key", "expected"), [("logistic_l1", 1.0), ("elastic_net", 0.5)])
def test_the_lasso_is_an_elastic_net_of_absolute_weights(key: ModelKey, expected: float) -> None:
    """The share of the penalty on absolute weights is 1, or what the study says."""
    assert expected == plain(key).l1_ratio


@pytest.mark.parametrize("n_genes", [60, 8])
def test_logistic_regression_reaches_its_optimum(n_genes: int) -> None:
    """At the optimum the weights are C times the sum of residuals times values."""
    values = X[:, :n_genes]
    model = plain("logistic", n_genes=n_genes).fit(values, Y)

    residuals = Y - 1 / (1 + np.exp(-model.decision_function(values)))
    np.testing.assert_allclose(residuals @ values, model.coef_[0], atol=1e-4)


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("svm", (1e-5, 1e-4, 0.001, 0.01, 0.1, 1.0, 10.0, 100.0)),
        ("pca_logistic", (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)),
        (
            "discriminant",
            (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0, 2000.0, 5000.0),
        ),
        ("voting", (50.0,)),
        ("neighbours", (25.0, 15.0, 9.0, 7.0, 5.0, 3.0, 1.0)),
        ("logistic_l1", (1e-5, 1e-4, 0.001, 0.01, 0.1, 1.0, 10.0, 100.0)),
        ("majority", (1.0,)),
    ],
)
def test_grids_begin_with_the_simplest(key: ModelKey, expected: tuple[float, ...]) -> None:
    """The strongest penalty, the fewest components or genes, the most neighbours come first."""
    assert expected == grid(key, SECTION, n_train=38)


def test_thresholds_fall_from_two_deviations_to_none() -> None:
    """For 36 samples from 6, the square root, in equal steps: a mean two deviations away."""
    actual = grid("centroids", EvaluateSection(n_thresholds=4), n_train=36)

    np.testing.assert_allclose([6, 4, 2, 0], actual)


@pytest.mark.parametrize(
    ("key", "setting", "expected"),
    [
        ("svm", 0.01, "C = 0.01"),
        ("centroids", 2.345, "Delta = 2.35"),
        ("discriminant", 50.0, "50 genes"),
        ("pca_logistic", 3.0, "3 components"),
        ("neighbours", 1.0, "1 neighbour"),
        ("forest", 1.0, "not tuned"),
    ],
)
def test_settings_are_written_with_their_name(key: ModelKey, setting: float, expected: str) -> None:
    """A setting is printed with what it is, in the singular where it is one."""
    assert expected == setting_text(key, setting)


@pytest.mark.parametrize(
    ("key", "size", "expected"),
    [
        ("svm", Size(72, 3571, 2), "fast"),
        ("svm", Size(63, 2308, 4), "slower"),
        ("svm", Size(700, 5000, 2), "slower"),
        ("svm", Size(2000, 5000, 2), "none"),
        ("svm", Size(200, 100, 2), "slower"),
        ("logistic", Size(72, 3571, 2), "fast"),
        ("logistic", Size(63, 2308, 4), "none"),
        ("pca_logistic", Size(72, 3571, 2), "slower"),
        ("centroids", Size(72, 3571, 2), "fast"),
        ("centroids", Size(72, 50_000, 2), "slower"),
        ("centroids", Size(10_000, 20_000, 2), "none"),
        ("neighbours", Size(2000, 5000, 2), "slower"),
        ("forest", Size(24, 300, 2), "none"),
        ("elastic_net", Size(24, 300, 2), "none"),
        ("majority", Size(10_000, 20_000, 9), "fast"),
    ],
)
def test_size_says_what_is_fitted_how_often(key: ModelKey, size: Size, expected: str) -> None:
    """A thousand times under 20 ms, a hundred times up to 2 s, and else once."""
    assert expected == speed(key, size, EvaluateSection())


# Measured on one core of a small server, nested 5 x 5-fold cross-validation, milliseconds.
@pytest.mark.parametrize(
    ("key", "size", "measured"),
    [
        ("svm", Size(72, 3500, 2), 7.9),
        ("svm", Size(300, 5000, 2), 126),
        ("svm", Size(700, 765, 10), 1561),
        ("logistic", Size(150, 5000, 2), 56),
        ("logistic", Size(2000, 5000, 2), 10_505),
        ("logistic", Size(63, 2308, 4), 3632),
        ("logistic", Size(700, 765, 10), 26_500),
        ("pca_logistic", Size(700, 765, 10), 9_000),
        ("pca_logistic", Size(72, 7129, 2), 45),
        ("discriminant", Size(2000, 5000, 2), 236),
        ("centroids", Size(700, 765, 10), 195),
        ("voting", Size(72, 50_000, 2), 25),
    ],
)
def test_the_estimate_is_near_what_was_measured(key: ModelKey, size: Size, measured: float) -> None:
    """Within a factor of three, from 72 to 2000 samples and two to ten classes."""
    estimated = permutation_seconds(key, size)

    assert estimated is not None
    assert 1 / 3 < 1000 * estimated / measured < 3


def test_records_follow_the_configuration(toy_config: Config) -> None:
    """The records stand in the order of the study file, with the baseline marked."""
    config = changed(toy_config, models=("svm", "majority"))

    actual = [(model.key, model.is_baseline) for model in classifiers.models(config)]

    assert [("svm", False), ("majority", True)] == actual


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, "penalty C among 0.01, 1"),
        ({"penalty_grid": (1.0,)}, None),
    ],
)
def test_records_say_what_is_tuned(
    toy_config: Config, settings: dict[str, Any], expected: str | None
) -> None:
    """The values that the inner folds choose from; None where there is one."""
    (actual,) = classifiers.models(changed(toy_config, models=("svm",), **settings))

    assert expected == actual.tuned


@pytest.mark.parametrize(("recipe", "expected"), [("standard", True), ("logged", False)])
def test_voting_says_where_it_sees_other_values(
    toy_config: Config, recipe: str, expected: bool
) -> None:
    """Only where the others see logarithms does its description say that it does not."""
    config = with_recipe(changed(toy_config, models=("voting",)), recipe)

    (actual,) = classifiers.models(config)

    assert expected == ("no logarithm" in actual.description)


def test_improvements_change_models_that_exist() -> None:
    """Each recommended change names two known models."""
    actual = {key for _, base, variant in classifiers.IMPROVEMENTS for key in (base, variant)}

    assert actual <= set(ENTRIES)
