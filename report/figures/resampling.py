"""Figures of what the scores rest on: permuted labels, fewer samples, and a leak on purpose."""

from collections import Counter
from math import ceil
from textwrap import fill
from typing import Any

from matplotlib.ticker import MaxNLocator

from pipeline.records.models import LeakyTwin, LearningCurve, Permutation
from pipeline.results import Results
from report import formats
from report.figures import style
from report.figures.style import Numbers, Picture

MAX_BARS = 60  # bars of a histogram; with more errors than that a bar holds several


def permutations(results: Results) -> Picture | None:
    """Draw the errors on permuted labels, and those on the real ones, model by model.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    Picture or None
        One histogram a model; None where no label was permuted.
    """
    ran = [record for record in results.permutations if record.null]
    if not ran:
        return None
    figure, panels = style.panels(len(ran), columns=5, height_mm=34, sharex=True)
    width = ceil((max(max(record.null) for record in ran) + 1) / MAX_BARS)
    for axes, record in zip(panels, ran, strict=True):
        _null(axes, record, width)
        p = f"p = {formats.p_value(record.p_value)}".replace("= <", "<")
        label = fill(results.model(record.key).label, 20)
        errors = "error" if record.n_errors == 1 else "errors"
        axes.set_title(f"{label}\n{record.n_errors} {errors}, {p}", fontsize=7.5)
    figure.supxlabel("errors", fontsize=8.5)
    figure.supylabel("permutations", fontsize=8.5)
    predictions = sorted({record.n_predictions for record in ran})
    each = "" if width == 1 else f" Each bar is {width} errors wide."
    return Picture(
        key="permutations",
        title="Errors with permuted labels",
        caption="Grey: how many permutations of the labels gave so many errors, out of "
        f"{' or '.join(map(formats.count, predictions))} held-out predictions, the whole procedure "
        f"repeated each time. Line and heading: the errors with the real labels.{each}",
        alt="; ".join(
            [f"Histograms of errors, {formats.count(len(ran))} models"]
            + [
                f"{results.model(r.key).label}: {r.n_errors} "
                f"{'error' if r.n_errors == 1 else 'errors'} with the real labels, from "
                f"{min(r.null)} to {max(r.null)} with permuted ones"
                for r in ran
            ]
        )
        + ".",
        svg=style.to_svg(figure),
        data=Numbers(
            columns=("model", "labels", "errors", "predictions", "times"),
            rows=tuple(
                (results.model(r.key).label, labels, errors, r.n_predictions, times)
                for r in ran
                for labels, counted in (("real", [r.n_errors]), ("permuted", r.null))
                for errors, times in sorted(Counter(counted).items())
            ),
        ),
    )


