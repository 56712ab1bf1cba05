from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from study_fixtures import changed, every_fold, labelled, noise, plan, with_columns

from pipeline import evaluate
from pipeline.config import Config, CovariatesSection, EvaluateSection, quickened
from pipeline.dataset import Dataset
from pipeline.errors import ConfigError
from pipeline.protocols import (
    ENOUGH_PREDICTIONS,
    Fold,
    enough,
    inner_folds,
    learning_folds,
    make_plans,
    permutation_folds,
)

SITES = ["north", "south", "", "west", "east"] * 6


@pytest.fixture(scope="module")
def sited(toy_dataset: Dataset) -> Dataset:
    """Give the toy study with sources, of which some samples have none, and pairs of samples."""
    pairs = [f"pair {i // 2}" for i in range(30)]
    return with_columns(toy_dataset, site=SITES, pair=pairs)


@pytest.fixture(scope="module")
def by_site(toy_config: Config) -> Config:
    """Give a configuration that holds out sources."""
    return changed(toy_config, source_column="site")


def groups(dataset: Dataset, rows: np.ndarray) -> set[str]:
    """Name the pairs that rows belong to."""
    return set(dataset.covariates["pair"].iloc[rows])


def test_the_given_protocol_is_the_given_split(toy_dataset: Dataset, toy_config: Config) -> None:
    """One fold: train on the training samples, test on the others."""
    (fold,) = plan(toy_dataset, toy_config, "given").folds

    expected = (toy_dataset.train.tolist(), toy_dataset.test.tolist())
    assert expected == (fold.train.tolist(), fold.test.tolist())


def test_the_swap_is_the_given_split_exchanged(toy_config: Config) -> None:
    """Those who trained are held out, and those who were held out train."""
    dataset = labelled(["a", "b"] * 10, n_test=8)
    (given_fold,) = plan(dataset, toy_config, "given").folds

    (swapped,) = plan(dataset, toy_config, "swap").folds

    assert given_fold.train.tolist() == swapped.test.tolist()
    assert given_fold.test.tolist() == swapped.train.tolist()


@pytest.mark.parametrize("key", ["given", "swap"])
def test_without_test_samples_there_is_no_given_split(toy_config: Config, key: str) -> None:
    """A data set without a test part has neither protocol, and the record says why."""
    actual = plan(noise(12, 3, seed=0), toy_config, key)

    assert () == actual.folds
    assert "the data set in use has no independent test samples" in str(actual.protocol.unavailable)


def test_two_test_samples_of_a_class_are_too_few_to_train_on(
    toy_dataset: Dataset, toy_config: Config
) -> None:
    """The toy study's six test samples are two of each class: no spread can be learned."""
    actual = plan(toy_dataset, toy_config, "swap").protocol.unavailable

    assert "the independent samples are too few of some class to train on" == actual


def test_each_sample_is_held_out_once_in_every_repeat(
    toy_dataset: Dataset, toy_config: Config
) -> None:
    """Cross-validation holds each sample out exactly once in each repeat."""
    folds = plan(toy_dataset, toy_config, "cv").folds

    actual = Counter((fold.repeat, int(row)) for fold in folds for row in fold.test)

    assert Counter({(repeat, row): 1 for repeat in range(2) for row in range(30)}) == actual


def test_leaving_one_out_holds_each_sample_out_alone(
    toy_dataset: Dataset, toy_config: Config
) -> None:
    """There are as many folds as samples, in their order."""
    actual = [fold.test.tolist() for fold in plan(toy_dataset, toy_config, "loo").folds]

    assert [[row] for row in range(30)] == actual


def test_leaving_one_out_of_many_is_left_to_cross_validation(toy_config: Config) -> None:
    """Beyond a limit leave-one-out is unavailable, and the reason names the limit."""
    config = changed(toy_config, loo_max_samples=19)

    actual = plan(labelled(["a", "b"] * 10, n_genes=2), config, "loo")

    assert () == actual.folds
    assert "more than 19 parts" in str(actual.protocol.unavailable)


