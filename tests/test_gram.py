"""The algebra on Gram matrices against plain scikit-learn, for `gram`, `dual`, `logistic`, `svm`.

The rival is always Pipeline(StandardScaler, estimator) on the genes, run to convergence;
decision values agree where they differ by less than 1e-4 of the largest.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import ortho_group
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression, Ridge, RidgeClassifier
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from pipeline import dual, gram, logistic, sources, svm
from pipeline.config import Config
from pipeline.readers import kaggle

GRID = (0.01, 1.0, 100.0)
SCALE_SHARE = 1e-4

seeds = st.integers(0, 2**32 - 1)


@dataclass(frozen=True)
class Study:
    """Samples, class indices and folds."""

    X: NDArray[np.float64]
    y: NDArray[np.intp]
    folds: tuple[tuple[NDArray[np.intp], NDArray[np.intp]], ...]

    @property
    def trains(self) -> list[NDArray[np.intp]]:
        """Training rows of each fold."""
        return [train for train, _ in self.folds]


def draw(n_classes: int = 2, *, seed: int = 0, n_genes: int = 300) -> Study:
    """Draw 36 samples with a weak signal; genes 0 to 4 are constant where they are trained on."""
    rng = np.random.default_rng(seed)
    y = rng.permutation(np.arange(36) % n_classes)
    X = rng.normal(5, 1, (36, n_genes)) * rng.uniform(0.1, 10, n_genes)
    X[:, 10:40] += 0.4 * X[:, 10:40].std(axis=0) * y[:, None]
    folds = tuple(StratifiedKFold(3, shuffle=True, random_state=0).split(X, y))
    X[np.ix_(folds[0][0], range(5))] = 4.204119982655925  # log10(16000), as in clipped data
    return Study(X, y, folds)


@pytest.fixture(scope="module")
def golub(golub_dir: Path, golub_config: Config) -> Study:
    """Read the full data as logarithms: the given split and two folds of all samples."""
    located = sources.find(golub_config, data_dir=golub_dir)
    dataset = kaggle.read(located.paths, unit=located.unit)
    X = np.log10(np.clip(dataset.X, 100, 16_000))
    y = np.searchsorted(dataset.classes, dataset.y)
    folds = list(StratifiedKFold(5, shuffle=True, random_state=0).split(X, y))[:2]
    return Study(X, y, ((dataset.train, dataset.test), *folds))


def converged(C: float, **settings: Any) -> LogisticRegression:
    """Logistic regression of scikit-learn, run to its optimum."""
    return LogisticRegression(C=C, tol=1e-12, max_iter=200_000, **settings)


def exact_svc(C: float, **settings: Any) -> SVC:
    """Linear SVM of scikit-learn, run to its optimum."""
    return SVC(kernel="linear", C=C, tol=1e-10, **settings)


def on_genes(study: Study, *steps: Any, fold: int = 0) -> Pipeline:
    """Fit a plain pipeline on the genes of a fold's training rows."""
    train = study.trains[fold]
    return make_pipeline(StandardScaler(), *steps).fit(study.X[train], study.y[train])


def difference(expected: NDArray[np.float64], actual: NDArray[np.float64]) -> float:
    """Largest difference of decision values, as a share of the largest value."""
    return float(np.abs(expected - actual).max() / np.abs(expected).max())


def logistic_values(
    study: Study, grid: Sequence[float] = GRID, *, balanced: bool = False
) -> NDArray[np.float64]:
    """Decision values of logistic regression by the fast path."""
    K = gram.fold_grams(study.X, study.trains)
    weights = dual.training_weights(study.y, study.trains, balanced=balanced)
    return dual.decisions(K, logistic.logistic_path(K, study.y, weights, grid))


