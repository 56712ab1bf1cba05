"""Rules on the list of genes: whether other samples would give the same one."""

from pipeline.audits.statements import some
from pipeline.results import Results
from pipeline.rules.rule import (
    Verdict,
    count,
    decimal,
    not_applicable,
    not_run,
    passed,
    percent,
    raised,
    rule,
    words,
)


@rule(
    "GENES-01",
    "genes",
    subject="Stability of the gene list over bootstraps",
    title="Unstable gene list",
    why="A redraw of the same {samples} gives another list. Many lists can predict equally well, "
    "and a gene that is missing from this one is no less interesting.",
    action="Report the selection frequency with each gene; do not call the list the signature, "
    "and do not read much into single genes.",
    references=("nogueira2018", "fleiss1981", "eindor2005"),
)
def unstable_list(results: Results) -> Verdict:
    """Raise GENES-01: the samples drawn again give another list of genes."""
    record = results.genes.stability.of("bootstrap")
    if record is None:
        return not_applicable("No bootstraps were drawn.")
    if record.stability is None:
        return not_run(record.undefined or "the stability of the list is undefined")
    path = f"genes.stability.lists[{record.key}]"
    terms = (
        count("n_lists", f"{path}.n_lists"),
        count("n_listed", f"{path}.n_listed"),
        decimal("stability", f"{path}.stability"),
        decimal("low", f"{path}.interval.low"),
        decimal("high", f"{path}.interval.high"),
        decimal("limit", "genes.stability.poor_below"),
        count("n_ever", f"{path}.n_ever"),
        count("n_steady", f"{path}.n_steady"),
        percent("share", "genes.stability.steady_share"),
    )
    template = (
        f"Over {{n_lists}} bootstraps of the training {results.study.sample_noun_plural} the list "
        "of {n_listed} "
        + results.study.gene_noun_plural
        + " has a stability of {stability} (95 % interval {low} to {high}; poor below {limit})"
    )
    if record.stability >= results.genes.stability.poor_below:
        return passed(results, f"{template}.", *terms)
    return raised(
        "warning",
        results,
        f"{template}: {{n_ever}} were listed at least once, and {{n_steady}} in at least {{share}} "
        "of the lists.",
        *terms,
    )


@rule(
    "GENES-03",
    "genes",
    subject="Detection calls of the listed {genes}",
    title="Listed {genes} that are hardly detected where they are high",
    why="What is called absent in most {samples} of the class is background there; among so many "
    "{genes} some of it differs between the classes by chance or by how the arrays were made.",
    action="Do not name such a gene as a marker without measuring it in another way.",
    references=("golub1999",),
)
def undetected_genes(results: Results) -> Verdict:
    """Raise GENES-03: a listed gene is hardly ever called present in the class it is high in."""
    record = results.genes.undetected
    if record is None:
        return not_applicable("The data have no detection calls.")
    terms = (
        count("n", "count(genes.undetected.ids)"),
        count("n_listed", "genes.undetected.n_listed"),
        percent("below", "genes.undetected.below"),
    )
    template = (
        "{n} of {n_listed} listed "
        + results.study.gene_noun_plural
        + " "
        + ("is" if len(record.ids) == 1 else "are")
        + " called present in fewer than {below} of the training samples of the class in which "
        + ("it is" if len(record.ids) == 1 else "they are")
        + " high"
    )
    if not record.ids:
        return passed(results, f"{template}.", *terms)
    names = words("names", some(record.ids))
    return raised("note", results, f"{template}: {{names}}.", *terms, names)


@rule(
    "GENES-02",
    "genes",
    subject="What the stability of the gene list comes from",
    title="Stability from folds only",
    why="Lists from nearly the same samples agree; the number flatters.",
    action="Set ranking.n_bootstraps, and read the stability over bootstraps.",
    references=("nogueira2018",),
)
def folds_only(results: Results) -> Verdict:
    """Raise GENES-02: the stability of the list comes from overlapping folds."""
    stability = results.genes.stability
    record = stability.of("folds")
    if stability.n_bootstraps:
        n = count("n", "genes.stability.n_bootstraps")
        return passed(results, "The stability comes from {n} bootstraps.", n)
    if record is None or record.stability is None:
        return not_applicable("The stability of the list is undefined.")
    return raised(
        "note",
        results,
        "The stability of the gene list, {stability}, comes from the training parts of "
        "{n_folds}-fold cross-validation: any two of them share at least {share} of the samples.",
        decimal("stability", f"genes.stability.lists[{record.key}].stability"),
        count("n_folds", "genes.stability.n_folds"),
        percent("share", "difference(1, ratio(2, genes.stability.n_folds))"),
    )
