"""Runs under guidance: every scale at once, and one scale with what can be done to it.

Nothing here knows a widget; torch is imported, so a tab imports this module when it first runs.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from explorer.app.guiding.asked import Asked
from explorer.app.guiding.subject import Subject
from explorer.app.racing import race
from explorer.denoisers import Denoiser, Halves, from_halves, from_network, halves
from explorer.guidance import rescaled, within
from explorer.samplers import SAMPLERS, Step
from explorer.schedules import Level

MARGIN = 0.02  # a value this little outside [-1, 1] is cut by 3 of 255 greys: nobody sees that


class Recorder:
    """Halves that also keep what they answered."""

    def __init__(self, halves: Halves) -> None:
        self.halves = halves
        self.answers: list[tuple[Tensor, Tensor]] = []

    def __call__(self, x: Tensor, level: Level) -> tuple[Tensor, Tensor]:
        self.answers.append(self.halves(x, level))
        return self.answers[-1]


@dataclass(frozen=True)
class Strip:
    """Runs of one condition, a row a scale, and what the network said without and with it."""

    scales: tuple[float, ...]
    steps: tuple[Step, ...]  # n + 1 records of (B, C, H, W)
    unconditional: tuple[Tensor, ...]  # n of x0_hat (B, C, H, W)
    conditional: tuple[Tensor, ...]

    @property
    def guesses(self) -> Tensor:
        """x0_hat of every step: (n, B, C, H, W)."""
        return guesses(self.steps)


def grid(asked: Asked) -> tuple[Level, ...]:
    """The Levels that a run walks."""
    return race.grid(asked.sampler, asked.schedule, asked.spacing, asked.steps)


def strip(subject: Subject, asked: Asked, seeds: Sequence[int], scales: Sequence[float]) -> Strip:
    """Every scale on every seed, one batch a step; row i has seeds[i] and scales[i].

    Raises ValueError for a sampler that asks the network other than once a step.
    """
    if asked.sampler == "heun":
        raise ValueError("sampler must ask the network once a step, and heun asks it twice.")
    told, null = (subject.contexts([text] * len(scales)) for text in (asked.told, ""))
    both = Recorder(halves(subject.engine, told, null))
    denoise = from_halves(both, torch.tensor(scales, dtype=torch.float32))
    with subject.engine.run():
        steps = tuple(SAMPLERS[asked.sampler](denoise, subject.noise(list(seeds)), grid(asked)))
    unconditional, conditional = zip(*both.answers, strict=True)
    return Strip(tuple(scales), steps, unconditional, conditional)


@dataclass(frozen=True)
class Change:
    """What is done to plain guidance; each field's default does nothing."""

    negative: str = ""
    low: float = 0.0  # guided where low < sigma/alpha <= high
    high: float = math.inf
    phi: float = 0.0  # of the rescaling

    def alone(self) -> dict[str, "Change"]:
        """Each change that does something, by itself; and all together, where there are more."""
        parts = {
            "negative": Change(negative=self.negative),
            "interval": Change(low=self.low, high=self.high),
            "rescale": Change(phi=self.phi),
        }
        active = {name: part for name, part in parts.items() if part != Change()}
        return active | ({"together": self} if len(active) > 1 else {})


def denoiser(subject: Subject, told: str, scale: float, change: Change) -> Denoiser:
    """Guidance on one picture, changed: one network call of two rows, or of one outside."""
    context, reference = (subject.contexts([text]) for text in (told, change.negative))
    mixed = rescaled(halves(subject.engine, context, reference), scale, change.phi)
    conditional = from_network(subject.engine, context=context)
    return within(mixed, conditional, change.low, change.high)


def side_by_side(
    subject: Subject, asked: Asked, scale: float, changes: Sequence[Change]
) -> list[tuple[Step, ...]]:
    """A run for each change, all from one noise; their network calls share batches."""
    walk = grid(asked)

    def one(change: Change) -> tuple[Step, ...]:
        denoise = denoiser(subject, asked.told, scale, change)
        return tuple(SAMPLERS[asked.sampler](denoise, subject.noise([asked.seed]), walk))

    return subject.engine.together([partial(one, change) for change in changes])


def guided_steps(walk: Sequence[Level], change: Change) -> int:
    """In how many of its steps a run asks for both halves."""
    return sum(change.low < level.ratio <= change.high for level in walk[:-1])


def guesses(steps: Sequence[Step]) -> Tensor:
    """x0_hat of every step but the last record, which repeats it: (n, B, C, H, W)."""
    return torch.stack([step.x0_hat for step in steps[:-1]])


def saturation(pictures: Tensor) -> Tensor:
    """Share of the values of each picture (..., C, H, W) outside [-1, 1], by more than MARGIN."""
    return (pictures.abs() > 1 + MARGIN).double().mean((-3, -2, -1))


def spread(x0_hats: Tensor) -> Tensor:
    """Standard deviation of each prediction (..., C, H, W) over all its values."""
    return x0_hats.double().std((-3, -2, -1))
