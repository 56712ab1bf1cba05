"""Tables of single samples and of decisions: errors, abstention, thresholds, calibration."""

from pipeline.records.models import Abstention, CoveragePoint, Protocol
from pipeline.results import Results
from report import formats
from report.tables.record import Table, columns

MAX_SAMPLES = 60  # rows; a longer table is a list that nobody reads
MAX_POINTS = 9  # rows of a coverage curve; its figure has every point

_NOT_HELD_OUT = "not held out"


def misclassified(results: Results) -> Table:
    """List who was misclassified, and by how many models.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    Table
        One row a sample that any model got wrong, those wrong most often first; a cell for
        each protocol.
    """
    ran = results.ran
    n_models = sum(not model.is_baseline for model in results.models)
    shares = [_shares_wrong(results, protocol) for protocol in ran]
    rows: list[tuple[float, tuple[str, ...]]] = []
    for sample in results.data.samples:
        found = [by_sample.get(sample.id) for by_sample in shares]
        total = sum(share for _, share in filter(None, found))
        if total:
            cells = [_who(one, n_models, p.n_repeats) for one, p in zip(found, ran, strict=True)]
            rows.append((total, (sample.id, sample.label, *cells)))
    rows.sort(key=lambda row: -row[0])
    noun, nouns = results.study.sample_noun, results.study.sample_noun_plural
    repeated = (
        "In brackets: the share of all their predictions that were wrong. "
        if any(p.n_repeats > 1 for p in ran)
        else ""
    )
    n_more = len(rows) - MAX_SAMPLES
    more = f" {n_more} more {nouns} were misclassified; results.json has all." if n_more > 0 else ""
    return Table(
        key="misclassified",
        caption=f"Misclassified {nouns}, and how many of {n_models} models ever got them wrong "
        "(the majority baseline left out).",
        columns=columns(noun.capitalize(), "Class", *(p.label for p in ran)),
        rows=tuple(cells for _, cells in rows[:MAX_SAMPLES]),
        note=f"{repeated}“{_NOT_HELD_OUT}”: the sample was used for training there.{more}",
    )


def _shares_wrong(results: Results, protocol: Protocol) -> dict[str, tuple[int, float]]:
    """Count, for each held-out sample, the models ever wrong and the share of predictions."""
    scored = results.of_protocol(protocol.key, baseline=False)
    n_predictions = protocol.n_repeats * len(scored)
    columns_ = zip(*(e.n_wrong for e in scored), strict=True)
    return {
        sample: (sum(n > 0 for n in column), sum(column) / n_predictions)
        for sample, column in zip(protocol.sample_ids, columns_, strict=True)
    }


def _who(found: tuple[int, float] | None, n_models: int, n_repeats: int) -> str:
    """Write one cell."""
    if found is None:
        return _NOT_HELD_OUT
    n_wrong, share = found
    if not n_wrong:
        return "all right"
    who = "all models" if n_wrong == n_models > 1 else str(n_wrong)
    return f"{who} ({formats.percent(share)})" if n_repeats > 1 else who


def predictions(results: Results) -> Table | None:
    """Show what the headline's model said of every sample of a single split.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    Table or None
        One row a held-out sample; None under resampling, and where there are too many to read.
    """
    primary = results.primary
    protocol = results.protocol(primary.protocol)
    if protocol.n_repeats > 1 or len(protocol.sample_ids) > MAX_SAMPLES or not primary.scores:
        return None
    labels = [summary.label for summary in results.data.classes]
    true = {sample.id: sample.label for sample in results.data.samples}
    shares = _shares_wrong(results, protocol)
    model = results.model(primary.model)
    rows = []
    for column, sample in enumerate(protocol.sample_ids):
        predicted = primary.predicted[0][column]
        of_sample = primary.scores[column]
        score = of_sample[0] if len(of_sample) == 1 else of_sample[predicted]
        rows.append(
            (
                sample,
                true[sample],
                labels[predicted],
                "wrong" if primary.n_wrong[column] else "right",
                formats.decimal(score),
                formats.count(shares[sample][0]),
            )
        )
    of = results.data.positive_class or "the class that it named"
    return Table(
        key="predictions",
        supplement=True,
        caption=f"{protocol.label}: every {results.study.sample_noun}, as {model.noun} called it.",
        columns=columns(
            results.study.sample_noun.capitalize(),
            "Class",
            "Called",
            "Outcome",
            f"*{model.score.capitalize()}",
            "*Models wrong",
        ),
        rows=tuple(rows),
        note=f"The {model.score} is that for {of}. Models wrong: of "
        f"{sum(not m.is_baseline for m in results.models)}, the majority baseline left out.",
    )


