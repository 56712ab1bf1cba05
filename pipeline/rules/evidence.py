"""What a rule is given, and what a rule is."""

from collections.abc import Callable
from dataclasses import dataclass

from pipeline.records.base import Finding
from pipeline.records.data import Data, Embedding
from pipeline.records.genes import Genes
from pipeline.records.models import (
    Abstention,
    Calibration,
    Comparison,
    Evaluation,
    Improvement,
    LeakyTwin,
    Model,
    Permutation,
    Protocol,
)


@dataclass(frozen=True)
class Evidence:
    """The records that rules look at."""

    data: Data
    embeddings: tuple[Embedding, ...]
    models: tuple[Model, ...]
    protocols: tuple[Protocol, ...]
    evaluations: tuple[Evaluation, ...]
    comparisons: tuple[Comparison, ...]
    improvements: tuple[Improvement, ...]
    permutations: tuple[Permutation, ...]
    leaky_twin: LeakyTwin | None
    abstentions: tuple[Abstention, ...]
    calibrations: tuple[Calibration, ...]
    n_scored_on_test: int
    genes: Genes
    primary: Evaluation
    sample_nouns: str
    gene_nouns: str

    @property
    def is_resampled(self) -> bool:
        """Whether the headline comes from resampling."""
        return self.protocol(self.primary.protocol).resampled

    def protocol(self, key: str) -> Protocol:
        """Give the protocol of that key."""
        return next(protocol for protocol in self.protocols if protocol.key == key)

    def model(self, key: str) -> Model:
        """Give the model of that key."""
        return next(model for model in self.models if model.key == key)

    def of_protocol(self, key: str) -> tuple[Evaluation, ...]:
        """Give the evaluations of one protocol, without the baseline."""
        return tuple(
            evaluation
            for evaluation in self.evaluations
            if evaluation.protocol == key and not self.model(evaluation.model).is_baseline
        )

    def baseline(self, protocol: str) -> Evaluation | None:
        """Give the majority baseline under one protocol."""
        return next(
            (
                evaluation
                for evaluation in self.evaluations
                if evaluation.protocol == protocol and self.model(evaluation.model).is_baseline
            ),
            None,
        )


Rule = Callable[[Evidence], Finding | None]
"""One caveat: looks at the finished records, and gives a finding where they raise it.

A rule changes nothing and computes no statistic of its own: each number in its sentence is a
field of the results, named by its path, or a difference, share or count of such fields, or the
rule's own limit. It gives None where nothing is raised and where it does not apply. Its
docstring is one line, `Raise CODE: ...`; what every rule takes and gives is said here.
"""
