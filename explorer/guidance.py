"""What can be done to guidance: only at some noise levels, and with less contrast.

Both bind a Denoiser, and each leaves the other free: `within(rescaled(...), conditional, 0.3, 5)`.
A negative prompt needs nothing of its own: its context is the reference of `denoisers.halves`.
"""

import torch
from torch import Tensor

from explorer.denoisers import Denoiser, Halves, guide, to_x0, v_hat
from explorer.schedules import Level


def within(inside: Denoiser, outside: Denoiser, low: float, high: float) -> Denoiser:
    """`inside` where low < sigma/alpha <= high, `outside` at every other noise level.

    Kynkäänniemi et al. 2024, eqs. 5-6, for `inside` guided and `outside` conditional: a scale of
    1 outside the interval. There the reference is not even asked, so it saves evaluations; but
    where rows have noise levels of their own, all are asked both.
    low and high from 0 to infinity, in Karras' sigma; raises ValueError for others.
    """
    if not 0 <= low <= high:  # also false for NaN
        raise ValueError(f"low and high must satisfy 0 <= low <= high, got {low} and {high}.")

    def denoise(x: Tensor, level: Level) -> Tensor:
        ratio = level.ratio
        if not isinstance(ratio, Tensor):
            return (inside if low < ratio <= high else outside)(x, level)
        rows = ((low < ratio) & (ratio <= high)).to(x.device)  # (B,) or (): each its own level
        rows = rows.reshape((-1,) + (1,) * (x.dim() - 1))
        return torch.where(rows, inside(x, level), outside(x, level))

    return denoise


def rescale(guided: Tensor, conditional: Tensor, phi: float) -> Tensor:
    """Give each row of a guided prediction (B, ...) the spread of the conditional one.

    Lin et al. 2023, eqs. 15-16: the guided row times std(conditional) / std(guided), mixed with
    the untouched one: phi = 1 is all of it, 0 nothing. A row without any spread stays as it is.
    """
    dims = tuple(range(1, guided.dim()))
    spread = guided.std(dims, keepdim=True)  # (B, 1, ...)
    ratio = torch.where(spread > 0, conditional.std(dims, keepdim=True) / spread, 1.0)
    return phi * (ratio * guided) + (1 - phi) * guided


def rescaled(halves: Halves, scale: float | Tensor, phi: float) -> Denoiser:
    """Guidance, rescaled (Lin et al. 2023, section 3.4), phi in [0, 1].

    On v, which the paper's network predicts as ours does. On x0_hat the factor would fade the
    background of every picture too, as its mean is not 0; v is mostly noise where the picture is
    nearly finished, and the factor then close to 1. Raises ValueError for other phi, and at
    sigma == 0.
    """
    if not 0 <= phi <= 1:
        raise ValueError(f"phi must be a number from 0 to 1, got {phi}.")

    def denoise(x: Tensor, level: Level) -> Tensor:
        reference, conditional = halves(x, level)
        mixed = guide(reference, conditional, scale)
        if phi == 0:
            return mixed
        v, v_conditional = (v_hat(x, x0_hat, level) for x0_hat in (mixed, conditional))
        return to_x0(rescale(v, v_conditional, phi), x, level, "v")

    return denoise
