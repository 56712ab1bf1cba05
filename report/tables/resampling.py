"""Tables of what the scores rest on: permuted labels, sample sizes, preprocessing, a leak."""

from dataclasses import replace

from pipeline.records.models import (
    Evaluation,
    LeakyTwin,
    LearningCurve,
    Protocol,
    VariantEvaluation,
)
from pipeline.results import Results
from report import formats
from report.selection import in_brief, in_full
from report.tables.record import Table, columns


def permutations(results: Results) -> Table | None:
    """Show the permutation test of every model.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    Table or None
        One row a model, with the reason where there was none; None without any.
    """
    if not results.permutations:
        return None
    rows = []
    for record in results.permutations:
        mean = sum(record.null) / len(record.null) if record.null else None
        rows.append(
            (
                results.model(record.key).label,
                formats.UNDEFINED
                if record.not_run
                else f"{formats.count(record.n_errors)} of {formats.count(record.n_predictions)}",
                "" if mean is None else formats.mean(mean),
                formats.count(min(record.null)) if record.null else "",
                formats.count(record.n_permutations),
                formats.floor(record.p_value)
                if record.p_value == record.smallest_p
                else formats.p_value(record.p_value),
                formats.floor(record.smallest_p),
                f"not run: {record.not_run}" if record.not_run else "",
            )
        )
    return Table(
        key="permutations",
        caption="Errors with the real labels and with permuted ones.",
        columns=columns(
            "Model",
            "*Errors",
            "*Mean with permuted labels",
            "*Fewest",
            "*Permutations B",
            "*p",
            "*Smallest p possible",
            "Remark",
        ),
        rows=tuple(rows),
        note="p = (b + 1) / (B + 1), where b counts the permutations with no more errors than the "
        "real labels. The smallest p possible is 1 / (B + 1): a p at that bound says that no "
        "permutation did as well, not how much better the real labels are."
        + (FEWER if len({r.n_permutations for r in results.permutations if r.null}) > 1 else ""),
    )


FEWER = (
    " Models that take long were given fewer permutations: their p cannot be as small, and is not "
    "to be compared with that of the others."
)
"""What the note says where the numbers of permutations differ."""


def learning_curves(results: Results) -> Table | None:
    """Show accuracy by the number of training samples.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    Table or None
        One row a model and size; None without a curve.
    """
    if not results.learning_curves:
        return None
    sizes = sorted({p.n_train for curve in results.learning_curves for p in curve.points})
    first = results.learning_curves[0].points[0]
    return Table(
        key="learning",
        supplement=True,
        caption="Accuracy after training on fewer samples.",
        columns=columns("Model", *(f"*{formats.count(n)} samples" for n in sizes)),
        rows=tuple(
            (results.model(curve.key).label, *_by_size(curve, sizes))
            for curve in results.learning_curves
        ),
        note=f"Mean over {formats.counted(first.n_repeats, 'repeats')}; in brackets the middle "
        "95 % of the repeats, a spread and not a confidence interval.",
    )


def _by_size(curve: LearningCurve, sizes: list[int]) -> list[str]:
    """Accuracy and spread at each size; a dash where the curve has none."""
    points = {point.n_train: point for point in curve.points}
    cells = []
    for n in sizes:
        point = points.get(n)
        cells.append(
            f"{formats.decimal(point.accuracy)} "
            f"({formats.decimal(point.low)}–{formats.decimal(point.high)})"
            if point
            else "–"
        )
    return cells


def variants(results: Results) -> list[Table]:
    """Show what every model does after other preprocessing, under each protocol.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    list of Table
        For each protocol one row a model and a column a preprocessing: errors, or the mean
        accuracy under resampling. The protocols that are shown in brief are a supplement.
        Empty where there is one preprocessing only.
    """
    tried = {e.protocol for e in results.variant_evaluations}
    full, brief = (
        tuple(protocol for protocol in shown if protocol.key in tried)
        for shown in (in_full(results), in_brief(results))
    )
    tables = []
    if full:
        caption = "What every model does after each preprocessing."
        tables.append(_variants(results, full, key="variants", caption=caption))
    if brief:
        caption = "What every model does after each preprocessing, under the other protocols."
        others = _variants(results, brief, key="variants-others", caption=caption)
        tables.append(replace(others, supplement=True))
    return tables


