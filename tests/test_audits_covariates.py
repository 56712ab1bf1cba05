from collections.abc import Sequence

import numpy as np
import pytest
from study_fixtures import labelled, with_columns

from pipeline.audits import arrays, covariates
from pipeline.audits.associations import associations, columns, values_of
from pipeline.dataset import Dataset
from pipeline.records.audit import Association
from report.formats import plain

Y = ["a", "b"] * 12  # of these the last eight are the test set
SITE = ["one" if label == "a" else "two" for label in Y]
SEX = ["m", "m", "f", "f"] * 6
LATER = ["old"] * 16 + ["new"] * 8


def study(**known: Sequence[str]) -> Dataset:
    """Make a study of which this is known."""
    return with_columns(labelled(Y, n_test=8, n_genes=30), **known)


def found(dataset: Dataset) -> tuple[Association, ...]:
    """Hold everything against everything."""
    components, scores = arrays.components(dataset, dataset.X, dataset.train, seed=0)
    return associations(dataset, (arrays.mean(dataset),), scores, components, seed=0)


def record(dataset: Dataset) -> covariates.Covariates:
    """Record the covariates."""
    return covariates.covariates(dataset, found(dataset), "")


def test_a_site_that_is_the_class_is_told() -> None:
    """Every sample of one class comes from one site."""
    actual = record(study(site=SITE, sex=SEX))

    assert (True, ("site",)) == (actual.is_raised, actual.names)
    assert "site and class (Cramér's V 1.000" in plain(actual.statement)


def test_a_covariate_that_goes_with_the_split_is_told() -> None:
    """All test samples are new, and none of the training samples."""
    actual = record(study(batch=LATER))

    assert ("batch",) == actual.names
    assert ("new",) == actual.covariates[0].only_test


def test_what_goes_with_nothing_is_not_told() -> None:
    """As many of each sex in both classes and in both parts."""
    actual = record(study(sex=SEX))

    assert (False, (), None) == (actual.is_raised, actual.names, actual.not_run)


def test_without_covariates_the_check_does_not_apply() -> None:
    """And says what is lacking."""
    actual = record(study())

    assert "the data name no source, batch or tissue of the samples" == actual.not_run
    assert not actual.is_raised


def test_a_table_that_was_not_found_is_named() -> None:
    """The reason is the file."""
    dataset = study()

    actual = covariates.covariates(dataset, found(dataset), "patients.csv")

    assert "the table of samples was not found (patients.csv)" == actual.not_run


def test_counts_by_hand() -> None:
    """By value, part and class: of the 16 training samples 4 of each sex are of each class."""
    (actual,) = record(study(sex=[*SEX[:22], "", "NA"])).covariates

    assert ("sex", "category", 22, 2) == (actual.key, actual.kind, actual.n_known, actual.n_levels)
    assert [("f", (4, 4), (1, 1)), ("m", (4, 4), (2, 2))] == [
        (level.level, level.training, level.test) for level in actual.levels
    ]
    assert ((8, 8), (3, 3)) == (actual.known_training, actual.known_test)
    assert ("", "") == actual.values[22:]


def test_what_is_unknown_in_one_class_is_told() -> None:
    """Sex is known of class a only."""
    dataset = study(sex=[s if label == "a" else "" for s, label in zip(SEX, Y, strict=True)])

    actual = covariates.missingness(dataset, found(dataset))

    assert (True, ("sex",)) == (actual.is_raised, actual.names)


def test_what_is_unknown_at_random_is_not_told() -> None:
    """As often in both classes."""
    dataset = study(sex=["", "", *SEX[2:12], "", "", *SEX[14:]])

    actual = covariates.missingness(dataset, found(dataset))

    assert (None, False, ()) == (actual.not_run, actual.is_raised, actual.names)


def test_where_all_is_known_nothing_is_unknown() -> None:
    """The check does not apply."""
    dataset = study(sex=SEX)

    assert covariates.missingness(dataset, found(dataset)).not_run


def test_a_component_that_follows_a_covariate_is_told() -> None:
    """Half of the samples are shifted in all genes: the first component is the batch."""
    dataset = study(batch=SEX)
    dataset.X[np.array(SEX) == "m"] += 3.0
    components, scores = arrays.components(dataset, dataset.X, dataset.train, seed=0)
    held = associations(dataset, (), scores, components, seed=0)

    actual = covariates.followed(components, held)

    assert (True, (("PC1", "batch"),)) == (actual.is_raised, actual.followed)


