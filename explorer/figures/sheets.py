"""More figures of the lessons: maps of numbers, clouds of points in the plane, and bars.

As in `plates`, data to a matplotlib Figure, and no pyplot.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.colors import Colormap, LinearSegmentedColormap, ListedColormap
from numpy.typing import ArrayLike
from torch import Tensor

from explorer.figures import heat, palette
from explorer.figures.plates import INKS, Plate

HATCHES = ("", "//", "..")  # bars of several groups are told apart without colour too


def grids(
    values: Tensor,
    titles: Sequence[str],
    unit: str,
    *,
    low: float = 0.0,
    high: float = 1.0,
    columns: int | None = None,
    inches: float = 1.2,
) -> Plate:
    """Maps of numbers (N, H, W) as colours, all on one fixed scale from low to high.

    Args:
        values: the maps; numbers outside the scale take its end's colour.
        titles: what stands above each.
        unit: what a colour means, beside its bar.
        low: below 0 the scale is of two hues, and should be -high; else of one.
        columns: maps a row; all in one row unless given.
        inches: the width of one map.
    """
    count = len(values)
    columns = min(columns or count, count)
    rows = -(-count // columns)
    size = (inches * columns + 0.9, (inches + 0.28) * rows)
    figure = Plate(figsize=size, layout="constrained")
    axes = np.atleast_1d(figure.subplots(rows, columns)).ravel()
    for axis in axes:
        axis.axis("off")
    colours = _diverging() if low < 0 else ListedColormap(heat.ramp() / 255)
    for k, axis in enumerate(axes[:count]):
        numbers = values[k].detach().cpu().numpy()
        shown = axis.imshow(numbers, cmap=colours, vmin=low, vmax=high, interpolation="nearest")
        axis.set_title(titles[k], fontsize=8)
    bar = figure.colorbar(shown, ax=list(axes), fraction=0.04, pad=0.02)
    bar.set_label(unit, fontsize=8)
    bar.ax.tick_params(labelsize=7)
    return figure


def _diverging() -> Colormap:
    return LinearSegmentedColormap.from_list("diverging", palette.DIVERGING)


@dataclass(frozen=True)
class Cloud:
    """Points (N, 2) of one panel, its title, and the ink of a role or a colour.

    behind: other points (M, 2), drawn grey under them.
    """

    points: ArrayLike
    title: str
    ink: str = "prediction"
    behind: ArrayLike | None = None


def clouds(panels: Sequence[Cloud], *, half: float = 1.5, inches: float = 1.9) -> Plate:
    """Clouds of points in the plane, a panel each, all from -half to half."""
    size = (inches * len(panels) + 0.4, inches + 0.5)
    figure = Plate(figsize=size, layout="constrained")
    axes = np.atleast_1d(figure.subplots(1, len(panels), sharey=True))
    for axis, panel in zip(axes, panels, strict=True):
        ink = INKS.get(panel.ink)
        if panel.behind is not None:
            axis.scatter(*np.asarray(panel.behind).T, s=2, color="#BBBBBB", linewidths=0)
        colour = ink.light if ink else panel.ink
        axis.scatter(*np.asarray(panel.points).T, s=3, color=colour, linewidths=0)
        axis.set(xlim=(-half, half), ylim=(-half, half), aspect="equal")
        axis.set_title(panel.title, fontsize=8)
        axis.tick_params(labelsize=7)
        axis.set_xlabel("first coordinate", fontsize=7)
        axis.grid(alpha=0.25)
    axes[0].set_ylabel("second coordinate", fontsize=7)
    return figure


def bars(
    names: Sequence[str],
    groups: Mapping[str, Sequence[float]],
    unit: str,
    title: str = "",
    *,
    inks: Sequence[str] = ("#444444", "#AAAAAA", "#DDDDDD"),
    even: float | None = None,
    size: tuple[float, float] = (6.0, 2.8),
) -> Plate:
    """Horizontal bars, first name on top, from 0.

    Args:
        names: what stands beside each bar, or each bundle of bars.
        groups: the bars' lengths by group; one group needs no key.
        unit: what a length means.
        inks: a key of INKS or a colour for each group.
        even: where to draw a vertical line, or nowhere.
    """
    figure = Plate(figsize=size, layout="constrained")
    axis = figure.subplots()
    places, thick = np.arange(len(names)), 0.8 / len(groups)
    for k, (name, values) in enumerate(groups.items()):
        ink = INKS.get(inks[k])
        shift = (k - (len(groups) - 1) / 2) * thick
        drawn = axis.barh(
            places + shift,
            values,
            0.92 * thick,
            label=name,
            color=ink.light if ink else inks[k],
            hatch=HATCHES[k],
            edgecolor="white",
        )
        axis.bar_label(drawn, fmt="%.3g", fontsize=7, padding=3)
    axis.set_yticks(places, names, fontsize=8)
    axis.invert_yaxis()
    axis.set_xlabel(unit, fontsize=8)
    axis.set_title(title, fontsize=10)
    axis.margins(x=0.12)
    axis.spines[["top", "right"]].set_visible(False)
    if even is not None:
        axis.axvline(even, color="#999999", linestyle=":", zorder=0)
    if len(groups) > 1:
        axis.legend(fontsize=8, frameon=False)
    return figure
