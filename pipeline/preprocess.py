"""Step 2: from measured values to what a model sees.

Each step is a scikit-learn transformer, so that whatever learns from data (variation
filter, standardising) learns inside the training part of every split::

    floor and ceiling -> variation filter -> log10 -> standardise     recipe "standard"
                                                      standardise     recipe "logged"
                                                                      recipe "raw"
"""

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.feature_selection import SelectorMixin
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.validation import check_is_fitted, validate_data

from pipeline.config import PreprocessSection
from pipeline.errors import DataError
from pipeline.records.base import MethodStep, Statement, Value
from pipeline.records.data import PreprocessStep

LOG10_UNIT = "log10 of the value"
STANDARDISED_UNIT = "standard deviations of the gene in the training samples"


class Clip(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Raise values below a floor and lower values above a ceiling.

    Below about 100 a value of the first Affymetrix arrays is noise, and above 16 000 the
    scanner saturates [1]_.

    Parameters
    ----------
    floor : float, default=100.0
        Smallest value, in the unit of the data.
    ceiling : float, default=16000.0
        Largest value, in the unit of the data.

    References
    ----------
    .. [1] Dudoit, Fridlyand, Speed (2002). Comparison of discrimination methods for the
       classification of tumors using gene expression data. JASA 97, section 3.1.2.
    """

    def __init__(self, floor: float = 100.0, ceiling: float = 16_000.0) -> None:
        self.floor = floor
        self.ceiling = ceiling

    def fit(self, X: ArrayLike, y: object = None) -> Self:
        """Learn nothing but the number of genes.

        Parameters
        ----------
        X : array-like of float, shape (n_samples, n_genes)
            Expression values.
        y : None
            Not used.

        Returns
        -------
        Clip
            The estimator itself.
        """
        validate_data(self, X, dtype=np.float64)
        return self

    def transform(self, X: ArrayLike) -> NDArray[np.float64]:
        """Clip the values.

        Parameters
        ----------
        X : array-like of float, shape (n_samples, n_genes)
            Expression values.

        Returns
        -------
        ndarray of float, shape (n_samples, n_genes)
            Values between floor and ceiling.
        """
        check_is_fitted(self, "n_features_in_")
        values: NDArray[np.float64] = validate_data(self, X, dtype=np.float64, reset=False)
        return np.clip(values, self.floor, self.ceiling)


class Log10(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Take the decimal logarithm of positive values."""

    def fit(self, X: ArrayLike, y: object = None) -> Self:
        """Learn nothing but the number of genes.

        Parameters
        ----------
        X : array-like of float, shape (n_samples, n_genes)
            Positive expression values.
        y : None
            Not used.

        Returns
        -------
        Log10
            The estimator itself.
        """
        self._positive(validate_data(self, X, dtype=np.float64))
        return self

    def transform(self, X: ArrayLike) -> NDArray[np.float64]:
        """Take the logarithm.

        Parameters
        ----------
        X : array-like of float, shape (n_samples, n_genes)
            Positive expression values.

        Returns
        -------
        ndarray of float, shape (n_samples, n_genes)
            Decimal logarithms.

        Raises
        ------
        ValueError
            If a value is zero or negative.
        """
        check_is_fitted(self, "n_features_in_")
        return np.log10(self._positive(validate_data(self, X, dtype=np.float64, reset=False)))

    @staticmethod
    def _positive(X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Refuse what has no logarithm."""
        if X.min() <= 0:
            raise ValueError(f"Log10: expected positive values, found negative or zero: {X.min()}")
        return X

    def __sklearn_tags__(self) -> Any:
        """Tell scikit-learn that the input is positive."""
        tags = super().__sklearn_tags__()
        tags.input_tags.positive_only = True
        return tags


class VariationFilter(SelectorMixin, BaseEstimator):
    """Keep the genes that vary: max / min and max - min both above a limit.

    Both inequalities are strict: on the 38 training samples of Golub et al. (1999) they
    keep 3051 genes, as published [1]_.

    Parameters
    ----------
    min_fold : float, default=5.0
        A gene is kept only if its largest value is more than this many times its
        smallest.
    min_range : float, default=500.0
        A gene is kept only if its largest value exceeds its smallest by more than this,
        in the unit of the data.

    References
    ----------
    .. [1] Dudoit, Fridlyand, Speed (2002). Comparison of discrimination methods for the
       classification of tumors using gene expression data. JASA 97, section 3.1.2.
    """

    def __init__(self, min_fold: float = 5.0, min_range: float = 500.0) -> None:
        self.min_fold = min_fold
        self.min_range = min_range

    def fit(self, X: ArrayLike, y: object = None) -> Self:
        """Learn which genes vary.

        Parameters
        ----------
        X : array-like of float, shape (n_samples, n_genes)
            Expression values of the training samples.
        y : None
            Not used.

        Returns
        -------
        VariationFilter
            The estimator itself.

        Raises
        ------
        DataError
            If no gene passes.
        """
        values: NDArray[np.float64] = validate_data(self, X, dtype=np.float64)
        low, high = values.min(axis=0), values.max(axis=0)
        # As a product: a smallest value of zero or less must not turn the inequality round.
        self.support_ = (high > self.min_fold * low) & (high - low > self.min_range)
        if not self.support_.any():
            raise DataError(
                f"variation filter: expected genes with max / min > {self.min_fold:g} and "
                f"max - min > {self.min_range:g}, found none among {values.shape[1]} (values from "
                f"{low.min():g} to {high.max():g}); for values that are logarithms already "
                'set recipe = "logged"'
            )
        return self

    def _get_support_mask(self) -> NDArray[np.bool_]:
        """Tell `SelectorMixin` which genes are kept."""
        check_is_fitted(self, "support_")
        support: NDArray[np.bool_] = self.support_
        return support


def make_preprocessor(section: PreprocessSection) -> Pipeline:
    """Build the chain of a recipe.

    Parameters
    ----------
    section : PreprocessSection
        Recipe and constants.

    Returns
    -------
    Pipeline
        Unfitted; its step names are the keys of the records.
    """
    return Pipeline([*_value_steps(section), *_scale_steps(section)])


def value_scale(X: NDArray[np.float64], section: PreprocessSection) -> NDArray[np.float64]:
    """Transform values without learning from them: the scale on which genes are compared.

    Parameters
    ----------
    X : ndarray of float, shape (n_samples, n_genes)
        Expression values.
    section : PreprocessSection
        Recipe and constants.

    Returns
    -------
    ndarray of float, shape (n_samples, n_genes)
        Clipped decimal logarithms for the recipe `standard`, else the values themselves.
    """
    if section.recipe != "standard":
        return X
    scaled: NDArray[np.float64] = make_pipeline(_clip(section), Log10()).fit_transform(X)
    return scaled


def value_scale_name(section: PreprocessSection, unit: str) -> str:
    """Name the unit of `value_scale`.

    Parameters
    ----------
    section : PreprocessSection
        Recipe and constants.
    unit : str
        Unit of the data.

    Returns
    -------
    str
        The unit's name.
    """
    return LOG10_UNIT if section.recipe == "standard" else unit


def describe(
    fitted: Pipeline, section: PreprocessSection, *, n_genes: int, unit: str
) -> tuple[PreprocessStep, ...]:
    """Record what each step of a fitted chain did.

    Parameters
    ----------
    fitted : Pipeline
        The chain, fitted on the given training samples.
    section : PreprocessSection
        Recipe and constants.
    n_genes : int
        Number of genes that went in.
    unit : str
        Unit of the values that went in.

    Returns
    -------
    tuple of PreprocessStep
        One record a step, in order.
    """
    records = []
    for key, step in fitted.steps:
        if step == "passthrough":
            continue
        template, learns, unit_out = _STEP_TEXTS[key]
        kept = int(step.get_support().sum()) if hasattr(step, "get_support") else n_genes
        unit = unit_out or unit
        records.append(
            PreprocessStep(
                key=key,
                text=Statement(template=template, values=_constants(template, section)),
                learned_on="training samples" if learns else "nothing",
                n_genes_in=n_genes,
                n_genes_out=kept,
                unit=unit,
            )
        )
        n_genes = kept
    return tuple(records)


def method(steps: tuple[PreprocessStep, ...]) -> MethodStep:
    """Write the Methods paragraph from the steps that ran.

    Parameters
    ----------
    steps : tuple of PreprocessStep
        What `describe` gave.

    Returns
    -------
    MethodStep
        The paragraph.
    """
    if not steps:
        text = Statement(template="The values were used as supplied, without preprocessing.")
        return MethodStep(title="Preprocessing", text=text)
    template = " ".join(
        (
            *(step.text.template for step in steps),
            "Whatever learns from data was learned on the training samples of each split "
            "and applied unchanged to the held-out samples [@ambroise2002].",
        )
    )
    values = {value.name: value for step in steps for value in step.text.values}
    return MethodStep(
        title="Preprocessing", text=Statement(template=template, values=tuple(values.values()))
    )


_STEP_TEXTS: dict[str, tuple[str, bool, str | None]] = {
    "clip": (
        "Values below {floor} were raised to {floor} and values above {ceiling} lowered to "
        "{ceiling} [@dudoit2002].",
        False,
        None,
    ),
    "filter": (
        "Genes with max / min > {min_fold} and max − min > {min_range} over the training "
        "samples were kept [@dudoit2002].",
        True,
        None,
    ),
    "log10": ("Decimal logarithms were taken.", False, LOG10_UNIT),
    "standardise": (
        "Each gene was centred and scaled to the mean and standard deviation of the training "
        "samples.",
        True,
        STANDARDISED_UNIT,
    ),
}


def _constants(template: str, section: PreprocessSection) -> tuple[Value, ...]:
    """The constants that a step's sentence names."""
    return tuple(
        Value(name=name, value=getattr(section, name), format="number")
        for name in ("floor", "ceiling", "min_fold", "min_range")
        if f"{{{name}}}" in template
    )


def _clip(section: PreprocessSection) -> Clip:
    """Floor and ceiling of the study."""
    return Clip(floor=section.floor, ceiling=section.ceiling)


def _value_steps(section: PreprocessSection) -> list[tuple[str, Any]]:
    """Steps that only the recipe `standard` has."""
    if section.recipe != "standard":
        return []
    return [
        ("clip", _clip(section)),
        ("filter", VariationFilter(min_fold=section.min_fold, min_range=section.min_range)),
        ("log10", Log10()),
    ]


def _scale_steps(section: PreprocessSection) -> list[tuple[str, Any]]:
    """The last step: standardising, or none."""
    if section.recipe == "raw":
        return [("raw", "passthrough")]
    return [("standardise", StandardScaler())]
