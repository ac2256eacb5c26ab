"""The same noise with the network intact, and without each of its parts: rows of one batch.

Each call holds a copy of the network alone, with hooks that are there for it and gone after it:
between two calls of this run those of others who take it apart go through untouched.
"""

import base64
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import torch
from torch import Tensor

from explorer.app import controls, judge, studio
from explorer.app import engine as computing
from explorer.app.code import unet as code
from explorer.app.inside import subjects, words
from explorer.app.inside.asked import Asked
from explorer.app.once import once
from explorer.denoisers import paired
from explorer.models import ablate, anatomy, zoo
from explorer.models.unet import UNet
from explorer.samplers import ddim
from explorer.schedules import levels, linear

STEPS, SPACING = 8, "trailing"
KEPT = (0, 2, 4, 5, 6, 7, 8)  # records of the run that travel: the last is the sample
HEAVY, SMALL = (0, 3, 5, 8), 1000  # of pictures of more bytes than this
MOST = 24  # parts that are taken away in one batch


@dataclass(frozen=True)
class Part:
    """A part to take away: what that is called, and how it is done to some rows of a batch."""

    label: str
    how: str  # "cut", "silence", "freeze" or "off"
    change: Callable[[ablate.Rows], ablate.Change]

    @property
    def code(self) -> str:
        """How Python takes it away from `rows`."""
        whole = self.change if isinstance(self.change, partial) else partial(self.change)
        arguments = "".join(f"{argument!r}, " for argument in whole.args)
        return f"{whole.func.__name__}({arguments}rows)"


