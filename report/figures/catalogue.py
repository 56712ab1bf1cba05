"""All figures of a report, numbered in the order in which the page shows them."""

from collections.abc import Iterator
from dataclasses import replace

from pipeline.results import Results
from report.figures import (
    audit,
    claims,
    decisions,
    embeddings,
    genes,
    models,
    resampling,
    strata,
    style,
)
from report.figures.style import Picture
from report.selection import in_brief, in_full


def draw(results: Results) -> dict[str, Picture]:
    """Draw every figure.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    dict of str to Picture
        By key, in the order of the page.
    """
    return {picture.key: picture for picture in pictures(results)}


def pictures(results: Results) -> Iterator[Picture]:
    """Draw one figure after the other.

    Parameters
    ----------
    results : Results
        The results object.

    Yields
    ------
    Picture
        In the order of the page; numbers run from 1.
    """
    with style.drawing():
        shown = (picture for picture in _drawn(results) if picture)
        for number, picture in enumerate(shown, start=1):
            yield replace(picture, number=number)


def _drawn(results: Results) -> Iterator[Picture | None]:
    """Draw what there is to draw; None where there is nothing."""
    yield models.accuracies(results, in_full(results), key="accuracies")
    yield audit.associations(results)
    yield audit.coloured(results)
    yield audit.arrays(results)
    yield from (embeddings.embedding(results, record) for record in results.embeddings)
    yield from (models.confusions(results, protocol) for protocol in in_full(results))
    yield models.roc(results)
    yield models.accuracies(results, in_brief(results), key="accuracies-others")
    yield resampling.permutations(results)
    yield resampling.learning_curves(results)
    yield resampling.leaky_twin(results)
    yield strata.by_source(results)
    yield from (decisions.error_map(results, protocol) for protocol in in_full(results))
    yield decisions.coverage(results)
    yield decisions.thresholds(results)
    yield decisions.calibration(results)
    yield from (claims.spread(results, claim) for claim in results.claims)
    yield genes.heat_map(results)
    yield genes.stability(results)


def draw_single(results: Results) -> Iterator[Picture]:
    """Draw again, as wide as one journal column, what can be read at that width.

    Of the others, panels side by side would be too narrow, or names leave no room; so would
    a legend of many classes.

    Parameters
    ----------
    results : Results
        The results object.

    Yields
    ------
    Picture
        With the same key as in `pictures`, without a number.
    """
    if len(results.data.classes) > embeddings.MAX_CLASSES_BY_PART:
        return
    width = style.SINGLE_MM
    with style.drawing():
        yield audit.arrays(results, width_mm=width)
        for record in results.embeddings:
            if not record.explained_variance_ratio:  # it has a second panel
                yield embeddings.embedding(results, record, width_mm=width)
