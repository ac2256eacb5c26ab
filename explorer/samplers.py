"""Six ways back from noise. Each is a generator of Steps, n + 1 of them for n steps.

Everywhere t is the Level a step starts from and s the cleaner one it goes to, as in
q(x_s | x_t). All updates are written so that they hold at alpha == 0, and what makes them hold is

    shrink = (s.sigma / s.alpha) / (t.sigma / t.alpha) = e^-h

the factor by which a step shrinks Karras' sigma: 0 from pure noise and 0 to clean data.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor

from explorer.denoisers import Denoiser, eps_hat
from explorer.forward import Rng, bridge, noise_like
from explorer.level import Level, Value
from explorer.names import SAMPLERS as LABELS  # noqa: F401  # for who has the samplers already


@dataclass(frozen=True)
class Step:
    """One record of a run."""

    index: int
    level: Level
    x: Tensor  # (B, C, H, W) the state at this level
    x0_hat: Tensor  # (B, C, H, W) what the denoiser believes is clean; x itself at the last step
    nfe: int  # denoiser evaluations spent so far, this one included


Sampler = Callable[..., Iterator[Step]]
"""sampler(denoise, x, levels, *, rng=None): x (B, C, H, W) is the state at levels[0]."""


@torch.no_grad()
def ddpm(
    denoise: Denoiser, x: Tensor, levels: Sequence[Level], *, rng: Rng | None = None
) -> Iterator[Step]:
    """Ancestral sampling (Ho et al. 2020, Algorithm 2) with variance beta_tilde, steps skipped."""
    _require(rng, "ddpm")
    for i, t, s in _walk(levels):
        x0_hat = denoise(x, t)
        yield Step(i, t, x, x0_hat, nfe=i + 1)
        x, beta_tilde = bridge(x0_hat, x, s, t)  # DDPM eq. 6-7
        if beta_tilde:
            x = x + math.sqrt(beta_tilde) * noise_like(x, rng)
    yield Step(i + 1, s, x, x, nfe=i + 1)


@torch.no_grad()
def ddim(
    denoise: Denoiser,
    x: Tensor,
    levels: Sequence[Level],
    *,
    eta: float = 0.0,
    rng: Rng | None = None,
) -> Iterator[Step]:
    """Song et al. 2021, eq. 12. eta in [0, 1]: 0 is deterministic, 1 has DDPM's variance."""
    if not 0 <= eta <= 1:
        raise ValueError(f"eta must be a number from 0 to 1, got {eta}.")
    if eta:
        _require(rng, "ddim with eta > 0")
    for i, t, s in _walk(levels):
        x0_hat = denoise(x, t)
        yield Step(i, t, x, x0_hat, nfe=i + 1)
        fresh = eta * s.sigma * math.sqrt(1 - _shrink(t, s) ** 2)  # DDIM eq. 16
        kept = math.sqrt(s.sigma**2 - fresh**2)
        x = s.alpha * x0_hat + kept * eps_hat(x, x0_hat, t)  # DDIM eq. 12
        if fresh:
            x = x + fresh * noise_like(x, rng)
    yield Step(i + 1, s, x, x, nfe=i + 1)


@torch.no_grad()
def euler(
    denoise: Denoiser, x: Tensor, levels: Sequence[Level], *, rng: Rng | None = None
) -> Iterator[Step]:
    """Euler's method on the probability-flow ODE, dx = x0_hat d(alpha) + eps_hat d(sigma).

    With x = alpha * x0_hat + sigma * eps_hat a step is DDIM's: same update, other reasoning.
    """
    for i, t, s in _walk(levels):
        x0_hat = denoise(x, t)
        yield Step(i, t, x, x0_hat, nfe=i + 1)
        eps = eps_hat(x, x0_hat, t)
        x = x + (s.alpha - t.alpha) * x0_hat + (s.sigma - t.sigma) * eps
    yield Step(i + 1, s, x, x, nfe=i + 1)


