"""The record of the conclusion: what the report answers, in five sentences."""

from typing import Literal

from pipeline.records.base import Record, Statement

Part = Literal["answer", "errors", "comparison", "genes", "limits"]


class Sentence(Record):
    """One sentence of the conclusion; `key` says which part of the answer it is."""

    key: Part
    statement: Statement


class Conclusion(Record):
    """The study's question, answered; every number names its place in the results.

    `n_needed` is the number of held-out samples whose Wilson interval at the headline's accuracy
    is `width` wide.
    """

    width: float
    n_needed: int
    sentences: tuple[Sentence, ...]