def test_parts_to_leave_out_are_counted_and_not_samples(toy_config: Config) -> None:
    """Ten groups of two samples are ten fits, and so within a limit of ten."""
    dataset = with_columns(
        labelled(["a", "b"] * 10, n_genes=2), pair=[str(i % 10) for i in range(20)]
    )
    config = changed(toy_config, loo_max_samples=10, group_column="pair")

    assert 10 == len(plan(dataset, config, "loo").folds)


@pytest.mark.parametrize(
    ("name", "n_samples", "expected"),
    [
        ("n_repeats", 72, 10),
        ("n_repeats", 700, 3),
        ("n_repeats", 10_000, 2),
        ("n_learning_repeats", 72, 20),
        ("n_learning_repeats", 700, 5),
        ("n_leaky_permutations", 72, 20),
        ("n_leaky_permutations", 10_000, 5),
    ],
)
def test_many_samples_need_fewer_repeats(name: Any, n_samples: int, expected: int) -> None:
    """The defaults are those of the first study, and fall where enough is held out."""
    assert expected == enough(EvaluateSection(), name, n_samples=n_samples)


def test_repeats_that_the_study_sets_are_made(toy_config: Config) -> None:
    """A number in the study file is no default, and stays; what a quick run lowers is one."""
    asked = EvaluateSection(n_repeats=7)
    config = toy_config.model_copy(update={"evaluate": EvaluateSection()})

    actual = quickened(config).evaluate

    assert 7 == enough(asked, "n_repeats", n_samples=10_000)
    assert set() == actual.model_fields_set
    assert 2 == enough(actual, "n_repeats", n_samples=72)


