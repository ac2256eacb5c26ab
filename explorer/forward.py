"""The forward process: noise is added, and what is known about the way back if x_0 is known."""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from explorer.level import Level, Value
from explorer.schedules import Schedule

Rng = torch.Generator | Sequence[torch.Generator]
"""Where noise comes from: one generator, or one a row, so that rows of any seeds share a batch."""


def noise_like(x: Tensor, rng: Rng | None) -> Tensor:
    """Standard normal noise of x's shape and dtype, on x's device.

    Drawn where the generator lives, so a seed means the same picture on every device.
    Raises ValueError without a generator: randomness is an argument, never the global seed.
    """
    if rng is None:
        raise ValueError("rng must be a torch.Generator (or one a row): this process is random.")
    if isinstance(rng, torch.Generator):
        noise = torch.randn(x.shape, generator=rng, dtype=x.dtype, device=rng.device)
        return noise.to(x.device)
    if len(rng) != len(x):
        raise ValueError(f"rng must hold one generator a row: {len(x)} rows, got {len(rng)}.")
    return torch.stack([noise_like(row, generator) for row, generator in zip(x, rng, strict=True)])


def noised(x0: Tensor, level: Level, eps: Tensor) -> Tensor:
    """x_t given x_0 in one leap, exactly (DDPM eq. 4). x0 and eps (B, ...)."""
    alpha, sigma = level.expand_to(x0)
    return alpha * x0 + sigma * eps


def transition(s: Level[Value], t: Level[Value]) -> tuple[Value, Value]:
    """(scale, beta) of q(x_t | x_s) = N(scale * x_s, beta), s the less noisy Level.

    For neighbours it is DDPM eq. 2: scale = sqrt(1 - beta_t). Needs s.alpha > 0.
    """
    scale = t.alpha / s.alpha
    return scale, t.sigma**2 - scale**2 * s.sigma**2


def chain(x0: Tensor, schedule: Schedule, rng: Rng) -> Iterator[Tensor]:
    """x_1, ..., x_T, each (B, ...), by the Markov chain itself: T small steps (DDPM eq. 2)."""
    x = x0
    for t in range(1, schedule.T + 1):
        scale, beta = transition(schedule(t - 1), schedule(t))
        x = scale * x + beta**0.5 * noise_like(x, rng)
        yield x


def bridge(x0: Tensor, xt: Tensor, s: Level[Value], t: Level[Value]) -> tuple[Tensor, Value]:
    """(mean, variance) of q(x_s | x_t, x_0), any two Levels, s the less noisy (DDPM eq. 6-7).

    x0, xt and mean (B, ...). The variance is beta_tilde; mean is x0 itself where s is clean.
    """
    s, t = s.expand_to(xt), t.expand_to(xt)
    scale, beta = transition(s, t)
    on_x0 = s.alpha * beta / t.sigma**2
    on_xt = scale * s.sigma**2 / t.sigma**2
    return on_x0 * x0 + on_xt * xt, beta * s.sigma**2 / t.sigma**2


def posterior(
    x0: Tensor, xt: Tensor, schedule: Schedule, s: float, t: float
) -> tuple[Tensor, float]:
    """(mean, variance) of q(x_s | x_t, x_0) at 0 <= s < t <= T (DDPM eq. 6-7 has s = t - 1)."""
    if not 0 <= s < t <= schedule.T:
        raise ValueError(f"s and t must satisfy 0 <= s < t <= {schedule.T}, got {s} and {t}.")
    return bridge(x0, xt, schedule(s), schedule(t))
