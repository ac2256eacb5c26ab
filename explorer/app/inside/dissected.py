"""A block opened: its steps, their formulas and source lines, and the feature maps after each."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from explorer.app import checks
from explorer.app import engine as computing
from explorer.app.code import unet as code
from explorer.app.inside import subjects, words
from explorer.app.inside.asked import Asked
from explorer.app.once import once
from explorer.models import anatomy
from explorer.models.features import OUT, Step, absolute, record_features, source, steps

VECTOR_ROW = 16  # numbers a row where a vector is shown as one map
COVERED = 0.99  # share of the values that the scale of a picture spans
NICE = (1, 1.5, 2, 3, 4, 5, 6, 8, 10)


@dataclass(frozen=True)
class Opened:
    """What passed each step of a block in one call."""

    kind: str  # of the block
    steps: list[Step]
    maps: list[Tensor]  # (C, H, W) of each
    told: Tensor | None  # (2, C): AdaGN's scale and shift, where the block has them
    sources: list  # features.Source of each
    seen: Tensor  # x_t (1, C, H, W)


@once(12)
def opened(_engine, which: str, asked: Asked, block: str) -> Opened:
    """Call the network once and keep what passes a block. Raises gr.Error for an unknown one."""
    subject = subjects.of(which, asked)
    with subject.engine.alone() as net:
        checks.choice("Block", block, list(anatomy.blocks(net)))
        return computing.compute(_record, net, subject, asked, block)


@torch.no_grad()
def _record(net, subject: subjects.Subject, asked: Asked, block: str) -> Opened:
    inside = steps(net, block)
    points = [absolute(block, step.point) for step in inside]
    told = absolute(block, ("scale_shift", OUT))
    adaptive = any(step.key == "adagn" for step in inside)
    with record_features(net, [*points, *([told] if adaptive else [])]) as seen:
        context = subject.tell(net)
        net(subject.xt, torch.tensor([asked.angle]), context)
    if points[-1] not in seen:
        raise checks.refuse(f"The block {block} is not called by this network: it has no maps.")
    side = next((m.shape[2:] for m in seen.values() if m.dim() == 4), None)
    return Opened(
        anatomy.kind(net.get_submodule(block)),
        inside,
        [as_maps(seen[point], side) for point in points],
        seen[told][0].reshape(2, -1) if adaptive else None,
        [source(net, block, step) for step in inside],
        subject.xt,
    )


def as_maps(x: Tensor, side: Sequence[int] | None) -> Tensor:
    """What passed a step, (1, ...), as maps (C, H, W).

    side: height and width of the block's maps, for the tokens (1, HW, C) that attention makes of
    them; None in a block that makes vectors, of which each is one map.
    """
    x = x[0].float()
    if x.dim() == 3:
        return x
    if x.dim() == 2 and side:
        return x.T.unflatten(1, tuple(side))
    if x.dim() == 2:
        return x[None]  # (1, L, D): a row a token
    wide = VECTOR_ROW if x.numel() % VECTOR_ROW == 0 else x.numel()
    return x.reshape(1, -1, wide)


def span(x: Tensor) -> float:
    """A round number that COVERED of the values do not exceed, in size: the end of the scale."""
    size = float(torch.quantile(x.abs().flatten(), COVERED)) or float(x.abs().max()) or 1.0
    power = 10.0 ** torch.tensor(size).log10().floor().item()
    return next((n * power for n in NICE if n * power >= size), 10 * power)


def quantised(x: Tensor, end: float) -> str:
    """Values as bytes in base64: 127 is 0, 0 is -end and below, 254 is end and above."""
    bytes_ = (x / end * 127).round().clamp(-127, 127) + 127
    return base64.b64encode(bytes_.to(torch.uint8).contiguous().numpy().tobytes()).decode("ascii")


def features(which: str, asked: Asked, block: str, chosen: int) -> dict:
    """What the page shows of a block and one of its steps, as JSON; -1 is the last step."""
    return _features(subjects.engine(which), which, asked, block, chosen)


@once(24)
def _features(engine, which: str, asked: Asked, block: str, chosen: int) -> dict:
    found = opened(engine, which, asked, block)
    chosen %= len(found.steps)
    maps = found.maps[chosen]
    subject = subjects.of(which, asked)
    point = absolute(block, found.steps[chosen].point)
    lines = code.features(asked, point) if which == subjects.APP else ""
    place = {"model": subject.name, "told": subject.told, "block": block}
    step = {"step": found.steps[chosen].key, "NFE": 1}
    return asked.made("features", lines, **place, **step) | {
        "which": which,
        "block": block,
        "title": words.title(block, found.kind),
        "step": chosen,
        "steps": [_step(found, k) for k in range(len(found.steps))],
        "shape": list(maps.shape),
        "maps": quantised(maps, span(maps)),
        "first": _liveliest(maps),
        "low": _short(maps.amin((1, 2))),
        "high": _short(maps.amax((1, 2))),
        "told": _told(found, chosen),
        "seen": _picture(subject.pictures(found.seen)),
        "about": (
            f"Model {subject.name}, told {subject.told}; seed {asked.seed}, noise level "
            f"{asked.degrees:g}°: one call, one picture. The maps came as 8 bits a value; lowest "
            "and highest are exact."
        ),
    }


def _step(found: Opened, k: int) -> dict:
    maps, step, line = found.maps[k], found.steps[k], found.sources[k]
    title, formula = words.step(step.key, found.kind)
    end = span(maps)
    return {
        "key": step.key,
        "title": title,
        "formula": formula,
        "file": f"explorer/models/{line.file}",
        "number": line.number,
        "line": line.line,
        "piece": line.piece,
        "shape": list(maps.shape),
        "span": end,
        "thumb": quantised(maps[_liveliest(maps)], end),
    }


def _liveliest(maps: Tensor) -> int:
    """The map whose values vary most."""
    return int(maps.flatten(1).var(1, unbiased=False).argmax())


def _told(found: Opened, chosen: int) -> dict | None:
    if found.told is None or found.steps[chosen].key != "adagn":
        return None
    return {"scale": _short(found.told[0]), "shift": _short(found.told[1])}


def _picture(frames) -> dict:
    """One frame for the page."""
    frame = frames[0]
    return {
        "shape": list(frame.shape[:2]),
        "channels": 3 if frame.ndim == 3 else 1,
        "pixels": base64.b64encode(frame.tobytes()).decode("ascii"),
    }


def _short(x: Tensor) -> list[float]:
    return [float(f"{v:.4g}") for v in x.tolist()]
