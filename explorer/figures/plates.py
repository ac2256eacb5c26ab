"""The figures of the lessons: data to a matplotlib Figure, in the project's colours.

No function here touches pyplot. A `Plate` is a Figure that a notebook shows by itself.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from numpy.typing import ArrayLike
from PIL import Image
from torch import Tensor

from explorer.figures import palette

DPI = 96
STYLES = {"solid": "-", "dash": "--", "dot": ":", "dashdot": "-.", "longdash": (0, (8, 3))}
MARGIN = 0.04  # inches around each panel
LINE = 0.145  # inches a line of a title
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


def colour(ink: str) -> str:
    """The colour of a key of INKS, on light ground; any other colour as it is."""
    return INKS[ink].light if ink in INKS else ink


def panels(
    titles: Sequence[str],
    columns: int | None,
    inches: float,
    *,
    tall: float = 1.0,
    beside: float = 0.0,
) -> tuple[Plate, list[Axes]]:
    """A figure with empty panels in rows, and their axes: a panel for each title.

    A row without titles has no room for them, so that no stripe stays empty.

    Args:
        titles: what stands above each; its lines, "" for none.
        columns: panels a row; all in one row for None.
        inches: the width of a panel with the margin around it.
        tall: the height of a panel, as a multiple of its width.
        beside: inches to leave on the right.
    """
    columns = min(columns or len(titles), len(titles))
    rows = [titles[k : k + columns] for k in range(0, len(titles), columns)]
    lines = [max(title.count("\n") + 1 if title else 0 for title in row) for row in rows]
    panel = (inches - 2 * MARGIN) * tall + 2 * MARGIN
    height = panel * len(rows) + LINE * sum(lines)
    layout = ConstrainedLayoutEngine(w_pad=MARGIN, h_pad=MARGIN, wspace=0, hspace=0)
    figure = Plate(figsize=(inches * columns + beside, height), layout=layout)
    axes = figure.subplots(len(rows), columns, squeeze=False).ravel()
    for axis in axes:
        axis.axis("off")
        axis.set_anchor("S")  # what rounding leaves over is room for the title
    for axis, title in zip(axes, titles, strict=False):
        axis.set_title(title, fontsize=8, pad=4)
    return figure, list(axes[: len(titles)])


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
    named = [*titles, *[""] * (len(x) - len(titles))][: len(x)]
    figure, axes = panels(named, columns, inches, tall=x.shape[2] / x.shape[3])
    for axis, image in zip(axes, x, strict=True):
        values = ((image.detach().cpu().float() + 1) / 2).clamp(0, 1).permute(1, 2, 0).numpy()
        axis.imshow(values, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
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
        axis.plot(
            line.x,
            line.y,
            label=line.name,
            color=colour(line.ink),
            linestyle=style,
            linewidth=1.8,
        )
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
