"""Clouds of points in the plane, beside each other on the same axes."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from explorer.figures.plates import INKS, Plate


def clouds(
    panels: Sequence[ArrayLike],
    titles: Sequence[str],
    *,
    groups: ArrayLike | None = None,
    names: Sequence[str] = (),
    inks: Sequence[str] = ("#56B4E9", "#A8447F", "#444444"),
    reach: float = 3.0,
) -> Plate:
    """One cloud (N, 2) a panel; a point keeps its colour in all of them.

    Args:
        panels: the points; row i of every panel is the same point.
        titles: what stands above each panel.
        groups: integers (N,), the group of each point; one group unless given.
        names: the groups' names for the legend, in the first panel.
        inks: the groups' colours, or keys of plates.INKS.
        reach: both axes run from -reach to reach; what is outside is cut.
    """
    count = len(panels)
    figure = Plate(figsize=(2.2 * count, 2.5), layout="constrained")
    axes = np.atleast_1d(figure.subplots(1, count, sharex=True, sharey=True)).ravel()
    groups = np.zeros(len(panels[0]), int) if groups is None else np.asarray(groups)
    colours = [INKS[ink].light if ink in INKS else ink for ink in inks]
    for axis, points, title in zip(axes, panels, titles, strict=True):
        # one call for all groups: none is painted over another as a whole
        axis.scatter(*np.asarray(points).T, s=3, c=[colours[g] for g in groups])
        axis.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal")
        axis.set_title(title, fontsize=9)
        axis.grid(alpha=0.25)
        axis.spines[["top", "right"]].set_visible(False)
    for colour, name in zip(colours, names, strict=False):
        axes[0].scatter([], [], s=14, c=colour, label=name)
    if names:
        axes[0].legend(fontsize=7, frameon=False, loc="lower right")
    return figure
