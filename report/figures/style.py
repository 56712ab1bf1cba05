"""The look that all figures share, and how a drawing becomes bytes.

Classes are told apart by colour (Okabe and Ito's palette, safe for colour-blind readers)
and by shape; the two parts of a split by filled and open markers.
"""

import base64
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from math import ceil
from typing import Any
from xml.etree.ElementTree import Element

import matplotlib
from markupsafe import Markup

from report.csvfile import Cell, csv_bytes
from report.figures.axes import Figure, flat_copies, lean_figure
from report.figures.drawing import WHITE, as_image, as_markup, drawn
from report.figures.renderer import DPI, Canvas
from report.fonts import advances, figure_fonts, spell_unknown
from report.formats import shortened

INK = "#1b1b1b"
ON_FILL = "#111111"  # letters on a coloured ground, dark on a dark page too
MUTED = "#565656"
RULE = "#cfcdc6"
BASELINE = "#8a8a8a"
BACKDROP = "#a3a3a3"  # what stands behind the one that matters
MARK = "#D55E00"  # the observed value against what chance gives
CLASS_COLOURS = (
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#CC79A7",
    "#E69F00",
    "#56B4E9",
    "#6A4C93",
    "#4D4D4D",
)
CLASS_MARKERS = ("o", "^", "s", "D", "v", "P", "X", "*")
MODEL_STYLES = (
    ("#1b1b1b", "-"),
    ("#0072B2", "-"),
    ("#D55E00", "--"),
    ("#009E73", "-."),
    ("#CC79A7", ":"),
    ("#E69F00", "--"),
)
VARIABLES = {
    INK: "currentColor",
    WHITE: "var(--paper)",
    MUTED: "var(--muted)",
    RULE: "var(--rule)",
} | {colour.lower(): f"var(--class-{n})" for n, colour in enumerate(CLASS_COLOURS, start=1)}
"""What a colour is called in the page's stylesheet, which has others on a dark screen."""

COLUMN_MM = 170  # the width of two journal columns
SINGLE_MM = 85  # that of one
MAX_HEIGHT_MM = 150  # a page holds this, a caption and the start of a table
_MM_PER_INCH = 25.4

_RC: dict[str, Any] = {
    "font.size": 8.5,
    "axes.titlesize": 9,
    "axes.labelsize": 8.5,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "legend.fontsize": 8,
    "axes.facecolor": "none",
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "axes.titley": 1.0,  # else its place is sought above all ticks
    "axes.unicode_minus": True,
    "text.color": INK,
    "text.parse_math": False,  # names are strangers' text: a dollar sign is a dollar sign
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "legend.frameon": False,
    "figure.facecolor": "none",
    "savefig.facecolor": "none",
}


@dataclass(frozen=True)
class Numbers:
    """The numbers that a figure shows, as the rows of a table."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    @cached_property
    def csv(self) -> bytes:
        """The table as a CSV file."""
        return csv_bytes(self.columns, self.rows)


@dataclass(frozen=True)
class Picture:
    """A figure ready for the page; `alt` says what is to be seen, `caption` what it is.

    `points` are the places of the samples in the drawing, where each has one: in one panel after
    the other.
    """

    key: str
    title: str
    caption: str
    alt: str
    svg: Element
    data: Numbers
    points: tuple[tuple[float, float], ...] = ()
    number: int = 0

    @property
    def view_box(self) -> str:
        """The drawing's extent, in points."""
        return self.svg.attrib["viewBox"]

    @property
    def markup(self) -> Markup:
        """What is in the drawing, for the screen."""
        return Markup(as_markup(self.svg, f"fig-{self.key}", VARIABLES))  # noqa: S704  # our own

    @property
    def data_uri(self) -> str:
        """The drawing as a data address, for WeasyPrint."""
        content = base64.b64encode(as_image(self.svg)).decode("ascii")
        return f"data:image/svg+xml;base64,{content}"


@contextmanager
def drawing() -> Iterator[None]:
    """Draw in the report's style; matplotlib's own settings are left as they were.

    Yields
    ------
    None
        For as long as figures are drawn.
    """
    with figure_fonts() as families, flat_copies():
        settings: Any = _RC | {"font.family": list(families)}
        with matplotlib.rc_context(settings):
            yield


def canvas(width_mm: float, height_mm: float) -> Figure:
    """Make an empty figure.

    Parameters
    ----------
    width_mm, height_mm : float
        Size in millimetres.

    Returns
    -------
    Figure
        Without pyplot, so that nothing global is touched.
    """
    size = (width_mm / _MM_PER_INCH, height_mm / _MM_PER_INCH)
    return lean_figure(figsize=size, layout="constrained")


