"""Points, paths and arrows in the plane, as in `plates`: data to a matplotlib Figure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from explorer.figures.plates import Plate, colour


@dataclass(frozen=True)
class Cloud:
    """Points (N, 2), each a dot of `size` square points, or a ring where they are hollow.

    `ink` is a key of plates.INKS or a colour, or one for each point: so drawn, no group of points
    is painted over another as a whole. Without points it is but a name in the legend.
    """

    points: ArrayLike
    ink: str | Sequence[str] = "signal"
    name: str = ""
    size: float = 4.0
    opaque: float = 0.7  # 1 hides what is below
    hollow: bool = False

    def draw(self, axis: Axes, span: float, height: int) -> None:
        x, y = np.asarray(self.points).reshape(-1, 2).T
        ink = colour(self.ink) if isinstance(self.ink, str) else [colour(one) for one in self.ink]
        faces: dict[str, Any] = (
            {"facecolors": "white", "edgecolors": ink} if self.hollow else {"color": ink}
        )
        edge = 1.0 if self.hollow else 0.0
        axis.scatter(
            x,
            y,
            s=self.size,
            alpha=self.opaque,
            linewidths=edge,
            label=self.name,
            zorder=height,
            **faces,
        )


@dataclass(frozen=True)
class Paths:
    """Paths (S, N, 2) of N points in S moments."""

    points: ArrayLike
    ink: str = "#767676"
    name: str = ""
    width: float = 0.8

    def draw(self, axis: Axes, span: float, height: int) -> None:
        style: dict[str, Any] = {
            "color": colour(self.ink),
            "linewidth": self.width,
            "zorder": height,
        }
        for k, path in enumerate(np.asarray(self.points).swapaxes(0, 1)):
            axis.plot(*path.T, label=self.name if k == 0 else None, **style)


@dataclass(frozen=True)
class Arrows:
    """Arrows from points (N, 2), each as long as its vector (N, 2) times `scale`."""

    at: ArrayLike
    vectors: ArrayLike
    ink: str = "noise"
    scale: float = 1.0

    def draw(self, axis: Axes, span: float, height: int) -> None:
        (x, y), (u, v) = np.asarray(self.at).T, self.scale * np.asarray(self.vectors).T
        style: dict[str, Any] = {"angles": "xy", "scale_units": "xy", "scale": 1, "width": 0.006}
        axis.quiver(x, y, u, v, color=colour(self.ink), zorder=height, **style)


@dataclass(frozen=True)
class Ground:
    """Numbers (H, W) over the whole square, lowest row first: white at 0, grey at the largest."""

    values: ArrayLike

    def draw(self, axis: Axes, span: float, height: int) -> None:
        values = np.asarray(self.values)
        axis.imshow(
            values,
            extent=(-span, span, -span, span),
            origin="lower",
            cmap="Greys",
            vmin=0,
            vmax=1.8 * values.max(),
            interpolation="bilinear",
            zorder=height,
        )


Mark = Cloud | Paths | Arrows | Ground


def plane(
    panels: Sequence[tuple[str, Sequence[Mark]]], *, span: float = 1.5, inches: float = 2.2
) -> Plate:
    """Squares [-span, span]² of the plane beside each other, all on one scale.

    Args:
        panels: the title of each, and what is drawn in it, lowest first.
        span: half the side of the square, in the units of the data; what is outside is cut.
        inches: the width of one square.
    """
    figure = Plate(figsize=(inches * len(panels) + 0.4, inches + 0.5), layout="constrained")
    axes = figure.subplots(1, len(panels), sharex=True, sharey=True, squeeze=False)[0]
    for axis, (title, marks) in zip(axes, panels, strict=True):
        for height, mark in enumerate(marks, 1):
            mark.draw(axis, span, height)
        axis.set(xlim=(-span, span), ylim=(-span, span), aspect="equal")
        axis.set_title(title, fontsize=9)
        axis.tick_params(labelsize=7)
        axis.set_xlabel("first coordinate", fontsize=8)
        axis.spines[["top", "right"]].set_visible(False)
        if any(getattr(mark, "name", "") for mark in marks):
            legend = axis.legend(fontsize=7, loc="upper left", markerscale=2, framealpha=0.8)
            legend.set_zorder(len(marks) + 1)
            for handle in legend.legend_handles:
                handle.set(alpha=1)
    axes[0].set_ylabel("second coordinate", fontsize=8)
    return figure
