"""Reader of CLS, the Broad's list of classes: one label for each column, and no names.

The third line holds numbers or the names themselves::

    4 2 1
    # ALL AML
    0 0 1 1

Numbers are read by some programs as places in the second line, by others in the order in which
they first come up. Where these two differ the file is refused: half of the readers would swap
the classes.
"""

from pathlib import Path

from pipeline.errors import DataError
from pipeline.readers.csvfile import shown
from pipeline.readers.tabbed import lines, whole


def read(path: Path) -> tuple[str, ...]:
    """Read the classes of the columns of a file of values.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    tuple of str
        A class for each column, in the order of the columns.

    Raises
    ------
    DataError
        If counts and lists disagree, a label is neither a number nor a name of the second
        line, or the numbers can be read in two ways; the message names the line.
    """
    found = [(number, _words(fields)) for number, fields in lines(path) if any(fields)]
    if len(found) != 3:
        raise DataError(
            f"{path.name}: expected three lines (counts, classes, labels), found {len(found)}"
        )
    n_samples, n_classes = _counts(path.name, *found[0])
    names = _names(path.name, *found[1], n_classes=n_classes)
    number, words = found[2]
    if len(words) != n_samples:
        raise DataError(
            f"{path.name}: line {number}: expected {n_samples} labels as line {found[0][0]} says, "
            f"found {len(words)}"
        )
    labels = _labels(path.name, number, words, names)
    absent = [name for name in names if name not in labels]
    if absent:
        raise DataError(
            f"{path.name}: line {number}: expected a sample of every class, found none of "
            f"{absent[0]!r}"
        )
    return labels


def _words(fields: list[str]) -> list[str]:
    """Words of a line: between tabs where it has any, else between blanks."""
    given = [field for field in fields if field]
    return given if len(given) > 1 else given[0].split()


def _counts(file_name: str, number: int, words: list[str]) -> tuple[int, int]:
    """Numbers of samples and classes."""
    found = [whole(word) for word in words]
    if len(words) != 3 or None in found or words[2] != "1":
        raise DataError(
            f"{file_name}: line {number}: expected the numbers of samples and classes and a 1, "
            f"found {shown(' '.join(words))}"
        )
    return found[0] or 0, found[1] or 0


def _names(file_name: str, number: int, words: list[str], *, n_classes: int) -> tuple[str, ...]:
    """Names of the classes, after the sign that starts their line."""
    names = tuple(word for word in (words[0].removeprefix("#").strip(), *words[1:]) if word)
    if not words[0].startswith("#") or len(names) != n_classes or len(set(names)) < n_classes:
        raise DataError(
            f"{file_name}: line {number}: expected '#' and the names of {n_classes} classes, "
            f"found {shown(' '.join(words))}"
        )
    return names


def _labels(
    file_name: str, number: int, words: list[str], names: tuple[str, ...]
) -> tuple[str, ...]:
    """Labels by name, or by number where these can be read in one way only."""
    if set(words) <= set(names):
        return tuple(words)
    places = {str(place): name for place, name in enumerate(names)}
    for place, word in enumerate(words, start=1):
        if word not in places:
            raise DataError(
                f"{file_name}: line {number}, label {place}: expected a number below {len(names)} "
                f"or one of {', '.join(names)}, found {shown(word)}"
            )
    order = list(dict.fromkeys(words))
    if order != sorted(order, key=int):
        raise DataError(
            f"{file_name}: line {number}: expected the numbers to come up first in the order "
            f"{' '.join(sorted(order, key=int))}, found {order[0]} first: by place it is "
            f"{places[order[0]]!r}, by order of appearance {names[0]!r}; write the names instead"
        )
    return tuple(places[word] for word in words)
