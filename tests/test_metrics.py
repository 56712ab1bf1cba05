import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray
from sklearn.metrics import (
    balanced_accuracy_score,
    matthews_corrcoef,
    precision_recall_fscore_support,
)

from pipeline import metrics
from pipeline.records.models import ClassMetrics

DOCSTRING_CASE = np.array([[20, 0], [2, 12]])

confusions = (
    st.integers(2, 4)
    .flatmap(lambda k: hnp.arrays(np.intp, (k, k), elements=st.integers(0, 12)))
    .filter(lambda confusion: confusion.any())
)


def labels_of(confusion: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Give true and predicted labels that have these counts."""
    true, predicted = np.indices(confusion.shape)
    return np.repeat(true, confusion.ravel()), np.repeat(predicted, confusion.ravel())


def names(confusion: NDArray[np.intp]) -> tuple[str, ...]:
    """Name the classes."""
    return tuple("abcd"[: len(confusion)])


def test_confusion_has_true_classes_in_rows() -> None:
    """A sample of class 0 that was called 1 counts in row 0, column 1."""
    actual = metrics.confusion_counts(np.array([0, 0, 1]), np.array([1, 0, 1]), 2)

    assert [[1, 1], [0, 1]] == actual.tolist()


@given(confusions)
def test_confusion_counts_every_pair(confusion: NDArray[np.intp]) -> None:
    """Counting the labels of a confusion matrix gives the matrix back."""
    y_true, y_pred = labels_of(confusion)

    actual = metrics.confusion_counts(y_true, y_pred, len(confusion))

    assert confusion.tolist() == actual.tolist()


def test_class_metrics_of_the_worked_case() -> None:
    """Recall of ALL is 20 / 20 and its precision 20 / 22."""
    actual = metrics.class_metrics(DOCSTRING_CASE, ("ALL", "AML"))[0]

    expected = ClassMetrics(label="ALL", precision=20 / 22, recall=1.0, f1=40 / 42, support=20)
    assert expected == actual


@given(confusions)
def test_class_metrics_agree_with_scikit_learn(confusion: NDArray[np.intp]) -> None:
    """Precision, recall, F1 and support are scikit-learn's, None standing for its NaN."""
    expected = precision_recall_fscore_support(
        *labels_of(confusion), labels=range(len(confusion)), zero_division=np.nan
    )

    actual = metrics.class_metrics(confusion, names(confusion))

    found = [(m.precision, m.recall, m.f1, m.support) for m in actual]
    np.testing.assert_allclose(np.array(found, dtype=float).T, np.array(expected), rtol=1e-12)


def test_a_class_never_predicted_has_no_precision() -> None:
    """Precision of a class that was never predicted is None, not 0."""
    actual = metrics.class_metrics(np.array([[5, 0], [3, 0]]), ("a", "b"))[1]

    assert actual.precision is None


def test_a_class_without_samples_has_no_recall() -> None:
    """Recall of a class with no sample is None, not 0."""
    actual = metrics.class_metrics(np.array([[5, 3], [0, 0]]), ("a", "b"))[1]

    assert actual.recall is None


@pytest.mark.parametrize(("weighted", "kind"), [(False, "macro"), (True, "weighted")])
@given(confusion=confusions)
def test_averages_agree_with_scikit_learn(
    weighted: bool, kind: str, confusion: NDArray[np.intp]
) -> None:
    """Macro and weighted averages are scikit-learn's wherever all classes have values."""
    assume(confusion.any(axis=0).all() and confusion.any(axis=1).all())
    expected = precision_recall_fscore_support(*labels_of(confusion), average=kind)[:3]

    per_class = metrics.class_metrics(confusion, names(confusion))
    actual = metrics.averages(per_class, weighted=weighted)

    np.testing.assert_allclose((actual.precision, actual.recall, actual.f1), expected, rtol=1e-12)


def test_an_average_over_an_undefined_value_is_undefined() -> None:
    """The macro precision is None where one class was never predicted."""
    per_class = metrics.class_metrics(np.array([[5, 0], [3, 0]]), ("a", "b"))

    actual = metrics.averages(per_class, weighted=False)

    assert actual.precision is None


def test_a_class_without_weight_does_not_spoil_the_weighted_average() -> None:
    """A class with no sample has weight 0, so that the weighted recall stays defined."""
    per_class = metrics.class_metrics(np.array([[5, 3], [0, 0]]), ("a", "b"))

    actual = metrics.averages(per_class, weighted=True)

    assert 5 / 8 == actual.recall


@given(confusions)
def test_balanced_accuracy_agrees_with_scikit_learn(confusion: NDArray[np.intp]) -> None:
    """Balanced accuracy is scikit-learn's wherever every class has a sample."""
    assume(confusion.any(axis=1).all())
    expected = balanced_accuracy_score(*labels_of(confusion))

    actual = metrics.balanced_accuracy(metrics.class_metrics(confusion, names(confusion)))

    assert expected == pytest.approx(actual)


@given(confusions)
def test_weighted_recall_is_the_accuracy(confusion: NDArray[np.intp]) -> None:
    """Recall weighted by class size is the share of right predictions."""
    expected = np.trace(confusion) / confusion.sum()

    per_class = metrics.class_metrics(confusion, names(confusion))
    actual = metrics.averages(per_class, weighted=True).recall

    assert expected == pytest.approx(actual)


@given(confusions)
def test_mcc_agrees_with_scikit_learn(confusion: NDArray[np.intp]) -> None:
    """MCC is scikit-learn's, which gives 0 where we say that it is undefined."""
    assume((confusion.any(axis=0) | confusion.any(axis=1)).sum() > 1)  # or it warns
    expected = matthews_corrcoef(*labels_of(confusion))

    actual = metrics.mcc(confusion)

    assert expected == pytest.approx(0.0 if actual is None else actual, abs=1e-12)


@pytest.mark.parametrize("confusion", [[[5, 0], [3, 0]], [[5, 3], [0, 0]]])
def test_mcc_of_one_class_is_undefined(confusion: list[list[int]]) -> None:
    """MCC is None where only one class occurs or only one was predicted."""
    actual = metrics.mcc(np.array(confusion))

    assert actual is None


@given(confusions, st.randoms(use_true_random=False))
def test_mcc_does_not_depend_on_the_order_of_classes(
    confusion: NDArray[np.intp], random: object
) -> None:
    """Renaming the classes leaves MCC as it was."""
    order = list(range(len(confusion)))
    random.shuffle(order)
    expected = metrics.mcc(confusion)

    actual = metrics.mcc(confusion[np.ix_(order, order)])

    assert expected == pytest.approx(actual)


# science.md, section 2d: computed there with another program.
@pytest.mark.parametrize(
    ("n_correct", "n", "low", "high"), [(34, 34, 0.898, 1.0), (33, 34, 0.851, 0.995)]
)
def test_wilson_interval_of_known_cases(n_correct: int, n: int, low: float, high: float) -> None:
    """34 of 34 right means 0.898 to 1; 33 of 34 means 0.851 to 0.995."""
    actual = metrics.wilson(n_correct, n)

    assert (low, high) == (round(actual.low, 3), round(actual.high, 3))


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_limits_solve_wilsons_equation(counts: tuple[int, int]) -> None:
    """At each limit the estimate lies 1.96 standard errors away, the error taken at the limit."""
    n_correct, n = counts
    share = n_correct / n

    actual = metrics.wilson(n_correct, n)

    for limit in (actual.low, actual.high):
        expected = 1.959963984540054**2 * limit * (1 - limit) / n
        assert expected == pytest.approx((share - limit) ** 2, abs=1e-12)


def test_corrected_resampled_t_of_a_worked_case() -> None:
    """Four folds with mean 0.9 and variance 0.02 / 3 give 0.9 - 3.182446 x 0.057735."""
    actual = metrics.corrected_resampled_t(
        np.array([0.8, 0.9, 1.0, 0.9]), n_train=40, n_test=10
    )  # 0.02 / 3 x (1 / 4 + 10 / 40) = 0.057735 squared; t of 3 degrees of freedom 3.182446

    assert actual is not None
    assert pytest.approx(0.716261, abs=1e-6) == actual.low


def test_corrected_resampled_t_is_cut_at_one() -> None:
    """An upper limit beyond 1 is written as 1."""
    actual = metrics.corrected_resampled_t(np.array([0.8, 0.9, 1.0, 0.9]), n_train=40, n_test=10)

    assert actual is not None
    assert 1.0 == actual.high


def test_folds_that_agree_have_no_resampled_interval() -> None:
    """Without a spread between folds there is no interval to compute."""
    actual = metrics.corrected_resampled_t(np.full(10, 0.95), n_train=40, n_test=10)

    assert actual is None


@pytest.mark.parametrize(
    ("first", "second", "p_value"),
    [(5, 0, 0.0625), (6, 0, 0.03125), (2, 0, 0.5), (4, 0, 0.125), (0, 0, 1.0), (3, 3, 1.0)],
)
def test_mcnemar_of_known_cases(first: int, second: int, p_value: float) -> None:
    """The exact p-value is twice the tail of fair coin tosses, at most 1."""
    actual = metrics.mcnemar_exact(first, second)

    assert p_value == pytest.approx(actual)


@given(st.integers(0, 40), st.integers(0, 40))
def test_mcnemar_does_not_depend_on_which_model_is_first(first: int, second: int) -> None:
    """Changing the models round leaves the p-value as it was."""
    expected = metrics.mcnemar_exact(first, second)

    actual = metrics.mcnemar_exact(second, first)

    assert expected == pytest.approx(actual)


def test_wilson_takes_a_mean_over_repeats() -> None:
    """A share of 37.7 of 38 has a lower limit between those of 37 and of 38."""
    low = [metrics.wilson(k, 38).low for k in (37, 37.7, 38)]

    assert low == sorted(low)


def test_fewer_errors_never_lower_the_lower_limit() -> None:
    """Under resampling three errors in ten repeats give no better limit than none."""
    some = np.array([1.0] * 47 + [0.875] * 3)
    none = np.ones(50)

    limits = [
        metrics.resampled(f, accuracy=f.mean(), n_samples=38, n_train=30, n_test=8).low
        for f in (some, none)
    ]

    assert limits[0] < limits[1]


def test_holm_by_hand() -> None:
    """0.01, 0.04, 0.03 of three become 0.03, 0.06, 0.06: times 3, 2, 1, never falling."""
    assert [0.03, 0.06, 0.06] == pytest.approx(metrics.holm([0.01, 0.04, 0.03]))
