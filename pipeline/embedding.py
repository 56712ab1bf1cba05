"""Step 3: two coordinates for every sample, and how far to believe them.

PCA is fitted on the given training samples and the test samples are projected into it.
t-SNE and UMAP cannot place new samples faithfully, so they see all samples at once; no
label enters any of the three.
"""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE, trustworthiness
from sklearn.metrics import silhouette_score

from pipeline.config import Config
from pipeline.dataset import Dataset
from pipeline.errors import DataError
from pipeline.progress import Progress
from pipeline.records.base import MethodStep, Statement, Value
from pipeline.records.data import Embedding, Start

N_VARIANCE = 10  # components whose share of variance is kept
N_COMPONENTS = 50  # t-SNE and UMAP see this many components: noise is left out, speed gained
FULL_PCA_MAX = 500  # samples or genes, the fewer, up to which all components are computed
EXACT_TSNE_MAX = 200  # samples up to which the exact gradient takes at most three seconds
PLAIN_UMAP_MAX = 2_000  # samples up to which uncompiled helpers beat their compilation
N_STARTS = 2  # other seeds from which t-SNE and UMAP are computed, to see what hangs on them
SCORED_MAX = 3_000  # samples whose n x n distances still fit: ranks of all take 24 n^2 bytes
UNIT_SIZES = (1e-4, 1e5)  # sizes of the largest value between which values are left as they are
N_NEIGHBORS = 15  # neighbourhood of the trustworthiness, as large as UMAP's own


def embed(
    dataset: Dataset, X: NDArray[np.float64], config: Config, progress: Progress
) -> tuple[Embedding, ...]:
    """Compute PCA, t-SNE and UMAP.

    Parameters
    ----------
    dataset : Dataset
        For split and labels.
    X : ndarray of float, shape (n_samples, n_features)
        All samples, preprocessed by what the training samples taught.
    config : Config
        Perplexity, neighbours, seed.
    progress : callable
        Told the name of the embedding, the number done and the number in all.

    Returns
    -------
    tuple of Embedding
        PCA, t-SNE, UMAP.

    Raises
    ------
    DataError
        If fewer than two genes vary: there is no plane to draw.
    """
    n_varying = int((np.ptp(X[dataset.train], axis=0) > 0).sum())
    if n_varying < 2:
        raise DataError(
            "embeddings: expected at least 2 genes that vary between the training samples after "
            f"preprocessing, found {n_varying}"
        )
    pca = _pca(X[dataset.train], N_VARIANCE, config.seed)
    components = pca.transform(X)[:, :2]
    reduced = _of_unit_size(_pca(X, N_COMPONENTS, config.seed).transform(X))
    progress("t-SNE", 0, 1)
    tsne = _tsne(reduced, config, seed=config.seed, init="pca")
    other_tsne = _others(X, dataset, config, partial(_tsne, reduced, config, init="random"))
    progress("UMAP", 0, 1)
    umap = _umap(reduced, config, seed=config.seed)
    other_umap = _others(X, dataset, config, partial(_umap, reduced, config))
    progress("embeddings", 0, 1)
    ratios = pca.explained_variance_ratio_.tolist()
    rows = _scored(len(X), config.seed)
    return (
        _pca_record(dataset, X, components, tuple(ratios), rows),
        _record(
            "tsne", "t-SNE", dataset, X, tsne, _tsne_settings(dataset, config), rows, other_tsne
        ),
        _record(
            "umap", "UMAP", dataset, X, umap, _umap_settings(dataset, config), rows, other_umap
        ),
    )


def method(embeddings: tuple[Embedding, ...], X: NDArray[np.float64], *, seed: int) -> MethodStep:
    """Write the Methods paragraph from the settings that ran.

    Parameters
    ----------
    embeddings : tuple of Embedding
        What `embed` gave.
    X : ndarray of float, shape (n_samples, n_features)
        What `embed` was given.
    seed : int
        The seed.

    Returns
    -------
    MethodStep
        The paragraph.
    """
    settings = [embedding.settings for embedding in embeddings]
    template = " ".join(statement.template for statement in settings) + (
        " Both were computed on the first {n_components} principal components of all samples,"
        " with seed {seed}{others}. Trustworthiness [@venna2001] compares the neighbours of each"
        " sample in the plane with those among the preprocessed values; the silhouette"
        " [@rousseeuw1987] compares distances within and between classes in the plane."
    )
    if len(X) > SCORED_MAX:
        template += (
            " Both scores are those of {n_scored} samples drawn at random, as the distances "
            "between all would take too much memory."
        )
    values = {value.name: value for statement in settings for value in statement.values}
    values["n_components"] = Value(
        name="n_components",
        value=_n_components(X),
        format="count",
    )
    values["seed"] = Value(name="seed", value=seed, format="count")
    n_starts = max(len(embedding.starts) for embedding in embeddings)
    words = f", and scored again from {n_starts} others, t-SNE with a random start"
    values["others"] = Value(name="others", value=words if n_starts else "", format="text")
    if len(X) > SCORED_MAX:
        values["n_scored"] = Value(name="n_scored", value=SCORED_MAX, format="count")
    text = Statement(template=template, values=tuple(values.values()))
    return MethodStep(title="Embeddings", text=text)


