"""Figures whose parts are made and measured once: the same drawings in less time.

matplotlib measures all that stands out of axes in each round of the layout, makes half as
many ticks again as are seen, copies the look of a mark down to its outline for each tick, and
documents the keywords of each class when it is loaded. Made for matplotlib 3.11.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from types import SimpleNamespace
from typing import Any

import numpy as np
from matplotlib import artist, markers
from numpy.typing import NDArray

from report.shortcuts import replaced


@contextmanager
def _undocumented() -> Iterator[None]:
    """Load classes without what their keywords mean, a quarter of the time it takes."""
    silent = classmethod(lambda cls: None)
    with (
        replaced(artist, "kwdoc", lambda cls: ""),
        replaced(artist.Artist, "_update_set_signature_and_docstring", silent),
    ):
        yield


with _undocumented():
    from matplotlib.axes import Axes
    from matplotlib.axis import XAxis, YAxis
    from matplotlib.figure import Figure as Figure
    from matplotlib.transforms import Bbox

_CLOSE = 1e-10
"""Part of an axis by which a tick may be off it and is drawn, as matplotlib has it."""


def flat_copies() -> AbstractContextManager[None]:
    """Let matplotlib copy marks without copying their outlines, which never change.

    Returns
    -------
    context manager
        For as long as it does.
    """
    return replaced(markers, "copy", SimpleNamespace(deepcopy=dict))


def lean_figure(**options: Any) -> Figure:
    """Make an empty figure.

    Parameters
    ----------
    **options : Any
        Those of matplotlib's figure.

    Returns
    -------
    Figure
        Its axes make and measure each part once.
    """
    return _LeanFigure(**options)


class _LeanFigure(Figure):
    """A figure of lean axes."""

    def add_subplot(self, *arguments: Any, **options: Any) -> Any:
        """Add axes."""
        return super().add_subplot(*arguments, axes_class=_LeanAxes, **options)


class _LeanAxes(Axes):
    """Axes with few ticks that measure what stands out of them once."""

    _outside: NDArray[np.float64] | None = None

    def _init_axis(self) -> None:
        """Make both axes, as other projections do."""
        self.xaxis = _XAxis(self, clear=False)
        self.yaxis = _YAxis(self, clear=False)
        for axis, sides in ((self.xaxis, ("bottom", "top")), (self.yaxis, ("left", "right"))):
            for side in sides:
                self.spines[side].register_axis(axis)

    def get_tightbbox(self, *arguments: Any, **options: Any) -> Bbox | None:
        """Give the box of all parts: the axes as they are now, the rest as it was measured."""
        if self._outside is None:
            box = super().get_tightbbox(*arguments, **options)
            self._outside = None if box is None else np.subtract(box.extents, self.bbox.extents)
            return box
        self.apply_aspect()
        return Bbox.from_extents(*np.add(self.bbox.extents, self._outside))


class _FewTicks:
    """An axis that makes only the ticks that are seen."""

    def get_majorticklocs(self) -> NDArray[Any]:
        """Give the places of major ticks between the ends of the axis."""
        axis: Any = super()
        places = np.asarray(axis.get_majorticklocs())
        transform = axis.get_transform()
        low, high = sorted(transform.transform(np.asarray(axis.get_view_interval())))
        slack = _CLOSE * (high - low)
        placed = transform.transform(places)
        seen: NDArray[Any] = places[(low - slack <= placed) & (placed <= high + slack)]
        return seen


class _XAxis(_FewTicks, XAxis):
    """Such an axis along x."""


class _YAxis(_FewTicks, YAxis):
    """Such an axis along y."""
