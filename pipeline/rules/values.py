"""Rules on the values and the genes of the files, each by a check of the audit."""

from pipeline.results import Results
from pipeline.rules.rule import (
    Verdict,
    checked,
    count,
    decimal,
    limit,
    not_run,
    passed,
    raised,
    rule,
    seen,
    term,
    words,
)


@rule(
    "VALUE-01",
    "audit",
    subject="Missing values",
    title="Missing values",
    why="What is filled in for a missing value is a guess; where it is guessed from all samples, "
    "the held-out ones have a part in it.",
    action="Say how many there are and how they were filled in; fill in from training samples "
    "only.",
    references=("collins2024",),
)
def missing(results: Results) -> Verdict:
    """Raise VALUE-01: values are missing."""
    return checked(results, "missing", "warning")


@rule(
    "VALUE-02",
    "audit",
    subject="Negative values",
    title="Negative values",
    why="A count or a concentration cannot be negative: these are differences to a background, and "
    "near zero they are noise whose logarithm does not exist.",
    action="Raise them to a floor before taking logarithms, and say so.",
    references=("dudoit2002",),
)
def negative(results: Results) -> Verdict:
    """Describe VALUE-02: values are negative."""
    return checked(results, "negative", "seen")


@rule(
    "VALUE-03",
    "audit",
    subject="Values equal to the largest",
    title="Values that ended at a ceiling",
    why="Where many values are the largest possible, the scanner or an earlier step cut them off: "
    "differences between them are lost.",
    action="Ask how the values were made, and do not read differences near the ceiling.",
    references=("dudoit2002",),
)
def at_maximum(results: Results) -> Verdict:
    """Raise VALUE-03: values pile up at the largest."""
    return checked(results, "at_maximum", "warning")


@rule(
    "VALUE-04",
    "audit",
    subject="Values above the ceiling of the preprocessing",
    title="Values beyond what the scanner measures",
    why="Above the ceiling a scanner is saturated; the values there differ by how they were "
    "extrapolated.",
    action="Keep the ceiling, and do not rank {genes} by differences above it.",
    references=("dudoit2002",),
)
def above_ceiling(results: Results) -> Verdict:
    """Describe VALUE-04: values lie above the ceiling."""
    return checked(results, "above_ceiling", "seen")


@rule(
    "VALUE-05",
    "audit",
    subject="Scales of training and test samples",
    title="Training and test samples on different scales",
    why="A model that was trained on one scale reads another one wrongly, whatever the classes.",
    action="Bring both parts to one scale, with what training samples alone can teach.",
    references=("leek2010",),
)
def other_scale(results: Results) -> Verdict:
    """Raise VALUE-05: the test values are on another scale than the training values."""
    record = results.audit.scales
    if record.not_run:
        return not_run(record.not_run)
    if record.spread_ratio is None or record.shift is None:
        return not_run("the two parts could not be compared")
    middle = len(record.quantiles) // 2
    terms = (
        term("training", f"audit.scales.training[{middle}]", "measure"),
        term("test", f"audit.scales.test[{middle}]", "measure"),
        decimal("shift", "audit.scales.shift"),
        term("largest_shift", "audit.scales.largest_shift", "number"),
        decimal("ratio", "audit.scales.spread_ratio"),
        term("largest_ratio", "audit.scales.largest_ratio", "number"),
    )
    template = (
        "Median {training} in the training and {test} in the test samples, {shift} of the spread "
        "apart (limit {largest_shift}); the test values spread {ratio} times as far (limit "
        "{largest_ratio} times more or less)."
    )
    if record.is_raised:
        return raised("warning", results, template, *terms)
    return passed(results, template, *terms)


@rule(
    "PROBE-01",
    "audit",
    subject="{genes} that do not vary",
    title="{genes} that do not vary",
    why="They carry nothing, and only make the number of {genes} look larger.",
    action="Leave them out, and count the others.",
    references=("dudoit2002",),
)
def constant(results: Results) -> Verdict:
    """Raise PROBE-01: genes have one value in all training samples."""
    return checked(results, "constant", "note")


@rule(
    "PROBE-02",
    "audit",
    subject="{genes} that are absent in every sample",
    title="{genes} that are absent in every sample",
    why="What is not detected in any sample is background; among so many {genes} some of it "
    "differs between the classes by chance.",
    action="Do not name such a gene as a marker.",
    references=("golub1999",),
)
def absent(results: Results) -> Verdict:
    """Describe PROBE-02: genes are called absent in every sample; GENES-03 judges the list."""
    return checked(results, "absent", "seen")


@rule(
    "PROBE-03",
    "audit",
    subject="Control probes",
    title="Control probes among the {genes}",
    why="Controls show how an array was made. A model that uses them knows the laboratory, not the "
    "sample.",
    action="Leave them out (preprocess.keep_controls = false, which is the default).",
    references=("leek2010",),
)
def controls(results: Results) -> Verdict:
    """Raise PROBE-03: control probes are among the genes."""
    return checked(results, "controls", "note")


@rule(
    "PROBE-04",
    "audit",
    subject="Names that read like dates",
    title="Gene names that a spreadsheet made dates of",
    why="A spreadsheet turns names such as DEC1 into dates, and several of them into one.",
    action="Get the names from the source, without a spreadsheet between.",
    references=("ziemann2016",),
)
def dates(results: Results) -> Verdict:
    """Raise PROBE-04: gene names read like dates."""
    return checked(results, "dates", "warning")


@rule(
    "ARRAY-01",
    "audit",
    subject="Arrays far from the others",
    title="Arrays far from the others",
    why="An array that was hybridised or scanned otherwise differs in everything that is measured "
    "on it.",
    action="See whether these {samples} are among those that models get wrong.",
    references=("golub1999",),
)
def outlying_arrays(results: Results) -> Verdict:
    """Describe ARRAY-01: an array's call rate, mean or spread is far from the others."""
    metrics = results.audit.metrics
    if not metrics:
        return not_run("nothing was measured of the arrays")
    bound = limit(metrics[0].limit, "number")
    far = [metric for metric in metrics if metric.outliers]
    if not far:
        return passed(
            results,
            "By {n_measures} measures, no array is more than {limit} robust standard deviations "
            "from the median.",
            count("n_measures", f"count({', '.join(f'audit.{m.key}' for m in metrics)})"),
            bound,
        )
    terms = [bound]
    said = []
    for metric in far:
        noun = "array" if len(metric.outliers) == 1 else "arrays"
        said.append(f"by the {metric.label}, {{n_{metric.key}}} {noun} ({{names_{metric.key}}})")
        terms += [
            count(f"n_{metric.key}", f"count(audit.{metric.key}.outliers)"),
            words(f"names_{metric.key}", ", ".join(metric.outliers)),
        ]
    return seen(
        results,
        f"More than {{limit}} robust standard deviations from the median: {'; '.join(said)}.",
        *terms,
    )
