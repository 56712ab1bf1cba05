"""Step 4: a model that may decline to call a sample whose score is weak."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.intervals import clopper_pearson
from pipeline.records.models import Abstention, CoveragePoint

GRID = tuple(i / 10 for i in range(11))


def abstention(
    strengths: NDArray[np.float64],
    right: NDArray[np.bool_],
    sample_ids: Sequence[str],
    threshold: float,
    *,
    key: str,
    protocol: str,
    model: str,
) -> Abstention:
    """Count what a model calls, and gets right, at a threshold and along a grid of them.

    Parameters
    ----------
    strengths : ndarray of float, shape (n_samples,)
        How sure the model is of its call, 0 to 1, such as the prediction strength of
        weighted voting [1]_.
    right : ndarray of bool, shape (n_samples,)
        Whether the class it would call is the true one; each sample held out once.
    sample_ids : sequence of str, length n_samples
        Names of the samples.
    threshold : float
        Strength from which on a sample is called.
    key, protocol, model : str
        Keys of the evaluation, its protocol and its model.

    Returns
    -------
    Abstention
        With the intervals of Clopper and Pearson, and the curve at 0, 0.1, ... 1 and at
        the threshold: at 0 every sample is called.

    References
    ----------
    .. [1] Golub et al. (1999). Molecular classification of cancer: class discovery and
       class prediction by gene expression monitoring. Science 286, 531-537, figure 1B.
    """
    called = strengths >= threshold
    n_called, n_called_right = int(called.sum()), int((called & right).sum())
    return Abstention(
        key=key,
        protocol=protocol,
        model=model,
        threshold=threshold,
        n_samples=right.size,
        n_called=n_called,
        n_called_right=n_called_right,
        n_forced_right=int(right.sum()),
        not_called=tuple(name for name, yes in zip(sample_ids, called, strict=True) if not yes),
        called_interval=clopper_pearson(n_called_right, n_called) if n_called else None,
        forced_interval=clopper_pearson(int(right.sum()), right.size),
        curve=tuple(
            CoveragePoint(
                threshold=t,
                n_called=int((strengths >= t).sum()),
                n_right=int((right & (strengths >= t)).sum()),
            )
            for t in sorted({*GRID, threshold})
        ),
    )
