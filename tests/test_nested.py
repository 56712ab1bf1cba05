from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.metrics import hinge_loss, log_loss
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline
from sklearn.svm import SVC
from study_fixtures import changed, labelled, plan, with_columns, with_recipe
from threadpoolctl import threadpool_info

from pipeline import preprocess
from pipeline.classifiers import ENTRIES, grid, make_classifier
from pipeline.config import Config, ModelKey
from pipeline.dataset import Dataset
from pipeline.estimators.sparse import SparseLogisticRegression
from pipeline.estimators.voting import WeightedVoting
from pipeline.nested import Held, batches, in_processes, is_tuned, nested
from pipeline.paths import Prepared, plain_values
from pipeline.preprocess import FoldValues
from pipeline.protocols import Fold, make_plans

KEYS = list(ENTRIES)


def fast(key: ModelKey, dataset: Dataset, folds: Sequence[Fold], config: Config) -> list[Held]:
    """Evaluate a model as the program does."""
    y = np.searchsorted(dataset.classes, dataset.y)
    prepared = Prepared(FoldValues(dataset.X, config.preprocess), folds)
    return nested(
        key,
        prepared,
        y[None],
        config.evaluate,
        n_classes=len(dataset.classes),
        seed=config.seed,
    )


def converged(model: Any) -> Any:
    """Let the solvers of a plain classifier run to their optimum; our own do."""
    if isinstance(model, SparseLogisticRegression):
        return model
    names = [name for name in model.get_params() if name.split("__")[-1] == "tol"]
    return model.set_params(**{name: 1e-10 for name in names if not name.startswith("pca")})


def first_best(results: dict[str, Any]) -> int:
    """Give the first of the settings that are best but for what solvers leave."""
    means = results["mean_test_score"]
    return int(np.argmax(means >= means.max() - 1e-6))


def score(model: Any, X: NDArray[np.float64], y: NDArray[np.intp]) -> float:
    """Judge a fitted model by scikit-learn's loss for what it gives, the larger the better."""
    classes, last = model.classes_, model[-1]
    is_class = (y[:, None] == classes).astype(float)
    if isinstance(last, SVC):
        return -float(hinge_loss(y, model.decision_function(X), labels=classes))
    if isinstance(last, WeightedVoting):  # the share of the votes that are for a class
        votes = (model.decision_function(X).reshape(len(X), -1) + 1) / 2
        is_class = is_class if votes.shape[1] > 1 else is_class[:, 1:]
        return -float(((votes - is_class) ** 2).sum(axis=1).mean())
    shares = model.predict_proba(X)
    if isinstance(last, KNeighborsClassifier):
        squares = (shares - is_class) ** 2
        return -float((squares.sum(axis=1) if len(classes) > 2 else squares[:, 1]).mean())
    return -float(log_loss(y, shares, labels=classes))


def plain(key: ModelKey, dataset: Dataset, fold: Fold, config: Config) -> GridSearchCV:
    """Fit scikit-learn's grid search over the whole pipeline on one fold."""
    y = np.searchsorted(dataset.classes, dataset.y)
    settings = grid(key, config.evaluate, n_train=len(fold.train))
    models = [
        converged(
            make_classifier(
                key,
                config.evaluate,
                setting,
                n_train=min(len(train) for train, _ in fold.inner),
                n_genes=dataset.X.shape[1],
                seed=config.seed,
            )
        )
        for setting in settings
    ]
    at = {int(row): i for i, row in enumerate(fold.train)}
    inner = [tuple([at[int(row)] for row in part] for part in pair) for pair in fold.inner]
    steps = [*preprocess.make_preprocessor(config.preprocess).steps, ("model", models[0])]
    search = GridSearchCV(
        Pipeline(steps),
        {"model": models},
        cv=inner,
        refit=first_best,
        scoring=score,
        error_score="raise",
    )
    return search.fit(dataset.X[fold.train], y[fold.train])


@pytest.fixture(params=["two_class_dataset", "toy_dataset"])
def study(request: pytest.FixtureRequest) -> Dataset:
    """Give the toy study of two classes, then that of three, with sources."""
    dataset: Dataset = request.getfixturevalue(request.param)
    return with_columns(dataset, site=list("xyz") * 10)


