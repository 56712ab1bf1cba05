"""Step 2: from measured values to what a model sees.

Each step is a scikit-learn transformer, so that whatever learns from data (variation
filter, standardising) learns inside the training part of every split. A recipe is an
ordered list of steps (`RECIPES`)::

    clip -> filter -> log10           -> standardise     recipe "standard"
    clip -> filter -> log10 -> arrays -> standardise     recipe "arrays"
    clip           -> log10           -> standardise     recipe "all_genes"
    clip -> filter                    -> standardise     recipe "unlogged"
                                         standardise     recipe "logged"
                               arrays -> standardise     recipe "logged_arrays"
                                                         recipe "raw"
"""

from collections.abc import Callable
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.feature_selection import SelectorMixin
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.validation import check_is_fitted, validate_data

from pipeline.config import PreprocessSection, Recipe
from pipeline.errors import DataError
from pipeline.records.base import CITATION, MethodStep, Statement, Value
from pipeline.records.data import PreprocessStep

LOG10_UNIT = "log10 of the value"
ARRAY_UNIT = "standard deviations of the sample over its genes"
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
        self.support_ = self.support(values)
        return self

    def support(self, values: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Say which genes vary.

        Parameters
        ----------
        values : ndarray of float, shape (n_samples, n_genes)
            Finite expression values of the training samples.

        Returns
        -------
        ndarray of bool, shape (n_genes,)
            True for a gene that is kept.

        Raises
        ------
        DataError
            If no gene passes.
        """
        low, high = values.min(axis=0), values.max(axis=0)
        # As a product: a smallest value of zero or less must not turn the inequality round.
        varies = (high > self.min_fold * low) & (high - low > self.min_range)
        if not varies.any():
            raise DataError(
                f"variation filter: expected genes with max / min > {self.min_fold:g} and "
                f"max - min > {self.min_range:g}, found none among {values.shape[1]} (values from "
                f"{low.min():g} to {high.max():g}); for values that are logarithms already "
                'set recipe = "logged"'
            )
        return np.asarray(varies)

    def _get_support_mask(self) -> NDArray[np.bool_]:
        """Tell `SelectorMixin` which genes are kept."""
        check_is_fitted(self, "support_")
        support: NDArray[np.bool_] = self.support_
        return support


class ArrayStandardise(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Bring each sample to mean 0 and standard deviation 1 over its genes [1]_.

    No sample sees another, so that nothing can leak from training to held-out samples. A
    sample whose genes all have one value is centred only.

    References
    ----------
    .. [1] Dudoit, Fridlyand, Speed (2002). Comparison of discrimination methods for the
       classification of tumors using gene expression data. JASA 97, section 3.1.2.
    """

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
        ArrayStandardise
            The estimator itself.
        """
        validate_data(self, X, dtype=np.float64)
        return self

    def transform(self, X: ArrayLike) -> NDArray[np.float64]:
        """Standardise each sample.

        Parameters
        ----------
        X : array-like of float, shape (n_samples, n_genes)
            Expression values.

        Returns
        -------
        ndarray of float, shape (n_samples, n_genes)
            Values in standard deviations (divisor n_genes) of their sample.
        """
        check_is_fitted(self, "n_features_in_")
        values: NDArray[np.float64] = validate_data(self, X, dtype=np.float64, reset=False)
        return _standardised_rows(values)


RECIPES: dict[Recipe, tuple[str, ...]] = {
    "standard": ("clip", "filter", "log10", "standardise"),
    "arrays": ("clip", "filter", "log10", "arrays", "standardise"),
    "all_genes": ("clip", "log10", "standardise"),
    "unlogged": ("clip", "filter", "standardise"),
    "logged": ("standardise",),
    "logged_arrays": ("arrays", "standardise"),
    "raw": (),
}
"""The steps of each recipe, in order."""


class FoldValues:
    """What a recipe makes of all samples in each fold, fitted on the fold's training rows.

    The same numbers as fitting `make_preprocessor` on the training rows and transforming
    every sample, at a fraction of the cost: what does not learn is done once for all folds.

    Parameters
    ----------
    X : ndarray of float, shape (n_samples, n_genes)
        Expression values of all samples.
    section : PreprocessSection
        Recipe and constants.
    """

    def __init__(self, X: NDArray[np.float64], section: PreprocessSection) -> None:
        self.section = section
        self.steps = RECIPES[section.recipe]
        self.clipped = np.clip(X, section.floor, section.ceiling) if "clip" in self.steps else X
        self.values = np.log10(self.clipped) if "log10" in self.steps else self.clipped

    def __call__(self, train: NDArray[np.intp]) -> NDArray[np.float64]:
        """Give the values of one fold.

        Parameters
        ----------
        train : ndarray of int
            Training rows.

        Returns
        -------
        ndarray of float, shape (n_samples, n_kept)
            Values of all samples, of the genes that the fold keeps.

        Raises
        ------
        DataError
            If fewer than two genes are left.
        """
        Z = self.values
        if "filter" in self.steps:
            kept = _filter(self.section).support(self.clipped[train])
            Z = Z.take(np.flatnonzero(kept), axis=1)
        if Z.shape[1] < 2:
            raise DataError(f"expected at least 2 genes after preprocessing, found {Z.shape[1]}")
        if "arrays" in self.steps:
            Z = _standardised_rows(Z)
        return _standardised(Z, train) if "standardise" in self.steps else Z

    def only(self, rows: NDArray[np.intp]) -> "FoldValues":
        """Leave out all other samples.

        Parameters
        ----------
        rows : ndarray of int
            The samples to keep.

        Returns
        -------
        FoldValues
            The same preprocessing of these samples alone.
        """
        part = FoldValues.__new__(FoldValues)
        part.section, part.steps = self.section, self.steps
        part.clipped = self.clipped[rows]
        part.values = part.clipped if self.values is self.clipped else self.values[rows]
        return part

    @cached_property
    def products(self) -> NDArray[np.float64] | None:
        """Products of all samples about their mean; None where they differ between folds."""
        if {"filter", "standardise"} & set(self.steps):
            return None
        centred = self.values - self.values.mean(axis=0)
        return np.asarray(centred @ centred.T)


def with_recipe(section: PreprocessSection, recipe: Recipe) -> PreprocessSection:
    """Put another recipe into the settings, the constants staying as they are.

    Parameters
    ----------
    section : PreprocessSection
        Recipe and constants.
    recipe : str
        One of `RECIPES`.

    Returns
    -------
    PreprocessSection
        The same constants under that recipe.
    """
    return section.model_copy(update={"recipe": recipe})


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
    makers: dict[str, Callable[[PreprocessSection], Any]] = {
        "clip": _clip,
        "filter": _filter,
        "log10": lambda _: Log10(),
        "arrays": lambda _: ArrayStandardise(),
        "standardise": lambda _: StandardScaler(),
    }
    steps = [(key, makers[key](section)) for key in RECIPES[section.recipe]]
    return Pipeline(steps or [("raw", "passthrough")])


def usable(X: NDArray[np.float64], section: PreprocessSection) -> NDArray[np.bool_]:
    """Say which genes the models may use: those that the recipe's filter keeps.

    Parameters
    ----------
    X : ndarray of float, shape (n_train, n_genes)
        Expression values of the training samples, as supplied.
    section : PreprocessSection
        Recipe and constants.

    Returns
    -------
    ndarray of bool, shape (n_genes,)
        All genes under a recipe without a filter.

    Raises
    ------
    DataError
        If the filter keeps none.
    """
    if "filter" not in RECIPES[section.recipe]:
        return np.ones(X.shape[1], dtype=np.bool_)
    return _filter(section).support(np.clip(X, section.floor, section.ceiling))


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
        Clipped, logarithms taken, as the recipe does; else the values themselves.
    """
    return FoldValues(X, section).values


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
    return LOG10_UNIT if "log10" in RECIPES[section.recipe] else unit


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


def method(steps: tuple[PreprocessStep, ...], *, n_controls: int = 0) -> MethodStep:
    """Write the Methods paragraph from the steps that ran.

    Parameters
    ----------
    steps : tuple of PreprocessStep
        What `describe` gave.
    n_controls : int, default=0
        Control probes that were left out before the first step.

    Returns
    -------
    MethodStep
        The paragraph.
    """
    values = {value.name: value for step in steps for value in step.text.values}
    sentences = [step.text.template for step in steps]
    sentences.append(
        "Whatever learns from data was learned on the training samples of each split "
        "and applied unchanged to the held-out samples [@ambroise2002]."
        if steps
        else "The values were used as supplied, without preprocessing."
    )
    if n_controls:
        sentences.insert(0, CONTROLS_LEFT_OUT)
        values["n_controls"] = Value(
            name="n_controls", value=n_controls, format="count", path="audit.controls.n"
        )
    return MethodStep(
        title="Preprocessing",
        text=Statement(template=" ".join(sentences), values=tuple(values.values())),
    )


CONTROLS_LEFT_OUT = (
    "Control probes, told by the beginnings of their names ({n_controls}), took no part in "
    "preprocessing, models and ranking; the description of the data and tests of published "
    "figures include them."
)


def variant_statement(section: PreprocessSection) -> Statement:
    """Say in one paragraph what a recipe does.

    Parameters
    ----------
    section : PreprocessSection
        Recipe and constants.

    Returns
    -------
    Statement
        A sentence a step.
    """
    templates = [_STEP_TEXTS[key][0] for key in RECIPES[section.recipe]]
    text = " ".join(templates) or "The values were used as supplied, without preprocessing."
    return Statement(
        template=CITATION.sub("", text).replace(" .", "."), values=_constants(text, section)
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
    "arrays": (
        "Each sample was brought to mean 0 and standard deviation 1 over its genes [@dudoit2002].",
        False,
        ARRAY_UNIT,
    ),
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


def _filter(section: PreprocessSection) -> VariationFilter:
    """Variation filter of the study."""
    return VariationFilter(min_fold=section.min_fold, min_range=section.min_range)


def _standardised_rows(X: NDArray[np.float64]) -> NDArray[np.float64]:
    """Samples with mean 0 and standard deviation 1; constant ones centred only."""
    centred = X - X.mean(axis=1, keepdims=True)
    deviation = np.sqrt(np.mean(centred**2, axis=1, keepdims=True))
    # As in `StandardScaler`: a spread of the size of rounding is none.
    constant = deviation <= 10 * np.finfo(np.float64).eps * np.abs(X).max(axis=1, keepdims=True)
    return np.asarray(centred / np.where(constant, 1.0, deviation))


def _standardised(X: NDArray[np.float64], train: NDArray[np.intp]) -> NDArray[np.float64]:
    """All samples as `StandardScaler`, fitted on the training rows, transforms them."""
    mean = X[train].mean(axis=0)
    centred = X - mean
    trained = centred[train]
    variance = np.einsum("ij,ij->j", trained, trained) / len(train)
    # The rule of scikit-learn 1.9, preprocessing._data._is_constant_feature.
    n, eps = len(train), np.finfo(np.float64).eps
    constant = variance <= n * eps * variance + (n * mean * eps) ** 2
    centred *= 1 / np.sqrt(np.where(constant, 1.0, variance))
    return np.asarray(centred)
