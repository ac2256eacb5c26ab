"""Measured: does a text-to-image model paint what its caption says?"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from random import Random

import torch
from torch import Tensor, nn

from explorer import metrics
from explorer.data.scenes import scene
from explorer.data.scenes.captions import full
from explorer.data.scenes.reading import Verdict, read, verdict
from explorer.data.scenes.scene import Scene
from explorer.denoisers import paired
from explorer.files import replace_text
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
    """Pictures (N, 3, 64, 64) of captions: DPM++ 2M, Karras spacing, linear schedule."""
    rng, parts, cfg = torch.Generator().manual_seed(seed), [], net.cfg
    walk = levels(linear(), steps, "karras")
    for k in range(0, len(captions), BATCH):
        context = net.told(*captions[k : k + BATCH])
        size = (len(context), cfg.image_channels, cfg.image_size, cfg.image_size)
        denoise = paired(net, context, net.null_context(len(context)), scale)
        for step in dpmpp_2m(denoise, torch.randn(size, generator=rng), walk):
            last = step.x
        parts.append(vae.decode(last).clamp(-1, 1))
    return torch.cat(parts)


def measure(net: TextUNet, vae: VAE, judge: nn.Module, scale: float, n: int, seed: int = 0) -> dict:
    """A row: for each group the share of n captions whose digits, colours, places are right."""
    row: dict = {"scale": scale, "n": n, "nfe": STEPS}
    for k, group in enumerate(GROUPS):
        scenes = group.scenes(n, seed + k)
        pictures = paint(net, vae, [full(one) for one in scenes], scale, seed)
        found = list(_verdicts(scenes, pictures, judge))
        row[group.name] = {
            part: round(sum(getattr(one, part) for one in found) / n, 4) for part in PARTS
        }
        row[group.name]["error"] = round(metrics.accuracy_error(row[group.name]["all"], n), 4)
    return row


def _verdicts(scenes: list[Scene], pictures: Tensor, judge: nn.Module) -> Iterator[Verdict]:
    readings = read(pictures, [len(one.items) for one in scenes], judge)
    return (verdict(one, reading) for one, reading in zip(scenes, readings, strict=True))


def evaluate(
    net: TextUNet,
    vae: VAE,
    judge: nn.Module,
    file: Path,
    n: int = 125,
    tell: Callable[[dict], None] = lambda row: None,
) -> dict:
    """Measure every scale, write the table to `file`, and return it; the best scale is named."""
    rows = []
    for scale in SCALES:
        rows.append(measure(net, vae, judge, scale, n))
        tell(rows[-1])
    best = max(rows, key=lambda row: sum(row[group.name]["all"] for group in GROUPS))
    table = {"captions": len(GROUPS) * n, "best scale": best["scale"], "rows": rows}
    replace_text(file, json.dumps(table, indent=1) + "\n")
    return table
