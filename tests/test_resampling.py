import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score
from study_fixtures import (
    changed,
    hand_made,
    labelled,
    noise,
    silent,
    with_columns,
    with_recipe,
)

from pipeline import findings, resampling
from pipeline.config import Config
from pipeline.dataset import Dataset
from pipeline.nested import nested
from pipeline.paths import Prepared
from pipeline.preprocess import FoldValues
from pipeline.protocols import Plan, make_plans, permutation_folds
from pipeline.resampling import leaky_twin, learning_curves, permutation_tests
from pipeline.results import Results


@pytest.fixture(scope="module")
def quick(toy_config: Config) -> Config:
    """Give a configuration of two quick models, on values that are logarithms already."""
    models = ("majority", "svm", "centroids", "forest")
    return changed(with_recipe(toy_config, "logged"), models=models)


def separable(n_samples: int = 24) -> Dataset:
    """Draw two classes that lie far apart in ten of forty genes."""
    dataset = labelled(["a", "b"] * (n_samples // 2))
    dataset.X[dataset.y == "b", :10] += 5
    return dataset


@pytest.mark.parametrize("model", ["svm", "centroids"])
def test_classes_far_apart_have_the_smallest_p_value(quick: Config, model: str) -> None:
    """No permutation does as well as the labels: 1 of 20 + 1."""
    tests = {test.key: test for test in permutation_tests(separable(), quick, silent, n_jobs=1)}

    actual = tests[model]

    assert (0, 20, 1 / 21, 1 / 21) == (
        actual.n_errors,
        actual.n_permutations,
        actual.p_value,
        actual.smallest_p,
    )


def test_p_values_of_noise_are_as_likely_as_they_say(quick: Config) -> None:
    """Over 60 draws of noise p is at most 0.2 in about a fifth, and its mean about a half."""
    config = changed(quick, models=("centroids",), n_permutations=19, n_inner_folds=2)
    p_values = []
    for seed in range(60):
        (test,) = permutation_tests(noise(16, 30, seed=seed), config, silent, n_jobs=1)
        p_values.append(test.p_value or 0)

    # Binomial, 60 draws of 0.2: 4 to 21 hold 99.7 %. Equal numbers of errors raise p.
    assert 4 <= sum(p <= 0.2 for p in p_values) <= 21
    assert 0.40 <= np.mean(p_values) <= 0.68


def test_the_labels_come_first(quick: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    """The observed errors are those of nested cross-validation on the labels as they are."""
    dataset = noise(20, 40, seed=0)
    folds = permutation_folds(dataset, quick)
    y = np.searchsorted(dataset.classes, dataset.y)
    prepared = Prepared(FoldValues(dataset.X, quick.preprocess), folds)
    held = nested("svm", prepared, y[None], quick.evaluate, n_classes=2, seed=quick.seed)
    expected = sum(
        int((outcome.y_pred[0] != y[fold.test]).sum())
        for fold, outcome in zip(folds, held, strict=True)
    )

    tests = {test.key: test for test in permutation_tests(dataset, quick, silent, n_jobs=1)}

    assert (expected, 20) == (tests["svm"].n_errors, tests["svm"].n_predictions)


def test_permutations_keep_the_classes_of_every_fold(
    toy_dataset: Dataset, toy_config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each outer fold keeps its number of samples of each class; the first row is the labels."""
    seen = []
    run = resampling.nested

    def spy(key, prepared, labels, *args, **options):  # type: ignore[no-untyped-def]
        seen.append((prepared.folds, labels))
        return run(key, prepared, labels, *args, **options)

    monkeypatch.setattr(resampling, "nested", spy)
    config = changed(toy_config, models=("centroids",), n_permutations=30)

    permutation_tests(toy_dataset, config, silent, n_jobs=1)

    y = np.searchsorted(toy_dataset.classes, toy_dataset.y)
    folds = seen[0][0]
    labels = np.concatenate([part for _, part in seen])
    assert (31, y.tolist()) == (len(labels), labels[0].tolist())
    assert len(np.unique(labels, axis=0)) > 25
    for fold in folds:
        expected = np.bincount(y[fold.test], minlength=3).tolist()
        for codes in labels:
            assert expected == np.bincount(codes[fold.test], minlength=3).tolist()


def test_the_baseline_is_not_tested(quick: Config) -> None:
    """It says the same whatever the labels are; the others stand in their order."""
    tests = permutation_tests(noise(20, 40, seed=0), quick, silent, n_jobs=1)

    assert ["svm", "centroids", "forest"] == [test.key for test in tests]


@pytest.mark.parametrize(
    ("settings", "n_genes", "key", "reason"),
    [
        (
            {},
            40,
            "forest",
            "fitted again for each permutation it would take longer than all else together",
        ),
        ({"n_permutations": 0}, 40, "svm", "no permutation was asked for"),
        ({"group_column": "pair"}, 40, "svm", "labels of samples in groups cannot be permuted"),
        (
            {},
            10,
            "svm",
            "with so many samples, or so few genes, permutations would take longer than all else",
        ),
    ],
)
def test_what_was_not_permuted_gives_its_reason(
    quick: Config, settings: dict[str, object], n_genes: int, key: str, reason: str
) -> None:
    """A test that was not run has no p-value, and says why."""
    dataset = noise(20, n_genes, seed=0)
    dataset = with_columns(dataset, pair=[str(i // 2) for i in range(20)])

    tests = permutation_tests(dataset, changed(quick, **settings), silent, n_jobs=1)

    (actual,) = [test for test in tests if test.key == key]
    assert (None, None, ()) == (actual.p_value, actual.smallest_p, actual.null)
    assert str(actual.not_run).startswith(reason)


def test_slower_models_are_permuted_less_often(quick: Config) -> None:
    """20 permutations of fast models; 10 of those that 60 samples make slower."""
    config = changed(quick, models=("svm", "pca_logistic"), component_grid=(2,))

    tests = permutation_tests(noise(60, 70, seed=0), config, silent, n_jobs=1)

    assert {"svm": 20, "pca_logistic": 10} == {test.key: test.n_permutations for test in tests}


def test_three_classes_leave_out_what_takes_a_general_solver(toy_results: Results) -> None:
    """Multinomial regression on permuted labels is not run, and the reason says why."""
    reasons = {test.key: test.not_run for test in toy_results.permutations}

    assert (
        "at this size one permutation takes an estimated 4 s, more than the 2 s of "
        "evaluate.repeat_max_s" == reasons["logistic"]
    )
    assert reasons["centroids"] is None


def test_more_samples_are_learned_from_more(quick: Config) -> None:
    """Sizes increase, repeats are as many as asked for, and the middle 95 % hold the mean."""
    curves = learning_curves(separable(40), quick, silent, n_jobs=1)

    assert ["svm", "centroids"] == [curve.key for curve in curves]
    for curve in curves:
        assert [8, 14, 20, 26, 32] == [point.n_train for point in curve.points]
        assert {4} == {point.n_repeats for point in curve.points}
        assert all(point.n_train + point.n_test == 40 for point in curve.points)
        assert all(point.low <= point.accuracy <= point.high for point in curve.points)
        assert curve.points[-1].accuracy == 1.0


def test_too_few_samples_have_no_learning_curve(quick: Config) -> None:
    """Where only one size has every class on both sides there is no curve."""
    assert () == learning_curves(noise(8, 10, seed=0), quick, silent, n_jobs=1)


def cross_validation(dataset: Dataset, config: Config) -> Plan:
    """Lay out one repeat of cross-validation, without the other protocols."""
    folds = permutation_folds(dataset, config)
    made = hand_made([fold.test.tolist() for fold in folds], design="repeated", key="cv")
    return Plan(made.protocol, folds)


def test_pure_noise_is_at_chance_and_a_leak_is_not(
    toy_config: Config, two_class_results: Results
) -> None:
    """Over 50 draws of 72 x 7129 noise nested cross-validation is at 0.5, the leak above 0.9.

    Each time the rule says what the leak would have given.
    """
    rule = next(rule for rule in findings.RULES if rule.code == "LEAK-01")
    config = with_recipe(toy_config, "raw")
    config = changed(config, n_folds=5, n_inner_folds=5, penalty_grid=(0.001, 0.01, 0.1, 1.0))
    config = changed(config, n_leaky_permutations=0, n_leaky_genes=50)
    honest, leaky, told = [], [], []
    for seed in range(50):
        rng = np.random.default_rng(seed)
        dataset = labelled(
            rng.permutation(["ALL"] * 47 + ["AML"] * 25).tolist(), n_genes=7129, seed=seed
        )
        made = cross_validation(dataset, config)
        y = np.searchsorted(dataset.classes, dataset.y)
        prepared = Prepared(FoldValues(dataset.X, config.preprocess), made.folds)
        held = nested("svm", prepared, y[None], config.evaluate, n_classes=2, seed=1)
        y_pred = np.empty(72, dtype=np.intp)
        for fold, outcome in zip(made.folds, held, strict=True):
            y_pred[fold.test] = outcome.y_pred[0]
        honest.append(balanced_accuracy_score(y, y_pred))
        twin = leaky_twin(dataset, config, (made,), n_jobs=1)
        leaky.append(twin.leaky_accuracy)
        found = two_class_results.model_copy(update={"leaky_twin": twin})
        told.append(findings.judge(rule, found, suppressed=None).severity)

    assert 0.45 <= np.mean(honest) <= 0.55
    assert np.mean(leaky) > 0.9
    assert ["seen"] * 50 == told


def test_honest_and_leaky_are_the_same_models(quick: Config) -> None:
    """Where all genes are chosen there is nothing to leak, on real and on permuted labels."""
    dataset = noise(24, 12, seed=3)

    actual = leaky_twin(
        dataset, changed(quick, n_leaky_genes=12), make_plans(dataset, quick), n_jobs=1
    )

    assert actual.honest_permuted == pytest.approx(actual.leaky_permuted, abs=0.1)
    assert 12 == actual.n_genes


def test_the_twins_say_how_they_were_compared(quick: Config) -> None:
    """Numbers of genes, folds, repeats and permutations are those that ran."""
    dataset = separable()

    actual = leaky_twin(dataset, quick, make_plans(dataset, quick), n_jobs=1)

    assert (10, 4, 2, 3, 3) == (
        actual.n_genes,
        actual.n_folds,
        actual.n_repeats,
        len(actual.honest_permuted),
        len(actual.leaky_permuted),
    )
    assert 0.5 == actual.majority_share
    assert (1.0, 1.0) == (actual.honest_accuracy, actual.honest_balanced_accuracy)


@pytest.mark.parametrize("dataset", [noise(20, 40, seed=1), labelled(list("abc") * 8)])
def test_jobs_change_no_number(quick: Config, dataset: Dataset) -> None:
    """Permutation tests and learning curves are the same with one job and with two."""
    one, two = (
        (
            permutation_tests(dataset, quick, silent, n_jobs=n_jobs),
            learning_curves(dataset, quick, silent, n_jobs=n_jobs),
        )
        for n_jobs in (1, 2)
    )

    assert one == two


def test_methods_speak_of_what_was_made(quick: Config) -> None:
    """Without permutations, curves and twin the paragraph says that none was made."""
    assert "None was made." == resampling.method((), (), None, quick).text.template


def test_methods_give_the_numbers_that_ran(two_class_results: Results, quick: Config) -> None:
    """Permutations of fast and slower models, repeats of the curve and genes of the twin."""
    results = two_class_results
    step = resampling.method(
        results.permutations, results.learning_curves, results.leaky_twin, quick
    )

    actual = {value.name: value.value for value in step.text.values}

    assert {"n_permutations": "20", "n_repeats": 4, "n_genes": 10, "most_s": 2.0} == actual


def test_permuted_labels_leave_every_class_to_train_on() -> None:
    """Where most permutations put a class into one fold others are drawn, as many as asked for."""
    y = np.repeat([0, 1], [9, 2])
    plan = hand_made([[0, 1, 2, 3, 4, 5], [6, 7, 8, 9, 10]], design="repeated", key="cv")

    drawn = resampling._shuffled(y, list(plan.folds), 50, np.random.default_rng(0))

    assert (50, 11) == drawn.shape
    for codes in drawn:
        assert [9, 2] == np.bincount(codes).tolist()
        assert all({0, 1} == set(codes[fold.train].tolist()) for fold in plan.folds)
