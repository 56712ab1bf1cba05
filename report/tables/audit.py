"""Tables of the audit: every check, the samples that are the same, covariates, associations."""

from collections.abc import Callable

from pipeline.records.audit import Among, ArrayMetric, Association, Covariate, SamplePair
from pipeline.results import Results
from report import formats
from report.tables.record import Table, columns

MAX_PAIRS = 20
MAX_ARRAYS = 30  # rows of the table of single arrays: half a page; results.json has all
MAX_CLASSES = 4  # with more, classes are not counted apart
STAR = "*"
PARTS = {"train": "training", "test": "test"}


def checks(results: Results) -> Table:
    """List every check, whatever it found.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    Table
        One row a check.
    """
    rows = []
    for check in results.audit.checks:
        outcome = "noted" if check.is_raised else "nothing unusual"
        if check.not_run:
            outcome = formats.UNDEFINED
        rows.append((check.subject, outcome, formats.plain(check.statement)))
    return Table(
        key="audit",
        caption="Everything that was looked at before any model, and what was found.",
        columns=columns("Looked at", "Outcome", "What was found"),
        rows=tuple(rows),
    )


def duplicates(results: Results) -> Table | None:
    """List the samples that are the same, or else the most alike ones.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    Table or None
        One row a pair; None where likeness could not be judged.
    """
    record = results.audit.duplicates
    closest = [record.closest, record.closest_across]
    listed = record.pairs or record.alike
    pairs = listed[:MAX_PAIRS] or tuple(dict.fromkeys(filter(None, closest)))
    if not pairs:
        return None
    what = "are the same" if record.pairs else "are the most alike"
    if listed and not record.pairs:
        what = "are highly similar"
    n_more = (record.n_pairs or record.n_alike) - len(listed[:MAX_PAIRS])
    verb = what.replace("are", "is", 1) if n_more == 1 else what
    more = f" {formats.counted(n_more, 'more pairs')} {verb}." if listed and n_more else ""
    if record.n_constant:
        arrays = "array has" if record.n_constant == 1 else "arrays have"
        more += (
            f" {formats.count(record.n_constant)} {arrays} one value throughout, and no likeness."
        )
    return Table(
        key="duplicates",
        caption=f"Samples that {what}, names ignored.",
        columns=columns(
            "First", "Second", "Parts", "Classes", "*Similarity", "*Correlation", "*Equal genes"
        ),
        rows=tuple(_pair(pair) for pair in pairs),
        note=f"Similarity: the correlation ({record.scale}) after the mean of each gene is taken "
        "out of standardised arrays; correlation: with it, which all arrays share "
        f"for the most part.{more}",
    )


def _pair(pair: SamplePair) -> tuple[str, ...]:
    """Write one pair."""
    parts = [PARTS[part] for part in (pair.first_partition, pair.second_partition)]
    labels = [pair.first_label, pair.second_label]
    return (
        pair.first,
        pair.second,
        *(a if a == b else f"{a}, {b}" for a, b in (parts, labels)),
        formats.decimal(pair.similarity),
        formats.decimal(pair.correlation),
        formats.count(pair.n_equal),
    )


def covariates(results: Results) -> Table | None:
    """Count the values of each covariate by part of the split and class.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    Table or None
        A group of rows for each covariate; None where nothing is known of the samples.
    """
    records = results.audit.covariates.covariates
    if not records:
        return None
    labels = [summary.label for summary in results.data.classes]
    parts = ["training", "test"] if results.data.n_test else ["all"]
    apart = len(labels) <= MAX_CLASSES
    heads = [f"*{label}, {p}" for p in parts for label in labels] if apart else None
    heads = heads or [f"*{p[:1].upper()}{p[1:]}" for p in parts]
    return Table(
        key="covariates",
        caption=f"What is known of the {results.study.sample_noun_plural} beside their class.",
        columns=columns("Covariate", "Value", *heads),
        rows=tuple(row for record in records for row in _covariate(record, len(parts), apart)),
        grouped=True,
        note="Values that no training sample has cannot be learned; where a covariate is known of "
        "one class only, it restates the class.",
    )


def _covariate(record: Covariate, n_parts: int, apart: bool) -> list[tuple[str, ...]]:
    """Write the rows of one covariate."""

    def cells(training: tuple[int, ...], test: tuple[int, ...]) -> list[str]:
        parts = (training, test)[:n_parts]
        counted = [n for part in parts for n in part] if apart else [sum(part) for part in parts]
        return [formats.count(n) for n in counted]

    rows = [
        (record.label, level.level, *cells(level.training, level.test)) for level in record.levels
    ]
    n_more = record.n_levels - len(record.levels)
    known = f"known ({formats.count(record.n_levels)} values)" if n_more else "known"
    return [*rows, (record.label, known, *cells(record.known_training, record.known_test))]


def associations(results: Results) -> Table:
    """Show how far everything known of the samples goes with class, split and components.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    Table
        A row for each subject, a column for each target.
    """
    audit = results.audit
    targets = _targets(results)
    rows = []
    for subject, label, missing in _subjects(results):
        label = _heading(label)
        cells = []
        for target, among, _ in targets:
            found = audit.association(subject, target, among=among, missing=missing)
            cells.append(_size(found, audit.covariates.level))
        if any(cell != formats.UNDEFINED for cell in cells):
            rows.append((f"{label}, being unknown" if missing else label, *cells))
    return Table(
        key="associations",
        supplement=True,
        caption="How far everything known of the samples goes with class, split and the first "
        "principal components.",
        columns=columns("", *(f"*{label}" for _, _, label in targets)),
        rows=tuple(rows),
        note="Cramér's V between categories, correlation ratio between categories and numbers, "
        f"correlation between numbers. {STAR} adjusted p below "
        f"{formats.number(audit.covariates.level)}. A dash: not defined, because one of the two "
        "has one value only among the samples of which both are known.",
    )


