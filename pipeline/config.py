"""Step 0: one TOML file per study becomes a frozen, checked `Config`.

Every default stands here once. Where a default is a choice, its reason or its source
stands beside it.
"""

import datetime
import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from pipeline.errors import ConfigError
from pipeline.references import WORKS, cited

Recipe = Literal["standard", "logged", "raw"]
ModelKey = Literal[
    "majority", "logistic", "svm", "logistic_balanced", "svm_balanced", "pca_logistic"
]


PrimaryKey = Literal["logistic", "svm", "logistic_balanced", "svm_balanced", "pca_logistic"]
"""A headline about the majority class would compare it with itself."""


def _as_tuple(value: object) -> object:
    """TOML knows arrays only; a frozen record holds tuples."""
    return tuple(value) if isinstance(value, list) else value


Texts = Annotated[tuple[str, ...], BeforeValidator(_as_tuple)]


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

    name: Annotated[str, Field(pattern=r"^[^/\\]+$")]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    urls: Texts = ()


class EmbeddedSection(Section):
    """The copy inside the package, used where nothing else is found."""

    format: Literal["kaggle", "tables"]
    folder: str
    description: str
    unit: str
    files: dict[str, FileSection]


class DataSection(Section):
    """Which files, in which format, where they are looked for, and what their values are."""

    format: Literal["kaggle", "tables"]
    description: str = ""
    unit: str = "as supplied"
    folders: Texts = ()
    files: dict[str, FileSection]
    citation: CitationSection | None = None
    embedded: EmbeddedSection | None = None


class PreprocessSection(Section):
    """The recipe and its constants.

    `standard` is floor and ceiling, variation filter, log10, standardising: for
    Affymetrix average differences [1]_. `logged` standardises only: for values that are
    logarithms already. `raw` does nothing.

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


class EmbeddingSection(Section):
    """Settings of t-SNE and UMAP; both are lowered where there are too few samples."""

    # A third of the 72 samples of the first study would be 24: beyond (n - 1) / 3 the
    # neighbourhoods are most of the data.
    perplexity: Annotated[float, Field(ge=2)] = 15.0
    n_neighbors: Annotated[int, Field(ge=2)] = 15  # the default of umap-learn
    min_dist: Annotated[float, Field(ge=0, le=1)] = 0.1  # the default of umap-learn


class EvaluateSection(Section):
    """Models and protocols. `primary_model` is named before any result is seen."""

    models: Annotated[tuple[ModelKey, ...], BeforeValidator(_as_tuple)] = (
        "majority",
        "logistic",
        "svm",
        "logistic_balanced",
        "svm_balanced",
        "pca_logistic",
    )
    primary_model: PrimaryKey = "svm"
    penalty_c: Annotated[float, Field(gt=0)] = 1.0  # the default of scikit-learn; not tuned
    n_components: Annotated[int, Field(ge=1)] = 10
    holdout_share: Annotated[float, Field(gt=0, lt=1)] = 0.2  # what the first study held out
    n_folds: Annotated[int, Field(ge=2)] = 5
    n_repeats: Annotated[int, Field(ge=1)] = 10


class RankingSection(Section):
    """How many genes a class the heat map shows, and the false discovery rate."""

    n_per_class: Annotated[int, Field(ge=1, le=100)] = 25  # Golub et al. 1999, figure 3B
    fdr: Annotated[float, Field(gt=0, lt=1)] = 0.05


class Config(Section):
    """A study's whole configuration."""

    study: StudySection
    classes: dict[str, str] = {}
    data: DataSection
    preprocess: PreprocessSection = PreprocessSection()
    embedding: EmbeddingSection = EmbeddingSection()
    evaluate: EvaluateSection = EvaluateSection()
    ranking: RankingSection = RankingSection()
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 42


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
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: expected a study file, found none to read ({error})") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: expected TOML, found: {error}") from error
    try:
        config = Config.model_validate(tables)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        found = "" if isinstance(first["input"], dict) else f", found {first['input']!r}"
        raise ConfigError(f"{path}: {key}: {first['msg']}{found}") from error
    _check_roles(config.data.format, config.data.files, f"{path}: data.files")
    if config.data.embedded:
        embedded = config.data.embedded
        _check_roles(embedded.format, embedded.files, f"{path}: data.embedded.files")
    _check_evaluate(config, path)
    _check_citations(config, path)
    return config


ROLES: dict[str, tuple[str, ...]] = {
    "kaggle": ("labels", "train", "independent"),
    "tables": ("expression", "samples"),
}
"""The files that each format needs, by their role."""


def _check_roles(data_format: str, files: dict[str, FileSection], where: str) -> None:
    """Refuse a format whose files are not all named."""
    expected = ROLES[data_format]
    if set(files) != set(expected):
        raise ConfigError(
            f"{where}: format {data_format!r} expects {', '.join(expected)}; "
            f"found {', '.join(files) or 'none'}"
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
    if preprocess.ceiling <= preprocess.floor:
        raise ConfigError(
            f"{path}: preprocess.ceiling: expected more than the floor "
            f"{preprocess.floor:g}, found {preprocess.ceiling:g}"
        )


def _check_citations(config: Config, path: Path) -> None:
    """Refuse a description that cites a work which the report could not print."""
    data = config.data
    known = set(WORKS) | ({data.citation.key} if data.citation else set())
    texts = {"data.description": data.description}
    if data.embedded:
        texts["data.embedded.description"] = data.embedded.description
    for key, text in texts.items():
        unknown = sorted(cited([text]) - known)
        if unknown:
            raise ConfigError(
                f"{path}: {key}: expected citations of data.citation or of "
                f"{', '.join(sorted(WORKS))}; found [@{unknown[0]}]"
            )
