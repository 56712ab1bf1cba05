"""The results object: every statement that a report may make, and nothing else.

`pipeline` fills it, `report` reads it, and neither side sees the other. It is saved
as one JSON file that is read back strictly: an unknown field, a missing one, a NaN or
another `schema_version` is an error.

A sentence with numbers in it is a `Statement`: a template with `{name}` places and,
for each name, the value, how to write it, and the path of the field it comes from::

    Statement(template="{n_test} test samples.",
              values=(Value(name="n_test", value=34, format="count",
                            path="protocols[given].n_test"),))
"""

import json
import re
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from pipeline.errors import DataError

SCHEMA_VERSION: Literal[1] = 1

Partition = Literal["train", "test"]
Severity = Literal["error", "warning", "note", "passed"]
Format = Literal["count", "decimal", "percent", "points", "p_value", "number", "text"]


class Record(BaseModel):
    """A frozen record with no unknown field, no silent conversion and no NaN."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Value(Record):
    """One value in a sentence, and where in the results it stands."""

    name: str
    value: int | float | str
    format: Format
    path: str | None = None


class Statement(Record):
    """A sentence as a template over values."""

    template: str
    values: tuple[Value, ...] = ()


class Reference(Record):
    """A published work."""

    key: str
    authors: str
    year: int
    title: str
    source: str
    doi: str | None = None


class ClassSummary(Record):
    """One class: its label in the data, what it means, how many samples carry it."""

    label: str
    description: str | None
    n_samples: int
    n_train: int
    n_test: int


class Study(Record):
    """What the study is called and who answers for it."""

    name: str
    title: str
    subtitle: str | None
    authors: tuple[str, ...]
    language: str
    sample_noun: str
    question: str | None
    intended_use: str
    date: str | None


class DataFile(Record):
    """One file that was read; `published` says whether its hash is the expected one."""

    role: str
    name: str
    n_bytes: int
    sha256: str
    published: bool | None


class Source(Record):
    """Where the data were found, and which places before that did not have them."""

    kind: Literal["given", "folder", "cache", "download", "embedded"]
    label: str
    files: tuple[DataFile, ...]
    passed_over: tuple[str, ...]


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
    """How labels came to samples, with the first pairs for the reader's own check."""

    method: Literal["name"]
    n_matched: int
    order_differs: bool
    first_pairs: tuple[tuple[str, str], ...]


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
    """The data set after cleaning, before any preprocessing."""

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
    learned_on: Literal["nothing", "training samples"]
    n_genes_in: int
    n_genes_out: int
    unit: str


class Preprocessing(Record):
    """The chain of transformations that every model and embedding saw."""

    recipe: str
    steps: tuple[PreprocessStep, ...]
    n_genes_out: int


class Embedding(Record):
    """Two coordinates for each sample, in the order of `data.samples`."""

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
    how_to_read: str
    how_not_to_read: str


class Model(Record):
    """One classifier; `label` heads a table, `noun` stands in a sentence."""

    key: str
    label: str
    noun: str
    description: str
    is_baseline: bool
    citation: str


class Protocol(Record):
    """One way of holding samples out; `unavailable` gives the reason where it did not run."""

    key: str
    label: str
    description: Statement
    resampled: bool
    n_train: int
    n_test: int
    n_folds: int
    n_repeats: int
    sample_ids: tuple[str, ...]
    unavailable: str | None


class Interval(Record):
    """A 95 % interval and the method that gave it."""

    low: float
    high: float
    method: str


class ClassMetrics(Record):
    """Precision, recall and F1 of one class; None where the denominator is zero."""

    label: str
    precision: float | None
    recall: float | None
    f1: float | None
    support: int


class Averages(Record):
    """Precision, recall and F1 averaged over classes; None where one of them is."""

    precision: float | None
    recall: float | None
    f1: float | None


class RocCurve(Record):
    """One receiver operating characteristic curve, one class against the rest."""

    label: str
    false_positive_rate: tuple[float, ...]
    true_positive_rate: tuple[float, ...]


class Evaluation(Record):
    """One model under one protocol.

    `predicted` has a row for each repeat and a column for each of the protocol's
    `sample_ids`, as indices into the classes; `confusion` is pooled over repeats,
    rows true and columns predicted. `n_wrong` counts, for each sample, the repeats
    in which it was misclassified.
    """

    key: str
    protocol: str
    model: str
    confusion: tuple[tuple[int, ...], ...]
    n_predictions: int
    n_correct: int
    n_errors: int
    accuracy: float
    accuracy_interval: Interval
    balanced_accuracy: float | None
    mcc: float | None
    roc_auc: float | None
    per_class: tuple[ClassMetrics, ...]
    macro: Averages
    weighted: Averages
    undefined: dict[str, str]
    roc: tuple[RocCurve, ...]
    predicted: tuple[tuple[int, ...], ...]
    scores: tuple[tuple[float, ...], ...]
    n_wrong: tuple[int, ...]
    n_not_converged: int


class Comparison(Record):
    """Two models on the same held-out samples: exact McNemar test on their disagreements."""

    key: str
    protocol: str
    first: str
    second: str
    n_only_first_right: int
    n_only_second_right: int
    n_changed: int
    p_value: float


class Improvement(Record):
    """A change that the study recommended, beside the model that it changes."""

    key: str
    label: str
    protocol: str
    base: str
    variant: str
    n_changed: int
    n_predictions: int
    base_accuracy: float
    variant_accuracy: float
    p_value: float | None


