from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from pipeline import evaluate
from pipeline.config import Config
from pipeline.dataset import Dataset
from pipeline.evaluate import Plan
from pipeline.records.data import LabelJoin
from pipeline.records.models import Comparison, Evaluation, Protocol
from pipeline.results import Results


def silent(step: str, n_done: int, n: int) -> None:
    """Say nothing."""


def changed(config: Config, **settings: Any) -> Config:
    """Change settings of the evaluation."""
    return config.model_copy(update={"evaluate": config.evaluate.model_copy(update=settings)})


def plan(dataset: Dataset, config: Config, key: str) -> Plan:
    """Lay out one protocol."""
    return next(p for p in evaluate.make_plans(dataset, config) if p.protocol.key == key)


def noise(n_samples: int, n_genes: int, *, seed: int, n_test: int = 0) -> Dataset:
    """Draw a data set of two classes without any difference between them."""
    rng = np.random.default_rng(seed)
    return Dataset(
        X=rng.normal(size=(n_samples, n_genes)),
        y=np.array(["a", "b"])[rng.permutation(np.arange(n_samples) % 2)],
        partition=np.array(["train"] * (n_samples - n_test) + ["test"] * n_test),
        sample_ids=tuple(f"S{i}" for i in range(n_samples)),
        gene_ids=tuple(f"g{i}" for i in range(n_genes)),
        gene_descriptions=("",) * n_genes,
        calls=None,
        covariates=pd.DataFrame(index=range(n_samples)),
        unit="units",
        join=LabelJoin(
            method="name",
            n_matched=n_samples,
            order_differs=False,
            n_wrong_by_position=0,
            first_pairs=(),
        ),
        ledger=(),
    )


@pytest.fixture(scope="module")
def logged(toy_config: Config) -> Config:
    """Give a quick configuration: one model, values that are logarithms already."""
    preprocess = toy_config.preprocess.model_copy(update={"recipe": "logged"})
    quick = changed(toy_config, models=("majority", "svm"), n_folds=5, n_repeats=1)
    return quick.model_copy(update={"preprocess": preprocess})


def test_the_given_protocol_is_the_given_split(toy_dataset: Dataset, toy_config: Config) -> None:
    """One fold: train on the training samples, test on the others."""
    (fold,) = plan(toy_dataset, toy_config, "given").folds

    expected = (toy_dataset.train.tolist(), toy_dataset.test.tolist())
    assert expected == (fold.train.tolist(), fold.test.tolist())


def test_without_test_samples_the_given_protocol_gives_its_reason(toy_config: Config) -> None:
    """A data set without a test part has no given protocol, and the record says why."""
    actual = plan(noise(12, 3, seed=0), toy_config, "given")

    expected = ((), "the data set in use has no independent test samples")
    assert expected == (actual.folds, actual.protocol.unavailable)


def test_each_sample_is_held_out_once_in_every_repeat(
    toy_dataset: Dataset, toy_config: Config
) -> None:
    """Cross-validation holds each sample out exactly once in each repeat."""
    folds = plan(toy_dataset, toy_config, "cv").folds

    actual = Counter((fold.repeat, int(row)) for fold in folds for row in fold.test)

    assert Counter({(repeat, row): 1 for repeat in range(2) for row in range(30)}) == actual


@pytest.mark.parametrize("key", ["given", "cv", "holdout"])
def test_no_sample_is_trained_on_and_held_out(
    toy_dataset: Dataset, toy_config: Config, key: str
) -> None:
    """In no fold is a sample on both sides, and none is left out."""
    for fold in plan(toy_dataset, toy_config, key).folds:
        assert list(range(30)) == sorted([*fold.train.tolist(), *fold.test.tolist()])


def test_cross_validation_is_stratified(toy_dataset: Dataset, toy_config: Config) -> None:
    """With 10 samples of each class every one of 4 folds holds 2 or 3 of each class."""
    folds = plan(toy_dataset, toy_config, "cv").folds

    actual = {n for fold in folds for n in Counter(toy_dataset.y[fold.test].tolist()).values()}

    assert {2, 3} == actual


