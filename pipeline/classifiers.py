"""Step 4a: the classifiers by name: estimator, wording and citation."""

from dataclasses import dataclass
from typing import Any

from sklearn.decomposition import PCA
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC

from pipeline.config import EvaluateSection
from pipeline.records.models import Model, Score

# At its default tolerance scikit-learn's logistic regression can stop several units of
# decision value short of its optimum where p >> n.
TOLERANCE = 1e-6
MAX_ITERATIONS = 10_000


@dataclass(frozen=True)
class Entry:
    """What the report says of a classifier."""

    label: str
    noun: str
    description: str
    citation: str
    score: Score = "probability"
    is_baseline: bool = False


ENTRIES: dict[str, Entry] = {
    "majority": Entry(
        "Majority class",
        "the majority class",
        "Predicts the largest class of the training samples, whatever the expression values.",
        "pedregosa2011",
        score="none",
        is_baseline=True,
    ),
    "logistic": Entry(
        "Logistic regression",
        "logistic regression",
        "L2-penalised logistic regression on all genes that the preprocessing keeps.",
        "pedregosa2011",
    ),
    "svm": Entry(
        "Linear SVM",
        "the linear SVM",
        "Support vector machine with a linear kernel on all genes that the preprocessing keeps.",
        "furey2000",
        score="margin",
    ),
    "logistic_balanced": Entry(
        "Logistic regression, weighted",
        "weighted logistic regression",
        "As logistic regression, each class weighted by the inverse of its frequency.",
        "pedregosa2011",
    ),
    "svm_balanced": Entry(
        "Linear SVM, weighted",
        "the weighted linear SVM",
        "As the linear SVM, each class weighted by the inverse of its frequency.",
        "pedregosa2011",
        score="margin",
    ),
    "pca_logistic": Entry(
        "PCA + logistic regression",
        "PCA with logistic regression",
        "Logistic regression on the first principal components of the training samples.",
        "nguyen2002",
    ),
}

IMPROVEMENTS: tuple[tuple[str, str, str], ...] = (
    ("Class weighting", "logistic", "logistic_balanced"),
    ("Class weighting", "svm", "svm_balanced"),
    ("Principal components first", "logistic", "pca_logistic"),
)
"""What the first study recommended and left undone: label, model, changed model."""


def make_classifier(key: str, section: EvaluateSection, *, max_components: int) -> Any:
    """Build an unfitted classifier.

    Parameters
    ----------
    key : str
        One of `ENTRIES`.
    section : EvaluateSection
        The penalty, and the number of principal components.
    max_components : int
        Most principal components that the training part allows.

    Returns
    -------
    estimator
        A scikit-learn classifier.
    """
    weight = "balanced" if key.endswith("_balanced") else None
    match key.removesuffix("_balanced"):
        case "majority":
            return DummyClassifier(strategy="most_frequent")
        case "svm":
            return SVC(kernel="linear", C=section.penalty_c, class_weight=weight, tol=TOLERANCE)
        case "pca_logistic":
            n_components = min(section.n_components, max_components)
            # The full decomposition: the randomised one would draw at random for nothing.
            pca = PCA(n_components=n_components, svd_solver="full")
            return make_pipeline(pca, _logistic(section, None))
        case _:
            return _logistic(section, weight)


def models(section: EvaluateSection) -> tuple[Model, ...]:
    """Record the classifiers of a study.

    Parameters
    ----------
    section : EvaluateSection
        Which classifiers.

    Returns
    -------
    tuple of Model
        In the order of the configuration.
    """
    return tuple(
        Model(
            key=key,
            label=ENTRIES[key].label,
            noun=ENTRIES[key].noun,
            description=ENTRIES[key].description,
            is_baseline=ENTRIES[key].is_baseline,
            citation=ENTRIES[key].citation,
            score=ENTRIES[key].score,
            tuned=None,
        )
        for key in section.models
    )


def _logistic(section: EvaluateSection, weight: str | None) -> LogisticRegression:
    """L2-penalised logistic regression, run to convergence."""
    return LogisticRegression(
        C=section.penalty_c, class_weight=weight, tol=TOLERANCE, max_iter=MAX_ITERATIONS
    )
