"""Rules on the labels: how they came to the samples, and whether the values agree with them."""

from pipeline.records.base import Severity
from pipeline.results import Results
from pipeline.rules.rule import (
    Verdict,
    checked,
    count,
    decimal,
    limit,
    not_applicable,
    passed,
    raised,
    rule,
    seen,
    text,
)


@rule(
    "LABEL-01",
    "data",
    subject="How labels came to samples",
    title="Labels joined by position",
    why="A label that is given by position is wrong wherever a file is in another order, and "
    "nothing shows it: models are then judged by other samples' classes.",
    action="Give the labels by the name of the sample.",
    references=("kapoor2023",),
)
def joined_by_position(results: Results) -> Verdict:
    """Raise LABEL-01: labels were not joined by name."""
    terms = (
        text("method", "data.label_join.method"),
        count("n", "data.label_join.n_matched"),
    )
    template = "By {method}, one label to each of {n} samples."
    if results.data.label_join.method == "name":
        return passed(results, template, *terms)
    return raised("warning", results, template, *terms)


@rule(
    "LABEL-02",
    "data",
    subject="Order of the columns and of the labels",
    title="A join by position would go wrong here",
    why="Published code often joins labels by position. Its models are then judged, and "
    "trained, by other samples' classes.",
    action="Ask of any figure on these files how the labels were joined.",
    references=("kapoor2023",),
)
def order_differs(results: Results) -> Verdict:
    """Describe LABEL-02: the order of the files would mislabel samples, had they been joined so."""
    terms = (
        count("n_wrong", "data.label_join.n_wrong_by_position"),
        count("n", "data.n_samples"),
    )
    if not results.data.label_join.n_wrong_by_position:
        return passed(
            results, "A join by position would give {n_wrong} of {n} samples a wrong class.", *terms
        )
    return seen(
        results,
        "The files are in another order than the labels: a join by position would give {n_wrong} "
        "of {n} samples the label of another class. This report joined by name.",
        *terms,
    )


# Our choice: a gene that ranks nine of ten pairs of training samples rightly tells the classes
# apart; one that ranks fewer than seven of ten pairs of test samples does not.
TELLING, LOST, CHANCE = 0.9, 0.7, 0.5


@rule(
    "LABEL-03",
    "data",
    subject="The best gene of the training samples on the test samples",
    title="The best {genes} of the training samples fail on the test samples",
    why="A gene that tells the classes apart in one part and not in the other is a sign that the "
    "labels of one part are shifted, or that the two parts are of different kinds.",
    action="Check the join of the labels, and look at known markers of the classes.",
    references=("kapoor2023",),
)
def witness_fails(results: Results) -> Verdict:
    """Raise LABEL-03: the best training gene does not tell the test samples apart."""
    witness = results.genes.witness
    if witness is None:
        return not_applicable("There are no test samples of both kinds.")
    terms = (
        text("gene", "genes.witness.gene"),
        text("label", "genes.witness.label"),
        decimal("training", "genes.witness.auc_training"),
        decimal("test", "genes.witness.auc_test"),
    )
    template = (
        "{gene}, high in {label}, ranks the training samples with an area under the curve of "
        "{training}, the test samples with {test}"
    )
    if witness.auc_training < TELLING:
        return not_applicable("No single gene tells the training samples apart.")
    if witness.auc_test >= LOST:
        return passed(results, f"{template}; limit {{limit}}.", *terms, limit(LOST, "number"))
    severity: Severity = "error" if witness.auc_test < CHANCE else "warning"
    return raised(severity, results, f"{template}.", *terms)


@rule(
    "LABEL-04",
    "audit",
    subject="Labels that are numbers",
    title="Labels that are numbers",
    why="A number does not say what it stands for; codes differ between copies of a data set, and "
    "a measurement may have been taken for classes.",
    action="Give the classes names, under [classes] in the study file.",
    references=("collins2024",),
)
def numeric_labels(results: Results) -> Verdict:
    """Raise LABEL-04: all labels are numbers."""
    return checked(results, "numeric_labels", "note")


@rule(
    "LABEL-05",
    "audit",
    subject="Labels that differ in spelling only",
    title="Labels that differ in spelling only",
    why="Two spellings of one class are two classes to a model, and tell it apart by who wrote "
    "the label.",
    action="Write each class in one way.",
    references=("kapoor2023",),
)
def similar_labels(results: Results) -> Verdict:
    """Raise LABEL-05: labels differ in capitals, blanks or signs only."""
    return checked(results, "similar_labels", "warning")
