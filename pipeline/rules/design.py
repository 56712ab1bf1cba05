"""Rules on the design: what is known of where the samples come from, and what it goes with."""

from collections.abc import Sequence

from pipeline.records.audit import Association, Covariate
from pipeline.records.base import Severity
from pipeline.results import Results
from pipeline.rules.rule import (
    Term,
    Verdict,
    count,
    decimal,
    not_applicable,
    not_run,
    passed,
    raised,
    rule,
    term,
    text,
    words,
)

COVARIATES = "audit.covariates.covariates"


@rule(
    "DESIGN-01",
    "audit",
    subject="Source, batch or tissue of the samples",
    title="Confounding was not checked",
    why="If the classes come from different laboratories, a model may recognise the laboratory; "
    "held-out samples of the same laboratories cannot show it.",
    action="Find out where, when and how each sample was taken before building on the result.",
    references=("collins2024", "leek2010"),
)
def confounding_unchecked(results: Results) -> Verdict:
    """Raise DESIGN-01: nobody has asked whether class and origin of the samples go together."""
    if not results.audit.covariates.not_run:
        return passed(
            results,
            "{n} covariates were examined, in {n_tests} tests against class and split.",
            count("n", f"count({COVARIATES})"),
            count("n_tests", "audit.covariates.n_tests"),
        )
    return raised(
        "warning",
        results,
        "Nothing is known of where, when or how any of the {n} samples was taken.",
        count("n", "data.n_samples"),
    )


@rule(
    "DESIGN-02",
    "data",
    subject="Sources that were held out as a whole",
    title="One study",
    why="Samples of one study share its laboratories, its arrays and its time. What holds within "
    "it may not hold elsewhere, and never on another platform without training anew.",
    action="Test on samples of another study before claiming more.",
    references=("collins2024", "shi2010"),
)
def single_study(results: Results) -> Verdict:
    """Raise DESIGN-02: no source was held out as a whole."""
    source = next((p for p in results.protocols if p.key == "source"), None)
    if source and not source.unavailable and source.n_folds > 1:
        return passed(results, "Held out in turn: {n}.", count("n", "protocols[source].n_folds"))
    return raised(
        "note",
        results,
        "All {n} samples come from one study, and fewer than two of its sources could be held out "
        "as a whole.",
        count("n", "data.n_samples"),
    )


# Beyond this size of an association the class is all but known from the covariate.
SAME = 0.99


@rule(
    "DESIGN-03",
    "audit",
    subject="Covariates that go with the class",
    title="The class goes with something else",
    why="What a model learns of the class it may have learned of that, and no resampling of these "
    "samples can tell the two apart.",
    action="Look at held-out samples in which the two do not go together; without such samples do "
    "not claim that the model knows the class.",
    references=("leek2010", "golub1999"),
)
def confounded_class(results: Results) -> Verdict:
    """Raise DESIGN-03: a covariate goes with the class."""
    if results.audit.covariates.not_run:
        return not_run(results.audit.covariates.not_run)
    training = _strong(results, "class", among="training")
    found = training or _strong(results, "class", among="all")
    if not found:
        return _none_goes(results, "the class")
    size = abs(results.audit.associations[found[0]].value or 0.0)
    severity: Severity = "error" if training and size >= SAME else "warning"
    return raised(
        severity,
        results,
        "Among the {n} " + ("training " if training else "") + "samples of which it is known, "
        "{label} and the class go together: {measure} {size}, adjusted p-value {p}.{also}",
        *_told(results, found),
    )


@rule(
    "DESIGN-04",
    "audit",
    subject="Covariates that go with the split",
    title="Training and test samples differ in more than chance",
    why="A test set of other origin asks more of a model than new samples of the same origin "
    "would, or less: its figure is that of both.",
    action="Say how the test set was chosen, and give the errors by origin.",
    references=("collins2024",),
)
def confounded_split(results: Results) -> Verdict:
    """Raise DESIGN-04: a covariate goes with the split."""
    if results.audit.covariates.not_run:
        return not_run(results.audit.covariates.not_run)
    if not results.data.n_test:
        return not_applicable("There is no independent test set.")
    found = _strong(results, "split", among="all")
    if not found:
        return _none_goes(results, "the split")
    return raised(
        "warning",
        results,
        "Among the {n} samples of which it is known, {label} and the part of the split go "
        "together: {measure} {size}, adjusted p-value {p}.{also}",
        *_told(results, found),
    )


