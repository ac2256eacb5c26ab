"""Cause instead of looks: change what cross-attention does during a call, and see what follows.

    with changed(net, silence_word(3, rows=[5])):
        prediction = net(x, angle, context)     # in row 5 nobody looks at word 3

As `record_attention`, by hooks on the identity modules at the probabilities, which are gone on
exit even after an error. Here a hook may give other probabilities back. A change touches the
given rows of the batch alone, so that the intact run and many changed ones share one batch.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial

import torch
from torch import Tensor, nn

from explorer.models.attention import Attention, Probabilities

CROSS = "cross_attention"
Change = Callable[[str, Tensor], Tensor]
"""(name of the layer, its probabilities (B, heads, Q, K)) -> those that take their place."""


@contextmanager
def changed(net: nn.Module, change: Change) -> Iterator[None]:
    """Let `change` replace the probabilities of every cross-attention layer of `net` inside.

    It reaches every call of `net`, whichever thread makes it: hold the network alone.
    """
    handles = []
    try:
        for name, module in probabilities(net).items():
            handles.append(module.register_forward_hook(partial(_replace, name, change)))
        yield
    finally:
        for handle in handles:
            handle.remove()


def _replace(
    name: str, change: Change, _module: nn.Module, _inputs: tuple, output: Tensor
) -> Tensor:
    return change(name, output)


def probabilities(net: nn.Module) -> dict[str, Probabilities]:
    """Name of each cross-attention layer -> the module that its probabilities pass."""
    named = ((name.removesuffix(".probabilities"), m) for name, m in net.named_modules())
    return {n: m for n, m in named if isinstance(m, Probabilities) and n.endswith(CROSS)}


def heads(net: nn.Module) -> dict[str, int]:
    """Name of each cross-attention layer -> how many heads it has."""
    named = ((name, net.get_submodule(name)) for name in probabilities(net))
    return {name: m.heads for name, m in named if isinstance(m, Attention)}


def nothing(_name: str, p: Tensor) -> Tensor:
    """The change that changes nothing."""
    return p


def silence_word(word: int, rows: Sequence[int]) -> Change:
    """Nobody looks at a word: its probability is 0, and the others' are scaled to sum to one.

    Where no other word is looked at, nothing is left: all are 0, and the layer adds only its bias.
    """

    chosen = list(rows)  # a tuple would be read as places along several dimensions

    def change(_name: str, p: Tensor) -> Tensor:
        p, rest = p.clone(), p[chosen]  # (R, heads, Q, K)
        rest[..., word] = 0
        total = rest.sum(-1, keepdim=True)
        p[chosen] = torch.where(total > 0, rest / total, 0.0)
        return p

    return change


def silence_head(layer: str, head: int, rows: Sequence[int]) -> Change:
    """One head gathers nothing: its look is zero."""

    def change(name: str, p: Tensor) -> Tensor:
        if name != layer:
            return p
        p = p.clone()
        p[list(rows), head] = 0
        return p

    return change


def silence_layers(layers: Sequence[str], rows: Sequence[int]) -> Change:
    """Whole layers gather nothing from any word; of each only the bias, always the same, stays."""

    def change(name: str, p: Tensor) -> Tensor:
        if name not in layers:
            return p
        p = p.clone()
        p[list(rows)] = 0
        return p

    return change


def keep_maps(source: int, rows: Sequence[int]) -> Change:
    """Prompt-to-prompt, word swap (Hertz et al. 2022, section 3.2): maps of one run for others.

    Row `source` holds the run of the first prompt, `rows` those of edited ones, all at the same
    step: they look where it looks, and gather what their own words offer. All prompts need the
    same number of words.
    """

    def change(_name: str, p: Tensor) -> Tensor:
        looks, p = p[source], p.clone()
        p[list(rows)] = looks
        return p

    return change


def in_turn(changes: Sequence[Change]) -> Change:
    """Several changes, one after another."""

    def change(name: str, p: Tensor) -> Tensor:
        for one in changes:
            p = one(name, p)
        return p

    return change
