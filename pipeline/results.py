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

CITATION = re.compile(r"\[@([A-Za-z0-9_-]+)\]")
"""How a text cites a work: `[@golub1999]`."""

Partition = Literal["train", "test"]
Severity = Literal["error", "warning", "note", "passed"]
Format = Literal["count", "decimal", "percent", "points", "p_value", "number", "measure", "text"]


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
    sample_noun_plural: str
    gene_noun_plural: str
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
    """How labels came to samples, with pairs for the reader's own check.

    The pairs are the first that a join by position would have got wrong, if there are any.
    """

    method: Literal["name"]
    n_matched: int
    order_differs: bool
    n_wrong_by_position: int
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
    """Two models on the same held-out samples: exact McNemar test on their disagreements.

    `p_adjusted` is Holm's adjustment over all pairs of models of the protocol, the baseline
    left out; for a pair with the baseline it is the p-value itself.
    """

    key: str
    protocol: str
    first: str
    second: str
    n_only_first_right: int
    n_only_second_right: int
    n_changed: int
    p_value: float
    p_adjusted: float


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

    @property
    def primary(self) -> Evaluation:
        """The evaluation of the headline."""
        return next(e for e in self.evaluations if e.key == self.primary_evaluation)

    @property
    def ran(self) -> tuple[Protocol, ...]:
        """The protocols that ran."""
        return tuple(protocol for protocol in self.protocols if not protocol.unavailable)

    def protocol(self, key: str) -> Protocol:
        """Give the protocol of that key.

        Parameters
        ----------
        key : str
            The key.

        Returns
        -------
        Protocol
            The protocol.
        """
        return next(protocol for protocol in self.protocols if protocol.key == key)

    def model(self, key: str) -> Model:
        """Give the model of that key.

        Parameters
        ----------
        key : str
            The key.

        Returns
        -------
        Model
            The model.
        """
        return next(model for model in self.models if model.key == key)

    def of_protocol(self, key: str, *, baseline: bool = True) -> tuple[Evaluation, ...]:
        """Give the evaluations of one protocol.

        Parameters
        ----------
        key : str
            The protocol's key.
        baseline : bool, default=True
            Whether the baseline is among them.

        Returns
        -------
        tuple of Evaluation
            In the order of the models.
        """
        return tuple(
            e
            for e in self.evaluations
            if e.protocol == key and (baseline or not self.model(e.model).is_baseline)
        )

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        """Refuse results whose records name others that are not there."""
        check_references(self)
        return self


def check_references(results: Results) -> None:
    """See that every record names only what is there, and that lengths agree.

    Parameters
    ----------
    results : Results
        The results object.

    Raises
    ------
    ValueError
        If something is missing; the message names it.
    """
    models = [model.key for model in results.models]
    sizes = {protocol.key: len(protocol.sample_ids) for protocol in results.protocols}
    labels = [summary.label for summary in results.data.classes]
    samples = [sample.id for sample in results.data.samples]
    _expect(len(samples) == results.data.n_samples, "data.samples: another number of samples")
    _expect(len(labels) > 1, "data.classes: fewer than two classes")
    _expect({sample.label for sample in results.data.samples} <= set(labels), "data.samples: label")
    for protocol in results.protocols:
        _expect(protocol.n_repeats > 0, f"protocols: repeats of {protocol.key}")
        _expect(set(protocol.sample_ids) <= set(samples), f"protocols: samples of {protocol.key}")
    for evaluation in results.evaluations:
        known = evaluation.model in models and evaluation.protocol in sizes
        _expect(known, f"evaluations: {evaluation.key} names no model or protocol")
        fits = len(evaluation.n_wrong) == sizes[evaluation.protocol]
        _expect(fits, f"evaluations: {evaluation.key} counts other samples")
        square = {len(evaluation.confusion), *map(len, evaluation.confusion)} == {len(labels)}
        _expect(square, f"evaluations: confusion of {evaluation.key}")
        right = sum(row[k] for k, row in enumerate(evaluation.confusion))
        _expect(right == evaluation.n_correct, f"evaluations: counts of {evaluation.key}")
    keys = {evaluation.key for evaluation in results.evaluations}
    _expect(results.primary_evaluation in keys, "primary_evaluation: no such evaluation")
    complete = {(p.key, m) for p in results.ran for m in models}
    found = {(e.protocol, e.model) for e in results.evaluations}
    _expect(found == complete, "evaluations: a model is missing under a protocol")
    for change in results.improvements:
        _expect(change.protocol in sizes, f"improvements: protocol of {change.key}")
        _expect({change.base, change.variant} <= set(models), f"improvements: {change.key}")
    for embedding in results.embeddings:
        drawn = len(embedding.coordinates) == len(samples)
        _expect(drawn, f"embeddings: {embedding.key} draws other samples")
    _check_genes(results.genes, samples, len(labels))
    _check_citations(results)


def _check_genes(genes: Genes, samples: list[str], n_classes: int) -> None:
    """See that the columns of the gene table and the heat map agree."""
    table, heat_map = genes.table, genes.heat_map
    columns = (
        table.descriptions,
        table.high_in,
        table.signal_to_noise,
        table.mean_difference,
        table.p_value,
        table.q_value,
    )
    _expect({len(column) for column in columns} == {len(table.ids)}, "genes.table: column lengths")
    _expect(set(heat_map.gene_ids) <= set(table.ids), "genes.heat_map: genes")
    _expect(set(heat_map.sample_ids) <= set(samples), "genes.heat_map: samples")
    _expect(len(heat_map.z) == len(heat_map.gene_ids) == len(heat_map.high_in), "genes.heat_map: z")
    ragged = {len(row) for row in heat_map.z} - {len(heat_map.sample_ids)}
    _expect(not ragged, "genes.heat_map: z is ragged")
    inside = all(0 <= k < n_classes for k in (*table.high_in, *heat_map.high_in))
    _expect(inside, "genes: high_in beyond the classes")


def _check_citations(results: Results) -> None:
    """See that every cited work is among the references."""
    known = {work.key for work in results.references}
    texts = [results.data.description, *(step.text.template for step in results.methods)]
    cited = {key for text in texts for key in CITATION.findall(text)}
    cited |= {key for finding in results.findings for key in finding.references}
    cited |= {model.citation for model in results.models}
    _expect(cited <= known, f"references: missing {', '.join(sorted(cited - known))}")


def _expect(holds: bool, what: str) -> None:
    """Refuse what does not hold."""
    if not holds:
        raise ValueError(f"the records contradict each other ({what})")


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
