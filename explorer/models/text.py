"""A U-Net that is told words: a small text encoder, trained with it, makes its context."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from explorer.data.scenes.tokens import LENGTH, Tokenizer
from explorer.models.attention import Attention
from explorer.models.unet import UNet, UNetConfig


@dataclass(frozen=True)
class TextUNetConfig(UNetConfig):
    """A U-Net's shape, and its encoder's. Pictures are latents here."""

    image_channels: int = 4
    image_size: int = 16
    channels: tuple[int, ...] = (96, 128, 160)
    attention: tuple[bool, ...] = (True, True, True)
    classes: int = 0
    words: tuple[str, ...] = ()  # the vocabulary; empty: that of the captions
    text_layers: int = 2


class TextLayer(nn.Module):
    """Words look at each other, then each thinks for itself (Vaswani et al. 2017, norms first)."""

    def __init__(self, dim: int, head_dim: int) -> None:
        super().__init__()
        self.norm_look = nn.LayerNorm(dim)
        self.look = Attention(dim, dim, head_dim)
        self.norm_think = nn.LayerNorm(dim)
        self.think = nn.Sequential(nn.Linear(dim, 4 * dim), nn.GELU(), nn.Linear(4 * dim, dim))

    def forward(self, h: Tensor) -> Tensor:
        """h (B, L, dim); returns the same shape."""
        seen = self.norm_look(h)
        h = h + self.look(seen, seen)
        return h + self.think(self.norm_think(h))


class TextUNet(UNet):
    """A U-Net whose condition is a caption: rows of token numbers, as `Tokenizer` makes them."""

    def __init__(self, cfg: TextUNetConfig) -> None:
        super().__init__(cfg)
        self.tokenizer = Tokenizer(cfg.words or None)
        dim = cfg.context_dim
        self.tokens = nn.Embedding(len(self.tokenizer), dim)
        self.positions = nn.Parameter(torch.randn(LENGTH, dim) * 0.02)
        self.text = nn.ModuleList(TextLayer(dim, cfg.head_dim) for _ in range(cfg.text_layers))
        self.text_norm = nn.LayerNorm(dim)
        self.register_buffer("empty", torch.tensor(self.tokenizer.encode("")), persistent=False)

    def embed(self, tokens: Tensor) -> Tensor:
        """Rows of token numbers (B, L) -> the context (B, L, D)."""
        h = self.tokens(tokens) + self.positions
        for layer in self.text:
            h = layer(h)
        return self.text_norm(h)

    def null_context(self, count: int) -> Tensor:
        """The context of the empty caption, `count` times: (count, L, D)."""
        return self.embed(self.empty[None]).expand(count, -1, -1)

    def told(self, *captions: str) -> Tensor:
        """Captions -> their contexts (B, L, D). Raises UnknownWordsError, and ValueError."""
        rows = [self.tokenizer.encode(caption) for caption in captions]
        return self.embed(torch.tensor(rows, device=self.empty.device))
