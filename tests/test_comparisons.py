from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from study_fixtures import hand_made, labelled, said

from pipeline.comparisons import compare, improvements, powers
from pipeline.paired import tango
from pipeline.protocols import Plan
from pipeline.records.models import Comparison, Evaluation
from pipeline.results import Results
from pipeline.summary import summarise

CLASSES = ("a", "b")
Y = np.array([0, 1, 0, 1, 0, 1])
DATASET = labelled(["a", "b"] * 3)


def model(plan: Plan, key: str, *wrong: set[int]) -> Evaluation:
    """Evaluate a model that is wrong on these samples in each repeat."""
    scores = [
        [(1.0 if Y[row] else -1.0) * (-1 if row in wrong[fold.repeat] else 1) for row in fold.test]
        for fold in plan.folds
    ]
    return summarise(plan, key, said(*scores), Y, CLASSES, positive=1)


SPLIT = hand_made([[0, 1, 2, 3, 4, 5]])


def test_a_comparison_counts_who_alone_was_right() -> None:
    """Only samples on which one model was right and the other wrong enter the test."""
    models = (model(SPLIT, "logistic", {0}), model(SPLIT, "svm", {0, 1, 2, 3}))

    actual = compare(models, (SPLIT,), DATASET)

    between = tango(3, 0, 6)
    expected = Comparison(
        key="given/logistic/svm",
        protocol="given",
        first="logistic",
        second="svm",
        n_only_first_right=3,
        n_only_second_right=0,
        n_changed=3,
        difference=5 / 6 - 2 / 6,
        test="exact McNemar test",
        p_value=0.25,  # 2 x (1 / 2) ** 3
        p_adjusted=0.25,  # one pair only
        interval=between,
        margin=between.high,
    )
    assert (expected,) == actual


def test_models_that_err_alike_are_equally_right() -> None:
    """Where no prediction differs there is no evidence."""
    models = (model(SPLIT, "logistic", {1}), model(SPLIT, "svm", {1}))

    (actual,) = compare(models, (SPLIT,), DATASET)

    assert (0, 0.0, 1.0) == (actual.n_changed, actual.difference, actual.p_value)


@pytest.mark.parametrize("design", ["leave-one-out", "leave-one-source-out"])
def test_samples_held_out_once_are_compared_by_mcnemars_test(design: str) -> None:
    """However many folds there are, each sample counts once."""
    plan = hand_made([[0, 1], [2, 3], [4, 5]], design=design, key="loo")
    models = (model(plan, "logistic", {0}), model(plan, "svm", {1, 2, 3, 4, 5}))

    (actual,) = compare(models, (plan,), DATASET)

    assert "nominal exact McNemar test" == actual.test
    assert actual.interval is not None
    assert "Tango, nominal" == actual.interval.method
    # 5 against 1 of six: 2 x (6 + 1) / 64.
    assert pytest.approx(14 / 64) == actual.p_value


def test_repeats_are_compared_by_their_folds() -> None:
    """The corrected resampled t test of the folds' differences, as Nadeau and Bengio give it."""
    plan = hand_made([[0, 1], [2, 3], [4, 5]] * 2, design="repeated", key="cv")
    models = (model(plan, "logistic", set(), set()), model(plan, "svm", {0, 1, 2}, {4}))

    (actual,) = compare(models, (plan,), DATASET)

    differences = np.array([1, 0.5, 0, 0, 0, 0.5])
    # Variance of the mean: (1 / 6 + n_test / n_train) s^2, with 2 held out and 4 trained on.
    t = differences.mean() / np.sqrt((1 / 6 + 2 / 4) * differences.var(ddof=1))
    assert "corrected resampled t test" == actual.test
    assert pytest.approx(2 * stats.t.sf(t, df=5)) == actual.p_value
    assert (4, 0, 4) == (actual.n_only_first_right, actual.n_only_second_right, actual.n_changed)


def test_one_difference_in_all_folds_is_no_sign_of_none() -> None:
    """A model wrong on every sample beside one that never is: the samples decide, once each."""
    plan = hand_made([[0, 1], [2, 3], [4, 5]] * 2, design="repeated", key="cv")
    every = set(range(6))
    models = (model(plan, "logistic", set(), set()), model(plan, "svm", every, every))

    (actual,) = compare(models, (plan,), DATASET)

    assert "exact McNemar test, each sample counted once" == actual.test
    assert pytest.approx(2 / 2**6) == actual.p_value


def test_the_interval_over_folds_is_no_narrower_than_that_of_the_samples() -> None:
    """Six samples, held out twice, are six samples at most."""
    plan = hand_made([[0, 1], [2, 3], [4, 5]] * 2, design="repeated", key="cv")
    models = (model(plan, "logistic", set(), set()), model(plan, "svm", {0, 1, 2}, {4}))

    (actual,) = compare(models, (plan,), DATASET)

    samples = tango(4 / 2, 0, 6)
    assert actual.interval is not None
    assert actual.interval.low <= samples.low
    assert actual.interval.high >= samples.high
    assert actual.margin == max(-actual.interval.low, actual.interval.high)


