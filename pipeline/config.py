"""Step 0: one TOML file per study becomes a frozen, checked `Config`.

Every default stands here once. Where a default is a choice, its reason or its source
stands beside it.
"""

import datetime
import tomllib
import unicodedata
from pathlib import Path, PurePath
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationError,
    model_validator,
)

from pipeline.errors import ConfigError
from pipeline.findings import CODES
from pipeline.references import WORKS, cited

Recipe = Literal["standard", "arrays", "all_genes", "unlogged", "logged", "logged_arrays", "raw"]
PrimaryKey = Literal[
    "logistic",
    "svm",
    "logistic_balanced",
    "svm_balanced",
    "pca_logistic",
    "logistic_l1",
    "elastic_net",
    "discriminant",
    "centroids",
    "voting",
    "neighbours",
    "forest",
]
"""A headline about the majority class would compare it with itself."""

ModelKey = Literal["majority"] | PrimaryKey


def _as_tuple(value: object) -> object:
    """TOML knows arrays only; a frozen record holds tuples."""
    return tuple(value) if isinstance(value, list) else value


Texts = Annotated[tuple[str, ...], BeforeValidator(_as_tuple)]


def _nameable(text: str) -> str:
    """Refuse control characters in the name of a file or folder: NUL ends it, others hide."""
    if any(unicodedata.category(character) == "Cc" for character in text):
        raise ValueError("expected a path without control characters")
    return text


def _inside(text: str) -> str:
    """Refuse a folder that is not below the studies that travel with the program."""
    if PurePath(text).is_absolute() or ".." in PurePath(text).parts:
        raise ValueError("expected a folder that travels with the program")
    return text


PathText = Annotated[str, AfterValidator(_nameable)]
Folders = Annotated[tuple[PathText, ...], BeforeValidator(_as_tuple)]


Noun = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z -]{0,30}$")]


class Section(BaseModel):
    """A table of the TOML file: frozen, no unknown key, no silent conversion."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class StudySection(Section):
    """What the study is called; `name` also names the output folder."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
    title: Annotated[str, Field(min_length=1)]
    subtitle: str | None = None
    authors: Texts = ()
    language: Literal["en"] = "en"
    sample_noun: Noun = "sample"
    sample_noun_plural: Noun | None = None  # the noun and an s, where it is not given
    gene_noun: Noun = "gene"  # "probe" where the rows of the matrix are probes
    question: str | None = None
    intended_use: str = "Research use only; not for diagnosis or treatment."
    date: datetime.date | None = None
    page: Literal["A4", "Letter"] = "A4"  # of the PDF


class CitationSection(Section):
    """The work that the data come from."""

    key: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$")]
    authors: str
    year: int
    title: str
    source: str
    doi: str | None = None


class FileSection(Section):
    """One data file; with a hash it can be cached, with addresses downloaded."""

    name: Annotated[PathText, Field(pattern=r"^[^/\\]+$")]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    urls: Texts = ()


class EmbeddedSection(Section):
    """The copy inside the package, used where nothing else is found."""

    format: Literal["kaggle", "tables"]
    folder: Annotated[PathText, AfterValidator(_inside)]
    description: str
    unit: str
    gain: str | None = None  # what the full data have beside it, as "the …"
    files: dict[str, FileSection]


class CovariatesSection(Section):
    """The table of samples: which of its columns are covariates, and what the report calls them.

    Columns that are not named here are not read: one of them may restate the class.
    """

    sample: str  # the column that names the sample
    columns: Annotated[dict[str, Annotated[str, Field(min_length=1)]], Field(min_length=1)]


class DataSection(Section):
    """Which files, in which format, where they are looked for, and what their values are."""

    format: Literal["kaggle", "tables", "broad"]
    description: str = ""
    unit: str = "as supplied"
    folders: Folders = ()
    # All words beyond NA and its like (`pipeline.unknown`) that mean unknown: in classes, groups,
    # sources and covariates. Not given, a class called None or unknown is a question.
    missing: Texts | None = None
    files: dict[str, FileSection]
    covariates: CovariatesSection | None = None
    citation: CitationSection | None = None
    embedded: EmbeddedSection | None = None


