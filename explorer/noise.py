"""Standard normal noise that the page makes by itself: each number is a function of seed and place.

The same as assets/web/normal.js, so that the server and the tests can repeat every pixel.
"""

from typing import TypeVar

import numpy as np

Word = TypeVar("Word", np.ndarray, np.uint32)


def normal(seed: int, count: int, stream: int = 0) -> np.ndarray:
    """`count` standard normal numbers, float64 (count,); streams of a seed are independent.

    Counter-based, from the finaliser of MurmurHash3 and the pairs of Box and Muller (1958).
    """
    with np.errstate(over="ignore"):  # 32-bit arithmetic wraps, as it does in the page
        key = _mix(_mix(np.uint32(seed) + np.uint32(0x9E3779B9)) + np.uint32(stream))
        places = np.arange(count + count % 2, dtype=np.uint32)
        bits = _mix(_mix(places ^ key) + key).astype(np.float64)
    radius = np.sqrt(-2 * np.log((bits[0::2] + 0.5) / 2**32))
    turn = 2 * np.pi * bits[1::2] / 2**32
    return np.stack([radius * np.cos(turn), radius * np.sin(turn)], 1).ravel()[:count]


def _mix(h: Word) -> Word:
    """32 bits, well mixed."""
    h = (h ^ (h >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    h = (h ^ (h >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    return h ^ (h >> np.uint32(16))
