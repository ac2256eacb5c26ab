"""A picture of a person's own, as the Forward tab takes it: checked by its header, then decoded.

A few kilobytes can unfold to gigabytes, so nothing is decoded before format and size are known.
"""

import base64
import os
import threading
import warnings
from collections import OrderedDict
from contextlib import suppress
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from explorer.app import checks

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")
LARGEST_FILE = 5 * 2**20  # bytes
SMALLEST, LARGEST = 8, 4096  # pixels a side of what comes
REMEMBERED = 16  # pictures, of 200 kB each
FULL = 256  # pixels a side of what the page gets; it makes every smaller size from it


_recent: OrderedDict[str, np.ndarray] = OrderedDict()  # by path, which Gradio makes of the contents
_lock = threading.Lock()


class UploadError(ValueError):
    """A picture that cannot be used; the message is one sentence for the person who sent it."""


def full(path: str | Path) -> np.ndarray:
    """The middle square of a picture file, uint8 RGB (256, 256, 3); the first frame of several.

    Turned as its EXIF says; what is transparent becomes white. Raises UploadError.
    """
    if os.path.getsize(path) > LARGEST_FILE:
        raise UploadError(f"The file is larger than {LARGEST_FILE // 2**20} MB, the most allowed.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our limit is lower
            with Image.open(path, formats=FORMATS) as image:
                _check(*image.size)
                picture = ImageOps.exif_transpose(image).convert("RGBA")
    except UploadError:
        raise
    except Image.DecompressionBombError:
        raise UploadError(_too_large("far more")) from None
    except Exception:  # Pillow's decoders raise many kinds for damaged files
        known = ", ".join(FORMATS)
        raise UploadError(f"The file is no picture that can be read: {known} are.") from None
    square = ImageOps.fit(picture, (FULL, FULL))  # small first: a photo holds 64 MB as it comes
    ground = Image.new("RGBA", square.size, "white")
    return np.asarray(Image.alpha_composite(ground, square).convert("RGB"))


def taken(path: object) -> np.ndarray:
    """As `full`, of what a browser sent; the file is deleted. Raises gr.Error, a sentence.

    Two who send one picture under one name at a time share a file, which the first one's reading
    deletes: the last few that were read are remembered for the second.
    """
    if not isinstance(path, str):
        raise checks.refuse("Choose a picture file first.")
    try:
        return _read(path)
    except UploadError as error:
        raise checks.refuse(str(error)) from None
    except (OSError, ValueError):
        raise checks.refuse("The file did not arrive: choose it again.") from None
    finally:
        with suppress(OSError, ValueError):
            Path(path).unlink(missing_ok=True)


def _read(path: str) -> np.ndarray:
    try:
        picture = full(path)
    except FileNotFoundError:
        with _lock:
            if path in _recent:
                return _recent[path]
        raise
    with _lock:
        _recent[path] = picture
        while len(_recent) > REMEMBERED:
            _recent.popitem(last=False)
    return picture


def packed(pixels: np.ndarray) -> dict:
    """Pixels for the page: size, channels and base64 bytes."""
    return {
        "size": pixels.shape[0],
        "channels": pixels.shape[2] if pixels.ndim == 3 else 1,
        "pixels": base64.b64encode(pixels.tobytes()).decode("ascii"),
    }


def _check(width: int, height: int) -> None:
    if max(width, height) > LARGEST:
        raise UploadError(_too_large(f"{width} × {height}"))
    if min(width, height) < SMALLEST:
        raise UploadError(
            f"The picture is {width} × {height} pixels; at least {SMALLEST} a side are needed."
        )


def _too_large(size: str) -> str:
    return f"The picture has {size} pixels; at most {LARGEST} a side are allowed."
