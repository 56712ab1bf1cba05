import json
import re
import string
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from pipeline import results
from pipeline.errors import DataError
from pipeline.overlap import compare
from pipeline.records.base import Statement, Value
from pipeline.records.claims import Claim
from pipeline.records.genes import Published
from pipeline.records.resolve import LIMIT, resolve
from pipeline.results import Results

NASTY = [
    '"quoted"',
    "back\\slash",
    "[1]",
    "a.b[c].d",
    "{n}",
    "<b>&amp;",
    "línea\nŽ 漢 🧬",
    "\x00",
    "",
]

texts = st.text(st.characters(exclude_categories=["Cs"])) | st.sampled_from(NASTY)
numbers = st.floats(allow_nan=False, allow_infinity=False) | st.integers()


def statements(value: Any) -> Iterator[Statement]:
    """Find every sentence of a record."""
    if isinstance(value, Statement):
        yield value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from statements(getattr(value, name))
    elif isinstance(value, tuple):
        for item in value:
            yield from statements(item)


@pytest.fixture(params=["toy_results", "two_class_results"])
def any_results(request: pytest.FixtureRequest) -> Results:
    """Give the results of either toy study."""
    return request.getfixturevalue(request.param)


def test_results_come_back_as_they_were_saved(any_results: Results, tmp_path: Path) -> None:
    """Saving and loading gives an equal object."""
    results.save(any_results, tmp_path / "results.json")

    actual = results.load(tmp_path / "results.json")

    assert any_results == actual


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=texts, value=numbers | texts)
def test_any_text_and_number_comes_back(
    toy_results: Results, tmp_path: Path, text: str, value: float | str
) -> None:
    """Whatever stands in a title, a description or a value survives the file."""
    statement = Statement(template=text, values=(Value(name=text, value=value, format="text"),))
    expected = toy_results.model_copy(
        update={
            "study": toy_results.study.model_copy(update={"title": text}),
            "headline": statement,
            "data": toy_results.data.model_copy(update={"description": text}),
        }
    )
    results.save(expected, tmp_path / "results.json")

    actual = results.load(tmp_path / "results.json")

    assert expected == actual
    assert type(value) is type(actual.headline.values[0].value)


def test_the_text_is_plain_json(any_results: Results) -> None:
    """Any reader of JSON finds the records in it."""
    expected = any_results.model_dump(mode="json")

    actual = json.loads(results.dumps(any_results))

    assert expected == actual


def test_equal_results_give_equal_text(toy_results: Results) -> None:
    """The text depends on nothing but the records."""
    expected = results.dumps(toy_results)

    actual = results.dumps(Results.model_validate(toy_results.model_dump()))

    assert expected == actual


def test_lists_of_numbers_stand_on_one_line(toy_results: Results) -> None:
    """A list of plain values is not spread over many lines."""
    actual = results.dumps(toy_results)

    ratios = json.dumps(toy_results.embeddings[0].explained_variance_ratio)
    assert f'   "explained_variance_ratio": {ratios},\n' in actual


