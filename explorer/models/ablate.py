"""What does a part do? Take it away during a call, and see what follows.

    with ablated(net, cut_skip(0, rows=[1]), silence("middle.residual", rows=[2])):
        prediction = net(x, angle, context)  # row 0 intact, rows 1 and 2 each without a part

As `explorer.models.intervene`: hooks that are gone on exit even after an error, and that touch the
given rows of the batch alone, so that the intact run and many changed ones share one batch.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from explorer.models.anatomy import skips
from explorer.models.attention import Attention
from explorer.models.unet import ResidualBlock, UNet

Rows = Sequence[int]
Change = Callable[[UNet], Iterator[RemovableHandle]]
"""Given a network, a change puts its hooks in place and yields their handles."""


@contextmanager
def ablated(net: UNet, *changes: Change) -> Iterator[None]:
    """Change `net` inside the block.

    It reaches every call of `net`, whichever thread makes it: hold the network alone. Raises
    ValueError or AttributeError, and leaves nothing behind, for a part that it does not have.
    """
    handles: list[RemovableHandle] = []
    try:
        for change in changes:
            for handle in change(net):
                handles.append(handle)
        yield
    finally:
        for handle in handles:
            handle.remove()


def _without(rows: Rows) -> Callable[[nn.Module, tuple, Tensor], Tensor]:
    """A hook that gives zeros in the place of a module's output, in these rows."""

    def hook(_module: nn.Module, _inputs: tuple, output: Tensor) -> Tensor:
        output = output.clone()
        output[list(rows)] = 0
        return output

    return hook


def cut_skip(index: int, rows: Rows) -> Change:
    """The decoder is given zeros in the place of what stage `index` of the encoder kept."""

    def change(net: UNet) -> Iterator[RemovableHandle]:
        found = skips(net)
        if not 0 <= index < len(found):
            raise ValueError(f"there are {len(found)} skip connections, and no number {index}.")
        skip = found[index]

        def hook(_module: nn.Module, inputs: tuple) -> tuple:
            joined = inputs[0].clone()  # (B, C + skip.channels, H, W)
            joined[list(rows), -skip.channels :] = 0
            return joined, *inputs[1:]

        yield net.get_submodule(skip.target).register_forward_pre_hook(hook)

    return change


def silence(block: str, rows: Rows) -> Change:
    """The branch of a residual block adds nothing: only its shortcut is left."""

    def change(net: UNet) -> Iterator[RemovableHandle]:
        yield _residual(net, block).conv_out.register_forward_hook(_without(rows))

    return change


def freeze(block: str, rows: Rows) -> Change:
    """The output of a residual block is held at what it was in the first call of this change.

    The memory belongs to the change, not to one `ablated`: make a new one for each run.
    """
    first: list[Tensor] = []

    def hook(_module: nn.Module, _inputs: tuple, output: Tensor) -> Tensor:
        if not first:
            first.append(output[list(rows)].clone())
        output = output.clone()
        output[list(rows)] = first[0]
        return output

    def change(net: UNet) -> Iterator[RemovableHandle]:
        yield _residual(net, block).register_forward_hook(hook)

    return change


def look_away(kind: str, rows: Rows) -> Change:
    """All attention of a kind, "self_attention" or "cross_attention", adds nothing, bias included.

    Raises ValueError where the network has none of it.
    """

    def change(net: UNet) -> Iterator[RemovableHandle]:
        found = looks(net, kind)
        if not found:
            raise ValueError(f"this network has no {kind}.")
        for name in found:
            yield net.get_submodule(name).register_forward_hook(_without(rows))

    return change


def looks(net: nn.Module, kind: str) -> list[str]:
    """Paths of the attention layers of a kind."""
    named = net.named_modules()
    return [n for n, m in named if isinstance(m, Attention) and n.split(".")[-1] == kind]


def untold(rows: Rows) -> Change:
    """AdaGN's scale and shift are 0 in every residual block.

    So no block is told the noise level, nor the mean token of the condition, which shares the way.
    """

    def change(net: UNet) -> Iterator[RemovableHandle]:
        for module in net.modules():
            if isinstance(module, ResidualBlock):
                yield module.scale_shift.register_forward_hook(_without(rows))

    return change


def residuals(net: nn.Module) -> list[str]:
    """Paths of the residual blocks, in the order in which they are called."""
    found = [n for n, m in net.named_modules() if isinstance(m, ResidualBlock)]
    return sorted(found, key=lambda name: ("down", "middle", "up").index(name.split(".")[0]))


def _residual(net: nn.Module, block: str) -> ResidualBlock:
    module = net.get_submodule(block)
    if not isinstance(module, ResidualBlock):
        raise ValueError(f"{block} is no residual block.")
    return module


@torch.no_grad()
def distances(pictures: Tensor) -> Tensor:
    """Root mean square difference of a value between each row of (N, C, H, W) and row 0: (N,)."""
    apart = pictures.clamp(-1, 1) - pictures[:1].clamp(-1, 1)
    return apart.square().flatten(1).mean(1).sqrt()