def test_the_hold_out_is_stratified(toy_dataset: Dataset, toy_config: Config) -> None:
    """A fifth of 30 samples is two of each class."""
    (fold,) = plan(toy_dataset, toy_config, "holdout").folds

    actual = Counter(toy_dataset.y[fold.test].tolist())

    assert Counter({"B-cell": 2, "T-cell": 2, "myeloid": 2}) == actual


def test_there_are_no_more_folds_than_samples_of_the_smallest_class(toy_config: Config) -> None:
    """A class of three samples allows three folds, not four."""
    dataset = noise(12, 3, seed=0)
    small = replace(dataset, y=np.array(["a"] * 9 + ["b"] * 3))

    actual = plan(small, toy_config, "cv").protocol.n_folds

    assert 3 == actual


def test_equal_seeds_give_equal_folds(toy_dataset: Dataset, toy_config: Config) -> None:
    """The folds depend on the seed and on nothing else."""
    expected = [fold.test.tolist() for fold in plan(toy_dataset, toy_config, "cv").folds]

    actual = [fold.test.tolist() for fold in plan(toy_dataset, toy_config, "cv").folds]

    assert expected == actual


def test_another_seed_gives_other_folds(toy_dataset: Dataset, toy_config: Config) -> None:
    """The seed of the configuration reaches the folds."""
    first = plan(toy_dataset, toy_config, "cv")
    other = plan(toy_dataset, toy_config.model_copy(update={"seed": 43}), "cv")

    assert [f.test.tolist() for f in first.folds] != [f.test.tolist() for f in other.folds]


@pytest.mark.parametrize("share", [0.01, 0.5, 0.9, 0.99])
def test_any_share_can_be_held_out(toy_dataset: Dataset, toy_config: Config, share: float) -> None:
    """A hold-out trains on every class, or it is unavailable and gives its reason."""
    actual = plan(toy_dataset, changed(toy_config, holdout_share=share), "holdout")

    trained = [set(toy_dataset.y[fold.train].tolist()) for fold in actual.folds]
    assert actual.protocol.unavailable or trained == [set(toy_dataset.classes)]


def test_a_hold_out_that_loses_a_class_is_unavailable(toy_config: Config) -> None:
    """Where the two samples left to train are of one class of two, nothing can be learned."""
    dataset = replace(noise(30, 3, seed=0), y=np.array(["a"] * 27 + ["b"] * 3))

    actual = plan(dataset, changed(toy_config, holdout_share=0.93), "holdout")

    expected = ((), True)
    assert expected == (actual.folds, bool(actual.protocol.unavailable))


def test_every_model_is_evaluated_under_every_protocol(toy_results: Results) -> None:
    """There is one evaluation for each pair of protocol and model, in that order."""
    expected = [
        f"{protocol.key}/{model.key}"
        for protocol in toy_results.protocols
        for model in toy_results.models
    ]

    actual = [evaluation.key for evaluation in toy_results.evaluations]

    assert expected == actual


def truth(results: Results, evaluation: Evaluation) -> list[int]:
    """Give the true classes of an evaluation's samples."""
    classes = [summary.label for summary in results.data.classes]
    labels = {sample.id: classes.index(sample.label) for sample in results.data.samples}
    protocol = next(p for p in results.protocols if p.key == evaluation.protocol)
    return [labels[sample] for sample in protocol.sample_ids]


def test_confusion_counts_are_those_of_the_predictions(toy_results: Results) -> None:
    """Each confusion matrix counts its predictions, pooled over repeats."""
    for evaluation in toy_results.evaluations:
        expected = np.zeros((3, 3), dtype=int)
        for row in evaluation.predicted:
            for true, predicted in zip(truth(toy_results, evaluation), row, strict=True):
                expected[true, predicted] += 1

        assert expected.tolist() == [list(row) for row in evaluation.confusion]


def test_errors_are_counted_by_sample(toy_results: Results) -> None:
    """The errors of the samples sum to the errors of the model."""
    for evaluation in toy_results.evaluations:
        assert evaluation.n_errors == sum(evaluation.n_wrong)


def test_right_and_wrong_are_all_predictions(toy_results: Results) -> None:
    """Every prediction is right or wrong, and the accuracy is the share of right ones."""
    for evaluation in toy_results.evaluations:
        assert evaluation.n_predictions == evaluation.n_correct + evaluation.n_errors
        assert evaluation.n_correct / evaluation.n_predictions == evaluation.accuracy


