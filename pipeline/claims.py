"""Step 6: published figures put to the test.

arithmetic    which confusion matrices give the figures, by `claims_arithmetic`
re-run        the stated protocol on labels joined by name, over many seeds, by `claims_rerun`
explanation   defects tried until one gives the figures exactly, by `defects`
correction    the same models on samples that they never saw
"""

import math
from collections.abc import Iterable

import numpy as np

from pipeline import (
    claims_arithmetic,
    claims_bench,
    claims_figures,
    claims_library,
    claims_rerun,
    defects,
)
from pipeline.claims_bench import Bench, Joined, Split
from pipeline.classifiers import ENTRIES
from pipeline.config import ClaimSection, Config
from pipeline.dataset import Dataset
from pipeline.errors import ConfigError
from pipeline.evaluate import VARIANT_LABELS
from pipeline.progress import Progress
from pipeline.protocols import Fold, Plan
from pipeline.records.base import MethodStep, Statement, Value
from pipeline.records.claims import (
    Arithmetic,
    Claim,
    ClaimedModel,
    Corrected,
    CountFit,
    Measure,
    Rerun,
    StatedFigure,
)
from pipeline.records.models import Interval

MEASURES: tuple[Measure, ...] = ("precision", "recall", "f1")


def examine(
    dataset: Dataset, config: Config, plans: tuple[Plan, ...], progress: Progress
) -> tuple[Claim, ...]:
    """Put every claim of the study to the test.

    Parameters
    ----------
    dataset : Dataset
        The data.
    config : Config
        The claims.
    plans : tuple of Plan
        What `protocols.make_plans` gave; the correction is made on the independent test set,
        else on one repeat of the cross-validation.
    progress : callable
        Told the claims done and the claims in all.

    Returns
    -------
    tuple of Claim
        In the order of the study file; empty where nothing is claimed.

    Raises
    ------
    ConfigError
        If a claim names a class that no sample has.
    """
    progress("claims", 0, max(1, len(config.claims)))
    found = []
    for number, claim in enumerate(config.claims, start=1):
        unknown = sorted(set(claim.classes) - set(dataset.classes))
        if unknown:
            raise ConfigError(
                f"claims.{claim.key}.classes: expected some of {', '.join(dataset.classes)}, "
                f"found {unknown[0]!r}"
            )
        found.append(_examine(dataset, config, claim, plans))
        progress("claims", number, len(config.claims))
    return tuple(found)


def method(claims: tuple[Claim, ...]) -> tuple[MethodStep, ...]:
    """Write the Methods paragraph on published figures.

    Parameters
    ----------
    claims : tuple of Claim
        What `examine` gave.

    Returns
    -------
    tuple of MethodStep
        One paragraph; none where nothing is claimed.
    """
    if not claims:
        return ()
    template = (
        "All confusion matrices of test sets of up to {largest} samples, and of the sizes that "
        "the stated numbers allow, were searched for those that give every published figure as "
        "printed [@brown2017]; a printed figure was taken for any value that rounds to "
        "it, up or to even, or is cut to it. The stated protocol was then followed on "
        "values {values}, labels joined by the name of the sample, at the stated seed and at up "
        "to {n_seeds} others; models were fitted to their optimum on the products of the samples. "
        "A program that solves on the genes may stop short of it: what scikit-learn's own "
        "defaults give [@pedregosa2011] is told beside the corrected figures. "
        "Defects that may explain the figures were tried at the stated seed: labels joined by "
        "position with and without other columns in, in {n_joins} variants, labels shuffled, "
        "{genes} [@ambroise2002], and test samples left in training; each "
        "variant was run again over the seeds, as were labels drawn at random for as many samples "
        "as are stated. Intervals: Wilson's [@wilson1927]; of "
        "F1 Wilson's for the share right among the samples that involve the class, carried over."
    )
    joins = [c.hypothesis(key).trials for c in claims for key in ("calls-in", "by-position")]
    genes = [t.description for c in claims for t in c.hypothesis("genes-first").trials]
    values = (
        Value(name="largest", value=max(c.arithmetic.largest for c in claims), format="count"),
        Value(name="n_seeds", value=max(c.n_seeds for c in claims), format="count"),
        Value(name="n_joins", value=sum(map(len, joins)), format="count"),
        Value(name="values", value=_listed(c.values for c in claims), format="text"),
        Value(name="genes", value=_listed(genes), format="text"),
    )
    return (MethodStep(title="Claims", text=Statement(template=template, values=values)),)


