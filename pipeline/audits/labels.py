"""The labels: how they came to the samples, and whether they can be what they seem to be."""

import re
from collections import Counter, defaultdict

from pipeline.audits.statements import Given, say, some, unless
from pipeline.dataset import Dataset, GeneCounts
from pipeline.records.audit import ColumnOrder, GeneSets, JoinCheck, Labels, SmallClasses

FEWEST = 5  # a class below it leaves folds without a sample of it


def join(dataset: Dataset) -> JoinCheck:
    """Say how labels came to samples, with the first pairs.

    Parameters
    ----------
    dataset : Dataset
        The data.

    Returns
    -------
    JoinCheck
        Raised where the files give no names to join by.
    """
    record = dataset.join
    templates = {
        "name": "By the name of the sample, one label to each of {n}. {pairs}.",
        "position": "By position, the first label to the first column and so on: the format has "
        "no names, and nothing in the files shows whether the {n} pairs are right. {pairs}.",
    }
    pairs = "; ".join(f"{sample} is {label}" for sample, label in record.first_pairs)
    return JoinCheck(
        key="join",
        subject="How labels came to samples",
        is_raised=record.method != "name",
        statement=say(
            templates[record.method],
            n=(record.n_matched, "count", "join.n_samples"),
            pairs=(pairs or "none", "text", None),
        ),
        not_run=None,
        method=record.method,
        n_samples=record.n_matched,
        first_pairs=record.first_pairs,
    )


def order(dataset: Dataset) -> ColumnOrder:
    """Compare the order of the columns with that of the labels.

    Parameters
    ----------
    dataset : Dataset
        The data.

    Returns
    -------
    ColumnOrder
        Raised where a join by position would have displaced samples.
    """
    record = dataset.join
    runs = [first if first == last else f"{first} to {last}" for first, last in record.runs]
    template = "The columns stand in the order of the labels."
    values: dict[str, Given] = {}
    if record.order_differs:
        template = (
            "{n_displaced} of {n} columns stand at another place than their label; a join by "
            "position would give {n_wrong} of them the label of another class. In the files: "
            "{runs}."
        )
        values = {
            "n_displaced": (record.n_displaced, "count", "order.n_displaced"),
            "n": (record.n_matched, "count", "join.n_samples"),
            "n_wrong": (record.n_wrong_by_position, "count", "order.n_wrong_by_position"),
            "runs": (_runs(runs, record.n_runs), "text", None),
        }
    not_run = None
    if record.method == "position":
        not_run = "labels and columns were joined by position"
    return ColumnOrder(
        key="order",
        subject="Order of the columns against that of the labels",
        is_raised=record.order_differs,
        statement=unless(not_run, say(template, **values)),
        not_run=not_run,
        n_displaced=record.n_displaced,
        n_wrong_by_position=record.n_wrong_by_position,
        n_runs=record.n_runs,
        runs=record.runs,
    )


def gene_sets(dataset: Dataset) -> GeneSets:
    """Compare the genes of the training and the test file.

    Parameters
    ----------
    dataset : Dataset
        The data.

    Returns
    -------
    GeneSets
        Raised where they are not the same, in the same order.
    """
    counts = dataset.gene_counts or GeneCounts(len(dataset.gene_ids))
    differ = counts.n_only_training + counts.n_only_test > 0
    template = "Both files have the same {n_shared} genes"
    template += ", in another order." if counts.order_differs else ", in the same order."
    values: dict[str, Given] = {"n_shared": (counts.n_shared, "count", "gene_sets.n_shared")}
    if differ:
        template = (
            "The files share {n_shared} genes; {n_only_training} of the training and "
            "{n_only_test} of the test file only were left out."
        )
        for name in ("n_only_training", "n_only_test"):
            values[name] = (getattr(counts, name), "count", f"gene_sets.{name}")
    not_run = None if dataset.gene_counts else "there is one file of values"
    return GeneSets(
        key="gene_sets",
        subject="Genes of the training and of the test file",
        is_raised=differ or counts.order_differs,
        statement=unless(not_run, say(template, **values)),
        not_run=not_run,
        n_shared=counts.n_shared,
        n_only_training=counts.n_only_training,
        n_only_test=counts.n_only_test,
        order_differs=counts.order_differs,
    )


def numeric(dataset: Dataset) -> Labels:
    """Look for labels that are all numbers: codes, or a measurement taken for classes.

    Parameters
    ----------
    dataset : Dataset
        The data.

    Returns
    -------
    Labels
        All labels where all are numbers, else none.
    """
    names = dataset.classes if all(map(_is_number, dataset.classes)) else ()
    return Labels(
        key="numeric_labels",
        subject="Labels that are numbers",
        is_raised=bool(names),
        statement=say(
            "All labels are numbers: {names}. What they stand for the files do not say."
            if names
            else "The labels are names: {names}.",
            names=(some(dataset.classes), "text", None),
        ),
        not_run=None,
        names=names,
    )


def similar(dataset: Dataset) -> Labels:
    """Look for labels that differ in capitals, blanks or signs only.

    Parameters
    ----------
    dataset : Dataset
        The data.

    Returns
    -------
    Labels
        All that are like another.
    """
    spelled = defaultdict(list)
    for label in dataset.classes:
        spelled[re.sub(r"[\W_]+", "", label).casefold() or label].append(label)
    names = tuple(label for group in spelled.values() if len(group) > 1 for label in group)
    return Labels(
        key="similar_labels",
        subject="Labels that differ in spelling only",
        is_raised=bool(names),
        statement=say(
            "Perhaps one class: {names}.", names=(" and ".join(map(repr, names)), "text", None)
        )
        if names
        else say("No two labels differ in capitals, blanks or signs only."),
        not_run=None,
        names=names,
    )


def small(dataset: Dataset) -> SmallClasses:
    """Look for classes of few samples.

    Parameters
    ----------
    dataset : Dataset
        The data.

    Returns
    -------
    SmallClasses
        Those with fewer than `FEWEST` samples in training or, where there is one, in the test set.
    """
    trained = Counter(dataset.y[dataset.train].tolist())
    tested = Counter(dataset.y[dataset.test].tolist())
    names = tuple(
        label
        for label in dataset.classes
        if trained[label] < FEWEST or (tested and tested[label] < FEWEST)
    )
    smallest = min(trained[label] for label in dataset.classes)
    smallest_test = min(tested[label] for label in dataset.classes) if tested else None
    template = "The smallest class has {n} training samples"
    values: dict[str, Given] = {"n": (smallest, "count", "small_classes.smallest_training")}
    if smallest_test is not None:
        template += " and the smallest of the test set {n_test}"
        values["n_test"] = (smallest_test, "count", "small_classes.smallest_test")
    if names:
        template += ". Fewer than {limit} in one of the parts: {names}"
        values["limit"] = (FEWEST, "count", "small_classes.limit")
        values["names"] = (some(names), "text", None)
    return SmallClasses(
        key="small_classes",
        subject="Classes of few samples",
        is_raised=bool(names),
        statement=say(f"{template}.", **values),
        not_run=None,
        limit=FEWEST,
        names=names,
        smallest_training=smallest,
        smallest_test=smallest_test,
    )


def _runs(runs: list[str], n_runs: int) -> str:
    """List the stretches that are known, and count the others."""
    n_more = n_runs - len(runs)
    return ", ".join(runs) + (f" and {n_more} more stretches" if n_more > 0 else "")


def _is_number(label: str) -> bool:
    """Whether a label reads as a number."""
    try:
        float(label)
    except ValueError:
        return False
    return True