def _variants(
    results: Results, protocols: tuple[Protocol, ...], *, key: str, caption: str
) -> Table:
    """Show some protocols."""
    main = results.variants[0]
    found = {(e.protocol, e.variant, e.model): e for e in results.variant_evaluations} | {
        (e.protocol, results.model(e.model).recipe, e.model): e for e in results.evaluations
    }
    apart = [model.label for model in results.models if model.recipe != main.key]
    rows = tuple(
        (
            _measured(protocol),
            model.label,
            *(
                _cell(protocol, found.get((protocol.key, variant.key, model.key)))
                for variant in results.variants
            ),
        )
        for protocol in protocols
        for model in results.models
    )
    gaps = any(formats.UNDEFINED in row for row in rows)
    return Table(
        key=key,
        caption=caption,
        columns=columns(
            "Protocol", "Model", *(f"*{variant.label}" for variant in results.variants)
        ),
        rows=rows,
        note=f"{main.label}: the preprocessing of this report, as everywhere else in it."
        + (f" {formats.UNDEFINED}: not run; see the Methods." if gaps else "")
        + _elsewhere(results, apart),
        grouped=True,
    )


def _elsewhere(results: Results, apart: list[str]) -> str:
    """Say under which preprocessing the figures of this report stand for models of their own."""
    if not apart:
        return ""
    recipe = next(model.recipe for model in results.models if model.label in apart)
    label = next((v.label for v in results.variants if v.key == recipe), None)
    where = f"stand under “{label}”" if label else "are not in this table"
    return f" {', '.join(apart)}: no logarithm is taken; the figures of this report {where}."


def _measured(protocol: Protocol) -> str:
    """Name a protocol and what is counted under it."""
    n = formats.count(len(protocol.sample_ids))
    return f"{protocol.label}: {'mean accuracy' if protocol.resampled else f'errors among {n}'}"


def _cell(protocol: Protocol, evaluation: Evaluation | VariantEvaluation | None) -> str:
    """Write the errors, or the accuracy under resampling; a dash where it was not run."""
    if evaluation is None:
        return formats.UNDEFINED
    if protocol.resampled:
        return formats.decimal(evaluation.accuracy)
    return formats.count(evaluation.n_errors)


def leaky_twin(results: Results) -> Table | None:
    """Show the accuracy with and without a leak, on real and on permuted labels.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    Table or None
        One row a kind of labels, permuted ones where there are any, and a place where genes
        were chosen; None without a twin.
    """
    twin = results.leaky_twin
    if twin is None:
        return None
    inside, before = "inside the folds", "before the split"
    permuted = ((inside, twin.honest_permuted), (before, twin.leaky_permuted))
    return Table(
        key="leak",
        caption=f"{twin.model} on {twin.n_genes} genes, chosen inside the "
        "folds and before the split.",
        columns=columns("Labels", "Genes chosen", "*Accuracy", "*Balanced accuracy", "*Range"),
        rows=(
            (
                "real",
                inside,
                *map(formats.decimal, (twin.honest_accuracy, twin.honest_balanced_accuracy)),
                "",
            ),
            (
                "real",
                before,
                *map(formats.decimal, (twin.leaky_accuracy, twin.leaky_balanced_accuracy)),
                "",
            ),
            *(("permuted", place, *_spread(values)) for place, values in permuted if values),
        ),
        note=f"{twin.n_repeats} × {twin.n_folds}-fold cross-validation. {_permuted_runs(twin)}"
        f"The largest class has a share of {formats.decimal(twin.majority_share)}; calling each "
        f"class as often as it occurs, blindly, gives {formats.decimal(twin.blind_accuracy)}."
        + _permuted_gain(twin),
        grouped=True,
    )


def _permuted_runs(twin: LeakyTwin) -> str:
    """Say over how many permutations means are; nothing where no label was permuted."""
    n = len(twin.honest_permuted)
    if not n:
        return ""
    runs = "permutation" if n == 1 else "permutations"
    return f"Permuted: mean and range over {formats.count(n)} {runs}. "


def _permuted_gain(twin: LeakyTwin) -> str:
    """Say what the leak gains where nothing can be learned; nothing where that was not tried."""
    if not twin.honest_permuted:
        return ""
    gain = formats.points(_mean(twin.leaky_permuted) - _mean(twin.honest_permuted))
    return (
        " On permuted labels, choosing the genes before the split changes the mean accuracy by "
        f"{gain} percentage points."
    )


def _mean(values: tuple[float, ...]) -> float:
    """Mean of the accuracies."""
    return sum(values) / len(values)


def _spread(values: tuple[float, ...]) -> tuple[str, str, str]:
    """Mean accuracy, no balanced one, lowest and highest."""
    low, high = formats.decimal(min(values)), formats.decimal(max(values))
    return formats.decimal(_mean(values)), "", f"{low} to {high}"
