from dataclasses import replace

import numpy as np
import pytest
from study_fixtures import labelled, with_recipe

from pipeline.audits import values
from pipeline.config import Config
from pipeline.dataset import Dataset
from report.formats import plain


def study(X: np.ndarray | None = None, *, n_test: int = 4) -> Dataset:
    """Make a study of 12 samples and 40 genes with these values, or positive noise."""
    dataset = labelled(["a", "b"] * 6, n_test=n_test)
    noise = np.random.default_rng(1).uniform(200, 1000, dataset.X.shape)
    return replace(dataset, X=noise if X is None else X)


def test_missing_values_are_none() -> None:
    """The readers refuse them, and the record says that there is none."""
    actual = values.missing(study())

    assert (0, 480, False) == (actual.n, actual.n_values, actual.is_raised)


def test_a_missing_value_would_be_counted() -> None:
    """The count is one of values, and no constant."""
    dataset = study()
    dataset.X[3, 4] = np.nan

    actual = values.missing(dataset)

    assert (1, True) == (actual.n, actual.is_raised)


@pytest.mark.parametrize("n", [0, 1, 120])
def test_negative_values_are_counted(toy_config: Config, n: int) -> None:
    """Any negative value is told."""
    dataset = study()
    dataset.X.flat[:n] = -1.0

    actual = values.negative(dataset, toy_config)

    assert (n, n / 480, n > 0) == (actual.n, actual.share, actual.is_raised)


@pytest.mark.parametrize("recipe", ["logged", "logged_arrays", "raw", "unlogged"])
def test_negative_values_are_no_fault_without_logarithms(toy_config: Config, recipe: str) -> None:
    """Of log ratios half are negative: they are counted, and nothing is advised."""
    dataset = study()
    dataset.X.flat[:240] = -1.0

    actual = values.negative(dataset, with_recipe(toy_config, recipe))

    assert (240, False) == (actual.n, actual.is_raised)
    assert plain(actual.statement).endswith("the recipe takes no logarithm of them.")


@pytest.mark.parametrize(("n", "expected"), [(1, False), (9, False), (10, True)])
def test_values_pile_up_at_the_largest(n: int, expected: bool) -> None:
    """One value is the largest; ten equal ones were cut."""
    dataset = study()
    dataset.X.flat[:n] = 5000.0

    actual = values.at_maximum(dataset)

    assert (n, 5000.0, expected) == (actual.n, actual.limit, actual.is_raised)


@pytest.mark.parametrize(("n", "expected"), [(0, False), (20, True)])
def test_values_above_the_ceiling(toy_config: Config, n: int, expected: bool) -> None:
    """More than one in a thousand is told."""
    dataset = study()
    dataset.X.flat[:n] = 16_001.0

    actual = values.above_ceiling(dataset, toy_config)

    assert (n, 16_000.0, expected) == (actual.n, actual.limit, actual.is_raised)


@pytest.mark.parametrize(("n", "expected"), [(240, False), (241, True)])
def test_values_below_the_floor(toy_config: Config, n: int, expected: bool) -> None:
    """More than half of the values below the floor are told."""
    dataset = study()
    dataset.X.flat[:n] = 99.0

    actual = values.below_floor(dataset, toy_config)

    assert (n, 100.0, expected) == (actual.n, actual.limit, actual.is_raised)


@pytest.mark.parametrize("check", [values.above_ceiling, values.below_floor])
def test_a_recipe_without_limits_has_none_to_pass(toy_config: Config, check) -> None:  # type: ignore[no-untyped-def]
    """Logarithms are not clipped, and nothing is raised."""
    actual = check(study(np.full((12, 40), 1e6)), with_recipe(toy_config, "logged"))

    assert ("the recipe has no such limit", False) == (actual.not_run, actual.is_raised)


def test_equal_scales_are_not_told() -> None:
    """Training and test values from one distribution differ by chance only."""
    actual = values.scales(study())

    assert not actual.is_raised
    assert actual.spread_ratio == pytest.approx(1.0, abs=0.15)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(np.log2, id="logarithms"),
        pytest.param(lambda x: 3 * x, id="another factor"),
        pytest.param(lambda x: x + 500, id="another background"),
    ],
)
def test_other_scales_are_told(change) -> None:  # type: ignore[no-untyped-def]
    """A test set in another unit is raised."""
    dataset = study()
    dataset.X[dataset.test] = change(dataset.X[dataset.test])

    assert values.scales(dataset).is_raised


def test_quantiles_by_hand() -> None:
    """Of 1 to 40 in every sample the median is 20.5; twice that has twice the spread."""
    X = np.tile(np.arange(1.0, 41.0), (12, 1))
    X[8:] *= 2

    actual = values.scales(study(X))

    assert (20.5, 41.0) == (actual.training[2], actual.test[2])
    assert actual.spread_ratio == pytest.approx(2.0)
    assert actual.shift == pytest.approx(20.5 / (actual.training[-1] - actual.training[0]))


def test_without_a_test_set_there_is_one_scale() -> None:
    """The check does not apply."""
    actual = values.scales(study(n_test=0))

    assert ("there are no test samples", False) == (actual.not_run, actual.is_raised)


def test_values_that_do_not_spread_cannot_be_compared() -> None:
    """With one value in all training samples there is no ratio."""
    actual = values.scales(study(np.ones((12, 40))))

    assert (None, None, False) == (actual.shift, actual.spread_ratio, actual.is_raised)
