"""Figures of the embeddings: a point for every sample, its class by colour and shape."""

from math import ceil
from typing import Any

from pipeline.records.data import Embedding
from pipeline.results import Results
from report import formats
from report.csvfile import Cell
from report.figures import style
from report.figures.style import Numbers, Picture

MAX_CLASSES_BY_PART = 4  # with more classes the legend has one entry for each
LEGEND_COLUMNS = 4
LEGEND_CHARACTERS = 145  # that fit beside each other at the size of the legend
MAX_NAMED = 15


def embedding(results: Results, record: Embedding, *, width_mm: float = style.COLUMN_MM) -> Picture:
    """Draw one embedding.

    Parameters
    ----------
    results : Results
        The results object.
    record : Embedding
        The embedding.
    width_mm : float, default=170
        Width in millimetres.

    Returns
    -------
    Picture
        The figure; PCA has its shares of variance beside it.
    """
    by_part = len(results.data.classes) <= MAX_CLASSES_BY_PART
    n_entries = len(results.data.classes) * (2 if by_part and results.data.n_test else 1)
    share = width_mm / style.COLUMN_MM
    figure = style.canvas(width_mm, 68 + 4.5 * ceil(n_entries / (share * LEGEND_COLUMNS)))
    if record.explained_variance_ratio:
        axes, bars = figure.subplots(1, 2, width_ratios=(3.2, 1))
        _variance(bars, record)
    else:
        axes = figure.subplots()
    entries = _points(axes, results, record, by_part=by_part)
    _name_errors(axes, results, record)
    longest = max(len(label) for _, label in entries)
    # Handed over one by one: matplotlib would leave out a name that starts with "_".
    figure.legend(
        *zip(*entries, strict=True),
        loc="outside lower left",
        ncols=max(1, int(share * min(LEGEND_COLUMNS, LEGEND_CHARACTERS // (longest + 8)))),
        handletextpad=0.1,
        columnspacing=1.2,
    )
    return Picture(
        key=record.key,
        title=f"{record.label} of the {results.data.n_samples} {results.study.sample_noun_plural}",
        caption=_caption(results, record),
        alt=_alt(results, record),
        svg=style.to_svg(figure),  # first: it finds the places of all parts
        data=_numbers(results, record),
        points=style.places((axes, record.coordinates)),
    )


def _points(
    axes: Any, results: Results, record: Embedding, *, by_part: bool
) -> list[tuple[Any, str]]:
    """Draw the samples, training filled and test open; give the entries of the legend."""
    rows = list(zip(results.data.samples, record.coordinates, strict=True))
    entries = []
    for position, summary in enumerate(results.data.classes):
        colour, marker = style.class_style(position)
        name = style.shorten(summary.label)
        for part, filled in (("train", True), ("test", False)):
            chosen = [
                xy
                for sample, xy in rows
                if (sample.label, sample.partition) == (summary.label, part)
            ]
            if not chosen:
                continue
            points = axes.scatter(
                *zip(*chosen, strict=True),
                s=26,
                marker=marker,
                facecolors=colour if filled else "none",
                edgecolors="white" if filled else colour,
                linewidths=0.5 if filled else 1.1,
            )
            if by_part:
                entries.append((points, f"{name}, {_part_name(results, part)} ({len(chosen)})"))
            elif filled:
                entries.append((points, f"{name} ({summary.n_samples})"))
    axes.set_xlabel(_axis_label(record, 0))
    axes.set_ylabel(_axis_label(record, 1))
    axes.margins(0.08)
    return entries


def _part_name(results: Results, part: str) -> str:
    """Name a part of the split in the legend."""
    if not results.data.n_test:
        return "all"
    return "training" if part == "train" else "independent test"


def _axis_label(record: Embedding, axis: int) -> str:
    """Name an axis, with its share of variance where it has one."""
    label = record.axis_labels[axis]
    if not record.explained_variance_ratio:
        return label
    return f"{label} ({formats.percent(record.explained_variance_ratio[axis])} of variance)"


def _name_errors(axes: Any, results: Results, record: Embedding) -> None:
    """Write the names of the samples that the headline's model got wrong."""
    wrong = named_samples(results)
    for sample, (x, y) in zip(results.data.samples, record.coordinates, strict=True):
        if sample.id in wrong:
            axes.scatter(x, y, s=95, facecolors="none", edgecolors=style.INK, linewidths=0.8)
            axes.annotate(
                style.shorten(sample.id),
                (x, y),
                xytext=(5.5, 4),
                textcoords="offset points",
                fontsize=7.5,
                color=style.INK,
            )


def named_samples(results: Results) -> tuple[str, ...]:
    """Give the samples to be named: those that the headline's evaluation got wrong.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    tuple of str
        Samples wrong in at least half of the repeats; none where they are too many to be
        read.
    """
    primary = results.primary
    protocol = results.protocol(primary.protocol)
    wrong = tuple(
        sample
        for sample, n_wrong in zip(protocol.sample_ids, primary.n_wrong, strict=True)
        if 2 * n_wrong >= protocol.n_repeats
    )
    return wrong if len(wrong) <= MAX_NAMED else ()


def _variance(axes: Any, record: Embedding) -> None:
    """Draw the share of variance of the first components."""
    shares = record.explained_variance_ratio
    axes.bar(
        range(1, len(shares) + 1),
        [100 * share for share in shares],
        color=style.BASELINE,
        width=0.7,
    )
    axes.set_xlabel("component")
    axes.set_ylabel("variance explained (%)")
    axes.set_xticks(range(1, len(shares) + 1, 3))


def _numbers(results: Results, record: Embedding) -> Numbers:
    """Give the place of every sample, then the share of variance of every component."""
    shares = record.explained_variance_ratio
    places: list[tuple[Cell, ...]] = [
        (sample.id, sample.label, sample.partition, *xy, None)
        for sample, xy in zip(results.data.samples, record.coordinates, strict=True)
    ]
    places += [
        (f"component {n}", None, None, None, None, share) for n, share in enumerate(shares, start=1)
    ]
    columns = ("sample", "class", "part", *record.axis_labels, "share of variance")
    if shares:
        return Numbers(columns=columns, rows=tuple(places))
    return Numbers(columns=columns[:-1], rows=tuple(place[:-1] for place in places))


def _caption(results: Results, record: Embedding) -> str:
    """Say what is drawn, and the scores."""
    wrong = named_samples(results)
    named = " Ringed and named: misclassified by the model of the headline." if wrong else ""
    split = (
        " Filled: training samples; open: independent test samples." if results.data.n_test else ""
    )
    return (
        f"Each point is one {results.study.sample_noun} (n = {results.data.n_samples}); colour and "
        f"shape show the class.{split}{named} Fitted on {record.fitted_on}. Trustworthiness "
        f"({record.trustworthiness_neighbors} neighbours) "
        f"{formats.decimal(record.trustworthiness)}, silhouette by class "
        f"{formats.decimal(record.silhouette)}."
    )


def _alt(results: Results, record: Embedding) -> str:
    """Say in words where the classes lie."""
    sentences = []
    for summary in results.data.classes:
        points = [
            xy
            for sample, xy in zip(results.data.samples, record.coordinates, strict=True)
            if sample.label == summary.label
        ]
        x, y = (sum(values) / len(points) for values in zip(*points, strict=True))
        sentences.append(
            f"the {formats.count(len(points))} {summary.label} samples are centred at "
            f"{formats.points(x / 100)} across and {formats.points(y / 100)} up"
        )
    apart = (
        "form separate groups"
        if record.silhouette > 0.5
        else "lie apart with some overlap"
        if record.silhouette > 0.2
        else "overlap"
    )
    shares = record.explained_variance_ratio
    bars = (
        f" Bars beside it: the first component holds {formats.percent(shares[0])} of the variance, "
        f"number {formats.count(len(shares))} {formats.percent(shares[-1])}."
        if shares
        else ""
    )
    return f"Scatter plot in which the classes {apart}: {'; '.join(sentences)}.{bars}"
