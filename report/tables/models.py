"""Tables of the scores: decisions, rates, ranking, scores by class, comparisons of models."""

from pipeline.records.models import (
    Averages,
    ClassMetrics,
    Comparison,
    Evaluation,
    Interval,
    Protocol,
    Rate,
)
from pipeline.results import Results
from report import formats
from report.selection import in_brief, in_full
from report.tables.intervals import NOMINAL, NOMINAL_TEST
from report.tables.record import Table, columns

ALPHA = 0.05  # of the family-wise error rate that Holm's adjustment holds
MAX_CHOICES = 3


def scores(results: Results, protocol: Protocol) -> Table:
    """Show how often every model's decisions were right under one protocol.

    Parameters
    ----------
    results : Results
        The results object.
    protocol : Protocol
        The protocol.

    Returns
    -------
    Table
        One row a model; the exact interval where each sample was held out once, the range over
        repeats where it was held out more often.
    """
    scored = results.of_protocol(protocol.key)
    two = len(results.data.classes) == 2
    rows = tuple(
        (
            results.model(e.model).label,
            _errors(e),
            formats.decimal(e.accuracy),
            formats.interval(e.accuracy_interval),
            formats.interval(e.accuracy_exact) if e.accuracy_exact else "",
            _range(e.repeat_accuracies),
            formats.decimal(e.balanced_accuracy),
            *(formats.decimal(metrics.f1) for metrics in (e.per_class if two else ())),
            formats.decimal(e.macro.f1),
            formats.decimal(e.mcc),
        )
        for e in scored
    )
    exact = dict.fromkeys(e.accuracy_exact.method for e in scored if e.accuracy_exact)
    methods = " or ".join(dict.fromkeys(e.accuracy_interval.method for e in scored))
    said = f"{methods}; exact: {' or '.join(exact)}" if exact else methods
    return Table(
        key=f"scores-{protocol.key}",
        caption=f"{protocol.label}: decisions of every model.",
        columns=columns(
            "Model",
            "*Errors",
            "*Accuracy",
            "*95 % interval",
            "*Exact interval",
            "*Lowest and highest repeat",
            "*Balanced accuracy",
            *(f"*F1, {summary.label}" for summary in (results.data.classes if two else ())),
            "*F1, mean over classes",
            "*MCC",
        ),
        rows=rows,
        note=f"{_sizes(protocol)} Intervals of the accuracy: {said}."
        f"{NOMINAL if protocol.nominal else ''}"
        f"{_undefined(scored, ('MCC', 'F1', 'balanced accuracy'))}",
    )


def rates(results: Results, protocol: Protocol) -> Table | None:
    """Show sensitivity, specificity and predictive values under one protocol.

    Parameters
    ----------
    results : Results
        The results object.
    protocol : Protocol
        The protocol.

    Returns
    -------
    Table or None
        One row a model; None with more than two classes.
    """
    scored = [e for e in results.of_protocol(protocol.key) if e.rates]
    if not scored:
        return None
    headings = [heading for rate in scored[0].rates for heading in (f"*{rate.label}", "*Interval")]
    return Table(
        key=f"rates-{protocol.key}",
        caption=f"{protocol.label}: sensitivity, specificity and predictive values, positive class "
        f"{results.data.positive_class}.",
        columns=columns("Model", *headings),
        rows=tuple(
            (
                results.model(e.model).label,
                *(cell for rate in e.rates for cell in _rate(rate)),
            )
            for e in scored
        ),
        note="In brackets: counts"
        + (f", summed over {protocol.n_repeats} repeats" if protocol.n_repeats > 1 else "")
        + _rate_methods(scored)
        + ". The predictive values hold for this share of the classes only. "
        f"{formats.UNDEFINED}: there is no such sample.",
    )


