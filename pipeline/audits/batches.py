"""Whether the values of one class show where its samples come from.

Only covariates that go with the class or the split are asked: what a model may take from them
is what DESIGN-03 and DESIGN-04 are about. Within a class it cannot be the class that shows.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from pipeline.audits.statements import Given, say, some, unless
from pipeline.dataset import Dataset
from pipeline.gram import centred
from pipeline.records.audit import Batches, Covariates, Predicted
from pipeline.records.base import Statement
from pipeline.roc import newcombe
from pipeline.svm import svm_path

LIMIT = 0.9  # area from which a covariate counts as known from the values
FEWEST = 3  # samples of a value, and of the others
MAX_SAMPLES = 300  # of one class: a fit for each
PENALTY = 1.0  # C of the machines, not tuned
N_SAID = 4  # results that the sentence names


def batches(dataset: Dataset, X: NDArray[np.float64], known: Covariates) -> Batches:
    """Predict covariates from the values, within each class.

    Parameters
    ----------
    dataset : Dataset
        The data.
    X : ndarray of float, shape (n_samples, n_features)
        All samples, preprocessed.
    known : Covariates
        What is known of the samples, and what of it goes with class or split.

    Returns
    -------
    Batches
        Raised where a value of a covariate is predicted with an area above `LIMIT`.
    """
    sizes = {label: int((dataset.y == label).sum()) for label in dataset.classes}
    too_large = tuple(label for label in dataset.classes if sizes[label] > MAX_SAMPLES)
    results = tuple(
        result
        for label in dataset.classes
        if label not in too_large
        for result in _within(label, np.flatnonzero(dataset.y == label), X, known)
    )
    reason = None if results else _reason(known, too_large)
    return Batches(
        key="batches",
        subject="Covariates that go with class or split, predicted within a class",
        is_raised=any(result.auc > LIMIT for result in results),
        statement=unless(reason, _said(results, too_large)),
        not_run=reason,
        limit=LIMIT,
        results=results,
        too_large=too_large,
    )


def _within(
    label: str, rows: NDArray[np.intp], X: NDArray[np.float64], known: Covariates
) -> Iterator[Predicted]:
    """Predict each value of each covariate among the samples of one class."""
    for covariate in known.covariates:
        if covariate.key not in known.names or covariate.kind != "category":
            continue
        of = np.array(covariate.values, dtype=np.str_)[rows]
        inside, of = rows[of != ""], of[of != ""]
        counts = {found.level: int((of == found.level).sum()) for found in covariate.levels}
        levels = [level for level, n in counts.items() if FEWEST <= n <= len(of) - FEWEST]
        if len(levels) == 2 and sum(counts[level] for level in levels) == len(of):
            # Of two values either is predicted as well as the other: the rarer is named.
            levels = [min(levels, key=lambda level: counts[level])]
        K = X[inside] @ X[inside].T if levels else np.empty((0, 0))
        for level in levels:
            auc = left_out_auc(K, of == level)
            interval = newcombe(auc, counts[level], len(of) - counts[level])
            yield Predicted(
                covariate=covariate.key,
                label=covariate.label,
                class_label=label,
                level=level,
                n_level=counts[level],
                n_rest=len(of) - counts[level],
                auc=auc,
                low=interval.low,
                high=interval.high,
            )


def left_out_auc(K: NDArray[np.float64], positive: NDArray[np.bool_]) -> float:
    """Rank samples by support vector machines that did not see them.

    Parameters
    ----------
    K : ndarray of float, shape (n_samples, n_samples)
        Products of samples about any origin.
    positive : ndarray of bool, shape (n_samples,)
        What is to be predicted.

    Returns
    -------
    float
        Area under the ROC curve of the pooled decision values, each from a machine (linear,
        C = 1) trained on all other samples.
    """
    n = len(K)
    # Coefficients sum to 0, so the origin does not matter and one matrix serves all problems.
    about_all = centred(K, np.arange(n))
    values = svm_path(
        np.broadcast_to(about_all, (n, n, n)), positive.astype(np.intp), 1 - np.eye(n), (PENALTY,)
    )
    return float(roc_auc_score(positive, np.diagonal(values[0])))


def _reason(known: Covariates, too_large: tuple[str, ...]) -> str:
    """Why nothing was predicted."""
    if known.not_run:
        return known.not_run
    if not any(c.kind == "category" and c.key in known.names for c in known.covariates):
        return "no category goes with class or split"
    if too_large:
        return f"no class of at most {MAX_SAMPLES} samples has enough of two values"
    return f"no class has {FEWEST} samples of one value and {FEWEST} of others"


def _said(results: tuple[Predicted, ...], too_large: tuple[str, ...]) -> Statement:
    """Name the results above the limit, or the largest where none is, and what was left out."""
    order = sorted(range(len(results)), key=lambda i: -results[i].auc)
    above = [i for i in order if results[i].auc > LIMIT]
    values: dict[str, Given] = {}
    parts = []
    for i in above[:N_SAID] or order[:1]:
        of, place = results[i], f"batches.results[{i}]"
        values |= {
            f"label{i}": (of.label, "text", f"{place}.label"),
            f"level{i}": (of.level, "text", f"{place}.level"),
            f"class{i}": (of.class_label, "text", f"{place}.class_label"),
            f"auc{i}": (of.auc, "decimal", f"{place}.auc"),
            f"n{i}": (of.n_level, "count", f"{place}.n_level"),
            f"rest{i}": (of.n_rest, "count", f"{place}.n_rest"),
        }
        parts.append(
            f"{{label{i}}} {{level{i}}} within {{class{i}}} "
            f"(ROC AUC {{auc{i}}}, {{n{i}}} against {{rest{i}}} samples)"
        )
    if len(above) > N_SAID:
        values["n_more"] = (len(above) - N_SAID, "count", None)
        parts.append("{n_more} more")
    start = "Predicted from the values" if above else "None above the limit; the most"
    also = ""
    if too_large:
        values["skipped"] = (some(too_large), "text", None)
        values["most"] = (MAX_SAMPLES, "count", None)
        also = " Not examined, with more than {most} samples: {skipped}."
    return say(f"{start}: {'; '.join(parts)}.{also}", **values)
