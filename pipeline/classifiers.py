"""Step 4: the classifiers by name: wording, citation, what is tuned, and the plain estimator.

What is tuned has one grid, chosen from inside the training part of every split. The plain
estimators say what each model is; where p >> n `pipeline.paths` fits the same models
faster, and tests hold the two together.
"""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from sklearn.decomposition import PCA
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC

from pipeline.config import Config, EvaluateSection, ModelKey
from pipeline.estimators.centroids import NearestShrunkenCentroids
from pipeline.estimators.discriminant import DiagonalDiscriminant
from pipeline.estimators.sparse import SparseLogisticRegression
from pipeline.estimators.voting import WeightedVoting
from pipeline.gram import use_dual
from pipeline.records.models import Model, Score

# At its default tolerance scikit-learn's logistic regression can stop several units of
# decision value short of its optimum where p >> n.
TOLERANCE = 1e-6
MAX_ITERATIONS = 10_000

# Near its optimum Newton's method doubles the digits with each step; where C is large and the
# classes are apart, decision values would else be off by a few ten-thousandths.
NEWTON_TOLERANCE = 1e-10

FEW_GENES = 200
"""Genes up to which a genes x genes system is solved in no time, however few the samples."""

Tuned = Literal["C", "components", "genes", "Delta", "neighbours"]
Speed = Literal["fast", "slower", "none"]

FULL_PCA_MAX = 500
"""Samples or genes, the fewer, beyond which Lanczos' method finds a few components sooner."""

FAST_S = 0.02
"""Seconds of a permutation up to which a thousand of them are made."""


MULTINOMIAL_COST = 3e-6
"""As `Entry.cost`, for each of many classes of a logistic regression."""

SINGLE_FITS_S, MULTINOMIAL_S = 0.1, 4.0
"""Seconds that the fits of a nested cross-validation take at the least, one by one."""


USUAL = {"genes": 50, "components": 3}
"""Numbers of genes (Golub et al. 1999) and components (Nguyen and Rocke 2002) not chosen."""


@dataclass(frozen=True)
class Size:
    """Number of samples, of genes as the preprocessing leaves them, and of classes."""

    n_samples: int
    n_genes: int
    n_classes: int

    @property
    def n_columns(self) -> int:
        """Decision values of a sample: one for two classes, else one for each."""
        return 1 if self.n_classes == 2 else self.n_classes


@dataclass(frozen=True)
class Entry:
    """What the report says of a classifier, and what the evaluation must know of it.

    `cost` is what a permutation of the labels costs on the fast path, in seconds for each pair
    of a sample with a gene (models that score genes) or another sample; None where there is no
    such path (`permutation_seconds`). `unlogged` models see values
    of which no logarithm is taken; models `one_against_rest` fit each of many classes alone.
    """

    label: str
    noun: str
    description: str
    citation: str
    score: Score = "probability"
    tuned: Tuned | None = None
    cost: float | None = None
    is_baseline: bool = False
    unlogged: bool = False
    one_against_rest: bool = False


