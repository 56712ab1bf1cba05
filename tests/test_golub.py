"""The data of Golub et al. 1999, against what others found in them.

Where no other source is named the expected value stands in the project's science notes
(science.md, sections 2c, 3 and 10), computed there by other programs.
"""

import csv
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from pipeline import evaluate, ranking, sources
from pipeline.config import Config
from pipeline.dataset import Dataset
from pipeline.preprocess import VariationFilter
from pipeline.readers import kaggle, tables
from pipeline.results import Results

Compute = Callable[[Config, Path], Results]


def silent(step: str, n_done: int, n: int) -> None:
    """Say nothing."""


@pytest.fixture(scope="module")
def golub(golub_dir: Path, golub_config: Config) -> Dataset:
    """Read the full data."""
    located = sources.find(golub_config, data_dir=golub_dir)
    return kaggle.read(located.paths, unit=located.unit)


@pytest.fixture(scope="module")
def golub_results(golub_dir: Path, golub_config: Config, compute: Compute) -> Results:
    """Run the shipped study, with one repeat of the cross-validation instead of ten."""
    section = golub_config.evaluate.model_copy(update={"n_repeats": 1})
    return compute(golub_config.model_copy(update={"evaluate": section}), golub_dir)


@pytest.fixture(scope="module")
def clipped(golub: Dataset) -> np.ndarray:
    """Give the values between floor and ceiling."""
    return np.clip(golub.X, 100, 16_000)


def wrong(
    dataset: Dataset, config: Config, model: str, n_components: int = 10, **preprocess: Any
) -> set[str]:
    """Name the independent samples that a model misclassifies under some preprocessing."""
    update = {"models": (model,), "primary_model": model, "n_components": n_components}
    changed = config.model_copy(
        update={
            "evaluate": config.evaluate.model_copy(update=update),
            "preprocess": config.preprocess.model_copy(update=preprocess),
        }
    )
    given = evaluate.make_plans(dataset, changed)[:1]
    (evaluation,) = evaluate.evaluate(dataset, changed, given, silent)
    samples = given[0].protocol.sample_ids
    return {sample for sample, n in zip(samples, evaluation.n_wrong, strict=True) if n}


def test_the_data_have_72_samples_and_7129_probes(golub_results: Results) -> None:
    """The counts are those of the paper."""
    data = golub_results.data

    assert (72, 7129, 38, 34) == (data.n_samples, data.n_genes, data.n_train, data.n_test)


def test_the_classes_are_those_of_the_paper(golub_results: Results) -> None:
    """47 ALL, of them 27 and 20, and 25 AML, of them 11 and 14."""
    actual = [(c.label, c.n_samples, c.n_train, c.n_test) for c in golub_results.data.classes]

    assert [("ALL", 47, 27, 20), ("AML", 25, 11, 14)] == actual


def test_the_files_are_the_published_ones(golub_results: Results) -> None:
    """All three files have the hashes of the study file."""
    actual = [file.published for file in golub_results.data.source.files]

    assert [True, True, True] == actual


def test_a_join_by_position_would_be_another(golub: Dataset) -> None:
    """The sample columns are not in the order of the label file."""
    assert golub.join.order_differs


@pytest.mark.parametrize(("sample", "expected"), [("66", "AML"), ("67", "ALL")])
def test_labels_of_known_samples(golub: Dataset, sample: str, expected: str) -> None:
    """Sample 66 is AML and 67 ALL, which a join by position would not find."""
    actual = golub.y[golub.sample_ids.index(sample)]

    assert expected == actual


@pytest.mark.parametrize(
    ("gene", "train", "test"),
    [("X95735_at", 1.000, 0.968), ("M27891_at", 0.993, 0.964), ("U05259_rna1_at", 0.116, 0.011)],
)
def test_known_genes_tell_the_classes_apart(
    golub: Dataset, gene: str, train: float, test: float
) -> None:
    """Zyxin, cystatin C and MB-1 have their areas; under a join by position they fall to 0.6."""
    values, is_aml = golub.X[:, golub.gene_ids.index(gene)], golub.y == "AML"

    actual = [roc_auc_score(is_aml[rows], values[rows]) for rows in (golub.train, golub.test)]

    assert [train, test] == [round(area, 3) for area in actual]


