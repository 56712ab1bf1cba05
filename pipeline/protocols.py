"""Step 4: the protocols: who trains, who is held out, and on whom settings are chosen.

Each protocol is a list of folds. Where something is tuned, a fold splits its own training
rows again, so that no setting is chosen with a look at what is held out::

    given    train on the given training set, test on the independent one          1 fold
    swap     the other way round                                                   1 fold
    cv       repeated stratified k-fold over all samples              n_repeats x n_folds
    loo      every sample alone                                           n_samples folds
    holdout  one stratified random part held out, as the first study did           1 fold
    source   every source that has more than one class                   n_sources folds
"""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import (
    GroupShuffleSplit,
    RepeatedStratifiedKFold,
    StratifiedKFold,
    StratifiedShuffleSplit,
    train_test_split,
)

from pipeline.config import Config, EvaluateSection
from pipeline.dataset import MIN_PER_CLASS, Dataset, named_column
from pipeline.errors import ConfigError
from pipeline.grouped import Blocks, divisions, most_folds
from pipeline.records.base import Statement, Value
from pipeline.records.models import Design, Protocol
from pipeline.unknown import known

Rows = NDArray[np.intp]

ENOUGH_PREDICTIONS = 1500
"""Held-out predictions after which nothing is repeated once more, where the study does not ask.

Were all of different samples, the standard error of their accuracy would be at most 0.013.
Repeats average over the ways to split the same samples, and not over other samples.
"""

LEAST_REPEATS = 2
"""Repeats of cross-validation however many samples there are.

The interval over folds has one degree of freedom less than folds: with five, it is a good third
wider than with ten, and that of 2000 samples would count as wide.
"""

LEAST_SPREAD = 5
"""Repeats that a range or spread takes however many samples there are."""

FEWER_REPEATS = (
    " More repeats, up to the {most} of the settings, would average over the ways to split and not"
    " over other samples: {enough} held-out predictions are enough."
)

FEW_TO_CHOOSE, FEWER_INNER = 1000, 3
"""Training samples beyond which settings are chosen on three inner folds, not on five.

Of a thousand samples two thirds train as well as four fifths, and all are held out either way.
"""

LEARNING_SHARES = (0.2, 0.35, 0.5, 0.65, 0.8)
"""Shares of the samples to train on for the learning curve."""


Inner = tuple[tuple[Rows, Rows], ...]
"""Training and held-out rows of the inner folds of one training part."""


@dataclass(frozen=True)
class Fold:
    """Who trains and who is held out; rows of the data set.

    `inner` splits the training rows again, into pairs of training and held-out rows; of very
    many training rows a part of them.
    """

    repeat: int
    train: Rows
    test: Rows
    inner: Inner = ()

    @property
    def chooses(self) -> Rows:
        """The training rows on which settings are chosen, all of them or a part."""
        return np.sort(np.concatenate(self.inner[0])) if self.inner else self.train


@dataclass(frozen=True)
class Plan:
    """A protocol and its folds."""

    protocol: Protocol
    folds: tuple[Fold, ...]


def make_plans(dataset: Dataset, config: Config) -> tuple[Plan, ...]:
    """Lay out the folds of every protocol.

    Parameters
    ----------
    dataset : Dataset
        The data.
    config : Config
        Number of folds and repeats, share held out, columns of groups and sources, seed.

    Returns
    -------
    tuple of Plan
        `given`, `swap`, `cv`, `loo`, `holdout`, `source`; a protocol that the data do not
        allow has no folds and gives its reason.

    Raises
    ------
    ConfigError
        If a column that the settings name is not among the covariates, all samples are of one
        group, or no protocol can train on every class.
    """
    groups = _groups(dataset, config)
    plans = (
        _given(dataset, config, groups),
        _swap(dataset, config, groups),
        _cross_validation(dataset, config, groups),
        _leave_one_out(dataset, config, groups),
        _holdout(dataset, config, groups),
        _leave_source_out(dataset, config, groups),
    )
    if not any(plan.folds for plan in plans):
        reason = _no_division(dataset.y, groups, config.evaluate.group_column)
        raise ConfigError(
            "evaluate.group_column: expected groups that can be held out so that every class is "
            f"left to train on, found that {reason}; name a finer group, or none"
        )
    return tuple(_noted(plan, groups, config.evaluate) for plan in plans)