def test_records_are_frozen(toy_results: Results) -> None:
    """Nobody can change a result under way."""
    with pytest.raises(ValidationError, match="frozen"):
        toy_results.data.n_samples = 31


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_not_finite_never_enters(value: float) -> None:
    """NaN and infinity are refused where a record is made."""
    with pytest.raises(ValidationError, match="finite"):
        Value(name="n", value=value, format="number")


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ('"schema_version": 2', '"schema_version": 3', "schema_version: Input should be 2"),
        ('"schema_version": 2', '"version": 1', "version: Extra inputs are not permitted"),
        (
            '"n_samples": 30',
            '"n_samples": 30.5',
            "data.n_samples: Input should be a valid integer",
        ),
        ('"n_samples": 30', '"n_samples": "30"', "data.n_samples: Input should be a valid integer"),
        ('"n_train": 24,\n', "", "data.n_train: Field required"),
        ('"minimum": ', '"minimum": NaN, "x": ', "data.minimum: Input should be a finite number"),
        ('"minimum": ', '"minimum" ', "the file: Invalid JSON: expected `:`"),
    ],
)
def test_another_shape_is_refused_on_one_line(
    toy_results: Results, tmp_path: Path, old: str, new: str, where: str
) -> None:
    """A file that is not exactly of this version is an error that names the field."""
    path = tmp_path / "results.json"
    path.write_text(results.dumps(toy_results).replace(old, new, 1))

    with pytest.raises(DataError) as caught:
        results.load(path)

    expected = f"{path}: expected results of schema version 2, found at {where}"
    assert str(caught.value).startswith(expected)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, content: bytes | None) -> None:
    """A missing file, and one that is no UTF-8, is named on one line."""
    path = tmp_path / "results.json"
    if content:
        path.write_bytes(content)

    with pytest.raises(DataError) as caught:
        results.load(path)

    assert str(caught.value).startswith(f"{path}: expected a results file, found none to read")
    assert "\n" not in str(caught.value)


def test_every_value_stands_where_its_path_says(any_results: Results) -> None:
    """Each value of each sentence is the one at its path."""
    values = [v for statement in statements(any_results) for v in statement.values if v.path]
    stated = [value for value in values if value.path != LIMIT]

    actual = [v for v in stated if v.path and resolve(any_results, v.path) != v.value]

    assert len(stated) > 50
    assert [] == actual


def test_every_number_of_the_headline_and_the_findings_has_a_path(any_results: Results) -> None:
    """What a reader may quote can be found in the file; only words are put together."""
    told = [any_results.headline, *(finding.statement for finding in any_results.findings)]

    actual = [v for statement in told for v in statement.values if not v.path]

    assert {"text"} == {value.format for value in actual}


def test_every_place_in_a_sentence_has_its_value(any_results: Results) -> None:
    """No sentence has a place that nothing fills."""
    for statement in statements(any_results):
        places = {name for _, name, _, _ in string.Formatter().parse(statement.template) if name}
        assert places <= {value.name for value in statement.values}


def test_no_sentence_names_a_value_twice(any_results: Results) -> None:
    """The names of a sentence's values are unique, so that none hides another."""
    for statement in statements(any_results):
        names = [value.name for value in statement.values]
        assert len(set(names)) == len(names)


def with_genes(results_object: Results, *path: str, **update: Any) -> Results:
    """Change the record of the genes, or one of its records."""
    genes = results_object.genes
    if path:
        (name,) = path
        update = {name: getattr(genes, name).model_copy(update=update)}
    return results_object.model_copy(update={"genes": genes.model_copy(update=update)})


def listed(results_object: Results, **update: Any) -> dict[str, Any]:
    """Change the first record of the lists."""
    first, *others = results_object.genes.stability.lists
    return {"lists": (first.model_copy(update=update), *others)}


CONTRADICTIONS: list[tuple[str, Callable[[Results], Results]]] = [
    ("number of genes", lambda r: with_genes(r, n_genes=41)),
    ("column lengths", lambda r: with_genes(r, "table", p_max_t=(0.5,))),
    ("genes tested", lambda r: with_genes(r, n_tested=35)),
    ("usable genes come first", lambda r: with_genes(r, n_ranked=35)),
    ("usable genes come first", lambda r: with_genes(r, "table", usable=(False,) + (True,) * 39)),
    ("calls of other classes", lambda r: with_genes(r, "table", present=((0.5,) * 40,))),
    ("outside its range", lambda r: with_genes(r, "max_t", n_high=0)),
    (
        "a gene that the models may not use",
        lambda r: with_genes(
            r, "heat_map", gene_ids=(r.genes.table.ids[-1], *r.genes.heat_map.gene_ids[1:])
        ),
    ),
    ("genes tested", lambda r: with_genes(r, "max_t", not_run="no reason")),
    ("n_significant", lambda r: with_genes(r, "max_t", n_significant=40)),
    ("below the smallest", lambda r: with_genes(r, "max_t", smallest_p=0.2)),
    ("bootstrap/4", lambda r: with_genes(r, "stability", **listed(r, n_per_class=5))),
    ("other lists", lambda r: with_genes(r, "stability", n_bootstraps=99)),
    ("other genes", lambda r: with_genes(r, "stability", **listed(r, n_steady=36, n_ever=35))),
    ("bootstrap/4", lambda r: with_genes(r, "stability", **listed(r, stability=None))),
    ("n_per_class", lambda r: with_genes(r, "stability", n_per_class=5)),
    ("no folds", lambda r: with_genes(r, "stability", lists=r.genes.stability.lists[:-1])),
    ("no bootstraps", lambda r: with_genes(r, "stability", lists=r.genes.stability.lists[-1:])),
    (
        "selection_frequency",
        lambda r: with_genes(r, "table", selection_frequency=(None,) * 40),
    ),
    ("n_ever", lambda r: with_genes(r, "stability", **listed(r, n_ever=35))),
]


