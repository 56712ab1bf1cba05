"""What matplotlib draws, as few SVG elements.

matplotlib's own SVG has each letter as an outline and each mark as a reference, says its
looks in CSS, and is ten times as long; WeasyPrint parses an outline anew wherever it is
referred to. Here letters are text, each at the place that matplotlib gives it, in the page's
own font, and looks are attributes. Hatches and gradients are not drawn: no figure has any.
"""

import base64
import io
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any
from unicodedata import combining
from xml.etree.ElementTree import Element, SubElement

import numpy as np
from matplotlib import _path
from matplotlib.backend_bases import FigureCanvasBase, GraphicsContextBase, RendererBase
from matplotlib.backends.backend_mixed import MixedModeRenderer
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.ft2font import LoadFlags
from matplotlib.path import Path
from matplotlib.transforms import Affine2D
from numpy.typing import NDArray
from PIL import Image

from report.fonts import FACES, Face, advances, figure_faces

DPI = 72
"""Units are points."""

RASTER_DPI = 200
"""Dots an inch of what is drawn as an image: thousands of points."""

_COMMANDS = [b"M", b"L", b"Q", b"C", b"z"]
_CAPS = {"projecting": "square", "round": "round"}
_CIRCLE = np.asarray(Path.unit_circle().vertices)
_STROKE = 6  # parts of "M x y L x y"
_SUBPIXELS = 64  # in which FreeType measures


class Canvas(FigureCanvasBase):
    """Where a figure is measured and drawn, in points.

    Parameters
    ----------
    figure : Figure
        The figure.
    """

    def __init__(self, figure: Figure) -> None:
        super().__init__(figure)
        figure.dpi = DPI
        self._vectors = _Vectors(*figure.bbox.size)
        mixed: Any = MixedModeRenderer
        # One for laying out and drawing: what was measured is known.
        self._renderer = mixed(figure, *figure.get_size_inches(), RASTER_DPI, self._vectors)

    def get_renderer(self) -> Any:
        """Give what measures texts; matplotlib asks for it by this name.

        Returns
        -------
        RendererBase
            The same each time.
        """
        return self._renderer

    def svg(self) -> Element:
        """Draw the figure, once.

        Returns
        -------
        Element
            An `svg` element, names without prefixes; clip paths are in its first child.
        """
        self.figure.draw(self._renderer)
        return self._vectors.svg


