from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from study_fixtures import labelled, with_recipe

from pipeline.audits import samples
from pipeline.audits.likeness import MIN_GENES, alike
from pipeline.config import Config
from pipeline.dataset import Dataset
from pipeline.records.audit import MAX_LISTED, Duplicates
from report.formats import plain

Y = ["a", "b"] * 6


def logged(config: Config, **audit: object) -> Config:
    """Take values as they are, with other settings of the audit."""
    preprocess = config.preprocess.model_copy(update={"recipe": "logged"})
    section = config.audit.model_copy(update=audit)
    return config.model_copy(update={"preprocess": preprocess, "audit": section})


def study(*, n_genes: int = 200, n_test: int = 4) -> Dataset:
    """Draw samples that share a profile of the genes, as all arrays do."""
    dataset = labelled(Y, n_genes=n_genes, n_test=n_test)
    profile = np.random.default_rng(7).normal(scale=4, size=n_genes)
    return replace(dataset, X=dataset.X + profile)


def copied(dataset: Dataset, source: int, target: int, *, noise: float = 0.0) -> Dataset:
    """Put one sample in the place of another, nearly or exactly."""
    X = dataset.X.copy()
    X[target] = X[source] + noise * np.random.default_rng(3).normal(size=X.shape[1])
    return replace(dataset, X=X)


@pytest.fixture
def config(toy_config: Config) -> Config:
    """Take values as they are."""
    return logged(toy_config)


def compare(dataset: Dataset, config: Config) -> Duplicates:
    """Look for samples that are the same."""
    return samples.compare(dataset, config)


def test_different_samples_are_not_the_same(config: Config) -> None:
    """Samples with a profile in common correlate by 0.9, and are not taken for the same."""
    actual = compare(study(), config)

    assert actual.closest is not None
    assert actual.closest.correlation is not None
    assert actual.closest.correlation > 0.9 > 0.3 > actual.closest.similarity
    assert (False, 0, ()) == (actual.is_raised, actual.n_pairs, actual.pairs)


@pytest.mark.parametrize("noise", [0.0, 0.005])
def test_a_test_sample_that_is_a_training_sample_is_found(config: Config, noise: float) -> None:
    """Sample 10 is sample 2 under another name: exactly, or up to rounding."""
    actual = compare(copied(study(), 2, 10, noise=noise), config)

    (pair,) = actual.pairs
    assert ("S2", "S10", "train", "test") == (
        pair.first,
        pair.second,
        pair.first_partition,
        pair.second_partition,
    )
    assert (True, 1, 1, ("S10",)) == (
        actual.is_raised,
        actual.n_pairs,
        actual.n_pairs_across,
        actual.left_out,
    )


def test_equal_values_are_counted(config: Config) -> None:
    """Identical samples are equal in all genes, and alike by 1."""
    (pair,) = compare(copied(study(), 2, 10), config).pairs

    assert (200, 1.0) == (pair.n_equal, pytest.approx(pair.similarity, abs=1e-6))


def test_a_rescaled_sample_is_the_same(config: Config) -> None:
    """Twice the values and 5 more are the same array, scanned otherwise."""
    dataset = copied(study(), 2, 10)
    dataset.X[10] = 2 * dataset.X[10] + 5

    actual = compare(dataset, config)

    assert ("S10",) == actual.left_out


def test_pairs_within_a_part_are_found_and_kept(config: Config) -> None:
    """Two equal training samples are told; only test samples are left out."""
    dataset = copied(study(), 0, 1)

    actual = compare(dataset, config)

    assert (1, 0, (), 1) == (
        actual.n_pairs,
        actual.n_pairs_across,
        actual.left_out,
        actual.n_pairs_other_class,
    )
    assert samples.leave_out(dataset, actual) is dataset


