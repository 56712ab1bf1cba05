"""How many different fits were scored on the independent samples, counted by hand."""

from typing import Any

import pytest
from study_fixtures import changed

from pipeline.config import Config
from pipeline.results import Results
from pipeline.scored import n_scored

MODELS = ("majority", "svm", "voting")


def scored(results: Results, config: Config, *, claims: bool, **settings: Any) -> int:
    """Count for these models and preprocessings, two of which were tried."""
    return n_scored(
        changed(config, models=MODELS, **settings),
        [e for e in results.evaluations if e.model in MODELS],
        [e for e in results.variant_evaluations if e.model in MODELS],
        results.claims if claims else (),
    )


def test_models_after_each_preprocessing_and_those_of_claims(
    two_class_results: Results, two_class_config: Config
) -> None:
    """SVM and voting after two preprocessings each, and two models of the claim; no baseline."""
    without = scored(two_class_results, two_class_config, claims=False)
    actual = scored(two_class_results, two_class_config, claims=True)

    n_claimed = len(two_class_results.claims[0].models)
    assert (4, 4 + n_claimed) == (without, actual)
    assert "given" == two_class_results.claims[0].corrected.protocol


def test_the_same_fit_counts_once(two_class_results: Results, two_class_config: Config) -> None:
    """Voting never sees logarithms: under "no logarithm" it is the fit that it always was."""
    variants = [
        e.model_copy(update={"variant": "unlogged"})
        for e in two_class_results.variant_evaluations
        if e.model in MODELS
    ]
    own = [e for e in two_class_results.evaluations if e.model in MODELS]
    config = changed(two_class_config, models=MODELS)

    actual = n_scored(config, own, variants, ())

    assert 3 == actual


@pytest.mark.parametrize(("grid", "expected"), [((1.0,), 1), ((0.01, 1.0), 2)])
def test_a_claim_may_ask_for_a_fit_that_was_made(
    two_class_results: Results,
    two_class_config: Config,
    grid: tuple[float, ...],
    expected: int,
) -> None:
    """With one penalty to choose from, and the same values, the claim's SVM is the report's."""
    config = changed(two_class_config, models=("svm",), penalty_grid=grid)
    raw = config.preprocess.model_copy(update={"recipe": "raw"})
    claim = config.claims[0].model_copy(update={"models": ("svm",), "recipe": "raw"})
    config = config.model_copy(update={"preprocess": raw, "claims": (claim,)})
    own = [e for e in two_class_results.evaluations if e.model == "svm"]

    actual = n_scored(config, own, (), two_class_results.claims)

    assert expected == actual


def test_without_independent_samples_none(two_class_results: Results) -> None:
    """What was held out at random is no independent test set."""
    own = [e for e in two_class_results.evaluations if e.protocol != "given"]
    config = Config.model_validate(
        {
            "study": {"name": "a", "title": "A"},
            "data": {"format": "tables", "files": {}},
        }
    )

    assert 0 == n_scored(config, own, (), ())