def enough(
    section: EvaluateSection,
    name: Literal["n_repeats", "n_learning_repeats", "n_leaky_permutations"],
    *,
    n_samples: int,
) -> int:
    """Say how often to repeat what holds out many samples each time.

    Parameters
    ----------
    section : EvaluateSection
        The settings.
    name : {"n_repeats", "n_learning_repeats", "n_leaky_permutations"}
        The setting that says how often.
    n_samples : int
        Number of samples.

    Returns
    -------
    int
        The setting, where the study file gives it; else the default of it, or fewer: with
        `ENOUGH_PREDICTIONS` predictions there are enough, from `LEAST_REPEATS` repeats on, or
        `LEAST_SPREAD` where a spread is shown.
    """
    most: int = getattr(section, name)
    if name in section.model_fields_set:
        return most
    least = LEAST_REPEATS if name == "n_repeats" else LEAST_SPREAD
    return min(most, max(least, ceil(ENOUGH_PREDICTIONS / n_samples)))


def covariate(dataset: Dataset, column: str | None, key: str) -> NDArray[np.str_] | None:
    """Give a column of what else is known of the samples.

    Parameters
    ----------
    dataset : Dataset
        The data.
    column : str or None
        Name of the column.
    key : str
        The setting that names it, for the error message.

    Returns
    -------
    ndarray of str, shape (n_samples,), or None
        Empty where unknown; an unknown group is one of its own. None where no column is named.

    Raises
    ------
    ConfigError
        If there is no such column.
    """
    if column is None:
        return None
    text = [known(str(value)) for value in dataset.covariates[named_column(dataset, column, key)]]
    if key == "group_column":
        # No group begins with a blank: its field was stripped.
        text = [
            value or f" {sample}" for value, sample in zip(text, dataset.sample_ids, strict=True)
        ]
    return np.array(text, dtype=np.str_)


def inner_folds(
    y: NDArray[np.str_],
    train: Rows,
    section: EvaluateSection,
    groups: NDArray[np.str_] | None,
    *,
    seed: int,
) -> Inner:
    """Split training rows again, for tuning; every inner training part holds every class.

    Parameters
    ----------
    y : ndarray of str, shape (n_samples,)
        Labels to stratify by.
    train : ndarray of int
        Rows to split.
    section : EvaluateSection
        Number of folds.
    groups : ndarray of str, shape (n_samples,), or None
        Groups that stay together.
    seed : int
        Seed of the shuffling.

    Returns
    -------
    tuple of (ndarray of int, ndarray of int)
        Training and held-out rows of each inner fold; fewer folds than set where even the
        largest class has fewer samples, or where groups divide into fewer. Where no division
        of the training groups leaves every class to train on, samples are divided, whatever
        their group (`cuts_groups`). None where some class has one training sample, or where
        training parts would be no larger than the number of classes: then nothing can be
        chosen. Of more rows than `tune_max_samples` a random part is split.
    """
    train = _to_choose(y, train, section, groups, seed)
    labels, counts = np.unique(y[train], return_counts=True)
    n_folds = min(n_inner(section, len(train)), int(counts.max()))
    if n_folds < 2 or counts.min() < 2:
        return ()
    pairs = _inner_by_groups(y, train, groups, n_folds, seed)
    if not pairs:
        pairs = tuple((train[a], train[b]) for a, b in _stratified(y[train], n_folds, seed))
    return pairs if min(len(a) for a, _ in pairs) > len(labels) else ()


def cuts_groups(inner: Inner, groups: NDArray[np.str_] | None) -> bool:
    """Say whether some group stands on both sides of an inner fold.

    Parameters
    ----------
    inner : tuple of (ndarray of int, ndarray of int)
        What `inner_folds` gave.
    groups : ndarray of str, shape (n_samples,), or None
        Groups that stay together where they can.

    Returns
    -------
    bool
        True where samples were divided because groups could not be.
    """
    return groups is not None and any(np.isin(groups[a], groups[b]).any() for a, b in inner)


def _inner_by_groups(
    y: NDArray[np.str_], train: Rows, groups: NDArray[np.str_] | None, n_folds: int, seed: int
) -> Inner:
    """Inner folds that keep groups together, as many as can be up to `n_folds`; or none."""
    if groups is None:
        return ()
    blocks = next(iter(_divided(y[train], groups[train], n_folds, 1, seed)), None)
    if blocks is None:
        return ()
    return tuple((train[blocks != k], train[blocks == k]) for k in range(int(blocks.max()) + 1))


