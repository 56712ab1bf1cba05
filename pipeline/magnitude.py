"""Step 1: whether the values have a size that can be computed with."""

import numpy as np

from pipeline.dataset import Dataset
from pipeline.errors import DataError

LARGEST, SMALLEST = 1e15, 1e-15
"""Sizes between which the largest value must lie.

Squares of products are compared, and embeddings and forests hold numbers of single precision:
these end at 1e38. Counts and intensities of any instrument stay below 1e13.
"""


def check(dataset: Dataset) -> None:
    """Refuse values whose squares and products are no numbers of a computer.

    Parameters
    ----------
    dataset : Dataset
        As read.

    Raises
    ------
    DataError
        If the largest value, whatever its sign, is above `LARGEST` or below `SMALLEST`; the
        message names sample and gene.
    """
    sizes = np.abs(dataset.X)
    row, gene = np.unravel_index(sizes.argmax(), sizes.shape)
    largest = float(sizes[row, gene])
    if largest == 0 or SMALLEST <= largest <= LARGEST:
        return
    raise DataError(
        f"expression values: expected the largest to be between {SMALLEST:g} and {LARGEST:g}, "
        f"found {dataset.X[row, gene]:g} (gene {dataset.gene_ids[gene]!r}, sample "
        f"{dataset.sample_ids[row]!r}); give the values in another unit"
    )
