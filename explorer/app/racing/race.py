"""A race: several samplers run together from one noise.

Nothing here knows a widget; torch is imported, so a tab imports this module when it first runs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

import torch
from torch import Tensor

from explorer.app import studio
from explorer.app.racing.entrants import OWN, title
from explorer.convergence import longest
from explorer.denoisers import Denoiser, Network, from_network, paired
from explorer.samplers import SAMPLERS, Step, evaluations
from explorer.schedules import SCHEDULES, Level


@dataclass(frozen=True)
class Start:
    """What all entrants share: the noise they start from and what they are asked to draw."""

    label: int | None  # None: no label, so no guidance either
    seed: int
    scale: float  # 0 unconditional, 1 conditional

    @property
    def network_evaluations(self) -> int:
        """Network evaluations that one denoiser evaluation costs: two where there is guidance."""
        return 1 if self.label is None or self.scale in (0, 1) else 2


@dataclass(frozen=True)
class Entrant:
    """A sampler, the spacing it was given, and the Levels that it walks."""

    key: str
    spacing: str
    grid: tuple[Level, ...]

    @property
    def steps(self) -> int:
        return len(self.grid) - 1

    @property
    def title(self) -> str:
        """What heads its row: "DPM++ 2M Karras"."""
        return title(self.key, self.spacing)

    @property
    def ink(self) -> str:
        """The name of its colour and line style."""
        return f"sampler-{self.key}"


@dataclass(frozen=True)
class Run:
    """What an entrant did."""

    entrant: Entrant
    steps: tuple[Step, ...]  # n + 1 records

    @property
    def nfe(self) -> int:
        """Denoiser evaluations spent in all."""
        return self.steps[-1].nfe

    @property
    def picture(self) -> Tensor:
        """(B, C, H, W), the result."""
        return self.steps[-1].x


@lru_cache(256)  # 4 ms for 20 Levels, and a class asks for the same
def grid(sampler: str, schedule: str, spacing: str, budget: int) -> tuple[Level, ...]:
    """The Levels of the longest run that costs at most `budget` >= 1 denoiser evaluations."""
    return tuple(longest(sampler, SCHEDULES[schedule](), spacing, budget))


def own_grid(sampler: str, schedule: str, times: Sequence[float]) -> tuple[Level, ...]:
    """The Levels of a person's own times, noisiest first, and clean data after them.

    A sampler that evaluates twice a step walks every second of them, for about the same cost.
    """
    made = SCHEDULES[schedule]()
    walked = times[::2] if evaluations(sampler, 2) > 2 else times
    return (*map(made, walked), Level(1.0, 0.0))


def halved(times: Sequence[float]) -> tuple[float, ...]:
    """Twice as many steps: a stop in the middle of each, also of the one to clean data."""
    following = (*times, 0.0)[1:]
    return tuple(u for t, s in zip(times, following, strict=True) for u in (t, (t + s) / 2))


def field(
    chosen: Sequence[tuple[str, str]], schedule: str, budget: int, own: Sequence[float] = ()
) -> list[Entrant]:
    """One entrant for each (sampler, spacing), all on one schedule, each with `budget` evaluations.

    The spacing "own" walks the times `own`, whatever the budget says.
    """

    def walk(key: str, spacing: str) -> tuple[Level, ...]:
        if spacing == OWN:
            return own_grid(key, schedule, own)
        return grid(key, schedule, spacing, budget)

    return [Entrant(key, spacing, walk(key, spacing)) for key, spacing in chosen]


def denoiser(net: Network, start: Start, count: int = 1) -> Denoiser:
    """The conditional, unconditional or guided denoiser of `count` rows of one label."""
    label = -1 if start.label is None else start.label
    context, null = studio.contexts([label] * count)  # (count, L, D) each
    if start.label is None or start.scale == 0:
        return from_network(net, context=null)
    return paired(net, context, null, start.scale)


def run(entrants: Sequence[Entrant], start: Start) -> list[Run]:
    """All entrants side by side from the same x_T; those that draw noise draw the same noise."""
    engine = studio.engine()

    def one(entrant: Entrant) -> Run:
        x = studio.noise([start.seed])
        rng = studio.generator(start.seed, stream=1)  # each its own, all of one stream
        sampler = SAMPLERS[entrant.key]
        return Run(entrant, tuple(sampler(denoiser(engine, start), x, entrant.grid, rng=rng)))

    return engine.together([partial(one, entrant) for entrant in entrants])


def difference(a: Tensor, b: Tensor) -> float:
    """max |a - b| over the pixels of two pictures, whose range is [-1, 1]."""
    return (a - b).abs().max().item()


def states(one: Run) -> Tensor:
    """All states of a run of one picture: (n + 1, C, H, W)."""
    return torch.cat([step.x for step in one.steps])
