"""Cause: the same noise with and without a word, a head or a layer, and with a word swapped.

The intact run and the changed ones are rows of one batch, so that a step is one network call.
Each call holds a copy of the network alone, with hooks that are there for it and gone after it:
between two calls of this run those of others who take it apart go through untouched.
"""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from torch import Tensor

from explorer.app import checks, judge, maps, painter
from explorer.app.about import made
from explorer.app.attending.prompted import NOBODY, SCALE, SPACING, STEPS, walk, words_of
from explorer.app.code import attention as code
from explorer.app.once import once
from explorer.data.scenes.captions import NUMBERS
from explorer.data.scenes.reading import Reading, read
from explorer.denoisers import paired
from explorer.models import intervene
from explorer.samplers import dpmpp_2m

ROOM = 1_000_000  # characters of all films as text
FEWEST, MOST = 3, 11  # stops of each film
KEPT = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)  # shares of the steps in which a swap keeps the maps


@dataclass(frozen=True)
class Variant:
    """A run beside the intact one: its prompt, and what changes in its rows during its first calls.

    change: rows of it in the batch, (unconditional, conditional) -> the change.
    """

    label: str
    prompt: str
    change: Callable[[int, int], intervene.Change] = lambda null, row: intervene.nothing
    calls: int = STEPS


def words(prompt: str) -> list[Variant]:
    """Each word silenced in turn."""
    told = words_of(prompt)

    def without(place: int) -> Variant:
        change = lambda null, row: intervene.silence_word(place, [row])  # noqa: E731
        return Variant(f"without “{told[place]}”", prompt, change)

    return [without(place) for place in range(len(told))]


def layers(prompt: str) -> list[Variant]:
    """Each layer silenced in turn, and all of them; in both halves of guidance."""
    net = painter.engine().net
    names = list(intervene.heads(net))

    def without(label: str, chosen: list[str]) -> Variant:
        change = lambda null, row: intervene.silence_layers(chosen, [null, row])  # noqa: E731
        return Variant(f"without {label}", prompt, change)

    each = [without(label, [name]) for name, label in labels().items()]
    return [*each, without("any of the layers", names)]


def heads(prompt: str, layer: str) -> list[Variant]:
    """Each head of a layer silenced in turn; in both halves of guidance."""
    label = labels()[layer]

    def without(head: int) -> Variant:
        change = lambda null, row: intervene.silence_head(layer, head, [null, row])  # noqa: E731
        return Variant(f"without head {head + 1} of {label}", prompt, change)

    return [without(head) for head in range(intervene.heads(painter.engine().net)[layer])]


def swap(prompt: str, word: str, other: str) -> list[Variant]:
    """One word for another, the intact run's maps kept for more and more of the steps.

    Raises ValueError, a sentence, for a word that the prompt does not have.
    """
    told = prompt.split()
    if word not in told:
        listed = ", ".join(dict.fromkeys(told)) or "none, since it is empty"
        raise ValueError(f"The prompt has no word “{word}” to swap; its words are: {listed}.")
    edited = " ".join(other if one == word else one for one in told)

    def kept(share: float) -> Variant:
        calls = round(share * STEPS)
        return Variant(f"maps kept in {calls} of {STEPS} steps", edited, _from_intact, calls)

    return [kept(share) for share in KEPT]


def _from_intact(null: int, row: int) -> intervene.Change:
    return intervene.keep_maps(row - null, [row])  # the intact run is the first conditional row


@cache
def labels() -> dict[str, str]:
    """Cross-attention layers as a reader says them."""
    from explorer.trust_table import layers as sides

    of = sides(painter.engine().net)
    return maps.labels({name: torch.empty(side * side, 1) for name, (_, side) in of.items()})


def runs(prompt: str, variants: list[Variant], seed: int) -> Tensor:
    """x0_hat at every step, (STEPS, 1 + V, 4, 16, 16): the intact run first, all from one noise."""
    engine, count, done = painter.engine(), 1 + len(variants), [0]
    made = [variant.change(1 + v, count + 1 + v) for v, variant in enumerate(variants)]

    def network(x: Tensor, angle: Tensor, context: Tensor) -> Tensor:
        on = [c for c, variant in zip(made, variants, strict=True) if done[0] < variant.calls]
        done[0] += 1
        with engine.alone() as net, intervene.changed(net, intervene.in_turn(on)):
            return net(x, angle, context)

    context = painter.contexts([prompt, *(variant.prompt for variant in variants)])
    null = painter.contexts([""]).expand(count, -1, -1)
    start = painter.noise([seed]).expand(count, -1, -1, -1)
    run = list(dpmpp_2m(paired(network, context, null, SCALE), start, walk()))
    return torch.stack([step.x0_hat for step in run])[:STEPS]


