"""Step 4: every model under every protocol, on samples that it never saw.

In each fold the preprocessing is fitted on the training part and shared by all models, and
what is tuned is tuned on a further split of that training part; nothing that learns sees a
held-out sample.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from pipeline.baseline import constant
from pipeline.choice import TIE, Criterion, criterion
from pipeline.classifiers import ENTRIES, Size, Tuned, speed
from pipeline.closer import look
from pipeline.config import Config, ModelKey, Recipe
from pipeline.dataset import Dataset
from pipeline.errors import DataError
from pipeline.nested import Held, batches, in_processes, nested
from pipeline.paths import Prepared
from pipeline.preprocess import RECIPES, FoldValues, variant_statement, with_recipe
from pipeline.progress import Progress
from pipeline.protocols import FEW_TO_CHOOSE, Fold, Plan, n_inner
from pipeline.records.base import MethodStep, Statement, Value
from pipeline.records.models import (
    Abstention,
    Calibration,
    Evaluation,
    Model,
    Protocol,
    ThresholdTable,
    Variant,
    VariantEvaluation,
)
from pipeline.summary import brief, summarise

METHOD = (
    " Probabilities were scored by the Brier score [@brier1950] and by the logarithm of that of the"
    " own class [@good1952]."
    " Under resampling the ROC AUC is the mean over folds; all other scores come from the"
    " confusion matrix summed over repeats. Intervals are 95 % intervals, and none reaches 0 or 1"
    " but with its score: of proportions Wilson's score interval [@wilson1927] and the exact one of"
    " Clopper and Pearson [@clopper1934]; of balanced accuracy and MCC the changes that Wilson's"
    " limits of each class's recall make, squared and added [@zou2008] [@newcombe1998]; of F1"
    " Wilson's, of the share right among the samples that are of the class or were called it; of a"
    " mean F1 the mean of the limits; of a Brier score Wilson's on as many samples as its squared"
    " errors are worth [@korn1998], one undecided sample added to their variance; of the ROC AUC"
    " Newcombe's [@newcombe2006], on as many fewer samples as DeLong's variance"
    " [@delong1988] is larger. Under resampling each is that of the same score on the effective"
    " number of samples [@korn1998]: as many as give it the variance that its folds show (for"
    " balanced accuracy, F1 and MCC those of the accuracy), corrected for their overlap"
    " [@nadeau2003] [@bouckaert2004], and never more than there are. Where fits that share nearly"
    " all samples each"
    " hold out one sample or one source, predictions depend on each other by an unknown amount"
    " [@bates2024]: the accuracy has Wilson's interval, called nominal, and no other score has"
    " one. Two models on the same held-out samples were compared by McNemar's exact test"
    " [@mcnemar1947], nominal in the same sense where intervals are, and under resampling by the t"
    " test on the folds with the same correction; over all pairs of models of a protocol the"
    " p-values were adjusted by Holm [@holm1979]. The difference of their accuracies has Tango's"
    " interval [@tango1998]; the margin within which they are equal is the larger of its limits."
    " Slope and intercept of calibration [@vancalster2019] are those of a logistic regression of"
    " what happened on the log odds that were predicted, with profile likelihood intervals; under"
    " resampling each prediction counts as one over the number of repeats."
)
"""The part of the Methods on evaluation that no setting changes."""

BASELINE = (
    " The majority class is one answer for a whole protocol: the largest class of all samples or,"
    " where the study gives the split, of its training samples; of equally large ones the one with"
    " more held-out samples, then the first by name."
)
"""Which class the baseline names; folds that each took their own would name the thinned one."""

CRITERIA: dict[Criterion, str] = {
    "log loss": "the log loss of the class probabilities",
    "hinge loss": "the hinge loss, which the model itself minimises on its training samples,",
    "Brier score": "the Brier score of the shares of neighbours or votes",
}
"""How the Methods name the losses that choose settings."""

SIMPLEST: dict[Tuned, str] = {
    "C": "the smallest C (the strongest penalty)",
    "components": "the fewest components",
    "genes": "the fewest genes",
    "Delta": "the largest Delta (the fewest genes)",
    "neighbours": "the most neighbours (the smoothest rule)",
}
"""How the Methods define the simplest of equally good settings."""

PRIORS: dict[ModelKey, str] = {
    "discriminant": "equal for the diagonal discriminant",
    "centroids": "their shares of the training samples for the shrunken centroids",
}
"""What the models that have prior probabilities take for them."""

FEWER_INNER_FOLDS = (
    " More than {few} samples are divided into no more of them, and not the {usual} of the"
    " settings: of so many two thirds learn nearly as well, and all are held out either way."
)

FEWER_TO_CHOOSE = (
    " Of larger training parts at most {chosen_on} samples, a stratified random part, choose the"
    " settings, on which then all are trained: the work grows with up to the cube of the samples,"
    " and so many tell settings apart (evaluate.tune_max_samples)."
)

VARIANTS: dict[Recipe, tuple[Recipe, ...]] = {
    "standard": ("arrays", "all_genes", "unlogged", "raw"),
    "arrays": ("standard", "all_genes", "unlogged", "raw"),
    "all_genes": ("standard", "arrays", "unlogged", "raw"),
    "unlogged": ("standard", "arrays", "all_genes", "raw"),
    "logged": ("logged_arrays", "raw"),
    "logged_arrays": ("logged", "raw"),
    "raw": (),
}
"""What each preprocessing is compared with, where the study names nothing."""

VARIANT_LABELS: dict[Recipe, str] = {
    "standard": "Filtered, log10",
    "arrays": "Filtered, log10, arrays standardised",
    "all_genes": "All genes, log10",
    "unlogged": "Filtered, no logarithm",
    "logged": "As supplied, genes standardised",
    "logged_arrays": "Arrays standardised",
    "raw": "As supplied",
}

VARIANT_PROTOCOLS = ("given", "swap", "cv", "loo")
"""Protocols under which other preprocessings are tried."""

SLOW_VARIANT_PROTOCOLS = ("given", "swap")
"""Those of them under which also models without a fast path are fitted."""


@dataclass(frozen=True)
class Evaluated:
    """Every model under every protocol, and a closer look at the scores of some."""

    evaluations: tuple[Evaluation, ...]
    thresholds: tuple[ThresholdTable, ...]
    calibrations: tuple[Calibration, ...]
    abstentions: tuple[Abstention, ...]


def evaluate(
    dataset: Dataset, config: Config, plans: tuple[Plan, ...], progress: Progress, *, n_jobs: int
) -> Evaluated:
    """Run every model under every protocol.

    Parameters
    ----------
    dataset : Dataset
        The data.
    config : Config
        Models, preprocessing, seed.
    plans : tuple of Plan
        What `protocols.make_plans` gave.
    progress : callable
        Told the folds done and the folds in all.
    n_jobs : int
        Number of processes; the results do not depend on it.

    Returns
    -------
    Evaluated
        An evaluation for each available protocol and model, in that order.

    Raises
    ------
    DataError
        If the preprocessing leaves too few genes in a fold; the message names the protocol.
    """
    return finish(start(dataset, config, plans, n_jobs=n_jobs), progress)


@dataclass(frozen=True)
class Running:
    """An evaluation that goes on in other processes."""

    dataset: Dataset
    config: Config
    plans: tuple[Plan, ...]
    jobs: tuple["_Job", ...]
    parts: Iterator[dict[ModelKey, list[Held]]]


def start(dataset: Dataset, config: Config, plans: tuple[Plan, ...], *, n_jobs: int) -> Running:
    """Begin to run every model under every protocol, and come back at once.

    Parameters
    ----------
    dataset : Dataset
        The data.
    config : Config
        Models, preprocessing, seed.
    plans : tuple of Plan
        What `protocols.make_plans` gave.
    n_jobs : int
        Number of processes; with 1 the work waits for `finish`.

    Returns
    -------
    Running
        What `finish` takes.
    """
    recipes = model_recipes(config)
    values = {recipe: fold_values(dataset, config, recipe) for recipe in recipes}
    ran = tuple(plan for plan in plans if plan.folds)
    # Models that are fitted from the genes apart from those that share what is prepared.
    slow, quick = (
        {r: tuple(k for k in keys if (ENTRIES[k].cost is None) == apart) for r, keys in some}
        for some, apart in ((recipes.items(), True), (recipes.items(), False))
    )
    jobs = _interleaved(_jobs(ran, quick, values), _jobs(ran, slow, values))
    y = np.searchsorted(dataset.classes, dataset.y)
    return Running(dataset, config, ran, tuple(jobs), _parts(jobs, y, config, n_jobs=n_jobs))


def finish(running: Running, progress: Progress) -> Evaluated:
    """Wait for an evaluation, and sum it up.

    Parameters
    ----------
    running : Running
        What `start` gave.
    progress : callable
        Told the folds done and the folds in all.

    Returns
    -------
    Evaluated
        An evaluation for each available protocol and model, in that order.

    Raises
    ------
    DataError
        If the preprocessing leaves too few genes in a fold; the message names the protocol.
    """
    dataset, config, ran = running.dataset, running.config, running.plans
    y = np.searchsorted(dataset.classes, dataset.y)
    positive = positive_class(dataset, config)
    held = _collected(running.jobs, running.parts, partial(progress, "evaluating models"))
    of = {key: recipe for recipe, keys in model_recipes(config).items() for key in keys}
    pairs = [(plan, key) for plan in ran for key in config.evaluate.models]
    evaluations = [
        summarise(plan, key, held[_name(of[key], plan, key)], y, dataset.classes, positive=positive)
        for plan, key in pairs
    ]
    looks = [
        look(plan, key, held[_name(of[key], plan, key)], y, config.evaluate, positive=positive)
        for plan, key in pairs
    ]
    return Evaluated(
        evaluations=tuple(evaluations),
        thresholds=tuple(seen.thresholds for seen in looks if seen.thresholds),
        calibrations=tuple(seen.calibration for seen in looks if seen.calibration),
        abstentions=tuple(seen.abstention for seen in looks if seen.abstention),
    )


def evaluate_variants(
    dataset: Dataset, config: Config, plans: tuple[Plan, ...], progress: Progress, *, n_jobs: int
) -> tuple[tuple[Variant, ...], tuple[VariantEvaluation, ...]]:
    """Run every model after every other preprocessing.

    Models that are too slow at this size are fitted on the given and the exchanged sets only: in
    every fold of every resampling they would cost more than all else together.

    Parameters
    ----------
    dataset : Dataset
        The data.
    config : Config
        Models, preprocessings, seed.
    plans : tuple of Plan
        What `protocols.make_plans` gave.
    progress : callable
        Told what is done and what there is to do.
    n_jobs : int
        Number of processes; the results do not depend on it.

    Returns
    -------
    variants : tuple of Variant
        The main preprocessing first, then the others.
    evaluations : tuple of VariantEvaluation
        Of the others, by preprocessing, protocol and model.

    Raises
    ------
    DataError
        If a preprocessing leaves too few genes in a fold; the message names both.
    """
    main = config.preprocess.recipe
    chosen = config.evaluate.variants
    others = [r for r in (VARIANTS[main] if chosen is None else chosen) if r != main]
    values = {recipe: fold_values(dataset, config, recipe) for recipe in (main, *others)}
    variants = tuple(_variant(recipe, values[recipe], dataset) for recipe in (main, *others))
    section, size = config.evaluate, size_of(dataset, values[main])
    keys = tuple(key for key in section.models if speed(key, size, section) != "none")
    slow = tuple(key for key in section.models if key not in keys)
    tried = [plan for plan in plans if plan.folds and plan.protocol.key in VARIANT_PROTOCOLS]
    once = [plan for plan in tried if plan.protocol.key in SLOW_VARIANT_PROTOCOLS]
    jobs = [
        *_jobs(once, dict.fromkeys(others, slow), values),
        *_jobs(tried, dict.fromkeys(others, keys), values),
    ]
    y = np.searchsorted(dataset.classes, dataset.y)
    tell = partial(progress, "other preprocessings")
    held = _collected(jobs, _parts(jobs, y, config, n_jobs=n_jobs), tell)
    return variants, tuple(
        brief(plan, recipe, key, held[_name(recipe, plan, key)], y, dataset.sample_ids)
        for recipe in others
        for plan in tried
        for key in section.models
        if key in keys or plan in once
    )


def model_recipes(config: Config) -> dict[Recipe, tuple[ModelKey, ...]]:
    """Say which models see which preprocessing.

    Parameters
    ----------
    config : Config
        Models and preprocessing.

    Returns
    -------
    dict of str to tuple of str
        The main recipe and its models; weighted voting sees values of which no logarithm is
        taken, as in its paper.
    """
    main = config.preprocess.recipe
    apart = tuple(k for k in config.evaluate.models if ENTRIES[k].unlogged)
    if "log10" not in RECIPES[main] or not apart:
        return {main: config.evaluate.models}
    rest = tuple(key for key in config.evaluate.models if key not in apart)
    return {main: rest, "unlogged": apart} if rest else {"unlogged": apart}


def fold_values(dataset: Dataset, config: Config, recipe: Recipe) -> FoldValues:
    """Give what a recipe makes of the samples in each fold.

    Parameters
    ----------
    dataset : Dataset
        The data.
    config : Config
        The recipe's constants.
    recipe : str
        Name of the recipe.

    Returns
    -------
    FoldValues
        Called with training rows.
    """
    return FoldValues(dataset.X, with_recipe(config.preprocess, recipe))


def size_of(dataset: Dataset, values: FoldValues) -> Size:
    """Give the size that says which models can be fitted how often.

    Parameters
    ----------
    dataset : Dataset
        The data.
    values : FoldValues
        The preprocessing.

    Returns
    -------
    Size
        With the genes that the preprocessing keeps on the given training samples.
    """
    n_genes = values(dataset.train).shape[1]
    return Size(len(dataset.y), n_genes, len(dataset.classes))


def positive_class(dataset: Dataset, config: Config) -> int:
    """Give the class that sensitivity speaks of.

    Parameters
    ----------
    dataset : Dataset
        The classes.
    config : Config
        The class that the study names, if it does.

    Returns
    -------
    int
        Its index: that of the last of two classes, where none is named.

    Raises
    ------
    DataError
        If no sample has the named class.
    """
    name = config.evaluate.positive_class
    if name is None:
        return len(dataset.classes) - 1
    if name not in dataset.classes:
        raise DataError(
            f"evaluate.positive_class: expected one of {', '.join(dataset.classes)}, found {name!r}"
        )
    return dataset.classes.index(name)


def method(
    models: tuple[Model, ...], protocols: tuple[Protocol, ...], config: Config
) -> tuple[MethodStep, ...]:
    """Write the Methods paragraphs on models and evaluation.

    Parameters
    ----------
    models : tuple of Model
        The models.
    protocols : tuple of Protocol
        The protocols that were laid out.
    config : Config
        The models and their settings.

    Returns
    -------
    tuple of MethodStep
        Models, then evaluation.
    """
    ran = [protocol for protocol in protocols if not protocol.unavailable]
    description = Statement(
        template=" ".join(
            f"{{label_{i}}}: " + _suffixed(protocol.description.template, i)
            for i, protocol in enumerate(ran)
        )
        + METHOD,
        values=tuple(
            value
            for i, protocol in enumerate(ran)
            for value in (
                Value(name=f"label_{i}", value=protocol.label, format="text"),
                *(
                    v.model_copy(update={"name": f"{v.name}_{i}"})
                    for v in protocol.description.values
                ),
            )
        ),
    )
    return (
        MethodStep(title="Models", text=_models_statement(models, ran, config)),
        MethodStep(title="Evaluation", text=description),
    )


def _models_statement(
    models: tuple[Model, ...], ran: Sequence[Protocol], config: Config
) -> Statement:
    """Name the models, what was tuned, and how each was solved."""
    section = config.evaluate
    keys = {model.key for model in models}
    citations = " ".join(f"[@{key}]" for key in dict.fromkeys(m.citation for m in models))
    tuned = [model for model in models if model.tuned]
    tuned_keys = [k for k in section.models if any(m.key == k for m in tuned)]
    chosen_on, most = max((p.n_train for p in ran), default=0), section.tune_max_samples
    n_inner_folds = n_inner(section, min(chosen_on, most))
    values = [Value(name="models", value=", ".join(m.noun for m in models), format="text")]
    template = "Classifiers: {models} " + citations + "."
    if any(model.is_baseline for model in models):
        template += BASELINE
    if tuned:
        texts = "; ".join(f"{model.noun}: {model.tuned}" for model in tuned)
        template += (
            " Tuned over {n_inner} stratified inner folds of each training part, by the least mean"
            " loss on their held-out samples ({criteria}), and of settings whose losses differ by"
            " less than {tie} the simplest: {simplest}. Settings: {tuned}."
        )
        values += [
            Value(name="n_inner", value=n_inner_folds, format="count"),
            Value(name="tuned", value=texts, format="text"),
            Value(name="criteria", value=_criteria(tuned_keys), format="text"),
            Value(name="tie", value=TIE, format="number"),
            Value(name="simplest", value=_simplest(tuned_keys), format="text"),
        ]
        if n_inner_folds < section.n_inner_folds:
            template += FEWER_INNER_FOLDS
            values += [
                Value(name="usual", value=section.n_inner_folds, format="count"),
                Value(name="few", value=FEW_TO_CHOOSE, format="count"),
            ]
        if chosen_on > most:
            template += FEWER_TO_CHOOSE
            values.append(Value(name="chosen_on", value=most, format="count"))
    if "pca_logistic" in keys:
        template += " On principal components C was {penalty}."
        values.append(Value(name="penalty", value=section.penalty_c, format="number"))
    priors = [PRIORS[key] for key in PRIORS if key in keys]
    if priors:
        template += f" Prior probabilities of the classes: {'; '.join(priors)}."
    if "elastic_net" in keys:
        template += " Of the elastic net's penalty the share {l1_ratio} was on absolute weights."
        values.append(Value(name="l1_ratio", value=section.l1_ratio, format="number"))
    if "voting" in keys:
        template += (
            " Weighted voting took {voting_genes} genes, half from each side, and calls no class"
            " below a prediction strength of {threshold}."
        )
        genes = ", ".join(map(str, section.voting_grid))
        values += [
            Value(name="voting_genes", value=genes, format="text"),
            Value(name="threshold", value=section.call_threshold, format="number"),
        ]
    if any(model.recipe != config.preprocess.recipe for model in models):
        template += " It saw values of which no logarithm was taken."
    if "discriminant" in keys:
        template += " The discriminant takes all classes to be equally frequent."
    if "centroids" in keys:
        template += " Shrunken centroids take their frequencies from the training part."
    if "forest" in keys:
        template += " The forest had {n_trees} trees."
        values.append(Value(name="n_trees", value=section.n_trees, format="count"))
    template += (
        " With at least as many genes as samples, linear models were fitted on the products of"
        " samples, which gives the same model as fitting on the genes."
    )
    return Statement(template=template, values=tuple(values))


def _criteria(tuned: Sequence[ModelKey]) -> str:
    """Name the loss by which each model's settings were chosen."""
    of_loss: dict[str, list[str]] = {}
    for key in tuned:
        of_loss.setdefault(CRITERIA[criterion(key)], []).append(ENTRIES[key].noun)
    return "; ".join(f"{loss} for {', '.join(nouns)}" for loss, nouns in of_loss.items())


