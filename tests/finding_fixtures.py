"""Changes to results, each of which brings one rule up to its limit or keeps it short of it.

Everything here is a plain function, so that each case says what it changes.
"""

from collections.abc import Callable
from typing import Any

from pipeline.records.audit import (
    Among,
    Association,
    Covariate,
    LevelCounts,
    Predicted,
    SamplePair,
    association_key,
)
from pipeline.records.base import Statement, Value
from pipeline.records.data import Partition, Start
from pipeline.records.genes import Undetected, Witness
from pipeline.records.models import Calibration, Choice, Interval, LearningCurve, LearningPoint
from pipeline.records.weighting import AtPenalty, Weighting
from pipeline.results import Results

Change = Callable[[Results], Results]


def updated(results: Results, **update: Any) -> Results:
    """Change top-level records of the results."""
    return results.model_copy(update=update)


def as_it_is(results: Results) -> Results:
    """Change nothing."""
    return results


def data(**update: Any) -> Change:
    """Change the record of the data."""
    return lambda e: updated(e, data=e.data.model_copy(update=update))


def source(**update: Any) -> Change:
    """Change the record of where the data were found."""
    return lambda e: data(source=e.data.source.model_copy(update=update))(e)


def published(value: bool | None) -> Change:
    """Say of every file whether it is the published one."""
    return lambda e: source(
        files=tuple(f.model_copy(update={"published": value}) for f in e.data.source.files)
    )(e)


def evaluations(*keys: str, **update: Any) -> Change:
    """Change the evaluations of these keys, or all."""

    def change(results: Results) -> Results:
        changed = tuple(
            e.model_copy(update=update) if not keys or e.key in keys else e
            for e in results.evaluations
        )
        return updated(results, evaluations=changed)

    return change


def interval(low: float, high: float, *keys: str) -> Change:
    """Change the interval of an accuracy."""
    return evaluations(*keys, accuracy_interval=Interval(low=low, high=high, method="Wilson"))


def only(*models: str) -> Change:
    """Keep the evaluations of these models."""
    return lambda e: updated(e, evaluations=tuple(x for x in e.evaluations if x.model in models))


def without_protocol(key: str, primary: str) -> Change:
    """Leave out the evaluations of a protocol, and make another the headline."""
    return lambda e: updated(
        e,
        evaluations=tuple(x for x in e.evaluations if x.protocol != key),
        primary_evaluation=primary,
    )


def held_out(n: int, n_of_each_class: int) -> Change:
    """Change the number of held-out samples of the headline."""

    def change(results: Results) -> Results:
        ids = tuple(f"S{i}" for i in range(n))
        protocols = tuple(p.model_copy(update={"sample_ids": ids}) for p in results.protocols)
        per_class = tuple(
            m.model_copy(update={"support": n_of_each_class}) for m in results.primary.per_class
        )
        return updated(evaluations(per_class=per_class)(results), protocols=protocols)

    return change


def p_values(protocol: str, model: str, baseline: str) -> Change:
    """Change the p-values of a protocol: between models, and against the baseline."""

    def p(first: str) -> float:
        return float(baseline if first == "majority" else model)

    return lambda e: updated(
        e,
        comparisons=tuple(
            c.model_copy(update={"p_adjusted": p(c.first)}) if c.protocol == protocol else c
            for c in e.comparisons
        ),
    )


def beside(own: int, other: int, p: float, protocol: str = "given") -> Change:
    """Change the errors of the headline's model and of the forest, and the p-value of the two."""

    def change(results: Results) -> Results:
        changed = evaluations(f"{protocol}/svm", n_errors=own)(results)
        changed = evaluations(f"{protocol}/forest", n_errors=other)(changed)
        return updated(
            changed,
            comparisons=tuple(
                c.model_copy(update={"p_headline": p if is_pair else c.p_headline and 1.0})
                for c in results.comparisons
                for is_pair in (c.key == f"{protocol}/svm/forest",)
            ),
        )

    return change