class _Vectors(RendererBase):
    """Turns matplotlib's calls into elements.

    Parameters
    ----------
    width, height : float
        Of the drawing, in points.
    """

    def __init__(self, width: float, height: float) -> None:
        super().__init__()
        self.size = (width, height)
        extent = f"{short(width)} {short(height)}"
        self.svg = Element(
            "svg",
            {
                "xmlns": "http://www.w3.org/2000/svg",
                "width": f"{short(width)}pt",
                "height": f"{short(height)}pt",
                "viewBox": f"0 0 {extent}",
                "stroke-linejoin": "round",
                "stroke-linecap": "butt",
            },
        )
        self._clips = SubElement(self.svg, "defs")
        self._clip_names: dict[object, str] = {}
        self._flip = Affine2D().scale(1, -1).translate(0, height)

    def get_canvas_width_height(self) -> tuple[float, float]:
        """Give the size of the drawing, in points."""
        return self.size

    def flipy(self) -> bool:
        """Say that texts are placed from the upper edge."""
        return True

    def option_image_nocomposite(self) -> bool:
        """Say that each image is drawn by itself."""
        return True

    def option_scale_image(self) -> bool:
        """Say that images are drawn cell by cell, and scaled by whoever shows them."""
        return True

    def get_image_magnification(self) -> float:
        """Give the dots of an image in a point."""
        return RASTER_DPI / DPI

    def get_text_width_height_descent(
        self, s: str, prop: FontProperties, ismath: Any
    ) -> tuple[float, float, float]:
        """Measure a line."""
        line, size = _set(s, prop), prop.get_size_in_points()
        return line.width * size, line.height * size, line.descent * size

    def _get_font_height_metrics(
        self, prop: FontProperties
    ) -> tuple[float | None, float | None, float | None]:
        """Give ascent, descent and gap of lines; matplotlib would read the font for each text."""
        heights = _heights(tuple(prop.get_family()), prop.get_style(), prop.get_weight())
        if heights is None:
            return None, None, None
        ascent, descent, gap = (prop.get_size_in_points() * height for height in heights)
        return ascent, descent, gap

    def draw_path(
        self, gc: GraphicsContextBase, path: Any, transform: Any, rgbFace: Any = None
    ) -> None:
        """Draw an outline."""
        if not (rgbFace is not None or gc.get_linewidth()):
            return  # nothing to be seen
        look = _look(gc, rgbFace)
        placed = transform + self._flip
        if circle := _circle(path, placed):
            self._add(gc, "circle", look | circle)
            return
        window = None if rgbFace is not None else (0.0, 0.0, *self.size)
        simplify = path.should_simplify and window is not None
        outline = _outline(path, placed, window, simplify)
        self._add(gc, "path", look | _no_inside(outline) | {"d": outline})

    def draw_markers(
        self,
        gc: GraphicsContextBase,
        marker_path: Any,
        marker_trans: Any,
        path: Any,
        trans: Any,
        rgbFace: Any = None,
    ) -> None:
        """Draw a mark at every point."""
        mark = marker_trans.frozen()
        for vertices, _ in path.iter_segments(trans, simplify=False):
            x, y = vertices[-2:]
            self.draw_path(gc, marker_path, mark + Affine2D().translate(x, y), rgbFace)

    def draw_image(  # type: ignore[override]  # as its own renderers have it
        self,
        gc: GraphicsContextBase,
        x: float,
        y: float,
        im: NDArray[np.uint8],
        transform: Any = None,
    ) -> None:
        """Draw an image; its first row is the lowest."""
        height, width = im.shape[:2]
        buffer = io.BytesIO()
        Image.fromarray(im if transform else im[::-1]).save(buffer, format="png")
        content = base64.b64encode(buffer.getvalue()).decode("ascii")
        look = {"href": f"data:image/png;base64,{content}"}
        if gc.get_alpha() != 1.0:
            look["opacity"] = short(gc.get_alpha())
        if transform is None:
            w, h = (n / self.get_image_magnification() for n in (width, height))
            place = {"x": short(x), "y": short(self.size[1] - y - h)}
            self._add(gc, "image", look | place | _extent(w, h))
            return
        unit = Affine2D().scale(1 / width, 1 / height)
        (a, c, e), (b, d, f), _ = (
            unit + transform + Affine2D().translate(x, y) + self._flip
        ).get_matrix()
        turned = {
            "transform": f"matrix({' '.join(f'{number:.7g}' for number in (a, b, c, d, e, f))})",
            "image-rendering": "pixelated",
        }
        self._add(gc, "image", look | _extent(width, height) | turned)

    def draw_text(
        self,
        gc: GraphicsContextBase,
        x: float,
        y: float,
        s: str,
        prop: FontProperties,
        angle: float,
        ismath: Any = False,
        mtext: Any = None,
    ) -> None:
        """Draw a line: as text where each glyph is one letter of one of the page's fonts."""
        look = _ink(gc)
        size = prop.get_size_in_points()
        line = _set(s, prop)
        if line.face is None:
            placed = Affine2D().rotate_deg(-angle).translate(x, y)
            self._add(gc, "path", look | {"d": outlined(s, prop, placed)})
            return
        if angle:
            look["transform"] = f"translate({short(x)} {short(y)}) rotate({short(-angle)})"
            x = y = 0
        place = {"x": " ".join(short(x + size * place) for place in line.places), "y": short(y)}
        font = {
            "font-family": line.face.family,
            "font-weight": str(line.face.weight),
            "font-size": short(size),
        }
        self._add(gc, "text", look | place | font).text = s

    def _add(self, gc: GraphicsContextBase, tag: str, attributes: dict[str, str]) -> Element:
        """Add an element; what is turned is clipped from outside."""
        element = Element(tag, attributes)
        clip = self._clip(gc)
        if clip and "transform" in attributes:
            SubElement(self.svg, "g", clip).append(element)
        else:
            element.attrib |= clip
            self.svg.append(element)
        return element

    def _clip(self, gc: GraphicsContextBase) -> dict[str, str]:
        """Name the part of the drawing that may be drawn on."""
        path: Any
        transform: Any
        path, transform = gc.get_clip_path()
        rectangle = gc.get_clip_rectangle()
        if path is not None:
            outline = _outline(path, transform + self._flip)
            return self._clipped("path", {"d": outline})
        if rectangle is not None:
            x, y, width, height = rectangle.bounds
            corner = {"x": short(x), "y": short(self.size[1] - y - height)}
            return self._clipped("rect", corner | _extent(width, height))
        return {}

    def _clipped(self, tag: str, shape: dict[str, str]) -> dict[str, str]:
        """Define a clip path, once."""
        key = (tag, *shape.values())
        if key not in self._clip_names:
            name = self._clip_names[key] = f"clip-{len(self._clip_names) + 1}"
            SubElement(SubElement(self._clips, "clipPath", {"id": name}), tag, shape)
        return {"clip-path": f"url(#{self._clip_names[key]})"}


