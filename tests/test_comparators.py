import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.svm import SVC
from study_fixtures import changed, labelled, plan, with_columns

from pipeline import comparators
from pipeline.comparators import best_gene, by_source, compare_simple
from pipeline.config import Config
from pipeline.dataset import Dataset
from pipeline.results import Results
from report.tables.simpler import simpler


def test_the_best_gene_is_the_one_with_fewest_training_errors() -> None:
    """The second gene splits the training samples; the third splits the held-out ones only."""
    Z = np.array([[0, 0, 5], [1, 1, 1], [0, 9, 5], [1, 8, 1], [3, 0, 0], [3, 9, 9]], dtype=float)
    y = np.array([0, 0, 1, 1, 1, 0])

    calls, gene = best_gene(Z, y, np.arange(4), n_classes=2)

    assert 1 == gene
    assert [0, 0, 1, 1, 0, 1] == calls.tolist()


def test_a_class_without_training_samples_is_never_called() -> None:
    """Of three classes the last is not among the training samples."""
    Z = np.array([[0.0], [9.0], [100.0]])

    calls, _ = best_gene(Z, np.array([0, 1, 2]), np.arange(2), n_classes=3)

    assert [0, 1, 1] == calls.tolist()


def test_a_source_is_called_its_own_majority() -> None:
    """A source has its training majority; unseen and unknown ones that of all training samples."""
    source = np.array(["a", "a", "a", "b", "b", "", "c", "a", ""])
    y = np.array([1, 1, 0, 0, 0, 0, 1, 1, 1])

    actual = by_source(source, y, np.arange(6))

    assert [1, 1, 1, 0, 0, 0, 0, 1, 0] == actual.tolist()


def by_solver(Z: NDArray[np.float64], y: NDArray[np.intp], fold: object, sets: object) -> list[int]:
    """Fit scikit-learn's machine on each set of genes."""
    train, test = fold.train, fold.test  # type: ignore[attr-defined]
    return [
        int(
            (
                SVC(kernel="linear", C=1.0, tol=1e-8)
                .fit(Z[np.ix_(train, genes)], y[train])
                .predict(Z[np.ix_(test, genes)])
                == y[test]
            ).sum()
        )
        for genes in sets  # type: ignore[attr-defined]
    ]


def test_sets_of_genes_are_judged_as_a_solver_on_the_genes_does(
    two_class_dataset: Dataset, two_class_config: Config
) -> None:
    """The products of samples give what libsvm gives on the values, set by set."""
    fold = plan(two_class_dataset, two_class_config, "given").folds[0]
    rng = np.random.default_rng(0)
    Z = rng.normal(size=(len(two_class_dataset.y), 60))
    y = np.searchsorted(two_class_dataset.classes, two_class_dataset.y)
    Z[:, :8] += y[:, None]
    sets = np.array([rng.choice(60, 7, replace=False) for _ in range(70)])

    actual = comparators._n_right(Z, y, fold, sets, 1.0, 2)

    assert by_solver(Z, y, fold, sets) == actual.tolist()
    assert len(set(actual.tolist())) > 2


def test_random_genes_of_noise_are_no_better_than_chance(two_class_config: Config) -> None:
    """Where nothing can be learned, sets of genes are right on about half of equal classes."""
    dataset = labelled(["a", "b"] * 30, n_genes=50, seed=3, n_test=20)
    config = changed(two_class_config)
    config = config.model_copy(
        update={"preprocess": config.preprocess.model_copy(update={"recipe": "logged"})}
    )
    given = plan(dataset, config, "given")

    class Headline:
        accuracy = 1.0

    record = compare_simple(dataset, config, given, Headline(), n_listed=10)  # type: ignore[arg-type]

    assert 0.5 == pytest.approx(record.random_genes.median, abs=0.16)
    assert record.random_genes.n_reaching < 25


def test_the_source_predicts_where_it_is_named(two_class_config: Config) -> None:
    """Where source and class are one, the source alone is always right; else it says why not."""
    dataset = labelled(["a", "b"] * 12, n_genes=20, n_test=8)
    named = with_columns(dataset, site=dataset.y.tolist())
    recipe = two_class_config.preprocess.model_copy(update={"recipe": "logged"})
    config = changed(two_class_config).model_copy(update={"preprocess": recipe})
    told = changed(config, source_column="site")

    class Headline:
        accuracy = 0.5

    def rules(data: Dataset, settings: Config) -> tuple[list[str], str | None]:
        found = compare_simple(
            data,
            settings,
            plan(data, settings, "given"),
            Headline(),
            n_listed=5,  # type: ignore[arg-type]
        )
        assert all(rule.accuracy == 1 for rule in found.rules if rule.key == "source")
        return [rule.key for rule in found.rules], found.no_source

    assert (["gene", "source"], None) == rules(named, told)
    assert ["gene"] == rules(dataset, config)[0]
    assert "evaluate.source_column" in str(rules(dataset, config)[1])


def test_the_table_has_a_row_for_each_rule(toy_results: Results) -> None:
    """The headline first, then random genes and one gene, and the majority last."""
    record = toy_results.comparators

    rows = simpler(toy_results).rows

    assert rows[0][0].endswith("(headline)")
    assert "Majority class" == rows[-1][0]
    assert f"{record.random_genes.n_reaching} of {record.random_genes.n_sets} sets" == rows[1][3]
    assert toy_results.primary.protocol == record.protocol
    assert sorted(record.random_genes.accuracies) == list(record.random_genes.accuracies)
