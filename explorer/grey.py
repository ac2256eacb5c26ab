"""The grey image: what a schedule that never reaches pure noise does to mean brightness.

Lin et al. 2023, section 3.1: a sampler starts from noise of mean 0, but at the last t of such a
schedule the data would still show their brightness; the denoiser reads "medium grey" and obeys.
Here the data are few and the denoiser is exact, so no training can be blamed.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from explorer import ideal
from explorer.forward import noise_like
from explorer.samplers import ddim
from explorer.schedules import Schedule, levels

SIDE = 48  # px: the brightness of SIDE² pixels stands out of the noise the more, the more there are
COUNT = 128
STEPS = 150


def pictures(seed: int = 0) -> Tensor:
    """Night and day: (128, 1, 48, 48) in [-1, 1], most very dark or very bright, few between.

    Hills under a sky with a moon or a sun; the whole is shifted to a mean brightness drawn from
    a U-shaped distribution on [-0.85, 0.85], and its contrast kept small enough not to clip.
    """
    rng = torch.Generator().manual_seed(seed)
    rows, columns = torch.meshgrid(*[torch.linspace(-1, 1, SIDE)] * 2, indexing="ij")
    places = torch.rand(COUNT, 6, generator=rng)
    brightness = _u_shaped(COUNT)[torch.randperm(COUNT, generator=rng)]
    return torch.stack(
        [_scene(rows, columns, p, b) for p, b in zip(places, brightness, strict=True)]
    )[:, None]


def _u_shaped(count: int) -> Tensor:
    """Evenly spread in the third power of the brightness: 80 % beyond ±0.5. (count,)"""
    u = (2 * torch.arange(count) + 1) / count - 1  # in (-1, 1)
    return 0.85 * u.sign() * u.abs() ** (1 / 3)


def _scene(rows: Tensor, columns: Tensor, place: Tensor, brightness: Tensor) -> Tensor:
    """One picture (SIDE, SIDE) of exactly this mean brightness."""
    x, y, size, tilt, height, wave = place.tolist()
    sky = 0.5 * rows
    ridge = height - 0.2 + 0.3 * torch.sin((2 + 3 * wave) * columns + 6 * tilt)
    hills = torch.sigmoid((rows - ridge) * 12)
    disc = torch.exp(
        -(((columns - 1.4 * x + 0.7) ** 2 + (rows + 0.2 + 0.6 * y) ** 2) / 0.02 / (1 + size))
    )
    scene = sky - 0.9 * hills + 1.2 * disc
    scene = scene - scene.mean()
    room = 1 - brightness.abs()  # how far a pixel may leave the mean before it clips
    scene = scene * (room / scene.abs().max())
    return scene + brightness


def brightness(x: Tensor) -> Tensor:
    """Mean over the pixels of pictures (B, ...): (B,)."""
    return x.flatten(1).mean(1)


def tails(x: Tensor, edge: float = 0.5) -> float:
    """The share of pictures whose mean brightness is beyond ±edge."""
    return (brightness(x).abs() > edge).double().mean().item()


def samples(data: Tensor, schedule: Schedule, count: int, rng: torch.Generator) -> Tensor:
    """`count` pictures from pure noise by the exact denoiser of the data: DDIM, trailing.

    It runs in coordinates of the space that the N pictures span, N numbers for SIDE². The denoiser
    sees nothing of a noise that lies outside, and clean pictures hold nothing of it.
    """
    flat = data.flatten(1).double()  # (N, D)
    basis = torch.linalg.qr(flat.T).Q  # (D, N), orthonormal: distances stay what they are
    noise = noise_like(torch.empty((count, *data.shape[1:]), dtype=torch.float64), rng)
    x = noise.flatten(1) @ basis  # (count, N)
    for step in ddim(ideal.empirical(flat @ basis), x, levels(schedule, STEPS)):
        x = step.x  # only the last is wanted
    return (x @ basis.T).reshape(noise.shape)


def histogram(x: Tensor, bins: int = 17) -> Sequence[float]:
    """Shares of pictures by mean brightness, in equal bins of [-1, 1]; they sum to 1."""
    counts = torch.histc(brightness(x).float(), bins, -1, 1)
    return (counts / counts.sum()).tolist()
