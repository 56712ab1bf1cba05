"""Step 5: which genes differ between the classes, on the training samples only.

The genes that the models may use are ranked, each by the class in which it stands highest
against the rest, and tested; the best of each class make the report's list. Two questions follow:
would other samples have given the same list (`stability`), and is it the published one
(`overlap`)?
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from pipeline import overlap, ranking, stability
from pipeline.config import Config
from pipeline.dataset import Dataset
from pipeline.max_t import counts_of_other_draws, max_t
from pipeline.preprocess import make_preprocessor, usable, value_scale, value_scale_name
from pipeline.records.base import MethodStep, Statement, Value
from pipeline.records.genes import (
    Genes,
    GeneTable,
    GeneWeights,
    HeatMap,
    MaxT,
    Published,
    Stability,
    Undetected,
    Witness,
)

HEAT_MAP_LIMIT = 3.0  # standard deviations at which the colours end, as in Golub's figure 3B
# Our choice: called present in fewer than one of four samples of its class, a gene is as a rule
# background there.
DETECTED = 0.25
FAMILY_WISE_LEVEL = 0.05  # the customary one
SIZES_PER_CLASS = (5, 10, 25, 50, 100)  # of two classes: lists of 10 to 200 genes


@dataclass(frozen=True)
class Weights:
    """Weights of all genes in a fitted model, NaN for those that it may not use; None without."""

    values: NDArray[np.float64] | None
    record: GeneWeights


NO_WEIGHTS = Weights(
    None,
    GeneWeights(model="", setting=None, n_samples=0, label=None, not_run="no model was fitted"),
)
"""A ranking without a model."""


def rank(dataset: Dataset, config: Config, weights: Weights = NO_WEIGHTS) -> Genes:
    """Rank the genes that the models may use, on the training samples.

    Parameters
    ----------
    dataset : Dataset
        The data.
    config : Config
        Preprocessing constants, settings of the ranking, seed.
    weights : Weights
        Those of the genes in the fitted model of the headline.

    Returns
    -------
    Genes
        The ranking, how stable it is, and the heat map of the top genes of each class.
    """
    settings, train = config.ranking, dataset.train
    X, y = value_scale(dataset.X, config.preprocess), dataset.y[train]
    for_permutations, for_bootstraps = np.random.default_rng(config.seed).spawn(2)
    may_use = usable(dataset.X[train], config.preprocess)
    ranked = np.flatnonzero(may_use)
    scores = ranking.signal_to_noise(X[train], y, dataset.classes)
    # A spread that a gene borrows is that of another ranked gene.
    scores[:, ranked] = ranking.signal_to_noise(X[np.ix_(train, ranked)], y, dataset.classes)
    best_ranked = ranking.best_of_each_class(scores[:, ranked], n_per_class=settings.n_per_class)
    listed = ranked[best_ranked]
    high_in, best = scores.argmax(axis=0), scores.max(axis=0)
    p_values, test = ranking.class_test(X[train], y, dataset.classes)
    p_values[~may_use] = np.nan
    q_values = ranking.adjust(p_values)
    p_max_t, adjusted = _max_t(X[train], dataset, p_values, config, for_permutations)
    frequency = np.full(len(may_use), np.nan)
    frequency[ranked], stable = _stability(
        X[np.ix_(train, ranked)], dataset, config, for_bootstraps
    )
    differences = _mean_difference(X[train], y, dataset.classes, high_in)
    # Ties (constant genes: score 0) stay in the order of the file.
    order = np.lexsort((-best, ~may_use))
    return Genes(
        scale=value_scale_name(config.preprocess, dataset.unit),
        test=test,
        n_samples=len(train),
        n_genes=len(dataset.gene_ids),
        n_ranked=len(ranked),
        n_tested=int(np.isfinite(p_values).sum()),
        fdr=settings.fdr,
        n_significant=int((q_values[np.isfinite(q_values)] <= settings.fdr).sum()),
        n_per_class=settings.n_per_class,
        table=GeneTable(
            ids=tuple(dataset.gene_ids[i] for i in order),
            descriptions=tuple(dataset.gene_descriptions[i] for i in order),
            high_in=tuple(high_in[order].tolist()),
            signal_to_noise=tuple(best[order].tolist()),
            mean_difference=tuple(differences[order].tolist()),
            p_value=_optional(p_values[order]),
            q_value=_optional(q_values[order]),
            p_max_t=_optional(p_max_t[order]),
            selection_frequency=_optional(frequency[order]),
            usable=tuple(may_use[order].tolist()),
            present=_present(dataset, order),
            weight=_optional(weights.values[order])
            if weights.values is not None
            else (None,) * len(order),
        ),
        witness=_witness(X[:, order[0]], dataset, int(order[0]), int(high_in[order[0]])),
        heat_map=_heat_map(X, dataset, listed, high_in),
        max_t=adjusted,
        stability=stable,
        published=_published(dataset, config, listed, ranked),
        weights=weights.record,
        undetected=_undetected(dataset, listed, high_in),
    )


def method(genes: Genes, *, gene_nouns: str) -> tuple[MethodStep, ...]:
    """Write the Methods paragraphs from what ran.

    Parameters
    ----------
    genes : Genes
        What `rank` gave.
    gene_nouns : str
        What the rows of the matrix are called.

    Returns
    -------
    tuple of MethodStep
        The ranking and its tests; the stability of the list, and its overlap with another.
    """
    text = Statement(
        template=f"{_ranked_sentence(genes, gene_nouns)} on the {{n_samples}} training "
        "samples by the signal-to-noise score [@golub1999], the difference between the means of a "
        "class and of the rest over the sum of their population standard deviations ({scale}), "
        "and tested by {test}; p-values were adjusted by Benjamini and Hochberg [@benjamini1995]. "
        f"Those without variation within the classes were not tested ({{n_untested}}). "
        f"{_max_t_sentence(genes.max_t)}",
        values=(
            _count("n_genes", genes.n_genes, "genes.n_genes"),
            _count("n_samples", genes.n_samples, "genes.n_samples"),
            Value(name="scale", value=genes.scale, format="text", path="genes.scale"),
            Value(name="test", value=genes.test, format="text", path="genes.test"),
            _count("n_ranked", genes.n_ranked, "genes.n_ranked"),
            _count("n_untested", genes.n_ranked - genes.n_tested),
            _count("n_permutations", genes.max_t.n_permutations, "genes.max_t.n_permutations"),
            _count("n_low", genes.max_t.n_low, "genes.max_t.n_low"),
            _count("n_high", genes.max_t.n_high, "genes.max_t.n_high"),
        ),
    )
    return (
        MethodStep(title="Genes", text=text),
        MethodStep(title="Stability of the gene list", text=_stability_text(genes, gene_nouns)),
    )


def _max_t_sentence(adjusted: MaxT) -> str:
    """What was done for the family-wise error rate."""
    if adjusted.not_run:
        return "The family-wise error rate was not controlled."
    relabelled = (
        "all {n_permutations} other labellings of the samples"
        if adjusted.is_complete
        else "{n_permutations} random relabellings of the samples"
    )
    text = (
        "The family-wise error rate was controlled by the step-down max-T procedure "
        f"[@westfall1993] over {relabelled}, with p = (b + 1) / (B + 1) [@phipson2010]."
    )
    if not adjusted.is_complete:
        text += (
            " Other random relabellings, as many, would find {n_low} to {n_high} genes: from those"
            " whose p-value has a 95 % interval [@clopper1934] that is wholly at or below the"
            " level, to those whose interval reaches it; b is binomial, given the data."
        )
    return text


def _ranked_sentence(genes: Genes, gene_nouns: str) -> str:
    """Which genes were ranked."""
    if genes.n_ranked == genes.n_genes:
        return f"All {{n_genes}} {gene_nouns} were ranked"
    return (
        f"Of {{n_genes}} {gene_nouns} the {{n_ranked}} that the variation filter keeps on the "
        "training samples, and that the models therefore may use, were ranked"
    )


def _stability_text(genes: Genes, gene_nouns: str) -> Statement:
    """How the list was put to the test."""
    record, sentences = genes.stability, []
    if record.n_bootstraps:
        sentences.append(
            "The samples were drawn with replacement {n_bootstraps} times, each class to its own "
            "size, and the genes ranked anew each time."
        )
    sentences.append(
        "The same was done on the training parts of {n_repeats} times {n_folds}-fold "
        "cross-validation."
        if record.n_bootstraps
        else "The genes were ranked anew on the training parts of {n_repeats} times "
        "{n_folds}-fold cross-validation."
    )
    sentences.append(
        "Stability is the chance-corrected measure of Nogueira, Sechidis and Brown with its "
        "asymptotic interval [@nogueira2018], which is for the number of lists and not for other "
        "samples. The values that are ranked learn nothing from the samples; which "
        + (
            f"{gene_nouns} are ranked was not decided again in each draw."
            if genes.n_ranked < genes.n_genes
            else f"{gene_nouns} are ranked does not depend on them."
        )
    )
    if genes.published:
        sentences.append(
            f"The overlap with a published list [@{genes.published.citation}] was compared with "
            "that of genes drawn at random (hypergeometric)."
        )
    path = "genes.stability"
    return Statement(
        template=" ".join(sentences),
        values=(
            _count("n_bootstraps", record.n_bootstraps, f"{path}.n_bootstraps"),
            _count("n_folds", record.n_folds, f"{path}.n_folds"),
            _count("n_repeats", record.n_repeats, f"{path}.n_repeats"),
        ),
    )


def _count(name: str, n: int, path: str | None = None) -> Value:
    """A whole number in a sentence."""
    return Value(name=name, value=n, format="count", path=path)


def _max_t(
    X: NDArray[np.float64],
    dataset: Dataset,
    p_values: NDArray[np.float64],
    config: Config,
    rng: np.random.Generator,
) -> tuple[NDArray[np.float64], MaxT]:
    """Adjust over the genes that were tested; NaN for the others."""
    p_adjusted, tested = np.full(len(p_values), np.nan), np.isfinite(p_values)
    reason = (
        "n_permutations is 0"
        if not config.ranking.n_permutations
        else "no gene was tested"
        if not tested.any()
        else None
    )
    n_permutations, is_complete = 0, False
    if not reason:
        adjusted = max_t(
            X[:, tested],
            dataset.y[dataset.train],
            dataset.classes,
            n_permutations=config.ranking.n_permutations,
            rng=rng,
        )
        p_adjusted[tested] = adjusted.p_values
        n_permutations, is_complete = adjusted.n_permutations, adjusted.is_complete
    n_low = n_high = int((p_adjusted[tested] <= FAMILY_WISE_LEVEL).sum())
    if not reason and not is_complete:
        n_low, n_high = counts_of_other_draws(
            p_adjusted[tested], n_permutations=n_permutations, level=FAMILY_WISE_LEVEL
        )
    return p_adjusted, MaxT(
        n_permutations=n_permutations,
        is_complete=is_complete,
        level=FAMILY_WISE_LEVEL,
        n_significant=int((p_adjusted[tested] <= FAMILY_WISE_LEVEL).sum()),
        smallest_p=None if reason else 1 / (n_permutations + 1),
        not_run=reason,
        n_low=n_low,
        n_high=n_high,
    )


def _stability(
    X: NDArray[np.float64], dataset: Dataset, config: Config, rng: np.random.Generator
) -> tuple[NDArray[np.float64], Stability]:
    """Draw the samples again; the frequencies, NaN without bootstraps, are of the report's list."""
    y, classes, own = dataset.y[dataset.train], dataset.classes, config.ranking.n_per_class
    fitting = {n for n in SIZES_PER_CLASS if n * len(classes) < X.shape[1]}
    folds = stability.folds(y, seed=config.seed)
    lists, frequency = [], np.full(X.shape[1], np.nan)
    if config.ranking.n_bootstraps:
        draws = stability.bootstraps(y, classes, n=config.ranking.n_bootstraps, rng=rng)
        places = stability.places(X, y, classes, draws)
        frequency = (places < own).mean(axis=0)
        lists += [
            stability.describe(places, "bootstrap", n_per_class=n, n_classes=len(classes))
            for n in sorted(fitting | {own})
        ]
    places = stability.places(X, y, classes, folds)
    lists.append(stability.describe(places, "folds", n_per_class=own, n_classes=len(classes)))
    return frequency, Stability(
        n_per_class=own,
        n_bootstraps=config.ranking.n_bootstraps,
        n_folds=len(folds) // stability.N_REPEATS,
        n_repeats=stability.N_REPEATS,
        steady_share=stability.STEADY,
        poor_below=stability.POOR,
        excellent_above=stability.EXCELLENT,
        lists=tuple(lists),
    )


