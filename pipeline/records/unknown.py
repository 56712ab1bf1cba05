"""Records of samples of which a class, group or source is not known."""

from pipeline.records.check import Check


class Unlabelled(Check):
    """Samples of the files without a class, which were left out.

    `n` of `n_samples` that were read; `names` are the first.
    """

    n: int
    n_samples: int
    names: tuple[str, ...]


class Ungrouped(Check):
    """Samples of which the column that groups them, or names their source, says nothing.

    `n` of `n_samples` of the data set; `names` are the first.
    """

    column: str | None
    n: int
    n_samples: int
    names: tuple[str, ...]
