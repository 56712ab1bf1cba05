"""The linear models against R: e1071 (libsvm on the genes) and glmnet (coordinate descent).

Each value below was printed by the line of R above it, under R 4.2.2 with e1071 1.7-13 and
glmnet 4.1-6; no test calls R. e1071 takes the first class as positive: its signs are turned.
"""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline import dual, sources
from pipeline.config import Config
from pipeline.gram import fold_grams
from pipeline.logistic import logistic_path, multinomial_path
from pipeline.readers import kaggle
from pipeline.svm import svm_path

Toy = tuple[NDArray[np.float64], NDArray[np.float64]]
Golub = tuple[NDArray[np.float64], NDArray[np.intp], NDArray[np.float64], tuple[str, ...]]

# tr <- 1:6; y <- factor(c("a", "a", "a", "b", "b", "b")); rows 7 and 8 are held out
X = np.array(
    [
        [3, 1, 4, 1, 5, 9, 2, 6, 5, 3],
        [5, 8, 9, 7, 9, 3, 2, 3, 8, 4],
        [6, 2, 6, 4, 3, 3, 8, 3, 2, 7],
        [9, 5, 0, 2, 8, 8, 4, 1, 9, 7],
        [1, 6, 9, 3, 9, 9, 3, 7, 5, 1],
        [0, 5, 8, 2, 0, 9, 7, 4, 9, 4],
        [4, 5, 9, 2, 3, 0, 7, 8, 1, 6],
        [4, 0, 6, 2, 8, 6, 2, 0, 8, 9],
    ],
    dtype=np.float64,
)
TRAIN = np.arange(6)
TWO = np.array([0, 0, 0, 1, 1, 1, 0, 0])
THREE = np.array([0, 0, 1, 1, 2, 2, 0, 0])


@pytest.fixture(scope="module")
def toy() -> Toy:
    """Give the Gram matrix of the toy samples, genes centred only, and the weights."""
    return fold_grams(X, [TRAIN], standardise=False), dual.training_weights(TWO, [TRAIN])


@pytest.fixture(scope="module")
def golub(golub_dir: Path, golub_config: Config) -> Golub:
    """Give Gram matrix, classes, weights and names: log10, genes standardised on the 38."""
    located = sources.find(golub_config, data_dir=golub_dir)
    data = kaggle.read(located.paths, unit=located.unit)
    y = np.searchsorted(data.classes, data.y)
    K = fold_grams(np.log10(np.clip(data.X, 100, 16_000)), [data.train])
    return K, y, dual.training_weights(y, [data.train]), data.sample_ids


# m <- svm(X[tr, ], y, kernel = "linear", cost = C, scale = FALSE, tolerance = 1e-10)
# attr(predict(m, X, decision.values = TRUE), "decision.values")
@pytest.mark.parametrize(
    ("C", "values"),
    [
        (0.001, [-0.0265, 0.0305, 0.0855, -0.0425, -0.0455, -0.0855, 0.0995, 0.0125]),
        (0.01, [-0.265, 0.305, 0.855, -0.425, -0.455, -0.855, 0.995, 0.125]),
        (
            1.0,
            [1.0, 1.0, 2.095229264983, -1.0, -1.0, -1.0, 2.444837471567, 1.591793102604],
        ),
    ],
)
def test_svm_agrees_with_e1071(toy: Toy, C: float, values: list[float]) -> None:
    """Decision values are e1071's, where C binds every sample and where it binds none."""
    K, weights = toy

    actual = svm_path(K, TWO, weights, [C])[0, 0]

    np.testing.assert_allclose(actual, -np.array(values), atol=1e-8)


# m <- glmnet(X[tr, ], y, family = "binomial", alpha = 0, lambda = c(100, 10, 1) / (C * 6),
#             standardize = FALSE, thresh = 1e-22, maxit = 1e7)
# predict(m, X, s = 1 / (C * 6))
LOGISTIC = {
    0.01: [
        0.03061193557, -0.18149289412, -0.41135569770, 0.14084208039,
        0.12102076632, 0.29671327246, -0.48045685996, -0.11401846975,
    ],
    1.0: [
        -1.59854413936, -2.06656454023, -4.36190361686, 2.21406203352,
        1.75768552723, 2.99631330339, -5.26426910921, -2.74328328608,
    ],
}  # fmt: skip