def _n_components(X: NDArray[np.float64]) -> int:
    """Number of principal components that t-SNE and UMAP see."""
    return min(N_COMPONENTS, len(X) - 1, int(X.shape[1]))


def _of_unit_size(X: NDArray[np.float64]) -> NDArray[np.float64]:
    """Bring very large or small values near 1: t-SNE and UMAP square them in single precision.

    Neither minds the unit. A power of two changes no digit.
    """
    largest = float(np.abs(X).max())
    if largest == 0 or UNIT_SIZES[0] <= largest <= UNIT_SIZES[1]:
        return X
    return np.asarray(np.ldexp(X, -int(np.frexp(largest)[1])))


def _pca(X: NDArray[np.float64], n_components: int, seed: int) -> PCA:
    """First principal components, or as many as there can be.

    Of large matrices Lanczos' method finds the first, to the same digits, in a fraction of
    the time; it starts at random.
    """
    solver = "full" if min(X.shape) <= FULL_PCA_MAX else "arpack"
    return PCA(min(n_components, *X.shape), svd_solver=solver, random_state=seed).fit(X)


def _scored(n_samples: int, seed: int) -> NDArray[np.intp]:
    """Samples that the scores of the embeddings look at: all, or a random part of many."""
    if n_samples <= SCORED_MAX:
        return np.arange(n_samples)
    drawn = np.random.default_rng(seed).choice(n_samples, SCORED_MAX, replace=False)
    return np.sort(drawn).astype(np.intp)


def _perplexity(n_samples: int, config: Config) -> float:
    """The perplexity asked for, or the most that the number of samples supports."""
    return min(config.embedding.perplexity, (n_samples - 1) / 3)


