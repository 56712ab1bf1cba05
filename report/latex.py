r"""Text, tables and the Methods chapter as LaTeX: whatever a name holds is text there.

The files are UTF-8 and are meant to be read in by a document of the reader's own, with
`\input`. No text of strangers stands in a comment, where a line break would end it.
"""

import re
from collections.abc import Iterator, Sequence

from pipeline.records.base import MethodStep, Statement
from report.fonts import spell_controls
from report.formats import NO_BREAK, prose
from report.tables.record import Table

PACKAGES = (
    "% UTF-8: for lualatex or xelatex. Needs \\usepackage{array,booktabs,longtable};\n"
    "% read it in with \\input.\n"
)
"""The first lines of every file of tables."""

PAGE_ROWS = 40
"""Rows that a page holds; a longer table may break over pages."""
MAX_LINE = 28
"""Characters of a cell that stand on one line; a column of longer ones is set in lines."""

_ESCAPES = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",  # not \{: BibTeX counts braces, escaped or not
    "}": r"\textbraceright{}",
    "$": r"\$",
    "&": r"\&",
    "%": r"\%",
    "#": r"\#",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "`": r"\textasciigrave{}",
    # After a line's end these would be its argument.
    "[": "{[}",
    "]": "{]}",
    "*": "{*}",
    NO_BREAK: "~",
}
_SPECIAL = re.compile("|".join(map(re.escape, _ESCAPES)))
_LIGATURE = re.compile(r"([-',])(?=\1)")  # two of them would become another character
_BREAKS = re.compile(r"[\t\n\u2028\u2029]+")


def escape(text: str) -> str:
    """Write a text so that TeX prints it and does nothing else.

    Parameters
    ----------
    text : str
        Strangers' text.

    Returns
    -------
    str
        One line of LaTeX; control characters are spelled out, line breaks are blanks.
    """
    line = _BREAKS.sub(" ", spell_controls(text))
    return _LIGATURE.sub(r"\1{}", _SPECIAL.sub(lambda found: _ESCAPES[found[0]], line))


def table(data: Table) -> str:
    """Write a table in the style of booktabs.

    Parameters
    ----------
    data : Table
        The table.

    Returns
    -------
    str
        A floating `table`, or a `longtable` where it is longer than a page; its label is
        `tab:` and the table's key.
    """
    heads = " & ".join(escape(column.label) for column in data.columns)
    lines = [r"\toprule", rf"{heads} \\", r"\midrule"]
    body = list(_rows(data)) or [rf"\multicolumn{{{len(data.columns)}}}{{l}}{{None.}} \\"]
    caption = rf"\caption{{{escape(data.caption)}}}\label{{tab:{label(data.key)}}}"
    note = [rf"\par\smallskip{{\footnotesize {escape(data.note)}\par}}"] if data.note else []
    columns = _columns(data)
    if len(body) > PAGE_ROWS:
        written = [
            rf"{{\small\begin{{longtable}}{{{columns}}}",
            rf"{caption}\\",
            *lines,
            r"\endfirsthead",
            *lines,
            r"\endhead",
            r"\bottomrule",
            r"\endfoot",
            *body,
            r"\end{longtable}}",
            *note,
        ]
    else:
        written = [
            r"\begin{table}",
            r"\centering\small",
            caption,
            rf"\begin{{tabular}}{{{columns}}}",
            *lines,
            *body,
            r"\bottomrule",
            r"\end{tabular}",
            *note,
            r"\end{table}",
        ]
    return PACKAGES + "\n".join(written) + "\n"


def methods(steps: Sequence[MethodStep]) -> str:
    r"""Write the Methods chapter.

    Parameters
    ----------
    steps : sequence of MethodStep
        Its paragraphs.

    Returns
    -------
    str
        A `\section`; works are cited with `\cite`.
    """
    parts = [
        "% UTF-8: for lualatex or xelatex. The works cited are in references.bib;\n"
        "% read it in with \\input.\n",
        "\\section{Methods}\n\\label{sec:methods}\n",
    ]
    parts += [f"\n\\subsection{{{escape(s.title)}}}\n{_prose(s.text)}\n" for s in steps]
    return "".join(parts)


def label(key: str) -> str:
    r"""Make a key fit for `\label`, `\cite` and BibTeX.

    Parameters
    ----------
    key : str
        The key.

    Returns
    -------
    str
        Letters, digits, hyphens and underscores; a hyphen for whatever else there was.
    """
    return re.sub(r"[^A-Za-z0-9_]+", "-", key)


def _prose(text: Statement) -> str:
    """Write a statement, its citations as commands."""
    return prose(text, escape, lambda keys: rf"\cite{{{','.join(map(label, keys))}}}")


def _columns(data: Table) -> str:
    """Say how columns are set: numbers to the right, long texts in lines, others as they are."""
    longest = [
        max([len(column.label), *(len(row[k]) for row in data.rows)])
        for k, column in enumerate(data.columns)
    ]
    n_long = sum(length > MAX_LINE for length in longest)
    kinds = []
    for column, length in zip(data.columns, longest, strict=True):
        if length > MAX_LINE:
            side = "raggedleft" if column.numeric else "raggedright"
            share = 0.8 / max(n_long, len(data.columns) / 2)
            kinds.append(rf">{{\{side}\arraybackslash}}p{{{share:.2f}\linewidth}}")
        else:
            kinds.append("r" if column.numeric else "l")
    return "".join(kinds)


def _rows(data: Table) -> Iterator[str]:
    """Write the rows; a group is named once, and stands apart."""
    for number, group in enumerate(data.groups):
        if data.grouped and number:
            yield r"\addlinespace"
        for place, row in enumerate(group):
            cells = ["", *row[1:]] if data.grouped and place else row
            yield rf"{' & '.join(map(escape, cells))} \\"