def test_samples_left_out_are_gone(config: Config) -> None:
    """The test set has one sample less, and the ledger says which."""
    dataset = copied(study(), 2, 10)

    actual = samples.leave_out(dataset, compare(dataset, config))

    assert (11, 3, 8) == (len(actual.y), len(actual.test), len(actual.train))
    assert "S10" not in actual.sample_ids
    assert actual.X.tolist() == np.delete(dataset.X, 10, axis=0).tolist()
    (step,) = actual.ledger
    assert (12, 11) == (step.n_samples_in, step.n_samples_out)
    assert "S10" in step.detail


def test_a_study_may_keep_them(toy_config: Config) -> None:
    """With `keep_identical` the test set is as it was given, and the record says so."""
    dataset = copied(study(), 2, 10)
    found = compare(dataset, logged(toy_config, keep_identical=True))

    actual = samples.leave_out(dataset, found)

    assert actual is dataset
    assert (("S10",), True) == (found.left_out, found.kept)


def test_replicates_are_told_and_kept(config: Config) -> None:
    """Another culture of one cell line is alike, and no measurement is the same."""
    dataset = copied(study(), 2, 10, noise=0.08)

    actual = compare(dataset, config)

    assert (True, 0, (), 1, 1) == (
        actual.is_raised,
        actual.n_pairs,
        actual.left_out,
        actual.n_alike,
        actual.n_alike_across,
    )
    assert ("S2", "S10") == (actual.alike[0].first, actual.alike[0].second)
    assert samples.leave_out(dataset, actual) is dataset
    assert "highly similar" in plain(actual.statement)


def test_the_threshold_is_the_studys(toy_config: Config) -> None:
    """What is not alike enough for the default may be so for another study."""
    dataset = copied(study(), 2, 10, noise=0.6)
    found = [compare(dataset, logged(toy_config, identical_at=t)) for t in (0.98, 0.6)]

    assert [0, 1] == [record.n_alike_across for record in found]
    assert [(), ()] == [record.left_out for record in found]


@pytest.mark.parametrize("n_other", [0, 10, 11])
def test_a_few_values_may_differ(config: Config, n_other: int) -> None:
    """Of 200 genes 10 may have been filled in anew; 11 are more than one in twenty."""
    dataset = copied(study(), 2, 10)
    dataset.X[10, :n_other] += 0.2

    actual = compare(dataset, config)

    assert (n_other < 11, 1) == (bool(actual.left_out), actual.n_pairs + actual.n_alike)


@pytest.mark.parametrize("recipe", ["raw", "standard"])
def test_a_copy_with_a_floor_and_a_ceiling_is_the_same(toy_config: Config, recipe: str) -> None:
    """Values at a limit do not count, so that a floored copy of a sample is one."""
    dataset = linear()
    dataset.X[10] = np.clip(dataset.X[2], 150, 3000)

    assert ("S10",) == compare(dataset, with_recipe(toy_config, recipe)).left_out


def linear(*, n_genes: int = 200, seed: int = 5) -> Dataset:
    """Draw linear values about a profile, as TPM are."""
    dataset, rng = labelled(Y, n_genes=n_genes, n_test=4), np.random.default_rng(seed)
    profile = rng.normal(6, 1.5, size=n_genes)
    return replace(dataset, X=np.exp(profile + 0.7 * dataset.X))


@pytest.mark.parametrize("recipe", ["raw", "logged", "unlogged", "standard", "all_genes"])
@given(large=st.floats(1e3, 1e9), seed=st.integers(0, 50), gene=st.integers(0, 199))
def test_one_dominant_gene_makes_no_pair(
    toy_config: Config, recipe: str, large: float, seed: int, gene: int
) -> None:
    """However large one gene is, different samples stay different."""
    dataset = linear(seed=seed)
    dataset.X[:, gene] = large * np.random.default_rng(seed).lognormal(size=12)

    actual = compare(dataset, with_recipe(toy_config, recipe))

    assert (0, 0, ()) == (actual.n_pairs, actual.n_alike, actual.left_out)