ENTRIES: dict[ModelKey, Entry] = {
    "majority": Entry(
        "Majority class",
        "the majority class",
        "Names one class, the largest, for every sample, whatever the expression values.",
        "pedregosa2011",
        score="none",
        is_baseline=True,
        cost=0.0,
    ),
    "logistic": Entry(
        "Logistic regression",
        "logistic regression",
        "L2-penalised logistic regression on all genes that the preprocessing keeps.",
        "pedregosa2011",
        tuned="C",
        cost=2.5e-6,
    ),
    "svm": Entry(
        "Linear SVM",
        "the linear SVM",
        "Support vector machine with a linear kernel on all genes that the preprocessing keeps.",
        "furey2000",
        score="margin",
        tuned="C",
        cost=1.8e-6,
    ),
    "logistic_balanced": Entry(
        "Logistic regression, weighted",
        "weighted logistic regression",
        "As logistic regression, each class weighted by the inverse of its frequency.",
        "pedregosa2011",
        tuned="C",
        cost=2.5e-6,
    ),
    "svm_balanced": Entry(
        "Linear SVM, weighted",
        "the weighted linear SVM",
        "As the linear SVM, each class weighted by the inverse of its frequency.",
        "pedregosa2011",
        score="margin",
        tuned="C",
        cost=1.8e-6,
    ),
    "pca_logistic": Entry(
        "PCA + logistic regression",
        "PCA with logistic regression",
        "Logistic regression on the first principal components of the training samples.",
        "nguyen2002",
        tuned="components",
        cost=8e-6,
    ),
    "logistic_l1": Entry(
        "Logistic regression, L1",
        "L1-penalised logistic regression",
        "Logistic regression whose penalty on absolute weights leaves few genes.",
        "friedman2010",
        tuned="C",
        one_against_rest=True,
    ),
    "elastic_net": Entry(
        "Elastic net",
        "the elastic net",
        "Logistic regression with a penalty half on absolute and half on squared weights.",
        "zou2005",
        tuned="C",
        one_against_rest=True,
    ),
    "discriminant": Entry(
        "Diagonal discriminant",
        "the diagonal discriminant",
        "Diagonal linear discriminant analysis on the genes with the largest ratio of sums of "
        "squares between and within classes.",
        "dudoit2002",
        score="log odds",
        tuned="genes",
        cost=2.5e-8,
    ),
    "centroids": Entry(
        "Shrunken centroids",
        "the shrunken centroids",
        "Nearest shrunken centroids: class means are moved to the overall mean, and genes whose "
        "classes no longer differ are dropped.",
        "tibshirani2002",
        score="log odds",
        tuned="Delta",
        cost=2.5e-8,
    ),
    "voting": Entry(
        "Weighted voting",
        "weighted voting",
        "Golub's weighted voting of the genes with the largest signal-to-noise scores.",
        "golub1999",
        score="strength",
        tuned="genes",
        cost=1e-8,
        unlogged=True,
    ),
    "neighbours": Entry(
        "k nearest neighbours",
        "nearest neighbours",
        "The majority among the nearest training samples, by Euclidean distance over all genes "
        "that the preprocessing keeps.",
        "pedregosa2011",
        score="share",
        tuned="neighbours",
        cost=2e-8,
    ),
    "forest": Entry(
        "Random forest",
        "the random forest",
        "Classification trees on bootstrap samples, a random choice of genes at each branch.",
        "breiman2001",
        score="share",
    ),
}

FAMILIES: dict[ModelKey, str] = {
    "logistic": "linear model with squared weights",
    "svm": "linear model with squared weights",
    "logistic_balanced": "linear model with squared weights",
    "svm_balanced": "linear model with squared weights",
    "pca_logistic": "linear model with squared weights",
    "logistic_l1": "logistic regression with absolute weights",
    "elastic_net": "logistic regression with absolute weights",
    "discriminant": "nearest mean, genes one by one",
    "centroids": "nearest mean, genes one by one",
}
"""Models that are variants of one another: one rule with another loss, weight or penalty.

On data with more genes than samples they err on much the same samples.
"""

IMPROVEMENTS: tuple[tuple[str, ModelKey, ModelKey], ...] = (
    ("Class weighting", "logistic", "logistic_balanced"),
    ("Class weighting", "svm", "svm_balanced"),
    ("Principal components first", "logistic", "pca_logistic"),
)
"""What the first study recommended and left undone: label, model, changed model."""


def grid(key: ModelKey, section: EvaluateSection, *, n_train: int) -> tuple[float, ...]:
    """Give the settings that a model is tuned over, the simplest first.

    Parameters
    ----------
    key : str
        One of `ENTRIES`.
    section : EvaluateSection
        The grids.
    n_train : int
        Training samples of the outer fold; the thresholds of shrunken centroids grow with
        its square root, as the standardised distances do: at the last of them a class mean
        must differ from the overall mean by about two standard deviations to be seen.

    Returns
    -------
    tuple of float
        One value where nothing is tuned.
    """
    match ENTRIES[key].tuned:
        case "C":
            return section.penalty_grid
        case "components":
            return tuple(map(float, section.component_grid))
        case "genes":
            return tuple(map(float, _gene_grid(key, section)))
        case "Delta":  # the largest first: it leaves the fewest genes
            return tuple((np.sqrt(n_train) * np.linspace(1, 0, section.n_thresholds)).tolist())
        case "neighbours":  # the most first: the smoothest rule
            return tuple(float(k) for k in section.neighbour_grid[::-1])
        case None:
            return (section.penalty_c,)


