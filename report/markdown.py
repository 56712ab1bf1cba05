"""The Methods chapter as Markdown: whatever a name holds is text there."""

import re
from collections.abc import Sequence

from pipeline.records.base import MethodStep
from report.fonts import spell_controls
from report.formats import prose

_SPECIAL = re.compile(r"[\\`*_{}\[\]<>#|~$@^&!]")
_BREAKS = re.compile(r"[\t\n\u2028\u2029]+")
_STARTS_BLOCK = re.compile(r"(?=[-+=:%])|(?<=\d)(?=[.)])")


def escape(text: str) -> str:
    r"""Write a text so that Markdown, of CommonMark or Pandoc, shows it as it is.

    Parameters
    ----------
    text : str
        Strangers' text.

    Returns
    -------
    str
        One line, a backslash before each character that could mean something.
    """
    return _SPECIAL.sub(r"\\\g<0>", _BREAKS.sub(" ", spell_controls(text)))


def methods(steps: Sequence[MethodStep]) -> str:
    """Write the Methods chapter.

    Parameters
    ----------
    steps : sequence of MethodStep
        Its paragraphs.

    Returns
    -------
    str
        Works are cited as Pandoc reads it, `[@key]`, from references.bib.
    """
    parts = ["# Methods\n"]
    for step in steps:
        text = prose(step.text, escape, lambda keys: f"[{'; '.join(f'@{key}' for key in keys)}]")
        parts.append(f"\n## {escape(step.title)}\n\n{_first(text)}\n")
    return "".join(parts)


def _first(text: str) -> str:
    """Keep the first word of a paragraph from starting a list or another block."""
    word, blank, rest = text.strip().partition(" ")
    if re.match(r"[-+=:%]|\d+[.)]", word):
        word = _STARTS_BLOCK.sub(r"\\", word, count=1)
    return word + blank + rest
