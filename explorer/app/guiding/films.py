"""Guidance in pictures: what the tab plays, from runs."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from explorer.app.guiding import runs
from explorer.app.guiding.runs import Strip
from explorer.app.guiding.subject import Subject
from explorer.app.guiding.words import number
from explorer.app.player import Film, Track, grey
from explorer.figures.heat import ramp
from explorer.figures.maps import diverging
from explorer.metrics import diversity
from explorer.samplers import Step

SPAN = 1.0  # the difference of two pictures is coloured from -SPAN to SPAN
LATENT_SPAN = 4.0  # and the length of the difference of two latents from 0 to this
OPENING = 3.0  # sigma/alpha at which the parts are shown first
GAP = 2  # pixels between the pictures of a column
WIDTH = 972  # px that a row may take
MOST_POSITIONS = 5  # of a film of many pictures in colour


def title(scale: float) -> str:
    return f"scale {scale:g}".replace("-", "−")


def meaning(scale: float) -> str:
    """What a scale does, in a few words."""
    if scale < 0:
        return "away from it"
    if scale == 0:
        return "not told"
    if scale < 1:
        return "between the two"
    return "told, no guidance" if scale == 1 else "beyond it"


def positions(steps: Sequence[Step]) -> list[str]:
    """Labels of the time line: the noise level that all guess from; the last guess stays."""
    *before, last = steps[:-1]
    return [f"NFE {step.nfe}, σ/α = {number(step.level.ratio)}" for step in before] + [
        f"NFE {last.nfe}, result"
    ]


def middle(steps: Sequence[Step]) -> int:
    """Where a film of predictions opens: there is a picture, and being told still changes it."""
    return next((k for k, step in enumerate(steps[:-1]) if step.level.ratio <= OPENING), 0)


def cut(shares: Tensor) -> list[str]:
    """What stands below each frame: the share of its values that the screen cuts."""
    return [f"{percent(share)} % cut" for share in shares.tolist()]


def percent(share: float) -> str:
    """A share in percent, one digit after the point where it is small."""
    return f"{100 * share:.1f}" if 0.0005 <= share < 0.0995 else f"{100 * share:.0f}"


def row_film(result: Strip, pictures: Tensor) -> Film:
    """x̂₀ of every scale side by side, a position a step; pictures (n, B, C, H, W)."""
    shares = runs.saturation(pictures)  # (n, B)
    tracks = [
        Track(
            title(scale),
            grey(pictures[:, row]),
            caption=meaning(scale),
            role="prediction",
            notes=cut(shares[:, row]),
            alt="The clean picture as guessed at this step; how much of it the screen cuts.",
        )
        for row, scale in enumerate(result.scales)
    ]
    return Film(
        positions(result.steps), tracks, start=-1, picture=max(140, WIDTH // len(tracks) - 12)
    )


def parts_film(result: Strip, subject: Subject) -> Film:
    """The formula in pictures, of a strip of one: without, with, their difference, guided."""
    (scale,) = result.scales
    latents = [
        torch.cat(series)
        for series in (
            result.unconditional,
            result.conditional,
            [step.x0_hat for step in result.steps[:-1]],
        )
    ]  # (n, C, H, W) each
    without, given, mixed = (subject.pictures(x) for x in latents)
    tracks = [
        Track("x̂_uncond", grey(without), caption="not told", role="prediction"),
        Track("x̂_cond", grey(given), caption="told", role="prediction"),
        Track(
            "difference",
            difference(given - without),
            caption="x̂ cond − x̂ uncond",
            alt="What being told changes.",
        ),
        Track("x̂", grey(mixed), caption=title(scale), role="prediction", alt="Guided."),
    ]
    if latents[0].shape != without.shape:
        tracks.insert(3, _latent_track(latents[1] - latents[0]))
    return Film(
        positions(result.steps),
        tracks,
        start=middle(result.steps),
        picture=WIDTH // len(tracks) - 12,
    )


def difference(apart: Tensor) -> np.ndarray:
    """The difference of two pictures (N, C, H, W) as frames; of coloured ones on middle grey."""
    return diverging(apart, SPAN) if apart.shape[1] == 1 else grey(apart, 2 * SPAN)


def _latent_track(apart: Tensor) -> Track:
    """How long the difference of two latents (N, C, H, W) is at each place."""
    length = apart.square().sum(1).sqrt() / LATENT_SPAN  # (N, H, W)
    return Track(
        "in the latent",
        ramp()[(length.clamp(0, 1) * 255).round().long().numpy()],
        caption="length of the difference",
        alt="Where in the latent being told changes most: bright.",
    )


def crowd_film(result: Strip, keep: Sequence[int], pictures: Tensor, count: int) -> Film:
    """A column a scale, `count` seeds below each other, and how far apart they end.

    Pictures (len(keep), B, C, H, W) are those of the steps `keep`; the rows B of `result` go
    scale by scale, `count` seeds each.
    """
    tracks = []
    for column, scale in enumerate(result.scales[::count]):
        members = pictures[:, column * count : (column + 1) * count]  # (n, count, C, H, W)
        tracks.append(
            Track(
                title(scale),
                stacked(members),
                caption=f"apart {apart(members[-1]):.2f}",
                role="prediction",
                alt=f"{count} seeds below each other.",
            )
        )
    labels = positions(result.steps)
    return Film([labels[k] for k in keep], tracks, picture=760 // len(tracks) - 12)


def kept(n: int, heavy: bool) -> list[int]:
    """Which of n steps travel: all; of heavy pictures MOST_POSITIONS, with the last."""
    stride = -(-n // MOST_POSITIONS) if heavy else 1
    return list(range(n - 1, -1, -stride))[::-1]


def stacked(members: Tensor) -> np.ndarray:
    """(n, count, C, H, W) one below another, as frames of height count * (H + GAP) - GAP."""
    n, count, channels, height, width = members.shape
    sheet = torch.zeros(n, channels, count * (height + GAP) - GAP, width)
    for i in range(count):
        sheet[:, :, i * (height + GAP) : i * (height + GAP) + height] = members[:, i]
    return grey(sheet)


def apart(pictures: Tensor) -> float:
    """Root mean square difference of a value between two pictures of (B, C, H, W), over pairs."""
    flat = pictures.clamp(-1, 1).flatten(1)
    return diversity(flat, torch.zeros(len(flat))) / flat.shape[1] ** 0.5


def changed_film(all_runs: Sequence[Sequence[Step]], pictures: Tensor, titles, captions) -> Film:
    """Plain guidance and each change beside it; pictures (n, columns, C, H, W)."""
    shares = runs.saturation(pictures)
    tracks = [
        Track(
            name,
            grey(pictures[:, column]),
            caption=caption,
            role="prediction",
            notes=cut(shares[:, column]),
            alt="The clean picture as guessed at this step.",
        )
        for column, (name, caption) in enumerate(zip(titles, captions, strict=True))
    ]
    return Film(
        positions(all_runs[0]), tracks, picture=min(231, max(140, WIDTH // len(tracks) - 12))
    )
