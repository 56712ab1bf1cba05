"""Records of the gene ranking."""

from typing import Literal

from pipeline.records.base import Record
from pipeline.records.models import Interval

Resampling = Literal["bootstrap", "folds"]
"""How samples are drawn again: with replacement, or as training parts of cross-validation."""


class GeneTable(Record):
    """All genes by column, best signal-to-noise first; p and q are None where undefined.

    `p_max_t` is None too where max-T did not run. `selection_frequency` is the share of
    bootstraps in which the gene is among the best of its class; None for all without any.
    """

    ids: tuple[str, ...]
    descriptions: tuple[str, ...]
    high_in: tuple[int, ...]
    signal_to_noise: tuple[float, ...]
    mean_difference: tuple[float, ...]
    p_value: tuple[float | None, ...]
    q_value: tuple[float | None, ...]
    p_max_t: tuple[float | None, ...]
    selection_frequency: tuple[float | None, ...]


class Witness(Record):
    """The best gene of the training samples, and how it ranks the test samples.

    The areas under the ROC curve are of the class in which it is high, against the rest.
    """

    gene: str
    label: str
    auc_training: float
    auc_test: float


class HeatMap(Record):
    """Standardised values of the top genes: rows genes, columns samples."""

    gene_ids: tuple[str, ...]
    high_in: tuple[int, ...]
    sample_ids: tuple[str, ...]
    z: tuple[tuple[float, ...], ...]
    limit: float


class MaxT(Record):
    """Step-down max-T: how many relabellings, and how many genes stay at or below `level`.

    `is_complete`: all distinct relabellings were taken, once each. `smallest_p` is what a
    gene gets that no relabelling reaches; `not_run` the reason where there is none.
    """

    n_permutations: int
    is_complete: bool
    level: float
    n_significant: int
    smallest_p: float | None
    not_run: str | None


class ListStability(Record):
    """Lists of the best genes of each class over many draws of the samples.

    `stability` is that of Nogueira, Sechidis and Brown, None where `undefined` says why.
    `n_steady` genes are in at least `Stability.steady_share` of the lists, `n_ever` in any.
    """

    key: str
    resampling: Resampling
    n_per_class: int
    n_listed: int
    n_lists: int
    stability: float | None
    interval: Interval | None
    n_steady: int
    n_ever: int
    undefined: str | None


class Stability(Record):
    """Stability by size of the list; `n_per_class` is that of the report's own list.

    A stability below `poor_below` is called poor, one above `excellent_above` excellent.
    """

    n_per_class: int
    n_bootstraps: int
    n_folds: int
    n_repeats: int
    steady_share: float
    poor_below: float
    excellent_above: float
    lists: tuple[ListStability, ...]

    def of(self, resampling: Resampling) -> ListStability | None:
        """Give the record of the report's own list size.

        Parameters
        ----------
        resampling : {"bootstrap", "folds"}
            How the samples were drawn again.

        Returns
        -------
        ListStability or None
            None where that was not done.
        """
        wanted = (resampling, self.n_per_class)
        return next((r for r in self.lists if (r.resampling, r.n_per_class) == wanted), None)


class Overlap(Record):
    """What a list shares with the published one; `values` says what was ranked.

    `n_present` of the published genes are among the `n_genes` ranked; `expected` and
    `p_value` are those of a list drawn from the ranked genes at random.
    """

    key: str
    values: str
    n_genes: int
    n_listed: int
    n_published: int
    n_present: int
    shared: tuple[str, ...]
    expected: float
    p_value: float


class Published(Record):
    """A published list of genes, and its overlap with ours."""

    source: str
    citation: str
    genes: tuple[str, ...]
    overlaps: tuple[Overlap, ...]


class Genes(Record):
    """The gene ranking on the training samples.

    `witness` is None where no test sample is of its class, or all are.
    """

    scale: str
    test: str
    n_samples: int
    n_genes: int
    n_tested: int
    fdr: float
    n_significant: int
    n_per_class: int
    table: GeneTable
    witness: Witness | None
    heat_map: HeatMap
    max_t: MaxT
    stability: Stability
    published: Published | None
