"""The network's speed, beside this machine's peak and a diffusers network of equal work."""

import time
from collections.abc import Callable
from functools import partial
from itertools import product
from typing import Any

import torch
from torch import Tensor, nn

from explorer.costs import WARM_UP, gflop, medians
from explorer.data.vision import datasets
from explorer.models.unet import UNet, UNetConfig
from explorer.sampling import Request, stream
from explorer.seeding import seeded

BATCHES = (1, 2, 16, 64)
BURST = 10  # calls in a row, as a sampler makes them: alternating calls would empty the caches
DIFFUSERS_LAYERS = 2  # UNet2DModel's default depth: residual blocks a resolution


def matrix_product(dtype: torch.dtype, size: int = 2048) -> tuple[Callable[[], Tensor], float]:
    """A square matrix product, in which a processor gives what it can, and its GFLOP."""
    return partial(torch.matmul, *torch.randn(2, size, size).to(dtype)), 2 * size**3 / 1e9


def peak(dtype: torch.dtype, repeats: int = 10) -> float:
    """GFLOP/s of the fastest of some products."""
    multiply, work = matrix_product(dtype)
    best = float("inf")
    for _ in range(WARM_UP + repeats):
        began = time.perf_counter()
        multiply()
        best = min(best, time.perf_counter() - began)
    return work / best


def inputs(net: UNet, batch: int) -> tuple[Tensor, Tensor, Tensor]:
    """x (B, C, H, W), angle (B,) and context (B, 1, D), as a sampler gives them."""
    cfg, rng = net.cfg, torch.Generator().manual_seed(0)
    x = torch.randn(batch, cfg.image_channels, cfg.image_size, cfg.image_size, generator=rng)
    return x, torch.full((batch,), 0.8), net.null_context(batch)


@torch.no_grad()
def calls(net: UNet, repeats: int) -> dict[int, dict[str, float]]:
    """ms, GFLOP and GFLOP/s of one call at each batch size."""
    found = {}
    for batch in BATCHES:
        arguments = inputs(net, batch)
        work, (ms,) = gflop(net, *arguments), medians([partial(net, *arguments)], repeats)
        found[batch] = {"ms": ms, "gflop": work, "gflops": work / ms * 1000}
    return found


def digit(net: UNet, repeats: int) -> float:
    """ms for one digit in 20 DDIM steps with guidance: one batch of two a step."""
    request = Request(label=3, sampler="ddim", steps=20, scale=2.0)
    (ms,) = medians([lambda: list(stream(net, request))], max(3, repeats // 4))
    return ms


def equal(net: UNet, layers: int) -> tuple[nn.Module, tuple[int, ...]] | None:
    """A diffusers UNet2DModel of `layers` blocks a resolution and equal FLOPs, and its widths.

    None without diffusers. Random weights, on the CPU, in training mode.
    """
    datasets()  # diffusers imports torchvision, which may need the help that it gets there
    try:
        from diffusers import UNet2DModel
    except ImportError:
        return None
    x, angle, context = inputs(net, 1)
    target = gflop(net, x, angle, context)
    build = partial(_unet2d, UNet2DModel, net.cfg, layers)

    def work(widths: tuple[int, ...]) -> float:
        return gflop(build(widths), x, angle)

    # Our own proportions until the work exceeds ours, then each width a group less or not.
    shares = [max(1, round(c / net.cfg.channels[0])) for c in net.cfg.channels]
    scales = (tuple(s * w for s in shares) for w in range(8, 513, 8))
    above = next(widths for widths in scales if work(widths) >= target or widths[0] == 512)
    near = product(*(range(max(8, w - 16), w + 1, 8) for w in above))
    widths = min(near, key=lambda widths: abs(work(widths) - target))
    return build(widths, device="cpu"), widths


@torch.inference_mode()
def against_diffusers(net: UNet, repeats: int, layers: int) -> dict[str, Any] | None:
    """Batch 1 beside a diffusers UNet2DModel of `layers` blocks a resolution and equal FLOPs.

    None without diffusers. Both are called in bursts that take turns.
    """
    found = equal(net, layers)
    if found is None:
        return None
    other, widths = found[0].eval(), found[1]
    x, angle, context = inputs(net, 1)

    def burst(call: Callable[[], object]) -> None:
        for _ in range(BURST):
            call()

    ours, theirs = partial(net, x, angle, context), partial(other, x, angle)
    ms, our_ms = medians([partial(burst, theirs), partial(burst, ours)], repeats)
    return {
        "layers": layers,
        "widths": widths,
        "ms": ms / BURST,
        "our_ms": our_ms / BURST,
        "ratio": ms / our_ms,
        "gflop": gflop(other, x, angle),
        "our_gflop": gflop(net, x, angle, context),
        "parameters": sum(p.numel() for p in other.parameters()),
    }


def _unet2d(
    kind: type, cfg: UNetConfig, layers: int, widths: tuple[int, ...], device: str = "meta"
) -> nn.Module:
    """A UNet2DModel with the resolutions and places of attention of cfg."""
    names = ["Attn" if attend else "" for attend in cfg.attention]
    with torch.device(device), seeded():
        return kind(
            sample_size=cfg.image_size,
            in_channels=cfg.image_channels,
            out_channels=cfg.image_channels,
            layers_per_block=layers,
            block_out_channels=widths,
            down_block_types=tuple(f"{name}DownBlock2D" for name in names),
            up_block_types=tuple(f"{name}UpBlock2D" for name in reversed(names)),
            attention_head_dim=8,
            norm_num_groups=8,
        )
