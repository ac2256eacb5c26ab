"""One face for both models: digits in pixels, and scenes in the latents of an autoencoder."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from torch import Tensor

from explorer.app import controls, painter, studio
from explorer.app.engine import Engine
from explorer.app.guiding.asked import DIGITS


@dataclass(frozen=True)
class Subject:
    """A model that can be told something, and how what it makes is looked at."""

    name: str
    engine: Engine
    noise: Callable[[list[int]], Tensor]  # seeds -> (B, C, H, W), pure noise
    contexts: Callable[[Sequence[str]], Tensor]  # what is told -> (B, L, D); "": no condition
    pictures: Callable[[Tensor], Tensor]  # (B, C, H, W) -> pictures, about [-1, 1], not clipped

    def films(self, x0_hats: Tensor) -> Tensor:
        """Predictions (n, B, C, H, W) as pictures (n, B, 1 or 3, height, width)."""
        return self.pictures(x0_hats.flatten(0, 1)).unflatten(0, x0_hats.shape[:2])


def of(model: str) -> Subject:
    """The subject of a model of `asked.MODELS`; a gr.Error where its weights are missing."""
    if model == DIGITS:
        controls.ready()
        engine = studio.engine()
        return Subject(engine.net.card.name, engine, studio.noise, _labels, lambda x: x)
    painter.ready()
    engine = painter.engine()
    return Subject(engine.net.card.name, engine, painter.noise, painter.contexts, painter.pixels)


def _labels(told: Sequence[str]) -> Tensor:
    return studio.contexts([int(digit) if digit else -1 for digit in told])[0]