@rule(
    "DESIGN-05",
    "audit",
    subject="Values of covariates that only test samples have",
    title="Test samples of kinds that training never saw",
    why="On these samples the model extrapolates; an error there says little of the others, and a "
    "success may be luck.",
    action="Give the errors of these samples apart.",
    references=("collins2024",),
)
def unseen_strata(results: Results) -> Verdict:
    """Raise DESIGN-05: test samples have values that no training sample has."""
    if results.audit.covariates.not_run:
        return not_run(results.audit.covariates.not_run)
    if not results.data.n_test:
        return not_applicable("There is no independent test set.")
    places = [
        (f"{COVARIATES}[{i}]", covariate)
        for i, covariate in enumerate(results.audit.covariates.covariates)
        if covariate.only_test
    ]
    if not places:
        n = count("n", f"count({COVARIATES})")
        return passed(results, "None, in {n} covariates.", n)
    only = ", ".join(f"{place}.only_test" for place, _ in places)
    return raised(
        "note",
        results,
        "Values that test samples have and no training sample: {n} ({names}).",
        count("n", f"count({only})"),
        words("names", "; ".join(f"{c.label}: {', '.join(c.only_test)}" for _, c in places)),
    )


@rule(
    "DESIGN-06",
    "audit",
    subject="What is unknown of the samples, against the class",
    title="What is unknown goes with the class",
    why="Where one class has its covariates recorded and the other has not, tables by covariate "
    "compare what cannot be compared, and a model that saw them would read the class off the gaps.",
    action="Never put such columns among the features; do not read tables by these covariates.",
    references=("collins2024", "kapoor2023"),
)
def class_from_gaps(results: Results) -> Verdict:
    """Raise DESIGN-06: a covariate's being unknown goes with the class."""
    record = results.audit.missingness
    if record.not_run:
        return not_run(record.not_run)
    if not record.is_raised:
        return passed(results, "None of {n} covariates.", count("n", f"count({COVARIATES})"))
    found = _strong(results, "class", among="all", missing=True)
    found = found or _strong(results, "class", among="training", missing=True)
    return raised(
        "note",
        results,
        "Whether it is known of a sample goes with the class for {n_names} covariates ({names}).",
        count("n_names", "count(audit.missingness.names)"),
        words("names", ", ".join(record.names)),
        *(_told(results, found) if found else ()),
    )


# Our choice: a group has to err twice as often as all, and more than once.
TWICE, FEWEST_ERRORS, FEWEST_SAMPLES = 2, 2, 3


@rule(
    "DESIGN-07",
    "samples",
    subject="Errors by covariate",
    title="Errors gather in one group",
    why="A group of other origin or handling in which a model errs more often is one for which the "
    "overall accuracy does not hold.",
    action="Give the errors of this group apart, and find out how its samples were handled.",
    references=("collins2024", "leek2010"),
)
def errors_gather(results: Results) -> Verdict:
    """Raise DESIGN-07: the errors of the headline gather in one value of a covariate."""
    if results.audit.covariates.not_run:
        return not_run(results.audit.covariates.not_run)
    primary, protocol = results.primary, results.protocol(results.primary.protocol)
    known = results.audit.covariates.covariates
    groups = [
        (covariate, level, rows)
        for covariate in known
        for level, rows in _groups(results, covariate)
        if FEWEST_SAMPLES <= len(rows) < len(protocol.sample_ids)
    ]
    if not groups:
        return not_applicable("No group has enough held-out samples.")
    overall = sum(primary.n_wrong) / len(primary.n_wrong)

    def errors(rows: Sequence[int]) -> int:
        return sum(primary.n_wrong[i] for i in rows)

    covariate, level, rows = max(groups, key=lambda group: errors(group[2]) / len(group[2]))
    wrong = f"evaluations[{primary.key}].n_wrong"
    ids = f"protocols[{protocol.key}].sample_ids"
    terms = (
        text("label", f"{COVARIATES}[{known.index(covariate)}].label"),
        words("level", level),
        count("n_errors", f"sum({', '.join(f'{wrong}[{i}]' for i in rows)})"),
        count("n", f"count({', '.join(f'{ids}[{i}]' for i in rows)})"),
        count("n_all_errors", f"sum({wrong})"),
        count("n_all", f"count({ids})"),
    )
    template = (
        "{label} {level}: errors {n_errors} on {n} held-out samples, {n_all_errors} on all {n_all}"
    )
    least = max(FEWEST_ERRORS * protocol.n_repeats, TWICE * overall * len(rows))
    if errors(rows) < least:
        return passed(results, f"Most often wrong: {template}.", *terms)
    return raised("note", results, f"{template}.", *terms)


