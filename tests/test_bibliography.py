import re

import pytest

from pipeline.records.base import Reference
from pipeline.references import WORKS
from report.bibliography import bibtex


def entry(**fields: object) -> str:
    """Write the entry of a work."""
    work = {"key": "a1", "authors": "Doe J", "year": 2001, "title": "A title", "source": "Unknown"}
    return bibtex([Reference.model_validate(work | fields)])


def test_an_article_is_taken_apart() -> None:
    """Journal, volume, number and pages are fields of their own, pages with two hyphens."""
    actual = bibtex([WORKS["friedman2010"]])

    assert (
        "@article{friedman2010,\n"
        "  author = {Friedman, J. and Hastie, T. and Tibshirani, R.},\n"
        "  year = {2010},\n"
        "  title = {{Regularization paths for generalized linear models via coordinate descent}},\n"
        "  journal = {Journal of Statistical Software},\n"
        "  volume = {33},\n"
        "  number = {1},\n"
        "  pages = {1--22},\n"
        "  doi = {10.18637/jss.v033.i01},\n"
        "}\n"
    ) == actual


def test_every_work_has_a_type() -> None:
    """Of the works that a report may cite, three are books, two stand in volumes of a series."""
    kinds = dict(re.findall(r"^@(\w+)\{(\w+),", bibtex([work]))[0][::-1] for work in WORKS.values())

    others = {key: kind for key, kind in kinds.items() if kind != "article"}

    books = {"cramer1946": "book", "fleiss1981": "book", "westfall1993": "book"}
    assert books | {"bouckaert2004": "inproceedings", "venna2001": "inproceedings"} == others


@pytest.mark.parametrize(
    ("authors", "expected"),
    [
        ("van den Goorbergh R, Van Calster B", "van den Goorbergh, R. and Van Calster, B."),
        ("Collins GS, et al.", "Collins, G. S. and others"),
        ("MAQC Consortium", "{MAQC Consortium}"),
        ("Großberger Ł", "Großberger, Ł."),
    ],
)
def test_authors_are_surnames_and_initials(authors: str, expected: str) -> None:
    """Surname and initials are told apart; an institution stays whole."""
    assert f"  author = {{{expected}}},\n" in entry(authors=authors)


def test_a_source_that_says_no_more_stays_whole() -> None:
    """A source of no known form is given as it stands."""
    assert entry(source="In preparation").startswith("@misc{a1,")
    assert "  howpublished = {In preparation},\n" in entry(source="In preparation")


@pytest.mark.parametrize("field", ["title", "authors", "source", "doi"])
def test_hostile_text_leaves_the_entry_whole(field: str) -> None:
    """Braces are balanced, and no line starts anew: the entry is as long as any other."""
    text = 'x} }}\n@misc{other, "a" \\input{/etc/passwd} \\} {{7*7}} %$&#_^~'

    actual = entry(**{field: text})

    assert 1 == actual.count("\n@") + 1
    assert 0 == actual.count("{") - actual.count("}")
    assert len(entry(**{field: "plain"}).splitlines()) == len(actual.splitlines())
