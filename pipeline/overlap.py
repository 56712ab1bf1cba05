"""How many genes a list shares with a published one, and how many chance would give."""

from collections.abc import Sequence

from pipeline.records.genes import Overlap


def compare(
    listed: Sequence[str],
    published: Sequence[str],
    gene_ids: Sequence[str],
    *,
    key: str,
    values: str,
) -> Overlap:
    """Compare a list with a published one, among the genes that both could name.

    Parameters
    ----------
    listed : sequence of str
        Our list.
    published : sequence of str
        The published one.
    gene_ids : sequence of str
        All genes that were ranked.
    key : str
        Names the ranking.
    values : str
        What was ranked: for the table.

    Returns
    -------
    Overlap
        With how many a list of as many genes, drawn from those ranked at random, would share
        on average (hypergeometric).
    """
    present = set(published) & set(gene_ids)
    shared = tuple(gene for gene in listed if gene in present)
    n_genes, n_listed = len(gene_ids), len(listed)
    return Overlap(
        key=key,
        values=values,
        n_genes=n_genes,
        n_listed=n_listed,
        n_published=len(published),
        n_present=len(present),
        shared=shared,
        expected=n_listed * len(present) / n_genes,
    )
