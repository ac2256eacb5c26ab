"""What each kind of model is trained to do.

An objective owns the network. `prepare` draws all the randomness of one global batch, `forward`
turns prepared rows into their mean loss. So every process of a group can draw the same batch and
take its own rows of it, and a step depends on nothing but its number.
"""

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from explorer.models.classifier import Classifier
from explorer.models.model import Model
from explorer.models.text import TextReader, TextUNet
from explorer.models.unet import UNet
from explorer.models.vae import VAE

NOTHING = 255  # no answer: the word speaks of no digit, or the rest of it is not told


def to_float(pixels: Tensor) -> Tensor:
    """uint8 in [0, 255] -> float32 in [-1, 1]."""
    return pixels.float() / 127.5 - 1


def evenly(place: Tensor) -> Tensor:
    """Angles (N,) for places (N,) in (0, 1): every angle as often as any other."""
    return place * (math.pi / 2)


def mostly_noisy(place: Tensor) -> Tensor:
    """Angles (N,) for places (N,) in (0, 1): most where words decide what the picture will be.

    A logit-normal of mean 1.5 and deviation 1.2 (Esser et al. 2024, eq. 19), on the angle. The
    latent of a digit is some hundred numbers that agree, so it drowns late: which digit stands
    where is settled at sigma/alpha of 3 to 20, the last tenth of the angles.
    """
    return (1.2 * torch.special.ndtri(place) + 1.5).sigmoid() * (math.pi / 2)


def noised(
    x0: Tensor, rng: torch.Generator, angles: Callable[[Tensor], Tensor] = evenly
) -> tuple[Tensor, Tensor, Tensor]:
    """x_t, its angle (N,) and v for x_0 (N, C, H, W): what a step of denoising is made of."""
    n = len(x0)
    eps = torch.randn(x0.shape, generator=rng)
    # Stratified: row i falls in the i-th of n equally likely parts, so that each batch
    # sees all noise levels and the loss varies less from step to step.
    place = (torch.arange(n) + torch.rand(n, generator=rng)) / n
    angle = angles(place[torch.randperm(n, generator=rng)])  # (N,)
    alpha, sigma = angle.cos()[:, None, None, None], angle.sin()[:, None, None, None]
    return alpha * x0 + sigma * eps, angle, alpha * eps - sigma * x0


class Objective(nn.Module):
    """What a network is trained to do, and the network."""

    net: Model

    def prepare(self, pixels: Tensor, labels: Any, rng: torch.Generator) -> list[Tensor]:
        """What `forward` takes of a batch: tensors of N rows each."""
        raise NotImplementedError


class Denoising(Objective):
    """Predict v from x_t and its angle: Salimans and Ho 2022, eq. 11 and appendix D.

    flips: whether each picture is mirrored, left for right, with probability one half.
    """

    def __init__(self, net: UNet, label_dropout: float, *, flips: bool = False) -> None:
        super().__init__()
        self.net: UNet = net
        self.label_dropout = label_dropout
        self.flips = flips

    def prepare(self, pixels: Tensor, labels: Tensor | None, rng: torch.Generator) -> list[Tensor]:
        """pixels (N, C, H, W) uint8, labels (N,) -> x_t, angle, labels and v, N rows each."""
        if self.flips:
            mirrored = torch.rand(len(pixels), generator=rng) < 0.5
            pixels = torch.where(mirrored[:, None, None, None], pixels.flip(3), pixels)
        xt, angle, v = noised(to_float(pixels), rng)
        drop = torch.rand(len(xt), generator=rng) < self.label_dropout
        null = torch.full((len(xt),), self.net.null)
        told = null if labels is None else torch.where(drop, null, labels)
        return [xt, angle, told, v]

    def forward(self, xt: Tensor, angle: Tensor, labels: Tensor, v: Tensor) -> Tensor:
        return F.mse_loss(self.net(xt, angle, self.net.embed(labels)), v)


class TextDenoising(Objective):
    """Denoising of latents, told one of the captions of each."""

    def __init__(self, net: TextUNet, label_dropout: float) -> None:
        super().__init__()
        self.net: TextUNet = net
        net.labels.requires_grad_(False)  # it is told captions; several GPUs ask for every gradient
        self.label_dropout = label_dropout

    def prepare(self, pixels: Tensor, labels: Tensor, rng: torch.Generator) -> list[Tensor]:
        """pixels: latents (N, C, h, w); labels: tokens (N, captions, L) -> as Denoising's."""
        xt, angle, v = noised(pixels.float(), rng, mostly_noisy)
        drop = torch.rand(len(xt), generator=rng) < self.label_dropout
        which = torch.randint(labels.shape[1], (len(xt),), generator=rng)
        tokens = labels[torch.arange(len(xt)), which].long()  # (N, L)
        return [xt, angle, torch.where(drop[:, None], self.net.empty.cpu(), tokens), v]

    def forward(self, xt: Tensor, angle: Tensor, tokens: Tensor, v: Tensor) -> Tensor:
        return F.mse_loss(self.net(xt, angle, self.net.embed(tokens)), v)