def _listed(texts: Iterable[str]) -> str:
    """Each text once."""
    return " or ".join(dict.fromkeys(texts))


def _examine(
    dataset: Dataset, config: Config, claim: ClaimSection, plans: tuple[Plan, ...]
) -> Claim:
    """Put one claim to the test."""
    figures = _figures(claim, dataset.classes)
    arithmetic = claims_arithmetic.search(
        figures,
        dataset.classes,
        supports={k: c.support for k, c in claim.classes.items() if c.support is not None},
        largest=claim.n_test or claim.n_samples or len(dataset.y),
        stated_sizes=_stated_sizes(claim),
    )
    figures = tuple(_with_interval(figure, arithmetic, dataset.classes) for figure in figures)
    bench = claims_bench.bench(dataset, config, claim, figures)
    seed = config.seed if claim.seed is None else claim.seed
    is_fixed = claim.seed is not None or claim.protocol == "given"
    rerun = _rerun(bench, seed)
    tried, by_chance = defects.hypotheses(dataset, bench, seed=seed)
    return Claim(
        key=claim.key,
        source=claim.source,
        citation=claim.citation,
        explanation=claim.explanation,
        models=tuple(
            ClaimedModel(key=key, label=ENTRIES[key].label, noun=ENTRIES[key].noun)
            for key in claim.models
        ),
        protocol=_protocol(claim),
        values=VARIANT_LABELS[claim.recipe].lower(),
        test_share=claim.test_share if claim.protocol == "holdout" else None,
        n_folds=claim.n_folds if claim.protocol == "cross-validation" else None,
        n_samples=claim.n_samples,
        n_test=claim.n_test,
        seed=seed,
        seed_is_stated=is_fixed,
        n_seeds=rerun.distributions[0].n_seeds if rerun.distributions else 0,
        figures=figures,
        arithmetic=arithmetic,
        rerun=rerun,
        hypotheses=tried,
        reproduced_by=tuple(h.key for h in tried if h.n_exact and is_fixed and not h.is_random),
        n_trials=sum(len(h.trials) for h in tried),
        chance=by_chance,
        corrected=_corrected(bench, plans),
    )


def _figures(claim: ClaimSection, classes: tuple[str, ...]) -> tuple[StatedFigure, ...]:
    """The stated figures: the accuracy, then those of the classes."""
    stated: list[tuple[Measure, int | None, str | None]] = [("accuracy", None, claim.accuracy)]
    stated += [
        (measure, k, getattr(claim.classes[label], measure))
        for measure in MEASURES
        for k, label in enumerate(classes)
        if label in claim.classes
    ]
    return tuple(
        StatedFigure(
            key=measure if k is None else f"{measure}-{k}",
            measure=measure,
            label=None if k is None else classes[k],
            text=text,
            low=float(claims_figures.bounds(text)[0]),
            high=float(claims_figures.bounds(text)[1]),
            interval=None,
        )
        for measure, k, text in stated
        if text is not None
    )


def _stated_sizes(claim: ClaimSection) -> tuple[int, ...]:
    """Sizes of the test set that the stated numbers allow; programs round a share up or down."""
    if claim.n_test is not None:
        return (claim.n_test,)
    if claim.n_samples is None or claim.protocol == "given":
        return ()
    if claim.protocol == "cross-validation":
        return (claim.n_samples,)
    share = round(claim.test_share * claim.n_samples, 9)
    return tuple(sorted({max(1, math.floor(share)), math.ceil(share)}))