def ranking(results: Results, protocol: Protocol) -> Table:
    """Show how well scores rank and probabilities fit, and what was tuned.

    Parameters
    ----------
    results : Results
        The results object.
    protocol : Protocol
        The protocol.

    Returns
    -------
    Table
        One row a model.
    """
    scored = results.of_protocol(protocol.key)
    intervals = dict.fromkeys(e.roc_auc_interval.method for e in scored if e.roc_auc_interval)
    said = f" Intervals: {' or '.join(intervals)}." if intervals else ""
    folds = (
        f" Settings were chosen by {protocol.n_inner_folds}-fold cross-validation within each "
        "training part; in brackets: in how many training parts. Tied: several settings were "
        "equally good there, and the simplest was taken. At an end: of the grid, beyond which "
        "a better one may lie."
        if any(e.chosen for e in scored)
        else ""
    )
    return Table(
        key=f"ranking-{protocol.key}",
        caption=f"{protocol.label}: ranking and probabilities of every model.",
        columns=columns(
            "Model",
            "Score",
            "*ROC AUC",
            "*95 % interval",
            "*Brier score",
            "*Log loss",
            "Settings chosen",
        ),
        rows=tuple(
            (
                results.model(e.model).label,
                results.model(e.model).score,
                formats.decimal(e.roc_auc),
                formats.interval(e.roc_auc_interval) if e.roc_auc_interval else "",
                formats.decimal(e.brier),
                formats.decimal(e.log_loss),
                _choices(e),
            )
            for e in scored
        ),
        note="ROC AUC: 1 where every positive sample ranks above every negative one, 0.5 by "
        "chance. Brier score and log loss judge probabilities, lower is better; "
        f"{formats.UNDEFINED} where a model gives none.{said}{folds}",
    )


def brief(results: Results) -> Table | None:
    """Show the scores of every model under the protocols that are shown in brief.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    Table or None
        For each protocol one row a model, with the samples that it got wrong; None where no such
        protocol ran.
    """
    protocols = in_brief(results)
    if not protocols:
        return None
    scored = {protocol: results.of_protocol(protocol.key) for protocol in protocols}
    methods = dict.fromkeys(e.accuracy_interval.method for found in scored.values() for e in found)
    sizes = " ".join(f"{protocol.label}: {_sizes(protocol)}" for protocol in protocols)
    return Table(
        key="others",
        supplement=True,
        caption="Scores of every model under the other protocols.",
        columns=columns(
            "Protocol",
            "Model",
            "*Errors",
            "*Accuracy",
            "*95 % interval",
            "*Balanced accuracy",
            "*ROC AUC",
            f"Wrong {results.study.sample_noun_plural}",
        ),
        rows=tuple(
            (
                protocol.label,
                results.model(e.model).label,
                _errors(e),
                formats.decimal(e.accuracy),
                formats.interval(e.accuracy_interval),
                formats.decimal(e.balanced_accuracy),
                formats.decimal(e.roc_auc),
                _wrong(protocol, e),
            )
            for protocol, found in scored.items()
            for e in found
        ),
        note=f"{sizes} Intervals: {' or '.join(methods)}."
        + (NOMINAL if any(protocol.nominal for protocol in protocols) else ""),
        grouped=True,
    )


def per_class(results: Results, protocol: Protocol) -> Table:
    """Show precision, recall and F1 by class and averaged, under one protocol.

    Parameters
    ----------
    results : Results
        The results object.
    protocol : Protocol
        The protocol.

    Returns
    -------
    Table
        For each model one row a class and two averages; of two classes one row a model.
    """
    if len(results.data.classes) == 2:
        return _two_classes(results, protocol)
    rows: list[tuple[str, ...]] = []
    for evaluation in results.of_protocol(protocol.key):
        label = results.model(evaluation.model).label
        rows += [(label, m.label, *_prf(m), formats.count(m.support)) for m in evaluation.per_class]
        n = formats.count(evaluation.n_predictions)
        rows.append((label, "mean over classes", *_prf(evaluation.macro), n))
        rows.append((label, "weighted mean", *_prf(evaluation.weighted), n))
    return Table(
        key=f"per-class-{protocol.key}",
        caption=f"{protocol.label}: precision, recall and F1 by class.",
        columns=columns("Model", "Class", "*Precision", "*Recall", "*F1", "*Predictions"),
        rows=tuple(rows),
        note="The weighted mean weights each class by its number of samples.",
        grouped=True,
    )