@torch.no_grad()
def euler_ancestral(
    denoise: Denoiser, x: Tensor, levels: Sequence[Level], *, rng: Rng | None = None
) -> Iterator[Step]:
    """k-diffusion's rule: Euler below the target in Karras' sigma, then noise back up to it.

    On the same Levels this is DDPM with beta_tilde, the same numbers for the same rng.
    """
    _require(rng, "euler_ancestral")
    for i, t, s in _walk(levels):
        x0_hat = denoise(x, t)
        yield Step(i, t, x, x0_hat, nfe=i + 1)
        shrink = _shrink(t, s)
        down = s.sigma * shrink  # s.alpha * sigma_down
        up = s.sigma * math.sqrt(1 - shrink**2)  # s.alpha * sigma_up
        x = s.alpha * x0_hat + down * eps_hat(x, x0_hat, t)
        if up:
            x = x + up * noise_like(x, rng)
    yield Step(i + 1, s, x, x, nfe=i + 1)


@torch.no_grad()
def heun(
    denoise: Denoiser, x: Tensor, levels: Sequence[Level], *, rng: Rng | None = None
) -> Iterator[Step]:
    """Heun's method in Karras' sigma (Karras et al. 2022, Algorithm 1), multiplied by s.alpha.

    No correction to clean data, as in the paper, nor from alpha == 0, where Karras' sigma is
    infinite and so is the step: both are plain Euler. Where it is finite but huge, as at the end
    of the cosine schedule (20,000), a few steps are too few: the correction overshoots.
    """
    nfe = 0
    for i, t, s in _walk(levels):
        x0_hat = denoise(x, t)
        nfe += 1
        yield Step(i, t, x, x0_hat, nfe)
        eps = eps_hat(x, x0_hat, t)
        x = s.alpha * x0_hat + s.sigma * eps  # Euler
        if s.sigma and t.alpha:
            eps_s = eps_hat(x, denoise(x, s), s)
            nfe += 1
            x = x + (s.sigma - s.alpha * t.ratio) * (eps_s - eps) / 2  # trapezoid - Euler
    yield Step(i + 1, s, x, x, nfe)


@torch.no_grad()
def dpmpp_2m(
    denoise: Denoiser, x: Tensor, levels: Sequence[Level], *, rng: Rng | None = None
) -> Iterator[Step]:
    """DPM-Solver++(2M) (Lu et al. 2022, Algorithm 2), in steps h of log(alpha/sigma).

    First order where h is infinite (from alpha == 0, to clean data) and where no earlier
    x0_hat can help: at the first step and, as h_before is infinite, after alpha == 0.
    """
    before, h_before = x, math.inf
    for i, t, s in _walk(levels):
        x0_hat = denoise(x, t)
        yield Step(i, t, x, x0_hat, nfe=i + 1)
        shrink = _shrink(t, s)  # e^-h
        h = -math.log(shrink) if shrink else math.inf
        trend = h / (2 * h_before) if shrink else 0.0  # 1 / (2r)
        D = x0_hat + trend * (x0_hat - before)
        x = s.sigma / t.sigma * x + s.alpha * (1 - shrink) * D
        before, h_before = x0_hat, h
    yield Step(i + 1, s, x, x, nfe=i + 1)


SAMPLERS: dict[str, Sampler] = {
    "ddpm": ddpm,
    "ddim": ddim,
    "euler": euler,
    "euler_ancestral": euler_ancestral,
    "heun": heun,
    "dpmpp_2m": dpmpp_2m,
}


def evaluations(name: str, n: int, *, from_zero_snr: bool = False) -> int:
    """Denoiser evaluations (NFE) that n >= 1 steps of a sampler cost; guidance is not counted."""
    if SAMPLERS[name] is not heun:
        return n
    uncorrected = 2 if from_zero_snr and n > 1 else 1  # the last step, and one from alpha == 0
    return 2 * n - uncorrected


def _walk(levels: Sequence[Level]) -> Iterator[tuple[int, Level, Level]]:
    """(i, t, s) for each step. Raises ValueError unless there is one and each removes noise."""
    if len(levels) < 2:
        raise ValueError(f"levels must hold at least 2 Levels (one step), got {len(levels)}.")
    steps = [(i, t, s) for i, (t, s) in enumerate(pairwise(levels))]
    for i, t, s in steps:
        if not s.sigma * t.alpha < t.sigma * s.alpha:
            raise ValueError(f"levels must lose noise at every step, but step {i} goes {t} -> {s}.")
    yield from steps


def _shrink(t: Level[Value], s: Level[Value]) -> Value:
    return (s.sigma * t.alpha) / (t.sigma * s.alpha)


def _require(rng: Rng | None, sampler: str) -> None:
    if rng is None:
        raise ValueError(f"rng must be a torch.Generator (or one a row): {sampler} draws noise.")
