"""The chapter on published figures: its tables, its figure, and what it says."""

import re
from collections import defaultdict
from html import unescape
from typing import Any

import pytest

from pipeline.records.claims import Claim
from pipeline.results import Results
from report import chapters, formats, html
from report.figures import claims as figures
from report.figures import style
from report.marks import marks
from report.tables import claims as tables
from report.tables.record import Table


def changed(results: Results, **changes: Any) -> Results:
    """Change the claim."""
    claim = results.claims[0].model_copy(update=changes)
    return results.model_copy(update={"claims": (claim,)})


def explained(results: Results) -> Results:
    """Say that the first figure of the toy claim is met by a join by position."""
    claim = results.claims[0]
    others = tuple(h for h in claim.hypotheses if h.key != "by-position")
    found = claim.hypothesis("by-position").model_copy(update={"n_exact": 1})
    return changed(
        results, hypotheses=(found, *others), reproduced_by=("by-position",), explanation=None
    )


def chapter(results: Results) -> str:
    """Render the chapter alone, and give its text."""
    with style.drawing():
        drawn = [figures.spread(results, claim) for claim in results.claims]
    content = {
        "results": results,
        "tables": {table.key: table for table in tables.tables(results) if table},
        "figures": {picture.key: picture for picture in drawn if picture},
        "citation_numbers": {work.key: n for n, work in enumerate(results.references, start=1)},
        "marks": defaultdict(list, marks(results)),
        "medium": "screen",
    }
    page = html.environment().get_template("sections/claims.html").render(content)
    return " ".join(unescape(re.sub(r"<[^>]+>", "", page)).split())


def cells(table: Table | None, column: int) -> list[str]:
    """Read a column."""
    assert table is not None
    return [row[column] for row in table.rows]


@pytest.fixture
def claim(two_class_results: Results) -> Claim:
    """Give the claim of the toy study of two classes."""
    return two_class_results.claims[0]


def test_reported_reproduced_and_corrected_stand_side_by_side(
    two_class_results: Results, claim: Claim
) -> None:
    """For each model its counts and each figure, with intervals."""
    table = tables.compared(two_class_results, claim)

    assert ["samples right", "accuracy", "F1 of ALL", "F1 of AML"] * 2 == cells(table, 1)
    assert ["4 of 6", "0.67", "0.67", "0.67"] * 2 == cells(table, 2)
    run = claim.corrected.runs[0]
    assert f"{run.n_correct} of {run.n_test}" == cells(table, 6)[0]
    assert formats.decimal(run.measured[0].value) == cells(table, 6)[1]
    assert all(cells(table, 3)[1:4])


@pytest.mark.parametrize(("changes", "heading"), [({"reproduced_by": ()}, "Run again")])
def test_what_was_not_reproduced_is_called_another_run(
    two_class_results: Results, changes: dict[str, Any], heading: str
) -> None:
    """Without a defect that fits the middle column shows the stated protocol."""
    results = changed(two_class_results, **changes)

    table = tables.compared(results, results.claims[0])

    assert heading == table.columns[4].label
    assert "no defect that was tried" in table.note


def test_what_was_reproduced_names_the_defect(two_class_results: Results) -> None:
    """In the note below the table."""
    results = explained(two_class_results)

    table = tables.compared(results, results.claims[0])

    assert "Reproduced" == table.columns[4].label
    assert "labels joined by position" in table.note


def test_every_hypothesis_has_its_row(two_class_results: Results, claim: Claim) -> None:
    """Also one that could not be tried."""
    table = tables.defects(two_class_results, claim)

    assert [hypothesis.label for hypothesis in claim.hypotheses] == cells(table, 0)
    for hypothesis, verdict in zip(claim.hypotheses, cells(table, 7), strict=True):
        assert verdict.startswith("not tried") == bool(hypothesis.not_applicable)


def test_seeds_are_counted_by_join_and_model(two_class_results: Results, claim: Claim) -> None:
    """By name and for every defect that was tried."""
    n_tried = sum(bool(hypothesis.distributions) for hypothesis in claim.hypotheses)

    table = tables.spread(two_class_results, claim)

    assert ["10"] * 2 * (1 + n_tried) == cells(table, 2)


def test_a_claim_that_was_not_repeated_has_no_spread(two_class_results: Results) -> None:
    """Nor a figure of it."""
    claim = two_class_results.claims[0]
    rerun = claim.rerun.model_copy(update={"distributions": ()})
    alone = tuple(h.model_copy(update={"distributions": ()}) for h in claim.hypotheses)
    results = changed(two_class_results, rerun=rerun, hypotheses=alone)

    assert tables.spread(results, results.claims[0]) is None
    assert figures.spread(results, results.claims[0]) is None
    assert "seeds give" not in chapter(results)


def test_the_alternative_says_where_the_claim_lies(two_class_results: Results) -> None:
    """With the numbers that are drawn."""
    claim = two_class_results.claims[0]
    with style.drawing():
        picture = figures.spread(two_class_results, claim)

    assert picture is not None
    for one in claim.rerun.distributions:
        assert f"{one.n_within} of {one.n_seeds} as reported" in picture.alt