def abstentions(results: Results) -> Table | None:
    """Show calls and forced calls of the models that may decline.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    Table or None
        One row a model and protocol; None where no model may decline.
    """
    if not results.abstentions:
        return None
    return Table(
        key="abstentions",
        caption="Calls of the models that may decline, beside the forced calls of all samples.",
        columns=columns(
            "Model",
            "Protocol",
            "*Threshold",
            "*Called",
            "*Right of the called",
            "*95 % interval",
            "*Right if all are called",
            "*95 % interval",
            "Not called",
        ),
        rows=tuple(
            (
                results.model(record.model).label,
                results.protocol(record.protocol).label,
                formats.decimal(record.threshold),
                f"{record.n_called} of {record.n_samples}",
                f"{record.n_called_right} of {record.n_called}",
                formats.interval(record.called_interval)
                if record.called_interval
                else formats.UNDEFINED,
                f"{record.n_forced_right} of {record.n_samples}",
                formats.interval(record.forced_interval),
                formats.names(record.not_called),
            )
            for record in results.abstentions
        ),
        note="A sample is called where its strength reaches the threshold. The accuracy among the "
        "called is not that of the model on all samples.",
    )


def coverage(results: Results) -> Table | None:
    """Show the curves of coverage and accuracy at a few thresholds.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    Table or None
        One row a threshold; None where no model may decline.
    """
    if not results.abstentions:
        return None
    rows = []
    for record in results.abstentions:
        label = f"{results.model(record.model).label}, {results.protocol(record.protocol).label}"
        rows += [(label, *_point(record, point)) for point in _few(record.curve)]
    return Table(
        key="coverage",
        supplement=True,
        caption="Share of the samples that is called, and accuracy among them, by threshold.",
        columns=columns(
            "Model, protocol", "*Threshold", "*Called", "*Coverage", "*Right", "*Accuracy"
        ),
        rows=tuple(rows),
        note=f"Up to {MAX_POINTS} thresholds of each curve; results.json has all.",
        grouped=True,
    )


def _few(curve: tuple[CoveragePoint, ...]) -> list[CoveragePoint]:
    """Pick points evenly, first and last included."""
    last = len(curve) - 1
    n = min(MAX_POINTS, len(curve))
    return [curve[round(k * last / max(n - 1, 1))] for k in range(n)]


def _point(record: Abstention, point: CoveragePoint) -> tuple[str, ...]:
    """Write one point of a curve."""
    accuracy = point.n_right / point.n_called if point.n_called else None
    return (
        formats.decimal(point.threshold),
        f"{point.n_called} of {record.n_samples}",
        formats.percent(point.n_called / record.n_samples),
        formats.count(point.n_right),
        formats.decimal(accuracy),
    )


def thresholds(results: Results) -> Table | None:
    """Show what other thresholds would have done.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    Table or None
        One row a threshold, for the headline's model where several were moved; None where
        none was.
    """
    records = results.thresholds
    primary = [record for record in records if record.model == results.primary.model]
    if not records:
        return None
    shown = primary or records[:1]
    hidden = len(records) - len(shown)
    more = f" {hidden} more tables are in results.json." if hidden else ""
    return Table(
        key="thresholds",
        supplement=True,
        caption=f"What another threshold would have given, positive class "
        f"{results.data.positive_class}.",
        columns=columns(
            "Model, protocol", "*Threshold", "*Sensitivity", "*Specificity", "*Errors", "Remark"
        ),
        rows=tuple(
            (
                f"{results.model(r.model).label}, {results.protocol(r.protocol).label}",
                formats.decimal(point.threshold),
                formats.decimal(point.sensitivity),
                formats.decimal(point.specificity),
                formats.count(point.n_errors),
                "default" if point.is_default else "",
            )
            for r in shown
            for point in r.points
        ),
        note="Shown, never used to choose: every score of this report is at the default "
        f"threshold.{more}",
        grouped=True,
    )


def calibrations(results: Results) -> Table | None:
    """Show predicted probabilities against what was observed.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    Table or None
        One row a protocol and model; None where no model gives probabilities.
    """
    records = results.calibrations
    if not records:
        return None
    positive = results.data.positive_class
    reasons = dict.fromkeys(record.no_curve for record in records if record.no_curve)
    why = f" Not every model has a curve: {'; '.join(reasons)}." if reasons else ""
    return Table(
        key="calibrations",
        caption=f"Mean predicted probability of {positive} against its observed share.",
        columns=columns(
            "Protocol", "Model", "*Samples", "*Mean predicted", "*Observed", "*Near 0 or 1"
        ),
        rows=tuple(
            (
                results.protocol(record.protocol).label,
                results.model(record.model).label,
                formats.count(record.n),
                formats.decimal(record.mean_predicted),
                formats.decimal(record.observed),
                formats.count(record.n_extreme),
            )
            for record in records
        ),
        note="A mean above the observed share says that the probabilities are too high on the "
        f"whole. Near 0 or 1: within 0.02 of it.{why}",
        grouped=True,
    )
