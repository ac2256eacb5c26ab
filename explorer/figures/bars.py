"""Bars on one fixed scale: shares of a whole, and the same as a picture for an animation."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor

from explorer.figures import palette
from explorer.figures.plates import INKS, Plate

BAR, GAP = 3, 1  # pixels of a bar and beside it, in a picture
GROUND = 1.0  # white, in [-1, 1]


def bars(
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
    """One bar chart a panel, beside each other, with one vertical scale for all.

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
    axes = np.atleast_1d(figure.subplots(1, count, sharey=True)).ravel()
    top = top or max(float(np.max(np.asarray(panel))) for panel in panels)
    for axis, panel, title in zip(axes, panels, titles, strict=True):
        axis.bar(range(len(labels)), np.asarray(panel), color=INKS[ink].light, width=0.85)
        axis.set_xticks(range(len(labels)), labels, fontsize=7)
        axis.tick_params(axis="x", length=0)
        axis.set_ylim(0, top)
        axis.set_title(title, fontsize=9)
        axis.spines[["top", "right"]].set_visible(False)
    axes[0].set_ylabel(y)
    figure.supxlabel(x, fontsize=10)
    return figure


def raster(shares: ArrayLike, height: int, *, ink: str = "prediction") -> Tensor:
    """Shares in [0, 1], K of them, as a picture (3, height, K * (BAR + GAP)) in [-1, 1].

    A share of 1 is as high as the picture; what is not 0 is at least one pixel high.
    """
    shares = np.asarray(shares, dtype=np.float64)
    colour = palette.ROLES[ink].light
    paint = torch.tensor([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 127.5 - 1
    sheet = torch.full((3, height, len(shares) * (BAR + GAP)), GROUND)
    for k, share in enumerate(shares):
        high = int(np.ceil(share * height - 1e-9))
        left = k * (BAR + GAP)
        sheet[:, height - high :, left : left + BAR] = paint[:, None, None]
    return sheet
