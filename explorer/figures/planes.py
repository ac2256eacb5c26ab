"""Points, paths and arrows in the plane, and bars: more figures of the lessons, as in `plates`."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from explorer.figures.plates import INKS, Plate


def _colour(ink: str) -> str:
    return INKS[ink].light if ink in INKS else ink


@dataclass(frozen=True)
class Cloud:
    """Points (N, 2), each a dot of `size` square points."""

    points: ArrayLike
    ink: str = "signal"
    name: str = ""
    size: float = 4.0

    def draw(self, axis: Axes, span: float) -> None:
        x, y = np.asarray(self.points).T
        axis.scatter(
            x, y, s=self.size, color=_colour(self.ink), label=self.name, linewidths=0, alpha=0.7
        )


@dataclass(frozen=True)
class Paths:
    """Paths (S, N, 2) of N points in S moments."""

    points: ArrayLike
    ink: str = "#767676"
    name: str = ""
    width: float = 0.8

    def draw(self, axis: Axes, span: float) -> None:
        for k, path in enumerate(np.asarray(self.points).swapaxes(0, 1)):
            name = self.name if k == 0 else None
            axis.plot(*path.T, color=_colour(self.ink), linewidth=self.width, label=name)


@dataclass(frozen=True)
class Arrows:
    """Arrows from points (N, 2), each as long as its vector (N, 2) times `scale`."""

    at: ArrayLike
    vectors: ArrayLike
    ink: str = "noise"
    name: str = ""
    scale: float = 1.0

    def draw(self, axis: Axes, span: float) -> None:
        (x, y), (u, v) = np.asarray(self.at).T, self.scale * np.asarray(self.vectors).T
        axis.quiver(
            x, y, u, v, color=_colour(self.ink), angles="xy", scale_units="xy", scale=1, width=0.006
        )


@dataclass(frozen=True)
class Ground:
    """Numbers (H, W) over the whole square, lowest row first: white at 0, grey at the largest."""

    values: ArrayLike

    def draw(self, axis: Axes, span: float) -> None:
        values = np.asarray(self.values)
        axis.imshow(
            values,
            extent=(-span, span, -span, span),
            origin="lower",
            cmap="Greys",
            vmin=0,
            vmax=1.8 * values.max(),
            interpolation="bilinear",
        )


Mark = Cloud | Paths | Arrows | Ground


def plane(
    panels: Sequence[tuple[str, Sequence[Mark]]],
    *,
    span: float = 1.5,
    inches: float = 2.3,
    columns: int | None = None,
) -> Plate:
    """Squares [-span, span]² of the plane beside each other, all on one scale.

    Args:
        panels: the title of each, and what is drawn in it, lowest first.
        span: half the side of the square, in the units of the data.
        inches: the width of one square.
        columns: squares a row; all in one row unless given.
    """
    columns = min(columns or len(panels), len(panels))
    rows = -(-len(panels) // columns)
    figure = Plate(figsize=(inches * columns, (inches + 0.3) * rows), layout="constrained")
    axes = np.atleast_1d(figure.subplots(rows, columns)).ravel()
    for axis in axes[len(panels) :]:
        axis.axis("off")
    for axis, (title, marks) in zip(axes, panels, strict=False):
        for mark in marks:
            mark.draw(axis, span)
        axis.set(xlim=(-span, span), ylim=(-span, span), aspect="equal")
        axis.set_title(title, fontsize=9)
        axis.tick_params(labelsize=7)
        axis.spines[["top", "right"]].set_visible(False)
        if any(getattr(mark, "name", "") for mark in marks):
            axis.legend(fontsize=7, loc="upper left", markerscale=2, framealpha=0.8)
    return figure


@dataclass(frozen=True)
class Bars:
    """One number a row of a bar chart, their name and their ink."""

    values: Sequence[float]
    name: str = ""
    ink: str = "signal"


def bars(
    names: Sequence[str],
    series: Sequence[Bars],
    x: str,
    title: str = "",
    *,
    size: tuple[float, float] = (6.0, 3.2),
) -> Plate:
    """Horizontal bars, the first name on top; several series lie one below another in each row.

    Args:
        names: of the rows.
        series: one number a row each.
        x: what the numbers are, with the unit.
        title: what the figure says, in a sentence.
        size: inches.
    """
    figure = Plate(figsize=size, layout="constrained")
    axis = figure.subplots()
    rows, thick = np.arange(len(names)), 0.8 / len(series)
    for k, one in enumerate(series):
        at = rows + (k - (len(series) - 1) / 2) * thick
        axis.barh(at, one.values, thick, color=_colour(one.ink), label=one.name)
    axis.set_yticks(rows, names, fontsize=8)
    axis.invert_yaxis()
    axis.set_xlabel(x)
    axis.set_title(title, fontsize=10)
    axis.grid(axis="x", alpha=0.25)
    axis.set_axisbelow(True)
    axis.spines[["top", "right"]].set_visible(False)
    if any(one.name for one in series):
        axis.legend(fontsize=8, frameon=False)
    return figure
