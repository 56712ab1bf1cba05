"""Figure of the errors of all models, by whether training has seen the like of a sample."""

from typing import Any

from pipeline.records.strata import Strata
from pipeline.results import Results
from report import formats
from report.figures import style
from report.figures.style import Numbers, Picture

SIDES = ("shared with training, same class", "not shared")
"""What the two kinds of points are called."""


def by_source(results: Results) -> Picture | None:
    """Draw each model's share of errors on samples seen in training and on others.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    Picture or None
        One row a model; None where nothing is known of the samples, or where training has seen
        the like of all or of none.
    """
    record = next((r for r in results.strata if r.seen and r.unseen), None)
    if record is None or record.seen is None or record.unseen is None:
        return None
    protocol = results.protocol(record.protocol)
    numbers = (record.seen.n_predictions, record.unseen.n_predictions)
    rows = [(results.model(m.key).label, (m.n_wrong_seen, m.n_wrong_unseen)) for m in record.models]
    figure = style.canvas(style.COLUMN_MM, 26 + 4.7 * len(rows))
    axes: Any = figure.subplots()
    for row, (_, wrong) in enumerate(rows):
        shares = [w / n for w, n in zip(wrong, numbers, strict=True)]
        axes.hlines(row, *sorted(shares), color=style.RULE, linewidth=1.5)
        for side, share in enumerate(shares):
            axes.plot(
                share,
                row,
                marker=("o", "^")[side],
                markersize=6,
                linestyle="none",
                markerfacecolor="white" if side == 0 else style.MARK,
                markeredgecolor=(style.CLASS_COLOURS[0], style.MARK)[side],
                label=f"{SIDES[side]} (n = {numbers[side]})" if row == 0 else None,
                clip_on=False,
            )
    axes.set_yticks(range(len(rows)), [label for label, _ in rows])
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xlim(0, 1)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color=style.RULE, linewidth=0.5)
    axes.set_axisbelow(True)
    axes.set_xlabel("share of wrong predictions")
    figure.legend(loc="outside upper center", ncols=2, frameon=False, fontsize=8)
    return Picture(
        key="errors-by-source",
        title=f"Errors of every model by {record.covariate}: {formats.inline(protocol.label)}",
        caption=f"Circles: held-out {results.study.sample_noun_plural} that share their "
        f"{record.covariate} with training {results.study.sample_noun_plural} of the same class; "
        f"triangles: those that do not. {_summed(results, record)}",
        alt="Dot plot, one row a model. "
        + "; ".join(
            f"{label}: {wrong[0]} of {numbers[0]} wrong where shared, {wrong[1]} of {numbers[1]} "
            "where not"
            for label, wrong in rows
        )
        + ".",
        svg=style.to_svg(figure),
        data=Numbers(
            columns=("model", "kind", "errors", "predictions"),
            rows=tuple(
                (label, SIDES[side], wrong[side], numbers[side])
                for label, wrong in rows
                for side in (0, 1)
            ),
        ),
    )


def _summed(results: Results, record: Strata) -> str:
    """Add up the errors of the models, the baseline left out."""
    models = [m for m in record.models if not results.model(m.key).is_baseline]
    seen, unseen = sum(m.n_wrong_seen for m in models), sum(m.n_wrong_unseen for m in models)
    return (
        f"Of {formats.count(seen + unseen)} errors of all models but the baseline "
        f"{formats.count(unseen)} fall on the latter."
    )
