from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from study_fixtures import changed, with_recipe

from pipeline import embedding
from pipeline.config import Config
from pipeline.dataset import Dataset
from pipeline.errors import DataError
from pipeline.records.data import Embedding
from pipeline.results import Results

KEYS = ("pca", "tsne", "umap")


def silent(step: str, n_done: int, n: int) -> None:
    """Say nothing."""


def take(dataset: Dataset, rows: NDArray[np.intp]) -> Dataset:
    """Keep some samples, or put them into another order."""
    return replace(
        dataset,
        X=dataset.X[rows],
        y=dataset.y[rows],
        partition=dataset.partition[rows],
        sample_ids=tuple(dataset.sample_ids[row] for row in rows),
    )


@pytest.fixture(scope="module")
def values(toy_dataset: Dataset) -> NDArray[np.float64]:
    """Give logarithms of the toy study's values."""
    return np.log10(np.clip(toy_dataset.X, 100, 16_000))


@pytest.fixture(scope="module")
def embeddings(
    toy_dataset: Dataset, toy_config: Config, values: NDArray[np.float64]
) -> dict[str, Embedding]:
    """Embed the toy study."""
    records = embedding.embed(toy_dataset, values, toy_config, silent)
    return {record.key: record for record in records}


def test_there_are_three_embeddings(embeddings: dict[str, Embedding]) -> None:
    """PCA comes first, then t-SNE and UMAP."""
    assert KEYS == tuple(embeddings)


@pytest.mark.parametrize("key", KEYS)
def test_every_sample_has_two_coordinates(embeddings: dict[str, Embedding], key: str) -> None:
    """The coordinates of all samples are in the plane."""
    actual = np.array(embeddings[key].coordinates)

    assert (30, 2) == actual.shape


def test_pca_is_the_singular_value_decomposition(
    embeddings: dict[str, Embedding], toy_dataset: Dataset, values: NDArray[np.float64]
) -> None:
    """Training samples lie where numpy's decomposition puts them, but for the sign."""
    train = values[toy_dataset.train]
    U, S, _ = np.linalg.svd(train - train.mean(axis=0), full_matrices=False)

    actual = np.array(embeddings["pca"].coordinates)[toy_dataset.train]

    np.testing.assert_allclose(np.abs(U[:, :2] * S[:2]), np.abs(actual), atol=1e-10)


def test_shares_of_variance_are_those_of_the_decomposition(
    embeddings: dict[str, Embedding], toy_dataset: Dataset, values: NDArray[np.float64]
) -> None:
    """A component's share is its squared singular value over the sum of all."""
    train = values[toy_dataset.train]
    S = np.linalg.svd(train - train.mean(axis=0), compute_uv=False)

    actual = embeddings["pca"].explained_variance_ratio

    np.testing.assert_allclose((S**2 / (S**2).sum())[:10], actual)


def test_test_samples_have_no_part_in_pca(
    embeddings: dict[str, Embedding],
    toy_dataset: Dataset,
    toy_config: Config,
    values: NDArray[np.float64],
) -> None:
    """Changing the test samples leaves the training samples where PCA put them."""
    other = values.copy()
    other[toy_dataset.test] += 3

    changed = embedding.embed(toy_dataset, other, toy_config, silent)[0]

    rows = toy_dataset.train
    expected = np.array(embeddings["pca"].coordinates)[rows].tolist()
    assert expected == np.array(changed.coordinates)[rows].tolist()


def test_labels_and_seeds_settle_every_coordinate(
    embeddings: dict[str, Embedding],
    toy_dataset: Dataset,
    toy_config: Config,
    values: NDArray[np.float64],
) -> None:
    """A second run with other labels gives the same coordinates: no label enters them."""
    relabelled = replace(toy_dataset, y=np.roll(toy_dataset.y, 1))

    actual = embedding.embed(relabelled, values, toy_config, silent)

    assert [e.coordinates for e in embeddings.values()] == [e.coordinates for e in actual]


@pytest.mark.parametrize("key", KEYS)
def test_scores_are_in_their_ranges(embeddings: dict[str, Embedding], key: str) -> None:
    """Trustworthiness lies between 0 and 1 and the silhouette between -1 and 1."""
    actual = embeddings[key]

    assert 0 <= actual.trustworthiness <= 1
    assert -1 <= actual.silhouette <= 1


def test_the_silhouette_of_a_worked_case(toy_results: Results) -> None:
    """The silhouette is Rousseeuw's: mean of (b - a) / max(a, b) over samples."""
    record = toy_results.embeddings[0]
    points = np.array(record.coordinates)
    labels = np.array([sample.label for sample in toy_results.data.samples])
    distances = np.linalg.norm(points[:, None] - points[None], axis=2)
    widths = []
    for i, label in enumerate(labels):
        a = distances[i, labels == label].sum() / ((labels == label).sum() - 1)
        b = min(distances[i, labels == other].mean() for other in set(labels) - {label})
        widths.append((b - a) / max(a, b))

    assert np.mean(widths) == pytest.approx(record.silhouette)


def test_only_pca_is_fitted_on_training_samples(embeddings: dict[str, Embedding]) -> None:
    """t-SNE and UMAP see all samples at once, and their records say so."""
    actual = [record.fitted_on for record in embeddings.values()]

    assert ["training samples", "all samples", "all samples"] == actual


