"""What all checks of the audit have in common."""

from pipeline.records.base import Record, Statement


class Check(Record):
    """What was looked at and what was found.

    `is_raised` says that something is out of the ordinary; `not_run` gives the reason where
    the data have nothing to look at: then nothing is raised, and the sentence gives the reason.
    """

    key: str
    subject: str
    is_raised: bool
    statement: Statement
    not_run: str | None