def parts(net: UNet) -> list[Part]:
    """All that can be taken away from a network."""
    cfg, found = net.cfg, []
    for i, skip in enumerate(anatomy.skips(net)):
        side = cfg.side(i // cfg.blocks)
        count = f", no. {i % cfg.blocks + 1}" if cfg.blocks > 1 else ""
        label = f"cut skip {side}×{side}{count}, {skip.channels} channels"
        found.append(Part(label, "cut", partial(ablate.cut_skip, i)))
    for kind in ("self_attention", "cross_attention"):
        if ablate.looks(net, kind):
            label = f"no {kind.replace('_', '-')}"
            found.append(Part(label, "off", partial(ablate.look_away, kind)))
    found.append(Part("no AdaGN: noise level untold", "off", ablate.untold))
    for how, change in (("silence", ablate.silence), ("freeze", ablate.freeze)):
        for block in ablate.residuals(net):
            where = words.title(block, "residual").split(":")[0]
            found.append(Part(f"{how} {where}", how, partial(change, block)))
    return found


@dataclass(frozen=True)
class Runs:
    """What came of it: row 0 intact, then a row a part, and last the intact network on the next
    seed's noise, the measure of how far apart two pictures of the same request are."""

    labels: list[str]
    hows: list[str]
    samples: Tensor  # (S, N, C, H, W): x0_hat at the kept steps, the sample itself last
    jump: Tensor  # (N, C, H, W): x0_hat at the asked level, in one call


def runs(subject: subjects.Subject, other: subjects.Subject, asked: Asked, kept) -> Runs:
    """All rows, from the same noise. other: the same request with another noise."""
    net = subject.engine.net
    taken = parts(net)[:MOST]
    count = len(taken) + 2
    halves = 1 if subject.scale == 1 else 2  # of the batch: unconditional, conditional
    rows = [[half * count + row for half in range(halves)] for row in range(1, count - 1)]
    changes = [part.change(of) for part, of in zip(taken, rows, strict=True)]

    def network(x: Tensor, angle: Tensor, context: Tensor) -> Tensor:
        with subject.engine.alone() as net, ablate.ablated(net, *changes):
            return computing.compute(_call, net, x, angle, context)

    def spread(own: Tensor, last: Tensor) -> Tensor:
        return torch.cat([own.expand(count - 1, -1, -1, -1), last])

    with torch.no_grad():
        context = subject.tell(net).expand(count, -1, -1)
        null = net.null_context(count)
    denoise = paired(network, context, null, subject.scale)
    run = list(ddim(denoise, spread(subject.start, other.start), levels(linear(), STEPS, SPACING)))
    return Runs(
        ["intact", *(part.label for part in taken), f"another noise, seed {_next(asked).seed}"],
        ["", *(part.how for part in taken), ""],
        torch.stack([run[k].x0_hat for k in kept]),
        denoise(spread(subject.xt, other.xt), asked.level),  # frozen blocks keep the run's memory
    )


@torch.no_grad()
def _call(net: UNet, x: Tensor, angle: Tensor, context: Tensor) -> Tensor:
    return net(x, angle, context)


def _next(asked: Asked) -> Asked:
    return replace(asked, seed=(asked.seed + 1) % (controls.LAST_SEED + 1))


def payload(which: str, asked: Asked) -> dict:
    """What the chapter shows, as JSON; parts in the order of what their loss does to the sample."""
    return _payload(subjects.engine(which), which, asked)


@once(8)
def _payload(_engine, which: str, asked: Asked) -> dict:
    subject, other = (subjects.of(which, request) for request in (asked, _next(asked)))
    small = _pictures(subject, subject.xt).nbytes <= SMALL
    kept = KEPT if small else HEAVY
    found = runs(subject, other, asked, kept)
    steps = np.stack([_pictures(subject, part) for part in found.samples])  # (S, N, H, W[, 3])
    jump = _pictures(subject, found.jump)
    far, far_jump = _apart(steps[-1]), _apart(jump)
    reads = _reads(which, subject.pictures(found.samples[-1]))
    order = sorted(range(1, len(far) - 1), key=lambda n: -far[n])
    strongest = parts(subject.engine.net)[:MOST][order[0] - 1]
    run = (STEPS, SPACING)
    lines = code.ablated(asked, strongest.code, subject.scale, run) if which == subjects.APP else ""
    told = {"model": subject.name, "told": subject.told, "scale": subject.scale}
    ran = {"sampler": "ddim", "spacing": SPACING, "schedule": "linear", "NFE": STEPS}
    return asked.made("parts", lines, **told, **ran) | {
        "positions": [f"step {k + 1} of {STEPS}" for k in kept[:-1]] + ["the sample"],
        "shape": list(steps.shape[2:4]),
        "channels": 3 if steps.ndim == 5 else 1,
        "other": {"label": found.labels[-1], "apart": far[-1], "jump": far_jump[-1]},
        "runs": [
            {
                "label": found.labels[n],
                "how": found.hows[n],
                "frames": _packed(steps[:, n]),
                "jump": _packed(jump[n]),
                "reads": reads[n],
                "apart": far[n],
                "apart_jump": far_jump[n],
                "share": far[n] / far[-1] if far[-1] else 0.0,
                "share_jump": far_jump[n] / far_jump[-1] if far_jump[-1] else 0.0,
            }
            for n in (0, *order)
        ],
        "degrees": asked.degrees,
        "about": _about(subject, asked, len(found.labels), len(parts(subject.engine.net))),
    }


def _pictures(subject: subjects.Subject, x: Tensor) -> np.ndarray:
    """Frames small enough to travel: those of 64 pixels a side and more as means of 2 × 2."""
    frames = subject.pictures(x)
    if frames.shape[1] < 64:
        return frames
    n, h, w, *colour = frames.shape
    return frames.reshape(n, h // 2, 2, w // 2, 2, *colour).mean((2, 4)).round().astype(np.uint8)


def _apart(frames: np.ndarray) -> list[float]:
    """How far each picture is from the first: root mean square, of 2 from black to white."""
    flat = torch.from_numpy(frames.reshape(len(frames), 1, 1, -1).copy()) / 127.5 - 1
    return [round(float(d), 4) for d in ablate.distances(flat)]


def _packed(frames: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(frames).tobytes()).decode("ascii")


@torch.no_grad()
def _reads(which: str, frames: np.ndarray) -> list[str]:
    """What a judge reads in each picture; empty where there is none for such pictures."""
    if judge.NAME not in zoo.available():
        return [""] * len(frames)
    if which == subjects.SCENES:
        from explorer.app.attending.causes import said

        return said(frames, subjects.PROMPT)
    if not studio.draws_digits(studio.engine()):
        return [""] * len(frames)
    shares = judge.judge()(torch.from_numpy(frames.copy())[:, None] / 127.5 - 1).softmax(-1)
    return [f"a {int(p.argmax())} ({100 * float(p.max()):.0f} % sure)" for p in shares]


def _about(subject: subjects.Subject, asked: Asked, count: int, there: int) -> str:
    guided = "no guidance" if subject.scale == 1 else f"guidance scale {subject.scale:g}"
    left = "" if there == count - 2 else f" Of {there} parts, {count - 2} are shown."
    small = " Pictures travel at half their size." if subject.pictures.__name__ == "decoded" else ""
    return (
        f"Model {subject.name}, told {subject.told}: {count} runs from the noise of seed "
        f"{asked.seed} (the last of the next) in one batch, DDIM, {STEPS} NFE each, linear "
        f"schedule, {SPACING} spacing, {guided}. Distance: root mean square difference of a value "
        f"from the intact run, 2 from black to white.{left}{small}"
    )
