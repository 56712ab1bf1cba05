from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from study_fixtures import changed, hand_made, labelled, silent, with_columns, with_recipe

from pipeline.baseline import constant, constant_class
from pipeline.config import Config
from pipeline.evaluate import evaluate
from pipeline.protocols import make_plans
from pipeline.records.models import Evaluation


def evaluated(config: Config, y: list[str], **columns: Any) -> dict[str, Evaluation]:
    """Evaluate the baseline under every protocol that these labels allow."""
    sites = ["north", "south"] * (len(y) // 2) + ["north"] * (len(y) % 2)
    dataset = with_columns(labelled(y, n_genes=20), site=sites, **columns)
    config = changed(
        with_recipe(config, "logged"),
        models=("majority", "svm"),
        penalty_grid=(1.0,),
        source_column="site",
        n_folds=5,
    )
    found = evaluate(dataset, config, make_plans(dataset, config), silent, n_jobs=1)
    return {e.protocol: e for e in found.evaluations if e.model == "majority"}


@pytest.mark.parametrize("protocol", ["cv", "loo", "source"])
def test_of_equal_classes_half_is_right(toy_config: Config, protocol: str) -> None:
    """12 against 12: whoever is held out, naming one class is right for 12 of 24."""
    actual = evaluated(toy_config, ["a", "a", "b", "b"] * 6)[protocol]

    assert 0.5 == actual.accuracy
    assert {0} == {k for row in actual.predicted for k in row}


@pytest.mark.parametrize("protocol", ["cv", "loo"])
def test_the_larger_class_gives_its_share(toy_config: Config, protocol: str) -> None:
    """9 of 17, as much as the classes' shares give."""
    actual = evaluated(toy_config, ["b"] * 9 + ["a"] * 8)[protocol]

    assert 9 / 17 == actual.accuracy


def test_of_equal_classes_the_hold_out_is_never_below_half(toy_config: Config) -> None:
    """Of 5 held-out samples the class with 3 is named, not the one that training has more of."""
    actual = evaluated(toy_config, ["a", "b"] * 12)["holdout"]

    assert (5, 3) == (actual.n_predictions, actual.n_correct)


def test_a_constant_answer_ranks_nothing(toy_config: Config) -> None:
    """The area under the ROC curve is a half, and there is no probability to be judged."""
    actual = evaluated(toy_config, ["a", "b"] * 12)["cv"]

    assert (0.5, None, None) == (actual.roc_auc, actual.brier, actual.log_loss)


@given(st.lists(st.integers(0, 2), min_size=9, max_size=40), st.integers(2, 5))
def test_no_constant_answer_is_right_more_often(codes: list[int], n_folds: int) -> None:
    """Where every sample is held out once, no other constant is better than the baseline."""
    y = np.array([0, 1, 2, *codes])
    folds = hand_made(
        [np.arange(i, len(y), n_folds).tolist() for i in range(n_folds)],
        design="repeated",
        key="cv",
    )

    held = constant(folds, folds.folds, y, n_classes=3)

    right = sum(
        int((h.y_pred[0] == y[f.test]).sum()) for h, f in zip(held, folds.folds, strict=True)
    )
    assert np.bincount(y).max() == right
    assert constant_class(folds, y, n_classes=3) == np.bincount(y).argmax()


@pytest.mark.parametrize(
    ("train", "test", "expected"),
    [
        ([0, 0, 1], [1, 1, 1], 0),  # the training samples say which class is the largest
        ([0, 1], [1, 1, 0], 1),  # of equal ones the one that is right more often
        ([0, 1], [0, 1], 0),
    ],
)
def test_a_given_split_names_the_largest_class_of_training(
    train: list[int], test: list[int], expected: int
) -> None:
    """A split that the study gives has training samples of its own."""
    y = np.array([*train, *test])
    plan = hand_made([list(range(len(train), len(y)))], n=len(y))

    assert expected == constant_class(plan, y, n_classes=2)
