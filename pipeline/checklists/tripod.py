"""The items of TRIPOD+AI [1]_, in our words, and what answers them.

Numbers and letters are those of the published checklist of 27 items; neighbouring ones that
have one answer stand together.

References
----------
.. [1] Collins GS, Moons KGM, Dhiman P, et al. (2024). TRIPOD+AI statement: updated guidance for
       reporting clinical prediction models that use regression or machine learning methods.
       BMJ 385, e078378. Table of items.
"""

from pipeline.checklists import shared
from pipeline.checklists.answers import Answer, Question, answered, author, because, fill, never
from pipeline.checklists.shared import GENES, SAMPLES
from pipeline.records.checklists import Checklist
from pipeline.results import Results
from pipeline.rules.rule import count, term, text, words

CITATION = "collins2024"
"""Key of its reference."""


def checklist(results: Results) -> Checklist:
    """Answer the items of TRIPOD+AI.

    Parameters
    ----------
    results : Results
        The results, their findings included.

    Returns
    -------
    Checklist
        The items with their answers.
    """
    return fill(results, "tripod", "TRIPOD+AI", CITATION, QUESTIONS)


def _objectives(results: Results) -> Answer:
    """Development, validation or both, and the study's question, where it has one."""
    if results.data.n_test:
        both = "Both: {n_models} models are developed, and evaluated on {n_test} {samples} apart"
    else:
        both = "Development: {n_models} models, evaluated on {samples} held out in turn"
    terms = [count("n_models", "count(models)"), SAMPLES]
    terms += [count("n_test", "data.n_test")] if results.data.n_test else []
    if results.study.question:
        return answered("models", both + "; the question is on the first page.", *terms)(results)
    return author(both + ".", *terms)(results)


def _setting(results: Results) -> Answer:
    """What is known of the places that the samples come from."""
    names = ", ".join(results.data.covariates)
    if not names:
        return author("Nothing is known of where the samples come from.", section="audit")(results)
    return author(
        "Known of the {samples}: {names}. "
        + shared.MADE_BY
        + "the setting, and number and place of the centres.",
        SAMPLES,
        words("names", names),
        section="audit",
    )(results)


def _differences(results: Results) -> Answer:
    """How training and test samples were compared."""
    if not results.data.n_test:
        return because(results, "there are no independent samples", "audit")
    return answered("audit", "Covariates, scales and the best gene were compared.")(results)


def _imbalance(results: Results) -> Answer:
    """Whether class weights were tried."""
    n = sum(change.base != change.variant for change in results.improvements)
    if not n:
        return because(results, "no method against it was used", "improvements")
    return answered("improvements", "Class weights, beside the models without them.")(results)


QUESTIONS: tuple[Question, ...] = (
    ("1", "Title", author("The study's own title; it need not name the design.")),
    ("2", "Abstract", author("The conclusion is on the first page.")),
    ("3a", "Health care context", author()),
    ("3b", "Intended use", author("Stated: {use}", text("use", "study.intended_use"))),
    ("3c", "Known inequalities", author()),
    ("4", "Objectives", _objectives),
    ("5a", "Data sources", shared.files),
    ("5b", "Dates of collection", author()),
    ("6a", "Setting and centres", _setting),
    ("6b–c", "Eligibility, treatments", author()),
    (
        "7",
        "Data preparation",
        answered(
            "data",
            "{n} steps, each with what it left; the files were checked before.",
            count("n", "count(data.ledger)"),
        ),
    ),
    ("8a", "Outcome", shared.outcome),
    ("8b–c", "Assessors, blinding", author("How the classes were assessed is not in the files.")),
    (
        "9a",
        "Choice of predictors",
        answered(
            "methods",
            "All {n} {genes}; {n_left} after the preprocessing.",
            count("n", "data.n_genes"),
            count("n_left", "preprocessing.n_genes_out"),
            GENES,
        ),
    ),
    ("9b", "Definition of predictors", author("Unit: {unit}.", text("unit", "data.unit"))),
    ("9c", "Assessors of predictors", never("Expression values are measured, not judged.")),
    (
        "10",
        "Sample size",
        author(
            "{n} {samples} as given, {ratio} {genes} to each that trains. No number was calculated "
            "in advance; a reason for this one is the author's to give. An interval {width} "
            "percentage points wide takes {needed} held out once, at the headline's accuracy.",
            count("n", "data.n_samples"),
            term("ratio", "data.genes_per_sample", "measure"),
            term("width", "sample_size.width", "points"),
            count("needed", "sample_size.n"),
            SAMPLES,
            GENES,
            section="robustness",
        ),
    ),
    ("11", "Missing data", shared.missing),
    ("12a", "Use of the data", shared.use),
    ("12b", "Handling of predictors", answered("methods", "Each step, and what it learned from.")),
    ("12c", "Model building", shared.tuning),
    ("12d", "Differences between centres", shared.sources),
    ("12e", "Measures of performance", shared.measures),
    ("12f", "Updating", never("No model was updated.")),
    (
        "12g",
        "How predictions were made",
        answered(
            "models",
            "By {program} {version}, from the fitted models: the class of the largest score. What "
            "each scores, and the work that defines it, stand with the model.",
            text("program", "provenance.program"),
            text("version", "provenance.version"),
        ),
    ),
    ("13", "Class imbalance", _imbalance),
    ("14", "Fairness", author("Nothing was done for it.")),
    (
        "15",
        "Output and thresholds",
        answered("samples", "A class and a score; the threshold is the default one."),
    ),
    ("16", "Training against evaluation data", _differences),
    ("17", "Ethical approval", author()),
    ("18a–d", "Funding, interests, protocol, registration", author()),
    ("18e", "Availability of the data", shared.files),
    ("18f", "Availability of the code", shared.program),
    ("19", "Patient and public involvement", author()),
    ("20a", "Flow of participants", shared.flow),
    ("20b", "Characteristics", shared.origin),
    ("20c", "Comparison with development data", _differences),
    ("21", "Numbers in each analysis", shared.numbers),
    (
        "22",
        "Full model",
        author("No fitted model is kept; the program fits it anew.", section="provenance"),
    ),
    ("23a", "Performance", shared.performance),
    ("23b", "Performance by centre", shared.sources),
    ("24", "Updated model", never("No model was updated.")),
    ("25", "Interpretation", author("Start from the conclusion on the first page.")),
    (
        "26",
        "Limitations",
        answered(
            "caveats", "{n} rules looked for them; the caveats.", count("n", "count(findings)")
        ),
    ),
    ("27a–c", "Use in care, next steps", author()),
)
"""The items in their order."""
