"""The files inside the PDF: what it was made from, and the whole of what it shows in part."""

from pipeline.results import Results, dumps
from report.csvfile import Cell, csv_bytes
from report.pdf import Attachment
from report.samples import sample_table


def attachments(results: Results) -> tuple[Attachment, ...]:
    """Give the files that travel inside the PDF.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    tuple of Attachment
        The results, all genes, all predictions and, where the study came from one, its file.
    """
    study = results.study
    found = [
        Attachment("results.json", dumps(results).encode(), "Results that the report was made of"),
        Attachment("genes.csv", genes(results), f"The ranking of all {study.gene_noun_plural}"),
        Attachment(
            "samples.csv",
            samples(results),
            f"What each model said of each held-out {study.sample_noun}",
        ),
    ]
    if study.toml:
        found.append(Attachment(f"{study.name}.toml", study.toml.encode(), "The study file"))
    return tuple(found)


GENES = (
    "gene",
    "description",
    "high_in",
    "signal_to_noise",
    "mean_difference",
    "p_value",
    "q_value",
    "p_max_t",
    "selection_frequency",
    "weight",
)
"""Columns of `genes.csv`; whether the models may use the gene follows, and calls by class."""


def genes(results: Results) -> bytes:
    """Write the whole table of genes, best first.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    bytes
        CSV with the columns `GENES`, `models_may_use` and, where there are calls, for each class
        the share of its training samples in which the gene is called present.
    """
    table = results.genes.table
    labels = [summary.label for summary in results.data.classes]
    columns: tuple[tuple[Cell, ...], ...] = (
        table.ids,
        table.descriptions,
        tuple(labels[k] for k in table.high_in),
        table.signal_to_noise,
        table.mean_difference,
        table.p_value,
        table.q_value,
        table.p_max_t,
        table.selection_frequency,
        table.weight,
        tuple("yes" if may_use else "no" for may_use in table.usable),
        *table.present,
    )
    calls = [f"called_present_in_{label}" for label in labels] if table.present else []
    return csv_bytes((*GENES, "models_may_use", *calls), zip(*columns, strict=True))


def samples(results: Results) -> bytes:
    """Write what each model said of each sample while it was held out.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    bytes
        CSV with the columns of `sample_table`.
    """
    return csv_bytes(*sample_table(results))