def _two_classes(results: Results, protocol: Protocol) -> Table:
    """Precision, recall and F1 of two classes side by side."""
    labels = [summary.label for summary in results.data.classes]
    heads = [f"*{what}, {label}" for label in labels for what in ("Precision", "Recall", "F1")]
    evaluations = results.of_protocol(protocol.key)
    return Table(
        key=f"per-class-{protocol.key}",
        caption=f"{protocol.label}: precision, recall and F1 by class.",
        columns=columns("Model", *heads, "*F1, mean", "*F1, weighted mean"),
        rows=tuple(
            (
                results.model(evaluation.model).label,
                *(cell for m in evaluation.per_class for cell in _prf(m)),
                formats.decimal(evaluation.macro.f1),
                formats.decimal(evaluation.weighted.f1),
            )
            for evaluation in evaluations
        ),
        note=f"{formats.UNDEFINED} where no sample was predicted to be of the class. The weighted "
        "mean weights each class by its number of samples.",
        supplement=True,
    )


def comparisons(results: Results) -> Table | None:
    """Compare the model of the headline with every other on the same held-out samples.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    Table or None
        One row a pair and protocol that is shown in full; None without a pair.
    """
    primary = results.primary.model
    shown = {protocol.key for protocol in in_full(results)}
    pairs = [
        pair
        for pair in results.comparisons
        if primary in (pair.first, pair.second) and pair.protocol in shown
    ]
    if not pairs:
        return None
    return Table(
        key="comparisons",
        caption=f"{results.model(primary).label}, the model of the headline, against every other "
        "model on the same held-out samples.",
        columns=columns(
            "Protocol and test",
            "Other model",
            "*Difference (points)",
            "*95 % interval",
            "*Equal within",
            "*Only the headline’s right",
            "*Only the other right",
            "*p",
            "*p adjusted",
            "Reading",
        ),
        rows=tuple(_compared(results, pair, primary) for pair in pairs),
        note="Difference: accuracy of the headline’s model less that of the other, in percentage "
        "points, with Tango’s interval, under resampling on the effective number of samples. Equal "
        "within: the least margin, in points, that holds the whole interval on either side; a "
        "larger difference is excluded, a smaller one is not. Under resampling, counts are summed "
        "over repeats. p adjusted: after Holm, for all "
        "pairs of models of the protocol, the baseline left out; pairs with the baseline are not "
        f"adjusted. Only pairs with the headline’s model are shown; results.json has all "
        f"{formats.count(len(results.comparisons))} pairs."
        f"{_powers(results, shown)}"
        + (NOMINAL_TEST if any(results.protocol(pair.protocol).nominal for pair in pairs) else ""),
        grouped=True,
    )


def _compared(results: Results, pair: Comparison, primary: str) -> tuple[str, ...]:
    """Turn a pair so that the headline's model comes first, and say what its test says."""
    turned = pair.first != primary
    only = (pair.n_only_first_right, pair.n_only_second_right)
    only_primary, only_other = only[::-1] if turned else only
    difference = -pair.difference if turned else pair.difference
    return (
        f"{results.protocol(pair.protocol).label}: {pair.test}",
        results.model(pair.first if turned else pair.second).label,
        formats.points(difference),
        _between(pair.interval, turned=turned),
        formats.points(pair.margin) if pair.margin is not None else "",
        formats.count(only_primary),
        formats.count(only_other),
        formats.p_value(pair.p_value),
        formats.p_value(pair.p_adjusted),
        _reading(pair, difference),
    )


def _between(interval: Interval | None, *, turned: bool) -> str:
    """Limits of the difference in points, the headline's model first."""
    if interval is None:
        return ""
    low, high = interval.low, interval.high
    low, high = (-high, -low) if turned else (low, high)
    return f"{formats.points(low)} to {formats.points(high)}"


