"""Paths into the results: where a number in a sentence stands, or what it was worked out from.

A path is a field, or an operation over paths and whole numbers; `limit` marks a rule's own
threshold, which stands nowhere else::

    evaluations[given/svm].accuracy         the record whose key is given/svm
    evaluations[given/svm].n_wrong[3]       the fourth of its numbers
    difference(1, evaluations[given/svm].accuracy)
    count(protocols[cv].sample_ids)         how many there are

A key may hold a pair of brackets. Records whose keys strangers chose are better named by
their place, counted from 0.
"""

import re
from collections.abc import Callable, Iterator
from statistics import fmean
from typing import Any

from pydantic import BaseModel

LIMIT = "limit"
"""The path of a rule's own threshold."""

_KEY = r"\[((?:[^\[\]]|\[[^\[\]]*\])*)\]"  # may hold a pair of brackets itself
_STEP = rf"[A-Za-z_]\w*(?:{_KEY})*"
_FIELD = re.compile(rf"{_STEP}(?:\.{_STEP})*")
_NUMBER = re.compile(r"\d+")
_OPERATION = re.compile(r"([a-z]+)\(")


def _items(values: tuple[Any, ...]) -> list[Any]:
    """The items of lists and the values beside them, in one list."""
    return [item for v in values for item in (v if isinstance(v, tuple) else (v,))]


OPERATIONS: dict[str, Callable[..., Any]] = {
    "count": lambda *values: len(_items(values)),
    "difference": lambda first, second: first - second,
    "distance": lambda first, second: abs(first - second),
    "largest": lambda *values: max(_items(values)),
    "mean": lambda *values: fmean(_items(values)),
    "ratio": lambda first, second: first / second,
    "smallest": lambda *values: min(_items(values)),
    "sum": lambda *values: sum(_items(values)),
}
"""What a path may work out; where several values are taken, each may be a list of them."""


def resolve(record: BaseModel, path: str) -> Any:
    """Find the value that a path names, or work it out.

    Parameters
    ----------
    record : Results
        The results object, or a record to start from.
    path : str
        A field, or an operation over paths and whole numbers.

    Returns
    -------
    Any
        The value at that path.

    Raises
    ------
    KeyError
        If there is none.
    """
    value, end = _expression(record, path, 0)
    if end < len(path) or value is None:
        raise KeyError(path)
    return value


def fields(path: str) -> tuple[str, ...]:
    """List the fields that a path rests on.

    Parameters
    ----------
    path : str
        A field, or an operation over paths.

    Returns
    -------
    tuple of str
        The fields in the order in which they are named; none for a limit.
    """
    found: list[str] = []
    position = 0
    while position < len(path):
        if (match := _OPERATION.match(path, position)) or (match := _NUMBER.match(path, position)):
            position = match.end()
        elif match := _FIELD.match(path, position):
            found.append(match.group())
            position = match.end()
        else:
            position += 1
    return tuple(field for field in found if field != LIMIT)


def _expression(record: BaseModel, path: str, start: int) -> tuple[Any, int]:
    """Read one expression from a place in the text; its value, and where it ends."""
    if match := _OPERATION.match(path, start):
        operands, end = _operands(record, path, match.end())
        if match.group(1) not in OPERATIONS or any(value is None for value in operands):
            raise KeyError(path)
        return OPERATIONS[match.group(1)](*operands), end
    if match := _NUMBER.match(path, start):
        return int(match.group()), match.end()
    if match := _FIELD.match(path, start):
        return _field(record, match.group()), match.end()
    raise KeyError(path)


def _operands(record: BaseModel, path: str, start: int) -> tuple[list[Any], int]:
    """Read expressions between commas up to the closing bracket."""
    found = []
    while True:
        value, start = _expression(record, path, start)
        found.append(value)
        if path.startswith(")", start):
            return found, start + 1
        if not path.startswith(", ", start):
            raise KeyError(path)
        start += 2


def _field(record: BaseModel, path: str) -> Any:
    """Follow the names and keys of a field."""
    value: Any = record
    for name, key in _steps(path):
        if key is not None:
            value = _item(value, key)
        else:
            known = isinstance(value, BaseModel) and name in type(value).model_fields
            value = getattr(value, name) if known else None
        if value is None:
            raise KeyError(path)
    return value


def _steps(path: str) -> Iterator[tuple[str, str | None]]:
    """Take a field apart: a name, or a key."""
    for match in re.finditer(rf"{_KEY}|([A-Za-z_]\w*)", path):
        yield match.group(2) or "", match.group(1)


def _item(values: Any, key: str) -> Any:
    """Give the record of that key, or what stands at that place."""
    if isinstance(values, dict):
        return values.get(key)
    if not isinstance(values, tuple):
        return None
    keyed = next((item for item in values if getattr(item, "key", None) == key), None)
    if keyed is None and key.isdecimal() and int(key) < len(values):
        return values[int(key)]
    return keyed
