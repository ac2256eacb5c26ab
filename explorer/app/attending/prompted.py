"""One run of the text-to-image model with its cross-attention: every word's map at every place."""

import base64
import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from explorer import trust_table
from explorer.app import maps, painter, prompts
from explorer.app.about import made
from explorer.app.code import attention as code
from explorer.app.once import once
from explorer.data.scenes.captions import NUMBERS
from explorer.data.scenes.scene import COLOURS
from explorer.denoisers import paired
from explorer.figures import heat
from explorer.models.attention import record_attention
from explorer.samplers import Step, dpmpp_2m
from explorer.schedules import Level, levels, linear

SCALE, STEPS, SPACING = 3.0, 20, "karras"
ROOM = 1_400_000  # characters of a run's film and maps as text
CROSS = "cross_attention"
NOBODY = "(no word)"  # what the empty prompt's only token is called


@dataclass(frozen=True)
class WordRun:
    """The S steps of a run that were kept, noisiest first, and how the picture looked at words."""

    words: list[str]  # W of them
    steps: list[Step]  # S records of a batch of one
    pictures: np.ndarray  # (S, 64, 64, 3) uint8, x0_hat decoded
    maps: dict[str, Tensor]  # cross-attention layer -> (S, heads, Q, W), rows sum to one


def walk() -> list[Level]:
    """The levels of the usual run: linear schedule, Karras spacing."""
    return levels(linear(), STEPS, SPACING)


def words_of(prompt: str) -> list[str]:
    """What the tokens of a checked prompt are called; the empty prompt has one of its own."""
    return prompt.split() or [NOBODY]


def record(prompt: str, seed: int) -> WordRun:
    """Run a checked prompt with guidance and keep the maps of the conditional half."""
    engine, words = painter.engine(), words_of(prompt)
    context, null = painter.contexts([prompt, ""]).split(1)
    calls: list[dict[str, Tensor]] = []  # for each call: layer -> (heads, Q, W)

    def network(x: Tensor, angle: Tensor, context: Tensor) -> Tensor:
        with engine.alone() as net, record_attention(net) as looks:  # nobody else's calls in it
            prediction = net(x, angle, context)  # rows: unconditional, conditional
        cross = {name: p[0][-1] for name, p in looks.items() if name.endswith(CROSS)}
        calls.append({name: p[..., : len(words)] for name, p in cross.items()})
        return prediction

    grid = walk()
    run = list(dpmpp_2m(paired(network, context, null, SCALE), painter.noise([seed]), grid))
    kept = maps.spread(grid, _most(calls[0]))
    return WordRun(
        words=words,
        steps=[run[i] for i in kept],
        pictures=painter.decoded(torch.cat([run[i].x0_hat for i in kept])),
        maps={name: torch.stack([calls[i][name] for i in kept]) for name in calls[0]},
    )


def _most(call: dict[str, Tensor]) -> int:
    """How many steps there is ROOM for: a byte a probability, four a row, and a picture."""
    step = sum(p.numel() + 4 * p[..., 0].numel() for p in call.values()) + 3 * 64 * 64
    return int(ROOM / (step * 4 / 3))


def usual(looks: dict[str, Tensor]) -> str:
    """The layer that is shown first, as in `explorer evaluate scenes --trust`."""
    return trust_table.usual({name: math.isqrt(p.shape[2]) for name, p in looks.items()})


@once(16)
def payload(prompt: str, seed: int) -> dict:
    """Everything that the chapter shows of one run, as JSON."""
    run = record(prompt, seed)
    layers, layer = maps.pack(run.maps), usual(run.maps)
    ran = {"sampler": "dpmpp_2m", "spacing": SPACING, "schedule": "linear", "scale": SCALE}
    told = {"prompt": prompt or "(empty)", "seed": seed, **ran, "NFE": STEPS}
    lines = code.words(prompt, seed, SCALE, (STEPS, SPACING), layer)
    return made(f"words-seed{seed}-{STEPS}nfe", lines, model=painter.MODEL, **told) | {
        "words": run.words,
        "note": "" if prompt else prompts.EMPTY,
        "positions": [f"step {step.index + 1} of {STEPS}" for step in run.steps],
        "frames": base64.b64encode(run.pictures.tobytes()).decode("ascii"),
        "size": run.pictures.shape[1],
        "layers": layers,
        "usual": list(run.maps).index(layer),
        "ramp": base64.b64encode(heat.ramp().tobytes()).decode("ascii"),
        "start": {"word": telling(run.words), "step": len(run.steps) // 2},
        "error": max(float((p.sum(-1) - 1).abs().max()) for p in run.maps.values()),
        "about": _about(run, seed),
    }


def telling(words: list[str]) -> int:
    """The word to open with: a digit's, else a colour's, else the first."""
    for kind in (set(NUMBERS) | set("0123456789"), set(COLOURS)):
        for place, word in enumerate(words):
            if word in kind:
                return place
    return 0


def _about(run: WordRun, seed: int) -> str:
    return (
        f"Model {painter.engine().net.card.name}, seed {seed}: DPM++ 2M in {STEPS} steps "
        f"({STEPS} NFE, each a conditional and an unconditional network evaluation), linear "
        f"schedule, {SPACING} spacing, guidance scale {SCALE:g}; the picture is x̂₀, decoded. The "
        f"maps are those of the conditional half. Those of {len(run.steps)} steps came once, 8 "
        "bits a probability (its square root in 255ths of the largest of its row): nothing is "
        "computed anew while you look around."
    )
