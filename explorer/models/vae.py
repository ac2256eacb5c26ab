"""The autoencoder of latent diffusion: pictures of 64 x 64 in colour to latents of 16 x 16 x 4."""

from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from explorer.models.attention import groups
from explorer.models.model import Model

AUTOENCODER = "scenes-vae"  # the shipped one, whose latents text-to-image models draw


@dataclass(frozen=True)
class VAEConfig:
    """The shape of an autoencoder: a width a resolution, finest first; each halves the side."""

    image_channels: int = 3
    image_size: int = 64
    widths: tuple[int, ...] = (32, 64, 128)
    latent_channels: int = 4

    @property
    def latent_size(self) -> int:
        """Side of a latent."""
        return self.image_size // 2 ** (len(self.widths) - 1)


class Block(nn.Module):
    """Two convolutions beside a shortcut: the U-Net's residual block, told no noise level."""

    def __init__(self, channels_in: int, channels_out: int) -> None:
        super().__init__()
        self.norm_in = nn.GroupNorm(groups(channels_in), channels_in)
        self.conv_in = nn.Conv2d(channels_in, channels_out, 3, padding=1)
        self.norm_out = nn.GroupNorm(groups(channels_out), channels_out)
        self.conv_out = nn.Conv2d(channels_out, channels_out, 3, padding=1)
        same = channels_in == channels_out
        self.shortcut = nn.Identity() if same else nn.Conv2d(channels_in, channels_out, 1)

    def forward(self, h: Tensor) -> Tensor:
        """h (B, C_in, H, W); returns (B, C_out, H, W)."""
        shortcut = self.shortcut(h)
        h = self.conv_in(F.silu(self.norm_in(h)))
        return shortcut + self.conv_out(F.silu(self.norm_out(h)))


class VAE(Model):
    """Variational autoencoder (Kingma and Welling 2014), as Rombach et al. 2022 put it to use.

    `encode` and `decode` speak of latents of unit variance, which diffusion wants; inside they
    are shifted and scaled by what `calibrate` measured.
    """

    shift: Tensor
    scale: Tensor

    def __init__(self, cfg: VAEConfig) -> None:
        super().__init__()
        self.cfg = cfg
        widths, latent = cfg.widths, cfg.latent_channels
        down: list[nn.Module] = [nn.Conv2d(cfg.image_channels, widths[0], 3, padding=1)]
        for a, b in pairwise(widths):
            down += [Block(a, a), nn.Conv2d(a, b, 3, stride=2, padding=1)]
        self.encoder = nn.Sequential(
            *down, Block(widths[-1], widths[-1]), *_end(widths[-1], 2 * latent)
        )
        up: list[nn.Module] = [
            nn.Conv2d(latent, widths[-1], 3, padding=1),
            Block(widths[-1], widths[-1]),
        ]
        for a, b in pairwise(widths[::-1]):
            up += [nn.Conv2d(a, b, 1), nn.Upsample(scale_factor=2), Block(b, b)]
        self.decoder = nn.Sequential(*up, *_end(widths[0], cfg.image_channels))
        self.register_buffer("shift", torch.zeros(latent, 1, 1))
        self.register_buffer("scale", torch.ones(latent, 1, 1))
        self.channels_last()

    def posterior(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Pictures (B, C, H, W) -> mean and log-variance (B, latent, h, w), not yet scaled."""
        mean, log_variance = self.encoder(x.contiguous(memory_format=torch.channels_last)).chunk(
            2, 1
        )
        return mean, log_variance.clamp(-20, 10)

    def generate(self, z: Tensor) -> Tensor:
        """Latents that are not scaled -> pictures, about [-1, 1]."""
        return self.decoder(z.contiguous(memory_format=torch.channels_last))

    def encode(self, x: Tensor) -> Tensor:
        """Pictures (B, C, H, W) in [-1, 1] -> the means of their latents, of unit variance."""
        return (self.posterior(x)[0] - self.shift) / self.scale

    def decode(self, z: Tensor) -> Tensor:
        """Latents of unit variance (B, latent, h, w) -> pictures (B, C, H, W)."""
        return self.generate(z * self.scale + self.shift)

    @torch.no_grad()
    def calibrate(self, x: Tensor) -> None:
        """Measure what gives each latent channel of pictures (N, C, H, W) mean 0, variance 1."""
        z = torch.cat([self.posterior(part)[0] for part in x.split(250)])
        self.shift.copy_(z.mean((0, 2, 3))[:, None, None])
        self.scale.copy_(z.std((0, 2, 3))[:, None, None])


def _end(width: int, out: int) -> list[nn.Module]:
    return [nn.GroupNorm(groups(width), width), nn.SiLU(), nn.Conv2d(width, out, 3, padding=1)]