def test_an_interval_holds_its_accuracy(toy_results: Results) -> None:
    """The accuracy lies in its interval, and the interval between 0 and 1."""
    for evaluation in toy_results.evaluations:
        interval = evaluation.accuracy_interval
        assert 0 <= interval.low <= evaluation.accuracy <= interval.high <= 1


@pytest.mark.parametrize(
    ("key", "method"),
    [("given/svm", "Wilson"), ("cv/svm", "wider of corrected resampled t and Wilson")],
)
def test_the_interval_is_of_the_protocols_kind(toy_results: Results, key: str, method: str) -> None:
    """Single splits have Wilson's interval, resampling the one corrected for overlap."""
    actual = next(e for e in toy_results.evaluations if e.key == key)

    assert method == actual.accuracy_interval.method


def test_folds_that_agree_have_the_interval_of_the_samples(two_class_results: Results) -> None:
    """30 samples, all right in both repeats, have Wilson's interval of 30 of 30, not 60 of 60."""
    evaluation = next(e for e in two_class_results.evaluations if e.key == "cv/pca_logistic")

    assert 0 == evaluation.n_errors
    # Wilson's lower limit for n of n is n / (n + 1.96 squared).
    assert 30 / (30 + 1.959964**2) == pytest.approx(evaluation.accuracy_interval.low)


@pytest.mark.parametrize("key", ["given/svm", "given/logistic", "holdout/pca_logistic"])
def test_the_area_is_scikit_learns(toy_results: Results, key: str) -> None:
    """The area under the curve is the mean over classes of scikit-learn's, one against the rest."""
    evaluation = next(e for e in toy_results.evaluations if e.key == key)
    y = np.array(truth(toy_results, evaluation))
    scores = np.array(evaluation.scores)

    expected = np.mean([roc_auc_score(y == k, scores[:, k]) for k in range(3)])

    assert expected == pytest.approx(evaluation.roc_auc)


def test_curves_run_from_corner_to_corner(toy_results: Results) -> None:
    """Each ROC curve starts at 0, 0 and ends at 1, 1."""
    curves = [curve for e in toy_results.evaluations for curve in e.roc]

    actual = {
        (c.false_positive_rate[i], c.true_positive_rate[i], i) for c in curves for i in (0, -1)
    }

    assert {(0.0, 0.0, 0), (1.0, 1.0, -1)} == actual


def test_two_classes_have_one_curve_of_the_second_class(two_class_results: Results) -> None:
    """With two classes the second one is the positive one."""
    evaluation = next(e for e in two_class_results.evaluations if e.key == "given/svm")

    assert ["AML"] == [curve.label for curve in evaluation.roc]


def test_what_is_undefined_gives_its_reason(toy_results: Results) -> None:
    """A baseline that names one class has no precision for the others, and no MCC."""
    actual = next(e for e in toy_results.evaluations if e.key == "given/majority").undefined

    expected = {
        "precision of T-cell": "no sample was predicted T-cell",
        "precision of myeloid": "no sample was predicted myeloid",
        "MCC": "only one class occurs, or only one was predicted",
    }
    assert expected == actual


def test_a_test_part_of_one_class_has_no_area(logged: Config) -> None:
    """Where the test samples are of one class the area is None, not an error."""
    dataset = noise(20, 5, seed=0)
    of_a = np.flatnonzero(dataset.y == "a")[:3]
    partition = np.where(np.isin(np.arange(20), of_a), "test", "train")
    dataset = replace(dataset, partition=partition)

    (_, actual) = evaluate.evaluate(dataset, logged, (plan(dataset, logged, "given"),), silent)

    assert (None, ()) == (actual.roc_auc, actual.roc)


def test_progress_ends_with_all_folds(toy_dataset: Dataset, logged: Config) -> None:
    """The last call says that every fold is done."""
    calls: list[tuple[int, int]] = []
    plans = evaluate.make_plans(toy_dataset, logged)

    evaluate.evaluate(toy_dataset, logged, plans, lambda _, done, n: calls.append((done, n)))

    assert [(done, 7) for done in range(1, 8)] == calls


