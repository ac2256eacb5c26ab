"""Guidance taken apart: one noise under several scales, and both predictions at every step.

Nothing here knows a widget; torch is imported, so a tab imports this module when it first runs.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from explorer.app import studio
from explorer.app.player import Film, Track, grey
from explorer.denoisers import Network, paired, to_x0
from explorer.figures.maps import diverging
from explorer.metrics import diversity
from explorer.samplers import SAMPLERS, Step
from explorer.schedules import Level

SPAN = 1.0  # the difference of two predictions is coloured from -SPAN to SPAN
GAP = 2  # pixels between the pictures of a column


class Recorder:
    """A network that also keeps what it answered."""

    def __init__(self, net: Network) -> None:
        self.net = net
        self.answers: list[Tensor] = []

    def __call__(self, x: Tensor, angle: Tensor, context: Tensor) -> Tensor:
        self.answers.append(self.net(x, angle, context))
        return self.answers[-1]


@dataclass(frozen=True)
class Strip:
    """Runs of one label, a row a scale, and what the network said without and with the label."""

    scales: tuple[float, ...]
    steps: tuple[Step, ...]  # n + 1 records of (B, C, H, W)
    unconditional: tuple[Tensor, ...]  # n of x0_hat (B, C, H, W)
    conditional: tuple[Tensor, ...]


def strip(
    label: int, seeds: Sequence[int], scales: Sequence[float], grid: Sequence[Level], sampler: str
) -> Strip:
    """Every scale on every seed, one batch a step; row i has seeds[i] and scales[i].

    Raises ValueError for a sampler that asks the network other than once a step.
    """
    if sampler == "heun":
        raise ValueError("sampler must ask the network once a step, and heun asks it twice.")
    engine = studio.engine()
    net = Recorder(engine)
    context, null = studio.contexts([label] * len(scales))
    denoise = paired(net, context, null, torch.tensor(scales, dtype=torch.float32))
    with engine.run():
        steps = tuple(SAMPLERS[sampler](denoise, studio.noise(list(seeds)), grid))
    halves = [
        to_x0(v, torch.cat([step.x, step.x]), step.level, "v").chunk(2)
        for v, step in zip(net.answers, steps[:-1], strict=True)
    ]
    unconditional, conditional = zip(*halves, strict=True)
    return Strip(tuple(scales), steps, unconditional, conditional)


def title(scale: float) -> str:
    return f"scale {scale:g}".replace("-", "−")


def meaning(scale: float) -> str:
    """What a scale does, in a few words."""
    if scale < 0:
        return "away from the label"
    if scale == 0:
        return "no label"
    if scale < 1:
        return "between the two"
    return "label, no guidance" if scale == 1 else "beyond the label"


def positions(result: Strip) -> list[str]:
    """Labels of the time line: the noise level that all scales guess from; the last guess stays."""
    *before, last = result.steps[:-1]
    return [f"NFE {step.nfe}, σ = {step.level.sigma:.3f}" for step in before] + [
        f"NFE {last.nfe}, result"
    ]


def third(result: Strip) -> int:
    """Where a film opens: a third of the way in, where the label still changes much."""
    return (len(result.steps) - 1) // 3


def row_film(result: Strip) -> Film:
    """x̂₀ of every scale side by side, a position a step."""
    guesses = torch.stack([step.x0_hat for step in result.steps[:-1]])  # (n, B, C, H, W)
    tracks = [
        Track(
            title(scale),
            grey(guesses[:, row]),
            caption=meaning(scale),
            role="prediction",
            alt="The clean picture as guessed at this step.",
        )
        for row, scale in enumerate(result.scales)
    ]
    return Film(
        positions(result),
        tracks,
        start=third(result),
        picture=max(140, 972 // len(tracks) - 12),
    )


def parts_film(result: Strip, row: int) -> Film:
    """The formula in pictures at one scale: unconditional, conditional, difference, guided."""
    scale = result.scales[row]
    without, given, mixed = (
        torch.stack([t[row] for t in series])
        for series in (
            result.unconditional,
            result.conditional,
            [step.x0_hat for step in result.steps[:-1]],
        )
    )  # (n, C, H, W) each
    return Film(
        positions(result),
        [
            Track("x̂_uncond", grey(without), caption="no label", role="prediction"),
            Track("x̂_cond", grey(given), caption="with the label", role="prediction"),
            Track(
                "difference",
                diverging(given - without, SPAN),
                caption="x̂ cond − x̂ uncond",
                alt="Where the label wants the picture brighter (orange) or darker (purple).",
            ),
            Track("x̂", grey(mixed), caption=title(scale), role="prediction", alt="Guided."),
        ],
        start=third(result),
        picture=231,
    )


def crowd_film(result: Strip, count: int) -> Film:
    """A column a scale, `count` seeds below each other, and how far apart they end.

    Rows of `result` go scale by scale, `count` seeds each.
    """
    states = torch.stack([step.x0_hat for step in result.steps[:-1]])  # (n, B, C, H, W)
    tracks = []
    for column, scale in enumerate(result.scales[::count]):
        members = states[:, column * count : (column + 1) * count]  # (n, count, C, H, W)
        tracks.append(
            Track(
                title(scale),
                stacked(members),
                caption=f"apart {spread(members[-1]):.2f}",
                role="prediction",
                alt=f"{count} seeds below each other.",
            )
        )
    return Film(positions(result), tracks, picture=max(84, 520 // len(tracks) - 12))


def stacked(members: Tensor):
    """(n, count, 1, H, W) one below another, as uint8 (n, count * (H + GAP) - GAP, W)."""
    n, count, _, height, width = members.shape
    sheet = torch.zeros(n, count * (height + GAP) - GAP, width)
    for i in range(count):
        sheet[:, i * (height + GAP) : i * (height + GAP) + height] = members[:, i, 0]
    return grey(sheet)


def spread(pictures: Tensor) -> float:
    """Root mean square difference of a pixel between two pictures of (B, C, H, W), over pairs."""
    flat = pictures.clamp(-1, 1).flatten(1)
    return diversity(flat, torch.zeros(len(flat))) / flat.shape[1] ** 0.5