class GeneTable(Record):
    """All genes by column, best signal-to-noise first; p and q are None where undefined."""

    ids: tuple[str, ...]
    descriptions: tuple[str, ...]
    high_in: tuple[int, ...]
    signal_to_noise: tuple[float, ...]
    mean_difference: tuple[float, ...]
    p_value: tuple[float | None, ...]
    q_value: tuple[float | None, ...]


class HeatMap(Record):
    """Standardised values of the top genes: rows genes, columns samples."""

    gene_ids: tuple[str, ...]
    high_in: tuple[int, ...]
    sample_ids: tuple[str, ...]
    z: tuple[tuple[float, ...], ...]
    limit: float


class Genes(Record):
    """The gene ranking on the training samples."""

    scale: str
    test: str
    n_samples: int
    n_genes: int
    n_tested: int
    fdr: float
    n_significant: int
    n_per_class: int
    table: GeneTable
    heat_map: HeatMap


class Finding(Record):
    """A caveat that the numbers raised: what, why it matters, what to do."""

    code: str
    severity: Severity
    section: str
    title: str
    statement: Statement
    why: str
    action: str
    references: tuple[str, ...]


class MethodStep(Record):
    """One paragraph of the Methods chapter; `[@key]` in its template cites a reference."""

    title: str
    text: Statement


class Setting(Record):
    """One setting of the configuration that ran."""

    name: str
    value: str


class Provenance(Record):
    """What ran: versions, settings and seed."""

    program: str
    version: str
    python: str
    packages: tuple[Setting, ...]
    settings: tuple[Setting, ...]
    seed: int


class Results(Record):
    """Everything that the report may say."""

    schema_version: Literal[1] = SCHEMA_VERSION
    study: Study
    headline: Statement
    primary_evaluation: str
    data: Data
    preprocessing: Preprocessing
    embeddings: tuple[Embedding, ...]
    models: tuple[Model, ...]
    protocols: tuple[Protocol, ...]
    evaluations: tuple[Evaluation, ...]
    comparisons: tuple[Comparison, ...]
    improvements: tuple[Improvement, ...]
    genes: Genes
    findings: tuple[Finding, ...]
    methods: tuple[MethodStep, ...]
    references: tuple[Reference, ...]
    provenance: Provenance

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        """Refuse results whose records name others that are not there."""
        models = {model.key for model in self.models}
        sizes = {protocol.key: len(protocol.sample_ids) for protocol in self.protocols}
        for evaluation in self.evaluations:
            if evaluation.model not in models or evaluation.protocol not in sizes:
                raise ValueError(f"evaluation {evaluation.key} names no model or protocol")
            if len(evaluation.n_wrong) != sizes[evaluation.protocol]:
                raise ValueError(f"evaluation {evaluation.key} counts other samples")
        if self.primary_evaluation not in {evaluation.key for evaluation in self.evaluations}:
            raise ValueError(f"there is no evaluation {self.primary_evaluation}")
        for embedding in self.embeddings:
            if len(embedding.coordinates) != self.data.n_samples:
                raise ValueError(f"embedding {embedding.key} draws other samples")
        if not set(self.genes.heat_map.gene_ids) <= set(self.genes.table.ids):
            raise ValueError("the heat map shows genes that the table lacks")
        return self


def dumps(results: Results) -> str:
    """Give the results as JSON text.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    str
        JSON with one field or list item a line, ending in a newline. Equal results
        give equal text.
    """
    return _render(results.model_dump(mode="json")) + "\n"


def save(results: Results, path: Path) -> None:
    """Write the results as UTF-8 JSON.

    Parameters
    ----------
    results : Results
        The results object.
    path : Path
        The file to write; its folder exists.
    """
    path.write_text(dumps(results), encoding="utf-8", newline="\n")


def load(path: Path) -> Results:
    """Read results back, strictly.

    Parameters
    ----------
    path : Path
        A file that `save` wrote.

    Returns
    -------
    Results
        Equal to what was saved.

    Raises
    ------
    DataError
        If the file is missing, is no JSON, or does not hold exactly the fields of
        this version of the results.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: expected a results file, found none to read ({error})") from error
    try:
        return Results.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise DataError(
            f"{path}: expected results of schema version {SCHEMA_VERSION}, "
            f"found at {where}: {first['msg']}"
        ) from error


_STEP = r"\w+(\[[^\]]*\])?"


def resolve(results: Results, path: str) -> Any:
    """Find the value that a path names.

    Parameters
    ----------
    results : Results
        The results object.
    path : str
        Field names joined by dots; `[key]` after a list of records picks the one with
        that `key`, as in `evaluations[given/svm].accuracy`.

    Returns
    -------
    Any
        The value at that path.

    Raises
    ------
    KeyError
        If there is none.
    """
    value: Any = results
    if not re.fullmatch(rf"{_STEP}(\.{_STEP})*", path):
        raise KeyError(path)
    for name, key in re.findall(r"(\w+)(?:\[([^\]]*)\])?", path):
        value = getattr(value, name, None)
        if key:
            value = next((item for item in value or () if getattr(item, "key", None) == key), None)
        if value is None:
            raise KeyError(path)
    return value


def _render(value: Any, margin: str = "") -> str:
    """Write JSON with a list of plain values on one line, so that the file reads and diffs well."""
    inner = margin + " "
    if isinstance(value, dict) and value:
        rows = [f"{inner}{_scalar(key)}: {_render(item, inner)}" for key, item in value.items()]
        return "{\n" + ",\n".join(rows) + f"\n{margin}}}"
    if isinstance(value, list) and any(isinstance(item, dict | list) for item in value):
        return "[\n" + ",\n".join(inner + _render(item, inner) for item in value) + f"\n{margin}]"
    return _scalar(value)


def _scalar(value: Any) -> str:
    """Write one plain value, or a list of them, as JSON."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
