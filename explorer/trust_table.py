"""The table of how far attention is to be trusted: by layer, by head, by step, with its error."""

import json
import math
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from random import Random

import torch
from torch import Tensor

from explorer.data.scenes import scene
from explorer.files import replace_text
from explorer.models.attention import record_attention
from explorer.models.text import TextUNet
from explorer.models.vae import VAE
from explorer.trust import CROSS, KINDS, SCALE, SPACING, STEPS, Found, Word, measure

BATCH = 25  # prompts that run together
PROMPTS = 200


def layers(net: TextUNet) -> dict[str, tuple[int, int]]:
    """Name of each cross-attention layer -> (heads, side of its picture), in order of the calls."""
    cfg, looks = net.cfg, {}
    with record_attention(net) as maps, torch.no_grad():
        x = torch.zeros(1, cfg.image_channels, cfg.image_size, cfg.image_size)
        net(x, torch.zeros(1), net.null_context(1))
    for name, (p, *_) in maps.items():
        if name.endswith(CROSS):
            looks[name] = (p.shape[1], math.isqrt(p.shape[2]))
    return looks


def weights(of: dict[str, tuple[int, int]], layer: str) -> Tensor:
    """(H,) for the mean of a layer's heads."""
    each = [torch.full((heads,), float(name == layer) / heads) for name, (heads, _) in of.items()]
    return torch.cat(each)


def usual(sides: dict[str, int]) -> str:
    """The layer that the app shows first: of those with the most places, where maps are sharp, the
    last, which looks with all that the network has found out. sides: layer -> side of its picture.
    """
    most = max(sides.values())
    return [name for name, side in sides.items() if side == most][-1]


def sides(of: dict[str, tuple[int, int]]) -> dict[str, int]:
    """Layer -> side of its picture."""
    return {name: side for name, (_, side) in of.items()}


def mean_of(ratios: Tensor, told: Sequence[Word]) -> dict[str, float]:
    """Mean ratio and its standard error; words of one prompt are one observation."""
    rows: dict[int, list[float]] = {}
    for ratio, word in zip(ratios.tolist(), told, strict=True):
        rows.setdefault(word.prompt, []).append(ratio)
    each = torch.tensor([sum(row) / len(row) for row in rows.values()], dtype=torch.float64)
    error = each.std() / math.sqrt(len(each)) if len(each) > 1 else torch.tensor(math.nan)
    return {"ratio": round(float(each.mean()), 3), "error": round(float(error), 3)}


def summary(found: Found, of: dict[str, tuple[int, int]]) -> dict:
    """For each kind of word: the mean ratio of the app's default map, by layer, head and step."""
    table = {}
    for kind in KINDS:
        chosen = [r for r, word in enumerate(found.words) if word.kind == kind]
        if not chosen:
            continue
        told = [found.words[r] for r in chosen]
        part = Found(told, found.inside[:, chosen], found.whole[:, chosen], found.area[chosen])
        shown, eye = weights(of, usual(sides(of))), torch.eye(part.inside.shape[-1])
        heads = [(name, h) for name, (count, _) in of.items() for h in range(count)]
        table[kind] = {
            "words": len(told),
            "area": round(float(part.area.mean()), 4),
            "share": round(float((part.ratios(shown) * part.area).mean()), 4),
            "shown": mean_of(part.ratios(shown), told),
            "by_layer": {n: mean_of(part.ratios(weights(of, n)), told) for n in of},
            "by_head": [
                {"layer": name, "head": h} | mean_of(part.ratios(eye[k]), told)
                for k, (name, h) in enumerate(heads)
            ],
            "by_step": [mean_of(part.ratios(shown, s), told) for s in range(len(part.inside))],
        }
    return table


def evaluate(
    net: TextUNet,
    vae: VAE,
    file: Path,
    n: int = PROMPTS,
    tell: Callable[[int], None] = lambda done: None,
) -> dict:
    """Measure n prompts, half with one digit and half with two; write the table and return it.

    Raises ValueError where no picture holds ink, so that there is nothing to measure.
    """
    parts, skipped, of = [], {"no ink": 0, "elsewhere": 0}, layers(net)
    drawn = [list(islice(scene.training(Random(c), c), n - n // 2)) for c in (1, 2)]
    prompts = [one for pair in zip(*drawn, strict=True) for one in pair][:n]
    for k in range(0, n, BATCH):
        found, lost = measure(net, vae, prompts[k : k + BATCH], seed=k)
        moved = [Word(w.prompt + k, w.place, w.item, w.kind) for w in found.words]
        parts.append(Found(moved, found.inside, found.whole, found.area))
        skipped = {reason: count + lost[reason] for reason, count in skipped.items()}
        tell(min(BATCH, n - k))
    joined = Found(
        [word for part in parts for word in part.words],
        torch.cat([part.inside for part in parts], 1),
        torch.cat([part.whole for part in parts], 1),
        torch.cat([part.area for part in parts]),
    )
    if not joined.words:
        raise ValueError(f"None of {n} pictures holds a digit's ink: train the model first.")
    run = {"scale": SCALE, "steps": STEPS, "sampler": "dpmpp_2m", "spacing": SPACING}
    table = {"prompts": n, "skipped": skipped, "run": run, "sides": sides(of)}
    table |= {"shown": usual(sides(of)), "kinds": summary(joined, of)}
    replace_text(file, json.dumps(table, indent=1) + "\n")
    return table