def test_fewer_repeats_give_their_reason(toy_config: Config) -> None:
    """Where repeats were left out, the protocol says why; else it has no word of it."""
    section = EvaluateSection(n_folds=2, n_inner_folds=2)
    config = toy_config.model_copy(update={"evaluate": section})
    few, many = (
        plan(labelled(["a", "b"] * (n // 2), n_genes=2), config, "cv").protocol
        for n in (20, ENOUGH_PREDICTIONS)
    )

    assert (10, 2) == (few.n_repeats, many.n_repeats)
    assert "would average over the ways to split" not in few.description.template
    assert "would average over the ways to split" in many.description.template


def test_no_sample_is_trained_on_and_held_out(sited: Dataset, by_site: Config) -> None:
    """In no fold of any protocol is a sample on both sides, and none is left out."""
    folds = every_fold(sited, by_site)
    folds += [*permutation_folds(sited, by_site), *sum(learning_folds(sited, by_site), ())]

    for fold in folds:
        assert list(range(30)) == sorted([*fold.train.tolist(), *fold.test.tolist()])


def test_inner_folds_split_the_training_rows(sited: Dataset, by_site: Config) -> None:
    """Inner folds hold each training row out once, and know no other row."""
    for fold in every_fold(sited, by_site):
        held_out = np.concatenate([test for _, test in fold.inner])
        assert fold.train.tolist() == sorted(held_out.tolist())
        for train, test in fold.inner:
            assert fold.train.tolist() == sorted([*train.tolist(), *test.tolist()])


def test_inner_folds_are_stratified(toy_dataset: Dataset, toy_config: Config) -> None:
    """Of every class two inner folds hold out the same number, or one more."""
    for fold in every_fold(toy_dataset, toy_config):
        for label in toy_dataset.classes:
            counts = [int((toy_dataset.y[test] == label).sum()) for _, test in fold.inner]
            assert max(counts) - min(counts) <= 1


def test_cross_validation_is_stratified(toy_dataset: Dataset, toy_config: Config) -> None:
    """With 10 samples of each class every one of 4 folds holds 2 or 3 of each class."""
    folds = plan(toy_dataset, toy_config, "cv").folds

    actual = {n for fold in folds for n in Counter(toy_dataset.y[fold.test].tolist()).values()}

    assert {2, 3} == actual


def test_the_hold_out_is_stratified(toy_dataset: Dataset, toy_config: Config) -> None:
    """A fifth of 30 samples is two of each class."""
    (fold,) = plan(toy_dataset, toy_config, "holdout").folds

    actual = Counter(toy_dataset.y[fold.test].tolist())

    assert Counter({"B-cell": 2, "T-cell": 2, "myeloid": 2}) == actual


def test_there_are_no_more_folds_than_samples_of_the_smallest_class(toy_config: Config) -> None:
    """A class of three samples allows three folds, not four."""
    dataset = labelled(["a"] * 9 + ["b"] * 3)

    actual = plan(dataset, toy_config, "cv").protocol.n_folds

    assert 3 == actual


def test_the_record_counts_the_inner_folds_that_were_made(toy_config: Config) -> None:
    """Three inner folds were set; a training part with two samples of each class has none."""
    dataset = labelled(["a", "b"] * 3)

    actual = plan(dataset, toy_config, "cv").protocol

    assert (3, 0) == (actual.n_folds, actual.n_inner_folds)


def test_too_few_samples_to_split_again_have_no_inner_fold(toy_config: Config) -> None:
    """From two samples of two classes nothing can be chosen."""
    y = np.array(["a", "b", "a", "b"])

    actual = inner_folds(y, np.array([0, 1]), toy_config.evaluate, None, seed=0)

    assert () == actual


def test_equal_seeds_give_equal_folds(toy_dataset: Dataset, toy_config: Config) -> None:
    """The folds depend on the seed and on nothing else."""
    expected = [fold.test.tolist() for fold in every_fold(toy_dataset, toy_config)]

    actual = [fold.test.tolist() for fold in every_fold(toy_dataset, toy_config)]

    assert expected == actual


def test_another_seed_gives_other_folds(toy_dataset: Dataset, toy_config: Config) -> None:
    """The seed of the configuration reaches the folds."""
    first = plan(toy_dataset, toy_config, "cv")
    other = plan(toy_dataset, toy_config.model_copy(update={"seed": 43}), "cv")

    assert [f.test.tolist() for f in first.folds] != [f.test.tolist() for f in other.folds]


@pytest.mark.parametrize("share", [0.01, 0.5, 0.9, 0.99])
def test_any_share_can_be_held_out(toy_dataset: Dataset, toy_config: Config, share: float) -> None:
    """A hold-out trains on every class, or it is unavailable and gives its reason."""
    actual = plan(toy_dataset, changed(toy_config, holdout_share=share), "holdout")

    trained = [set(toy_dataset.y[fold.train].tolist()) for fold in actual.folds]
    assert actual.protocol.unavailable or trained == [set(toy_dataset.classes)]


def test_a_hold_out_that_loses_a_class_is_unavailable(toy_config: Config) -> None:
    """Where the two samples left to train are of one class of two, nothing can be learned."""
    dataset = labelled(["a"] * 27 + ["b"] * 3)

    actual = plan(dataset, changed(toy_config, holdout_share=0.93), "holdout")

    expected = ((), True)
    assert expected == (actual.folds, bool(actual.protocol.unavailable))


@pytest.mark.parametrize("n_classes", [2, 3])
def test_three_samples_of_each_class_are_enough(toy_config: Config, n_classes: int) -> None:
    """The smallest study is laid out; what it does not allow gives its reason."""
    plans = make_plans(labelled(list("abc")[:n_classes] * 3), toy_config)

    assert {"cv", "loo", "holdout"} <= {p.protocol.key for p in plans if p.folds}
    assert all(p.folds or p.protocol.unavailable for p in plans)


def test_the_record_names_who_is_held_out(sited: Dataset, by_site: Config) -> None:
    """The names of a protocol are those of the samples that its folds hold out."""
    for each in make_plans(sited, by_site):
        held_out = {sited.sample_ids[row] for fold in each.folds for row in fold.test}
        assert held_out == set(each.protocol.sample_ids)


# Groups


def test_groups_are_never_on_both_sides(sited: Dataset, by_site: Config) -> None:
    """No two samples of one group are parted, in outer, inner and learning folds."""
    config = changed(by_site, group_column="pair")
    folds: list[Fold] = [*every_fold(sited, config), *sum(learning_folds(sited, config), ())]
    parts = [(fold.train, fold.test) for fold in folds]
    parts += [pair for fold in folds for pair in fold.inner]

    assert len(parts) > 30
    for train, test in parts:
        assert set() == groups(sited, train) & groups(sited, test)


def test_leaving_one_group_out(sited: Dataset, by_site: Config) -> None:
    """Where samples come in pairs each pair is held out in turn."""
    actual = plan(sited, changed(by_site, group_column="pair"), "loo")

    assert [[i, i + 1] for i in range(0, 30, 2)] == [fold.test.tolist() for fold in actual.folds]


def test_a_given_split_that_parts_a_group_is_not_used(
    toy_dataset: Dataset, toy_config: Config
) -> None:
    """Where a patient is in both parts the test samples are not independent."""
    # Samples 23 and 24 are the last to train and the first to test.
    patients = ["P0" if row in (23, 24) else f"P{row + 1}" for row in range(30)]
    dataset = with_columns(toy_dataset, patient=patients)

    actual = plan(dataset, changed(toy_config, group_column="patient"), "given")

    expected = ((), "some patient has samples in both parts")
    assert expected == (actual.folds, actual.protocol.unavailable)


def test_a_source_that_parts_a_group_is_not_held_out(
    toy_dataset: Dataset, toy_config: Config
) -> None:
    """Where a patient was measured at two sites neither site is held out."""
    sites = ["north", "south", "east"]
    dataset = with_columns(
        toy_dataset,
        site=[sites[row // 10] for row in range(30)],
        patient=["P0" if row in (9, 10) else f"P{row + 1}" for row in range(30)],
    )

    actual = plan(
        dataset, changed(toy_config, source_column="site", group_column="patient"), "source"
    )

    assert [list(range(20, 30))] == [fold.test.tolist() for fold in actual.folds]


def test_labels_in_groups_are_not_permuted(sited: Dataset, by_site: Config) -> None:
    """Samples of one group have one label, which cannot be permuted alone."""
    actual = permutation_folds(sited, changed(by_site, group_column="pair"))

    assert () == actual


def test_one_group_cannot_be_parted(toy_dataset: Dataset, toy_config: Config) -> None:
    """A column in which all samples are alike is refused by its name."""
    dataset = with_columns(toy_dataset, patient=["P1"] * 30)

    with pytest.raises(ConfigError, match=r"evaluate\.group_column: expected .* found 1 in 'pat"):
        make_plans(dataset, changed(toy_config, group_column="patient"))


@settings(max_examples=60)
@given(
    numbers=st.lists(st.integers(0, 7), min_size=21, max_size=21).filter(lambda g: len(set(g)) > 1),
    n_folds=st.integers(2, 6),
    n_inner=st.integers(2, 5),
    share=st.floats(0.05, 0.9),
)
def test_every_training_part_holds_every_class(
    toy_config: Config, numbers: list[int], n_folds: int, n_inner: int, share: float
) -> None:
    """However few and unequal groups are, no fold, outer or inner, trains without a class.

    The one layout that is refused is that of a class whose samples are all of one group: left
    out, it leaves none of the class; else each group can be left out alone.
    """
    dataset = with_columns(labelled(["a", "b", "c"] * 7), pair=[f"g{n}" for n in numbers])
    config = changed(
        toy_config, group_column="pair", n_folds=n_folds, n_inner_folds=n_inner, holdout_share=share
    )
    of = {
        label: {n for n, y in zip(numbers, dataset.y, strict=True) if y == label} for label in "abc"
    }
    if min(len(found) for found in of.values()) < 2:
        with pytest.raises(ConfigError, match=r"evaluate\.group_column: .*pair"):
            make_plans(dataset, config)
        return

    outer = every_fold(dataset, config)
    folds = [*outer, *sum(learning_folds(dataset, config), ())]

    for fold in folds:
        assert len(fold.test) > 0
        assert {"a", "b", "c"} == set(dataset.y[fold.train])
        assert set() == groups(dataset, fold.train) & groups(dataset, fold.test)
        for train, test in fold.inner:
            assert {"a", "b", "c"} == set(dataset.y[train])
            assert len(test) > 0
            assert set() == set(train.tolist()) & set(test.tolist())
    made = plan(dataset, config, "cv")
    for repeat in range(made.protocol.n_repeats):
        held = [row for fold in made.folds if fold.repeat == repeat for row in fold.test.tolist()]
        assert list(range(21)) == sorted(held)


@settings(max_examples=40)
@given(seed=st.integers(0, 1000), n_groups=st.integers(6, 12))
def test_repeats_of_grouped_folds_are_different(
    toy_config: Config, seed: int, n_groups: int
) -> None:
    """Each repeat divides the groups in another way; where there are not so many, fewer repeat."""
    numbers = np.random.default_rng(seed).permutation(np.arange(24) % n_groups)
    dataset = with_columns(labelled(["a", "b"] * 12), pair=[f"g{n}" for n in numbers])
    if min(len({n for n, y in zip(numbers, dataset.y, strict=True) if y == c}) for c in "ab") < 2:
        return
    config = changed(toy_config, group_column="pair", n_folds=3, n_repeats=4)

    made = plan(dataset, config, "cv")

    divisions = {
        frozenset(frozenset(f.test.tolist()) for f in made.folds if f.repeat == repeat)
        for repeat in range(made.protocol.n_repeats)
    }
    assert made.protocol.n_repeats == len(divisions)
    # Six groups or more fall into three folds in more than four ways that are as even.
    assert 4 == made.protocol.n_repeats


def test_two_groups_have_one_division(toy_config: Config) -> None:
    """Two groups can be held out in one way only: a second repeat would be the first again."""
    dataset = with_columns(labelled(["a", "b"] * 10), pair=["g1"] * 10 + ["g2"] * 10)
    config = changed(toy_config, group_column="pair", n_folds=5, n_repeats=10)

    actual = plan(dataset, config, "cv").protocol

    assert (2, 1) == (actual.n_folds, actual.n_repeats)
    assert "no more differ" in actual.description.template


def test_classes_that_share_groups_like_a_triangle_need_three_folds(toy_config: Config) -> None:
    """Of three classes with two of three groups each, two folds always leave one class out."""
    labels = ["a", "b", "b", "c", "c", "a"] * 3
    dataset = with_columns(labelled(labels), pair=["g1", "g1", "g2", "g2", "g3", "g3"] * 3)
    config = changed(toy_config, group_column="pair", n_folds=2)

    actual = plan(dataset, config, "cv").protocol

    assert 3 == actual.n_folds
    assert "would leave some training part without a class" in actual.description.template


def test_settings_are_chosen_across_groups_where_no_inner_fold_can_hold_them(
    toy_config: Config,
) -> None:
    """With two groups a class, the three that train have one class in one group: it is said."""
    dataset = with_columns(
        labelled(["a", "b"] * 12), pair=[f"{'ab'[i % 2]}{i // 2 % 2}" for i in range(24)]
    )
    config = changed(toy_config, group_column="pair")

    actual = plan(dataset, config, "cv")

    assert 4 == actual.protocol.n_folds
    assert all(len(fold.inner) == config.evaluate.n_inner_folds for fold in actual.folds)
    assert "there the inner folds divide samples, whatever" in actual.protocol.description.template
    named = {v.name: v.value for v in actual.protocol.description.values}
    assert (4, 4) == (named["n_cut"], named["n_fits"])


# Sources


def test_each_source_is_held_out_alone(sited: Dataset, by_site: Config) -> None:
    """Samples of a named source are held out together; those without one always train."""
    actual = [
        {SITES[row] for row in fold.test.tolist()} for fold in plan(sited, by_site, "source").folds
    ]

    assert [{"east"}, {"north"}, {"south"}, {"west"}] == actual


def test_a_source_of_one_class_is_not_held_out(toy_config: Config) -> None:
    """Where all of a source are of one class the model could not be told from the source."""
    dataset = with_columns(
        labelled(["a", "b"] * 6 + ["b"] * 4), site=["mixed"] * 6 + ["rest"] * 6 + ["pure"] * 4
    )

    actual = plan(dataset, changed(toy_config, source_column="site"), "source")

    assert [list(range(6)), list(range(6, 12))] == [fold.test.tolist() for fold in actual.folds]


@pytest.mark.parametrize(
    ("column", "sites", "reason"),
    [
        (None, "xy", "no column of the samples says where they come from"),
        ("site", "xy", "no source has more than one class"),  # confounded with the class
        ("site", "xx", "no source has more than one class and leaves every class"),
    ],
)
def test_without_a_source_to_hold_out_the_reason_is_given(
    toy_config: Config, column: str | None, sites: str, reason: str
) -> None:
    """No column, sources that are the classes, and one source alone have their reasons."""
    dataset = with_columns(labelled(["a", "b"] * 6), site=list(sites) * 6)

    actual = plan(dataset, changed(toy_config, source_column=column), "source")

    assert () == actual.folds
    assert str(actual.protocol.unavailable).startswith(reason)


@pytest.mark.parametrize("key", ["group_column", "source_column"])
def test_an_unknown_column_is_named(sited: Dataset, toy_config: Config, key: str) -> None:
    """A column that the samples do not have is refused, with those that they have."""
    with pytest.raises(ConfigError) as caught:
        make_plans(sited, changed(toy_config, **{key: "hospital"}))

    expected = f"evaluate.{key}: expected a column of the samples table (site, pair), found 'hospi"
    assert str(caught.value).startswith(expected)


# Permutations and learning curves


def test_permutation_folds_are_one_repeat(toy_dataset: Dataset, toy_config: Config) -> None:
    """Each sample is held out once."""
    folds = permutation_folds(toy_dataset, toy_config)

    assert list(range(30)) == sorted(row for fold in folds for row in fold.test.tolist())


def test_inner_folds_of_permutations_share_out_every_outer_fold(
    toy_dataset: Dataset, toy_config: Config
) -> None:
    """Inner folds are stratified by outer fold, not by labels that will be permuted."""
    folds = permutation_folds(toy_dataset, toy_config)

    for fold in folds:
        for other in folds:
            counts = [len(np.intersect1d(test, other.test)) for _, test in fold.inner]
            assert max(counts) - min(counts) <= 1


def test_training_parts_of_the_learning_curve_grow(
    toy_dataset: Dataset, toy_config: Config
) -> None:
    """35, 50, 65 and 80 % of 30 samples, halves to even; 6 would be two of each class."""
    actual = [
        {len(fold.train) for fold in folds} for folds in learning_folds(toy_dataset, toy_config)
    ]

    assert [{10}, {15}, {20}, {24}] == actual


def test_every_size_has_all_repeats(toy_dataset: Dataset, toy_config: Config) -> None:
    """Each point of the learning curve is the mean of as many repeats."""
    actual = {len(folds) for folds in learning_folds(toy_dataset, toy_config)}

    assert {toy_config.evaluate.n_learning_repeats} == actual


def test_no_repeat_makes_no_learning_curve(toy_dataset: Dataset, toy_config: Config) -> None:
    """A learning curve that was not asked for has no folds."""
    actual = learning_folds(toy_dataset, changed(toy_config, n_learning_repeats=0))

    assert () == actual


def test_methods_describe_the_protocols_that_ran(toy_config: Config) -> None:
    """A protocol that was unavailable is not described."""
    protocols = tuple(p.protocol for p in make_plans(noise(12, 3, seed=0), toy_config))

    actual = evaluate.method((), protocols, toy_config)[1].text

    labels = [value.value for value in actual.values if value.name.startswith("label_")]
    assert ["Repeated cross-validation", "Leave-one-out", "Random hold-out"] == labels


def test_without_the_table_of_samples_no_source_is_left_out(
    toy_dataset: Dataset, toy_config: Config
) -> None:
    """The study names the column; where its table was not found, the protocol says so."""
    section = CovariatesSection(sample="id", columns={"Source": "hospital"})
    data = toy_config.data.model_copy(update={"covariates": section})
    config = changed(toy_config, source_column="hospital").model_copy(update={"data": data})

    actual = plan(toy_dataset, config, "source")

    assert ((), "the table of samples that names the hospital was not found") == (
        actual.folds,
        actual.protocol.unavailable,
    )


@pytest.mark.parametrize(
    ("n_samples", "expected"), [(40, 5), (1000, 5), (1001, 3), (2000, 3), (2001, 3), (8000, 3)]
)
def test_many_samples_are_divided_into_fewer_inner_folds(n_samples: int, expected: int) -> None:
    """Five up to a thousand samples, three beyond; the study file's number always."""
    y, rows = np.array(["a", "b"] * 5000), np.arange(n_samples)

    usual = inner_folds(y, rows, EvaluateSection(), None, seed=1)
    asked = inner_folds(y, rows, EvaluateSection(n_inner_folds=5), None, seed=1)

    assert (expected, 5) == (len(usual), len(asked))


@pytest.mark.parametrize(
    ("n_samples", "most", "expected"),
    [(2000, 2000, 2000), (8000, 2000, 2000), (8000, 8000, 8000), (300, 100, 100), (301, 100, 76)],
)
def test_a_stratified_part_of_many_samples_chooses_the_settings(
    n_samples: int, most: int, expected: int
) -> None:
    """At most as many as the setting says, of each class its share, none of them twice."""
    y, rows = np.array(["a", "a", "a", "b"] * 2000), np.arange(n_samples)
    inner = inner_folds(y, rows, EvaluateSection(tune_max_samples=most), None, seed=1)
    fold = Fold(0, rows, rows[:0], inner)

    chosen = fold.chooses

    assert expected >= len(chosen) >= expected - 1
    assert len(set(chosen.tolist())) == len(chosen)
    assert set(chosen.tolist()) <= set(rows.tolist())
    assert abs((y[chosen] == "b").mean() - 0.25) < 0.01


def test_groups_stay_together_where_a_part_chooses_the_settings() -> None:
    """No group has samples both among those that choose and among the rest."""
    y, rows = np.array(["a", "b"] * 150), np.arange(300)
    names = np.array([f"group {i // 6}" for i in range(300)])
    inner = inner_folds(y, rows, EvaluateSection(tune_max_samples=100), names, seed=1)

    chosen = Fold(0, rows, rows[:0], inner).chooses

    assert 0 < len(chosen) < 300
    assert not set(names[chosen]) & set(names[np.setdiff1d(rows, chosen)])


def test_fits_without_a_choice_are_counted_under_every_protocol(toy_config: Config) -> None:
    """Leaving one of three out leaves two of four samples a class: nothing is chosen, and said."""
    dataset = labelled(["a", "b"] * 3)

    made = {p.protocol.key: p for p in make_plans(dataset, toy_config) if p.folds}

    assert {"cv": 6, "loo": 0} == {key: made[key].protocol.n_untuned for key in ("cv", "loo")}
    for each in made.values():
        template = each.protocol.description.template
        assert bool(each.protocol.n_untuned) == ("no setting is chosen" in template)
        assert each.protocol.n_untuned == sum(not fold.inner for fold in each.folds)


@pytest.mark.parametrize(("n_unknown", "said"), [(0, ""), (1, "One sample"), (3, "{n_alone} samp")])
def test_samples_of_unknown_group_stand_alone(
    toy_config: Config, n_unknown: int, said: str
) -> None:
    """A group that is not known is no group of that name, and their number is said."""
    pairs = ["NA"] * n_unknown + [f"p{i // 2}" for i in range(24 - n_unknown)]
    dataset = with_columns(labelled(["a", "b", "b", "a"] * 6), pair=pairs)
    config = changed(toy_config, group_column="pair")

    made = plan(dataset, config, "loo")

    alone = [fold.test.tolist() for fold in made.folds if fold.test[0] < n_unknown]
    assert [[row] for row in range(n_unknown)] == alone
    assert said in made.protocol.description.template
    assert bool(n_unknown) == ("unknown" in made.protocol.description.template)


def test_a_class_of_one_group_leaves_only_sources_to_hold_out(toy_config: Config) -> None:
    """No division trains on every class; a source that leaves the lone group alone does."""
    dataset = with_columns(
        labelled(["a", "b"] * 8 + ["c"] * 4),
        patient=[f"P{i}" for i in range(16)] + ["lone"] * 4,
        site=["north"] * 8 + ["south"] * 8 + ["east"] * 4,
    )

    made = make_plans(dataset, changed(toy_config, group_column="patient", source_column="site"))

    assert ["source"] == [p.protocol.key for p in made if p.folds]
    reasons = {p.protocol.key: str(p.protocol.unavailable) for p in made}
    assert "all samples of class c have one patient" in reasons["cv"]
    assert reasons["loo"] == reasons["cv"] or "class would be missing" in reasons["loo"]
