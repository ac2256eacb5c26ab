"""What a browser may ask of the Latent tab: a picture, and what is to be done to its latent.

A picture travels as text, the base64 of its 64 x 64 RGB bytes; "" is the first of the shelf.
"""

import base64
import binascii
import re
from dataclasses import dataclass

import numpy as np

from explorer.app import checks
from explorer.app.controls import LAST_SEED

SIDE, CELLS, CHANNELS = 64, 16, 4  # pixels and cells a side; channels of a latent
PATCH = SIDE // CELLS  # pixels a side that one cell stands for
FARTHEST = 3.0  # standard deviations by which a channel can be nudged
TEXT = SIDE * SIDE * 3 * 4 // 3  # characters of a picture: base64 without padding


@dataclass(frozen=True)
class Edit:
    """What is done to a latent: first zeroed, then nudged, then noise put in its place."""

    nudge: tuple[float, ...] = (0.0,) * CHANNELS
    zero: tuple[bool, ...] = (False,) * CHANNELS
    cells: tuple[int, ...] = ()  # row by row, each in [0, CELLS²): there all channels are noise
    seed: int = 0


FIRST = Edit(nudge=(1.5, 0.0, 0.0, 0.0))  # what the chapter opens with: something to look at


def picture(field: str, value: object) -> str:
    """A picture's text, or "" for the first of the shelf; or a gr.Error that says what to do."""
    wanted = f"{field} must be {SIDE} × {SIDE} RGB bytes in base64; choose one on the shelf."
    if not isinstance(value, str) or len(value) not in (0, TEXT):
        raise checks.refuse(wanted)
    if not re.fullmatch(r"[A-Za-z0-9+/]*", value):
        raise checks.refuse(wanted)
    return value


def pixels(text: str) -> np.ndarray:
    """The bytes of a checked picture that is not "", uint8 (64, 64, 3)."""
    try:
        raw = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("text must be base64.") from error
    return np.frombuffer(raw, np.uint8).reshape(SIDE, SIDE, 3).copy()


def packed(array: np.ndarray) -> str:
    """Any array's bytes as base64."""
    return base64.b64encode(array.tobytes()).decode("ascii")


def edit(sent: object) -> Edit:
    """A checked Edit from what the page sent: {nudge, zero, cells, seed}; or a gr.Error."""
    if not isinstance(sent, dict):
        raise checks.refuse("The change of the latent did not arrive: make it again.")
    nudge, zero = (_each(name, sent.get(name)) for name in ("nudge", "zero"))
    if not all(isinstance(v, bool) for v in zero):
        raise checks.refuse("zero must be true or false for each channel.")
    cells = sent.get("cells")
    if not isinstance(cells, list | tuple) or len(cells) > CELLS**2:
        raise checks.refuse(f"cells must be a list of at most {CELLS**2} cells.")
    places = {checks.integer("Each cell", cell, 0, CELLS**2 - 1) for cell in cells}
    return Edit(
        tuple(checks.number("Each nudge", v, -FARTHEST, FARTHEST) for v in nudge),
        tuple(zero),
        tuple(sorted(places)),
        checks.integer("Noise", sent.get("seed"), 0, LAST_SEED),
    )


def _each(field: str, values: object) -> list:
    if not isinstance(values, list | tuple) or len(values) != CHANNELS:
        raise checks.refuse(f"{field} must have one value for each of {CHANNELS} channels.")
    return list(values)