# 3051 and 3571: Dudoit, Fridlyand and Speed 2002, section 3.1.2, and R's multtest.
@pytest.mark.parametrize(("pooled", "expected"), [(False, 3051), (True, 3571)])
def test_the_filter_keeps_the_published_number_of_genes(
    golub: Dataset, clipped: np.ndarray, pooled: bool, expected: int
) -> None:
    """3051 genes pass on the 38 training samples, 3571 on all 72."""
    rows = np.arange(72) if pooled else golub.train

    actual = VariationFilter().fit(clipped[rows]).get_support().sum()

    assert expected == actual


@pytest.mark.parametrize(("pooled", "expected"), [(False, 3054), (True, 3574)])
def test_inequalities_that_are_not_strict_keep_three_genes_more(
    golub: Dataset, clipped: np.ndarray, pooled: bool, expected: int
) -> None:
    """With at least 5 and at least 500 the numbers would be 3054 and 3574: the data can tell."""
    X = clipped if pooled else clipped[golub.train]
    low, high = X.min(axis=0), X.max(axis=0)

    actual = ((high >= 5 * low) & (high - low >= 500)).sum()

    assert expected == actual


def test_the_report_says_how_many_genes_were_kept(golub_results: Results) -> None:
    """The models of the given split saw 3051 genes."""
    assert 3051 == golub_results.preprocessing.n_genes_out


@pytest.mark.parametrize(("model", "n_most"), [("svm", 1), ("logistic", 2)])
def test_raw_values_leave_few_errors(
    golub: Dataset, golub_config: Config, model: str, n_most: int
) -> None:
    """On values as supplied the issue asks for 33 of 34 by the SVM, 32 by logistic regression."""
    actual = wrong(golub, golub_config, model, recipe="raw")

    assert len(actual) <= n_most


@pytest.mark.parametrize(
    ("model", "expected"), [("logistic", {"54", "60", "66"}), ("svm", {"60", "66"})]
)
def test_the_default_recipe_errs_on_known_samples(
    golub: Dataset, golub_config: Config, model: str, expected: set[str]
) -> None:
    """With Dudoit's preprocessing the misclassified patients are known."""
    actual = wrong(golub, golub_config, model)

    assert expected == actual


def test_without_a_filter_the_svm_errs_where_guyons_did(
    golub: Dataset, golub_config: Config
) -> None:
    """On logarithms of all probes the errors are those of Guyon et al. 2002, table 5."""
    actual = wrong(golub, golub_config, "svm", min_fold=1.0, min_range=0.0)

    assert {"54", "57", "60", "61", "66"} == actual


@pytest.mark.parametrize(("n_components", "n_errors"), [(2, 8), (3, 4), (10, 4)])
def test_components_first_leave_more_errors(
    golub: Dataset, golub_config: Config, n_components: int, n_errors: int
) -> None:
    """Logistic regression on 2, 3 and 10 components makes 8, 4 and 4 errors."""
    actual = wrong(golub, golub_config, "pca_logistic", n_components)

    assert n_errors == len(actual)


def test_class_weights_change_no_prediction_of_the_svm(golub_results: Results) -> None:
    """The training samples can be separated, so that weights have nothing to trade."""
    changed = {i.key: i.n_changed for i in golub_results.improvements}

    assert 0 == changed["given/svm/svm_balanced"]


def test_the_baseline_is_right_on_twenty(golub_results: Results) -> None:
    """Always naming ALL is right for 20 of 34."""
    actual = next(e for e in golub_results.evaluations if e.key == "given/majority")

    assert 20 == actual.n_correct


@pytest.mark.parametrize("model", ["svm", "logistic"])
def test_the_area_under_the_curve_is_the_known_one(golub_results: Results, model: str) -> None:
    """Ranked by their scores the 34 have an area of 0.996, or one pair of samples less."""
    actual = next(e for e in golub_results.evaluations if e.key == f"given/{model}").roc_auc

    assert 0.996 == pytest.approx(actual, abs=1 / (20 * 14))


