"""What a network call costs: its arithmetic, its milliseconds and the memory it needs on its way.

Latent diffusion (Rombach et al. 2022, section 3) promises all three cheaper than diffusion of
pixels. `measure` puts this project's latent U-Net beside the same network built for pixels.
"""

import time
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import partial
from statistics import median
from typing import Any

import torch
from torch import Tensor, nn
from torch.multiprocessing.reductions import StorageWeakRef
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.flop_counter import FlopCounterMode

from explorer.models.text import TextUNet, TextUNetConfig
from explorer.models.vae import VAE
from explorer.seeding import seeded

WARM_UP = 3  # calls before the clock counts: allocations, kernels chosen on first use
STEPS = 20  # of the run that a call is multiplied to
ANGLE = 0.8  # the noise level that the networks are told; the cost is the same at every one


def medians(functions: list[Callable[[], object]], repeats: int) -> list[float]:
    """Milliseconds of each function, the median of repeats.

    The functions take turns, so that whatever else the machine does slows all of them alike.
    """
    times: list[list[float]] = [[] for _ in functions]
    for turn in range(WARM_UP + repeats):
        for function, taken in zip(functions, times, strict=True):
            began = time.perf_counter()
            function()
            if turn >= WARM_UP:
                taken.append(1000 * (time.perf_counter() - began))
    return [median(taken) for taken in times]


def here(function: Callable, *arguments: object) -> Any:
    """Call a function in this thread: `within` of who has no other."""
    return function(*arguments)


def steady(
    functions: list[Callable[[], object]], repeats: int, within: Callable = here
) -> list[float]:
    """Milliseconds of each function in turns, the least of `repeats`, each after one of its kind.

    So they follow each other in a sampler; what else a machine does can only add to a time. Turns
    alone would have each function find the caches full of another's weights. within: calls
    a function with its arguments, maybe in another thread, of which others have the rest.
    """
    times: list[list[float]] = [[] for _ in functions]
    for _ in range(repeats):
        for function, taken in zip(functions, times, strict=True):
            taken.append(within(_second, function))
    return [min(taken) for taken in times]


@torch.no_grad()
def _second(function: Callable[[], object]) -> float:
    """Milliseconds of the second of two calls."""
    function()
    began = time.perf_counter()
    function()
    return 1000 * (time.perf_counter() - began)


@torch.no_grad()
def gflop(net: nn.Module, *arguments: Tensor, call: Callable = nn.Module.__call__) -> float:
    """Billions of multiplications and additions in one call: a fused multiply-add counts as two.

    Convolutions and matrix products are counted; norms and activations, far less, are not. call:
    the method to count. Counted on the meta device: on a CPU, torch's counter overlooks fused
    attention.
    """
    ghost = deepcopy(net).to("meta")
    with FlopCounterMode(display=False) as counter:
        call(ghost, *(argument.to("meta") for argument in arguments))
    return counter.get_total_flops() / 1e9


class LiveBytes(TorchDispatchMode):
    """Inside its block, how many bytes the tensors made there occupy, and their largest sum.

    Weights and inputs, which were there before, do not count; nor does what a kernel takes and
    gives back within one operation.
    """

    def __init__(self) -> None:
        super().__init__()
        self.peak = 0
        self._alive: dict[int, tuple[StorageWeakRef, int]] = {}
        self._before: set[int] = set()

    def __torch_dispatch__(
        self, operation: Any, types: Any, arguments: Any = (), keywords: Any = None
    ) -> Any:
        keywords = keywords or {}
        for storage in _storages((arguments, keywords)):
            if storage._cdata not in self._alive:
                self._before.add(storage._cdata)
        results = operation(*arguments, **keywords)
        self._alive = {k: kept for k, kept in self._alive.items() if not kept[0].expired()}
        for storage in _storages(results):
            if storage._cdata not in self._before:
                self._alive[storage._cdata] = (StorageWeakRef(storage), storage.nbytes())
        self.peak = max(self.peak, sum(size for _, size in self._alive.values()))
        return results


def _storages(tree: object) -> list[torch.UntypedStorage]:
    return [leaf.untyped_storage() for leaf in tree_leaves(tree) if isinstance(leaf, Tensor)]


@torch.no_grad()
def peak_bytes(function: Callable[[], object]) -> int:
    """The most that the tensors made by one call occupy at any moment of it; see LiveBytes."""
    with LiveBytes() as live:
        function()
    return live.peak


