"""Numbers to text, in one place: what a format means is said here and nowhere else.

========== ==================================================== =============
format     writes                                               example
========== ==================================================== =============
count      a whole number                                       7129
decimal    a share or coefficient, three decimals               0.941
percent    a share 0 to 1 as percent, one decimal               94.1 %
points     a difference of shares as percentage points          2.9
p_value    three decimals, or below 0.001                       < 0.001
number     a setting, as short as it goes                       16000
measure    a measured value, five digits                        7.6667
mean       a mean of counts, one decimal                        27.9
text       as it is                                             linear SVM
========== ==================================================== =============
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from pipeline.records.base import CITATION, Statement, Value
from pipeline.records.claims import StatedFigure
from pipeline.records.models import Interval

MINUS = "−"  # typographic: a hyphen is shorter and breaks at line ends
NO_BREAK = "\u00a0"
UNDEFINED = "–"
SMALLEST = 1e-300  # below that a p-value underflows
MAX_DIGITS = 9  # of a limit close to 0 or 1
MAX_NAMES = 8  # in a list within a cell; more are counted
MAX_NAME = 24  # characters of a name in such a list

_PLACE = re.compile(r"\{(\w+)\}")

ONE = "__one"
"""Ends the name under which the study's word for one thing is kept."""

PLURAL_FIELDS = ("study.sample_noun_plural", "study.gene_noun_plural")
"""Fields that hold what several are called."""

VERBS = {"were": "was", "are": "is", "have": "has", "do": "does", "differ": "differs"}
"""Verbs after several, and after one."""

ALWAYS_SO = frozenset(
    {
        *("is", "was", "has", "does", "this", "its", "less", "as", "us", "always", "across"),
        *("versus", "plus", "minus", "thus", "whereas", "series", "species", "analysis", "basis"),
        *("axis", "bias", "genus", "locus"),
    }
)
"""Words that end in s and are no plural."""

IE = frozenset({"dies", "lies", "ties", "pies"})
"""Plurals whose singular ends in ie."""

_BETWEEN = (
    r"(?:(?:other|different|independent|held-out|training|test|further|more|random|equal|wrong|"
    r"inner|outer|stratified|listed|published|such|negative|missing|given|single|constant|small|"
    r"distinct|joined|principal|percentage) )*"
)
"""Words that may stand between a number and what it counts."""

_NOUN = r"(?:\{\w+\}|[a-z-]+s)(?!\w)"
_ITS_VERB = r" (?P<verb>were|are|have|do|differ)(?!\w)"

_COUNTED = re.compile(rf" {_BETWEEN}(?P<noun>{_NOUN})(?:{_ITS_VERB})?")
"""What follows a number: words between, the noun and perhaps its verb."""

_OF_SEVERAL = re.compile(rf"(?: of \{{\w+\}}(?: {_BETWEEN}{_NOUN})?)?{_ITS_VERB}")
"""One, or one of several, and its verb."""


@dataclass(frozen=True)
class Part:
    """A piece of prose: text, or the key of a cited work."""

    text: str
    cites: str | None = None


def count(value: float) -> str:
    """Write a whole number.

    Parameters
    ----------
    value : int
        The number.

    Returns
    -------
    str
        Its digits.
    """
    return _signed(f"{value:.0f}")


def decimal(value: float | None) -> str:
    """Write a share or coefficient with three decimals.

    Parameters
    ----------
    value : float or None
        The value.

    Returns
    -------
    str
        Three decimals, or a dash where it is undefined.
    """
    return UNDEFINED if value is None else _signed(f"{value:.3f}")


def percent(value: float) -> str:
    """Write a share as percent, with one decimal unless it is whole.

    Parameters
    ----------
    value : float
        A share, 0 to 1.

    Returns
    -------
    str
        For example 94.1 %.
    """
    return f"{100 * value:.1f}".removesuffix(".0") + f"{NO_BREAK}%"


def points(value: float) -> str:
    """Write a difference of shares as percentage points.

    Parameters
    ----------
    value : float
        A difference, -1 to 1.

    Returns
    -------
    str
        One decimal.
    """
    return _signed(f"{100 * value:.1f}")


def p_value(value: float | None) -> str:
    """Write a p- or q-value for prose.

    Parameters
    ----------
    value : float or None
        The value, 0 to 1.

    Returns
    -------
    str
        Three decimals, "< 0.001" below that, a dash where it is undefined.
    """
    if value is None:
        return UNDEFINED
    return f"<{NO_BREAK}0.001" if value < 0.001 else f"{value:.3f}"


def floor(value: float | None) -> str:
    """Write the smallest p-value that a number of permutations can give.

    Parameters
    ----------
    value : float or None
        One over a whole number.

    Returns
    -------
    str
        For example 0.0010 (1/1001), a dash where it is undefined.
    """
    if value is None:
        return UNDEFINED
    digits = 4 if value >= 0.0001 else 6  # of a floor of 10,000 permutations or more
    return f"{value:.{digits}f} (1/{1 / value:.0f})"


