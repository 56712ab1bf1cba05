"""The table of what simpler rules reach."""

from pipeline.results import Results
from report import formats
from report.tables.record import Table, columns


def simpler(results: Results) -> Table:
    """Show what simpler rules reach beside the headline.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    Table
        The headline, random genes, the single gene, the source and the majority.
    """
    record, primary = results.comparators, results.primary
    drawn = record.random_genes
    baseline = results.baseline(primary.protocol)
    rows = [
        (
            f"{results.model(primary.model).label} (headline)",
            formats.decimal(primary.accuracy),
            formats.interval(primary.accuracy_interval),
            "",
        ),
        (
            f"Linear SVM on {formats.count(drawn.n_genes)} random "
            f"{results.study.gene_noun_plural}, median of {formats.count(drawn.n_sets)} sets",
            formats.decimal(drawn.median),
            f"{formats.decimal(drawn.low)} to {formats.decimal(drawn.high)}",
            f"{formats.count(drawn.n_reaching)} of {formats.count(drawn.n_sets)} sets",
        ),
        *(
            (
                f"{rule.label} ({', '.join(f'{name}' for name in rule.chosen)})"
                if rule.chosen
                else rule.label,
                formats.decimal(rule.accuracy),
                formats.interval(rule.interval) if rule.interval else formats.UNDEFINED,
                _reaches(rule.accuracy, primary.accuracy),
            )
            for rule in record.rules
        ),
    ]
    if baseline:
        rows.append(
            (
                results.model(baseline.model).label,
                formats.decimal(baseline.accuracy),
                formats.interval(baseline.accuracy_interval),
                _reaches(baseline.accuracy, primary.accuracy),
            )
        )
    label = results.protocol(record.protocol).label
    return Table(
        key="simpler",
        caption=f"What simpler rules reach under “{label}”.",
        columns=columns("Rule", "*Accuracy", "*95 % interval", "*Reaches the headline"),
        rows=tuple(rows),
        note=_note(results),
    )


def _reaches(accuracy: float, headline: float) -> str:
    """Whether a rule is right as often as the headline."""
    return "yes" if accuracy >= headline - 1e-12 else "no"


def _note(results: Results) -> str:
    """Say how each rule learns."""
    record = results.comparators
    note = (
        f"Random {results.study.gene_noun_plural}: not tuned, C = "
        f"{formats.number(record.random_genes.penalty_c)}; the range is the middle 95 % of the "
        "sets. Single gene: the one that calls most training samples right by the nearest class "
        "mean, chosen in each fold; where folds choose several, those chosen most often are named."
    )
    if record.no_source:
        return f"{note} No rule by source: {record.no_source}."
    return (
        f"{note} Source: the most frequent class of its training samples; of a source without "
        "one, that of all."
    )
