"""Records of the gene ranking."""

from pipeline.records.base import Record


class GeneTable(Record):
    """All genes by column, best signal-to-noise first; p and q are None where undefined."""

    ids: tuple[str, ...]
    descriptions: tuple[str, ...]
    high_in: tuple[int, ...]
    signal_to_noise: tuple[float, ...]
    mean_difference: tuple[float, ...]
    p_value: tuple[float | None, ...]
    q_value: tuple[float | None, ...]


class HeatMap(Record):
    """Standardised values of the top genes: rows genes, columns samples."""

    gene_ids: tuple[str, ...]
    high_in: tuple[int, ...]
    sample_ids: tuple[str, ...]
    z: tuple[tuple[float, ...], ...]
    limit: float


class Genes(Record):
    """The gene ranking on the training samples."""

    scale: str
    test: str
    n_samples: int
    n_genes: int
    n_tested: int
    fdr: float
    n_significant: int
    n_per_class: int
    table: GeneTable
    heat_map: HeatMap
