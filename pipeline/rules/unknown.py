"""Rules on samples of which the class, the group or the source is not known."""

from pipeline.results import Results
from pipeline.rules.rule import Verdict, checked, rule


@rule(
    "UNKNOWN-01",
    "audit",
    subject="{samples} without a class",
    title="{samples} without a class (missing data)",
    why="Where classes are unknown for a reason, such as a diagnosis that was hard to make, the "
    "{samples} that are left are easier than what a classifier will meet.",
    action="Say why the class is unknown, and compare these {samples} with the others.",
    references=("collins2024",),
)
def unlabelled(results: Results) -> Verdict:
    """Raise UNKNOWN-01: samples were left out because their class is unknown."""
    return checked(results, "unlabelled", "note")


@rule(
    "UNKNOWN-02",
    "models",
    subject="{samples} of unknown group",
    title="{samples} of unknown group (missing data)",
    why="Groups keep what belongs together on one side of a split. Where a group is unknown, "
    "{samples} that belong together may train and be tested (data leakage).",
    action="Find out which group they belong to, or leave them out of the study.",
    references=("kapoor2023",),
)
def ungrouped(results: Results) -> Verdict:
    """Raise UNKNOWN-02: the group of samples is unknown."""
    return checked(results, "unknown_groups", "warning")


@rule(
    "UNKNOWN-03",
    "models",
    subject="{samples} of unknown source",
    title="{samples} of unknown source (missing data)",
    why="They may be from the source that is held out, and train nevertheless.",
    action="Find out where they come from, or leave them out of the study.",
    references=("kapoor2023",),
)
def sourceless(results: Results) -> Verdict:
    """Raise UNKNOWN-03: the source of samples is unknown."""
    return checked(results, "unknown_sources", "note")
