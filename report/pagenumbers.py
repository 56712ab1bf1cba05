"""Page numbers beside references, filled in once all pages are made.

WeasyPrint can count pages itself (`target-counter`), but makes each page with such a number
twice more: a tenth of the PDF's time. Here the stylesheet keeps the room of two digits,
`::after { content: "00" }` for an element whose `data-to` names the place, and the digits
are put in before the pages are drawn. Made for WeasyPrint 70.
"""

from collections.abc import Iterator
from typing import Any

from report.fonts import advances
from report.formats import NO_BREAK
from report.pdf import PdfError

ROOM = "00"
"""In the place of more digits goes what stands before them: “p. 12”, but “123”."""


def numbered(document: Any) -> Any:
    """Fill in the numbers of the pages that references lead to.

    Parameters
    ----------
    document : weasyprint.document.Document
        The laid-out pages, changed in place.

    Returns
    -------
    weasyprint.document.Document
        The same.

    Raises
    ------
    PdfError
        If there is no such place.
    """
    numbers = {
        f"#{anchor}": str(number)
        for number, page in reversed(list(enumerate(document.pages, start=1)))
        for anchor in page.anchors
    }
    for page in document.pages:
        for box in _rooms(page):
            place = box.element.attrib["data-to"]
            if place not in numbers:
                raise PdfError(f"PDF: expected a place {place} to refer to, found none")
            _write(box, numbers[place])
    return document


def _rooms(page: Any) -> Iterator[Any]:
    """Find the texts that end with room for a number."""
    from weasyprint.formatting_structure.boxes import TextBox

    for box in page._page_box.descendants():
        written = isinstance(box, TextBox) and str(box.element_tag).endswith("::after")
        if written and "data-to" in box.element.attrib:
            yield box


def _write(box: Any, number: str) -> None:
    """Put a number into its room: at its end, or in the place of what stands before it."""
    before = box.text.removesuffix(ROOM)
    if before and len(number) > len(ROOM):
        before = NO_BREAK
    else:
        digit = advances(bold=False)["0"] * box.style["font_size"]
        box.translate(dx=digit * (len(ROOM) - len(number)))
    box.text = before + number
    box.pango_layout.text = box.text  # the glyphs are chosen anew when it is drawn
