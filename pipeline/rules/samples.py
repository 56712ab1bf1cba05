"""Rules on single samples: those that models get wrong."""

from collections.abc import Iterable

from pipeline.records.models import Evaluation, Protocol
from pipeline.results import Results
from pipeline.rules.rule import Verdict, count, limit, not_applicable, passed, rule, seen, words

# Our choice: a sample that one model in five gets right, by luck or by another view of the genes,
# is still hard.
HARD_SHARE = 0.8

ROUNDING = 1e-9
"""By how much a sum of shares may miss its limit."""


@rule(
    "SAMPLE-01",
    "samples",
    subject="Samples that models get wrong",
    title="Samples that most models get wrong",
    why="Such a sample may be mislabelled, mixed, or badly measured, or of a kind that the "
    "training samples lack.",
    action="Look at the sample and its record. Do not delete it to improve the score.",
    references=("dudoit2002",),
)
def hard_samples(results: Results) -> Verdict:
    """Raise SAMPLE-01: samples that nearly every model gets wrong."""
    evaluations = results.of_protocol(results.primary.protocol, baseline=False)
    protocol = results.protocol(results.primary.protocol)
    if not evaluations:
        return not_applicable("There is no model beside the baseline.")
    families: dict[str, list[Evaluation]] = {}
    for evaluation in evaluations:
        family = results.model(evaluation.model).family or evaluation.model
        families.setdefault(family, []).append(evaluation)
    least = HARD_SHARE * len(families)
    hard = [
        i
        for i in range(len(protocol.sample_ids))
        if sum(_share(i, group, protocol) for group in families.values()) >= least - ROUNDING
    ]
    n_held_out = count("n_held_out", f"count(protocols[{protocol.key}].sample_ids)")
    share = limit(HARD_SHARE, "percent", "share")
    variants = [e for group in families.values() if len(group) > 1 for e in group]
    n_models = count("n_models", _number_of(evaluations))
    told, counted = "", [n_models]
    if variants:
        told = " {n_variants} of the models are variants of one another, and count as {n_kinds}."
        kinds = ", ".join(
            f"models[{group[0].model}]" for group in families.values() if len(group) > 1
        )
        counted += [
            count("n_variants", _number_of(variants)),
            count("n_kinds", f"count({kinds})"),
        ]
    if not hard:
        return passed(
            results,
            "For none of {n_held_out} held-out samples were {share} of the predictions of "
            f"{{n_models}} models wrong.{told}",
            n_held_out,
            share,
            *counted,
        )
    places = ", ".join(f"protocols[{protocol.key}].sample_ids[{i}]" for i in hard)
    return seen(
        results,
        "At least {share} of the predictions of {n_models} models were wrong for {n} of "
        f"{{n_held_out}} held-out samples: {{names}}.{told}",
        share,
        count("n", f"count({places})"),
        n_held_out,
        words("names", ", ".join(protocol.sample_ids[i] for i in hard)),
        *counted,
    )


def _share(i: int, group: list[Evaluation], protocol: Protocol) -> float:
    """Share of the predictions of models, variants of one another, that are wrong for a sample."""
    return sum(e.n_wrong[i] for e in group) / (len(group) * protocol.n_repeats)


def _number_of(evaluations: Iterable[Evaluation]) -> str:
    """The path of their number."""
    return f"count({', '.join(f'evaluations[{e.key}]' for e in evaluations)})"