def in_pixels(cfg: TextUNetConfig, vae: VAE, *, everywhere: bool) -> TextUNet:
    """The U-Net of `cfg` for the pictures themselves: same widths and depth, random weights.

    everywhere: attention at the same depths as in `cfg`, so between four times more pixels a
    side; else only where the picture is as small as a latent, which is how pixel-space networks
    are kept affordable.
    """
    side = vae.cfg.image_size
    larger = replace(cfg, image_channels=vae.cfg.image_channels, image_size=side)
    if not everywhere:
        sides = [larger.side(depth) for depth in range(len(cfg.channels))]
        of_side = {cfg.side(depth): depth for depth in range(len(cfg.channels))}
        looks = tuple(s in of_side and cfg.attention[of_side[s]] for s in sides)
        among = [depth for depth, s in enumerate(sides) if of_side.get(s, -1) >= cfg.self_from]
        larger = replace(larger, attention=looks, self_from=min(among, default=len(sides)))
    with seeded():
        return TextUNet(larger).eval().requires_grad_(False)


@dataclass(frozen=True)
class Cost:
    """One call on one picture, and one on a batch of two, as guidance makes them."""

    title: str
    parameters: int
    gflop: float
    ms: float
    megabytes: float  # of activations at their peak, 10^6 bytes; weights come on top
    ms_of_two: float


@dataclass(frozen=True)
class Costs:
    """The four calls of latent diffusion and its rivals in pixel space."""

    latent: Cost
    pixels: Cost
    pixels_frugal: Cost  # attention only at a latent's size
    encode: Cost
    decode: Cost
    threads: int

    def run(self, cost: Cost) -> dict[str, float]:
        """gflop and ms of STEPS guided steps with a network: twice a network evaluation each."""
        return {"gflop": 2 * STEPS * cost.gflop, "ms": STEPS * cost.ms_of_two}

    @property
    def latent_run(self) -> dict[str, float]:
        """STEPS guided steps in the latent, then one decoding."""
        steps = self.run(self.latent)
        return {key: steps[key] + getattr(self.decode, key) for key in steps}


def inputs(net: TextUNet, batch: int) -> tuple[Tensor, Tensor, Tensor]:
    """x (B, C, H, W), angle (B,) and context (B, L, D), as a sampler gives them."""
    cfg, rng = net.cfg, torch.Generator().manual_seed(0)
    x = torch.randn(batch, cfg.image_channels, cfg.image_size, cfg.image_size, generator=rng)
    with torch.no_grad():
        return x, torch.full((batch,), ANGLE), net.null_context(batch)


@torch.no_grad()
def measure(net: TextUNet, vae: VAE, repeats: int = 5, within: Callable = here) -> Costs:
    """Count, weigh and time every call, here and now; ms are the least of `repeats`, in turns.

    within: see `steady`.
    """
    full, frugal = (in_pixels(net.cfg, vae, everywhere=choice) for choice in (True, False))
    side, z_side = vae.cfg.image_size, vae.cfg.latent_size
    pictures = torch.zeros(2, vae.cfg.image_channels, side, side)
    latents = torch.zeros(2, vae.cfg.latent_channels, z_side, z_side)
    jobs: list[
        tuple[str, nn.Module, Callable, tuple[Tensor, ...]]
    ] = [  # title, module, its method, arguments of a batch of two
        ("latent U-Net", net, nn.Module.__call__, inputs(net, 2)),
        ("pixel U-Net", full, nn.Module.__call__, inputs(full, 2)),
        (f"pixel U-Net, attention at {z_side} only", frugal, nn.Module.__call__, inputs(frugal, 2)),
        ("encode", vae, VAE.encode, (pictures,)),
        ("decode", vae, VAE.decode, (latents,)),
    ]
    ones = [partial(call, module, *(a[:1] for a in two)) for _, module, call, two in jobs]
    twos = [partial(call, module, *two) for _, module, call, two in jobs]
    ms = steady([*ones, *twos], repeats, within)
    latent, pixels, pixels_frugal, encode, decode = (
        Cost(
            title=title,
            parameters=sum(p.numel() for p in _part(module, title).parameters()),
            gflop=gflop(module, *(a[:1] for a in two), call=call),
            ms=ms[i],
            megabytes=peak_bytes(ones[i]) / 1e6,
            ms_of_two=ms[len(jobs) + i],
        )
        for i, (title, module, call, two) in enumerate(jobs)
    )
    threads = within(torch.get_num_threads)
    return Costs(latent, pixels, pixels_frugal, encode, decode, threads)


def _part(module: nn.Module, title: str) -> nn.Module:
    """The half of an autoencoder that a title names; any other module itself."""
    return getattr(module, {"encode": "encoder", "decode": "decoder"}.get(title, ""), module)
