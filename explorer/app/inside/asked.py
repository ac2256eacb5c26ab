"""What every chapter of the U-Net tab is asked: a picture, its noise, and how much of it.

torch is imported when a question is first answered, not with the page.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from explorer.app import checks, classes, controls, labels
from explorer.app.once import once

LEAST, MOST, FIRST = 1, 90, 45  # degrees of the angle: nearly clean, only noise, as much of either
DRAWN = 30  # DDIM steps for a picture that no gallery has


@dataclass(frozen=True)
class Asked:
    """A checked request; hashable, so that answers can be kept. Tensors are for one picture."""

    digit: int = 7  # the class; -1 for a model without classes
    seed: int = 0
    degrees: float = FIRST  # of the angle atan2(sigma, alpha) at which the network is called

    @property
    def angle(self) -> float:
        """The noise level in radians."""
        return math.radians(self.degrees)

    @property
    def level(self):
        """The explorer.schedules.Level: variance preserving."""
        from explorer.schedules import Level

        alpha = 0.0 if self.degrees == MOST else math.cos(self.angle)
        return Level(alpha, math.sin(self.angle))

    @cached_property
    def x0(self):
        """The clean picture (1, C, H, W) in [-1, 1]: the gallery's, or one that the model draws."""
        return picture(self.digit)

    @cached_property
    def eps(self):
        """The noise (1, C, H, W)."""
        from explorer.app import studio

        return studio.noise([self.seed])

    @property
    def xt(self):
        """The noisy picture (1, C, H, W)."""
        return self.level.alpha * self.x0 + self.level.sigma * self.eps

    @property
    def label(self) -> int | None:
        """The class as a label of the model; None where it has no such label."""
        from explorer.app import studio

        return self.digit if 0 <= self.digit < studio.engine().net.cfg.classes else None

    @property
    def told(self) -> str:
        """The label in words: "digit 7", "class circles" or "no label"."""
        known, label = labels.now(), self.label
        if label is None:
            return "no label"
        return f"{known.word.lower()} {known.name(label)}"

    @property
    def context(self):
        """The label as the network is told it, (1, L, D)."""
        from explorer.app import studio

        return studio.contexts([self.label])[0] if self.label is not None else self.null

    @property
    def null(self):
        """What the network is told when it is told no label, (1, L, D)."""
        from explorer.app import studio

        return studio.engine().net.null_context(1)

    def made(self, what: str, code: str, **more: object) -> dict:
        """What a file of a chapter says of itself, at this noise level unless more says another."""
        from explorer.app.about import made

        facts = {"told": self.told, "seed": self.seed, "degrees": self.degrees} | more
        return made(f"{what}-{self.digit}-seed{self.seed}", code, **facts)

    @property
    def about(self) -> str:
        """Model, label and seed, as a sentence begins."""
        from explorer.app import studio

        return f"Model {studio.engine().net.card.name}, told {self.told}, seed {self.seed}"


def check(digit, seed, degrees) -> Asked:
    """The request. Raises gr.Error, naming field and range."""
    value = classes.checked("Digit", digit)
    return Asked(
        -1 if value == "none" else int(value),
        checks.integer("Seed", seed, 0, controls.LAST_SEED),
        checks.number("Noise level", degrees, LEAST, MOST),
    )


def including(angles: Sequence[float], degrees: float) -> list[float]:
    """The angles, the nearest to `degrees` moved there: its neighbour, if that is 0 or 90."""
    inner = [k for k, angle in enumerate(angles) if 0 < angle < MOST]
    nearest = min(inner, key=lambda k: abs(angles[k] - degrees))
    moved = list(angles)
    if degrees not in moved:
        moved[nearest] = degrees
    return moved


def in_gallery() -> bool:
    """Whether the gallery's digits are pictures of the kind that the model draws."""
    from explorer.app import studio

    return studio.draws_digits(studio.engine())


def picture(label: int):
    """A clean picture (1, C, H, W) of a label: from the gallery if the model is one of digits."""
    import torch

    from explorer.app import gallery, studio

    if not in_gallery():
        return _drawn(label, studio.engine())
    labels = gallery.about()["labels"]
    grey = torch.from_numpy(gallery.digits()[labels.index(str(label))].copy())
    return grey.float()[None, None] / 127.5 - 1


@once(len(controls.DIGITS))
def _drawn(label: int, engine):
    """A picture that the model draws: DDIM, seed the label."""
    from explorer.app import studio
    from explorer.denoisers import from_network
    from explorer.samplers import ddim
    from explorer.schedules import cosine, levels

    denoise = from_network(engine, context=Asked(label).context)
    *_, last = ddim(denoise, studio.noise([label]), levels(cosine(), DRAWN, "trailing"))
    return last.x.clamp(-1, 1)
