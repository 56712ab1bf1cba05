"""The last steps that make WeasyPrint's PDF/A-3a a PDF/UA-1 as well.

WeasyPrint writes either; here the marks of the other are added to the objects, before they
become bytes. Each step is there for a clause of a standard, and has a test that misses it.
Made for WeasyPrint 70 and pydyf 0.13.
"""

import zlib
from collections.abc import Iterator
from itertools import chain, takewhile
from typing import Any

import pydyf

# The identifier of PDF/UA, and for PDF/A, which knows no such field, what it means
# (ISO 14289-1 clause 5; ISO 19005-3 clause 6.6.2.3.3).
_PDFUA = b"""
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
<pdfuaid:part>1</pdfuaid:part>
</rdf:Description>
<rdf:Description rdf:about=""
 xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
 xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289 that the file conforms to</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
"""


def finish(document: Any, pdf: pydyf.PDF) -> None:
    """Finish a PDF; to be given to WeasyPrint.

    Parameters
    ----------
    document : weasyprint.Document
        The pages; not used.
    pdf : pydyf.PDF
        The objects, changed in place.
    """
    identify(pdf)
    scope_headers(pdf)
    close_grids(pdf)
    wrap_list_bodies(pdf)
    mark_margins(pdf)
    attach_once(pdf)
    keep_pixels(pdf)
    write_once(pdf)


def identify(pdf: pydyf.PDF) -> None:
    """Say in the metadata that the file is PDF/UA-1, too.

    Parameters
    ----------
    pdf : pydyf.PDF
        The objects, changed in place.
    """
    metadata = _object(pdf, pdf.catalog["Metadata"])
    metadata.stream = [
        part.replace(b"</rdf:RDF>", _PDFUA + b"</rdf:RDF>") for part in metadata.stream
    ]


def scope_headers(pdf: pydyf.PDF) -> None:
    """Say of each header cell whether it heads a column or a row (ISO 14289-1 clause 7.5).

    Parameters
    ----------
    pdf : pydyf.PDF
        The objects, changed in place.
    """
    for cell in _elements(pdf, "/TH"):
        rows = _object(pdf, _object(pdf, cell["P"])["P"])
        cell["A"]["Scope"] = "/Column" if rows["S"] == "/THead" else "/Row"


def close_grids(pdf: pydyf.PDF) -> None:
    """Make each piece of a table whole where a page cuts a cell that spans rows.

    WeasyPrint leaves the whole span in the piece before the cut, and nothing of the cell in
    the one after it, where the cells that are left get the headers of their neighbours.

    Parameters
    ----------
    pdf : pydyf.PDF
        The objects, changed in place.
    """
    for table in list(_elements(pdf, "/Table")):
        parts = [_kids(pdf, part) for part in _kids(pdf, table) if part["S"] in _ROW_GROUPS]
        cells = [[_kids(pdf, row) for row in rows] for rows in parts]
        width = max((sum(map(_columns, row)) for rows in cells for row in rows), default=0)
        for rows, group in zip(parts, cells, strict=True):
            _close_grid(pdf, rows, group, width)


_ROW_GROUPS = ("/THead", "/TBody", "/TFoot")


def _close_grid(pdf: pydyf.PDF, rows: list[Any], cells: list[list[Any]], width: int) -> None:
    """End spans with the last row, and put an empty cell before rows that miss one."""
    missing = [width] * len(rows)
    for first, row in enumerate(cells):
        for cell in row:
            n_rows = min(cell["A"].get("RowSpan", 1), len(rows) - first)
            if n_rows < cell["A"].get("RowSpan", 1):
                cell["A"]["RowSpan"] = n_rows
            for place in range(first, first + n_rows):
                missing[place] -= _columns(cell)
    cut = list(takewhile(bool, missing))
    if not cut:
        return
    for cell in chain.from_iterable(cells[: len(cut)]):
        cell["A"].pop("Headers", None)  # the scope of the header cells says it
    spans = {"O": "/Table", "RowSpan": len(cut), "ColSpan": cut[0]}
    empty = _element(pdf, "/TD", rows[0], [])
    empty["A"] = pydyf.Dictionary(spans)
    rows[0]["K"].insert(0, empty.reference)


def _columns(cell: Any) -> int:
    """Columns that a cell spans."""
    return int(cell["A"].get("ColSpan", 1))


def wrap_list_bodies(pdf: pydyf.PDF) -> None:
    """Leave nothing but a label and a body in a list item (ISO 32000-1 table 336).

    Parameters
    ----------
    pdf : pydyf.PDF
        The objects, changed in place.
    """
    for item in list(_elements(pdf, "/LI")):
        kids = _kids(pdf, item)
        kept = [kid for kid in kids if kid["S"] in ("/Lbl", "/LBody")]
        stray = [kid for kid in kids if kid["S"] not in ("/Lbl", "/LBody")]
        if stray:
            body = _element(pdf, "/LBody", item, stray)
            item["K"] = pydyf.Array(kid.reference for kid in (*kept, body))


