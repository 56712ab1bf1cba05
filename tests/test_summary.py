import math

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score
from study_fixtures import hand_made, said

from pipeline.records.models import Evaluation
from pipeline.results import Results
from pipeline.summary import brief, model_probabilities, summarise

CLASSES = ("ALL", "AML")
Y = np.array([0, 0, 1, 1])
ODDS = math.log(3)  # a probability of three quarters
SCORES = [-ODDS, ODDS, ODDS, ODDS]  # probabilities of AML 1/4, 3/4, 3/4, 3/4: one error


def split(key: str = "logistic", *, positive: int = 1, scores: list[float] = SCORES) -> Evaluation:
    """Summarise four samples that were held out once."""
    return summarise(hand_made([[0, 1, 2, 3]]), key, said(scores), Y, CLASSES, positive=positive)


def test_a_worked_case_is_counted() -> None:
    """One ALL of two was called AML."""
    actual = split()

    assert ((1, 1), (0, 2)) == actual.confusion
    assert (4, 3, 1, 0.75) == (
        actual.n_predictions,
        actual.n_correct,
        actual.n_errors,
        actual.accuracy,
    )
    assert ((0, 1, 1, 1),) == actual.predicted
    assert (0, 1, 0, 0) == actual.n_wrong
    assert 0.75 == actual.balanced_accuracy  # mean of 1/2 and 1


def test_the_brier_score_of_a_worked_case() -> None:
    """Three squares of 1/4 and one of 3/4, divided by four."""
    assert pytest.approx((3 / 16 + 9 / 16) / 4) == split().brier


def test_the_log_loss_of_a_worked_case() -> None:
    """Three samples had probability 3/4 for their class, one 1/4."""
    assert pytest.approx((3 * math.log(4 / 3) + math.log(4)) / 4) == split().log_loss


@pytest.mark.parametrize("positive", [0, 1])
def test_the_area_of_a_worked_case(positive: int) -> None:
    """Of four pairs two are in order and two tied, whichever class is positive."""
    assert 0.75 == split(positive=positive).roc_auc


def test_a_probability_of_0_for_what_happened_has_no_log_loss() -> None:
    """All neighbours were AML, and the sample is ALL: None, with the reason."""
    actual = split("neighbours", scores=[-0.5, 0.5, 0.5, 0.5])

    assert actual.log_loss is None
    assert "a held-out sample's own class got the probability 0" == actual.undefined["log loss"]
    assert pytest.approx(1 / 4) == actual.brier


@pytest.mark.parametrize("key", ["svm", "voting", "majority"])
def test_margins_and_strengths_are_no_probabilities(key: str) -> None:
    """What is not a probability has neither Brier score nor log loss."""
    actual = split(key)

    assert (None, None) == (actual.brier, actual.log_loss)


@pytest.mark.parametrize(
    ("positive", "sensitivity", "specificity"), [(1, (2, 2), (1, 2)), (0, (1, 2), (2, 2))]
)
def test_sensitivity_speaks_of_the_positive_class(
    positive: int, sensitivity: tuple[int, int], specificity: tuple[int, int]
) -> None:
    """Both AML and one of two ALL were found; what is what depends on the positive class."""
    rates = {rate.key: (rate.n_right, rate.n) for rate in split(positive=positive).rates}

    assert (sensitivity, specificity) == (rates["sensitivity"], rates["specificity"])


@pytest.mark.parametrize(
    ("key", "positive", "expected"),
    [
        ("logistic", 1, [0.25, 0.75, 0.75, 0.75]),
        ("logistic", 0, [0.75, 0.25, 0.25, 0.25]),
        ("svm", 1, [-1.09861, 1.09861, 1.09861, 1.09861]),  # log 3, to six digits
        ("svm", 0, [1.09861, -1.09861, -1.09861, -1.09861]),
    ],
)
def test_scores_are_those_of_the_positive_class(
    key: str, positive: int, expected: list[float]
) -> None:
    """Larger scores always speak for the positive class."""
    actual = split(key, positive=positive).scores

    assert [[score] for score in expected] == [list(row) for row in actual]


def test_the_baseline_has_no_scores() -> None:
    """Naming the largest class says nothing of single samples."""
    assert () == split("majority").scores


