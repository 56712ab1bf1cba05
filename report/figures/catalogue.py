"""All figures of a report, numbered in the order in which the page shows them."""

from dataclasses import replace

from pipeline.results import Results
from report.figures import embeddings, genes, models, style
from report.figures.style import Picture


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
        pictures = [
            models.accuracies(results),
            *(embeddings.embedding(results, record) for record in results.embeddings),
            *(models.confusions(results, protocol) for protocol in results.ran),
            models.roc(results),
            genes.heat_map(results),
        ]
    shown = [picture for picture in pictures if picture]
    return {
        picture.key: replace(picture, number=number)
        for number, picture in enumerate(shown, start=1)
    }