@pytest.mark.parametrize(("pooled", "n_q", "n_bonferroni"), [(False, 608, 74), (True, 981, 212)])
def test_significant_genes_among_those_that_vary(
    golub: Dataset, clipped: np.ndarray, pooled: bool, n_q: int, n_bonferroni: int
) -> None:
    """Of the 3051 genes 608 have a q-value up to 0.05 and 74 pass Bonferroni; of 3571, 981, 212."""
    rows = np.arange(72) if pooled else golub.train
    kept = VariationFilter().fit(clipped[rows]).get_support()
    X = np.log10(clipped[rows][:, kept])

    p_values, _ = ranking.class_test(X, golub.y[rows], golub.classes)

    n_small = (p_values < 0.05 / kept.sum()).sum()
    assert (n_q, n_bonferroni) == ((ranking.adjust(p_values) <= 0.05).sum(), n_small)


def test_zyxin_is_near_the_top_of_the_ranking(golub_results: Results) -> None:
    """X95735_at, the gene that tells the training samples apart alone, is among the first five."""
    assert "X95735_at" in golub_results.genes.table.ids[:5]


def test_the_heat_map_has_25_genes_of_each_class(golub_results: Results) -> None:
    """As in figure 3B of the paper."""
    assert Counter({0: 25, 1: 25}) == Counter(golub_results.genes.heat_map.high_in)


@pytest.mark.parametrize(
    "code", ["SIZE-01", "SIZE-02", "SIZE-04", "CLASS-01", "SPLIT-01", "SPLIT-02", "MODEL-02"]
)
def test_known_caveats_are_raised(golub_results: Results, code: str) -> None:
    """34 samples, unequal classes and 7129 probes raise their findings."""
    assert code in {finding.code for finding in golub_results.findings}


def test_patient_66_is_hard(golub_results: Results) -> None:
    """The patient whom nearly every published classifier got wrong is named."""
    hard = next(f for f in golub_results.findings if f.code == "SAMPLE-01")

    assert "66" in next(v.value for v in hard.statement.values if v.name == "names").split(", ")


@pytest.fixture
def embedded(golub_config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Locate the embedded copy: an empty folder, an empty cache, no network."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sources, "user_cache_path", lambda *_, **__: tmp_path / "cache")
    data = golub_config.data.model_copy(update={"folders": ()})
    return sources.find(golub_config.model_copy(update={"data": data}), offline=True)


def test_the_embedded_copy_has_38_samples_and_5000_probes(embedded: Any) -> None:
    """The copy is the 38 training patients, with the 5000 probes of Brunet et al. 2004."""
    dataset = tables.read(embedded.paths, unit=embedded.unit)

    assert (38, 5000) == dataset.X.shape
    assert (38, 0) == (len(dataset.train), len(dataset.test))


def test_the_embedded_copy_has_27_and_11_samples(embedded: Any) -> None:
    """27 ALL and 11 AML, as in the training set."""
    actual = Counter(tables.read(embedded.paths, unit=embedded.unit).y.tolist())

    assert Counter({"ALL": 27, "AML": 11}) == actual


def test_the_embedded_copy_knows_the_lineage(embedded: Any) -> None:
    """19 of the ALL are of B-cell and 8 of T-cell lineage."""
    with embedded.paths["samples"].open(encoding="utf-8", newline="") as file:
        actual = Counter((row["class"], row["lineage"]) for row in csv.DictReader(file))

    assert (19, 8, 11) == (actual["ALL", "B"], actual["ALL", "T"], actual.total() - 27)


def test_the_embedded_files_are_the_published_ones(embedded: Any) -> None:
    """Their hashes are those of the study file."""
    assert [True, True] == [file.published for file in embedded.source.files]


def test_the_embedded_values_are_of_the_full_data(embedded: Any, golub: Dataset) -> None:
    """Each probe holds the full data's values, raised to at least 20 and scaled by up to 1.5 %."""
    copy = tables.read(embedded.paths, unit=embedded.unit)
    columns = [golub.gene_ids.index(gene) for gene in copy.gene_ids]
    full = np.maximum(golub.X[np.ix_(golub.train, columns)], 20)

    # The samples have other names there: each probe's values are compared in their own order.
    np.testing.assert_allclose(np.sort(full, axis=0), np.sort(copy.X, axis=0), rtol=0.015, atol=1)
