"""Whether the records of the results agree: lengths, places and limits.

Results come back from a file, which a hand or a program may have changed. A list that is one short,
or an interval whose ends are exchanged, would stop the report half way: it is refused here, in one
line that names the record.
"""

from collections.abc import Collection, Iterator, Sequence

from pydantic import BaseModel

from pipeline.records.audit import Audit, Covariate
from pipeline.records.base import Record
from pipeline.records.claims import Arithmetic, Claim
from pipeline.records.data import Embedding
from pipeline.records.models import Evaluation, Protocol

ROUNDING = 1e-9
"""How far apart two ways of working out the same share may be."""


def expect(holds: bool, what: str) -> None:
    """Refuse what does not hold.

    Parameters
    ----------
    holds : bool
        Whether it does.
    what : str
        Which record contradicts another.

    Raises
    ------
    ValueError
        If it does not.
    """
    if not holds:
        raise ValueError(f"the records contradict each other ({what})")


def check_limits(record: BaseModel) -> None:
    """See that every interval begins before it ends.

    Parameters
    ----------
    record : BaseModel
        A record, with all that it holds.

    Raises
    ------
    ValueError
        If one does not.
    """
    for each in _records(record):
        low, high = getattr(each, "low", None), getattr(each, "high", None)
        if low is not None and high is not None:
            expect(low <= high, f"{type(each).__name__}: from {low} to {high}")


def _records(value: object) -> Iterator[Record]:
    """A record and all that it holds; lists of plain values are passed over."""
    if isinstance(value, Record):
        yield value
        for name in type(value).model_fields:
            yield from _records(getattr(value, name))
    elif isinstance(value, tuple) and value and isinstance(value[0], Record | tuple):
        for item in value:
            yield from _records(item)


def check_keys(records: Sequence[object], known: Collection[str], where: str) -> None:
    """See that records name what is there, each once.

    Parameters
    ----------
    records : sequence of records
        Each with a key.
    known : collection of str
        What they may name.
    where : str
        The field, for the message.

    Raises
    ------
    ValueError
        If a key is unknown or stands twice.
    """
    keys = [getattr(record, "key", "") for record in records]
    expect(set(keys) <= set(known), f"{where}: names what is not there")
    expect(len(set(keys)) == len(keys), f"{where}: a key stands twice")


def check_evaluation(evaluation: Evaluation, protocol: Protocol, labels: list[str]) -> None:
    """See that predictions, scores and curves are of the protocol's samples and the classes.

    Parameters
    ----------
    evaluation : Evaluation
        One model.
    protocol : Protocol
        How samples were held out.
    labels : list of str, length n_classes
        The classes.

    Raises
    ------
    ValueError
        If something has another length, lies outside its range, or is counted otherwise.
    """
    where, n_samples = f"evaluations: {evaluation.key}", len(protocol.sample_ids)
    shape = [len(row) for row in evaluation.predicted]
    expect(shape == [n_samples] * protocol.n_repeats, f"{where} predicts other samples")
    inside = all(0 <= k < len(labels) for row in evaluation.predicted for k in row)
    expect(inside, f"{where} predicts another class")
    n_columns = 1 if len(labels) == 2 else len(labels)
    widths = [len(row) for row in evaluation.scores]
    expect(widths in ([], [n_columns] * n_samples), f"{where} scores other samples or classes")
    expect(len(evaluation.repeat_accuracies) == protocol.n_repeats, f"{where}: repeat_accuracies")
    expect([c.label for c in evaluation.per_class] == labels, f"{where}: per_class")
    for curve in evaluation.roc:
        same = len(curve.false_positive_rate) == len(curve.true_positive_rate) > 1
        expect(same and curve.label in labels, f"{where}: roc of {curve.label}")
    rates = [rate.key for rate in evaluation.rates]
    expect(len(set(rates)) == len(rates), f"{where}: rates")
    n_wrong = evaluation.n_wrong
    expect(all(0 <= n <= protocol.n_repeats for n in n_wrong), f"{where}: n_wrong")
    total = sum(map(sum, evaluation.confusion))
    expect(min(map(min, evaluation.confusion)) >= 0, f"{where}: confusion")
    expect(evaluation.n_predictions == total == n_samples * protocol.n_repeats, f"{where} counts")
    expect(evaluation.n_correct + evaluation.n_errors == total, f"{where} counts other errors")
    expect(sum(n_wrong) == evaluation.n_errors, f"{where}: n_wrong are other errors")
    right = evaluation.n_correct / total if total else evaluation.accuracy
    expect(abs(evaluation.accuracy - right) <= ROUNDING, f"{where}: accuracy")
    interval = evaluation.accuracy_interval
    holds = interval.low - ROUNDING <= evaluation.accuracy <= interval.high + ROUNDING
    expect(holds, f"{where}: accuracy outside its interval")