@pytest.mark.parametrize(("what", "change"), CONTRADICTIONS)
def test_genes_that_contradict_themselves_are_refused(
    toy_results: Results, what: str, change: Callable[[Results], Results]
) -> None:
    """Records of the genes whose counts or lengths disagree are an error that says which."""
    with pytest.raises(ValueError, match=re.escape(what)):
        results.check_references(change(toy_results))


@pytest.mark.parametrize(
    ("update", "what"),
    [({"shared": ("G39_at",)}, "shares other genes"), ({"n_published": 3}, "counts other genes")],
)
def test_an_overlap_that_contradicts_itself_is_refused(
    toy_results: Results, update: dict[str, Any], what: str
) -> None:
    """A shared gene is a published one, and published genes are counted."""
    ids = toy_results.genes.table.ids
    overlap = compare(ids[:5], ["G00_at", "G05_at"], ids, key="report", values="as they are")
    published = Published(
        source="a table",
        citation="golub1999",
        genes=("G00_at", "G05_at"),
        overlaps=(overlap.model_copy(update=update),),
    )

    with pytest.raises(ValueError, match=what):
        results.check_references(with_genes(toy_results, published=published))


def with_run(claim: Claim, **update: Any) -> dict[str, Any]:
    """Change the first of the corrected runs."""
    first, *others = claim.corrected.runs
    runs = (first.model_copy(update=update), *others)
    return {"corrected": claim.corrected.model_copy(update={"runs": runs})}


@pytest.mark.parametrize(
    ("what", "update"),
    [
        ("claims: paper claims nothing", lambda c: {"figures": ()}),
        ("claims: paper runs other models", lambda c: {"models": c.models[:1]}),
        ("claims: paper runs other models", lambda c: with_run(c, key="voting")),
        ("claims: paper: counts of logistic", lambda c: with_run(c, n_correct=1, n_test=1)),
        ("claims: paper: confusion of logistic", lambda c: with_run(c, confusion=((6,),))),
        ("claims: paper: figures of logistic", lambda c: with_run(c, measured=())),
        ("claims: paper counts other trials", lambda c: {"n_trials": 0}),
        ("claims: paper: reproduced_by", lambda c: {"reproduced_by": ("test-in-training",)}),
        (
            "claims: paper: trials of shuffled",
            lambda c: {"hypotheses": (c.hypothesis("shuffled").model_copy(update={"best": "x"}),)},
        ),
        (
            "claims: paper names another class",
            lambda c: {"figures": (c.figures[1].model_copy(update={"label": "CML"}),)},
        ),
    ],
)
def test_a_claim_that_contradicts_itself_is_refused(
    two_class_results: Results, what: str, update: Callable[[Claim], dict[str, Any]]
) -> None:
    """Its runs are of its models and give its figures, and what is counted is there."""
    (claim,) = two_class_results.claims
    changed = claim.model_copy(update=update(claim))

    with pytest.raises(ValueError, match=re.escape(what)):
        results.check_references(two_class_results.model_copy(update={"claims": (changed,)}))
