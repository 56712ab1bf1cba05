"""The results object: every statement that a report may make, and nothing else.

`pipeline` fills it, `report` reads it, and neither side sees the other. It is saved
as one JSON file that is read back strictly: an unknown field, a missing one, a NaN or
another `schema_version` is an error.
The records that it is made of stand in `pipeline.records`.
"""

import json
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import ValidationError, model_validator

from pipeline.errors import DataError
from pipeline.records.agree import (
    check_associations,
    check_claim_lists,
    check_embedding,
    check_evaluation,
    check_keys,
    check_limits,
)
from pipeline.records.agree import expect as _expect
from pipeline.records.audit import Audit
from pipeline.records.base import (
    CITATION,
    Finding,
    MethodStep,
    Provenance,
    Record,
    Reference,
    Statement,
)
from pipeline.records.checklists import Checklist
from pipeline.records.claims import Claim, Run
from pipeline.records.comparators import Comparators
from pipeline.records.conclusion import Conclusion
from pipeline.records.data import Data, Embedding, Preprocessing, Study
from pipeline.records.genes import Genes
from pipeline.records.known import KnownFact
from pipeline.records.models import (
    Abstention,
    Calibration,
    Comparison,
    Evaluation,
    Improvement,
    LeakyTwin,
    LearningCurve,
    Model,
    Permutation,
    Power,
    Protocol,
    Resubstitution,
    SampleSize,
    ThresholdTable,
    Variant,
    VariantEvaluation,
)
from pipeline.records.published import PublishedResult
from pipeline.records.strata import Strata
from pipeline.records.weighting import Weighting

SCHEMA_VERSION: Literal[2] = 2


