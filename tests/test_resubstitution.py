import numpy as np
import pytest
from sklearn.svm import SVC

from pipeline.config import Config
from pipeline.dataset import Dataset
from pipeline.preprocess import make_preprocessor
from pipeline.protocols import make_plans
from pipeline.resubstitution import resubstitution


def with_penalty(config: Config, c: float) -> Config:
    """Leave the models one penalty: nothing is tuned."""
    evaluate = config.evaluate.model_copy(update={"penalty_grid": (c,)})
    return config.model_copy(update={"evaluate": evaluate})


@pytest.mark.parametrize("c", [1e-5, 1.0])
@pytest.mark.parametrize("protocol", ["given", "cv"])
def test_the_training_errors_are_those_of_scikit_learn(
    two_class_dataset: Dataset, two_class_config: Config, protocol: str, c: float
) -> None:
    """Fitted on its training samples, or on all, the SVM errs where scikit-learn's does."""
    data, config = two_class_dataset, with_penalty(two_class_config, c)
    rows = data.train if protocol == "given" else np.arange(len(data.y))
    X = make_preprocessor(config.preprocess).fit_transform(data.X[rows])
    y = data.y[rows]
    expected = int((SVC(kernel="linear", C=c).fit(X, y).predict(X) != y).sum())
    plan = next(p for p in make_plans(data, config) if p.protocol.key == protocol)

    actual = resubstitution(data, config, plan)

    assert (f"{protocol}/svm", len(rows), expected) == (actual.key, actual.n, actual.n_errors)
    assert 1 - expected / len(rows) == actual.accuracy