class KnownSection(Section):
    """A fact of the samples that a publication states, and where it says what of each sample.

    `values` gives for each value of the covariate the samples that have it: names, ranges of
    numbers such as "1-27", or patterns such as "ALL_*".
    """

    text: Annotated[str, Field(pattern=r"\S")]
    citation: str
    covariate: Annotated[str, Field(min_length=1)] | None = None
    values: dict[str, Texts] = {}

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        """Refuse values without the name of what they are, and a name without values."""
        if (self.covariate is None) != (not self.values):
            raise ValueError("expected covariate and values together, or neither")
        return self


class AuditSection(Section):
    """What counts as highly similar, and what becomes of samples that are the same."""

    # Correlation after the mean of each gene is taken out: unrelated patients have about 0,
    # siblings by chance up to 0.9 in small studies, one patient measured twice more than that.
    # Those that reach it are named; what is the same is told by equal values.
    identical_at: Annotated[float, Field(gt=0, le=1)] = 0.98
    # A training sample is no independent test sample, whatever its name there.
    keep_identical: bool = False


class PreprocessSection(Section):
    """The recipe and its constants.

    `standard` is floor and ceiling, variation filter, log10, standardising: for
    Affymetrix average differences [1]_. `logged` standardises only: for values that are
    logarithms already. `raw` does nothing. The others, for comparison: `arrays` and
    `logged_arrays` bring each sample to mean 0 and variance 1 as well, `all_genes` leaves
    out the filter, `unlogged` the logarithm.

    References
    ----------
    .. [1] Dudoit, Fridlyand, Speed (2002). Comparison of discrimination methods for the
       classification of tumors using gene expression data. JASA 97, section 3.1.2.
    """

    recipe: Recipe = "standard"
    floor: Annotated[float, Field(gt=0)] = 100.0
    ceiling: Annotated[float, Field(gt=0)] = 16_000.0
    min_fold: Annotated[float, Field(ge=1)] = 5.0
    min_range: Annotated[float, Field(ge=0)] = 500.0
    # A model that uses them knows the laboratory, not the sample: they stay in the description
    # of the data, and out of models, ranking and, under `arrays`, each sample's mean.
    keep_controls: bool = False
    # Values that the recipe is certainly not meant for are refused; with this they are computed
    # with, under a caveat.
    insist: bool = False


class EmbeddingSection(Section):
    """Settings of t-SNE and UMAP; both are lowered where there are too few samples."""

    # A third of the 72 samples of the first study would be 24: beyond (n - 1) / 3 the
    # neighbourhoods are most of the data.
    perplexity: Annotated[float, Field(ge=2)] = 15.0
    n_neighbors: Annotated[int, Field(ge=2)] = 15  # the default of umap-learn
    min_dist: Annotated[float, Field(ge=0, le=1)] = 0.1  # the default of umap-learn


Grid = Annotated[tuple[float, ...], BeforeValidator(_as_tuple), Field(min_length=1)]
Counts = Annotated[
    tuple[Annotated[int, Field(ge=1)], ...], BeforeValidator(_as_tuple), Field(min_length=1)
]


