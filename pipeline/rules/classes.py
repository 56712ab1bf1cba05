"""Rules on the classes: how common each is, and whether the split keeps that."""

from pipeline.results import Results
from pipeline.rules.rule import (
    Verdict,
    checked,
    limit,
    not_applicable,
    number,
    passed,
    percent,
    raised,
    rule,
    text,
)

# Our choice: for two classes this is a smaller class under 30 %, where always naming the larger
# one is right for more than 70 % of the samples.
IMBALANCE_OF_EQUAL_SHARE = 0.6


@rule(
    "CLASS-01",
    "models",
    subject="Share of the smallest class",
    title="Class imbalance",
    why="Accuracy depends on how common each class is, and a model that always names the larger "
    "class scores well.",
    action="Do not quote the accuracy alone: read balanced accuracy, MCC and the recall of each "
    "class.",
    references=("collins2024",),
)
def class_imbalance(results: Results) -> Verdict:
    """Raise CLASS-01: one class is much rarer than an equal share."""
    terms = text("label", "data.smallest_class"), percent("share", "data.smallest_share")
    least = IMBALANCE_OF_EQUAL_SHARE / len(results.data.classes)
    if results.data.smallest_share >= least:
        bound = limit(least, "percent")
        return passed(results, "{label} is {share} of all samples; limit {limit}.", *terms, bound)
    return raised("warning", results, "{label} is {share} of all samples.", *terms)


# Our choice: with two classes, a shift moves a model's accuracy by at most the shift itself; up to
# five percentage points that is within half the width that SIZE-02 lets pass.
PREVALENCE_SHIFT = 0.05


@rule(
    "CLASS-02",
    "models",
    subject="Shares of the classes in training and test",
    title="Class imbalance differs between training and test",
    why="Accuracy and precision hold only where classes are as common as among the test samples, "
    "and a shift is a sign that the two parts were collected otherwise.",
    action="Read the recall of each class, and find out how the two parts were collected.",
    references=("collins2024",),
)
def prevalence_shift(results: Results) -> Verdict:
    """Raise CLASS-02: a class is more common in one part of the given split than in the other."""
    if not results.data.n_test:
        return not_applicable("There is no independent test set.")
    places = [f"data.classes[{k}]" for k in range(len(results.data.classes))]
    trains = [f"ratio({place}.n_train, data.n_train)" for place in places]
    tests = [f"ratio({place}.n_test, data.n_test)" for place in places]
    shifts = [number(results, f"distance({a}, {b})") for a, b in zip(trains, tests, strict=True)]
    k = shifts.index(max(shifts))
    terms = (
        text("label", f"{places[k]}.label"),
        percent("train", trains[k]),
        percent("test", tests[k]),
    )
    template = "{label} is {train} of the training samples and {test} of the test samples"
    if shifts[k] <= PREVALENCE_SHIFT:
        bound = limit(PREVALENCE_SHIFT, "points")
        return passed(results, f"{template}; limit {{limit}} points apart.", *terms, bound)
    return raised("warning", results, f"{template}.", *terms)


@rule(
    "CLASS-03",
    "audit",
    subject="Samples of the smallest class in each part",
    title="A class of very few samples",
    why="From a handful of samples neither the spread of a class nor its recall can be estimated.",
    action="Leave the class out, join it with another, or get more samples of it.",
    references=("dobbin2011",),
)
def small_classes(results: Results) -> Verdict:
    """Raise CLASS-03: a class has very few samples in some part of the split."""
    return checked(results, "small_classes", "warning")
