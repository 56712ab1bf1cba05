"""HTML to PDF bytes through WeasyPrint: tagged, with the report's own fonts, and silent.

WeasyPrint only logs an image that it cannot load or a property that it does not know.
Here its log is collected, and a line in it is an error.
"""

import gc
import logging
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from pathlib import Path

from report.fonts import fontconfig


class PdfError(RuntimeError):
    """The PDF cannot be made here, or not without complaint."""


MISSING_PANGO = (
    "PDF: expected the Pango library, found none. Install it (Debian, Ubuntu: apt-get install "
    "libpango-1.0-0 libpangoft2-1.0-0; Fedora: dnf install pango; macOS: brew install pango; "
    "Windows: the MSYS2 package mingw-w64-x86_64-pango), or use --no-pdf"
)


def check() -> None:
    """See that a PDF can be made, before anything is computed.

    Raises
    ------
    PdfError
        If WeasyPrint does not find the Pango library; the message names the packages.
    """
    try:
        # Where the library is missing, WeasyPrint prints advice of its own.
        with _own_fonts(), redirect_stdout(StringIO()):
            import weasyprint  # noqa: F401  # loads the system library
    except OSError as error:
        raise PdfError(MISSING_PANGO) from error


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
        If the Pango library is missing, or WeasyPrint had anything to say.
    """
    check()
    import weasyprint
    from weasyprint.urls import FatalURLFetchingError, URLFetcher

    fetcher = URLFetcher(allowed_protocols={"data"}, fail_on_errors=True)
    with _own_fonts(), _collected_log() as lines, _without_collection():
        try:
            document = weasyprint.HTML(string=page, url_fetcher=fetcher)
            content: bytes = document.write_pdf(pdf_variant="pdf/ua-1")
        except FatalURLFetchingError as error:
            raise PdfError(f"PDF: expected data addresses only, found another: {error}") from error
    if lines:
        raise PdfError(f"PDF: expected no complaint from WeasyPrint, found: {lines[0]}")
    return content


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


@contextmanager
def _without_collection() -> Iterator[None]:
    """Pause the garbage collector: boxes of a page are many and all alive; saves a tenth."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