class EvaluateSection(Section):
    """Models and protocols. `primary_model` is named before any result is seen.

    A grid is what the inner folds choose from; one value means that nothing is tuned. Grids
    increase, and of settings that do equally well the simplest is taken: the strongest
    penalty, the fewest genes or components, the most neighbours.
    """

    models: Annotated[tuple[ModelKey, ...], BeforeValidator(_as_tuple)] = (
        "majority",
        "logistic",
        "svm",
        "logistic_balanced",
        "svm_balanced",
        "pca_logistic",
        "logistic_l1",
        "elastic_net",
        "discriminant",
        "centroids",
        "voting",
        "neighbours",
        "forest",
    )
    primary_model: PrimaryKey = "svm"
    positive_class: str | None = None  # the last of two classes, where it is not given
    penalty_c: Annotated[float, Field(gt=0)] = 1.0  # the default of scikit-learn; not tuned
    # With thousands of standardised genes a support vector machine separates the classes from
    # C = 0.001 on, and the lasso takes its first gene near 0.1: the grid goes beyond both.
    penalty_grid: Grid = (1e-5, 1e-4, 0.001, 0.01, 0.1, 1.0, 10.0, 100.0)
    component_grid: Counts = (1, 2, 5, 10, 20, 50, 100)
    # 40 in Dudoit et al. 2002
    gene_grid: Counts = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
    voting_grid: Counts = (50,)  # Golub et al. 1999
    neighbour_grid: Counts = (1, 3, 5, 7, 9, 15, 25)
    n_thresholds: Annotated[int, Field(ge=1)] = 30  # as in R's pamr
    call_threshold: Annotated[float, Field(ge=0, le=1)] = 0.3  # Golub et al. 1999
    l1_ratio: Annotated[float, Field(gt=0, lt=1)] = 0.5
    n_trees: Annotated[int, Field(ge=1)] = 100  # the default of scikit-learn
    holdout_share: Annotated[float, Field(gt=0, lt=1)] = 0.2  # what the first study held out
    n_folds: Annotated[int, Field(ge=2)] = 5
    # 3 beyond 1000 samples to choose on, where the study file does not set it
    # (`protocols.inner_folds`).
    n_inner_folds: Annotated[int, Field(ge=2)] = 5
    # Of more training samples a random part chooses the settings. Costs grow with the square
    # and cube of the samples; to compare a handful of settings 2000 held-out ones are enough.
    tune_max_samples: Annotated[int, Field(ge=50)] = 2000
    # Numbers of repeats that the study file does not set fall with the number of samples
    # (`protocols.enough`); permutations are made as time allows (`classifiers.speed`).
    n_repeats: Annotated[int, Field(ge=1)] = 10
    # Beyond, as many fits as samples cost three times the repeated cross-validation.
    loo_max_samples: Annotated[int, Field(ge=0)] = 150
    # p = (b + 1) / (B + 1) of 1000 permutations can tell 0.001 from 0.002.
    n_permutations: Annotated[int, Field(ge=0, le=10_000)] = 1000
    n_permutations_slow: Annotated[int, Field(ge=0, le=10_000)] = 100
    # A model whose nested cross-validation takes an estimated so many seconds is not fitted again
    # for permutations, learning curves and other preprocessings: a hundred take minutes.
    repeat_max_s: Annotated[float, Field(gt=0)] = 2.0
    n_learning_repeats: Annotated[int, Field(ge=0)] = 20
    n_leaky_permutations: Annotated[int, Field(ge=0)] = 20
    n_leaky_genes: Annotated[int, Field(ge=1)] = 50
    # Other preprocessings to compare with; None compares with all that the recipe allows.
    variants: Annotated[tuple[Recipe, ...] | None, BeforeValidator(_as_tuple)] = None
    group_column: str | None = None  # samples of one group are never on both sides of a split
    source_column: str | None = None  # each source is held out in turn


class PublishedSection(Section):
    """A published list of genes, to compare the report's own with."""

    source: Annotated[str, Field(min_length=1)]
    citation: str
    genes: Annotated[Texts, Field(min_length=1)]


class RankingSection(Section):
    """How many genes a class are listed, and how the list is tested; 0 draws leave a test out."""

    n_per_class: Annotated[int, Field(ge=1, le=100)] = 25  # Golub et al. 1999, figure 3B
    fdr: Annotated[float, Field(gt=0, lt=1)] = 0.05
    # At p = 0.05 this many leave a standard error of 0.002.
    n_permutations: Annotated[int, Field(ge=0, le=1_000_000)] = 10_000
    # Enough for an interval of about ±0.02 around the stability of a list of 50.
    n_bootstraps: Annotated[int, Field(ge=0, le=10_000)] = 100
    published: PublishedSection | None = None


class PublishedResultSection(Section):
    """A published result on the same data, to set beside the headline; see `PublishedResult`."""

    method: Annotated[str, Field(min_length=1)]
    source: Annotated[str, Field(min_length=1)]
    citation: str | None = None
    n: Annotated[int, Field(ge=1)]
    n_called: Annotated[int, Field(ge=0)] | None = None  # all, where nothing was declined
    n_right: Annotated[int, Field(ge=0)]
    n_right_least: Annotated[int, Field(ge=0)] | None = None
    protocol: Annotated[str, Field(min_length=1)]
    same_split: bool
    quoted_in: Annotated[str, Field(min_length=1)] | None = None


class SuppressSection(Section):
    """A caveat that the study leaves out, and why; the report says both."""

    code: str
    reason: Annotated[str, Field(pattern=r"\S")]


def _is_share(text: str) -> str:
    """Refuse a printed figure above 1, or 100 %."""
    digits, percent = text.removesuffix("%").strip(), text.endswith("%")
    if float(digits) > (100 if percent else 1):
        raise ValueError("expected a share of at most 1, or 100 %")
    return text


Printed = Annotated[
    str, Field(pattern=r"^[0-9]{1,3}(\.[0-9]{1,6})? ?%?$"), AfterValidator(_is_share)
]
"""A figure as printed: its decimals say how exactly it is meant."""

