import io
import re

import pikepdf
import pytest
from report_fixtures import pdf_texts

from report import pdf
from report.pdf import PdfError

PAGE = """<!DOCTYPE html><html lang=en><title>A page</title><style>
@page {{ size: A5 }} section {{ break-before: page }}
li::after {{ content: "00"; float: right }}
.ref::after {{ content: "\\00a0p.\\202f" "00" }}
</style><h1>A page</h1><ol><li data-to="#s3">third</li></ol>
<p>See <span class=ref data-to="#s{last}"><a href="#s{last}">the last</a></span>, if you like.</p>
{sections}
<p>Back to <span class=ref data-to="#s1"><a href="#s1">the first</a></span>.</p>"""


def printed(n_sections: int) -> bytes:
    """Print a page of contents, and sections of a page each."""
    sections = "".join(
        f"<section><h2 id=s{n}>Section {n}</h2></section>" for n in range(1, n_sections + 1)
    )
    return pdf.render(PAGE.format(sections=sections, last=n_sections))


def words(text: str) -> str:
    """Give a page's text with one kind of blank."""
    return re.sub(r"\s+", " ", text)


@pytest.mark.parametrize(("n_sections", "last"), [(4, "p. 5"), (12, "p. 13")])
def test_references_have_the_number_of_the_page(n_sections: int, last: str) -> None:
    """Forwards and backwards; the first section stands on the second page."""
    pages = [words(text) for text in pdf_texts(printed(n_sections))]

    assert f"the last {last}" in pages[0]
    assert "the first p. 2" in pages[-1]
    assert pages[0].startswith("4 ")  # a float is drawn first
    assert not any("00" in page for page in pages)


def test_a_number_of_three_digits_stands_alone() -> None:
    """What stands before the number makes room for it."""
    pages = [words(text) for text in pdf_texts(printed(100))]

    assert "the last 101 , if you like" in pages[0]


def test_a_place_that_is_not_there_is_an_error() -> None:
    """It is named."""
    with pytest.raises(PdfError, match="expected a place #s3 to refer to"):
        pdf.render(PAGE.format(sections="<section><h2 id=s1>1</h2></section>", last=9))


def test_links_still_lead_there() -> None:
    """The numbers change no link."""
    with pikepdf.open(io.BytesIO(printed(3))) as document:
        kinds = [link.Subtype for link in document.pages[0].Annots]

    assert ["/Link"] == kinds
