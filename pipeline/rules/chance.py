"""Rules on chance and leaks: permuted labels, and genes chosen before the split."""

from statistics import fmean

from pipeline.records.base import Finding
from pipeline.rules import build
from pipeline.rules.evidence import Evidence
from pipeline.rules.splits import ALPHA

# Our choice: five percentage points more than the honest figure are more than one error in
# twenty samples that nobody made.
LEAK = 0.05


def not_above_chance(evidence: Evidence) -> Finding | None:
    """Raise CHANCE-01: the primary model does no better than on permuted labels."""
    test = next((t for t in evidence.permutations if t.key == evidence.primary.model), None)
    if test is None or test.p_value is None or test.p_value < ALPHA:
        return None
    path = f"permutations[{test.key}]"
    return build.finding(
        "CHANCE-01",
        "error",
        "robustness",
        "Not shown to be better than chance",
        "Nested cross-validation of {model} makes {n_errors} errors; of {n_permutations} "
        "permutations of the labels a share gives p = {p}.",
        (
            build.text("model", evidence.model(test.key).noun),
            build.count("n_errors", test.n_errors, f"{path}.n_errors"),
            build.count("n_permutations", test.n_permutations, f"{path}.n_permutations"),
            build.value("p", test.p_value, "p_value", f"{path}.p_value"),
        ),
        why="Labels that say nothing about the samples do as well too often.",
        action="Do not claim that the expression values predict the class.",
        references=("ojala2010",),
    )


def smallest_p(evidence: Evidence) -> Finding | None:
    """Raise CHANCE-02: a permutation p-value is the smallest that could come out."""
    floors = [t for t in evidence.permutations if t.p_value and t.p_value == t.smallest_p]
    if not floors:
        return None
    first = floors[0]
    return build.finding(
        "CHANCE-02",
        "note",
        "robustness",
        "Permutation p-values at their smallest",
        "For {n} models no permutation of the labels did as well as the labels themselves: "
        "p = {p} with {n_permutations} permutations is the smallest value that could come out.",
        (
            build.count("n", len(floors)),
            build.value(
                "p", first.smallest_p or 0.0, "p_value", f"permutations[{first.key}].p_value"
            ),
            build.count(
                "n_permutations", first.n_permutations, f"permutations[{first.key}].n_permutations"
            ),
        ),
        why="It says that the labels matter, not that the accuracy is high, and more permutations "
        "would make it smaller without making the model better.",
        action="Quote it with the number of permutations, beside the accuracy and its interval.",
        references=("ojala2010",),
    )


def leak_pays(evidence: Evidence) -> Finding | None:
    """Raise LEAK-01: genes chosen before the split would have given a better figure."""
    twin = evidence.leaky_twin
    if twin is None:
        return None
    real = twin.leaky_accuracy - twin.honest_accuracy
    permuted = (
        fmean(twin.leaky_permuted) - fmean(twin.honest_permuted) if twin.leaky_permuted else real
    )
    if max(real, permuted) <= LEAK:
        return None
    template = (
        "With {n_genes} genes chosen before the split instead of inside it, the accuracy in "
        "cross-validation would have been {leaky} instead of {honest}"
    )
    values = [
        build.count("n_genes", twin.n_genes, "leaky_twin.n_genes"),
        build.value("leaky", twin.leaky_accuracy, "percent", "leaky_twin.leaky_accuracy"),
        build.value("honest", twin.honest_accuracy, "percent", "leaky_twin.honest_accuracy"),
    ]
    if twin.leaky_permuted:
        template += (
            "; on labels permuted at random, where nothing can be learned, {leaky_permuted} "
            "instead of {honest_permuted}"
        )
        values += [
            build.value("leaky_permuted", fmean(twin.leaky_permuted), "percent"),
            build.value("honest_permuted", fmean(twin.honest_permuted), "percent"),
        ]
    return build.finding(
        "LEAK-01",
        "note",
        "robustness",
        "What a leak would have given",
        template + ".",
        tuple(values),
        why="A choice of genes that has seen the held-out samples finds differences that hold in "
        "them alone.",
        action="Trust no published accuracy that does not say that genes were chosen inside the "
        "folds. The figures of this report are the honest ones.",
        references=("ambroise2002", "dupuy2007"),
    )
