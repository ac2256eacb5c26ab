"""How much a digit and a ground weigh, in a latent and in pixels, against noise of one size.

Whoever must tell two pictures apart under noise can do it as long as their distance is large
against the noise, which has the same deviation in every number. Imports torch; no widget.
"""

from dataclasses import dataclass, replace
from functools import cache
from random import Random

import torch
from torch import Tensor

from explorer.app.latent import coding
from explorer.data import gallery
from explorer.data.scenes.scene import GROUNDS, Scene, draw

SCENES = 32


@dataclass(frozen=True)
class Weight:
    """Median Euclidean distance of two scenes that differ in one thing."""

    pixels: float
    latent: float


def other_digit(scene: Scene) -> Scene:
    """The scene with the next digit in the place of its first."""
    first, *rest = scene.items
    return replace(scene, items=(replace(first, digit=(first.digit + 1) % 10), *rest))


def other_ground(scene: Scene) -> Scene:
    """The scene on the next ground."""
    grounds = list(GROUNDS)
    return replace(scene, ground=grounds[(grounds.index(scene.ground) + 1) % len(grounds)])


@torch.no_grad()
def _distances(change) -> Weight:
    scenes = [draw(Random(seed)) for seed in range(SCENES)]
    x, y = (
        torch.cat(
            [gallery.artist().paint([made(scene)], Random(k)) for k, scene in enumerate(scenes)]
        )
        for made in (lambda scene: scene, change)
    )  # (SCENES, 3, 64, 64) uint8: the same places and digits but for the change
    x, y = (v.float() / 127.5 - 1 for v in (x, y))
    zx, zy = (torch.cat([coding.vae().encode(part) for part in v.split(16)]) for v in (x, y))
    return Weight(_median_norm(x - y), _median_norm(zx - zy))


def _median_norm(difference: Tensor) -> float:
    return difference.flatten(1).norm(dim=1).median().item()


@cache
def measured() -> tuple[Weight, Weight]:
    """(of a digit, of a ground), over SCENES scenes."""
    return _distances(other_digit), _distances(other_ground)


def said() -> str:
    """What was measured, as a sentence."""
    digit, ground = measured()
    return (
        f"Measured over {SCENES} scenes: another digit moves the picture by {digit.pixels:.0f} and "
        f"its latent by {digit.latent:.0f}; another ground moves the picture by "
        f"{ground.pixels:.0f} and its latent by {ground.latent:.0f} (median distances; noise of "
        "the same σ per number in both). So at one level digits stand out "
        f"{digit.latent / digit.pixels:.1f} times as clearly in the latent, and grounds "
        f"{ground.latent / ground.pixels:.1f} times."
    )