def mark_margins(pdf: pydyf.PDF) -> None:
    """Mark running heads and page numbers as no part of the text (ISO 14289-1 clause 7.8).

    WeasyPrint tags them like text, and then leaves them out of the tree.

    Parameters
    ----------
    pdf : pydyf.PDF
        The objects, changed in place.
    """
    root = _object(pdf, pdf.catalog["StructTreeRoot"])
    in_tree = _reachable(pdf, root)
    owners = _object(pdf, root["ParentTree"])["Nums"]
    by_key = dict(zip(owners[::2], owners[1::2], strict=True))
    for reference in pdf.page_references:
        page = _object(pdf, reference)
        of_page = by_key[page["StructParents"]]
        loose = {mcid for mcid, owner in enumerate(of_page) if _number(owner) not in in_tree}
        for mcid in loose:
            of_page[mcid] = "null"
        _unmark(_object(pdf, page["Contents"]).stream, loose)


def _unmark(stream: list[Any], loose: set[int]) -> None:
    """Turn marked content into an artifact of the pagination: tag, properties, operator."""
    for place, part in enumerate(stream):
        if isinstance(part, pydyf.Dictionary) and part.get("MCID") in loose:
            stream[place - 1] = "/Artifact"
            stream[place] = pydyf.Dictionary({"Type": "/Pagination"})


def _reachable(pdf: pydyf.PDF, root: Any) -> set[int]:
    """Number the objects of the structure tree."""
    found: set[int] = set()
    waiting = [root]
    while waiting:
        element = waiting.pop()
        found.add(element.number)
        waiting += _kids(pdf, element)
    return found


def attach_once(pdf: pydyf.PDF) -> None:
    """List each attachment once; WeasyPrint lists it twice.

    Parameters
    ----------
    pdf : pydyf.PDF
        The objects, changed in place.
    """
    if "AF" in pdf.catalog:
        pdf.catalog["AF"] = pydyf.Array(dict.fromkeys(pdf.catalog["AF"]))


def keep_pixels(pdf: pydyf.PDF) -> None:
    """Ask for no smoothing of images (ISO 19005-3 clause 6.2.8).

    Parameters
    ----------
    pdf : pydyf.PDF
        The objects, changed in place.
    """
    for each in pdf.objects:
        if isinstance(each, pydyf.Stream) and each.extra.get("Subtype") == "/Image":
            each.extra["Interpolate"] = "false"


def write_once(pdf: pydyf.PDF) -> None:
    """Write each object now: pydyf would for the file's identifier, and again for the file.

    Parameters
    ----------
    pdf : pydyf.PDF
        The objects, changed in place; those that are still to come are packed as well.
    """
    pdf.objects[:] = [each if each.free == "f" else _Written(each) for each in pdf.objects]
    pdf.add_object = lambda each: pydyf.PDF.add_object(pdf, _packed(each))


class _Written(pydyf.Object):  # type: ignore[misc]  # pydyf ships no types
    """An object whose bytes do not change any more."""

    def __init__(self, given: pydyf.Object) -> None:
        super().__init__()
        self.number, self.generation = given.number, given.generation
        self.is_stream = isinstance(given, pydyf.Stream)
        self.content = _packed(given).data

    @property
    def data(self) -> bytes:
        """The bytes, as they are written."""
        return bytes(self.content)

    @property
    def compressible(self) -> bool:
        """Whether pydyf may pack it together with others."""
        return not (self.is_stream or self.generation)


def _packed(each: pydyf.Object) -> pydyf.Object:
    """Compress a stream: level 9, which pydyf asks for, takes six times as long for 7 %."""
    if isinstance(each, pydyf.Stream) and each.compress:
        each.stream = [zlib.compress(b"\n".join(map(_bytes, each.stream)), 4)]
        each.extra = {**each.extra, "Filter": "/FlateDecode"}
        each.compress = False
    return each


def _bytes(part: Any) -> bytes:
    """Write a part of a stream, as pydyf does."""
    if isinstance(part, bytes):
        return part
    written: bytes = part.data if isinstance(part, pydyf.Object) else part.encode("ascii")
    return written


def _elements(pdf: pydyf.PDF, kind: str) -> Iterator[Any]:
    """Find the elements of the structure of one kind."""
    return (each for each in pdf.objects if isinstance(each, dict) and each.get("S") == kind)


def _element(pdf: pydyf.PDF, kind: str, parent: Any, kids: list[Any]) -> Any:
    """Add an element to the structure, below one that is there and above its kids."""
    element = pydyf.Dictionary({"Type": "/StructElem", "S": kind, "P": parent.reference})
    pdf.add_object(element)
    element["Pg"] = parent["Pg"]
    element["K"] = pydyf.Array(kid.reference for kid in kids)
    for kid in kids:
        kid["P"] = element.reference
    return element


def _kids(pdf: pydyf.PDF, element: Any) -> list[Any]:
    """Give what stands below an element; numbers of marked content left out."""
    return [_object(pdf, kid) for kid in element.get("K", ()) if isinstance(kid, bytes)]


def _object(pdf: pydyf.PDF, reference: Any) -> Any:
    """Follow a reference."""
    return pdf.objects[_number(reference)]


def _number(reference: bytes) -> int:
    """Read the number of the object that a reference names."""
    return int(reference.split()[0])
