"""The data sets of latent diffusion: pictures for the autoencoder, latents and words after it."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from random import Random

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from explorer.data.images import Images
from explorer.data.scenes import pictures as scene_pictures
from explorer.data.scenes import scene
from explorer.data.scenes.captions import Spoken, caption, owners, spoken
from explorer.data.scenes.scene import COLOURS, PLACES, SIDES, Item, Scene
from explorer.data.scenes.tokens import LENGTH, Tokenizer
from explorer.files import whole
from explorer.models import zoo
from explorer.models.vae import AUTOENCODER, VAE
from explorer.training.objectives import NOTHING

PICTURES = 24_000  # that the autoencoder is trained on: 300 MB
LATENTS = 60_000  # that the U-Net is trained on: 120 MB, and 6 MB of words
CAPTIONS = 4  # of each
READ = 100_000  # captions that the text reader is trained on
CHUNK = 3000  # pictures in memory at a time
NONE = (NOTHING,) * 3
Drawer = Callable[[Random], Iterator[Scene]]


@dataclass(frozen=True, eq=False)
class Captioned:
    """Latents in memory, and several captions of each; what `train` asks of a data set."""

    pixels: Tensor  # (N, C, h, w) float16, of unit variance
    labels: Tensor  # (N, CAPTIONS, L) uint8, rows of token numbers
    classes: tuple[str, ...] = ()
    name: str = "captioned scenes"

    def __len__(self) -> int:
        return len(self.pixels)


def pictures(root: str | Path | None = None) -> Images:
    """What the autoencoder is trained on."""
    return scene_pictures.pictures(PICTURES, 0, root)


def captioned(
    root: str | Path | None = None,
    count: int = LATENTS,
    seed: int = 2,
    cache: Path | None = None,
    train: bool = True,
) -> Captioned:
    """`count` training scenes as latents of the shipped autoencoder, with captions.

    cache: a file that keeps them; it is made where there is none for these numbers and weights.
    train: drawn with MNIST's training digits, else with its test digits.
    Raises ZooError where the autoencoder is missing, DataError where MNIST is.
    """
    weights = zoo.locate(AUTOENCODER).read_bytes()
    made_of = f"{count} {seed} {'' if train else 'test '}{hashlib.sha256(weights).hexdigest()}"
    kept = _kept(cache, made_of) if cache else None
    if kept is None:
        kept = _made(root, count, seed, train)
        if cache:
            cache.parent.mkdir(parents=True, exist_ok=True)
            with whole(cache) as part:
                save_file(kept, part, {"made of": made_of})
    return Captioned(kept["latents"], kept["words"])


def _kept(cache: Path, made_of: str) -> dict[str, Tensor] | None:
    """What the cache holds, if it was made of the same."""
    try:
        with safe_open(cache, "pt") as file:
            same = (file.metadata() or {}).get("made of") == made_of
            return {k: file.get_tensor(k) for k in file.keys()} if same else None  # noqa: SIM118
    except (OSError, SafetensorError):
        return None


@torch.no_grad()
def _made(root: str | Path | None, count: int, seed: int, train: bool) -> dict[str, Tensor]:
    """Latents and words of scenes."""
    net, tokenizer, rng = zoo.load(AUTOENCODER, VAE), Tokenizer(), Random(seed)
    latents, rows = [], []
    for first in range(0, count, CHUNK):
        part = min(CHUNK, count - first)
        drawn, painted = scene_pictures.painted(part, seed + first, root, train)
        for k in range(0, len(drawn), 100):
            latents.append(net.encode(painted.floats(slice(k, k + 100))).half())
        rows += [
            [tokenizer.encode(caption(scene, rng)) for _ in range(CAPTIONS)] for scene in drawn
        ]
    return {"latents": torch.cat(latents), "words": torch.tensor(rows, dtype=torch.uint8)}


@dataclass(frozen=True, eq=False)
class Answered:
    """Captions in memory, and of each word what it speaks of; what `train` asks of a data set."""

    pixels: Tensor  # (N, L) uint8, rows of token numbers
    labels: Tensor  # (N, L, 3) uint8: digit, colour, place; NOTHING for words of no digit
    classes: tuple[str, ...] = ()
    name: str = "captions of scenes"

    def __len__(self) -> int:
        return len(self.pixels)


def answered(
    root: str | Path | None = None,
    count: int = READ,
    seed: int = 1,
    kind: Drawer = scene.training,
    say: Callable[[Scene, Random], Spoken] = spoken,
) -> Answered:
    """`count` captions of training scenes, with answers. No picture is needed, nor root."""
    tokenizer, rng, rows, answers = Tokenizer(), Random(seed), [], []
    for drawn in islice(kind(Random(seed)), count):
        phrases = say(drawn, rng)
        rows.append(tokenizer.encode(" ".join(phrase for phrase, _ in phrases)))
        told = [_answer(drawn.items[k]) if k is not None else NONE for k in owners(phrases)]
        answers.append(told + [NONE] * (LENGTH - len(told)))
    tokens, labels = (torch.tensor(x, dtype=torch.uint8) for x in (rows, answers))
    return Answered(tokens, labels)


def _answer(item: Item) -> tuple[int, int, int]:
    return item.digit, [*COLOURS].index(item.colour), (*PLACES, *SIDES).index(item.place)
