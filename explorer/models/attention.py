"""Attention that can be watched: multi-head attention, and a recorder of its probabilities."""

import math
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle


class Probabilities(nn.Identity):
    """Attention probabilities (B, heads, Q, K) pass unchanged; a hook here can see them."""


class Attention(nn.Module):
    """Scaled dot-product attention with several heads (Vaswani et al. 2017, eq. 1).

    Queries come from a picture, keys and values from `source`: the same picture
    (self-attention) or the tokens of a condition (cross-attention).
    """

    def __init__(self, dim: int, source_dim: int, head_dim: int) -> None:
        super().__init__()
        if dim % head_dim:
            raise ValueError(f"dim {dim} is not a multiple of head_dim {head_dim}")
        self.heads = dim // head_dim
        self.q = nn.Linear(dim, dim, bias=False)
        self.kv = nn.Linear(source_dim, 2 * dim, bias=False)
        self.probabilities = Probabilities()
        self.out = nn.Linear(dim, dim)

    def forward(self, x: Tensor, source: Tensor, absent: Tensor | None = None) -> Tensor:
        """x (B, Q, dim) looks at source (B, K, source_dim); returns (B, Q, dim).

        absent (B, K): True where there is padding, at which nobody looks.
        """
        q = self._split(self.q(x))  # (B, heads, Q, head_dim)
        k, v = (self._split(h) for h in self.kv(source).chunk(2, -1))  # (B, heads, K, head_dim)
        scores = (q * q.shape[-1] ** -0.5) @ k.transpose(-1, -2)  # (B, heads, Q, K)
        if absent is not None:
            scores = scores.masked_fill(absent[:, None, None], -torch.inf)
        looks = self.probabilities(scores.softmax(-1))
        return self.out((looks @ v).transpose(1, 2).flatten(2))

    def _split(self, h: Tensor) -> Tensor:
        return h.unflatten(-1, (self.heads, -1)).transpose(1, 2)


class AttentionBlock(nn.Module):
    """Pixels look at each other, then at the condition; each look is added to the picture.

    among: whether they look at each other at all; it costs the square of their number.
    size: side of the picture, where pixels shall know their place as they look at the condition;
    without it "the left digit is red" is learnt slowly, as all pixels ask alike.
    """

    def __init__(
        self, channels: int, context_dim: int, head_dim: int, *, among: bool = True, size: int = 0
    ) -> None:
        super().__init__()
        if size:
            grid = waves(size)
            self.register_buffer("grid", grid, persistent=False)
            self.place = nn.Linear(grid.shape[1], channels, bias=False)
            nn.init.zeros_(self.place.weight)
        self.among = among
        if among:
            self.norm_self = nn.GroupNorm(groups(channels), channels)
            self.self_attention = Attention(channels, channels, head_dim)
        self.norm_cross = nn.GroupNorm(groups(channels), channels)
        self.cross_attention = Attention(channels, context_dim, head_dim)

    def forward(self, h: Tensor, context: Tensor) -> Tensor:
        """h (B, C, H, W), context (B, L, context_dim); returns (B, C, H, W)."""
        if self.among:
            pixels = _to_tokens(self.norm_self(h))  # (B, HW, C)
            h = h + _to_image(self.self_attention(pixels, pixels), h)
        pixels = _to_tokens(self.norm_cross(h))
        if hasattr(self, "place"):
            pixels = pixels + self.place(self.grid)
        return h + _to_image(self.cross_attention(pixels, context, padding(context)), h)


def waves(size: int) -> Tensor:
    """Where each pixel of size x size is: sines and cosines of x and of y, (size * size, 12).

    Of a quarter, a half and a whole wave across the half picture, so that left and right, above and
    below, middle and edge are each a linear function of them.
    """
    line = (torch.arange(size) + 0.5) / size * 2 - 1  # -1 ... 1
    phase = line[:, None] * math.pi * torch.tensor([0.5, 1.0, 2.0])  # (size, 3)
    wave = torch.cat([phase.sin(), phase.cos()], 1)  # (size, 6)
    down, across = wave[:, None].expand(-1, size, -1), wave[None].expand(size, -1, -1)
    return torch.cat([down, across], 2).flatten(0, 1)


def padding(context: Tensor) -> Tensor:
    """Which tokens of (B, L, D) are all zeros, and so none: (B, L) bool."""
    return (context == 0).all(-1)


def groups(channels: int) -> int:
    """Number of GroupNorm groups: of at least 8 channels each, and 8 groups at most."""
    return min(8, max(1, channels // 8))


def _to_tokens(h: Tensor) -> Tensor:
    # (B, C, H, W) -> (B, HW, C); no copy, as pictures are stored channels last
    return h.permute(0, 2, 3, 1).flatten(1, 2)


def _to_image(tokens: Tensor, like: Tensor) -> Tensor:
    return tokens.transpose(1, 2).unflatten(2, like.shape[2:])  # (B, HW, C) -> (B, C, H, W)


@contextmanager
def record_attention(net: nn.Module) -> Iterator[dict[str, list[Tensor]]]:
    """Collect every attention map that `net` computes inside the block.

    Yields a dict: name of the attention layer -> one (B, heads, Q, K) tensor a call, detached.
    The output of `net` is bit-identical with and without it, and the hooks are removed on exit,
    also after an error. It sees every call of `net`, whichever thread makes it.
    """
    maps: dict[str, list[Tensor]] = defaultdict(list)

    def watch(name: str, module: nn.Module) -> RemovableHandle:
        def keep(_module: nn.Module, _inputs: tuple, output: Tensor) -> None:
            maps[name].append(output.detach())

        return module.register_forward_hook(keep)

    handles = [
        watch(name.removesuffix(".probabilities"), module)
        for name, module in net.named_modules()
        if isinstance(module, Probabilities)
    ]
    try:
        yield maps
    finally:
        for handle in handles:
            handle.remove()


def attention_layers(net: nn.Module) -> list[str]:
    """Names of the attention layers of `net`, in the order in which they are called."""
    return [name for name, module in net.named_modules() if isinstance(module, Attention)]


def row_sums(maps: dict[str, list[Tensor]]) -> Tensor:
    """Every row of every map summed: all ones, since a row is a probability distribution."""
    return torch.cat([m.sum(-1).flatten() for calls in maps.values() for m in calls])
