"""The text-to-image model of the app: loaded once, on first use, behind one engine for everybody.

Prompts become contexts, seeds become noise, latents become pictures. Import it where it is used:
it imports torch, and the page must be served first.
"""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import numpy as np
import torch
from torch import Tensor

from explorer import backends, sampling
from explorer.app import checks
from explorer.app.engine import Engine
from explorer.app.player import grey
from explorer.models import zoo
from explorer.models.vae import AUTOENCODER, VAE

MODEL = "scenes"
DECODED = 4  # latents at a time: 25 ms
_lock = threading.Lock()
_decoder = ThreadPoolExecutor(1, "decoder")


def ready() -> None:
    """Load both networks, or refuse with the sentence that says which file is missing."""
    try:
        engine(), vae()
    except zoo.ZooError as error:
        raise checks.refuse(str(error)) from None


def engine() -> Engine:
    """The engine of the latent U-Net."""
    with _lock:  # thirty students come at once, and it is loaded once
        return _engine()


@cache
def _engine() -> Engine:
    net = zoo.load(MODEL)
    return Engine(net, backends.network(net))


def vae() -> VAE:
    """The autoencoder."""
    with _lock:
        return _vae()


@cache
def _vae() -> VAE:
    return zoo.load(AUTOENCODER, VAE)


@torch.no_grad()
def contexts(prompts: Sequence[str]) -> Tensor:
    """Checked prompts -> their contexts (B, L, D); the empty one is the null context."""
    return engine().net.told(*prompts)


def noise(seeds: Sequence[int]) -> Tensor:
    """Where runs start: pure noise (len(seeds), 4, 16, 16), each row of its own seed."""
    return sampling.noise(engine().net, seeds)


def pixels(latents: Tensor) -> Tensor:
    """Latents (B, 4, 16, 16) -> pictures (B, 3, 64, 64), about [-1, 1].

    In one thread for everybody, a few at a time: prompts of a class that were decoded all at once
    would take the cores from everybody's samplers.
    """
    parts = [_decoder.submit(_pixels, part) for part in latents.split(DECODED)]
    return torch.cat([part.result() for part in parts])


@torch.no_grad()
def _pixels(latents: Tensor) -> Tensor:
    return vae().decode(latents)


def decoded(latents: Tensor) -> np.ndarray:
    """Latents (B, 4, 16, 16) -> pictures, uint8 (B, 64, 64, 3)."""
    return grey(pixels(latents))
