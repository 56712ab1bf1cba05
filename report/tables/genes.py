"""The table of the genes that differ most between the classes."""

from pipeline.results import Results
from report import formats
from report.tables.record import Table, columns


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
    table = results.genes.table
    row_of = {gene: row for row, gene in enumerate(table.ids)}
    rows = []
    for gene in results.genes.heat_map.gene_ids:
        i = row_of[gene]
        rows.append(
            (
                gene,
                table.descriptions[i],
                results.data.classes[table.high_in[i]].label,
                formats.count(i + 1),
                formats.decimal(table.signal_to_noise[i]),
                formats.decimal(table.mean_difference[i]),
                formats.scientific(table.p_value[i]),
                formats.scientific(table.q_value[i]),
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
            "*Difference of means",
            "*p",
            "*q",
        ),
        rows=tuple(rows),
        note=f"Difference of means: class minus rest, {results.genes.scale}. p: "
        f"{results.genes.test}; q: Benjamini-Hochberg. The ranking of all "
        f"{results.genes.n_genes} genes is in results.json.",
    )
