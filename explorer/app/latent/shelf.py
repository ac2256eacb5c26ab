"""The pictures that the Latent tab opens with, and those that a person brings.

Scenes are drawn here and now out of the gallery's digits, which ship with the app, by the artist
who drew the training data; so no data set is needed. torch is imported when first used.
"""

from functools import cache

import numpy as np
from PIL import Image

from explorer.app import checks, pictures, upload
from explorer.app.controls import LAST_SEED
from explorer.app.latent.asked import SIDE, packed, pixels
from explorer.data import gallery as digits

SEEDS = (0, 9, 3, 7, 16, 8)  # scenes of every ground, of one digit and of two
DRAWN = "Drawn by this app’s own code and reduced to 64 × 64: no scene of digits."
YOURS = "Your picture, its middle square reduced to 64 × 64: no scene of digits."


def scene(seed: int) -> tuple[str, np.ndarray]:
    """The caption and the pixels, uint8 (64, 64, 3), of a seed's scene."""
    caption, painted = digits.scene(seed)
    greys = ((painted[0] + 1) * 127.5).round().byte()  # (3, 64, 64), as it was painted
    return caption, greys.permute(1, 2, 0).numpy()


def reduced(picture: np.ndarray) -> np.ndarray:
    """A square picture at 64 x 64, each pixel the mean of those that it stands for."""
    small = Image.fromarray(picture).resize((SIDE, SIDE), Image.Resampling.BOX)
    return np.asarray(small)


def scene_tile(seed: int) -> dict:
    """A scene for the shelf."""
    caption, painted = scene(seed)
    said = f"“{caption}”: a scene of the kind that the autoencoder was trained on."
    return _tile(f"scene-{seed}", caption, painted, said)


@cache
def tiles() -> list[dict]:
    """What the shelf opens with: {key, label, pixels, note} each."""
    drawn = [
        _tile(key, label, reduced(pictures.picture(key)), DRAWN)
        for key, (label, _) in pictures.ABOUT.items()
    ]
    return [*(scene_tile(seed) for seed in SEEDS), *drawn]


def filled() -> dict:
    """The shelf's value when the tab is opened."""
    return {"tiles": tiles()}


def another(sent: object) -> dict:
    """One more scene, of the seed that the page sent. Raises gr.Error, naming the range."""
    seed = sent.get("seed") if isinstance(sent, dict) else None
    return {"tiles": [scene_tile(checks.integer("Scene", seed, 0, LAST_SEED))], "choose": True}


def uploaded(path: object) -> dict:
    """A picture file for the shelf; the file is deleted. Raises gr.Error, a sentence."""
    picture = reduced(upload.taken(path))
    return {"tiles": [_tile("yours", "Your picture", picture, YOURS)], "choose": True}


def seed_of(text: str) -> int | None:
    """The seed of the scene of the shelf that a checked text is; None where it is another one."""
    if not text:
        return SEEDS[0]
    return next((seed for seed in SEEDS if scene_tile(seed)["pixels"] == text), None)


def of(text: str) -> np.ndarray:
    """The pixels that a checked text means, uint8 (64, 64, 3); "" is the first scene."""
    return pixels(text) if text else scene(SEEDS[0])[1]


def _tile(key: str, label: str, picture: np.ndarray, note: str) -> dict:
    return {"key": key, "label": label, "pixels": packed(picture), "note": note}
