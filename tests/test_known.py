from dataclasses import replace

import pandas as pd
import pytest
from pydantic import ValidationError
from study_fixtures import labelled, with_columns

from pipeline import known
from pipeline.config import Config, KnownSection
from pipeline.dataset import Dataset
from pipeline.errors import ConfigError


def study(config: Config, **values: tuple[str, ...]) -> Config:
    """Give the study one fact, with values for some samples."""
    fact = KnownSection(text="Known.", citation="golub1999", covariate="site", values=values)
    return config.model_copy(update={"known": (fact,)})


def named(*samples: str) -> Dataset:
    """Give samples of these names, of two classes in turn."""
    dataset = labelled(["a", "b"] * (len(samples) // 2))
    covariates = pd.DataFrame(index=list(samples))
    return replace(dataset, sample_ids=samples, covariates=covariates)


def test_values_are_given_by_name_range_and_pattern(toy_config: Config) -> None:
    """A range means whole numbers, and a star any letters; of others nothing is known."""
    dataset = named("2", "10", "11", "AML_1", "AML_2", "x")
    config = study(toy_config, east=("2-10", "x"), west=("AML_*",))

    actual, (fact,) = known.add(dataset, config)

    assert ["east", "east", "", "west", "west", "east"] == actual.covariates["site"].tolist()
    assert (5, False, ()) == (fact.n_samples, fact.overridden, fact.contradicted)


def test_the_table_of_samples_overrides_and_is_compared(toy_config: Config) -> None:
    """Its values count, and where it says something else the sample is named."""
    dataset = with_columns(named("1", "2", "3", "4"), site=["east", "west", "", "north"])
    config = study(toy_config, east=("1-4",))

    actual, (fact,) = known.add(dataset, config)

    assert ["east", "west", "", "north"] == actual.covariates["site"].tolist()
    assert fact.overridden
    assert ("2", "4") == fact.contradicted


def test_facts_of_other_samples_change_nothing(toy_config: Config) -> None:
    """A copy of the data with other names has no such covariate."""
    dataset = named("S1", "S2", "S3", "S4")

    actual, (fact,) = known.add(dataset, study(toy_config, east=("1-40",)))

    assert [] == list(actual.covariates.columns)
    assert 0 == fact.n_samples


def test_two_values_of_one_sample_are_refused(toy_config: Config) -> None:
    """The message names fact, values and sample."""
    config = study(toy_config, east=("1-3",), west=("3",))

    with pytest.raises(ConfigError, match=r"known \(site\): .*'east' and 'west' for sample '3'"):
        known.add(named("1", "2", "3", "4"), config)


def test_a_covariate_needs_values() -> None:
    """A name without values, or values without a name, say nothing."""
    with pytest.raises(ValidationError, match="covariate and values together"):
        KnownSection(text="Known.", citation="golub1999", covariate="site")
