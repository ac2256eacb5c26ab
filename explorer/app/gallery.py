"""The gallery: digits of 28 x 28 greys that ship with the app, so that it needs no data set.

`assets/gallery.png` is a sheet of tiles, read row by row; `assets/gallery.json` says what they are:
{"size": 28, "labels": ["0", ...], "note": a sentence on where they come from, "model", "seed"}.
"""

import base64
import json
from functools import cache

import numpy as np
from PIL import Image

from explorer.paths import ASSETS


@cache
def digits() -> np.ndarray:
    """All digits, uint8 (N, size, size), in the order of `about()["labels"]`."""
    size, count = about()["size"], len(about()["labels"])
    sheet = np.asarray(Image.open(ASSETS / "gallery.png").convert("L"))
    rows, columns = sheet.shape[0] // size, sheet.shape[1] // size
    tiles = sheet.reshape(rows, size, columns, size).swapaxes(1, 2).reshape(-1, size, size)
    return tiles[:count]


@cache
def about() -> dict:
    """What gallery.json says."""
    return json.loads((ASSETS / "gallery.json").read_text("utf-8"))


def payload() -> dict:
    """The gallery for a widget: size, labels, note and the greys as base64."""
    return {
        "size": about()["size"],
        "labels": about()["labels"],
        "note": about()["note"],
        "sheet": base64.b64encode(np.ascontiguousarray(digits())).decode("ascii"),
    }
