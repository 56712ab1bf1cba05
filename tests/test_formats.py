from typing import get_args

import pytest

from pipeline.records.base import Format, Statement, Value
from pipeline.records.models import Interval
from report import formats
from report.formats import Part


def test_every_declared_format_can_be_written() -> None:
    """Each format that a value may declare has its function."""
    expected = set(get_args(Format))

    assert expected == set(formats.FORMATS)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("count", 7129, "7129"),
        ("count", 0, "0"),
        ("count", -3, "−3"),
        ("decimal", 0.94117, "0.941"),
        ("decimal", 1, "1.000"),
        ("decimal", -0.5, "−0.500"),
        ("decimal", None, "–"),
        ("percent", 0.9411, "94.1\u00a0%"),
        ("percent", 0, "0\u00a0%"),
        ("points", 0.0294, "2.9"),
        ("points", -0.0294, "−2.9"),
        ("p_value", 0.0314, "0.031"),
        ("p_value", 0.001, "0.001"),
        ("p_value", 0.00099, "<\u00a00.001"),
        ("p_value", None, "–"),
        ("number", 16000.0, "16000"),
        ("number", 0.1, "0.1"),
        ("number", -1e-5, "−1e−05"),
        ("text", "linear SVM", "linear SVM"),
    ],
)
def test_a_format_writes(name: str, value: float | str | None, expected: str) -> None:
    """Each format writes as the table at the head of its module says."""
    actual = formats.FORMATS[name](value)

    assert expected == actual


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "–"),
        (0.05, "0.050"),
        (0.001, "0.001"),
        (0.00031, "3.1e−4"),
        (8.46e-12, "8.5e−12"),
        (0.0, "<\u00a01e−300"),
    ],
)
def test_a_ranking_p_value_keeps_two_digits(value: float | None, expected: str) -> None:
    """A p-value of a ranked table is told apart below 0.001 too, and never zero."""
    assert expected == formats.scientific(value)


@pytest.mark.parametrize("value", [-0.0001, -0.0])
def test_a_rounded_zero_has_no_sign(value: float) -> None:
    """What rounds to zero is written without a minus."""
    assert "0.000" == formats.decimal(value)


def test_an_interval_names_both_ends() -> None:
    """An interval is written from its lower to its upper end."""
    interval = Interval(low=0.80912, high=0.98403, method="Wilson")

    assert "0.809 to 0.984" == formats.interval(interval)


def test_a_limit_below_1_does_not_read_1() -> None:
    """Limits close to the ends get as many digits as it takes; the ends themselves three."""
    near = Interval(low=0.0002, high=0.99996, method="Wilson")
    ends = Interval(low=0.0, high=1.0, method="Wilson")

    assert "0.0002 to 0.99996" == formats.interval(near)
    assert "0.000 to 1.000" == formats.interval(ends)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, "0\u00a0B"),
        (999, "999\u00a0B"),
        (1_000, "1\u00a0kB"),
        (555_499, "555\u00a0kB"),
        (1_250_000, "1.2\u00a0MB"),
    ],
)
def test_a_size_has_its_unit(value: int, expected: str) -> None:
    """Sizes are in bytes, kB or MB, powers of 1000."""
    assert expected == formats.n_bytes(value)


def statement(template: str, **texts: str) -> Statement:
    """Make a statement whose values are texts."""
    values = tuple(
        Value(name=name, value=text, format="text", path=None) for name, text in texts.items()
    )
    return Statement(template=template, values=values)


def test_values_are_written_in_their_declared_format() -> None:
    """Two values of one number differ where their formats do."""
    share = Value(name="share", value=0.5, format="percent", path=None)
    score = Value(name="score", value=0.5, format="decimal", path=None)
    both = Statement(template="{share}, {score}", values=(share, score))

    assert "50\u00a0%, 0.500" == formats.plain(both)


def test_citations_of_the_template_are_parts() -> None:
    """A citation stands between the texts around it."""
    expected = [Part("As in ", None), Part("", "golub1999"), Part(", page 3.", None)]

    actual = formats.parts("As in [@golub1999], page 3.")

    assert expected == actual


@pytest.mark.parametrize("text", ["[@golub1999]", "{other}", "{name}", "\\1", "{0}"])
def test_a_value_stays_text(text: str) -> None:
    """What looks like a citation or a place inside a value is not taken for one."""
    expected = [Part(f"Sample {text}.", None)]

    actual = formats.parts(statement("Sample {name}.", name=text, other="wrong"))

    assert expected == actual


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("A test [@mcnemar1947].", "A test."),
        ("A test [@mcnemar1947], exact.", "A test, exact."),
        ("A test (exact [@mcnemar1947]) of pairs.", "A test (exact) of pairs."),
        ("By [@a] two ways.", "By two ways."),
        ("Weights [@a] [@b] change.", "Weights change."),
    ],
)
def test_plain_text_has_no_citations_and_right_punctuation(template: str, expected: str) -> None:
    """Without its citations a sentence is punctuated as if there had been none."""
    assert expected == formats.plain(template)


@pytest.mark.parametrize("text", ["a  b", "x )", "end ."])
def test_plain_text_leaves_values_alone(text: str) -> None:
    """Blanks inside a value are its own."""
    assert f"Sample {text}" == formats.plain(statement("Sample {name}", name=text))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1 / 1001, "0.0010 (1/1001)"),
        (1 / 101, "0.0099 (1/101)"),
        (1 / 20001, "0.000050 (1/20001)"),
        (None, "–"),
    ],
)
def test_the_smallest_p_value_names_its_fraction(value: float | None, text: str) -> None:
    """One over the permutations and one more is written out, and not as below 0.001."""
    assert text == formats.floor(value)
