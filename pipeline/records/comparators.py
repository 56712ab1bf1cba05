"""Records of what simpler rules reach under the protocol of the headline."""

from pipeline.records.base import Record
from pipeline.records.models import Interval


class SimpleRule(Record):
    """A rule that takes no many genes together: `key` is "gene" or "source".

    `interval` is None under resampling. `chosen` names the genes that the most folds chose, most
    often first; it is empty for the source.
    """

    key: str
    label: str
    n_correct: int
    n_predictions: int
    accuracy: float
    interval: Interval | None
    chosen: tuple[str, ...]


class RandomGenes(Record):
    """A model on genes drawn at random from those that it may use, again and again.

    `accuracies` has that of each of `n_sets` sets, rising; `low` and `high` bound the middle 95 %
    of them. `n_reaching` sets are right at least as often as the headline.
    """

    model: str
    penalty_c: float
    n_genes: int
    n_sets: int
    accuracies: tuple[float, ...]
    median: float
    low: float
    high: float
    n_reaching: int
    share_reaching: float


class Comparators(Record):
    """What simpler rules reach; `protocol` is that of the headline.

    `n_repeats` of its repeats were made with random genes. `no_source` is the reason where the
    source of the samples does not predict.
    """

    protocol: str
    n_repeats: int
    random_genes: RandomGenes
    rules: tuple[SimpleRule, ...]
    no_source: str | None
