"""What a network predicts, and how two predictions become guidance.

A Denoiser is (x, level) -> x0_hat. Conditioning and guidance are bound here, before sampling.
"""

import math
from collections.abc import Callable
from typing import Any, Literal, get_args

import torch
from torch import Tensor

from explorer.level import Level, straight

Denoiser = Callable[[Tensor, Level], Tensor]
"""(x, level) -> x0_hat, both (B, C, H, W): the expected clean image."""

Network = Callable[[Tensor, Tensor, Any], Tensor]
"""net(x (B, C, H, W), angle (B,), context (B, L, D) or None) -> prediction (B, C, H, W)."""

Target = Literal["v", "eps", "x0", "velocity"]

# --- parameterisations -------------------------------------------------------------------------


def target(x0: Tensor, eps: Tensor, level: Level, predicts: Target) -> Tensor:
    """What a network is to say of alpha * x_0 + sigma * eps. x0 and eps (B, ...).

    "velocity" is eps - x_0, at every Level: how x_t moves along the straight line of flow matching,
    x_t = (1 - t) x_0 + t eps (Liu et al. 2023, eq. 1; Lipman et al. 2023, eq. 23; t runs the other
    way in both).
    """
    alpha, sigma = level.expand_to(x0)
    if predicts == "v":
        return alpha * eps - sigma * x0  # Salimans and Ho 2022, section 4
    if predicts == "velocity":
        return eps - x0
    _check_target(predicts)
    return eps if predicts == "eps" else x0


def to_x0(prediction: Tensor, x: Tensor, level: Level, predicts: Target) -> Tensor:
    """x0_hat (B, ...) from what a network predicted at x (B, ...).

    "v" is for variance preserving Levels, the others are for any. Raises ValueError for "eps" at
    alpha == 0: there x is the noise, and says nothing of x_0.
    """
    alpha, sigma = level.expand_to(x)
    if predicts == "v":
        return alpha * x - sigma * prediction  # Salimans and Ho 2022, section 4
    if predicts == "x0":
        return prediction
    if predicts == "velocity":  # put eps = velocity + x_0 into x = alpha * x_0 + sigma * eps
        return (x - sigma * prediction) / (alpha + sigma)
    _check_target(predicts)
    _forbid_zero(alpha, "alpha", "x0_hat cannot be recovered from eps: predict v or x0 instead")
    return (x - sigma * prediction) / alpha  # DDIM eq. 9


def eps_hat(x: Tensor, x0_hat: Tensor, level: Level) -> Tensor:
    """The noise that x (B, ...) holds if x0_hat is right. Raises ValueError at sigma == 0."""
    alpha, sigma = level.expand_to(x)
    _forbid_zero(sigma, "sigma", "clean data holds no noise to predict")
    return (x - alpha * x0_hat) / sigma


def v_hat(x: Tensor, x0_hat: Tensor, level: Level) -> Tensor:
    """v = alpha * eps_hat - sigma * x0_hat, (B, ...). Raises ValueError at sigma == 0."""
    alpha, sigma = level.expand_to(x)
    return alpha * eps_hat(x, x0_hat, level) - sigma * x0_hat


def score_hat(x: Tensor, x0_hat: Tensor, level: Level) -> Tensor:
    """The gradient of log p(x_t), (B, ...), if x0_hat = E[x_0 | x_t]. Raises at sigma == 0."""
    _, sigma = level.expand_to(x)
    return -eps_hat(x, x0_hat, level) / sigma  # Tweedie; Song et al. 2021 (SDE), section 3


def _check_target(predicts: object) -> None:
    if predicts not in get_args(Target):
        raise ValueError(f"predicts must be v, eps, x0 or velocity, got {predicts!r}.")


def _forbid_zero(value: float | Tensor, name: str, consequence: str) -> None:
    if torch.as_tensor(value == 0).any():
        raise ValueError(f"{name} must not be 0: {consequence}.")


