"""Pictures to latents and back, and both as colours. Imports torch; no widget."""

import json
from functools import cache

import numpy as np
import torch
from torch import Tensor

from explorer.app import checks, painter
from explorer.app.latent import shelf
from explorer.app.latent.asked import CELLS, packed
from explorer.app.once import once
from explorer.app.player import grey
from explorer.figures.maps import diverging
from explorer.metrics import psnr
from explorer.models import zoo
from explorer.models.vae import VAE

SPAN = 3.0  # a latent is coloured from -SPAN to SPAN, always
BRIGHTEST = 32  # greys of error that are drawn white; more is white too
GAP = 1  # cells between the four channels of a mosaic
GAP_GREY = 128
FAR = 6.0  # dB below the autoencoder's own scenes from which a picture is called foreign


def vae() -> VAE:
    """The autoencoder, or a gr.Error that says which file is missing."""
    try:
        return painter.vae()
    except zoo.ZooError as error:
        raise checks.refuse(str(error)) from None


def pictured(text: str) -> Tensor:
    """The picture of a checked text, in [-1, 1]: (1, 3, 64, 64)."""
    rgb = torch.from_numpy(shelf.of(text).copy())
    return rgb.permute(2, 0, 1)[None].float() / 127.5 - 1


@once(64)
@torch.no_grad()
def encoded(text: str) -> Tensor:
    """Its latent (1, 4, 16, 16)."""
    return vae().encode(pictured(text))


def decoded(z: Tensor) -> Tensor:
    """Latents (N, 4, 16, 16) -> pictures (N, 3, 64, 64), within [-1, 1]."""
    return painter.pixels(z).clamp(-1, 1)


def error(a: Tensor, b: Tensor) -> np.ndarray:
    """How far two pictures (N, 3, H, W) are apart: uint8 (N, H, W), the colours' rms, black 0."""
    greys = 127.5 * (a - b).square().mean(1).sqrt()
    return (255 * (greys / BRIGHTEST).clamp(0, 1)).round().byte().numpy()


def channels(z: Tensor) -> dict:
    """One latent (1, 4, 16, 16) for the page: colours of each channel, and its values."""
    return {
        "rgb": packed(diverging(z[0], SPAN)),  # (4, 16, 16, 3)
        "values": packed(z[0].float().numpy()),
    }


def mosaic(z: Tensor) -> np.ndarray:
    """Latents (N, 4, 16, 16) as pictures of their channels, two by two: uint8 (N, 33, 33, 3)."""
    step = CELLS + GAP
    sheet = np.full((len(z), step + CELLS, step + CELLS, 3), GAP_GREY, np.uint8)
    for channel in range(4):
        y, x = (step * v for v in divmod(channel, 2))
        sheet[:, y : y + CELLS, x : x + CELLS] = diverging(z[:, channel], SPAN)
    return sheet


@cache
def usual() -> float | None:
    """The PSNR in dB of scenes of digits it never saw, as `explorer evaluate` measured it."""
    try:
        table = json.loads(zoo.locate(painter.AUTOENCODER).with_suffix(".quality.json").read_text())
        return float(table["reconstruction, PSNR in dB"])
    except (zoo.ZooError, OSError, ValueError, KeyError):
        return None


@once(24)
def encoding(text: str) -> dict:
    """What the chapter "Encode" shows of a checked picture."""
    x = pictured(text)
    z = encoded(text)
    back = decoded(z)
    quality = psnr(back, x)
    return {
        "picture": packed(grey(x)[0]),
        "latent": channels(z),
        "back": packed(grey(back)[0]),
        "error": packed(error(x, back)[0]),
        "psnr": None if quality == float("inf") else round(quality, 1),
        "verdict": verdict(quality),
        "worst": round(127.5 * (x - back).abs().max().item()),
        "deviations": [round(v, 2) for v in z.std((0, 2, 3)).tolist()],
        "largest": round(z.abs().max().item(), 1),
    }


def verdict(quality: float) -> str:
    """What a PSNR says about a picture, beside the one that was measured on scenes."""
    its_own = usual()
    if its_own is None:
        return "The autoencoder’s own quality has not been measured: explorer evaluate does it."
    measured = f"scenes of digits that it never saw come back with {its_own:.1f} dB"
    gap = its_own - quality
    if gap >= FAR:
        return (
            f"{gap:.0f} dB worse than its own kind: {measured}. It learnt scenes of digits and "
            "nothing else: what they never hold, such as texture or strokes of two colours that "
            "cross, comes back blurred."
        )
    return f"As it should be: {measured}. What is lost lies along the edges of strokes."
