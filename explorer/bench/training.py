"""The speed of training: our step beside the same step of a diffusers network of equal work."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import torch
from rich.console import Console
from torch import Tensor, nn
from torch.nn import functional as F

from explorer.bench import network
from explorer.costs import gflop, medians
from explorer.models.unet import UNet
from explorer.tables import print_table
from explorer.training.loop import average, bf16_pays, on_cpu, optimizer_of
from explorer.training.objectives import noised
from explorer.training.recipes import Recipe
from explorer.training.recipes import recipe as named

AIM = 1.5  # times as many images a second as the other
LAYERS = (network.DIFFUSERS_LAYERS, 1)  # of the other, a resolution: its default, and ours


class Step:
    """One step of training: forward, backward, clipping, AdamW, averaged weights.

    The same for both networks; what differs is `loss(rows)`, the network's call.
    """

    def __init__(self, net: nn.Module, loss: Callable, recipe: Recipe, bf16: bool) -> None:
        self.net, self.loss, self.recipe, self.bf16 = net.train(), loss, recipe, bf16
        self.optimizer = optimizer_of(net, recipe)
        self.ema = {k: v.detach().clone() for k, v in net.named_parameters()}

    def __call__(self, rows: list[Tensor]) -> None:
        with torch.autocast(rows[0].device.type, torch.bfloat16, enabled=self.bf16):
            loss = self.loss(*rows)
        loss.backward()
        nn.utils.clip_grad_norm_(self.net.parameters(), self.recipe.clip)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        average(self.ema, self.net, self.recipe.ema, 1000)


def against_diffusers(
    recipe: Recipe, batch: int, repeats: int, layers: int, bf16: bool
) -> dict | None:
    """Images a second of both networks' steps, in turns on the CPU; None without diffusers."""
    objective = recipe.objective()
    net = objective.net
    if not isinstance(net, UNet):
        raise ValueError(f"{recipe.name} trains no U-Net; compare one that does, such as mnist.")
    found = network.equal(net, layers)
    if found is None:
        return None
    other, widths = found
    rng = torch.Generator().manual_seed(0)
    cfg = net.cfg
    pictures = torch.rand(batch, cfg.image_channels, cfg.image_size, cfg.image_size, generator=rng)
    xt, angle, v = noised(2 * pictures - 1, rng)
    labels = torch.arange(batch) % max(cfg.classes, 1)

    def theirs(xt: Tensor, angle: Tensor, _labels: Tensor, v: Tensor) -> Tensor:
        return F.mse_loss(other(xt, angle).sample, v)

    rows = [xt, angle, labels, v]
    ours = Step(net, objective, recipe, bf16)
    rival = Step(other, theirs, recipe, bf16)
    our_ms, ms = medians([partial(ours, rows), partial(rival, rows)], repeats)
    x, level, context = network.inputs(net, 1)
    return {
        "layers": layers,
        "widths": widths,
        "batch": batch,
        "precision": "bf16" if bf16 else "fp32",
        "images_per_s": 1000 * batch / our_ms,
        "their_images_per_s": 1000 * batch / ms,
        "ratio": ms / our_ms,
        "gflop": gflop(other, x, level),
        "our_gflop": gflop(net, x, level, context),
        "parameters": sum(p.numel() for p in other.parameters()),
        "our_parameters": sum(p.numel() for p in net.parameters()),
    }


def _compared(recipe: Recipe, repeats: int) -> list[dict]:
    """Each precision that pays on this machine, beside each depth of the other network."""
    return [
        one
        for bf16 in sorted({False, bf16_pays(on_cpu("cpu"))})
        for layers in LAYERS
        if (one := against_diffusers(recipe, recipe.batch, repeats, layers, bf16))
    ]


def report(name: str, file: Path | None, repeats: int) -> list[dict]:
    """Measure a recipe's step, print a table, write JSON where a file is given; the numbers.

    In fp32, and in bf16 where this machine is faster in it. Raises ValueError for a recipe that
    trains no U-Net of pixels, and without diffusers.
    """
    recipe = named(name)
    if recipe.kind != "unet":
        raise ValueError(f"{name} trains no U-Net of pixels: choose mnist or cifar10")
    with Console().status("Training steps of both networks, in turns: a few minutes"):
        found = _compared(recipe, repeats)
    if not found:
        raise ValueError('this comparison needs diffusers: pip install "denoising-explorer[bench]"')
    if file:
        file.write_text(json.dumps(found, indent=2) + "\n", "utf-8")
    print_table(
        f"{name}: training, images a second, {torch.get_num_threads()} threads; aim ≥ {AIM} ×",
        ("precision", "batch", "its blocks", "its work / ours", "ours", "diffusers", "ratio"),
        [
            (
                one["precision"],
                one["batch"],
                one["layers"],
                f"{one['gflop'] / one['our_gflop']:.2f}",
                f"{one['images_per_s']:.0f}",
                f"{one['their_images_per_s']:.0f}",
                f"{one['ratio']:.2f} ×",
            )
            for one in found
        ],
    )
    return found
