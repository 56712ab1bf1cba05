"""What the values are, by their numbers, and whether the recipe fits them."""

import csv
import gzip
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from study_fixtures import labelled, with_recipe

from pipeline import sources
from pipeline.audits import recognised
from pipeline.config import Config
from pipeline.dataset import Dataset
from pipeline.errors import DataError
from pipeline.readers import kaggle
from report.formats import plain

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
LOGGED, TAKES_LOGARITHMS = ("logged", "logged_arrays"), ("standard", "arrays", "all_genes")
SHAPE = (16, 200)

Values = NDArray[np.float64]


def study(X: Values, *, unit: str = "as supplied", n_test: int = 0) -> Dataset:
    """Give these values to samples of two classes."""
    n_samples, n_genes = X.shape
    y = (["a", "b"] * n_samples)[:n_samples]
    return replace(labelled(y, n_genes=n_genes, n_test=n_test), X=X, unit=unit)


def normal(seed: int = 0) -> Values:
    """Draw a standard normal matrix."""
    return np.random.default_rng(seed).normal(size=SHAPE)


def tpm(*, zeros: float = 0.0) -> Values:
    """Draw values per million, a share of them zero."""
    X = np.exp(2 * normal() + 2)
    X[np.random.default_rng(1).random(SHAPE) < zeros] = 0.0
    return 1e6 * X / X.sum(axis=1, keepdims=True)


def intensities() -> Values:
    """Draw log2 intensities: 9 with a standard deviation of 2."""
    return np.clip(9 + 2 * normal(), 0.1, 16)


def insisting(config: Config) -> Config:
    """Say that the values are meant as they are."""
    section = config.preprocess.model_copy(update={"insist": True})
    return config.model_copy(update={"preprocess": section})


COUNTS = np.random.default_rng(2).negative_binomial(1, 0.002, SHAPE).astype(float)
RATIOS = normal()
# The mean difference, as MAS 4 gave it: a third below zero, and up to thousands.
DIFFERENCES = 2000 * normal() + 900

UNFIT: list[tuple[str, Values, str]] = [
    *((recipe, tpm(), "linear") for recipe in LOGGED),
    *((recipe, 2 ** intensities(), "linear") for recipe in LOGGED),
    *((recipe, COUNTS, "counts") for recipe in LOGGED),
    *((recipe, 1e8 * tpm(), "linear") for recipe in LOGGED),
    *((recipe, RATIOS, "below floor") for recipe in TAKES_LOGARITHMS),
    *((recipe, intensities(), "below floor") for recipe in TAKES_LOGARITHMS),
    ("unlogged", intensities(), "below floor"),
]


@pytest.mark.parametrize(("recipe", "X", "kind"), UNFIT)
def test_values_of_another_kind_are_refused(
    toy_config: Config, recipe: str, X: Values, kind: str
) -> None:
    """Before anything is computed, with the range of the values and what to set."""
    config = with_recipe(toy_config, recipe)

    with pytest.raises(DataError) as caught:
        recognised.refuse(study(X), config)

    said = str(caught.value)
    assert f"values from {X.min():g} to {X.max():g}" in said
    assert "set recipe" in said
    assert "preprocess.insist = true" in said
    assert "\n" not in said
    assert kind == recognised.recognised(study(X), config).kind


@pytest.mark.parametrize(("recipe", "X", "kind"), UNFIT)
def test_a_study_may_insist(toy_config: Config, recipe: str, X: Values, kind: str) -> None:
    """It is computed then, under a caveat that says so."""
    config = insisting(with_recipe(toy_config, recipe))

    recognised.refuse(study(X), config)
    actual = recognised.recognised(study(X), config)

    assert (True, kind) == (actual.is_raised, actual.kind)
    assert plain(actual.statement).endswith("The study insists on them (preprocess.insist).")


FIT: list[tuple[str, Values]] = [
    *(
        (recipe, X)
        for recipe in LOGGED
        for X in (
            RATIOS,
            intensities(),
            np.log2(tpm(zeros=0.6) + 1),
            np.log10(2 ** intensities()),
            np.log2(1e8 * tpm() + 1),  # label-free proteomics: up to 40
            np.rint(2 * RATIOS).clip(-2, 2),  # copy numbers
            10 * np.ones(SHAPE) + 1e-9 * RATIOS,
        )
    ),
    *(("raw", X) for X in (tpm(), COUNTS, RATIOS, intensities(), 1e8 * tpm(), DIFFERENCES)),
    *((recipe, X) for recipe in TAKES_LOGARITHMS for X in (DIFFERENCES, COUNTS, 100 * tpm())),
]


@pytest.mark.parametrize(("recipe", "X"), FIT)
def test_what_the_recipe_is_for_is_accepted(toy_config: Config, recipe: str, X: Values) -> None:
    """Logarithms and their ratios where logarithms are expected; anything under `raw`."""
    config = with_recipe(toy_config, recipe)

    recognised.refuse(study(X), config)

    assert not recognised.recognised(study(X), config).is_raised


