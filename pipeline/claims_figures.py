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
    low : Fraction
        The smallest value: 0.615 for `0.62`.
    high : Fraction
        The first that is too large: 0.63.
    """
    digits = text.removesuffix("%").strip()
    scale = 100 if text.endswith("%") else 1
    decimals = len(digits.partition(".")[2])
    unit = Fraction(1, scale * 10**decimals)
    printed = Fraction(digits) / scale
    return printed - unit / 2, printed + unit


def fraction(
    measure: Measure, right: Any, missed: Any, called: Any, n_errors: Any = 0
) -> tuple[Any, Any]:
    """Give a figure as numerator and denominator.

    Parameters
    ----------
    measure : str
        Which figure.
    right, missed, called : int or ndarray of int
        Right samples of the class, its samples called something else, others called it; for
        the accuracy the right samples of all classes.
    n_errors : int or ndarray of int, default=0
        Errors in all, for the accuracy.

    Returns
    -------
    tuple
        Numerator and denominator; both are 0 where the figure is undefined.
    """
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


def counts_of(
    figure: StatedFigure, confusion: NDArray[np.intp], classes: tuple[str, ...]
) -> tuple[Any, Any, Any, Any]:
    """Take out of confusion matrices what a figure is made of.

    Parameters
    ----------
    figure : StatedFigure
        Which figure.
    confusion : ndarray of int, shape (..., n_classes, n_classes)
        Counts, rows true, columns predicted.
    classes : tuple of str
        Class labels.

    Returns
    -------
    tuple of ndarray of int
        What `fraction` takes: right samples, samples missed, others called, errors in all;
        for the accuracy the right samples of all classes, and none missed or called.
    """
    diagonal = np.diagonal(confusion, axis1=-2, axis2=-1)
    if figure.label is None:
        right = diagonal.sum(axis=-1)
        nothing = np.zeros_like(right)
        return right, nothing, nothing, confusion.sum(axis=(-2, -1)) - right
    k = classes.index(figure.label)
    right = diagonal[..., k]
    missed = confusion[..., k, :].sum(axis=-1) - right
    called = confusion[..., :, k].sum(axis=-1) - right
    return right, missed, called, np.zeros_like(right)


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
    counts = tuple(map(int, counts_of(figure, confusion, classes)))
    numerator, denominator = fraction(figure.measure, *counts)
    return Measured(
        key=figure.key,
        value=numerator / denominator if denominator else None,
        interval=interval(figure, *counts),
        fits=bool(agrees(figure.text, numerator, denominator)),
    )


def interval(
    figure: StatedFigure, right: int, missed: int, called: int, n_errors: int
) -> Interval | None:
    """Compute the interval of a figure from its counts.

    Parameters
    ----------
    figure : StatedFigure
        Which figure.
    right, missed, called, n_errors : int
        As `fraction` takes them.

    Returns
    -------
    Interval or None
        95 % interval; None where the figure is undefined.
    """
    if figure.measure == "f1":
        return intervals.f1(right, missed + called)
    numerator, denominator = fraction(figure.measure, right, missed, called, n_errors)
    return intervals.wilson(numerator, denominator) if denominator else None