@dataclass(frozen=True)
class _Line:
    """A line of text, measured in the size of the type; `face` is None where a glyph lacks."""

    width: float
    height: float
    descent: float
    places: tuple[float, ...]
    face: Face | None


def _set(text: str, prop: FontProperties) -> _Line:
    """Set a line."""
    return _set_once(text, tuple(prop.get_family()), prop.get_style(), prop.get_weight())


@lru_cache(maxsize=4096)
def _set_once(text: str, family: tuple[str, ...], slant: Any, weight: Any) -> _Line:
    """Let matplotlib set a line, as its own renderers do."""
    setter: Any = RendererBase()._text2path
    font = setter._get_font(FontProperties(family=family, style=slant, weight=weight))
    places = font.set_text(text, 0.0, flags=LoadFlags.NO_HINTING)
    face = figure_faces().get(font.postscript_name)
    if len(places) != len(text) or not _is_simple(text, face):
        face = None
    unit = _SUBPIXELS * setter.FONT_SCALE
    width, height = font.get_width_height()
    starts = tuple(x / unit for x, _ in places.tolist())
    return _Line(width / unit, height / unit, font.get_descent() / unit, starts, face)


@cache
def _heights(family: tuple[str, ...], slant: Any, weight: Any) -> tuple[float, ...] | None:
    """Read ascent, descent and gap of lines in a font of size 1, None where it does not say."""
    setter: Any = RendererBase()._text2path
    font = setter._get_font(FontProperties(family=family, style=slant, weight=weight))
    said, unit = font.get_sfnt_table("OS/2"), font.get_sfnt_table("head")["unitsPerEm"]
    if said is None:
        return None
    ascent, descent, gap = (said[f"sTypo{name}"] for name in ("Ascender", "Descender", "LineGap"))
    return ascent / unit, -descent / unit, gap / unit


def _is_simple(text: str, face: Face | None) -> bool:
    """Tell whether each letter is a glyph of the face, and no parser would change the text."""
    if face is None or text != " ".join(filter(None, text.split(" "))):
        return False
    known = advances(bold=face.weight > FACES[0].weight)
    return all(letter in known and not combining(letter) for letter in text)


