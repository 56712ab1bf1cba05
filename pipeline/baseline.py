"""Step 4: the baseline: one class, named for every sample, whatever its values.

Folds that take the largest class of their own training part each name the class that the
held-out samples have thinned out: of two equal classes always the wrong one. The baseline is
therefore one answer for a whole protocol, and of classes of equal size it gets half right.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.nested import Held
from pipeline.paths import predictions
from pipeline.protocols import Fold, Plan

GIVEN = ("given", "swap")
"""Protocols whose training samples were set by the study: they say which class is largest."""


def constant_class(plan: Plan, y: NDArray[np.intp], *, n_classes: int) -> int:
    """Give the class that the baseline names under a protocol.

    Parameters
    ----------
    plan : Plan
        The protocol and its folds.
    y : ndarray of int, shape (n_samples,)
        Class indices of all samples.
    n_classes : int
        Number of classes.

    Returns
    -------
    int
        The largest class: of the training samples where the study gives the split, else of all
        samples. Of equally large ones the largest among the held-out samples, then the first.
    """
    fold = plan.folds[0]
    known = y[fold.train] if plan.protocol.key in GIVEN else y
    held_out = np.unique(np.concatenate([fold.test for fold in plan.folds]))
    sizes, among = (np.bincount(codes, minlength=n_classes) for codes in (known, y[held_out]))
    return int(np.lexsort((-among, -sizes))[0])


def constant(
    plan: Plan, folds: Sequence[Fold], y: NDArray[np.intp], *, n_classes: int
) -> list[Held]:
    """Give the baseline's answers in some folds of a protocol.

    Parameters
    ----------
    plan : Plan
        The protocol and all of its folds.
    folds : sequence of Fold
        Those to answer in.
    y : ndarray of int, shape (n_samples,)
        Class indices of all samples.
    n_classes : int
        Number of classes.

    Returns
    -------
    list of Held
        For each fold the same class and the same score for every sample, so that no score
        ranks one sample before another.
    """
    named = constant_class(plan, y, n_classes=n_classes)
    score = np.array([2.0 * named - 1]) if n_classes == 2 else np.eye(n_classes)[named]
    held = []
    for fold in folds:
        scores = np.tile(score, (1, len(fold.test), 1))
        held.append(Held(predictions(scores), scores, np.ones(1), np.ones(1, dtype=np.bool_)))
    return held