def n_inner(section: EvaluateSection, n_samples: int) -> int:
    """Say into how many inner folds samples are divided to choose settings.

    Parameters
    ----------
    section : EvaluateSection
        The settings.
    n_samples : int
        Samples to choose on.

    Returns
    -------
    int
        The setting; where the study file does not give it, at most `FEWER_INNER` beyond
        `FEW_TO_CHOOSE` samples.
    """
    most = section.n_inner_folds
    if "n_inner_folds" in section.model_fields_set or n_samples <= FEW_TO_CHOOSE:
        return most
    return min(most, FEWER_INNER)


def _to_choose(
    y: NDArray[np.str_],
    train: Rows,
    section: EvaluateSection,
    groups: NDArray[np.str_] | None,
    seed: int,
) -> Rows:
    """Training rows to choose settings on: all, or a stratified part; of groups whole ones."""
    most = section.tune_max_samples
    if len(train) <= most:
        return train
    n_parts = len(train) // most + (len(train) % most > 0)
    if groups is not None:
        for blocks in divisions(y[train], groups[train], n_parts, seed=seed):
            for k in range(n_parts):
                part: Rows = train[blocks == k]
                if len(part) <= most and _same_classes(y, part, train):
                    return part
    parts = min(n_parts, int(np.unique(y[train], return_counts=True)[1].max()))
    kept = next(_stratified(y[train], parts, seed))[1]
    return train[np.sort(kept)]


def _same_classes(y: NDArray[np.str_], part: Rows, rows: Rows) -> bool:
    """Whether a part has samples of every class that the rows have."""
    return len(np.unique(y[part])) == len(np.unique(y[rows]))


def permutation_folds(dataset: Dataset, config: Config) -> tuple[Fold, ...]:
    """Lay out the folds of the permutation test.

    Labels are permuted inside each outer fold, which keeps its number of samples of each
    class; then every such permutation is as likely as the labels themselves if these say
    nothing, and the test is exact. So that the inner folds know no label either, they take
    an even share of every outer fold.

    Parameters
    ----------
    dataset : Dataset
        The data.
    config : Config
        Number of folds, seed.

    Returns
    -------
    tuple of Fold
        One repeat of nested cross-validation; empty where samples come in groups, whose
        labels cannot be permuted one by one.
    """
    section, y = config.evaluate, dataset.y
    n_folds = min(section.n_folds, _smallest(y))
    if _groups(dataset, config) is not None:
        return ()
    block = np.zeros(len(y), dtype=np.intp)
    splits = [test for _, test in _stratified(y, n_folds, config.seed)]
    for number, test in enumerate(splits):
        block[test] = number
    names = block.astype(np.str_)
    rows = np.arange(len(y))
    return tuple(
        Fold(
            0,
            np.setdiff1d(rows, test),
            test,
            inner_folds(names, np.setdiff1d(rows, test), section, None, seed=config.seed),
        )
        for test in splits
    )


def learning_folds(dataset: Dataset, config: Config) -> tuple[tuple[Fold, ...], ...]:
    """Lay out training parts of growing size, the rest being held out.

    Parameters
    ----------
    dataset : Dataset
        The data.
    config : Config
        Number of repeats, seed.

    Returns
    -------
    tuple of tuple of Fold
        The repeats of each size; sizes at which a class would be missing on either side are
        left out.
    """
    section, y = config.evaluate, dataset.y
    groups = _groups(dataset, config)
    n_repeats = enough(section, "n_learning_repeats", n_samples=len(y))
    if not n_repeats:
        return ()
    sizes = []
    for share in LEARNING_SHARES:
        folds = tuple(
            Fold(i, train, test, inner_folds(y, train, section, groups, seed=config.seed))
            for i, (train, test) in enumerate(
                _random_parts(y, share, n_repeats, groups, config.seed)
            )
            if _has_all(y, train, least=MIN_PER_CLASS) and _has_all(y, test)
        )
        if len(folds) == n_repeats:
            sizes.append(folds)
    return tuple(sizes)


