"""The table of samples: what every model said of every one.

On the screen the calls themselves; on paper a matrix of errors, a letter for each model, of the
samples that any model got wrong. Both have a row a sample, those wrong most often first.
"""

from dataclasses import dataclass
from string import ascii_uppercase

from pipeline.records.data import Sample
from pipeline.records.models import Evaluation, Protocol
from pipeline.results import Results
from report import formats
from report.samples import called, score
from report.selection import in_full
from report.tables.record import Table, columns

MAX_SAMPLES = 200
"""Rows on the screen; a longer table is a list that nobody reads."""
MAX_ON_PAPER = 60
"""Rows on paper, about a page and a half."""
PARTS = {"train": "training", "test": "test"}
WRONG = "×"


@dataclass(frozen=True)
class _Held:
    """What the models said of one sample under one protocol."""

    protocol: Protocol
    place: int
    evaluations: tuple[Evaluation, ...]

    @property
    def n_wrong(self) -> list[int]:
        """In how many repeats each model was wrong."""
        return [evaluation.n_wrong[self.place] for evaluation in self.evaluations]


def samples(results: Results) -> Table:
    """Show what every model said of every sample, held out.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    Table
        A row a sample, those that models got wrong most often first; on paper those alone.
    """
    ranked = sorted(
        ((sample, _held(results, sample)) for sample in results.data.samples),
        key=lambda row: -_share_wrong(row[1]),
    )
    noun, nouns = results.study.sample_noun, results.study.sample_noun_plural
    n_wrong = sum(_share_wrong(held) > 0 for _, held in ranked)
    shown = ranked[:MAX_SAMPLES]
    protocols = in_full(results)
    headings = [
        f"{model.label}: {formats.inline(protocol.label)}"
        for model in results.models
        if not model.is_baseline
        for protocol in protocols
    ]
    return Table(
        key="samples",
        caption=f"Every {noun} and what every model said of it, held out; those wrong most often "
        "first.",
        columns=columns(noun.capitalize(), "Class", "Part", "*Models wrong", *headings),
        rows=tuple(_row(results, sample, held) for sample, held in shown),
        note=f"A call, with the model’s score for {_positive(results)}. {_explained(protocols)}"
        f"{_more(len(ranked) - len(shown), nouns)}",
        paper=_matrix(results, ranked[: min(n_wrong, MAX_ON_PAPER)], n_wrong),
    )


def _held(results: Results, sample: Sample) -> list[_Held | None]:
    """Find a sample under the protocols that are shown in full; None where it was not held out."""
    found: list[_Held | None] = []
    for protocol in in_full(results):
        scored = results.of_protocol(protocol.key, baseline=False)
        ids = protocol.sample_ids
        here = sample.id in ids and bool(scored)
        found.append(_Held(protocol, ids.index(sample.id), scored) if here else None)
    return found


def _share_wrong(held: list[_Held | None]) -> float:
    """Add up the shares of predictions that were wrong, over protocols."""
    return sum(
        sum(one.n_wrong) / (one.protocol.n_repeats * len(one.evaluations)) for one in held if one
    )


def _row(results: Results, sample: Sample, held: list[_Held | None]) -> tuple[str, ...]:
    """Write one row for the screen."""
    n_models = sum(not model.is_baseline for model in results.models)
    cells = [
        _said(results, sample, one.evaluations[k], one) if one else ""
        for k in range(n_models)
        for one in held
    ]
    return sample.id, sample.label, PARTS[sample.partition], _n_models(held), *cells


def _n_models(held: list[_Held | None]) -> str:
    """Count the models that were ever wrong."""
    wrong = [any(counts) for counts in zip(*(one.n_wrong for one in held if one), strict=True)]
    return formats.count(sum(wrong))


def _said(results: Results, sample: Sample, evaluation: Evaluation, held: _Held) -> str:
    """Write what one model said of one sample."""
    said = called(results, evaluation, held.place)
    if evaluation.scores:
        of = score(results, evaluation, held.place, sample.label)
        said = f"{said} {formats.decimal(of)}"
    return f"{said}{_errors(evaluation.n_wrong[held.place], held.protocol)}"


def _errors(n_wrong: int, protocol: Protocol) -> str:
    """Write how often a model was wrong."""
    if protocol.n_repeats > 1:
        return f" ({formats.count(n_wrong)})"
    return f" {WRONG}" if n_wrong else ""


def _matrix(results: Results, rows: list[tuple[Sample, list[_Held | None]]], n: int) -> Table:
    """Show the errors alone, a letter for each model."""
    models = [model for model in results.models if not model.is_baseline]
    letters = [ascii_uppercase[k] if k < 26 else f"M{k}" for k in range(len(models))]
    nouns = results.study.sample_noun_plural
    legend = "; ".join(f"{c}: {m.label}" for c, m in zip(letters, models, strict=True))
    return Table(
        key="samples",
        caption=f"Every {results.study.sample_noun} that any of {formats.count(len(models))} "
        "models got wrong, held out; those wrong most often first.",
        columns=columns(
            results.study.sample_noun.capitalize(), "Class", "Part", "*Models wrong", *letters
        ),
        rows=tuple(
            (
                sample.id,
                sample.label,
                PARTS[sample.partition],
                _n_models(held),
                *(_cell(held, k) for k in range(len(models))),
            )
            for sample, held in rows
        ),
        note=f"{_explained(in_full(results), matrix=True)} Empty: never wrong. "
        f"{legend}.{_more(n - len(rows), nouns)} Calls, scores and the other {nouns}: the "
        "attached table of samples.",
    )


def _cell(held: list[_Held | None], k: int) -> str:
    """Write the errors of one model on one sample."""
    wrong = [(one.n_wrong[k], one.protocol.n_repeats > 1) for one in held if one]
    return " ".join(formats.count(n) if repeated else WRONG for n, repeated in wrong[::-1] if n)


def _explained(protocols: tuple[Protocol, ...], *, matrix: bool = False) -> str:
    """Say what the marks mean."""
    said = []
    for protocol in protocols:
        where = formats.inline(protocol.label)
        if protocol.n_repeats > 1:
            what = "Number" if matrix else "In brackets"
            said.append(f"{what}: wrong repeats of {protocol.n_repeats} ({where}).")
        else:
            said.append(f"{WRONG}: wrong ({where}).")
    return " ".join(said)


def _positive(results: Results) -> str:
    """Name the class that a score is of."""
    return results.data.positive_class or "the sample’s own class"


def _more(n: int, nouns: str) -> str:
    """Say how many samples are not shown."""
    verb = "is" if n == 1 else "are"
    return (
        f" {formats.counted(n, f'more {nouns}')} {verb} in the table of samples." if n > 0 else ""
    )