def scientific(value: float | None) -> str:
    """Write a p- or q-value for a table that ranks by it.

    Parameters
    ----------
    value : float or None
        The value, 0 to 1.

    Returns
    -------
    str
        Three decimals, or two digits and a power of ten below 0.001.
    """
    if value is None or value >= 0.001:
        return decimal(value)
    if value < SMALLEST:
        return f"<{NO_BREAK}1e{MINUS}300"
    mantissa, exponent = f"{value:.1e}".split("e")
    return f"{mantissa}e{MINUS}{abs(int(exponent))}"


def number(value: float) -> str:
    """Write a setting.

    Parameters
    ----------
    value : float
        The value.

    Returns
    -------
    str
        As short as it goes: 16000, 0.1.
    """
    return f"{value:.10g}".replace("-", MINUS)


def measure(value: float) -> str:
    """Write a measured value with five digits.

    Parameters
    ----------
    value : float
        The value.

    Returns
    -------
    str
        For example 71369 or 7.6667.
    """
    return f"{value:.5g}".replace("-", MINUS)


def mean(value: float) -> str:
    """Write a mean of counts.

    Parameters
    ----------
    value : float
        The mean.

    Returns
    -------
    str
        One decimal.
    """
    return _signed(f"{value:.1f}")


def interval(value: Interval) -> str:
    """Write an interval.

    Parameters
    ----------
    value : Interval
        The interval.

    Returns
    -------
    str
        For example 0.809 to 0.984; as many more digits as keep a limit from reading 0 or 1 that
        is neither.
    """
    return f"{limit(value.low)} to {limit(value.high)}"


def limit(value: float) -> str:
    """Write a limit of an interval.

    Parameters
    ----------
    value : float
        The limit.

    Returns
    -------
    str
        Three decimals, or as many as it takes: 0.9997 is not 1.000.
    """
    digits = 3
    while (
        digits < MAX_DIGITS and not value.is_integer() and float(f"{value:.{digits}f}").is_integer()
    ):
        digits += 1
    return _signed(f"{value:.{digits}f}")


def names(values: Sequence[str]) -> str:
    """List names in a cell.

    Parameters
    ----------
    values : sequence of str
        The names.

    Returns
    -------
    str
        The first few, long ones cut, and the number of the others; "none" where there is none.
    """
    listed = ", ".join(shortened(value, MAX_NAME) for value in values[:MAX_NAMES])
    n_more = len(values) - MAX_NAMES
    return f"{listed} and {n_more} more" if n_more > 0 else listed or "none"


def shortened(text: str, length: int) -> str:
    """Cut a text that would not fit.

    Parameters
    ----------
    text : str
        The text.
    length : int
        Most characters.

    Returns
    -------
    str
        The text, or its start and an ellipsis.
    """
    return text if len(text) <= length else f"{text[: length - 1]}…"


def joined(sentences: Iterable[str]) -> str:
    """Write sentences as one.

    Parameters
    ----------
    sentences : iterable of str
        Sentences, the last stop of each left out.

    Returns
    -------
    str
        The sentences between semicolons.
    """
    return "; ".join(sentence.removesuffix(".") for sentence in sentences)


def figure_name(figure: StatedFigure) -> str:
    """Name a published figure.

    Parameters
    ----------
    figure : StatedFigure
        The figure.

    Returns
    -------
    str
        For example accuracy, or F1 of ALL.
    """
    measure = "F1" if figure.measure == "f1" else figure.measure
    return measure if figure.label is None else f"{measure} of {figure.label}"


def listed(values: Sequence[int]) -> str:
    """List numbers in a sentence.

    Parameters
    ----------
    values : sequence of int
        The numbers, at least one.

    Returns
    -------
    str
        For example 8, 16 and 24; the first few of many, and how many more.
    """
    if len(values) > MAX_NAMES:
        return (
            f"{', '.join(map(count, values[:MAX_NAMES]))} and {len(values) - MAX_NAMES} other sizes"
        )
    *first, last = map(count, values)
    return f"{', '.join(first)} and {last}" if first else last


def inline(label: str) -> str:
    """Write a heading as it stands within a sentence.

    Parameters
    ----------
    label : str
        The heading.

    Returns
    -------
    str
        With a small first letter.
    """
    return f"{label[:1].lower()}{label[1:]}"


def n_bytes(value: int) -> str:
    """Write the size of a file.

    Parameters
    ----------
    value : int
        Bytes.

    Returns
    -------
    str
        Bytes, kB or MB (powers of 1000).
    """
    if value < 1_000:
        return f"{value}{NO_BREAK}B"
    if value < 1_000_000:
        return f"{value / 1_000:.0f}{NO_BREAK}kB"
    return f"{value / 1_000_000:.1f}{NO_BREAK}MB"


