"""Step 4: what class weights do to probabilities, at the same penalty.

Two models whose penalties were chosen apart differ in more than the weights: which of them is
calibrated better says nothing of the weights. So both are fitted at each penalty of the grid.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from pipeline.classifiers import setting_text
from pipeline.config import Config, ModelKey
from pipeline.dataset import Dataset
from pipeline.evaluate import fold_values, model_recipes, positive_class
from pipeline.nested import batches
from pipeline.paths import Prepared, decision_values
from pipeline.protocols import Plan
from pipeline.records.models import Evaluation
from pipeline.records.weighting import AtPenalty, Weighting

PLAIN: ModelKey = "logistic"
WEIGHTED: ModelKey = "logistic_balanced"


def weighting(
    dataset: Dataset, config: Config, plan: Plan, plain: Evaluation | None
) -> Weighting | None:
    """Fit logistic regression with and without class weights at each penalty.

    Parameters
    ----------
    dataset : Dataset
        The data.
    config : Config
        Models, grid of penalties, preprocessing.
    plan : Plan
        The protocol of the headline.
    plain : Evaluation or None
        That of logistic regression without weights there.

    Returns
    -------
    Weighting or None
        None with more than two classes, or where the study lacks one of the two models.

    References
    ----------
    .. [1] Van den Goorbergh, Van Smeden, Timmerman, Van Calster (2022). The harm of class imbalance
       corrections for risk prediction models. JAMIA 29.
    """
    models = config.evaluate.models
    if len(dataset.classes) != 2 or plain is None or not {PLAIN, WEIGHTED} <= set(models):
        return None
    y = (np.searchsorted(dataset.classes, dataset.y) == positive_class(dataset, config)).astype(
        np.intp
    )
    grid = config.evaluate.penalty_grid
    truth = np.concatenate([y[fold.test] for fold in plan.folds]).astype(np.float64)
    shares = {key: _shares(dataset, config, plan, y, key) for key in (PLAIN, WEIGHTED)}
    names = [setting_text(PLAIN, c) for c in grid]
    chosen = plain.chosen[0].setting if plain.chosen else names[0]
    return Weighting(
        protocol=plan.protocol.key,
        observed=float(truth.mean()),
        penalties=tuple(
            AtPenalty(
                penalty_c=c,
                brier=_brier(shares[PLAIN][i], truth),
                brier_weighted=_brier(shares[WEIGHTED][i], truth),
                mean=float(shares[PLAIN][i].mean()),
                mean_weighted=float(shares[WEIGHTED][i].mean()),
            )
            for i, c in enumerate(grid)
        ),
        chosen=names.index(chosen) if chosen in names else 0,
    )


def _shares(
    dataset: Dataset, config: Config, plan: Plan, y: NDArray[np.intp], key: ModelKey
) -> NDArray[np.float64]:
    """Probabilities of the positive class, shape (n_penalties, n_predictions)."""
    recipe = next(recipe for recipe, keys in model_recipes(config).items() if key in keys)
    values = fold_values(dataset, config, recipe)
    parts = []
    for batch in batches(plan.folds, n_samples=len(y), n_genes=dataset.X.shape[1]):
        prepared = Prepared(values, batch)
        found = decision_values(
            key,
            prepared,
            y[None],
            config.evaluate,
            n_classes=2,
            seed=config.seed,
            problems="outer",
        ).values
        parts += [found[i, 0, :, fold.test, 0].T for i, fold in enumerate(batch)]
    return np.asarray(expit(np.concatenate(parts, axis=1)))


def _brier(shares: NDArray[np.float64], truth: NDArray[np.float64]) -> float:
    """Mean squared difference of probability and outcome."""
    return float(((shares - truth) ** 2).mean())
