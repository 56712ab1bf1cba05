"""The rule on values that may stand for missing measurements."""

from pipeline.results import Results
from pipeline.rules.rule import Verdict, checked, rule


@rule(
    "VALUE-09",
    "audit",
    subject="Values that may stand for missing measurements",
    title="Values that may stand for missing measurements (missing data)",
    why="Some programs write a number such as -9999 for what was not measured. Read as a "
    "measurement it is the most extreme value of all.",
    action="Ask how the file was made. Where the number means missing, leave the {genes} out or "
    "fill in from training {samples} only; where it was measured, suppress this caveat.",
    references=("collins2024",),
)
def sentinels(results: Results) -> Verdict:
    """Raise VALUE-09: a value is far more frequent than its neighbours."""
    return checked(results, "sentinels", "warning")
