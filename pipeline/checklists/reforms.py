"""The items of REFORMS [1]_, in our words, and what answers them.

Numbers and letters are those of the published checklist of 32 items; neighbouring ones that
have one answer stand together.

References
----------
.. [1] Kapoor S, Cantrell EM, Peng K, et al. (2024). REFORMS: consensus-based recommendations for
       machine-learning-based science. Science Advances 10, eadk3452. Table 1.
"""

from pipeline.checklists import shared
from pipeline.checklists.answers import Answer, Question, answered, author, fill
from pipeline.checklists.shared import GENES
from pipeline.records.checklists import Checklist
from pipeline.results import Results
from pipeline.rules.rule import count, text

CITATION = "kapoor2024"
"""Key of its reference."""


def checklist(results: Results) -> Checklist:
    """Answer the items of REFORMS.

    Parameters
    ----------
    results : Results
        The results, their findings included.

    Returns
    -------
    Checklist
        The items with their answers.
    """
    return fill(results, "reforms", "REFORMS", CITATION, QUESTIONS)


def _baseline(results: Results) -> Answer:
    """The majority class under the protocol of the headline, where the study has it."""
    if results.baseline(results.primary.protocol) is None:
        return author("No baseline was asked for.", section="models")(results)
    return answered("models", "The majority class, under every protocol.")(results)


def _sources(results: Results) -> Answer:
    """Where the data come from; how and when labels were assigned is the author's to say."""
    n = count("n", "count(data.source.files)")
    template, terms = "{n} files, each with its hash", [n]
    if results.data.citation:
        template += ", from the work that the description cites"
    if results.study.date_is_of_data and results.study.date:
        template += "; data of {date}"
        terms.append(text("date", "study.date"))
    ending = "when samples were taken, and who assigned the classes and how."
    return author(f"{template}. {shared.MADE_BY}{ending}", *terms, section="data")(results)


def _chosen(results: Results) -> Answer:
    """Which model makes the headline."""
    model = results.primary.model
    source = (
        "named in the study file"
        if results.primary_is_named
        else "the default of the program; the study file names none"
    )
    return answered(
        "models",
        f"{{model}}, {source}. Set before this run; whether results were known then, no file "
        "shows.",
        text("model", f"models[{model}].label"),
    )(results)


QUESTIONS: tuple[Question, ...] = (
    ("1a–b", "Population, and why", author()),
    ("1c", "Why machine learning", author()),
    ("2a", "Data set", shared.files),
    ("2b", "Code", shared.program),
    (
        "2c",
        "Computing infrastructure",
        answered(
            "methods",
            "Python {python} and {n} packages; the machine is not recorded.",
            text("python", "provenance.python"),
            count("n", "count(provenance.packages)"),
        ),
    ),
    (
        "2d–e",
        "Instructions, script",
        answered("provenance", "One command makes the report anew from the study file."),
    ),
    ("3a", "Sources and labels", _sources),
    ("3b–c", "Sampling frame, fitness", author()),
    ("3d", "Outcome", shared.classes),
    (
        "3e",
        "Number of samples",
        answered("data", "{n}, by class and part.", count("n", "data.n_samples")),
    ),
    ("3f", "Missing data", shared.missing),
    ("3g", "Representativeness", author()),
    ("4a", "Excluded samples", shared.left_out),
    (
        "4b",
        "Impossible or corrupt samples",
        answered("audit", "Values, arrays and pairs of samples were checked."),
    ),
    (
        "4c",
        "Transformations",
        answered("data", "{n} steps, in their order.", count("n", "count(data.ledger)")),
    ),
    ("5a", "Models", answered("models", "{n} models.", count("n", "count(models)"))),
    ("5b", "Why these models", author()),
    ("5c", "Evaluation", shared.use),
    ("5d", "Choice of the reported model", _chosen),
    ("5e", "Tuning", shared.tuning),
    ("5f", "Baselines", _baseline),
    (
        "6a",
        "Separation of training and test",
        answered("methods", "All that learns, learns on training parts."),
    ),
    (
        "6b",
        "Dependencies and duplicates",
        answered(
            "audit",
            "{n} pairs of equal samples, {n_across} of them across the split.",
            count("n", "audit.duplicates.n_pairs"),
            count("n_across", "audit.duplicates.n_pairs_across"),
        ),
    ),
    (
        "6c",
        "Legitimate inputs",
        answered("methods", "Values of {genes} alone; no covariate is an input.", GENES),
    ),
    ("7a", "Metrics", shared.measures),
    ("7b", "Uncertainty", shared.performance),
    (
        "7c",
        "Statistical tests",
        author(
            "Each table names its test. Exact McNemar and permutations assume that samples are "
            "drawn apart from each other, the corrected resampled t that accuracies of folds are "
            "nearly normal; neither can be seen in so few samples.",
            section="methods",
        ),
    ),
    ("8a", "External validity", shared.independent),
    ("8b", "Where the findings do not hold", author("Start from the caveats.", section="caveats")),
)
"""The items in their order."""
