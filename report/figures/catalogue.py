"""All figures of a report, numbered in the order in which the page shows them."""

from dataclasses import replace

from pipeline.results import Results
from report.figures import audit, claims, decisions, embeddings, genes, models, resampling, style
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
        By key; numbers run from 1 in the order of the page.
    """
    with style.drawing():
        pictures: list[Picture | None] = [
            models.accuracies(results, in_full(results), key="accuracies"),
            audit.associations(results),
            audit.coloured(results),
            audit.arrays(results),
            *(embeddings.embedding(results, record) for record in results.embeddings),
            *(models.confusions(results, protocol) for protocol in in_full(results)),
            models.roc(results),
            models.accuracies(results, in_brief(results), key="accuracies-others"),
            resampling.permutations(results),
            resampling.learning_curves(results),
            resampling.leaky_twin(results),
            *(decisions.error_map(results, protocol) for protocol in in_full(results)),
            decisions.coverage(results),
            decisions.thresholds(results),
            decisions.calibration(results),
            *(claims.spread(results, claim) for claim in results.claims),
            genes.heat_map(results),
            genes.stability(results),
        ]
    shown = [picture for picture in pictures if picture]
    return {
        picture.key: replace(picture, number=number)
        for number, picture in enumerate(shown, start=1)
    }


def draw_single(results: Results) -> dict[str, Picture]:
    """Draw again, as wide as one journal column, what can be read at that width.

    Of the others, panels side by side would be too narrow, or names leave no room; so would
    a legend of many classes.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    dict of str to Picture
        By the same keys as those of `draw`, without numbers.
    """
    if len(results.data.classes) > embeddings.MAX_CLASSES_BY_PART:
        return {}
    width = style.SINGLE_MM
    with style.drawing():
        pictures = [
            audit.arrays(results, width_mm=width),
            *(
                embeddings.embedding(results, record, width_mm=width)
                for record in results.embeddings
                if not record.explained_variance_ratio  # it has a second panel
            ),
        ]
    return {picture.key: picture for picture in pictures}
