"""Attention maps small enough to travel to the browser once; a run of DDIM with its own."""

import base64
import math
from collections import Counter
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from explorer.app import studio
from explorer.denoisers import from_network
from explorer.models.attention import record_attention
from explorer.samplers import Step, ddim
from explorer.schedules import Level, levels, linear

SPACING = "trailing"
MOST_KEPT = 6  # steps whose maps are sent: one costs 240 kB as text with `mnist`


@dataclass(frozen=True)
class Recording:
    """The S steps of a run that were kept, noisiest first, and what attention did in each."""

    steps: list[Step]  # S records of a batch of one
    count: int  # steps of the whole run
    maps: dict[str, Tensor]  # self-attention layer -> (S, heads, Q, K), rows sum to one
    cross: Tensor  # (N,) every probability of every cross-attention layer


def spread(grid: list[Level], most: int = MOST_KEPT) -> list[int]:
    """At most `most` of the steps that walk `grid`: the first, the last, even in the angle."""
    angles = np.array([level.angle for level in grid[:-1]])  # where the network is called
    if len(angles) <= most:
        return list(range(len(angles)))
    wanted = np.linspace(angles[0], angles[-1], most)
    return sorted({int(np.abs(angles - angle).argmin()) for angle in wanted})


def record(label: int | None, seed: int, steps: int) -> Recording:
    """Run DDIM on the linear schedule, without guidance, and keep the maps of some steps.

    label: None for no label. Raises ValueError for a label that the model does not have and a
    model without attention.
    """
    engine, grid = studio.engine(), levels(linear(), steps, SPACING)
    if label is not None and not 0 <= label < engine.net.cfg.classes:
        raise ValueError(f"this model has labels from 0 to {engine.net.cfg.classes - 1}.")
    context, _ = studio.contexts([-1 if label is None else label])
    calls: list[dict[str, Tensor]] = []  # for each call of the network: layer -> (heads, Q, K)

    def network(x: Tensor, angle: Tensor, context: Tensor) -> Tensor:
        with engine.alone() as net, record_attention(net) as maps:  # nobody else's calls in it
            prediction = net(x, angle, context)
        calls.append({name: looks[0][0] for name, looks in maps.items()})
        return prediction

    run = list(ddim(from_network(network, context=context), studio.noise([seed]), grid))
    kept = spread(grid)
    looks = {name: torch.stack([calls[i][name] for i in kept]) for name in calls[0]}
    if not looks:
        raise ValueError("this model has no attention layers; choose one that has, such as mnist.")
    return Recording(
        steps=[run[i] for i in kept],
        count=steps,
        maps={name: p for name, p in looks.items() if name.endswith("self_attention")},
        cross=torch.cat([p.flatten() for n, p in looks.items() if n.endswith("cross_attention")]),
    )


def ink(x0_hat: Tensor, side: int) -> Tensor:
    """Share of each place (side, side) that is digit: brighter than half in x0_hat (C, H, W)."""
    grey = x0_hat.mean(0, keepdim=True)  # (1, H, W)
    bright = (grey > (grey.min() + grey.max()) / 2).float()
    return torch.nn.functional.adaptive_avg_pool2d(bright, side)[0]


def opening(run: Recording) -> dict:
    """What the tab shows of its first run: the last fine layer, and the pixel of the digit that
    looks most at the digit there, mean of heads, half-way through the kept steps."""
    finest = max(_side(p) for p in run.maps.values())
    index, name = [(i, n) for i, (n, p) in enumerate(run.maps.items()) if _side(p) == finest][-1]
    step = (len(run.steps) - 1) // 2
    x0_hat = run.steps[step].x0_hat[0]
    digit = ink(x0_hat, finest).flatten()  # (Q,)
    on_digit = run.maps[name][step].mean(0) @ digit  # (Q,) for each row, its share on the digit
    place = int(torch.where(digit > 0.5, on_digit, -1).argmax())
    scale = x0_hat.shape[-1] / finest
    pixel = [int((c + 0.5) * scale) for c in (place % finest, place // finest)]
    return {"pixel": pixel, "choice": {"layer": index, "head": None}, "step": step}


def effective(p: Tensor) -> Tensor:
    """How many places a row (..., K) looks at: e to its entropy, 1 for one place, K for all."""
    return torch.special.entr(p).sum(-1).exp()


def largest_error(run: Recording) -> float:
    """How far any row of the run is from summing to one."""
    return max(float((p.sum(-1) - 1).abs().max()) for p in run.maps.values())


def labels(maps: dict[str, Tensor]) -> dict[str, str]:
    """Layer names as a reader says them: "down.1.attention.self_attention" -> "down 14×14"."""
    plain = {name: f"{name.split('.')[0]} {_side(p)}×{_side(p)}" for name, p in maps.items()}
    total, seen = Counter(plain.values()), Counter[str]()
    for name, label in plain.items():
        seen[label] += 1
        if total[label] > 1:
            plain[name] = f"{label}, no. {seen[label]}"
    return plain


def pack(maps: dict[str, Tensor]) -> list[dict]:
    """The maps for the browser, a dict a layer: name -> (S, heads, Q, K).

    Each row is stored as bytes, the square roots of its probabilities in 255ths of the largest,
    which travels beside it as a float32 ("peaks"): p = peak * (byte / 255)². The square root keeps
    the many small ones, so that a row still sums to one. Deflating would save 4 %.
    """
    names = labels(maps)
    return [
        {
            "name": name,
            "label": names[name],
            "part": name.split(".")[0],
            "side": _side(p),
            "heads": p.shape[1],
            "keys": p.shape[3],  # places, or words
            "peaks": _text(p.amax(-1).float().numpy().tobytes()),  # (S, heads, Q)
            "rows": _text(quantised(p).tobytes()),  # (S, heads, Q, K)
            "places_by_step": [
                round(float(k), 1) for k in effective(p).mean((1, 2))
            ],  # a number a step
        }
        for name, p in maps.items()
    ]


def quantised(p: Tensor) -> np.ndarray:
    """Rows (..., K) as uint8: square roots, 255 for that of the row's maximum."""
    return ((p / p.amax(-1, keepdim=True)).sqrt() * 255).round().to(torch.uint8).numpy()


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def _side(p: Tensor) -> int:
    """A map of Q x Q belongs to a picture of side x side."""
    return math.isqrt(p.shape[-2])
