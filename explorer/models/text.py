"""Words for a U-Net: a small text encoder, and the U-Net whose context it makes."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from explorer.data.scenes.scene import COLOURS, PLACES, SIDES
from explorer.data.scenes.tokens import LENGTH, PAD, Tokenizer
from explorer.models.attention import Attention
from explorer.models.model import Model
from explorer.models.unet import UNet, UNetConfig

ASKED = {"digit": 10, "colour": len(COLOURS), "place": len(PLACES) + len(SIDES)}  # of each word


@dataclass(frozen=True)
class TextConfig:
    """The shape of a text encoder."""

    words: tuple[str, ...] = ()  # the vocabulary; empty: that of the captions
    dim: int = 128
    layers: int = 3
    head_dim: int = 32


@dataclass(frozen=True)
class TextUNetConfig(UNetConfig):
    """A U-Net's shape, and its encoder's. Pictures are latents here."""

    image_channels: int = 4
    image_size: int = 16
    channels: tuple[int, ...] = (64, 128, 192)
    attention: tuple[bool, ...] = (True, True, True)
    self_from: int = 1
    placed: bool = True
    classes: int = 0
    words: tuple[str, ...] = ()
    text_layers: int = 3


class TextLayer(nn.Module):
    """Words look at each other, then each thinks for itself (Vaswani et al. 2017, norms first)."""

    def __init__(self, dim: int, head_dim: int) -> None:
        super().__init__()
        self.norm_look = nn.LayerNorm(dim)
        self.look = Attention(dim, dim, head_dim)
        self.norm_think = nn.LayerNorm(dim)
        self.think = nn.Sequential(nn.Linear(dim, 4 * dim), nn.GELU(), nn.Linear(4 * dim, dim))

    def forward(self, h: Tensor, absent: Tensor) -> Tensor:
        """h (B, L, dim), absent (B, L) where there is padding; returns the shape of h."""
        seen = self.norm_look(h)
        h = h + self.look(seen, seen, absent)
        return h + self.think(self.norm_think(h))


class TextEncoder(nn.Module):
    """A caption's tokens as vectors, each of which has seen the others."""

    def __init__(self, cfg: TextConfig) -> None:
        super().__init__()
        self.tokenizer = Tokenizer(cfg.words or None)
        self.pad = self.tokenizer.number[PAD]
        self.tokens = nn.Embedding(len(self.tokenizer), cfg.dim)
        self.positions = nn.Parameter(torch.randn(LENGTH, cfg.dim) / 2)
        self.layers = nn.ModuleList(TextLayer(cfg.dim, cfg.head_dim) for _ in range(cfg.layers))
        self.norm = nn.LayerNorm(cfg.dim)

    def forward(self, tokens: Tensor) -> Tensor:
        """Rows of token numbers (B, L) -> (B, L, D), all zeros where there is padding."""
        absent = tokens == self.pad  # (B, L)
        h = self.tokens(tokens) + self.positions
        for layer in self.layers:
            h = layer(h, absent)
        return self.norm(h).masked_fill(absent[..., None], 0)


class TextReader(Model):
    """A text encoder that was asked, of each word, which digit, colour and place it speaks of.

    What a text-to-image model starts from: Rombach et al.'s successors take CLIP's encoder, which
    learnt from pictures and captions of the whole web; ours learns from captions alone.
    """

    def __init__(self, cfg: TextConfig) -> None:
        super().__init__()
        self.cfg = cfg
        self.encoder = TextEncoder(cfg)
        self.answers = nn.ModuleDict({k: nn.Linear(cfg.dim, n) for k, n in ASKED.items()})

    def forward(self, tokens: Tensor) -> dict[str, Tensor]:
        """Rows of token numbers (B, L) -> for each question the logits (B, L, answers)."""
        h = self.encoder(tokens)
        return {question: answer(h) for question, answer in self.answers.items()}


class Placed(nn.Module):
    """A convolution that also says where each pixel is: learnt numbers a pixel are added."""

    def __init__(self, conv: nn.Module, channels: int, size: int) -> None:
        super().__init__()
        self.conv = conv
        self.place = nn.Parameter(torch.randn(channels, size, size) * 0.02)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(x) + self.place


class TextUNet(UNet):
    """A U-Net whose condition is a caption: rows of token numbers, as `Tokenizer` makes them."""

    cfg: TextUNetConfig
    empty: Tensor

    def __init__(self, cfg: TextUNetConfig) -> None:
        super().__init__(cfg)
        self.enter = Placed(self.enter, cfg.channels[0], cfg.image_size)
        self.text = TextEncoder(
            TextConfig(cfg.words, cfg.context_dim, cfg.text_layers, cfg.head_dim)
        )
        self.tokenizer = self.text.tokenizer
        self.register_buffer("empty", torch.tensor(self.tokenizer.encode("")), persistent=False)

    def embed(self, tokens: Tensor) -> Tensor:
        """Rows of token numbers (B, L) -> the context (B, L, D); padding is zeros."""
        return self.text(tokens)

    def null_context(self, count: int) -> Tensor:
        """The context of the empty caption, `count` times: (count, L, D)."""
        return self.embed(self.empty[None]).expand(count, -1, -1)

    def told(self, *captions: str) -> Tensor:
        """Captions -> their contexts (B, L, D). Raises UnknownWordsError, and ValueError."""
        rows = [self.tokenizer.encode(caption) for caption in captions]
        return self.embed(torch.tensor(rows, device=self.empty.device))
