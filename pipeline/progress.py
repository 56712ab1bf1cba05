"""How a long run tells the command line how far it is."""

from collections.abc import Callable, Mapping

Progress = Callable[[str, int, int], None]
"""Called with the name of the running step, what is done of it, and what there is to do."""

STEPS: dict[str, float] = {
    "loading": 3,
    "reading": 1,
    "comparing samples": 0.3,
    "preprocessing": 0.2,
    "PCA": 0.2,
    "t-SNE": 1.5,
    "UMAP": 4,
    "embeddings": 0.5,
    "auditing": 0.5,
    "evaluating models": 16,
    "other preprocessings": 15,
    "permuting labels": 15,
    "learning curves": 4,
    "leaky twin": 1,
    "claims": 2,
    "ranking genes": 1,
    "rendering": 12,
}
"""The steps of a build, in order, with about the seconds that each takes on the first study."""


def share_done(step: str, done: int, total: int, *, steps: Mapping[str, float] = STEPS) -> float:
    """Say which share of the whole run is done.

    Parameters
    ----------
    step : str
        The running step.
    done, total : int
        What is done of it, and what there is to do.
    steps : mapping of str to float
        All steps of the run, in order, with about the time that each takes.

    Returns
    -------
    float
        0 to 1; steps count by the time that they take.
    """
    before = 0.0
    for name, weight in steps.items():
        if name == step:
            before += weight * done / total
            break
        before += weight
    return before / sum(steps.values())
