"""Results objects cut to measure, and finished pages and PDFs taken apart.

Everything here is a plain function, so that each test says what it starts from.
"""

import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pikepdf

from pipeline.records.data import ClassSummary
from pipeline.records.models import Evaluation, Improvement, Protocol
from pipeline.results import Results

ROOT = Path(__file__).resolve().parents[1]
VOID = frozenset({"br", "col", "hr", "img", "input", "link", "meta"})


HOSTILE_TEXTS = (
    "<script>alert(1)</script>",
    '"onmouseover="alert(1)',
    "{{7*7}}{% raw %}",
    "right\u200fto\u200fleft \u202eodd",
    "long " * 2_000 + "name",
    "W" * 10_000,
    "\U0001f9ec \U0001f468\u200d\U0001f469\u200d\U0001f467",
    "null\0byte",
    "\\input{/etc/passwd}",
    "\\write18{id} $x$ a_b^c 50% #1 & ~ `` ''",
    "=cmd|' /C calc'!A0",
    "../../x",
    "![x](http://example.org) [@key] *b* _i_ `c`",
)
"""What strangers may call a gene, a sample, a class or a study."""


WITHOUT: dict[str, Any] = {
    "variants": (),
    "variant_evaluations": (),
    "permutations": (),
    "learning_curves": (),
    "leaky_twin": None,
    "abstentions": (),
    "thresholds": (),
    "calibrations": (),
}
"""Nothing of what goes beyond the protocols."""


def small(results: Results) -> Results:
    """Keep two models, the given split and cross-validation, and one embedding."""
    models, protocols = ("majority", "svm"), ("given", "cv")
    gain = Improvement(
        key="given/svm/svm",
        label="Nothing at all",
        protocol="given",
        base="svm",
        variant="svm",
        n_changed=0,
        n_predictions=6,
        base_accuracy=0.5,
        variant_accuracy=0.5,
        p_value=1.0,
    )
    return results.model_copy(
        update={
            "models": tuple(m for m in results.models if m.key in models),
            "protocols": tuple(p for p in results.protocols if p.key in protocols),
            "embeddings": results.embeddings[:1],
            "evaluations": tuple(
                e for e in results.evaluations if e.model in models and e.protocol in protocols
            ),
            "comparisons": (),
            "improvements": (gain,),
            **WITHOUT,
        }
    )


def without_test(results: Results) -> Results:
    """Make every sample a training sample, as in the embedded copy of the data."""
    data = results.data
    samples = tuple(s.model_copy(update={"partition": "train"}) for s in data.samples)
    classes = tuple(
        c.model_copy(update={"n_train": c.n_samples, "n_test": 0}) for c in data.classes
    )
    changes = {"samples": samples, "classes": classes, "n_train": data.n_samples, "n_test": 0}
    return results.model_copy(
        update={
            "data": data.model_copy(update=changes),
            "protocols": tuple(_unavailable(p) for p in results.protocols),
            "evaluations": tuple(e for e in results.evaluations if e.protocol != "given"),
            "improvements": (),
            "comparators": results.comparators.model_copy(update={"protocol": "cv"}),
            "primary_evaluation": "cv/svm",
            "resubstitution": results.resubstitution.model_copy(update={"key": "cv/svm"}),
        }
    )


def _unavailable(protocol: Protocol) -> Protocol:
    """Take its samples from the given split."""
    if protocol.key != "given":
        return protocol
    return protocol.model_copy(
        update={"unavailable": "there are no independent samples", "sample_ids": (), "n_test": 0}
    )


def from_embedded(results: Results) -> Results:
    """Say that the data come from the embedded copy."""
    source = results.data.source.model_copy(update={"kind": "embedded"})
    data = results.data.model_copy(update={"source": source})
    return results.model_copy(update={"data": data})


def many_classes(results: Results, *, n_classes: int) -> Results:
    """Deal the samples out to other classes; each model takes one sample of each for the next."""
    labels = [f"class {k:02d}" for k in range(n_classes)]
    samples = tuple(
        sample.model_copy(update={"label": labels[i % n_classes]})
        for i, sample in enumerate(results.data.samples)
    )
    sizes = [sum(sample.label == label for sample in samples) for label in labels]
    classes = tuple(
        ClassSummary(label=label, description=None, n_samples=n, n_train=n, n_test=0)
        for label, n in zip(labels, sizes, strict=True)
    )
    return results.model_copy(
        update={
            "data": results.data.model_copy(update={"samples": samples, "classes": classes}),
            "evaluations": tuple(_over(e, labels, sizes) for e in results.evaluations),
        }
    )


