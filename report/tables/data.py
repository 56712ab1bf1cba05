"""Tables of the data: the classes, the files read, and what the cleaning did."""

from pipeline.results import Results
from report import formats
from report.tables.record import Table, columns


def classes(results: Results) -> Table:
    """Count the classes in each part of the split.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    Table
        One row a class, and the sum.
    """
    data = results.data
    rows = [
        (
            summary.label,
            summary.description or "",
            formats.count(summary.n_train),
            formats.count(summary.n_test),
            formats.count(summary.n_samples),
            formats.percent(summary.n_samples / data.n_samples),
        )
        for summary in data.classes
    ]
    total = (
        "All",
        "",
        formats.count(data.n_train),
        formats.count(data.n_test),
        formats.count(data.n_samples),
        formats.percent(1.0),
    )
    return Table(
        key="classes",
        caption=f"{results.study.sample_noun_plural.capitalize()} by class and part of the given "
        "split.",
        columns=columns("Class", "Meaning", "*Training", "*Independent test", "*All", "*Share"),
        rows=(*rows, total),
        fixed=True,
    )


def files(results: Results) -> Table:
    """List the files that were read.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    Table
        One row a file, with its hash.
    """
    published = {True: "yes", False: "no", None: "no hash given"}
    return Table(
        key="files",
        caption="Files read, and whether they are the ones that the study names.",
        columns=columns("File", "Role", "*Size", "As the study file says", "SHA-256"),
        rows=tuple(
            (
                file.name,
                file.role,
                formats.n_bytes(file.n_bytes),
                published[file.published],
                file.sha256,
            )
            for file in results.data.source.files
        ),
    )


def ledger(results: Results) -> Table:
    """Show what each step of the cleaning did.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    Table
        One row a step.
    """
    return Table(
        key="ledger",
        fixed=True,
        caption="From the files to the values that the models saw: samples and genes before and "
        "after each step, and the unit after it.",
        columns=columns("Step", "What it did", "*Samples", "*Genes", "Unit"),
        rows=tuple(
            (
                step.step,
                step.detail,
                _in_out(step.n_samples_in, step.n_samples_out),
                _in_out(step.n_genes_in, step.n_genes_out),
                step.unit,
            )
            for step in results.data.ledger
        ),
        note="What learns is shown as learned on the given training samples; cross-validation "
        "learns it anew in every fold."
        if any(step.learned_on != "nothing" for step in results.preprocessing.steps)
        else "",
    )


def _in_out(n_in: int, n_out: int) -> str:
    """A count, or the counts before and after where they differ."""
    return (
        formats.count(n_in)
        if n_in == n_out
        else (f"{formats.count(n_in)} to {formats.count(n_out)}")
    )