def _with_interval(
    figure: StatedFigure, arithmetic: Arithmetic, classes: tuple[str, ...]
) -> StatedFigure:
    """Add the interval that the implied counts leave: the widest limits of all that fit."""
    each = [_implied_interval(figure, fit, classes) for fit in arithmetic.fits]
    known = [one for one in each if one]
    if not known or len(known) < arithmetic.n_fits:
        return figure
    method = known[0].method + (", over all counts that fit" if len(known) > 1 else "")
    whole = Interval(
        low=min(one.low for one in known), high=max(one.high for one in known), method=method
    )
    return figure.model_copy(update={"interval": whole})


def _implied_interval(
    figure: StatedFigure, fit: CountFit, classes: tuple[str, ...]
) -> Interval | None:
    """The interval of a figure from implied counts; None where they leave its counts open."""
    if figure.label is None:
        return claims_figures.interval(figure, fit.n_correct, 0, 0, fit.n_errors)
    k = classes.index(figure.label)
    missed = fit.fewest_wrong[k]
    if figure.measure != "f1" and missed != fit.most_wrong[k]:
        return None
    return claims_figures.interval(figure, fit.n_right[k], missed, fit.n_involved[k] - missed, 0)


def _protocol(claim: ClaimSection) -> Statement:
    """Say what is stated of how samples are held out."""
    path = f"claims[{claim.key}]"
    values = [
        Value(name="share", value=claim.test_share, format="percent", path=f"{path}.test_share"),
        Value(name="n_folds", value=claim.n_folds, format="count", path=f"{path}.n_folds"),
        Value(name="seed", value=claim.seed or 0, format="number", path=f"{path}.seed"),
    ]
    part = "the training samples" if claim.samples == "train" else "all samples"
    text = {
        "given": "trained on the given training samples, tested on the independent ones",
        "cross-validation": f"{{n_folds}}-fold cross-validation of {part}",
        "holdout": f"{{share}} of {part} held out at random",
    }[claim.protocol]
    if claim.stratified and claim.protocol != "given":
        text += ", each class in its proportion"
    if claim.seed is not None:
        text += ", with the seed {seed}"
    used = tuple(value for value in values if f"{{{value.name}}}" in text)
    return Statement(template=text, values=used)


def _rerun(bench: Bench, seed: int) -> Rerun:
    """Follow the stated protocol with labels joined by name."""
    joined = Joined(bench.rows, bench.rows)
    reason = claims_bench.obstacle(bench, joined)
    n_samples, stated = len(bench.rows), bench.claim.n_samples
    if reason:
        return Rerun(
            n_samples=n_samples,
            own=(),
            distributions=(),
            n_fitting=0,
            exact=False,
            not_run=reason,
        )
    splits = [
        Split(joined, claims_bench.folds_of(bench, joined, s))
        for s in claims_bench.seeds(bench, joined)
    ]
    spread, met = claims_rerun.distributions(bench, splits)
    own = claims_rerun.runs(bench, joined, claims_bench.folds_of(bench, joined, seed))
    return Rerun(
        n_samples=n_samples,
        own=own,
        distributions=spread,
        n_fitting=int(met.sum()) if splits else 0,
        exact=stated in (None, n_samples) and all(run.fits for run in own),
        not_run=None,
    )


def _corrected(bench: Bench, plans: tuple[Plan, ...]) -> Corrected:
    """Train the claim's models on correct labels and test them on samples never seen."""
    # Groups may allow neither: then what the headline rests on.
    ran = [p for p in plans if p.folds]
    plan = next((p for p in ran if p.protocol.key in ("given", "cv")), ran[0])
    folds = tuple(Fold(0, f.train, f.test) for f in plan.folds if f.repeat == 0)
    everyone = np.arange(len(bench.y))
    runs = claims_rerun.runs(bench, Joined(everyone, everyone), folds)
    given = plan.protocol.key == "given"
    path = f"claims[{bench.claim.key}].corrected.runs[{runs[0].key}].n_test"
    counted = (Value(name="n_test", value=runs[0].n_test, format="count", path=path),)
    return Corrected(
        protocol=plan.protocol.key,
        description=Statement(
            template="on the {n_test} independent samples"
            if given
            else "in one cross-validation of all {n_test} samples"
            if plan.protocol.key == "cv"
            else "on {n_test} held-out samples",
            values=counted,
        ),
        runs=runs,
        library=claims_library.library_runs(bench, folds),
    )
