"""From any x_t back to a clean picture: how much of it survives. Imports torch; no widget."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from torch import Tensor

from explorer.app import judge, studio
from explorer.app.player import Film, Track, grey
from explorer.denoisers import from_network
from explorer.forward import noised
from explorer.noise import normal
from explorer.samplers import Step, ddim
from explorer.schedules import SCHEDULES, Level, levels_from

SIDE = 28  # of the pictures that the model knows
NOISES = 6  # a start: the screen's own, and five others
STEPS = 16
SHOWN = 3  # noises whose end is shown


@dataclass(frozen=True)
class Return:
    """The way back from one t, for all noises."""

    t: int
    level: Level
    steps: tuple[Step, ...]  # STEPS + 1 records, x (NOISES, 1, 28, 28)
    same: int  # results that the classifier reads as it reads the picture
    distance: float  # root mean square distance of the results to the picture, pixels in [-1, 1]


def noises(seed: int) -> Tensor:
    """(NOISES, 1, 28, 28); the first is the one that the page shows."""
    drawn = np.stack([normal(seed, SIDE * SIDE, stream=k) for k in range(NOISES)])
    return torch.from_numpy(drawn).float().reshape(NOISES, 1, SIDE, SIDE)


@torch.no_grad()
def reading(x: Tensor) -> list[int]:
    """Which digit the classifier reads in pictures (B, 1, 28, 28)."""
    return judge.ready()(x).argmax(1).tolist()


def run(
    picture: Sequence[int], starts: Sequence[int], schedule: str, seed: int, label: int | None
) -> tuple[int, list[Return]]:
    """(the digit that is read in the picture, the ways back), all starts in shared batches.

    picture: 784 greys; starts: t in [1, 1000]; label: a class to tell the model, or None.
    """
    x0 = torch.tensor(picture, dtype=torch.float32).reshape(1, 1, SIDE, SIDE) / 127.5 - 1
    eps, made = noises(seed), SCHEDULES[schedule]()
    engine = studio.digits()
    with torch.no_grad():
        context = engine.net.embed(torch.full((NOISES,), -1 if label is None else label))
    denoise = from_network(engine, context=context)
    digit = reading(x0)[0]

    def one(t: int) -> Return:
        walk = levels_from(made, t, STEPS)
        xt = noised(x0.expand_as(eps), walk[0], eps)
        steps = tuple(ddim(denoise, xt, walk))
        ends = steps[-1].x
        same = sum(read == digit for read in reading(ends))
        return Return(t, walk[0], steps, same, (ends - x0).square().mean().sqrt().item())

    return digit, engine.together([partial(one, t) for t in starts])


def film(ways: Sequence[Return]) -> Film:
    """A row a start: the state, the guess, and the guesses from other noises."""
    tracks = []
    for way in ways:
        row = f"from t = {way.t}"
        x, x0_hat = (
            grey(torch.stack([getattr(step, part) for step in way.steps], 1).flatten(0, 1))
            for part in ("x", "x0_hat")
        )  # (NOISES * (STEPS + 1), H, W) each
        count = len(way.steps)
        tracks.append(Track("x_t", x[:count], row=row, alt="The state on its way back."))
        for k in range(SHOWN):
            name = "x̂₀" if k == 0 else f"noise {k + 1}"
            frames = x0_hat[k * count : (k + 1) * count]
            alt = "The clean picture as guessed here; at the end, the result."
            tracks.append(Track(name, frames, row=row, role="prediction", alt=alt))
    positions = [f"step {i} of {STEPS}" for i in range(STEPS + 1)]
    return Film(positions, tracks, start=STEPS, picture=52)
