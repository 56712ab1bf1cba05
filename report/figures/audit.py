"""Figures of the audit: each array for itself, associations, and samples coloured by covariates."""

from math import ceil
from typing import Any

from pipeline.records.audit import ArrayMetric, Association, Covariate
from pipeline.results import Results
from report import formats
from report.figures import style
from report.figures.style import Numbers, Picture

MAX_NAMED = 6  # arrays of a panel
MAX_ROWS = 24  # of the map of associations; the table has all
MAX_PANELS = 4
MAX_LEVELS = 8  # as many as there are colours
MAX_VECTORS = 2_000  # points drawn as shapes; more make the page slow


def arrays(results: Results, *, width_mm: float = style.COLUMN_MM) -> Picture:
    """Draw each measure of the arrays, sample by sample.

    Parameters
    ----------
    results : Results
        The results object.
    width_mm : float, default=170
        Width in millimetres.

    Returns
    -------
    Picture
        One panel a measure, arrays far from the others named.
    """
    metrics = results.audit.metrics
    figure = style.canvas(width_mm, 14 + 27 * len(metrics))
    panels = figure.subplots(len(metrics), 1, sharex=True, squeeze=False)[:, 0]
    entries: list[tuple[Any, str]] = []
    for axes, metric in zip(panels, metrics, strict=True):
        entries = _strip(axes, results, metric)
    panels[-1].set_xlabel(f"{results.study.sample_noun_plural}, in the order of the labels")
    figure.legend(
        *zip(*entries, strict=True),
        loc="outside lower left",
        ncols=4 if width_mm == style.COLUMN_MM else 1,
        handletextpad=0.1,
    )
    return Picture(
        key="arrays",
        title="Each array for itself",
        caption=f"Each point is one {results.study.sample_noun} (n = {results.data.n_samples}). "
        "Line: median; band: three robust standard deviations (from the median absolute "
        "deviation) to either side. Arrays beyond the band are named. The standard deviation of an "
        "array has divisor n − 1, with n the number of its values."
        + (" Open: test samples." if results.data.n_test else ""),
        alt="; ".join(
            f"{m.subject}: median {_write(m, m.median)}, from {_write(m, min(m.values))} to "
            f"{_write(m, max(m.values))}, far from the others: {formats.names(m.outliers)}"
            for m in metrics
        )
        + ".",
        svg=style.to_svg(figure),
        data=Numbers(
            columns=("sample", "class", "part", *(m.subject for m in metrics)),
            rows=tuple(
                (sample.id, sample.label, sample.partition, *values)
                for sample, *values in zip(
                    results.data.samples, *(m.values for m in metrics), strict=True
                )
            ),
        ),
        points=style.places(
            *((axes, enumerate(m.values)) for axes, m in zip(panels, metrics, strict=True))
        ),
    )


def _strip(axes: Any, results: Results, metric: ArrayMetric) -> list[tuple[Any, str]]:
    """Draw one measure; give the entries of the legend."""
    low, high = (metric.median + side * metric.limit * metric.spread for side in (-1, 1))
    axes.axhspan(low, high, color=style.RULE, alpha=0.35, linewidth=0)
    axes.axhline(metric.median, color=style.MUTED, linewidth=0.8)
    entries = []
    for position, summary in enumerate(results.data.classes):
        colour, marker = style.class_style(position)
        for part, filled in (("train", True), ("test", False)):
            chosen = [
                (i, metric.values[i])
                for i, s in enumerate(results.data.samples)
                if (s.label, s.partition) == (summary.label, part)
            ]
            if not chosen:
                continue
            points = axes.scatter(
                *zip(*chosen, strict=True),
                s=16,
                marker=marker,
                facecolors=colour if filled else "none",
                edgecolors="white" if filled else colour,
                linewidths=0.4 if filled else 0.9,
                rasterized=results.data.n_samples > MAX_VECTORS,
            )
            if filled:
                entries.append((points, f"{style.shorten(summary.label)} ({summary.n_samples})"))
    names = [sample.id for sample in results.data.samples]
    for name in metric.outliers[:MAX_NAMED]:
        if name in names:
            i = names.index(name)
            axes.annotate(
                style.shorten(name, 16),
                (i, metric.values[i]),
                xytext=(4, 3),
                textcoords="offset points",
                fontsize=7,
            )
    unit = "" if metric.key == "call_rate" else f" ({style.shorten(results.data.unit, 40)})"
    axes.set_title(f"{metric.subject}{unit}", fontsize=8.5)
    axes.set_xticks([])  # places in a list, and no names
    axes.margins(x=0.02, y=0.12)
    return entries


