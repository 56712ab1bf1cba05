"""Tables of errors by source, and by whatever else goes with the class."""

from pipeline.records.strata import Level, Strata, Stratum
from pipeline.results import Results
from report import formats
from report.tables.record import Table, columns


def key(place: int) -> str:
    """Name the table of one record.

    Parameters
    ----------
    place : int
        Place of the record among `Results.strata`.

    Returns
    -------
    str
        The key of its table; that of the first stands on page one.
    """
    return "by-source" if place == 0 else f"by-{place}"


def strata(results: Results) -> tuple[Table, ...]:
    """Show the headline model's errors by each covariate that can explain them.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    tuple of Table
        One for each covariate and protocol; a row for each value, then one for the samples that
        training has seen the like of, and one for the others.
    """
    return tuple(_table(results, record, key(i)) for i, record in enumerate(results.strata))


def _table(results: Results, record: Strata, name: str) -> Table:
    """Show the errors by one covariate under one protocol."""
    classes = [summary.label for summary in results.data.classes]
    model, protocol = results.model(record.model), results.protocol(record.protocol)
    positive = results.data.positive_class
    rows = [_row(level) for level in record.levels]
    nouns = results.study.sample_noun_plural
    sides = (
        (record.seen, "shared with training, same class"),
        (record.unseen, "not shared with training"),
    )
    rows += [(text, "", *[""] * len(classes), *_sums(s)) for s, text in sides if s]
    score = [f"*Mean score for {positive}"] if positive else []
    if not positive:
        rows = [row[:-1] for row in rows]
    unknown = ""
    if record.n_unknown:
        unknown = f" {record.covariate.capitalize()} unknown: {formats.count(record.n_unknown)}."
    return Table(
        key=name,
        caption=f"Errors of {model.noun} by {record.covariate}: {formats.inline(protocol.label)}.",
        columns=columns(
            record.covariate.capitalize(),
            f"*Trained on ({', '.join(classes)})",
            *(f"*Errors, {label}" for label in classes),
            "*Errors",
            "*Accuracy",
            "*95 % interval",
            *score,
        ),
        rows=tuple(rows),
        note="Errors: wrong of all held-out predictions. Shared with training: where a training "
        f"part has {nouns} of the same class with the same {record.covariate}. Interval: Wilson, "
        f"on the number of {nouns}.{unknown}",
        fixed=True,
    )


def _row(level: Level) -> tuple[str, ...]:
    """One value of the covariate."""
    trained = ", ".join(formats.count(n) for n in level.n_trained)
    return level.level, trained, *map(_errors, level.by_class), *_sums(level.every)


def _errors(stratum: Stratum | None) -> str:
    """Wrong of all predictions."""
    if stratum is None:
        return "–"
    return f"{formats.count(stratum.n_wrong)} of {formats.count(stratum.n_predictions)}"


def _sums(stratum: Stratum) -> tuple[str, ...]:
    """Errors, accuracy, interval and mean score."""
    low, high = formats.decimal(stratum.interval.low), formats.decimal(stratum.interval.high)
    score = "" if stratum.mean_score is None else formats.decimal(stratum.mean_score)
    return _errors(stratum), formats.decimal(stratum.accuracy), f"{low} to {high}", score
