"""Figures of the genes that differ most: the heat map, and how stable the list of them is."""

from typing import Any

from pipeline.records.genes import HeatMap, ListStability
from pipeline.results import Results
from report import formats
from report.csvfile import Cell
from report.figures import style
from report.figures.style import Numbers, Picture

MAX_HEIGHT_MM = 195  # a page holds this and a caption
MAX_LEGEND_CLASSES = 4  # with more the legend covers the points
_DRAWN = (
    ("bootstrap", style.MODEL_STYLES[1][0], "o", "bootstraps"),
    ("folds", style.BASELINE, "D", "cross-validation folds"),
)
TOP = 1.04  # of the axis of shares: a point at 1 is not cut
MAX_NAMED = 12  # genes, in the caption
MAX_SHOWN = 150  # genes, in the panel of the selection frequencies


def heat_map(results: Results) -> Picture:
    """Draw the top genes of every class over all samples.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    Picture
        Rows genes, columns samples, grouped by split and class.
    """
    record = results.genes.heat_map
    figure = style.canvas(style.COLUMN_MM, min(22 + 2.4 * len(record.gene_ids), MAX_HEIGHT_MM))
    axes = figure.subplots()
    image = axes.imshow(
        record.z,
        cmap="RdBu_r",
        vmin=-record.limit,
        vmax=record.limit,
        aspect="auto",
        interpolation="none",
    )
    names = [style.shorten(gene, 24) for gene in record.gene_ids]
    axes.set_yticks(range(len(names)), names, fontsize=5.4)
    axes.tick_params(axis="y", length=0, pad=2)
    _groups(axes, results, record)
    axes.spines[:].set_visible(False)
    bar = figure.colorbar(image, ax=axes, shrink=0.25, aspect=14, pad=0.02, anchor=(0, 1))
    bar.set_label("standard deviations", fontsize=7.5)
    bar.outline.set_visible(False)
    bar.ax.tick_params(labelsize=7)
    return Picture(
        key="heat-map",
        title="Genes that differ most between the classes",
        caption=_caption(results, record),
        alt=_alt(results, record),
        svg=style.to_svg(figure),
        data=Numbers(
            columns=("gene", "high in", *record.sample_ids),
            rows=tuple(
                (gene, results.data.classes[high_in].label, *z)
                for gene, high_in, z in zip(record.gene_ids, record.high_in, record.z, strict=True)
            ),
        ),
    )


def stability(results: Results) -> Picture | None:
    """Draw how often genes are listed again, and how stable lists of other sizes are.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    Picture or None
        None without bootstraps.
    """
    own = results.genes.stability.of("bootstrap")
    if own is None:
        return None
    figure = style.canvas(style.COLUMN_MM, 60)
    left, right = figure.subplots(1, 2, width_ratios=(1.35, 1))
    _frequencies(left, results, own)
    _by_size(right, results)
    return Picture(
        key="stability",
        title="How stable the list of genes is",
        caption=_stability_caption(results, own),
        alt=_stability_alt(results, own),
        svg=style.to_svg(figure),
        data=_stability_numbers(results, own),
    )


def _sorted_frequencies(results: Results, own: ListStability) -> list[tuple[float, int, bool]]:
    """Frequency, class and whether the report lists it, of the genes listed most often."""
    return [row[1:] for row in _listed_most(results, own)]


def _listed_most(results: Results, own: ListStability) -> list[tuple[str, float, int, bool]]:
    """Name, frequency, class and whether the report lists it, of the same genes."""
    table, listed = results.genes.table, set(results.genes.heat_map.gene_ids)
    rows = [
        (gene, frequency, high_in, gene in listed)
        for gene, high_in, frequency in zip(
            table.ids, table.high_in, table.selection_frequency, strict=True
        )
        if frequency
    ]
    rows.sort(key=lambda row: -row[1])
    return rows[: min(MAX_SHOWN, 2 * own.n_listed)]


def _frequencies(axes: Any, results: Results, own: ListStability) -> None:
    """Draw the selection frequencies, falling; what the report lists is filled."""
    rows = _sorted_frequencies(results, own)
    entries: dict[int, tuple[Any, str]] = {}
    for position, summary in enumerate(results.data.classes):
        colour, marker = style.class_style(position)
        for is_listed in (True, False):
            points = [
                (place, 100 * frequency)
                for place, (frequency, high_in, listed) in enumerate(rows, start=1)
                if (high_in, listed) == (position, is_listed)
            ]
            if not points:
                continue
            drawn = axes.scatter(
                *zip(*points, strict=True),
                s=18,
                marker=marker,
                facecolors=colour if is_listed else "none",
                edgecolors="white" if is_listed else colour,
                linewidths=0.3 if is_listed else 0.8,
            )
            # The caption says what is filled and what is open.
            entries.setdefault(position, (drawn, f"high in {style.shorten(summary.label, 16)}"))
    _limit(axes, 100 * results.genes.stability.steady_share)
    axes.set_ylim(0, 100 * TOP)
    axes.set_xlabel("genes, by selection frequency")
    axes.set_ylabel(f"share of {own.n_lists} bootstraps that list it (%)")
    axes.set_title(f"Lists of {own.n_listed} genes")
    if len(results.data.classes) <= MAX_LEGEND_CLASSES:
        # Below the dashed line, above the points.
        axes.legend(
            *zip(*entries.values(), strict=True),
            fontsize=7,
            handletextpad=0.1,
            labelspacing=0.25,
            loc="upper right",
            bbox_to_anchor=(1, results.genes.stability.steady_share / TOP),
        )


