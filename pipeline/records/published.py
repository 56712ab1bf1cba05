"""The record of a published result on the same data, beside which the headline stands."""

from pipeline.records.base import Record


class PublishedResult(Record):
    """What a publication reports, and under which protocol.

    Of `n` samples `n_called` were called, the others declined, and `n_right` of these calls were
    right; over several settings from `n_right_least` on. `same_split`: trained and tested on the
    same samples as here. `quoted_in` names where the figure was read, if not in the publication.
    """

    method: str
    source: str
    citation: str | None
    n: int
    n_called: int
    n_right: int
    n_right_least: int | None
    protocol: str
    same_split: bool
    quoted_in: str | None