def _write(metric: ArrayMetric, value: float) -> str:
    """Write a value of a measure."""
    return formats.percent(value) if metric.key == "call_rate" else formats.measure(value)


def associations(results: Results) -> Picture:
    """Draw the sizes of the associations as a map.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    Picture
        Rows what is known of the samples, columns class, split and components.
    """
    found = [a for a in results.audit.associations if a.value is not None]
    rows = list(dict.fromkeys((a.label, a.missing) for a in found))[:MAX_ROWS]
    targets = list(dict.fromkeys((a.target, a.among) for a in results.audit.associations))
    figure = style.canvas(style.COLUMN_MM, 20 + 5 * len(rows))
    axes = figure.subplots()
    grid = [[float("nan")] * len(targets) for _ in rows]
    level = results.audit.covariates.level
    for a in found:
        if (a.label, a.missing) not in rows:
            continue
        y, x = rows.index((a.label, a.missing)), targets.index((a.target, a.among))
        grid[y][x] = abs(a.value or 0.0)
        star = "*" if a.p_adjusted is not None and a.p_adjusted < level else ""
        dark = grid[y][x] > 0.6
        text = f"{formats.decimal(a.value)}{star}"
        axes.text(
            x,
            y,
            text,
            ha="center",
            va="center",
            fontsize=7,
            color="white" if dark else style.ON_FILL,
        )
    axes.imshow(grid, cmap="Blues", vmin=0, vmax=1.15, aspect="auto", interpolation="none")
    axes.set_yticks(range(len(rows)), [_row_name(*row) for row in rows], fontsize=7.5)
    axes.set_xticks(range(len(targets)), [_target_name(*t) for t in targets], fontsize=7.5)
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    strongest = sorted(found, key=lambda a: -abs(a.value or 0.0))[:3]
    return Picture(
        key="associations",
        title="What goes with class, split and components",
        caption="Cramér's V between categories, correlation ratio between categories and numbers, "
        "correlation (its size by colour) between numbers; darker is stronger, from 0 to 1. "
        f"Star: p adjusted for all of its kind below {formats.number(level)}. Empty: not defined.",
        alt=f"Map of {formats.count(len(rows))} rows and {formats.count(len(targets))} columns; "
        "the strongest: " + "; ".join(_in_words(a) for a in strongest) + ".",
        svg=style.to_svg(figure),
        data=Numbers(
            columns=("known of the samples", "with", "among", "size", "p adjusted"),
            rows=tuple(
                (
                    f"{a.label}, unknown" if a.missing else a.label,
                    a.target,
                    a.among,
                    a.value,
                    a.p_adjusted,
                )
                for a in found
                if (a.label, a.missing) in rows
            ),
        ),
    )


def _row_name(label: str, missing: bool) -> str:
    """Name a row."""
    name = style.shorten(label, 32)
    return f"{name}, unknown" if missing else name


def _target_name(target: str, among: str) -> str:
    """Name a column."""
    return f"{target}\n(training)" if among == "training" else target


def _in_words(a: Association) -> str:
    """Say one association."""
    where = " in training" if a.among == "training" else ""
    name = _row_name(a.label, a.missing)
    return f"{name} with {a.target}{where} {formats.decimal(a.value)}"