def svm_values(
    study: Study, grid: Sequence[float] = GRID, *, balanced: bool = False
) -> NDArray[np.float64]:
    """Decision values of the linear SVM by the fast path."""
    K = gram.fold_grams(study.X, study.trains)
    weights = dual.training_weights(study.y, study.trains, balanced=balanced)
    return svm.svm_path(K, study.y, weights, grid)


FAST_AND_PLAIN = [
    pytest.param(logistic_values, converged, id="logistic"),
    pytest.param(svm_values, exact_svc, id="svm"),
]


def subset(study: Study, n_genes: int) -> Study:
    """Keep the genes that vary most."""
    kept = np.argsort(study.X.var(axis=0))[::-1][:n_genes]
    return Study(study.X[:, kept], study.y, study.folds)


@pytest.mark.parametrize(
    ("n_samples", "n_features", "expected"),
    [(72, 7129, True), (72, 50, False), (3000, 60_000, True), (3001, 60_000, False)],
)
def test_the_n_space_is_for_few_samples_and_many_genes(
    n_samples: int, n_features: int, expected: bool
) -> None:
    """The rule is n <= p and n <= 3000."""
    assert expected == gram.use_dual(n_samples, n_features)


@pytest.mark.parametrize("fold", [0, 1, 2])
def test_scale_is_that_of_the_standard_scaler(fold: int) -> None:
    """Standard deviations have divisor n, and constant genes scale 1."""
    study = draw()
    expected = StandardScaler().fit(study.X[study.trains[fold]]).scale_

    np.testing.assert_allclose(
        expected, gram.training_scale(study.X, study.trains)[fold], rtol=1e-9
    )


def test_a_gene_that_varies_by_rounding_only_has_scale_1() -> None:
    """What differs in the last digit is constant, as it is to the standard scaler."""
    X = np.array([[0.1 + 0.2, 1], [0.3, 2], [0.3, 4], [0.1 + 0.2, 3]])

    assert 1 == gram.training_scale(X, [np.arange(4)])[0, 0]


def test_a_gene_that_varies_little_around_a_large_value_is_scaled() -> None:
    """A variance of 1e-13 of the square of the mean is found in spite of one outlier."""
    X = np.array([[1e6], [1e6 + 0.5], [1e6 + 1], [0.0]])

    actual = gram.training_scale(X, [np.arange(3)])

    np.testing.assert_allclose([[np.sqrt(1 / 6)]], actual, rtol=1e-9)


@pytest.mark.parametrize("fold", [0, 1])
def test_gram_holds_the_products_of_scaled_samples(fold: int) -> None:
    """All products, held-out rows with held-out rows too, are those of the scaled genes."""
    study = draw()
    Z = StandardScaler().fit(study.X[study.trains[fold]]).transform(study.X)

    actual = gram.fold_grams(study.X, study.trains)[fold]

    np.testing.assert_allclose(Z @ Z.T, actual, atol=1e-9 * np.abs(Z @ Z.T).max())


@pytest.mark.parametrize("n_samples", [6, 7, 8, 9])
@pytest.mark.parametrize("n_genes", [5, 479, 480, 481, 1447])
def test_gram_does_not_mind_how_its_tiles_are_filled(n_samples: int, n_genes: int) -> None:
    """Whatever is left over of samples by four and of genes by cachefuls is multiplied too."""
    X = np.random.default_rng(n_genes).normal(size=(n_samples, n_genes))
    train = np.arange(n_samples - 2)
    Z = StandardScaler().fit(X[train]).transform(X)

    actual = gram.fold_grams(X, [train, train])

    np.testing.assert_allclose([Z @ Z.T] * 2, actual, atol=1e-12 * np.abs(Z @ Z.T).max())


def test_gram_without_standardising_is_only_centred() -> None:
    """The products are those of the genes about the training mean."""
    study = draw()
    Z = study.X - study.X[study.trains[1]].mean(axis=0)

    actual = gram.fold_grams(study.X, study.trains, standardise=False)[1]

    np.testing.assert_allclose(Z @ Z.T, actual, atol=1e-9 * np.abs(actual).max())


