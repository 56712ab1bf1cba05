from pathlib import Path

import pytest

from pipeline import config, results
from pipeline.errors import ConfigError
from pipeline.records.published import PublishedResult
from pipeline.results import Results
from report.tables.published import published

STUDY = """
[study]
name = "toy"
title = "A toy"
[data]
format = "tables"
[data.files.expression]
name = "x.csv"
[data.files.samples]
name = "s.csv"
[[published]]
method = "voting"
source = "Golub et al. 1999"
citation = "golub1999"
n = 6
protocol = "as in the paper"
same_split = true
"""


def loaded(tmp_path: Path, lines: str) -> config.Config:
    """Load the study with some more lines of the result."""
    path = tmp_path / "toy.toml"
    path.write_text(STUDY + lines, encoding="utf-8")
    return config.load(path)


def test_a_published_result_is_read(tmp_path: Path) -> None:
    """All samples are called where the file does not say otherwise."""
    (actual,) = loaded(tmp_path, "n_right = 5\n").published

    assert (5, None, "golub1999") == (actual.n_right, actual.n_called, actual.citation)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("n_right = 7\n", "n_right_least <= n_right <= n_called <= n, found 7, 7, 6, 6"),
        ("n_right = 3\nn_called = 2\n", "found 3, 3, 2, 6"),
        ("n_right = 3\nn_right_least = 4\n", "found 4, 3, 6, 6"),
    ],
)
def test_counts_that_cannot_be_are_refused(tmp_path: Path, lines: str, said: str) -> None:
    """More right than called, or more called than there are, is one line that says what."""
    with pytest.raises(ConfigError) as caught:
        loaded(tmp_path, lines)

    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_unknown_work_is_refused(tmp_path: Path) -> None:
    """What the report could not print among its references cannot be cited."""
    path = tmp_path / "other.toml"
    text = STUDY.replace("golub1999", "nobody1900") + "n_right = 5\n"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(ConfigError, match=r"published\.0\.citation"):
        config.load(path)


def result(**update: object) -> PublishedResult:
    """Give a result of six samples, one of them declined."""
    record = PublishedResult(
        method="voting",
        source="Someone 1999",
        citation=None,
        n=6,
        n_called=5,
        n_right=5,
        n_right_least=None,
        protocol="As printed.",
        same_split=True,
        quoted_in=None,
    )
    return record.model_copy(update=update)


def test_the_headline_stands_first_and_coverage_beside_each(toy_results: Results) -> None:
    """Five of five right is shown with the one declined; what was quoted says where."""
    records = (result(), result(n=9, n_right_least=3, quoted_in="Other 2004"))
    table = published(toy_results.model_copy(update={"published": records}))
    assert table is not None

    own, first, second = table.rows

    assert "This report" == own[0]
    assert str(toy_results.primary.n_correct) == own[3]
    assert ("Someone 1999", "voting", "5 of 6", "5", "Same split. As printed.") == first
    assert "Someone 1999 (quoted in Other 2004)" == second[0]
    assert ("5 of 9", "3 to 5") == second[2:4]
    assert second[4].startswith("Other split than here.")


def test_without_published_results_there_is_no_table(toy_results: Results) -> None:
    """A study that names none has no such table."""
    assert published(toy_results) is None


def test_a_cited_work_must_be_among_the_references(toy_results: Results) -> None:
    """A result that cites a work which the report does not print contradicts it."""
    changed = toy_results.model_copy(update={"published": (result(citation="nobody1900"),)})

    with pytest.raises(ValueError, match="nobody1900"):
        results.check_references(changed)
