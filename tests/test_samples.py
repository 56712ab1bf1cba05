import pytest
from evaluation_fixtures import with_evaluation

from pipeline.results import Results
from report.samples import sample_table


@pytest.fixture(scope="module")
def full(two_class_results: Results) -> Results:
    """Give a full synthetic evaluation of two classes."""
    return with_evaluation(two_class_results)


def test_every_sample_has_a_row(full: Results) -> None:
    """One row a sample, in the order of the data, as long as the headings."""
    columns, rows = sample_table(full)

    assert [(s.id, s.label, s.partition) for s in full.data.samples] == [r[:3] for r in rows]
    assert {len(columns)} == {len(row) for row in rows}
    assert len(set(columns)) == len(columns)


def test_every_error_is_counted(full: Results) -> None:
    """The columns of an evaluation add up to its errors, whoever was held out."""
    columns, rows = sample_table(full)

    for evaluation in full.evaluations:
        (place,) = (k for k, c in enumerate(columns) if c.startswith(f"{evaluation.key} wrong of "))
        assert evaluation.n_errors == sum(int(row[place] or 0) for row in rows)


def test_a_single_split_calls_each_held_out_sample(full: Results) -> None:
    """What was called wrong is what differs from the class; training samples are empty."""
    columns, rows = sample_table(full)
    called = columns.index("given/svm called")
    wrong = columns.index("given/svm wrong of 1")

    held_out = [row for row in rows if row[called] is not None]
    assert list(full.protocol("given").sample_ids) == [row[0] for row in held_out]
    assert all((row[called] != row[1]) == bool(row[wrong]) for row in held_out)


def test_more_classes_give_the_score_of_the_own_class(toy_results: Results) -> None:
    """Of three scores a sample shows that of its class."""
    columns, rows = sample_table(toy_results)
    evaluation = next(e for e in toy_results.of_protocol("cv") if e.scores)
    score = toy_results.model(evaluation.model).score
    place = columns.index(f"{evaluation.key} {score} of its own class")
    labels = [summary.label for summary in toy_results.data.classes]
    ids = list(toy_results.protocol("cv").sample_ids)

    expected = [
        evaluation.scores[ids.index(s.id)][labels.index(s.label)] for s in toy_results.data.samples
    ]
    assert expected == [row[place] for row in rows]


def test_as_many_calls_of_two_classes_name_both(full: Results) -> None:
    """Where half of the repeats say one class and half the other, neither is chosen."""
    first, *others = full.evaluations
    position = next(k for k, e in enumerate(others) if len(e.predicted) > 1)
    torn = others[position].model_copy(
        update={
            "predicted": tuple(
                (k % 2,) * len(row) for k, row in enumerate(others[position].predicted[:2])
            )
        }
    )
    others[position] = torn
    columns, rows = sample_table(full.model_copy(update={"evaluations": (first, *others)}))

    assert {"ALL or AML"} == {row[columns.index(f"{torn.key} called")] for row in rows}
