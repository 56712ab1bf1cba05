"""Rules on principal components: what they follow beside the class."""

from pipeline.results import Results
from pipeline.rules.rule import (
    Verdict,
    count,
    decimal,
    limit,
    not_applicable,
    not_run,
    passed,
    percent,
    raised,
    rule,
    seen,
    term,
    text,
    words,
)

PATH = "audit.components"


@rule(
    "PC-01",
    "audit",
    subject="What the first components follow",
    title="Batch effect: a principal component follows something other than the class",
    why="The directions in which samples differ most are then those of origin or of the quality of "
    "the arrays.",
    action="Colour the pictures by that as well.",
    references=("leek2010",),
)
def followed_component(results: Results) -> Verdict:
    """Raise PC-01: a component follows a covariate or a measure of the arrays."""
    record = results.audit.components
    if record.not_run:
        return not_run(record.not_run)
    n = count("n", f"count({PATH}.components)")
    if not record.followed:
        return passed(
            results,
            "None of {n} components: adjusted p-value below {level} and size {limit} or more.",
            n,
            term("level", f"{PATH}.level", "number"),
            term("limit", f"{PATH}.limit", "number"),
        )
    followed = {(subject, component) for component, subject in record.followed}
    places = [
        i
        for i, found in enumerate(results.audit.associations)
        if (found.subject, found.target) in followed and found.value is not None
    ]
    if not places:
        return not_applicable("The associations are not on record.")
    strongest = max(places, key=lambda i: abs(results.audit.associations[i].value or 0.0))
    place = f"audit.associations[{strongest}]"
    others = [results.audit.associations[i] for i in places if i != strongest]
    also = ", ".join(f"{found.target} with {found.label}" for found in others)
    return raised(
        "warning",
        results,
        "{component} goes with {label}: {measure} {size}, adjusted p-value {p}.{also}",
        text("component", f"{place}.target"),
        text("label", f"{place}.label"),
        text("measure", f"{place}.measure"),
        decimal("size", f"{place}.value"),
        term("p", f"{place}.p_adjusted", "p_value"),
        words("also", f" Also {also}." if also else ""),
    )


# Our choice: below it a component ranks fewer than seven of ten pairs of samples by their class.
PARTING = 0.7


@rule(
    "PC-02",
    "embeddings",
    subject="The first component and the classes",
    title="The first component is not that of the classes",
    why="The samples differ more in something else than in their class; a plot of the first "
    "components shows that.",
    action="Do not take overlap in the plot for lack of difference, nor choose components by eye.",
    references=("nguyen2002",),
)
def first_component(results: Results) -> Verdict:
    """Describe PC-02: the first component does not tell the classes apart."""
    record = results.audit.components
    first = next(iter(record.components), None)
    if record.not_run or first is None or first.class_auc is None:
        return not_applicable("There are no two classes that one component could tell apart.")
    terms = (
        text("component", f"{PATH}.components[0].key"),
        percent("share", f"{PATH}.components[0].variance_share"),
        decimal("auc", f"{PATH}.components[0].class_auc"),
    )
    template = (
        "{component}, with {share} of the variance, ranks the classes with an area under the curve "
        "of {auc}"
    )
    if first.class_auc >= PARTING:
        return passed(results, f"{template}; limit {{limit}}.", *terms, limit(PARTING, "number"))
    return seen(results, f"{template}.", *terms)
