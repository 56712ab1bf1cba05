"""What PDF/A-3a and PDF/UA-1 ask of a file, as far as it can be seen without a validator.

Each check gives the places where a document falls short; none where it conforms. As a
program: `python tests/conformance.py FILE` prints them, and fails where there are any.
"""

import sys
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import pikepdf

Check = Callable[[pikepdf.Pdf], list[str]]

PDFA = "{http://www.aiim.org/pdfa/ns/id/}"
PDFUA = "{http://www.aiim.org/pdfua/ns/id/}"
PRINTED = 4
PAINTING = {*("Tj", "TJ", "'", '"'), *("f", "F", "f*", "B", "B*", "b", "b*", "S", "s"), "sh", "Do"}


def elements(document: pikepdf.Pdf, *kinds: str) -> Iterator[Any]:
    """Walk through the tree of the structure; all of it, or elements of some kinds."""
    waiting = [document.Root.StructTreeRoot]
    while waiting:
        element = waiting.pop()
        if not kinds or element.get("/S") in kinds:
            yield element
        waiting += reversed(kids(element))


def kids(element: Any) -> list[Any]:
    """List the elements below one, without marked content and annotations."""
    below = element.get("/K", pikepdf.Array())
    below = below if isinstance(below, pikepdf.Array) else [below]
    return [kid for kid in below if isinstance(kid, pikepdf.Dictionary) and "/S" in kid]


def named(thing: Any) -> str:
    """Name an object in a message."""
    return f"{thing.get('/S', thing.get('/Subtype'))}, object {thing.objgen[0]}"


def catalogue(document: pikepdf.Pdf) -> list[str]:
    """The document is marked, has a language, and shows its title (UA 7.1, 7.2)."""
    root = document.Root
    found = {
        "Marked": "/MarkInfo" in root and root.MarkInfo.get("/Marked") is True,
        "Lang": bool(str(root.get("/Lang", ""))),
        "DisplayDocTitle": "/ViewerPreferences" in root
        and root.ViewerPreferences.get("/DisplayDocTitle") is True,
        "Title": bool(str(document.docinfo.get("/Title", ""))),
    }
    return [name for name, holds in found.items() if not holds]


def identifier(document: pikepdf.Pdf) -> list[str]:
    """The file has an identifier, and is not encrypted (A 6.1.3)."""
    found = {"ID": "/ID" in document.trailer, "encrypted": not document.is_encrypted}
    return [name for name, holds in found.items() if not holds]


def colours(document: pikepdf.Pdf) -> list[str]:
    """What the colours are is said by a profile in the file (A 6.2.3)."""
    intents = list(document.Root.get("/OutputIntents", ()))
    right = [i for i in intents if i.get("/S") == "/GTS_PDFA1" and "/DestOutputProfile" in i]
    return [] if len(right) == len(intents) == 1 else ["OutputIntents"]


def standards(document: pikepdf.Pdf) -> list[str]:
    """The metadata name both standards (A 6.6.4, UA 5)."""
    expected = {f"{PDFA}part": "3", f"{PDFA}conformance": "A", f"{PDFUA}part": "1"}
    with document.open_metadata() as fields:
        return [name for name, value in expected.items() if fields.get(name) != value]


def extension(document: pikepdf.Pdf) -> list[str]:
    """The metadata say what the field of PDF/UA means, which PDF/A does not know (A 6.6.2)."""
    metadata = document.Root.Metadata.read_bytes()
    declared = b"<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/<" in metadata
    return [] if declared else ["pdfaExtension:schemas"]


def alternatives(document: pikepdf.Pdf) -> list[str]:
    """Every figure says in words what it shows (UA 7.3)."""
    figures = elements(document, "/Figure")
    return [named(figure) for figure in figures if not str(figure.get("/Alt", "")).strip()]


def scopes(document: pikepdf.Pdf) -> list[str]:
    """Every header cell heads a column or a row (UA 7.5)."""
    known = ("/Column", "/Row", "/Both")
    cells = elements(document, "/TH")
    return [named(c) for c in cells if c.get("/A", pikepdf.Dictionary()).get("/Scope") not in known]


def grids(document: pikepdf.Pdf) -> list[str]:
    """Every row of a table has the same number of columns (UA 7.5)."""
    return [
        f"{named(table)}: {sorted(widths)} columns"
        for table in elements(document, "/Table")
        if len(widths := {n for part in kids(table) for n in _widths(part)}) > 1
    ]


def _widths(part: Any) -> list[int]:
    """Count the columns of each row of a group; a span that leaves the group is a row more."""
    widths: list[int] = []
    rows = [kid for kid in kids(part) if kid.S == "/TR"]
    for first, row in enumerate(rows):
        for cell in kids(row):
            span = cell.get("/A", pikepdf.Dictionary())
            last = first + int(span.get("/RowSpan", 1))
            widths += [0] * (last - len(widths))
            for place in range(first, last):
                widths[place] += int(span.get("/ColSpan", 1))
    return widths


def lists(document: pikepdf.Pdf) -> list[str]:
    """A list has items, and an item a label and a body (UA 7.6)."""
    allowed = {"/L": ("/LI", "/Caption", "/L"), "/LI": ("/Lbl", "/LBody")}
    return [
        f"{kid.S} in {element.S}"
        for element in elements(document, *allowed)
        for kid in kids(element)
        if kid.S not in allowed[str(element.S)]
    ]


