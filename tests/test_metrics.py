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


def test_rates_of_the_worked_case() -> None:
    """Of 14 AML 12 are called AML, and of 22 called ALL 20 are ALL."""
    actual = metrics.rates(DOCSTRING_CASE, ("ALL", "AML"), 1, independent=True)

    assert [
        ("sensitivity", 12, 14),
        ("specificity", 20, 20),
        ("ppv", 12, 12),
        ("npv", 20, 22),
    ] == [(rate.key, rate.n_right, rate.n) for rate in actual]


def test_rates_name_the_classes() -> None:
    """Which class is the positive one can be read from each label."""
    actual = metrics.rates(DOCSTRING_CASE, ("ALL", "AML"), 1, independent=True)

    assert "Sensitivity: AML called AML" == actual[0].label


# science.md, section 2d: AML sensitivity 9 of 14, ALL 20 of 20.
def test_rates_have_exact_intervals() -> None:
    """9 of 14 means 0.351 to 0.872, and 20 of 20 means 0.832 to 1."""
    actual = metrics.rates(np.array([[20, 0], [5, 9]]), ("ALL", "AML"), 1, independent=True)

    limits = [(round(r.interval.low, 3), round(r.interval.high, 3)) for r in actual if r.interval]
    assert [(0.351, 0.872), (0.832, 1.0)] == limits[:2]


def test_rates_over_repeats_have_no_interval() -> None:
    """The same samples counted again are no more samples."""
    actual = metrics.rates(DOCSTRING_CASE, ("ALL", "AML"), 1, independent=False)

    assert [None] * 4 == [rate.interval for rate in actual]


def test_a_rate_without_samples_is_undefined() -> None:
    """Where no sample was called AML there is no positive predictive value."""
    actual = metrics.rates(np.array([[20, 0], [14, 0]]), ("ALL", "AML"), 1, independent=True)

    assert (None, None, 0) == (actual[2].value, actual[2].interval, actual[2].n)


def test_many_classes_have_no_rates() -> None:
    """With three classes none is the positive one."""
    assert () == metrics.rates(np.eye(3, dtype=int), ("a", "b", "c"), 1, independent=True)


@given(hnp.arrays(np.intp, (2, 2), elements=st.integers(0, 12)))
def test_the_other_class_as_positive_exchanges_the_rates(confusion: NDArray[np.intp]) -> None:
    """Sensitivity of one class is specificity of the other; so with the predictive values."""
    first, second = (metrics.rates(confusion, ("a", "b"), k, independent=True) for k in (0, 1))

    values = [rate.value for rate in second]
    assert [values[1], values[0], values[3], values[2]] == [rate.value for rate in first]