@pytest.mark.parametrize("C", LOGISTIC)
def test_logistic_regression_agrees_with_glmnet(toy: Toy, C: float) -> None:
    """Decision values are those of glmnet's ridge, whose penalty is 1 / (C n)."""
    K, weights = toy

    actual = dual.decisions(K, logistic_path(K, TWO, weights, [C]))[0, 0]

    np.testing.assert_allclose(actual, LOGISTIC[C], atol=1e-8)


# y <- factor(c("a", "a", "b", "b", "c", "c")); m <- glmnet(..., family = "multinomial", ...)
# predict(m, X, s = 1 / (C * 6)), rows 7 and 8
@pytest.mark.parametrize(
    ("C", "values"),
    [
        (
            0.01,
            [
                [-0.02118808341, 0.07675712805, -0.05556904464],
                [0.10151019044, 0.24697836337, -0.34848855382],
            ],
        ),
        (
            1.0,
            [
                [0.00180553155, 0.34186593170, -0.34367146325],
                [2.15573716519, 1.36195490177, -3.51769206706],
            ],
        ),
    ],
)
def test_multinomial_regression_agrees_with_glmnet(
    toy: Toy, C: float, values: list[list[float]]
) -> None:
    """With three classes, too, the held-out samples have glmnet's decision values."""
    K, weights = toy

    actual = multinomial_path(K[0], THREE, weights[0], [C])[0][0, 6:]

    np.testing.assert_allclose(actual, values, atol=1e-8)


# R read the three published files by sample number, clipped at 100 and 16 000, took log10, and
# centred and scaled the genes (divisor n) on samples 1 to 38; the fits as above.
SVM_ON_GOLUB = {
    "39": 0.7072562, "50": -0.7202544, "54": 0.0430079, "57": 0.2210497, "60": 0.1611568,
    "61": 0.1281087, "66": 0.5276509, "67": 0.3858506, "71": 0.6152379, "72": 0.7029961,
}  # fmt: skip
LOGISTIC_ON_GOLUB = {
    0.001: {
        "39": -1.7203667, "50": 1.0457085, "54": -0.9372075, "57": -0.8998547, "60": -0.8525604,
        "61": -0.5689658, "66": -1.6692508, "67": -1.2574282, "71": -1.5448015, "72": -1.8417207,
    },
    1.0: {
        "39": -5.6771978, "50": 5.3500064, "54": -1.3081394, "57": -2.0650077, "60": -1.6513583,
        "61": -1.1387434, "66": -4.5787923, "67": -3.3011263, "71": -4.8772496, "72": -5.7496252,
    },
}  # fmt: skip


def test_svm_on_golub_agrees_with_e1071(golub: Golub) -> None:
    """On 7129 genes the decision values of independent samples are e1071's."""
    K, y, weights, names = golub
    rows = [names.index(name) for name in SVM_ON_GOLUB]

    actual = svm_path(K, y, weights, [1.0])[0, 0, rows]

    np.testing.assert_allclose(actual, -np.array(list(SVM_ON_GOLUB.values())), atol=1e-6)


@pytest.mark.parametrize("C", LOGISTIC_ON_GOLUB)
def test_logistic_regression_on_golub_agrees_with_glmnet(golub: Golub, C: float) -> None:
    """On 7129 genes the decision values of independent samples are glmnet's."""
    K, y, weights, names = golub
    rows = [names.index(name) for name in LOGISTIC_ON_GOLUB[C]]

    actual = dual.decisions(K, logistic_path(K, y, weights, [C]))[0, 0, rows]

    np.testing.assert_allclose(actual, list(LOGISTIC_ON_GOLUB[C].values()), atol=1e-6)
