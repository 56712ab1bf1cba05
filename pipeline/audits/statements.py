"""The parts of an audit's sentences."""

from collections.abc import Sequence

from pipeline.records.base import Format, Statement, Value

LONGEST = 40  # characters of a name in a sentence

Given = tuple[float | str, Format, str | None]
"""A value, how to write it, and its path below `audit` where it is a field of the results."""


def say(template: str, **values: Given) -> Statement:
    """Build a sentence.

    Parameters
    ----------
    template : str
        The sentence, with a `{name}` for each value.
    **values : tuple
        What stands there.

    Returns
    -------
    Statement
        The sentence.
    """
    return Statement(
        template=template,
        values=tuple(
            Value(name=name, value=value, format=form, path=path and f"audit.{path}")
            for name, (value, form, path) in values.items()
        ),
    )


def unless(not_run: str | None, statement: Statement) -> Statement:
    """Give the reason in the place of a sentence, where a check was not made.

    Parameters
    ----------
    not_run : str or None
        The reason, if there is one.
    statement : Statement
        What was found.

    Returns
    -------
    Statement
        One or the other.
    """
    if not_run is None:
        return statement
    return say("Does not apply: {reason}.", reason=(not_run, "text", None))


def some(names: Sequence[str], *, most: int = 5) -> str:
    """Name the first few, and count the others.

    Parameters
    ----------
    names : sequence of str
        The names.
    most : int, default=5
        How many are named.

    Returns
    -------
    str
        For example "a, b and 3 more"; long names are cut.
    """
    shown = ", ".join(n if len(n) <= LONGEST else f"{n[: LONGEST - 1]}…" for n in names[:most])
    n_more = len(names) - most
    return f"{shown} and {n_more} more" if n_more > 0 else shown
