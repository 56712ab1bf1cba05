"""Rules on chance and leaks: permuted labels, and genes chosen before the split."""

from pipeline.results import Results
from pipeline.rules.rule import (
    Verdict,
    count,
    limit,
    not_applicable,
    number,
    passed,
    percent,
    raised,
    rule,
    seen,
    term,
    text,
)

# The customary level (Fisher 1925, Statistical Methods for Research Workers), and the one that
# belongs to the 95 % intervals of the report.
ALPHA = 0.05
# Our choice: five percentage points more than the honest figure are more than one error in
# twenty samples that nobody made.
LEAK = 0.05

NO_PERMUTATIONS = "No permutation test of the model ran."


@rule(
    "CHANCE-01",
    "robustness",
    subject="Permutation test of the primary model",
    title="Not shown to be better than chance",
    why="Labels that say nothing about the samples do as well too often.",
    action="Do not claim that the expression values predict the class.",
    references=("ojala2010",),
)
def not_above_chance(results: Results) -> Verdict:
    """Raise CHANCE-01: the primary model does no better than on permuted labels."""
    test = next((t for t in results.permutations if t.key == results.primary.model), None)
    if test is None or test.p_value is None:
        return not_applicable(NO_PERMUTATIONS)
    path = f"permutations[{test.key}]"
    terms = (
        text("model", f"models[{test.key}].noun"),
        count("n_errors", f"{path}.n_errors"),
        count("n_permutations", f"{path}.n_permutations"),
        term("p", f"{path}.p_value", "p_value"),
    )
    template = (
        "Nested cross-validation of {model} makes {n_errors} errors; of {n_permutations} "
        "permutations of the labels so many do as well that the p-value is {p}"
    )
    if test.p_value < ALPHA:
        return passed(results, f"{template}; limit {{limit}}.", *terms, limit(ALPHA, "number"))
    if test.p_value == test.smallest_p:
        return seen(
            results,
            "Of {n_permutations} permutations of the labels none did as well as {model} with the "
            "labels themselves ({n_errors} errors); so few cannot give a p-value below {p}, and "
            "show nothing at {limit}.",
            *terms,
            limit(ALPHA, "number"),
        )
    return raised("error", results, f"{template}.", *terms)


@rule(
    "CHANCE-02",
    "robustness",
    subject="Smallest possible permutation p-value",
    title="Permutation p-values at their smallest",
    why="It says that the labels matter, or what goes with them, such as the source of the "
    "samples; not that the accuracy is high. More permutations would make it smaller without "
    "making the model better.",
    action="Quote it with the number of permutations, beside the accuracy and its interval.",
    references=("ojala2010",),
)
def smallest_p(results: Results) -> Verdict:
    """Describe CHANCE-02: a permutation p-value is the smallest that could come out."""
    tested = [t for t in results.permutations if t.p_value]
    if not tested:
        return not_applicable("No permutation test ran.")
    floors = [t for t in tested if t.p_value == t.smallest_p]
    if not floors:
        paths = ", ".join(f"permutations[{t.key}].p_value" for t in tested)
        least = term("p", f"smallest({paths})", "p_value")
        return passed(results, "The smallest p-value is {p}, above what could come out.", least)
    paths = ", ".join(f"permutations[{t.key}]" for t in floors)
    first = f"permutations[{floors[0].key}]"
    return seen(
        results,
        "For {n} models no permutation of the labels did as well as the labels themselves: "
        "a p-value of {p} is the smallest that {n_permutations} permutations can give.",
        count("n", f"count({paths})"),
        term("p", f"{first}.p_value", "p_value"),
        count("n_permutations", f"{first}.n_permutations"),
    )


@rule(
    "LEAK-01",
    "robustness",
    subject="Genes chosen before the split, as an experiment",
    title="Data leakage: what it would have given",
    why="A choice of {genes} that has seen the held-out samples finds differences that hold in "
    "them alone.",
    action="Trust no published accuracy that does not say that {genes} were chosen inside the "
    "folds. The figures of this report are the honest ones.",
    references=("ambroise2002", "dupuy2007"),
)
def leak_pays(results: Results) -> Verdict:
    """Describe LEAK-01: genes chosen before the split would have given a better figure."""
    twin = results.leaky_twin
    if twin is None:
        return not_applicable("The experiment did not run.")
    gains = ["difference(leaky_twin.leaky_accuracy, leaky_twin.honest_accuracy)"]
    terms = [
        count("n_genes", "leaky_twin.n_genes"),
        percent("leaky", "leaky_twin.leaky_accuracy"),
        percent("honest", "leaky_twin.honest_accuracy"),
    ]
    template = (
        "With {n_genes} "
        + results.study.gene_noun_plural
        + " chosen before the split instead of inside it, the accuracy in cross-validation would "
        "have been {leaky} instead of {honest}"
    )
    if twin.leaky_permuted:
        leaky, honest = "mean(leaky_twin.leaky_permuted)", "mean(leaky_twin.honest_permuted)"
        gains.append(f"difference({leaky}, {honest})")
        terms += [percent("leaky_permuted", leaky), percent("honest_permuted", honest)]
        template += (
            "; on labels permuted at random, where nothing can be learned, {leaky_permuted} "
            "instead of {honest_permuted}"
        )
    if max(number(results, gain) for gain in gains) <= LEAK:
        return passed(
            results, f"{template}; limit {{limit}} points.", *terms, limit(LEAK, "points")
        )
    return seen(results, f"{template}.", *terms)