class Results(Record):
    """Everything that the report may say."""

    schema_version: Literal[2] = SCHEMA_VERSION
    study: Study
    headline: Statement
    conclusion: Conclusion | None = None
    primary_evaluation: str
    data: Data
    known: tuple[KnownFact, ...]
    audit: Audit
    preprocessing: Preprocessing
    embeddings: tuple[Embedding, ...]
    models: tuple[Model, ...]
    protocols: tuple[Protocol, ...]
    evaluations: tuple[Evaluation, ...]
    resubstitution: Resubstitution
    strata: tuple[Strata, ...]
    comparisons: tuple[Comparison, ...]
    powers: tuple[Power, ...] = ()
    sample_size: SampleSize | None = None
    improvements: tuple[Improvement, ...]
    weighting: Weighting | None
    variants: tuple[Variant, ...]
    variant_evaluations: tuple[VariantEvaluation, ...]
    permutations: tuple[Permutation, ...]
    learning_curves: tuple[LearningCurve, ...]
    leaky_twin: LeakyTwin | None
    abstentions: tuple[Abstention, ...]
    thresholds: tuple[ThresholdTable, ...]
    calibrations: tuple[Calibration, ...]
    n_scored_on_test: int
    primary_is_named: bool
    claims: tuple[Claim, ...]
    genes: Genes
    comparators: Comparators
    published: tuple[PublishedResult, ...]
    findings: tuple[Finding, ...]
    checklists: tuple[Checklist, ...]
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

    @property
    def raised(self) -> tuple[Finding, ...]:
        """The caveats that stand, gravest first."""
        return tuple(finding for finding in self.findings if finding.is_raised)

    def outcome(self, *outcomes: str) -> tuple[Finding, ...]:
        """Give the findings of some outcomes.

        Parameters
        ----------
        *outcomes : str
            Severities, or "suppressed".

        Returns
        -------
        tuple of Finding
            In their order.
        """
        return tuple(finding for finding in self.findings if finding.outcome in outcomes)

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

    def evaluation(self, protocol: str, model: str) -> Evaluation | None:
        """Give the evaluation of a model under a protocol.

        Parameters
        ----------
        protocol, model : str
            Their keys.

        Returns
        -------
        Evaluation or None
            None where the protocol did not run.
        """
        key = f"{protocol}/{model}"
        return next((evaluation for evaluation in self.evaluations if evaluation.key == key), None)

    def baseline(self, protocol: str) -> Evaluation | None:
        """Give the evaluation of the baseline under one protocol.

        Parameters
        ----------
        protocol : str
            The protocol's key.

        Returns
        -------
        Evaluation or None
            None where the study has no baseline, or the protocol did not run.
        """
        return next(
            (e for e in self.of_protocol(protocol) if self.model(e.model).is_baseline), None
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
    _check_audit(results.audit, samples)
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
        check_evaluation(evaluation, results.protocol(evaluation.protocol), labels)
    keys = {evaluation.key for evaluation in results.evaluations}
    _expect(results.primary_evaluation in keys, "primary_evaluation: no such evaluation")
    _expect(results.resubstitution.key in keys, "resubstitution: no such evaluation")
    complete = {(p.key, m) for p in results.ran for m in models}
    found = {(e.protocol, e.model) for e in results.evaluations}
    _expect(found == complete, "evaluations: a model is missing under a protocol")
    for change in results.improvements:
        _expect(change.protocol in sizes, f"improvements: protocol of {change.key}")
        _expect({change.base, change.variant} <= set(models), f"improvements: {change.key}")
    for embedding in results.embeddings:
        drawn = len(embedding.coordinates) == len(samples)
        _expect(drawn, f"embeddings: {embedding.key} draws other samples")
    for claim in results.claims:
        _check_claim(claim, labels)
        check_claim_lists(claim, len(labels))
    _check_comparators(results)
    _check_genes(results.genes, samples, len(labels))
    _check_citations(results)
    _check_lists(results)
    check_limits(results)


def _check_lists(results: Results) -> None:
    """See that records name models, protocols and evaluations that are there, each once."""
    models = [model.key for model in results.models]
    protocols = [protocol.key for protocol in results.protocols]
    evaluations = [evaluation.key for evaluation in results.evaluations]
    variants = [variant.key for variant in results.variants]
    check_keys(results.models, models, "models")
    check_keys(results.protocols, protocols, "protocols")
    check_keys(results.evaluations, evaluations, "evaluations")
    check_keys(results.variants, variants, "variants")
    check_keys(results.permutations, models, "permutations")
    check_keys(results.learning_curves, models, "learning_curves")
    check_keys(results.abstentions, evaluations, "abstentions")
    check_keys(results.thresholds, evaluations, "thresholds")
    check_keys(results.calibrations, evaluations, "calibrations")
    for pair in results.comparisons:
        there = {pair.first, pair.second} <= set(models) and pair.protocol in protocols
        _expect(there, f"comparisons: {pair.key} names no model or protocol")
    for changed in results.variant_evaluations:
        there = changed.model in models and changed.protocol in protocols
        _expect(there and changed.variant in variants, f"variant_evaluations: {changed.key}")
    twin = results.leaky_twin
    if twin:
        same = len(twin.honest_permuted) == len(twin.leaky_permuted)
        _expect(same, "leaky_twin: permuted labels")
    for test in results.permutations:
        n_drawn = 0 if test.not_run else test.n_permutations
        _expect(len(test.null) == n_drawn, f"permutations: null of {test.key}")
    for embedding in results.embeddings:
        check_embedding(embedding)
    check_associations(results.audit, len(results.data.classes), results.data.n_samples)


def _check_comparators(results: Results) -> None:
    """See that simpler rules were judged under the protocol of the headline, and are counted."""
    record = results.comparators
    _expect(record.protocol == results.primary.protocol, "comparators: another protocol")
    drawn = record.random_genes
    _expect(len(drawn.accuracies) == drawn.n_sets, "comparators: n_sets")
    _expect(drawn.n_genes <= results.genes.n_ranked, "comparators: n_genes")
    for rule in record.rules:
        _expect(rule.n_correct <= rule.n_predictions, f"comparators: counts of {rule.key}")


def _check_claim(claim: Claim, labels: list[str]) -> None:
    """See that every run measures the stated figures, and counts its samples."""
    where = f"claims: {claim.key}"
    _expect(bool(claim.figures) and bool(claim.models), f"{where} claims nothing")
    _expect({f.label for f in claim.figures} <= {None, *labels}, f"{where} names another class")
    trials = [trial for hypothesis in claim.hypotheses for trial in hypothesis.trials]
    runs = (claim.rerun.own, claim.corrected.runs, *(trial.runs for trial in trials))
    for each in runs:
        known = [run.key for run in each] in ([], [model.key for model in claim.models])
        _expect(known, f"{where} runs other models")
        for run in each:
            _check_run(run, [figure.key for figure in claim.figures], len(labels), where)
    for hypothesis in claim.hypotheses:
        there = hypothesis.best is None or hypothesis.best_trial is not None
        _expect(there, f"{where}: trials of {hypothesis.key}")
    _expect(claim.n_trials == len(trials), f"{where} counts other trials")
    explained = {h.key for h in claim.hypotheses if h.n_exact}
    _expect(set(claim.reproduced_by) <= explained, f"{where}: reproduced_by")


def _check_run(run: Run, figures: list[str], n_classes: int, where: str) -> None:
    """See that a run's counts and figures are those of its confusion matrix."""
    square = {len(run.confusion), *map(len, run.confusion)} == {n_classes}
    _expect(square, f"{where}: confusion of {run.key}")
    right = sum(row[k] for k, row in enumerate(run.confusion))
    counted = right == run.n_correct and sum(map(sum, run.confusion)) == run.n_test
    _expect(counted, f"{where}: counts of {run.key}")
    _expect([m.key for m in run.measured] == figures, f"{where}: figures of {run.key}")


def _check_audit(audit: Audit, samples: list[str]) -> None:
    """See that the audit looked at these samples, and at those that it left out."""
    record = audit.duplicates
    gone = 0 if record.kept else len(record.left_out)
    _expect(record.n_samples == len(samples) + gone, "audit.duplicates: n_samples")
    for metric in (audit.call_rate, audit.mean, audit.spread):
        expected = 0 if metric.not_run else len(samples)
        _expect(len(metric.values) == expected, f"audit.{metric.key}: other samples")
        named = {*metric.outliers, *metric.lowest, *metric.highest}
        _expect(named <= set(samples), f"audit.{metric.key}: names")
    for covariate in audit.covariates.covariates:
        _expect(len(covariate.values) == len(samples), f"audit.covariates: {covariate.key}")
    keys = [found.key for found in audit.associations]
    _expect(len(set(keys)) == len(keys), "audit.associations: a key stands twice")
    for check in audit.checks:
        _expect(not (check.is_raised and check.not_run), f"audit.{check.key}: raised and not run")


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
        table.p_max_t,
        table.selection_frequency,
        table.usable,
        table.weight,
        *table.present,
    )
    _expect({len(column) for column in columns} == {len(table.ids)}, "genes.table: column lengths")
    _expect(set(heat_map.gene_ids) <= set(table.ids), "genes.heat_map: genes")
    _expect(set(heat_map.sample_ids) <= set(samples), "genes.heat_map: samples")
    _expect(len(heat_map.z) == len(heat_map.gene_ids) == len(heat_map.high_in), "genes.heat_map: z")
    ragged = {len(row) for row in heat_map.z} - {len(heat_map.sample_ids)}
    _expect(not ragged, "genes.heat_map: z is ragged")
    inside = all(0 <= k < n_classes for k in (*table.high_in, *heat_map.high_in))
    _expect(inside, "genes: high_in beyond the classes")
    ranked = sum(table.usable) == genes.n_ranked and all(table.usable[: genes.n_ranked])
    _expect(ranked and genes.n_tested <= genes.n_ranked, "genes.table: usable genes come first")
    hidden = set(genes.undetected.ids) if genes.undetected else set()
    _expect(hidden <= set(heat_map.gene_ids), "genes.undetected: genes that are not listed")
    listed = set(heat_map.gene_ids) <= set(table.ids[: genes.n_ranked])
    _expect(listed, "genes.heat_map: a gene that the models may not use")
    _expect(len(table.present) in (0, n_classes), "genes.table: calls of other classes")
    _expect(len(set(table.ids)) == len(table.ids) == genes.n_genes, "genes.table: number of genes")
    _check_max_t(genes)
    _check_stability(genes)
    _check_overlaps(genes)


