from typing import get_args

import numpy as np
import pytest

from pipeline import classifiers
from pipeline.classifiers import make_classifier
from pipeline.config import EvaluateSection, ModelKey
from pipeline.references import WORKS

SECTION = EvaluateSection()
RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(20, 60)), np.arange(20) % 2


def test_every_model_of_the_configuration_is_known() -> None:
    """Each key that a study may name has its entry, and no other."""
    assert list(get_args(ModelKey)) == list(classifiers.ENTRIES)


@pytest.mark.parametrize("key", classifiers.ENTRIES)
def test_every_citation_is_in_the_list_of_works(key: str) -> None:
    """Each model cites a work that the report can print."""
    actual = classifiers.ENTRIES[key].citation

    assert actual in WORKS


@pytest.mark.parametrize("key", classifiers.ENTRIES)
def test_every_model_learns_and_predicts(key: str) -> None:
    """Each model predicts one of the classes that it was taught."""
    model = make_classifier(key, SECTION, max_components=19).fit(X, Y)

    actual = set(model.predict(X).tolist())

    assert actual <= {0, 1}


def test_the_baseline_names_the_largest_class() -> None:
    """The majority class is predicted whatever the values are."""
    model = make_classifier("majority", SECTION, max_components=3)

    actual = model.fit(np.eye(5), [1, 1, 1, 0, 0]).predict(-np.eye(5))

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
def test_only_weighted_models_weight_the_classes(key: str, expected: str | None) -> None:
    """The names that end in balanced weight classes by the inverse of their frequency."""
    actual = make_classifier(key, SECTION, max_components=3).class_weight

    assert expected == actual


@pytest.mark.parametrize(("most", "expected"), [(50, 10), (4, 4)])
def test_components_are_no_more_than_the_samples_allow(most: int, expected: int) -> None:
    """The number of components is the one asked for, or the most that there can be."""
    actual = make_classifier("pca_logistic", SECTION, max_components=most)

    assert expected == actual[0].n_components


@pytest.mark.parametrize("key", ["logistic", "svm"])
def test_the_penalty_is_the_configured_one(key: str) -> None:
    """C comes from the study file."""
    actual = make_classifier(key, EvaluateSection(penalty_c=0.25), max_components=3).C

    assert 0.25 == actual


def test_logistic_regression_reaches_its_optimum() -> None:
    """At the optimum the weights are C times the sum of residuals times values."""
    model = make_classifier("logistic", SECTION, max_components=19).fit(X, Y)

    residuals = Y - 1 / (1 + np.exp(-model.decision_function(X)))
    np.testing.assert_allclose(residuals @ X, model.coef_[0], atol=1e-4)


def test_records_follow_the_configuration() -> None:
    """The records stand in the order of the study file, with the baseline marked."""
    section = EvaluateSection(models=("svm", "majority"))

    actual = [(model.key, model.is_baseline) for model in classifiers.models(section)]

    assert [("svm", False), ("majority", True)] == actual


def test_improvements_change_models_that_exist() -> None:
    """Each recommended change names two known models."""
    actual = {key for _, base, variant in classifiers.IMPROVEMENTS for key in (base, variant)}

    assert actual <= set(classifiers.ENTRIES)
