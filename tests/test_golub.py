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
from scipy.stats import binomtest
from sklearn.metrics import roc_auc_score
from study_fixtures import changed, hand_made, silent, with_recipe

from pipeline import evaluate, max_t, ranking, sources
from pipeline.config import Config
from pipeline.dataset import Dataset
from pipeline.evaluate import Evaluated
from pipeline.preprocess import VariationFilter
from pipeline.protocols import Fold, Plan, inner_folds
from pipeline.readers import kaggle, tables
from pipeline.records.claims import Claim
from pipeline.resampling import permutation_tests
from pipeline.results import Results
from report.figures import strata as strata_figures
from report.tables import strata as strata_tables

Compute = Callable[[Config, Path], Results]


@pytest.fixture(scope="module")
def golub(golub_dir: Path, golub_config: Config) -> Dataset:
    """Read the full data."""
    located = sources.find(golub_config, data_dir=golub_dir)
    return kaggle.read(located.paths, unit=located.unit)


# What repeats, permutes and takes a general solver is left out: other tests look at it.
QUICK: dict[str, Any] = {
    "models": (
        "majority",
        "logistic",
        "svm",
        "logistic_balanced",
        "svm_balanced",
        "pca_logistic",
        "discriminant",
        "centroids",
        "voting",
        "neighbours",
    ),
    "n_repeats": 1,
    "n_permutations": 0,
    "n_permutations_slow": 0,
    "n_learning_repeats": 0,
    "n_leaky_permutations": 1,
    "variants": (),
}


@pytest.fixture(scope="module")
def golub_results(golub_dir: Path, golub_config: Config, compute: Compute) -> Results:
    """Run the shipped study, with one repeat of the cross-validation instead of ten."""
    return compute(changed(golub_config, **QUICK), golub_dir)


@pytest.fixture(scope="module")
def clipped(golub: Dataset) -> np.ndarray:
    """Give the values between floor and ceiling."""
    return np.clip(golub.X, 100, 16_000)


def on_given(
    dataset: Dataset, config: Config, model: str, recipe: str, **settings: Any
) -> Evaluated:
    """Evaluate a model on the independent samples, under some preprocessing."""
    alone = changed(with_recipe(config, recipe), models=(model,), primary_model=model, **settings)
    inner = inner_folds(dataset.y, dataset.train, alone.evaluate, None, seed=alone.seed)
    made = hand_made([dataset.test.tolist()], n=len(dataset.y))
    protocol = made.protocol.model_copy(
        update={"sample_ids": tuple(dataset.sample_ids[row] for row in dataset.test)}
    )
    plan = Plan(protocol, (Fold(0, dataset.train, dataset.test, inner),))
    return evaluate.evaluate(dataset, alone, (plan,), silent, n_jobs=1)


def wrong(
    dataset: Dataset, config: Config, model: str, recipe: str = "standard", **settings: Any
) -> set[str]:
    """Name the independent samples that a model misclassifies."""
    (evaluation,) = on_given(dataset, config, model, recipe, **settings).evaluations
    names = [dataset.sample_ids[row] for row in dataset.test]
    return {sample for sample, n in zip(names, evaluation.n_wrong, strict=True) if n}


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


def test_the_report_says_how_many_genes_were_kept(
    golub: Dataset, golub_results: Results, clipped: np.ndarray
) -> None:
    """Of the 3051 probes 20 are controls, so that the models of the given split saw 3031."""
    is_control = np.char.startswith(np.array(golub.gene_ids), "AFFX")
    train = clipped[golub.train]
    low, high = train.min(axis=0), train.max(axis=0)
    varies = (high > 5 * low) & (high - low > 500)

    assert (20, 3031) == ((varies & is_control).sum(), (varies & ~is_control).sum())
    assert 3031 == golub_results.preprocessing.n_genes_out


