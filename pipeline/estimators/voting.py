"""Step 4: Golub's weighted voting, with its prediction strength.

Each gene votes with the weight of its signal-to-noise score, for the class on whose side of
the midpoint between the class means the sample lies::

    vote[g]  = weight[g] * (x[g] - midpoint[g])     above 0: for the class, below: against it
    strength = (sum for - sum against) / (sum for + sum against)
"""

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from pipeline.estimators.scores import class_codes
from pipeline.ranking import ROUNDING, signal_to_noise

# Where many values stand at the floor, whole groups of genes have the same score but for
# rounding; they are tied, and taken in the order of the columns. Votes that cancel but for
# rounding are a draw.
DECIMALS = 12


class WeightedVoting(ClassifierMixin, BaseEstimator):
    """Weighted voting of the genes with the largest signal-to-noise scores [1]_ [2]_.

    Half of the genes are those highest in the class, half those highest in the rest; a side
    on which fewer genes have a score gives fewer. The authors call no class where the
    prediction strength is below 0.3: `predict` names a class nevertheless,
    `predict_with_abstention` also says which samples they would have called. With more than
    two classes each class is voted on against the rest, and the largest strength wins [3]_.

    A vote has the unit of the gene: on unlogged values the genes with large values decide.
    Standardising the genes beforehand leaves scores and choice as they are and makes the
    votes comparable; on the data of [1]_ it also comes nearest to the published strengths.

    Parameters
    ----------
    n_genes : int, default=50
        Number of genes that vote on a class, half from each side: an even number.
    threshold : float, default=0.3
        Smallest prediction strength, 0 to 1, at which `predict_with_abstention` calls.

    Attributes
    ----------
    classes_ : ndarray, shape (n_classes,)
        Sorted class labels.
    weights_ : ndarray of float, shape (n_votes, n_genes)
        Signal-to-noise scores of the genes that vote, 0 for the others. One row for two
        classes (votes above 0 are for the second), else one row a class.
    midpoints_ : ndarray of float, shape (n_votes, n_genes)
        Midpoint between the means of the class and of the rest.
    support_ : ndarray of bool, shape (n_genes,)
        True where the gene votes.
    resolution_ : ndarray of float, shape (n_genes,)
        Distance from a midpoint up to which a value is at it, 1e-12 of the largest value: a
        gene there has no vote, however few others vote.

    References
    ----------
    .. [1] Golub et al. (1999). Molecular classification of cancer. Science 286, 531-537,
       figure 1B and note 16. Standard deviations are those of the population (divisor n), as
       in `pipeline.ranking.signal_to_noise`.
    .. [2] Slonim, Tamayo, Mesirov, Golub, Lander (2000). Class prediction and discovery using
       gene expression data. RECOMB 2000, 263-272.
    .. [3] Yeang et al. (2001). Molecular classification of multiple tumor types.
       Bioinformatics 17, S316-S322.
    """

    def __init__(self, n_genes: int = 50, threshold: float = 0.3) -> None:
        self.n_genes = n_genes
        self.threshold = threshold

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Choose the genes, learn their weights and midpoints.

        Parameters
        ----------
        X : array-like of float, shape (n_samples, n_genes)
            Expression values.
        y : array-like, shape (n_samples,)
            Class labels.

        Returns
        -------
        WeightedVoting
            The estimator itself.

        Raises
        ------
        ValueError
            If there are fewer than two classes, or if `n_genes` is not even and positive.
        """
        if self.n_genes < 2 or self.n_genes % 2:
            raise ValueError(f"n_genes: expected an even number from 2, found {self.n_genes}")
        values: NDArray[np.float64]
        labels: NDArray[Any]
        values, labels = validate_data(self, X, y, dtype=np.float64)
        self.classes_, codes = class_codes(labels)
        # The votes on the first of two classes are those on the second with their signs turned.
        voted = range(1, 2) if len(self.classes_) == 2 else range(len(self.classes_))
        names = codes.astype(np.str_)
        scores = signal_to_noise(values, names, tuple(str(k) for k in voted))
        self.weights_ = np.array([_strongest(row, self.n_genes // 2) for row in scores])
        self.midpoints_ = np.array(
            [(values[codes == k].mean(axis=0) + values[codes != k].mean(axis=0)) / 2 for k in voted]
        )
        self.support_ = np.any(self.weights_ != 0, axis=0)
        self.resolution_ = ROUNDING * np.abs(values).max(axis=0)
        return self

    def decision_function(self, X: ArrayLike) -> NDArray[np.float64]:
        """Compute prediction strengths with their signs.

        Parameters
        ----------
        X : array-like of float, shape (n_samples, n_genes)
            Expression values.

        Returns
        -------
        ndarray of float, shape (n_samples,) or (n_samples, n_classes)
            Between -1, all votes against the class, and 1, all for it; 0 where no gene votes.
            For two classes the strength of the second, else of each against the rest.
        """
        check_is_fitted(self, "weights_")
        values: NDArray[np.float64] = validate_data(self, X, dtype=np.float64, reset=False)
        strengths = [
            _strength(values, *vote, self.resolution_)
            for vote in zip(self.weights_, self.midpoints_, strict=True)
        ]
        return strengths[0] if len(strengths) == 1 else np.column_stack(strengths)

    def prediction_strength(self, X: ArrayLike) -> NDArray[np.float64]:
        """Say how clearly the predicted class wins.

        Parameters
        ----------
        X : array-like of float, shape (n_samples, n_genes)
            Expression values.

        Returns
        -------
        ndarray of float, shape (n_samples,)
            Between 0 and 1: votes of the winner minus votes of the loser, over all votes.
            With more than two classes 0 where every class loses against the rest.
        """
        decision = self.decision_function(X)
        return np.abs(decision) if decision.ndim == 1 else np.maximum(decision.max(axis=1), 0.0)

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Name the class that wins, however narrowly.

        Parameters
        ----------
        X : array-like of float, shape (n_samples, n_genes)
            Expression values.

        Returns
        -------
        ndarray, shape (n_samples,)
            Class labels; of equal strengths the first in the order of `classes_`.
        """
        decision = self.decision_function(X)
        winners = (decision > 0).astype(np.intp) if decision.ndim == 1 else decision.argmax(axis=1)
        y_pred: NDArray[Any] = self.classes_[winners]
        return y_pred

    def predict_with_abstention(self, X: ArrayLike) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        """Name the class that wins, and say whether its strength reaches the threshold.

        Parameters
        ----------
        X : array-like of float, shape (n_samples, n_genes)
            Expression values.

        Returns
        -------
        y_pred : ndarray, shape (n_samples,)
            Class labels, as `predict` gives them.
        called : ndarray of bool, shape (n_samples,)
            True where the prediction strength is at least `threshold`.
        """
        called: NDArray[np.bool_] = self.prediction_strength(X) >= self.threshold
        return self.predict(X), called


def _strongest(scores: NDArray[np.float64], n_each: int) -> NDArray[np.float64]:
    """Keep the `n_each` largest positive and negative scores, set the others to zero."""
    rounded = scores.round(DECIMALS)
    weights = np.zeros_like(scores)
    for side in (rounded, -rounded):
        kept = np.argsort(-side, kind="stable")[:n_each]
        kept = kept[side[kept] > 0]
        weights[kept] = scores[kept]
    return weights


def _strength(
    X: NDArray[np.float64],
    weights: NDArray[np.float64],
    midpoints: NDArray[np.float64],
    resolution: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Prediction strength for one class against the rest, negative where it loses."""
    voting = weights != 0
    distances = X[:, voting] - midpoints[voting]
    distances[np.abs(distances) <= resolution[voting]] = 0.0
    votes = weights[voting] * distances
    total = np.abs(votes).sum(axis=1)
    strength: NDArray[np.float64] = np.divide(
        votes.sum(axis=1), total, out=np.zeros_like(total), where=total > 0
    )
    return strength.round(DECIMALS)
