"""Rules on the design: what is known of where the samples come from, and what it goes with."""

from dataclasses import dataclass

from pipeline.records.audit import Association
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
    seen,
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
            "Covariates that were examined: {n}. Tests of them, and of measures of the arrays, "
            "against class and split: {n_tests}; against components: {n_component_tests}.",
            count("n", f"count({COVARIATES})"),
            count("n_tests", "audit.covariates.n_tests"),
            count("n_component_tests", "audit.covariates.n_component_tests"),
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
    subject="Sources that were held out as a whole, and values that only test samples have",
    title="External validity: one study",
    why="Samples of one study share its laboratories, its arrays and its time. What holds within "
    "it may not hold elsewhere, and never on another platform without training anew. On {samples} "
    "of kinds that training never saw, a model extrapolates.",
    action="Read the errors of new kinds apart; test on {samples} of another study before claiming "
    "more.",
    references=("collins2024", "shi2010"),
)
def single_study(results: Results) -> Verdict:
    """Raise DESIGN-02: no source was held out as a whole, or test samples are of new kinds."""
    source = next((p for p in results.protocols if p.key == "source"), None)
    is_held_out = source is not None and not source.unavailable and source.n_folds > 1
    n_folds = count("n", "protocols[source].n_folds")
    covariates = results.audit.covariates.covariates
    places = [(f"{COVARIATES}[{i}]", c) for i, c in enumerate(covariates) if c.only_test]
    if is_held_out and not places:
        return passed(results, "Sources held out in turn: {n}.", n_folds)
    start, first = "Sources held out in turn: {n}.", n_folds
    if not is_held_out:
        start = (
            "All {n} samples come from one study, and fewer than two of its sources could be held "
            "out as a whole."
        )
        first = count("n", "data.n_samples")
    if not places:
        return raised("note", results, start, first)
    only = ", ".join(f"{place}.only_test" for place, _ in places)
    return raised(
        "warning",
        results,
        start + " Values that test samples have and no training sample: {n_new} ({names}).",
        first,
        count("n_new", f"count({only})"),
        words("names", "; ".join(f"{c.label}: {', '.join(c.only_test)}" for _, c in places)),
    )


# Beyond this size of an association the class is all but known from the covariate.
SAME = 0.99


