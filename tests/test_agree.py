"""Results that were changed by hand are refused with the record that no longer fits."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from pipeline.results import Results, dumps

Change = Callable[[Any], Any]


def shorter(items: Any) -> Any:
    """Take the last item away."""
    return items[:-1]


def longer(items: Any) -> Any:
    """Write the last item twice."""
    return [*items, items[-1]]


def beyond(items: Any) -> Any:
    """Let the last number lie beyond everything."""
    return [*items[:-1], 10**6]


def below(items: Any) -> Any:
    """Let the last number be negative."""
    return [*items[:-1], -7]


def complaint(results: Results, path: str, change: Change) -> str:
    """Change what stands at a path of the file, and give what is said of it."""
    tree = json.loads(dumps(results))
    *steps, last = (int(step) if step.isdigit() else step for step in path.split("."))
    place = tree
    for step in steps:
        place = place[step]
    place[last] = change(place[last])
    with pytest.raises(ValidationError) as caught:
        Results.model_validate_json(json.dumps(tree))
    return str(caught.value)


@pytest.mark.parametrize("change", [shorter, longer])
@pytest.mark.parametrize(
    "path",
    [
        "evaluations.2.predicted",
        "evaluations.2.predicted.0",
        "evaluations.2.scores",
        "evaluations.2.scores.0",
        "evaluations.2.repeat_accuracies",
        "evaluations.2.per_class",
        "evaluations.2.n_wrong",
        "evaluations.2.confusion",
        "evaluations.2.confusion.0",
        "evaluations.2.roc.0.true_positive_rate",
        "protocols.0.sample_ids",
        "embeddings.0.coordinates",
        "leaky_twin.leaky_permuted",
        "audit.mean.values",
        "audit.scales.training",
        "audit.scales.test",
        "genes.table.p_value",
        "genes.heat_map.z",
        "genes.heat_map.z.0",
        "data.samples",
    ],
)
def test_a_list_of_another_length_is_refused(
    toy_results: Results, path: str, change: Change
) -> None:
    """Each list has as many items as there are samples, classes, genes or repeats."""
    assert "the records contradict each other" in complaint(toy_results, path, change)


@pytest.mark.parametrize("change", [beyond, below])
@pytest.mark.parametrize(
    "path", ["evaluations.2.predicted.0", "evaluations.2.confusion.0", "evaluations.2.n_wrong"]
)
def test_numbers_out_of_place_are_refused(toy_results: Results, path: str, change: Change) -> None:
    """Predictions are places of classes, and what is counted adds up."""
    assert "the records contradict each other" in complaint(toy_results, path, change)


@pytest.mark.parametrize(
    "path",
    [
        "evaluations.2.accuracy_interval.high",
        "genes.stability.lists.0.interval.high",
        "learning_curves.0.points.0.high",
        "variant_evaluations.0.accuracy_interval.high",
    ],
)
def test_an_interval_that_ends_before_it_begins_is_refused(toy_results: Results, path: str) -> None:
    """Nothing can be drawn from it."""
    assert "the records contradict each other" in complaint(toy_results, path, lambda _: -7.0)


def test_an_accuracy_outside_its_interval_is_refused(toy_results: Results) -> None:
    """The interval is that of the accuracy, and the accuracy that of the counts."""
    assert "accuracy" in complaint(toy_results, "evaluations.2.accuracy", lambda _: 2.0)


@pytest.mark.parametrize("name", ["abstentions", "learning_curves", "permutations"])
def test_a_record_of_what_is_not_there_is_refused(toy_results: Results, name: str) -> None:
    """Its key is that of an evaluation or of a model."""
    told = complaint(toy_results, f"{name}.0.key", lambda _: "given/nobody")

    assert f"{name}: names what is not there" in told
