"""The data sets of latent diffusion: pictures for the autoencoder, latents and words after it."""

from dataclasses import dataclass
from pathlib import Path
from random import Random

import torch
from torch import Tensor

from explorer.data.images import Images
from explorer.data.scenes import pictures as scene_pictures
from explorer.data.scenes.captions import caption
from explorer.data.scenes.tokens import Tokenizer
from explorer.models import zoo

PICTURES = 24_000  # that the autoencoder is trained on: 300 MB
LATENTS = 60_000  # that the U-Net is trained on: 120 MB, and 6 MB of words
CAPTIONS = 4  # of each
CHUNK = 3000  # pictures in memory at a time
AUTOENCODER = "scenes-vae"


@dataclass(frozen=True, eq=False)
class Captioned:
    """Latents in memory, and several captions of each; what `train` asks of a data set."""

    pixels: Tensor  # (N, C, h, w) float16, of unit variance
    labels: Tensor  # (N, CAPTIONS, L) uint8, rows of token numbers
    classes: tuple[str, ...] = ()
    name: str = "captioned scenes"

    def __len__(self) -> int:
        return len(self.pixels)


def pictures(root: str | Path | None = None) -> Images:
    """What the autoencoder is trained on."""
    return scene_pictures.pictures(PICTURES, 0, root)


@torch.no_grad()
def captioned(root: str | Path | None = None, count: int = LATENTS, seed: int = 2) -> Captioned:
    """`count` training scenes as latents of the shipped autoencoder, with captions.

    Raises ZooError where the autoencoder is missing, DataError where MNIST is.
    """
    net, tokenizer, rng = zoo.load(AUTOENCODER), Tokenizer(), Random(seed)
    latents, rows = [], []
    for first in range(0, count, CHUNK):
        drawn, painted = scene_pictures.painted(min(CHUNK, count - first), seed + first, root)
        for k in range(0, len(drawn), 100):
            latents.append(net.encode(painted.floats(slice(k, k + 100))).half())
        rows += [
            [tokenizer.encode(caption(scene, rng)) for _ in range(CAPTIONS)] for scene in drawn
        ]
    return Captioned(torch.cat(latents), torch.tensor(rows, dtype=torch.uint8))