@pytest.mark.parametrize("positive", [0, 1])
def test_the_curve_is_that_of_the_positive_class(positive: int) -> None:
    """Two classes have one curve, whose area is the area."""
    (curve,) = split(positive=positive).roc

    assert CLASSES[positive] == curve.label
    area = np.trapezoid(curve.true_positive_rate, curve.false_positive_rate)
    assert pytest.approx(0.75) == area


def test_repeats_are_pooled() -> None:
    """Two repeats of two folds: counts are of predictions, errors also by sample."""
    plan = hand_made([[0, 2], [1, 3], [0, 3], [1, 2]], design="repeated", key="cv")
    held = said([-1, 1], [1, 1], [-1, -1], [-1, 1])  # errors: sample 1, then sample 3

    actual = summarise(plan, "svm", held, Y, CLASSES, positive=1)

    assert ((0, 1, 1, 1), (0, 0, 1, 0)) == actual.predicted
    assert ((3, 1), (1, 3)) == actual.confusion
    assert (0, 1, 0, 1) == actual.n_wrong
    assert (0.75, 0.75) == actual.repeat_accuracies
    assert ((-1.0,), (0.0,), (1.0,), (0.0,)) == actual.scores  # means over repeats
    # Areas of the folds: 1; tied, 1/2; tied, 1/2; 1.
    assert 0.75 == actual.roc_auc
    assert () == actual.roc


def test_leaving_one_out_has_no_area() -> None:
    """Scores of four fits have no common scale: None, with the reason."""
    plan = hand_made([[0], [1], [2], [3]], design="leave-one-out", key="loo")

    actual = summarise(plan, "svm", said([-1], [-2], [3], [4]), Y, CLASSES, positive=1)

    assert (None, None, ()) == (actual.roc_auc, actual.roc_auc_interval, actual.roc)
    assert actual.undefined["ROC AUC"].startswith("each fold holds one sample")
    assert "Wilson, nominal" == actual.accuracy_interval.method


@pytest.mark.parametrize("design", ["leave-one-out", "leave-one-source-out"])
def test_fits_that_share_their_samples_give_no_interval_but_a_nominal_one(design: str) -> None:
    """The accuracy's is called nominal; no other score and no rate has one."""
    plan = hand_made([[0, 2], [1, 3]], design=design, key="loo")

    actual = summarise(plan, "logistic", said([-1, 2], [1, 3]), Y, CLASSES, positive=1)

    assert actual.accuracy_interval.method.endswith("nominal")
    assert {None} == {
        actual.accuracy_exact,
        actual.balanced_accuracy_interval,
        actual.macro_f1_interval,
        actual.mcc_interval,
        actual.brier_interval,
        actual.roc_auc_interval,
        *(metrics.f1_interval for metrics in actual.per_class),
        *(rate.interval for rate in actual.rates),
    }


def test_no_limit_is_1_beside_an_error_or_0_beside_a_hit(toy_results: Results) -> None:
    """A limit at the end of a score's range stands beside that value of the score only."""
    ended = 0
    for e in toy_results.evaluations:
        for value, interval, low in (
            (e.accuracy, e.accuracy_interval, 0),
            (e.balanced_accuracy, e.balanced_accuracy_interval, 0),
            (e.roc_auc, e.roc_auc_interval, 0),
            (e.mcc, e.mcc_interval, -1),
            (e.macro.f1, e.macro_f1_interval, 0),
            *((m.f1, m.f1_interval, 0) for m in e.per_class),
        ):
            if interval is not None and value is not None:
                assert (value == 1) == (interval.high == 1), e.key
                assert (value == low) == (interval.low == low), e.key
                assert interval.low <= value <= interval.high
                ended += value == 1
    assert ended  # a perfect score was among them


def test_every_score_of_a_split_and_of_resampling_has_an_interval(toy_results: Results) -> None:
    """Balanced accuracy, F1, MCC and Brier score have one wherever they have a value."""
    for key in ("given/svm", "given/logistic", "cv/svm", "cv/logistic"):
        e = next(e for e in toy_results.evaluations if e.key == key)
        pairs = [
            (e.balanced_accuracy, e.balanced_accuracy_interval),
            (e.mcc, e.mcc_interval),
            (e.macro.f1, e.macro_f1_interval),
            (e.brier, e.brier_interval),
            (e.roc_auc, e.roc_auc_interval),
        ]
        assert [value is None for value, _ in pairs] == [interval is None for _, interval in pairs]