def answer(prompt: str, variants: list[Variant], seed: int, question: str, start: int = 0) -> dict:
    """What the chapter shows, as JSON: films, what each shows in words, how far apart they are.

    start: the variant shown large at first, counted from 1; 0: that which differs most.
    """
    found = runs(prompt, variants, seed)  # (S, N, 4, 16, 16)
    count = found.shape[1]
    most = max(FEWEST, min(MOST, int(ROOM / (count * 4 * 64 * 64))))
    kept = maps.spread(walk(), most)
    pictures = painter.decoded(found[kept].flatten(0, 1))
    frames = pictures.reshape(len(kept), count, *pictures.shape[1:]).swapaxes(0, 1)
    last = frames[:, -1].astype(float)  # (N, 64, 64, 3)
    told = said(frames[:, -1], prompt)
    names = ["intact", *(variant.label for variant in variants)]
    return {
        "positions": [f"step {i + 1} of {STEPS}" for i in kept],
        "size": frames.shape[2],
        "start": start or 1 + int(np.abs(last[1:] - last[0]).mean((1, 2, 3)).argmax()),
        "runs": [
            {
                "label": names[n],
                "frames": base64.b64encode(frames[n].tobytes()).decode("ascii"),
                "reads": told[n],
                "apart": round(float(np.abs(last[n] - last[0]).mean()), 1),
            }
            for n in range(count)
        ],
        "question": question,
        "about": _about(seed, count),
    }


def said(pictures: np.ndarray, prompt: str) -> list[str]:
    """What pictures (N, 64, 64, 3) uint8 show, in words, as a judge reads them."""
    asked = sum(word in NUMBERS or word.isdigit() for word in prompt.split())
    count = 2 if asked >= 2 else 1  # a reader must know how many digits to look for
    floats = torch.from_numpy(pictures.copy()).permute(0, 3, 1, 2) / 127.5 - 1
    return [_sentence(one) for one in read(floats, [count] * len(floats), judge.ready())]


def _sentence(one: Reading) -> str:
    parts = [
        f"{colour} {digit} {place}" if digit >= 0 else ""
        for digit, colour, place in zip(one.digits, one.colours, one.places, strict=True)
    ]
    return f"{', '.join(filter(None, parts)) or 'no digit'}, on {one.ground}"


def _about(seed: int, count: int) -> str:
    return (
        f"Model {painter.engine().net.card.name}, seed {seed}: {count} runs from the same noise "
        f"in one batch, DPM++ 2M, {STEPS} NFE each, linear schedule, Karras spacing, guidance "
        f"scale {SCALE:g}. Read by the program of explorer/data/scenes/reading.py with the "
        "classifier; it errs now and then, and names what it cannot tell by its nearest."
    )


MODES = ("word", "layer", "head", "swap")


def _made(prompt: str, seed: int, change: str, edited: str = "") -> dict:
    """What a file of the chapter says of itself; change: what the lines of Python do, in those."""
    lines = code.cause([prompt, edited or prompt], seed, SCALE, (STEPS, SPACING), change)
    ran = {"sampler": "dpmpp_2m", "spacing": SPACING, "schedule": "linear", "scale": SCALE}
    told = {"prompt": prompt or "(empty)", "edited": edited, "seed": seed, **ran, "NFE": STEPS}
    return made(f"cause-seed{seed}-{STEPS}nfe", lines, model=painter.MODEL, **told)


@once(12)
def payload(prompt: str, seed: int, mode: str, detail: tuple[str, ...]) -> dict:
    """What the chapter shows: mode is one of MODES; detail the layer of "head", words of "swap".

    The Python is of the run that the chapter opens with; of a swap, of all maps kept.
    """
    if mode == "word":
        told = words_of(prompt)
        if told == [NOBODY]:
            raise checks.refuse("The prompt is empty: there is no word to silence. Type a prompt.")
        found = answer(prompt, words(prompt), seed, "Each word silenced in turn")
        return found | _made(prompt, seed, f"silence_word({found['start'] - 1}, [row])")
    if mode == "layer":
        found = answer(prompt, layers(prompt), seed, "Each layer silenced in turn")
        each = list(labels())
        gone = each if found["start"] > len(each) else [each[found["start"] - 1]]
        return found | _made(prompt, seed, f"silence_layers({gone}, [null, row])")
    if mode == "head":
        (label,) = detail
        layer = next(name for name, said_as in labels().items() if said_as == label)
        found = answer(prompt, heads(prompt, layer), seed, f"Each head of {label} silenced in turn")
        head = found["start"] - 1
        return found | _made(prompt, seed, f"silence_head({layer!r}, {head}, [null, row])")
    try:
        variants = swap(prompt, *detail)
    except ValueError as error:
        raise checks.refuse(str(error)) from None
    question = f"“{detail[0]}” swapped for “{detail[1]}”, looking where the intact run looks"
    found = answer(prompt, variants, seed, question, start=1 + KEPT.index(0.6))
    return found | _made(prompt, seed, "keep_maps(row - null, [row])", variants[-1].prompt)