@rule(
    "DESIGN-08",
    "audit",
    subject="Covariates that go with class or split, predicted within a class",
    title="The values show a covariate within a class",
    why="Within one class it is not the class that tells the samples apart: origin or handling "
    "left a mark on the values, or the samples differ in kind. A model can use what it finds "
    "there, and what goes with it.",
    action="Hold out whole groups, give the errors of each, and find out how their samples were "
    "handled.",
    references=("leek2010",),
)
def batch_shows(results: Results) -> Verdict:
    """Raise DESIGN-08: a covariate that goes with class or split is known from the values."""
    record, path = results.audit.batches, "audit.batches"
    if record.not_run:
        return not_run(record.not_run)
    order = sorted(range(len(record.results)), key=lambda i: -record.results[i].auc)
    above = [i for i in order if record.results[i].auc > record.limit]
    place = f"{path}.results[{order[0]}]"
    terms = (
        text("label", f"{place}.label"),
        text("level", f"{place}.level"),
        text("class_label", f"{place}.class_label"),
        decimal("auc", f"{place}.auc"),
        count("n", f"{place}.n_level"),
        count("n_rest", f"{place}.n_rest"),
        term("limit", f"{path}.limit", "number"),
    )
    template = (
        "{label} {level} within {class_label}: ROC AUC {auc} for left-out samples, {n} against "
        "{n_rest} (limit {limit})."
    )
    if not above:
        return passed(results, f"Best predicted: {template}", *terms)
    others = (record.results[i] for i in above[1:])
    also = ", ".join(f"{found.label} {found.level} within {found.class_label}" for found in others)
    return raised(
        "note",
        results,
        f"{template}{{also}}",
        *terms,
        words("also", f" Also: {also}." if also else ""),
    )


def _groups(results: Results, covariate: Covariate) -> list[tuple[str, list[int]]]:
    """Positions of the held-out samples by the value of a covariate."""
    if covariate.kind != "category":
        return []
    samples = [sample.id for sample in results.data.samples]
    of = dict(zip(samples, covariate.values, strict=True))
    held_out = results.protocol(results.primary.protocol).sample_ids
    return [
        (found.level, [i for i, sample in enumerate(held_out) if of[sample] == found.level])
        for found in covariate.levels
    ]


def _strong(results: Results, target: str, *, among: str, missing: bool = False) -> list[int]:
    """Positions of the associations with class or split that count, surest first."""
    check = results.audit.missingness if missing else results.audit.covariates
    covariates = {covariate.key for covariate in results.audit.covariates.covariates}

    def counts(found: Association) -> bool:
        return (
            (found.target, found.among, found.missing) == (target, among, missing)
            and found.subject in covariates
            and found.value is not None
            and found.p_adjusted is not None
            and abs(found.value) >= check.limit
            and found.p_adjusted < check.level
        )

    strong = [i for i, found in enumerate(results.audit.associations) if counts(found)]

    def doubt(i: int) -> tuple[bool, float]:
        found = results.audit.associations[i]
        return abs(found.value or 0.0) < SAME, found.p_adjusted or 0.0

    return sorted(strong, key=doubt)


def _told(results: Results, found: list[int]) -> tuple[Term, ...]:
    """The first association in numbers, and the labels of the others."""
    place = f"audit.associations[{found[0]}]"
    others = ", ".join(results.audit.associations[i].label for i in found[1:])
    return (
        text("label", f"{place}.label"),
        text("measure", f"{place}.measure"),
        count("n", f"{place}.n"),
        decimal("size", f"{place}.value"),
        term("p", f"{place}.p_adjusted", "p_value"),
        words("also", f" Also: {others}." if others else ""),
    )


def _none_goes(results: Results, target: str) -> Verdict:
    """Say that no covariate goes with class or split."""
    return passed(
        results,
        f"None of {{n}} covariates goes with {target}: adjusted p-value below {{level}} and size "
        "{limit} or more.",
        count("n", f"count({COVARIATES})"),
        term("level", "audit.covariates.level", "number"),
        term("limit", "audit.covariates.limit", "number"),
    )