def _groups(dataset: Dataset, config: Config) -> NDArray[np.str_] | None:
    """Groups of samples that stay together; None where each sample stands alone."""
    column = config.evaluate.group_column
    groups = covariate(dataset, column, "group_column")
    if groups is not None and len(np.unique(groups)) < 2:
        raise ConfigError(
            f"evaluate.group_column: expected samples of at least 2 groups, found 1 in {column!r}"
        )
    return groups


def _given(dataset: Dataset, config: Config, groups: NDArray[np.str_] | None) -> Plan:
    """The split that came with the data."""
    n_train, n_test = len(dataset.train), len(dataset.test)
    reason = None if n_test else "the data set in use has no independent test samples"
    return _split(
        "given",
        "Independent test set",
        Statement(
            template="train on the {n_train} training samples as given, test once on the "
            "{n_test} independent ones.",
            values=_counts(n_train=n_train, n_test=n_test),
        ),
        dataset,
        (dataset.train, dataset.test),
        config,
        groups,
        unavailable=reason or _shared(groups, dataset.train, dataset.test, config),
    )


def _swap(dataset: Dataset, config: Config, groups: NDArray[np.str_] | None) -> Plan:
    """The given split with its parts exchanged."""
    n_train, n_test = len(dataset.test), len(dataset.train)
    reason = None
    if not n_train:
        reason = "the data set in use has no independent test samples to train on"
    elif not _has_all(dataset.y, dataset.test, least=MIN_PER_CLASS):
        reason = "the independent samples are too few of some class to train on"
    return _split(
        "swap",
        "Exchanged sets",
        Statement(
            template="train on the {n_train} independent samples, test on the {n_test} training "
            "samples: the given split the other way round.",
            values=_counts(n_train=n_train, n_test=n_test),
        ),
        dataset,
        (dataset.test, dataset.train),
        config,
        groups,
        unavailable=reason or _shared(groups, dataset.train, dataset.test, config),
    )


def _cross_validation(dataset: Dataset, config: Config, groups: NDArray[np.str_] | None) -> Plan:
    """Repeated stratified k-fold cross-validation over all samples."""
    section, y, n_samples = config.evaluate, dataset.y, len(dataset.y)
    asked = min(section.n_folds, _smallest(y))
    enough_repeats = enough(section, "n_repeats", n_samples=n_samples)
    parts = _repeated(y, asked, enough_repeats, groups, config.seed)
    folds = tuple(
        Fold(repeat, a, b, inner_folds(y, a, section, groups, seed=config.seed))
        for repeat, division in enumerate(parts)
        for a, b in division
    )
    n_repeats = max(1, len(parts))
    n_folds = len(parts[0]) if parts else asked
    template, values = _cv_description(dataset, config, n_folds=n_folds, n_repeats=n_repeats)
    if groups is not None and parts:
        noted = [
            _other_number(n_folds, asked),
            _fewer_divisions(n_repeats, enough_repeats, section.group_column),
        ]
        template += "".join(text for text, _ in noted)
        values += tuple(value for _, some in noted for value in some)
    protocol = Protocol(
        key="cv",
        label="Repeated cross-validation",
        description=Statement(template=template, values=values),
        design="repeated",
        n_train=min((len(fold.train) for fold in folds), default=0),
        n_test=max((len(fold.test) for fold in folds), default=0),
        n_folds=n_folds,
        n_repeats=n_repeats,
        n_inner_folds=_n_inner(folds),
        sample_ids=dataset.sample_ids if folds else (),
        unavailable=None if folds else _no_division(y, groups, section.group_column),
    )
    return Plan(protocol, folds)


def _cv_description(
    dataset: Dataset, config: Config, *, n_folds: int, n_repeats: int
) -> tuple[str, tuple[Value, ...]]:
    """Say how cross-validation divides the samples."""
    section, n_samples = config.evaluate, len(dataset.y)
    together = ""
    if section.group_column is not None:
        together = f", samples of one {section.group_column} together"
    enough_repeats = enough(section, "n_repeats", n_samples=n_samples)
    fewer = enough_repeats < section.n_repeats
    template = (
        "{n_folds}-fold, stratified{together}, over all {n_samples} samples, so that each is held "
        "out once"
        + (" in each of {n_repeats} repeats." if n_repeats > 1 else ".")
        + (FEWER_REPEATS if fewer else "")
    )
    values = (
        *_counts(n_folds=n_folds, n_repeats=n_repeats, n_samples=n_samples),
        *(_counts(most=section.n_repeats, enough=ENOUGH_PREDICTIONS) if fewer else ()),
        Value(name="together", value=together, format="text"),
    )
    return template, values


