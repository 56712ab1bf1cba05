"""Step 4: what simpler rules reach under the headline's protocol.

An accuracy is high or low beside others. Beside that of the headline stand a model on genes drawn
at random, the one best gene, and the source of the samples, each on the same folds; whatever a
rule learns it learns on the training part of the fold.
"""

from collections import Counter

import numpy as np
from numpy.typing import NDArray
from sklearn.svm import SVC

from pipeline import gram
from pipeline.config import Config
from pipeline.dataset import Dataset
from pipeline.dual import training_weights
from pipeline.evaluate import fold_values
from pipeline.intervals import wilson
from pipeline.preprocess import usable
from pipeline.protocols import Fold, Plan, covariate
from pipeline.records.base import MethodStep, Statement, Value
from pipeline.records.comparators import Comparators, RandomGenes, SimpleRule
from pipeline.records.models import Evaluation
from pipeline.svm import svm_path

N_SETS = 500
"""Random sets: a share of 5 % has a standard error of 1 point."""

N_SETS_QUICK, LEAST_SETS = 100, 20
WORK = 250_000_000
"""Fits times squared training samples, for each further class once more: beyond, fewer sets."""

TILE = 50
"""Sets whose products are formed together."""

MOST_FOR_PRODUCTS = 200
"""Training samples beyond which the plain solver is as fast."""

NAMED = 3
"""Genes that are named, where folds chose several."""


def compare_simple(
    dataset: Dataset, config: Config, plan: Plan, headline: Evaluation, *, n_listed: int
) -> Comparators:
    """See what simpler rules reach under the protocol of the headline.

    Parameters
    ----------
    dataset : Dataset
        The data that the models see.
    config : Config
        Preprocessing, column of sources, seed.
    plan : Plan
        The protocol of the headline.
    headline : Evaluation
        The headline.
    n_listed : int
        Genes in a random set, at most: as many as the report lists.

    Returns
    -------
    Comparators
        Random sets, the single gene and, where it is known, the source.
    """
    y = np.searchsorted(dataset.classes, dataset.y)
    values = fold_values(dataset, config, config.preprocess.recipe)
    rows = np.concatenate([fold.test for fold in plan.folds])
    single, chosen = [], []
    for fold in plan.folds:
        Z, genes = values(fold.train), _kept(dataset, config, fold)
        calls, gene = best_gene(Z, y, fold.train, n_classes=len(dataset.classes))
        single.append(calls[fold.test])
        chosen.append(dataset.gene_ids[genes[gene]])
    often = tuple(gene for gene, _ in Counter(chosen).most_common(NAMED))
    rules = [_rule("gene", "The best single gene", np.concatenate(single), y[rows], plan, often)]
    source, no_source = _source(dataset, config)
    if source is not None:
        told = [by_source(source, y, fold.train)[fold.test] for fold in plan.folds]
        label = f"The {config.evaluate.source_column} alone"
        rules.append(_rule("source", label, np.concatenate(told), y[rows], plan, ()))
    return Comparators(
        protocol=plan.protocol.key,
        n_repeats=1,
        random_genes=_random_genes(dataset, config, plan, headline, n_listed=n_listed),
        rules=tuple(rules),
        no_source=no_source,
    )