def weighting(n_changed: int) -> Change:
    """Change how many predictions the recommended changes changed."""
    return lambda e: updated(
        e,
        improvements=tuple(i.model_copy(update={"n_changed": n_changed}) for i in e.improvements),
    )


def wrong_in(n_models: int) -> Change:
    """Let that many of the twelve models err on the first held-out sample, and on no other."""

    def change(results: Results) -> Results:
        keys = [e.key for e in results.of_protocol("given", baseline=False)]
        right = evaluations(n_wrong=(0,) * 6)(results)
        return evaluations(*keys[:n_models], n_wrong=(1, 0, 0, 0, 0, 0))(right)

    return change


def pictures(*keys: str) -> Change:
    """Keep some of the embeddings."""
    return lambda e: updated(e, embeddings=tuple(x for x in e.embeddings if x.key in keys))


def permuted(p_value: float | None, *, n: int = 20) -> Change:
    """Change the permutation tests: every model that was tested has this p-value of n + 1."""
    return lambda e: updated(
        e,
        permutations=tuple(
            test.model_copy(
                update={"p_value": p_value, "smallest_p": 1 / (n + 1), "n_permutations": n}
            )
            for test in e.permutations
        ),
    )


def twins(honest: float, leaky: float, *permuted_accuracies: float) -> Change:
    """Change the accuracies of the leaky twin, on the labels and on one permutation of them."""

    def change(results: Results) -> Results:
        assert results.leaky_twin is not None
        update = {
            "honest_accuracy": honest,
            "leaky_accuracy": leaky,
            "honest_permuted": permuted_accuracies[:1],
            "leaky_permuted": permuted_accuracies[1:],
        }
        return updated(results, leaky_twin=results.leaky_twin.model_copy(update=update))

    return change


def accuracies(inside: float, outside: float) -> Change:
    """Change the SVM's accuracies in cross-validation and on the independent samples."""

    def change(results: Results) -> Results:
        return evaluations("given/svm", accuracy=outside)(
            evaluations("cv/svm", accuracy=inside)(results)
        )

    return change


def ranked(auc: float | None, *confusion: tuple[int, int, int]) -> Change:
    """Change the area and the errors of the headline."""
    n_errors = sum(sum(row) - row[k] for k, row in enumerate(confusion))
    return evaluations("given/svm", roc_auc=auc, confusion=confusion, n_errors=n_errors)


def called(n_called: int) -> Change:
    """Change how many of six samples are called."""
    return lambda e: updated(
        e,
        abstentions=tuple(
            a.model_copy(update={"n_called": n_called, "n_samples": 6}) for a in e.abstentions
        ),
    )


def probabilities(
    n_positive: int,
    n: int = 300,
    *,
    low: float | None = 0.5,
    high: float | None = 2.0,
    protocol: str = "given",
    model: str = "logistic",
) -> Change:
    """Judge the probabilities of a model on so many samples, with these limits of its slope."""
    record = Calibration(
        key=f"{protocol}/{model}",
        protocol=protocol,
        model=model,
        n=n,
        n_positive=n_positive,
        n_predictions=n,
        mean_predicted=0.5,
        observed=0.4,
        n_extreme=0,
        slope=None if high is None else 1.0,
        slope_low=low,
        slope_high=high,
        intercept=0.0,
        intercept_low=-1.0,
        intercept_high=1.0,
        no_slope=None,
        bins=(),
        no_curve=None,
    )
    return lambda e: updated(e, calibrations=(record,))


def prevalence(*n_test: int) -> Change:
    """Change how the test samples are spread over the classes."""

    def change(results: Results) -> Results:
        classes = tuple(
            c.model_copy(update={"n_test": n})
            for c, n in zip(results.data.classes, n_test, strict=True)
        )
        return data(classes=classes)(results)

    return change


def stable(stability: float | None) -> Change:
    """Change the stability of the gene list over bootstraps."""

    def change(results: Results) -> Results:
        record = results.genes.stability
        lists = tuple(x.model_copy(update={"stability": stability}) for x in record.lists)
        return genes(lists=lists)(results)

    return change


