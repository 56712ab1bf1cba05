"""Step 6: how often the figures of a claim come by chance, or by any join by position.

One defect that gives the published figures at the stated seed proves little where labels that
say nothing give them as well: of many variants one may meet them by luck. Over the same seeds::

    right labels                           0 of 200
    labels drawn at random                15 of 200
    at least one of 14 joins by position  88 of 200

only the first row speaks against the labels; the others do not tell the defects apart.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from pipeline import claims_rerun
from pipeline.claims_bench import Bench, Joined, Split, folds_of, obstacle, seeds
from pipeline.records.claims import Chance

Met = NDArray[np.bool_]
"""For each seed, whether every model meets every figure."""


def chance(bench: Bench, joins: Iterable[Met]) -> Chance | None:
    """Count the seeds at which nothing but chance gives the figures.

    Parameters
    ----------
    bench : Bench
        Data, models and protocol of the claim.
    joins : iterable of ndarray of bool, shape (n_seeds,)
        For each join by position, the seeds at which it gives every figure.

    Returns
    -------
    Chance or None
        None where the protocol leaves nothing to a seed, or cannot be followed.
    """
    n_samples = min(bench.claim.n_samples or len(bench.rows), len(bench.rows))
    splits = []
    for seed in seeds(bench, Joined(bench.rows, bench.rows)):
        joined = _at_random(bench, n_samples, seed)
        if obstacle(bench, joined):
            return None
        splits.append(Split(joined, folds_of(bench, joined, seed)))
    if not splits:
        return None
    _, met = claims_rerun.distributions(bench, splits)
    tried = [one for one in joins if len(one) == len(splits)]
    return Chance(
        n_seeds=len(splits),
        n_samples=n_samples,
        n_random=int(met.sum()),
        n_joins=len(tried),
        n_any_join=int(np.any(tried, axis=0).sum()) if tried else 0,
    )


def _at_random(bench: Bench, n_samples: int, seed: int) -> Joined:
    """Draw so many of the samples, and labels for them from all."""
    rng = np.random.default_rng(seed)
    values_of = np.sort(rng.permutation(bench.rows)[:n_samples])
    return Joined(values_of, rng.permutation(bench.rows)[:n_samples])