def test_controls_are_described_and_not_ranked(golub_results: Results) -> None:
    """58 of 7129 probes begin with AFFX: 7071 are ranked; the ledger counts both."""
    found = golub_results
    step = next(step for step in found.data.ledger if step.step == "Control probes left out")

    assert (7129, 7071) == (found.data.n_genes, found.genes.n_genes)
    assert (7129, 7071) == (step.n_genes_in, step.n_genes_out)
    assert not [gene for gene in found.genes.table.ids if gene.startswith("AFFX")]
    assert "PROBE-03" in {finding.code for finding in found.outcome("passed")}


def test_without_controls_the_headline_errs_on_the_same_patients(golub_results: Results) -> None:
    """The support vector machine gets 60 and 66 wrong, as with the controls."""
    actual = next(e for e in golub_results.evaluations if e.key == "given/svm")
    protocol = next(p for p in golub_results.protocols if p.key == "given")

    wrong = {s for s, n in zip(protocol.sample_ids, actual.n_wrong, strict=True) if n}
    assert {"60", "66"} == wrong


@pytest.mark.parametrize(("model", "n_most"), [("svm", 1), ("logistic", 2)])
def test_raw_values_leave_few_errors(
    golub: Dataset, golub_config: Config, model: str, n_most: int
) -> None:
    """On values as supplied the issue asks for 33 of 34 by the SVM, 32 by logistic regression."""
    actual = wrong(golub, golub_config, model, "raw")

    assert len(actual) <= n_most


@pytest.mark.parametrize(
    ("recipe", "model", "expected"),
    [
        ("standard", "logistic", {"54", "60", "66"}),
        ("standard", "svm", {"60", "66"}),
        ("standard", "svm_balanced", {"60", "66"}),
        ("arrays", "svm", {"66"}),
    ],
)
def test_known_recipes_err_on_known_samples(
    golub: Dataset, golub_config: Config, recipe: str, model: str, expected: set[str]
) -> None:
    """With Dudoit's preprocessing the misclassified patients are known."""
    actual = wrong(golub, golub_config, model, recipe)

    assert expected == actual


def test_without_a_filter_the_svm_errs_where_guyons_did(
    golub: Dataset, golub_config: Config
) -> None:
    """On logarithms of all probes the errors are those of Guyon et al. 2002, table 5."""
    actual = wrong(golub, golub_config, "svm", "all_genes", penalty_grid=(1.0,))

    assert {"54", "57", "60", "61", "66"} == actual


@pytest.mark.parametrize(("n_components", "n_errors"), [(2, 8), (3, 4), (10, 4)])
def test_components_first_leave_more_errors(
    golub: Dataset, golub_config: Config, n_components: int, n_errors: int
) -> None:
    """Logistic regression on 2, 3 and 10 components makes 8, 4 and 4 errors."""
    actual = wrong(golub, golub_config, "pca_logistic", component_grid=(n_components,))

    assert n_errors == len(actual)


@pytest.mark.parametrize("recipe", ["standard", "arrays", "all_genes"])
def test_two_components_are_too_few(golub: Dataset, golub_config: Config, recipe: str) -> None:
    """On logarithms two components leave seven errors or more, however they were prepared."""
    actual = wrong(golub, golub_config, "pca_logistic", recipe, component_grid=(2,))

    assert len(actual) >= 7


def test_votes_of_fifty_genes_are_those_of_the_paper(golub: Dataset, golub_config: Config) -> None:
    """Golub et al. 1999 call 29 of 34 at a strength of 0.3, all rightly; 66 and 67 are hard."""
    (actual,) = on_given(golub, golub_config, "voting", "standard").abstentions

    assert 28 <= actual.n_called <= 30
    assert wrong(golub, golub_config, "voting") <= {"66", "67"}


