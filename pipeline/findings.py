"""Step 6: the caveats, one rule each, computed from the results and never typed.

Every rule looks at the finished results and gives a finding: a caveat, or that it passed or
does not apply, each with the numbers that were looked at. The rules stand in
`pipeline.rules`, one module per subject, each threshold beside its rule; here is their order,
and the engine that runs them.
"""

from collections.abc import Iterable, Mapping

from pipeline.records.base import Finding
from pipeline.results import Results
from pipeline.rules import (
    calibration,
    chance,
    claims,
    classes,
    components,
    data,
    design,
    duplicates,
    genes,
    labels,
    models,
    others,
    pictures,
    recall,
    recognised,
    samples,
    scores,
    sentinels,
    size,
    splits,
    tuning,
    unknown,
    values,
)
from pipeline.rules.rule import Rule

_RANK = ("error", "warning", "note", "suppressed", "seen", "passed", "not applicable")

RULES: tuple[Rule, ...] = (
    data.embedded_data,
    labels.joined_by_position,
    recognised.recognised,
    recognised.parts,
    duplicates.contradicting,
    duplicates.across,
    design.confounded_class,
    others.others_far_better,
    claims.impossible,
    labels.witness_fails,
    tuning.learned_on_all,
    models.no_better_than_baseline,
    chance.not_above_chance,
    size.few_test_samples,
    size.wide_interval,
    design.confounding_unchecked,
    design.confounded_split,
    design.errors_gather,
    design.single_study,
    recall.hardly_recognised,
    classes.class_imbalance,
    classes.prevalence_shift,
    classes.small_classes,
    duplicates.within,
    duplicates.alike,
    data.unpublished_files,
    data.gene_sets,
    values.other_scale,
    values.missing,
    recognised.standardised,
    sentinels.sentinels,
    unknown.ungrouped,
    values.at_maximum,
    labels.similar_labels,
    values.dates,
    size.perfect_score,
    splits.resampling_flatters,
    splits.flattering_test,
    models.overfitted,
    others.not_told_apart,
    splits.fold_intervals,
    calibration.not_calibrated,
    genes.unstable_list,
    genes.undetected_genes,
    components.followed_component,
    models.not_converged,
    labels.order_differs,
    design.class_from_gaps,
    design.batch_shows,
    claims.not_reproducible,
    claims.other_size,
    size.extreme_dimensionality,
    splits.repeated_test,
    splits.unusual_holdout,
    tuning.settings_not_chosen,
    tuning.components_not_chosen,
    tuning.chosen_at_edge,
    models.weighting_without_effect,
    samples.hard_samples,
    models.few_genes,
    models.easy_task,
    scores.threshold_misplaced,
    scores.declined_calls,
    scores.weighted_probabilities,
    chance.smallest_p,
    chance.leak_pays,
    genes.folds_only,
    components.first_component,
    pictures.embeddings_are_pictures,
    pictures.unstable_embedding,
    pictures.extreme_perplexity,
    pictures.chosen_picture,
    labels.numeric_labels,
    unknown.unlabelled,
    unknown.sourceless,
    values.outlying_arrays,
    values.above_ceiling,
    values.negative,
    values.absent,
    values.controls,
    values.constant,
)
"""All rules, gravest first within each severity."""

CODES: frozenset[str] = frozenset(rule.code for rule in RULES)
"""Their codes."""


def find(results: Results, suppressed: Mapping[str, str]) -> tuple[Finding, ...]:
    """Run all rules.

    Parameters
    ----------
    results : Results
        The results, whatever findings they hold.
    suppressed : mapping of str to str
        Codes of the rules whose caveats the study leaves out, with the reason.

    Returns
    -------
    tuple of Finding
        One for each rule: what was raised, gravest first, then what is suppressed, what passed
        and what does not apply; among equals in the order of the rules.
    """
    found = [judge(rule, results, suppressed=suppressed.get(rule.code)) for rule in RULES]
    return tuple(sorted(found, key=lambda finding: _RANK.index(finding.outcome)))


def judge(rule: Rule, results: Results, *, suppressed: str | None) -> Finding:
    """Let one rule look.

    Parameters
    ----------
    rule : Rule
        The rule.
    results : Results
        The results, whatever findings they hold.
    suppressed : str or None
        The study's reason for leaving its caveat out, where it does.

    Returns
    -------
    Finding
        What it found, in the words of the study.
    """
    study = results.study

    def spoken(text: str) -> str:
        told = text.format(samples=study.sample_noun_plural, genes=study.gene_noun_plural)
        return f"{told[0].upper()}{told[1:]}"

    verdict = rule.look(results)
    return Finding(
        code=rule.code,
        severity=verdict.severity,
        section=rule.section,
        subject=spoken(rule.subject),
        title=spoken(rule.title),
        statement=verdict.statement,
        why=spoken(rule.why),
        action=spoken(rule.action),
        references=rule.references,
        suppressed=suppressed,
    )


def cited_works(findings: Iterable[Finding]) -> set[str]:
    """Give the keys of the works that findings refer to.

    Parameters
    ----------
    findings : iterable of Finding
        The findings.

    Returns
    -------
    set of str
        Their references' keys.
    """
    return {key for finding in findings for key in finding.references}
