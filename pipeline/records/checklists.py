"""Records of the reporting checklists."""

from typing import Literal

from pipeline.records.base import Record, Statement

Reply = Literal["answered", "not applicable", "for the author"]
"""Whether the report answers an item, nobody need, or only the author can."""


class Item(Record):
    """One item of a checklist, or neighbouring ones with one answer.

    `number` is that of the checklist and `name` is our short word for it. `answer` is what the
    results say, why the item does not apply, or what the author may start from; `section` is
    the chapter that has more, None where there is none.
    """

    number: str
    name: str
    reply: Reply
    answer: Statement
    section: str | None


class Checklist(Record):
    """One published checklist, its items in their order."""

    key: str
    label: str
    citation: str
    items: tuple[Item, ...]
