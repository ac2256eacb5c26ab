"""One's own derivation beside the library's."""

import numpy as np
import torch
from numpy.typing import ArrayLike


def compare(name: str, mine: ArrayLike, library: ArrayLike, *, within: float = 1e-6) -> None:
    """Print the largest difference between one's own numbers and the library's.

    It returns nothing, as a notebook would print that too.

    Args:
        name: what is compared, for the printed line.
        mine: numbers of any shape; tensors too.
        library: numbers of the same shape.
        within: the largest difference that rounding explains.

    Raises ValueError, a sentence, where the shapes differ or the difference is larger: a lesson
    must not go on from a derivation that is wrong.
    """
    ours, theirs = _numbers(mine), _numbers(library)
    if ours.shape != theirs.shape:
        raise ValueError(
            f"{name}: yours has the shape {ours.shape} and the library's {theirs.shape}."
        )
    apart = float(np.max(np.abs(ours - theirs), initial=0.0))
    if not apart <= within:  # also where it is not a number
        raise ValueError(
            f"{name}: yours and the library's differ by {apart:.3g}, and rounding explains "
            f"{within:.0e} at most."
        )
    print(f"{name}: largest difference from the library {apart:.1e}")


def _numbers(values: ArrayLike) -> np.ndarray:
    if isinstance(values, torch.Tensor):
        values = values.detach().cpu().double()
    return np.asarray(values, dtype=np.float64)