def blank(width: float, height: float) -> tuple[Figure, Any]:
    """Make a figure whose parts are placed by hand.

    Parameters
    ----------
    width, height : float
        Size in points.

    Returns
    -------
    tuple of Figure and Axes
        The figure, and axes over all of it in points from the upper left corner.
    """
    figure = Figure(figsize=(width / DPI, height / DPI))
    axes: Any = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set(xlim=(0, width), ylim=(height, 0), autoscale_on=False)
    return figure, axes


def points(mm: float) -> float:
    """Turn millimetres into points.

    Parameters
    ----------
    mm : float
        A length in millimetres.

    Returns
    -------
    float
        The length in points.
    """
    return mm / _MM_PER_INCH * DPI


def text_width(text: str) -> float:
    """Measure a text, kerning left aside.

    Parameters
    ----------
    text : str
        One line.

    Returns
    -------
    float
        Its width in the size of the type; a letter that the face lacks counts as wide.
    """
    known = advances(bold=False)
    return sum(known.get(character, 1.0) for character in text)


def panels(
    n: int, *, columns: int, height_mm: float, sharex: bool = False, sharey: bool = False
) -> tuple[Figure, list[Any]]:
    """Make a figure of panels side by side, as many rows of them as it takes.

    Parameters
    ----------
    n : int
        Number of panels.
    columns : int
        Most panels in a row.
    height_mm : float
        Height of one row in millimetres; all rows together are no higher than a page allows.
    sharex, sharey : bool, default=False
        Whether all panels have the same axis.

    Returns
    -------
    tuple of Figure and list of Axes
        The figure and its `n` panels, row by row.
    """
    across = min(columns, max(n, 2))  # a panel alone would be too wide to read
    rows = ceil(n / across)
    figure = canvas(COLUMN_MM, min(rows * height_mm, MAX_HEIGHT_MM))
    grid: Any = figure.subplots(rows, across, squeeze=False, sharex=sharex, sharey=sharey)
    for gap, axes in enumerate(grid.flat[n:], start=n):
        axes.remove()
        if rows > 1:
            grid.flat[gap - across].tick_params(labelbottom=True)  # now the lowest of its column
    return figure, list(grid.flat[:n])


def to_svg(figure: Figure) -> Element:
    """Lay out a figure and draw it.

    Parameters
    ----------
    figure : Figure
        The figure.

    Returns
    -------
    Element
        The drawing, the same for the same figure.
    """
    canvas = Canvas(figure)
    _lay_out(figure)
    return drawn(canvas)


def places(
    *panels: tuple[Any, Iterable[tuple[float, float]]],
) -> tuple[tuple[float, float], ...]:
    """Give the places of points in a drawing.

    Parameters
    ----------
    *panels : tuple of Axes and iterable of (float, float)
        Axes with the points that are drawn in them; the drawing was written as SVG before.

    Returns
    -------
    tuple of (float, float)
        In points from the upper left corner, in one panel after the other.
    """
    return tuple(
        (round(float(x), 1), round(float(axes.figure.bbox.height - y), 1))
        for axes, coordinates in panels
        for x, y in axes.transData.transform(list(coordinates))
    )


def _lay_out(figure: Figure) -> None:
    """Find the places of all parts, once: `savefig` would draw everything for that first."""
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            if not axis.get_label_text():
                axis.set_label_coords(0, 0)  # else its place is sought even without a text
    engine = figure.get_layout_engine()
    if engine is not None and figure.axes:
        engine.execute(figure)
        figure.set_layout_engine(None)


def class_style(position: int) -> tuple[str, str]:
    """Give colour and marker of a class.

    Parameters
    ----------
    position : int
        Its place among the sorted classes.

    Returns
    -------
    tuple of str
        Colour and marker; repeated, in other pairs, where there are more classes than colours.
    """
    n_colours, n_markers = len(CLASS_COLOURS), len(CLASS_MARKERS)
    shift = position // n_colours
    return CLASS_COLOURS[position % n_colours], CLASS_MARKERS[(position + shift) % n_markers]


def line(position: int) -> tuple[str, str, float]:
    """Give the look of a curve.

    Parameters
    ----------
    position : int
        Its place among the curves.

    Returns
    -------
    tuple of str, str and float
        Colour, dashes and width; repeated where there are more curves than looks.
    """
    return (*MODEL_STYLES[position % len(MODEL_STYLES)], 1.4)


def shorten(text: str, length: int = 28) -> str:
    """Cut a name that would not fit.

    Parameters
    ----------
    text : str
        The name.
    length : int, default=28
        Most characters.

    Returns
    -------
    str
        The name, or its start and an ellipsis. What cannot be drawn is spelled out, line
        breaks become blanks.
    """
    return shortened(" ".join(spell_unknown(text).split()), length)
