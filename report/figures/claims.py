"""Figures of published figures put to the test: where a claim lies among re-runs."""

from collections import Counter
from textwrap import fill
from typing import Any

from matplotlib.ticker import MaxNLocator

from pipeline.records.claims import Claim, Distribution, StatedFigure
from pipeline.results import Results
from report import formats
from report.figures import style
from report.figures.style import Numbers, Picture

BAR = 0.02
"""Width of a bar where many values would lie closer together."""


def spread(results: Results, claim: Claim) -> Picture | None:
    """Draw the first reported figure among those of many seeds.

    Parameters
    ----------
    results : Results
        The results object.
    claim : Claim
        The claim.

    Returns
    -------
    Picture or None
        A panel for each way of joining labels and model; None where nothing was repeated.
    """
    rows = [("labels by name", one) for one in claim.rerun.distributions]
    if claim.reproducing:
        label = formats.inline(claim.reproducing.label)
        rows += [(label, one) for one in claim.reproducing.distributions]
    if not rows:
        return None
    models = {model.key: model.label for model in claim.models}
    figure, panels = style.panels(
        len(rows), columns=len(claim.models), height_mm=33, sharex=True, sharey=True
    )
    stated, name = claim.figures[0], formats.figure_name(claim.figures[0])
    for axes, (label, one) in zip(panels, rows, strict=True):
        _bars(axes, one, stated)
        axes.set_title(f"{fill(models[one.key], 40)}\n{fill(label, 48)}", fontsize=7.5)
    figure.supxlabel(style.shorten(name), fontsize=8.5)
    figure.supylabel("seeds", fontsize=8.5)
    return Picture(
        key=f"spread-{claim.key}",
        title=f"The reported {style.shorten(name)} among re-runs",
        caption=f"Grey: how many of {formats.counted(rows[0][1].n_seeds, 'seeds')} gave which "
        f"{name}, each holding out other samples. Orange: the reported "
        f"{stated.text}, as wide as what prints so.",
        alt=f"Histograms of the {name} over seeds, the reported {stated.text} marked. "
        + "; ".join(f"{models[one.key]}, {label}: {_said(one)}" for label, one in rows)
        + ".",
        svg=style.to_svg(figure),
        data=Numbers(
            columns=("labels and model", "model", name, "seeds"),
            rows=tuple(
                (label, models[one.key], round(BAR * place, 2), n)
                for label, one in rows
                for place, n in sorted(_counts(one).items())
            ),
        ),
    )


def _bars(axes: Any, one: Distribution, stated: StatedFigure) -> None:
    """Draw the values of many seeds, and the range of the reported one."""
    counts = _counts(one)
    axes.axvspan(stated.low, stated.high, color=style.MARK, alpha=0.9, linewidth=0, zorder=3)
    axes.bar(
        [BAR * place for place in counts],
        list(counts.values()),
        width=2 * BAR,
        color=style.BACKDROP,
        linewidth=0,
    )
    axes.set_xlim(0, 1.03)
    axes.yaxis.set_major_locator(MaxNLocator(3, integer=True))


def _counts(one: Distribution) -> Counter[int]:
    """Count the seeds of each bar."""
    return Counter(round(value / BAR) for value in one.values)


def _said(one: Distribution) -> str:
    """Say where the values lie."""
    return (
        f"{one.n_within} of {one.n_seeds} as reported, {one.n_below} below, {one.n_above} above, "
        f"from {formats.decimal(min(one.values))} to {formats.decimal(max(one.values))}"
    )
