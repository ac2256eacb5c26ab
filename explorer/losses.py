"""The loss of a network at each noise level: where its task is hard, and where it has learnt it."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from explorer.data.images import Images
from explorer.denoisers import Denoiser, angles, v_hat
from explorer.files import replace_text
from explorer.forward import noised
from explorer.models.model import Model
from explorer.models.unet import UNet
from explorer.schedules import Level
from explorer.worlds import World

COUNT = 1000  # pictures
POINTS = 40_000  # of a world in the plane
LOG_SNRS = tuple(0.75 * i - 12 for i in range(33))  # from -12, nearly noise, to 12, nearly clean
BATCH = 100  # pictures a call
STEM = ".losses.json"  # what the table's file ends in, beside the weights


def at(log_snr: float) -> Level[float]:
    """The variance preserving Level of this log-SNR: alpha² is its logistic function."""
    x = torch.tensor(log_snr, dtype=torch.float64)
    return Level(x.sigmoid().sqrt().item(), (-x).sigmoid().sqrt().item())


@dataclass(frozen=True, eq=False)
class Task:
    """Data that a network has not seen, what it is told of each, and the best that can be done."""

    x0: Tensor  # (N, *shape), in the space where the network denoises
    told: Tensor | None  # (N, ...) labels or tokens, for net.embed; None where it is told nothing
    name: str  # what the data are, in words
    exact: Denoiser | None = None  # E[x_0 | x_t], where it is known

    @classmethod
    def of_images(cls, net: UNet, images: Images, seed: int = 0, count: int = COUNT) -> "Task":
        """`count` of the pictures, drawn with the seed, for a U-Net that is told their labels."""
        chosen = torch.randperm(len(images), generator=torch.Generator().manual_seed(seed))[:count]
        labels = torch.full((len(chosen),), net.null)
        if images.labels is not None:
            labels = images.labels[chosen]
        return cls(images.floats(chosen), labels, f"{len(chosen)} of the test set")

    @classmethod
    def of_latents(cls, latents: Tensor, tokens: Tensor, name: str) -> "Task":
        """Latents (N, C, h, w) and the tokens (N, L) of a caption each, for a text-to-image net."""
        return cls(latents.float(), tokens.long(), name)

    @classmethod
    def of_world(cls, world: World, seed: int = 0, count: int = POINTS) -> "Task":
        """Points of a world in the plane; what no network can know of them is known exactly."""
        x0 = world.sample(count, torch.Generator().manual_seed(seed))
        return cls(x0, None, f"{count:,} points of its world", world.denoiser())


@torch.no_grad()
def loss_at(net: Model, task: Task, log_snr: float, seed: int) -> dict[str, float]:
    """The mean squared error of v, per pixel, and its standard error over the data: v, error.

    The errors of other predictions of the same call follow: that of x0_hat is sigma² of it, that
    of eps_hat alpha² (v = alpha * eps - sigma * x_0, Salimans and Ho 2022, section 4).

    Where the exact denoiser is known, three more. "exact", with "exact_error", is its own loss on
    the same noise: the variance of v given x_t, which no network can remove. "excess" is the mean
    squared distance of the network's v to the exact one. The loss is the sum of both, since what
    is unknown given x_t is uncorrelated with any function of x_t (Vincent 2011).
    """
    rng = torch.Generator().manual_seed(seed)
    level, found = at(log_snr), []
    step = BATCH if task.exact is None else len(task.x0)
    for i in range(0, len(task.x0), step):
        x0 = task.x0[i : i + step]
        eps = torch.randn(x0.shape, generator=rng, dtype=x0.dtype)
        xt = noised(x0, level, eps)
        told = None if task.told is None else task.told[i : i + step]
        context = net.embed(told) if isinstance(net, UNet) and told is not None else None
        guess = net(xt, angles(level, xt), context)
        v = level.alpha * eps - level.sigma * x0
        found.append([_each(guess, v)])
        if task.exact is not None:
            best = v_hat(xt, task.exact(xt, level), level)
            found[-1] += [_each(best, v), _each(guess, best)]
    loss, *more = (torch.cat(part).double() for part in zip(*found, strict=True))  # (N,) each
    row = {"v": loss.mean().item(), "error": _error(loss)}
    if more:
        best, excess = more
        row |= {"exact": best.mean().item(), "exact_error": _error(best)}
        row |= {"excess": excess.mean().item(), "above_error": _error(loss - best)}
    return row


def _each(a: Tensor, b: Tensor) -> Tensor:
    """Mean squared difference of each row, per pixel: (B,)."""
    return (a - b).square().flatten(1).mean(1)


def _error(each: Tensor) -> float:
    """The standard error of the mean of (N,) numbers."""
    return (each.std() / len(each) ** 0.5).item()


def measure(
    net: Model,
    task: Task,
    file: Path,
    weights: Path,
    log_snrs: Sequence[float] = LOG_SNRS,
    tell: Callable[[], None] = lambda: None,
) -> dict:
    """Measure at all levels, with the noise of seed 0; write the table and return it.

    `weights` is the file that the network came from; its hash goes into the table.
    """
    rows = []
    for log_snr in log_snrs:
        found = loss_at(net, task, log_snr, seed=0)
        rows.append({"log_snr": log_snr} | {key: round(value, 6) for key, value in found.items()})
        tell()
    table = {
        "sha256": hashlib.sha256(weights.read_bytes()).hexdigest(),
        "data": task.name,
        "seed": 0,
        "variance": round(task.x0.var(0).mean().item(), 6),  # x0's loss of always guessing the mean
        "rows": rows,
    }
    lines = ",\n".join("  " + json.dumps(row) for row in rows)
    head = "".join(f" {json.dumps(k)}: {json.dumps(v)},\n" for k, v in table.items() if k != "rows")
    replace_text(file, f'{{\n{head} "rows": [\n{lines}\n ]\n}}\n')
    return table