@rule(
    "DESIGN-03",
    "audit",
    subject="Covariates that go with the class",
    title="Confounding: the class goes, or may go, with something else",
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
        return _not_excluded(results) or _none_goes(results, "the class")
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
    title="Selection bias: training and test samples differ in more than chance",
    why="A test set of other origin asks more of a model than new samples of the same origin "
    "would, or less: its figure is that of both.",
    action="Say how the test set was chosen, and read the errors by source.",
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
    # Where test samples have values that training has not, DESIGN-02 says so: one caveat.
    new = any(covariate.only_test for covariate in results.audit.covariates.covariates)
    return raised(
        "seen" if new else "warning",
        results,
        "Among the {n} samples of which it is known, {label} and the part of the split go "
        "together: {measure} {size}, adjusted p-value {p}.{also}",
        *_told(results, found),
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
    return seen(
        results,
        "Whether it is known of a sample goes with the class for {n_names} covariates ({names}).",
        count("n_names", "count(audit.missingness.names)"),
        words("names", ", ".join(record.names)),
        *(_told(results, found) if found else ()),
    )


# Our choice: a group has to err twice as often as all, and more than once: one error is always
# in some group.
TWICE, FEWEST_ERRORS, FEWEST_SAMPLES = 2, 2, 3


@dataclass(frozen=True)
class Group:
    """Held-out samples of one value of a covariate, or of all its values that are new."""

    covariate: int  # its place among the covariates
    template: str
    level: str
    rows: tuple[int, ...]
    is_new: bool


@rule(
    "DESIGN-07",
    "samples",
    subject="Errors by covariate, and of values that training never saw",
    title="Confounding: errors gather in one group",
    why="A group of other origin or handling in which a model errs more often is one for which the "
    "overall accuracy does not hold.",
    action="Read the errors of this group apart, and find out how its samples were handled.",
    references=("collins2024", "leek2010"),
)
def errors_gather(results: Results) -> Verdict:
    """Raise DESIGN-07: the errors of the headline gather in one group of samples."""
    if results.audit.covariates.not_run:
        return not_run(results.audit.covariates.not_run)
    primary, protocol = results.primary, results.protocol(results.primary.protocol)
    groups = _groups(results)
    if not groups:
        return not_applicable("No group has enough held-out samples.")
    overall = sum(primary.n_wrong) / len(primary.n_wrong)

    def errors(group: Group) -> int:
        return sum(primary.n_wrong[i] for i in group.rows)

    def gathers(group: Group) -> bool:
        expected = TWICE * overall * len(group.rows)
        return errors(group) >= max(FEWEST_ERRORS * protocol.n_repeats, expected)

    # New values are told before single ones, then where the most errors are: a high rate on
    # three samples must not hide a lower one on thirteen.
    gathered = [group for group in groups if gathers(group)]
    if gathered:
        told = max(gathered, key=lambda group: (group.is_new, errors(group)))
    else:
        told = max(groups, key=lambda group: errors(group) / len(group.rows))
    wrong = f"evaluations[{primary.key}].n_wrong"
    ids = f"protocols[{protocol.key}].sample_ids"
    terms = (
        text("label", f"{COVARIATES}[{told.covariate}].label"),
        words("level", told.level),
        count("n_errors", f"sum({', '.join(f'{wrong}[{i}]' for i in told.rows)})"),
        count("n", f"count({', '.join(f'{ids}[{i}]' for i in told.rows)})"),
        count("n_all_errors", f"sum({wrong})"),
        count("n_all", f"count({ids})"),
    )
    template = (
        f"{told.template}: errors {{n_errors}} on {{n}} held-out samples, {{n_all_errors}} on all "
        "{n_all}."
    )
    if not gathered:
        return passed(results, f"Most often wrong: {template}", *terms)
    return raised("warning", results, template, *terms)


MOST_TOLD = 8  # results that the sentence names


@rule(
    "DESIGN-08",
    "audit",
    subject="Covariates that go with class or split, predicted within a class",
    title="Batch effect: the values show a covariate within a class",
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
    terms = [
        term("limit", f"{path}.limit", "number"),
        count("n_tried", f"count({path}.results)"),
    ]
    parts = []
    for place, i in enumerate(order[:MOST_TOLD]):
        found, here = record.results[i], f"{path}.results[{i}]"
        part = f"{{label{place}}} {{level{place}}} within {{class{place}}} {{auc{place}}}"
        terms += [
            text(f"label{place}", f"{here}.label"),
            text(f"level{place}", f"{here}.level"),
            text(f"class{place}", f"{here}.class_label"),
            decimal(f"auc{place}", f"{here}.auc"),
            count(f"n{place}", f"{here}.n_level"),
            count(f"n_rest{place}", f"{here}.n_rest"),
        ]
        if found.low is not None and found.high is not None:
            part += f" (nominal 95 % interval {{low{place}}} to {{high{place}}}; "
            terms += [
                decimal(f"low{place}", f"{here}.low"),
                decimal(f"high{place}", f"{here}.high"),
            ]
        else:
            part += " ("
        parts.append(f"{part}{{n{place}}} against {{n_rest{place}}})")
    more = "; results.json has the others" if len(order) > MOST_TOLD else ""
    template = (
        "ROC AUC for left-out samples, over {n_tried} tried, each score from a fit of its own "
        f"(limit {{limit}}): {'; '.join(parts)}{more}."
    )
    if not any(found.auc > record.limit for found in record.results):
        return passed(results, template, *terms)
    return raised("note", results, template, *terms)


def _groups(results: Results) -> list[Group]:
    """Groups of held-out samples by the values of covariates, and by all that are new at once."""
    samples = [sample.id for sample in results.data.samples]
    protocol = results.protocol(results.primary.protocol)
    groups: list[Group] = []
    for place, covariate in enumerate(results.audit.covariates.covariates):
        if covariate.kind != "category":
            continue
        of = dict(zip(samples, covariate.values, strict=True))
        values = [of[sample] for sample in protocol.sample_ids]
        # What training saw is the same for all held-out samples on the given split alone.
        new = covariate.only_test if protocol.key == "given" else ()
        chosen: list[tuple[str, tuple[str, ...], bool]] = [
            ("{label} {level}", (found.level,), False) for found in covariate.levels
        ]
        if len(new) > 1:
            chosen.append(("{label} not in training ({level})", new, True))
        for template, levels, is_new in chosen:
            rows = tuple(i for i, value in enumerate(values) if value in levels)
            if FEWEST_SAMPLES <= len(rows) < len(values):
                groups.append(Group(place, template, ", ".join(levels), rows, is_new))
    return groups


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


def _not_excluded(results: Results) -> Verdict | None:
    """Raise what is large, and no larger than chance gives: so few samples cannot exclude it."""
    check = results.audit.covariates
    subjects = {covariate.key for covariate in check.covariates}

    def size(i: int) -> float:
        found = results.audit.associations[i]
        asked = found.target == "class" and not found.missing and found.subject in subjects
        return found.corrected or 0.0 if asked else 0.0

    large = [i for i in range(len(results.audit.associations)) if size(i) >= check.limit]
    if not large:
        return None
    # In training it does more harm than among all.
    first = max(large, key=lambda i: (results.audit.associations[i].among == "training", size(i)))
    place = f"audit.associations[{first}]"
    found = results.audit.associations[first]
    labels = {results.audit.associations[i].label for i in large} - {found.label}
    also = f" Also: {', '.join(sorted(labels))}." if labels else ""
    return raised(
        "note",
        results,
        "That {label} and the class go together cannot be excluded: among the {n} "
        + ("training " if found.among == "training" else "")
        + "samples of which it is known, {measure} is {size}, less its bias {corrected} "
        "(95 % interval {low} to {high}), and the adjusted p-value {p}.{also}",
        text("label", f"{place}.label"),
        count("n", f"{place}.n"),
        text("measure", f"{place}.measure"),
        decimal("size", f"{place}.value"),
        decimal("corrected", f"{place}.corrected"),
        decimal("low", f"{place}.low"),
        decimal("high", f"{place}.high"),
        term("p", f"{place}.p_adjusted", "p_value"),
        words("also", also),
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
