"""Paths in the plane: where points of a world go, for the lessons. Data to a matplotlib Figure."""

from collections.abc import Sequence

from torch import Tensor

from explorer.figures import palette
from explorer.figures.plates import Plate


def tracks(
    runs: Sequence[Tensor],
    titles: Sequence[str],
    ground: Tensor,
    *,
    limit: float = 2.5,
    inches: float = 2.4,
) -> Plate:
    """Panels beside each other, each with the paths of one run over the points of the data.

    Args:
        runs: a panel each: states (n + 1, B, 2), noisiest first; B paths, from a ring (noise)
            to a disc (where it ends).
        titles: what stands above each panel.
        ground: points of the data (N, 2), drawn faintly below the paths.
        limit: every panel shows [-limit, limit]², so that all have one scale.
        inches: the width of one panel.
    """
    noise, end = palette.ROLES["noise"].light, palette.ROLES["prediction"].light
    figure = Plate(figsize=(inches * len(runs), inches + 0.35), layout="constrained")
    panels = figure.subplots(1, len(runs), sharex=True, sharey=True, squeeze=False)[0]
    for axis, run, title in zip(panels, runs, titles, strict=True):
        states = run.detach().cpu().double().numpy()
        axis.scatter(*ground.T, s=3, color=palette.ROLES["signal"].light, alpha=0.25, linewidths=0)
        axis.plot(states[..., 0], states[..., 1], color="#444444", linewidth=0.7, alpha=0.6)
        axis.scatter(*states[0].T, s=22, facecolors="white", edgecolors=noise, zorder=3)
        axis.scatter(*states[-1].T, s=12, color=end, zorder=4)
        axis.set(xlim=(-limit, limit), ylim=(-limit, limit), aspect="equal")
        axis.set_title(title, fontsize=9)
        axis.tick_params(labelsize=7)
        axis.set_xlabel("first coordinate", fontsize=8)
    panels[0].set_ylabel("second coordinate", fontsize=8)
    return figure
