"""How fast samplers converge to the exact answer, and what they end in where they draw noise."""

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor

from explorer.denoisers import Denoiser, v_hat
from explorer.metrics import sliced_wasserstein
from explorer.samplers import SAMPLERS, evaluations
from explorer.schedules import Level, Schedule, levels

LAST_ANGLE = 1e-4  # the answer is read off x0_hat here: exact to the square of it


def level_at(angle: float) -> Level[float]:
    """The variance preserving Level of an angle in [0, pi/2] (plain floats)."""
    turn = torch.tensor(angle, dtype=torch.float64)
    return Level(turn.cos().item(), turn.sin().item())


@torch.no_grad()
def carried(denoise: Denoiser, x: Tensor, start: float, stop: float, steps: int) -> Tensor:
    """x (B, ...) carried along the probability-flow ODE from one angle to another, both > 0.

    In the angle the ODE is dx/d(angle) = v_hat, smooth up to pure noise; it is solved by the
    classical Runge-Kutta method of order 4, which shares nothing with the six samplers.
    """

    def slope(x: Tensor, angle: float) -> Tensor:
        level = level_at(angle)
        return v_hat(x, denoise(x, level), level)

    for a, b in pairwise(torch.linspace(start, stop, steps + 1, dtype=torch.float64).tolist()):
        h = b - a  # negative: towards the data
        k1 = slope(x, a)
        k2 = slope(x + h / 2 * k1, a + h / 2)
        k3 = slope(x + h / 2 * k2, a + h / 2)
        k4 = slope(x + h * k3, b)
        x = x + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return x


@torch.no_grad()
def converged(denoise: Denoiser, x: Tensor, start: Level[float], steps: int = 300) -> Tensor:
    """Where the probability-flow ODE leads x (B, ...) from `start`: the answer all solvers seek."""
    x = carried(denoise, x, start.angle, LAST_ANGLE, steps)
    return denoise(x, level_at(LAST_ANGLE))


def longest(sampler: str, schedule: Schedule, spacing: str, budget: int) -> list[Level[float]]:
    """The Levels of the longest run that costs at most `budget` >= 1 denoiser evaluations."""
    most = budget // 2 + 1 if evaluations(sampler, 2) > 2 else budget
    for n in range(most, 0, -1):
        walk = levels(schedule, n, spacing)
        if evaluations(sampler, n, from_zero_snr=walk[0].alpha == 0) <= budget:
            return walk
    raise ValueError(f"budget must be at least 1, got {budget}.")


def grids(
    sampler: str, schedule: Schedule, spacing: str, budgets: Sequence[int]
) -> list[tuple[int, list[Level]]]:
    """For each budget the longest run that it pays for, as (NFE, Levels); each NFE once."""
    found: dict[int, list[Level]] = {}
    for budget in budgets:
        walk = longest(sampler, schedule, spacing, budget)
        nfe = evaluations(sampler, len(walk) - 1, from_zero_snr=walk[0].alpha == 0)
        found.setdefault(nfe, walk)
    return list(found.items())


def end(
    sampler: str,
    denoise: Denoiser,
    x: Tensor,
    walk: Sequence[Level],
    rng: torch.Generator | None = None,
) -> Tensor:
    """Where a sampler leads x (B, ...)."""
    for step in SAMPLERS[sampler](denoise, x, walk, rng=rng):
        last = step.x
    return last


def median_error(x: Tensor, answer: Tensor) -> float:
    """Median over the rows of (B, ...) of the Euclidean distance to the answer.

    With separated modes a few rows end in another one; a mean would measure only those.
    """
    return (x - answer).flatten(1).norm(dim=1).median().item()


def errors(
    sampler: str,
    denoise: Denoiser,
    x: Tensor,
    walks: Sequence[tuple[int, Sequence[Level]]],
    answer: Tensor,
) -> list[tuple[int, float]]:
    """(NFE, median error) for each of `walks`, as `grids` gives them."""
    return [(nfe, median_error(end(sampler, denoise, x, walk), answer)) for nfe, walk in walks]


def distances(
    sampler: str,
    denoise: Denoiser,
    x: Tensor,
    walks: Sequence[tuple[int, Sequence[Level]]],
    data: Tensor,
    seed: int,
) -> list[tuple[int, float]]:
    """(NFE, sliced Wasserstein distance of where x (B, 2) ends to as many points of data)."""
    found = []
    for nfe, walk in walks:
        rng = torch.Generator().manual_seed(seed)
        found.append((nfe, sliced_wasserstein(end(sampler, denoise, x, walk, rng), data)))
    return found
