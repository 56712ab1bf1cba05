"""The story in order: read, preprocess, embed, evaluate, rank, find; no logic of its own."""

import warnings
from collections.abc import Callable

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import threadpool_limits

from pipeline import (
    audit,
    claims,
    comparators,
    comparisons,
    conclusion,
    embedding,
    evaluate,
    findings,
    magnitude,
    preprocess,
    provenance,
    references,
    resampling,
    scored,
    strata,
    weighting,
    weights,
)
from pipeline import genes as gene_ranking
from pipeline.audits import probes, recognised
from pipeline.checklists import reforms, tripod
from pipeline.classifiers import models
from pipeline.config import Config
from pipeline.dataset import Dataset
from pipeline.errors import ConfigError
from pipeline.intervals import samples_needed
from pipeline.progress import Progress
from pipeline.protocols import make_plans
from pipeline.readers import broad, kaggle, tables
from pipeline.records.audit import Duplicates
from pipeline.records.base import (
    Finding,
    MethodStep,
    Reference,
    Statement,
    Value,
)
from pipeline.records.claims import Claim
from pipeline.records.data import (
    Calls,
    ClassSummary,
    Data,
    LedgerStep,
    Preprocessing,
    PreprocessStep,
    Sample,
    Study,
)
from pipeline.records.known import KnownFact
from pipeline.records.models import Evaluation, Model, Protocol
from pipeline.records.published import PublishedResult
from pipeline.resubstitution import resubstitution
from pipeline.results import Results
from pipeline.sources import Located

READERS: dict[str, Callable[..., Dataset]] = {
    "broad": broad.read,
    "kaggle": kaggle.read,
    "tables": tables.read,
}


def run(
    config: Config, located: Located, *, date: str | None, progress: Progress, n_jobs: int = 1
) -> Results:
    """Compute everything that the report may say.

    Parameters
    ----------
    config : Config
        The study.
    located : Located
        Where its data are.
    date : str or None
        The date to print, YYYY-MM-DD.
    progress : callable
        Told the name of the running step, what is done of it and what there is to do.
    n_jobs : int, default=1
        Number of processes; the results do not depend on it.

    Returns
    -------
    Results
        The results object.

    Raises
    ------
    DataError
        If the files do not hold what they should.
    ConfigError
        If the study describes a class that no sample has.
    """
    # One thread: on matrices this small more are slower, and sums depend on their number.
    with threadpool_limits(1), warnings.catch_warnings():
        # Whether a fit converged is judged by its residual, and recorded.
        warnings.simplefilter("ignore", ConvergenceWarning)
        progress("reading", 0, 1)
        dataset = READERS[located.format](
            located.paths, unit=located.unit, missing=config.data.missing
        )
        magnitude.check(dataset)
        recognised.refuse(dataset, config)
        progress("comparing samples", 0, 1)
        dataset, duplicates, facts = audit.prepare(dataset, located, config)
        config = audit.with_columns(dataset, config)
        return _compute(
            config,
            located,
            dataset,
            duplicates,
            facts,
            date=date,
            progress=progress,
            n_jobs=n_jobs,
        )