ClaimModel = Literal["logistic", "svm", "logistic_balanced", "svm_balanced", "neighbours"]
"""Models whose settings are scikit-learn's own where a publication names none."""


class ClaimedClass(Section):
    """What is claimed of one class; `support` is its number of test samples."""

    precision: Printed | None = None
    recall: Printed | None = None
    f1: Printed | None = None
    support: Annotated[int, Field(ge=0)] | None = None


class ClaimSection(Section):
    """Published figures, and the protocol as far as it is stated.

    The figures hold for each of the models. `samples` says which part of the data was used,
    `n_samples` and `n_test` how many samples are stated in all and for the test.
    """

    key: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$")]
    source: Annotated[str, Field(min_length=1)]
    citation: str | None = None
    explanation: str | None = None
    models: Annotated[tuple[ClaimModel, ...], BeforeValidator(_as_tuple), Field(min_length=1)]
    protocol: Literal["holdout", "cross-validation", "given"] = "holdout"
    samples: Literal["all", "train"] = "all"
    recipe: Recipe = "raw"
    penalty_c: Annotated[float, Field(gt=0)] = 1.0  # the default of scikit-learn
    n_neighbours: Annotated[int, Field(ge=1)] = 5  # the default of scikit-learn
    test_share: Annotated[float, Field(gt=0, lt=1)] = 0.25  # the default of scikit-learn
    n_folds: Annotated[int, Field(ge=2)] = 5  # the default of scikit-learn
    stratified: bool = False  # the default of scikit-learn
    seed: Annotated[int, Field(ge=0, lt=2**32)] | None = None
    n_samples: Annotated[int, Field(ge=1)] | None = None
    n_test: Annotated[int, Field(ge=1)] | None = None
    accuracy: Printed | None = None
    classes: dict[str, ClaimedClass] = {}
    n_seeds: Annotated[int, Field(ge=1, le=10_000)] = 200


class Config(Section):
    """A study's whole configuration."""

    study: StudySection
    classes: dict[str, str] = {}
    data: DataSection
    audit: AuditSection = AuditSection()
    preprocess: PreprocessSection = PreprocessSection()
    embedding: EmbeddingSection = EmbeddingSection()
    evaluate: EvaluateSection = EvaluateSection()
    ranking: RankingSection = RankingSection()
    published: Annotated[tuple[PublishedResultSection, ...], BeforeValidator(_as_tuple)] = ()
    suppress: Annotated[tuple[SuppressSection, ...], BeforeValidator(_as_tuple)] = ()
    claims: Annotated[tuple[ClaimSection, ...], BeforeValidator(_as_tuple)] = ()
    known: Annotated[tuple[KnownSection, ...], BeforeValidator(_as_tuple)] = ()
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 42
    quick: bool = False  # fewer repeats, to look at; the report says so on its first page
    _toml: str = PrivateAttr(default="")  # no key of the file: it is the file

    @property
    def declared_covariates(self) -> tuple[str, ...]:
        """Covariates that the study announces; data without them are read all the same."""
        table = self.data.covariates.columns.values() if self.data.covariates else ()
        return (*table, *(fact.covariate for fact in self.known if fact.covariate))

    @property
    def toml(self) -> str:
        """The text of the study file, as `load` read it; empty without a file."""
        return self._toml


QUICK: dict[str, int | tuple[()]] = {
    "n_repeats": 2,
    "n_permutations": 100,
    "n_permutations_slow": 20,
    "n_learning_repeats": 5,
    "n_leaky_permutations": 5,
    "n_trees": 25,
    "loo_max_samples": 40,
    "variants": (),
}
"""Settings of the evaluation in a quick run; none is raised by it."""

QUICK_SEEDS = 40
"""Seeds over which a claim is run again in a quick run, at most."""


def quickened(config: Config) -> Config:
    """Lower what costs time: for a look, not for a publication.

    Parameters
    ----------
    config : Config
        The study.

    Returns
    -------
    Config
        The same study with fewer repeats, permutations and trees, and no other preprocessing.
    """
    section = config.evaluate
    lowered = {
        name: min(getattr(section, name), value) if isinstance(value, int) else value
        for name, value in QUICK.items()
    }
    # Not model_copy: what the study file does not set must still count as not set.
    evaluate = EvaluateSection.model_construct(
        section.model_fields_set, **{**dict(section), **lowered}
    )
    claims = tuple(
        claim.model_copy(update={"n_seeds": min(claim.n_seeds, QUICK_SEEDS)})
        for claim in config.claims
    )
    return config.model_copy(update={"evaluate": evaluate, "claims": claims, "quick": True})


