"""Rules on the list of genes: whether other samples would give the same one."""

from pipeline.records.base import Finding
from pipeline.rules import build
from pipeline.rules.evidence import Evidence


def unstable_list(evidence: Evidence) -> Finding | None:
    """Raise GENES-01: the samples drawn again give another list of genes."""
    record, limit = evidence.genes.stability.of("bootstrap"), evidence.genes.stability.poor_below
    if record is None or record.stability is None or record.interval is None:
        return None
    if record.stability >= limit:
        return None
    path = f"genes.stability.lists[{record.key}]"
    return build.finding(
        "GENES-01",
        "warning",
        "genes",
        "Unstable gene list",
        f"Over {{n_lists}} bootstraps of the training {evidence.sample_nouns} the list of "
        "{n_listed} genes has a stability of {stability} (95 % interval {low} to {high}; poor "
        "below {limit}): {n_ever} were listed at least once, and {n_steady} in at least {share} "
        "of the lists.",
        (
            build.count("n_lists", record.n_lists, f"{path}.n_lists"),
            build.count("n_listed", record.n_listed, f"{path}.n_listed"),
            build.decimal("stability", record.stability, f"{path}.stability"),
            build.decimal("low", record.interval.low, f"{path}.interval.low"),
            build.decimal("high", record.interval.high, f"{path}.interval.high"),
            build.decimal("limit", limit, "genes.stability.poor_below"),
            build.count("n_ever", record.n_ever, f"{path}.n_ever"),
            build.count("n_steady", record.n_steady, f"{path}.n_steady"),
            build.value(
                "share",
                evidence.genes.stability.steady_share,
                "percent",
                "genes.stability.steady_share",
            ),
        ),
        why=f"Other {evidence.sample_nouns} would give another list. Many lists can predict "
        "equally well, and a gene that is missing from this one is no less interesting.",
        action="Report the selection frequency with each gene; do not call the list the "
        "signature, and do not read much into single genes.",
        references=("nogueira2018", "eindor2005"),
    )


def folds_only(evidence: Evidence) -> Finding | None:
    """Raise GENES-02: the stability of the list comes from overlapping folds."""
    stability = evidence.genes.stability
    record = stability.of("folds")
    if stability.n_bootstraps or record is None or record.stability is None:
        return None
    return build.finding(
        "GENES-02",
        "note",
        "genes",
        "Stability from folds only",
        "The stability of the gene list, {stability}, comes from the training parts of "
        "{n_folds}-fold cross-validation: any two of them share at least {share} of the samples.",
        (
            build.decimal(
                "stability", record.stability, f"genes.stability.lists[{record.key}].stability"
            ),
            build.count("n_folds", stability.n_folds, "genes.stability.n_folds"),
            build.value("share", 1 - 2 / stability.n_folds, "percent"),
        ),
        why="Lists from nearly the same samples agree; the number flatters.",
        action="Set ranking.n_bootstraps, and read the stability over bootstraps.",
        references=("nogueira2018",),
    )