def _compute(
    config: Config,
    located: Located,
    dataset: Dataset,
    duplicates: Duplicates,
    facts: tuple[KnownFact, ...],
    *,
    date: str | None,
    progress: Progress,
    n_jobs: int,
) -> Results:
    """Compute from a data set that is read."""
    unknown = sorted(set(config.classes) - set(dataset.classes))
    if unknown:
        raise ConfigError(
            f"classes: expected descriptions of {', '.join(dataset.classes)}, "
            f"found one of {unknown[0]!r}"
        )
    progress("preprocessing", 0, 1)
    modelled = probes.without_controls(dataset, config)
    chain = preprocess.make_preprocessor(config.preprocess).fit(modelled.X[modelled.train])
    steps = preprocess.describe(
        chain, config.preprocess, n_genes=len(modelled.gene_ids), unit=modelled.unit
    )
    preprocessing = Preprocessing(
        recipe=config.preprocess.recipe,
        steps=steps,
        n_genes_out=steps[-1].n_genes_out if steps else len(modelled.gene_ids),
    )
    X = chain.transform(modelled.X)
    plans = make_plans(modelled, config)
    running = evaluate.start(modelled, config, plans, n_jobs=n_jobs)  # beside the embeddings
    progress("PCA", 0, 1)
    embeddings = embedding.embed(modelled, X, config, progress)
    progress("auditing", 0, 1)
    audited = audit.audit(dataset, X, duplicates, located, config)
    protocols = tuple(plan.protocol for plan in plans)
    evaluated = evaluate.finish(running, progress)
    evaluations = evaluated.evaluations
    compared = comparisons.compare(
        evaluations, plans, modelled, primary=config.evaluate.primary_model
    )
    improvements = comparisons.improvements(evaluations, compared)
    variants, variant_evaluations = evaluate.evaluate_variants(
        modelled, config, plans, progress, n_jobs=n_jobs
    )
    permutations = resampling.permutation_tests(modelled, config, progress, n_jobs=n_jobs)
    curves = resampling.learning_curves(modelled, config, progress, n_jobs=n_jobs)
    progress("leaky twin", 0, 1)
    twin = resampling.leaky_twin(modelled, config, plans, n_jobs=n_jobs)
    # Who published figures did so on all the genes of the files.
    examined = claims.examine(dataset, config, plans, progress)
    progress("ranking genes", 0, 1)
    primary = _primary(evaluations, protocols, config)
    headline_plan = next(plan for plan in plans if plan.protocol.key == primary.protocol)
    genes = gene_ranking.rank(
        modelled, config, weights.gene_weights(modelled, config, headline_plan)
    )
    data = _data(dataset, modelled.ledger, located, preprocessing, config)
    on_training = resubstitution(modelled, config, headline_plan)
    simple = comparators.compare_simple(
        modelled, config, headline_plan, primary, n_listed=len(genes.heat_map.gene_ids)
    )
    ran = provenance.provenance(config)
    methods = (
        audit.method(audited),
        preprocess.method(steps, n_controls=0 if audited.controls.kept else audited.controls.n),
        embedding.method(embeddings, X, seed=config.seed),
        *evaluate.method(models(config), protocols, config),
        resampling.method(permutations, curves, twin, config),
        *claims.method(examined),
        comparators.method(simple),
        *gene_ranking.method(genes, gene_nouns=f"{config.study.gene_noun}s"),
        provenance.method(ran),
    )
    found = Results(
        study=_study(config, date),
        headline=_headline(primary, evaluations, protocols, config),
        primary_evaluation=primary.key,
        data=data,
        known=facts,
        audit=audited,
        preprocessing=preprocessing,
        embeddings=embeddings,
        models=models(config),
        protocols=protocols,
        evaluations=evaluations,
        resubstitution=on_training,
        strata=strata.strata(modelled, plans, evaluations, audited, config, primary=primary),
        comparisons=compared,
        powers=comparisons.powers(compared, protocols),
        sample_size=samples_needed(primary.accuracy),
        improvements=improvements,
        weighting=weighting.weighting(
            modelled,
            config,
            headline_plan,
            next((e for e in evaluations if e.key == f"{primary.protocol}/logistic"), None),
        ),
        variants=variants,
        variant_evaluations=variant_evaluations,
        permutations=permutations,
        learning_curves=curves,
        leaky_twin=twin,
        abstentions=evaluated.abstentions,
        thresholds=evaluated.thresholds,
        calibrations=evaluated.calibrations,
        n_scored_on_test=scored.n_scored(config, evaluations, variant_evaluations, examined),
        primary_is_named="primary_model" in config.evaluate.model_fields_set,
        claims=examined,
        genes=genes,
        comparators=simple,
        published=tuple(
            PublishedResult(
                **(
                    dict(result)
                    | {"n_called": result.n if result.n_called is None else result.n_called}
                )
            )
            for result in config.published
        ),
        findings=(),
        checklists=(),
        methods=methods,
        references=_references(config, located, methods, examined, ()),
        provenance=ran,
    )
    caveats = findings.find(found, {entry.code: entry.reason for entry in config.suppress})
    judged = found.model_copy(update={"findings": caveats})
    judged = judged.model_copy(update={"conclusion": conclusion.conclude(judged)})
    return judged.model_copy(
        update={
            "checklists": (tripod.checklist(judged), reforms.checklist(judged)),
            "references": _references(config, located, methods, examined, caveats),
        }
    )


