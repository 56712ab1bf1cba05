"""Step 5: which genes differ between the classes, on the training samples only.

All genes are ranked, each by the class in which it stands highest against the rest::

    signal_to_noise = (mean in class - mean in rest) / (sd in class + sd in rest)
"""

import warnings

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from pipeline.config import Config
from pipeline.dataset import Dataset
from pipeline.preprocess import value_scale, value_scale_name
from pipeline.records.base import MethodStep, Statement, Value
from pipeline.records.genes import Genes, GeneTable, HeatMap

ROUNDING = 1e-12  # relative size below which a spread is rounding
HEAT_MAP_LIMIT = 3.0  # standard deviations at which the colours end, as in Golub's figure 3B


def rank(dataset: Dataset, config: Config) -> Genes:
    """Rank all genes on the training samples.

    Parameters
    ----------
    dataset : Dataset
        The data.
    config : Config
        Preprocessing constants, genes a class, false discovery rate.

    Returns
    -------
    Genes
        The ranking, and the heat map of the top genes of each class.
    """
    X = value_scale(dataset.X, config.preprocess)
    train = dataset.train
    scores = signal_to_noise(X[train], dataset.y[train], dataset.classes)
    high_in = scores.argmax(axis=0)
    best = scores.max(axis=0)
    p_values, test = class_test(X[train], dataset.y[train], dataset.classes)
    q_values = adjust(p_values)
    # Ties (constant genes: score 0) stay in the order of the file.
    order = np.argsort(-best, kind="stable")
    return Genes(
        scale=value_scale_name(config.preprocess, dataset.unit),
        test=test,
        n_samples=len(train),
        n_genes=len(dataset.gene_ids),
        n_tested=int(np.isfinite(p_values).sum()),
        fdr=config.ranking.fdr,
        n_significant=int((q_values[np.isfinite(q_values)] <= config.ranking.fdr).sum()),
        n_per_class=config.ranking.n_per_class,
        table=GeneTable(
            ids=tuple(dataset.gene_ids[i] for i in order),
            descriptions=tuple(dataset.gene_descriptions[i] for i in order),
            high_in=tuple(high_in[order].tolist()),
            signal_to_noise=tuple(best[order].tolist()),
            mean_difference=tuple(
                _mean_difference(X[train], dataset.y[train], dataset.classes, high_in)[
                    order
                ].tolist()
            ),
            p_value=_optional(p_values[order]),
            q_value=_optional(q_values[order]),
        ),
        heat_map=_heat_map(X, dataset, order, high_in, config.ranking.n_per_class),
    )


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


def method(genes: Genes, *, gene_nouns: str) -> MethodStep:
    """Write the Methods paragraph from what ran.

    Parameters
    ----------
    genes : Genes
        What `rank` gave.
    gene_nouns : str
        What the rows of the matrix are called.

    Returns
    -------
    MethodStep
        The paragraph.
    """
    text = Statement(
        template=f"All {{n_genes}} {gene_nouns} were ranked on the {{n_samples}} training "
        "samples by the signal-to-noise score [@golub1999], the difference between the means of a "
        "class and of the rest over the sum of their population standard deviations ({scale}), "
        "and tested by {test}; p-values were adjusted by Benjamini and Hochberg [@benjamini1995]. "
        "Those without variation within the classes were not tested ({n_untested}).",
        values=(
            Value(name="n_genes", value=genes.n_genes, format="count", path="genes.n_genes"),
            Value(name="n_samples", value=genes.n_samples, format="count", path="genes.n_samples"),
            Value(name="scale", value=genes.scale, format="text", path="genes.scale"),
            Value(name="test", value=genes.test, format="text", path="genes.test"),
            Value(name="n_untested", value=genes.n_genes - genes.n_tested, format="count"),
        ),
    )
    return MethodStep(title="Genes", text=text)


def _mean_difference(
    X: NDArray[np.float64],
    y: NDArray[np.str_],
    classes: tuple[str, ...],
    high_in: NDArray[np.intp],
) -> NDArray[np.float64]:
    """Mean in the class where the gene is high minus the mean in the rest."""
    differences = np.array(
        [X[y == label].mean(axis=0) - X[y != label].mean(axis=0) for label in classes]
    )
    return differences[high_in, np.arange(X.shape[1])]


def _heat_map(
    X: NDArray[np.float64],
    dataset: Dataset,
    order: NDArray[np.intp],
    high_in: NDArray[np.intp],
    n_per_class: int,
) -> HeatMap:
    """Values of the top genes of each class, standardised over the training samples."""
    genes = np.concatenate(
        [[i for i in order if high_in[i] == k][:n_per_class] for k in range(len(dataset.classes))]
    ).astype(np.intp)
    # Training samples first, then test samples, each by class.
    samples = np.lexsort((dataset.y, dataset.partition == "test"))
    train = X[np.ix_(dataset.train, genes)]
    spread = train.std(axis=0)
    z = (X[np.ix_(samples, genes)] - train.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    z = np.clip(z, -HEAT_MAP_LIMIT, HEAT_MAP_LIMIT).round(3)
    return HeatMap(
        gene_ids=tuple(dataset.gene_ids[i] for i in genes),
        high_in=tuple(high_in[genes].tolist()),
        sample_ids=tuple(dataset.sample_ids[i] for i in samples),
        z=tuple(map(tuple, z.T.tolist())),
        limit=HEAT_MAP_LIMIT,
    )


def _optional(values: NDArray[np.float64]) -> tuple[float | None, ...]:
    """NaN becomes None: undefined values never enter the results."""
    return tuple(float(value) if np.isfinite(value) else None for value in values)
