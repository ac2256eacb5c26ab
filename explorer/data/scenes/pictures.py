"""Scenes as a data set: pictures to train on, made anew wherever they are needed."""

from itertools import islice
from pathlib import Path
from random import Random

import torch

from explorer.data.images import Images, load_images
from explorer.data.scenes.render import Artist
from explorer.data.scenes.scene import Scene, training

CHUNK = 512  # scenes painted at a time


def painted(
    count: int, seed: int, root: str | Path | None = None, train: bool = True
) -> tuple[list[Scene], Images]:
    """The first `count` training scenes of a seed, without a held-out pair, and their pictures.

    Pictures are (count, 3, 64, 64) uint8 with digits of MNIST's split. Raises DataError where
    MNIST is not in root.
    """
    drawn = list(islice(training(Random(seed)), count))
    artist, rng = Artist(load_images("mnist", root, train)), Random(seed + 1)
    parts = [artist.paint(drawn[k : k + CHUNK], rng) for k in range(0, count, CHUNK)]
    return drawn, Images(torch.cat(parts), None, (), "scenes")


def pictures(count: int, seed: int, root: str | Path | None = None, train: bool = True) -> Images:
    """The pictures alone."""
    return painted(count, seed, root, train)[1]