def test_a_held_out_part_of_one_class_has_no_area() -> None:
    """Where the held-out samples are all ALL nothing can be ranked."""
    plan = hand_made([[0, 1]], n=4)

    actual = summarise(plan, "svm", said([-1, 1]), Y, CLASSES, positive=1)

    assert (None, ()) == (actual.roc_auc, actual.roc)
    assert "a held-out part lacks a class" == actual.undefined["ROC AUC"]


def test_sources_are_pooled_in_the_order_of_the_data() -> None:
    """Samples of no held-out source are not in the record."""
    plan = hand_made([[3, 1], [2, 4]], design="leave-one-source-out", key="source", n=6)
    y = np.array([0, 0, 1, 1, 0, 1])

    actual = summarise(plan, "svm", said([1, -1], [1, 1]), y, CLASSES, positive=1)

    assert ((0, 1, 1, 1),) == actual.predicted  # samples 1, 2, 3, 4
    assert (0, 0, 0, 1) == actual.n_wrong


def test_chosen_settings_are_counted() -> None:
    """The most frequent first; equal ones in the order of their text."""
    plan = hand_made([[0], [1], [2], [3]], design="leave-one-out", key="loo")
    held = said([-1], [-2], [3], [4], settings=[1.0, 0.01, 1.0, 10.0])

    actual = summarise(plan, "svm", held, Y, CLASSES, positive=1).chosen

    assert [("C = 1", 2), ("C = 0.01", 1), ("C = 10", 1)] == [
        (choice.setting, choice.n_folds) for choice in actual
    ]


def test_what_is_not_tuned_has_no_choices() -> None:
    """The forest has no setting to choose."""
    assert () == split("forest", scores=[-0.1, 0.1, 0.1, 0.1]).chosen


def test_fits_that_did_not_converge_are_counted() -> None:
    """The fits of two folds stopped early."""
    plan = hand_made([[0, 2], [1, 3]], design="leave-one-source-out", key="source")
    held = said([-1, 1], [-1, 1], converged=False)

    assert 2 == summarise(plan, "svm", held, Y, CLASSES, positive=1).n_not_converged


def test_a_variant_names_its_errors() -> None:
    """After another preprocessing the record keeps the errors and their names."""
    actual = brief(
        hand_made([[0, 1, 2, 3]]), "raw", "svm", said(SCORES), Y, ("P1", "P2", "P3", "P4")
    )

    assert ("raw/given/svm", 1, 4, ("P2",)) == (
        actual.key,
        actual.n_errors,
        actual.n_predictions,
        actual.wrong,
    )


def test_three_classes_have_probabilities_by_the_softmax() -> None:
    """Scores of log 1, log 2 and log 5 are probabilities of 1/8, 2/8 and 5/8."""
    scores = np.log([[1.0, 2.0, 5.0]])

    np.testing.assert_allclose([[1 / 8, 2 / 8, 5 / 8]], model_probabilities("logistic", scores))


def test_classes_fitted_alone_share_out_their_odds() -> None:
    """Each against the rest, probabilities 1/2, 1/4 and 1/4 are so as they are; others scaled."""
    scores = np.log([[1.0, 1 / 3, 1 / 3], [1.0, 1.0, 1.0]])

    actual = model_probabilities("elastic_net", scores)

    np.testing.assert_allclose([[1 / 2, 1 / 4, 1 / 4], [1 / 3, 1 / 3, 1 / 3]], actual)


# What was computed


def truth(results: Results, evaluation: Evaluation) -> list[int]:
    """Give the true classes of an evaluation's samples."""
    classes = [summary.label for summary in results.data.classes]
    labels = {sample.id: classes.index(sample.label) for sample in results.data.samples}
    protocol = next(p for p in results.protocols if p.key == evaluation.protocol)
    return [labels[sample] for sample in protocol.sample_ids]


