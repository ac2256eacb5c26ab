"""The figures of the lessons: data to a matplotlib Figure, in the project's colours.

No function here touches pyplot. A `Plate` is a Figure that a notebook shows by itself.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike
from PIL import Image
from torch import Tensor

from explorer.figures import palette

DPI = 96
STYLES = {"solid": "-", "dash": "--", "dot": ":", "dashdot": "-.", "longdash": (0, (8, 3))}
INKS = palette.ROLES | palette.SCHEDULES | palette.SAMPLERS


class Plate(Figure):
    """A Figure that a notebook shows as a PNG when it is the last expression of a cell.

    Of 256 colours, the nearest where there are more: half the size of a notebook.
    """

    def _repr_png_(self) -> bytes:
        drawn, file = io.BytesIO(), io.BytesIO()
        self.savefig(drawn, format="png", dpi=DPI)
        image = Image.open(drawn).convert("RGB")
        image.quantize(256, dither=Image.Dither.NONE).save(file, format="png", optimize=True)
        return file.getvalue()


@dataclass(frozen=True)
class Line:
    """One curve: its numbers, its name, and the ink of a role, a schedule or a sampler.

    `ink` is a key of INKS, or a colour; `style` overrides its line style.
    """

    x: ArrayLike
    y: ArrayLike
    name: str
    ink: str = "#444444"
    style: str | None = None


def pictures(
    x: Tensor, titles: Sequence[str] = (), *, columns: int | None = None, inches: float = 1.1
) -> Plate:
    """Pictures (B, C, H, W) in [-1, 1], C 1 or 3, in rows, on one fixed grey scale.

    Args:
        x: the pictures; values outside [-1, 1] are cut, never rescaled.
        titles: what stands above each; fewer than B leave the last without.
        columns: pictures a row; all in one row unless given.
        inches: the width of one picture.
    """
    count = len(x)
    columns = min(columns or count, count)
    rows = -(-count // columns)
    figure = Plate(figsize=(inches * columns, (inches + 0.28) * rows), layout="constrained")
    axes = np.atleast_1d(figure.subplots(rows, columns)).ravel()
    for axis in axes:
        axis.axis("off")
    for k, (axis, image) in enumerate(zip(axes, x, strict=False)):
        values = ((image.detach().cpu().float() + 1) / 2).clamp(0, 1).permute(1, 2, 0).numpy()
        axis.imshow(values, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
        axis.set_title(titles[k] if k < len(titles) else "", fontsize=8)
    return figure


def curves(
    lines: Sequence[Line],
    x: str,
    y: str,
    title: str = "",
    *,
    log: str = "",
    size: tuple[float, float] = (6.0, 3.2),
) -> Plate:
    """Curves on one pair of axes.

    Args:
        lines: what is drawn, each with its name in the legend.
        x, y: what the axes show, with the unit.
        title: what the figure says, in a sentence.
        log: which axes are logarithmic: "", "x", "y" or "xy".
        size: inches.
    """
    figure = Plate(figsize=size, layout="constrained")
    axis = figure.subplots()
    for line in lines:
        ink = INKS.get(line.ink)
        style = line.style or (STYLES[ink.dash] if ink else "-")
        colour = ink.light if ink else line.ink
        axis.plot(line.x, line.y, label=line.name, color=colour, linestyle=style, linewidth=1.8)
    axis.set(xlabel=x, ylabel=y)
    axis.set_title(title, fontsize=10)
    if "x" in log:
        axis.set_xscale("log")
    if "y" in log:
        axis.set_yscale("log")
    axis.grid(alpha=0.25)
    axis.spines[["top", "right"]].set_visible(False)
    if any(line.name for line in lines):
        axis.legend(fontsize=8, frameon=False)
    return figure
