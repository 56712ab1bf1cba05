"""The rule on classes that the headline's model hardly ever recognises."""

from pipeline.results import Results
from pipeline.rules.rule import Verdict, count, limit, not_applicable, passed, raised, rule, text

# Our choice: a class of which four of five samples are missed is not recognised, whatever the
# accuracy over all classes.
HARDLY = 0.20


@rule(
    "CLASS-04",
    "models",
    subject="Recall of each class under the headline",
    title="A class that is hardly ever recognised",
    why="The accuracy over all classes hides a class whose {samples} are nearly all given to "
    "another.",
    action="Do not use the model for this class, and say so beside the accuracy; read the "
    "confusion matrix and the recall of each class.",
    references=("collins2024",),
)
def hardly_recognised(results: Results) -> Verdict:
    """Raise CLASS-04: a class has no right prediction, or at most one in five."""
    primary = results.primary
    path = f"evaluations[{primary.key}].confusion"
    held_out = [(k, row[k], sum(row)) for k, row in enumerate(primary.confusion) if sum(row)]
    if not held_out:
        return not_applicable("No sample was held out.")
    missed = [k for k, right, n in held_out if right <= HARDLY * n]
    shown = missed or [min(held_out, key=lambda item: item[1] / item[2])[0]]
    terms = [
        term
        for k in shown
        for term in (
            text(f"label_{k}", f"data.classes[{k}].label"),
            count(f"right_{k}", f"{path}[{k}][{k}]"),
            count(f"n_{k}", f"sum({path}[{k}])"),
        )
    ]
    listed = "; ".join(f"{{label_{k}}} {{right_{k}}} of {{n_{k}}}" for k in shown)
    model = text("model", f"models[{primary.model}].noun")
    if not missed:
        bound = limit(HARDLY, "percent")
        template = f"Least often right is {{model}} on {listed}; limit {{limit}}."
        return passed(results, template, model, *terms, bound)
    template = f"Held-out predictions of {{model}} that were right: {listed}."
    return raised("warning", results, template, model, *terms)
