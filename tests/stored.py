"""Pictures as files, and what an error says of one that cannot be read."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image


def write_picture(path: Path, rng, side: int = 32, mode: str = "RGB") -> np.ndarray:
    path.parent.mkdir(parents=True, exist_ok=True)
    shape = (side, side, 3) if mode == "RGB" else (side, side)
    pixels = rng.integers(0, 256, shape, dtype=np.uint8)
    Image.fromarray(pixels).save(path)
    return pixels


def sentence(error: pytest.ExceptionInfo, *parts: object) -> None:
    """One sentence, which holds each part."""
    text = str(error.value)
    assert text.endswith(".") and "\n" not in text
    for part in parts:
        assert str(part) in text