def without_bootstraps(results: Results) -> Results:
    """Leave the folds only."""
    lists = tuple(x for x in results.genes.stability.lists if x.resampling == "folds")
    return genes(n_bootstraps=0, lists=lists)(results)


def genes(**update: Any) -> Change:
    """Change the record of the stability of the gene list."""

    def change(results: Results) -> Results:
        record = results.genes.stability.model_copy(update=update)
        return updated(results, genes=results.genes.model_copy(update={"stability": record}))

    return change


def undetected(*ids: str) -> Change:
    """Say that these listed genes are hardly called present."""
    record = Undetected(below=0.25, n_listed=12, ids=ids)
    return lambda e: updated(e, genes=e.genes.model_copy(update={"undetected": record}))


def choose(attribute: str, key: str, **update: Any) -> Change:
    """Change the record of that key among those of one kind."""

    def change(results: Results) -> Results:
        records = tuple(
            record.model_copy(update=update) if record.key == key else record
            for record in getattr(results, attribute)
        )
        return updated(results, **{attribute: records})

    return change


def without(attribute: str, key: str) -> Change:
    """Leave out the record of that key among those of one kind."""
    return lambda e: updated(
        e, **{attribute: tuple(x for x in getattr(e, attribute) if x.key != key)}
    )


def in_turn(*changes: Change) -> Change:
    """Make several changes."""

    def change(results: Results) -> Results:
        for each in changes:
            results = each(results)
        return results

    return change


def join(**update: Any) -> Change:
    """Change how labels came to samples."""
    return lambda e: data(label_join=e.data.label_join.model_copy(update=update))(e)


def witness(training: float, test: float) -> Change:
    """Let the best gene rank training and test samples so well."""
    record = Witness(gene="G00_at", label="B-cell", auc_training=training, auc_test=test)
    return lambda e: updated(e, genes=e.genes.model_copy(update={"witness": record}))


def no_witness(results: Results) -> Results:
    """Leave no gene to rank the test samples."""
    return updated(results, genes=results.genes.model_copy(update={"witness": None}))


def learned_on(samples: str) -> Change:
    """Let every preprocessing step learn from these samples."""

    def change(results: Results) -> Results:
        steps = tuple(
            step.model_copy(update={"learned_on": samples}) for step in results.preprocessing.steps
        )
        record = results.preprocessing.model_copy(update={"steps": steps})
        return updated(results, preprocessing=record)

    return change


def unprocessed(results: Results) -> Results:
    """Leave the values as supplied."""
    record = results.preprocessing.model_copy(update={"steps": ()})
    return updated(results, preprocessing=record)


def untuned(results: Results) -> Results:
    """Leave no model a setting to choose."""
    models = tuple(model.model_copy(update={"tuned": None}) for model in results.models)
    return updated(results, models=models)


def training_error(training: float, held_out: float) -> Change:
    """Change the accuracy on the training samples, and that of the headline."""
    return in_turn(
        lambda e: updated(
            e, resubstitution=e.resubstitution.model_copy(update={"accuracy": training})
        ),
        evaluations("given/svm", accuracy=held_out),
    )


def against_baseline(headline: float, baseline: float) -> Change:
    """Change the accuracies of the headline and of the majority class."""
    return in_turn(
        evaluations("given/svm", accuracy=headline),
        evaluations("given/majority", accuracy=baseline),
    )


def random_genes(share: float) -> Change:
    """Change the share of random sets of genes that reach the headline, which is above chance."""

    def change(results: Results) -> Results:
        record = results.comparators
        drawn = record.random_genes.model_copy(update={"share_reaching": share})
        reached = record.model_copy(update={"random_genes": drawn})
        return updated(against_baseline(0.9, 0.6)(results), comparators=reached)

    return change


def random_part(
    held_out: float, low: float, high: float, *, n_train: int = 24, n_repeats: int = 20
) -> Change:
    """Change the hold-out accuracy, and what other random parts give."""
    point = LearningPoint(
        n_train=n_train,
        n_test=6,
        n_repeats=n_repeats,
        accuracy=(low + high) / 2,
        low=low,
        high=high,
    )
    return in_turn(
        evaluations("holdout/svm", accuracy=held_out),
        lambda e: updated(e, learning_curves=(LearningCurve(key="svm", points=(point,)),)),
    )


