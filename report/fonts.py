"""The fonts of page, PDF and figures: they travel with the templates, none is the system's.

Source Serif 4 is the text, Source Sans 3 tables, headings and figures. What they lack
(Greek, some mathematics) comes from the DejaVu fonts that matplotlib carries.
"""

import base64
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from html import escape
from io import BytesIO
from pathlib import Path
from shutil import copyfile
from types import SimpleNamespace
from typing import Any
from unicodedata import category

from report.shortcuts import replaced

_HERE = Path(__file__).resolve().parent
TEMPLATES = next(
    path for path in (_HERE / "templates", _HERE.parent / "templates") if path.is_dir()
)
"""The templates: inside the wheel, or beside the packages."""


@dataclass(frozen=True)
class Face:
    """One font file and how a stylesheet names it."""

    family: str
    weight: int
    style: str
    file: str

    @property
    def data_uri(self) -> str:
        """The file as a data address."""
        content = (TEMPLATES / "fonts" / self.file).read_bytes()
        return f"data:font/woff;base64,{base64.b64encode(content).decode('ascii')}"


def _unpacked(face: Face) -> Any:
    """Read a face's file, to be saved as TrueType."""
    from fontTools.ttLib import TTFont

    # Saved again, it would have the time of day in it.
    font = TTFont(TEMPLATES / "fonts" / face.file, recalcTimestamp=False)
    font.flavor = None
    return font


@cache
def _opened(face: Face) -> Any:
    """Read a face's file once, for figures."""
    font = _unpacked(face)
    # Figures use no ligature; each PDF would have to sort out which ones its letters need.
    del font["GSUB"], font["GDEF"]
    return font


FACES: tuple[Face, ...] = (
    Face("Report Sans", 400, "normal", "source-sans-3-latin-400-normal.woff"),
    Face("Report Sans", 600, "normal", "source-sans-3-latin-600-normal.woff"),
    Face("Report Serif", 400, "normal", "source-serif-4-latin-400-normal.woff"),
    Face("Report Serif", 400, "italic", "source-serif-4-latin-400-italic.woff"),
    Face("Report Serif", 600, "normal", "source-serif-4-latin-600-normal.woff"),
)


@cache
def covered() -> frozenset[int]:
    """Give the characters that the report's fonts can show.

    Returns
    -------
    frozenset of int
        Code points that every face has, or else matplotlib's DejaVu Sans.
    """
    import matplotlib
    from fontTools.ttLib import TTFont

    faces = [set(_opened(face).getBestCmap()) for face in FACES]
    fallback = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
    return frozenset(set.intersection(*faces) | set(TTFont(fallback).getBestCmap()))


def spell_controls(text: str) -> str:
    """Write control characters as their code points: a page may not hold them.

    Parameters
    ----------
    text : str
        Strangers' text.

    Returns
    -------
    str
        The same, with `[U+0000]` and the like; line breaks and tabs stay.
    """
    if text.isprintable():
        return text
    return "".join(_spelled(c) if category(c) == "Cc" and c not in "\n\t" else c for c in text)


def spell_unknown(text: str) -> str:
    """Write characters that no font here can show as their code points.

    Parameters
    ----------
    text : str
        Strangers' text.

    Returns
    -------
    str
        The same, with `[U+6F22]` and the like in the place of what would be an empty box.
    """
    text = spell_controls(text)
    if text.isascii():
        return text
    return "".join(c if c in "\n\t" or ord(c) in covered() else _spelled(c) for c in text)


def _spelled(character: str) -> str:
    """Write a character as its code point."""
    return f"[U+{ord(character):04X}]"


_FALLBACK = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")


