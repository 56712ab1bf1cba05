"""Step 4: how many different fits were scored on the independent samples.

The best of several scores on one test set is too good an estimate, whatever table it stands in.
A fit is named by its model and by the values that the model saw::

    svm, standard      the linear SVM after the preprocessing of the report
    voting, unlogged   stands under two preprocessings, and is one fit
    svm, raw, C = 1    with labels joined by name, beside published figures
"""

from collections.abc import Iterable

from pipeline.classifiers import ENTRIES
from pipeline.config import ClaimModel, ClaimSection, Config
from pipeline.evaluate import model_recipes
from pipeline.records.claims import Claim
from pipeline.records.models import Evaluation, VariantEvaluation

Fit = tuple[str, str, tuple[float, ...]]
"""A model, the recipe of the values that it saw, and what its setting was chosen from."""


def n_scored(
    config: Config,
    evaluations: Iterable[Evaluation],
    variants: Iterable[VariantEvaluation],
    claims: Iterable[Claim],
) -> int:
    """Count the different fits whose predictions for the independent samples were scored.

    Parameters
    ----------
    config : Config
        Models, preprocessing and claims.
    evaluations : iterable of Evaluation
        After the preprocessing of the report.
    variants : iterable of VariantEvaluation
        After other preprocessings.
    claims : iterable of Claim
        Published figures; their models are trained on the right labels as well.

    Returns
    -------
    int
        Their number, without baselines; 0 where there are no independent samples.
    """
    of = {key: recipe for recipe, keys in model_recipes(config).items() for key in keys}
    fits = {
        _fit(e.model, of[e.model], config)
        for e in evaluations
        if e.protocol == "given" and e.model in of
    }
    fits |= {_fit(e.model, e.variant, config) for e in variants if e.protocol == "given"}
    sections = {section.key: section for section in config.claims}
    for claim in claims:
        if claim.corrected.protocol == "given":
            section = sections[claim.key]
            fits |= {_claimed(key, section) for key in section.models}
    baselines = {key for key, entry in ENTRIES.items() if entry.is_baseline}
    return sum(model not in baselines for model, _, _ in fits)


def _fit(model: str, recipe: str, config: Config) -> Fit:
    """Name a fit of the report."""
    section = config.evaluate
    tuned = next(entry.tuned for key, entry in ENTRIES.items() if key == model)
    grids: dict[str, tuple[float, ...]] = {
        "C": section.penalty_grid,
        "neighbours": section.neighbour_grid,
    }
    return model, recipe, grids.get(tuned or "", ())


def _claimed(model: ClaimModel, section: ClaimSection) -> Fit:
    """Name a fit of a claim, whose setting is not chosen."""
    setting = section.n_neighbours if model == "neighbours" else section.penalty_c
    return model, section.recipe, (setting,)