@pytest.mark.parametrize(
    ("recipe", "X", "unit", "kind"),
    [
        ("raw", tpm(), "log2 intensity", "linear"),
        ("raw", COUNTS, "log10 of the counts", "counts"),
        ("standard", DIFFERENCES, "log2 intensity", "linear"),
        ("logged", np.minimum(COUNTS, 30), "counts", "counts"),
        ("logged", tpm() / 4000, "TPM", "linear"),
    ],
)
def test_where_there_is_doubt_a_caveat_asks(
    toy_config: Config, recipe: str, X: Values, unit: str, kind: str
) -> None:
    """A unit may be wrong, and small values may be anything: these are computed with."""
    dataset, config = study(X, unit=unit), with_recipe(toy_config, recipe)

    recognised.refuse(dataset, config)
    actual = recognised.recognised(dataset, config)

    assert (True, kind, False) == (actual.is_raised, actual.kind, actual.is_sure)


@pytest.mark.parametrize("unit", ["units", "biological units", "analogue", "TPM"])
def test_other_units_say_nothing_of_logarithms(toy_config: Config, unit: str) -> None:
    """The word stands for itself."""
    config = with_recipe(toy_config, "raw")

    assert not recognised.recognised(study(tpm(), unit=unit), config).is_raised


@pytest.mark.parametrize("recipe", ["standard", "all_genes"])
def test_large_values_about_zero_are_asked_about(toy_config: Config, recipe: str) -> None:
    """Half of them have no logarithm, whatever their size: z-scores times a thousand."""
    values = np.round((normal() - normal().mean(axis=0)) * 1000)

    actual = recognised.recognised(study(values), with_recipe(toy_config, recipe))

    assert ("centred", False) == (actual.kind, actual.is_sure)
    assert "are negative" in plain(actual.statement)


def with_floor(config: Config, floor: float) -> Config:
    """Set the floor."""
    section = config.preprocess.model_copy(update={"floor": floor})
    return config.model_copy(update={"preprocess": section})


def test_a_low_floor_does_not_hide_what_the_values_are(toy_config: Config) -> None:
    """Log ratios under a recipe that takes logarithms are refused, logarithms are asked about."""
    config = with_floor(with_recipe(toy_config, "all_genes"), 0.1)

    with pytest.raises(DataError, match=r"expected linear values, found .* % of them negative"):
        recognised.refuse(study(RATIOS), config)
    actual = recognised.recognised(study(intensities()), config)

    assert ("logarithms", False) == (actual.kind, actual.is_sure)


@given(factor=st.floats(1, 1e30), seed=st.integers(0, 99))
def test_larger_values_stay_linear(toy_config: Config, factor: float, seed: int) -> None:
    """What is linear is so in any larger unit, and in any order of samples and genes."""
    rng = np.random.default_rng(seed)
    X = factor * rng.permutation(rng.permutation(tpm()), axis=1)

    actual = recognised.recognised(study(X), with_recipe(toy_config, "logged"))

    assert ("linear", True) == (actual.kind, actual.is_sure)


@given(seed=st.integers(0, 99), centre=st.floats(-3, 12), width=st.floats(0.1, 3))
def test_noise_about_any_centre_can_be_logarithms(
    toy_config: Config, seed: int, centre: float, width: float
) -> None:
    """Normal values below 64 are never called something else."""
    X = centre + width * normal(seed)

    assert not recognised.recognised(study(X), with_recipe(toy_config, "logged")).is_raised


def split(training: Values, test: Values) -> Dataset:
    """Put two parts into one study."""
    return study(np.vstack([training, test]), n_test=len(test))


def test_logarithms_beside_linear_values_are_refused(toy_config: Config) -> None:
    """Whichever part is which, and whatever the recipe."""
    linear, logs = 2 ** intensities(), intensities()
    for first, second in ((linear, logs), (logs, linear)):
        for recipe in ("raw", "logged", "standard"):
            with pytest.raises(DataError, match="on different scales, one of logarithms"):
                recognised.refuse(split(first, second), with_recipe(toy_config, recipe))


@pytest.mark.parametrize(("recipe", "hidden"), [("raw", False), ("standard", True)])
@pytest.mark.parametrize("kind", ["floor", "ceiling"])
@pytest.mark.parametrize("limited", ["training", "test"])
def test_parts_that_were_cut_differently_are_told(
    toy_config: Config, recipe: str, hidden: bool, kind: str, limited: str
) -> None:
    """With the values at the limit of one part, and those of the other beyond it."""
    other = 10 * DIFFERENCES
    own = np.maximum(other, 20) if kind == "floor" else np.minimum(other, 20_000)
    limit = 20 if kind == "floor" else 20_000
    first, second = (own, other) if limited == "training" else (other, own)

    actual = recognised.parts(split(first, second), with_recipe(toy_config, recipe))

    beyond = other < limit if kind == "floor" else other > limit
    assert (kind, limited, hidden) == (actual.kind, actual.limited, actual.hidden)
    assert (limit, beyond.sum(), beyond.sum()) == (actual.limit, actual.n_at_limit, actual.n_beyond)


