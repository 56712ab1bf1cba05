"""The table of what the recommended changes did."""

from pipeline.results import Results
from report import formats
from report.tables.record import Table, columns


def improvements(results: Results) -> Table:
    """Show what the recommended changes did.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    Table
        One row a change and protocol.
    """
    return Table(
        key="improvements",
        caption="What the recommended changes did, each beside the model that it changes.",
        columns=columns(
            "Change",
            "Protocol",
            "Model",
            "*Predictions changed",
            "*Accuracy before",
            "*Accuracy after",
            "*p (McNemar)",
        ),
        rows=tuple(
            (
                record.label,
                results.protocol(record.protocol).label,
                results.model(record.base).label,
                f"{formats.count(record.n_changed)} of {formats.count(record.n_predictions)}",
                formats.decimal(record.base_accuracy),
                formats.decimal(record.variant_accuracy),
                formats.p_value(record.p_value),
            )
            for record in results.improvements
        ),
        note="p: exact McNemar test on the held-out samples of a single split, each change by "
        "itself, not adjusted; under resampling the same sample counts in every repeat, and no "
        "such test is made.",
    )
