"""Records of the study, its data, their preprocessing and their pictures."""

from typing import Literal

from pipeline.records.base import Record, Statement

Partition = Literal["train", "test"]


class ClassSummary(Record):
    """One class: its label in the data, what it means, how many samples carry it."""

    label: str
    description: str | None
    n_samples: int
    n_train: int
    n_test: int


class Study(Record):
    """What the study is called and who answers for it.

    `date_is_of_data` says that `date` is that of the data, and not of the report. `quick` says
    that repeats and permutations were fewer than the study asks for. `toml` is the text of the
    study file as it was read; empty where the study came from none.
    """

    name: str
    title: str
    subtitle: str | None
    authors: tuple[str, ...]
    language: str
    sample_noun: str
    sample_noun_plural: str
    gene_noun_plural: str
    question: str | None
    intended_use: str
    date: str | None
    date_is_of_data: bool
    quick: bool
    page: Literal["A4", "Letter"] = "A4"
    toml: str = ""


class DataFile(Record):
    """One file that was read; `published` says whether its hash is the expected one."""

    role: str
    name: str
    n_bytes: int
    sha256: str
    published: bool | None


class Source(Record):
    """Where the data were found, and which places before that did not have them.

    `not_found` names the files that the study can do without and that no place had. Of an
    embedded copy `gain` says what the full data have beside it, and `can_be_fetched` whether
    the study names addresses for them.
    """

    kind: Literal["given", "folder", "cache", "download", "embedded"]
    label: str
    files: tuple[DataFile, ...]
    passed_over: tuple[str, ...]
    not_found: tuple[str, ...] = ()
    gain: str | None = None
    can_be_fetched: bool = False


class LedgerStep(Record):
    """One step of the cleaning: what went in, what came out, in which unit."""

    step: str
    detail: str
    n_samples_in: int
    n_genes_in: int
    n_samples_out: int
    n_genes_out: int
    unit: str


class LabelJoin(Record):
    """How labels came to samples, with pairs for the reader's own check.

    The pairs are the first that a join by position would have got wrong, if there are any.
    `n_displaced` columns stand at another place than their label; `runs` are the first of the
    `n_runs` stretches of columns that follow each other in the label table as well, each by
    its first and last sample, in the order of the files.
    """

    method: Literal["name", "position"]
    n_matched: int
    order_differs: bool
    n_wrong_by_position: int
    first_pairs: tuple[tuple[str, str], ...]
    n_displaced: int = 0
    n_runs: int = 1
    runs: tuple[tuple[str, str], ...] = ()


class Calls(Record):
    """Shares of the detection calls, 0 to 1, over all values of the matrix."""

    present: float
    absent: float
    marginal: float


class Sample(Record):
    """One sample: its name, class and part of the given split."""

    id: str
    label: str
    partition: Partition


class Data(Record):
    """The data set after cleaning, before any preprocessing.

    `positive_class` is the one that sensitivity speaks of; None with more than two classes.
    """

    description: str
    unit: str
    citation: str | None
    source: Source
    n_samples: int
    n_genes: int
    n_train: int
    n_test: int
    genes_per_sample: float
    classes: tuple[ClassSummary, ...]
    positive_class: str | None
    smallest_class: str
    smallest_share: float
    samples: tuple[Sample, ...]
    label_join: LabelJoin
    covariates: tuple[str, ...]
    calls: Calls | None
    minimum: float
    maximum: float
    negative_share: float
    ledger: tuple[LedgerStep, ...]


class PreprocessStep(Record):
    """One transformation, what it learned from, and how many genes passed it."""

    key: str
    text: Statement
    learned_on: Literal["nothing", "training samples", "all samples"]
    n_genes_in: int
    n_genes_out: int
    unit: str


class Preprocessing(Record):
    """The chain of transformations that every model and embedding saw."""

    recipe: str
    steps: tuple[PreprocessStep, ...]
    n_genes_out: int


class Start(Record):
    """Another start of an embedding: its seed, and the scores that it gave."""

    seed: int
    trustworthiness: float
    silhouette: float


class Embedding(Record):
    """Two coordinates for each sample, in the order of `data.samples`.

    `starts` are the same embedding from other seeds; empty where it has none, or where there
    are too many samples to compute it again.
    """

    key: str
    label: str
    axis_labels: tuple[str, str]
    coordinates: tuple[tuple[float, float], ...]
    fitted_on: str
    settings: Statement
    explained_variance_ratio: tuple[float, ...]
    trustworthiness: float
    trustworthiness_neighbors: int
    silhouette: float
    starts: tuple[Start, ...]
    how_to_read: str
    how_not_to_read: str