def settings_of(record: Embedding) -> dict[str, Any]:
    """Give the settings of an embedding by name."""
    return {value.name: value.value for value in record.settings.values}


def test_settings_are_lowered_to_what_the_samples_support(
    toy_dataset: Dataset, toy_config: Config, values: NDArray[np.float64]
) -> None:
    """Of 12 samples at most 11 / 3 are a perplexity and 5 are neighbours."""
    rows = np.arange(12)

    _, tsne, umap = embedding.embed(take(toy_dataset, rows), values[rows], toy_config, silent)

    expected = {"perplexity": 11 / 3, "neighbors": 5, "min_dist": 0.1}
    assert expected == settings_of(tsne) | settings_of(umap)


def test_the_smallest_study_can_be_embedded(
    toy_dataset: Dataset, toy_config: Config, values: NDArray[np.float64]
) -> None:
    """Two classes of three samples are enough for all three embeddings."""
    rows = np.flatnonzero(toy_dataset.y != "B-cell")[:6]

    actual = embedding.embed(take(toy_dataset, rows), values[rows], toy_config, silent)

    assert [6, 6, 6] == [len(record.coordinates) for record in actual]


def test_one_gene_makes_no_plane(
    toy_dataset: Dataset, toy_config: Config, values: NDArray[np.float64]
) -> None:
    """With one gene left there is no second coordinate: an error that says so in one line."""
    with pytest.raises(DataError, match=r"expected at least 2 genes.*found 1$"):
        embedding.embed(toy_dataset, values[:, :1], toy_config, silent)


def test_methods_give_the_settings_that_ran(toy_results: Results) -> None:
    """The paragraph on embeddings carries perplexity, neighbours and seed as they were."""
    (text,) = [step.text for step in toy_results.methods if step.title == "Embeddings"]

    actual = {value.name: value.value for value in text.values}

    assert "from 2 others" in actual.pop("others")
    expected = {"n_train": 24, "perplexity": 29 / 3, "neighbors": 14, "min_dist": 0.1}
    assert expected | {"n_components": 29, "seed": 42} == actual


def test_methods_give_the_components_that_there_are(
    toy_config: Config, tmp_path: Any, compute: Any
) -> None:
    """Twelve samples of two genes have two components, not eleven."""
    names = [f"S{i}" for i in range(12)]
    X = np.random.default_rng(0).normal(8, 1, (2, 12))
    rows = [",".join([f"g{g}", *map(str, row)]) for g, row in enumerate(X)]
    (tmp_path / "expression.csv").write_text("\n".join([",".join(["gene", *names]), *rows]))
    table = [f"{name},{'ab'[i % 2]}" for i, name in enumerate(names)]
    (tmp_path / "samples.csv").write_text("\n".join(["sample,class", *table]))
    config = changed(with_recipe(toy_config, "logged"), variants=())

    results = compute(config.model_copy(update={"classes": {}}), tmp_path)

    (text,) = [step.text for step in results.methods if step.title == "Embeddings"]
    assert 2 == next(value.value for value in text.values if value.name == "n_components")


def test_other_seeds_are_scored(embeddings: dict[str, Embedding], toy_config: Config) -> None:
    """t-SNE and UMAP are computed from the seeds after the study's own as well; PCA has none."""
    seeds = [[start.seed for start in embeddings[key].starts] for key in KEYS]

    own = toy_config.seed
    assert [[], [own + 1, own + 2], [own + 1, own + 2]] == seeds


def test_another_seed_gives_the_scores_of_that_seed(
    embeddings: dict[str, Embedding],
    toy_dataset: Dataset,
    toy_config: Config,
    values: NDArray[np.float64],
) -> None:
    """UMAP's first other start is UMAP with that seed."""
    start = embeddings["umap"].starts[0]
    config = toy_config.model_copy(update={"seed": start.seed})

    actual = {e.key: e for e in embedding.embed(toy_dataset, values, config, silent)}["umap"]

    assert start.silhouette == actual.silhouette
    assert start.trustworthiness == actual.trustworthiness


def test_the_first_components_are_the_same_however_they_are_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Lanczos' method, for large matrices, gives the components and shares of all of them."""
    X = np.random.default_rng(0).normal(size=(40, 60)) * np.linspace(5, 1, 60)
    full = embedding._pca(X, 5, 1)
    monkeypatch.setattr(embedding, "FULL_PCA_MAX", 30)

    actual = embedding._pca(X, 5, 1)

    np.testing.assert_allclose(np.abs(full.transform(X)), np.abs(actual.transform(X)), atol=1e-8)
    np.testing.assert_allclose(full.explained_variance_ratio_, actual.explained_variance_ratio_)


def test_scores_of_many_samples_are_those_of_a_part(
    toy_dataset: Dataset,
    toy_config: Config,
    values: NDArray[np.float64],
    embeddings: dict[str, Embedding],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Beyond a number of samples so many are scored, all have coordinates, and it is said."""
    assert (
        "at random"
        not in embedding.method(tuple(embeddings.values()), values, seed=1).text.template
    )
    monkeypatch.setattr(embedding, "SCORED_MAX", 20)

    actual = embedding.embed(toy_dataset, values, toy_config, silent)

    text = embedding.method(actual, values, seed=1).text
    assert {"n_scored": 20}.items() <= {value.name: value.value for value in text.values}.items()
    for record in actual:
        assert embeddings[record.key].coordinates == record.coordinates
        assert embeddings[record.key].trustworthiness != record.trustworthiness
