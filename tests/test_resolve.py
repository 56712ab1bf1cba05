import pytest

from pipeline.records.resolve import fields, resolve
from pipeline.results import Results


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("data.n_samples", 30),
        ("data.source.kind", "given"),
        ("models[svm].noun", "the linear SVM"),
        ("protocols[cv].n_repeats", 2),
        ("evaluations[given/svm].n_predictions", 6),
        ("primary_evaluation", "given/svm"),
        ("data.classes[1].label", "T-cell"),
        ("protocols[given].sample_ids[0]", "P25"),
        ("evaluations[given/majority].confusion[0][0]", 2),
    ],
)
def test_a_path_leads_to_its_value(toy_results: Results, path: str, expected: object) -> None:
    """Names lead through records, a key or a place in brackets through lists."""
    actual = resolve(toy_results, path)

    assert expected == actual


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("count(protocols[given].sample_ids)", 6),
        ("count(models[svm], models[logistic])", 2),
        ("difference(1, ratio(data.n_test, data.n_samples))", 0.8),
        ("distance(data.n_test, data.n_train)", 18),
        ("ratio(data.n_train, 2)", 12),
        ("sum(data.classes[0].n_test, data.classes[1].n_test)", 4),
        ("sum(evaluations[given/majority].confusion[0])", 2),
        ("mean(data.n_train, data.n_test)", 15),
        ("smallest(data.n_train, data.n_test)", 6),
        ("largest(data.n_train, data.n_test)", 24),
    ],
)
def test_an_operation_is_worked_out(toy_results: Results, path: str, expected: float) -> None:
    """Operations take fields, whole numbers and one another."""
    actual = resolve(toy_results, path)

    assert expected == actual


@pytest.mark.parametrize(
    "path",
    [
        "",
        "limit",
        "nothing",
        "primary",
        "data.nothing",
        "models[nobody].noun",
        "models[99].noun",
        "models[svm",
        "data.classes[ALL].n_samples",
        "data n_samples",
        "genes.published",
        "count(models[svm]",
        "count(models[svm],models[svm])",
        "product(data.n_train, data.n_test)",
        "sum()",
    ],
)
def test_a_path_that_leads_nowhere_is_an_error(toy_results: Results, path: str) -> None:
    """A path without a value raises KeyError with the path."""
    with pytest.raises(KeyError) as caught:
        resolve(toy_results, path)

    assert (path,) == caught.value.args


def test_a_key_may_hold_brackets(toy_results: Results) -> None:
    """The name of a column such as `blasts [%]` is part of a key."""
    first, *others = toy_results.models
    models = (first.model_copy(update={"key": "blasts [%]/class"}), *others)
    renamed = toy_results.model_copy(update={"models": models})

    assert first.noun == resolve(renamed, "models[blasts [%]/class].noun")


def test_the_fields_of_a_path_are_listed() -> None:
    """What a number rests on are the fields in its path, without operations and numbers."""
    actual = fields("difference(1, ratio(data.n_test, protocols[cv].sample_ids[0]))")

    assert ("data.n_test", "protocols[cv].sample_ids[0]") == actual


def test_a_limit_rests_on_no_field() -> None:
    """A rule's own threshold stands nowhere else."""
    assert () == fields("limit")
