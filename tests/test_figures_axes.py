from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pytest
from matplotlib import artist
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from report.figures import axes, style
from report.figures.drawing import as_image

Fill = Callable[[Any], object]


def ticks_beyond(axes: Any) -> None:
    """Ask for ticks of which some lie outside."""
    axes.set(xticks=[-5, 0, 0.5, 1, 9], yticks=[0, 1], xlim=(0, 1), ylim=(1, 0))


def minor(axes: Any) -> None:
    """Ask for minor ticks and a grid at them."""
    axes.set_xticks([0.25, 0.75], ["a", "b"], minor=True)
    axes.minorticks_on()
    axes.grid(which="both")


FILLS: dict[str, Fill] = {
    "marks": lambda axes: axes.plot([1, 2, 30], [5, -1, 2], "^:"),
    "a logarithm": lambda axes: axes.loglog([1e-3, 2, 3e5], [1, 10, 100], "o"),
    "a grid": lambda axes: (axes.plot([0, 7.3]), axes.grid()),
    "turned ticks": lambda axes: (axes.plot([0, 7.3]), axes.tick_params("x", rotation=45)),
    "upside down": lambda axes: (axes.plot([0, 7.3]), axes.invert_yaxis()),
    "ticks that are given": ticks_beyond,
    "none": lambda axes: axes.set(xticks=[], yticks=[]),
    "minor ticks": minor,
    "a bar": lambda axes: axes.barh(["one", "two"], [1, 1e7]),
}


def draw(make: Callable[..., Figure], fill: Fill) -> bytes:
    """Draw two panels with the same axis along y."""
    with style.drawing():
        figure = make(figsize=(4, 2))
        for panel in figure.subplots(1, 2, sharey=True):
            fill(panel)
        return as_image(style.to_svg(figure))


@pytest.mark.parametrize("fill", FILLS.values(), ids=FILLS)
def test_drawings_are_those_of_matplotlib(fill: Fill, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ticks that are not made were not seen, and copied marks look the same."""
    actual = draw(axes.lean_figure, fill)
    monkeypatch.setattr(style, "flat_copies", nullcontext)

    assert draw(Figure, fill) == actual


def test_no_tick_is_made_for_nothing() -> None:
    """Nine places within the axis are nine ticks; matplotlib alone makes eleven."""
    with style.drawing():
        figure = axes.lean_figure()
        (panel,) = figure.subplots(1, 1, squeeze=False).flat
        panel.set(xlim=(-0.5, 8.5))
        style.to_svg(figure)

    assert list(range(9)) == [tick.get_loc() for tick in panel.xaxis.majorTicks]


def test_matplotlib_is_left_as_it_was() -> None:
    """What classes loaded later say of their keywords is told again."""
    assert "linewidth" in artist.kwdoc(Line2D)

    class Later(artist.Artist):
        pass

    assert "alpha" in (Later.set.__doc__ or "")
