from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.utils.estimator_checks import parametrize_with_checks

from pipeline import preprocess
from pipeline.config import PreprocessSection
from pipeline.errors import DataError
from pipeline.preprocess import RECIPES, ArrayStandardise, Clip, FoldValues, Log10, VariationFilter
from report.formats import plain

STANDARD = PreprocessSection()
LOGGED = PreprocessSection(recipe="logged")
RAW = PreprocessSection(recipe="raw")

matrices = hnp.arrays(
    np.float64,
    st.tuples(st.integers(2, 8), st.integers(1, 6)),
    elements=st.floats(-1e4, 1e5, width=32),
)


NOT_APPLICABLE = {
    Clip: {},
    ArrayStandardise: {},
    VariationFilter: {"check_fit2d_1sample": "one sample does not vary, says the filter's message"},
    Pipeline: dict.fromkeys(
        ("check_dont_overwrite_parameters", "check_estimators_overwrite_params"),
        "scikit-learn's own Pipeline fits the very steps that it was given",
    ),
}


# With limits of 1 and 0 the filter keeps whatever varies, as the checks' data do. The
# logarithm stands behind a floor, as in the recipe: the checks' data hold zeros.
@parametrize_with_checks(
    [
        Clip(),
        ArrayStandardise(),
        make_pipeline(Clip(floor=0.01), Log10()),
        VariationFilter(min_fold=1.0, min_range=0.0),
    ],
    expected_failed_checks=lambda estimator: NOT_APPLICABLE[type(estimator)],
)
def test_our_transformers_are_scikit_learns(estimator: BaseEstimator, check: Any) -> None:
    """Every check that scikit-learn has for a transformer passes."""
    check(estimator)


def test_the_logarithm_says_that_it_needs_positive_values() -> None:
    """The tag by which scikit-learn knows of it is set."""
    actual = Log10().__sklearn_tags__().input_tags.positive_only

    assert actual is True


def test_values_are_clipped_to_floor_and_ceiling() -> None:
    """What is below the floor becomes the floor, what is above the ceiling the ceiling."""
    actual = Clip(floor=100, ceiling=16_000).fit_transform([[-5.0, 100.0, 2_000.0, 20_000.0]])

    assert [[100.0, 100.0, 2_000.0, 16_000.0]] == actual.tolist()


@given(matrices)
def test_clipping_twice_is_clipping_once(X: NDArray[np.float64]) -> None:
    """Clipped values pass a second clipping unchanged."""
    expected = Clip().fit_transform(X)

    actual = Clip().fit_transform(expected)

    assert expected.tolist() == actual.tolist()


def test_the_logarithm_is_decimal() -> None:
    """The logarithm of 100 is 2."""
    actual = Log10().fit_transform([[1.0, 100.0, 10_000.0]])

    assert [[0.0, 2.0, 4.0]] == actual.tolist()


@pytest.mark.parametrize("value", [0.0, -3.0])
def test_what_has_no_logarithm_is_refused(value: float) -> None:
    """Zero and negative values are an error that shows the smallest."""
    with pytest.raises(ValueError, match=f"expected positive values, .*: {value}$"):
        Log10().fit([[1.0, value]])


@pytest.mark.parametrize(
    ("low", "high", "kept"),
    [
        (100, 601, True),  # 6.01 times, range 501
        (100, 600, False),  # range 500: not above
        (200, 1_000, False),  # 5 times: not above
        (200, 1_001, True),  # 5.005 times, range 801
        (110, 500, False),  # 4.5 times and range 390
        (1_000, 4_000, False),  # range 3000, but 4 times
        (100, 590, False),  # 5.9 times, but range 490
    ],
)
def test_both_inequalities_of_the_filter_are_strict(low: float, high: float, kept: bool) -> None:
    """A gene passes only if fold and range both exceed their limits."""
    always_kept = [[100.0], [16_000.0]]

    actual = VariationFilter().fit(np.hstack([[[low], [high]], always_kept])).get_support()

    assert [kept, True] == actual.tolist()


def test_a_negative_smallest_value_does_not_turn_the_fold_round() -> None:
    """A gene from -10 to 900 varies enough, though 900 / -10 is below 5."""
    actual = VariationFilter().fit([[-10.0], [900.0]]).get_support()

    assert [True] == actual.tolist()


