from dataclasses import replace

import numpy as np
import pytest
from study_fixtures import changed, labelled, noise, plan, silent, with_columns, with_recipe

from pipeline import evaluate
from pipeline.classifiers import models
from pipeline.config import Config
from pipeline.dataset import Dataset
from pipeline.errors import ConfigError, DataError
from pipeline.evaluate import Evaluated
from pipeline.protocols import make_plans
from pipeline.results import Results


@pytest.fixture(scope="module")
def logged(toy_config: Config) -> Config:
    """Give a quick configuration: one model, values that are logarithms already."""
    quick = changed(toy_config, models=("majority", "svm"), n_folds=5, n_repeats=1)
    return with_recipe(quick, "logged")


def run(dataset: Dataset, config: Config, *keys: str, n_jobs: int = 1) -> Evaluated:
    """Evaluate all models under these protocols, or all."""
    plans = tuple(p for p in make_plans(dataset, config) if not keys or p.protocol.key in keys)
    return evaluate.evaluate(dataset, config, plans, silent, n_jobs=n_jobs)


def test_every_model_is_evaluated_under_every_protocol(toy_results: Results) -> None:
    """There is one evaluation for each pair of available protocol and model, in that order."""
    expected = [
        f"{protocol.key}/{model.key}"
        for protocol in toy_results.protocols
        for model in toy_results.models
        if not protocol.unavailable
    ]

    actual = [evaluation.key for evaluation in toy_results.evaluations]

    assert expected == actual


def test_every_score_is_looked_at_where_it_applies(two_class_results: Results) -> None:
    """Thresholds, calibration and declined calls stand for the protocols that they need."""
    results = two_class_results

    assert {"given"} == {table.protocol for table in results.thresholds}
    assert {"given", "cv"} == {record.protocol for record in results.calibrations}
    assert ["given/voting", "loo/voting"] == [record.key for record in results.abstentions]


def test_variants_are_compared_under_the_protocols_of_all_samples(toy_results: Results) -> None:
    """Every model runs after each other preprocessing; some on the given and swapped sets only."""
    slow = {"logistic_l1", "elastic_net", "forest"}
    slow |= {"logistic", "logistic_balanced", "pca_logistic"}  # of more than two classes
    keys = [model.key for model in toy_results.models]

    assert ["standard", "arrays"] == [variant.key for variant in toy_results.variants]
    assert [
        f"arrays/{protocol.key}/{key}"
        for protocol in toy_results.ran
        if protocol.key in ("given", "swap", "cv", "loo")
        for key in keys
        if key not in slow or protocol.key in ("given", "swap")
    ] == [evaluation.key for evaluation in toy_results.variant_evaluations]


def test_a_variant_is_what_the_study_would_be_with_it(
    toy_dataset: Dataset, toy_config: Config
) -> None:
    """A variant's errors are those of the study whose recipe it is."""
    config = changed(toy_config, models=("svm", "centroids", "neighbours"))
    plans = (plan(toy_dataset, config, "cv"),)
    expected = run(toy_dataset, with_recipe(config, "arrays"), "cv").evaluations

    _, actual = evaluate.evaluate_variants(toy_dataset, config, plans, silent, n_jobs=1)

    assert [e.n_errors for e in expected] == [e.n_errors for e in actual]


@pytest.mark.parametrize(
    ("recipe", "expected"),
    [
        ("standard", {"standard": ("svm",), "unlogged": ("voting",)}),
        ("all_genes", {"all_genes": ("svm",), "unlogged": ("voting",)}),
        ("logged", {"logged": ("svm", "voting")}),
    ],
)
def test_weighted_voting_sees_values_without_logarithm(
    toy_config: Config, recipe: str, expected: dict[str, tuple[str, ...]]
) -> None:
    """Where the recipe takes logarithms voting is given the values before."""
    config = with_recipe(changed(toy_config, models=("svm", "voting")), recipe)

    assert expected == evaluate.model_recipes(config)


def test_voting_alone_needs_no_other_recipe(toy_config: Config) -> None:
    """No recipe stands without a model."""
    actual = evaluate.model_recipes(changed(toy_config, models=("voting",)))

    assert {"unlogged": ("voting",)} == actual


def test_progress_ends_with_all_folds(toy_dataset: Dataset, logged: Config) -> None:
    """Work is counted up to all that there is."""
    calls: list[tuple[int, int]] = []
    plans = make_plans(toy_dataset, logged)

    evaluate.evaluate(
        toy_dataset, logged, plans, lambda _, done, n: calls.append((done, n)), n_jobs=1
    )

    n = calls[-1][1]
    assert [(done, n) for done in range(1, n + 1)] == calls


@pytest.mark.parametrize("study", ["toy_dataset", "two_class_dataset"])
def test_processes_change_no_number(
    study: str, toy_config: Config, request: pytest.FixtureRequest
) -> None:
    """All records are the same in one process and in two, and when made again."""
    dataset = request.getfixturevalue(study)
    config = changed(toy_config, models=("svm", "logistic", "centroids", "voting", "forest"))

    first, again, two = (run(dataset, config, "given", "cv", n_jobs=n_jobs) for n_jobs in (1, 1, 2))

    assert first == again == two


