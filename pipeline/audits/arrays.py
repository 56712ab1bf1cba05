"""Each array for itself, and the principal components: biology, or the quality of arrays."""

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from sklearn.decomposition import PCA

from pipeline.audits.statements import Given, say, some, unless
from pipeline.dataset import Dataset
from pipeline.records.audit import ArrayMetric, Component
from pipeline.records.base import Format

LIMIT = 3.0  # robust standard deviations
ROBUST = 1.4826  # times the median absolute deviation is the standard deviation of a normal one
EQUAL = 1e-3
"""Share of an array's own spread within which arrays agree: what is left is rounding, or nothing.

Arrays that were brought to mean 0 and standard deviation 1 differ in the last digits only.
"""
N_EXTREMES = 3
N_COMPONENTS = 5


def call_rate(dataset: Dataset) -> ArrayMetric:
    """Measure the share of genes called present in each array.

    Parameters
    ----------
    dataset : Dataset
        The data.

    Returns
    -------
    ArrayMetric
        Not run where the data have no calls.
    """
    key, label = "call_rate", "share of genes called present"
    if dataset.calls is None:
        return _metric(key, label, dataset, np.array([]), not_run="the data have no calls")
    return _metric(key, label, dataset, (dataset.calls == "P").mean(axis=1))


def mean(dataset: Dataset) -> ArrayMetric:
    """Measure the mean of each array.

    Parameters
    ----------
    dataset : Dataset
        The data.

    Returns
    -------
    ArrayMetric
        In the unit of the data.
    """
    values = dataset.X.mean(axis=1)
    return _metric("mean", "mean of the array", dataset, values, equal=_tolerance(dataset))


def spread(dataset: Dataset) -> ArrayMetric:
    """Measure the standard deviation of each array over its genes.

    Parameters
    ----------
    dataset : Dataset
        The data.

    Returns
    -------
    ArrayMetric
        In the unit of the data.
    """
    label = "standard deviation of the array"
    values = dataset.X.std(axis=1, ddof=1)
    return _metric("spread", label, dataset, values, equal=_tolerance(dataset))


def _tolerance(dataset: Dataset) -> float:
    """Difference between arrays that is none, in the unit of the data."""
    return EQUAL * float(np.median(dataset.X.std(axis=1, ddof=1)))


def components(
    dataset: Dataset, X: NDArray[np.float64], fitted: NDArray[np.intp], *, seed: int
) -> tuple[tuple[Component, ...], NDArray[np.float64]]:
    """Compute the first principal components of the preprocessed values.

    Parameters
    ----------
    dataset : Dataset
        For the classes.
    X : ndarray of float, shape (n_samples, n_features)
        All samples, preprocessed.
    fitted : ndarray of int
        The samples that teach the components; the others are projected.
    seed : int
        For the randomised solver, used where there are many samples.

    Returns
    -------
    components : tuple of Component
        Share of variance and, with two classes, the area under the ROC curve.
    scores : ndarray of float, shape (n_samples, n_components)
        Their values.
    """
    n = min(N_COMPONENTS, len(fitted) - 1, X.shape[1])
    solver = "full" if min(len(fitted), X.shape[1]) <= 1_000 else "randomized"
    pca = PCA(n_components=n, svd_solver=solver, random_state=seed).fit(X[fitted])
    scores = np.asarray(pca.transform(X), dtype=np.float64)
    return tuple(
        Component(
            key=f"PC{k + 1}",
            label=f"principal component {k + 1}",
            variance_share=float(pca.explained_variance_ratio_[k]),
            class_auc=_auc(scores[:, k], dataset),
        )
        for k in range(n)
    ), scores


def _auc(scores: NDArray[np.float64], dataset: Dataset) -> float | None:
    """Area under the ROC curve of a component, whichever of two classes has the larger values."""
    if len(dataset.classes) != 2:
        return None
    first = dataset.y == dataset.classes[0]
    beaten = stats.mannwhitneyu(scores[first], scores[~first]).statistic
    auc = float(beaten / (first.sum() * (~first).sum()))
    return max(auc, 1.0 - auc)


def _metric(
    key: str,
    label: str,
    dataset: Dataset,
    values: NDArray[np.float64],
    *,
    not_run: str | None = None,
    equal: float = 0.0,
) -> ArrayMetric:
    """Record one measure of all arrays, and those far from the others.

    Where no two arrays differ by more than `equal` each has the median, or 0 where that is less.
    """
    same = bool(values.size) and bool(np.ptp(values) <= equal)
    if same:
        middle = float(np.median(values))
        values = np.full(len(values), middle if abs(middle) > equal else 0.0)
    centre = float(np.median(values)) if values.size else 0.0
    width = ROBUST * float(np.median(np.abs(values - centre))) if values.size else 0.0
    far = np.abs(values - centre) / width > LIMIT if width else np.zeros(len(values), dtype=bool)
    far &= np.abs(values - centre) > equal
    order = np.argsort(values, kind="stable")[: 0 if same else None]
    lowest = tuple(dataset.sample_ids[row] for row in order[:N_EXTREMES])
    highest = tuple(dataset.sample_ids[row] for row in order[::-1][:N_EXTREMES])
    outliers = tuple(dataset.sample_ids[row] for row in np.flatnonzero(far))
    form: Format = "percent" if key == "call_rate" else "measure"
    given: dict[str, Given] = {}
    template = ""
    if same:
        template = "All arrays agree to a thousandth of their own spread, at {median}."
        given = {"median": (centre, form, f"{key}.median")}
    elif values.size:
        template = "From {low} to {high}, median {median}; lowest in {lowest}. "
        template += (
            "Far from the others: {outliers}." if outliers else "None is far from the others."
        )
        given = {
            "low": (float(values.min()), form, None),
            "high": (float(values.max()), form, None),
            "median": (centre, form, f"{key}.median"),
            "lowest": (some(lowest), "text", None),
            "outliers": (some(outliers), "text", None),
        }
    return ArrayMetric(
        key=key,
        subject=f"{label[0].upper()}{label[1:]}",
        label=label,
        is_raised=bool(outliers),
        statement=unless(not_run, say(template, **given)),
        not_run=not_run,
        values=tuple(values.tolist()),
        median=centre,
        spread=width,
        limit=LIMIT,
        outliers=outliers,
        lowest=lowest,
        highest=highest,
    )
