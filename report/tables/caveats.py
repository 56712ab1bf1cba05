"""Tables of the chapter on caveats: what was suppressed, and what was looked at and found in order.

What was raised is told in prose; these tables show that the rest was looked at too.
"""

from pipeline.results import Results
from report import formats
from report.tables.record import Table, columns

OUTCOMES: dict[str, tuple[str, str]] = {
    "error": ("error", "errors"),
    "warning": ("warning", "warnings"),
    "note": ("note", "notes"),
    "suppressed": ("suppressed", "suppressed"),
    "seen": ("seen", "seen"),
    "passed": ("passed", "passed"),
    "not applicable": ("not applicable", "not applicable"),
}
"""What the outcome of one rule is called, and that of several."""


def summary(results: Results) -> str:
    """Count the rules by their outcome.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    str
        For example: 1 error, 6 warnings, 9 notes, 12 passed.
    """
    counts = {outcome: len(results.outcome(outcome)) for outcome in OUTCOMES}
    named = [f"{formats.count(n)} {OUTCOMES[outcome][n > 1]}" for outcome, n in counts.items() if n]
    return ", ".join(named) or "none"


def suppressed(results: Results) -> Table | None:
    """Show the caveats that the study leaves out.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    Table or None
        One row a caveat, with the study's reason; None where none is left out.
    """
    rows = tuple(
        (
            finding.code,
            f"{finding.title} ({finding.severity})",
            formats.plain(finding.statement),
            finding.suppressed or "",
        )
        for finding in results.outcome("suppressed")
    )
    if not rows:
        return None
    return Table(
        key="suppressed",
        caption="Caveats that were raised, and that the study leaves out for a reason of its own.",
        columns=columns("Rule", "Caveat", "What was found", "The study's reason"),
        rows=rows,
    )


def checks(results: Results) -> Table | None:
    """Show what was looked at without a caveat being raised.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    Table or None
        One row a rule that raised no caveat; None where there is none.
    """
    rows = tuple(
        (finding.code, finding.subject, finding.outcome, formats.plain(finding.statement))
        for finding in results.outcome("seen", "passed", "not applicable")
    )
    if not rows:
        return None
    return Table(
        key="checks",
        caption="What else was looked at.",
        columns=columns("Rule", "What it looks at", "Outcome", "What was seen"),
        rows=rows,
    )