def _check_max_t(genes: Genes) -> None:
    """See that the adjusted p-values are there if and only if max-T ran, and are counted."""
    record, table = genes.max_t, genes.table
    found = [p for p in table.p_max_t if p is not None]
    _expect(len(found) == (0 if record.not_run else genes.n_tested), "genes.max_t: genes tested")
    n_small = sum(p <= record.level for p in found)
    _expect(n_small == record.n_significant, "genes.max_t: n_significant")
    between = record.n_low <= record.n_significant <= record.n_high <= len(found)
    _expect(between, "genes.max_t: n_significant lies outside its range")
    smallest = record.smallest_p or 0.0
    _expect(all(smallest <= p <= 1 for p in found), "genes.max_t: p-values below the smallest")


def _check_stability(genes: Genes) -> None:
    """See that lists are named and counted as they were drawn, and frequencies are theirs."""
    record = genes.stability
    n_drawn = {"bootstrap": record.n_bootstraps, "folds": record.n_folds * record.n_repeats}
    for drawn in record.lists:
        where = f"genes.stability: {drawn.key}"
        _expect(drawn.key == f"{drawn.resampling}/{drawn.n_per_class}", where)
        _expect(drawn.n_lists == n_drawn[drawn.resampling], f"{where} counts other lists")
        _expect(drawn.n_steady <= drawn.n_ever <= genes.n_ranked, f"{where} counts other genes")
        undefined = drawn.stability is None
        _expect(undefined == (drawn.interval is None) == bool(drawn.undefined), where)
    _expect(record.n_per_class == genes.n_per_class, "genes.stability: n_per_class")
    _expect(record.of("folds") is not None, "genes.stability: no folds")
    own = record.of("bootstrap")
    _expect((own is None) == (record.n_bootstraps == 0), "genes.stability: no bootstraps")
    frequencies = [f for f in genes.table.selection_frequency if f is not None]
    _expect(len(frequencies) == (genes.n_ranked if own else 0), "genes.table: selection_frequency")
    if own:
        n_ever = sum(f > 0 for f in frequencies)
        _expect(n_ever == own.n_ever, "genes.stability: n_ever is not that of the table")