def _study(config: Config, date: str | None) -> Study:
    """Record what the study is called."""
    study = config.study
    return Study(
        name=study.name,
        title=study.title,
        subtitle=study.subtitle,
        authors=study.authors,
        language=study.language,
        sample_noun=study.sample_noun,
        sample_noun_plural=_plural(config),
        gene_noun_plural=f"{study.gene_noun}s",
        question=study.question,
        intended_use=study.intended_use,
        date=date,
        date_is_of_data=date is not None
        and study.date is not None
        and date == study.date.isoformat(),
        quick=config.quick,
        page=study.page,
        toml=config.toml,
    )


def _plural(config: Config) -> str:
    """What several samples are called."""
    return config.study.sample_noun_plural or f"{config.study.sample_noun}s"


def _data(
    dataset: Dataset,
    ledger: tuple[LedgerStep, ...],
    located: Located,
    preprocessing: Preprocessing,
    config: Config,
) -> Data:
    """Record the data set: all genes of the files, and what became of them."""
    classes = tuple(_class_summary(dataset, label, config) for label in dataset.classes)
    smallest = min(classes, key=lambda summary: summary.n_samples)
    n_samples, n_genes = dataset.X.shape
    return Data(
        description=located.description,
        unit=dataset.unit,
        citation=config.data.citation.key if config.data.citation else None,
        source=located.source,
        n_samples=n_samples,
        n_genes=n_genes,
        n_train=len(dataset.train),
        n_test=len(dataset.test),
        genes_per_sample=n_genes / len(dataset.train),
        classes=classes,
        positive_class=_positive(dataset, config),
        smallest_class=smallest.label,
        smallest_share=smallest.n_samples / n_samples,
        samples=tuple(
            Sample.model_validate({"id": sample, "label": label, "partition": part})
            for sample, label, part in zip(
                dataset.sample_ids, dataset.y.tolist(), dataset.partition.tolist(), strict=True
            )
        ),
        label_join=dataset.join,
        covariates=tuple(map(str, dataset.covariates.columns)),
        calls=_calls(dataset),
        minimum=float(dataset.X.min()),
        maximum=float(dataset.X.max()),
        negative_share=float((dataset.X < 0).mean()),
        ledger=(*ledger, *_preprocess_ledger(preprocessing, n_samples)),
    )


def _positive(dataset: Dataset, config: Config) -> str | None:
    """The class that sensitivity speaks of; none with more than two."""
    two = len(dataset.classes) == 2
    return dataset.classes[evaluate.positive_class(dataset, config)] if two else None


def _class_summary(dataset: Dataset, label: str, config: Config) -> ClassSummary:
    """Count one class."""
    of_class = dataset.y == label
    n_test = int((of_class & (dataset.partition == "test")).sum())
    return ClassSummary(
        label=label,
        description=config.classes.get(label),
        n_samples=int(of_class.sum()),
        n_train=int(of_class.sum()) - n_test,
        n_test=n_test,
    )


def _calls(dataset: Dataset) -> Calls | None:
    """Count the detection calls."""
    if dataset.calls is None:
        return None
    return Calls(
        present=float(np.mean(dataset.calls == "P")),
        absent=float(np.mean(dataset.calls == "A")),
        marginal=float(np.mean(dataset.calls == "M")),
    )


_LEDGER_NAMES = {
    "clip": "Floor and ceiling",
    "filter": "Variation filter",
    "log10": "Decimal logarithm",
    "arrays": "Arrays standardised",
    "standardise": "Standardised",
}


def _preprocess_ledger(preprocessing: Preprocessing, n_samples: int) -> tuple[LedgerStep, ...]:
    """Continue the ledger with the preprocessing, as learned on the given training samples."""
    return tuple(
        LedgerStep(
            step=_LEDGER_NAMES[step.key],
            detail=_ledger_detail(step),
            n_samples_in=n_samples,
            n_genes_in=step.n_genes_in,
            n_samples_out=n_samples,
            n_genes_out=step.n_genes_out,
            unit=step.unit,
        )
        for step in preprocessing.steps
    )


def _ledger_detail(step: PreprocessStep) -> str:
    """The constants of a step, and what it learned from."""
    constants = [f"{value.name.replace('_', ' ')} {value.value:g}" for value in step.text.values]
    learned = "nothing learned" if step.learned_on == "nothing" else f"learned on {step.learned_on}"
    return "; ".join([", ".join(constants), learned] if constants else [learned])