def test_gram_on_a_choice_of_genes_forgets_the_others() -> None:
    """Each fold has its own genes."""
    study = draw()
    genes = np.zeros((3, study.X.shape[1]), dtype=bool)
    genes[1, 20:60] = True
    genes[[0, 2], :10] = True
    expected = gram.fold_grams(study.X[:, 20:60], study.trains)[1]

    actual = gram.fold_grams(study.X, study.trains, genes=genes)[1]

    np.testing.assert_allclose(expected, actual, atol=1e-9)


def test_principal_scores_are_those_of_pca() -> None:
    """Held-out rows have their scores as well; each component may have the other sign."""
    study = draw()
    expected = on_genes(study, PCA(10, svd_solver="full"), fold=1).transform(study.X)

    K = gram.fold_grams(study.X, study.trains)[1]
    actual = gram.principal_scores(K, study.trains[1])[:, :10]

    np.testing.assert_allclose(np.abs(expected), np.abs(actual), atol=1e-8)


def test_there_are_as_many_components_as_dimensions() -> None:
    """24 centred training rows span 23 dimensions."""
    study = draw()

    K = gram.fold_grams(study.X, study.trains)[1]

    assert (36, 23) == gram.principal_scores(K, study.trains[1]).shape


@pytest.mark.parametrize(("fast", "plain"), FAST_AND_PLAIN)
@pytest.mark.parametrize("balanced", [False, True])
@pytest.mark.parametrize("fold", [0, 1, 2])
def test_decisions_are_those_of_the_pipeline(
    fast: Any, plain: Any, balanced: bool, fold: int
) -> None:
    """On random data, fold 0 with constant genes, with and without class weights."""
    study = draw(n_genes=120)
    study = Study(study.X, study.y | (np.arange(36) % 4 == 0), study.folds)  # unequal classes
    actual = fast(study, balanced=balanced)[:, fold]

    for C, values in zip(GRID, actual, strict=True):
        weight = "balanced" if balanced else None
        expected = on_genes(study, plain(C, class_weight=weight), fold=fold)
        assert difference(expected.decision_function(study.X), values) < SCALE_SHARE


@pytest.mark.parametrize(("fast", "plain"), FAST_AND_PLAIN)
@pytest.mark.parametrize("n_genes", [50, 7129])
@pytest.mark.parametrize("fold", [0, 1, 2])
@pytest.mark.parametrize(("i", "C"), list(enumerate(GRID)))
def test_decisions_on_golub_are_those_of_the_pipeline(
    golub: Study, fast: Any, plain: Any, n_genes: int, fold: int, i: int, C: float
) -> None:
    """On the real data: the given split and two folds, 50 genes and all."""
    study = subset(golub, n_genes)
    test = study.folds[fold][1]
    expected = on_genes(study, plain(C), fold=fold).decision_function(study.X[test])

    actual = fast(study)[i, fold, test]

    assert difference(expected, actual) < SCALE_SHARE
    assert (expected > 0).tolist() == (actual > 0).tolist()


@pytest.mark.parametrize("balanced", [False, True])
@pytest.mark.parametrize(("i", "C"), list(enumerate(GRID)))
def test_three_classes_are_those_of_the_pipeline(balanced: bool, i: int, C: float) -> None:
    """Multinomial regression on principal scores is the one on the genes."""
    study = draw(3)
    weight = "balanced" if balanced else None
    expected = on_genes(study, converged(C, class_weight=weight)).decision_function(study.X)
    K = gram.fold_grams(study.X, study.trains)[0]
    weights = dual.training_weights(study.y, study.trains, balanced=balanced)[0]

    actual = logistic.multinomial_path(K, study.y, weights, GRID)[0][i]

    assert difference(expected, actual) < SCALE_SHARE
    assert expected.argmax(axis=1).tolist() == actual.argmax(axis=1).tolist()


