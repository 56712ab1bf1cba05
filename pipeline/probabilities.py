"""Step 4: predicted probabilities against what happened."""

import numpy as np
from numpy.typing import NDArray
from scipy import stats

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

    Parameters
    ----------
    probabilities : ndarray of float, shape (n_samples,)
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
    n = positive.size
    too_few = n < MIN_CURVE
    return Calibration(
        key=key,
        protocol=protocol,
        model=model,
        n=n,
        mean_predicted=float(probabilities.mean()),
        observed=float(positive.mean()),
        p_value=spiegelhalter_p(probabilities, positive),
        n_extreme=int((np.minimum(probabilities, 1 - probabilities) <= EXTREME).sum()),
        bins=() if too_few else _bins(probabilities, positive),
        no_curve=f"{n} samples are too few for a curve; it takes {MIN_CURVE}." if too_few else None,
    )


def spiegelhalter_p(
    probabilities: NDArray[np.float64], positive: NDArray[np.bool_]
) -> float | None:
    """Test whether probabilities come true as often as they say [1]_.

    The Brier score is compared with the one that the probabilities themselves expect, in
    units of its standard deviation under them.

    Parameters
    ----------
    probabilities : ndarray of float, shape (n_samples,)
        Predicted probability of the positive class.
    positive : ndarray of bool, shape (n_samples,)
        Whether a sample is of the positive class.

    Returns
    -------
    float or None
        The two-sided p-value; None where each probability is 0, 1 or one half, which leaves
        nothing to compare.

    References
    ----------
    .. [1] Spiegelhalter (1986). Probabilistic prediction in patient management and clinical
       trials. Statistics in Medicine 5, 421-433.
    """
    # A certain prediction that fails would divide by zero: it is taken to be nearly certain.
    resolution = np.finfo(np.float64).eps
    p = np.clip(probabilities, resolution, 1 - resolution)
    lean = 1 - 2 * p
    variance = float((lean**2 * p * (1 - p)).sum())
    if variance < resolution * p.size * 2:
        return None
    z = float(((positive - p) * lean).sum()) / np.sqrt(variance)
    return float(2 * stats.norm.sf(abs(z)))


def _bins(
    probabilities: NDArray[np.float64], positive: NDArray[np.bool_]
) -> tuple[CalibrationBin, ...]:
    """Samples in order of their probability, cut where a bin is full and a tie ends."""
    n = positive.size
    order = np.argsort(probabilities, kind="stable")
    ends_of_ties = np.flatnonzero(np.diff(probabilities[order], append=np.inf)) + 1
    edges = [0]
    for end in ends_of_ties.tolist():
        full = end >= len(edges) * n / MAX_BINS and end - edges[-1] >= MIN_BIN
        if end == n or (full and n - end >= MIN_BIN):
            edges.append(end)
    return tuple(
        CalibrationBin(
            mean_predicted=float(probabilities[rows].mean()),
            n_positive=int(positive[rows].sum()),
            n=rows.size,
        )
        for rows in np.split(order, edges[1:-1])
    )