def _primary(
    evaluations: tuple[Evaluation, ...], protocols: tuple[Protocol, ...], config: Config
) -> Evaluation:
    """Pick the evaluation of the headline: set beforehand, on the most independent samples."""
    protocol = next(protocol for protocol in protocols if not protocol.unavailable)
    return next(
        evaluation
        for evaluation in evaluations
        if evaluation.key == f"{protocol.key}/{config.evaluate.primary_model}"
    )


def _headline(
    primary: Evaluation,
    evaluations: tuple[Evaluation, ...],
    protocols: tuple[Protocol, ...],
    config: Config,
) -> Statement:
    """Say the main result in one sentence: estimate, interval, set, number."""
    protocol = next(p for p in protocols if p.key == primary.protocol)
    baseline = next((e for e in evaluations if e.key == f"{protocol.key}/majority"), None)
    model = next(m for m in models(config) if m.key == primary.model)
    nouns = _plural(config)
    path = f"evaluations[{primary.key}]"
    if protocol.resampled:
        repeats = "In {n_repeats} repeats of" if protocol.n_repeats > 1 else "In"
        start = (
            f"{repeats} {{n_folds}}-fold cross-validation over {{n_samples}} {nouns}, "
            "{n_correct} of {n_predictions} held-out predictions of {model} were right"
        )
    elif protocol.design == "leave-one-source-out":  # where groups leave no cross-validation
        start = (
            "With {n_folds} sources held out in turn, {model} classified {n_correct} of "
            f"{{n_predictions}} held-out {nouns} correctly"
        )
    else:
        start = (
            f"Trained on {{n_train}} {nouns}, {{model}} classified {{n_correct}} of "
            f"{{n_predictions}} independent {nouns} correctly"
        )
    values = [
        *_protocol_counts(protocol),
        _model_value(model),
        *(
            Value(name=name, value=getattr(primary, name), format="count", path=f"{path}.{name}")
            for name in ("n_correct", "n_predictions")
        ),
        Value(name="accuracy", value=primary.accuracy, format="decimal", path=f"{path}.accuracy"),
        *(
            Value(
                name=side,
                value=getattr(primary.accuracy_interval, side),
                format="decimal",
                path=f"{path}.accuracy_interval.{side}",
            )
            for side in ("low", "high")
        ),
    ]
    end = ": accuracy {accuracy}, 95 % interval {low} to {high}"
    sizes = {metrics.support for metrics in primary.per_class}
    if primary.balanced_accuracy is not None and len(sizes) > 1:
        end += "; balanced accuracy, the mean of the recalls of the classes, {balanced}"
        values.append(
            Value(
                name="balanced",
                value=primary.balanced_accuracy,
                format="decimal",
                path=f"{path}.balanced_accuracy",
            )
        )
    if baseline:
        end += "; always naming the largest class gives {baseline}"
        values.append(
            Value(
                name="baseline",
                value=baseline.accuracy,
                format="decimal",
                path=f"evaluations[{baseline.key}].accuracy",
            )
        )
    return Statement(template=f"{start}{end}.", values=tuple(values))


def _model_value(model: Model) -> Value:
    """A model's name as it stands in a sentence."""
    return Value(name="model", value=model.noun, format="text", path=f"models[{model.key}].noun")


def _protocol_counts(protocol: Protocol) -> list[Value]:
    """The counts of a protocol as values of a sentence."""
    return [
        Value(
            name=name,
            value=getattr(protocol, name),
            format="count",
            path=f"protocols[{protocol.key}].{name}",
        )
        for name in ("n_train", "n_folds", "n_repeats")
    ] + [
        Value(
            name="n_samples",
            value=len(protocol.sample_ids),
            format="count",
            path=f"count(protocols[{protocol.key}].sample_ids)",
        )
    ]


def _references(
    config: Config,
    located: Located,
    methods: tuple[MethodStep, ...],
    examined: tuple[Claim, ...],
    caveats: tuple[Finding, ...],
) -> tuple[Reference, ...]:
    """Collect the works that were used, and no other."""
    citation = config.data.citation
    own = Reference(**citation.model_dump()) if citation else None
    keys = (
        references.cited(step.text.template for step in methods)
        | references.cited([located.description])
        | findings.cited_works(caveats)
        | {model.citation for model in models(config)}
        | {claim.citation for claim in examined if claim.citation}
        | {fact.citation for fact in config.known}
        | {result.citation for result in config.published if result.citation}
        | {tripod.CITATION, reforms.CITATION}
        | ({own.key} if own else set())
    )
    return references.bibliography(keys, own=own)