def test_the_chapter_tells_the_claim(two_class_results: Results) -> None:
    """Its source, figures, protocol and explanation, as texts."""
    text = chapter(two_class_results)

    assert "A paper <that> nobody wrote & nobody read" in text
    assert "accuracy 0.67, F1 of ALL 0.67, F1 of AML 0.67, on 24 samples" in text
    assert "“bad luck”" in text
    assert "25 % of the training samples held out at random" in text.replace("\u00a0", " ")


def test_the_chapter_tells_the_arithmetic(two_class_results: Results) -> None:
    """Sizes, the shape that they are multiples of, and what is left open."""
    text = chapter(two_class_results)

    assert "some of 3, 6, 9, 12, 15, 18, 21 and 24 samples" in text
    assert "of 3 samples 1 ALL and 1 AML right, 1 wrong" in text
    assert "4 of 6 right, with a 95 % interval from 0.300 to 0.903" in text
    assert "How the 2 wrong ones divide between the classes the figures do not say: 3 ways" in text


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"sizes": (), "fits": (), "n_fits": 0, "unit": None}, "they contradict each other"),
        ({"fits": (), "n_fits": 0}, "None is of the size that the stated numbers allow, 6"),
        ({"n_fits": 2}, "That leaves 2 sets of counts."),
        ({"not_run": "too much"}, "was not searched: too much."),
    ],
)
def test_the_chapter_tells_other_arithmetic(
    two_class_results: Results, changes: dict[str, Any], expected: str
) -> None:
    """Figures that cannot be, that cannot be at this size, that leave much, or were not tried."""
    arithmetic = two_class_results.claims[0].arithmetic.model_copy(update=changes)

    assert expected in chapter(changed(two_class_results, arithmetic=arithmetic))


def test_the_chapter_names_the_defect(two_class_results: Results) -> None:
    """With the labels that it gets wrong."""
    results = explained(two_class_results)
    trial = results.claims[0].hypothesis("by-position").best_trial

    text = chapter(results)

    assert trial is not None
    assert "at the stated seed: labels joined by position." in text
    assert f"{trial.n_other} carry the label of another, {trial.n_wrong} of them the wrong" in text


def test_the_chapter_says_that_no_defect_fits(two_class_results: Results) -> None:
    """Or that none is needed."""
    results = changed(two_class_results, reproduced_by=())
    rerun = results.claims[0].rerun.model_copy(update={"exact": True})

    assert "None gives every reported figure." in chapter(results)
    assert "None is needed." in chapter(changed(results, rerun=rerun))


def test_a_protocol_that_was_not_followed_has_its_reason(two_class_results: Results) -> None:
    """Too many samples, for example."""
    claim = two_class_results.claims[0]
    rerun = claim.rerun.model_copy(
        update={"own": (), "distributions": (), "not_run": "too many samples"}
    )
    results = changed(two_class_results, rerun=rerun, reproduced_by=())

    assert "It was not followed: too many samples." in chapter(results)
    assert "not done, too many samples" in tables.compared(results, results.claims[0]).note


def test_without_claims_there_is_no_chapter(
    toy_results: Results, two_class_results: Results
) -> None:
    """With one it stands between the changes and the genes."""
    without = [anchor for anchor, _ in chapters.sections(toy_results)]
    anchors = [anchor for anchor, _ in chapters.sections(two_class_results)]

    assert "claims" not in without
    assert ["improvements", "claims", "genes"] == anchors[anchors.index("improvements") :][:3]


@pytest.mark.parametrize(
    ("values", "expected"),
    [((8,), "8"), ((8, 16), "8 and 16"), (tuple(range(1, 12)), "1, 2, 3, 4, 5, 6, 7, 8 and 3 ")],
)
def test_sizes_are_listed(values: tuple[int, ...], expected: str) -> None:
    """The first few, and how many more."""
    assert formats.listed(values).startswith(expected)


def test_the_chapter_says_how_often_chance_does_it(two_class_results: Results) -> None:
    """Right labels, random ones and joins by position, over the same seeds, with their shares."""
    chance = two_class_results.claims[0].chance
    assert chance is not None
    known = chance.model_copy(update={"n_seeds": 10, "n_random": 2, "n_joins": 4, "n_any_join": 5})

    text = chapter(changed(two_class_results, chance=known))

    assert "labels drawn at random for 24 samples at 2 (20 %)" in text
    assert "at least one of 4 joins by position at 5 (50 %)" in text


def test_without_a_seed_chance_is_not_spoken_of(two_class_results: Results) -> None:
    """A given split leaves nothing to a seed."""
    assert "One agreement alone" not in chapter(changed(two_class_results, chance=None))


def test_every_variant_has_its_share_of_seeds(two_class_results: Results, claim: Claim) -> None:
    """Right labels, labels at random, and each variant of each defect."""
    table = tables.variants(two_class_results, claim)

    trials = [trial for h in claim.hypotheses for trial in h.trials]
    assert 2 + len(trials) == len(table.rows)
    assert f"{claim.rerun.n_fitting} of 10" in table.rows[0][-1]
    told = [row[-1] for row in table.rows[2:]]
    expected = [f"{t.n_fitting} of 10" if not t.not_run else "" for t in trials]
    assert expected == [text.partition(" (")[0] for text in told]
