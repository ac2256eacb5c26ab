"""Bars of the lessons, as in `plates`, and shares of a whole as a picture for an animation."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor

from explorer.figures import palette
from explorer.figures.plates import Plate, colour

BAR, GAP = 3, 1  # pixels of a bar and beside it, in a picture
GROUND = 1.0  # white, in [-1, 1]
HATCHES = ("", "//", "..")  # several series are told apart without colour too


@dataclass(frozen=True)
class Bars:
    """One number a row of a bar chart, their name, and a key of plates.INKS or a colour."""

    values: Sequence[float]
    name: str = ""
    ink: str = "#444444"


def bars(
    names: Sequence[str],
    series: Sequence[Bars],
    x: str,
    title: str = "",
    *,
    even: float | None = None,
    size: tuple[float, float] = (6.0, 2.8),
) -> Plate:
    """Horizontal bars from 0 with their numbers, the first name on top.

    Args:
        names: of the rows.
        series: one number a row each, three series at most; they lie one below another in a row.
        x: what the numbers are, with the unit.
        title: what the figure says, in a sentence.
        even: where to draw a vertical line, or nowhere.
        size: inches.
    """
    figure = Plate(figsize=size, layout="constrained")
    axis = figure.subplots()
    rows, thick = np.arange(len(names)), 0.8 / len(series)
    for k, (one, hatch) in enumerate(zip(series, HATCHES, strict=False)):
        at = rows + (k - (len(series) - 1) / 2) * thick
        style: dict[str, Any] = {
            "color": colour(one.ink),
            "hatch": hatch,
            "edgecolor": "white",
            "linewidth": 0,
        }
        drawn = axis.barh(at, one.values, 0.92 * thick, label=one.name, **style)
        for said in axis.bar_label(drawn, fmt="%.3g", fontsize=7, padding=3):
            said.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 0.5})  # over `even`
    axis.set_yticks(rows, names, fontsize=8)
    axis.invert_yaxis()
    axis.set_xlabel(x)
    axis.set_title(title, fontsize=10)
    axis.margins(x=0.12)
    axis.spines[["top", "right"]].set_visible(False)
    if even is not None:
        axis.axvline(even, color="#999999", linestyle=":", zorder=0)
    if any(one.name for one in series):
        axis.legend(fontsize=8, frameon=False)
    return figure


def upright(
    panels: Sequence[ArrayLike],
    titles: Sequence[str],
    labels: Sequence[str],
    x: str,
    y: str,
    *,
    ink: str = "prediction",
    top: float | None = None,
    size: tuple[float, float] | None = None,
) -> Plate:
    """Shares of a whole as upright bars: panels beside each other, with one scale for all.

    Args:
        panels: K values from 0 each.
        titles: what stands above each panel.
        labels: what stands under each of the K bars; an empty string leaves one bare.
        x, y: what the axes show, with the unit.
        ink: a role, a schedule or a sampler, a key of plates.INKS.
        top: the end of the vertical scale; the highest bar unless given.
        size: inches.
    """
    count = len(panels)
    figure = Plate(figsize=size or (2.0 * count, 2.0), layout="constrained")
    axes = figure.subplots(1, count, sharey=True, squeeze=False)[0]
    top = top or max(float(np.max(np.asarray(panel))) for panel in panels)
    for axis, panel, title in zip(axes, panels, titles, strict=True):
        axis.bar(range(len(labels)), np.asarray(panel), color=colour(ink), width=0.85)
        axis.set_xticks(range(len(labels)), labels, fontsize=7)
        axis.tick_params(axis="x", length=0)
        axis.set_ylim(0, top)
        axis.set_title(title, fontsize=9)
        axis.spines[["top", "right"]].set_visible(False)
    axes[0].set_ylabel(y)
    figure.supxlabel(x, fontsize=10)
    return figure


def raster(values: ArrayLike, height: int, *, ink: str = "prediction") -> Tensor:
    """Shares in [0, 1], K of them, as a picture (3, height, K * (BAR + GAP)) in [-1, 1].

    A share of 1 is as high as the picture; what is below half a pixel is not drawn.
    """
    values = np.asarray(values, dtype=np.float64)
    light = palette.ROLES[ink].light
    paint = torch.tensor([int(light[i : i + 2], 16) for i in (1, 3, 5)]) / 127.5 - 1
    sheet = torch.full((3, height, len(values) * (BAR + GAP)), GROUND)
    for k, share in enumerate(values):
        high = int(share * height + 0.5)
        left = k * (BAR + GAP)
        sheet[:, height - high :, left : left + BAR] = paint[:, None, None]
    return sheet
