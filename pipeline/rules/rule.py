"""What a rule is, and how it says what it looked at.

A rule looks at the finished results and gives a verdict: raised, with a severity, seen, passed, or
not applicable. It computes no statistic of its own. Each number in its sentence is named by its
path in the results, or by the operation over paths that gives it, and is read from there; the
rule's own threshold is marked as a limit.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from pipeline.records.base import Format, Severity, Statement, Value
from pipeline.records.resolve import LIMIT, resolve
from pipeline.results import Results

Section = Literal[
    "data",
    "audit",
    "embeddings",
    "models",
    "robustness",
    "samples",
    "improvements",
    "claims",
    "genes",
]
"""The chapters that a finding may qualify."""


@dataclass(frozen=True)
class Verdict:
    """What a rule found."""

    severity: Severity
    statement: Statement


Look = Callable[[Results], Verdict]


@dataclass(frozen=True)
class Rule:
    """One rule; its texts may speak of {samples} and {genes}, which take the study's words.

    `subject` is what the rule looks at, `title` heads the caveat where it is raised, `why` says
    why it matters and `action` what to do.
    """

    code: str
    section: Section
    subject: str
    title: str
    why: str
    action: str
    references: tuple[str, ...]
    look: Look


def rule(
    code: str,
    section: Section,
    *,
    subject: str,
    title: str,
    why: str,
    action: str,
    references: tuple[str, ...] = (),
) -> Callable[[Look], Rule]:
    """Make a rule of the function that looks.

    Parameters
    ----------
    code : str
        Its subject and number, such as `SIZE-01`: no two rules share one, and none changes.
    section : str
        The chapter of the report that it qualifies.
    subject : str
        What it looks at.
    title : str
        The heading of the caveat where it is raised: a few words.
    why : str
        Why it matters.
    action : str
        What to do.
    references : tuple of str
        Keys of the works that say so, as in `pipeline.references`.

    Returns
    -------
    callable
        Turns the function into the rule.
    """

    def make(look: Look) -> Rule:
        return Rule(code, section, subject, title, why, action, references, look)

    return make


Term = Callable[[Results], Value]
"""A value of a sentence, still to be read from the results."""


def raised(severity: Severity, results: Results, template: str, *terms: Term) -> Verdict:
    """Raise a caveat.

    Parameters
    ----------
    severity : {"error", "warning", "note"}
        How grave it is.
    results : Results
        The results.
    template : str
        What was found, with a `{name}` for each term.
    *terms : callable
        The numbers and names of the template.

    Returns
    -------
    Verdict
        The caveat.
    """
    values = tuple(term(results) for term in terms)
    return Verdict(severity, Statement(template=template, values=values))


def seen(results: Results, template: str, *terms: Term) -> Verdict:
    """Describe what was found where nothing follows from it for the reader: no caveat.

    Parameters
    ----------
    results : Results
        The results.
    template : str
        What was found, with a `{name}` for each term.
    *terms : callable
        The numbers and names of the template.

    Returns
    -------
    Verdict
        What was seen; it stands in the table of what was looked at.
    """
    return raised("seen", results, template, *terms)


def passed(results: Results, template: str, *terms: Term) -> Verdict:
    """Say that nothing was found, and what was looked at.

    Parameters
    ----------
    results : Results
        The results.
    template : str
        What was looked at, with a `{name}` for each term.
    *terms : callable
        The numbers and names of the template.

    Returns
    -------
    Verdict
        That the rule passed.
    """
    return raised("passed", results, template, *terms)


def not_applicable(reason: str) -> Verdict:
    """Say that there is nothing to look at.

    Parameters
    ----------
    reason : str
        Why, as a sentence.

    Returns
    -------
    Verdict
        That the rule does not apply.
    """
    return Verdict("not applicable", Statement(template=reason))


def not_run(reason: str) -> Verdict:
    """Say with a record's own reason that there is nothing to look at.

    Parameters
    ----------
    reason : str
        The reason, as it stands within a sentence.

    Returns
    -------
    Verdict
        That the rule does not apply.
    """
    told = Value(name="reason", value=f"{reason[:1].upper()}{reason[1:]}", format="text")
    return Verdict("not applicable", Statement(template="{reason}.", values=(told,)))


def checked(results: Results, name: str, severity: Severity) -> Verdict:
    """Judge by a check of the audit, in its own words.

    Parameters
    ----------
    results : Results
        The results.
    name : str
        The field of `audit` that holds the check.
    severity : {"error", "warning", "note"}
        How grave it is where the check is raised.

    Returns
    -------
    Verdict
        The check's sentence, or the reason why it was not made.
    """
    check = getattr(results.audit, name)
    if check.not_run:
        return not_run(check.not_run)
    return Verdict(severity if check.is_raised else "passed", check.statement)


def term(name: str, path: str, form: Format) -> Term:
    """Name a value by its path.

    Parameters
    ----------
    name : str
        Its place in the template.
    path : str
        Its field, or the operation over fields that gives it.
    form : str
        How to write it.

    Returns
    -------
    callable
        Reads the value from the results.
    """
    return lambda results: Value(name=name, value=resolve(results, path), format=form, path=path)


def count(name: str, path: str) -> Term:
    """Name a whole number by its path.

    Parameters
    ----------
    name : str
        Its place in the template.
    path : str
        Its field, or the operation over fields that gives it.

    Returns
    -------
    callable
        Reads the value from the results.
    """
    return term(name, path, "count")


def decimal(name: str, path: str) -> Term:
    """Name a share or coefficient, written with decimals, by its path.

    Parameters
    ----------
    name : str
        Its place in the template.
    path : str
        Its field, or the operation over fields that gives it.

    Returns
    -------
    callable
        Reads the value from the results.
    """
    return term(name, path, "decimal")


def percent(name: str, path: str) -> Term:
    """Name a share, written as percent, by its path.

    Parameters
    ----------
    name : str
        Its place in the template.
    path : str
        Its field, or the operation over fields that gives it.

    Returns
    -------
    callable
        Reads the value from the results.
    """
    return term(name, path, "percent")


def text(name: str, path: str) -> Term:
    """Name a text by its path.

    Parameters
    ----------
    name : str
        Its place in the template.
    path : str
        Its field.

    Returns
    -------
    callable
        Reads the value from the results.
    """
    return term(name, path, "text")


def words(name: str, value: str) -> Term:
    """Give a text that was put together from several.

    Parameters
    ----------
    name : str
        Its place in the template.
    value : str
        The text.

    Returns
    -------
    callable
        Gives the value, whatever the results.
    """
    return lambda results: Value(name=name, value=value, format="text")


def limit(value: float, form: Format, name: str = "limit") -> Term:
    """Give the rule's own threshold.

    Parameters
    ----------
    value : int or float
        The threshold.
    form : str
        How to write it.
    name : str, default="limit"
        Its place in the template.

    Returns
    -------
    callable
        Gives the value, whatever the results.
    """
    return lambda results: Value(name=name, value=value, format=form, path=LIMIT)


def number(results: Results, path: str) -> float:
    """Read a number by its path, for a rule that decides by it.

    Parameters
    ----------
    results : Results
        The results.
    path : str
        Its field, or the operation over fields that gives it.

    Returns
    -------
    int or float
        The number.
    """
    return float(resolve(results, path))
