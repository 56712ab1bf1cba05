"""The heat map of the genes that differ most between the classes."""

from typing import Any

from pipeline.records.genes import HeatMap
from pipeline.results import Results
from report import formats
from report.figures import style
from report.figures.style import Picture

MAX_HEIGHT_MM = 195  # a page holds this and a caption


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
    figure = style.canvas(style.COLUMN_MM, min(24 + 3.3 * len(record.gene_ids), MAX_HEIGHT_MM))
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
    axes.set_yticks(range(len(names)), names, fontsize=5.8)
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
        f"Heat map of {len(record.gene_ids)} genes by {len(record.sample_ids)} samples in blocks, "
        f"in standard deviations: {'; '.join(sentences)}."
    )
