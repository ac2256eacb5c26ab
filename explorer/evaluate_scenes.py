"""Measured: does a text-to-image model paint what its caption says, and how varied is it?"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from random import Random

import torch
from torch import Tensor

from explorer import metrics
from explorer.data.images import Images
from explorer.data.scenes import scene
from explorer.data.scenes.captions import full
from explorer.data.scenes.reading import Verdict, as_mnist, read, verdict
from explorer.data.scenes.render import Artist
from explorer.data.scenes.scene import Scene
from explorer.denoisers import paired
from explorer.files import replace_text
from explorer.judge import features
from explorer.models.classifier import Classifier
from explorer.models.text import TextUNet
from explorer.models.vae import VAE
from explorer.samplers import dpmpp_2m
from explorer.schedules import levels, linear

BATCH = 50
SCALES = (1.0, 2.0, 3.0, 5.0, 8.0)
STEPS = 20
PARTS = ("digits", "colours", "places", "ground", "all")


@dataclass(frozen=True)
class Group:
    """Scenes of one kind: how many digits, and whether they hold a pair that training never saw."""

    name: str
    count: int
    held_out: bool

    def scenes(self, n: int, seed: int) -> list[Scene]:
        """n of them, all different draws of the seed."""
        kind = scene.held_out if self.held_out else scene.training
        return list(islice(kind(Random(seed), self.count), n))


GROUPS = (
    Group("one digit", 1, False),
    Group("two digits", 2, False),
    Group("one digit, a pair held out", 1, True),
    Group("two digits, a pair held out", 2, True),
)


@torch.no_grad()
def paint(
    net: TextUNet, vae: VAE, captions: list[str], scale: float, seed: int, steps: int = STEPS
) -> Tensor:
    """Pictures (N, 3, 64, 64) of captions, as decoded: not yet clipped to [-1, 1].

    DPM++ 2M, Karras spacing, linear schedule.
    """
    rng, parts, cfg = torch.Generator().manual_seed(seed), [], net.cfg
    walk = levels(linear(), steps, "karras")
    for k in range(0, len(captions), BATCH):
        context = net.told(*captions[k : k + BATCH])
        size = (len(context), cfg.image_channels, cfg.image_size, cfg.image_size)
        denoise = paired(net, context, net.null_context(len(context)), scale)
        for step in dpmpp_2m(denoise, torch.randn(size, generator=rng), walk):
            last = step.x
        parts.append(vae.decode(last))
    return torch.cat(parts)


@dataclass(frozen=True, eq=False)
class Real:
    """Digits of real scenes as the judge's features: what generated ones are compared with."""

    features: Tensor  # (M, F) of scenes of all groups, evenly
    again: Tensor  # (M, F) of the same scenes with other handwriting: what perfection scores
    labels: Tensor  # (M,) their digits

    @classmethod
    def of(cls, scenes: Sequence[Scene], digits: Images, judge: Classifier) -> "Real":
        """From the digits of a data set that no network was trained on."""
        artist, counts = Artist(digits), [len(one.items) for one in scenes]
        once, again = (
            features(judge, as_mnist(artist.paint(scenes, Random(s)).float() / 127.5 - 1, counts))
            for s in (0, 1)
        )
        return cls(once, again, wanted(scenes))


def wanted(scenes: Sequence[Scene]) -> Tensor:
    """The digits that scenes hold, in their order: (M,)."""
    return torch.tensor([item.digit for one in scenes for item in one.items])


def all_scenes(n: int, seed: int = 0) -> list[Scene]:
    """The scenes of a row, n of each group."""
    return [one for k, group in enumerate(GROUPS) for one in group.scenes(n, seed + k)]