def test_the_filter_keeps_what_it_learned() -> None:
    """Genes are chosen by the samples of `fit`, whatever those of `transform` are."""
    chosen = VariationFilter().fit([[100.0, 100.0], [100.0, 2_000.0]])

    actual = chosen.transform([[1.0, 2.0], [9_000.0, 2.0]])

    assert [[2.0], [2.0]] == actual.tolist()


@given(st.permutations(range(6)))
def test_the_order_of_samples_changes_no_gene(order: list[int]) -> None:
    """The filter keeps the same genes however the samples are ordered."""
    X = np.random.default_rng(0).uniform(100, 2_000, (6, 20))
    expected = VariationFilter().fit(X).get_support()

    actual = VariationFilter().fit(X[order]).get_support()

    assert expected.tolist() == actual.tolist()


def test_a_filter_that_no_gene_passes_is_an_error() -> None:
    """The message gives limits, number of genes, range of values and what to do, in one line."""
    with pytest.raises(DataError) as caught:
        VariationFilter().fit([[7.5, 8.0], [9.0, 10.5]])

    expected = (
        "variation filter: expected genes with max / min > 5 and max - min > 500, found none "
        "among 2 (values from 7.5 to 10.5); for values that are logarithms already set "
        'recipe = "logged"'
    )
    assert expected == str(caught.value)


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        (STANDARD, ["clip", "filter", "log10", "standardise"]),
        (LOGGED, ["standardise"]),
        (RAW, ["raw"]),
    ],
)
def test_a_recipe_has_its_steps(section: PreprocessSection, expected: list[str]) -> None:
    """Each recipe is its chain of steps, in order."""
    actual = [key for key, _ in preprocess.make_preprocessor(section).steps]

    assert expected == actual


def test_the_standard_recipe_of_a_worked_case() -> None:
    """Values 50 and 10 000 are clipped, kept, logged to 2 and 4, and standardised to -1 and 1."""
    X = np.array([[50.0, 300.0], [10_000.0, 310.0]])

    actual = preprocess.make_preprocessor(STANDARD).fit_transform(X)

    np.testing.assert_allclose([[-1.0], [1.0]], actual)


def test_each_sample_of_standardised_arrays_has_mean_0_and_deviation_1() -> None:
    """Values 1, 2 and 3 have mean 2 and variance 2 / 3; a constant sample becomes 0."""
    actual = ArrayStandardise().fit_transform([[1.0, 2.0, 3.0], [5.0, 5.0, 5.0]])

    unit = np.sqrt(3 / 2)
    np.testing.assert_allclose([[-unit, 0, unit], [0, 0, 0]], actual)


@given(matrices)
def test_arrays_do_not_see_each_other(X: NDArray[np.float64]) -> None:
    """Standardising samples together or one by one is the same."""
    together = ArrayStandardise().fit_transform(X)

    for row, expected in zip(X, together, strict=True):
        actual = ArrayStandardise().fit_transform(row[np.newaxis])
        np.testing.assert_allclose(expected, actual[0], atol=1e-12)


@pytest.mark.parametrize("recipe", RECIPES)
@given(
    X=hnp.arrays(
        np.float64,
        st.tuples(st.integers(4, 9), st.integers(3, 8)),
        elements=st.one_of(st.floats(-50, 20_000, width=32), st.sampled_from([0.0, 100.0, 7e3])),
    ),
    n_train=st.integers(2, 4),
)
def test_values_of_a_fold_are_those_of_the_fitted_chain(
    recipe: str, X: NDArray[np.float64], n_train: int
) -> None:
    """What serves all folds quickly is the chain fitted on the training rows alone."""
    section = PreprocessSection(recipe=recipe)
    train = np.arange(len(X))[-n_train:]
    try:
        expected = preprocess.make_preprocessor(section).fit(X[train]).transform(X)
    except DataError:
        expected = X[:, :0]  # no gene varies

    if expected.shape[1] < 2:
        with pytest.raises(DataError):
            FoldValues(X, section)(train)
    else:
        np.testing.assert_allclose(FoldValues(X, section)(train), expected, rtol=1e-9, atol=1e-9)


@given(matrices)
def test_the_raw_recipe_changes_nothing(X: NDArray[np.float64]) -> None:
    """With the recipe raw the models see the values as they were supplied."""
    actual = preprocess.make_preprocessor(RAW).fit_transform(X)

    assert X.tolist() == actual.tolist()