def load(path: Path) -> Config:
    """Read and check a study's TOML file.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    Config
        The checked configuration, defaults filled in.

    Raises
    ------
    ConfigError
        If the file cannot be read, is no TOML, or holds a key or value that is not
        allowed; the message names file, key, what was expected and what was found.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")  # Windows editors put a byte-order mark first
        tables = tomllib.loads(text)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: expected a study file, found none to read ({error})") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: expected TOML, found: {error}") from error
    except RecursionError as error:
        raise ConfigError(f"{path}: expected TOML, found arrays or tables nested too deeply") from (
            error
        )
    except ValueError as error:  # Python converts no whole number of more than 4300 digits
        raise ConfigError(f"{path}: expected TOML, found a number of too many digits") from error
    try:
        config = Config.model_validate(tables)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        found = "" if isinstance(first["input"], dict) else f", found {_shown(first['input'])}"
        said = first["msg"].removeprefix("Value error, ")
        raise ConfigError(f"{path}: {key}: {said}{found}") from error
    _check_roles(config.data.format, config.data.files, f"{path}: data.files")
    if config.data.embedded:
        embedded = config.data.embedded
        _check_roles(embedded.format, embedded.files, f"{path}: data.embedded.files")
    _check_covariates(config, path)
    _check_evaluate(config, path)
    _check_published(config, path)
    _check_results(config, path)
    _check_claims(config, path)
    _check_citations(config, path)
    _check_suppressed(config, path)
    config._toml = text
    return config


def _shown(value: object) -> str:
    """What a study file gave, as far as a message has room for it."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # too many digits, or too deep
        return f"a value that is too long to print ({type(value).__name__})"
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


LONGEST = 200
"""Characters of a value in a message."""

ROLES: dict[str, tuple[str, ...]] = {
    "kaggle": ("labels", "train", "independent"),
    "tables": ("expression", "samples"),
    "broad": ("train", "train_classes"),
}
"""The files that each format needs, by their role."""

OPTIONAL_ROLES: dict[str, tuple[str, ...]] = {
    "kaggle": ("covariates",),
    "tables": (),
    "broad": ("test", "test_classes", "covariates"),
}
"""The files that a study file may name as well."""

NOT_NEEDED = frozenset({"covariates"})
"""Roles whose file may be missing where the study file names it: the report then says so."""


def _check_roles(data_format: str, files: dict[str, FileSection], where: str) -> None:
    """Refuse a format whose files are not all named."""
    expected, optional = ROLES[data_format], OPTIONAL_ROLES[data_format]
    if not set(expected) <= set(files) <= {*expected, *optional}:
        also = f" (and may have {', '.join(optional)})" if optional else ""
        raise ConfigError(
            f"{where}: format {data_format!r} expects {', '.join(expected)}{also}; "
            f"found {', '.join(files) or 'none'}"
        )
    if ("test" in files) != ("test_classes" in files):
        raise ConfigError(
            f"{where}: expected test and test_classes together, found {', '.join(files)}"
        )


def _check_covariates(config: Config, path: Path) -> None:
    """Refuse a table of samples without its columns, or columns without their table."""
    section, files = config.data.covariates, config.data.files
    if (section is None) == ("covariates" in files):
        raise ConfigError(
            f"{path}: data.covariates: expected together with data.files.covariates, "
            f"found only {'the file' if section is None else 'the columns'}"
        )
    names = list(section.columns.values()) if section else []
    if len(set(names)) < len(names):
        raise ConfigError(
            f"{path}: data.covariates.columns: expected another name for each, found {names}"
        )


