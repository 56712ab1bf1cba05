"""Tables of the genes that differ most, of how stable the list is, and of a published one."""

from pipeline.records.genes import Genes, ListStability
from pipeline.results import Results
from report import formats
from report.tables.record import Table, columns

MAX_DESCRIPTION = 64  # characters: one line of paper


def genes(results: Results) -> Table:
    """List the top genes of every class.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    Table
        One row a gene of the heat map.
    """
    record, table = results.genes, results.genes.table
    row_of = {gene: row for row, gene in enumerate(table.ids)}
    rows = []
    for gene in results.genes.heat_map.gene_ids:
        i = row_of[gene]
        frequency = table.selection_frequency[i]
        rows.append(
            (
                gene,
                formats.shortened(table.descriptions[i], MAX_DESCRIPTION),
                results.data.classes[table.high_in[i]].label,
                formats.count(i + 1),
                formats.decimal(table.signal_to_noise[i]),
                formats.decimal(table.mean_difference[i]),
                *_detected(results, i),
                _thousandths(table.weight[i], shown=not record.weights.not_run),
                formats.scientific(table.p_value[i]),
                formats.scientific(table.q_value[i]),
                "" if results.genes.max_t.not_run else formats.scientific(table.p_max_t[i]),
                "" if frequency is None else formats.percent(frequency),
            )
        )
    return Table(
        key="genes",
        caption=f"The highest-ranking genes of each class, up to {results.genes.n_per_class}, "
        f"on the {results.genes.n_samples} training samples.",
        columns=columns(
            "Gene",
            "Description",
            "High in",
            "*Rank",
            "*Signal to noise",
            "*Difference",
            "*Present in class",
            "*Present in rest",
            "*Weight × 1000",
            "*p",
            "*q",
            "*p, max-T",
            "*Listed in",
        ),
        rows=tuple(rows),
        note=_genes_note(results),
    )


def stability(results: Results) -> Table:
    """Show how stable the list of genes is, by its size.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    Table
        One row a size and way of drawing the samples again.
    """
    record = results.genes.stability
    undefined = {drawn.undefined: None for drawn in record.lists if drawn.undefined}
    return Table(
        key="stability",
        caption=f"How far the gene list depends on the {results.genes.n_samples} training samples "
        "that were drawn.",
        columns=columns(
            "Samples drawn again",
            "*Lists",
            "*Genes in a list",
            "*Stability",
            "*95 % interval",
            f"*Genes in {formats.percent(record.steady_share)} of lists or more",
            "*Genes in any list",
        ),
        rows=tuple(
            (
                _drawn(results.genes, drawn),
                formats.count(drawn.n_lists),
                formats.count(drawn.n_listed),
                formats.decimal(drawn.stability),
                formats.interval(drawn.interval) if drawn.interval else formats.UNDEFINED,
                formats.count(drawn.n_steady),
                formats.count(drawn.n_ever),
            )
            for drawn in record.lists
        ),
        note=_stability_note(results) + "".join(f" – where {reason}." for reason in undefined),
        grouped=True,
    )


def overlaps(results: Results) -> Table:
    """Compare the list with the published one.

    Parameters
    ----------
    results : Results
        The results object, with a published list.

    Returns
    -------
    Table
        One row a ranking.
    """
    published = results.genes.published
    records = published.overlaps if published else ()
    source = published.source if published else ""
    return Table(
        key="overlaps",
        caption=f"Genes shared with a published list: {source}.",
        columns=columns(
            "Values ranked",
            "*Genes ranked",
            "*Published genes among them",
            "*Genes listed",
            "*Shared",
            "*Expected by chance",
        ),
        rows=tuple(
            (
                record.values,
                formats.count(record.n_genes),
                f"{formats.count(record.n_present)} of {formats.count(record.n_published)}",
                formats.count(record.n_listed),
                formats.count(len(record.shared)),
                formats.decimal(record.expected),
            )
            for record in records
        ),
        note="All lists are of the best genes of each class by signal-to-noise on the training "
        "samples. Expected by chance: of so many genes drawn from those ranked at random "
        "(hypergeometric).",
    )


def _thousandths(weight: float | None, *, shown: bool) -> str:
    """Write a weight; among thousands of genes each is small."""
    return "" if not shown else formats.decimal(None if weight is None else 1000 * weight)


def _detected(results: Results, row: int) -> tuple[str, str]:
    """How often a gene is called present where it is high, and elsewhere."""
    table = results.genes.table
    if not table.present:
        return "", ""
    high = table.high_in[row]
    sizes = [summary.n_train for summary in results.data.classes]
    n = [share[row] * size for share, size in zip(table.present, sizes, strict=True)]
    rest = (sum(n) - n[high]) / (sum(sizes) - sizes[high])
    return formats.percent(table.present[high][row]), formats.percent(rest)


def _genes_note(results: Results) -> str:
    """Say what the columns are."""
    genes = results.genes
    sentences = [
        f"Difference: mean of the class minus mean of the rest, {genes.scale}. p: {genes.test}; q: "
        "Benjamini-Hochberg."
    ]
    if genes.table.present:
        sentences.append(
            "Present in class, in rest: share of the training samples of the class in which the "
            "gene is high, and of the others, whose detection call is present."
        )
    if genes.weights.not_run:
        sentences.append(f"No weights: {genes.weights.not_run}.")
    else:
        setting = f" ({genes.weights.setting})" if genes.weights.setting else ""
        sentences.append(
            "Weight: what one standard deviation of the gene adds to the decision value of "
            f"{results.model(genes.weights.model).noun}{setting}, fitted as for the headline to "
            f"{formats.count(genes.weights.n_samples)} samples; above 0 it speaks for "
            f"{genes.weights.label}."
        )
    if genes.max_t.smallest_p is not None:
        drawn = "all" if genes.max_t.is_complete else "random"
        sentences.append(
            "p, max-T: family-wise error rate, Westfall and Young, over "
            f"{formats.count(genes.max_t.n_permutations)} {drawn} relabellings; at least "
            f"{formats.scientific(genes.max_t.smallest_p)}."
        )
    own = genes.stability.of("bootstrap")
    if own:
        sentences.append(
            f"Listed in: share of {formats.count(own.n_lists)} bootstraps that list the gene too."
        )
    sentences.append(
        f"Long descriptions are cut; all {formats.count(genes.n_genes)} genes are in "
        "tables/genes.csv and results.json, with whether the models may use them."
    )
    return " ".join(sentences)


def _drawn(genes: Genes, drawn: ListStability) -> str:
    """Name a way of drawing samples again."""
    if drawn.resampling == "bootstrap":
        return "with replacement (bootstrap)"
    record = genes.stability
    return f"training parts of {record.n_repeats} × {record.n_folds} folds"


def _stability_note(results: Results) -> str:
    """Say how to read the measure."""
    record, columns_noun = results.genes.stability, results.study.sample_noun_plural
    note = (
        "Stability: Nogueira, Sechidis and Brown; 1 where all lists agree, 0 on average for lists "
        f"drawn at random, poor below {formats.number(record.poor_below)}, excellent above "
        f"{formats.number(record.excellent_above)}. The interval is for the number of lists; it "
        f"says nothing of other {columns_noun}."
    )
    if record.n_folds > 2:
        note += (
            " Folds share most of their samples, at least "
            f"{formats.percent(1 - 2 / record.n_folds)} between any two, and flatter the list."
        )
    return note
