"""Figures of the scores: accuracies with intervals, confusion matrices, ROC curves."""

from math import ceil
from textwrap import fill
from typing import Any

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from pipeline.records.models import Evaluation, Protocol
from pipeline.results import Results
from report import formats
from report.figures import style
from report.figures.style import Numbers, Picture

MAX_CLASSES_OF_ALL = 6  # with more, the matrices of all models would be too small to read
NAME_PT = 8.0  # size of the names of classes
GAP_PT = 10.0  # between two matrices
HEAD_PT = 34.0  # of the name of a model above its matrix, three lines
MAX_CELL_PT = 22.0
MAX_ACROSS = 7  # more matrices than that would be narrower than the names of models


def accuracies(results: Results, protocols: tuple[Protocol, ...], *, key: str) -> Picture | None:
    """Draw every model's accuracy and interval, a panel for each protocol.

    Parameters
    ----------
    results : Results
        The results object.
    protocols : tuple of Protocol
        The protocols.
    key : str
        The figure's key.

    Returns
    -------
    Picture or None
        None without a protocol.
    """
    if not protocols:
        return None
    figure = style.canvas(style.COLUMN_MM, 24 + 4.7 * len(results.models))
    panels: Any = figure.subplots(1, len(protocols), sharey=True, squeeze=False)[0]
    low = min(e.accuracy_interval.low for p in protocols for e in results.of_protocol(p.key))
    width = 60 // len(protocols)  # characters that fit above a panel
    for axes, protocol in zip(panels, protocols, strict=True):
        _forest(axes, results, protocol)
        axes.set_xlim(max(0.0, low - 0.05), 1.015)
        axes.set_title(f"{fill(protocol.label, width)}\n{_sizes(protocol)}", fontsize=8.5)
    panels[0].set_yticks(range(len(results.models)), [model.label for model in results.models])
    figure.supxlabel("accuracy, with 95 % interval", fontsize=8.5)
    has_baseline = any(model.is_baseline for model in results.models)
    dashed = "Dashed line: always naming the largest class. " if has_baseline else ""
    drawn = results.primary.protocol in {protocol.key for protocol in protocols}
    filled = "Filled point: the evaluation of the headline. " if drawn else ""
    several = (
        "Protocols hold out different samples and are not to be compared point by point."
        if len(protocols) > 1
        else ""
    )
    return Picture(
        key=key,
        title=f"Accuracy of every model: {', '.join(formats.inline(p.label) for p in protocols)}",
        caption="Points: accuracy on held-out samples; bars: 95 % intervals (methods in the tables "
        "of each protocol); at the right: wrong predictions of all, repeats summed. "
        f"{dashed}{filled}{several}".rstrip(),
        alt=_accuracies_alt(results, protocols),
        svg=style.to_svg(figure),
        data=Numbers(
            columns=("protocol", "model", "accuracy", "low", "high", "errors", "predictions"),
            rows=tuple(
                (
                    protocol.label,
                    results.model(e.model).label,
                    e.accuracy,
                    e.accuracy_interval.low,
                    e.accuracy_interval.high,
                    e.n_errors,
                    e.n_predictions,
                )
                for protocol in protocols
                for e in results.of_protocol(protocol.key)
            ),
        ),
    )


def _forest(axes: Any, results: Results, protocol: Protocol) -> None:
    """Draw one protocol's accuracies in the order of the models."""
    baseline = {model.key for model in results.models if model.is_baseline}
    for row, evaluation in enumerate(results.of_protocol(protocol.key)):
        colour = style.BASELINE if evaluation.model in baseline else style.CLASS_COLOURS[0]
        primary = evaluation.key == results.primary_evaluation
        interval = evaluation.accuracy_interval
        axes.hlines(row, interval.low, interval.high, color=colour, linewidth=1.5)
        axes.plot(
            evaluation.accuracy,
            row,
            marker="o",
            markersize=5,
            markerfacecolor=colour if primary else "white",
            markeredgecolor=colour,
            markeredgewidth=1.3,
        )
        axes.text(
            1.02,
            row,
            f"{evaluation.n_errors}/{evaluation.n_predictions}",
            transform=axes.get_yaxis_transform(),
            va="center",
            fontsize=7,
            color=style.MUTED,
        )
        if evaluation.model in baseline:
            axes.axvline(
                evaluation.accuracy, color=style.BASELINE, linestyle="--", linewidth=0.9, zorder=0
            )
    axes.grid(axis="x", color=style.RULE, linewidth=0.5)
    axes.tick_params(axis="y", length=0)
    axes.set_axisbelow(True)
    axes.set_ylim(len(results.models) - 0.5, -0.5)
    axes.xaxis.set_major_locator(MaxNLocator(4, prune="lower"))


