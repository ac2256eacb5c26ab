"""The U-Net: a picture, a noise level and a condition in; a prediction of the same shape out."""

import math
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from explorer.models.attention import AttentionBlock, groups, padding
from explorer.models.model import Model

Layer = TypeVar("Layer", bound=nn.Module)


@dataclass(frozen=True)
class UNetConfig:
    """The shape of a U-Net. One entry of `channels` and `attention` a resolution, finest first."""

    image_channels: int = 1
    image_size: int = 28
    channels: tuple[int, ...] = (32, 64, 128)
    attention: tuple[bool, ...] = (False, True, True)
    self_from: int = 0  # finest resolution, counted from 0, at which pixels see each other
    placed: bool = False  # whether pixels know their place as they look at the condition
    blocks: int = 1  # residual blocks a resolution, each way
    head_dim: int = 32
    emb_dim: int = 256  # width of the noise-level embedding
    context_dim: int = 128  # width of a context token
    classes: int = 10  # labels 0 ... classes - 1; the null token follows them

    def side(self, level: int) -> int:
        """Pixels a side at a resolution, 0 the finest: half of the one before, rounded up."""
        return -(-self.image_size // 2**level)


class AngleEmbedding(nn.Module):
    """The noise level as a vector: sines and cosines of the angle, then a small network.

    The angle atan2(sigma, alpha) lies in [0, pi/2]: finite at both ends and free of any schedule.
    """

    frequencies: Tensor

    def __init__(self, features: int, dim: int) -> None:
        super().__init__()
        frequencies = torch.logspace(0, math.log10(200.0), features // 2)
        self.register_buffer("frequencies", frequencies, persistent=False)
        self.mlp = nn.Sequential(nn.Linear(features, dim), nn.SiLU(), nn.Linear(dim, dim))

    def forward(self, angle: Tensor) -> Tensor:
        """angle (B,) in radians; returns (B, dim)."""
        phase = angle[:, None].float() * self.frequencies  # (B, features / 2)
        return self.mlp(torch.cat([phase.sin(), phase.cos()], 1))


class ResidualBlock(nn.Module):
    """Two convolutions beside a shortcut; the second is told the noise level through AdaGN."""

    def __init__(self, channels_in: int, channels_out: int, emb_dim: int) -> None:
        super().__init__()
        self.norm_in = nn.GroupNorm(groups(channels_in), channels_in)
        self.act_in = nn.SiLU()  # modules, so that a recorder can see what passes them
        self.conv_in = nn.Conv2d(channels_in, channels_out, 3, padding=1)
        self.scale_shift = nn.Linear(emb_dim, 2 * channels_out)
        self.norm_out = nn.GroupNorm(groups(channels_out), channels_out)
        self.act_out = nn.SiLU()
        self.conv_out = zeroed(nn.Conv2d(channels_out, channels_out, 3, padding=1))
        same = channels_in == channels_out
        self.shortcut = nn.Identity() if same else nn.Conv2d(channels_in, channels_out, 1)

    def forward(self, h: Tensor, emb: Tensor) -> Tensor:
        """h (B, C_in, H, W), emb (B, emb_dim); returns (B, C_out, H, W)."""
        shortcut = self.shortcut(h)
        h = self.conv_in(self.act_in(self.norm_in(h)))
        scale, shift = self.scale_shift(emb)[..., None, None].chunk(2, 1)  # (B, C_out, 1, 1) each
        # AdaGN: Dhariwal and Nichol 2021, section 3.1
        h = torch.addcmul(shift, self.norm_out(h), 1 + scale)
        return shortcut + self.conv_out(self.act_out(h))


class Stage(nn.Module):
    """A residual block and, where the resolution has it, attention."""

    def __init__(self, channels_in: int, channels_out: int, level: int, cfg: UNetConfig) -> None:
        super().__init__()
        self.residual = ResidualBlock(channels_in, channels_out, cfg.emb_dim)
        look = partial(AttentionBlock, channels_out, cfg.context_dim, cfg.head_dim)
        size = cfg.side(level) if cfg.placed else 0
        among = level >= cfg.self_from
        self.attention = look(among=among, size=size) if cfg.attention[level] else None

    def forward(self, h: Tensor, emb: Tensor, context: Tensor) -> Tensor:
        h = self.residual(h, emb)
        return h if self.attention is None else self.attention(h, context)


class UNet(Model):
    """U-Net (Ronneberger et al. 2015) for denoising (Ho et al. 2020, appendix B).

    Down: a stage, kept for its skip connection, then half the resolution. Up: double the
    resolution, concatenate the kept stage, a stage. An odd side is halved rounding up, as the
    convolution does, and grows back to the side of the kept stage. The label is a context of one
    token, seen by cross-attention, and the mean context token is added to the noise-level
    embedding.
    """

    def __init__(self, cfg: UNetConfig) -> None:
        super().__init__()
        check(cfg)
        self.cfg: UNetConfig = cfg
        widths = cfg.channels
        self.labels = nn.Embedding(cfg.classes + 1, cfg.context_dim)  # last: null
        self.angle = AngleEmbedding(64, cfg.emb_dim)
        self.pooled = nn.Linear(cfg.context_dim, cfg.emb_dim)

        self.enter: nn.Module = nn.Conv2d(cfg.image_channels, widths[0], 3, padding=1)
        self.down, self.shrink = nn.ModuleList(), nn.ModuleList()
        kept, width = [], widths[0]  # channels of each skip connection, then of the running picture
        for level, out in enumerate(widths):
            for _ in range(cfg.blocks):
                self.down.append(Stage(width, out, level, cfg))
                kept.append(out)
                width = out
            if level < len(widths) - 1:
                self.shrink.append(nn.Conv2d(out, out, 3, stride=2, padding=1))

        self.middle = Stage(width, width, len(widths) - 1, cfg)

        self.up, self.grow = nn.ModuleList(), nn.ModuleList()
        for level, out in reversed(list(enumerate(widths))):
            for _ in range(cfg.blocks):
                self.up.append(Stage(width + kept.pop(), out, level, cfg))
                width = out
            if level > 0:  # channels fall before the resolution doubles: four times cheaper
                self.grow.append(nn.Conv2d(out, widths[level - 1], 1))
                width = widths[level - 1]

        self.norm = nn.GroupNorm(groups(width), width)
        self.leave = zeroed(nn.Conv2d(width, cfg.image_channels, 3, padding=1))
        self.channels_last()

    @property
    def null(self) -> int:
        """The label that means "no label"."""
        return self.cfg.classes

    def embed(self, labels: Tensor) -> Tensor:
        """Labels (B,), each in [0, classes] where `classes` (or -1) is null -> tokens (B, 1, D)."""
        return self.labels(torch.where(labels < 0, self.null, labels))[:, None]

    def null_context(self, count: int) -> Tensor:
        """The condition that says nothing, `count` times: (count, 1, D)."""
        return self.embed(torch.full((count,), self.null, device=self.labels.weight.device))

    def forward(self, x: Tensor, angle: Tensor, context: Tensor) -> Tensor:
        """x (B, C, H, W), angle (B,) in radians, context (B, L, D); returns v_hat (B, C, H, W)."""
        emb = F.silu(self.angle(angle) + self.pooled(mean_token(context)))  # (B, emb_dim)
        h = self.enter(x.contiguous(memory_format=torch.channels_last))

        skips, blocks = [], self.cfg.blocks
        for i, stage in enumerate(self.down):
            h = stage(h, emb, context)
            skips.append(h)
            if (i + 1) % blocks == 0 and i + 1 < len(self.down):
                h = self.shrink[i // blocks](h)  # (B, C, H / 2, W / 2)

        h = self.middle(h, emb, context)

        for i, stage in enumerate(self.up):
            h = stage(torch.cat([h, skips.pop()], 1), emb, context)
            if (i + 1) % blocks == 0 and i + 1 < len(self.up):
                h = F.interpolate(self.grow[i // blocks](h), skips[-1].shape[2:])  # nearest

        return self.leave(F.silu(self.norm(h)))


def mean_token(context: Tensor) -> Tensor:
    """The mean of the tokens (B, L, D) that are not padding: (B, D)."""
    return context.sum(1) / (~padding(context)).sum(1, keepdim=True)


def zeroed(layer: Layer) -> Layer:
    """Start a layer at zero: each residual block begins as its shortcut, the network as zero."""
    for parameter in layer.parameters():
        nn.init.zeros_(parameter)
    return layer


def check(cfg: UNetConfig) -> None:
    """Raise ValueError, naming the field, for a shape that no network can have."""
    if len(cfg.channels) != len(cfg.attention):
        raise ValueError(
            f"channels has {len(cfg.channels)} entries and attention {len(cfg.attention)}: "
            "both need one a resolution"
        )
    step = 2 ** (len(cfg.channels) - 1)
    if cfg.image_size < step:
        raise ValueError(
            f"image_size {cfg.image_size} cannot be halved {len(cfg.channels) - 1} times: "
            f"use at least {step}"
        )
