"""Rules on samples that are the same or nearly so, whatever their names."""

from pipeline.audits.likeness import MIN_GENES
from pipeline.results import Results
from pipeline.rules.rule import (
    Verdict,
    count,
    decimal,
    not_applicable,
    passed,
    raised,
    rule,
    text,
    words,
)

PATH = "audit.duplicates"


@rule(
    "DUP-01",
    "audit",
    subject="The same sample in training and test",
    title="The same sample in training and test",
    why="A model that has seen a sample is right on it for no merit of its own; that test sample "
    "is not independent, whatever it is called.",
    action="Leave it out of the test set, and ask the source for which of the two names is right.",
    references=("kapoor2023",),
)
def across(results: Results) -> Verdict:
    """Raise DUP-01: a test sample is a training sample under another name."""
    record = results.audit.duplicates
    if not record.n_test_before:
        return not_applicable("There are no test samples.")
    if not record.n_pairs_across:
        return _closest(results, "closest_across")
    found = [i for i, p in enumerate(record.pairs) if p.first_partition != p.second_partition]
    pair = f"{PATH}.pairs[{found[0]}]" if found else f"{PATH}.closest_across"
    return raised(
        "error" if record.kept else "warning",
        results,
        "Pairs of a training and a test sample that are the same: {n}; most alike are {first} and "
        "{second}, with {n_equal} of {n_genes} values equal. "
        + (
            "The study keeps them in the test set."
            if record.kept
            else "Left out of the test set of {n_test}: {names}."
        ),
        count("n", f"{PATH}.n_pairs_across"),
        text("first", f"{pair}.first"),
        text("second", f"{pair}.second"),
        count("n_equal", f"{pair}.n_equal"),
        count("n_genes", f"{PATH}.n_genes"),
        count("n_test", f"{PATH}.n_test_before"),
        words("names", ", ".join(record.left_out)),
    )


@rule(
    "DUP-02",
    "audit",
    subject="The same sample twice on one side of the split",
    title="The same sample twice",
    why="Cross-validation puts one copy into training and holds the other out; and a sample that "
    "counts twice makes every interval too narrow.",
    action="Keep one copy, or hold the copies out together (evaluate.group_column).",
    references=("kapoor2023",),
)
def within(results: Results) -> Verdict:
    """Raise DUP-02: a sample stands twice in the training or in the test part."""
    record = results.audit.duplicates
    n = count("n", f"difference({PATH}.n_pairs, {PATH}.n_pairs_across)")
    if not record.n_pairs:
        return _closest(results, "closest")
    if record.n_pairs == record.n_pairs_across:
        return passed(results, "Pairs of samples of one part that are the same: {n}.", n)
    found = [i for i, p in enumerate(record.pairs) if p.first_partition == p.second_partition]
    pair = f"{PATH}.pairs[{found[0]}]" if found else f"{PATH}.closest"
    return raised(
        "warning",
        results,
        "Pairs of samples of one part that are the same: {n}; most alike are {first} and {second}, "
        "with {n_equal} of {n_genes} values equal.",
        n,
        text("first", f"{pair}.first"),
        text("second", f"{pair}.second"),
        count("n_equal", f"{pair}.n_equal"),
        count("n_genes", f"{PATH}.n_genes"),
    )


@rule(
    "DUP-03",
    "audit",
    subject="The same sample under two classes",
    title="The same sample under two classes",
    why="One of the two labels is wrong, and others may be.",
    action="Find out which, before anything is trained on them.",
    references=("baggerly2009",),
)
def contradicting(results: Results) -> Verdict:
    """Raise DUP-03: two samples that are the same have different labels."""
    record = results.audit.duplicates
    terms = count("n", f"{PATH}.n_pairs_other_class"), count("n_pairs", f"{PATH}.n_pairs")
    template = "Pairs of samples that are the same and have different classes: {n} of {n_pairs}."
    if not record.n_pairs:
        return not_applicable("No two samples are the same.")
    if not record.n_pairs_other_class:
        return passed(results, template, *terms)
    return raised("error", results, template, *terms)


@rule(
    "DUP-04",
    "audit",
    subject="{samples} that are highly similar",
    title="{samples} that are highly similar (replicates; pseudoreplication)",
    why="Replicates of one patient, cell line or culture are not independent: a model that has "
    "learned from one knows the other, and intervals that count both are too narrow.",
    action="Ask whether they share an origin. If so name it in a column of the samples table and "
    "set evaluate.group_column: a group is never on both sides of a split.",
    references=("kapoor2023",),
)
def alike(results: Results) -> Verdict:
    """Raise DUP-04: samples are alike as replicates are, and not the same measurement."""
    record = results.audit.duplicates
    if not record.n_alike:
        if record.n_genes < MIN_GENES or record.closest is None:
            return _closest(results, "closest")
        return passed(
            results,
            "Pairs that reach a similarity of {threshold} and are not the same: {n}.",
            decimal("threshold", f"{PATH}.threshold"),
            count("n", f"{PATH}.n_alike"),
        )
    first = record.alike[0]
    equal = "has" if first.n_equal == 1 else "have"
    genes = results.study.gene_noun_plural
    return raised(
        "warning",
        results,
        "Pairs with a similarity of {threshold} or more that are not the same: {n}, of them across "
        "training and test: {n_across}. All were kept. Most alike are {first} and {second} "
        f"({{similarity}}), of whose {{n_genes}} {genes} {{n_equal}} {equal} the same value.",
        decimal("threshold", f"{PATH}.threshold"),
        count("n", f"{PATH}.n_alike"),
        count("n_across", f"{PATH}.n_alike_across"),
        text("first", f"{PATH}.alike[0].first"),
        text("second", f"{PATH}.alike[0].second"),
        decimal("similarity", f"{PATH}.alike[0].similarity"),
        count("n_genes", f"{PATH}.n_genes"),
        count("n_equal", f"{PATH}.alike[0].n_equal"),
    )


def _closest(results: Results, field: str) -> Verdict:
    """Say which pair is the most alike, where none is the same."""
    record = results.audit.duplicates
    if record.n_genes < MIN_GENES:
        return not_applicable(
            "The {genes} are too few to tell likeness; no two samples have equal values.".replace(
                "{genes}", results.study.gene_noun_plural
            )
        )
    if getattr(record, field) is None:
        return not_applicable("There are too few samples to compare.")
    return passed(
        results,
        "The most alike of {n} samples are {first} and {second}: similarity {similarity}; "
        "{threshold} would be highly similar.",
        count("n", f"{PATH}.n_samples"),
        text("first", f"{PATH}.{field}.first"),
        text("second", f"{PATH}.{field}.second"),
        decimal("similarity", f"{PATH}.{field}.similarity"),
        decimal("threshold", f"{PATH}.threshold"),
    )