class Reading(Objective):
    """Say of each word of a caption which digit, colour and place it speaks of."""

    def __init__(self, net: TextReader) -> None:
        super().__init__()
        self.net: TextReader = net

    def prepare(self, pixels: Tensor, labels: Tensor, rng: torch.Generator) -> list[Tensor]:
        """pixels: tokens (N, L); labels: the answers (N, L, 3), NOTHING where there is none."""
        return [pixels.long(), labels.long()]

    def forward(self, tokens: Tensor, answers: Tensor) -> Tensor:
        losses = [
            F.cross_entropy(logits.flatten(0, 1), answers[..., k].flatten(), ignore_index=NOTHING)
            for k, logits in enumerate(self.net(tokens).values())
        ]
        return torch.stack(losses).sum()


def jittered(x: Tensor, rng: torch.Generator) -> Tensor:
    """Pictures (N, C, H, W) in [0, 1], each shifted, turned and scaled a little; black outside."""
    turn, scale, dx, dy = (2 * torch.rand(4, len(x), generator=rng) - 1).unbind()
    turn, scale = turn * math.radians(12), 1 + 0.1 * scale
    cos, sin = scale * turn.cos(), scale * turn.sin()
    rows = [torch.stack([cos, -sin, 0.14 * dx], 1), torch.stack([sin, cos, 0.14 * dy], 1)]
    grid = F.affine_grid(torch.stack(rows, 1), list(x.shape), align_corners=False)
    return F.grid_sample(x, grid, align_corners=False)


class Classification(Objective):
    """Name the class of a picture that was shifted, turned and scaled a little."""

    def __init__(self, net: Classifier) -> None:
        super().__init__()
        self.net: Classifier = net

    def prepare(self, pixels: Tensor, labels: Tensor | None, rng: torch.Generator) -> list[Tensor]:
        """pixels (N, C, H, W) uint8, labels (N,) -> x (N, C, H, W) and labels."""
        if labels is None:
            raise ValueError("a classifier needs labelled pictures; these have no classes")
        x = jittered(pixels.float() / 255, rng)
        return [2 * x - 1, labels]

    def forward(self, x: Tensor, labels: Tensor) -> Tensor:
        return F.cross_entropy(self.net(x), labels, label_smoothing=0.05)


class Autoencoding(Objective):
    """Give a picture back from its latent, which stays close to a standard normal.

    Mean squared error a pixel plus KL_WEIGHT times the KL divergence a latent number (Kingma and
    Welling 2014, eq. 10; Rombach et al. 2022, appendix G).
    """

    KL_WEIGHT = 1e-4

    def __init__(self, net: VAE) -> None:
        super().__init__()
        self.net: VAE = net

    def prepare(self, pixels: Tensor, labels: Tensor | None, rng: torch.Generator) -> list[Tensor]:
        """pixels (N, C, H, W) uint8 -> x in [-1, 1] and the noise of the latents."""
        cfg = self.net.cfg
        size = (len(pixels), cfg.latent_channels, cfg.latent_size, cfg.latent_size)
        return [to_float(pixels), torch.randn(size, generator=rng)]

    def forward(self, x: Tensor, eps: Tensor) -> Tensor:
        mean, log_variance = self.net.posterior(x)
        z = mean + (log_variance / 2).exp() * eps
        kl = (mean.square() + log_variance.exp() - 1 - log_variance).mean() / 2
        return F.mse_loss(self.net.generate(z).float(), x) + self.KL_WEIGHT * kl


def batches(count: int, batch: int, seed: int, first: int = 0) -> Iterator[tuple[Tensor, int]]:
    """Endless (indices (batch,), step), from step `first` on, each epoch in an order of its own.

    The step alone decides what comes: a resumed run sees what an uninterrupted one would.
    """
    if batch > count:
        raise ValueError(f"batch {batch} is larger than the data set: use at most {count}")
    a_epoch, epoch, order = count // batch, -1, torch.empty(0)
    step = first
    while True:
        if step // a_epoch != epoch:
            epoch = step // a_epoch
            order = torch.randperm(count, generator=generator(seed, epoch, stream=1))
        start = step % a_epoch * batch
        yield order[start : start + batch], step
        step += 1


def generator(seed: int, index: int, stream: int = 0) -> torch.Generator:
    """The random stream that belongs to this step (or epoch) of this seed.

    torch's generator on the CPU takes only 32 bits of a seed, so the three are mixed into as many.
    """
    mixed = np.random.SeedSequence((seed, stream, index)).generate_state(1)[0]
    return torch.Generator().manual_seed(int(mixed))