def test_noise_is_told_apart_no_better_than_by_chance(logged: Config) -> None:
    """Over 30 shuffles of labels the mean balanced accuracy of the SVM is 0.4 to 0.6."""
    shares = []
    for seed in range(30):
        dataset = noise(40, 300, seed=seed)
        plans = (plan(dataset, logged, "cv"),)
        _, svm = evaluate.evaluate(dataset, logged, plans, silent)
        shares.append(svm.balanced_accuracy)

    actual = np.mean(shares)

    assert 0.40 <= actual <= 0.60


@pytest.fixture
def learned(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Give the list in which every fitted preprocessing will stand."""
    chains: list[Any] = []
    make = evaluate.make_preprocessor

    def keep(section: Any) -> Any:
        chains.append(make(section))
        return chains[-1]

    monkeypatch.setattr(evaluate, "make_preprocessor", keep)
    return chains


def test_a_held_out_sample_teaches_the_preprocessing_nothing(
    toy_dataset: Dataset, toy_config: Config, learned: list[Any]
) -> None:
    """Whatever a held-out sample's values are, its fold keeps the same genes, means and spreads."""
    config = changed(toy_config, models=("majority",), n_repeats=1)
    plans = (plan(toy_dataset, config, "cv"),)
    evaluate.evaluate(toy_dataset, config, plans, silent)
    X = toy_dataset.X.copy()
    held_out = plans[0].folds[0].test
    X[held_out] = 16_000 - X[held_out]

    evaluate.evaluate(replace(toy_dataset, X=X), config, plans, silent)

    before, after = learned[0], learned[4]  # four folds in each run
    assert before["filter"].support_.tolist() == after["filter"].support_.tolist()
    assert before["standardise"].mean_.tolist() == after["standardise"].mean_.tolist()
    assert before["standardise"].scale_.tolist() == after["standardise"].scale_.tolist()


def test_held_out_samples_do_not_know_each_other(toy_dataset: Dataset, toy_config: Config) -> None:
    """Changing one test sample changes the scores of no other test sample, of any model."""
    plans = (plan(toy_dataset, toy_config, "given"),)
    before = evaluate.evaluate(toy_dataset, toy_config, plans, silent)
    X = toy_dataset.X.copy()
    X[toy_dataset.test[0]] = 5_000

    after = evaluate.evaluate(replace(toy_dataset, X=X), toy_config, plans, silent)

    for first, second in zip(before, after, strict=True):
        np.testing.assert_allclose(first.scores[1:], second.scores[1:], rtol=1e-9)


def test_the_order_of_samples_changes_no_given_result(
    toy_dataset: Dataset, toy_config: Config
) -> None:
    """Reordering the samples leaves every model's confusion on the given split as it was."""
    order = np.random.default_rng(3).permutation(30)
    shuffled = replace(
        toy_dataset,
        X=toy_dataset.X[order],
        y=toy_dataset.y[order],
        partition=toy_dataset.partition[order],
        sample_ids=tuple(toy_dataset.sample_ids[i] for i in order),
    )
    before = evaluate.evaluate(
        toy_dataset, toy_config, (plan(toy_dataset, toy_config, "given"),), silent
    )

    after = evaluate.evaluate(shuffled, toy_config, (plan(shuffled, toy_config, "given"),), silent)

    assert [e.confusion for e in before] == [e.confusion for e in after]


def test_the_names_of_classes_change_no_result(toy_dataset: Dataset, toy_config: Config) -> None:
    """Renaming the classes, in the same order, leaves every confusion as it was."""
    names = dict(zip(toy_dataset.classes, ("x [1]", "y {2}", 'z "3"'), strict=True))
    renamed = replace(toy_dataset, y=np.array([names[label] for label in toy_dataset.y]))
    config = changed(toy_config, models=("svm", "pca_logistic"), n_repeats=1)
    plans = evaluate.make_plans(toy_dataset, config)
    before = evaluate.evaluate(toy_dataset, config, plans, silent)

    after = evaluate.evaluate(renamed, config, plans, silent)

    assert [e.confusion for e in before] == [e.confusion for e in after]


def two(results: Results, first: Sequence[int], second: Sequence[int]) -> tuple[Evaluation, ...]:
    """Make two evaluations of the given split with these predictions."""
    template = next(e for e in results.evaluations if e.key == "given/logistic")
    return tuple(
        template.model_copy(
            update={"key": f"given/{model}", "model": model, "predicted": (tuple(predicted),)}
        )
        for model, predicted in (("logistic", first), ("svm", second))
    )


@pytest.fixture
def given_protocol(toy_results: Results) -> Protocol:
    """Give the record of the given split: six test samples, two of each class."""
    return next(p for p in toy_results.protocols if p.key == "given")


def test_a_comparison_counts_who_alone_was_right(
    toy_results: Results, toy_dataset: Dataset, given_protocol: Protocol
) -> None:
    """Only samples on which one model was right and the other wrong enter the test."""
    y = [0, 1, 2, 0, 1, 2]  # the test samples' classes, in order
    second = [1, 2, 0, 0, 1, 2]
    models = two(toy_results, y, second)

    actual = evaluate.compare(models, (given_protocol,), toy_dataset)

    expected = Comparison(
        key="given/logistic/svm",
        protocol="given",
        first="logistic",
        second="svm",
        n_only_first_right=3,
        n_only_second_right=0,
        n_changed=3,
        difference=models[0].accuracy - models[1].accuracy,
        test="exact McNemar test",
        p_value=0.25,  # 2 x (1 / 2) ** 3
        p_adjusted=0.25,  # one pair only
    )
    assert (expected,) == actual


def test_models_that_err_differently_on_the_same_sample_are_equally_right(
    toy_results: Results, toy_dataset: Dataset, given_protocol: Protocol
) -> None:
    """A change from one wrong class to another is a change, and no evidence."""
    models = two(toy_results, [1, 1, 2, 0, 1, 2], [2, 1, 2, 0, 1, 2])

    (actual,) = evaluate.compare(models, (given_protocol,), toy_dataset)

    assert (1, 0, 0, 1.0) == (
        actual.n_changed,
        actual.n_only_first_right,
        actual.n_only_second_right,
        actual.p_value,
    )


def test_only_single_splits_are_compared(toy_results: Results) -> None:
    """Pairs of models are compared on the given split and the hold-out, not under resampling."""
    pairs = [f"{a.key}/{b.key}" for a, b in combinations(toy_results.models, 2)]
    expected = [f"{protocol}/{pair}" for protocol in ("given", "holdout") for pair in pairs]

    actual = [comparison.key for comparison in toy_results.comparisons]

    assert expected == actual


def test_improvements_stand_beside_what_they_change(toy_results: Results) -> None:
    """Each recommended change carries the accuracies of both models."""
    accuracy = {e.key: e.accuracy for e in toy_results.evaluations}

    for change in toy_results.improvements:
        base, variant = (accuracy[f"{change.protocol}/{m}"] for m in (change.base, change.variant))
        assert (base, variant) == (change.base_accuracy, change.variant_accuracy)


def test_improvements_under_resampling_have_no_p_value(toy_results: Results) -> None:
    """A p-value of the exact test stands only where each sample is held out once."""
    actual = {change.protocol: change.p_value is None for change in toy_results.improvements}

    assert {"given": False, "cv": True, "holdout": False} == actual


@settings(max_examples=10)
@given(st.sets(st.sampled_from(["logistic", "svm", "pca_logistic"]), min_size=1))
def test_improvements_need_both_models(toy_results: Results, keys: set[str]) -> None:
    """A change whose two models did not both run is left out."""
    ran = tuple(e for e in toy_results.evaluations if e.protocol == "given" and e.model in keys)

    actual = {(change.base, change.variant) for change in evaluate.improvements(ran, ())}

    assert (
        {("logistic", "pca_logistic")} if {"logistic", "pca_logistic"} <= keys else set()
    ) == actual


def test_methods_describe_the_protocols_that_ran(toy_config: Config) -> None:
    """A protocol that was unavailable is not described."""
    protocols = tuple(p.protocol for p in evaluate.make_plans(noise(12, 3, seed=0), toy_config))

    actual = evaluate.method(protocols, toy_config)[1].text

    labels = [value.value for value in actual.values if value.name.startswith("label_")]
    assert ["Repeated cross-validation", "Random hold-out"] == labels


def test_methods_speak_of_components_only_where_they_were_used(toy_config: Config) -> None:
    """Without PCA among the models its number of components is not mentioned."""
    config = changed(toy_config, models=("majority", "svm"))

    actual = evaluate.method((), config)[0].text.template

    assert "components" not in actual
