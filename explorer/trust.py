"""Is an attention map to be trusted? Measured: how much of a word's attention lies on its digit.

A map holds, for each place, the probability that it looks at a word. Of a digit's word, and of
its colour's, the share of the map that lies inside the digit's box, divided by the box's share of
the area, is 1 where attention is even and 1 / area where all of it lies inside.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from explorer.data.scenes import captions, reading
from explorer.data.scenes.scene import COLOURS, Scene
from explorer.denoisers import paired
from explorer.models.attention import record_attention
from explorer.models.text import TextUNet
from explorer.models.vae import VAE
from explorer.samplers import dpmpp_2m
from explorer.schedules import levels, linear

SCALE, STEPS, SPACING = 3.0, 20, "karras"
KINDS = ("digit", "colour")
CROSS = "cross_attention"


@dataclass(frozen=True)
class Word:
    """A word whose box is known: of which prompt, at which place in it, of which item."""

    prompt: int
    place: int
    item: int
    kind: str  # one of KINDS


@dataclass(frozen=True)
class Found:
    """R words' attention in S steps and H heads, all layers' heads in a row.

    inside: (S, R, H) mean over places of probability times the box's share of the place;
    whole: (S, R, H) mean of the probability; area: (R,) the box's share of the picture.
    """

    words: list[Word]
    inside: Tensor
    whole: Tensor
    area: Tensor

    def ratios(self, weights: Tensor, step: int | None = None) -> Tensor:
        """(R,) share inside over share of area, of the mean map with weights (H,) of the heads,
        in one step, or of the mean map of all steps."""
        steps = slice(None) if step is None else slice(step, step + 1)
        inside, whole = ((m[steps] @ weights).sum(0) for m in (self.inside, self.whole))
        return inside / whole / self.area


# --- what belongs where --------------------------------------------------------------------------


def words(prompts: Sequence[Scene]) -> list[Word]:
    """The words for digits and their colours in the full captions of scenes."""
    named = {word: "digit" for word in captions.NUMBERS} | {word: "colour" for word in COLOURS}
    return [
        Word(n, place, owner, named[word])
        for n, one in enumerate(prompts)
        for place, (word, owner) in enumerate(_owned(one))
        if owner is not None and word in named
    ]


def _owned(one: Scene) -> list[tuple[str, int | None]]:
    phrases = captions.spoken_in_full(one)
    return list(zip(captions.full(one).split(), captions.owners(phrases), strict=True))


def boxes(picture: Tensor, one: Scene) -> list[Tensor] | str:
    """Each item's box in a generated picture (3, 64, 64) in [-1, 1], as (64, 64) of 0 and 1.

    The box is the smallest rectangle that holds the item's ink as `reading` parts it: where the
    model painted, which is not always where it was told to. A str where there is no such box:
    "no ink", or "elsewhere" where two digits lie along the other axis than the caption's.
    """
    parts, places, _ = reading.parted((picture.float() + 1) * 127.5, len(one.items))
    if any(int(part.sum()) < reading.LEAST for part in parts):
        return "no ink"
    if len(parts) == 2 and places != tuple(item.place for item in one.items):
        return "elsewhere"
    return [_box(part) for part in parts]


def _box(ink: Tensor) -> Tensor:
    box = torch.zeros(ink.shape)
    rows, columns = ink.any(1).nonzero(), ink.any(0).nonzero()
    box[int(rows.min()) : int(rows.max()) + 1, int(columns.min()) : int(columns.max()) + 1] = 1
    return box


def masses(maps: Tensor, box: Tensor) -> tuple[Tensor, Tensor]:
    """(inside, whole) of maps (..., Q), each (...): see Found. box (64, 64) is 0 or 1."""
    side = math.isqrt(maps.shape[-1])
    cover = F.adaptive_avg_pool2d(box[None], side).flatten()  # (Q,) share of each place
    return (maps * cover).mean(-1), maps.mean(-1)


# --- measured ------------------------------------------------------------------------------------


def measure(
    net: TextUNet, vae: VAE, prompts: Sequence[Scene], seed: int
) -> tuple[Found, dict[str, int]]:
    """Run the prompts, and look at the words of all that painted something; the rest is counted."""
    maps, pictures = _run(net, vae, prompts, seed)
    kept: list[Word] = []
    area: list[Tensor] = []
    inside: list[Tensor] = []
    whole: list[Tensor] = []
    skipped = {"no ink": 0, "elsewhere": 0}
    found = [boxes(picture, one) for picture, one in zip(pictures, prompts, strict=True)]
    for one in found:
        if isinstance(one, str):
            skipped[one] += 1
    for r, word in enumerate(words(prompts)):
        of_prompt = found[word.prompt]
        if isinstance(of_prompt, str):
            continue
        box = of_prompt[word.item]
        both = [masses(layer[:, r], box) for layer in maps]  # a layer: 2 x (S, heads)
        inside.append(torch.cat([m for m, _ in both], 1))
        whole.append(torch.cat([m for _, m in both], 1))
        area.append(box.mean())
        kept.append(word)
    heads, steps = sum(layer.shape[2] for layer in maps), maps[0].shape[0]
    empty = torch.zeros(steps, 0, heads)
    stacked = [torch.stack(m, 1) if m else empty for m in (inside, whole)]
    return Found(
        kept, stacked[0], stacked[1], torch.stack(area) if area else torch.zeros(0)
    ), skipped


@torch.no_grad()
def _run(
    net: TextUNet, vae: VAE, prompts: Sequence[Scene], seed: int
) -> tuple[list[Tensor], Tensor]:
    """For each layer (S, R, heads, Q), the words' maps at each call; and the pictures."""
    told, calls = words(prompts), []
    rows = torch.tensor([len(prompts) + word.prompt for word in told])  # the conditional half
    places = torch.tensor([word.place for word in told])

    def network(x: Tensor, angle: Tensor, context: Tensor) -> Tensor:
        with record_attention(net) as looks:
            prediction = net(x, angle, context)
        cross = [p[0] for name, p in looks.items() if name.endswith(CROSS)]
        calls.append([p[rows, :, :, places] for p in cross])  # (R, heads, Q) each
        return prediction

    context, cfg = net.told(*(captions.full(one) for one in prompts)), net.cfg
    size = (len(prompts), cfg.image_channels, cfg.image_size, cfg.image_size)
    start = torch.randn(size, generator=torch.Generator().manual_seed(seed))
    denoise = paired(network, context, net.null_context(len(prompts)), SCALE)
    for step in dpmpp_2m(denoise, start, levels(linear(), STEPS, SPACING)):
        last = step.x
    return [torch.stack(layer) for layer in zip(*calls, strict=True)], vae.decode(last)
