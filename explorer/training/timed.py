"""Training by the clock: the steps that fit into a time, at a learning rate that falls with it."""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from explorer.data.images import Images
from explorer.models.unet import UNetConfig
from explorer.training.loop import Progress, Run, train
from explorer.training.recipes import Recipe

ENDLESS = 10**9  # steps: the clock ends the run
# Small, with attention at the coarsest resolution only: on two cores a minute is many steps of a
# small network or few of a large one, and many taught more.
SMALL = UNetConfig(
    channels=(8, 16, 32), attention=(False, False, True), head_dim=16, emb_dim=64, context_dim=64
)


@dataclass(frozen=True)
class Moment:
    """What one step did, and how far the time has run."""

    progress: Progress
    seconds: float  # since the first step began
    share: float  # of the time, from 0 to 1


def recipe(images: Images, name: str) -> Recipe:
    """A small network for these pictures, for a run of seconds to minutes on a CPU."""
    _, channels, size, _ = images.pixels.shape
    shape = {"image_channels": channels, "image_size": size, "classes": len(images.classes)}
    return Recipe(
        name,
        images.name,
        UNetConfig(**vars(SMALL) | shape),
        steps=ENDLESS,
        batch=min(32, len(images)),
        lr=4e-3,
        warmup=30,
        ema=0.99,
    )


def rate(recipe: Recipe, step: int, share: float) -> float:
    """Linear warm-up over steps; half a cosine over the time, zero as it ends (share 1)."""
    warm = min(1.0, (step + 1) / recipe.warmup)
    return recipe.lr * warm * 0.5 * (1 + math.cos(math.pi * min(1.0, share)))


def train_for(
    run: Run, images: Images, seconds: float, clock: Callable[[], float] = time.perf_counter
) -> Iterator[Moment]:
    """Train until `seconds` have gone by on the clock, yielding after each step.

    Time that the caller spends between two steps counts. There is at least one step.
    """
    began = clock()

    def share() -> float:
        return (clock() - began) / seconds

    for progress in train(run, images, lambda recipe, step: rate(recipe, step, share())):
        gone = share()
        yield Moment(progress, gone * seconds, min(1.0, gone))
        if gone >= 1:
            return
