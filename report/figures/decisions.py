"""Figures of single samples and of decisions: errors, abstention, thresholds, calibration."""

from textwrap import fill
from typing import Any

from pipeline.records.models import Abstention, Calibration, Protocol, ThresholdTable
from pipeline.results import Results
from report import formats
from report.figures import style
from report.figures.style import Numbers, Picture

MAX_SAMPLES = 44  # columns of an error map; more would be too narrow for their names
MAX_PANELS = 6  # more would be pictures that nobody compares


def error_map(results: Results, protocol: Protocol) -> Picture | None:
    """Draw which samples which models got wrong under one protocol.

    Parameters
    ----------
    results : Results
        The results object.
    protocol : Protocol
        The protocol.

    Returns
    -------
    Picture or None
        A row a model, the baseline left out, and a column a sample that any model got
        wrong, hardest first; None where there is none.
    """
    scored = results.of_protocol(protocol.key, baseline=False)
    order = hardest(results, protocol)
    if not order:
        return None
    shown = order[:MAX_SAMPLES]
    counts = [[evaluation.n_wrong[column] for column in shown] for evaluation in scored]
    figure = style.canvas(style.COLUMN_MM, 26 + 3.5 * len(scored))
    axes: Any = figure.subplots()
    n_rows, n_columns = len(scored), len(shown)
    axes.imshow(
        [[n / protocol.n_repeats for n in row] for row in counts],
        cmap="Oranges",
        vmin=0,
        vmax=1.1,
        aspect="auto",
        interpolation="none",
        extent=(0, n_columns, n_rows, 0),
    )
    axes.hlines(range(1, n_rows), 0, n_columns, color="white", linewidth=0.8)
    axes.vlines(range(1, n_columns + 1), 0, n_rows, color="white", linewidth=0.8)
    if protocol.n_repeats > 1:
        for row, line in enumerate(counts):
            for column, n in enumerate(line):
                if n:
                    axes.text(
                        column + 0.5,
                        row + 0.5,
                        n,
                        ha="center",
                        va="center_baseline",
                        fontsize=6,
                        color="white" if n > 0.7 * protocol.n_repeats else style.ON_FILL,
                    )
    labels = {sample.id: sample.label for sample in results.data.samples}
    names = [protocol.sample_ids[column] for column in shown]
    axes.set_xticks(
        [column + 0.5 for column in range(len(shown))],
        [f"{style.shorten(name, 14)} ({style.shorten(labels[name], 8)})" for name in names],
        rotation=90,
        fontsize=7,
    )
    axes.set_yticks(
        [row + 0.5 for row in range(len(scored))],
        [results.model(evaluation.model).label for evaluation in scored],
    )
    # A single hard sample is a cell, not a banner.
    axes.set_xlim(0, max(len(shown), 20))
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    return Picture(
        key=f"errors-{protocol.key}",
        title=f"Who was misclassified by whom: {formats.inline(protocol.label)}",
        caption=_map_caption(results, protocol, len(order)),
        alt=_map_alt(results, protocol, order),
        svg=style.to_svg(figure),
        data=Numbers(
            columns=(
                "sample",
                "class",
                "repeats",
                *(f"wrong: {results.model(evaluation.model).label}" for evaluation in scored),
            ),
            rows=tuple(
                (name, labels[name], protocol.n_repeats, *wrong)
                for name, *wrong in zip(names, *counts, strict=True)
            ),
        ),
    )


def hardest(results: Results, protocol: Protocol) -> list[int]:
    """Rank the samples that any model got wrong.

    Parameters
    ----------
    results : Results
        The results object.
    protocol : Protocol
        The protocol.

    Returns
    -------
    list of int
        Columns of the protocol's samples, those wrong most often over all models but the
        baseline first, ties in the order of the protocol.
    """
    scored = results.of_protocol(protocol.key, baseline=False)
    totals = [sum(column) for column in zip(*(e.n_wrong for e in scored), strict=True)]
    return sorted((k for k, n in enumerate(totals) if n), key=lambda k: -totals[k])


def _map_caption(results: Results, protocol: Protocol, n_wrong: int) -> str:
    """Say what a cell is, and who is not drawn."""
    nouns = results.study.sample_noun_plural
    n = len(protocol.sample_ids)
    never = n - n_wrong
    cell = (
        f"Number and shade: in how many of {formats.counted(protocol.n_repeats, 'repeats')} the "
        "model was wrong. "
        if protocol.n_repeats > 1
        else "Filled: wrong. "
    )
    more = (
        f"The {formats.count(MAX_SAMPLES)} hardest of {formats.count(n_wrong)} are drawn. "
        if n_wrong > MAX_SAMPLES
        else ""
    )
    return (
        f"Columns: {nouns} that at least one model got wrong, with their class in brackets, those "
        f"wrong most often first. {cell}{more}{formats.count(never)} of the {formats.count(n)} "
        f"{nouns} were never wrong. The majority baseline is left out."
    )


