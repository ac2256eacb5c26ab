"""A network that is told another noise level than there is, and what that does to its answer."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from explorer.denoisers import Network, to_x0
from explorer.schedules import Level

ROWS = 64  # of a network call


def answers(net: Network, xt: Tensor, degrees: Sequence[float], context: Tensor) -> Tensor:
    """v_hat (B, ...) of one x_t (1, ...) and one context (1, L, D), told B angles in turn."""
    angles = torch.tensor([math.radians(a) for a in degrees], dtype=xt.dtype)
    parts = []
    for some in angles.split(ROWS):
        x, tokens = (one.expand(len(some), *one.shape[1:]) for one in (xt, context))
        parts.append(net(x, some, tokens))
    return torch.cat(parts)


def believed(xt: Tensor, v_hat: Tensor, degrees: Sequence[float]) -> tuple[Tensor, Tensor]:
    """x0_hat and eps_hat (B, ...), in float64, for who believes each angle that was told.

    alpha and sigma are those of the told level: x0_hat = alpha * x_t - sigma * v_hat and
    eps_hat = sigma * x_t + alpha * v_hat (Salimans and Ho 2022, appendix D). xt (1, ...).
    """
    angles = torch.tensor([math.radians(a) for a in degrees], dtype=torch.float64)
    xt, v_hat = xt.double(), v_hat.double()
    level = Level(angles.cos(), angles.sin())
    alpha, sigma = level.expand_to(v_hat)
    return to_x0(v_hat, xt, level, "v"), sigma * xt + alpha * v_hat


def shares(x0_hat: Tensor, x0: Tensor, eps: Tensor) -> tuple[Tensor, Tensor]:
    """a and b, (B,) each, of x0_hat (B, ...) = a * x0 + b * eps + a constant + a rest.

    By least squares over the pixels. x0 and eps (1, ...): what x_t was made of.
    """
    columns = [x0.flatten(), eps.flatten(), torch.ones(x0.numel())]
    design = torch.stack([column.double() for column in columns], 1)  # (pixels, 3)
    found = torch.linalg.lstsq(design, x0_hat.flatten(1).double().T).solution  # (3, B)
    return found[0], found[1]


def rms(difference: Tensor) -> Tensor:
    """Root mean square over the pixels of each row of (B, ...): (B,), float64."""
    return difference.double().flatten(1).square().mean(1).sqrt()
