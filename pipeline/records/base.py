"""What every part of the results is made of: records, sentences over values, citations.

A sentence with numbers in it is a `Statement`: a template with `{name}` places and,
for each name, the value, how to write it, and the path of the field it comes from::

    Statement(template="{n_test} test samples.",
              values=(Value(name="n_test", value=34, format="count",
                            path="protocols[given].n_test"),))
"""

import re
from typing import Literal

from pydantic import BaseModel, ConfigDict

CITATION = re.compile(r"\[@([A-Za-z0-9_-]+)\]")
"""How a text cites a work: `[@golub1999]`."""
Severity = Literal["error", "warning", "note", "seen", "passed", "not applicable"]
RAISED: tuple[Severity, ...] = ("error", "warning", "note")
"""Severities of what a rule raised, gravest first."""
Format = Literal["count", "decimal", "percent", "points", "p_value", "number", "measure", "text"]


class Record(BaseModel):
    """A frozen record with no unknown field, no silent conversion and no NaN."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Value(Record):
    """One value in a sentence, and where in the results it stands.

    `path` is a field, an operation over fields, or `limit` for a rule's own threshold, as in
    `pipeline.records.resolve`; None for words that were put together.
    """

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


class Finding(Record):
    """What one rule found: a caveat that it raised, or that it passed or does not apply.

    `subject` says what the rule looks at, `title` heads the caveat where it is raised, and
    `section` names the chapter that it qualifies. `statement` holds the numbers that were
    looked at, or the reason why the rule does not apply. `suppressed` is the reason that the
    study gives for leaving a caveat out, where it does.
    """

    code: str
    severity: Severity
    section: str
    subject: str
    title: str
    statement: Statement
    why: str
    action: str
    references: tuple[str, ...]
    suppressed: str | None

    @property
    def is_raised(self) -> bool:
        """Whether a caveat was raised and stands."""
        return self.severity in RAISED and self.suppressed is None

    @property
    def outcome(self) -> str:
        """The severity, or that a raised caveat is suppressed."""
        hidden = self.severity in RAISED and self.suppressed is not None
        return "suppressed" if hidden else self.severity


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
