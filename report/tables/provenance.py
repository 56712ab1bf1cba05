"""Tables of what ran: versions and settings."""

from pipeline.results import Results
from report import formats
from report.tables.record import Table, columns


def packages(results: Results) -> Table:
    """List the versions that ran.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    Table
        One row a package.
    """
    provenance = results.provenance
    return Table(
        key="packages",
        caption="Versions.",
        columns=columns("Program", "Version"),
        rows=(
            (provenance.program, provenance.version),
            ("Python", provenance.python),
            *((package.name, package.value) for package in provenance.packages),
        ),
    )


def settings(results: Results) -> Table:
    """List the settings that ran.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    Table
        One row a setting.
    """
    return Table(
        key="settings",
        caption="Settings.",
        columns=columns("Setting", "Value"),
        rows=(
            ("seed", formats.count(results.provenance.seed)),
            *((setting.name, setting.value) for setting in results.provenance.settings),
        ),
    )