# C from 0.01 on: below, every sample of these data is at its bound, and any intercept of a
# whole interval is an optimum.
GRIDS: dict[str, Any] = {
    "source_column": "site",
    "penalty_grid": (0.01, 1.0, 100.0),
    "component_grid": (2, 5, 10),
    "gene_grid": (2, 10, 20),
    "neighbour_grid": (1, 3, 5),
    "n_thresholds": 6,
}


def some(dataset: Dataset, config: Config) -> list[Fold]:
    """Give the first fold of every protocol."""
    return [p.folds[0] for p in make_plans(dataset, config) if p.folds]


def assert_equal_to_grid_search(
    key: ModelKey, dataset: Dataset, folds: Sequence[Fold], config: Config
) -> None:
    """Compare both ways in prediction, setting and decision values."""
    X = dataset.X
    for fold, held in zip(folds, fast(key, dataset, folds, config), strict=True):
        search = plain(key, dataset, fold, config)
        values = plain_values(search, X[fold.test])
        setting = grid(key, config.evaluate, n_train=len(fold.train))[search.best_index_]

        assert search.predict(X[fold.test]).tolist() == held.y_pred[0].tolist()
        assert setting == held.setting[0]
        scale = max(np.abs(values).max(), 1e-12)
        np.testing.assert_allclose(held.scores[0], values, rtol=0, atol=1e-4 * scale)


@pytest.mark.parametrize("key", KEYS)
def test_the_fast_way_is_scikit_learns_grid_search(
    study: Dataset, toy_config: Config, key: ModelKey
) -> None:
    """Under every protocol predictions, settings and scores are those of the plain pipeline."""
    config = changed(toy_config, **GRIDS)

    assert_equal_to_grid_search(key, study, some(study, config), config)


@pytest.mark.parametrize("recipe", ["arrays", "logged", "raw"])
@pytest.mark.parametrize("key", KEYS)
def test_so_it_is_after_every_preprocessing(
    study: Dataset, toy_config: Config, key: ModelKey, recipe: str
) -> None:
    """The same holds where arrays are standardised, and on logarithms scaled or as they are."""
    config = changed(with_recipe(toy_config, recipe), **GRIDS)
    if recipe != "arrays":
        study = replace(study, X=np.log10(np.maximum(study.X, 100)))
    if recipe == "raw":  # where genes vary by a tenth of what scaled ones do, the bounds end later
        config = changed(config, penalty_grid=(1.0, 10.0, 100.0))

    assert_equal_to_grid_search(key, study, plan(study, config, "cv").folds[:1], config)


@pytest.mark.parametrize("key", KEYS)
def test_so_it_is_where_genes_are_few_and_some_constant(
    study: Dataset, toy_config: Config, key: ModelKey
) -> None:
    """With fewer genes than samples, of which two do not vary, the plain estimators are fitted."""
    X = np.log10(np.maximum(study.X[:, :12], 100))
    X[:, [3, 7]] = 2.5
    few = replace(study, X=X)
    config = changed(with_recipe(toy_config, "logged"), **GRIDS)

    assert_equal_to_grid_search(key, few, plan(few, config, "cv").folds[:1], config)


