"""Records of values that may stand for missing measurements."""

from pipeline.records.base import Record
from pipeline.records.check import Check


class Sentinel(Record):
    """One value that programs write for a missing measurement, and its neighbours.

    `n` values are equal to it; `n_neighbours` is the larger number of values that are equal to
    one less or to one more.
    """

    value: float
    n: int
    n_neighbours: int


class Sentinels(Check):
    """Values that stand for missing measurements in some programs.

    One counts where at least `fewest` values are equal to it, and more than `ratio` times as many
    as to either neighbour. `found` are all that stand in the matrix, `names` those that count.
    """

    fewest: int
    ratio: float
    n_values: int
    found: tuple[Sentinel, ...]
    names: tuple[str, ...]