def outlined(text: str, prop: FontProperties, placed: Affine2D) -> str:
    """Give a line as the outline of its glyphs.

    Parameters
    ----------
    text : str
        The line.
    prop : FontProperties
        Its font and size; matplotlib must have the figures' fonts.
    placed : Affine2D
        Where it begins, in points from the upper left corner.

    Returns
    -------
    str
        A path's commands.
    """
    setter: Any = RendererBase()._text2path
    vertices, codes = setter.get_text_path(prop, text)
    scale = prop.get_size_in_points() / setter.FONT_SCALE
    return _outline(Path(vertices, codes), Affine2D().scale(scale, -scale) + placed)


def short(number: float) -> str:
    """Write a length to a hundredth of a point, less than a printer can show.

    Parameters
    ----------
    number : float
        In points.

    Returns
    -------
    str
        Without zeros at the end.
    """
    return f"{number:.2f}".rstrip("0").rstrip(".")


def _outline(
    path: Any,
    transform: Any,
    window: tuple[float, float, float, float] | None = None,
    simplify: bool = False,
) -> str:
    """Write an outline's commands, in absolute coordinates."""
    backend: Any = _path
    written: bytes = backend.convert_to_string(
        path, transform, window, simplify, None, 2, _COMMANDS, False
    )
    return " ".join(written.decode("ascii").split())


def _no_inside(outline: str) -> dict[str, str]:
    """Leave a single straight stroke without an inside."""
    return {"fill": "none"} if outline.count(" ") < _STROKE else {}


def _circle(path: Any, transform: Any) -> dict[str, str] | None:
    """Give centre and radius of an outline that is matplotlib's circle."""
    vertices = path.vertices
    if len(vertices) != len(_CIRCLE):
        return None
    radius = vertices.max()
    (a, c, x), (b, d, y), _ = transform.get_matrix()
    if b or c or abs(a) != abs(d) or not np.allclose(vertices, _CIRCLE * radius):
        return None
    return {"cx": short(x), "cy": short(y), "r": short(abs(a) * radius)}


def _extent(width: float, height: float) -> dict[str, str]:
    """Write a width and a height."""
    return {"width": short(width), "height": short(height)}


def _hex(colour: Any) -> str:
    """Write a colour without its opacity."""
    return "#" + "".join(f"{round(255 * part):02x}" for part in colour[:3])


def _ink(gc: GraphicsContextBase) -> dict[str, str]:
    """Give the look of letters."""
    colour = gc.get_rgb()
    alpha = gc.get_alpha() if gc.get_forced_alpha() else colour[3]
    return {"fill": _hex(colour)} | ({"opacity": short(alpha)} if alpha != 1 else {})


def _look(gc: GraphicsContextBase, inside: Any) -> dict[str, str]:
    """Give the look of an outline: its inside, its stroke, its opacity."""
    look = {"fill": "none" if inside is None else _hex(inside)}
    forced = gc.get_forced_alpha()
    if inside is not None and len(inside) > len("rgb") and inside[3] != 1 and not forced:
        look["fill-opacity"] = short(inside[3])
    if forced and gc.get_alpha() != 1:
        look["opacity"] = short(gc.get_alpha())
    return look | (_stroke(gc, forced=forced) if gc.get_linewidth() else {})


def _stroke(gc: GraphicsContextBase, *, forced: bool) -> dict[str, str]:
    """Give the look of a stroke."""
    colour = gc.get_rgb()
    dashes: Any
    offset, dashes = gc.get_dashes()
    look = {"stroke": _hex(colour), "stroke-width": short(gc.get_linewidth())}
    if dashes is not None:
        look["stroke-dasharray"] = ",".join(map(short, dashes))
        look["stroke-dashoffset"] = short(float(offset))
    if not forced and colour[3] != 1:
        look["stroke-opacity"] = short(colour[3])
    if gc.get_joinstyle() != "round":
        look["stroke-linejoin"] = gc.get_joinstyle()
    if gc.get_capstyle() in _CAPS:
        look["stroke-linecap"] = _CAPS[gc.get_capstyle()]
    return look