def _check_evaluate(config: Config, path: Path) -> None:
    """Refuse settings that contradict each other."""
    evaluate, preprocess = config.evaluate, config.preprocess
    if len(set(evaluate.models)) < len(evaluate.models) or not evaluate.models:
        raise ConfigError(
            f"{path}: evaluate.models: expected each model once, found {list(evaluate.models)}"
        )
    if evaluate.primary_model not in evaluate.models:
        raise ConfigError(
            f"{path}: evaluate.primary_model: expected one of evaluate.models "
            f"({', '.join(evaluate.models)}), found {evaluate.primary_model!r}"
        )
    for name in ("penalty_grid", "component_grid", "gene_grid", "voting_grid", "neighbour_grid"):
        grid = getattr(evaluate, name)
        if list(grid) != sorted(set(grid)) or grid[0] <= 0:
            raise ConfigError(
                f"{path}: evaluate.{name}: expected positive values that increase, "
                f"found {list(grid)}"
            )
    if any(n % 2 for n in evaluate.voting_grid):
        raise ConfigError(
            f"{path}: evaluate.voting_grid: expected even numbers, half from each side, "
            f"found {list(evaluate.voting_grid)}"
        )
    if preprocess.ceiling <= preprocess.floor:
        raise ConfigError(
            f"{path}: preprocess.ceiling: expected more than the floor "
            f"{preprocess.floor:g}, found {preprocess.ceiling:g}"
        )


def _check_published(config: Config, path: Path) -> None:
    """Refuse a published list that names a gene twice: it would count twice."""
    genes = config.ranking.published.genes if config.ranking.published else ()
    twice = sorted({gene for gene in genes if genes.count(gene) > 1})
    if twice:
        raise ConfigError(
            f"{path}: ranking.published.genes: expected each gene once, found {twice[0]!r} "
            f"{genes.count(twice[0])} times"
        )


def _check_results(config: Config, path: Path) -> None:
    """Refuse a published result with more calls than samples, or more right ones than calls."""
    for i, result in enumerate(config.published):
        called = result.n if result.n_called is None else result.n_called
        least = result.n_right if result.n_right_least is None else result.n_right_least
        if not least <= result.n_right <= called <= result.n:
            raise ConfigError(
                f"{path}: published.{i}: expected n_right_least <= n_right <= n_called <= n, "
                f"found {least}, {result.n_right}, {called}, {result.n}"
            )


def _check_claims(config: Config, path: Path) -> None:
    """Refuse claims that share a key, claim nothing, or name a model twice."""
    keys = [claim.key for claim in config.claims]
    for claim in config.claims:
        where = f"{path}: claims.{claim.key}"
        if keys.count(claim.key) > 1:
            raise ConfigError(
                f"{where}: expected each key once, found it {keys.count(claim.key)} times"
            )
        figures = [claim.accuracy]
        figures += [f for c in claim.classes.values() for f in (c.precision, c.recall, c.f1)]
        if not any(figures):
            raise ConfigError(f"{where}: expected an accuracy or a figure of a class, found none")
        if len(set(claim.models)) < len(claim.models):
            raise ConfigError(
                f"{where}.models: expected each model once, found {list(claim.models)}"
            )


def _check_citations(config: Config, path: Path) -> None:
    """Refuse a description that cites a work which the report could not print."""
    data = config.data
    known = set(WORKS) | ({data.citation.key} if data.citation else set())
    texts = {"data.description": data.description}
    if data.embedded:
        texts["data.embedded.description"] = data.embedded.description
    if config.ranking.published:
        texts["ranking.published.citation"] = f"[@{config.ranking.published.citation}]"
    for place, fact in enumerate(config.known):
        texts[f"known.{place}.citation"] = f"[@{fact.citation}]"
    for i, result in enumerate(config.published):
        if result.citation:
            texts[f"published.{i}.citation"] = f"[@{result.citation}]"
    for claim in config.claims:
        if claim.citation:
            texts[f"claims.{claim.key}.citation"] = f"[@{claim.citation}]"
    for key, text in texts.items():
        unknown = sorted(cited([text]) - known)
        if unknown:
            raise ConfigError(
                f"{path}: {key}: expected citations of data.citation or of "
                f"{', '.join(sorted(WORKS))}; found [@{unknown[0]}]"
            )


def _check_suppressed(config: Config, path: Path) -> None:
    """Refuse to suppress what no rule raises, or the same twice."""
    codes = [entry.code for entry in config.suppress]
    for code in codes:
        if code not in CODES:
            subject = code.split("-")[0]
            near = sorted(known for known in CODES if known.split("-")[0] == subject)
            subjects = sorted({known.split("-")[0] for known in CODES})
            expected = ", ".join(near or (f"{name}-…" for name in subjects))
            raise ConfigError(
                f"{path}: suppress: expected the code of a rule ({expected}), found {code!r}"
            )
        if codes.count(code) > 1:
            raise ConfigError(
                f"{path}: suppress: expected each code once, found {code!r} {codes.count(code)} "
                "times"
            )
