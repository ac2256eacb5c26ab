"""Scenes as a data set: pictures to train on, made anew wherever they are needed."""

from itertools import islice
from pathlib import Path
from random import Random

import torch

from explorer.data.images import Images, load_images
from explorer.data.scenes.render import Artist
from explorer.data.scenes.scene import Scene, training

CHUNK = 512  # scenes painted at a time
SCENES = 24_000  # that the autoencoder is trained on, 300 MB


def scenes(count: int, seed: int) -> list[Scene]:
    """The first `count` training scenes of a seed; none holds a held-out pair."""
    return list(islice(training(Random(seed)), count))


def pictures(count: int, seed: int, root: str | Path | None = None, train: bool = True) -> Images:
    """Their pictures, (count, 3, 64, 64) uint8, with digits of MNIST's split.

    Raises DataError where MNIST is not in root.
    """
    artist, rng = Artist(load_images("mnist", root, train)), Random(seed + 1)
    drawn = scenes(count, seed)
    parts = [artist.paint(drawn[k : k + CHUNK], rng) for k in range(0, count, CHUNK)]
    return Images(torch.cat(parts), None, (), "scenes")
