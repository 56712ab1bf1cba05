"""Step 4: p-values for two models on the same samples, and for permuted labels."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from pipeline.intervals import resampled_variance


def mcnemar_exact(n_only_first: int, n_only_second: int) -> float:
    """Test whether two models differ on the same samples.

    Parameters
    ----------
    n_only_first, n_only_second : int
        Samples that only the first, and only the second, model got right.

    Returns
    -------
    float
        Two-sided exact p-value; 1 where the models never disagree.

    References
    ----------
    .. [1] McNemar (1947). Note on the sampling error of the difference between
       correlated proportions or percentages. Psychometrika 12, 153-157.
    """
    n = n_only_first + n_only_second
    return float(stats.binomtest(n_only_first, n).pvalue) if n else 1.0


def corrected_resampled_t_test(
    differences: NDArray[np.float64], *, n_train: int, n_test: int
) -> float:
    """Test whether two models differ on the same folds.

    Parameters
    ----------
    differences : ndarray of float, shape (n_folds * n_repeats,)
        Accuracy of the first model less that of the second in each fold.
    n_train, n_test : int
        Samples in the training and the held-out part of a fold.

    Returns
    -------
    float
        Two-sided p-value of the t distribution with one degree of freedom less than folds.
        1 where all folds show the same difference, be it 0 or not: without a spread there
        is nothing to hold it against.

    References
    ----------
    .. [1] Nadeau, Bengio (2003). Inference for the generalization error. Machine
       Learning 52, section 5.
    """
    variance = resampled_variance(differences, n_train=n_train, n_test=n_test)
    if variance is None:
        return 1.0
    t = differences.mean() / math.sqrt(variance)
    return float(2 * stats.t.sf(abs(t), differences.size - 1))


def holm(p_values: list[float]) -> list[float]:
    """Adjust p-values for their number, so that one error in all is held at its level.

    Parameters
    ----------
    p_values : list of float
        Raw p-values.

    Returns
    -------
    list of float
        Adjusted p-values, in the same order.

    References
    ----------
    .. [1] Holm (1979). A simple sequentially rejective multiple test procedure.
       Scandinavian Journal of Statistics 6, 65-70.
    """
    n = len(p_values)
    adjusted = [0.0] * n
    largest = 0.0
    for rank, i in enumerate(sorted(range(n), key=p_values.__getitem__)):
        largest = max(largest, min(1.0, (n - rank) * p_values[i]))
        adjusted[i] = largest
    return adjusted


def permutation_p(null_errors: Sequence[int], n_errors: int) -> float:
    """Compare the errors on the real labels with those on permuted ones.

    Parameters
    ----------
    null_errors : sequence of int, length n_permutations
        Errors of the whole procedure on each permutation of the labels.
    n_errors : int
        Errors on the real labels, out of as many predictions.

    Returns
    -------
    float
        (b + 1) / (B + 1), b of the B permutations having at most as many errors: never 0.

    References
    ----------
    .. [1] Ojala, Garriga (2010). Permutation tests for studying classifier performance.
       Journal of Machine Learning Research 11, definition 1.
    """
    as_good = sum(null <= n_errors for null in null_errors)
    return (as_good + 1) / (len(null_errors) + 1)