def _other_number(n_folds: int, asked: int) -> tuple[str, tuple[Value, ...]]:
    """Say why the number of grouped folds is not the one of the settings."""
    if n_folds == asked:
        return "", ()
    text = (
        " The {asked} folds of the settings would leave some training part without a class, or"
        " there are fewer groups."
    )
    return text, _counts(asked=asked)


def _fewer_divisions(
    n_repeats: int, wanted: int, column: str | None
) -> tuple[str, tuple[Value, ...]]:
    """Say that groups cannot be divided in so many different ways."""
    if n_repeats >= wanted:
        return "", ()
    text = " Of {wanted} repeats wanted, no more differ in which {column} is held out with which."
    return text, (*_counts(wanted=wanted), Value(name="column", value=str(column), format="text"))


def _noted(plan: Plan, groups: NDArray[np.str_] | None, section: EvaluateSection) -> Plan:
    """Say in how many fits settings were chosen across groups, or not at all."""
    folds, protocol = plan.folds, plan.protocol
    cut = sum(cuts_groups(fold.inner, groups) for fold in folds)
    none = sum(not fold.inner for fold in folds)
    # Of a group that is not known `covariate` makes one that begins with a blank.
    alone = 0 if groups is None else sum(name.startswith(" ") for name in groups.tolist())
    text = ""
    if alone and folds:
        text += (
            " One sample whose {column} is unknown stands alone."
            if alone == 1
            else " {n_alone} samples whose {column} is unknown stand alone."
        )
    if cut:
        text += (
            " In {n_cut} of {n_fits} fits no division of the training groups leaves every class"
            " to train on: there the inner folds divide samples, whatever their {column}."
        )
    if none:
        text += (
            " In {n_untuned} of {n_fits} fits no setting is chosen: too few training samples of"
            " some class are left to be split again. There a usual setting is taken."
        )
    counts = _counts(n_cut=cut, n_untuned=none, n_fits=len(folds), n_alone=alone)
    named = Value(name="column", value=str(section.group_column), format="text")
    before = protocol.description
    known = {value.name for value in before.values}
    used = [
        value
        for value in (*counts, named)
        if f"{{{value.name}}}" in text and value.name not in known
    ]
    update = {
        "description": Statement(template=before.template + text, values=(*before.values, *used)),
        "n_untuned": none,
    }
    return Plan(protocol.model_copy(update=update), folds)


def _no_division(
    y: NDArray[np.str_], groups: NDArray[np.str_] | None, column: str | None
) -> str | None:
    """Say why groups cannot be divided so that every training part holds every class."""
    if groups is None:
        return None
    single = [label for label in np.unique(y) if len(np.unique(groups[y == label])) < 2]
    if single:
        return (
            f"all samples of class {single[0]} have one {column}: held out together they leave no "
            "sample of their class to train on"
        )
    return f"no division by {column} was found that leaves every class to train on"


def _leave_one_out(dataset: Dataset, config: Config, groups: NDArray[np.str_] | None) -> Plan:
    """Each sample alone held out, or each group."""
    y, n_samples = dataset.y, len(dataset.y)
    units = np.arange(n_samples).astype(np.str_) if groups is None else groups
    rows = np.arange(n_samples)
    reason, most = None, config.evaluate.loo_max_samples
    names = dict.fromkeys(units.tolist())
    if len(names) > most:
        reason = (
            f"with more than {most} parts to leave out (evaluate.loo_max_samples) it costs a "
            "multiple of the repeated cross-validation, which says the same"
        )
    parts = [] if reason else [rows[units == name] for name in names]
    trains = [np.setdiff1d(rows, part) for part in parts]
    if not all(_has_all(y, train) for train in trains):
        reason, parts, trains = "a class would be missing from a training part", [], []
    folds = tuple(
        Fold(0, a, b, inner_folds(y, a, config.evaluate, groups, seed=config.seed))
        for a, b in zip(trains, parts, strict=True)
    )
    what = "sample" if groups is None else config.evaluate.group_column
    protocol = Protocol(
        key="loo",
        label="Leave-one-out",
        description=Statement(
            template="each {what} in turn is held out alone and the rest train, {n_folds} fits.",
            values=(
                Value(name="what", value=str(what), format="text"),
                *_counts(n_folds=len(folds)),
            ),
        ),
        design="leave-one-out",
        n_train=n_samples - 1,
        n_test=1,
        n_folds=max(1, len(folds)),
        n_repeats=1,
        n_inner_folds=_n_inner(folds),
        sample_ids=dataset.sample_ids if folds else (),
        unavailable=reason,
    )
    return Plan(protocol, folds)


