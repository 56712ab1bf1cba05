"""Step 6: a printed figure, and the values that it may stand for.

Every class contributes its right samples a, its samples called something else r, and others
called it c::

    precision a / (a + c)     recall a / (a + r)     F1 2 a / (2 a + r + c)

All comparisons are of whole numbers, so that rounding of our own cannot decide.
"""

from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline import intervals
from pipeline.records.claims import Measure, Measured, StatedFigure
from pipeline.records.models import Interval


def bounds(text: str) -> tuple[Fraction, Fraction]:
    """Give the values that a printed figure may stand for.

    Rounding half up or half to even, and cutting off, are all in use: what any of them
    turns into the text is accepted.

    Parameters
    ----------
    text : str
        The figure as printed, for example `0.62` or `62 %`.

    Returns
    -------
    low, high : Fraction
        The smallest value, and the first that is too large: 0.615 and 0.63 for `0.62`.
    """
    digits = text.removesuffix("%").strip()
    scale = 100 if text.endswith("%") else 1
    decimals = len(digits.partition(".")[2])
    unit = Fraction(1, scale * 10**decimals)
    printed = Fraction(digits) / scale
    return printed - unit / 2, printed + unit


def fraction(
    measure: Measure, counts: tuple[Any, Any, Any], *, n_errors: Any = 0
) -> tuple[Any, Any]:
    """Give a figure as numerator and denominator.

    Parameters
    ----------
    measure : str
        Which figure.
    counts : tuple of int or ndarray of int
        Right samples of the class, its samples called something else, others called it; for
        the accuracy the right samples of all classes first.
    n_errors : int or ndarray of int, default=0
        Errors in all, for the accuracy.

    Returns
    -------
    tuple
        Numerator and denominator; both are 0 where the figure is undefined.
    """
    right, missed, called = counts
    match measure:
        case "accuracy":
            return right, right + n_errors
        case "precision":
            return right, right + called
        case "recall":
            return right, right + missed
        case "f1":
            return 2 * right, 2 * right + missed + called


def agrees(text: str, numerator: Any, denominator: Any) -> Any:
    """Say whether a ratio prints as stated, in whole numbers and so without rounding.

    Parameters
    ----------
    text : str
        The figure as printed.
    numerator, denominator : int or ndarray of int
        The ratio; one without a denominator counts as 0, as programs print it.

    Returns
    -------
    bool or ndarray of bool
        Whether it does.
    """
    low, high = bounds(text)
    denominator = np.maximum(denominator, 1)
    above = numerator * low.denominator >= low.numerator * denominator
    return above & (numerator * high.denominator < high.numerator * denominator)


def measure(
    figure: StatedFigure, confusion: NDArray[np.intp], classes: tuple[str, ...]
) -> Measured:
    """Compute a stated figure from a confusion matrix.

    Parameters
    ----------
    figure : StatedFigure
        Which figure, and how it was printed.
    confusion : ndarray of int, shape (n_classes, n_classes)
        Counts, rows true, columns predicted.
    classes : tuple of str
        Class labels.

    Returns
    -------
    Measured
        Its value with an interval, and whether it prints as stated.
    """
    right, n = int(np.trace(confusion)), int(confusion.sum())
    if figure.label is None:
        counts, n_errors = (right, 0, 0), n - right
    else:
        k = classes.index(figure.label)
        a = int(confusion[k, k])
        counts = (a, int(confusion[k].sum()) - a, int(confusion[:, k].sum()) - a)
        n_errors = 0
    numerator, denominator = fraction(figure.measure, counts, n_errors=n_errors)
    return Measured(
        key=figure.key,
        value=numerator / denominator if denominator else None,
        interval=interval(figure, counts, n_errors=n_errors),
        fits=bool(agrees(figure.text, numerator, denominator)),
    )


def interval(
    figure: StatedFigure, counts: tuple[int, int, int], *, n_errors: int = 0
) -> Interval | None:
    """Compute the interval of a figure from its counts.

    Parameters
    ----------
    figure : StatedFigure
        Which figure.
    counts : tuple of int
        Right samples, samples missed, others called, as `claims_arithmetic.fraction` takes them.
    n_errors : int, default=0
        Errors in all, for the accuracy.

    Returns
    -------
    Interval or None
        95 % interval; None where the figure is undefined.
    """
    if figure.measure == "f1":
        return intervals.f1(counts[0], counts[1] + counts[2])
    numerator, denominator = fraction(figure.measure, counts, n_errors=n_errors)
    return intervals.wilson(numerator, denominator) if denominator else None
