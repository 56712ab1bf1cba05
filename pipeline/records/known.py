"""Records of what a study states of its samples beforehand, with its citation."""

from pipeline.records.base import Record


class KnownFact(Record):
    """A fact that the study file states.

    `covariate` is what it says of each sample, where it does, and `n_samples` of how many samples
    of the data in use; `overridden` says that the table of samples has that column, whose values
    then count, and `contradicted` names the samples of which it says something else.
    """

    text: str
    citation: str
    covariate: str | None
    n_samples: int
    overridden: bool
    contradicted: tuple[str, ...]