def test_two_classes_by_both_ways_are_the_same() -> None:
    """Newton's method in the n-space agrees with scikit-learn's on principal scores."""
    study = draw()
    K = gram.fold_grams(study.X, study.trains)[1]
    weights = dual.training_weights(study.y, study.trains)[1]
    expected, _ = logistic.multinomial_path(K, study.y, weights, GRID)

    assert difference(expected, logistic_values(study)[:, 1]) < SCALE_SHARE


@pytest.mark.parametrize(("i", "C"), list(enumerate(GRID)))
def test_three_classes_of_the_svm_are_those_of_the_pipeline(i: int, C: float) -> None:
    """Decision values and predictions are scikit-learn's."""
    study = draw(3)
    expected = on_genes(study, exact_svc(C, class_weight="balanced"))
    K = gram.fold_grams(study.X, study.trains)[0]
    weights = dual.training_weights(study.y, study.trains, balanced=True)[0]

    values = svm.libsvm_path(K, study.y, weights, GRID, tol=1e-10)

    assert difference(expected.decision_function(study.X), values[i]) < SCALE_SHARE
    assert expected.predict(study.X).tolist() == values[i].argmax(axis=1).tolist()


def test_svm_on_equal_samples_is_that_of_the_pipeline() -> None:
    """Two equal samples make the system of free coefficients singular."""
    study = draw(n_genes=120)
    train = study.trains[1]
    study.X[train[1]] = study.X[train[0]]
    study.y[train[1]] = study.y[train[0]]
    expected = on_genes(study, exact_svc(1), fold=1).decision_function(study.X)

    assert difference(expected, svm_values(study, (1.0,))[0, 1]) < SCALE_SHARE


def test_svm_of_classes_that_overlap_is_that_of_the_pipeline() -> None:
    """With fewer genes than samples nothing separates the classes."""
    study = subset(draw(), 5)
    expected = on_genes(study, exact_svc(1), fold=1).decision_function(study.X)

    assert difference(expected, svm_values(study, (1.0,))[0, 1]) < SCALE_SHARE


@pytest.mark.parametrize(("i", "k"), list(enumerate((2, 3, 5, 10, 20))))
@pytest.mark.parametrize("fold", [0, 1])
def test_regression_on_components_is_that_of_the_pipeline(i: int, k: int, fold: int) -> None:
    """All numbers of components at once give what PCA gives for each."""
    study = draw()
    steps = PCA(k, svd_solver="full"), converged(1)
    expected = on_genes(study, *steps, fold=fold).decision_function(study.X)
    K = gram.fold_grams(study.X, study.trains)[fold]
    grams = gram.component_grams(K, study.trains[fold], (2, 3, 5, 10, 20))
    weights = np.repeat(dual.training_weights(study.y, [study.trains[fold]]), 5, axis=0)

    fits = logistic.logistic_path(grams, study.y, weights, (1.0,))

    assert difference(expected, dual.decisions(grams, fits)[0, i]) < SCALE_SHARE


@pytest.mark.parametrize("penalty", [0.1, 1, 1000])
@pytest.mark.parametrize("balanced", [False, True])
def test_ridge_is_that_of_the_pipeline(penalty: float, balanced: bool) -> None:
    """The operator on targets -1 and 1 gives the classifier's decision values."""
    study = draw()
    model = RidgeClassifier(penalty, class_weight="balanced" if balanced else None)
    expected = on_genes(study, model).decision_function(study.X)
    K = gram.fold_grams(study.X, study.trains)
    weights = dual.training_weights(study.y, study.trains, balanced=balanced)

    actual = dual.ridge_operator(K, weights, penalty)[0] @ (2.0 * study.y - 1)

    np.testing.assert_allclose(expected, actual, rtol=1e-8, atol=1e-8)


