"""A small network for points in the plane: the same job as the U-Net's, without any picture."""

from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn

from explorer.models.model import Model


@dataclass(frozen=True)
class PlanarConfig:
    """The shape of the network: hidden layers of one width."""

    width: int = 96
    layers: int = 3
    octaves: int = 4  # of the angle's sines and cosines


class Planar(Model):
    """Points (B, 2) and their angle (B,) -> v (B, 2); `context` is there to be a Network."""

    frequencies: Tensor

    def __init__(self, cfg: PlanarConfig) -> None:
        super().__init__()
        self.cfg = cfg
        sizes = [2 + 2 * cfg.octaves] + [cfg.width] * cfg.layers
        layers: list[nn.Module] = []
        for a, b in pairwise(sizes):
            layers += [nn.Linear(a, b), nn.SiLU()]
        self.body = nn.Sequential(*layers, nn.Linear(cfg.width, 2))
        self.register_buffer("frequencies", 2.0 ** torch.arange(cfg.octaves), persistent=False)

    def forward(self, x: Tensor, angle: Tensor, context: Tensor | None = None) -> Tensor:
        phase = angle[:, None] * self.frequencies.to(angle)  # (B, octaves)
        told = torch.cat([x, phase.sin(), phase.cos()], 1).to(next(self.body.parameters()))
        return self.body(told).to(x)
