"""Tables of the evaluation: scores, scores by class, comparisons, and who was misclassified."""

from pipeline.records.models import (
    Averages,
    ClassMetrics,
    Evaluation,
    Protocol,
)
from pipeline.results import Results
from report import formats
from report.tables.record import Table, columns

MAX_MISCLASSIFIED = 60  # rows; a longer table is a list that nobody reads

_NOT_HELD_OUT = "not held out"


def scores(results: Results, protocol: Protocol) -> Table:
    """Show every model's scores under one protocol.

    Parameters
    ----------
    results : Results
        The results object.
    protocol : Protocol
        The protocol.

    Returns
    -------
    Table
        One row a model.
    """
    scored = results.of_protocol(protocol.key)
    rows = tuple(
        (
            results.model(e.model).label,
            f"{formats.count(e.n_errors)} of {formats.count(e.n_predictions)}",
            formats.decimal(e.accuracy),
            formats.interval(e.accuracy_interval),
            formats.decimal(e.balanced_accuracy),
            formats.decimal(e.mcc),
            formats.decimal(e.roc_auc),
        )
        for e in scored
    )
    methods = " or ".join(dict.fromkeys(e.accuracy_interval.method for e in scored))
    errors = f"{protocol.n_train} training and {protocol.n_test} held-out samples."
    if protocol.resampled:
        errors = f"About {protocol.n_train} training and {protocol.n_test} held-out samples a fold."
    if protocol.n_repeats > 1:
        errors += f" Errors are summed over {protocol.n_repeats} repeats."
    return Table(
        key=f"scores-{protocol.key}",
        caption=f"{protocol.label}: scores of every model.",
        columns=columns(
            "Model",
            "*Errors",
            "*Accuracy",
            "*95 % interval",
            "*Balanced accuracy",
            "*MCC",
            "*ROC AUC",
        ),
        rows=rows,
        note=f"{errors} Intervals: {methods}.{_undefined(scored)}",
    )


def per_class(results: Results, protocol: Protocol) -> Table:
    """Show precision, recall and F1 by class and averaged, under one protocol.

    Parameters
    ----------
    results : Results
        The results object.
    protocol : Protocol
        The protocol.

    Returns
    -------
    Table
        For each model one row a class and two averages.
    """
    rows: list[tuple[str, ...]] = []
    for evaluation in results.of_protocol(protocol.key):
        label = results.model(evaluation.model).label
        rows += [(label, m.label, *_prf(m), formats.count(m.support)) for m in evaluation.per_class]
        n = formats.count(evaluation.n_predictions)
        rows.append((label, "mean over classes", *_prf(evaluation.macro), n))
        rows.append((label, "weighted mean", *_prf(evaluation.weighted), n))
    return Table(
        key=f"per-class-{protocol.key}",
        caption=f"{protocol.label}: precision, recall and F1 by class.",
        columns=columns("Model", "Class", "*Precision", "*Recall", "*F1", "*Predictions"),
        rows=tuple(rows),
        note="The weighted mean weights each class by its number of samples.",
        grouped=True,
    )


def misclassified(results: Results) -> Table:
    """List who was misclassified, and by which models.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    Table
        One row a sample that any model got wrong; a cell for each protocol.
    """
    ran = results.ran
    erred = [_who_erred(results, protocol) for protocol in ran]
    rows: list[tuple[str, ...]] = []
    for sample in results.data.samples:
        cells = [by_sample.get(sample.id, _NOT_HELD_OUT) for by_sample in erred]
        if any(cell not in ("", _NOT_HELD_OUT) for cell in cells):
            rows.append((sample.id, sample.label, *(cell or "all right" for cell in cells)))
    noun, nouns = results.study.sample_noun, results.study.sample_noun_plural
    repeats = next((p.n_repeats for p in ran if p.resampled and p.n_repeats > 1), None)
    counted = f"In brackets: in how many of {repeats} repeats. " if repeats else ""
    n_more = len(rows) - MAX_MISCLASSIFIED
    more = f" {n_more} more {nouns} were misclassified; results.json has all." if n_more > 0 else ""
    return Table(
        key="misclassified",
        caption=f"Misclassified {nouns}, and the models that got them wrong "
        "(the majority baseline left out).",
        columns=columns(noun.capitalize(), "Class", *(p.label for p in ran)),
        rows=tuple(rows[:MAX_MISCLASSIFIED]),
        note=f"{counted}“{_NOT_HELD_OUT}”: the sample was used for training there.{more}",
    )


def comparisons(results: Results) -> Table:
    """Compare the model of the headline with every other on the same held-out samples.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    Table
        One row a pair and single split.
    """
    primary = results.primary.model
    rows = []
    for pair in results.comparisons:
        if primary not in (pair.first, pair.second):
            continue
        other = pair.second if pair.first == primary else pair.first
        only = (pair.n_only_first_right, pair.n_only_second_right)
        only_primary, only_other = only if pair.first == primary else only[::-1]
        rows.append(
            (
                results.protocol(pair.protocol).label,
                results.model(other).label,
                formats.count(only_primary),
                formats.count(only_other),
                formats.p_value(pair.p_value),
                formats.p_value(pair.p_adjusted),
            )
        )
    return Table(
        key="comparisons",
        caption=f"{results.model(primary).label}, the model of the headline, against every other "
        "model on the same held-out samples.",
        columns=columns(
            "Protocol",
            "Other model",
            "*Only the headline's right",
            "*Only the other right",
            "*p (McNemar)",
            "*p adjusted (Holm)",
        ),
        rows=tuple(rows),
        note="Adjusted for all pairs of models of the protocol, the baseline left out. Where p is "
        "not small there is no evidence of a difference.",
        grouped=True,
    )


def _prf(metrics: ClassMetrics | Averages) -> tuple[str, str, str]:
    """Precision, recall and F1 as text."""
    return (
        formats.decimal(metrics.precision),
        formats.decimal(metrics.recall),
        formats.decimal(metrics.f1),
    )


def _undefined(scored: tuple[Evaluation, ...]) -> str:
    """Say why there is a dash."""
    reasons = dict.fromkeys(
        f"{name} is undefined ({formats.UNDEFINED}) where {reason}"
        for e in scored
        for name, reason in e.undefined.items()
        if name == "MCC"
    )
    return f" {'; '.join(reasons)}." if reasons else ""


def _who_erred(results: Results, protocol: Protocol) -> dict[str, str]:
    """Name the models that got each held-out sample of a protocol wrong."""
    scored = results.of_protocol(protocol.key, baseline=False)
    labels = [results.model(e.model).label for e in scored]
    cells = {}
    for column, sample in enumerate(protocol.sample_ids):
        counts = zip(labels, (e.n_wrong[column] for e in scored), strict=True)
        erred = [(label, n) for label, n in counts if n]
        if protocol.n_repeats > 1:
            cells[sample] = ", ".join(f"{label} ({n})" for label, n in erred)
        elif erred and len(erred) == len(labels):
            cells[sample] = "all models"
        else:
            cells[sample] = ", ".join(label for label, _ in erred)
    return cells
