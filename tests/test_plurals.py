"""One of something is written as one: in every sentence, whoever wrote its template."""

import re
from collections.abc import Iterator

import pytest
from pydantic import BaseModel

from pipeline.records.base import Statement, Value
from pipeline.results import Results
from report import formats
from report.figures import models as figures
from report.formats import plain

PLURAL_AFTER_ONE = re.compile(
    r"(?<![\w.,/–-])1 (?:(?!over|in|of|on|at|to|by|and|or|for|with|from)[a-z-]+ )??"
    r"([a-z-]+[a-rt-z]s)\b"
)
NO_PLURAL = frozenset({"was", "has", "its", "does", "always", "differs"})


def statements(record: object) -> Iterator[Statement]:
    """Find all sentences of a record."""
    if isinstance(record, Statement):
        yield record
    elif isinstance(record, BaseModel):
        for name in type(record).model_fields:
            yield from statements(getattr(record, name))
    elif isinstance(record, tuple):
        for item in record:
            yield from statements(item)


def of_one(statement: Statement) -> str:
    """Write a sentence as if all that it counts were there once."""
    values = tuple(
        v.model_copy(update={"value": 1}) if v.format == "count" else v for v in statement.values
    )
    return plain(statement.model_copy(update={"values": values}))


@pytest.mark.parametrize("fixture", ["toy_results", "two_class_results"])
def test_no_sentence_counts_one_in_the_plural(fixture: str, request: pytest.FixtureRequest) -> None:
    """Findings, checklists, methods, protocols, the conclusion: with every count put to 1."""
    results: Results = request.getfixturevalue(fixture)

    told = [
        (match.group(), text)
        for text in map(of_one, statements(results))
        for match in PLURAL_AFTER_ONE.finditer(text)
        if match.group(1) not in NO_PLURAL
    ]

    assert [] == told


def filled(template: str, n: int, m: int = 34) -> str:
    """Fill a sentence."""
    values = (
        Value(name="n", value=n, format="count"),
        Value(name="m", value=m, format="count"),
        Value(name="s", value="patients", format="text", path="study.sample_noun_plural"),
        Value(name="t", value="patients", format="text"),
    )
    return plain(Statement(template=template, values=values))


@pytest.mark.parametrize(
    ("template", "one", "two"),
    [
        ("{n} errors.", "1 error.", "2 errors."),
        ("{n} samples were kept.", "1 sample was kept.", "2 samples were kept."),
        ("{n} of {m} genes are flat.", "1 of 34 genes is flat.", "2 of 34 genes are flat."),
        ("{n} {s} were left out.", "1 patient was left out.", "2 patients were left out."),
        ("{n} other models have it.", "1 other model has it.", "2 other models have it."),
        ("{n} classes.", "1 class.", "2 classes."),
        ("Of {m}, {n} are old.", "Of 34, 1 is old.", "Of 34, 2 are old."),
        ("{n} of {m} have it.", "1 of 34 has it.", "2 of 34 have it."),
        (
            "in {n} of {m} several cells were it.",
            "in 1 of 34 several cells were it.",
            "in 2 of 34 several cells were it.",
        ),
        ("{n} biopsies, {n} analyses.", "1 biopsy, 1 analysis.", "2 biopsies, 2 analyses."),
        # Words that were put together may be anybody's: they are left alone.
        ("{n} {t}.", "1 patients.", "2 patients."),
        ("{n} was.", "1 was.", "2 was."),
        ("at {n}, samples were drawn", "at 1, samples were drawn", "at 2, samples were drawn"),
        ("{n}-fold", "1-fold", "2-fold"),
    ],
)
def test_noun_and_verb_agree(template: str, one: str, two: str) -> None:
    """With their number, and with nothing else."""
    assert (one, two) == (filled(template, 1), filled(template, 2))


def test_a_number_that_is_no_count_is_left_alone() -> None:
    """A measure of 1 may have any word after it."""
    value = Value(name="x", value=1, format="number")

    assert "1 points" == plain(Statement(template="{x} points", values=(value,)))


@pytest.mark.parametrize(
    ("n", "nouns", "expected"),
    [(1, "folds", "1 fold"), (2, "folds", "2 folds"), (0, "folds", "0 folds"),
     (1, "mice", "1 mice"), (1, "more boxes", "1 more box"), (1, "series", "1 series")],
)  # fmt: skip
def test_a_number_of_things(n: int, nouns: str, expected: str) -> None:
    """For texts that are no statements."""
    assert expected == formats.counted(n, nouns)


def test_a_figure_of_one_fold_says_so(two_class_results: Results) -> None:
    """Where one source could be held out there is one fold."""
    protocol = two_class_results.protocol("cv").model_copy(
        update={"design": "leave-one-source-out", "n_folds": 1, "n_repeats": 1}
    )

    assert figures._sizes(protocol).startswith("1 fold,")
