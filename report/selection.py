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
        The independent test and cross-validation, as far as they ran.
    """
    return tuple(protocol for protocol in results.ran if protocol.key in IN_FULL)


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
    return tuple(protocol for protocol in results.ran if protocol.key not in IN_FULL)