def unchosen(key: ModelKey, section: EvaluateSection, *, n_train: int) -> int:
    """Give the setting to take where the training samples are too few to choose one.

    A penalty as strong as the grid has would call every sample the larger class.

    Parameters
    ----------
    key : str
        One of `ENTRIES`.
    section : EvaluateSection
        The grids.
    n_train : int
        As for `grid`.

    Returns
    -------
    int
        Its position in the grid: the C that is nearest to `penalty_c`, no shrinkage of
        centroids, the fewest neighbours, the numbers of genes and of components that are
        nearest to `USUAL`.
    """
    settings = np.array(grid(key, section, n_train=n_train))
    match ENTRIES[key].tuned:
        case "C":
            return int(np.abs(np.log(settings / section.penalty_c)).argmin())
        case "Delta" | "neighbours":
            return len(settings) - 1
        case "genes" | "components" as noun:
            return int(np.abs(np.log(settings / USUAL[noun])).argmin())
        case None:
            return 0


def l1_ratio(key: ModelKey, section: EvaluateSection) -> float:
    """Give the share of the penalty that is on absolute weights.

    Parameters
    ----------
    key : {"logistic_l1", "elastic_net"}
        The model.
    section : EvaluateSection
        The elastic net's share.

    Returns
    -------
    float
        1 for the lasso.
    """
    return 1.0 if key == "logistic_l1" else section.l1_ratio


def permutation_seconds(key: ModelKey, size: Size) -> float | None:
    """Estimate how long nested cross-validation takes for one permutation of the labels.

    Laws fitted to measurements, 24 to 2000 samples and 300 to 50,000 genes in 5 x 5 folds on
    one core, and good to a factor of about three there. A rule must follow from the size of the
    data and never from a clock, so that the same study gives the same report everywhere.

    Parameters
    ----------
    key : str
        One of `ENTRIES`.
    size : Size
        Size of the data.

    Returns
    -------
    float or None
        Seconds; None where each fit starts from the genes.
    """
    entry, n_samples = ENTRIES[key], size.n_samples
    if entry.cost is None:
        return None
    if entry.tuned not in ("C", "components"):
        of_each = n_samples if key == "neighbours" else size.n_genes
        return entry.cost * n_samples * of_each * size.n_columns
    seconds = entry.cost * n_samples**2
    if size.n_classes > 2 and not key.startswith("svm"):
        return MULTINOMIAL_S + MULTINOMIAL_COST * n_samples**2 * size.n_columns
    # scikit-learn's fits, one after the other: of many classes, or on the genes.
    alone = size.n_classes > 2 or not use_dual(n_samples, size.n_genes)
    return SINGLE_FITS_S + 2 * seconds if alone else seconds


def speed(key: ModelKey, size: Size, section: EvaluateSection) -> Speed:
    """Say whether a model is cheap enough to be fitted a thousand times, or a hundred.

    Parameters
    ----------
    key : str
        One of `ENTRIES`.
    size : Size
        Size of the data.
    section : EvaluateSection
        The seconds up to which it may be slower.

    Returns
    -------
    {"fast", "slower", "none"}
        Under `FAST_S` for the whole nested cross-validation; up to what the study allows; or
        more, or without a fast path.
    """
    seconds = permutation_seconds(key, size)
    if seconds is None or seconds > section.repeat_max_s:
        return "none"
    return "fast" if seconds < FAST_S else "slower"


def setting_text(key: ModelKey, setting: float) -> str:
    """Write a setting as the report shows it.

    Parameters
    ----------
    key : str
        One of `ENTRIES`.
    setting : float
        One value of `grid`.

    Returns
    -------
    str
        For example `C = 0.01` or `50 genes`.
    """
    match ENTRIES[key].tuned:
        case "C":
            return f"C = {setting:g}"
        case "Delta":
            return f"Delta = {setting:.2f}"
        case "components" | "genes" | "neighbours" as noun:
            return f"{setting:.0f} {noun if setting != 1 else noun.removesuffix('s')}"
        case None:
            return "not tuned"


