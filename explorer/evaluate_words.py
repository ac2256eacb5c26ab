"""Measured: does the text reader know what each word of a caption speaks of?"""

import json
from pathlib import Path

import torch

from explorer.data.scenes import scene
from explorer.data.scenes.captions import spoken_in_full
from explorer.files import replace_text
from explorer.models.text import TextReader
from explorer.training.latents import answered
from explorer.training.objectives import NOTHING

CAPTIONS, SEED = 2000, 1_000  # of captions that training did not draw
KINDS = {"training's kind": scene.training, "with a pair held out": scene.held_out}


@torch.no_grad()
def evaluate(net: TextReader, file: Path) -> dict:
    """Write, for captions that say everything, the share of the words answered right, to `file`."""
    table: dict = {"captions": CAPTIONS}
    for name, kind in KINDS.items():
        told = answered(count=CAPTIONS, seed=SEED, kind=kind, say=spoken_in_full)
        asked = told.labels.long()  # (N, L, questions)
        for k, (question, logits) in enumerate(net(told.pixels.long()).items()):
            right = (logits.argmax(-1) == asked[..., k])[asked[..., k] != NOTHING]
            table[f"{question} right, {name}"] = round(right.double().mean().item(), 4)
    replace_text(file, json.dumps(table) + "\n")
    return table
