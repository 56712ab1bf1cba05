"""Rules on the classes: how common each is, and whether the split keeps that."""

from pipeline.records.base import Finding
from pipeline.records.data import ClassSummary
from pipeline.rules import build
from pipeline.rules.evidence import Evidence

# Our choice: for two classes this is a smaller class under 40 %, where always naming the larger
# one is right for more than 60 % of the samples.
IMBALANCE_OF_EQUAL_SHARE = 0.8


def class_imbalance(evidence: Evidence) -> Finding | None:
    """Raise CLASS-01: one class is much rarer than an equal share."""
    data = evidence.data
    if data.smallest_share >= IMBALANCE_OF_EQUAL_SHARE / len(data.classes):
        return None
    return build.finding(
        "CLASS-01",
        "warning",
        "models",
        "Unequal classes",
        "{label} is {share} of all samples.",
        (
            build.value("label", data.smallest_class, "text", "data.smallest_class"),
            build.value("share", data.smallest_share, "percent", "data.smallest_share"),
        ),
        why="Accuracy depends on how common each class is, and a model that always names the "
        "larger class scores well.",
        action="Read balanced accuracy, MCC and the recall of each class.",
        references=("collins2024",),
    )


# Our choice: with two classes, a shift moves a model's accuracy by at most the shift itself; up to
# five percentage points that is within half the width that SIZE-02 lets pass.
PREVALENCE_SHIFT = 0.05


def prevalence_shift(evidence: Evidence) -> Finding | None:
    """Raise CLASS-02: a class is more common in one part of the given split than in the other."""
    data = evidence.data
    if not data.n_test:
        return None

    def shares(summary: ClassSummary) -> tuple[float, float]:
        return summary.n_train / data.n_train, summary.n_test / data.n_test

    shifted = max(data.classes, key=lambda summary: abs(shares(summary)[0] - shares(summary)[1]))
    train, test = shares(shifted)
    if abs(train - test) <= PREVALENCE_SHIFT:
        return None
    return build.finding(
        "CLASS-02",
        "warning",
        "models",
        "Classes shift between training and test",
        "{label} is {train} of the training samples and {test} of the test samples.",
        (
            build.text("label", shifted.label),
            build.value("train", train, "percent"),
            build.value("test", test, "percent"),
        ),
        why="Accuracy and precision hold only where classes are as common as among the test "
        "samples, and a shift is a sign that the two parts were collected otherwise.",
        action="Read the recall of each class, and find out how the two parts were collected.",
        references=("collins2024",),
    )
