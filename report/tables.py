"""Records to table rows: every cell is text, ready to be placed.

A table knows its caption and columns; which column is a number decides its alignment.
"""

from dataclasses import dataclass, replace
from itertools import groupby
from operator import itemgetter

from pipeline.results import Averages, ClassMetrics, Evaluation, Protocol, Results
from report import formats

MAX_MISCLASSIFIED = 60  # rows; a longer table is a list that nobody reads


@dataclass(frozen=True)
class Column:
    """A column's heading, and whether it holds numbers."""

    label: str
    numeric: bool = False


@dataclass(frozen=True)
class Table:
    """A table ready for the page; the first cell of each row names the row.

    Where a table is grouped, neighbouring rows of the same name form one group.
    """

    key: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    grouped: bool = False
    number: int = 0

    @property
    def groups(self) -> list[list[tuple[str, ...]]]:
        """The rows by group; a table that is not grouped is one group."""
        if not self.grouped:
            return [list(self.rows)]
        return [list(rows) for _, rows in groupby(self.rows, key=itemgetter(0))]


def build(results: Results) -> dict[str, Table]:
    """Build every table.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    dict of str to Table
        By key; numbers run from 1 in the order of the page.
    """
    ran = results.ran
    tables = [
        classes(results),
        ledger(results),
        files(results),
        embeddings(results),
        *(
            table
            for protocol in ran
            for table in (scores(results, protocol), per_class(results, protocol))
        ),
        *([comparisons(results)] if results.comparisons else []),
        misclassified(results),
        *([improvements(results)] if results.improvements else []),
        genes(results),
        packages(results),
        settings(results),
    ]
    return {
        table.key: replace(_without_empty_columns(table), number=number)
        for number, table in enumerate(tables, start=1)
    }


def classes(results: Results) -> Table:
    """Count the classes in each part of the split.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    Table
        One row a class, and the sum.
    """
    data = results.data
    rows = [
        (
            summary.label,
            summary.description or "",
            formats.count(summary.n_train),
            formats.count(summary.n_test),
            formats.count(summary.n_samples),
            formats.percent(summary.n_samples / data.n_samples),
        )
        for summary in data.classes
    ]
    total = (
        "All",
        "",
        formats.count(data.n_train),
        formats.count(data.n_test),
        formats.count(data.n_samples),
        formats.percent(1.0),
    )
    return Table(
        key="classes",
        caption=f"{results.study.sample_noun_plural.capitalize()} by class and part of the given "
        "split.",
        columns=_columns("Class", "Meaning", "*Training", "*Independent test", "*All", "*Share"),
        rows=(*rows, total),
    )


def files(results: Results) -> Table:
    """List the files that were read.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    Table
        One row a file, with its hash.
    """
    published = {True: "yes", False: "no", None: "no hash given"}
    return Table(
        key="files",
        caption="Files read, and whether they are the ones that the study names.",
        columns=_columns("File", "Role", "*Size", "As published", "SHA-256"),
        rows=tuple(
            (
                file.name,
                file.role,
                formats.n_bytes(file.n_bytes),
                published[file.published],
                file.sha256,
            )
            for file in results.data.source.files
        ),
    )


def ledger(results: Results) -> Table:
    """Show what each step of the cleaning did.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    Table
        One row a step.
    """
    return Table(
        key="ledger",
        caption="From the files to the values that the models saw: samples and genes before and "
        "after each step, and the unit after it.",
        columns=_columns("Step", "What it did", "*Samples", "*Genes", "Unit"),
        rows=tuple(
            (
                step.step,
                step.detail,
                _in_out(step.n_samples_in, step.n_samples_out),
                _in_out(step.n_genes_in, step.n_genes_out),
                step.unit,
            )
            for step in results.data.ledger
        ),
        note="What learns is shown as learned on the given training samples; cross-validation "
        "learns it anew in every fold."
        if any(step.learned_on != "nothing" for step in results.preprocessing.steps)
        else "",
    )


def embeddings(results: Results) -> Table:
    """Show how far to believe each embedding.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    Table
        One row an embedding.
    """
    rows = []
    for record in results.embeddings:
        ratios = record.explained_variance_ratio
        rows.append(
            (
                record.label,
                record.fitted_on,
                formats.percent(sum(ratios[:2])) if ratios else formats.UNDEFINED,
                formats.decimal(record.trustworthiness),
                formats.decimal(record.silhouette),
            )
        )
    return Table(
        key="embeddings",
        caption="How far to believe each embedding.",
        columns=_columns(
            "Embedding",
            "Fitted on",
            "*Variance in two axes",
            "*Trustworthiness",
            "*Silhouette by class",
        ),
        rows=tuple(rows),
        note="Trustworthiness: 1 where all neighbours in the plane are neighbours among all "
        "genes. Silhouette: from −1 to 1; near 0 the classes overlap in the plane.",
    )


