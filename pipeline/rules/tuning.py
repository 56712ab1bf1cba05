"""Rules on what was chosen and learned, and on which samples."""

from pipeline.records.models import Evaluation
from pipeline.results import Results
from pipeline.rules.rule import (
    Verdict,
    count,
    not_applicable,
    passed,
    raised,
    rule,
    text,
    words,
)


@rule(
    "TUNE-01",
    "models",
    subject="Samples that settings were chosen on",
    title="Settings without inner folds",
    why="Where a training part is too small to be split again, nothing can be chosen in it; a "
    "setting chosen on the held-out samples would flatter them.",
    action="Read these figures as those of a usual setting of each model (C = 1).",
    references=("varma2006",),
)
def settings_not_chosen(results: Results) -> Verdict:
    """Raise TUNE-01: a tuned model had no inner folds to choose in."""
    tuned = [model for model in results.models if model.tuned]
    if not tuned:
        return not_applicable("No model has a setting to choose.")
    models = count("n_models", f"count({', '.join(f'models[{m.key}]' for m in tuned)})")
    without = [p for p in results.ran if p.n_inner_folds < 2 or p.n_untuned]
    paths = ", ".join(f"protocols[{p.key}].n_inner_folds" for p in results.ran)
    if not without:
        return passed(
            results,
            "Settings of {n_models} models were chosen in at least {n_folds} inner folds of each "
            "training part, never on held-out samples.",
            models,
            count("n_folds", f"smallest({paths})"),
        )
    return raised(
        "note",
        results,
        f"Under {{n}} protocol{'s' if len(without) > 1 else ''} ({{names}}) training parts could "
        "not be split again, and there the settings of {n_models} models were not chosen.",
        count("n", f"count({', '.join(f'protocols[{p.key}]' for p in without)})"),
        words("names", ", ".join(p.label for p in without)),
        models,
    )


@rule(
    "TUNE-02",
    "models",
    subject="Number of principal components",
    title="Number of components set beforehand",
    why="A number of components that was taken from a plot or from earlier results has seen the "
    "samples that it is judged on.",
    action="Let inner folds choose it: give evaluate.component_grid several values.",
    references=("nguyen2002", "varma2006"),
)
def components_not_chosen(results: Results) -> Verdict:
    """Raise TUNE-02: the number of components is not chosen inside the folds."""
    model = next((m for m in results.models if m.key == "pca_logistic"), None)
    if model is None:
        return not_applicable("No model is fitted on principal components.")
    label = text("label", "models[pca_logistic].label")
    if model.tuned:
        what = text("what", "models[pca_logistic].tuned")
        return passed(results, "{label}: {what}, chosen in inner folds.", label, what)
    return raised("note", results, "{label}: one number was set.", label)


# Our choice: an end of the grid that is taken more often than not is where the search stopped.
MOSTLY_AT_EDGE = 0.5


@rule(
    "TUNE-03",
    "models",
    subject="Settings at an end of the grid, and ties",
    title="Settings chosen at an end of their grid",
    why="Where the best setting is the last that was tried a better one may lie beyond it; where "
    "several are equally good the choice is a convention.",
    action="Widen the grid at that end, or read the model as tuned only in name. A log loss that "
    "falls to the weakest penalty says that the inner folds hold no error to learn from.",
    references=("varma2006",),
)
def chosen_at_edge(results: Results) -> Verdict:
    """Raise TUNE-03: settings were chosen at an end of the grid; ties are counted with it."""
    judged = [e for e in results.evaluations if results.model(e.model).tuned and e.chosen]
    if not judged:
        return not_applicable("No model has a setting to choose.")
    n = count("n", f"sum({', '.join(_n_choices(e) for e in judged)})")
    tied = count("n_tied", f"sum({', '.join(f'evaluations[{e.key}].n_tied' for e in judged)})")
    ties = "in {n_tied} of {n} more than one setting was equally good: the simplest was taken"
    at_edge = [e for e in judged if e.n_at_edge]
    if not at_edge:
        return passed(results, f"No choice is at an end of its grid; {ties}.", tied, n)
    names = ", ".join(dict.fromkeys(results.model(e.model).noun for e in at_edge))
    paths = ", ".join(f"evaluations[{e.key}].n_at_edge" for e in at_edge)
    primary = results.primary
    n_folds = sum(choice.n_folds for choice in primary.chosen)
    grave = primary in at_edge and primary.n_at_edge > MOSTLY_AT_EDGE * n_folds
    return raised(
        "warning" if grave else "note",
        results,
        "Of {n} choices of a setting, {n_edge} are at an end of the grid ({names}); " + ties + ".",
        count("n_edge", f"sum({paths})"),
        words("names", names),
        tied,
        n,
    )


def _n_choices(evaluation: Evaluation) -> str:
    """The path of the number of choices behind an evaluation."""
    each = range(len(evaluation.chosen))
    return ", ".join(f"evaluations[{evaluation.key}].chosen[{i}].n_folds" for i in each)


@rule(
    "LEAK-02",
    "data",
    subject="Samples that each step learned from",
    title="A step learned from held-out samples",
    why="What is learned from all samples, labels or not, carries the held-out samples into the "
    "model.",
    action="Fit the step on training samples alone.",
    references=("ambroise2002", "kapoor2023"),
)
def learned_on_all(results: Results) -> Verdict:
    """Raise LEAK-02: a preprocessing step was fitted on all samples."""
    steps = results.preprocessing.steps
    if not steps:
        return not_applicable("The values were used as supplied.")
    places = [f"preprocessing.steps[{step.key}]" for step in steps]
    n = count("n", f"count({', '.join(places)})")
    learned = [p for p, s in zip(places, steps, strict=True) if s.learned_on == "all samples"]
    if not learned:
        fitted = [p for p, s in zip(places, steps, strict=True) if s.learned_on != "nothing"]
        return passed(
            results,
            "{n_learned} of {n} steps learn anything, each from training samples alone, and anew "
            "in every fold."
            if fitted
            else "None of {n} steps learns anything.",
            n,
            *([count("n_learned", f"count({', '.join(fitted)})")] if fitted else []),
        )
    return raised(
        "error",
        results,
        "{n_learned} of {n} steps learned from all samples: {names}.",
        count("n_learned", f"count({', '.join(learned)})"),
        n,
        words("names", ", ".join(s.key for s in steps if s.learned_on == "all samples")),
    )