def best_gene(
    Z: NDArray[np.float64], y: NDArray[np.intp], train: NDArray[np.intp], *, n_classes: int
) -> tuple[NDArray[np.intp], int]:
    """Choose one gene on the training samples, and call each sample by its nearest class mean.

    Parameters
    ----------
    Z : ndarray of float, shape (n_samples, n_genes)
        Values of all samples.
    y : ndarray of int, shape (n_samples,)
        Class indices.
    train : ndarray of int
        Training rows.
    n_classes : int
        Number of classes.

    Returns
    -------
    calls : ndarray of int, shape (n_samples,)
        Class of each sample: that whose training mean of the gene is nearest. Of two classes the
        threshold is halfway between the means.
    gene : int
        The gene under which most training samples are called right; of several that with the
        largest share of its variance between the classes, of equal ones the first.
    """
    part, of = Z[train], y[train]
    means = np.array(
        [
            part[of == k].mean(axis=0) if (of == k).any() else np.full(Z.shape[1], np.inf)
            for k in range(n_classes)
        ]
    )
    nearest = np.abs(part[None] - means[:, None]).argmin(axis=0)
    n_right = (nearest == of[:, None]).sum(axis=0)
    within = ((part - means[of]) ** 2).sum(axis=0)
    total = ((part - part.mean(axis=0)) ** 2).sum(axis=0)
    share = 1 - np.divide(within, total, out=np.ones_like(within), where=total > 0)
    gene = int(np.lexsort((np.arange(len(share)), -share.round(10), -n_right))[0])
    calls: NDArray[np.intp] = np.abs(Z[:, gene] - means[:, gene, None]).argmin(axis=0)
    return calls, gene


def by_source(
    source: NDArray[np.str_], y: NDArray[np.intp], train: NDArray[np.intp]
) -> NDArray[np.intp]:
    """Call each sample the most frequent class of the training samples from its source.

    Parameters
    ----------
    source : ndarray of str, shape (n_samples,)
        Source of each sample; empty where unknown.
    y : ndarray of int, shape (n_samples,)
        Class indices.
    train : ndarray of int
        Training rows.

    Returns
    -------
    ndarray of int, shape (n_samples,)
        The classes; of a source without a training sample, or an unknown one, the most frequent
        of all training samples. Of equally frequent classes the first.
    """
    calls = np.full(len(y), np.bincount(y[train]).argmax())
    for name in set(source[train].tolist()) - {""}:
        calls[source == name] = np.bincount(y[train][source[train] == name]).argmax()
    return calls


def method(record: Comparators) -> MethodStep:
    """Write the Methods paragraph.

    Parameters
    ----------
    record : Comparators
        What was compared.

    Returns
    -------
    MethodStep
        How each rule learns.
    """
    path = "comparators.random_genes"
    drawn = record.random_genes
    text = Statement(
        template="Beside the headline stand, on the folds of its protocol, a linear support vector "
        "machine with C = {penalty_c}, not tuned, on each of {n_sets} sets of {n_genes} genes drawn"
        " at random from those that the fold's preprocessing keeps (of repeated cross-validation in"
        " the first repeat); the one gene that calls most training samples right by the nearest"
        " class mean; and, where a column of sources is named, the most frequent class of a"
        " sample's source among the training samples, of sources not seen there the most frequent"
        " class of all.",
        values=(
            Value(
                name="penalty_c",
                value=drawn.penalty_c,
                format="number",
                path=f"{path}.penalty_c",
            ),
            *(
                Value(name=n, value=getattr(drawn, n), format="count", path=f"{path}.{n}")
                for n in ("n_sets", "n_genes")
            ),
        ),
    )
    return MethodStep(title="Simpler rules", text=text)


def _kept(dataset: Dataset, config: Config, fold: Fold) -> NDArray[np.intp]:
    """The genes that the models may use in a fold."""
    return np.flatnonzero(usable(dataset.X[fold.train], config.preprocess))


def _rule(
    key: str,
    label: str,
    calls: NDArray[np.intp],
    truth: NDArray[np.intp],
    plan: Plan,
    chosen: tuple[str, ...],
) -> SimpleRule:
    """Count what a rule calls right."""
    n_correct, n = int((calls == truth).sum()), len(truth)
    return SimpleRule(
        key=key,
        label=label,
        n_correct=n_correct,
        n_predictions=n,
        accuracy=n_correct / n,
        interval=wilson(n_correct, n) if plan.protocol.design == "split" else None,
        chosen=chosen,
    )


