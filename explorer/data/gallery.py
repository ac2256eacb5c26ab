"""The gallery: digits of 28 x 28 greys that ship with the project, so that it needs no data set.

`assets/gallery.png` is a sheet of tiles, read row by row; `assets/gallery.json` says what they are:
{"size": 28, "labels": ["0", ...], "note": a sentence on where they come from, "model", "seed"}.
"""

import json
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from explorer.paths import ASSETS

if TYPE_CHECKING:
    from torch import Tensor

    from explorer.data.scenes.render import Artist


@cache
def digits() -> np.ndarray:
    """All digits, uint8 (N, size, size), in the order of `about()["labels"]`."""
    size, count = about()["size"], len(about()["labels"])
    sheet = np.asarray(Image.open(ASSETS / "gallery.png").convert("L"))
    rows, columns = sheet.shape[0] // size, sheet.shape[1] // size
    tiles = sheet.reshape(rows, size, columns, size).swapaxes(1, 2).reshape(-1, size, size)
    return tiles[:count]


@cache
def about() -> dict:
    """What gallery.json says."""
    return json.loads((ASSETS / "gallery.json").read_text("utf-8"))


def pictures() -> "Tensor":
    """All digits as a network sees them: (N, 1, size, size) in [-1, 1]."""
    import torch  # late: the page is served from the greys alone

    return torch.from_numpy(digits().copy())[:, None].float() / 127.5 - 1


def picture(label: int) -> "Tensor":
    """The first digit of a label: (1, 1, size, size) in [-1, 1]. Raises ValueError for none."""
    return pictures()[about()["labels"].index(str(label))][None]


def scene(seed: int) -> "tuple[str, Tensor]":
    """The caption of a seed's scene, and the scene painted with these digits: (1, 3, 64, 64)."""
    from random import Random

    from explorer.data.scenes import captions
    from explorer.data.scenes.scene import draw

    drawn = draw(Random(seed))
    painted = artist().paint([drawn], Random(seed))  # (1, 3, 64, 64) uint8
    return captions.full(drawn), painted.float() / 127.5 - 1


@cache
def artist() -> "Artist":
    """Who paints scenes with the gallery's digits."""
    import torch

    from explorer.data.images import Images
    from explorer.data.scenes.render import Artist

    labels = torch.tensor([int(label) for label in about()["labels"]])
    return Artist(Images(torch.from_numpy(digits().copy())[:, None], labels, (), "gallery"))
