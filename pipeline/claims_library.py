"""Step 6: what scikit-learn gives for a claim's models as a program would call it.

The models of this report are fitted to their optimum. A program that leaves the tolerance at its
default, on thousands of genes that are not scaled, stops before it, often without a warning, and
may err on other samples. Both numbers are told.
"""

import warnings
from collections.abc import Sequence

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC

from pipeline.claims_bench import Bench
from pipeline.config import ClaimModel
from pipeline.preprocess import FoldValues
from pipeline.protocols import Fold
from pipeline.records.claims import LibraryRun

MAX_VALUES = 4_000_000
"""Values to fit on, over all folds, above which the library is not asked: it takes minutes."""


def library_runs(bench: Bench, folds: Sequence[Fold]) -> tuple[LibraryRun, ...]:
    """Train the claim's models with scikit-learn's defaults, on the genes themselves.

    Parameters
    ----------
    bench : Bench
        Data and models.
    folds : sequence of Fold
        Rows of the data set; each row is held out once at most.

    Returns
    -------
    tuple of LibraryRun
        For each linear model of the claim, in their order; empty where there are too many
        values.
    """
    n_values = sum(len(fold.train) for fold in folds) * bench.X_all.shape[1]
    if n_values > MAX_VALUES:
        return ()
    values = FoldValues(bench.X_all, bench.preprocess)
    return tuple(
        _run(key, bench, values, folds) for key in bench.claim.models if key != "neighbours"
    )


def _run(key: ClaimModel, bench: Bench, values: FoldValues, folds: Sequence[Fold]) -> LibraryRun:
    """Train and test one model."""
    wrong: list[int] = []
    most = 0
    for fold in folds:
        X, y = values(fold.train), bench.y
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            # What it says of its convergence is the point; nobody need be told twice.
            warnings.simplefilter("ignore")
            model = _estimator(key, bench.claim.penalty_c).fit(X[fold.train], y[fold.train])
        wrong += fold.test[model.predict(X[fold.test]) != y[fold.test]].tolist()
        most = max(most, int(np.max(model.n_iter_)))
    n_test = sum(len(fold.test) for fold in folds)
    return LibraryRun(
        key=key,
        n_test=n_test,
        n_correct=n_test - len(wrong),
        n_iterations=most,
        wrong=tuple(bench.sample_ids[row] for row in sorted(wrong)),
    )


def _estimator(key: ClaimModel, penalty: float) -> LogisticRegression | SVC:
    """The estimator as scikit-learn makes it, but for the stated penalty and weights."""
    weight = "balanced" if key.endswith("_balanced") else None
    if key.startswith("svm"):
        return SVC(kernel="linear", C=penalty, class_weight=weight)
    return LogisticRegression(C=penalty, class_weight=weight)
