"""The works cited, for BibTeX.

A reference names its source in one line; from that line come the fields of its type::

    Machine Learning 45, 5–32                        @article: journal, volume, pages
    Title of a volume, Series 2130, 485–491          @inproceedings: volume of a series
    Wiley, New York                                  @book: publisher, place
    anything else                                    @misc, as it stands
"""

import re
from collections.abc import Iterable

from pipeline.records.base import Reference
from report.latex import escape, label

_IN_VOLUME = re.compile(
    r"(?P<venue>.+?) (?P<volume>\d+)(?:\((?P<number>[^()]+)\))?, (?P<pages>[A-Za-z0-9–-]+)"
)
_BOOK = re.compile(r"(?P<publisher>[^\d,]+), (?P<address>[^\d,]+)")
_INITIALS = 4  # at most, of one person
_PLAIN_DOI = re.compile(r"10\.[A-Za-z0-9./():;<>_-]+")


def bibtex(works: Iterable[Reference]) -> str:
    """Write references for BibTeX and biblatex.

    Parameters
    ----------
    works : iterable of Reference
        The works.

    Returns
    -------
    str
        UTF-8 text, one entry a work in their order.
    """
    return "\n".join(map(_entry, works))


def _entry(work: Reference) -> str:
    """Write one entry."""
    kind, source = _source(work.source)
    fields = {
        "author": _authors(work.authors),
        "year": str(work.year),
        "title": f"{{{escape(work.title)}}}",  # braces: capitals stay
        **source,
    }
    if work.doi:  # biblatex and hyperref take it as it stands
        fields["doi"] = work.doi if _PLAIN_DOI.fullmatch(work.doi) else escape(work.doi)
    lines = (f"  {name} = {{{value}}},\n" for name, value in fields.items())
    return f"@{kind}{{{label(work.key)},\n{''.join(lines)}}}\n"


def _source(text: str) -> tuple[str, dict[str, str]]:
    """Tell the type of a work from its source, and take the source apart."""
    if found := _IN_VOLUME.fullmatch(text):
        fields = {name: escape(value) for name, value in found.groupdict().items() if value}
        fields["pages"] = re.sub("[–-]+", "--", found["pages"])
        title, comma, series = found["venue"].partition(", ")
        del fields["venue"]
        if not comma:
            return "article", {"journal": escape(title), **fields}
        return "inproceedings", {"booktitle": escape(title), "series": escape(series), **fields}
    if found := _BOOK.fullmatch(text):
        return "book", {name: escape(value) for name, value in found.groupdict().items()}
    return "misc", {"howpublished": escape(text)}


def _authors(text: str) -> str:
    """Write authors as BibTeX tells surnames from given names."""
    names = [_author(name) for name in text.split(", ") if name]
    return " and ".join(names)


def _author(name: str) -> str:
    """Write one author; whoever has no initials is an institution."""
    if name.rstrip(".") == "et al":
        return "others"
    surname, _, initials = name.rpartition(" ")
    if surname and initials.isalpha() and initials.isupper() and len(initials) <= _INITIALS:
        return f"{escape(surname)}, {' '.join(f'{initial}.' for initial in initials)}"
    return f"{{{escape(name)}}}"
