from contextlib import nullcontext

import pytest
import weasyprint

from report import pdf, shortcuts

# Nested lists, lines that break and are hyphenated, kerning, small capitals, a table over
# two pages, boxes of every way to give a size, preserved lines, references forwards and
# backwards, a number of a page that is not yet known.
PAGE = f"""<!DOCTYPE html><html lang=en><title>A page</title><style>
@page {{ size: A5; @bottom-center {{ content: counter(page) }} }}
p {{ width: 12em; hyphens: auto; text-align: justify; font-family: 'Report Serif' }}
i {{ font-variant-caps: small-caps; letter-spacing: 0.05em; text-decoration: underline }}
.ref::after {{ content: " p. " "00" }}
table {{ border-collapse: collapse }} td {{ border: 1px solid; padding: 1% }}
table + table {{ border-collapse: separate }}
div {{ width: 70%; max-height: 9em; margin: 0 auto; padding: 1em 5%; border: thick solid }}
div div {{ box-sizing: border-box; min-width: 90%; overflow-wrap: anywhere; line-height: 2 }}
</style><h1 id=top>AVATAR</h1><ol><li>one<ul><li>in one</ul><li>two</ol>
<p>Incomprehensibilities of internationalisation, <i>Tomography</i>, &alpha; and ≥.</p>
<p>See <span class=ref data-to="#end"><a href="#end">the end</a></span>.</p>
<table><thead><tr><th>n<tbody>{"".join(f"<tr><td>{n}" for n in range(60))}</table>
<table><tr><td>a<td>b<tr><td colspan=2>c</table>
<div><i>D</i><div>{40 * "ab"} <b>c</b></div></div><pre>a
b	c&#8233;d</pre>
<p id=end>See <span class=ref data-to="#top"><a href="#top">the start</a></span>.</p>"""


@pytest.fixture(params=["a page", "a report"])
def page(request: pytest.FixtureRequest, toy_pages: tuple[str, str]) -> str:
    """Give a page to print."""
    return PAGE if request.param == "a page" else toy_pages[1]


def test_shortcuts_change_no_byte(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is printed with them is what WeasyPrint prints on its own."""
    actual = pdf.render(page)
    monkeypatch.setattr(shortcuts, "taken", nullcontext)

    expected = pdf.render(page)

    assert expected == actual


def test_a_report_needs_no_repair(
    toy_pages: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is well-formed: reading it takes a twentieth of the time."""
    monkeypatch.setattr(weasyprint.tinyhtml5, "parse", None)

    with shortcuts.taken():
        page = weasyprint.HTML(string=toy_pages[1])

    assert "html" == page.etree_element.tag


@pytest.mark.parametrize("alt", ["a\nb", "a\tb", "a&nbsp;b", "a&b", "a\fb"])
def test_what_is_not_xml_is_read_as_ever(alt: str) -> None:
    """A character that XML forbids, or would change, changes nothing."""
    page = f'<html lang="en"><body><img alt="{alt}" src="data:,"></body></html>'
    expected = weasyprint.HTML(string=page).etree_element.find(".//img").attrib

    with shortcuts.taken():
        actual = weasyprint.HTML(string=page).etree_element.find(".//img").attrib

    assert expected == actual


def test_only_items_of_lists_have_a_pseudo_element(toy_pages: tuple[str, str]) -> None:
    """Without the shortcut every element has six."""
    with shortcuts.taken():
        page = weasyprint.HTML(string=toy_pages[1])
        (sheet,) = page._ua_stylesheets()
        found = {
            (element.local_name, pseudo)
            for element in page.wrapper_element.iter_subtree()
            for *_, pseudo, _ in sheet.matcher.match(element)
            if pseudo
        }

    assert {("li", "marker")} == {each for each in found if each[0] != "br"}


def test_weasyprint_is_left_as_it_was() -> None:
    """Afterwards others print as ever, also after an error."""
    before = weasyprint.HTML._ua_stylesheets

    with pytest.raises(RuntimeError), shortcuts.taken():
        raise RuntimeError

    assert before is weasyprint.HTML._ua_stylesheets
