"""The parts of a finding, as every rule writes them."""

from typing import Literal

from pipeline.records.base import (
    Finding,
    Format,
    Severity,
    Statement,
    Value,
)


def finding(
    code: str,
    severity: Severity,
    section: Literal[
        "data", "models", "robustness", "samples", "improvements", "embeddings", "genes"
    ],
    title: str,
    template: str,
    values: tuple[Value, ...],
    *,
    why: str,
    action: str,
    references: tuple[str, ...] = (),
) -> Finding:
    """Build a finding.

    Parameters
    ----------
    code : str
        Its subject and number, such as `SIZE-01`; no two rules share one.
    severity : {"error", "warning", "note", "passed"}
        How grave it is.
    section : {"data", "models", "robustness", "samples", "improvements", "embeddings", "genes"}
        The chapter of the report that it qualifies.
    title : str
        Its heading: a few words.
    template : str
        What was found, with a `{name}` for each value.
    values : tuple of Value
        The numbers and names of the template.
    why : str
        Why it matters.
    action : str
        What to do.
    references : tuple of str
        Keys of the works that say so, as in `pipeline.references`.

    Returns
    -------
    Finding
        The finding.
    """
    return Finding(
        code=code,
        severity=severity,
        section=section,
        title=title,
        statement=Statement(template=template, values=values),
        why=why,
        action=action,
        references=references,
    )


def value(name: str, value: float | str, form: Format, path: str | None = None) -> Value:
    """Build a value of a finding's sentence.

    Parameters
    ----------
    name : str
        Its place in the template.
    value : int, float or str
        The value.
    form : str
        How to write it.
    path : str or None
        The field of the results that holds it; None where it is worked out from several.

    Returns
    -------
    Value
        The value.
    """
    return Value(name=name, value=value, format=form, path=path)


def count(name: str, n: int, path: str | None = None) -> Value:
    """Build a whole number.

    Parameters
    ----------
    name : str
        Its place in the template.
    n : int
        The number.
    path : str or None
        The field of the results that holds it, if one does.

    Returns
    -------
    Value
        The value.
    """
    return value(name, n, "count", path)


def decimal(name: str, number: float, path: str | None = None) -> Value:
    """Build a share or coefficient, written with decimals.

    Parameters
    ----------
    name : str
        Its place in the template.
    number : float
        The number.
    path : str or None
        The field of the results that holds it, if one does.

    Returns
    -------
    Value
        The value.
    """
    return value(name, number, "decimal", path)


def text(name: str, words: str) -> Value:
    """Build a name, or several in one text.

    Parameters
    ----------
    name : str
        Its place in the template.
    words : str
        The text.

    Returns
    -------
    Value
        The value.
    """
    return value(name, words, "text")
