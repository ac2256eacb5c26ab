"""What more than one tab needs; a tab never imports a tab."""

import numpy as np


def noise(seed: int, side: int = 28) -> np.ndarray:
    """Standard normal noise, float16 (side, side), from NumPy's default generator."""
    return np.random.default_rng(seed).standard_normal((side, side)).astype(np.float16)
