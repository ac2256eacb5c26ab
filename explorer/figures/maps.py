"""Numbers to colours: pixel maps that mean the same everywhere."""

from typing import Any

import numpy as np

from explorer.figures.palette import DIVERGING


def diverging(x: Any, span: float) -> np.ndarray:
    """Signed numbers as colour on a fixed scale: -span and below one end, 0 white, +span the other.

    Args:
        x: torch tensor or array (N, 1, H, W) or (N, H, W).
        span: positive.

    Returns:
        uint8 (N, H, W, 3).
    """
    x = np.asarray(x.detach().cpu() if hasattr(x, "detach") else x, dtype=np.float64)
    x = x[:, 0] if x.ndim == 4 else x
    low, middle, high = (
        np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) for colour in DIVERGING
    )
    share = np.clip(x / span, -1, 1)[..., None]  # (N, H, W, 1)
    end = np.where(share < 0, low, high)
    return np.rint(middle + np.abs(share) * (end - middle)).astype(np.uint8)