def coloured(results: Results) -> Picture | None:
    """Draw the first embedding once more, coloured by covariates that go with class or split.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    Picture or None
        One panel a covariate; None where there is none.
    """
    record, names = results.embeddings[0], results.audit.covariates.names
    shown = [
        c
        for c in results.audit.covariates.covariates
        if c.key in names and c.kind == "category" and c.n_levels <= MAX_LEVELS
    ][:MAX_PANELS]
    if not shown:
        return None
    across = min(2, len(shown))
    n_rows = ceil(len(shown) / across)
    figure = style.canvas(style.COLUMN_MM, min(64 * n_rows, style.MAX_HEIGHT_MM))
    grid = figure.subplots(n_rows, across, squeeze=False)
    for gap in grid.flat[len(shown) :]:
        gap.remove()
    for axes, covariate in zip(grid.flat, shown, strict=False):
        _scatter(axes, covariate, record.coordinates)
        axes.set_xlabel(record.axis_labels[0])
        axes.set_ylabel(record.axis_labels[1])
    return Picture(
        key="coloured",
        title=f"{record.label}, coloured by what goes with class or split",
        caption=f"The same points as in the figure of {record.label} "
        f"(n = {results.data.n_samples}); colour and shape show the covariate. Small grey points: "
        "not known.",
        alt="; ".join(_centres(c, record.coordinates) for c in shown) + ".",
        svg=style.to_svg(figure),
        data=Numbers(
            columns=("sample", *record.axis_labels, *(c.label for c in shown)),
            rows=tuple(
                (sample.id, *xy, *values)
                for sample, xy, *values in zip(
                    results.data.samples,
                    record.coordinates,
                    *(c.values for c in shown),
                    strict=True,
                )
            ),
        ),
        points=style.places(*((axes, record.coordinates) for axes in grid.flat[: len(shown)])),
    )


def _levels(covariate: Covariate) -> list[str]:
    """Known values of a covariate, sorted."""
    return sorted(set(covariate.values) - {""})


def _scatter(axes: Any, covariate: Covariate, points: tuple[tuple[float, float], ...]) -> None:
    """Draw one panel."""
    unknown = [xy for xy, v in zip(points, covariate.values, strict=True) if not v]
    if unknown:
        axes.scatter(
            *zip(*unknown, strict=True),
            s=7,
            color=style.BASELINE,
            linewidths=0,
            rasterized=len(points) > MAX_VECTORS,
        )
    handles, labels = [], []
    for position, level in enumerate(_levels(covariate)):
        colour, marker = style.class_style(position)
        chosen = [xy for xy, v in zip(points, covariate.values, strict=True) if v == level]
        handles.append(
            axes.scatter(
                *zip(*chosen, strict=True),
                s=22,
                marker=marker,
                color=colour,
                edgecolors="white",
                linewidths=0.4,
                rasterized=len(points) > MAX_VECTORS,
            )
        )
        labels.append(f"{style.shorten(level, 18)} ({len(chosen)})")
    # Beside the points, not among them.
    place: Any = {"loc": "upper left", "bbox_to_anchor": (1, 1), "borderaxespad": 0}
    axes.legend(handles, labels, fontsize=7, handletextpad=0.1, **place)
    axes.set_title(style.shorten(covariate.label), fontsize=8.5)
    axes.margins(0.08)


def _centres(covariate: Covariate, points: tuple[tuple[float, float], ...]) -> str:
    """Say where the samples of each value lie."""
    said = []
    for level in _levels(covariate):
        chosen = [xy for xy, v in zip(points, covariate.values, strict=True) if v == level]
        x, y = (sum(values) / len(chosen) for values in zip(*chosen, strict=True))
        n = formats.count(len(chosen))
        said.append(f"{n} {level} around {formats.points(x / 100)}, {formats.points(y / 100)}")
    return f"Scatter plot by {covariate.label}: {', '.join(said)}"
