"""Rules on the splits: what one held-out set can decide, and how often it was asked."""

from pipeline.intervals import ON_EFFECTIVE
from pipeline.results import Results
from pipeline.rules.rule import (
    Verdict,
    count,
    decimal,
    limit,
    not_applicable,
    number,
    passed,
    raised,
    rule,
    text,
)


@rule(
    "SPLIT-03",
    "models",
    subject="Configurations scored on the independent samples",
    title="Selection bias: one test set, several models",
    why="The best of several scores on one test set is optimistic.",
    action="Name the primary model before looking, and quote that one, not the best.",
    references=("shi2010",),
)
def repeated_test(results: Results) -> Verdict:
    """Raise SPLIT-03: several models were scored on the same test set."""
    n_scored = count("n_scored", "n_scored_on_test")
    if not results.n_scored_on_test:
        return not_applicable("There is no independent test set.")
    if results.n_scored_on_test < 2:
        return passed(results, "{n_scored} was.", n_scored)
    return raised(
        "note",
        results,
        "{n_scored} different fits, each a model after a preprocessing, were scored on the same "
        "independent samples; the headline is that of {primary}, "
        + (
            "which the study file names as the primary model."
            if results.primary_is_named
            else "the default of the program: the study file names none."
        ),
        n_scored,
        text("primary", f"models[{results.primary.model}].noun"),
    )


# Our choice: five percentage points are more than one error in twenty samples.
GAP = 0.05


@rule(
    "SPLIT-04",
    "models",
    subject="Cross-validation against the independent samples",
    title="Cross-validation promises more than the test set gives",
    why="The independent samples differ from the training samples in more than chance mixes into "
    "folds: source, handling, patients.",
    action="Quote the independent figure for new samples; look for what differs.",
    references=("shi2010",),
)
def resampling_flatters(results: Results) -> Verdict:
    """Raise SPLIT-04: cross-validation promises more than independent samples give."""
    model = results.primary.model
    inside, outside = results.evaluation("cv", model), results.evaluation("given", model)
    if not inside or not outside:
        return not_applicable("There is no independent test set beside cross-validation.")
    paths = [f"evaluations[{e.key}].accuracy" for e in (inside, outside)]
    terms = (
        text("model", f"models[{model}].noun"),
        decimal("inside", paths[0]),
        decimal("outside", paths[1]),
    )
    template = (
        "Accuracy of {model}: {inside} in cross-validation over all samples, {outside} on the "
        "independent ones"
    )
    if number(results, f"difference({paths[0]}, {paths[1]})") <= GAP:
        bound = limit(GAP, "points")
        return passed(results, f"{template}; limit {{limit}} points.", *terms, bound)
    return raised("warning", results, f"{template}.", *terms)


@rule(
    "SPLIT-05",
    "models",
    subject="The independent samples against the interval of cross-validation",
    title="Better on the test set than in cross-validation",
    why="Models rarely do better on new samples than on those that they were developed on. A test "
    "set that took part in a choice, or that is easier than the study, looks like this.",
    action="Look for test samples that took part in a choice, and for what makes them easier.",
    references=("varma2006",),
)
def flattering_test(results: Results) -> Verdict:
    """Raise SPLIT-05: the test set gives more than cross-validation leaves room for."""
    model = results.primary.model
    inside, outside = results.evaluation("cv", model), results.evaluation("given", model)
    if not inside or not outside:
        return not_applicable("There is no independent test set beside cross-validation.")
    terms = (
        text("model", f"models[{model}].noun"),
        decimal("outside", f"evaluations[{outside.key}].accuracy"),
        decimal("low", f"evaluations[{inside.key}].accuracy_interval.low"),
        decimal("high", f"evaluations[{inside.key}].accuracy_interval.high"),
    )
    template = (
        "Accuracy of {model}: {outside} on the independent samples; the interval of "
        "cross-validation over all samples is {low} to {high}."
    )
    if outside.accuracy > inside.accuracy_interval.high:
        return raised("warning", results, template, *terms)
    return passed(results, template, *terms)


@rule(
    "SPLIT-06",
    "models",
    subject="Intervals of accuracies over folds",
    title="Interval takes folds for independent",
    why="Folds share most of their training samples, so that their accuracies vary less than those "
    "of new studies would: the interval is too narrow.",
    action="Correct the variance for the overlap, or give an interval from the test set.",
    references=("nadeau2003", "bates2024"),
)
def fold_intervals(results: Results) -> Verdict:
    """Raise SPLIT-06: an interval over folds ignores that they overlap."""
    keys = {protocol.key for protocol in results.ran if protocol.resampled}
    resampled = [e for e in results.evaluations if e.protocol in keys]
    if not resampled:
        return not_applicable("Nothing was resampled.")
    naive = [e for e in resampled if ON_EFFECTIVE not in e.accuracy_interval.method]
    n = count("n", f"count({', '.join(f'evaluations[{e.key}]' for e in resampled)})")
    if not naive:
        method = text("method", f"evaluations[{resampled[0].key}].accuracy_interval.method")
        return passed(results, "{n} intervals: {method}.", n, method)
    return raised(
        "warning",
        results,
        "{n_naive} of {n} intervals of accuracies under resampling take the held-out predictions "
        "for independent: {method}.",
        count("n_naive", f"count({', '.join(f'evaluations[{e.key}]' for e in naive)})"),
        n,
        text("method", f"evaluations[{naive[0].key}].accuracy_interval.method"),
    )


# Our choice: training parts whose sizes differ by less than a tenth of the samples are compared.
SAME_SIZE = 0.1
# Of fewer parts the middle 95 % is all but their range.
FEW_PARTS = 20


@rule(
    "SPLIT-07",
    "robustness",
    subject="One random part against many of its size",
    title="One random part is not like the others",
    why="A single split is one draw; another seed would have given another figure.",
    action="Quote the distribution over many splits, not the figure of one.",
    references=("molinaro2005",),
)
def unusual_holdout(results: Results) -> Verdict:
    """Raise SPLIT-07: the hold-out result lies outside the distribution over seeds."""
    model = results.primary.model
    held_out = results.evaluation("holdout", model)
    curve = next((c for c in results.learning_curves if c.key == model), None)
    if held_out is None or curve is None:
        return not_applicable("Random parts of one size were not drawn again with this model.")
    n_train = results.protocol("holdout").n_train
    nearest = min(curve.points, key=lambda point: abs(point.n_train - n_train))
    if nearest.n_repeats < FEW_PARTS:
        return not_applicable("Too few random parts of this size were drawn again.")
    if abs(nearest.n_train - n_train) > SAME_SIZE * results.data.n_samples:
        return not_applicable("No random parts of about this size were drawn again.")
    point = f"learning_curves[{model}].points[{curve.points.index(nearest)}]"
    terms = (
        text("model", f"models[{model}].noun"),
        decimal("accuracy", f"evaluations[{held_out.key}].accuracy"),
        count("n_train", "protocols[holdout].n_train"),
        count("n_repeats", f"{point}.n_repeats"),
        count("n_other", f"{point}.n_train"),
        decimal("low", f"{point}.low"),
        decimal("high", f"{point}.high"),
    )
    template = (
        "Accuracy of {model} after training on one random part of {n_train} samples: {accuracy}; "
        "the middle 95 % of {n_repeats} other random parts of {n_other} give {low} to {high}."
    )
    # Parts of another size have other accuracies to give: half an error is no difference.
    half = 1 / (2 * held_out.n_predictions)
    if nearest.low - half <= held_out.accuracy <= nearest.high + half:
        return passed(results, template, *terms)
    return raised("note", results, template, *terms)