@given(seed=st.integers(0, 99), factor=st.floats(0.01, 100), shift=st.floats(-50, 50))
def test_a_copy_is_found_in_any_order_of_genes(
    toy_config: Config, seed: int, factor: float, shift: float
) -> None:
    """Genes in another order, one array re-scaled: one pair, and no other."""
    dataset = copied(study(), 2, 10)
    dataset.X[10] = factor * dataset.X[10] + shift
    order = np.random.default_rng(seed).permutation(200)

    actual = compare(replace(dataset, X=dataset.X[:, order]), logged(toy_config))

    assert (1, ("S10",), 0) == (actual.n_pairs, actual.left_out, actual.n_alike)


def test_filled_in_values_make_no_pair(toy_config: Config) -> None:
    """A tenth of the values is one imputed value: intensities to a thousand million."""
    dataset = linear()
    X = 1e5 * dataset.X
    X[np.random.default_rng(4).random(X.shape) < 0.1] = X.min() / 2

    actual = compare(replace(dataset, X=X), with_recipe(toy_config, "raw"))

    assert (0, 0) == (actual.n_pairs, actual.n_alike)


def test_few_genes_cannot_tell_likeness(config: Config) -> None:
    """With two genes every two samples correlate by 1 or -1: only equal ones are told."""
    dataset = copied(study(n_genes=2), 2, 10)

    actual = compare(dataset, config)

    assert (1, None) == (actual.n_pairs, actual.closest)


def test_the_limit_of_few_genes_is_kept(config: Config) -> None:
    """From `MIN_GENES` genes on likeness is judged."""
    found = [compare(study(n_genes=n), config).closest for n in (MIN_GENES - 1, MIN_GENES)]

    assert [True, False] == [closest is None for closest in found]


def test_empty_arrays_are_not_the_same_sample(config: Config) -> None:
    """Two arrays of one value tell nothing of each other; how many there are is counted."""
    dataset = study()
    dataset.X[[0, 9]] = 0.0

    actual = compare(dataset, config)

    assert (0, 0, 2) == (actual.n_pairs, actual.n_alike, actual.n_constant)


@pytest.mark.parametrize("block", [1, 5, 12, 100])
def test_blocks_find_what_the_whole_finds(block: int) -> None:
    """What is found does not depend on the size of the blocks, and is that of numpy."""
    dataset = copied(copied(study(), 2, 10, noise=0.1), 0, 1, noise=0.1)
    X = dataset.X
    arrays = (X - X.mean(axis=1, keepdims=True)) / X.std(axis=1, keepdims=True)
    similarity = (arrays - arrays.mean(axis=0)) @ (arrays - arrays.mean(axis=0)).T
    length = np.sqrt(np.diag(similarity))
    expected = similarity / np.outer(length, length)

    actual = alike(dataset, X, threshold=0.9, block=block)

    assert {(2, 10), (0, 1)} == {(i, j) for _, i, j in actual.alike}
    for found, i, j in actual.alike:
        assert found == pytest.approx(expected[i, j], abs=1e-5)
    rows, columns = np.triu_indices(len(X), 1)
    best = int(expected[rows, columns].argmax())
    assert actual.closest is not None
    assert (rows[best], columns[best]) == actual.closest[1:]


def test_long_lists_are_cut_and_counted(config: Config) -> None:
    """Twelve equal samples are 66 pairs; the record lists 50 of them."""
    dataset = study()
    dataset.X[:] = dataset.X[0]

    actual = compare(dataset, config)

    assert (66, MAX_LISTED, 4) == (actual.n_pairs, len(actual.pairs), len(actual.left_out))


def test_reordered_samples_are_the_same_pair(config: Config) -> None:
    """The pair is found wherever its samples stand."""
    dataset = copied(study(), 2, 10, noise=0.005)
    order = np.random.default_rng(0).permutation(len(dataset.y))
    shuffled = replace(
        dataset,
        X=dataset.X[order],
        y=dataset.y[order],
        partition=dataset.partition[order],
        sample_ids=tuple(dataset.sample_ids[i] for i in order),
    )

    actual = compare(shuffled, config)

    (pair,) = actual.pairs
    assert {"S2", "S10"} == {pair.first, pair.second}