def angles(level: Level, x: Tensor) -> Tensor:
    """The angle of each row of x (B, ...): (B,), on its device and in its dtype."""
    angle = torch.as_tensor(level.angle, dtype=x.dtype, device=x.device)
    return angle.reshape(-1).expand(len(x))


def from_network(net: Network, predicts: Target = "v", context: Tensor | None = None) -> Denoiser:
    """Bind a network and its context (B, L, D) into a Denoiser for the Levels that it learnt."""

    def denoise(x: Tensor, level: Level) -> Tensor:
        return to_x0(net(x, angles(level, x), context), x, level, predicts)

    return denoise


def on_line(denoise: Denoiser) -> Denoiser:
    """A Denoiser that knows only straight Levels, asked at any.

    Two Levels of one angle make the same states but for a factor, so x0_hat is the same.
    """

    def asked(x: Tensor, level: Level) -> Tensor:
        alpha, sigma = level.expand_to(x)
        return denoise(x / (alpha + sigma), straight(level))

    return asked


# --- guidance ----------------------------------------------------------------------------------


def guide(reference: Tensor, conditional: Tensor, scale: float | Tensor) -> Tensor:
    """Classifier-free guidance (Ho and Salimans 2022, eq. 6, where w = scale - 1), on x0_hat.

    0 is the reference (unconditional), 1 the conditional. scale is a float or (B,), one a row.
    """
    if isinstance(scale, Tensor):
        scale = scale.to(reference).reshape((-1,) + (1,) * (reference.dim() - 1))
    return reference + scale * (conditional - reference)


Halves = Callable[[Tensor, Level], tuple[Tensor, Tensor]]
"""(x, level) -> x0_hat of the reference and of the condition, (B, C, H, W) each."""


def halves(net: Network, context: Tensor, reference: Tensor, predicts: Target = "v") -> Halves:
    """What one network says of two contexts (B, L, D), both asked in one batch of 2B.

    The reference is usually the null context. With the context of other words in its place,
    guidance pushes away from those: a negative prompt.
    """
    both = from_network(net, predicts, torch.cat([reference, context]))  # (2B, L, D)

    def ask(x: Tensor, level: Level) -> tuple[Tensor, Tensor]:
        twice: Level = Level(_twice(level.alpha), _twice(level.sigma))
        of_reference, of_context = both(torch.cat([x, x]), twice).chunk(2)
        return of_reference, of_context

    return ask


def from_halves(halves: Halves, scale: float | Tensor) -> Denoiser:
    """guided() where both predictions come together."""

    def denoise(x: Tensor, level: Level) -> Tensor:
        return guide(*halves(x, level), scale)

    return denoise


def guided(conditional: Denoiser, unconditional: Denoiser, scale: float | Tensor) -> Denoiser:
    """Guidance between any two Denoisers; a float scale of 1 is `conditional` itself.

    Raises ValueError for a scale that is not finite.
    """
    if _is_one(scale):
        return conditional

    def denoise(x: Tensor, level: Level) -> Tensor:
        return guide(unconditional(x, level), conditional(x, level), scale)

    return denoise


def paired(
    net: Network,
    context: Tensor,
    null: Tensor,
    scale: float | Tensor,
    predicts: Target = "v",
) -> Denoiser:
    """guided() for one network with two contexts (B, L, D), both halves in one batch of 2B."""
    if _is_one(scale):
        return from_network(net, predicts, context)
    return from_halves(halves(net, context, null, predicts), scale)


def _twice(value: float | Tensor) -> float | Tensor:
    """A value a row, for a batch that holds every row twice; a single value serves all rows."""
    return torch.cat([value, value]) if isinstance(value, Tensor) and value.dim() else value


def _is_one(scale: float | Tensor) -> bool:
    if isinstance(scale, Tensor):
        return False
    if not math.isfinite(scale):
        raise ValueError(f"scale must be a finite number, got {scale}.")
    return scale == 1