def _simplest(tuned: Sequence[ModelKey]) -> str:
    """Say which setting counts as the simplest."""
    kinds = dict.fromkeys(ENTRIES[key].tuned for key in tuned)
    return ", ".join(SIMPLEST[kind] for kind in kinds if kind)


def _suffixed(template: str, i: int) -> str:
    """Give the places of a template a number, so that several can stand in one paragraph."""
    return template.replace("}", f"_{i}}}")


@dataclass(frozen=True)
class _Job:
    """Some folds of a protocol, and the models to run in them after one preprocessing."""

    plan: Plan
    folds: tuple[Fold, ...]
    recipe: Recipe
    keys: tuple[ModelKey, ...]
    values: FoldValues


def _jobs(
    plans: Sequence[Plan],
    recipes: Mapping[Recipe, tuple[ModelKey, ...]],
    values: Mapping[Recipe, FoldValues],
) -> list[_Job]:
    """Divide the work into batches of folds."""
    return [
        _Job(plan, batch, recipe, keys, values[recipe])
        for plan in plans
        for recipe, keys in recipes.items()
        if keys
        for batch in batches(
            plan.folds,
            n_samples=len(values[recipe].values),
            n_genes=values[recipe].values.shape[1],
        )
    ]


def _interleaved(first: Sequence[_Job], second: Sequence[_Job]) -> list[_Job]:
    """Mix two kinds of work evenly, so that no process is left with the long ones."""
    places = [
        (i / max(1, len(jobs)), job) for jobs in (first, second) for i, job in enumerate(jobs)
    ]
    return [job for _, job in sorted(places, key=lambda pair: pair[0])]