def _source(dataset: Dataset, config: Config) -> tuple[NDArray[np.str_] | None, str | None]:
    """The source of each sample, or why there is none."""
    column, declared = config.evaluate.source_column, config.data.covariates
    if column is None:
        return None, "no column of sources is named (evaluate.source_column)"
    missing = declared and column in declared.columns.values()
    if missing and column not in dataset.covariates:
        return None, f"the table of samples that names the {column} was not found"
    return covariate(dataset, column, "source_column"), None


def _random_genes(
    dataset: Dataset, config: Config, plan: Plan, headline: Evaluation, *, n_listed: int
) -> RandomGenes:
    """Fit the same model on random sets of genes, in the folds of the first repeat."""
    y, n_classes = np.searchsorted(dataset.classes, dataset.y), len(dataset.classes)
    folds = [fold for fold in plan.folds if fold.repeat == 0]
    n_sets = _n_sets(folds, n_classes, quick=config.quick)
    kept = [_kept(dataset, config, fold) for fold in folds]
    # At most half of them: sets that hold nearly all genes are all but the same.
    n_genes = min(n_listed, *(max(1, len(genes) // 2) for genes in kept))
    rng = np.random.default_rng(config.seed)
    # One order of all genes a set: each fold takes the first of them that it may use.
    orders = np.array([rng.permutation(len(dataset.gene_ids)) for _ in range(n_sets)])
    n_right = np.zeros(n_sets, dtype=np.intp)
    penalty = config.evaluate.penalty_c
    values = fold_values(dataset, config, config.preprocess.recipe)
    for fold, genes in zip(folds, kept, strict=True):
        at = np.full(len(dataset.gene_ids), -1)
        at[genes] = np.arange(len(genes))
        places = at[orders]
        sets = np.array([row[row >= 0][:n_genes] for row in places])
        n_right += _n_right(values(fold.train), y, fold, sets, penalty, n_classes)
    n_predictions = sum(len(fold.test) for fold in folds)
    accuracies = np.sort(n_right / n_predictions)
    low, median, high = np.quantile(accuracies, [0.025, 0.5, 0.975])
    n_reaching = int((accuracies >= headline.accuracy - 1e-12).sum())
    return RandomGenes(
        model="linear SVM",
        penalty_c=penalty,
        n_genes=n_genes,
        n_sets=n_sets,
        accuracies=tuple(accuracies.tolist()),
        median=float(median),
        low=float(low),
        high=float(high),
        n_reaching=n_reaching,
        share_reaching=n_reaching / n_sets,
    )


def _n_sets(folds: list[Fold], n_classes: int, *, quick: bool) -> int:
    """As many sets as the size of the data allows: never as many as a clock does."""
    work = sum(len(fold.train) ** 2 for fold in folds) * (n_classes - 1)
    return max(LEAST_SETS, min(N_SETS_QUICK if quick else N_SETS, WORK // work))


def _n_right(
    Z: NDArray[np.float64],
    y: NDArray[np.intp],
    fold: Fold,
    sets: NDArray[np.intp],
    penalty: float,
    n_classes: int,
) -> NDArray[np.intp]:
    """Count the held-out samples that the model on each set of genes calls right."""
    train, test = fold.train, fold.test
    if n_classes > 2 or len(train) > MOST_FOR_PRODUCTS:
        found = []
        for genes in sets:
            model = SVC(kernel="linear", C=penalty, break_ties=n_classes > 2)
            calls = model.fit(Z[np.ix_(train, genes)], y[train]).predict(Z[np.ix_(test, genes)])
            found.append(int((calls == y[test]).sum()))
        return np.array(found)
    counts = []
    for start in range(0, len(sets), TILE):
        parts = [Z[:, genes] for genes in sets[start : start + TILE]]
        K = np.array([gram.centred(part @ part.T, train) for part in parts])
        weights = np.repeat(training_weights(y, [train]), len(K), axis=0)
        decisions = svm_path(K, y, weights, (penalty,))[0]
        counts.append(((decisions[:, test] > 0) == y[test]).sum(axis=1))
    return np.concatenate(counts)
