"""Step 6: which confusion matrices give the figures that were printed.

A figure printed with two decimals leaves a range of true values, and a small test set has few
values to offer: often one set of counts fits, and the figures say how many samples there were.
Of each class a samples are right, r were called something else, and c others were called it.
With e errors in all the r of all classes sum to e, the c as well, and r + c <= e for each
class; conversely such numbers always belong to a matrix. Of two classes r + c = e, so that
F1 and accuracy say nothing of how the errors divide.
"""

from collections.abc import Iterator, Sequence
from itertools import product
from math import prod

import numpy as np
from numpy.typing import NDArray

from pipeline.claims_figures import agrees, fraction
from pipeline.records.claims import Arithmetic, CountFit, StatedFigure

MAX_SIZE = 100
"""Test sets up to this size are searched where no size is stated."""

MAX_OPTIONS = 2_000_000
MAX_COMBINATIONS = 100_000
"""Above so many numbers of one class, or combinations of classes, a search is not made."""

MAX_FITS = 50
"""Fits that are recorded one by one; the others are counted."""

Counts = tuple[int, int, int]
"""Right samples of a class, its samples called something else, and others called it."""


class _TooManyError(Exception):
    """The search would not end in reasonable time."""


def search(
    figures: Sequence[StatedFigure],
    classes: tuple[str, ...],
    *,
    supports: dict[str, int],
    largest: int,
    stated_sizes: tuple[int, ...],
) -> Arithmetic:
    """Find the counts that give every stated figure.

    Parameters
    ----------
    figures : sequence of StatedFigure
        The figures.
    classes : tuple of str
        Class labels.
    supports : dict of str to int
        Test samples of a class, where they are stated.
    largest : int
        Most samples that a test set could have.
    stated_sizes : tuple of int
        Sizes of the test set that what is stated allows; empty where nothing is.

    Returns
    -------
    Arithmetic
        What fits, or why it was not searched.

    References
    ----------
    .. [1] Brown, Heathers (2017). The GRIM test: a simple technique detects numerous
       anomalies in the reporting of results in psychology. Social Psychological and
       Personality Science 8, 363-369.
    """
    searched = min(largest, MAX_SIZE)
    found: list[CountFit] = []
    reason = None
    try:
        for n_test in sorted({*range(1, searched + 1), *stated_sizes}):
            found += _of_size(n_test, figures, classes, supports)
    except _TooManyError:
        found = []
        reason = (
            f"with {len(classes)} classes and so few figures more than {MAX_COMBINATIONS} "
            "combinations of counts would have to be tried"
        )
    allowed = [fit for fit in found if not stated_sizes or fit.n_test in stated_sizes]
    return Arithmetic(
        largest=searched,
        stated_sizes=stated_sizes,
        sizes=tuple(dict.fromkeys(fit.n_test for fit in found)),
        unit=_unit(found),
        n_fits=len(allowed),
        fits=tuple(allowed[:MAX_FITS]),
        not_run=reason,
    )


def _of_size(
    n_test: int,
    figures: Sequence[StatedFigure],
    classes: tuple[str, ...],
    supports: dict[str, int],
) -> Iterator[CountFit]:
    """Counts that fit in a test set of one size."""
    rights = np.arange(n_test + 1)
    for figure in figures:
        if figure.measure == "accuracy":
            rights = rights[agrees(figure.text, rights, n_test)]
    for n_correct in rights.tolist():
        n_errors = n_test - n_correct
        options = [
            _options(label, figures, supports.get(label), n_correct, n_errors, len(classes))
            for label in classes
        ]
        ways: dict[tuple[tuple[int, int], ...], list[tuple[Counts, ...]]] = {}
        for each in _combinations(options, n_correct, n_errors):
            ways.setdefault(tuple((a, r + c) for a, r, c in each), []).append(each)
        for shape, divided in ways.items():
            missed = [[counts[k][1] for counts in divided] for k in range(len(classes))]
            yield CountFit(
                n_test=n_test,
                n_correct=n_correct,
                n_errors=n_errors,
                n_right=tuple(right for right, _ in shape),
                n_involved=tuple(involved for _, involved in shape),
                n_ways=len(divided),
                fewest_wrong=tuple(map(min, missed)),
                most_wrong=tuple(map(max, missed)),
            )


def _options(
    label: str,
    figures: Sequence[StatedFigure],
    support: int | None,
    n_correct: int,
    n_errors: int,
    n_classes: int,
) -> list[Counts]:
    """Counts of one class that give its own figures."""
    two = n_classes == 2
    if (n_correct + 1) * (n_errors + 1) ** (1 if two else 2) > MAX_OPTIONS:
        raise _TooManyError
    right, missed, called = _grid(n_correct, n_errors, two=two)
    kept = missed + called <= n_errors
    if support is not None:
        kept &= right + missed == support
    for figure in figures:
        if figure.label == label:
            kept &= agrees(figure.text, *fraction(figure.measure, right, missed, called))
    columns = (right[kept].tolist(), missed[kept].tolist(), called[kept].tolist())
    return list(zip(*columns, strict=True))


def _grid(n_correct: int, n_errors: int, *, two: bool) -> tuple[NDArray[np.intp], ...]:
    """All counts of one class; of two classes every error involves both."""
    if two:
        right, missed = np.indices((n_correct + 1, n_errors + 1)).reshape(2, -1)
        return right, missed, n_errors - missed
    shape = (n_correct + 1, n_errors + 1, n_errors + 1)
    return tuple(np.indices(shape).reshape(3, -1))


def _combinations(
    options: list[list[Counts]], n_correct: int, n_errors: int
) -> Iterator[tuple[Counts, ...]]:
    """One choice for each class, so that all sums are right; the last follows from the others."""
    *first, last = options
    if prod(map(len, first)) > MAX_COMBINATIONS:
        raise _TooManyError
    possible = set(last)
    for chosen in product(*first):
        right, missed, called = map(sum, zip(*chosen, strict=True))
        rest = (n_correct - right, n_errors - missed, n_errors - called)
        if rest in possible:
            yield (*chosen, rest)


def _unit(found: list[CountFit]) -> CountFit | None:
    """The fit of which all are multiples; None where there is none."""
    if not found:
        return None
    first = found[0]
    shapes = [(*fit.n_right, *fit.n_involved) for fit in found]
    own = shapes[0]
    whole = all(fit.n_test % first.n_test == 0 for fit in found)
    multiples = all(
        shape == tuple(fit.n_test // first.n_test * count for count in own)
        for fit, shape in zip(found, shapes, strict=True)
    )
    return first if whole and multiples else None
