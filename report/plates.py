"""Figures as files of their own, all from the one drawing: PDF and, from that, PNG."""

import io
from collections.abc import Iterable

from markupsafe import Markup

from report import pdf
from report.figures.renderer import DPI
from report.figures.style import Picture

PNG_DPI = 300
_DOTS_A_METRE = round(PNG_DPI / 0.0254)
_COMPRESSION = 3
"""Half the time of 6."""

_PAGE = Markup(
    '<!DOCTYPE html><html lang="{language}"><head><title>{title}</title><style>'
    "@page {{ size: {width} {height}; margin: 0; background: white }} body {{ margin: 0 }}"
    "img {{ display: block; width: {width}; height: {height} }}</style></head>"
    '<body><img alt="{alt}" src="{source}"></body></html>'
)


def to_pdfs(pictures: Iterable[Picture], *, language: str) -> list[bytes]:
    """Write figures as PDF on white, each as large as it is, its letters as text.

    Parameters
    ----------
    pictures : iterable of Picture
        The figures.
    language : str
        Of their titles.

    Returns
    -------
    list of bytes
        One PDF for each, without a date, fonts embedded.

    Raises
    ------
    PdfError
        If a library is missing.
    """
    return pdf.render_each(_page(picture, language) for picture in pictures)


def _page(picture: Picture, language: str) -> str:
    """Put a figure on a page of its size."""
    return _PAGE.format(
        language=language,
        title=picture.title,
        width=picture.svg.attrib["width"],
        height=picture.svg.attrib["height"],
        alt=picture.alt,
        source=picture.data_uri,
    )


def to_png(printed: bytes) -> bytes:
    """Turn a figure's PDF into an opaque PNG with as many dots as journals ask for.

    Parameters
    ----------
    printed : bytes
        A PDF of one page.

    Returns
    -------
    bytes
        PNG, the same for the same PDF.
    """
    import png
    from pypdfium2 import PdfDocument

    document = PdfDocument(printed)
    try:
        dots = document[0].render(scale=PNG_DPI / DPI, rev_byteorder=True)
        writer = png.Writer(
            dots.width,
            dots.height,
            greyscale=False,
            compression=_COMPRESSION,
            x_pixels_per_unit=_DOTS_A_METRE,
            y_pixels_per_unit=_DOTS_A_METRE,
            unit_is_meter=True,
        )
        buffer = io.BytesIO()
        rows = dots.to_numpy().reshape(dots.height, -1)
        writer.write_packed(buffer, rows)
    finally:
        document.close()
    return buffer.getvalue()
