"""Step 4: on whom the headline is right: errors by source, and by what goes with the class.

An accuracy over all held-out samples says nothing of those that training never saw the like
of. Where each class comes from its own source, a model that knows the source is right on every
sample of these sources and fails on others; only errors by source can show it.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline import intervals
from pipeline.config import Config
from pipeline.dataset import Dataset
from pipeline.protocols import Plan
from pipeline.records.audit import Audit, Covariate
from pipeline.records.base import Statement, Value
from pipeline.records.models import Evaluation
from pipeline.records.strata import Level, ModelSeen, Strata, Stratum

MAX_LEVELS = 12
"""Values that are told one by one, the most frequent first; the others are put together."""

OTHERS = "other values"
"""What the values beyond `MAX_LEVELS` are called together."""


def strata(
    dataset: Dataset,
    plans: tuple[Plan, ...],
    evaluations: tuple[Evaluation, ...],
    audited: Audit,
    config: Config,
    *,
    primary: Evaluation,
) -> tuple[Strata, ...]:
    """Count errors by source, and by each covariate that goes with the class.

    Parameters
    ----------
    dataset : Dataset
        The data.
    plans : tuple of Plan
        The protocols with their folds.
    evaluations : tuple of Evaluation
        Every model under every protocol.
    audited : Audit
        The covariates, and what goes with the class.
    config : Config
        The columns of sources and groups.
    primary : Evaluation
        That of the headline.

    Returns
    -------
    tuple of Strata
        By covariate, the source first: under the headline's protocol, then under
        cross-validation where that is another. Empty where nothing is known.
    """
    keys = dict.fromkeys((primary.protocol, "cv"))
    made = []
    for covariate in _chosen(audited, config):
        for plan in plans:
            if plan.protocol.key in keys and plan.folds:
                scored = [e for e in evaluations if e.protocol == plan.protocol.key]
                made.append(_strata(dataset, plan, scored, covariate, config, primary.model))
    order = list(keys)
    return tuple(sorted(made, key=lambda record: order.index(record.protocol)))


def goes_with_class(audited: Audit, covariate: str) -> bool:
    """Say whether a covariate goes with the class, in training or in all samples.

    Parameters
    ----------
    audited : Audit
        The associations, and from where on they count.
    covariate : str
        Key of the covariate.

    Returns
    -------
    bool
        True where an association is as large as the limit of the audit, and beyond chance.
    """
    check = audited.covariates
    return any(
        found.subject == covariate
        and found.target == "class"
        and not found.missing
        and abs(found.value or 0.0) >= check.limit
        and found.p_adjusted is not None
        and found.p_adjusted < check.level
        for found in audited.associations
    )


def _chosen(audited: Audit, config: Config) -> list[Covariate]:
    """The source, then the other covariates that go with the class; groups are held out whole."""
    source, group = config.evaluate.source_column, config.evaluate.group_column
    known = [c for c in audited.covariates.covariates if c.kind == "category" and c.key != group]
    chosen = [c for c in known if c.key == source]
    return chosen + [c for c in known if c.key != source and goes_with_class(audited, c.key)]


def _strata(
    dataset: Dataset,
    plan: Plan,
    scored: Sequence[Evaluation],
    covariate: Covariate,
    config: Config,
    model: str,
) -> Strata:
    """Count errors under one protocol by one covariate."""
    row_of = {sample: row for row, sample in enumerate(dataset.sample_ids)}
    rows = np.array([row_of[sample] for sample in plan.protocol.sample_ids])
    values = _levelled(np.array(covariate.values, dtype=np.str_))
    seen = _seen(values, dataset.y, plan)[rows]
    values, labels = values[rows], dataset.y[rows]
    known = values != ""
    primary = next(e for e in scored if e.model == model)

    def stratum(chosen: NDArray[np.bool_]) -> Stratum | None:
        return _stratum(primary, chosen & known, plan.protocol.n_repeats, dataset)

    levels = []
    for level in _in_order(values[known]):
        of_level = values == level
        every = stratum(of_level)
        if every is not None:
            by_class = tuple(stratum(of_level & (labels == label)) for label in dataset.classes)
            trained = _trained(dataset, covariate, level) if plan.protocol.key == "given" else ()
            levels.append(Level(level=level, n_trained=trained, by_class=by_class, every=every))
    counted = [(e, np.array(e.n_wrong)) for e in scored]
    record = Strata(
        key=f"{plan.protocol.key}/{covariate.key}",
        covariate=covariate.key,
        protocol=plan.protocol.key,
        model=model,
        is_source=covariate.key == config.evaluate.source_column,
        n_unknown=int((~known).sum()),
        levels=tuple(levels),
        seen=stratum(seen),
        unseen=stratum(~seen),
        models=tuple(
            ModelSeen(
                key=e.model,
                n_wrong_seen=int(wrong[seen & known].sum()),
                n_wrong_unseen=int(wrong[~seen & known].sum()),
            )
            for e, wrong in counted
        ),
        statement=Statement(template=""),
    )
    return record.model_copy(update={"statement": _statement(record, config)})


def _levelled(values: NDArray[np.str_]) -> NDArray[np.str_]:
    """The values, rare ones beyond `MAX_LEVELS` put together."""
    levels, counts = np.unique(values[values != ""], return_counts=True)
    if len(levels) <= MAX_LEVELS:
        return values
    kept = levels[np.argsort(-counts, kind="stable")[: MAX_LEVELS - 1]]
    rare = (values != "") & ~np.isin(values, kept)
    return np.where(rare, OTHERS, values)


def _in_order(values: NDArray[np.str_]) -> list[str]:
    """The values by their names, those put together last."""
    return sorted(set(values.tolist()), key=lambda value: (value == OTHERS, value))


def _seen(values: NDArray[np.str_], y: NDArray[np.str_], plan: Plan) -> NDArray[np.bool_]:
    """Whether some training part that holds a sample out has its value in its class."""
    seen = np.zeros(len(y), dtype=np.bool_)
    for fold in plan.folds:
        pairs = set(zip(values[fold.train].tolist(), y[fold.train].tolist(), strict=True))
        for row in fold.test:
            seen[row] |= (values[row].item(), y[row].item()) in pairs
    return seen


def _stratum(
    evaluation: Evaluation, chosen: NDArray[np.bool_], n_repeats: int, dataset: Dataset
) -> Stratum | None:
    """Count the errors on some held-out samples; None where there is none."""
    n = int(chosen.sum())
    if not n:
        return None
    n_wrong = int(np.array(evaluation.n_wrong)[chosen].sum())
    scores = np.array(evaluation.scores)
    two = len(dataset.classes) == 2 and scores.size
    return Stratum(
        n=n,
        n_predictions=n * n_repeats,
        n_wrong=n_wrong,
        accuracy=1 - n_wrong / (n * n_repeats),
        interval=intervals.wilson(n - n_wrong / n_repeats, n),
        mean_score=float(scores[chosen].mean()) if two else None,
    )


def _trained(dataset: Dataset, covariate: Covariate, level: str) -> tuple[int, ...]:
    """Training samples of a value in each class."""
    values = _levelled(np.array(covariate.values, dtype=np.str_))[dataset.train]
    y = dataset.y[dataset.train]
    return tuple(int(((values == level) & (y == label)).sum()) for label in dataset.classes)


def _statement(record: Strata, config: Config) -> Statement:
    """Say in one sentence where the errors are."""
    path = f"strata[{record.key}]"
    own = nouns = config.study.sample_noun_plural or f"{config.study.sample_noun}s"
    counted = "{n_%s}"
    if record.levels and record.levels[0].every.n_predictions > record.levels[0].every.n:
        nouns = f"predictions of {nouns}"
    values = [Value(name="covariate", value=record.covariate, format="text")]
    parts = (
        ("seen", record.seen, f"that share their {{covariate}} with training {own} of their class"),
        (
            "unseen",
            record.unseen,
            "that do not"
            if record.seen
            else f"that share their {{covariate}} with no training {own} of their class",
        ),
    )
    said: list[str] = []
    for side, stratum, whom in parts:
        if stratum is None:
            continue
        said.append(
            f"{{wrong_{side}}} of {counted % side} held-out {nouns if not said else 'ones'} {whom} "
            f"(accuracy {{accuracy_{side}}}, 95 % interval {{low_{side}}} to {{high_{side}}})"
        )
        place = f"{path}.{side}"
        values += [
            _value(f"wrong_{side}", stratum.n_wrong, "count", f"{place}.n_wrong"),
            _value(f"n_{side}", stratum.n_predictions, "count", f"{place}.n_predictions"),
            _value(f"accuracy_{side}", stratum.accuracy, "decimal", f"{place}.accuracy"),
            _value(f"low_{side}", stratum.interval.low, "decimal", f"{place}.interval.low"),
            _value(f"high_{side}", stratum.interval.high, "decimal", f"{place}.interval.high"),
        ]
    template = f"Errors by {{covariate}}: {'; '.join(said)}."
    return Statement(template=template, values=tuple(values))


def _value(name: str, value: float, form: str, path: str) -> Value:
    """A value of the sentence, by its path."""
    return Value.model_validate({"name": name, "value": value, "format": form, "path": path})