# Not of shrunken centroids, for the median of all spreads, nor of the forest, which draws genes.
@pytest.mark.parametrize("key", [key for key in KEYS if key not in ("centroids", "forest")])
def test_constant_genes_change_nothing(study: Dataset, toy_config: Config, key: ModelKey) -> None:
    """Genes with one value in all samples change no score."""
    config = changed(with_recipe(toy_config, "logged"), **GRIDS)
    folds = plan(study, config, "cv").folds[:1]
    wider = replace(study, X=np.hstack([study.X, np.full((30, 5), 7.0)]))

    (expected,), (actual,) = fast(key, study, folds, config), fast(key, wider, folds, config)

    np.testing.assert_allclose(expected.scores, actual.scores, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("key", KEYS)
def test_a_held_out_sample_teaches_nothing(
    study: Dataset, toy_config: Config, key: ModelKey
) -> None:
    """Whatever a held-out sample's values and label are, settings and other scores stay."""
    config = changed(toy_config, **GRIDS)
    (fold,) = plan(study, config, "given").folds
    X, y = study.X.copy(), study.y.copy()
    X[fold.test[0]] = 16_000 - X[fold.test[0]]
    y[fold.test] = y[fold.test][::-1]
    changed_study = replace(study, X=X, y=y)

    (before,), (after,) = fast(key, study, [fold], config), fast(key, changed_study, [fold], config)

    assert before.setting.tolist() == after.setting.tolist()
    np.testing.assert_allclose(before.scores[:, 1:], after.scores[:, 1:], rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("key", KEYS)
def test_many_labels_are_as_one_after_the_other(
    study: Dataset, toy_config: Config, key: ModelKey
) -> None:
    """A stack of permuted labels gives what each vector gives alone."""
    folds = plan(study, toy_config, "cv").folds[:2]
    y = np.searchsorted(study.classes, study.y)
    labels = np.array([np.random.default_rng(seed).permutation(y) for seed in range(3)])
    prepared = Prepared(FoldValues(study.X, toy_config.preprocess), folds)

    def run(stack: NDArray[np.intp]) -> list[Held]:
        n_classes = len(study.classes)
        return nested(key, prepared, stack, toy_config.evaluate, n_classes=n_classes, seed=1)

    together = run(labels)

    for i, codes in enumerate(labels):
        for expected, actual in zip(run(codes[None]), together, strict=True):
            assert expected.y_pred[0].tolist() == actual.y_pred[i].tolist()
            assert expected.setting[0] == actual.setting[i]


UNCHOSEN = {"C": 1.0, "Delta": 0.0, "neighbours": 1.0, "genes": 10.0, "components": 2.0}
"""Settings of the grids below where nothing can be chosen: penalty_c, no shrinkage, and the
numbers that are nearest to 50 genes and 3 components."""


@pytest.mark.parametrize("key", [key for key in KEYS if ENTRIES[key].tuned])
def test_without_inner_folds_a_usual_setting_is_taken(toy_config: Config, key: ModelKey) -> None:
    """Where nothing can be chosen it is not the strongest penalty, which names one class."""
    dataset = labelled(["a", "b"] * 3, n_genes=20)
    config = changed(
        with_recipe(toy_config, "logged"),
        **{**GRIDS, "source_column": None, "gene_grid": (2, 10), "voting_grid": (2, 10)},
    )
    folds = plan(dataset, config, "cv").folds

    actual = {held.setting[0] for held in fast(key, dataset, folds, config)}

    assert {UNCHOSEN[str(ENTRIES[key].tuned)]} == actual


@pytest.mark.parametrize("key", [key for key in KEYS if ENTRIES[key].tuned])
def test_an_inner_fold_without_a_class_does_not_choose(
    study: Dataset, toy_config: Config, key: ModelKey
) -> None:
    """The setting is the one that the other inner folds choose; of them none, the usual one."""
    config = changed(toy_config, **GRIDS)
    (fold,) = plan(study, config, "given").folds
    first = fold.train[study.y[fold.train] == study.classes[0]]
    lacking = (np.setdiff1d(fold.train, first), first)
    more, only = replace(fold, inner=(lacking, *fold.inner)), replace(fold, inner=(lacking,))
    none = replace(fold, inner=())

    expected, usual = (fast(key, study, [one], config)[0].setting[0] for one in (fold, none))
    among, alone = (fast(key, study, [one], config)[0].setting[0] for one in (more, only))

    assert (expected, usual) == (among, alone)


def test_a_class_without_training_samples_is_never_predicted(
    study: Dataset, toy_config: Config
) -> None:
    """Every model bears a training part that lacks a class, in the fold and in inner folds."""
    config = changed(toy_config, **GRIDS)
    of_first = np.flatnonzero(study.y == study.classes[0])
    rest = np.flatnonzero(study.y != study.classes[0])
    inner = ((rest[4:], rest[:4]), (rest[:-4], rest[-4:]))
    fold = Fold(0, rest, of_first, inner)

    for key in KEYS:
        (held,) = fast(key, study, [fold], config)
        assert 0 not in held.y_pred, key
        assert np.isfinite(held.scores).all(), key


def test_an_inner_fold_may_lack_a_class(study: Dataset, toy_config: Config) -> None:
    """What is chosen may rest on inner folds in whose training part a class is missing."""
    (fold,) = plan(study, toy_config, "given").folds
    first = fold.train[study.y[fold.train] == study.classes[0]]
    others = np.setdiff1d(fold.train, first)
    uneven = replace(
        fold, inner=((others, first), (np.setdiff1d(fold.train, others[:4]), others[:4]))
    )

    for key in KEYS:
        (held,) = fast(key, study, [uneven], toy_config)
        assert np.isfinite(held.scores).all(), key


@pytest.mark.parametrize(("values", "expected"), [((1.0,), False), ((0.1, 1.0), True)])
def test_one_value_is_nothing_to_tune(
    toy_config: Config, values: tuple[float, ...], expected: bool
) -> None:
    """A model is tuned where its grid has two settings or more."""
    actual = is_tuned("svm", changed(toy_config, penalty_grid=values).evaluate)

    assert expected == actual


def test_a_model_without_inner_problems_is_the_same(study: Dataset, toy_config: Config) -> None:
    """With one setting inner folds are not fitted, and the outer fold is as before."""
    config = changed(toy_config, penalty_grid=(1.0,))
    folds = plan(study, config, "cv").folds[:2]
    bare = [replace(fold, inner=()) for fold in folds]

    expected, actual = fast("svm", study, bare, config), fast("svm", study, folds, config)

    for before, after in zip(expected, actual, strict=True):
        np.testing.assert_allclose(before.scores, after.scores, rtol=1e-9)


@given(
    st.lists(st.integers(0, 4), min_size=1, max_size=30), st.integers(1, 400), st.integers(1, 10**6)
)
def test_batches_keep_every_fold_in_order(n_inner: list[int], n_samples: int, n_genes: int) -> None:
    """No fold is lost, doubled or moved, whatever the size of the data."""
    rows = np.arange(2)
    folds = [Fold(i, rows, rows, ((rows, rows),) * n) for i, n in enumerate(n_inner)]

    parts = list(batches(folds, n_samples=n_samples, n_genes=n_genes))

    assert all(parts)
    assert list(range(len(folds))) == [fold.repeat for part in parts for fold in part]


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_tasks_give_their_results_in_order(n_jobs: int) -> None:
    """Whoever is ready first, results come in the order of the tasks."""
    tasks = [partial(int, i) for i in range(20)]

    assert list(range(20)) == list(in_processes(tasks, n_jobs=n_jobs))


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_processes_compute_on_one_thread(n_jobs: int) -> None:
    """Sums depend on the number of threads, which must not depend on that of processes."""
    pools = list(in_processes([threadpool_info] * 2, n_jobs=n_jobs))

    assert {1} == {pool["num_threads"] for process in pools for pool in process}


@pytest.mark.parametrize("key", KEYS)
def test_settings_are_chosen_on_a_part_and_fitted_to_all(
    two_class_dataset: Dataset, toy_config: Config, key: ModelKey
) -> None:
    """The part chooses as a study of its own; then all training samples are learned from."""
    dataset, config = two_class_dataset, toy_config
    (whole,) = plan(dataset, config, "given").folds
    rows = np.sort(np.concatenate([whole.train[::2], whole.train[1:2]]))
    within = {int(row): i for i, row in enumerate(rows)}
    inner = ((rows[::2], rows[1::2]), (rows[1::2], rows[::2]))
    fold = replace(whole, inner=inner)
    moved = tuple(tuple(np.array([within[int(r)] for r in part]) for part in p) for p in inner)
    part = replace(
        dataset,
        X=dataset.X[rows],
        y=dataset.y[rows],
    )
    every = np.arange(len(rows))

    (held,) = fast(key, dataset, [fold], config)
    (alone,) = fast(key, part, [Fold(0, every, every, moved)], config)

    settings = grid(key, config.evaluate, n_train=len(fold.train))
    small = grid(key, config.evaluate, n_train=len(rows))
    at = small.index(alone.setting[0])
    assert settings[at] == held.setting[0]
    values = FoldValues(dataset.X, config.preprocess)(fold.train)
    y = np.searchsorted(dataset.classes, dataset.y)
    model = converged(
        make_classifier(
            key,
            config.evaluate,
            settings[at],
            n_train=len(fold.train),
            n_genes=values.shape[1],
            seed=config.seed,
        )
    ).fit(values[fold.train], y[fold.train])
    assert model.predict(values[fold.test]).tolist() == held.y_pred[0].tolist()
