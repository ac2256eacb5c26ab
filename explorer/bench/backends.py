"""Each backend beside a pipeline of diffusers of equal work: a digit, and a batch of 64.

All take turns in one process in which, as in the app's, one thread computes with all cores; the
matrix products that a batch is compared with do too, for a machine's speed changes by the minute.

A batch is held against the peak of its own precision. In bf16 a processor with matrix tiles (AMX)
multiplies seven times as fast and does all else at the old speed: there the normalizations, SiLUs
and softmaxes of so narrow a network outlast its products, whatever compiles it (`torch.compile`
takes as long as OpenVINO), and its share of the peak stays below that of fp32.
"""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from explorer import backends
from explorer.app import engine as engines
from explorer.backends import cache, runtimes
from explorer.bench import network
from explorer.costs import gflop, medians
from explorer.denoisers import Network, guide, paired
from explorer.models import zoo
from explorer.models.unet import UNet
from explorer.samplers import ddim
from explorer.schedules import levels, linear

STEPS, SCALE, BATCH = 20, 2.0, 64
PRECISIONS = {"fp32": torch.float32, "bf16": torch.bfloat16}
DIGIT_HEAD = ("backend", "a digit", "diffusers", "ratio")
BATCH_HEAD = ("backend", "a batch", "diffusers", "ratio", "GFLOP/s", "of its peak")


def measure(model: str, repeats: int) -> list[dict] | None:
    """What both heads name, of each backend at hand; None without diffusers."""
    with ProcessPoolExecutor(1, get_context("spawn")) as fresh:
        return fresh.submit(_measure, str(zoo.locate(model)), repeats).result()


def digits(found: list[dict]) -> list[tuple]:
    """The rows under DIGIT_HEAD."""
    return [(one["backend"], *_beside(one["digit_ms"], one["their_digit_ms"])) for one in found]


def batches(found: list[dict]) -> list[tuple]:
    """The rows under BATCH_HEAD."""
    return [
        (
            one["backend"],
            *_beside(one["batch_ms"], one["their_batch_ms"]),
            f"{one['gflops']:.0f}",
            f"{one['gflops'] / one['peak_gflops']:.0%}",
        )
        for one in found
    ]


def _beside(ours: float, theirs: float) -> tuple[str, str, str]:
    return f"{ours:.0f} ms", f"{theirs:.0f} ms", f"{theirs / ours:.2f} ×"


def _measure(weights: str, repeats: int) -> list[dict] | None:
    engines.claim()
    net = zoo.load(weights, UNet)
    found = network.equal(net, network.DIFFUSERS_LAYERS)
    if found is None:
        return None
    other = found[0].eval()
    calls = {name: _call(net, name, Path(weights)) for name in backends.installed()}
    few = max(3, repeats // 4)
    drawn = [partial(digit, engines.Engine(net, call), net) for call in calls.values()]
    ms = medians([partial(engines.compute, their_digit, other, net), *drawn], few)
    rows = network.inputs(net, BATCH)
    called = [_quietly(call, *rows) for call in calls.values()]
    products = {name: network.matrix_product(dtype) for name, dtype in PRECISIONS.items()}
    multiply = [_quietly(call) for call, _ in products.values()]
    batch_ms = medians([_quietly(other, *rows[:2]), *called, *multiply], few)
    peak = {
        name: work / ms * 1000
        for (name, (_, work)), ms in zip(products.items(), batch_ms[-2:], strict=True)
    }
    work = gflop(net, *rows)
    return [
        {
            "backend": backends.title(name),
            "digit_ms": ms[1 + k],
            "their_digit_ms": ms[0],
            "batch_ms": batch_ms[1 + k],
            "their_batch_ms": batch_ms[0],
            "gflops": work / batch_ms[1 + k] * 1000,
            "peak_gflops": peak[backends.BACKENDS[name].precision],
        }
        for k, name in enumerate(calls)
    ]


def _call(net: UNet, name: str, weights: Path) -> Network:
    if name == backends.PYTORCH:
        return net
    return runtimes.load(name, cache.exported(weights), whole=True)


def _quietly(call: Callable[..., Any], *rows: Tensor) -> Callable[[], object]:
    """A call in the engines' thread, without gradients."""
    return partial(engines.compute, torch.no_grad()(call), *rows)


@torch.no_grad()
def digit(engine: engines.Engine, net: UNet) -> Tensor:
    """A digit as the app draws it: DDIM, each step a batch of two by way of the engine."""
    x, _, null = network.inputs(net, 1)
    told = net.embed(torch.tensor([3]))
    *_, last = ddim(paired(engine, told, null, SCALE), x, levels(linear(), STEPS, "trailing"))
    return last.x


@torch.no_grad()
def their_digit(other: Any, net: UNet) -> Tensor:
    """The same with diffusers' own parts: UNet2DModel in its DDIMScheduler, a batch of two a step.

    Its UNet2DModel is told no class here, so both rows say the same: the work is what counts.
    """
    from diffusers import DDIMScheduler

    scheduler: Any = DDIMScheduler(
        beta_schedule="linear", prediction_type="v_prediction", timestep_spacing="trailing"
    )
    scheduler.set_timesteps(STEPS)
    x, _, _ = network.inputs(net, 1)
    for t in scheduler.timesteps:
        twice = scheduler.scale_model_input(torch.cat([x, x]), t)
        reference, conditional = other(twice, t).sample.chunk(2)
        x = scheduler.step(guide(reference, conditional, SCALE), t, x).prev_sample
    return x
