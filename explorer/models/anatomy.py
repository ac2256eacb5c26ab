"""What a U-Net is made of, read from its module tree: blocks, skip connections and their costs.

Nothing is assumed of a network's size: shapes and arithmetic are those of a call on the meta
device, which computes no number.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from explorer.models.attention import AttentionBlock
from explorer.models.text import Placed, TextEncoder
from explorer.models.unet import AngleEmbedding, ResidualBlock, Stage, UNet

CONTAINERS = (nn.ModuleList, Stage)  # they hold blocks and do nothing themselves
KINDS = {
    ResidualBlock: "residual",
    AttentionBlock: "attention",
    nn.Conv2d: "convolution",
    Placed: "convolution",
    nn.GroupNorm: "norm",
    AngleEmbedding: "angle",
    nn.Embedding: "labels",
    nn.Linear: "linear",
    TextEncoder: "text",
}
Shape = tuple[int, ...]


@dataclass(frozen=True)
class Block:
    """A part of the network that is drawn as one. Shapes are of one picture, without the batch."""

    name: str  # its path in the module tree, such as "down.0.residual"
    kind: str  # one of KINDS' values
    taken: tuple[Shape, ...]  # of each tensor that goes in
    given: Shape | None  # of what comes out; None: this network never calls it
    parameters: int
    flops: int  # a fused multiply-add counts as two
    within: bool  # in every call of the network, not once before a run, as the condition is made


@dataclass(frozen=True)
class Skip:
    """What the encoder keeps for the decoder: the output of `source`, beside the input of `target`.

    channels: how many of the target's last input channels are the source's.
    """

    source: str  # stages, such as "down.0"
    target: str  # and "up.2"
    channels: int


@dataclass(frozen=True)
class Anatomy:
    """All of it; blocks in the order in which they are called, those never called last."""

    blocks: list[Block]
    skips: list[Skip]
    parameters: int
    flops: int  # of one call of the network on one picture


def blocks(net: nn.Module) -> dict[str, nn.Module]:
    """Path -> module of every block: the largest parts with parameters that are no containers."""
    found = {}

    def walk(module: nn.Module, prefix: str) -> None:
        for name, child in module.named_children():
            if isinstance(child, CONTAINERS):
                walk(child, f"{prefix}{name}.")
            elif next(child.parameters(), None) is not None:
                found[prefix + name] = child

    walk(net, "")
    return found


def kind(block: nn.Module) -> str:
    """What a block is called: one of KINDS' values, or its class's name in small letters."""
    return KINDS.get(type(block), type(block).__name__.lower())


def skips(net: UNet) -> list[Skip]:
    """The skip connections, in the order of the encoder: the last one kept is the first one met."""
    last = len(net.down) - 1
    return [
        Skip(f"down.{i}", f"up.{last - i}", stage.residual.conv_out.out_channels)
        for i, stage in enumerate(net.down)
        if isinstance(stage, Stage)
    ]


Watch = Callable[[str, tuple, Tensor | None], None]
"""(block, its inputs, its output; None before it runs)"""


@contextmanager
def _watched(net: nn.Module, watch: Watch) -> Iterator[None]:
    """Tell `watch` when each block begins and ends; nothing is left behind."""
    handles = []
    try:
        for name, module in blocks(net).items():
            begin = lambda _m, inputs, name=name: watch(name, inputs, None)  # noqa: E731
            end = lambda _m, inputs, out, name=name: watch(name, inputs, out)  # noqa: E731
            handles.append(module.register_forward_pre_hook(begin))
            handles.append(module.register_forward_hook(end))
        yield
    finally:
        for handle in handles:
            handle.remove()


@torch.no_grad()
def anatomy(net: UNet) -> Anatomy:
    """Every block of a U-Net with its shapes and its cost in a call on one picture."""
    ghost, cfg = deepcopy(net).to("meta"), net.cfg
    modules = blocks(ghost)
    size = (1, cfg.image_channels, cfg.image_size, cfg.image_size)
    shapes: dict[str, tuple[tuple[Shape, ...], Shape | None]] = {}
    before: dict[str, int] = {}
    flops: dict[str, int] = defaultdict(int)
    within: set[str] = set()

    with FlopCounterMode(display=False) as counter:

        def watch(name: str, inputs: tuple, output: Tensor | None) -> None:
            if output is None:
                before[name] = counter.get_total_flops()
                return
            flops[name] += counter.get_total_flops() - before[name]
            shapes[name] = tuple(tuple(x.shape[1:]) for x in inputs), tuple(output.shape[1:])

        with _watched(ghost, watch):
            context = ghost.null_context(1)
            condition, conditioned = set(shapes), counter.get_total_flops()
            ghost(torch.empty(size, device="meta"), torch.empty(1, device="meta"), context)
            within |= set(shapes) - condition
    order = [*shapes, *(name for name in modules if name not in shapes)]
    made = [
        Block(
            name,
            kind(modules[name]),
            taken,
            given,
            sum(p.numel() for p in modules[name].parameters()),
            flops[name],
            name in within,
        )
        for name, (taken, given) in ((name, shapes.get(name, ((), None))) for name in order)
    ]
    total = sum(p.numel() for p in net.parameters())
    return Anatomy(made, skips(net), total, counter.get_total_flops() - conditioned)


@dataclass(frozen=True)
class Times:
    """Milliseconds of one call on one picture, and of each block in it, measured here.

    Each is the fastest of several, which whatever else the machine does has slowed least. The rest
    of a call joins skip connections, enlarges maps and calls the blocks.
    """

    blocks: dict[str, float]
    rest: float

    @property
    def whole(self) -> float:
        """All blocks and the rest."""
        return sum(self.blocks.values()) + self.rest


@torch.no_grad()
def times(net: nn.Module, call: Sequence[Tensor], repeats: int = 12) -> Times:
    """How long each block takes in net(*call). The hooks with the clock add a little to it."""
    began: dict[str, float] = {}
    taken: dict[str, list[float]] = defaultdict(list)
    rest: list[float] = []

    def watch(name: str, _inputs: tuple, output: Tensor | None) -> None:
        if output is None:
            began[name] = time.perf_counter()
        else:
            taken[name].append(1000 * (time.perf_counter() - began[name]))

    with _watched(net, watch):
        for _ in range(repeats):
            start = time.perf_counter()
            net(*call)
            whole = 1000 * (time.perf_counter() - start)
            rest.append(whole - sum(ms[-1] for ms in taken.values()))
    return Times({name: min(ms) for name, ms in taken.items()}, min(rest))
