import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.svm import SVC
from study_fixtures import changed, plan

from pipeline.config import Config
from pipeline.dataset import Dataset
from pipeline.results import Results
from pipeline.weights import from_decisions, gene_weights


def test_weights_are_those_that_a_solver_on_the_genes_finds(
    two_class_dataset: Dataset, two_class_config: Config
) -> None:
    """The coefficients of libsvm's linear machine on standardised logarithms, gene by gene."""
    config = changed(two_class_config, primary_model="svm", penalty_grid=(0.01,))
    train = two_class_dataset.train
    X = np.clip(two_class_dataset.X[train], 100, 16_000)
    kept = (X.max(axis=0) > 5 * X.min(axis=0)) & (X.max(axis=0) - X.min(axis=0) > 500)
    Z = np.log10(X[:, kept])
    Z = (Z - Z.mean(axis=0)) / Z.std(axis=0)
    solver = SVC(kernel="linear", C=0.01, tol=1e-10).fit(Z, two_class_dataset.y[train])

    actual = gene_weights(two_class_dataset, config, plan(two_class_dataset, config, "given"))

    assert actual.values is not None
    assert (~kept == np.isnan(actual.values)).all()
    np.testing.assert_allclose(solver.coef_[0], actual.values[kept], atol=1e-7)
    assert two_class_dataset.classes[1] == actual.record.label


@given(st.integers(3, 8), st.integers(2, 12), st.integers(0, 10_000))
def test_weights_are_found_from_decisions(n: int, p: int, seed: int) -> None:
    """Weights that are combinations of the samples come back from their decisions."""
    rng = np.random.default_rng(seed)
    Z = rng.normal(size=(n, p))
    centred = Z - Z.mean(axis=0)
    weights = centred.T @ rng.normal(size=n)

    actual = from_decisions(Z, Z @ weights + 3.0)

    np.testing.assert_allclose(weights, actual, atol=1e-6)


def test_models_that_are_no_sum_have_no_weights(
    two_class_dataset: Dataset, two_class_config: Config
) -> None:
    """Nearest neighbours have none, and it is said."""
    config = changed(two_class_config, primary_model="neighbours")

    actual = gene_weights(two_class_dataset, config, plan(two_class_dataset, config, "given"))

    assert actual.values is None
    assert "nearest neighbours is not a sum" in str(actual.record.not_run)


def test_more_than_two_classes_have_no_single_weight(toy_results: Results) -> None:
    """With three classes nothing is shown, and the reason stands in the record."""
    assert {None} == set(toy_results.genes.table.weight)
    assert "more than two classes" in str(toy_results.genes.weights.not_run)


def test_weights_stand_beside_their_gene(two_class_results: Results) -> None:
    """Each gene that is ranked has a weight, and a gene that is higher in a class speaks for it."""
    table, n = two_class_results.genes.table, two_class_results.genes.n_ranked

    assert None not in table.weight[:n]
    assert {None} >= set(table.weight[n:])
    best = zip(table.high_in[:5], table.weight[:5], strict=True)
    assert all((weight > 0) == (high == 1) for high, weight in best if weight is not None)


@pytest.mark.parametrize("model", ["logistic", "pca_logistic", "svm_balanced"])
def test_linear_models_have_weights(
    two_class_dataset: Dataset, two_class_config: Config, model: str
) -> None:
    """Every model with a squared penalty on all genes is such a sum."""
    config = changed(two_class_config, primary_model=model)

    actual = gene_weights(two_class_dataset, config, plan(two_class_dataset, config, "given"))

    assert actual.values is not None
    assert np.isfinite(actual.values).any()