def _by_size(axes: Any, results: Results) -> None:
    """Draw the stability against the size of the list, with intervals."""
    record = results.genes.stability
    for resampling, colour, marker, name in _DRAWN:
        points = [
            (drawn.n_listed, drawn.stability, drawn.interval)
            for drawn in record.lists
            if drawn.resampling == resampling and drawn.interval and drawn.stability is not None
        ]
        if points:
            axes.errorbar(
                [n for n, _, _ in points],
                [value for _, value, _ in points],
                yerr=[
                    [value - interval.low for _, value, interval in points],
                    [interval.high - value for _, value, interval in points],
                ],
                color=colour,
                marker=marker,
                markersize=4.5,
                linewidth=1.1,
                capsize=2.5,
                label=name,
            )
    sizes = sorted({drawn.n_listed for drawn in record.lists})
    for limit, word, side in (
        (record.poor_below, "poor", "top"),
        (record.excellent_above, "excellent", "bottom"),
    ):
        _limit(axes, limit)
        axes.text(sizes[0], limit, word, va=side, fontsize=7.5, color=style.MUTED)
    axes.set_xscale("log")
    axes.set_xticks(sizes, [str(n) for n in sizes])
    axes.minorticks_off()
    axes.set_ylim(0, 1.02)
    axes.set_xlabel("genes in the list")
    axes.set_ylabel("stability")
    axes.set_title("Lists of other sizes")
    if axes.get_legend_handles_labels()[0]:  # none where no list of a size has an interval
        axes.legend(loc="best")


def _limit(axes: Any, y: float) -> None:
    """Draw a level that the caption explains."""
    axes.axhline(y, color=style.BASELINE, linewidth=0.8, linestyle=(0, (4, 3)), zorder=0)


def _stability_caption(results: Results, own: ListStability) -> str:
    """Say what is drawn, how it was drawn, and what the bars are."""
    record, n = results.genes.stability, results.genes.n_samples
    shown = formats.count(len(_sorted_frequencies(results, own)))
    return (
        f"Left: the {shown} genes that were listed most often when the {n} training samples were "
        f"drawn with replacement {own.n_lists} times, each class to its own size; filled: in the "
        "list of this report, open: not. The dashed line is at "
        f"{formats.percent(record.steady_share)}{_steady_names(results, own)}. Right: stability "
        "(Nogueira, Sechidis and Brown) of lists of the best genes of each class; bars: 95 % "
        f"interval for the number of lists, not for other {results.study.sample_noun_plural}; "
        "dashed lines: poor below "
        f"{formats.number(record.poor_below)}, excellent above "
        f"{formats.number(record.excellent_above)}. Folds share most of their samples, and flatter."
    )


def _stability_numbers(results: Results, own: ListStability) -> Numbers:
    """Give the genes and their frequencies, then the stability of lists of each size."""
    rows: list[tuple[Cell, ...]] = [
        (gene, results.data.classes[high_in].label, "yes" if listed else "no", frequency)
        for gene, frequency, high_in, listed in _listed_most(results, own)
    ]
    rows = [(*row, None, None, None, None, None) for row in rows]
    rows += [
        (
            *(None, None, None, None),
            drawn.resampling,
            drawn.n_listed,
            drawn.stability,
            drawn.interval.low if drawn.interval else None,
            drawn.interval.high if drawn.interval else None,
        )
        for drawn in results.genes.stability.lists
    ]
    columns = ("gene", "high in", "listed", "selection frequency")
    sizes = ("drawn again by", "genes in the list", "stability", "low", "high")
    return Numbers(columns=columns + sizes, rows=tuple(rows))


def _steady_names(results: Results, own: ListStability) -> str:
    """Name the genes above the line, where they are few."""
    if not 0 < own.n_steady <= MAX_NAMED:
        return ""
    table = results.genes.table
    rows = [
        (frequency, style.shorten(gene))
        for gene, frequency in zip(table.ids, table.selection_frequency, strict=True)
        if frequency and frequency >= results.genes.stability.steady_share
    ]
    rows.sort(key=lambda row: -row[0])
    return f", which {formats.names([gene for _, gene in rows])} reach"


