"""A Level: how much signal and how much noise. Everything else about it is derived."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

import torch
from torch import Tensor

Value = TypeVar("Value", float, Tensor)


@dataclass(frozen=True)
class Level(Generic[Value]):
    """How much signal and how much noise: x_t = alpha * x_0 + sigma * eps.

    Both are floats, or tensors of one shape: (B,) gives each image of a batch its own level.
    """

    alpha: Value  # signal; exactly 0.0 at zero terminal SNR
    sigma: Value  # noise; exactly 0.0 for clean data

    def __iter__(self) -> Iterator[Value]:
        """A Level is a pair: `alpha, sigma = level`."""
        return iter((self.alpha, self.sigma))

    @property
    def angle(self) -> Value:
        """atan2(sigma, alpha) in [0, pi/2], what a network is told: finite at both ends."""
        if isinstance(self.alpha, Tensor):
            return torch.atan2(self.sigma, self.alpha)
        return math.atan2(self.sigma, self.alpha)

    @property
    def snr(self) -> Value:
        """Signal-to-noise ratio alpha²/sigma² in [0, inf]."""
        return _divide(self.alpha, self.sigma) ** 2

    @property
    def log_snr(self) -> Value:
        """Natural logarithm of the SNR in [-inf, inf]: twice the lambda of DPM-Solver."""
        return 2 * (_log(self.alpha) - _log(self.sigma))

    @property
    def ratio(self) -> Value:
        """sigma/alpha in [0, inf]: the sigma of Karras et al. (EDM)."""
        return _divide(self.sigma, self.alpha)

    def expand_to(self, x: Tensor) -> "Level":
        """The Level that broadcasts against x (B, ...), on its device, in its dtype.

        Floats stay floats, which never change the dtype of what they multiply.
        """
        if not isinstance(self.alpha, Tensor):
            return self
        shape = (-1,) + (1,) * (x.dim() - 1)
        return Level(*(value.reshape(shape).to(x) for value in self))  # (B, 1, ...) each


def _divide(a: Value, b: Value) -> Value:
    return a / b if isinstance(b, Tensor) or b else math.inf


def _log(a: Value) -> Value:
    if isinstance(a, Tensor):
        return a.log()
    return math.log(a) if a else -math.inf


def at_ratio(ratio: float) -> Level[float]:
    """The variance preserving Level whose sigma/alpha is ratio."""
    return Level(1 / math.hypot(1, ratio), ratio / math.hypot(1, ratio))


def straight(level: Level) -> Level:
    """The Level of the same angle with alpha + sigma = 1, on the straight line from x_0 to eps."""
    alpha, sigma = level
    return Level(alpha / (alpha + sigma), sigma / (alpha + sigma))