def _neighbors(n_samples: int, wanted: int) -> int:
    """The neighbours asked for, or fewer than half of the samples."""
    return max(2, min(wanted, (n_samples - 1) // 2))


def _others(
    X: NDArray[np.float64],
    dataset: Dataset,
    config: Config,
    embedded: Callable[..., NDArray[np.float64]],
) -> tuple[Start, ...]:
    """Score an embedding from other seeds, where that costs little."""
    if len(X) > EXACT_TSNE_MAX:
        return ()
    starts = []
    n_starts = 0 if config.quick else N_STARTS
    for seed in range(config.seed + 1, config.seed + 1 + n_starts):
        coordinates = embedded(seed=seed % 2**32)
        trust, silhouette = _scores(dataset, X, coordinates, _scored(len(X), config.seed))
        starts.append(Start(seed=seed, trustworthiness=trust, silhouette=silhouette))
    return tuple(starts)


def _tsne(X: NDArray[np.float64], config: Config, *, seed: int, init: str) -> NDArray[np.float64]:
    """Compute t-SNE of the first principal components."""
    tsne = TSNE(
        perplexity=_perplexity(len(X), config),
        init=init,
        method="exact" if len(X) <= EXACT_TSNE_MAX else "barnes_hut",
        random_state=seed,
    )
    return np.asarray(tsne.fit_transform(X), dtype=np.float64)


def _umap(X: NDArray[np.float64], config: Config, *, seed: int) -> NDArray[np.float64]:
    """Compute UMAP of the first principal components."""
    with warnings.catch_warnings():
        # umap-learn 0.5.12 warns on import that its optional TensorFlow part is absent.
        warnings.filterwarnings("ignore", message=".*[Tt]ensor[Ff]low.*", category=ImportWarning)
        import umap.umap_ as module
    with _plain_helpers(module, len(X)):
        reducer = module.UMAP(
            n_neighbors=_neighbors(len(X), config.embedding.n_neighbors),
            min_dist=config.embedding.min_dist,
            random_state=seed,
            n_jobs=1,
        )
        return np.asarray(reducer.fit_transform(X), dtype=np.float64)


@contextmanager
def _plain_helpers(module: Any, n_samples: int) -> Iterator[None]:
    """Leave umap-learn's parallel helpers uncompiled for few samples.

    Compiling them takes 15 s in every fresh process; as plain Python they take less than
    one on some hundred samples. Their last bits differ, and with them the layout, at the
    same trustworthiness.
    """
    names = ("smooth_knn_dist", "compute_membership_strengths", "fast_knn_indices")
    compiled = {name: getattr(module, name) for name in names}
    try:
        if n_samples <= PLAIN_UMAP_MAX:
            for name, function in compiled.items():
                setattr(module, name, function.py_func)
        yield
    finally:
        for name, function in compiled.items():
            setattr(module, name, function)


def _tsne_settings(dataset: Dataset, config: Config) -> Statement:
    """Settings of t-SNE as they ran."""
    return Statement(
        template="t-SNE [@vandermaaten2008] used perplexity {perplexity} and a PCA start.",
        values=(
            Value(
                name="perplexity",
                value=_perplexity(len(dataset.y), config),
                format="measure",
            ),
        ),
    )


def _umap_settings(dataset: Dataset, config: Config) -> Statement:
    """Settings of UMAP as they ran."""
    neighbors = _neighbors(len(dataset.y), config.embedding.n_neighbors)
    return Statement(
        template="UMAP [@mcinnes2018] used {neighbors} neighbours and a minimum distance of "
        "{min_dist}.",
        values=(
            Value(name="neighbors", value=neighbors, format="count"),
            Value(name="min_dist", value=config.embedding.min_dist, format="number"),
        ),
    )


def _pca_record(
    dataset: Dataset,
    X: NDArray[np.float64],
    coordinates: NDArray[np.float64],
    ratios: tuple[float, ...],
    rows: NDArray[np.intp],
) -> Embedding:
    """Record PCA, with its shares of variance."""
    settings = Statement(
        template="PCA was fitted on the {n_train} training samples; other samples were projected.",
        values=(Value(name="n_train", value=len(dataset.train), format="count"),),
    )
    record = _record("pca", "PCA", dataset, X, coordinates, settings, rows)
    return record.model_copy(
        update={"explained_variance_ratio": ratios, "fitted_on": "training samples"}
    )


READING: dict[str, tuple[str, str, tuple[str, str]]] = {
    "pca": (
        "Distances follow the preprocessed values: samples far apart differ along the "
        "directions in which the training samples vary most.",
        "Two components hold a part of the variance only. Overlap here does not mean that the "
        "classes cannot be told apart by all genes.",
        ("component 1", "component 2"),
    ),
    "tsne": (
        "Samples that stand together are neighbours among the preprocessed values, as far as the "
        "trustworthiness says.",
        "Distances between groups, their sizes and the gaps between them mean nothing, and "
        "another seed gives another picture. Separation here is not classification accuracy.",
        ("t-SNE 1", "t-SNE 2"),
    ),
    "umap": (
        "Samples that stand together are neighbours among the preprocessed values, as far as the "
        "trustworthiness says.",
        "Distances between groups, their sizes and the gaps between them mean little, and "
        "another seed or number of neighbours gives another picture. Pure noise also forms "
        "groups.",
        ("UMAP 1", "UMAP 2"),
    ),
}
"""How to read each embedding, how not to, and the names of its axes."""


def _record(
    key: str,
    label: str,
    dataset: Dataset,
    X: NDArray[np.float64],
    coordinates: NDArray[np.float64],
    settings: Statement,
    rows: NDArray[np.intp],
    starts: tuple[Start, ...] = (),
) -> Embedding:
    """Record an embedding, and its scores on some rows."""
    trust, silhouette = _scores(dataset, X, coordinates, rows)
    how_to_read, how_not_to_read, axis_labels = READING[key]
    return Embedding(
        key=key,
        label=label,
        axis_labels=axis_labels,
        coordinates=tuple((float(x), float(y)) for x, y in coordinates),
        fitted_on="all samples",
        settings=settings,
        explained_variance_ratio=(),
        trustworthiness=trust,
        trustworthiness_neighbors=_neighbors(len(rows), N_NEIGHBORS),
        silhouette=silhouette,
        starts=starts,
        how_to_read=how_to_read,
        how_not_to_read=how_not_to_read,
    )


def _scores(
    dataset: Dataset,
    X: NDArray[np.float64],
    coordinates: NDArray[np.float64],
    rows: NDArray[np.intp],
) -> tuple[float, float]:
    """Trustworthiness and silhouette of some rows of a plane."""
    plane, neighbors = coordinates[rows], _neighbors(len(rows), N_NEIGHBORS)
    return (
        float(trustworthiness(X[rows], plane, n_neighbors=neighbors)),
        float(silhouette_score(plane, dataset.y[rows])),
    )
