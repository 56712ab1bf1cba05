import re
import shutil
import subprocess
from pathlib import Path

import pytest
from report_fixtures import HOSTILE_TEXTS

from pipeline.records.base import MethodStep, Statement, Value
from report import latex
from report.tables.record import Table, columns

COMMANDS = {
    "textbackslash": "\\",
    "textbraceleft": "{",
    "textbraceright": "}",
    "textasciitilde": "~",
    "textasciicircum": "^",
    "textless": "<",
    "textgreater": ">",
    "textbar": "|",
    "textquotedbl": '"',
    "textasciigrave": "`",
}
TOKEN = re.compile(
    r"\\([A-Za-z]+)\{\}|\\([$&%#_])|\{([\[\]*])\}|\{\}|(~)|([^\\{}$&%#_^~])", re.DOTALL
)


def typeset(source: str) -> str:
    """Print as TeX does what `escape` may write: a few commands, and letters. All else fails."""
    text, place = "", 0
    while place < len(source):
        found = TOKEN.match(source, place)
        assert found, source[place : place + 20]
        command, escaped, bracket, blank, letter = found.groups()
        text += COMMANDS[command] if command else escaped or bracket or (blank and "\u00a0") or ""
        text += letter or ""
        place = found.end()
    return text


def spelled(text: str) -> str:
    """Spell null bytes as every output does."""
    return text.replace("\0", "[U+0000]")


def table(*rows: tuple[str, ...], grouped: bool = False, note: str = "") -> Table:
    """Make a table of a name and a number."""
    heads = columns("Name", "*Number")
    return Table("key", "A caption", heads, rows, grouped=grouped, note=note)


@pytest.mark.parametrize("text", HOSTILE_TEXTS, ids=range(len(HOSTILE_TEXTS)))
def test_hostile_text_is_text(text: str) -> None:
    """Whatever a name holds is printed, letter for letter."""
    assert spelled(text) == typeset(latex.escape(text))


def test_all_of_ascii_is_text() -> None:
    """Each printable character is printed as itself."""
    text = "".join(map(chr, range(32, 127)))

    assert text == typeset(latex.escape(text))


def test_a_text_is_one_line() -> None:
    """An empty line would end a caption: line breaks are blanks."""
    assert "a b c d" == latex.escape("a\nb\n\nc\u2028d")


@pytest.mark.parametrize(("text", "expected"), [("--", "-{}-"), ("'''", "'{}'{}'"), (",,", ",{},")])
def test_no_ligature_changes_a_text(text: str, expected: str) -> None:
    """Two hyphens stay two hyphens."""
    assert expected == latex.escape(text)


def test_a_table_has_three_rules() -> None:
    """A table in the style of booktabs: a rule above, one under the heads, one below."""
    lines = latex.table(table(("a", "1"), note="A note.")).splitlines()

    assert [
        r"\begin{table}",
        r"\centering\small",
        r"\caption{A caption}\label{tab:key}",
        r"\begin{tabular}{lr}",
        r"\toprule",
        r"Name & Number \\",
        r"\midrule",
        r"a & 1 \\",
        r"\bottomrule",
        r"\end{tabular}",
        r"\par\smallskip{\footnotesize A note.\par}",
        r"\end{table}",
    ] == lines[2:]


def test_a_group_is_named_once() -> None:
    """In a grouped table a name stands before its first row, and groups stand apart."""
    lines = latex.table(table(("a", "1"), ("a", "2"), ("b", "3"), grouped=True)).splitlines()

    assert [r"a & 1 \\", r" & 2 \\", r"\addlinespace", r"b & 3 \\"] == lines[9:13]


def test_an_empty_table_says_so() -> None:
    """A table without rows says "None."."""
    assert r"\multicolumn{2}{l}{None.} \\" in latex.table(table()).splitlines()


def test_a_long_table_may_break() -> None:
    """A table longer than a page repeats its heads on each."""
    text = latex.table(table(*[("a", "1")] * 41))

    assert 2 == text.count(r"Name & Number \\")
    assert text.index(r"\begin{longtable}") < text.index(r"\endhead") < text.index(r"a & 1 \\")


def test_a_label_is_plain() -> None:
    """A key of strangers makes no command of its label."""
    assert "-input-etc-passwd-" == latex.label(r"\input{/etc/passwd}")


def test_methods_cite() -> None:
    """Works cited at one place become one citation; values are text."""
    value = Value(name="x", value=r"\input{x} [@no]", format="text")
    text = Statement(template="By {x} [@a1] [@b2], twice [@c3].", values=(value,))

    actual = latex.methods([MethodStep(title="50 %", text=text)])

    shown = r"\textbackslash{}input\textbraceleft{}x\textbraceright{} {[}@no{]}"
    assert r"\subsection{50 \%}" in actual.splitlines()
    assert rf"By {shown} \cite{{a1,b2}}, twice \cite{{c3}}." == actual.splitlines()[-1]


@pytest.mark.skipif(not shutil.which("lualatex"), reason="no lualatex here")
def test_lualatex_accepts_hostile_tables(tmp_path: Path) -> None:
    """TeX typesets names of every kind without an error, and reads no file that they name."""
    (tmp_path / "secret.tex").write_text(r"\errmessage{read}")
    names = [*HOSTILE_TEXTS, r"\input{secret}", r"\\[5cm]", "* [x]"]
    short = table(*[(name, name) for name in names])
    long = table(*[(name, "1") for name in names * 5])
    (tmp_path / "doc.tex").write_text(
        r"\documentclass{article}\usepackage{array,booktabs,longtable}\begin{document}"
        + latex.table(short)
        + latex.table(long)
        + r"\end{document}"
    )

    done = subprocess.run(
        ["lualatex", "-interaction=nonstopmode", "-halt-on-error", "doc.tex"],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )

    assert 0 == done.returncode, done.stdout.decode(errors="replace")[-2000:]