def test_pairs_with_the_headlines_model_are_adjusted_among_themselves() -> None:
    """Of three pairs of models two hold the headline's: 2 x 1/32 and 1/8."""
    models = (
        model(SPLIT, "majority", {1, 3, 5}),
        model(SPLIT, "logistic", set()),
        model(SPLIT, "svm", {0, 1, 2, 3}),
        model(SPLIT, "pca_logistic", {0, 1, 2, 3, 4, 5}),
    )

    actual = {
        (pair.first, pair.second): pair.p_headline
        for pair in compare(models, (SPLIT,), DATASET, primary="logistic")
    }

    assert (1 / 8, 2 / 32) == (actual["logistic", "svm"], actual["logistic", "pca_logistic"])
    assert {None} == {actual["svm", "pca_logistic"], actual["majority", "logistic"]}


def test_powers_count_the_most_one_sided_disagreements() -> None:
    """Of three pairs one needs seven samples: 3 x 2 / 2^7 = 0.047; six would give 0.094."""
    models = (
        model(SPLIT, "majority", {1, 3, 5}),
        model(SPLIT, "logistic", set()),
        model(SPLIT, "svm", {0, 1, 2, 3}),
        model(SPLIT, "pca_logistic", {0, 1, 2, 3, 4, 5}),
    )
    pairs = compare(models, (SPLIT,), DATASET)

    (actual,) = powers(pairs, (SPLIT.protocol,))

    assert (6, 3, 7, 6) == (actual.n_samples, actual.n_pairs, actual.n_needed, actual.n_seen)


def test_folds_have_no_power_of_mcnemars_test() -> None:
    """Under resampling another test is made."""
    plan = hand_made([[0, 1], [2, 3], [4, 5]] * 2, design="repeated", key="cv")
    models = (model(plan, "logistic", set(), set()), model(plan, "svm", {0, 1, 2}, {4}))

    assert () == powers(compare(models, (plan,), DATASET), (plan.protocol,))


def test_p_values_are_adjusted_over_the_pairs_of_models() -> None:
    """Holm's adjustment of three pairs; those with the baseline keep their own p-value."""
    models = (
        model(SPLIT, "majority", {1, 3, 5}),
        model(SPLIT, "logistic", set()),
        model(SPLIT, "svm", {0, 1, 2, 3}),
        model(SPLIT, "pca_logistic", {0, 1, 2, 3, 4, 5}),
    )

    actual = {
        (pair.first, pair.second): (pair.p_value, pair.p_adjusted)
        for pair in compare(models, (SPLIT,), DATASET)
    }

    # Disagreements 4, 6 and 2, all one way: p = 1/8, 1/32 and 1/2. Smallest first: 3/32, 2/8, 1/2.
    assert (1 / 8, 2 / 8) == actual["logistic", "svm"]
    assert (1 / 32, 3 / 32) == actual["logistic", "pca_logistic"]
    assert (1 / 2, 1 / 2) == actual["svm", "pca_logistic"]
    assert (1 / 4, 1 / 4) == actual["majority", "logistic"]


def test_all_pairs_of_all_protocols_are_compared(toy_results: Results) -> None:
    """Under each protocol that ran every two models are compared, in the order of the models."""
    pairs = [f"{a.key}/{b.key}" for a, b in combinations(toy_results.models, 2)]
    ran = [protocol.key for protocol in toy_results.protocols if not protocol.unavailable]

    actual = [comparison.key for comparison in toy_results.comparisons]

    assert [f"{protocol}/{pair}" for protocol in ran for pair in pairs] == actual


def test_improvements_stand_beside_what_they_change(toy_results: Results) -> None:
    """Each recommended change carries accuracies and p-value of its two models."""
    accuracy = {e.key: e.accuracy for e in toy_results.evaluations}
    p_values = {c.key: c.p_value for c in toy_results.comparisons}
    tests = {c.key: c.test for c in toy_results.comparisons}

    for change in toy_results.improvements:
        base, variant = (accuracy[f"{change.protocol}/{m}"] for m in (change.base, change.variant))
        assert (base, variant) == (change.base_accuracy, change.variant_accuracy)
        assert p_values[change.key] == change.p_value
        assert tests[change.key] == change.test


@settings(max_examples=10)
@given(st.sets(st.sampled_from(["logistic", "svm", "pca_logistic"]), min_size=1))
def test_improvements_need_both_models(keys: set[str]) -> None:
    """A change whose two models did not both run is left out."""
    ran = tuple(model(SPLIT, key, {0}) for key in sorted(keys))

    actual = {(change.base, change.variant) for change in improvements(ran, ())}

    assert (
        {("logistic", "pca_logistic")} if {"logistic", "pca_logistic"} <= keys else set()
    ) == actual
