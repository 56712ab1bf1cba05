"""How an item of a checklist is answered: from the results, or by a reason why not."""

from collections.abc import Callable
from dataclasses import dataclass

from pipeline.records.base import Statement
from pipeline.records.checklists import Checklist, Item, Reply
from pipeline.results import Results
from pipeline.rules.rule import Term, words


@dataclass(frozen=True)
class Answer:
    """What is said of one item."""

    reply: Reply
    statement: Statement
    section: str | None = None


Look = Callable[[Results], Answer]
"""Answers an item from the results."""

Question = tuple[str, str, Look]
"""An item's number and our name for it, and what answers it."""


def answered(section: str, template: str, *terms: Term) -> Look:
    """Answer from the results.

    Parameters
    ----------
    section : str
        Anchor of the chapter that has more.
    template : str
        The answer, with a place for each value.
    *terms : callable
        The values.

    Returns
    -------
    callable
        Gives the answer.
    """
    return lambda results: Answer("answered", say(results, template, *terms), section)


def author(template: str = "", *terms: Term, section: str | None = None) -> Look:
    """Leave an item to the author.

    Parameters
    ----------
    template : str, default=""
        What the author may start from.
    *terms : callable
        The values.
    section : str or None, default=None
        Anchor of the chapter that has more of it.

    Returns
    -------
    callable
        Gives the answer.
    """
    return lambda results: Answer("for the author", say(results, template, *terms), section)


def never(reason: str) -> Look:
    """Say that an item does not apply, whatever the results.

    Parameters
    ----------
    reason : str
        Why, as a sentence.

    Returns
    -------
    callable
        Gives the answer.
    """
    return lambda results: Answer("not applicable", Statement(template=reason))


def because(results: Results, reason: str, section: str) -> Answer:
    """Say with a record's own reason that an item does not apply.

    Parameters
    ----------
    results : Results
        The results.
    reason : str
        The reason, as it stands within a sentence.
    section : str
        Anchor of the chapter that has more.

    Returns
    -------
    Answer
        That the item does not apply.
    """
    told = words("reason", f"{reason[:1].upper()}{reason[1:]}")
    return Answer("not applicable", say(results, "{reason}.", told), section)


def say(results: Results, template: str, *terms: Term) -> Statement:
    """Fill a sentence.

    Parameters
    ----------
    results : Results
        The results.
    template : str
        The sentence.
    *terms : callable
        The values.

    Returns
    -------
    Statement
        The sentence with its values.
    """
    return Statement(template=template, values=tuple(term(results) for term in terms))


def fill(
    results: Results, key: str, label: str, citation: str, questions: tuple[Question, ...]
) -> Checklist:
    """Answer all items of a checklist.

    Parameters
    ----------
    results : Results
        The results, their findings included.
    key, label, citation : str
        What the checklist is called, and the key of its reference.
    questions : tuple
        Its items.

    Returns
    -------
    Checklist
        The items with their answers.
    """
    return Checklist(
        key=key,
        label=label,
        citation=citation,
        items=tuple(_item(number, name, look(results)) for number, name, look in questions),
    )


def _item(number: str, name: str, answer: Answer) -> Item:
    """Put an item and its answer together."""
    return Item(
        number=number,
        name=name,
        reply=answer.reply,
        answer=answer.statement,
        section=answer.section,
    )
