"""Exact denoisers, E[x_0 | x_t] in closed form: the ground truth of every test.

All take x (B, *shape) for any shape, and Levels from pure noise (alpha == 0: the mean of the
data) to clean data (sigma == 0: x itself).
"""

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from explorer.denoisers import Denoiser
from explorer.schedules import Level


def gaussian(mean: float | Tensor, std: float | Tensor) -> Denoiser:
    """Independent normal pixels. mean and std > 0: numbers, or tensors of shape (*shape)."""
    mean, std = (torch.as_tensor(value, dtype=torch.float64) for value in (mean, std))
    _require_positive("std", std)

    def denoise(x: Tensor, level: Level) -> Tensor:
        alpha, sigma = level.expand_to(x)
        m, s = mean.to(x), std.to(x)
        gain = alpha * s**2 / (alpha**2 * s**2 + sigma**2)  # of a Kalman filter
        return m + gain * (x - alpha * m)

    return denoise


def mixture(
    means: Tensor, stds: Tensor | Sequence[float], weights: Tensor | Sequence[float]
) -> Denoiser:
    """K isotropic Gaussians. means (K, *shape), stds (K,) > 0, weights (K,) > 0 in any unit."""
    stds, weights = (torch.as_tensor(value, dtype=torch.float64) for value in (stds, weights))
    _require_positive("stds", stds)
    _require_positive("weights", weights)

    def denoise(x: Tensor, level: Level) -> Tensor:
        m = means.to(x).flatten(1)  # (K, D)
        s, w = stds.to(x)[:, None], weights.to(x)  # (K, 1), (K,)
        points = x.flatten(1)[:, None]  # (B, 1, D)
        alpha, sigma = level.expand_to(points)
        variance = alpha**2 * s**2 + sigma**2  # (K, 1) or (B, K, 1), of x_t in each Gaussian
        residual = points - alpha * m  # (B, K, D)
        log_density = -(residual**2 / variance + variance.log()).sum(-1) / 2  # (B, K)
        share = torch.softmax(w.log() + log_density, 1)[..., None]  # (B, K, 1) p(k | x_t)
        each = m + alpha * s**2 / variance * residual  # (B, K, D) E[x_0 | x_t, k]
        return (share * each).sum(1).reshape(x.shape)

    return denoise


def posterior(dataset: Tensor) -> Callable[[Tensor, Level], Tensor]:
    """How likely each image of the data set (N, *shape) is to be the one that x was made of.

    Returns (x (B, *shape), level) -> (B, N), float64, rows sum to one; NaN at sigma == 0.
    """
    data = dataset.flatten(1).double()  # (N, D); logits subtract numbers of size |data|² / sigma²
    energy = (data**2).sum(1) / 2  # (N,)

    def shares(x: Tensor, level: Level) -> Tensor:
        points = x.flatten(1).double()  # (B, D)
        alpha, sigma = level.expand_to(points)
        # -|x - alpha d|² / (2 sigma²), less the term that all images share
        return torch.softmax((alpha * points @ data.T - alpha**2 * energy) / sigma**2, 1)

    return shares


def empirical(dataset: Tensor) -> Denoiser:
    """The data set itself, (N, *shape), as the distribution: a softmax over its images.

    What a network of unlimited capacity would learn: it can only return what it has seen.
    """
    shares, data = posterior(dataset), dataset.flatten(1).double()  # (N, D)

    def denoise(x: Tensor, level: Level) -> Tensor:
        points = x.flatten(1).double()  # (B, D)
        clean = torch.as_tensor(level.expand_to(points).sigma == 0)
        return torch.where(clean, points, shares(x, level) @ data).to(x).reshape(x.shape)

    return denoise


def _require_positive(field: str, value: Tensor) -> None:
    if not ((value > 0) & (value < math.inf)).all():
        raise ValueError(f"{field} must be positive and finite, got {value.tolist()}.")
