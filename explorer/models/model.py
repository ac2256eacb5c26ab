"""What every network of the zoo is, and what is known of it once it was loaded."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn


@dataclass(frozen=True)
class Card:
    """What is known of a network: `net.card` after `zoo.load`."""

    name: str
    kind: str
    config: dict
    facts: dict  # how it was trained
    metrics: dict  # measured quality, empty where none was measured
    file: Path | None = None  # that it was loaded from


class Model(nn.Module):
    """A network that the zoo saves and loads."""

    cfg: Any  # a dataclass, each kind its own
    card: Card  # absent from a network that was not loaded

    def channels_last(self) -> None:
        """Lay the weights out as CPU and GPU convolutions like them."""
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch lacks it