@contextmanager
def figure_fonts() -> Iterator[tuple[str, ...]]:
    """Lend matplotlib the sans-serif faces, for as long as figures are drawn.

    Yields
    ------
    tuple of str
        Family names to draw with, in the order in which glyphs are looked for.
    """
    import matplotlib
    from matplotlib import font_manager

    manager = font_manager.fontManager
    known = list(manager.ttflist)
    own = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    with tempfile.TemporaryDirectory() as folder:
        try:
            for face in FACES[:2]:
                # matplotlib reads TrueType only; the content is the same, unpacked.
                path = Path(folder) / f"{face.file}.ttf"
                _opened(face).save(path)
                manager.addfont(path)
            added = [entry.name for entry in manager.ttflist if entry not in known]
            for name in _FALLBACK:
                # Beside the others: a PDF has its fonts in the order of their paths.
                manager.addfont(copyfile(own / name, Path(folder) / name))
                manager.ttflist.insert(0, manager.ttflist.pop())
            find = manager._find_fonts_by_props
            in_memory = SimpleNamespace(FT2Font=_in_memory)
            with (
                replaced(manager, "_find_fonts_by_props", _remembered(find)),
                replaced(font_manager, "ft2font", in_memory),
            ):
                yield (*dict.fromkeys(added), "DejaVu Sans")
        finally:
            manager.ttflist[:] = known


def _in_memory(path: str, **options: Any) -> Any:
    """Open a font for matplotlib, which would ask the file for each glyph it sets."""
    from matplotlib.ft2font import FT2Font

    return FT2Font(BytesIO(Path(path).read_bytes()), **options)


def _remembered(find: Callable[..., list[Any]]) -> Callable[..., list[Any]]:
    """Remember files of fonts: matplotlib 3.11 asks twice for each text, and compares settings."""
    found: dict[tuple[Any, ...], list[Any]] = {}

    def look_up(prop: Any, **where: Any) -> list[Any]:
        if where:
            return find(prop, **where)
        slant, weight = prop.get_style(), prop.get_weight()
        key = (*prop.get_family(), slant, weight, prop.get_variant(), prop.get_stretch())
        if key not in found:
            found[key] = find(prop)
        return found[key]

    return look_up


@cache
def figure_faces() -> dict[str, Face]:
    """Give the faces that figures are drawn with, by the name that matplotlib knows them by.

    Returns
    -------
    dict of str to Face
        By PostScript name.
    """
    return {_opened(face)["name"].getDebugName(6): face for face in FACES[:2]}


@cache
def advances(*, bold: bool) -> dict[str, float]:
    """Give the widths of the letters of the sans-serif face.

    Parameters
    ----------
    bold : bool
        Whether of the bold face.

    Returns
    -------
    dict of str to float
        In the size of the type, by character.
    """
    font = _opened(FACES[bold])
    size, widths = font["head"].unitsPerEm, font["hmtx"].metrics
    return {chr(code): widths[name][0] / size for code, name in font.getBestCmap().items()}


@contextmanager
def paper_fonts() -> Iterator[Path]:
    """Lay out the faces for Pango, for as long as a page is printed.

    They could stand in the page, as on screen, but would take longer to be read.

    Yields
    ------
    Path
        A configuration of fontconfig.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for face in FACES:
            _unpacked(face).save(folder / f"{face.file}.ttf")
        path = folder / "fonts.conf"
        path.write_text(fontconfig(folder), encoding="utf-8")
        yield path


def fontconfig(folder: Path) -> str:
    """Write the configuration that shows Pango our faces, the fonts of matplotlib and no others.

    Parameters
    ----------
    folder : Path
        With the faces as TrueType; fontconfig's cache goes there, too.

    Returns
    -------
    str
        The content of a `fonts.conf`.
    """
    import matplotlib

    folders = (folder, Path(matplotlib.get_data_path()) / "fonts" / "ttf")
    called = "".join(
        f'<match target="scan"><test name="file"><string>{escape(str(folder / face.file))}.ttf'
        '</string></test><edit name="family" mode="prepend"><string>'
        f"{escape(face.family)}</string></edit></match>"
        for face in FACES
    )
    return (
        '<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "fonts.dtd">\n<fontconfig>'
        + "".join(f"<dir>{escape(str(path))}</dir>" for path in folders)
        + f"<cachedir>{escape(str(folder / 'cache'))}</cachedir>{called}</fontconfig>\n"
    )
