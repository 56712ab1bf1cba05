"""Rules on size: how much so many samples can say, and about how many genes."""

from pipeline.records.base import Finding
from pipeline.rules import build
from pipeline.rules.evidence import Evidence

# Our choice: from 100 held-out samples on, one more error moves the accuracy by at most one
# percentage point, and from 50 of a class on its recall by at most two. TRIPOD+AI (item 10) asks
# that the number of samples be justified, and names none.
FEW_TEST_SAMPLES = 100
FEW_TEST_OF_CLASS = 50


def few_test_samples(evidence: Evidence) -> Finding | None:
    """Raise SIZE-01: too few held-out samples for fine distinctions."""
    protocol = evidence.protocol(evidence.primary.protocol)
    n_held_out = len(protocol.sample_ids)
    smallest = min(evidence.primary.per_class, key=lambda metrics: metrics.support)
    of_class = smallest.support // protocol.n_repeats
    if n_held_out >= FEW_TEST_SAMPLES and of_class >= FEW_TEST_OF_CLASS:
        return None
    return build.finding(
        "SIZE-01",
        "warning",
        "models",
        "Few samples",
        f"The headline rests on {{n}} {evidence.sample_nouns}, {{n_class}} of them {{label}}: "
        "one more error would move the accuracy by {step} percentage points.",
        (
            build.count("n", n_held_out),
            build.count("n_class", of_class),
            build.text("label", smallest.label),
            build.value("step", 1 / n_held_out, "points"),
        ),
        why="With so few samples a difference of one or two errors is within chance.",
        action="Read the interval, not the point; do not rank models by single errors.",
        references=("dobbin2011", "collins2024"),
    )


# Our choice: a wider interval holds numbers with different first decimals, so that not even the
# first decimal of the accuracy is known.
WIDE_INTERVAL = 0.10


def wide_interval(evidence: Evidence) -> Finding | None:
    """Raise SIZE-02: the headline's interval is wide."""
    interval, key = evidence.primary.accuracy_interval, evidence.primary.key
    width = interval.high - interval.low
    if width <= WIDE_INTERVAL:
        return None
    return build.finding(
        "SIZE-02",
        "warning",
        "models",
        "Wide interval",
        "The 95 % interval of the headline accuracy runs from {low} to {high}, a width of "
        "{width} percentage points.",
        (
            build.decimal("low", interval.low, f"evaluations[{key}].accuracy_interval.low"),
            build.decimal("high", interval.high, f"evaluations[{key}].accuracy_interval.high"),
            build.value("width", width, "points"),
        ),
        why="An accuracy as low as the lower limit is compatible with these data.",
        action="Quote the interval wherever the accuracy is quoted.",
        references=("nadeau2003", "wilson1927") if evidence.is_resampled else ("wilson1927",),
    )


def perfect_score(evidence: Evidence) -> Finding | None:
    """Raise SIZE-03: no error was seen, which does not mean that there is none."""
    primary = evidence.primary
    if primary.n_errors:
        return None
    return build.finding(
        "SIZE-03",
        "warning",
        "models",
        "Perfect score",
        "No error in {n} predictions; an error rate of up to {bound} is still compatible with "
        "that.",
        (
            build.count("n", primary.n_predictions, f"evaluations[{primary.key}].n_predictions"),
            build.value("bound", 1 - primary.accuracy_interval.low, "percent"),
        ),
        why="A perfect score on few samples is expected of many models that do err.",
        action="Quote the lower limit of the interval, and look for test samples that took part "
        "in any choice.",
        references=("wilson1927",),
    )


# Our choice. With as many genes as samples, samples in general position can be separated whatever
# their labels (Cover 1965, IEEE Transactions on Electronic Computers 14, 326–334); with ten times
# as many, a filter that keeps one gene in ten changes nothing in that.
MANY_GENES_PER_SAMPLE = 10


def extreme_dimensionality(evidence: Evidence) -> Finding | None:
    """Raise SIZE-04: many more genes than samples."""
    data = evidence.data
    if data.genes_per_sample <= MANY_GENES_PER_SAMPLE:
        return None
    return build.finding(
        "SIZE-04",
        "note",
        "models",
        f"Many more {evidence.gene_nouns} than samples",
        f"{{n_genes}} {evidence.gene_nouns} on {{n_train}} training samples: "
        "{ratio} to a sample.",
        (
            build.count("n_genes", data.n_genes, "data.n_genes"),
            build.count("n_train", data.n_train, "data.n_train"),
            build.value("ratio", round(data.genes_per_sample), "count"),
        ),
        why="Infinitely many rules separate the training samples without error, so that the "
        "training error says nothing and the weights of genes are not unique.",
        action="Believe held-out figures only; do not read the weights as a ranking of genes.",
        references=("dudoit2002",),
    )
