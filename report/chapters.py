"""The chapters of the report, in order."""

from pipeline.results import Results

SECTIONS: tuple[tuple[str, str], ...] = (
    ("data", "Data"),
    ("audit", "What the files say"),
    ("embeddings", "Embeddings"),
    ("models", "Models and results"),
    ("robustness", "What the results rest on"),
    ("samples", "Single samples and decisions"),
    ("improvements", "What the recommended changes did"),
    ("claims", "Reported, reproduced, corrected"),
    ("genes", "Genes"),
    ("caveats", "Caveats"),
    ("methods", "Methods"),
    ("provenance", "Provenance"),
    ("checklists", "Reporting checklists"),
    ("references", "References"),
)
"""The chapters: anchor and heading, in order. Each has a template of the same name."""


def sections(results: Results) -> tuple[tuple[str, str], ...]:
    """Give the chapters of a report.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    tuple of (str, str)
        Anchor and heading of `SECTIONS`; that on published figures only where there are any.
    """
    return tuple(part for part in SECTIONS if part[0] != "claims" or results.claims)