def smoothing(document: pikepdf.Pdf) -> list[str]:
    """No image is to be smoothed (A 6.2.8)."""
    return [
        named(each)
        for each in document.objects
        if isinstance(each, pikepdf.Stream) and each.get("/Interpolate") is True
    ]


def fonts(document: pikepdf.Pdf) -> list[str]:
    """Every font is in the file, and says what its glyphs mean (A 6.2.11, UA 7.21)."""
    found = []
    for font in document.objects:
        if isinstance(font, pikepdf.Dictionary) and font.get("/Type") == "/Font":
            if "/DescendantFonts" in font and "/ToUnicode" not in font:
                found.append(f"{font.BaseFont}: ToUnicode")
            files = {"/FontFile", "/FontFile2", "/FontFile3"}
            if "/DescendantFonts" not in font and not files & font.FontDescriptor.keys():
                found.append(f"{font.BaseFont}: not embedded")
    return found


def attachments(document: pikepdf.Pdf) -> list[str]:
    """Each attachment is listed once, with its relation and its description (A 6.8)."""
    associated = [each.objgen for each in document.Root.get("/AF", ())]
    names = document.Root.get("/Names", pikepdf.Dictionary())
    tree = list(names.get("/EmbeddedFiles", pikepdf.Dictionary()).get("/Names", ()))
    files, titles = tree[1::2], [str(name) for name in tree[::2]]
    needed = ("/AFRelationship", "/Desc", "/F", "/UF")
    found = [f"{file.UF}: {key}" for file in files for key in needed if not str(file.get(key, ""))]
    if sorted(associated) != sorted(file.objgen for file in files):
        found.append("AF: not each attachment once")
    return found + [f"{b} after {a}" for a, b in pairwise(titles) if not a < b]


def links(document: pikepdf.Pdf) -> list[str]:
    """Every link is printed, described, and part of the structure (A 6.3.2, UA 7.18)."""
    annotations = [each for page in document.pages for each in page.get("/Annots", ())]
    return [
        named(each)
        for each in annotations
        if each.get("/F") != PRINTED
        or not str(each.get("/Contents", ""))
        or "/StructParent" not in each
    ]


def bookmarks(document: pikepdf.Pdf) -> list[str]:
    """There are bookmarks under one title, and each leads to a page."""
    pages = {page.objgen for page in document.pages}
    found = ["Outlines: not one title"]
    if "/Outlines" in document.Root:
        with document.open_outline() as outline:
            found = [] if len(outline.root) == 1 else found
            entries = list(outline.root)
            while entries:
                entry = entries.pop()
                entries += entry.children
                if entry.destination is None or entry.destination[0].objgen not in pages:
                    found.append(entry.title)
    return found


def scripts(document: pikepdf.Pdf) -> list[str]:
    """Nothing in the file runs (A 6.6.1)."""
    nothing = pikepdf.Dictionary()
    places = [document.Root, document.Root.get("/Names", nothing)]
    running = ("/OpenAction", "/AA", "/JavaScript")
    annotations = [each for page in document.pages for each in page.get("/Annots", ())]
    kinds = [str(each.get("/A", nothing).get("/S", "")) for each in annotations]
    return [
        *(key for place in places for key in running if key in place),
        *(kind for kind in kinds if kind not in ("", "/GoTo", "/URI")),
    ]


def content(document: pikepdf.Pdf) -> list[str]:
    """Whatever is painted is part of the text, or marked as none of it (UA 7.1)."""
    in_tree = {element.objgen for element in elements(document)}
    numbers = list(document.Root.StructTreeRoot.ParentTree.Nums)
    owners = dict(zip(map(int, numbers[::2]), numbers[1::2], strict=True))
    found = []
    for place, page in enumerate(document.pages, start=1):
        of_page = owners[int(page.StructParents)]
        tagged = {
            k for k, owner in enumerate(of_page) if owner is not None and owner.objgen in in_tree
        }
        found += [f"page {place}: {what}" for what in _unmarked(page, tagged)]
    return found


def _unmarked(page: pikepdf.Page, tagged: set[int]) -> list[str]:
    """List what a page paints outside of marks, and marks that are not in the tree."""
    found, open_marks = [], 0
    for operands, operator in pikepdf.parse_content_stream(page):
        if str(operator) in ("BDC", "BMC"):
            open_marks += 1
            is_artifact = operands[0] == "/Artifact"
            if not is_artifact and int(operands[1].get("/MCID", -1)) not in tagged:
                found.append(f"{operands[0]} is not in the tree")
        elif str(operator) == "EMC":
            open_marks -= 1
        elif str(operator) in PAINTING and not open_marks:
            found.append(f"{operator} without a mark")
    return found


CHECKS: tuple[Check, ...] = (
    catalogue,
    identifier,
    colours,
    standards,
    extension,
    alternatives,
    scopes,
    grids,
    lists,
    smoothing,
    fonts,
    attachments,
    links,
    bookmarks,
    scripts,
    content,
)


def main() -> int:
    """Check a file, and print where it falls short."""
    with pikepdf.open(sys.argv[1]) as document:
        found = [f"{check.__name__}: {line}" for check in CHECKS for line in check(document)]
    for line in found:
        sys.stderr.write(f"{line}\n")
    sys.stdout.write(f"{len(CHECKS)} checks; {len(found)} places fall short\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