def _check_overlaps(genes: Genes) -> None:
    """See that shared genes are published ones that were ranked."""
    if not genes.published:
        return
    published, ranked = set(genes.published.genes), set(genes.table.ids)
    for record in genes.published.overlaps:
        where = f"genes.published: {record.key}"
        _expect(set(record.shared) <= published & ranked, f"{where} shares other genes")
        counted = len(record.shared) <= record.n_present <= len(published)
        _expect(counted and record.n_published == len(published), f"{where} counts other genes")


def _check_citations(results: Results) -> None:
    """See that every cited work is among the references."""
    known = {work.key for work in results.references}
    texts = [results.data.description, *(step.text.template for step in results.methods)]
    cited = {key for text in texts for key in CITATION.findall(text)}
    cited |= {results.genes.published.citation} if results.genes.published else set()
    cited |= {key for finding in results.findings for key in finding.references}
    cited |= {model.citation for model in results.models}
    cited |= {result.citation for result in results.published if result.citation}
    cited |= {claim.citation for claim in results.claims if claim.citation}
    cited |= {checklist.citation for checklist in results.checklists}
    _expect(cited <= known, f"references: missing {', '.join(sorted(cited - known))}")


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
    return _text(_Same(results))


class _Same:
    """Results that are equal to themselves only: comparing all their fields takes longer."""

    def __init__(self, results: Results) -> None:
        self.results = results

    def __hash__(self) -> int:
        return id(self.results)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.results is self.results


@lru_cache(maxsize=1)  # page, PDF, file and fingerprint ask for the same text
def _text(same: _Same) -> str:
    """Write results that do not change any more."""
    return _render(same.results.model_dump(mode="json")) + "\n"


def fingerprint(results: Results) -> str:
    """Give a number that only these results have.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    str
        The SHA-256 of what `dumps` gives, in hexadecimal: that of the file `results.json`.
    """
    return sha256(dumps(results).encode()).hexdigest()


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


_JSON = json.JSONEncoder(ensure_ascii=False, allow_nan=False)
_quoted = json.encoder.encode_basestring


def _render(value: Any, margin: str = "") -> str:
    """Write JSON with a list of plain values on one line, so that the file reads and diffs well."""
    inner = margin + " "
    if isinstance(value, dict) and value:
        rows = [f"{inner}{_quoted(key)}: {_render(item, inner)}" for key, item in value.items()]
        return "{\n" + ",\n".join(rows) + f"\n{margin}}}"
    if isinstance(value, list) and any(isinstance(item, dict | list) for item in value):
        return "[\n" + ",\n".join(inner + _render(item, inner) for item in value) + f"\n{margin}]"
    return _scalar(value)


def _scalar(value: Any) -> str:
    """Write one plain value, or a list of them, as JSON."""
    return _quoted(value) if type(value) is str else _JSON.encode(value)
