"""Statistics that rank genes by how much they differ between the classes.

Each gene is scored in every class against the rest::

    signal_to_noise = (mean in class - mean in rest) / (sd in class + sd in rest)
"""

import warnings

import numpy as np
from numpy.typing import NDArray
from scipy import stats

ROUNDING = 1e-12  # relative size below which a spread is rounding


def signal_to_noise(
    X: NDArray[np.float64], y: NDArray[np.str_], classes: tuple[str, ...]
) -> NDArray[np.float64]:
    """Compute Golub's signal-to-noise score of every gene, each class against the rest.

    Parameters
    ----------
    X : ndarray of float, shape (n_samples, n_genes)
        Expression values.
    y : ndarray of str, shape (n_samples,)
        Class labels.
    classes : tuple of str, length n_classes
        The classes.

    Returns
    -------
    ndarray of float, shape (n_classes, n_genes)
        Positive where the gene is higher in the class than in the rest; 0 for a gene that
        does not vary at all. A gene that varies between but not within the classes has
        no finite score; it gets the smallest spread that another gene has.

    References
    ----------
    .. [1] Golub et al. (1999). Molecular classification of cancer. Science 286, note 16.
       Standard deviations are those of the population (divisor n).
    """
    scores = np.zeros((len(classes), X.shape[1]))
    varies = np.ptp(X, axis=0) > 0
    for k, label in enumerate(classes):
        inside, rest = X[y == label], X[y != label]
        spread = inside.std(axis=0) + rest.std(axis=0)
        difference = inside.mean(axis=0) - rest.mean(axis=0)
        # Equal values have a spread of rounding size, not of zero.
        spread = np.where(spread > ROUNDING * np.abs(X).max(axis=0), spread, 0.0)
        smallest = spread[spread > 0].min() if (spread > 0).any() else 1.0
        spread = np.where(spread > 0, spread, smallest)
        np.divide(difference, spread, out=scores[k], where=varies)
    return scores


def class_test(
    X: NDArray[np.float64], y: NDArray[np.str_], classes: tuple[str, ...]
) -> tuple[NDArray[np.float64], str]:
    """Test every gene for a difference between the classes.

    Parameters
    ----------
    X : ndarray of float, shape (n_samples, n_genes)
        Expression values.
    y : ndarray of str, shape (n_samples,)
        Class labels.
    classes : tuple of str, length n_classes
        The classes.

    Returns
    -------
    p_values : ndarray of float, shape (n_genes,)
        Raw p-values; NaN for a gene that does not vary within any class.
    test : str
        Name of the test: Welch's t-test for two classes, analysis of variance for more.
    """
    groups = [X[y == label] for label in classes]
    varies = np.any([np.ptp(group, axis=0) > 0 for group in groups], axis=0)
    p_values = np.full(X.shape[1], np.nan)
    if varies.any():
        varying = [group[:, varies] for group in groups]
        with warnings.catch_warnings():
            # A gene at the floor throughout one class is expected, and its test is sound.
            warnings.filterwarnings("ignore", message="Precision loss", category=RuntimeWarning)
            if len(groups) == 2:
                p_values[varies] = stats.ttest_ind(*varying, equal_var=False).pvalue
            else:
                p_values[varies] = stats.f_oneway(*varying).pvalue
    return p_values, "Welch's t-test" if len(groups) == 2 else "one-way analysis of variance"


def adjust(p_values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Adjust p-values for the false discovery rate.

    Parameters
    ----------
    p_values : ndarray of float, shape (n_genes,)
        Raw p-values; NaN where there is none.

    Returns
    -------
    ndarray of float, shape (n_genes,)
        Adjusted p-values (q-values); NaN where there was none.

    References
    ----------
    .. [1] Benjamini, Hochberg (1995). Controlling the false discovery rate. JRSS B 57,
       289-300.
    """
    q_values = np.full_like(p_values, np.nan)
    tested = np.isfinite(p_values)
    if tested.any():
        q_values[tested] = stats.false_discovery_control(p_values[tested], method="bh")
    return q_values


def best_of_each_class(scores: NDArray[np.float64], *, n_per_class: int) -> NDArray[np.intp]:
    """List the genes that stand highest in each class.

    Parameters
    ----------
    scores : ndarray of float, shape (n_classes, n_genes)
        What `signal_to_noise` gave.
    n_per_class : int
        Genes of each class, at most.

    Returns
    -------
    ndarray of int, shape (n_listed,)
        Genes, class by class, each class from its best gene down. Ties stay in the order of
        the genes.
    """
    high_in = scores.argmax(axis=0)
    order = np.argsort(-scores.max(axis=0), kind="stable")
    lists = [order[high_in[order] == k][:n_per_class] for k in range(len(scores))]
    return np.concatenate(lists)
