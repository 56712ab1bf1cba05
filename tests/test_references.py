import re
from pathlib import Path

import pytest

from pipeline import references
from pipeline.records.base import Reference
from pipeline.references import WORKS
from pipeline.results import Results

OWN = Reference(key="golub1999", authors="Zzz", year=1999, title="Own", source="Own")
SOURCES = sorted(Path(references.__file__).parent.rglob("*.py"))


def test_citations_are_found_in_texts() -> None:
    """Every key in brackets with an at sign is found, once."""
    actual = references.cited(["One [@a1] and [@b-2].", "None, [c3] and @d4.", "[@a1]"])

    assert {"a1", "b-2"} == actual


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_every_work_that_the_pipeline_cites_is_known(path: Path) -> None:
    """No sentence of the pipeline cites a work that the report could not print."""
    text = path.read_text(encoding="utf-8").replace("`[@", "")

    actual = references.cited([text]) - {"key"}  # `[@key]` stands for any

    assert actual <= set(WORKS)


def test_works_stand_under_their_keys() -> None:
    """A key is the first author and the year of its work."""
    for key, work in WORKS.items():
        assert key.endswith(str(work.year))
        assert key[0] == work.authors[0].casefold()


def test_a_doi_is_written_bare() -> None:
    """A DOI has no address before it."""
    actual = [work.doi for work in WORKS.values() if work.doi]

    assert [doi for doi in actual if not re.fullmatch(r"10\.\d{4,5}/\S+", doi)] == []


def test_works_are_sorted_by_author() -> None:
    """The list of references is in the order of authors, without regard to case."""
    actual = references.bibliography(
        ["wilson1927", "ambroise2002", "vandengoorbergh2022"], own=None
    )

    assert ["ambroise2002", "vandengoorbergh2022", "wilson1927"] == [work.key for work in actual]


def test_the_studys_own_work_wins() -> None:
    """A work that the study names replaces one of the same key."""
    actual = references.bibliography(["golub1999"], own=OWN)

    assert (OWN,) == actual


def test_an_unknown_work_is_an_error() -> None:
    """A key that nobody knows cannot be printed."""
    with pytest.raises(KeyError, match="nobody2020"):
        references.bibliography(["nobody2020"], own=None)


def test_only_works_that_were_used_are_listed(toy_results: Results) -> None:
    """The references of a study are those of its methods, findings, models and checklists."""
    expected = {key for finding in toy_results.findings for key in finding.references}
    expected |= {model.citation for model in toy_results.models}
    expected |= {checklist.citation for checklist in toy_results.checklists}
    expected |= references.cited(step.text.template for step in toy_results.methods)

    actual = {work.key for work in toy_results.references}

    assert expected == actual