def check_associations(audit: Audit, n_classes: int, n_samples: int) -> None:
    """See that the audit counts all classes, and that its names are known.

    Parameters
    ----------
    audit : Audit
        The checks.
    n_classes, n_samples : int
        Numbers of the data set.

    Raises
    ------
    ValueError
        If a list has another length, or a name is unknown.
    """
    for covariate in audit.covariates.covariates:
        _check_covariate(covariate, n_classes, n_samples)
    known = {covariate.key for covariate in audit.covariates.covariates}
    for names in (audit.covariates.names, audit.missingness.names):
        expect(set(names) <= known, "audit.covariates: names")
    subjects = {a.subject: a.label for a in audit.associations}
    components = {component.key for component in audit.components.components}
    expect(bool(components), "audit.components: none")
    expect(bool(audit.associations), "audit.associations: none")
    targets = {"class", "split", *components}
    expect({a.target for a in audit.associations} <= targets, "audit.associations: target")
    for component, subject in audit.components.followed:
        there = component in components and subject in subjects
        expect(there, "audit.components: followed")
    scales = audit.scales
    n_quantiles = len(scales.quantiles)
    both = {len(scales.training), len(scales.test)}
    expect(n_quantiles > 0 and both <= {0, n_quantiles}, "audit.scales: quantiles")
    expect(bool(scales.not_run) or both == {n_quantiles}, "audit.scales: quantiles")
    duplicates = audit.duplicates
    expect(len(duplicates.pairs) <= duplicates.n_pairs, "audit.duplicates: pairs")


def _check_covariate(covariate: Covariate, n_classes: int, n_samples: int) -> None:
    """See that a covariate is counted over all classes."""
    where = f"audit.covariates: {covariate.key}"
    per_class = [covariate.known_training, covariate.known_test]
    per_class += [counts for level in covariate.levels for counts in (level.training, level.test)]
    expect({len(counts) for counts in per_class} == {n_classes}, f"{where} counts other classes")
    expect(min(map(min, per_class)) >= 0, f"{where} counts")
    n_known = sum(map(bool, covariate.values))
    expect(covariate.n_known == n_known <= n_samples, f"{where}: n_known")


def check_embedding(embedding: Embedding) -> None:
    """See that the variances are those of its axes.

    Parameters
    ----------
    embedding : Embedding
        Coordinates of the samples.

    Raises
    ------
    ValueError
        If a variance of one of the two axes is not there.
    """
    n = len(embedding.explained_variance_ratio)
    expect(n == 0 or n >= len(embedding.axis_labels), f"embeddings: variances of {embedding.key}")


def check_claim_lists(claim: Claim, n_classes: int) -> None:
    """See that counts are of all classes, and that spreads are of the stated figures.

    Parameters
    ----------
    claim : Claim
        Published figures.
    n_classes : int
        Number of classes.

    Raises
    ------
    ValueError
        If a list has another length, or a key is unknown.
    """
    where = f"claims: {claim.key}"
    _check_fits(claim.arithmetic, n_classes, where)
    spreads = [claim.rerun.distributions, *(h.distributions for h in claim.hypotheses)]
    for each in spreads:
        for spread in each:
            expect(bool(spread.values), f"{where}: values of {spread.key}")
    expect(bool(claim.hypotheses), f"{where}: hypotheses")


def _check_fits(arithmetic: Arithmetic, n_classes: int, where: str) -> None:
    """See that the counts of every fit are of all classes."""
    for fit in arithmetic.fits:
        lists = (fit.n_right, fit.n_involved, fit.fewest_wrong, fit.most_wrong)
        expect({len(counts) for counts in lists} == {n_classes}, f"{where}: arithmetic")
    expect(len(arithmetic.fits) <= arithmetic.n_fits, f"{where}: fits")