def _reading(pair: Comparison, difference: float) -> str:
    """Say what a comparison found; `difference` is that of the headline's model."""
    if not pair.n_changed:
        return "the same predictions"
    if pair.p_adjusted > ALPHA:
        return "no evidence of a difference"
    return f"{'the headline’s' if difference > 0 else 'the other'} is right more often"


def _powers(results: Results, shown: set[str]) -> str:
    """Say where no test could have found a difference."""
    return "".join(
        f" {results.protocol(power.key).label}: to differ, of {formats.count(power.n_pairs)} "
        f"pairs, one model alone must be right on {formats.count(power.n_needed)} samples and the "
        "other alone on none; the most that one alone was right on is "
        f"{formats.count(power.n_seen)}."
        for power in results.powers
        if power.key in shown
    )


def _sizes(protocol: Protocol) -> str:
    """Say how many samples train, and how many are held out."""
    n = len(protocol.sample_ids)
    if protocol.design == "split":
        return f"{protocol.n_train} training and {formats.counted(n, 'held-out samples')}."
    if protocol.design == "repeated":
        repeats = (
            f" Errors are summed over {formats.counted(protocol.n_repeats, 'repeats')}."
            if protocol.n_repeats > 1
            else ""
        )
        return (
            f"About {protocol.n_train} training and {protocol.n_test} held-out samples a fold."
            f"{repeats}"
        )
    return (
        f"{formats.counted(n, 'samples')}, each held out once in "
        f"{formats.counted(protocol.n_folds, 'folds')}."
    )


def _errors(evaluation: Evaluation) -> str:
    """Write the errors of all predictions."""
    return f"{formats.count(evaluation.n_errors)} of {formats.count(evaluation.n_predictions)}"


def _range(repeats: tuple[float, ...]) -> str:
    """Write the lowest and highest accuracy of several repeats."""
    if len(repeats) < 2:
        return ""
    return f"{formats.decimal(min(repeats))} to {formats.decimal(max(repeats))}"


def _rate(rate: Rate) -> tuple[str, str]:
    """Write a rate with its counts, and its interval."""
    if rate.value is None:
        return formats.UNDEFINED, ""
    share = f"{formats.decimal(rate.value)} ({rate.n_right}/{rate.n})"
    return share, formats.interval(rate.interval) if rate.interval else ""


def _rate_methods(scored: list[Evaluation]) -> str:
    """Name the method of the rates' intervals, where there are any."""
    methods = dict.fromkeys(r.interval.method for e in scored for r in e.rates if r.interval)
    return f"; 95 % intervals: {' or '.join(methods)}" if methods else ""


def _choices(evaluation: Evaluation) -> str:
    """Name the settings that inner folds chose most often."""
    often = sorted(evaluation.chosen, key=lambda choice: -choice.n_folds)
    named = ", ".join(f"{choice.setting} ({choice.n_folds})" for choice in often[:MAX_CHOICES])
    n_more = len(often) - MAX_CHOICES
    named = f"{named}, {formats.count(n_more)} more" if n_more > 0 else named
    counts = (("tied", evaluation.n_tied), ("at an end", evaluation.n_at_edge))
    said = ", ".join(f"{what} {formats.count(n)}" for what, n in counts if n)
    return f"{named}; {said}" if said else named


def _wrong(protocol: Protocol, evaluation: Evaluation) -> str:
    """Name the samples that were ever wrong."""
    pairs = zip(protocol.sample_ids, evaluation.n_wrong, strict=True)
    return formats.names([sample for sample, n in pairs if n])


def _prf(metrics: ClassMetrics | Averages) -> tuple[str, str, str]:
    """Precision, recall and F1 as text."""
    return (
        formats.decimal(metrics.precision),
        formats.decimal(metrics.recall),
        formats.decimal(metrics.f1),
    )


def _undefined(scored: tuple[Evaluation, ...], names: tuple[str, ...]) -> str:
    """Say why there is a dash."""
    reasons = dict.fromkeys(
        f"{name} is undefined ({formats.UNDEFINED}) where {reason}"
        for e in scored
        for name, reason in e.undefined.items()
        if name in names
    )
    return f" {'; '.join(reasons)}." if reasons else ""
