"""The files inside the PDF: what it was made from, and the whole of what it shows in part."""

from collections import Counter
from collections.abc import Iterator
from operator import itemgetter

from pipeline.records.models import Evaluation
from pipeline.results import Results, dumps
from report.csvfile import Cell, csv_bytes
from report.pdf import Attachment


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
)
"""Columns of `genes.csv`."""


def genes(results: Results) -> bytes:
    """Write the whole table of genes, best first.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    bytes
        CSV with the columns `GENES`.
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
    )
    return csv_bytes(GENES, zip(*columns, strict=True))


def samples(results: Results) -> bytes:
    """Write what each model said of each sample while it was held out.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    bytes
        CSV with a row for each protocol, model and sample. `predicted` is the class that was
        named most often, empty where two were; `score` is of the class named at the head of
        the column, the mean over repeats, and of the kind that `score` names.
    """
    scored = _scored(results)
    columns = (
        *("protocol", "model", "sample", "label", "partition", "predicted"),
        *("n_predictions", "n_wrong", "score", *(f"score of {label}" for label in scored)),
    )
    rows = (row for e in results.evaluations for row in _predictions(results, e, len(scored)))
    return csv_bytes(columns, rows)


def _scored(results: Results) -> list[str]:
    """Classes that have a score: the positive of two, or each of many."""
    positive = results.data.positive_class
    return [positive] if positive else [summary.label for summary in results.data.classes]


def _predictions(
    results: Results, evaluation: Evaluation, n_scores: int
) -> Iterator[tuple[Cell, ...]]:
    """What one model said under one protocol, sample by sample."""
    labels = [summary.label for summary in results.data.classes]
    known = {sample.id: sample for sample in results.data.samples}
    ids = results.protocol(evaluation.protocol).sample_ids
    kind = results.model(evaluation.model).score
    scores = evaluation.scores or ((None,) * n_scores,) * len(ids)
    per_sample = zip(*evaluation.predicted, strict=True)
    for name, named, n_wrong, values in zip(
        ids, per_sample, evaluation.n_wrong, scores, strict=True
    ):
        sample = known[name]
        yield (
            *(evaluation.protocol, evaluation.model, name, sample.label, sample.partition),
            *(_most(named, labels), len(named), n_wrong, kind, *values),
        )


def _most(named: tuple[int, ...], labels: list[str]) -> str | None:
    """The class that was named most often; None where two were as often."""
    counts = sorted(Counter(named).items(), key=itemgetter(1), reverse=True)
    if len(counts) > 1 and counts[0][1] == counts[1][1]:
        return None
    return labels[counts[0][0]]
