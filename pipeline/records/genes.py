"""Records of the gene ranking."""

from typing import Literal

from pipeline.records.base import Record
from pipeline.records.models import Interval

Resampling = Literal["bootstrap", "folds"]
"""How samples are drawn again: with replacement, or as training parts of cross-validation."""


class GeneTable(Record):
    """All genes by column: those that models may use, best signal-to-noise first; then the rest.

    The rest (`usable` is False) are not ranked: they are not tested and never listed. p and q are
    None where undefined, `p_max_t` too where max-T did not run. `selection_frequency` is the share
    of bootstraps in which the gene is among the best of its class; None for all without any.
    `present` has, for each class, the share of its training samples in which each gene is called
    present; it is empty where the data have no calls. `weight` is the gene's in the fitted model
    of the headline (`GeneWeights`), None for all where that has none.
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
    usable: tuple[bool, ...]
    present: tuple[tuple[float, ...], ...]
    weight: tuple[float | None, ...]


class GeneWeights(Record):
    """What the weights of genes are of: a linear model fitted as for the headline.

    A weight is what one standard deviation of the gene, over the `n_samples` training samples,
    adds to the model's decision value; above 0 it speaks for the class `label`. `not_run` is the
    reason where there are none.
    """

    model: str
    setting: str | None
    n_samples: int
    label: str | None
    not_run: str | None


class Undetected(Record):
    """Listed genes that fewer than `below` of the training samples of their class call present.

    Their class is the one in which they are high; `n_listed` genes were looked at.
    """

    below: float
    n_listed: int
    ids: tuple[str, ...]


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
    gene gets that no relabelling reaches; `not_run` the reason where there is none. Another
    draw of as many relabellings would find between `n_low` and `n_high` genes: those whose p-value
    has a 95 % interval wholly at or below `level`, and those whose interval reaches it.
    """

    n_permutations: int
    is_complete: bool
    level: float
    n_significant: int
    smallest_p: float | None
    not_run: str | None
    n_low: int
    n_high: int


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

    `n_present` of the published genes are among the `n_genes` ranked; `expected` are shared
    by a list drawn from the ranked genes at random. No p-value: where two lists come from the same
    samples by nearly the same statistic, nobody expects so few.
    """

    key: str
    values: str
    n_genes: int
    n_listed: int
    n_published: int
    n_present: int
    shared: tuple[str, ...]
    expected: float


class Published(Record):
    """A published list of genes, and its overlap with ours."""

    source: str
    citation: str
    genes: tuple[str, ...]
    overlaps: tuple[Overlap, ...]


class Genes(Record):
    """The gene ranking on the training samples.

    Of `n_genes` the models may use `n_ranked`, which are ranked; `n_tested` of these are tested.
    `undetected` is None where the data have no calls, and `witness` where no
    test sample is of its class, or all are.
    """

    scale: str
    test: str
    n_samples: int
    n_genes: int
    n_ranked: int
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
    weights: GeneWeights
    undetected: Undetected | None
