"""Worlds in the plane where everything is known: mixtures of Gaussians, at every noise level.

Points are (B, 2), float64, and fill about [-1, 1]² as pictures do.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from explorer import ideal
from explorer.denoisers import Denoiser
from explorer.schedules import Level

STROKE = 0.06  # the width of a drawn line, as a standard deviation
MOST_POINTS = 120  # of a drawing


@dataclass(frozen=True)
class World:
    """K isotropic Gaussians in the plane.

    Raises ValueError where shapes differ, or a std or a weight is not above 0.
    """

    means: Tensor  # (K, 2)
    stds: Tensor  # (K,)
    weights: Tensor  # (K,), they sum to 1
    classes: Tensor  # (K,) integers: the class that each Gaussian belongs to

    def __post_init__(self) -> None:
        k = len(self.means)
        if self.means.shape != (k, 2) or {len(v) for v in (self.stds, self.weights)} != {k}:
            raise ValueError(f"means must be (K, 2) and stds and weights (K,), got K = {k}.")
        if not (self.stds > 0).all() or not (self.weights > 0).all():
            raise ValueError("stds and weights must be above 0.")

    @property
    def labels(self) -> list[int]:
        """The classes that there are."""
        return self.classes.unique().tolist()

    def only(self, label: int) -> "World":
        """The world of one class: the distribution given the label."""
        kept = self.classes == label
        weights = self.weights[kept] / self.weights[kept].sum()
        return World(self.means[kept], self.stds[kept], weights, self.classes[kept])

    def denoiser(self, label: int | None = None) -> Denoiser:
        """E[x_0 | x_t], given the label too where there is one: exact."""
        world = self if label is None else self.only(label)
        return ideal.mixture(world.means, world.stds, world.weights)

    def sample(self, n: int, rng: torch.Generator) -> Tensor:
        """n points (n, 2) of the data."""
        which = torch.multinomial(self.weights, n, replacement=True, generator=rng)
        noise = torch.randn(n, 2, generator=rng, dtype=torch.float64)
        return self.means[which] + self.stds[which, None] * noise

    def log_density(self, x: Tensor, level: Level) -> Tensor:
        """log p(x_t) at x (B, 2), in nats: (B,). Noise makes each Gaussian a wider one."""
        alpha, sigma = level
        variance = alpha**2 * self.stds**2 + sigma**2  # (K,)
        distance = (x[:, None] - alpha * self.means).square().sum(-1)  # (B, K)
        each = self.weights.log() - (2 * math.pi * variance).log() - distance / (2 * variance)
        return each.logsumexp(1)


def _world(means: Any, stds: Any, weights: Any = None, classes: Any = None) -> World:
    means = torch.as_tensor(means, dtype=torch.float64)
    k = len(means)
    stds = torch.as_tensor(stds, dtype=torch.float64).expand(k)
    weights = torch.ones(k, dtype=torch.float64) if weights is None else torch.as_tensor(weights)
    classes = torch.zeros(k) if classes is None else torch.as_tensor(classes)
    return World(means, stds, weights.double() / weights.sum(), classes.long())


def gaussian() -> World:
    """One Gaussian: every path of the probability-flow ODE is known in closed form."""
    return _world([[0.3, -0.2]], 0.4)


def two() -> World:
    """Two Gaussians of different weight and width."""
    return _world([[-0.6, -0.2], [0.6, 0.3]], [0.12, 0.2], [0.35, 0.65])


def ring(modes: int = 8, radius: float = 0.8) -> World:
    """Modes on a circle, far apart compared with their width: where a path ends is a decision."""
    turn = torch.arange(modes, dtype=torch.float64) * (2 * math.pi / modes)
    return _world(radius * torch.stack([turn.cos(), turn.sin()], 1), 0.07)


def moons(each: int = 12) -> World:
    """Two half circles that reach into one another, as mixtures; each is a class."""
    turn = (torch.arange(each, dtype=torch.float64) + 0.5) * (math.pi / each)
    upper = torch.stack([turn.cos() - 0.5, turn.sin() - 0.25], 1)
    lower = torch.stack([0.5 - turn.cos(), 0.25 - turn.sin()], 1)
    means = 0.6 * torch.cat([upper, lower])
    return _world(means, 0.07, classes=[0] * each + [1] * each)


def classes() -> World:
    """Two classes that overlap: what guidance is about."""
    means = [[-0.45, -0.35], [-0.15, 0.45], [0.45, 0.35], [0.15, -0.45]]
    return _world(means, [0.2, 0.16, 0.2, 0.16], [0.6, 0.4, 0.6, 0.4], [0, 0, 1, 1])


def drawn(points: Sequence[Sequence[float]]) -> World:
    """What a person drew: a Gaussian as wide as a stroke at each point (P, 2) of [-1, 1]².

    Raises ValueError for no point, more than MOST_POINTS, or one outside.
    """
    if not 1 <= len(points) <= MOST_POINTS:
        raise ValueError(f"A drawing must have 1 to {MOST_POINTS} points, got {len(points)}.")
    means = torch.as_tensor(points, dtype=torch.float64)
    if means.shape != (len(points), 2) or not (means.abs() <= 1).all():
        raise ValueError("Each point of a drawing must be (x, y) with both from -1 to 1.")
    return _world(means, STROKE)


WORLDS: dict[str, Callable[[], World]] = {
    "gaussian": gaussian,
    "two": two,
    "ring": ring,
    "moons": moons,
    "classes": classes,
}