def scores(results: Results, protocol: Protocol) -> Table:
    """Show every model's scores under one protocol.

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
    rows = tuple(
        (
            results.model(e.model).label,
            f"{formats.count(e.n_errors)} of {formats.count(e.n_predictions)}",
            formats.decimal(e.accuracy),
            formats.interval(e.accuracy_interval),
            formats.decimal(e.balanced_accuracy),
            formats.decimal(e.mcc),
            formats.decimal(e.roc_auc),
        )
        for e in scored
    )
    methods = " or ".join(dict.fromkeys(e.accuracy_interval.method for e in scored))
    errors = f"{protocol.n_train} training and {protocol.n_test} held-out samples."
    if protocol.resampled:
        errors = f"About {protocol.n_train} training and {protocol.n_test} held-out samples a fold."
    if protocol.n_repeats > 1:
        errors += f" Errors are summed over {protocol.n_repeats} repeats."
    return Table(
        key=f"scores-{protocol.key}",
        caption=f"{protocol.label}: scores of every model.",
        columns=_columns(
            "Model",
            "*Errors",
            "*Accuracy",
            "*95 % interval",
            "*Balanced accuracy",
            "*MCC",
            "*ROC AUC",
        ),
        rows=rows,
        note=f"{errors} Intervals: {methods}.{_undefined(scored)}",
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
        For each model one row a class and two averages.
    """
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
        columns=_columns("Model", "Class", "*Precision", "*Recall", "*F1", "*Predictions"),
        rows=tuple(rows),
        note="The weighted mean weights each class by its number of samples.",
        grouped=True,
    )


def misclassified(results: Results) -> Table:
    """List who was misclassified, and by which models.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    Table
        One row a sample that any model got wrong; a cell for each protocol.
    """
    ran = results.ran
    baseline = {model.key for model in results.models if model.is_baseline}
    rows: list[tuple[str, ...]] = []
    for sample in results.data.samples:
        cells = [_who_erred(results, protocol, sample.id, baseline) for protocol in ran]
        if any(cell not in ("", _NOT_HELD_OUT) for cell in cells):
            rows.append((sample.id, sample.label, *(cell or "all right" for cell in cells)))
    noun, nouns = results.study.sample_noun, results.study.sample_noun_plural
    repeats = next((p.n_repeats for p in ran if p.resampled and p.n_repeats > 1), None)
    counted = f"In brackets: in how many of {repeats} repeats. " if repeats else ""
    n_more = len(rows) - MAX_MISCLASSIFIED
    more = f" {n_more} more {nouns} were misclassified; results.json has all." if n_more > 0 else ""
    return Table(
        key="misclassified",
        caption=f"Misclassified {nouns}, and the models that got them wrong "
        "(the majority baseline left out).",
        columns=_columns(noun.capitalize(), "Class", *(p.label for p in ran)),
        rows=tuple(rows[:MAX_MISCLASSIFIED]),
        note=f"{counted}“{_NOT_HELD_OUT}”: the sample was used for training there.{more}",
    )


def comparisons(results: Results) -> Table:
    """Compare the model of the headline with every other on the same held-out samples.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    Table
        One row a pair and single split.
    """
    primary = results.primary.model
    rows = []
    for pair in results.comparisons:
        if primary not in (pair.first, pair.second):
            continue
        other = pair.second if pair.first == primary else pair.first
        only = (pair.n_only_first_right, pair.n_only_second_right)
        only_primary, only_other = only if pair.first == primary else only[::-1]
        rows.append(
            (
                results.protocol(pair.protocol).label,
                results.model(other).label,
                formats.count(only_primary),
                formats.count(only_other),
                formats.p_value(pair.p_value),
                formats.p_value(pair.p_adjusted),
            )
        )
    return Table(
        key="comparisons",
        caption=f"{results.model(primary).label}, the model of the headline, against every other "
        "model on the same held-out samples.",
        columns=_columns(
            "Protocol",
            "Other model",
            "*Only the headline's right",
            "*Only the other right",
            "*p (McNemar)",
            "*p adjusted (Holm)",
        ),
        rows=tuple(rows),
        note="Adjusted for all pairs of models of the protocol, the baseline left out. Where p is "
        "not small there is no evidence of a difference.",
        grouped=True,
    )


def improvements(results: Results) -> Table:
    """Show what the recommended changes did.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    Table
        One row a change and protocol.
    """
    return Table(
        key="improvements",
        caption="What the recommended changes did, each beside the model that it changes.",
        columns=_columns(
            "Change",
            "Protocol",
            "Model",
            "*Predictions changed",
            "*Accuracy before",
            "*Accuracy after",
            "*p (McNemar)",
        ),
        rows=tuple(
            (
                record.label,
                results.protocol(record.protocol).label,
                results.model(record.base).label,
                f"{formats.count(record.n_changed)} of {formats.count(record.n_predictions)}",
                formats.decimal(record.base_accuracy),
                formats.decimal(record.variant_accuracy),
                formats.p_value(record.p_value),
            )
            for record in results.improvements
        ),
        note="p: exact McNemar test on the held-out samples of a single split, each change by "
        "itself, not adjusted; under resampling the same sample counts in every repeat, and no "
        "such test is made.",
    )