FORMATS: dict[str, Callable[..., str]] = {
    "count": count,
    "decimal": decimal,
    "percent": percent,
    "points": points,
    "p_value": p_value,
    "number": number,
    "measure": measure,
    "text": str,
}
"""The declared formats of a `Value`."""


def value_text(value: Value) -> str:
    """Write a value in its declared format.

    Parameters
    ----------
    value : Value
        The value.

    Returns
    -------
    str
        Its text.
    """
    return FORMATS[value.format](value.value)


def parts(statement: Statement | str) -> list[Part]:
    """Fill a statement and take it apart at its citations.

    Citations are looked for in the template only, never in a value: a value is
    strangers' text.

    Parameters
    ----------
    statement : Statement or str
        A statement, or a text without values.

    Returns
    -------
    list of Part
        Texts and citations in order.
    """
    if isinstance(statement, str):
        statement = Statement(template=statement)
    texts = {value.name: value_text(value) for value in statement.values}
    ones = {v.name for v in statement.values if v.format == "count" and v.value == 1}
    nouns = {v.name for v in statement.values if v.path in PLURAL_FIELDS}
    texts |= {f"{name}{ONE}": singular(texts[name]) for name in nouns}
    pieces = CITATION.split(statement.template)  # text, key, text, key, ..., text
    found = []
    for position, piece in enumerate(pieces):
        if position % 2:
            found.append(Part(text="", cites=piece))
        elif piece:
            filled = _PLACE.sub(
                lambda m: texts.get(m.group(1), m.group(0)), _agreed(piece, ones, nouns)
            )
            found.append(Part(filled))
    return found


def _agreed(piece: str, ones: set[str], nouns: set[str]) -> str:
    """Write what is counted once as one, in a template whose values are still to be filled in."""
    edits: dict[int, tuple[int, str]] = {}
    for place in _PLACE.finditer(piece):
        if place.group(1) not in ones:
            continue
        found = _OF_SEVERAL.match(piece, place.end()) or _COUNTED.match(piece, place.end())
        if found is None:
            continue
        if found["verb"]:
            edits[found.start("verb")] = (found.end("verb"), VERBS[found["verb"]])
        if noun := found.groupdict().get("noun"):
            edits[found.start("noun")] = (found.end("noun"), _one(noun, nouns))
    said, end = "", 0
    for start, (stop, text) in sorted(edits.items()):
        said += piece[end:start] + text
        end = stop
    return said + piece[end:]


def _one(noun: str, nouns: set[str]) -> str:
    """A noun after 1; where it is a place for the study's own word, the place of its singular."""
    place = _PLACE.fullmatch(noun)
    if place is None:
        return singular(noun)
    return f"{{{place.group(1)}{ONE}}}" if place.group(1) in nouns else noun


def singular(noun: str) -> str:
    """Give what one of several is called, for nouns that take an s.

    Parameters
    ----------
    noun : str
        Such as `samples`, `classes` or `biopsies`.

    Returns
    -------
    str
        `sample`, `class`, `biopsy`; what has no plural s is left as it is.
    """
    if noun in ALWAYS_SO or not noun.endswith("s") or noun.endswith("ss"):
        return noun
    if noun.endswith("ies") and noun not in IE:
        return noun[:-3] + "y"
    if noun == "analyses":
        return "analysis"
    return noun[:-2] if noun.endswith(("sses", "xes", "ches", "shes")) else noun[:-1]


def counted(value: float, nouns: str) -> str:
    """Write a number of things: `1 sample`, `2 samples`.

    Parameters
    ----------
    value : int
        The number.
    nouns : str
        What several are called.

    Returns
    -------
    str
        The number and the noun.
    """
    return f"{count(value)} {singular(nouns) if value == 1 else nouns}"


def prose(
    statement: Statement | str,
    write: Callable[[str], str],
    cite: Callable[[list[str]], str],
) -> str:
    """Fill a statement for another language than HTML.

    Parameters
    ----------
    statement : Statement or str
        A statement, or a text without values.
    write : callable
        Turns text into that language.
    cite : callable
        Turns the keys of works that are cited at one place into that language.

    Returns
    -------
    str
        The text in that language.
    """
    written, keys = [], []
    for part in parts(statement):
        if part.cites:
            keys.append(part.cites)
            continue
        if keys and part.text.isspace():
            continue  # between two citations, which become one
        if keys:
            written.append(cite(keys))
            keys = []
        written.append(write(part.text))
    return "".join([*written, cite(keys)] if keys else written)


def plain(statement: Statement | str) -> str:
    """Fill a statement and leave its citations out.

    Parameters
    ----------
    statement : Statement or str
        A statement, or a text without values.

    Returns
    -------
    str
        Plain text: for the terminal, for metadata, for text alternatives.
    """
    text = ""
    for part in parts(statement):
        text = text.rstrip() if part.cites else text + part.text
    return text


def _signed(digits: str) -> str:
    """Write the minus sign as one; what rounds to zero has none."""
    return digits.removeprefix("-") if float(digits) == 0 else digits.replace("-", MINUS)
