"""What a training in the plane may choose: the prediction, the levels drawn, the loss's weights."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial

import torch
from torch import Tensor

from explorer.denoisers import Target, target
from explorer.level import Level, straight
from explorer.schedules import SCHEDULES, Schedule

LEAST, MOST = 1 / 80, 80.0  # of sigma/alpha; MOST is where EDM begins to sample
GAMMA = 5.0  # of min-SNR, as its paper recommends

# --- levels ------------------------------------------------------------------------------------

Draw = Callable[[Tensor], Level]
"""Places (N,) in [0, 1], float64, 1 the noisiest -> variance preserving Levels (N,)."""


def _angle(place: Tensor) -> Level:
    """Every angle as often as any other; sines alone, so that both ends are exact."""
    return Level((math.pi / 2 * (1 - place)).sin(), (math.pi / 2 * place).sin())


def _line(place: Tensor) -> Level:
    """t uniform on the straight line, where sigma/alpha is t / (1 - t)."""
    norm = torch.hypot(1 - place, place)
    return Level((1 - place) / norm, place / norm)


def _scheduled(schedule: Schedule, place: Tensor) -> Level:
    """t uniform on a schedule."""
    return schedule(schedule.T * place)


def _on(make: Callable[[], Schedule]) -> Callable[[], Draw]:
    return lambda: partial(_scheduled, make())


DRAWS: dict[str, Callable[[], Draw]] = {
    "angle": lambda: _angle,
    "straight": lambda: _line,
} | {name: _on(make) for name, make in SCHEDULES.items()}

# --- weights -----------------------------------------------------------------------------------


def _least(snr: Tensor) -> Tensor:
    """min(SNR, gamma): Hang et al. 2023, section 3.4, whose loss is that of x_0 too."""
    return snr.clamp(max=GAMMA)


WEIGHTS: dict[str, Callable[[Tensor], Tensor] | None] = {
    "own": None,  # the squared error of whatever is predicted
    "eps": lambda snr: snr,
    "x0": torch.ones_like,
    "v": lambda snr: snr + 1,
    "min_snr": _least,
}
"""SNR (N,) -> the weight (N,) of the squared error of x0_hat (Salimans and Ho 2022, section 4)."""


def leverage(level: Level, predicts: Target) -> Tensor:
    """How much x0_hat's squared error is for 1 of the prediction's, (N,): the same mistake."""
    alpha, sigma = level
    if predicts == "x0":
        return torch.ones_like(sigma)
    if predicts == "eps":
        return (sigma / alpha).square()
    return (sigma if predicts == "v" else sigma / (alpha + sigma)).square()


# --- the recipe --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Recipe:
    """All that a training depends on besides its data. Raises ValueError, naming the field.

    Levels are drawn from sigma/alpha = LEAST on, and up to MOST where noise is predicted: x_0's
    weights may grow without bound towards clean data, and those of eps towards pure noise.
    """

    predicts: Target = "v"
    levels: str = "angle"  # a key of DRAWS
    weights: str = "own"  # a key of WEIGHTS
    width: int = 96
    steps: int = 4000
    seed: int = 0

    def __post_init__(self) -> None:
        for field, options in (("levels", DRAWS), ("weights", WEIGHTS)):
            if getattr(self, field) not in options:
                raise ValueError(f"{field} must be one of {', '.join(options)}.")
        target(torch.zeros(1), torch.zeros(1), Level(0.6, 0.8), self.predicts)  # knows its name
        for field, most in (("width", 1024), ("steps", 1_000_000)):
            if not 1 <= getattr(self, field) <= most:
                raise ValueError(f"{field} must be from 1 to {most}, got {getattr(self, field)}.")

    @property
    def on_line(self) -> bool:
        """Whether the network sees x_t on the straight line: flow matching's does."""
        return self.predicts == "velocity"

    def walk(self, n: int) -> list[Level]:
        """The n + 1 Levels, noisiest first and clean last, that a sampler visits in n even steps.

        Where noise is predicted they start at sigma/alpha = MOST at most: at alpha = 0 there is
        nothing to read x_0 from.
        """
        return self.levels_at(self._kept[1] * (1 - torch.arange(n + 1, dtype=torch.float64) / n))

    def levels_at(self, place: Tensor) -> list[Level]:
        """The Levels at places (N,), as floats."""
        alpha, sigma = self._level(place)
        return [Level(*pair) for pair in zip(alpha.tolist(), sigma.tolist(), strict=True)]

    def draw(self, n: int, rng: torch.Generator) -> Level:
        """n Levels (n,), one in each of n equally likely parts, so that every batch sees all."""
        place = (torch.arange(n) + torch.rand(n, generator=rng, dtype=torch.float64)) / n
        low, high = self._kept
        return self._level(low + (high - low) * place)

    def weight(self, level: Level) -> Tensor:
        """The weight (N,) of the squared error of the prediction itself."""
        weigh = WEIGHTS[self.weights]
        if weigh is None:
            return torch.ones_like(level.sigma)
        return weigh(level.snr) * leverage(level, self.predicts)

    def _level(self, place: Tensor) -> Level:
        level = self._draw(place)
        return straight(level) if self.on_line else level

    @cached_property
    def _draw(self) -> Draw:
        return DRAWS[self.levels]()

    @cached_property
    def _kept(self) -> tuple[float, float]:
        """The places between which levels are drawn."""
        place = torch.linspace(0, 1, 20_001, dtype=torch.float64)
        ratio = self._draw(place).ratio
        high = place[ratio <= MOST][-1].item() if self.predicts == "eps" else 1.0
        return place[ratio >= LEAST][0].item(), high