def _sizes(protocol: Protocol) -> str:
    """Say how many samples a protocol holds out."""
    n = len(protocol.sample_ids)
    if protocol.design == "split":
        return f"{protocol.n_train} train, n = {n}"
    if protocol.design == "repeated":
        return f"{protocol.n_repeats} × {formats.counted(protocol.n_folds, 'folds')}, n = {n}"
    return f"{formats.counted(protocol.n_folds, 'folds')}, n = {n}"


def _accuracies_alt(results: Results, protocols: tuple[Protocol, ...]) -> str:
    """Say who stands lowest and highest, and where the baseline is."""
    sentences = []
    for protocol in protocols:
        scored = results.of_protocol(protocol.key)
        best = max(scored, key=lambda evaluation: evaluation.accuracy)
        worst = min(scored, key=lambda evaluation: evaluation.accuracy)
        sentences.append(
            f"{protocol.label}: from {formats.decimal(worst.accuracy)} "
            f"({results.model(worst.model).label}) to {formats.decimal(best.accuracy)} "
            f"({results.model(best.model).label}, "
            f"interval {formats.interval(best.accuracy_interval)})"
        )
    return f"Dot plot of accuracies with interval bars. {'; '.join(sentences)}."


def confusions(results: Results, protocol: Protocol) -> Picture:
    """Draw the confusion matrix of every model under one protocol.

    Parameters
    ----------
    results : Results
        The results object.
    protocol : Protocol
        The protocol.

    Returns
    -------
    Picture
        One small matrix a model.
    """
    scored = results.of_protocol(protocol.key)
    n_classes = len(results.data.classes)
    many = n_classes > MAX_CLASSES_OF_ALL
    if many:
        primary = results.primary.model
        scored = tuple(e for e in scored if e.model == primary)
    figure = _matrices(results, scored, protocol.n_repeats)
    per_repeat = (
        f"Counts are means over the {protocol.n_repeats} repeats; rows sum to the number of "
        "samples of the class."
        if protocol.n_repeats > 1
        else "Counts of held-out samples."
    )
    shown = (
        f"With {formats.count(n_classes)} classes only the model of the headline is drawn; "
        "results.json has the counts of all. "
        if many
        else ""
    )
    return Picture(
        key=f"confusion-{protocol.key}",
        title=f"Confusion matrices: {formats.inline(protocol.label)}",
        caption=f"Rows: true class; columns: predicted class. {per_repeat} {shown}Darker: a larger "
        "share of the true class.",
        alt=_confusions_alt(results, scored, protocol),
        svg=style.to_svg(figure),
        data=Numbers(
            columns=("model", "true class", "predicted class", "predictions", "repeats"),
            rows=tuple(
                (results.model(e.model).label, true.label, called.label, n, protocol.n_repeats)
                for e in scored
                for true, row in zip(results.data.classes, e.confusion, strict=True)
                for called, n in zip(results.data.classes, row, strict=True)
            ),
        ),
    )