def _holdout(dataset: Dataset, config: Config, groups: NDArray[np.str_] | None) -> Plan:
    """One stratified random part held out."""
    y, n_samples, n_classes = dataset.y, len(dataset.y), len(dataset.classes)
    n_test = max(ceil(config.evaluate.holdout_share * n_samples), n_classes)
    train = test = np.empty(0, dtype=np.intp)
    if groups is not None:
        n_parts = max(2, round(1 / config.evaluate.holdout_share))
        for blocks in _divided(y, groups, n_parts, 1, config.seed):
            train, test = np.flatnonzero(blocks != 0), np.flatnonzero(blocks == 0)
    elif n_samples - n_test >= n_classes:
        train, test = train_test_split(
            np.arange(n_samples), test_size=n_test, stratify=y, random_state=config.seed
        )
    possible = len(train) > 0 and _has_all(y, train)
    n_test = len(test) if possible else n_test
    return _split(
        "holdout",
        "Random hold-out",
        Statement(
            template="one stratified random part of {n_test} samples held out of {n_samples}, "
            "seed {seed}.",
            values=_counts(n_test=n_test, n_samples=n_samples, seed=config.seed),
        ),
        dataset,
        (np.sort(train), np.sort(test)),
        config,
        groups,
        unavailable=None
        if possible
        else _no_division(y, groups, config.evaluate.group_column)
        or "too few samples are left to train on every class",
    )


def _leave_source_out(dataset: Dataset, config: Config, groups: NDArray[np.str_] | None) -> Plan:
    """Each source with more than one class held out in turn."""
    y = dataset.y
    column = config.evaluate.source_column
    # The table of samples may be lacking: then this protocol is, and nothing else.
    absent = column in config.declared_covariates and column not in dataset.covariates
    source = None if absent else covariate(dataset, column, "source_column")
    rows = np.arange(len(y))
    tests: dict[str, Rows] = {}
    reason = None
    if absent:
        reason = f"the table of samples that names the {column} was not found"
    elif source is None:
        reason = "no column of the samples says where they come from (evaluate.source_column)"
    else:
        for name in sorted(set(source.tolist()) - {""}):
            test = rows[source == name]
            rest = np.setdiff1d(rows, test)
            apart = _shared(groups, rest, test, config) is None
            if apart and len(np.unique(y[test])) > 1 and _has_all(y, rest, least=MIN_PER_CLASS):
                tests[name] = test
        if not tests:
            reason = "no source has more than one class and leaves every class to train on"
            if groups is not None:
                reason += f" without sharing a {config.evaluate.group_column}"
    folds = tuple(
        Fold(
            0,
            np.setdiff1d(rows, test),
            test,
            inner_folds(y, np.setdiff1d(rows, test), config.evaluate, groups, seed=config.seed),
        )
        for test in tests.values()
    )
    held = np.sort(np.concatenate(list(tests.values()))) if tests else rows[:0]
    protocol = Protocol(
        key="source",
        label="Leave-one-source-out",
        description=Statement(
            template="each source with more than one class held out in turn: {names}; "
            "{n_samples} samples.",
            values=(
                Value(name="names", value=", ".join(tests) or "none", format="text"),
                *_counts(n_samples=len(held)),
            ),
        ),
        design="leave-one-source-out",
        n_train=min((len(fold.train) for fold in folds), default=0),
        n_test=max((len(fold.test) for fold in folds), default=0),
        n_folds=max(1, len(folds)),
        n_repeats=1,
        n_inner_folds=_n_inner(folds),
        sample_ids=tuple(dataset.sample_ids[row] for row in held),
        unavailable=reason,
    )
    return Plan(protocol, folds)


def _shared(groups: NDArray[np.str_] | None, train: Rows, test: Rows, config: Config) -> str | None:
    """Say that a group has samples on both sides; None where none has."""
    if groups is None or not np.isin(groups[test], groups[train]).any():
        return None
    return f"some {config.evaluate.group_column} has samples in both parts"


