import numpy as np
import pytest
from sklearn.metrics import (
    accuracy_score,
    balanced_accuracy_score,
    f1_score,
    matthews_corrcoef,
    roc_auc_score,
)

from benchmarks import coverage


def test_the_truth_is_what_many_new_samples_show() -> None:
    """On 400,000 new samples of a drawn model every score is what was worked out."""
    rng = np.random.default_rng(0)
    centre = np.full(coverage.N_GENES, 0.2)
    y = np.repeat([0, 1], (47 * 4000, 25 * 4000))
    X = rng.standard_normal((y.size, coverage.N_GENES)) + np.outer(2 * y - 1, centre)
    train = np.r_[0:47, y.size - 25 : y.size]
    model = coverage._fitted(X[train], y[train])
    scores = model[0] + X @ model[1:]
    said = scores > 0

    actual = coverage._scores(coverage._truth(model, centre), np.array([47, 25]))

    expected = {
        "accuracy": accuracy_score(y, said),
        "balanced accuracy": balanced_accuracy_score(y, said),
        "F1, rarer": f1_score(y, said),
        "F1, mean": f1_score(y, said, average="macro"),
        "MCC": matthews_corrcoef(y, said),
        "Brier": np.mean((1 / (1 + np.exp(-scores)) - y) ** 2),
        "ROC AUC": roc_auc_score(y, scores),
    }
    assert expected == pytest.approx(actual, abs=0.004)


def test_each_row_holds_an_accuracy_and_a_share_for_each_score() -> None:
    """Few draws give a row of the table's columns; every share lies between 0 and 1."""
    design, *numbers = coverage.row("split", 2.7, 5).split()

    assert ("split", 1 + len(coverage.SCORES)) == (design, len(numbers))
    assert all(0 <= float(number) <= 1 for number in numbers)