def _matrices(results: Results, scored: tuple[Evaluation, ...], n_repeats: int) -> Figure:
    """Draw matrices side by side, in points from the upper left corner of one pair of axes.

    Axes of its own for each would take matplotlib ten times as long.
    """
    n = len(results.data.classes)
    length = 12 if n <= MAX_CLASSES_OF_ALL else 28
    names = [style.shorten(summary.label, length) for summary in results.data.classes]
    longest = NAME_PT * max(style.text_width(name) for name in names)
    # Two short names fit side by side; more would overprint each other.
    turn = 90 if n > 2 or max(map(len, names)) > 7 else 0
    left, below = longest + 18, longest + 8 if turn else 16
    width, tallest = style.points(style.COLUMN_MM), style.points(style.MAX_HEIGHT_MM)

    def largest(across: int) -> float:
        down = ceil(len(scored) / across)
        wide = (width - left - GAP_PT * across) / (across * n)
        return min(wide, (tallest - HEAD_PT * down - below) / (down * n), MAX_CELL_PT)

    across = max(range(min(MAX_ACROSS, len(scored)), 0, -1), key=largest)
    cell, down = largest(across), ceil(len(scored) / across)
    figure, axes = style.blank(width, down * (HEAD_PT + n * cell) + below)
    for position, evaluation in enumerate(scored):
        row, column = divmod(position, across)
        x, y = left + column * (n * cell + GAP_PT), (row + 1) * HEAD_PT + row * n * cell
        _matrix(axes, evaluation, n_repeats, x=x, y=y, cell=cell)
        axes.text(x, y - 5, fill(results.model(evaluation.model).label, 17), fontsize=7.5)
        for name, middle in ((name, (k + 0.5) * cell) for k, name in enumerate(names)):
            if column == 0:
                axes.text(x - 4, y + middle, name, ha="right", va="center", fontsize=NAME_PT)
            if position + across >= len(scored):
                place = {"ha": "center", "va": "top", "rotation": turn, "fontsize": NAME_PT}
                axes.text(x + middle, y + n * cell + 4, name, **place)
        if column == 0:
            place = {"ha": "left", "va": "center", "rotation": 90, "fontsize": NAME_PT}
            axes.text(0, y + n * cell / 2, "true class", **place)
    return figure


def _matrix(
    axes: Any, evaluation: Evaluation, n_repeats: int, *, x: float, y: float, cell: float
) -> None:
    """Draw one matrix: counts as text, shares of the true class as shade."""
    shares = [[n / max(sum(row), 1) for n in row] for row in evaluation.confusion]
    right, bottom = x + cell * len(shares), y + cell * len(shares)
    axes.imshow(
        shares, cmap="Blues", vmin=0, vmax=1.25, interpolation="none", extent=(x, right, bottom, y)
    )
    for i, row in enumerate(evaluation.confusion):
        for j, n in enumerate(row):
            axes.text(
                x + (j + 0.5) * cell,
                y + (i + 0.5) * cell,
                f"{n / n_repeats:.1f}" if n_repeats > 1 else str(n),
                ha="center",
                va="center",
                fontsize=min(8, 0.45 * cell),
                color="white" if shares[i][j] > 0.6 else style.ON_FILL,
            )


def _confusions_alt(results: Results, scored: tuple[Evaluation, ...], protocol: Protocol) -> str:
    """Say what each model confuses."""
    names = [summary.label for summary in results.data.classes]
    sentences = []
    for evaluation in scored:
        mistaken = [
            f"{formats.number(n / protocol.n_repeats)} {names[i]} called {names[j]}"
            for i, row in enumerate(evaluation.confusion)
            for j, n in enumerate(row)
            if i != j and n
        ]
        sentences.append(
            f"{results.model(evaluation.model).label}: {', '.join(mistaken) or 'no error'}"
        )
    return f"{formats.count(len(scored))} matrices of counts. {'; '.join(sentences)}."


