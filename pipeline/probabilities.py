"""Step 4: predicted probabilities against what happened."""

import numpy as np
from numpy.typing import NDArray

from pipeline.recalibration import recalibrate
from pipeline.records.models import EXTREME, Calibration, CalibrationBin

MIN_CURVE = 100
"""Samples below which a calibration curve shows little but chance."""

MIN_BIN = 10
MAX_BINS = 10


def brier_score(probabilities: NDArray[np.float64], y: NDArray[np.intp]) -> float:
    """Compute the mean squared error of predicted probabilities.

    Of two classes only the second is looked at, so that the score lies between 0 and 1; of
    more, the squares are summed over classes as Brier did [1]_, so that it lies between 0
    and 2. scikit-learn's `brier_score_loss` does the same.

    Parameters
    ----------
    probabilities : ndarray of float, shape (n_samples, n_classes)
        Predicted probabilities, rows sum to 1.
    y : ndarray of int, shape (n_samples,)
        Class indices.

    Returns
    -------
    float
        0 where every probability is 0 or 1 and right.

    References
    ----------
    .. [1] Brier (1950). Verification of forecasts expressed in terms of probability.
       Monthly Weather Review 78, 1-3.
    """
    return float(brier_squares(probabilities, y).mean())


def brier_squares(probabilities: NDArray[np.float64], y: NDArray[np.intp]) -> NDArray[np.float64]:
    """Compute the squared error of each sample, whose mean is the Brier score.

    Parameters
    ----------
    probabilities : ndarray of float, shape (n_samples, n_classes)
        Predicted probabilities, rows sum to 1.
    y : ndarray of int, shape (n_samples,)
        Class indices.

    Returns
    -------
    ndarray of float, shape (n_samples,)
        0 to 1 of two classes, 0 to 2 of more.
    """
    n_classes = probabilities.shape[1]
    squares = (probabilities - np.eye(n_classes)[y]) ** 2
    return np.asarray(squares[:, 1] if n_classes == 2 else squares.sum(axis=1))


def log_loss(probabilities: NDArray[np.float64], y: NDArray[np.intp]) -> float:
    """Compute the mean negative logarithm of the true class's probability.

    A probability of 0 for what happened would be infinitely bad. As in scikit-learn,
    probabilities are kept the resolution of a float away from 0 and 1, so that a sample
    adds 36 at most.

    Parameters
    ----------
    probabilities : ndarray of float, shape (n_samples, n_classes)
        Predicted probabilities, rows sum to 1.
    y : ndarray of int, shape (n_samples,)
        Class indices.

    Returns
    -------
    float
        In units of the natural logarithm; 0.693 for a probability of one half throughout.

    References
    ----------
    .. [1] Good (1952). Rational decisions. Journal of the Royal Statistical Society B 14,
       107-114.
    """
    resolution = np.finfo(np.float64).eps
    of_true = np.take_along_axis(probabilities, y[:, None], axis=1)
    return float(-np.log(np.clip(of_true, resolution, 1 - resolution)).mean())


def calibration(
    probabilities: NDArray[np.float64],
    positive: NDArray[np.bool_],
    *,
    key: str,
    protocol: str,
    model: str,
) -> Calibration:
    """Compare the predicted probability of the positive class with its share.

    Under resampling the predictions of every repeat count, and none is averaged with others:
    a mean of several fits is no model of the report. Each counts as one over the repeats where
    samples are counted.

    Parameters
    ----------
    probabilities : ndarray of float, shape (n_repeats, n_samples)
        Predicted probability of the positive class.
    positive : ndarray of bool, shape (n_samples,)
        Whether a sample is of the positive class.
    key, protocol, model : str
        Keys of the evaluation, its protocol and its model.

    Returns
    -------
    Calibration
        With bins of about equal size, ten samples or more each and ten bins at most, where
        there are at least `MIN_CURVE` samples. Equal probabilities share a bin.
    """
    n, n_repeats = positive.size, len(probabilities)
    too_few = n < MIN_CURVE
    flat, truth = probabilities.ravel(), np.tile(positive, n_repeats)
    fitted = recalibrate(flat, truth, n_repeats=n_repeats)
    return Calibration(
        key=key,
        protocol=protocol,
        model=model,
        n=n,
        n_positive=int(positive.sum()),
        n_predictions=flat.size,
        mean_predicted=float(flat.mean()),
        observed=float(positive.mean()),
        n_extreme=int((np.minimum(flat, 1 - flat) <= EXTREME).sum()),
        slope=fitted.slope.value,
        slope_low=fitted.slope.low,
        slope_high=fitted.slope.high,
        intercept=fitted.intercept.value,
        intercept_low=fitted.intercept.low,
        intercept_high=fitted.intercept.high,
        no_slope=fitted.undefined,
        bins=() if too_few else _bins(flat, truth, least=MIN_BIN * n_repeats),
        no_curve=f"{n} samples are too few for a curve; it takes {MIN_CURVE}." if too_few else None,
    )


def _bins(
    probabilities: NDArray[np.float64], positive: NDArray[np.bool_], *, least: int
) -> tuple[CalibrationBin, ...]:
    """Samples in order of their probability, cut where a bin is full and a tie ends."""
    n = positive.size
    order = np.argsort(probabilities, kind="stable")
    ends_of_ties = np.flatnonzero(np.diff(probabilities[order], append=np.inf)) + 1
    edges = [0]
    for end in ends_of_ties.tolist():
        full = end >= len(edges) * n / MAX_BINS and end - edges[-1] >= least
        if end == n or (full and n - end >= least):
            edges.append(end)
    return tuple(
        CalibrationBin(
            mean_predicted=float(probabilities[rows].mean()),
            n_positive=int(positive[rows].sum()),
            n=rows.size,
        )
        for rows in np.split(order, edges[1:-1])
    )