def test_ridge_of_three_classes_is_that_of_the_pipeline() -> None:
    """With a column of targets for each class."""
    study = draw(3)
    expected = on_genes(study, RidgeClassifier(10)).decision_function(study.X)
    K = gram.fold_grams(study.X, study.trains)
    targets = 2.0 * (study.y[:, None] == range(3)) - 1

    operator = dual.ridge_operator(K, dual.training_weights(study.y, study.trains), 10)[0]

    np.testing.assert_allclose(expected, operator @ targets, rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("penalty", [0.1, 10, 1000])
def test_leave_one_out_equals_the_refits(penalty: float) -> None:
    """The closed form predicts each sample as 36 fits without it do."""
    study = draw()
    targets = 2.0 * study.y - 1
    everyone = [np.arange(36)]
    expected = [
        Ridge(penalty).fit(np.delete(study.X, i, 0), np.delete(targets, i)).predict([row])[0]
        for i, row in enumerate(study.X)
    ]

    K = gram.fold_grams(study.X, everyone, standardise=False)
    weights = dual.training_weights(study.y, everyone)
    actual = dual.leave_one_out_operator(K, weights, penalty)[0] @ targets

    np.testing.assert_allclose(expected, actual, rtol=1e-7, atol=1e-7)


def test_leave_one_out_predicts_held_out_samples_by_the_whole_fit() -> None:
    """Their rows are those of the plain operator."""
    study = draw()
    test = study.folds[1][1]
    K = gram.fold_grams(study.X, study.trains)
    weights = dual.training_weights(study.y, study.trains)
    expected = dual.ridge_operator(K, weights, 10)[1, test]

    actual = dual.leave_one_out_operator(K, weights, 10)[1, test]

    assert expected.tolist() == actual.tolist()


@pytest.mark.parametrize("balanced", [False, True])
@pytest.mark.parametrize("C", [1e-4, 0.01, 1, 100, 1e4])
def test_newton_ends_at_the_optimum(balanced: bool, C: float) -> None:
    """The residual is below the tolerance from a cold start, on raw scales of genes too."""
    study = draw(seed=3)
    K = gram.fold_grams(study.X, study.trains, standardise=False)
    weights = dual.training_weights(study.y, study.trains, balanced=balanced)

    residuals = logistic.logistic_path(K, study.y, weights, (C,)).residuals

    assert residuals.max() <= logistic.TOLERANCE


def test_newton_ends_at_the_optimum_on_golub(golub: Study) -> None:
    """Along the grid from 0.001 to 1000 every residual is below the tolerance."""
    K = gram.fold_grams(golub.X, golub.trains)
    weights = dual.training_weights(golub.y, golub.trains)

    residuals = logistic.logistic_path(K, golub.y, weights, 10.0 ** np.arange(-3, 4)).residuals

    assert residuals.max() <= logistic.TOLERANCE


def test_coefficients_of_held_out_samples_are_0() -> None:
    """A fit knows nothing of what it does not train on."""
    study = draw()
    weights = dual.training_weights(study.y, study.trains)
    K = gram.fold_grams(study.X, study.trains)

    fits = logistic.logistic_path(K, study.y, weights, GRID)

    assert not fits.coefficients[:, weights == 0].any()


@pytest.mark.parametrize("fast", [logistic_values, svm_values])
@given(seed=seeds)
def test_order_of_samples_does_not_matter(fast: Any, seed: int) -> None:
    """Samples in another order have the same decision values."""
    study = draw(n_genes=60)
    order = np.random.default_rng(seed).permutation(36)
    place = np.argsort(order)
    folds = tuple((place[train], place[test]) for train, test in study.folds)

    actual = fast(Study(study.X[order], study.y[order], folds))

    assert difference(fast(study)[..., order], actual) < 1e-6


@pytest.mark.parametrize("fit", ["logistic", "svm"])
@given(seed=seeds)
def test_rotation_of_genes_does_not_matter(fit: str, seed: int) -> None:
    """Without scaling, an orthogonal rotation leaves decision values as they are."""
    study = draw(n_genes=60)
    rotation = ortho_group(60, seed=np.random.default_rng(seed)).rvs()
    weights = dual.training_weights(study.y, study.trains)
    values = []
    for X in (study.X, study.X @ rotation):
        K = gram.fold_grams(X, study.trains, standardise=False)
        if fit == "svm":
            values.append(svm.svm_path(K, study.y, weights, GRID))
        else:
            values.append(dual.decisions(K, logistic.logistic_path(K, study.y, weights, GRID)))

    assert difference(*values) < 1e-6


@given(seed=seeds)
def test_moving_a_held_out_sample_changes_no_fit(seed: int) -> None:
    """The training rows' decision values do not depend on a held-out sample."""
    study = draw(n_genes=60)
    train, test = study.folds[1]
    moved = study.X.copy()
    moved[test[0]] += np.random.default_rng(seed).normal(0, 10, 60)
    expected = logistic_values(study)[:, 1, train]

    actual = logistic_values(Study(moved, study.y, study.folds))[:, 1, train]

    assert difference(expected, actual) < 1e-8


@pytest.mark.parametrize("fast", [logistic_values, svm_values])
def test_exchanging_the_classes_changes_the_sign(fast: Any) -> None:
    """Decision values of class 0 are those of class 1, negated."""
    study = draw()

    actual = fast(Study(study.X, 1 - study.y, study.folds))

    assert difference(-fast(study), actual) < 1e-6


@pytest.mark.parametrize("fast", [logistic_values, svm_values])
def test_the_grid_of_c_does_not_matter(fast: Any) -> None:
    """A fit warm-started along the grid is the fit from a cold start."""
    study = draw(n_genes=60)
    expected = np.concatenate([fast(study, (C,)) for C in GRID])

    assert difference(expected, fast(study)) < 1e-6


@pytest.mark.parametrize("n_genes", [5, 300])
@pytest.mark.parametrize("scale", [1e-3, 1, 300])
def test_svm_closes_the_duality_gap(scale: float, n_genes: int) -> None:
    """Where genes are few, not scaled, and C is large, libsvm stops far from the optimum."""
    study = subset(draw(), n_genes)
    grid = np.array([0.001, 1, 100])
    K = gram.fold_grams(study.X * scale, study.trains, standardise=False)
    weights = dual.training_weights(study.y, study.trains, balanced=True)
    _, A, signs, w = list(dual.problems(K, study.y, weights))[1]
    (a,), (b,) = svm.fit_labels(A, signs, w, grid)
    y, w = signs[0], w[0]

    for C, a_, b_ in zip(grid, a, b, strict=True):
        # Lowest sum of penalty and losses, and highest value of the dual problem: equal.
        losses = C * w * np.maximum(0, 1 - y * (A @ a_ + b_))
        primal, dual_ = a_ @ A @ a_ / 2 + losses.sum(), a_ @ y - a_ @ A @ a_ / 2
        # What rounding leaves of a margin of 1, C makes a loss.
        assert primal - dual_ < 1e-6 * primal + 1e-13 * C * w.sum()
        assert (y * a_ >= 0).all()
        assert (y * a_ <= C * w * (1 + 1e-12)).all()
        assert abs(a_.sum()) < 1e-9 * np.abs(a_).sum()


@pytest.mark.parametrize("n_genes", [3, 300])
def test_newton_bridges_a_wide_step_of_c(n_genes: int) -> None:
    """From C = 0.0001 the tangent points far past the fit at 10 000; the optimum is reached."""
    study = subset(draw(), n_genes)
    K = gram.fold_grams(study.X, study.trains)
    weights = dual.training_weights(study.y, study.trains)

    residuals = logistic.logistic_path(K, study.y, weights, (1e-4, 1e4)).residuals

    assert residuals.max() <= logistic.TOLERANCE
