"""What every picture and label must be, whatever file it came from."""

import numpy as np
import torch
from torch import Tensor

SMALLEST, LARGEST = 28, 64  # pixels a side: small enough to run live on a laptop's CPU
MOST_CLASSES = 1000


class DataError(ValueError):
    """A data set that cannot be used; the message is one sentence that names the file."""


def checked_size(width: int, height: int, where: str) -> None:
    """Square and 28 to 64 pixels a side, or DataError."""
    if width != height or not SMALLEST <= width <= LARGEST:
        raise DataError(
            f"{where} is {width}×{height} pixels; "
            f"pictures must be square, {SMALLEST} to {LARGEST} pixels a side."
        )


def checked_shape(array: np.ndarray, where: str) -> Tensor:
    """(N, H, W) or (N, H, W, C) uint8 -> (N, C, H, W) uint8, or DataError."""
    if array.dtype != np.uint8:
        raise DataError(f"{where} is {array.dtype}; pictures must be uint8, 0 to 255.")
    if array.ndim == 3:
        array = array[..., None]  # (N, H, W, 1)
    if array.ndim != 4 or array.shape[-1] not in (1, 3):
        raise DataError(
            f"{where} has shape {array.shape}; it must be (N, H, W), (N, H, W, 1) or (N, H, W, 3)."
        )
    if len(array) == 0:
        raise DataError(f"{where} holds no pictures.")
    checked_size(array.shape[2], array.shape[1], where)
    return torch.from_numpy(np.ascontiguousarray(array.transpose(0, 3, 1, 2)))


def checked_labels(array: np.ndarray, where: str) -> Tensor:
    """(N,) or (N, 1) whole numbers from 0 -> (N,) int64, or DataError."""
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim != 1 or array.dtype.kind not in "iu":
        raise DataError(
            f"{where} has shape {array.shape} and type {array.dtype}; "
            "it must hold one whole number a picture, (N,) or (N, 1)."
        )
    if len(array) == 0 or array.min() < 0 or array.max() >= MOST_CLASSES:
        raise DataError(f"{where} must hold class numbers from 0 to {MOST_CLASSES - 1}.")
    return torch.from_numpy(array.astype(np.int64))
