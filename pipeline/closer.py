"""Step 4: a closer look at the scores: thresholds, calibration, calls that are declined.

Nothing here chooses anything: the tables show what held-out samples would have said.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline import abstention, intervals, probabilities, roc
from pipeline.classifiers import ENTRIES
from pipeline.config import EvaluateSection, ModelKey
from pipeline.nested import Held
from pipeline.protocols import Plan
from pipeline.records.models import Abstention, Calibration, ThresholdTable
from pipeline.summary import evaluated_rows, held_scores, model_probabilities

CALIBRATED_PROTOCOLS = ("given", "cv")
"""Protocols whose probabilities are compared with what happened."""

ABSTAINING_PROTOCOLS = ("given", "loo")
"""Protocols under which calls may be declined: those of the paper that introduced it."""


@dataclass(frozen=True)
class Closer:
    """What one model's scores say beyond its predictions; None where it does not apply."""

    thresholds: ThresholdTable | None
    calibration: Calibration | None
    abstention: Abstention | None


def look(
    plan: Plan,
    key: ModelKey,
    held: list[Held],
    y: NDArray[np.intp],
    section: EvaluateSection,
    *,
    positive: int,
) -> Closer:
    """Look closer at one model under one protocol.

    Parameters
    ----------
    plan : Plan
        The protocol and its folds.
    key : str
        Name of the model.
    held : list of Held
        What the model said in each fold.
    y : ndarray of int, shape (n_samples,)
        Class indices of all samples.
    section : EvaluateSection
        The threshold below which voting calls nothing.
    positive : int
        Of two classes the one that sensitivity speaks of.

    Returns
    -------
    Closer
        Thresholds for two classes on a split, calibration for models with probabilities,
        abstention for models with a strength.
    """
    rows = evaluated_rows(plan)
    scores = held_scores(plan, held, len(y))
    kind = ENTRIES[key].score
    two = scores.shape[-1] == 1
    name = f"{plan.protocol.key}/{key}"
    is_positive = y[rows] == positive
    table = curve = declined = None
    if two and kind != "none" and plan.protocol.key == "given":
        shares = model_probabilities(key, scores)
        if shares is not None and kind in ("probability", "share"):
            shown, default = shares[0, :, positive], 0.5
        else:
            shown, default = (scores[0, :, 0] if positive == 1 else -scores[0, :, 0]), 0.0
        points = roc.threshold_table(shown, is_positive, default)
        table = ThresholdTable(key=name, protocol=plan.protocol.key, model=key, points=points)
    shares = model_probabilities(key, scores)
    if two and shares is not None and plan.protocol.key in CALIBRATED_PROTOCOLS:
        curve = probabilities.calibration(
            shares[:, :, positive],
            is_positive,
            key=name,
            protocol=plan.protocol.key,
            model=key,
        )
    if kind == "strength" and plan.protocol.key in ABSTAINING_PROTOCOLS:
        strengths = np.abs(scores[0, :, 0]) if two else np.maximum(scores[0].max(axis=1), 0)
        predicted = np.concatenate([outcome.y_pred[0] for outcome in held])
        order = np.argsort(np.concatenate([fold.test for fold in plan.folds]), kind="stable")
        declined = abstention.abstention(
            strengths,
            predicted[order] == y[rows],
            plan.protocol.sample_ids,
            section.call_threshold,
            key=name,
            protocol=plan.protocol.key,
            model=key,
        )
        declined = _nominal(declined) if plan.protocol.nominal else declined
    return Closer(table, curve, declined)


def _nominal(record: Abstention) -> Abstention:
    """Call the intervals nominal, where fits share nearly all samples."""
    called, forced = record.called_interval, record.forced_interval
    update = {
        "called_interval": called and intervals.nominal(called),
        "forced_interval": intervals.nominal(forced),
    }
    return record.model_copy(update=update)