def _published(
    dataset: Dataset, config: Config, listed: NDArray[np.intp], ranked: NDArray[np.intp]
) -> Published | None:
    """Compare the list with the published one, and with it what unlogged values would list."""
    published = config.ranking.published
    if not published:
        return None
    ids = dataset.gene_ids
    overlaps = [
        overlap.compare(
            [ids[i] for i in listed],
            published.genes,
            [ids[i] for i in ranked],
            key="report",
            values="as in this report",
        )
    ]
    if config.preprocess.recipe == "standard":
        clip_and_filter = make_preprocessor(config.preprocess)[:2]
        X = clip_and_filter.fit_transform(dataset.X[dataset.train])
        kept = [ids[i] for i in np.flatnonzero(clip_and_filter[1].get_support())]
        scores = ranking.signal_to_noise(X, dataset.y[dataset.train], dataset.classes)
        best = ranking.best_of_each_class(scores, n_per_class=config.ranking.n_per_class)
        overlaps.append(
            overlap.compare(
                [kept[i] for i in best],
                published.genes,
                kept,
                key="unlogged",
                values="between floor and ceiling, filtered, not logged",
            )
        )
    return Published(
        source=published.source,
        citation=published.citation,
        genes=published.genes,
        overlaps=tuple(overlaps),
    )