def measure(
    net: TextUNet,
    vae: VAE,
    judge: Classifier,
    scale: float,
    n: int,
    seed: int = 0,
    real: Real | None = None,
) -> dict:
    """A row: for each group the share of n captions whose digits, colours, places are right.

    With a Real also the Fréchet distance and the diversity of the digits, beside real ones'.
    """
    scenes = all_scenes(n, seed)
    pictures = torch.cat(
        [paint(net, vae, [full(one) for one in part], scale, seed) for part in _groups(scenes, n)]
    )
    row: dict = {"scale": scale, "n": n, "nfe": STEPS}
    row["saturated"] = round((pictures.abs() > 1).double().mean().item(), 4)
    pictures = pictures.clamp(-1, 1)
    row |= _right(scenes, pictures, judge, n)
    if real is not None:
        row |= _likeness(features(judge, as_mnist(pictures, _counts(scenes))), real)
    return row


@torch.no_grad()
def ceiling(vae: VAE, judge: Classifier, digits: Images, n: int, seed: int = 0) -> dict:
    """What real scenes of the same captions score: as drawn, and through the autoencoder.

    More than the second no painter of latents can be expected to reach, and more than the first
    the reading itself does not allow.
    """
    scenes = all_scenes(n, seed)
    drawn = Artist(digits).paint(scenes, Random(seed)).float() / 127.5 - 1
    coded = torch.cat([vae.decode(vae.encode(part)).clamp(-1, 1) for part in drawn.split(BATCH)])
    made = {"as drawn": drawn, "through the autoencoder": coded}
    return {name: _right(scenes, pictures, judge, n) for name, pictures in made.items()}


def _right(scenes: list[Scene], pictures: Tensor, judge: Classifier, n: int) -> dict:
    """For each group of n scenes, the share whose digits, colours, places, ground are right."""
    shares = {}
    for group, part, told in zip(GROUPS, pictures.split(n), _groups(scenes, n), strict=True):
        found = list(_verdicts(told, part, judge))
        share = {name: round(sum(getattr(one, name) for one in found) / n, 4) for name in PARTS}
        shares[group.name] = share | {"error": round(metrics.accuracy_error(share["all"], n), 4)}
    return shares


def _likeness(found: Tensor, real: Real) -> dict:
    """How like real digits, and how varied, features (M, F) are; and what real ones score."""
    apart = metrics.frechet_distance
    return {
        "frechet": round(apart(found, real.features), 4),
        "frechet_error": round(
            metrics.jackknife(lambda rows: apart(rows, real.features), found), 4
        ),
        "frechet_real": round(apart(real.again, real.features), 4),
        "diversity": round(metrics.diversity(found, real.labels), 4),
        "diversity_real": round(metrics.diversity(real.again, real.labels), 4),
    }


def _groups(scenes: list[Scene], n: int) -> list[list[Scene]]:
    return [scenes[k : k + n] for k in range(0, len(scenes), n)]


def _counts(scenes: Sequence[Scene]) -> list[int]:
    return [len(one.items) for one in scenes]


def _verdicts(scenes: list[Scene], pictures: Tensor, judge: Classifier) -> Iterator[Verdict]:
    readings = read(pictures, _counts(scenes), judge)
    return (verdict(one, reading) for one, reading in zip(scenes, readings, strict=True))


def evaluate(
    net: TextUNet,
    vae: VAE,
    judge: Classifier,
    file: Path,
    n: int = 125,
    digits: Images | None = None,
    tell: Callable[[dict], None] = lambda row: None,
) -> dict:
    """Measure every scale, write the table to `file`, and return it; the best scale is named.

    digits: of a test set, for what real scenes score, and how like them the pictures are.
    """
    real = None if digits is None else Real.of(all_scenes(n), digits, judge)
    rows = []
    for scale in SCALES:
        rows.append(measure(net, vae, judge, scale, n, real=real))
        tell(rows[-1])
    best = max(rows, key=lambda row: sum(row[group.name]["all"] for group in GROUPS))
    table = {"captions": len(GROUPS) * n, "best scale": best["scale"], "rows": rows}
    if digits is not None:
        table["real scenes"] = ceiling(vae, judge, digits, n)
    replace_text(file, json.dumps(table, indent=1) + "\n")
    return table
