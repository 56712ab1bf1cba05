"""The table of settings that ran."""

from pipeline.results import Results
from report import formats
from report.tables.record import Table, columns


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
        supplement=True,
    )
