import numpy as np
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.svm import SVC
from study_fixtures import changed, plan, with_recipe

from pipeline import paths
from pipeline.classifiers import ENTRIES, grid
from pipeline.config import Config, ModelKey
from pipeline.dataset import Dataset
from pipeline.paths import Prepared, decision_values, plain_values, predictions
from pipeline.preprocess import FoldValues

KEYS = list(ENTRIES)


def prepared(dataset: Dataset, config: Config, *, n_genes: int = 40) -> Prepared:
    """Prepare the first two folds of cross-validation on the first genes."""
    values = FoldValues(dataset.X[:, :n_genes], config.preprocess)
    return Prepared(values, plan(dataset, config, "cv").folds[:2])


def codes(dataset: Dataset) -> np.ndarray:
    """Number the classes."""
    return np.searchsorted(dataset.classes, dataset.y)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([[-1.0], [0.0], [0.1]], [0, 0, 1]),
        ([[0.2, 0.5, 0.3], [0.4, 0.2, 0.4], [-1.0, -3.0, -0.5]], [1, 0, 2]),
    ],
)
def test_predictions_follow_the_values(values: list[list[float]], expected: list[int]) -> None:
    """Above 0 is class 1; of many classes the largest wins, of equal ones the first."""
    assert expected == predictions(np.array(values)).tolist()


def test_values_of_models_with_a_decision_function_are_that() -> None:
    """A support vector machine speaks by its decision function."""
    X = np.array([[0.0], [1.0], [2.0], [3.0]])
    model = SVC(kernel="linear", C=100).fit(X, [0, 0, 1, 1])

    # The widest margin lies midway between 1 and 2, and is 1 at the samples next to it.
    np.testing.assert_allclose([[-3], [-1], [1], [3]], plain_values(model, X), atol=1e-3)


def test_values_of_models_with_probabilities_are_those_less_a_half() -> None:
    """A share of 1 in 4 for class 1 is a quarter below the limit."""
    model = DummyClassifier(strategy="prior").fit(np.eye(4), [0, 0, 0, 1])

    assert [[-0.25]] * 4 == plain_values(model, np.eye(4)).tolist()


@pytest.mark.parametrize("key", KEYS)
def test_values_have_a_place_for_everything(
    toy_dataset: Dataset, two_class_dataset: Dataset, toy_config: Config, key: ModelKey
) -> None:
    """Problems, label vectors, settings, samples and columns stand in that order."""
    n_settings = len(grid(key, toy_config.evaluate, n_train=22))
    for dataset, n_columns in ((two_class_dataset, 1), (toy_dataset, 3)):
        problems = prepared(dataset, toy_config)
        labels = np.stack([codes(dataset), codes(dataset)[::-1]])

        actual = decision_values(
            key, problems, labels, toy_config.evaluate, n_classes=len(dataset.classes), seed=1
        )

        assert (8, 2, n_settings, 30, n_columns) == actual.values.shape
        assert (8, 2, n_settings) == actual.converged.shape


@pytest.mark.parametrize("key", KEYS)
def test_outer_problems_can_be_fitted_alone(
    toy_dataset: Dataset, toy_config: Config, key: ModelKey
) -> None:
    """Without the inner folds the values of the folds themselves are the same."""
    problems = prepared(toy_dataset, toy_config)
    labels = codes(toy_dataset)[None]
    every, outer = (
        decision_values(
            key,
            problems,
            labels,
            toy_config.evaluate,
            n_classes=3,
            seed=1,
            problems="outer" if only else "all",
        )
        for only in (False, True)
    )

    np.testing.assert_allclose(every.values[[0, 4]], outer.values, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize(("n_genes", "is_dual"), [(30, True), (29, False)])
def test_gram_matrices_need_as_many_genes_as_samples(
    toy_dataset: Dataset, toy_config: Config, n_genes: int, is_dual: bool
) -> None:
    """With 30 samples 30 genes are fitted by their products, 29 by themselves."""
    actual = prepared(toy_dataset, with_recipe(toy_config, "logged"), n_genes=n_genes).grams

    assert is_dual == (actual is not None)


def test_there_is_no_matrix_where_genes_are_few(toy_dataset: Dataset, toy_config: Config) -> None:
    """Asking for one says what was found."""
    problems = prepared(toy_dataset, with_recipe(toy_config, "logged"), n_genes=5)

    with pytest.raises(ValueError, match="expected problems with Gram matrices, found primal"):
        _ = problems.matrices


def test_values_too_large_to_keep_are_made_anew(
    toy_dataset: Dataset, toy_config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The values of a problem do not depend on whether they were kept."""
    expected = prepared(toy_dataset, toy_config).values_of(3)
    monkeypatch.setattr(paths, "MAX_CACHED_BYTES", 0)
    problems = prepared(toy_dataset, toy_config)

    actual = problems.values_of(3)

    assert actual is not problems.values_of(3)
    assert expected.tolist() == actual.tolist()


def test_a_fit_that_stopped_early_is_told(
    toy_dataset: Dataset, toy_config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether a fit converged is said of each fit, whichever way it was made."""
    monkeypatch.setattr(paths, "CONVERGED", 1e-13)
    config = changed(toy_config, penalty_grid=(1.0,))

    actual = decision_values(
        "logistic",
        prepared(toy_dataset, config),
        codes(toy_dataset)[None],
        config.evaluate,
        n_classes=3,
        seed=1,
    )

    assert not actual.converged.any()