def _over(evaluation: Evaluation, labels: list[str], sizes: list[int]) -> Evaluation:
    """Spread an evaluation over other classes."""
    n = len(labels)
    confusion = [[0] * n for _ in labels]
    for k, size in enumerate(sizes):
        confusion[k][k] = size - 1
        confusion[k][(k + 1) % n] += 1
    template, curve = evaluation.per_class[0], next(iter(evaluation.roc), None)
    return evaluation.model_copy(
        update={
            "confusion": tuple(map(tuple, confusion)),
            "scores": (),
            "per_class": tuple(template.model_copy(update={"label": label}) for label in labels),
            "roc": tuple(curve.model_copy(update={"label": label}) for label in labels)
            if curve
            else (),
        }
    )


def renamed(results: Results, names: Mapping[str, str]) -> Results:
    """Replace whole texts wherever they stand in the results."""

    def replace(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: replace(item) for key, item in value.items()}
        if isinstance(value, list):
            return [replace(item) for item in value]
        return names.get(value, value) if isinstance(value, str) else value

    return Results.model_validate_json(json.dumps(replace(results.model_dump(mode="json"))))


@dataclass
class Element:
    """An element of a page."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list["Element | str"] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All text in it, with single blanks; not that of drawings."""
        return " ".join("".join(self._texts()).split())

    def _texts(self) -> Iterator[str]:
        """The pieces of its text."""
        for child in self.children:
            if isinstance(child, str):
                yield child
            elif child.tag not in ("style", "script", "svg"):
                yield from child._texts()

    def all(self, *tags: str) -> Iterator["Element"]:
        """Give the elements in it in the order of the page: of these tags, or every one."""
        for child in self.children:
            if isinstance(child, Element):
                if not tags or child.tag in tags:
                    yield child
                yield from child.all(*tags)

    def one(self, tag: str) -> "Element":
        """Give the only element of that tag."""
        (found,) = self.all(tag)
        return found

    def by_id(self, key: str) -> "Element":
        """Give the element of that id."""
        (found,) = (e for e in self.all() if e.attributes.get("id") == key)
        return found

    def by_class(self, name: str) -> list["Element"]:
        """Give the elements of that class."""
        return [e for e in self.all() if name in e.attributes.get("class", "").split()]


class _Builder(HTMLParser):
    """Builds the tree; the page must close what it opens, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open = [Element("")]
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element."""
        attributes = {name: value or "" for name, value in attrs}
        if len(attributes) < len(attrs):
            self.faults.append(f"line {self.getpos()[0]}: <{tag}> repeats an attribute")
        element = Element(tag, attributes)
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        """Close the element that is open."""
        if self.open[-1].tag != tag:
            found = f"</{tag}> closes <{self.open[-1].tag}>"
            self.faults.append(f"line {self.getpos()[0]}: {found}")
        if len(self.open) > 1:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        """Keep text."""
        self.open[-1].children.append(data)


def parse(page: str) -> Element:
    """Take a page apart."""
    return _built(page).open[0]


def faults(page: str) -> list[str]:
    """List what is not closed, closed twice or out of order."""
    builder = _built(page)
    return [*builder.faults, *(f"<{element.tag}> is left open" for element in builder.open[1:])]


def _built(page: str) -> _Builder:
    """Feed a page to the builder."""
    builder = _Builder()
    builder.feed(page)
    builder.close()
    return builder


def pdf_texts(content: bytes) -> list[str]:
    """Read the text of each page of a PDF through its fonts' own tables of characters."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        return [" ".join(" ".join(_pieces(page)).split()) for page in pdf.pages]


def pdf_pieces(content: bytes) -> list[str]:
    """Read the pieces of text that were placed by themselves: at least one a line."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        return [piece for page in pdf.pages for piece in _pieces(page)]


def _pieces(page: pikepdf.Page) -> list[str]:
    """Read the pieces of one page."""
    tables: dict[str, dict[str, str]] = {}
    table: dict[str, str] = {}
    words: list[str] = []
    for instruction in pikepdf.parse_content_stream(page):
        operator = str(instruction.operator)
        if operator == "Tf":
            name = str(instruction.operands[0])
            if name not in tables:
                tables[name] = _characters(page.resources.Font[name])
            table = tables[name]
        elif operator == "TJ":
            codes = "".join(
                bytes(piece).hex()
                for piece in instruction.operands[0]
                if isinstance(piece, pikepdf.String)
            )
            glyphs = (codes[i : i + 4] for i in range(0, len(codes), 4))
            words.append("".join(table.get(glyph, "") for glyph in glyphs))
    return words


def _characters(font: pikepdf.Object) -> dict[str, str]:
    """Give the text of each glyph of a font."""
    listing = font.ToUnicode.read_bytes().decode("ascii")
    pairs = re.findall(r"<([0-9a-f]{4})> <([0-9a-f]+)>\n", listing)
    return {glyph: bytes.fromhex(text).decode("utf-16-be") for glyph, text in pairs}


def python(
    *arguments: str, cwd: Path, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run a fresh Python that finds the program, whatever its folder."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), **(environment or {})},
        capture_output=True,
        check=False,
    )
