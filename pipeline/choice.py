"""Step 4: how the inner folds choose a setting: the loss of each model, ties, ends of grids.

The accuracy on a few dozen samples has a few dozen values, and most settings tie. A loss of
the decision values tells them apart. Each model is judged by the loss that suits what it
says of a sample::

    log loss       probabilities, log odds        -log p(true class)
    hinge loss     margins                        max(0, 1 - margin of the true class)
    Brier score    shares of neighbours or votes  (share - 1 for the class, - 0 for others)^2

Log loss and Brier score are proper: the true probabilities have the least. The hinge loss is
what a support vector machine minimises on its training samples, whatever C: on held-out
samples it is the same yardstick for every C.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_expit, log_softmax, logsumexp

from pipeline.classifiers import ENTRIES
from pipeline.config import ModelKey

Values = NDArray[np.float64]
Criterion = Literal["log loss", "hinge loss", "Brier score"]

TIE = 1e-6
"""Mean losses closer than this count as equal: solvers end within it of the optimum."""

MOST = -float(np.log(np.finfo(np.float64).eps))
"""Log loss of a true class with the probability 0, as in `probabilities.log_loss`."""


@dataclass(frozen=True)
class Choice:
    """Positions in the grid, whether others were equally good, and whether any was chosen.

    All have shape (n_labels,).
    """

    at: NDArray[np.intp]
    tied: NDArray[np.bool_]
    made: NDArray[np.bool_]


def criterion(key: ModelKey) -> Criterion:
    """Name the loss by which a model's settings are chosen.

    Parameters
    ----------
    key : str
        Name of the model.

    Returns
    -------
    {"log loss", "hinge loss", "Brier score"}
        By what the model says of a sample (`classifiers.Entry.score`).
    """
    match ENTRIES[key].score:
        case "probability" | "log odds":
            return "log loss"
        case "margin":
            return "hinge loss"
        case _:
            return "Brier score"


def losses(key: ModelKey, values: Values, labels: NDArray[np.intp]) -> Values:
    """Compute the loss of each sample.

    Parameters
    ----------
    key : str
        Name of the model.
    values : ndarray of float, shape (..., n_grid, n_samples, n_columns)
        Decision values: a column for class 1 of two classes, else one for each class.
    labels : ndarray of int, shape (..., n_samples)
        Class indices.

    Returns
    -------
    ndarray of float, shape (..., n_grid, n_samples)
        Losses; of more than two classes the hinge loss takes the margin to the best of the
        others [1]_ and the Brier score is summed over classes.

    References
    ----------
    .. [1] Crammer, Singer (2001). On the algorithmic implementation of multiclass
       kernel-based vector machines. JMLR 2, 265-292.
    """
    if values.shape[-1] == 1:
        return _of_two(key, values[..., 0], labels[..., None, :])
    true = np.broadcast_to(labels[..., None, :], values.shape[:-1])[..., None]
    of_true = np.take_along_axis(values, true, axis=-1)[..., 0]
    is_true = np.arange(values.shape[-1]) == true
    match criterion(key):
        case "hinge loss":
            others = np.where(is_true, -np.inf, values).max(axis=-1)
            return np.asarray(np.maximum(0.0, 1 - (of_true - others)))
        case "log loss":
            if ENTRIES[key].one_against_rest:  # probabilities divided by their sum
                logs = log_expit(values)
                found = logsumexp(logs, axis=-1) - log_expit(of_true)
            else:
                found = -np.take_along_axis(log_softmax(values, axis=-1), true, axis=-1)[..., 0]
            return np.asarray(np.minimum(found, MOST))
        case "Brier score":
            return np.asarray(((_shares(key, values) - is_true) ** 2).sum(axis=-1))


def _of_two(key: ModelKey, values: Values, labels: NDArray[np.intp]) -> Values:
    """Losses of two classes, from the decision value for class 1."""
    signs = 2.0 * labels - 1
    match criterion(key):
        case "hinge loss":
            return np.asarray(np.maximum(0.0, 1 - signs * values))
        case "log loss":
            return np.asarray(np.minimum(-log_expit(signs * values), MOST))
        case "Brier score":
            half = ENTRIES[key].score != "strength"
            return np.asarray((values + 0.5 - labels if half else (values + 1) / 2 - labels) ** 2)


def _shares(key: ModelKey, values: Values) -> Values:
    """Shares of neighbours or votes; a signed strength s is a share of votes of (1 + s) / 2."""
    return (values + 1) / 2 if ENTRIES[key].score == "strength" else values


def best(means: Values) -> Choice:
    """Choose the setting of the least loss, of equal ones the first, the simplest.

    Parameters
    ----------
    means : ndarray of float, shape (n_labels, n_grid)
        Mean losses, the simplest setting first.

    Returns
    -------
    Choice
        Where; and whether another setting is within `TIE` of the least loss.
    """
    equal = means <= means.min(axis=1, keepdims=True) + TIE
    at = np.asarray(equal.argmax(axis=1), dtype=np.intp)
    return Choice(at, tied=equal.sum(axis=1) > 1, made=np.ones(len(at), dtype=np.bool_))


def at_edge(
    key: ModelKey,
    settings: NDArray[np.float64],
    chosen: NDArray[np.intp],
    *,
    n_train: int,
    n_genes: int,
) -> NDArray[np.bool_]:
    """Say which choices are at an end of the grid that is the grid's and not the data's.

    Beyond a natural end there is nothing: one gene, component or neighbour; all genes, all
    components, all samples; no shrinkage of the class means.

    Parameters
    ----------
    key : str
        Name of the model.
    settings : ndarray of float, shape (n_grid,)
        The grid, the simplest first.
    chosen : ndarray of int, shape (n_labels,)
        Positions in it.
    n_train, n_genes : int
        Size of the training part that chooses.

    Returns
    -------
    ndarray of bool, shape (n_labels,)
        False throughout where the grid has one setting.
    """
    if len(settings) < 2:
        return np.zeros(chosen.shape, dtype=np.bool_)
    lowest, highest = {
        "C": (0.0, np.inf),
        "genes": (1.0, n_genes),
        "components": (1.0, min(n_train - 1, n_genes)),
        "neighbours": (1.0, n_train),
        "Delta": (0.0, np.inf),
        None: (0.0, np.inf),
    }[ENTRIES[key].tuned]
    values = settings[chosen]
    end = (chosen == 0) | (chosen == len(settings) - 1)
    return np.asarray(end & (values > lowest) & (values < highest), dtype=np.bool_)