def _split(
    key: str,
    label: str,
    description: Statement,
    dataset: Dataset,
    parts: tuple[Rows, Rows],
    config: Config,
    groups: NDArray[np.str_] | None,
    *,
    unavailable: str | None,
) -> Plan:
    """A protocol of one fold."""
    train, test = parts
    folds: tuple[Fold, ...] = ()
    if not unavailable:
        inner = inner_folds(dataset.y, train, config.evaluate, groups, seed=config.seed)
        folds = (Fold(0, train, test, inner),)
    design: Design = "split"
    protocol = Protocol(
        key=key,
        label=label,
        description=description,
        design=design,
        n_train=len(train),
        n_test=len(test),
        n_folds=1,
        n_repeats=1,
        n_inner_folds=_n_inner(folds),
        sample_ids=tuple(dataset.sample_ids[row] for fold in folds for row in fold.test),
        unavailable=unavailable,
    )
    return Plan(protocol, folds)


def _stratified(y: NDArray[np.str_], n_folds: int, seed: int) -> Iterator[tuple[Rows, Rows]]:
    """Stratified folds, shuffled."""
    with warnings.catch_warnings():
        # A class smaller than the number of folds is missing from some; every model bears it.
        warnings.filterwarnings("ignore", "The least populated class", UserWarning)
        splitter = StratifiedKFold(n_folds, shuffle=True, random_state=seed)
        yield from splitter.split(y, y)


def _repeated(
    y: NDArray[np.str_], n_folds: int, n_repeats: int, groups: NDArray[np.str_] | None, seed: int
) -> list[list[tuple[Rows, Rows]]]:
    """Stratified folds again and again, each time divided in another way."""
    if groups is None:
        splitter = RepeatedStratifiedKFold(n_splits=n_folds, n_repeats=n_repeats, random_state=seed)
        pairs = list(splitter.split(y, y))
        return [pairs[i : i + n_folds] for i in range(0, len(pairs), n_folds)]
    return [
        [(np.flatnonzero(of != k), np.flatnonzero(of == k)) for k in range(int(of.max()) + 1)]
        for of in _divided(y, groups, n_folds, n_repeats, seed)
    ]


def _divided(
    y: NDArray[np.str_], groups: NDArray[np.str_], n_folds: int, n_wanted: int, seed: int
) -> list[Blocks]:
    """Divisions of groups into `n_folds` folds, else into fewer, else into more; or none."""
    most = most_folds(y, groups)
    few = range(min(n_folds, most), 1, -1)
    for n in (*few, *range(max(2, n_folds + 1), most + 1)):
        found = divisions(y, groups, n, seed=seed, n_wanted=n_wanted)
        if found:
            return found
    return []


def _random_parts(
    y: NDArray[np.str_], share: float, n_repeats: int, groups: NDArray[np.str_] | None, seed: int
) -> Iterator[tuple[Rows, Rows]]:
    """Random training parts of a share of the samples; empty where stratifying is impossible."""
    if groups is not None:
        n_groups = len(np.unique(groups))
        if 1 <= int(share * n_groups) < n_groups:
            splitter = GroupShuffleSplit(n_repeats, train_size=share, random_state=seed)
            yield from splitter.split(y, y, groups)
        return
    n_train = round(share * len(y))
    n_classes = len(np.unique(y))
    if min(n_train, len(y) - n_train) >= n_classes:
        splitter = StratifiedShuffleSplit(
            n_repeats, train_size=n_train, test_size=len(y) - n_train, random_state=seed
        )
        for train, test in splitter.split(y, y):
            yield np.sort(train), np.sort(test)


def _has_all(y: NDArray[np.str_], rows: Rows, *, least: int = 1) -> bool:
    """Whether every class has so many samples among the rows."""
    return all(int((y[rows] == label).sum()) >= least for label in np.unique(y))


def _smallest(y: NDArray[np.str_]) -> int:
    """Samples of the smallest class."""
    return int(np.unique(y, return_counts=True)[1].min())


def _n_inner(folds: tuple[Fold, ...]) -> int:
    """Inner folds of a protocol, as they were laid out."""
    return max((len(fold.inner) for fold in folds), default=0)


def _counts(**values: int) -> tuple[Value, ...]:
    """Values of a sentence that are all counts."""
    return tuple(Value(name=name, value=value, format="count") for name, value in values.items())
