"""Records of what the values are, by their numbers alone: logarithms, linear values, counts."""

from typing import Literal

from pipeline.records.check import Check

Kind = Literal["linear", "counts", "logarithms", "centred", "below floor"]
"""What the values look like where the recipe or the unit expects something else."""


class Recognised(Check):
    """Whether the values are what the recipe and the unit expect.

    `kind` is what they look like where they are something else. `is_sure` says that the numbers
    leave no doubt: such a study is refused unless its file insists. `n_above` values are above
    `log_limit`, which hardly any logarithm reaches; `whole_share` and `negative_share` are shares
    of all values; `skewness` is how much farther the 99th percentile of the positive values is
    from their median than the median is from the first.
    """

    kind: Kind | None
    is_sure: bool
    insisted: bool
    recipe: str
    n_values: int
    minimum: float
    maximum: float
    log_limit: float
    n_above: int
    negative_share: float
    whole_share: float
    skewness: float | None


class Parts(Check):
    """Whether training and test values were made in one way.

    Of kind "floor" or "ceiling": one part, `limited`, has `n_at_limit` values equal to its least
    (or largest), `limit`, and the other `n_beyond` values beyond it; `hidden` says that the
    recipe cuts both there or before. Of kind "scale": one part holds logarithms only and the
    other does not. Of kind "factor": the mean of the middle gene is `factor` times as large in
    the test samples, and that of most genes nearly so.
    """

    kind: Literal["floor", "ceiling", "scale", "factor"] | None
    limited: Literal["training", "test"] | None
    limit: float | None
    n_at_limit: int
    n_beyond: int
    hidden: bool
    factor: float | None


class Standardised(Check):
    """Whether values were brought to mean 0 and standard deviation 1 before they were supplied.

    `gene_share` and `array_share` are the shares of genes, over all samples, and of arrays that
    are so within `tolerance`; `least` of them count as all.
    """

    gene_share: float
    array_share: float
    tolerance: float
    least: float