def make_classifier(
    key: ModelKey,
    section: EvaluateSection,
    setting: float,
    *,
    n_train: int,
    n_genes: int,
    seed: int,
) -> Any:
    """Build an unfitted plain classifier.

    Parameters
    ----------
    key : str
        One of `ENTRIES`.
    section : EvaluateSection
        What is not tuned: thresholds, number of trees, share of the L1 penalty.
    setting : float
        One value of `grid`.
    n_train, n_genes : int
        Size of the training part; they bound the number of components and neighbours.
    seed : int
        Seed of the random forest.

    Returns
    -------
    estimator
        A scikit-learn classifier.
    """
    weight = "balanced" if key.endswith("_balanced") else None
    match key:
        case "majority":
            return DummyClassifier(strategy="most_frequent")
        case "svm" | "svm_balanced":
            # With more than two classes the largest decision value wins, not the most votes.
            return SVC(
                kernel="linear", C=setting, class_weight=weight, tol=TOLERANCE, break_ties=True
            )
        case "pca_logistic":
            n_components = min(int(setting), n_train - 1, n_genes)
            # Not the randomised decomposition: it would draw at random for nothing.
            many = min(n_train, n_genes) > max(FULL_PCA_MAX, n_components)
            pca = PCA(n_components, svd_solver="arpack" if many else "full", random_state=seed)
            return make_pipeline(pca, _logistic(section.penalty_c, None, few=True))
        case "discriminant":
            return DiagonalDiscriminant(n_genes=int(setting))
        case "centroids":
            return NearestShrunkenCentroids(shrinkage=setting)
        case "voting":
            return WeightedVoting(n_genes=int(setting), threshold=section.call_threshold)
        case "neighbours":
            return KNeighborsClassifier(min(int(setting), n_train), algorithm="brute")
        case "forest":
            return RandomForestClassifier(section.n_trees, random_state=seed)
        case "logistic_l1" | "elastic_net":
            return SparseLogisticRegression(C=setting, l1_ratio=l1_ratio(key, section))
        case _:
            return _logistic(setting, weight, few=n_genes <= max(n_train, FEW_GENES))


UNLOGGED = (
    " It sees values of which no logarithm was taken: these give the list of genes that its paper "
    "printed, though note 16 there speaks of logarithms."
)
"""What is said of weighted voting where the other models see logarithms."""


def models(config: Config) -> tuple[Model, ...]:
    """Record the classifiers of a study.

    Parameters
    ----------
    config : Config
        Which classifiers, and what they are tuned over.

    Returns
    -------
    tuple of Model
        In the order of the configuration.
    """
    return tuple(_model(key, config) for key in config.evaluate.models)


def _model(key: ModelKey, config: Config) -> Model:
    """Record one classifier."""
    entry = ENTRIES[key]
    apart = entry.unlogged and config.preprocess.recipe not in ("logged", "logged_arrays", "raw")
    return Model(
        key=key,
        label=entry.label,
        noun=entry.noun,
        description=entry.description + (UNLOGGED if apart else ""),
        is_baseline=entry.is_baseline,
        citation=entry.citation,
        score=entry.score,
        tuned=_tuned_text(key, config.evaluate),
        recipe="unlogged" if apart else config.preprocess.recipe,
        family=FAMILIES.get(key),
    )


def _tuned_text(key: ModelKey, section: EvaluateSection) -> str | None:
    """Say what the inner folds choose from; None where nothing is tuned."""

    def among(values: tuple[float, ...]) -> str:
        return ", ".join(f"{value:g}" for value in values)

    match ENTRIES[key].tuned:
        case "C" if len(section.penalty_grid) > 1:
            return f"penalty C among {among(section.penalty_grid)}"
        case "components" if len(section.component_grid) > 1:
            return f"number of components among {among(section.component_grid)}"
        case "genes" if len(_gene_grid(key, section)) > 1:
            return f"number of genes among {among(_gene_grid(key, section))}"
        case "neighbours" if len(section.neighbour_grid) > 1:
            grid = among(section.neighbour_grid)
            return f"number of neighbours among {grid}, the most as the simplest"
        case "Delta" if section.n_thresholds > 1:
            return (
                f"threshold Delta among {section.n_thresholds} equally spaced values from 0 to the "
                "square root of the number of training samples, the largest as the simplest"
            )
        case _:
            return None


def _gene_grid(key: ModelKey, section: EvaluateSection) -> tuple[int, ...]:
    """Numbers of genes to choose from."""
    return section.voting_grid if key == "voting" else section.gene_grid


def _logistic(C: float, weight: str | None, *, few: bool) -> LogisticRegression:
    """L2-penalised logistic regression, run to convergence."""
    return LogisticRegression(
        C=C,
        class_weight=weight,
        # Newton's method reaches the optimum in any unit, but solves genes x genes systems.
        solver="newton-cholesky" if few else "lbfgs",
        tol=NEWTON_TOLERANCE if few else TOLERANCE,
        max_iter=MAX_ITERATIONS,
    )
