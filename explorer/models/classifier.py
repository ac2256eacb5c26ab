"""The judge: a small convolutional classifier whose features measure quality and diversity."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from explorer.models.attention import groups
from explorer.models.model import Model


@dataclass(frozen=True)
class ClassifierConfig:
    """The shape of a classifier: two convolutions a width, half the resolution after each."""

    image_channels: int = 1
    image_size: int = 28
    widths: tuple[int, ...] = (32, 64, 96)
    features: int = 64
    classes: int = 10


class Classifier(Model):
    """Images (B, C, H, W) in [-1, 1] -> logits (B, classes), through (B, features)."""

    def __init__(self, cfg: ClassifierConfig) -> None:
        super().__init__()
        self.cfg = cfg
        layers: list[nn.Module] = []
        width = cfg.image_channels
        for out in cfg.widths:
            layers += [*_conv(width, out), *_conv(out, out), nn.MaxPool2d(2)]
            width = out
        side = cfg.image_size // 2 ** len(cfg.widths)
        self.body = nn.Sequential(*layers, nn.Flatten(), nn.Linear(width * side**2, cfg.features))
        self.head = nn.Linear(cfg.features, cfg.classes)
        self.channels_last()

    def features(self, x: Tensor) -> Tensor:
        """What the Fréchet distance and the diversity are measured in: (B, features)."""
        return self.body(x.contiguous(memory_format=torch.channels_last))

    def forward(self, x: Tensor) -> Tensor:
        return self.head(torch.relu(self.features(x)))


def _conv(channels_in: int, channels_out: int) -> list[nn.Module]:
    return [
        nn.Conv2d(channels_in, channels_out, 3, padding=1),
        nn.GroupNorm(groups(channels_out), channels_out),
        nn.ReLU(),
    ]