def _null(axes: Any, record: Permutation, width: int) -> None:
    """Draw one histogram of integers, and the observed errors."""
    counts = [0] * (max(record.null) // width + 1)
    for errors in record.null:
        counts[errors // width] += 1
    edges = [width * k - 0.5 for k in range(len(counts) + 1)]
    axes.stairs(counts, edges, fill=True, color=style.BACKDROP, linewidth=0)
    axes.axvline(record.n_errors, color=style.MARK, linewidth=1.6)
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.yaxis.set_major_locator(MaxNLocator(3, integer=True))


def learning_curves(results: Results) -> Picture | None:
    """Draw accuracy against the number of training samples, model by model.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    Picture or None
        One panel a model; None without a curve.
    """
    curves = results.learning_curves
    if not curves:
        return None
    figure, panels = style.panels(len(curves), columns=5, height_mm=36, sharex=True, sharey=True)
    majority = max(c.n_samples for c in results.data.classes) / results.data.n_samples
    for axes, curve in zip(panels, curves, strict=True):
        _rising(axes, curve, majority)
        axes.set_title(fill(results.model(curve.key).label, 20), fontsize=8)
    figure.supxlabel("training samples", fontsize=8.5)
    figure.supylabel("accuracy", fontsize=8.5)
    return Picture(
        key="learning",
        title="Accuracy after training on fewer samples",
        caption="Line: mean accuracy on held-out samples; band: the middle 95 % of the repeats, a "
        "spread and no confidence interval, because the repeats share samples. Dashed line: the "
        f"share of the largest class, {formats.decimal(majority)}.",
        alt="; ".join(
            ["Lines of accuracy against the number of training samples"]
            + [
                f"{results.model(c.key).label}: from {formats.decimal(c.points[0].accuracy)} with "
                f"{c.points[0].n_train} samples to {formats.decimal(c.points[-1].accuracy)} with "
                f"{c.points[-1].n_train}"
                for c in curves
            ]
        )
        + ".",
        svg=style.to_svg(figure),
        data=Numbers(
            columns=("model", "training samples", "mean accuracy", "low", "high"),
            rows=tuple(
                (results.model(c.key).label, point.n_train, point.accuracy, point.low, point.high)
                for c in curves
                for point in c.points
            ),
        ),
    )


def _rising(axes: Any, curve: LearningCurve, majority: float) -> None:
    """Draw one learning curve with its spread."""
    sizes = [point.n_train for point in curve.points]
    axes.fill_between(
        sizes,
        [point.low for point in curve.points],
        [point.high for point in curve.points],
        color=style.CLASS_COLOURS[0],
        alpha=0.18,
        linewidth=0,
    )
    axes.plot(
        sizes,
        [point.accuracy for point in curve.points],
        color=style.CLASS_COLOURS[0],
        marker="o",
        markersize=3.5,
        linewidth=1.3,
    )
    axes.axhline(majority, color=style.BASELINE, linestyle="--", linewidth=0.9, zorder=0)
    axes.set_ylim(top=1.02)
    axes.xaxis.set_major_locator(MaxNLocator(4, integer=True))


def leaky_twin(results: Results) -> Picture | None:
    """Draw the accuracy with and without a leak, on real and on permuted labels.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    Picture or None
        One row a way of choosing genes and labels, of permuted labels where there are any;
        None where no twin was trained.
    """
    twin = results.leaky_twin
    if twin is None:
        return None
    figure = style.canvas(style.COLUMN_MM, 44)
    axes = figure.subplots()
    names = []
    for row, (name, values, leaky) in enumerate(_twin_rows(twin)):
        colour = style.MARK if leaky else style.CLASS_COLOURS[0]
        axes.plot(
            values,
            [row] * len(values),
            marker="^" if leaky else "o",
            linestyle="none",
            markersize=6,
            markerfacecolor=colour if len(values) == 1 else "none",
            markeredgecolor=colour,
            clip_on=False,
        )
        mean = sum(values) / len(values)
        axes.plot([mean, mean], [row - 0.35, row + 0.35], color=style.INK, linewidth=1.4)
        names.append(name)
    axes.axvline(twin.blind_accuracy, color=style.BASELINE, linestyle="--", linewidth=0.9, zorder=0)
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_xlim(right=1)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color=style.RULE, linewidth=0.5)
    axes.set_axisbelow(True)
    axes.set_xlabel("accuracy in cross-validation")
    return Picture(
        key="leak",
        title="The same model with its genes chosen inside the folds, and before the split",
        caption=f"{twin.model} on {twin.n_genes} genes. Filled: real labels"
        + _permuted_points(len(twin.honest_permuted))
        + ". Upright stroke: the mean. Dashed line: what calling each class as often "
        f"as it occurs gives, {formats.decimal(twin.blind_accuracy)}.",
        alt="Dot plot. "
        + "; ".join(
            f"{name.replace(chr(10), ' ')}: {formats.decimal(sum(values) / len(values))}"
            for name, values, _ in _twin_rows(twin)
        )
        + ", on average.",
        svg=style.to_svg(figure),
        data=Numbers(
            columns=("labels and choice of genes", "run", "accuracy"),
            rows=tuple(
                (name, run, accuracy)
                for name, values, _ in _twin_rows(twin)
                for run, accuracy in enumerate(values, start=1)
            ),
        ),
    )


def _permuted_points(n: int) -> str:
    """Say what the open points are; nothing where no label was permuted."""
    if not n:
        return ""
    if n == 1:
        return "; open: one permutation of the labels"
    return f"; open: one point for each of {formats.counted(n, 'permutations')} of the labels"


def _twin_rows(twin: LeakyTwin) -> list[tuple[str, tuple[float, ...], bool]]:
    """Name the rows of the figure, with their accuracies, and whether they leak."""
    rows = [
        ("real labels, chosen in the folds", (twin.honest_accuracy,), False),
        ("real labels, chosen before the split", (twin.leaky_accuracy,), True),
        ("permuted labels, chosen in the folds", twin.honest_permuted, False),
        ("permuted labels, chosen before the split", twin.leaky_permuted, True),
    ]
    return [row for row in rows if row[1]]
