"""Pictures to train on where no data set is: the digits of the gallery, each in many variants."""

import torch

from explorer.data import gallery
from explorer.data.images import Images
from explorer.training.objectives import jittered

EACH = 100  # variants of every digit
NAME = "variants of the gallery's digits"


def variants(seed: int = 0) -> Images:
    """Every digit of the gallery EACH times, shifted, turned and scaled a little."""
    tiles = torch.from_numpy(gallery.digits().copy())[:, None].repeat(EACH, 1, 1, 1)
    labels = torch.tensor([int(label) for label in gallery.about()["labels"]]).repeat(EACH)
    rng = torch.Generator().manual_seed(seed)
    pixels = jittered(tiles.float() / 255, rng).mul(255).round().to(torch.uint8)
    return Images(pixels, labels, tuple("0123456789"), NAME)
