"""The loss of a network at each noise level: where its task is hard, and where it has learnt it."""

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from torch import nn

from explorer.data.images import Images
from explorer.denoisers import angles
from explorer.forward import noised
from explorer.schedules import Level

COUNT = 1000  # pictures
LOG_SNRS = tuple(0.75 * i - 12 for i in range(33))  # from -12, nearly noise, to 12, nearly clean
BATCH = 100


def at(log_snr: float) -> Level:
    """The variance preserving Level of this log-SNR: alpha² is its logistic function."""
    x = torch.tensor(log_snr, dtype=torch.float64)
    return Level(x.sigmoid().sqrt().item(), (-x).sigmoid().sqrt().item())


@torch.no_grad()
def loss_at(net: nn.Module, images: Images, log_snr: float, seed: int) -> tuple[float, float]:
    """(mean, standard error) over pictures of the mean squared error of v, per pixel.

    The errors of other predictions of the same call follow: that of x0_hat is sigma² of it, that
    of eps_hat alpha² (v = alpha * eps - sigma * x_0, Salimans and Ho 2022, section 4).
    """
    rng = torch.Generator().manual_seed(seed)
    level, found = at(log_snr), []
    for i in range(0, len(images.pixels), BATCH):
        x0 = images.floats(slice(i, i + BATCH))
        eps = torch.randn(x0.shape, generator=rng)
        xt = noised(x0, level, eps)
        labels = None if images.labels is None else images.labels[i : i + BATCH]
        told = torch.full((len(x0),), net.null) if labels is None else labels
        v_hat = net(xt, angles(level, xt), net.embed(told))
        v = level.alpha * eps - level.sigma * x0
        found.append((v_hat - v).square().flatten(1).mean(1))
    each = torch.cat(found).double()  # (N,)
    return each.mean().item(), (each.std() / len(each) ** 0.5).item()


def measure(
    net: nn.Module,
    images: Images,
    file: Path,
    weights: Path,
    log_snrs: Sequence[float] = LOG_SNRS,
    seed: int = 0,
    tell: Callable[[], None] = lambda: None,
) -> dict:
    """Measure COUNT pictures, drawn with the seed, at all levels; write the table and return it.

    `weights` is the file that the network came from; its hash goes into the table.
    Raises ValueError for a network that is no U-Net.
    """
    if not hasattr(net, "embed"):
        raise ValueError("only a U-Net has a loss by noise level; this is none.")
    chosen = torch.randperm(len(images), generator=torch.Generator().manual_seed(seed))[:COUNT]
    labels = None if images.labels is None else images.labels[chosen]
    images = Images(images.pixels[chosen], labels, images.classes, images.name)
    rows = []
    for log_snr in log_snrs:
        mean, error = loss_at(net, images, log_snr, seed)
        rows.append({"log_snr": log_snr, "v": round(mean, 6), "error": round(error, 6)})
        tell()
    x0 = images.floats()
    table = {
        "sha256": hashlib.sha256(weights.read_bytes()).hexdigest(),
        "pictures": f"{len(x0)} of the test set",
        "seed": seed,
        "variance": round(x0.var(0).mean().item(), 6),  # x0's loss of always guessing the mean
        "rows": rows,
    }
    lines = ",\n".join("  " + json.dumps(row) for row in rows)
    head = "".join(f" {json.dumps(k)}: {json.dumps(v)},\n" for k, v in table.items() if k != "rows")
    file.write_text(f'{{\n{head} "rows": [\n{lines}\n ]\n}}\n', "utf-8")
    return table