def _present(dataset: Dataset, order: NDArray[np.intp]) -> tuple[tuple[float, ...], ...]:
    """Share of the training samples of each class in which each gene is called present."""
    if dataset.calls is None:
        return ()
    is_present = dataset.calls[dataset.train] == "P"
    y = dataset.y[dataset.train]
    shares = [is_present[y == label].mean(axis=0)[order] for label in dataset.classes]
    return tuple(tuple(share.tolist()) for share in shares)


def _undetected(
    dataset: Dataset, listed: NDArray[np.intp], high_in: NDArray[np.intp]
) -> Undetected | None:
    """Listed genes that are hardly called present where they are high."""
    if dataset.calls is None:
        return None
    is_present, y = dataset.calls[dataset.train] == "P", dataset.y[dataset.train]
    ids = tuple(
        dataset.gene_ids[gene]
        for gene in listed
        if is_present[y == dataset.classes[high_in[gene]], gene].mean() < DETECTED
    )
    return Undetected(below=DETECTED, n_listed=len(listed), ids=ids)


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


def _witness(
    values: NDArray[np.float64], dataset: Dataset, gene: int, high_in: int
) -> Witness | None:
    """Let the best gene of the training samples rank the test samples."""
    label = dataset.classes[high_in]
    is_high = dataset.y == label
    if len(np.unique(is_high[dataset.test])) < 2:
        return None
    training, test = (
        float(roc_auc_score(is_high[rows], values[rows])) for rows in (dataset.train, dataset.test)
    )
    return Witness(gene=dataset.gene_ids[gene], label=label, auc_training=training, auc_test=test)


def _heat_map(
    X: NDArray[np.float64],
    dataset: Dataset,
    genes: NDArray[np.intp],
    high_in: NDArray[np.intp],
) -> HeatMap:
    """Values of the top genes of each class, standardised over the training samples."""
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