def test_no_permutation_does_as_well_as_the_labels(golub: Dataset, golub_config: Config) -> None:
    """Nested cross-validation of the SVM has the smallest p-value of 19 permutations."""
    config = changed(golub_config, models=("svm",), n_permutations=19)

    (actual,) = permutation_tests(golub, config, silent, n_jobs=1)

    assert (1 / 20, 72) == (actual.p_value, actual.n_predictions)


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


def test_no_gene_outside_the_filter_is_ranked(golub_results: Results) -> None:
    """Of 3051 genes that pass the filter 20 are controls; 607 are called different, 62 by max-T.

    With the controls multtest of R finds 608 and 62 (below).
    """
    genes = golub_results.genes

    assert (7071, 3031, 3031) == (genes.n_genes, genes.n_ranked, genes.n_tested)
    assert 608 == pytest.approx(genes.n_significant, abs=2)
    assert genes.max_t.n_low <= 62 <= genes.max_t.n_high
    assert not {"L49229_f_at", "M81933_at", "D49950_at"} & set(genes.heat_map.gene_ids)


def test_the_heat_map_has_25_genes_of_each_class(golub_results: Results) -> None:
    """As in figure 3B of the paper."""
    assert Counter({0: 25, 1: 25}) == Counter(golub_results.genes.heat_map.high_in)


def test_the_list_is_as_stable_as_others_found(golub_results: Results) -> None:
    """Over bootstraps lists of 10, 50 and 200 genes have a stability near 0.2, 0.4 and 0.5."""
    actual = {
        record.n_listed: record.stability
        for record in golub_results.genes.stability.lists
        if record.resampling == "bootstrap"
    }

    # Measured over the 3051 genes that vary, controls among them: 0.23, 0.39, 0.51.
    assert {10: 0.23, 50: 0.39, 200: 0.51} == pytest.approx(
        {n: actual[n] for n in (10, 50, 200)}, abs=0.03
    )


def test_folds_flatter_the_list(golub_results: Results) -> None:
    """Over the training parts of ten times ten folds the list of 50 seems stable: 0.73."""
    actual = golub_results.genes.stability.of("folds")

    assert actual is not None
    assert 0.73 == pytest.approx(actual.stability, abs=0.02)


@pytest.mark.parametrize(("key", "low", "high"), [("report", 25, 29), ("unlogged", 46, 48)])
def test_the_published_genes_are_found_again(
    golub_results: Results, key: str, low: int, high: int
) -> None:
    """Of the paper's 50 genes, 25 to 29 are among ours, and 46 to 48 without logarithms."""
    published = golub_results.genes.published

    assert published is not None
    (actual,) = (o for o in published.overlaps if o.key == key)
    assert (50, 50) == (actual.n_published, actual.n_present)
    assert low <= len(actual.shared) <= high


# multtest 2.54.0 of R: mt.maxT(X, y, test="t", B=100000) gives 62 genes up to 0.05 and, for the
# ten best, adjusted p-values from 0.00002 to 0.003; with 100,000 relabellings ours differ by at
# most 0.0033.
def test_max_t_finds_as_many_genes_as_r(golub: Dataset, clipped: np.ndarray) -> None:
    """Of the 3051 genes that vary 62 stay at a family-wise error rate of 5 %."""
    train = clipped[golub.train]
    X = np.log10(train[:, VariationFilter().fit(train).get_support()])

    actual = max_t.max_t(
        X,
        golub.y[golub.train],
        golub.classes,
        n_permutations=10_000,
        rng=np.random.default_rng(0),
    )

    assert 62 == pytest.approx((actual.p_values <= 0.05).sum(), abs=3)


@pytest.mark.parametrize(
    "code",
    [
        "GENES-01",
        "SIZE-02",
        "SIZE-04",
        "CLASS-02",
        "SPLIT-02",
        "CLAIM-04",
    ],
)
def test_known_caveats_are_raised(golub_results: Results, code: str) -> None:
    """34 samples, unequal classes and 7129 probes raise their findings."""
    assert code in {finding.code for finding in golub_results.raised}


