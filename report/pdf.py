"""HTML to PDF bytes through WeasyPrint: PDF/A-3a and PDF/UA-1, with the report's own fonts, silent.

WeasyPrint only logs an image that it cannot load or a property that it does not know.
Here its log is collected, and a line in it is an error.
"""

import base64
import ctypes.util
import logging
import os
import re
import sys
import warnings
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime
from io import StringIO
from operator import attrgetter
from pathlib import Path
from typing import Any

from report import garbage
from report.fonts import paper_fonts
from report.shortcuts import replaced


class PdfError(RuntimeError):
    """The PDF cannot be made here, or not without complaint."""


MISSING = (
    "PDF: expected the libraries Pango and HarfBuzz-Subset (4.1 or later), found no {}. Install "
    "them (Debian, Ubuntu: apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0; "
    "Fedora: dnf install pango harfbuzz; macOS: brew install pango; Windows: the MSYS2 package "
    "mingw-w64-x86_64-pango), or use --no-pdf"
)
_TRIAL = "<!DOCTYPE html><html lang=en><title>A page</title><p>with a line"


# Not what the system thinks of a name: that differs between machines.
_MEDIA_TYPES = {
    ".csv": "text/csv",
    ".json": "application/json",
    ".toml": "application/toml",
}
# Where a line ends with a blank before an element, WeasyPrint may break it after its first
# word (70.0): the blank goes into the element. Not into a citation, which would no longer be
# parted from the one before it.
_SPACE = re.compile(r" (<(?:a href|b|i|span)\b[^>]*>)")
_UNDATED = datetime(1970, 1, 1, tzinfo=UTC)
"""The date of attachments where the report has none; without one, it would be the clock's."""


@dataclass(frozen=True)
class Attachment:
    """A file inside the PDF: its name, what it holds, and that in words."""

    name: str
    content: bytes
    description: str


def check() -> None:
    """See that a PDF can be made, before anything is computed: print a page of one line.

    Raises
    ------
    PdfError
        If WeasyPrint does not find the libraries that it needs; the message names the packages.
    """
    render(_TRIAL)


def render(page: str, attachments: Iterable[Attachment] = ()) -> bytes:
    """Turn the page for paper into a PDF.

    Parameters
    ----------
    page : str
        HTML with everything in it.
    attachments : iterable of Attachment, optional
        Files to put into the PDF; CSV, JSON or TOML by their names.

    Returns
    -------
    bytes
        A PDF made to PDF/A-3a and PDF/UA-1, the same for the same page and attachments.

    Raises
    ------
    PdfError
        If a library is missing, or WeasyPrint had anything to say.
    """
    with _printing() as (weasyprint, fetcher):
        from report.finisher import finish
        from report.pagenumbers import numbered

        html = weasyprint.HTML(string=_SPACE.sub(r"\1 ", page), url_fetcher=fetcher)
        document = numbered(html.render())
        attached = _attached(attachments, document.metadata.created, fetcher)
        content: bytes = document.write_pdf(
            pdf_variant="pdf/a-3a", attachments=attached, finisher=finish
        )
    return content


def render_each(pages: Iterable[str]) -> list[bytes]:
    """Turn small pages into plain PDFs, one for each.

    Parameters
    ----------
    pages : iterable of str
        HTML with everything in it.

    Returns
    -------
    list of bytes
        The PDFs, the same for the same pages.

    Raises
    ------
    PdfError
        If a library is missing, or WeasyPrint had anything to say.
    """
    with _printing() as (weasyprint, fetcher):
        fonts = weasyprint.text.fonts.FontConfiguration()
        return [
            weasyprint.HTML(string=page, url_fetcher=fetcher).write_pdf(font_config=fonts)
            for page in pages
        ]


@contextmanager
def _printing() -> Iterator[tuple[Any, Any]]:
    """Give WeasyPrint and what fetches data addresses; at the end a complaint is an error."""
    with _own_fonts(), _collected_log() as lines, _unclosed(), garbage.paused():
        weasyprint = _weasyprint()
        from report.painter import painting
        from report.shortcuts import taken

        fetcher = weasyprint.urls.URLFetcher(allowed_protocols={"data"}, fail_on_errors=True)
        try:
            with taken(), painting():
                yield weasyprint, fetcher
        except weasyprint.urls.FatalURLFetchingError as error:
            raise PdfError(f"PDF: expected data addresses only, found another: {error}") from error
    if any("install HarfBuzz-Subset" in line for line in lines):
        # WeasyPrint can do without, but then the bytes hold the time of day.
        raise PdfError(MISSING.format("HarfBuzz-Subset"))
    if lines:
        raise PdfError(f"PDF: expected no complaint from WeasyPrint, found: {lines[0]}")


def _attached(attachments: Iterable[Attachment], created: str | None, fetcher: Any) -> list[Any]:
    """Put attachments as WeasyPrint takes them, dated as the page is."""
    from weasyprint import Attachment as Attached

    date = _UNDATED if created is None else datetime.fromisoformat(created)
    return [
        Attached(
            url=_data_uri(file),
            url_fetcher=fetcher,
            name=file.name,
            description=file.description,
            created=date,
            modified=date,
            relationship="Data",
        )
        # A PDF's tree of names is sorted (ISO 32000-1 clause 7.9.6).
        for file in sorted(attachments, key=attrgetter("name"))
    ]


def _data_uri(file: Attachment) -> str:
    """Give a file as a data address."""
    content = base64.b64encode(file.content).decode("ascii")
    return f"data:{_MEDIA_TYPES[Path(file.name).suffix]};base64,{content}"


def _weasyprint() -> Any:
    """Load WeasyPrint, which loads the libraries of the system."""
    try:
        # Where one is missing, WeasyPrint prints and warns on its own.
        with redirect_stdout(StringIO()), warnings.catch_warnings(action="ignore"), _by_name():
            import weasyprint
    except OSError as error:
        raise PdfError(MISSING.format("Pango")) from error
    return weasyprint


def _by_name() -> AbstractContextManager[Any]:
    """Find libraries on Linux by the names of their files alone.

    WeasyPrint begins with names of other systems; for each, Python would ask a compiler.
    """
    if sys.platform != "linux":
        return nullcontext()
    return replaced(ctypes.util, "find_library", lambda name: None)


@contextmanager
def _own_fonts() -> Iterator[None]:
    """Show Pango only the fonts that travel with us, whatever the system has."""
    before = os.environ.get("FONTCONFIG_FILE")
    with paper_fonts() as path:
        os.environ["FONTCONFIG_FILE"] = str(path)
        try:
            yield
        finally:
            if before is None:
                del os.environ["FONTCONFIG_FILE"]
            else:
                os.environ["FONTCONFIG_FILE"] = before


def _unclosed() -> AbstractContextManager[Any]:
    """Let WeasyPrint leave its file of colours open until it is forgotten (70.0)."""
    return warnings.catch_warnings(action="ignore", category=ResourceWarning)


@contextmanager
def _collected_log() -> Iterator[list[str]]:
    """Collect what WeasyPrint and its font tools would log."""
    lines: list[str] = []

    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(record.getMessage())

    collector = Collector(level=logging.WARNING)
    logger = logging.getLogger("weasyprint")
    before = logger.handlers, logger.propagate
    logger.handlers, logger.propagate = [collector], False
    try:
        yield lines
    finally:
        logger.handlers, logger.propagate = before
