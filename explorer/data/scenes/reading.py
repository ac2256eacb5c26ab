"""A scene read back from its picture: which digit stands where, in which colour, on what."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from explorer.data.scenes.render import CENTRES
from explorer.data.scenes.scene import COLOURS, GROUNDS, PLACES, Scene
from explorer.models.classifier import Classifier

INK = 60.0  # how far from the ground, in units of 0 to 255, a pixel is that holds ink
LEAST = 12  # pixels of ink that a digit has at least
BOX, FRAME = 20, 28  # MNIST's: a digit fills 20 pixels of 28, its centre of mass in the middle


@dataclass(frozen=True)
class Reading:
    """What a picture shows. digit and colour are -1 and "" where there is no ink."""

    digits: tuple[int, ...]
    colours: tuple[str, ...]
    places: tuple[str, ...]
    ground: str


@dataclass(frozen=True)
class Verdict:
    """What of a scene a picture got right; all: digits, colours and places."""

    digits: bool
    colours: bool
    places: bool
    ground: bool

    @property
    def all(self) -> bool:
        return self.digits and self.colours and self.places


def read(pictures: Tensor, counts: Sequence[int], judge: Classifier) -> list[Reading]:
    """Pictures (N, 3, 64, 64) in [-1, 1] of counts[n] digits each -> what they show.

    The ground is the median of the border; ink is what differs from it. Two digits are parted
    where a row or a column holds the least ink. The judge names each, drawn as MNIST draws.
    """
    found = []
    for picture, count in zip((pictures.float() + 1) * 127.5, counts, strict=True):
        parts, places, ground = parted(picture, count)
        found.append((places, [_colour(picture, part, ground) for part in parts], ground))
    with torch.no_grad():
        crops = as_mnist(pictures, counts)
        names = iter(judge(crops).argmax(1).tolist() if len(crops) else ())
    readings = []
    for places, colours, ground in found:
        digits = tuple(next(names) if colour else (next(names), -1)[1] for colour in colours)
        readings.append(Reading(digits, tuple(colours), places, _nearest(ground, GROUNDS)))
    return readings


def as_mnist(pictures: Tensor, counts: Sequence[int]) -> Tensor:
    """Every digit of pictures (N, 3, 64, 64) as MNIST would hold it: (sum of counts, 1, 28, 28)."""
    crops = []
    for picture, count in zip((pictures.float() + 1) * 127.5, counts, strict=True):
        parts, _, ground = parted(picture, count)
        crops += [_as_mnist(picture, part, ground) for part in parts]
    return torch.stack(crops) if crops else torch.empty(0, 1, FRAME, FRAME)


def verdict(scene: Scene, reading: Reading) -> Verdict:
    """What of the scene the reading agrees with."""
    return Verdict(
        tuple(item.digit for item in scene.items) == reading.digits,
        tuple(item.colour for item in scene.items) == reading.colours,
        tuple(item.place for item in scene.items) == reading.places,
        scene.ground == reading.ground,
    )


def parted(picture: Tensor, count: int) -> tuple[list[Tensor], tuple[str, ...], Tensor]:
    """Masks of the digits (64, 64) each, their places, and the ground's colour (3,)."""
    edge = torch.cat([picture[:, 0], picture[:, -1], picture[:, :, 0], picture[:, :, -1]], 1)
    ground = edge.median(1).values  # (3,)
    ink = (picture - ground[:, None, None]).norm(dim=0) > INK  # (64, 64)
    if count == 1:
        return [ink], (_place(ink),), ground
    columns, rows = (_valley(ink.sum(axis)) for axis in (0, 1))  # (ink there, where)
    mask = torch.zeros_like(ink)
    if columns[0] <= rows[0]:
        mask[:, : columns[1]] = True
        places = ("left", "right")
    else:
        mask[: rows[1]] = True
        places = ("above", "below")
    return [ink & mask, ink & ~mask], places, ground


def _valley(profile: Tensor) -> tuple[float, int]:
    """The least ink of two neighbouring rows or columns that have a digit on either side.

    Returns (ink there, first row or column of the second part); inf where there is no such place.
    """
    before, pairs = profile.cumsum(0), profile[:-1] + profile[1:]  # (64,), (63,)
    both = (before[:-1] >= LEAST) & (before[-1] - before[:-1] >= LEAST)  # parted after each
    if not both.any():
        return math.inf, len(profile) // 2
    low = pairs[both].min()
    at = ((pairs == low) & both).nonzero()[:, 0]
    return low.item(), int(at[len(at) // 2]) + 1


def _place(ink: Tensor) -> str:
    """The place whose middle is nearest to the ink's."""
    if not ink.any():
        return ""
    y, x = ink.nonzero().float().mean(0).tolist()
    return min(PLACES, key=lambda p: (CENTRES[p][0] - x) ** 2 + (CENTRES[p][1] - y) ** 2)


def _colour(picture: Tensor, ink: Tensor, ground: Tensor) -> str:
    """The colour of which, over the ground, the pixels are mixtures; "" where there is no ink.

    The edges of a stroke are mixtures, and a thin one is nearly all edge: so not the nearest.
    """
    if ink.sum() < LEAST:
        return ""
    apart = (picture[:, ink] - ground[:, None]).T  # (K, 3)
    left = {}
    for name, colour in COLOURS.items():
        towards = torch.tensor(colour) - ground
        cover = (apart @ towards / towards.square().sum()).clamp(0, 1)[:, None]
        left[name] = (apart - cover * towards).square().sum().item()
    return min(left, key=lambda name: left[name])


def _nearest(colour: Tensor, names: dict[str, tuple[int, int, int]]) -> str:
    return min(names, key=lambda n: (colour - torch.tensor(names[n])).square().sum().item())


def _as_mnist(picture: Tensor, ink: Tensor, ground: Tensor) -> Tensor:
    """A digit as MNIST would hold it: (1, 28, 28), ink white on black, its box 20 pixels."""
    if ink.sum() < LEAST:
        return torch.full((1, FRAME, FRAME), -1.0)
    apart = picture - ground[:, None, None]
    towards = torch.tensor(COLOURS[_colour(picture, ink, ground)]) - ground  # (3,)
    cover = (apart * towards[:, None, None]).sum(0) / towards.square().sum()
    cover = (cover * _near(ink)).clamp(0, 1)  # (64, 64)
    rows, columns = ink.any(1).nonzero(), ink.any(0).nonzero()
    top, bottom = int(rows.min()), int(rows.max()) + 1
    left, right = int(columns.min()), int(columns.max()) + 1
    scale = BOX / max(bottom - top, right - left)
    size = [max(1, round((bottom - top) * scale)), max(1, round((right - left) * scale))]
    small = F.interpolate(
        cover[None, None, top:bottom, left:right], size, mode="bilinear", antialias=True
    )[0, 0]
    small = small / small.max().clamp(min=0.1)
    mass = small.sum()
    y = round(((small.sum(1) * torch.arange(size[0])).sum() / mass).item())
    x = round(((small.sum(0) * torch.arange(size[1])).sum() / mass).item())
    frame = torch.zeros(FRAME, FRAME)
    y = min(max(FRAME // 2 - y, 0), FRAME - size[0])
    x = min(max(FRAME // 2 - x, 0), FRAME - size[1])
    frame[y : y + size[0], x : x + size[1]] = small
    return frame[None] * 2 - 1


def _near(ink: Tensor) -> Tensor:
    """The ink and one pixel around it, where its edge fades."""
    return F.max_pool2d(ink[None, None].float(), 3, 1, 1)[0, 0]