def genes(results: Results) -> Table:
    """List the top genes of every class.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    Table
        One row a gene of the heat map.
    """
    table = results.genes.table
    row_of = {gene: row for row, gene in enumerate(table.ids)}
    rows = []
    for gene in results.genes.heat_map.gene_ids:
        i = row_of[gene]
        rows.append(
            (
                gene,
                table.descriptions[i],
                results.data.classes[table.high_in[i]].label,
                formats.count(i + 1),
                formats.decimal(table.signal_to_noise[i]),
                formats.decimal(table.mean_difference[i]),
                formats.scientific(table.p_value[i]),
                formats.scientific(table.q_value[i]),
            )
        )
    return Table(
        key="genes",
        caption=f"The up to {results.genes.n_per_class} highest-ranking genes of each class on the "
        f"{results.genes.n_samples} training samples.",
        columns=_columns(
            "Gene",
            "Description",
            "High in",
            "*Rank",
            "*Signal to noise",
            "*Difference of means",
            "*p",
            "*q",
        ),
        rows=tuple(rows),
        note=f"Difference of means: class minus rest, {results.genes.scale}. p: "
        f"{results.genes.test}; q: Benjamini-Hochberg. The ranking of all "
        f"{results.genes.n_genes} genes is in results.json.",
    )


def packages(results: Results) -> Table:
    """List the versions that ran.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    Table
        One row a package.
    """
    provenance = results.provenance
    return Table(
        key="packages",
        caption="Versions.",
        columns=_columns("Program", "Version"),
        rows=(
            (provenance.program, provenance.version),
            ("Python", provenance.python),
            *((package.name, package.value) for package in provenance.packages),
        ),
    )


def settings(results: Results) -> Table:
    """List the settings that ran.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    Table
        One row a setting.
    """
    return Table(
        key="settings",
        caption="Settings.",
        columns=_columns("Setting", "Value"),
        rows=(
            ("seed", formats.count(results.provenance.seed)),
            *((setting.name, setting.value) for setting in results.provenance.settings),
        ),
    )


_NOT_HELD_OUT = "not held out"


def _columns(*labels: str) -> tuple[Column, ...]:
    """Columns from their headings; a star marks numbers."""
    return tuple(Column(label.removeprefix("*"), label.startswith("*")) for label in labels)


def _without_empty_columns(table: Table) -> Table:
    """Leave out columns that hold nothing in any row: meanings, descriptions not supplied."""
    if not table.rows:
        return table
    kept = [i for i in range(len(table.columns)) if any(row[i] for row in table.rows)]
    return replace(
        table,
        columns=tuple(table.columns[i] for i in kept),
        rows=tuple(tuple(row[i] for i in kept) for row in table.rows),
    )


def _in_out(n_in: int, n_out: int) -> str:
    """A count, or the counts before and after where they differ."""
    return (
        formats.count(n_in)
        if n_in == n_out
        else (f"{formats.count(n_in)} to {formats.count(n_out)}")
    )


def _prf(metrics: ClassMetrics | Averages) -> tuple[str, str, str]:
    """Precision, recall and F1 as text."""
    return (
        formats.decimal(metrics.precision),
        formats.decimal(metrics.recall),
        formats.decimal(metrics.f1),
    )


def _undefined(scored: tuple[Evaluation, ...]) -> str:
    """Say why there is a dash."""
    reasons = dict.fromkeys(
        f"{name} is undefined ({formats.UNDEFINED}) where {reason}"
        for e in scored
        for name, reason in e.undefined.items()
        if name == "MCC"
    )
    return f" {'; '.join(reasons)}." if reasons else ""


def _who_erred(results: Results, protocol: Protocol, sample: str, baseline: set[str]) -> str:
    """Name the models that got a sample wrong under a protocol."""
    if sample not in protocol.sample_ids:
        return _NOT_HELD_OUT
    column = protocol.sample_ids.index(sample)
    erred = [
        (results.model(e.model).label, e.n_wrong[column])
        for e in results.evaluations
        if e.protocol == protocol.key and e.model not in baseline and e.n_wrong[column]
    ]
    if protocol.n_repeats > 1:
        return ", ".join(f"{label} ({n})" for label, n in erred)
    n_models = sum(model.key not in baseline for model in results.models)
    return (
        "all models" if erred and len(erred) == n_models else ", ".join(label for label, _ in erred)
    )
