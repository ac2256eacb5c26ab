"""Feature maps that can be watched: what passes each step inside a block, and the line that did it.

As `record_attention`: by hooks, which are gone on exit even after an error; the output of the
network is bit-identical with and without them.
"""

import inspect
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from explorer.models.attention import AttentionBlock
from explorer.models.unet import ResidualBlock

Point = tuple[str, str]
"""Where to look: (path of a module, IN or OUT)."""
IN, OUT = "in", "out"


@contextmanager
def record_features(net: nn.Module, points: Sequence[Point]) -> Iterator[dict[Point, Tensor]]:
    """Collect what enters or leaves the modules at `points` while `net` is called inside.

    Yields a dict: point -> tensor of the last call, detached, the batch kept. A point whose module
    is not called has no entry. Raises AttributeError for a path that the network does not have.
    """
    seen: dict[Point, Tensor] = {}

    def watch(point: Point) -> RemovableHandle:
        def entering(_module: nn.Module, inputs: tuple) -> None:
            seen[point] = inputs[0].detach()

        def leaving(_module: nn.Module, _inputs: tuple, output: Tensor) -> None:
            seen[point] = output.detach()

        module = net.get_submodule(point[0])
        if point[1] == IN:
            return module.register_forward_pre_hook(entering)
        return module.register_forward_hook(leaving)

    handles = []
    try:
        for point in points:
            handles.append(watch(point))
        yield seen
    finally:
        for handle in handles:
            handle.remove()


@dataclass(frozen=True)
class Step:
    """One operation inside a block, and where its result can be seen."""

    key: str
    point: Point  # relative to the block
    code: str  # the piece of the source that computes it


RESIDUAL = (  # ResidualBlock.forward
    Step("input", ("", IN), "h: Tensor"),
    Step("norm_in", ("norm_in", OUT), "self.norm_in(h)"),
    Step("act_in", ("act_in", OUT), "self.act_in(self.norm_in(h))"),
    Step("conv_in", ("conv_in", OUT), "self.conv_in(self.act_in(self.norm_in(h)))"),
    Step("norm_out", ("norm_out", OUT), "self.norm_out(h)"),
    Step("adagn", ("act_out", IN), "torch.addcmul(shift, self.norm_out(h), 1 + scale)"),
    Step("act_out", ("act_out", OUT), "self.act_out(h)"),
    Step("conv_out", ("conv_out", OUT), "self.conv_out(self.act_out(h))"),
    Step("shortcut", ("shortcut", OUT), "self.shortcut(h)"),
    Step("sum", ("", OUT), "shortcut + self.conv_out(self.act_out(h))"),
)
LOOK, ACROSS = "self.self_attention(pixels, pixels)", "self.cross_attention(pixels, context"
SELF = (  # AttentionBlock.forward, where pixels look at each other
    Step("norm_self", ("norm_self", OUT), "self.norm_self(h)"),
    Step("self_attention", ("self_attention", OUT), LOOK),
    Step("sum_self", ("norm_cross", IN), f"h + _to_image({LOOK}, h)"),
)
CROSS = (
    Step("norm_cross", ("norm_cross", OUT), "self.norm_cross(h)"),
    Step("place", ("cross_attention", IN), "pixels + self.place(self.grid)"),
    Step("cross_attention", ("cross_attention", OUT), f"{ACROSS}, padding(context))"),
    Step("sum_cross", ("", OUT), f"h + _to_image({ACROSS}, padding(context)), h)"),
)
CALLS = {  # how the methods of a network call its other blocks, by the first part of their path
    "enter": "self.enter(x.contiguous(memory_format=torch.channels_last))",
    "shrink": "self.shrink[i // blocks](h)",
    "grow": "self.grow[i // blocks](h)",
    "norm": "self.norm(h)",
    "leave": "self.leave(F.silu(self.norm(h)))",
    "angle": "self.angle(angle)",
    "pooled": "self.pooled(mean_token(context))",
    "labels": "self.labels(",
    "text": "self.text(tokens)",
}


def steps(net: nn.Module, block: str) -> list[Step]:
    """The operations of a block of `explorer.models.anatomy.blocks`, in their order."""
    module = net.get_submodule(block)
    if isinstance(module, ResidualBlock):
        return list(RESIDUAL)
    if isinstance(module, AttentionBlock):
        placed = hasattr(module, "place")
        across = [step for step in CROSS if placed or step.key != "place"]
        first = Step("input", ("", IN), "h: Tensor")
        return [first, *(SELF if module.among else ()), *across]
    code = CALLS[block.split(".")[0]]
    return [Step("input", ("", IN), code), Step("output", ("", OUT), code)]


def absolute(block: str, point: Point) -> Point:
    """A point inside a block as one of the network."""
    return ".".join(filter(None, (block, point[0]))), point[1]


@dataclass(frozen=True)
class Source:
    """A line of source: of which file, its number, and the piece of it that is meant."""

    file: str
    number: int
    line: str
    piece: str


def source(net: nn.Module, block: str, step: Step) -> Source:
    """The line of the network's source that computes a step, read from the file that runs.

    Raises ValueError where the source no longer holds it.
    """
    module = net.get_submodule(block)
    inside = isinstance(module, ResidualBlock | AttentionBlock)
    places = [type(module).forward]
    if not inside:
        ways = [vars(made)["embed"] for made in type(net).__mro__ if "embed" in vars(made)]
        places = [type(net).forward, *ways]
    for function in places:
        found = _line(function, step.code)
        if found:
            return found
    raise ValueError(f"{block}: no line of the source holds {step.code!r}.")


def _line(function: Callable, piece: str) -> Source | None:
    lines, first = inspect.getsourcelines(function)
    for number, line in enumerate(lines, first):
        if piece in line:
            return Source(Path(inspect.getfile(function)).name, number, line.strip(), piece)
    return None