def _map_alt(results: Results, protocol: Protocol, order: list[int]) -> str:
    """Name the hardest samples."""
    scored = results.of_protocol(protocol.key, baseline=False)
    n_models = {c: sum(e.n_wrong[c] > 0 for e in scored) for c in order[:5]}
    named = [f"{protocol.sample_ids[c]} by {formats.count(n)}" for c, n in n_models.items()]
    return (
        f"Grid of {formats.count(len(scored))} models by "
        f"{formats.count(min(len(order), MAX_SAMPLES))} samples. "
        f"Wrong most often, with the number of models that were ever wrong: {', '.join(named)}."
    )


def coverage(results: Results) -> Picture | None:
    """Draw accuracy among the called samples against the share that is called.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    Picture or None
        One panel a model and protocol; None where no model may decline.
    """
    records = results.abstentions[:MAX_PANELS]
    if not records:
        return None
    figure, panels = style.panels(len(records), columns=3, height_mm=48, sharey=True)
    for axes, record in zip(panels, records, strict=True):
        _called(axes, record)
        label = results.model(record.model).label
        protocol = results.protocol(record.protocol).label
        axes.set_title(f"{fill(label, 34)}\n{fill(protocol, 34)}", fontsize=8)
    figure.supxlabel("share of the samples that is called", fontsize=8.5)
    figure.supylabel("accuracy among the called", fontsize=8.5)
    return Picture(
        key="coverage",
        title="Accuracy among the called, and how many are called",
        caption="From right to left the model declines more and more samples, the least certain "
        "first. Filled point: the threshold in use; open point: every sample is called. An "
        "accuracy among the called says nothing without the share that is called."
        + _left_out(len(results.abstentions)),
        alt="Step curves. "
        + "; ".join(
            f"{results.model(r.model).label}, {results.protocol(r.protocol).label}: "
            f"{r.n_called} of {r.n_samples} called, {r.n_called_right} of them right; all called, "
            f"{r.n_forced_right} right"
            for r in records
        )
        + ".",
        svg=style.to_svg(figure),
        data=Numbers(
            columns=("model", "protocol", "samples", "called", "of them right"),
            rows=tuple(
                (
                    results.model(r.model).label,
                    results.protocol(r.protocol).label,
                    r.n_samples,
                    point.n_called,
                    point.n_right,
                )
                for r in records
                for point in r.curve
            ),
        ),
    )


def _called(axes: Any, record: Abstention) -> None:
    """Draw one curve, the threshold in use and the forced calls."""
    points = sorted(
        (point.n_called / record.n_samples, point.n_right / point.n_called)
        for point in record.curve
        if point.n_called
    )
    colour = style.CLASS_COLOURS[0]
    axes.plot(*zip(*points, strict=True), color=colour, linewidth=1.2)
    forced = record.n_forced_right / record.n_samples
    axes.plot(1, forced, marker="o", markerfacecolor="white", markeredgecolor=colour, zorder=3)
    if record.n_called:
        share = record.n_called / record.n_samples
        axes.plot(share, record.n_called_right / record.n_called, marker="o", color=colour)
    axes.text(
        0.04,
        0.06,
        f"called {record.n_called} of {record.n_samples}: {record.n_called_right} right\n"
        f"all {record.n_samples} called: {record.n_forced_right} right",
        transform=axes.transAxes,
        fontsize=7.5,
    )
    axes.set_xlim(0, 1.03)
    axes.set_ylim(min(0.5, forced - 0.1), 1.03)