def _targets(results: Results) -> list[tuple[str, Among, str]]:
    """Target, samples and heading of each column."""
    found: list[tuple[str, Among, str]] = [("class", "all", "Class")]
    if results.data.n_test:
        found += [("class", "training", "Class in training"), ("split", "all", "Split")]
    return found + [(c.key, "all", c.key) for c in results.audit.components.components]


def _subjects(results: Results) -> list[tuple[str, str, bool]]:
    """Subjects of the associations in their order, and whether their being unknown is meant."""
    return list(dict.fromkeys((a.subject, a.label, a.missing) for a in results.audit.associations))


def _size(found: Association | None, level: float) -> str:
    """Write a size, starred where it is beyond chance."""
    if found is None or found.value is None:
        return formats.UNDEFINED
    beyond = found.p_adjusted is not None and found.p_adjusted < level
    return formats.decimal(found.value) + (STAR if beyond else "")


def design(results: Results) -> Table | None:
    """Show the associations with class and split that are beyond chance, with their tests.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    Table or None
        One row an association; None without any.
    """
    level = results.audit.covariates.level
    names = {("class", "all"): "class", ("class", "training"): "class in training"}
    rows = [
        (
            _heading(a.label) + (", being unknown" if a.missing else ""),
            names.get((a.target, a.among), "split"),
            formats.count(a.n),
            f"{a.measure} {formats.decimal(a.value)}",
            a.test,
            formats.scientific(a.p_value),
            formats.scientific(a.p_adjusted),
        )
        for a in results.audit.associations
        if a.target in ("class", "split") and a.p_adjusted is not None and a.p_adjusted < level
    ]
    if not rows:
        return None
    return Table(
        key="design",
        caption="What goes with class and split beyond chance.",
        columns=columns("", "With", "*n", "Size", "Test", "*p", "*p adjusted"),
        rows=tuple(rows),
        note=f"Adjusted p below {formats.number(level)}, by Holm over all associations with class "
        "and split; results.json has the others.",
        supplement=True,
    )


def components(results: Results) -> Table:
    """Show what the first principal components hold.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    Table
        One row a component.
    """
    record = results.audit.components
    labels = {a.subject: a.label for a in results.audit.associations}
    rows = []
    for component in record.components:
        with_class = results.audit.association("class", component.key)
        followed = [labels[subject] for key, subject in record.followed if key == component.key]
        rows.append(
            (
                component.key,
                formats.percent(component.variance_share),
                formats.decimal(component.class_auc) if component.class_auc is not None else "",
                formats.decimal(with_class.value) if with_class else formats.UNDEFINED,
                ", ".join(followed) or "none",
            )
        )
    return Table(
        key="components",
        caption="The first principal components of the preprocessed values, learned on the "
        "training samples.",
        columns=columns(
            "Component",
            "*Variance",
            "*Area under the ROC curve of the class",
            "*Correlation ratio with the class",
            "Follows",
        ),
        rows=tuple(rows),
        note=f"Follows: associations of {formats.number(record.limit)} or more, adjusted p below "
        f"{formats.number(record.level)}.",
    )


def metrics(results: Results) -> Table:
    """Sum up each measure of the arrays.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    Table
        One row a measure.
    """
    rows = []
    for metric in results.audit.metrics:
        write = _writer(metric)
        rows.append(
            (
                _with_unit(metric, results.data.unit),
                write(metric.median),
                f"{write(min(metric.values))} to {write(max(metric.values))}",
                formats.names(metric.lowest),
                formats.names(metric.highest),
                formats.names(metric.outliers),
            )
        )
    return Table(
        key="arrays",
        caption="Each array for itself.",
        columns=columns("Measure", "*Median", "Range", "Lowest", "Highest", "Far from the others"),
        rows=tuple(rows),
        note="Far: more than "
        f"{formats.number(results.audit.mean.limit)} robust standard deviations (1.4826 times the "
        f"median absolute deviation) from the median.{DIVISOR}",
    )


DIVISOR = " The standard deviation of an array has divisor n − 1, with n the number of its values."


def single_arrays(results: Results) -> Table | None:
    """Show the measures of every array.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    Table or None
        One row a sample; None where there are too many to read.
    """
    found = results.audit.metrics
    if results.data.n_samples > MAX_ARRAYS:
        return None
    return Table(
        key="single-arrays",
        caption="The measures of every array.",
        columns=columns(
            results.study.sample_noun.capitalize(),
            "Class",
            "Part",
            *(f"*{_with_unit(metric, results.data.unit)}" for metric in found),
        ),
        rows=tuple(
            (
                sample.id,
                sample.label,
                PARTS[sample.partition],
                *(_writer(metric)(metric.values[i]) for metric in found),
            )
            for i, sample in enumerate(results.data.samples)
        ),
    )


def _with_unit(metric: ArrayMetric, unit: str) -> str:
    """A measure and its unit, at the head of a row or column."""
    heading = _heading(metric.label)
    return heading if metric.key == "call_rate" else f"{heading} ({unit})"


def _writer(metric: ArrayMetric) -> Callable[[float], str]:
    """How a measure is written."""
    return formats.percent if metric.key == "call_rate" else formats.measure


def _heading(label: str) -> str:
    """A label as it stands at the head of a row or column."""
    return f"{label[:1].upper()}{label[1:]}"