def inside_and_outside(outside: float, high: float) -> Change:
    """Change the test accuracy, and the upper limit of that in cross-validation."""
    limits = Interval(low=0.5, high=high, method="corrected resampled t")
    return in_turn(
        evaluations("given/svm", accuracy=outside), evaluations("cv/svm", accuracy_interval=limits)
    )


def inner_folds(n: int) -> Change:
    """Change the number of inner folds of every protocol."""
    return lambda e: updated(
        e, protocols=tuple(p.model_copy(update={"n_inner_folds": n}) for p in e.protocols)
    )


def chosen_genes(n_genes: int | None) -> Change:
    """Let every model of the headline's protocol choose so many genes."""
    choice = Choice(setting="as many", n_folds=1, n_genes=n_genes)
    return evaluations("given/discriminant", "given/voting", "given/svm", chosen=(choice,))


def weighted_brier(weighted: float, plain: float, mean_weighted: float = 0.6) -> Change:
    """Change what class weights do at the same penalty; 0.4 of the samples are of the class."""
    at = AtPenalty(
        penalty_c=1.0, brier=plain, brier_weighted=weighted, mean=0.45, mean_weighted=mean_weighted
    )
    record = Weighting(protocol="given", observed=0.4, penalties=(at,), chosen=0)
    return lambda results: updated(
        results, weighting=record, data=results.data.model_copy(update={"positive_class": "a"})
    )


def from_other_seeds(*silhouettes: float) -> Change:
    """Change the silhouette of UMAP, and those from other seeds."""
    first, *others = silhouettes
    starts = tuple(
        Start(seed=seed, trustworthiness=0.9, silhouette=silhouette)
        for seed, silhouette in enumerate(others)
    )
    return in_turn(
        lambda e: updated(
            e, embeddings=tuple(x.model_copy(update={"starts": ()}) for x in e.embeddings)
        ),
        choose("embeddings", "umap", silhouette=first, starts=starts),
    )


def perplexity(value: float) -> Change:
    """Change the perplexity of t-SNE."""
    settings = Statement(
        template="{perplexity}.",
        values=(Value(name="perplexity", value=value, format="measure"),),
    )
    return choose("embeddings", "tsne", settings=settings)


def heat_map_of(n: int) -> Change:
    """Draw so many samples in the heat map."""

    def change(results: Results) -> Results:
        ids = tuple(sample.id for sample in results.data.samples[:n])
        heat_map = results.genes.heat_map.model_copy(update={"sample_ids": ids})
        return updated(results, genes=results.genes.model_copy(update={"heat_map": heat_map}))

    return change


CHECKS = {
    "CLASS-03": "small_classes",
    "DATA-03": "gene_sets",
    "LABEL-04": "numeric_labels",
    "LABEL-05": "similar_labels",
    "PROBE-01": "constant",
    "PROBE-02": "absent",
    "PROBE-03": "controls",
    "PROBE-04": "dates",
    "VALUE-01": "missing",
    "VALUE-02": "negative",
    "VALUE-03": "at_maximum",
    "VALUE-04": "above_ceiling",
    "VALUE-05": "scales",
    "VALUE-06": "recognised",
    "VALUE-07": "parts",
    "VALUE-08": "standardised",
    "VALUE-09": "sentinels",
    "UNKNOWN-01": "unlabelled",
    "UNKNOWN-02": "unknown_groups",
    "UNKNOWN-03": "unknown_sources",
}
"""Rules that judge by one check of the audit, whose own limits its tests try."""


def audited(name: str, **update: Any) -> Change:
    """Change a check of the audit, which was made."""

    def change(results: Results) -> Results:
        check = getattr(results.audit, name).model_copy(update={"not_run": None} | update)
        return updated(results, audit=results.audit.model_copy(update={name: check}))

    return change


