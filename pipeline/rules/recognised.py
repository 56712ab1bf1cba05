"""Rules on what the values are: whether recipe and unit fit them, and both parts are alike."""

from pipeline.results import Results
from pipeline.rules.rule import Verdict, checked, rule


@rule(
    "VALUE-06",
    "audit",
    subject="Values that the recipe or the unit does not fit",
    title="The recipe or the unit does not fit the values (wrong scale)",
    why="Whatever is computed of logarithms is something else of linear values: a few large ones "
    "decide distances, correlations and models, and logarithms of logarithms hide differences.",
    action="Find out how the values were made, and set recipe and unit accordingly.",
    references=("dudoit2002",),
)
def recognised(results: Results) -> Verdict:
    """Raise VALUE-06: the values are not what the recipe or the unit expects."""
    return checked(results, "recognised", "error")


@rule(
    "VALUE-07",
    "audit",
    subject="Training and test values made in different ways",
    title="Training and test values were made in different ways (batch effect)",
    why="A model learns the limits and the scale of the training values; on values that were made "
    "otherwise its errors are of the making, not of the classes.",
    action="Make both parts in one way, from the same raw files.",
    references=("leek2010",),
)
def parts(results: Results) -> Verdict:
    """Raise VALUE-07: one part was cut at a limit, or has another scale."""
    hidden = results.audit.parts.hidden
    return checked(results, "parts", "warning" if hidden else "error")


@rule(
    "VALUE-08",
    "audit",
    subject="Genes that were standardised over all samples",
    title="{genes} were standardised over all samples (data leakage)",
    why="The held-out {samples} had a part in the means and spreads of the training values.",
    action="Supply the values before that step; the recipe standardises on training {samples}.",
    references=("kapoor2023",),
)
def standardised(results: Results) -> Verdict:
    """Raise VALUE-08: genes have mean 0 and standard deviation 1 over all samples."""
    return checked(results, "standardised", "warning")