def test_confusion_counts_are_those_of_the_predictions(toy_results: Results) -> None:
    """Each confusion matrix counts its predictions, pooled over repeats."""
    for evaluation in toy_results.evaluations:
        expected = np.zeros((3, 3), dtype=int)
        for row in evaluation.predicted:
            for true, predicted in zip(truth(toy_results, evaluation), row, strict=True):
                expected[true, predicted] += 1

        assert expected.tolist() == [list(row) for row in evaluation.confusion]


def test_right_and_wrong_are_all_predictions(toy_results: Results) -> None:
    """Every prediction is right or wrong, and the errors of the samples are those of the model."""
    for evaluation in toy_results.evaluations:
        assert evaluation.n_predictions == evaluation.n_correct + evaluation.n_errors
        assert evaluation.n_errors == sum(evaluation.n_wrong)
        assert evaluation.n_correct / evaluation.n_predictions == evaluation.accuracy


def test_an_interval_holds_its_accuracy(toy_results: Results) -> None:
    """The accuracy lies in its interval, and the interval between 0 and 1."""
    for evaluation in toy_results.evaluations:
        interval = evaluation.accuracy_interval
        assert 0 <= interval.low <= evaluation.accuracy <= interval.high <= 1


@pytest.mark.parametrize(
    ("key", "method"),
    [("given/svm", "Wilson"), ("cv/svm", "Wilson on the effective number of samples")],
)
def test_the_interval_is_of_the_protocols_kind(toy_results: Results, key: str, method: str) -> None:
    """Single splits have Wilson's interval, resampling that of the effective number."""
    actual = next(e for e in toy_results.evaluations if e.key == key)

    assert method == actual.accuracy_interval.method


def test_folds_that_agree_have_the_interval_of_the_samples() -> None:
    """Four samples, all right in both repeats, have Wilson's interval of 4 of 4, not 8 of 8."""
    plan = hand_made([[0, 2], [1, 3]] * 2, design="repeated", key="cv")

    actual = summarise(plan, "svm", said(*[[-1, 1]] * 4), Y, CLASSES, positive=1)

    assert 0 == actual.n_errors
    # Wilson's lower limit for n of n is n / (n + 1.96 squared).
    assert 4 / (4 + 1.959964**2) == pytest.approx(actual.accuracy_interval.low)


@pytest.mark.parametrize("key", ["given/svm", "given/logistic", "holdout/pca_logistic"])
def test_the_area_is_scikit_learns(toy_results: Results, key: str) -> None:
    """The area under the curve is the mean over classes of scikit-learn's, one against the rest."""
    evaluation = next(e for e in toy_results.evaluations if e.key == key)
    y = np.array(truth(toy_results, evaluation))
    curves = {curve.label: curve for curve in evaluation.roc}
    areas = [
        np.trapezoid(curve.true_positive_rate, curve.false_positive_rate)
        for curve in curves.values()
    ]

    assert np.mean(areas) == pytest.approx(evaluation.roc_auc)
    if evaluation.model == "svm":  # its recorded scores are those that were ranked
        scores = np.array(evaluation.scores)
        expected = np.mean([roc_auc_score(y == k, scores[:, k]) for k in range(3)])
        assert expected == pytest.approx(evaluation.roc_auc)


def test_curves_run_from_corner_to_corner(toy_results: Results) -> None:
    """Each ROC curve starts at 0, 0 and ends at 1, 1."""
    curves = [curve for e in toy_results.evaluations for curve in e.roc]

    actual = {
        (c.false_positive_rate[i], c.true_positive_rate[i], i) for c in curves for i in (0, -1)
    }

    assert {(0.0, 0.0, 0), (1.0, 1.0, -1)} == actual


def test_what_is_undefined_gives_its_reason(toy_results: Results) -> None:
    """A baseline that names one class has no precision for the others, and no MCC."""
    actual = next(e for e in toy_results.evaluations if e.key == "given/majority").undefined

    expected = {
        "precision of T-cell": "no sample was predicted T-cell",
        "precision of myeloid": "no sample was predicted myeloid",
        "MCC": "only one class occurs, or only one was predicted",
    }
    assert expected == actual
