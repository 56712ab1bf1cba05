"""HTML to PDF bytes through WeasyPrint: tagged, with the report's own fonts, and silent.

WeasyPrint only logs an image that it cannot load or a property that it does not know.
Here its log is collected, and a line in it is an error.
"""

import logging
import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

from report import garbage
from report.fonts import fontconfig


class PdfError(RuntimeError):
    """The PDF cannot be made here, or not without complaint."""


MISSING = (
    "PDF: expected the libraries Pango and HarfBuzz-Subset (4.1 or later), found no {}. Install "
    "them (Debian, Ubuntu: apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0; "
    "Fedora: dnf install pango harfbuzz; macOS: brew install pango; Windows: the MSYS2 package "
    "mingw-w64-x86_64-pango), or use --no-pdf"
)
_TRIAL = "<!DOCTYPE html><html lang=en><title>A page</title><p>with a line"


def check() -> None:
    """See that a PDF can be made, before anything is computed: print a page of one line.

    Raises
    ------
    PdfError
        If WeasyPrint does not find the libraries that it needs; the message names the packages.
    """
    render(_TRIAL)


def render(page: str) -> bytes:
    """Turn the page for paper into a PDF.

    Parameters
    ----------
    page : str
        HTML with everything in it.

    Returns
    -------
    bytes
        A PDF tagged for PDF/UA-1, the same for the same page.

    Raises
    ------
    PdfError
        If a library is missing, or WeasyPrint had anything to say.
    """
    with _own_fonts(), _collected_log() as lines, garbage.paused():
        weasyprint = _weasyprint()
        fetcher = weasyprint.urls.URLFetcher(allowed_protocols={"data"}, fail_on_errors=True)
        try:
            document = weasyprint.HTML(string=page, url_fetcher=fetcher)
            content: bytes = document.write_pdf(pdf_variant="pdf/ua-1")
        except weasyprint.urls.FatalURLFetchingError as error:
            raise PdfError(f"PDF: expected data addresses only, found another: {error}") from error
    if any("install HarfBuzz-Subset" in line for line in lines):
        # WeasyPrint can do without, but then the bytes hold the time of day.
        raise PdfError(MISSING.format("HarfBuzz-Subset"))
    if lines:
        raise PdfError(f"PDF: expected no complaint from WeasyPrint, found: {lines[0]}")
    return content


def _weasyprint() -> Any:
    """Load WeasyPrint, which loads the libraries of the system."""
    try:
        # Where one is missing, WeasyPrint prints and warns on its own.
        with redirect_stdout(StringIO()), warnings.catch_warnings(action="ignore"):
            import weasyprint
    except OSError as error:
        raise PdfError(MISSING.format("Pango")) from error
    return weasyprint


@contextmanager
def _own_fonts() -> Iterator[None]:
    """Show Pango only the fonts that travel with matplotlib, whatever the system has."""
    before = os.environ.get("FONTCONFIG_FILE")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "fonts.conf"
        path.write_text(fontconfig(Path(folder) / "cache"), encoding="utf-8")
        os.environ["FONTCONFIG_FILE"] = str(path)
        try:
            yield
        finally:
            if before is None:
                del os.environ["FONTCONFIG_FILE"]
            else:
                os.environ["FONTCONFIG_FILE"] = before


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