def test_a_component_that_follows_nothing_is_not_told() -> None:
    """Noise follows nothing; the class is no covariate."""
    dataset = study(sex=SEX)
    dataset.X[np.array(Y) == "a"] += 3.0
    components, scores = arrays.components(dataset, dataset.X, dataset.train, seed=0)

    actual = covariates.followed(components, associations(dataset, (), scores, components, seed=0))

    assert (False, ()) == (actual.is_raised, actual.followed)


def test_everything_is_held_against_everything() -> None:
    """Class twice, split, and each component; what is unknown against class and split."""
    actual = [a.key for a in found(study(sex=["", *SEX[1:]]))]

    components = [f"PC{k}" for k in range(1, 6)]
    expected = [f"sex/{t}" for t in ("class", "class/training", "split", *components)]
    expected += [f"sex unknown/{t}" for t in ("class", "class/training", "split")]
    expected += [f"mean/{t}" for t in ("class", "class/training", "split", *components)]
    expected += [f"class/{component}" for component in components]
    assert expected == actual


def test_training_samples_are_held_alone() -> None:
    """The figure for training rests on the 16 training samples."""
    actual = {a.key: a.n for a in found(study(site=SITE))}

    assert (24, 16) == (actual["site/class"], actual["site/class/training"])


def test_adjusted_p_values_are_holms_over_class_and_split() -> None:
    """The smallest of three p-values counts threefold."""
    design = [
        a
        for a in found(study(site=SITE))
        if a.target in ("class", "split") and a.p_value is not None
    ]
    smallest = min(design, key=lambda a: a.p_value or 0.0)

    assert smallest.p_value is not None
    assert len(design) * smallest.p_value == pytest.approx(smallest.p_adjusted)


@pytest.mark.parametrize(
    ("text", "kind", "first"),
    [
        ([f"{k}.5" for k in range(10)], "number", 0.5),
        (["1", "2", "3", "1"] * 3, "category", None),
        ([f"{k}/28/1984" for k in range(1, 10)], "date", 724_303.0),  # 28 January 1984
        ([f"1984-01-{k + 10}" for k in range(10)], "date", 724_285.0),
        ([*(str(k) for k in range(9)), "many"], "category", None),
        ([*(str(k) for k in range(9)), "inf"], "category", None),
    ],
)
def test_kinds_of_covariates(text: list[str], kind: str, first: float | None) -> None:
    """Numbers and days where all read so and many differ; else categories."""
    actual, values = values_of(np.array(text))

    assert kind == actual
    assert first is None or first == values[0]


def test_unknown_numbers_are_no_number() -> None:
    """They are left out, and not taken for zero."""
    _, values = values_of(np.array([*(str(k) for k in range(9)), ""]))

    assert np.isnan(values[-1])


def test_brackets_do_not_end_a_path() -> None:
    """A column of strangers is named in paths of the results."""
    dataset = with_columns(labelled(Y), **{"site [code]": SITE})

    assert ["site (code)"] == [name for name, _ in columns(dataset)]


def test_tests_are_counted_by_what_they_are_against() -> None:
    """Site and mean against class, twice, and split: 6; with the class, against components: 15."""
    dataset = study(site=SITE)

    actual = record(dataset)

    held = found(dataset)
    n_all = sum(a.p_value is not None for a in held)
    assert (6, 15) == (actual.n_tests, actual.n_component_tests)
    assert n_all == actual.n_tests + actual.n_component_tests


def test_rare_values_do_not_make_an_association() -> None:
    """Twelve pairs, each of one class: put together, they are one value, and nothing is said."""
    pairs = [f"pair {i // 4}{label}" for i, label in enumerate(Y)]

    actual = next(a for a in found(study(pair=pairs)) if a.key == "pair/class")

    assert (None, None) == (actual.value, actual.p_value)
    assert actual.undefined is not None


def test_groups_that_are_held_out_whole_are_no_confounders() -> None:
    """A patient has one class by nature; a site that goes with the class is told all the same."""
    dataset = study(patient=[f"{label}{i // 4}" for i, label in enumerate(Y)], site=SITE)
    components, scores = arrays.components(dataset, dataset.X, dataset.train, seed=0)

    held = associations(dataset, (), scores, components, seed=0, group="patient")

    assert ("site",) == covariates.covariates(dataset, held, "").names
    assert "split" in {a.target for a in held if a.subject == "patient"}