def _parts(
    jobs: Sequence[_Job], y: NDArray[np.intp], config: Config, *, n_jobs: int
) -> Iterator[dict[ModelKey, list[Held]]]:
    """Run the jobs side by side; what the models of each said, in the order of the jobs."""
    return in_processes([partial(_run_job, job, y, config) for job in jobs], n_jobs=n_jobs)


def _collected(
    jobs: Sequence[_Job],
    parts: Iterator[dict[ModelKey, list[Held]]],
    tell: Callable[[int, int], None],
) -> dict[str, list[Held]]:
    """What each model said, by protocol and model."""
    held: dict[str, list[Held]] = defaultdict(list)
    for number, (job, part) in enumerate(zip(jobs, parts, strict=True), start=1):
        for key, outcomes in part.items():
            held[_name(job.recipe, job.plan, key)] += outcomes
        tell(number, len(jobs))
    return held


def _run_job(job: _Job, y: NDArray[np.intp], config: Config) -> dict[ModelKey, list[Held]]:
    """Run some models in some folds."""
    prepared = Prepared(job.values, job.folds)
    n_classes = int(y.max()) + 1

    def held(key: ModelKey) -> list[Held]:
        if ENTRIES[key].is_baseline:
            return constant(job.plan, job.folds, y, n_classes=n_classes)
        return nested(
            key, prepared, y[None], config.evaluate, n_classes=n_classes, seed=config.seed
        )

    try:
        return {key: held(key) for key in job.keys}
    except DataError as error:
        raise DataError(f"{job.plan.protocol.label}: {error}") from error


def _name(recipe: Recipe, plan: Plan, key: ModelKey) -> str:
    """The name of a model under a protocol, after a preprocessing."""
    return f"{recipe}/{plan.protocol.key}/{key}"


def _variant(recipe: Recipe, values: FoldValues, dataset: Dataset) -> Variant:
    """Record a preprocessing, with the number of genes that it keeps on the training samples."""
    return Variant(
        key=recipe,
        label=VARIANT_LABELS[recipe],
        description=variant_statement(values.section),
        n_genes=values(dataset.train).shape[1],
    )
