"""Results to one HTML text: the page for the screen, and the same page for paper.

Every template is escaped, undefined names are errors, and nothing is fetched: fonts and
figures are data addresses, and the page's own policy forbids any request.
"""

from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from jinja2 import (
    Environment,
    FileSystemBytecodeCache,
    FileSystemLoader,
    StrictUndefined,
    pass_context,
)
from jinja2.bccache import Bucket
from jinja2.runtime import Context
from platformdirs import user_cache_path

from pipeline.records.base import Finding
from pipeline.results import Results, fingerprint
from report import downloads, explore, formats, garbage
from report.chapters import sections
from report.figures import catalogue as figure_catalogue
from report.figures.style import Picture
from report.fonts import FACES, TEMPLATES, spell_controls, spell_unknown
from report.marks import marks
from report.selection import IN_FULL
from report.tables import catalogue as table_catalogue
from report.tables.caveats import summary
from report.tables.record import Table
from report.tables.widths import column_widths

N_GRAVEST = 3


def pages(
    results: Results,
    figures: Mapping[str, Picture] | None = None,
    tables: Mapping[str, Table] | None = None,
) -> tuple[str, str]:
    """Render the report for the screen and for paper.

    Parameters
    ----------
    results : Results
        The results object.
    figures : mapping of str to Picture, optional
        Its figures by key; drawn here where they are not given.
    tables : mapping of str to Table, optional
        Its tables by key; built here where they are not given.

    Returns
    -------
    tuple of str
        For the screen and for paper: two HTML texts with the same content and other stylesheets.
    """
    if figures is None:
        with garbage.paused():
            figures = figure_catalogue.draw(results)
    content = {
        "results": results,
        "figures": figures,
        "tables": table_catalogue.build(results) if tables is None else tables,
        "sections": sections(results),
        "in_full": IN_FULL,
        "downloads": downloads.downloads(results),
        "script": explore.script(),
        "script_hash": explore.fingerprint(explore.script()),
        "explored": {"samples": explore.samples(results), "genes": explore.genes(results)},
        "marks": defaultdict(list, marks(results)),
        "outcomes": summary(results),
        "faces": FACES,
        "fingerprint": fingerprint(results),
        "gravest": results.raised[:N_GRAVEST],
        "citation_numbers": {
            work.key: number for number, work in enumerate(results.references, start=1)
        },
    }
    page = environment().get_template("report.html")
    return page.render(content, medium="screen"), page.render(content, medium="paper")


@pass_context
def _spelled(context: Context, value: object) -> object:
    """Write out the characters that the medium cannot show."""
    if type(value) is not str:
        return value
    return spell_controls(value) if context["medium"] == "screen" else spell_unknown(value)


def environment() -> Environment:
    """Build the Jinja environment: everything escaped, nothing undefined.

    Returns
    -------
    Environment
        With the formats as filters.
    """
    jinja = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        auto_reload=False,
        bytecode_cache=_kept_templates(),
        undefined=StrictUndefined,
        finalize=_spelled,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    jinja.filters |= {
        "count": formats.count,
        "counted": formats.counted,
        "decimal": formats.decimal,
        "figure_name": formats.figure_name,
        "inline": formats.inline,
        "listed": formats.listed,
        "measure": formats.measure,
        "parts": formats.parts,
        "percent": formats.percent,
        "plain": formats.plain,
        "column_widths": column_widths,
        "figure_data": downloads.figure_data,
        "of_section": of_section,
    }
    return jinja


class _KeptTemplates(FileSystemBytecodeCache):
    """Compiled templates in the user's cache; where it cannot be written, they are not kept."""

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a template."""
        with suppress(OSError):
            super().dump_bytecode(bucket)


def _kept_templates() -> _KeptTemplates | None:
    """Give the cache of compiled templates, None where there can be none.

    It is named after what they depend on beside themselves: Jinja and the environment.
    """
    made_by = sha256(version("jinja2").encode() + Path(__file__).read_bytes()).hexdigest()[:16]
    folder = user_cache_path("expression-report") / "templates" / made_by
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return _KeptTemplates(str(folder))


def of_section(findings: tuple[Finding, ...], section: str) -> list[Finding]:
    """Pick the caveats that qualify a chapter.

    Parameters
    ----------
    findings : tuple of Finding
        Caveats that were raised.
    section : str
        The chapter's anchor.

    Returns
    -------
    list of Finding
        In their order.
    """
    return [finding for finding in findings if finding.section == section]
