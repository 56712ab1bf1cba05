from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import LeaveOneOut, cross_val_predict
from sklearn.svm import SVC
from study_fixtures import labelled, with_columns

from pipeline.audits import arrays, batches, covariates
from pipeline.audits.associations import associations
from pipeline.dataset import Dataset
from pipeline.records.audit import Batches
from report.formats import plain

Y = ["a"] * 20 + ["b"] * 20
SITE = ["one"] * 16 + ["two"] * 4 + ["one"] * 4 + ["two"] * 16
SEX = ["m", "f"] * 20


def study(*, shift: float, site: list[str] = SITE) -> Dataset:
    """Make a study whose second site reads five genes otherwise."""
    dataset = with_columns(labelled(Y, n_genes=60), site=site, sex=SEX)
    X = dataset.X.copy()
    X[np.array(site) == "two", :5] += shift
    return replace(dataset, X=X)


def looked_at(dataset: Dataset) -> Batches:
    """Predict what goes with the class."""
    components, scores = arrays.components(dataset, dataset.X, dataset.train, seed=0)
    found = associations(dataset, (), scores, components, seed=0)
    return batches.batches(dataset, dataset.X, covariates.covariates(dataset, found, ""))


def test_a_site_that_shifts_a_few_genes_is_predicted() -> None:
    """Within both classes, of two values the rarer; sex, which goes with nothing, is not asked."""
    actual = looked_at(study(shift=4))

    assert [("site", "a", "two", 4, 16), ("site", "b", "one", 4, 16)] == [
        (r.covariate, r.class_label, r.level, r.n_level, r.n_rest) for r in actual.results
    ]
    assert min(r.auc for r in actual.results) > 0.9
    assert actual.is_raised
    assert "site two within a (ROC AUC" in plain(actual.statement)


def test_a_site_that_shifts_nothing_is_not_predicted() -> None:
    """The values are noise."""
    actual = looked_at(study(shift=0))

    assert 2 == len(actual.results)
    assert (False, None) == (actual.is_raised, actual.not_run)
    assert "None above the limit" in plain(actual.statement)


def test_a_covariate_that_goes_with_nothing_is_not_asked() -> None:
    """However well the values show it."""
    actual = looked_at(study(shift=4, site=["one", "two"] * 20))

    assert "no category goes with class or split" == actual.not_run
    assert not actual.is_raised


def test_two_samples_of_a_site_are_too_few() -> None:
    """Three of one and three of others are needed."""
    actual = looked_at(study(shift=4, site=["one"] * 18 + ["two"] * 4 + ["two"] * 18))

    assert "no class has 3 samples of one value and 3 of others" == actual.not_run


def test_a_large_class_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """And the reason given."""
    monkeypatch.setattr(batches, "MAX_SAMPLES", 19)

    actual = looked_at(study(shift=4))

    assert ("a", "b") == actual.too_large
    assert actual.not_run is not None
    assert "at most 19 samples" in actual.not_run


@pytest.mark.parametrize("shift", [0.0, 1.0, 4.0])
def test_the_area_is_that_of_scikit_learn(shift: float) -> None:
    """Its machine on the genes, fitted anew without each sample."""
    dataset = study(shift=shift)
    X, positive = dataset.X[:20] + 3, np.array(SITE[:20]) == "two"
    machine = SVC(kernel="linear", C=1, tol=1e-6)
    values = cross_val_predict(machine, X, positive, cv=LeaveOneOut(), method="decision_function")

    actual = batches.left_out_auc(X @ X.T, positive)

    assert roc_auc_score(positive, values) == actual
