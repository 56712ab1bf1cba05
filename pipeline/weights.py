"""Step 5: what each gene weighs in the model of the headline, where that is one sum over genes.

A linear model with an L2 penalty has its weights among the combinations of the training samples,
w = Z' a. So its decision values on the training samples say all of them, with Z about the mean of
those samples and K = Z Z'::

    f - mean(f) = Z w = K a,     a = K⁺ (f - mean(f)),     w = Z' a

Nothing is approximated: it is the model that was fitted, whichever way it was fitted.
"""

import numpy as np
from numpy.typing import NDArray

from pipeline.classifiers import ENTRIES, setting_text
from pipeline.config import Config, ModelKey
from pipeline.dataset import Dataset
from pipeline.evaluate import fold_values, model_recipes
from pipeline.genes import Weights
from pipeline.gram import RANK_TOLERANCE
from pipeline.nested import is_tuned, nested
from pipeline.paths import Prepared
from pipeline.preprocess import usable, with_recipe
from pipeline.protocols import Plan
from pipeline.records.genes import GeneWeights
from pipeline.resubstitution import own_fold

LINEAR: tuple[ModelKey, ...] = (
    "logistic",
    "svm",
    "logistic_balanced",
    "svm_balanced",
    "pca_logistic",
)
"""Models whose decision value is a sum over genes, penalised by the squares of its weights."""


def gene_weights(dataset: Dataset, config: Config, plan: Plan) -> Weights:
    """Fit the primary model as for the headline, and give what each gene weighs in it.

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
    Weights
        For each gene, in the order of the data, what one standard deviation of it over the
        training samples adds to the decision value; None where the model is not such a sum.
    """
    key = config.evaluate.primary_model
    own = own_fold(dataset, config, plan)
    reason = _no_weights(key, dataset)
    if reason:
        nothing = GeneWeights(
            model=key, setting=None, n_samples=len(own.train), label=None, not_run=reason
        )
        return Weights(None, nothing)
    recipe = next(recipe for recipe, keys in model_recipes(config).items() if key in keys)
    values = fold_values(dataset, config, recipe)
    y = np.searchsorted(dataset.classes, dataset.y)
    (held,) = nested(
        key, Prepared(values, (own,)), y[None], config.evaluate, n_classes=2, seed=config.seed
    )
    Z = values(own.train)[own.train]
    weights = from_decisions(Z, held.scores[0, :, 0]) * Z.std(axis=0)
    kept = usable(dataset.X[own.train], with_recipe(config.preprocess, recipe))
    every = np.full(len(dataset.gene_ids), np.nan)
    every[kept] = weights
    setting = setting_text(key, float(held.setting[0])) if is_tuned(key, config.evaluate) else None
    record = GeneWeights(
        model=key,
        setting=setting,
        n_samples=len(own.train),
        label=dataset.classes[1],
        not_run=None,
    )
    return Weights(every, record)


def from_decisions(Z: NDArray[np.float64], decisions: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the weights of genes that a linear model has, from its decision values.

    Parameters
    ----------
    Z : ndarray of float, shape (n_train, n_genes)
        Values of the training samples, as the model saw them.
    decisions : ndarray of float, shape (n_train,)
        Its decision values of the same samples.

    Returns
    -------
    ndarray of float, shape (n_genes,)
        The weights of smallest length that give these decisions, up to the intercept.
    """
    centred = Z - Z.mean(axis=0)
    inverse = np.linalg.pinv(centred @ centred.T, rcond=RANK_TOLERANCE, hermitian=True)
    weights: NDArray[np.float64] = centred.T @ (inverse @ (decisions - decisions.mean()))
    return weights


def _no_weights(key: ModelKey, dataset: Dataset) -> str | None:
    """Say why the genes have no weights."""
    if key not in LINEAR:
        return f"{ENTRIES[key].noun} is not a sum over all genes with a squared penalty"
    if len(dataset.classes) > 2:
        return "with more than two classes a gene has several weights"
    return None
