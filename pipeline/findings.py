"""Step 6: the caveats, one rule each, computed from the results and never typed.

A rule looks at the finished records and returns a finding or None. Each finding has a
code, a severity, the numbers that raised it with their paths in the results, why it
matters and what to do. The rules stand in `pipeline.rules`, one module per subject, each
threshold beside its rule; here is their order, and the engine that runs them.
"""

from collections.abc import Iterable

from pipeline.records.base import Finding
from pipeline.rules import chance, classes, data, genes, models, pictures, scores, size, splits
from pipeline.rules.evidence import Evidence, Rule

__all__ = ["RULES", "Evidence", "Rule", "cited_works", "find"]

_RANK: dict[str, int] = {"error": 0, "warning": 1, "note": 2, "passed": 3}

RULES: tuple[Rule, ...] = (
    data.embedded_data,
    models.no_better_than_baseline,
    chance.not_above_chance,
    size.few_test_samples,
    size.wide_interval,
    data.confounding_unchecked,
    classes.class_imbalance,
    classes.prevalence_shift,
    data.unpublished_files,
    size.perfect_score,
    splits.resampling_flatters,
    splits.indistinct_models("given", "SPLIT-02"),
    splits.indistinct_models("holdout", "SPLIT-01"),
    genes.unstable_list,
    models.not_converged,
    size.extreme_dimensionality,
    splits.repeated_test,
    models.weighting_without_effect,
    models.hard_samples,
    scores.threshold_misplaced,
    scores.declined_calls,
    scores.calibration_unknown,
    chance.smallest_p,
    chance.leak_pays,
    genes.folds_only,
    pictures.embeddings_are_pictures,
)
"""All rules, gravest first within each severity."""


def find(evidence: Evidence) -> tuple[Finding, ...]:
    """Run all rules.

    Parameters
    ----------
    evidence : Evidence
        The finished records.

    Returns
    -------
    tuple of Finding
        What was raised, gravest first; equal severities in the order of the rules.
    """
    raised = [finding for rule in RULES if (finding := rule(evidence))]
    return tuple(sorted(raised, key=lambda finding: _RANK[finding.severity]))


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
