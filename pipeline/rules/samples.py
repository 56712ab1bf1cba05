"""Rules on single samples: those that models get wrong."""

from pipeline.results import Results
from pipeline.rules.rule import Verdict, count, limit, not_applicable, passed, raised, rule, words

# Our choice: a sample that one model in five gets right, by luck or by another view of the genes,
# is still hard.
HARD_SHARE = 0.8


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
    wrong = [sum(counts) for counts in zip(*(e.n_wrong for e in evaluations), strict=True)]
    least = HARD_SHARE * len(evaluations) * protocol.n_repeats
    hard = [i for i, n in enumerate(wrong) if n >= least]
    n_held_out = count("n_held_out", f"count(protocols[{protocol.key}].sample_ids)")
    share = limit(HARD_SHARE, "percent", "share")
    if not hard:
        return passed(
            results,
            "For none of {n_held_out} held-out samples were {share} of all predictions wrong.",
            n_held_out,
            share,
        )
    places = ", ".join(f"protocols[{protocol.key}].sample_ids[{i}]" for i in hard)
    return raised(
        "note",
        results,
        "At least {share} of all predictions were wrong for {n} of {n_held_out} held-out samples: "
        "{names}.",
        share,
        count("n", f"count({places})"),
        n_held_out,
        words("names", ", ".join(protocol.sample_ids[i] for i in hard)),
    )
