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
from pipeline.rules.rule import count, term, text

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
    """The study's question, where it has one."""
    if results.study.question:
        return answered("models", "The question is on the first page; models are made and tested.")(
            results
        )
    return author("Models are made and tested.")(results)


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
    ("2", "Abstract", author("The main result is on the first page.")),
    ("3a", "Health care context", author()),
    ("3b", "Intended use", author("Stated: {use}", text("use", "study.intended_use"))),
    ("3c", "Known inequalities", author()),
    ("4", "Objectives", _objectives),
    ("5a", "Data sources", shared.files),
    ("5b", "Dates of collection", author()),
    ("6a", "Setting and centres", shared.origin),
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
    ("8a", "Outcome", shared.classes),
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
        answered(
            "robustness",
            "{n} {samples} as given, {ratio} {genes} to each that trains; none calculated.",
            count("n", "data.n_samples"),
            term("ratio", "data.genes_per_sample", "measure"),
            SAMPLES,
            GENES,
        ),
    ),
    ("11", "Missing data", shared.missing),
    ("12a", "Use of the data", shared.use),
    ("12b", "Handling of predictors", answered("methods", "Each step, and what it learned from.")),
    ("12c", "Model building", shared.tuning),
    ("12d", "Differences between centres", shared.sources),
    ("12e", "Measures of performance", shared.measures),
    ("12f", "Updating", never("No model was updated.")),
    ("12g", "How predictions were made", answered("methods", "By the fitted models themselves.")),
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
    ("20a", "Flow of participants", shared.use),
    ("20b", "Characteristics", shared.origin),
    ("20c", "Comparison with development data", _differences),
    ("21", "Numbers in each analysis", answered("models", "In the note of each table.")),
    (
        "22",
        "Full model",
        author("No fitted model is kept; the program fits it anew.", section="provenance"),
    ),
    ("23a", "Performance", shared.performance),
    ("23b", "Performance by centre", shared.sources),
    ("24", "Updated model", never("No model was updated.")),
    ("25", "Interpretation", author()),
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
