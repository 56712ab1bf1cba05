"""The table of samples as data: every sample, every model, every protocol.

One row a sample, and for each protocol and model up to three columns::

    cv/svm called     cv/svm margin of AML    cv/svm wrong of 10
    ALL               -1.31                   0

They are named by the keys of `results.json`. Where a sample was not held out, they are empty.
"""

from collections import Counter
from collections.abc import Iterator

from pipeline.records.models import Evaluation, Protocol
from pipeline.results import Results
from report.csvfile import Cell


def sample_table(results: Results) -> tuple[tuple[str, ...], tuple[tuple[Cell, ...], ...]]:
    """Give what was predicted of every sample.

    `called` is the class that most repeats predicted, or several of them where as many did;
    the score is the mean over the repeats, of the positive class where there are two classes
    and of the sample's own class where there are more; `wrong of` counts the repeats that
    misclassified the sample, out of those that the heading names.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    columns : tuple of str
        The headings, each of them once.
    rows : tuple of tuple of (str, int, float or None)
        One a sample in the order of the data; None where the sample was used for training or
        the model gives no score.
    """
    evaluated = [
        (protocol, evaluation)
        for protocol in results.ran
        for evaluation in results.of_protocol(protocol.key)
    ]
    headings = [heading for p, e in evaluated for heading in _headings(results, p, e)]
    columns = [_of_samples(results, p, e) for p, e in evaluated]
    rows = tuple(
        (sample.id, sample.label, sample.partition, *(cell for c in columns for cell in c[k]))
        for k, sample in enumerate(results.data.samples)
    )
    return ("sample", "class", "part", *headings), rows


def _headings(results: Results, protocol: Protocol, evaluation: Evaluation) -> Iterator[str]:
    """Head the columns of one evaluation."""
    model = results.model(evaluation.model)
    yield f"{evaluation.key} called"
    if evaluation.scores:
        of = results.data.positive_class or "its own class"
        yield f"{evaluation.key} {model.score} of {of}"
    yield f"{evaluation.key} wrong of {protocol.n_repeats}"


def _of_samples(
    results: Results, protocol: Protocol, evaluation: Evaluation
) -> list[tuple[Cell, ...]]:
    """Fill the columns of one evaluation: a row for each sample of the data."""
    places = {sample: k for k, sample in enumerate(protocol.sample_ids)}
    rows: list[tuple[Cell, ...]] = []
    for sample in results.data.samples:
        place = places.get(sample.id)
        if place is None:
            rows.append((None,) * (3 if evaluation.scores else 2))
            continue
        of = (score(results, evaluation, place, sample.label),) if evaluation.scores else ()
        rows.append((called(results, evaluation, place), *of, evaluation.n_wrong[place]))
    return rows


def called(results: Results, evaluation: Evaluation, place: int) -> str:
    """Name the class that a model called most often.

    Parameters
    ----------
    results : Results
        The results object.
    evaluation : Evaluation
        The model under a protocol.
    place : int
        The sample's place in the protocol.

    Returns
    -------
    str
        The class; all of them where several were called as often.
    """
    counts = Counter(row[place] for row in evaluation.predicted)
    most = max(counts.values())
    labels = [summary.label for summary in results.data.classes]
    return " or ".join(label for k, label in enumerate(labels) if counts[k] == most)


def score(results: Results, evaluation: Evaluation, place: int, label: str) -> float:
    """Give what a model said beside the class: a probability, a margin or the like.

    Parameters
    ----------
    results : Results
        The results object.
    evaluation : Evaluation
        The model under a protocol; it has scores.
    place : int
        The sample's place in the protocol.
    label : str
        The sample's class.

    Returns
    -------
    float
        The mean over repeats: of the positive class of two, else of the sample's own.
    """
    of_sample = evaluation.scores[place]
    if len(of_sample) == 1:
        return of_sample[0]
    return of_sample[[summary.label for summary in results.data.classes].index(label)]