@pytest.mark.parametrize("code", ["MODEL-02", "LABEL-02", "LEAK-01"])
def test_what_has_no_consequence_is_described(golub_results: Results, code: str) -> None:
    """What weights and a join by position would have done stands among what was looked at."""
    assert code in {finding.code for finding in golub_results.outcome("seen")}


def test_the_mistake_behind_the_published_figures_is_told(golub_results: Results) -> None:
    """Of 36 samples 35 carry another patient's label, 12 of them the wrong class."""
    told = next(f for f in golub_results.findings if f.code == "CLAIM-04")

    actual = {v.name: v.value for v in told.statement.values}

    assert (36, 35, 12) == tuple(actual[name] for name in ("n_samples", "n_other", "n_wrong"))


def test_patient_66_is_hard(golub_results: Results) -> None:
    """The patient whom nearly every published classifier got wrong most models here get wrong.

    SAMPLE-01 counts variants of one model as one vote, and names those wrong by four in five.
    """
    place = golub_results.protocol("given").sample_ids.index("66")
    models = golub_results.of_protocol("given", baseline=False)

    assert sum(e.n_wrong[place] for e in models) >= 0.75 * len(models)


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


@pytest.fixture(scope="module")
def published(golub_results: Results) -> Claim:
    """Give the claim that the project started from, put to the test."""
    return golub_results.claims[0]


def test_the_published_figures_are_of_eight_samples(published: Claim) -> None:
    """4 ALL and 1 AML right and 3 wrong, or multiples of them; of 36 samples it is 8."""
    actual, unit = published.arithmetic, published.arithmetic.unit

    assert (8, 16, 24, 32) == actual.sizes
    assert unit is not None
    assert (8, (4, 1), 3) == (unit.n_test, unit.n_right, unit.n_errors)
    assert unit == actual.implied


def test_the_published_accuracy_is_wide(published: Claim) -> None:
    """5 of 8 leave 0.31 to 0.86."""
    actual = published.figures[0].interval

    assert actual is not None
    assert (0.31, 0.86) == (round(actual.low, 2), round(actual.high, 2))


def test_joined_by_name_no_seed_gives_the_published_figures(published: Claim) -> None:
    """Over 200 seeds both models do far better."""
    for actual in published.rerun.distributions:
        assert (200, 0, False) == (actual.n_seeds, actual.n_within, actual.inside)
        assert min(actual.values) > 0.8


def test_the_defect_behind_the_published_figures_is_found(published: Claim) -> None:
    """Labels joined by position with the call columns in, and nothing else."""
    assert ("calls-in",) == published.reproduced_by
    assert [1, 0, 0, 0, 0] == [hypothesis.n_exact for hypothesis in published.hypotheses]


def test_the_defect_gives_others_labels(published: Claim) -> None:
    """Of 36 samples 35 carry the label of another patient, 12 of them the wrong class."""
    assert published.reproducing is not None
    actual = published.reproducing.best_trial

    assert actual is not None
    assert (36, 35, 12) == (actual.n_samples, actual.n_other, actual.n_wrong)


def test_the_defect_gives_the_published_figures(published: Claim) -> None:
    """Accuracy 0.625, F1 0.727 and 0.400, for both models."""
    actual = [[round(m.value or 0, 3) for m in run.measured] for run in published.reproduction]

    assert [[0.625, 0.727, 0.4]] * 2 == actual


def test_corrected_models_err_once_or_twice(published: Claim) -> None:
    """On the 34 independent patients."""
    actual = [(run.n_test, run.n_test - run.n_correct) for run in published.corrected.runs]

    assert {34} == {n_test for n_test, _ in actual}
    assert {n_errors for _, n_errors in actual} <= {1, 2}


