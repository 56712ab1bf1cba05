"""What the report shows in full, and what in brief."""

from pipeline.records.models import Protocol
from pipeline.results import Results

IN_FULL = ("given", "cv")
"""Protocols with every table and figure; the others have one table each."""


def in_full(results: Results) -> tuple[Protocol, ...]:
    """Give the protocols that ran and are shown in full.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    tuple of Protocol
        The independent test and cross-validation, as far as they ran; where groups allow
        neither, that of the headline.
    """
    shown = tuple(protocol for protocol in results.ran if protocol.key in IN_FULL)
    return shown or (results.protocol(results.primary.protocol),)


def in_brief(results: Results) -> tuple[Protocol, ...]:
    """Give the protocols that ran and are shown in brief.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    tuple of Protocol
        All others.
    """
    shown = in_full(results)
    return tuple(protocol for protocol in results.ran if protocol not in shown)
