"""Maps of numbers beside each other, as in `plates`: data to a matplotlib Figure, and no pyplot."""

from collections.abc import Sequence

from matplotlib.colors import Colormap, LinearSegmentedColormap, ListedColormap
from torch import Tensor

from explorer.figures import heat, palette
from explorer.figures.plates import Plate, panels


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
    tall = values.shape[1] / values.shape[2]
    figure, axes = panels(titles, columns, inches, tall=tall, beside=0.9)
    colours = _diverging() if low < 0 else ListedColormap(heat.ramp() / 255)
    for axis, numbers in zip(axes, values.detach().cpu().numpy(), strict=True):
        shown = axis.imshow(numbers, cmap=colours, vmin=low, vmax=high, interpolation="nearest")
    bar = figure.colorbar(shown, ax=figure.axes, fraction=0.04, pad=0.02)
    bar.set_label(unit, fontsize=8)
    bar.ax.tick_params(labelsize=7)
    return figure


def _diverging() -> Colormap:
    return LinearSegmentedColormap.from_list("diverging", palette.DIVERGING)
