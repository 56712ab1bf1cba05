from pipeline.results import Results
from report.figures import strata as figures
from report.tables.strata import strata as tables


def test_without_covariates_nothing_is_said(toy_results: Results) -> None:
    """A study of which nothing is known has no such table and no such figure."""
    assert () == toy_results.strata
    assert () == tables(toy_results)
    assert figures.by_source(toy_results) is None
