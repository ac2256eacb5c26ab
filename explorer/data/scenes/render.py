"""Scenes as pictures: digits of MNIST, scaled, slanted, thinned or thickened, and coloured."""

from collections.abc import Sequence
from random import Random

import torch
from torch import Tensor
from torch.nn import functional as F

from explorer.data.images import Images
from explorer.data.scenes.scene import COLOURS, GROUNDS, SIDE, SIDES, Item, Scene

SLANT = 0.35  # columns a row by which a slanted digit leans to the right
FRAME = 28 / 20  # MNIST's frame beside the box that holds its digit
# Height of the digit's box in pixels; alone in the centre there is more room
HEIGHTS = {"small": 17, "medium": 22, "large": 27}
HEIGHTS_ALONE = {"small": 20, "medium": 29, "large": 40}
CENTRES = {
    "centre": (32, 32),
    "left": (17, 32),
    "right": (47, 32),
    "above": (32, 17),
    "below": (32, 47),
    "top left": (17, 17),
    "top right": (47, 17),
    "bottom left": (17, 47),
    "bottom right": (47, 47),
}
JITTER = {"near": 2, "far": 5}  # pixels; far: along the side that means nothing


class Artist:
    """Draws scenes with the digits of a data set."""

    def __init__(self, digits: Images) -> None:
        self.pixels = digits.pixels
        self.of_class = [(digits.labelled == c).nonzero()[:, 0].tolist() for c in range(10)]

    def paint(self, scenes: Sequence[Scene], rng: Random) -> Tensor:
        """Pictures (N, 3, 64, 64) uint8; which digit is taken and where it lies is up to rng."""
        paper = torch.tensor([GROUNDS[scene.ground] for scene in scenes])  # (N, 3)
        picture = paper[..., None, None].float().expand(-1, -1, SIDE, SIDE)
        owner, items = zip(
            *((n, item) for n, scene in enumerate(scenes) for item in scene.items), strict=True
        )
        ink = torch.tensor([COLOURS[item.colour] for item in items])[
            ..., None, None
        ]  # (M, 3, 1, 1)
        cover = self.cover(items, rng)  # (M, 1, 64, 64)
        picture = picture.clone()
        for m, n in enumerate(owner):
            picture[n] += cover[m] * (ink[m] - picture[n])
        return picture.round().to(torch.uint8)

    def cover(self, items: Sequence[Item], rng: Random) -> Tensor:
        """How much of each pixel an item's ink covers, in [0, 1]: (M, 1, 64, 64)."""
        rows = [rng.choice(self.of_class[item.digit]) for item in items]
        digits = self.pixels[rows].float() / 255  # (M, 1, 28, 28)
        digits = F.interpolate(digits, scale_factor=2, mode="bilinear")  # (M, 1, 56, 56)
        thin = -F.max_pool2d(-digits, 3, 1, 1)
        bold = (F.max_pool2d(digits, 3, 1, 1) + F.max_pool2d(digits, 5, 1, 2)) / 2
        strokes = {"thin": thin, "plain": digits, "bold": bold}
        worn = torch.stack([strokes[item.stroke][m] for m, item in enumerate(items)])
        theta = torch.tensor([_placed(item, rng) for item in items])  # (M, 2, 3)
        grid = F.affine_grid(theta, [len(items), 1, SIDE, SIDE], align_corners=False)
        return F.grid_sample(worn, grid, align_corners=False).clamp(0, 1)


def centre(item: Item, rng: Random) -> tuple[float, float]:
    """Where an item's middle lies, (x, y) in pixels: near its place, freer where none is meant."""
    near, far = JITTER["near"], JITTER["far"]
    beside, stacked = item.place in SIDES[:2], item.place in SIDES[2:]
    x, y = CENTRES[item.place]
    free = item.place == "centre"
    return (
        x + rng.uniform(-1, 1) * (far if stacked or free else near),
        y + rng.uniform(-1, 1) * (far if beside or free else near),
    )


def _placed(item: Item, rng: Random) -> list[list[float]]:
    """The affine map from the picture's coordinates to the digit's, both in [-1, 1]."""
    x, y = (2 * v / SIDE - 1 for v in centre(item, rng))
    heights = HEIGHTS_ALONE if item.place == "centre" else HEIGHTS
    zoom = SIDE / (heights[item.size] * FRAME * rng.uniform(0.95, 1.05))
    lean = SLANT if item.slanted else 0.0
    return [[zoom, zoom * lean, -zoom * (x + lean * y)], [0.0, zoom, -zoom * y]]
