"""What a study file states of its samples: facts of a paper, with or without a value for each.

A fact with values becomes a covariate, so that confounding is seen wherever the data are read
from, the embedded copy included. A table of samples that has the same column overrides it.
"""

from dataclasses import replace
from fnmatch import fnmatchcase

import pandas as pd

from pipeline.config import Config, KnownSection
from pipeline.dataset import Dataset
from pipeline.errors import ConfigError
from pipeline.records.known import KnownFact


def add(dataset: Dataset, config: Config) -> tuple[Dataset, tuple[KnownFact, ...]]:
    """Add what the study file states of the samples to what their table says.

    Parameters
    ----------
    dataset : Dataset
        The data, with the covariates of their table of samples.
    config : Config
        The facts.

    Returns
    -------
    dataset : Dataset
        With a covariate for each fact that has values for some sample, unless the table of
        samples has a column of that name.
    facts : tuple of KnownFact
        All facts, and what they rest on.

    Raises
    ------
    ConfigError
        If a fact gives a sample two values.
    """
    facts = []
    for section in config.known:
        values = _values(section, dataset.sample_ids)
        stated = [sample for sample, value in values.items() if value]
        table = dataset.covariates
        overridden = section.covariate is not None and section.covariate in table
        contradicted: tuple[str, ...] = ()
        if overridden:
            own = dict(zip(dataset.sample_ids, table[section.covariate], strict=True))
            contradicted = tuple(s for s in stated if own[s] and own[s] != values[s])
        elif section.covariate is not None and stated:
            column = pd.Series(list(values.values()), index=table.index, dtype=str)
            dataset = replace(dataset, covariates=table.assign(**{section.covariate: column}))
        facts.append(
            KnownFact(
                text=section.text,
                citation=section.citation,
                covariate=section.covariate,
                n_samples=len(stated),
                overridden=overridden,
                contradicted=contradicted,
            )
        )
    return dataset, tuple(facts)


def _values(section: KnownSection, samples: tuple[str, ...]) -> dict[str, str]:
    """The value of each sample, empty where none is stated."""
    found = dict.fromkeys(samples, "")
    for value, terms in section.values.items():
        for sample in samples:
            if not any(_names(term, sample) for term in terms):
                continue
            if found[sample] not in ("", value):
                raise ConfigError(
                    f"known ({section.covariate}): expected one value for each sample, found "
                    f"{found[sample]!r} and {value!r} for sample {sample!r}"
                )
            found[sample] = value
    return found


def _names(term: str, sample: str) -> bool:
    """Whether a term of a fact means a sample: its name, a range of numbers, or a pattern."""
    low, dash, high = term.partition("-")
    if dash and low.isdecimal() and high.isdecimal() and sample.isdecimal():
        return int(low) <= int(sample) <= int(high)
    return term == sample or ("*" in term and fnmatchcase(sample, term))