def test_the_logged_recipe_forgets_a_genes_unit() -> None:
    """Scaling and shifting a gene leaves what the models see as it was."""
    X = np.random.default_rng(0).normal(8, 1, (10, 4))
    expected = preprocess.make_preprocessor(LOGGED).fit_transform(X)

    actual = preprocess.make_preprocessor(LOGGED).fit_transform(X * [1, 2, 3, 40] + [0, 5, -5, 9])

    np.testing.assert_allclose(expected, actual, atol=1e-12)


def test_held_out_samples_are_standardised_by_the_training_samples() -> None:
    """Mean and standard deviation are those of `fit`, not of the samples transformed."""
    chain = preprocess.make_preprocessor(LOGGED).fit([[0.0], [2.0]])

    actual = chain.transform([[5.0]])

    assert [[4.0]] == actual.tolist()  # (5 - 1) / 1


@pytest.mark.parametrize("section", [LOGGED, RAW])
def test_genes_are_compared_as_supplied(section: PreprocessSection) -> None:
    """Outside the standard recipe genes are compared on the scale of the data."""
    X = np.array([[1.0, -2.0]])

    actual = preprocess.value_scale(X, section)

    assert X.tolist() == actual.tolist()


def test_genes_are_compared_as_clipped_logarithms() -> None:
    """In the standard recipe genes are compared as decimal logarithms between the limits."""
    actual = preprocess.value_scale(np.array([[-2.0, 1_000.0, 1e6]]), STANDARD)

    np.testing.assert_allclose([[2.0, 3.0, np.log10(16_000)]], actual)


@pytest.mark.parametrize(
    ("section", "expected"), [(STANDARD, "log10 of the value"), (LOGGED, "units"), (RAW, "units")]
)
def test_the_scale_has_a_name(section: PreprocessSection, expected: str) -> None:
    """The name of the scale is that of the data, or of their logarithm."""
    actual = preprocess.value_scale_name(section, "units")

    assert expected == actual


def test_records_follow_genes_and_units_through_the_chain() -> None:
    """Each record says how many genes went in and came out, and in what unit."""
    X = np.array([[50.0, 300.0, 100.0], [10_000.0, 310.0, 1_000.0]])
    chain = preprocess.make_preprocessor(STANDARD).fit(X)

    steps = preprocess.describe(chain, STANDARD, n_genes=3, unit="units")

    sd = "standard deviations of the gene in the training samples"
    expected = [
        ("clip", "nothing", 3, 3, "units"),
        ("filter", "training samples", 3, 2, "units"),
        ("log10", "nothing", 2, 2, "log10 of the value"),
        ("standardise", "training samples", 2, 2, sd),
    ]
    actual = [(s.key, s.learned_on, s.n_genes_in, s.n_genes_out, s.unit) for s in steps]
    assert expected == actual


def test_the_raw_recipe_has_no_record() -> None:
    """Where nothing is done there is no step to describe."""
    chain = preprocess.make_preprocessor(RAW).fit(np.eye(2))

    actual = preprocess.describe(chain, RAW, n_genes=2, unit="units")

    assert () == actual


def test_methods_say_that_raw_values_were_used() -> None:
    """Without a step the Methods say that the values were used as supplied."""
    actual = preprocess.method(()).text.template

    assert "The values were used as supplied, without preprocessing." == actual


def test_methods_say_how_many_controls_were_left_out() -> None:
    """Their number stands first, before the values are said to be used as supplied."""
    actual = plain(preprocess.method((), n_controls=58).text)

    assert actual.startswith("Control probes, told by the beginnings of their names (58)")
    assert actual.endswith("used as supplied, without preprocessing.")


def test_methods_give_the_constants_that_ran() -> None:
    """The paragraph carries the constants of the configuration, each once."""
    section = PreprocessSection(floor=20, ceiling=8_000, min_fold=2, min_range=50)
    chain = preprocess.make_preprocessor(section).fit([[50.0], [10_000.0]])
    steps = preprocess.describe(chain, section, n_genes=1, unit="units")

    actual = {value.name: value.value for value in preprocess.method(steps).text.values}

    assert {"floor": 20, "ceiling": 8_000, "min_fold": 2, "min_range": 50} == actual