def test_noise_is_told_apart_no_better_than_by_chance(logged: Config) -> None:
    """Over 30 shuffles of labels the mean balanced accuracy of the SVM is 0.4 to 0.6."""
    shares = []
    for seed in range(30):
        dataset = noise(40, 300, seed=seed)
        plans = (plan(dataset, logged, "cv"),)
        _, svm = evaluate.evaluate(dataset, logged, plans, silent, n_jobs=1).evaluations
        shares.append(svm.balanced_accuracy)

    actual = np.mean(shares)

    assert 0.40 <= actual <= 0.60


def test_a_class_in_one_group_alone_is_refused(toy_config: Config) -> None:
    """Where all of a class are of one group no split can hold it out and train on it."""
    dataset = with_columns(
        labelled(["a", "b", "c"] * 8),
        patient=["P0" if i % 3 == 2 else f"P{i + 1}" for i in range(24)],
    )
    config = changed(with_recipe(toy_config, "logged"), group_column="patient")

    with pytest.raises(ConfigError, match="all samples of class c have one patient"):
        run(dataset, config, "cv")


def test_the_order_of_samples_changes_no_leave_one_out(
    toy_dataset: Dataset, toy_config: Config
) -> None:
    """Without a choice by folds that a seed shuffles, reordering the samples changes nothing."""
    untuned = changed(
        toy_config,
        models=("logistic", "svm", "pca_logistic", "discriminant", "centroids", "neighbours"),
        penalty_grid=(1.0,),
        component_grid=(3,),
        gene_grid=(10,),
        neighbour_grid=(3,),
        n_thresholds=1,
    )
    order = np.random.default_rng(3).permutation(30)
    shuffled = replace(
        toy_dataset,
        X=toy_dataset.X[order],
        y=toy_dataset.y[order],
        partition=toy_dataset.partition[order],
        sample_ids=tuple(toy_dataset.sample_ids[i] for i in order),
    )
    before = run(toy_dataset, untuned, "given", "loo").evaluations

    after = run(shuffled, untuned, "given", "loo").evaluations

    assert [e.confusion for e in before] == [e.confusion for e in after]


def test_the_names_of_classes_change_no_result(toy_dataset: Dataset, toy_config: Config) -> None:
    """Renaming the classes, in the same order, leaves every confusion as it was."""
    names = dict(zip(toy_dataset.classes, ("x [1]", "y {2}", 'z "3"'), strict=True))
    renamed = replace(toy_dataset, y=np.array([names[label] for label in toy_dataset.y]))
    config = changed(toy_config, models=("svm", "centroids", "voting"), n_repeats=1)
    before = run(toy_dataset, config, "given", "cv").evaluations

    after = run(renamed, config, "given", "cv").evaluations

    assert [e.confusion for e in before] == [e.confusion for e in after]


def test_a_preprocessing_that_leaves_no_gene_names_the_protocol(toy_config: Config) -> None:
    """Noise around zero passes no variation filter; the message says where that was."""
    dataset = noise(20, 10, seed=0)
    config = changed(toy_config, models=("majority", "svm"))

    with pytest.raises(DataError, match=r"^Repeated cross-validation: variation filter"):
        run(dataset, config, "cv")


@pytest.mark.parametrize(("name", "expected"), [(None, 1), ("AML", 1), ("ALL", 0)])
def test_the_positive_class_is_the_named_or_the_last(
    two_class_dataset: Dataset, toy_config: Config, name: str | None, expected: int
) -> None:
    """Sensitivity speaks of the last class, where the study names no other."""
    config = changed(toy_config, positive_class=name)

    assert expected == evaluate.positive_class(two_class_dataset, config)


def test_an_unknown_positive_class_is_refused(
    two_class_dataset: Dataset, toy_config: Config
) -> None:
    """The message names the classes that there are."""
    config = changed(toy_config, positive_class="CLL")

    with pytest.raises(DataError, match="expected one of ALL, AML, found 'CLL'"):
        evaluate.positive_class(two_class_dataset, config)


def test_methods_speak_only_of_models_that_ran(toy_config: Config) -> None:
    """Without forest, voting and components among the models they are not mentioned."""
    config = changed(toy_config, models=("majority", "svm"))

    actual = evaluate.method(models(config), (), config)[0].text.template

    assert not {"trees", "voting", "penalty}"} & set(actual.split())
    assert "{tuned}" in actual


def test_methods_do_not_say_that_fixed_settings_were_tuned(toy_config: Config) -> None:
    """A grid of one value is no choice."""
    config = changed(toy_config, models=("majority", "svm"), penalty_grid=(1.0,))

    actual = evaluate.method(models(config), (), config)[0].text.template

    assert "Tuned" not in actual
