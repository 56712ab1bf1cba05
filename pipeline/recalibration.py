"""Step 4: slope and intercept of calibration, with intervals.

Of probabilities p that come true as often as they say, the log odds of what happens are
a + b log(p / (1 - p)) with intercept a = 0 and slope b = 1. A slope below 1 says that they are
too far from one half, above 1 that they are not far enough.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats
from scipy.special import log_expit, logit

from pipeline.intervals import LEVEL

STEEPEST = 1e4
"""Largest slope, or intercept, that is looked for, the log odds having a variance of 1."""

NO_SPREAD = 1e-9
"""Standard deviation of log odds below which all probabilities are equal."""


@dataclass(frozen=True)
class Limits:
    """An estimate and its 95 % interval; None where it is infinite to that side, or undefined."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Recalibration:
    """Slope and intercept, or the reason why there are none."""

    slope: Limits
    intercept: Limits
    undefined: str | None


NONE = Limits(None, None, None)


def recalibrate(
    probabilities: NDArray[np.float64], positive: NDArray[np.bool_], *, n_repeats: int = 1
) -> Recalibration:
    """Estimate slope and intercept of calibration by maximum likelihood [1]_.

    Intervals are those of the profile likelihood: they need not be symmetric, hold for fewer
    samples than those from a standard error, and have a limit also where the probabilities
    separate the classes without error, so that no finite slope is the likeliest.

    Parameters
    ----------
    probabilities : ndarray of float, shape (n_predictions,)
        Predicted probability of the positive class.
    positive : ndarray of bool, shape (n_predictions,)
        Whether a sample is of the positive class.
    n_repeats : int, default=1
        How often each sample is among the predictions: each counts as one over it.

    Returns
    -------
    Recalibration
        Without an estimate where a class is missing, where a probability is 0 or 1, whose log
        odds are infinite, and where all are equal.

    References
    ----------
    .. [1] Cox (1958). Two further applications of a model for binary regression. Biometrika 45,
       562-565.
    """
    if positive.all() or not positive.any():
        return Recalibration(NONE, NONE, "one class is missing")
    odds = logit(probabilities)
    n_certain = int((~np.isfinite(odds)).sum())
    if n_certain:
        return Recalibration(NONE, NONE, f"{n_certain} of the probabilities are 0 or 1")
    spread = float(odds.std())
    if spread < NO_SPREAD:
        return Recalibration(NONE, NONE, "all probabilities are equal")
    signs = np.where(positive, 1.0, -1.0)
    x = odds / spread

    def likelihood(a: float, b: float) -> float:
        return float(log_expit(signs * (a + b * x)).sum()) / n_repeats

    def at_slope(b: float) -> float:
        return _highest(lambda a: likelihood(a, b))[1]

    def at_intercept(a: float) -> float:
        return _highest(lambda b: likelihood(a, b))[1]

    slope = Limits(*(None if v is None else v / spread for v in _profile(at_slope)))
    # Beside an infinite slope any intercept is as likely as any other.
    intercept = NONE if slope.value is None else Limits(*_profile(at_intercept))
    return Recalibration(slope, intercept, None)


REACH = float(np.arcsinh(STEEPEST))


def _stretched(t: float) -> float:
    """A scale on which both small and large values are found: -1 to 1 are all."""
    return float(np.sinh(REACH * t))


def _highest(likelihood: Callable[[float], float]) -> tuple[float, float]:
    """Where, on the stretched scale, a concave log likelihood is highest, and how high."""

    def loss(t: float) -> float:
        return -likelihood(_stretched(t))

    found: Any = optimize.minimize_scalar(
        loss, bounds=(-1.0, 1.0), method="bounded", options={"xatol": 1e-9, "maxiter": 500}
    )
    return float(found.x), -float(found.fun)


def _profile(
    likelihood: Callable[[float], float],
) -> tuple[float | None, float | None, float | None]:
    """The likeliest value, and where twice the log likelihood has fallen by 3.84."""
    middle, top = _highest(likelihood)
    least = max(top, likelihood(-STEEPEST), likelihood(STEEPEST)) - (
        float(stats.chi2.ppf(LEVEL, 1)) / 2
    )

    def gap(t: float) -> float:
        return likelihood(_stretched(t)) - least

    low, high = (
        None if gap(end) > 0 else _stretched(float(optimize.brentq(gap, end, middle)))
        for end in (-1.0, 1.0)
    )
    # Where the likelihood rises up to the end, no finite value is the likeliest.
    finite = low is not None and high is not None
    return (_stretched(middle) if finite else None), low, high
