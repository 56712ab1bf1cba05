"""Rules on size: how much so many samples can say, and about how many genes."""

from pipeline.results import Results
from pipeline.rules.rule import (
    Verdict,
    count,
    decimal,
    limit,
    number,
    passed,
    percent,
    raised,
    rule,
    seen,
    term,
    text,
)

# Our choice: from 100 held-out samples on, one more error moves the accuracy by at most one
# percentage point, and from 50 of a class on its recall by at most two. TRIPOD+AI (item 10) asks
# that the number of samples be justified, and names none.
FEW_TEST_SAMPLES = 100
FEW_TEST_OF_CLASS = 50


@rule(
    "SIZE-01",
    "models",
    subject="Number of held-out samples",
    title="Few samples",
    why="With so few samples a difference of one or two errors is within chance.",
    action="Read the interval, not the point; do not rank models by single errors.",
    references=("dobbin2011", "collins2024"),
)
def few_test_samples(results: Results) -> Verdict:
    """Raise SIZE-01: too few held-out samples for fine distinctions."""
    primary, protocol = results.primary, f"protocols[{results.primary.protocol}]"
    supports = [metrics.support for metrics in primary.per_class]
    smallest = f"evaluations[{primary.key}].per_class[{supports.index(min(supports))}]"
    n, n_class = (
        f"count({protocol}.sample_ids)",
        f"ratio({smallest}.support, {protocol}.n_repeats)",
    )
    terms = (count("n", n), count("n_class", n_class), text("label", f"{smallest}.label"))
    if number(results, n) >= FEW_TEST_SAMPLES and number(results, n_class) >= FEW_TEST_OF_CLASS:
        return passed(
            results,
            "{n} held-out samples, {n_class} of them {label}; limits {limit} and {class_limit}.",
            *terms,
            limit(FEW_TEST_SAMPLES, "count"),
            limit(FEW_TEST_OF_CLASS, "count", "class_limit"),
        )
    template = (
        f"The headline rests on {{n}} {results.study.sample_noun_plural}, {{n_class}} of them "
        "{label}: one more error would move the accuracy by {step} percentage points."
    )
    told = (*terms, term("step", f"ratio(1, {n})", "points"))
    # SIZE-02 says what follows from so few samples: one caveat for one reason.
    if _half(results) > WIDE_HALF:
        return seen(results, template, *told)
    return raised("warning", results, template, *told)


def _half(results: Results) -> float:
    """Half the width of the headline's interval."""
    interval = results.primary.accuracy_interval
    return (interval.high - interval.low) / 2


# Half the width of an interval that holds numbers with different first decimals: beyond it not
# even the first decimal of the accuracy is known.
WIDE_HALF = 0.05


@rule(
    "SIZE-02",
    "models",
    subject="Interval of the headline accuracy",
    title="Few samples: a wide interval",
    why="An accuracy as low as the lower limit is compatible with these data.",
    action="Quote the interval wherever the accuracy is quoted.",
    references=("wilson1927", "nadeau2003"),
)
def wide_interval(results: Results) -> Verdict:
    """Raise SIZE-02: the headline's interval is wide."""
    interval = f"evaluations[{results.primary_evaluation}].accuracy_interval"
    accuracy = f"evaluations[{results.primary_evaluation}].accuracy"
    half = f"ratio(difference({interval}.high, {interval}.low), 2)"
    terms = (
        decimal("low", f"{interval}.low"),
        decimal("high", f"{interval}.high"),
        term("below", f"difference({accuracy}, {interval}.low)", "points"),
        term("above", f"difference({interval}.high, {accuracy})", "points"),
    )
    if number(results, half) <= WIDE_HALF:
        return passed(
            results,
            "{low} to {high}: {below} percentage points below the accuracy and {above} above it; "
            "limit {limit} on the average.",
            *terms,
            limit(WIDE_HALF, "points"),
        )
    needed = (
        " At this accuracy an interval of {width} percentage points takes {n} samples, each held "
        "out once."
        if results.sample_size
        else ""
    )
    return raised(
        "warning",
        results,
        "The 95 % interval of the headline accuracy runs from {low} to {high}: {below} percentage "
        f"points below the accuracy and {{above}} above it.{needed}",
        *terms,
        *((term("width", "sample_size.width", "points"),) if needed else ()),
        *((count("n", "sample_size.n"),) if needed else ()),
    )


@rule(
    "SIZE-03",
    "models",
    subject="Errors of the headline",
    title="Perfect score",
    why="A perfect score on few samples is expected of many models that do err.",
    action="Quote the lower limit of the interval, and look for test samples that took part in "
    "any choice.",
    references=("wilson1927",),
)
def perfect_score(results: Results) -> Verdict:
    """Raise SIZE-03: no error was seen, which does not mean that there is none."""
    here = f"evaluations[{results.primary_evaluation}]"
    n = count("n", f"{here}.n_predictions")
    if results.primary.n_errors:
        n_errors = count("n_errors", f"{here}.n_errors")
        return passed(results, "Errors: {n_errors} in {n} predictions.", n_errors, n)
    return raised(
        "warning",
        results,
        "No error in {n} predictions; an error rate of up to {bound} is still compatible with "
        "that.",
        n,
        percent("bound", f"difference(1, {here}.accuracy_interval.low)"),
    )


# Our choice. With as many genes as samples, samples in general position can be separated whatever
# their labels (Cover 1965, IEEE Transactions on Electronic Computers 14, 326–334); with ten times
# as many, a filter that keeps one gene in ten changes nothing in that.
MANY_GENES_PER_SAMPLE = 10


@rule(
    "SIZE-04",
    "models",
    subject="Genes to a sample",
    title="Overfitting is possible: many more {genes} than samples",
    why="Infinitely many rules separate the training samples without error, so that the training "
    "error says nothing and the weights of {genes} are not unique.",
    action="Believe held-out figures only; do not read the weights as a ranking of {genes}.",
    references=("dudoit2002",),
)
def extreme_dimensionality(results: Results) -> Verdict:
    """Raise SIZE-04: many more genes than samples."""
    genes = results.study.gene_noun_plural
    terms = (
        count("n_genes", "data.n_genes"),
        count("n_train", "data.n_train"),
        term("ratio", "data.genes_per_sample", "count"),
    )
    template = f"{{n_genes}} {genes} on {{n_train}} training samples: {{ratio}} to a sample"
    if results.data.genes_per_sample <= MANY_GENES_PER_SAMPLE:
        bound = limit(MANY_GENES_PER_SAMPLE, "count")
        return passed(results, f"{template}; limit {{limit}}.", *terms, bound)
    return raised("note", results, f"{template}.", *terms)