def roc(results: Results) -> Picture | None:
    """Draw ROC curves for every protocol that has them.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    Picture or None
        None if no protocol has both classes among samples that one model scored. With more
        than two classes the curves are those of the headline's model.
    """
    protocols = [
        protocol
        for protocol in results.ran
        if any(evaluation.roc for evaluation in results.of_protocol(protocol.key))
    ]
    if not protocols:
        return None
    figure, panels = style.panels(
        len(protocols), columns=3, height_mm=64 if len(protocols) > 2 else 118
    )
    entries: dict[str, Any] = {}
    for axes, protocol in zip(panels, protocols, strict=True):
        entries |= _curves(axes, results, protocol)
    panels[0].set_ylabel("true positive rate")
    figure.legend(list(entries.values()), list(entries), loc="outside lower left", ncols=3)
    positive = results.data.positive_class
    what = (
        f"One curve for each model, the baseline left out; positive class: {positive}."
        if len(results.data.classes) == 2
        else "One curve for each class against the rest, for the model of the headline."
    )
    return Picture(
        key="roc",
        title="Receiver operating characteristic curves",
        caption=f"{what} Diagonal: no information. The area under a curve says how well a model "
        "ranks the samples, not whether its threshold is right.",
        alt=_roc_alt(results, protocols),
        svg=style.to_svg(figure),
        data=Numbers(
            columns=("protocol", "curve", "false positive rate", "true positive rate"),
            rows=tuple(
                (protocol.label, name, x, y)
                for protocol in protocols
                for name, curve in _named_curves(results, protocol)
                for x, y in zip(curve.false_positive_rate, curve.true_positive_rate, strict=True)
            ),
        ),
    )


def _curves(axes: Any, results: Results, protocol: Protocol) -> dict[str, Any]:
    """Draw one protocol's curves, the same name in the same style; give the legend's entries."""
    axes.plot([0, 1], [0, 1], color=style.RULE, linewidth=0.9)
    entries = {}
    for name, (colour, dashes, width), curve in _styled(results, protocol):
        (entries[style.shorten(name, 36)],) = axes.step(
            curve.false_positive_rate,
            curve.true_positive_rate,
            where="post",
            color=colour,
            linestyle=dashes,
            linewidth=width,
        )
    axes.set_title(f"{protocol.label}\nn = {len(protocol.sample_ids)}", fontsize=8.5)
    axes.set_xlabel("false positive rate")
    axes.set_box_aspect(1)
    axes.set_xticks([0, 0.5, 1])
    axes.set_yticks([0, 0.5, 1])
    axes.set_xlim(-0.02, 1.02)
    axes.set_ylim(-0.02, 1.02)
    return entries


def _named_curves(results: Results, protocol: Protocol) -> list[tuple[str, Any]]:
    """Pair the curves of a protocol with the model, or with the class against the rest."""
    if len(results.data.classes) > 2:
        return [(name, curve) for name, _, curve in _styled(results, protocol)]
    scored = results.of_protocol(protocol.key, baseline=False)
    return [(results.model(e.model).label, curve) for e in scored for curve in e.roc]


def _styled(results: Results, protocol: Protocol) -> list[tuple[str, tuple[str, str, float], Any]]:
    """Pair the curves of a protocol with a name and a look.

    More models than there are looks cannot be told apart: then that of the headline stands out
    and is drawn last.
    """
    primary = results.primary.model
    if len(results.data.classes) > 2:
        of = next(e for e in results.of_protocol(protocol.key) if e.model == primary)
        return [(curve.label, style.line(k), curve) for k, curve in enumerate(of.roc)]
    scored = results.of_protocol(protocol.key, baseline=False)
    if len(scored) <= len(style.MODEL_STYLES):
        return [
            (results.model(e.model).label, style.line(k), curve)
            for k, e in enumerate(scored)
            for curve in e.roc
        ]
    drawn = {primary: (results.model(primary).label, style.line(1))}
    others = ("other models", (style.BACKDROP, "-", 0.8))
    return [
        (*drawn.get(e.model, others), curve)
        for e in sorted(scored, key=lambda e: e.model == primary)
        for curve in e.roc
    ]


def _roc_alt(results: Results, protocols: list[Protocol]) -> str:
    """Say the areas under the curves."""
    sentences = []
    for protocol in protocols:
        scored = results.of_protocol(protocol.key, baseline=False)
        areas = ", ".join(
            f"{results.model(e.model).label} {formats.decimal(e.roc_auc)}" for e in scored
        )
        sentences.append(f"{protocol.label}, areas under the curves: {areas}")
    return f"Step curves of true against false positive rate. {'. '.join(sentences)}."
