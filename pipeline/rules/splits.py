"""Rules on the splits: what one held-out set can decide, and how often it was asked."""

from pipeline.records.base import Finding
from pipeline.rules import build
from pipeline.rules.evidence import Evidence, Rule

# The customary level (Fisher 1925, Statistical Methods for Research Workers), and the one that
# belongs to the 95 % intervals of the report.
ALPHA = 0.05


def indistinct_models(protocol_key: str, code: str) -> Rule:
    """Make the rule that asks whether a single split can tell the models apart.

    Parameters
    ----------
    protocol_key : str
        The protocol to look at.
    code : str
        The finding's code.

    Returns
    -------
    callable
        The rule.
    """

    def rule(evidence: Evidence) -> Finding | None:
        protocol = evidence.protocol(protocol_key)
        pairs = [
            comparison
            for comparison in evidence.comparisons
            if comparison.protocol == protocol_key
            and not evidence.model(comparison.first).is_baseline
            and not evidence.model(comparison.second).is_baseline
        ]
        if not pairs or min(pair.p_adjusted for pair in pairs) < ALPHA:
            return None
        closest = min(pairs, key=lambda pair: pair.p_adjusted)
        return build.finding(
            code,
            "warning",
            "models",
            f"{protocol.label} does not tell the models apart",
            "On its {n} held-out samples there is no evidence that any of the {n_pairs} pairs of "
            "models differs: the smallest adjusted p-value is {p}.",
            (
                build.count("n", protocol.n_test, f"protocols[{protocol_key}].n_test"),
                build.count("n_pairs", len(pairs)),
                build.value(
                    "p", closest.p_adjusted, "p_value", f"comparisons[{closest.key}].p_adjusted"
                ),
            ),
            why="Which model comes first on so few samples is chance.",
            action="Do not choose a model by this split; prefer the simplest.",
            references=("mcnemar1947", "holm1979", "shi2010"),
        )

    return rule


def repeated_test(evidence: Evidence) -> Finding | None:
    """Raise SPLIT-03: several models were scored on the same test set."""
    scored = evidence.of_protocol("given")
    if len(scored) < 2:
        return None
    return build.finding(
        "SPLIT-03",
        "note",
        "models",
        "One test set, several models",
        "{n_scored} combinations of model and preprocessing were scored on the same independent "
        "samples; the headline is that of {primary}, which the study file names as the primary "
        "model.",
        (
            build.count("n_scored", evidence.n_scored_on_test, "n_scored_on_test"),
            build.text("primary", evidence.model(evidence.primary.model).noun),
        ),
        why="The best of several scores on one test set is optimistic.",
        action="Name the primary model before looking, and quote that one, not the best.",
        references=("shi2010",),
    )


# Our choice: five percentage points are more than one error in twenty samples.
GAP = 0.05


def resampling_flatters(evidence: Evidence) -> Finding | None:
    """Raise SPLIT-04: cross-validation promises more than independent samples give."""
    model = evidence.primary.model
    by_protocol = {e.protocol: e for e in evidence.evaluations if e.model == model}
    inside, outside = by_protocol.get("cv"), by_protocol.get("given")
    if not inside or not outside or inside.accuracy - outside.accuracy <= GAP:
        return None
    return build.finding(
        "SPLIT-04",
        "warning",
        "models",
        "Cross-validation promises more than the test set gives",
        "{model}: accuracy {inside} in cross-validation over all samples, {outside} on the "
        "independent ones.",
        (
            build.text("model", evidence.model(model).noun),
            build.decimal("inside", inside.accuracy, f"evaluations[{inside.key}].accuracy"),
            build.decimal("outside", outside.accuracy, f"evaluations[{outside.key}].accuracy"),
        ),
        why="The independent samples differ from the training samples in more than chance mixes "
        "into folds: source, handling, patients.",
        action="Quote the independent figure for new samples; look for what differs.",
        references=("shi2010",),
    )