def _stability_alt(results: Results, own: ListStability) -> str:
    """Say how fast the frequencies fall, and how the stability changes with size."""
    rows = _sorted_frequencies(results, own)
    sizes = [d for d in results.genes.stability.lists if d.resampling == "bootstrap"]
    by_size = ", ".join(
        f"{formats.decimal(drawn.stability)} for {drawn.n_listed} genes" for drawn in sizes
    )
    folds = results.genes.stability.of("folds")
    return (
        f"Left, selection frequencies that fall from {formats.percent(rows[0][0])} to "
        f"{formats.percent(rows[-1][0])} over {formats.count(len(rows))} genes; "
        f"{own.n_steady} reach "
        f"{formats.percent(results.genes.stability.steady_share)}. Right, stability over "
        f"bootstraps: {by_size}"
        + (f"; over folds {formats.decimal(folds.stability)}" if folds else "")
        + "."
    )


def _groups(axes: Any, results: Results, record: HeatMap) -> None:
    """Mark the groups of samples above, and the groups of genes by a line."""
    samples = {sample.id: sample for sample in results.data.samples}
    groups: list[tuple[str, str, int]] = []
    for sample_id in record.sample_ids:
        sample = samples[sample_id]
        if groups and groups[-1][:2] == (sample.label, sample.partition):
            groups[-1] = (*groups[-1][:2], groups[-1][2] + 1)
        else:
            groups.append((sample.label, sample.partition, 1))
    labels = [summary.label for summary in results.data.classes]
    start, ticks, names = 0, [], []
    for label, partition, n in groups:
        colour, _ = style.class_style(labels.index(label))
        axes.plot(
            [start - 0.4, start + n - 0.6],
            [-1.1, -1.1],
            color=colour,
            linewidth=4,
            alpha=1.0 if partition == "train" else 0.55,
            solid_capstyle="butt",
            clip_on=False,
        )
        ticks.append(start + (n - 1) / 2)
        part = "\ntraining" if partition == "train" else "\ntest"
        names.append(style.shorten(label, 14) + (part if results.data.n_test else ""))
        start += n
        if start < len(record.sample_ids):
            axes.axvline(start - 0.5, color="white", linewidth=1.6)
    for row in range(1, len(record.high_in)):
        if record.high_in[row] != record.high_in[row - 1]:
            axes.axhline(row - 0.5, color="white", linewidth=1.6)
    narrowest = min(n for _, _, n in groups) / len(record.sample_ids)
    crowded = narrowest < max(len(line) for name in names for line in name.split("\n")) / 100
    axes.set_xticks(ticks, names, fontsize=7.5, rotation=90 if crowded else 0)
    axes.xaxis.tick_top()
    axes.tick_params(axis="x", length=0, pad=9)
    axes.set_ylim(len(record.gene_ids) - 0.5, -0.5)


def _caption(results: Results, record: HeatMap) -> str:
    """Say what is drawn, and the warning that belongs to it."""
    genes, columns = results.genes, results.study.sample_noun_plural
    trained_on = "training samples" if results.data.n_test else "samples"
    warning = (
        "a clear picture of the training samples would arise from random data too; only the test "
        "samples show whether it holds."
        if results.data.n_test
        else "a clear picture would arise from random data too."
    )
    return (
        "The genes of each class with the highest signal-to-noise score, up to "
        f"{genes.n_per_class}, on the {genes.n_samples} {trained_on}; columns are {columns}. "
        f"Values ({genes.scale}) in standard deviations from the gene's mean over the "
        f"{trained_on}, colours end at ±{formats.number(record.limit)}. The genes were chosen by "
        f"these very labels: {warning}"
    )


def _alt(results: Results, record: HeatMap) -> str:
    """Say how the blocks differ."""
    samples = {sample.id: sample for sample in results.data.samples}
    sentences = []
    for position, summary in enumerate(results.data.classes):
        rows = [z for z, k in zip(record.z, record.high_in, strict=True) if k == position]
        for part, name in (("train", "training"), ("test", "test")):
            inside: list[float] = []
            outside: list[float] = []
            for row in rows:
                for value, sample_id in zip(row, record.sample_ids, strict=True):
                    sample = samples[sample_id]
                    if sample.partition == part:
                        (inside if sample.label == summary.label else outside).append(value)
            if inside and outside:
                sentences.append(
                    f"genes high in {summary.label} average "
                    f"{formats.decimal(sum(inside) / len(inside))} in {summary.label} and "
                    f"{formats.decimal(sum(outside) / len(outside))} in other {name} samples"
                )
    return (
        f"Heat map of {formats.count(len(record.gene_ids))} genes by "
        f"{formats.count(len(record.sample_ids))} samples in blocks, "
        f"in standard deviations: {'; '.join(sentences)}."
    )