# 200 seeds, 36 patients of whom 8 are held out. An independent script found labels at random at
# 10 % of 2000 draws, and at least one of the joins at 44 % of 200 seeds, for the SVM alone.
def test_how_often_the_published_figures_come_by_chance(published: Claim) -> None:
    """Right labels never give them; random ones and joins by position now and then."""
    actual = published.chance

    assert actual is not None
    assert (200, 36, 14) == (actual.n_seeds, actual.n_samples, actual.n_joins)
    assert actual.n_random / 200 == pytest.approx(0.10, abs=0.04)
    assert actual.n_any_join / 200 == pytest.approx(0.44, abs=0.04)
    assert 0 == published.rerun.n_fitting


# Patients of scikit-learn 1.9 on 38 x 7129 raw values, fitted apart from this program.
@pytest.mark.parametrize(("key", "wrong"), [("logistic", {"47", "59"}), ("svm", {"47"})])
def test_what_the_library_gives_for_the_corrected_figures(
    published: Claim, key: str, wrong: set[str]
) -> None:
    """Logistic regression stops short of its optimum, where it errs on 47 alone."""
    library = next(run for run in published.corrected.library if run.key == key)
    optimum = next(run for run in published.corrected.runs if run.key == key)

    assert wrong == set(library.wrong)
    assert {"47"} == set(optimum.wrong)


# Errors by source


def test_golubs_errors_are_on_sources_that_training_never_saw(golub_results: Results) -> None:
    """Every error of the headline is of CCG or St. Jude, counted here from the calls themselves."""
    record = golub_results.strata[0]
    primary = golub_results.primary
    ids = golub_results.protocol("given").sample_ids
    covariate = next(c for c in golub_results.audit.covariates.covariates if c.key == "source")
    source = dict(zip((s.id for s in golub_results.data.samples), covariate.values, strict=True))
    new = [i for i, sample in enumerate(ids) if source[sample] in ("CCG", "St-Jude")]
    old = [i for i in range(len(ids)) if i not in new]

    assert record.unseen is not None
    assert record.seen is not None
    assert (13, 21) == (record.unseen.n, record.seen.n)
    assert sum(primary.n_wrong[i] for i in new) == record.unseen.n_wrong
    assert sum(primary.n_wrong[i] for i in old) == record.seen.n_wrong
    ci = binomtest(13 - record.unseen.n_wrong, 13).proportion_ci(method="wilson")
    interval = record.unseen.interval
    assert (ci.low, ci.high) == pytest.approx((interval.low, interval.high))


def test_most_errors_of_all_models_are_on_new_sources(golub_results: Results) -> None:
    """Over all models nine of ten errors fall on 13 of 34 patients."""
    record = golub_results.strata[0]
    models = [m for m in record.models if m.key != "majority"]

    seen = sum(m.n_wrong_seen for m in models)
    unseen = sum(m.n_wrong_unseen for m in models)

    given = golub_results.of_protocol("given", baseline=False)
    assert sum(sum(e.n_wrong) for e in given) == seen + unseen
    assert unseen > 0.8 * (seen + unseen)


def test_counts_add_up(golub_results: Results) -> None:
    """Over values, over classes and over seen and unseen the same predictions are counted."""
    for record in golub_results.strata:
        total = sum(level.every.n for level in record.levels)
        sides = [s for s in (record.seen, record.unseen) if s]
        assert total == sum(s.n for s in sides)
        assert sum(level.every.n_wrong for level in record.levels) == sum(s.n_wrong for s in sides)
        for level in record.levels:
            assert level.every.n == sum(s.n for s in level.by_class if s)


def test_page_one_has_the_errors_by_source(golub_results: Results) -> None:
    """The first table is that of the sources, and a figure shows all models."""
    first = strata_tables.strata(golub_results)[0]

    assert "by-source" == first.key
    assert [*sorted({"CALGB", "CCG", "DFCI", "St-Jude"})] == [row[0] for row in first.rows[:4]]
    assert strata_figures.by_source(golub_results) is not None