def same(
    first: Partition, second: Partition, *, other_class: int = 0, kept: bool = False
) -> Change:
    """Let two samples be the same."""
    pair = SamplePair(
        first="P1",
        second="P25",
        first_partition=first,
        second_partition=second,
        first_label="B-cell",
        second_label="T-cell",
        similarity=0.99,
        correlation=0.99,
        n_equal=30,
    )
    across = int(first != second)
    return audited(
        "duplicates",
        is_raised=True,
        n_pairs=1,
        n_pairs_across=across,
        n_pairs_other_class=other_class,
        pairs=(pair,),
        left_out=("P25",) if across else (),
        kept=kept,
    )


def alike(n_equal: int = 3) -> Change:
    """Let two training samples be highly similar, and not the same."""

    def change(results: Results) -> Results:
        pairs = same("train", "train")(results).audit.duplicates.pairs
        pair = pairs[0].model_copy(update={"n_equal": n_equal})
        return audited("duplicates", is_raised=True, n_alike=1, alike=(pair,))(results)

    return change


def known(*, n_first: int = 27, only_test: tuple[str, ...] = (), kind: str = "category") -> Change:
    """Let the site of each sample be known: A of the first samples, B of the others."""
    site = Covariate.model_validate(
        {
            "key": "site",
            "label": "site [of three]",
            "kind": kind,
            "values": ("A",) * n_first + ("B",) * (30 - n_first),
            "n_known": 30,
            "n_levels": 2,
            "levels": tuple(
                LevelCounts(level=level, training=(4, 4, 4), test=(1, 1, 1)) for level in "AB"
            ),
            "known_training": (8, 8, 8),
            "known_test": (2, 2, 2),
            "only_test": only_test,
        }
    )
    return audited("covariates", level=0.05, limit=0.5, covariates=(site,), n_tests=3)


def associated(
    target: str,
    value: float,
    p_value: float,
    *,
    among: Among = "all",
    missing: bool = False,
    corrected: float | None = None,
) -> Change:
    """Let the site go so far with something else."""
    record = Association(
        key=association_key("site", target, among=among, missing=missing),
        subject="site",
        label="site [of three]",
        target=target,
        among=among,
        missing=missing,
        measure="Cramér's V",
        test="permutation",
        n=30,
        value=value,
        p_value=p_value,
        p_adjusted=p_value,
        undefined=None,
        corrected=corrected,
        low=corrected and corrected / 2,
        high=corrected and (1 + corrected) / 2,
    )
    return in_turn(
        known(),
        lambda e: updated(
            e,
            audit=e.audit.model_copy(update={"associations": (*e.audit.associations, record)}),
        ),
    )


def predicted(auc: float) -> Change:
    """Let a site be predicted so well within a class."""
    record = Predicted(
        covariate="site",
        label="site [of three]",
        class_label="B-cell",
        level="A",
        n_level=4,
        n_rest=6,
        auc=auc,
    )
    return audited("batches", is_raised=auc > 0.9, limit=0.9, results=(record,))


def component_auc(class_auc: float | None) -> Change:
    """Change how well the first component ranks two classes."""

    def change(results: Results) -> Results:
        first, *others = results.audit.components.components
        components = (first.model_copy(update={"class_auc": class_auc}), *others)
        return audited("components", components=components)(results)

    return change


def claimed(**update: Any) -> Change:
    """Change the claim."""
    return lambda e: updated(e, claims=(e.claims[0].model_copy(update=update),))


def arithmetic(**update: Any) -> Change:
    """Change which counts fit the claim."""
    return lambda e: claimed(arithmetic=e.claims[0].arithmetic.model_copy(update=update))(e)


def rerun(**update: Any) -> Change:
    """Change what the claim's own protocol gives."""
    return lambda e: claimed(rerun=e.claims[0].rerun.model_copy(update=update))(e)


def unknown_counts(results: Results) -> Results:
    """Leave the claimed figures without an interval."""
    figures = tuple(f.model_copy(update={"interval": None}) for f in results.claims[0].figures)
    return claimed(figures=figures)(results)


def nothing_claimed(results: Results) -> Results:
    """Leave out the claim."""
    return updated(results, claims=())
