import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from study_fixtures import changed, labelled, plan, silent, with_recipe

from pipeline.config import Config
from pipeline.evaluate import evaluate
from pipeline.protocols import make_plans
from pipeline.weighting import weighting


def test_both_models_are_those_of_scikit_learn_at_each_penalty(toy_config: Config) -> None:
    """Brier score and mean probability on the held-out samples, refitted by another program."""
    dataset = labelled(["a"] * 20 + ["b"] * 10, n_genes=40, seed=3)
    config = with_recipe(
        changed(toy_config, models=("logistic", "logistic_balanced", "svm"), n_repeats=1), "raw"
    )
    config = changed(config, penalty_grid=(0.01, 1.0), source_column=None)
    made = plan(dataset, config, "cv")
    evaluations = evaluate(dataset, config, make_plans(dataset, config), silent, n_jobs=1)
    plain = next(e for e in evaluations.evaluations if e.key == "cv/logistic")

    actual = weighting(dataset, config, made, plain)

    assert actual is not None
    y = (dataset.y == dataset.classes[1]).astype(int)
    for at in actual.penalties:
        for weights, brier, mean in (
            (None, at.brier, at.mean),
            ("balanced", at.brier_weighted, at.mean_weighted),
        ):
            shares, truth = [], []
            for fold in made.folds:
                model = LogisticRegression(
                    C=at.penalty_c, class_weight=weights, solver="newton-cholesky", tol=1e-10
                ).fit(dataset.X[fold.train], y[fold.train])
                shares.append(model.predict_proba(dataset.X[fold.test])[:, 1])
                truth.append(y[fold.test])
            p, t = np.concatenate(shares), np.concatenate(truth)
            assert np.mean((p - t) ** 2) == pytest.approx(brier, abs=1e-6)
            assert p.mean() == pytest.approx(mean, abs=1e-6)
    assert 1 / 3 == pytest.approx(actual.observed)


def test_without_a_weighted_model_there_is_nothing_to_compare(toy_config: Config) -> None:
    """Nor with more than two classes."""
    dataset = labelled(["a"] * 10 + ["b"] * 10, n_genes=40, seed=3)
    config = with_recipe(changed(toy_config, models=("logistic", "svm"), source_column=None), "raw")

    assert weighting(dataset, config, plan(dataset, config, "cv"), None) is None