def thresholds(results: Results) -> Picture | None:
    """Draw sensitivity and specificity as the threshold moves.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    Picture or None
        One panel a model and protocol; None where no threshold was moved.
    """
    records = results.thresholds[:MAX_PANELS]
    if not records:
        return None
    figure, panels = style.panels(len(records), columns=3, height_mm=39, sharey=True)
    for axes, record in zip(panels, records, strict=True):
        _moved(axes, record)
        label = results.model(record.model).label
        protocol = results.protocol(record.protocol).label
        axes.set_title(f"{fill(label, 34)}\n{fill(protocol, 34)}", fontsize=8)
        axes.set_xlabel(f"threshold on the {results.model(record.model).score}")
    handles, names = panels[0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower left", ncols=3)
    return Picture(
        key="thresholds",
        title="Sensitivity and specificity as the threshold moves",
        caption=f"Positive class: {results.data.positive_class}. Upright line: the default "
        "threshold, with which all other figures were made. Other thresholds are shown, never "
        "used to choose one: chosen on these samples, a threshold would look better than it is."
        + _left_out(len(results.thresholds)),
        alt="Two lines a panel. " + "; ".join(_moved_alt(results, r) for r in records) + ".",
        svg=style.to_svg(figure),
        data=Numbers(
            columns=("model", "protocol", "threshold", "sensitivity", "specificity", "default"),
            rows=tuple(
                (
                    results.model(r.model).label,
                    results.protocol(r.protocol).label,
                    point.threshold,
                    point.sensitivity,
                    point.specificity,
                    "yes" if point.is_default else "no",
                )
                for r in records
                for point in r.points
            ),
        ),
    )


def _moved(axes: Any, record: ThresholdTable) -> None:
    """Draw both lines of one model."""
    at = [point.threshold for point in record.points]
    lines: dict[str, tuple[list[float], int]] = {
        "sensitivity": ([point.sensitivity for point in record.points], 1),
        "specificity": ([point.specificity for point in record.points], 2),
    }
    for name, (values, position) in lines.items():
        colour, dashes, width = style.line(position)
        axes.plot(at, values, color=colour, linestyle=dashes, linewidth=width, label=name)
    for point in record.points:
        if point.is_default:
            axes.axvline(
                point.threshold, color=style.MUTED, linewidth=0.9, zorder=0, label="default"
            )
    axes.set_ylim(-0.03, 1.03)


def _moved_alt(results: Results, record: ThresholdTable) -> str:
    """Say what the default gives."""
    said = [
        f"sensitivity {formats.decimal(p.sensitivity)}, "
        f"specificity {formats.decimal(p.specificity)}"
        for p in record.points
        if p.is_default
    ]
    return f"{results.model(record.model).label} at the default threshold: {''.join(said)}"


def calibration(results: Results) -> Picture | None:
    """Draw the observed share of the positive class against the predicted probability.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    Picture or None
        One panel a model and protocol with bins; None where there are too few samples.
    """
    binned = [record for record in results.calibrations if record.bins]
    if not binned:
        return None
    records = binned[:MAX_PANELS]
    figure, panels = style.panels(len(records), columns=3, height_mm=66, sharex=True, sharey=True)
    for axes, record in zip(panels, records, strict=True):
        _reliability(axes, record)
        label = results.model(record.model).label
        protocol = results.protocol(record.protocol).label
        axes.set_title(f"{fill(label, 26)}\n{fill(protocol, 26)}", fontsize=8)
    figure.supxlabel("mean predicted probability", fontsize=8.5)
    figure.supylabel(f"share of {style.shorten(results.data.positive_class or '')}", fontsize=8.5)
    return Picture(
        key="calibration",
        title="Predicted probability against what was observed",
        caption="Points: predictions of similar probability; the number beside a point is "
        "how many, under resampling over all repeats. On the diagonal, probabilities are what they "
        "say." + _left_out(len(binned)),
        alt="Points around a diagonal. "
        + "; ".join(
            f"{results.model(r.model).label}: "
            + ", ".join(
                f"{formats.decimal(b.mean_predicted)} {b.n_positive} of {b.n}" for b in r.bins
            )
            for r in records
        )
        + ".",
        svg=style.to_svg(figure),
        data=Numbers(
            columns=("model", "protocol", "mean predicted probability", "positive", "samples"),
            rows=tuple(
                (
                    results.model(r.model).label,
                    results.protocol(r.protocol).label,
                    one.mean_predicted,
                    one.n_positive,
                    one.n,
                )
                for r in records
                for one in r.bins
            ),
        ),
    )


def _reliability(axes: Any, record: Calibration) -> None:
    """Draw the bins of one model."""
    axes.plot([0, 1], [0, 1], color=style.RULE, linewidth=0.9)
    at = [(b.mean_predicted, b.n_positive / b.n) for b in record.bins]
    axes.plot(*zip(*at, strict=True), color=style.CLASS_COLOURS[0], marker="o", markersize=4)
    for (x, y), one in zip(at, record.bins, strict=True):
        axes.annotate(one.n, (x, y), xytext=(4, -8), textcoords="offset points", fontsize=7)
    axes.set_box_aspect(1)
    axes.set_xlim(-0.03, 1.03)
    axes.set_ylim(-0.03, 1.03)


def _left_out(n: int) -> str:
    """Say how many panels are not drawn."""
    return f" {formats.count(n - MAX_PANELS)} more are in results.json." if n > MAX_PANELS else ""
