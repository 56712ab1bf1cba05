"""Step 4: the primary model on its own training samples, to set beside the held-out errors."""

import numpy as np

from pipeline.config import Config
from pipeline.dataset import Dataset
from pipeline.evaluate import fold_values, model_recipes
from pipeline.nested import nested
from pipeline.paths import Prepared
from pipeline.protocols import Fold, Plan, covariate, inner_folds
from pipeline.records.models import Resubstitution


def resubstitution(dataset: Dataset, config: Config, plan: Plan) -> Resubstitution:
    """Train the primary model as for the headline, and predict the training samples.

    Parameters
    ----------
    dataset : Dataset
        The data.
    config : Config
        The primary model and its settings.
    plan : Plan
        The protocol of the headline.

    Returns
    -------
    Resubstitution
        Its errors on the samples that it was trained on.
    """
    key = config.evaluate.primary_model
    y = np.searchsorted(dataset.classes, dataset.y)
    own = own_fold(dataset, config, plan)
    rows = own.train
    recipe = next(recipe for recipe, keys in model_recipes(config).items() if key in keys)
    prepared = Prepared(fold_values(dataset, config, recipe), (own,))
    (held,) = nested(
        key, prepared, y[None], config.evaluate, n_classes=len(dataset.classes), seed=config.seed
    )
    n_errors = int((held.y_pred[0] != y[rows]).sum())
    return Resubstitution(
        key=f"{plan.protocol.key}/{key}",
        n=len(rows),
        n_errors=n_errors,
        accuracy=1 - n_errors / len(rows),
    )


def own_fold(dataset: Dataset, config: Config, plan: Plan) -> Fold:
    """Give the training samples of the headline, held out of nothing.

    Parameters
    ----------
    dataset : Dataset
        The data.
    config : Config
        Inner folds, column of groups, seed.
    plan : Plan
        The protocol of the headline.

    Returns
    -------
    Fold
        Its training rows, of a split; else all samples. They are the test rows as well.
    """
    if plan.protocol.design == "split":
        rows, inner = plan.folds[0].train, plan.folds[0].inner
    else:
        rows = np.arange(len(dataset.y))
        groups = covariate(dataset, config.evaluate.group_column, "group_column")
        inner = inner_folds(dataset.y, rows, config.evaluate, groups, seed=config.seed)
    return Fold(0, rows, rows, inner)
