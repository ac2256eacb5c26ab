"""Pictures of one's own: the recipe that their size and channels choose, and what must fit them."""

import re
from dataclasses import replace
from typing import Any

import torch

from explorer.data.images import Images
from explorer.models import zoo
from explorer.models.unet import UNetConfig
from explorer.training.recipes import RECIPES, Recipe, checked

WIDTHS = {1: (32, 64, 96, 128), 3: (64, 96, 128, 160)}  # image channels -> channels, finest first
COARSEST = 12  # pixels a side at the last resolution, at most: there all see each other cheaply
LOOKS = 16  # pixels a side where attention stands, at most: its cost is their fourth power


def named(name: str, **changes: object) -> Recipe:
    """The recipe for pictures of one's own, before they are known: `fitted` completes it.

    Raises ValueError for a name that is no file name or is that of a model that ships.
    """
    return checked(Recipe(checked_name(name), "", UNetConfig(), steps=6000), **changes)


def checked_name(name: str) -> str:
    """The name if a new model may have it. Raises ValueError, a sentence, where not."""
    if not re.fullmatch(r"\w[\w-]{0,63}", name):
        raise ValueError(f"name is {name!r}: use up to 64 letters, digits, hyphens and underscores")
    if name in RECIPES or name in zoo.available():
        raise ValueError(f"name is {name!r}: a model of this name ships, choose another")
    return name


def network(channels: int, side: int) -> UNetConfig:
    """The U-Net for pictures of so many channels and pixels a side.

    As many resolutions as bring the side to COARSEST, each half of the one before, rounded up: so
    every side will do, odd ones too. For 28 grey pixels it is the network of the recipe mnist.
    """
    widths = WIDTHS[channels]
    sides = [-(-side // 2**level) for level in range(len(widths))]  # rounded up
    count = next((n for n, s in enumerate(sides, 1) if s <= COARSEST), len(widths))
    return UNetConfig(
        image_channels=channels,
        image_size=side,
        channels=widths[:count],
        attention=tuple(s <= LOOKS for s in sides[:count]),
        emb_dim=128,
    )


def fitted(plan: Recipe, images: Images, batch: int | None) -> tuple[Recipe, Images]:
    """The plan for these pictures, and the pictures as it takes them.

    The pictures give the network's inputs and classes, and without a recipe's own data the whole
    network. One class alone is no condition: a U-Net is trained as without classes. batch: as
    asked for; where None the recipe's, or all pictures where they are fewer.
    Raises ValueError for a batch that is larger than the data set, and for a classifier of one
    class.
    """
    if plan.kind in ("unet", "classifier") and lone(images):
        if plan.kind == "classifier":
            raise ValueError(f"{images.name} has one class only: a classifier needs two or more")
        images = replace(images, labels=None, classes=())
    _, channels, *sides = images.pixels.shape
    if not plan.data:
        plan = replace(plan, data=images.name, config=network(channels, sides[0]))
    shape = {"image_channels": channels, "classes": len(images.classes)}
    if sides:  # captions have none
        shape["image_size"] = sides[0]
    fits: dict[str, Any] = {key: value for key, value in shape.items() if hasattr(plan.config, key)}
    if batch is not None and batch > len(images):
        raise ValueError(f"batch is {batch}, more than the data set has: use at most {len(images)}")
    size = min(plan.batch, len(images))
    return replace(plan, config=replace(plan.config, **fits), batch=size), images


def lone(images: Images) -> bool:
    """Whether all pictures with labels are of one class."""
    return images.labels is not None and len(torch.unique(images.labels)) == 1