@pytest.mark.parametrize("factor", [1e-6, 0.1, 10.0, 1000.0])
def test_a_common_factor_is_told(toy_config: Config, factor: float) -> None:
    """Test values in another unit."""
    actual = recognised.parts(
        split(100 * tpm(), 100 * factor * tpm()), with_recipe(toy_config, "raw")
    )

    assert "factor" == actual.kind or ("scale" == actual.kind and factor < 1e-5)
    if actual.factor:
        assert factor == pytest.approx(actual.factor)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (intensities(), intensities() + 0.5),
        (tpm(), 2 * tpm()),
        (RATIOS, normal(5)),
        (np.maximum(DIFFERENCES, 20), np.maximum(2 * DIFFERENCES, 20)),
        (tpm(zeros=0.5), tpm(zeros=0.2)),
    ],
)
def test_parts_of_one_making_pass(toy_config: Config, first: Values, second: Values) -> None:
    """Two batches, sequencing depths, draws; one floor for both."""
    assert not recognised.parts(split(first, second), with_recipe(toy_config, "raw")).is_raised


def test_without_a_test_part_nothing_differs(toy_config: Config) -> None:
    """The check says why it was not made."""
    assert "there are no test samples" == recognised.parts(study(RATIOS), toy_config).not_run


def scaled(X: Values, *, axis: int, ddof: int) -> Values:
    """Bring to mean 0 and standard deviation 1, as a file gives it."""
    centred = X - X.mean(axis=axis, keepdims=True)
    return np.round(centred / X.std(axis=axis, ddof=ddof, keepdims=True), 3)


@pytest.mark.parametrize("ddof", [0, 1])
def test_genes_standardised_over_all_samples_are_told(ddof: int) -> None:
    """With either divisor, and three decimals; arrays are not mistaken for genes."""
    by_gene, by_array = (scaled(intensities(), axis=axis, ddof=ddof) for axis in (0, 1))

    assert recognised.standardised(study(by_gene)).is_raised
    actual = recognised.standardised(study(by_array))
    assert (False, 1.0) == (actual.is_raised, actual.array_share)
    assert "each array was standardised alone" in plain(actual.statement)


def test_genes_standardised_on_training_samples_are_no_leak() -> None:
    """Over all samples they have other means and spreads."""
    X = intensities()
    X = (X - X[:8].mean(axis=0)) / X[:8].std(axis=0)

    assert not recognised.standardised(study(X, n_test=8)).is_raised


def table(name: str) -> Values:
    """Read a table of samples in rows, its class in the second column."""
    path = SHARED / name
    if not path.is_file():
        pytest.skip("the public data are not beside the repository")
    with path.open(newline="") as file:
        return np.array([row[2:] for row in csv.reader(file)][1:], dtype=np.float64)


def series() -> Values:
    """Read a GEO series matrix."""
    path = SHARED / "geo" / "GSE42872_series_matrix.txt.gz"
    if not path.is_file():
        pytest.skip("the public data are not beside the repository")
    with gzip.open(path, "rt") as file:
        lines = [line.split("\t")[1:] for line in file if "\t" in line and line[0] != "!"]
    return np.array(lines[1:], dtype=np.float64).T


@pytest.mark.parametrize(
    ("read", "recipe", "wrong"),
    [
        (lambda: table("alon/alon.csv"), "standard", "logged"),
        (lambda: table("khan/khan.csv"), "logged", "standard"),
        (series, "logged", "all_genes"),
    ],
)
def test_public_data_pass_under_their_own_recipe_only(
    toy_config: Config, read: Callable[[], Values], recipe: str, wrong: str
) -> None:
    """Intensities of colon tissue, log ratios of small round tumours, log2 intensities."""
    dataset = study(read())

    recognised.refuse(dataset, with_recipe(toy_config, recipe))
    assert not recognised.recognised(dataset, with_recipe(toy_config, recipe)).is_raised
    with pytest.raises(DataError, match=r"preprocess\.insist"):
        recognised.refuse(dataset, with_recipe(toy_config, wrong))


def test_golub_passes_and_a_floored_training_set_does_not(
    golub_dir: Path, golub_config: Config
) -> None:
    """Raised to 20 in training alone: one kind of copy of the data meets another."""
    located = sources.find(golub_config, data_dir=golub_dir)
    golub = kaggle.read(located.paths, unit=located.unit)
    X = golub.X.copy()
    X[golub.train] = np.maximum(X[golub.train], 20)
    floored = replace(golub, X=X)

    for recipe in ("standard", "raw"):
        config = with_recipe(golub_config, recipe)
        recognised.refuse(golub, config)
        assert not recognised.recognised(golub, config).is_raised
        assert not recognised.parts(golub, config).is_raised
        actual = recognised.parts(floored, config)
        assert ("floor", "training", 20, recipe == "standard") == (
            actual.kind,
            actual.limited,
            actual.limit,
            actual.hidden,
        )
        assert (golub.X[golub.test] < 20).sum() == actual.n_beyond
        assert np.equal(X[golub.train], 20).sum() == actual.n_at_limit
    with pytest.raises(DataError, match="expected logarithms"):
        recognised.refuse(golub, with_recipe(golub_config, "logged"))
