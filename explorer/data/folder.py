"""A folder of images: sub-folders are classes, a flat folder has none."""

from pathlib import Path

import numpy as np
import torch
from PIL import Image, UnidentifiedImageError
from torch import Tensor

from explorer.data.rules import DataError, checked_shape, checked_size

SUFFIXES = {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff"}
GREY_MODES = {"1", "L", "LA"}


def read_folder(folder: Path, train: bool) -> tuple[Tensor, Tensor | None, tuple[str, ...]]:
    """Pixels (N, C, H, W) uint8, labels (N,) int64 or None, class names.

    A folder with sub-folders train and test holds two splits; any other is a training set alone.
    All pictures have one size; they are grey only if every one of them is.
    Raises DataError, naming the first file that offends.
    """
    if (folder / "train").is_dir() and (folder / "test").is_dir():
        folder = folder / ("train" if train else "test")
    elif not train:
        raise DataError(
            f"{folder} has no test pictures; put the two splits into {folder / 'train'} "
            f"and {folder / 'test'}."
        )
    flat = _pictures(folder)
    groups = {sub.name: _pictures(sub) for sub in sorted(folder.iterdir()) if _is_class(sub)}
    groups = {name: files for name, files in groups.items() if files}
    if flat and groups:
        raise DataError(
            f"{flat[0]} lies beside class folders; put it into one of them, "
            "or all pictures into one folder."
        )
    files = flat or [file for group in groups.values() for file in group]
    if not files:
        kinds = ", ".join(sorted(suffix[1:] for suffix in SUFFIXES))
        raise DataError(f"{folder} holds no pictures ({kinds}).")
    pixels = _decoded(files)
    if flat:
        return pixels, None, ()
    sizes = torch.tensor([len(group) for group in groups.values()])
    return pixels, torch.repeat_interleave(torch.arange(len(groups)), sizes), tuple(groups)


def _is_class(path: Path) -> bool:
    return path.is_dir() and not path.name.startswith(".")


def _pictures(folder: Path) -> list[Path]:
    return sorted(
        path
        for path in folder.iterdir()
        if path.suffix.lower() in SUFFIXES and path.is_file() and not path.name.startswith(".")
    )


def _decoded(files: list[Path]) -> Tensor:
    """All pictures as one (N, C, H, W) uint8 tensor."""
    size, grey = None, True
    for file in files:  # headers first: a wrong file is named before any work, and before memory
        width, height, mode = _header(file)
        checked_size(width, height, str(file))
        size = size or (width, height)
        if (width, height) != size:
            raise DataError(
                f"{file} is {width}×{height} pixels and {files[0]} is {size[0]}×{size[1]}; "
                "all pictures must have one size."
            )
        grey = grey and mode in GREY_MODES
    arrays = [_array(file, "L" if grey else "RGB") for file in files]
    return checked_shape(np.stack(arrays), str(files[0].parent))


def _header(file: Path) -> tuple[int, int, str]:
    try:
        with Image.open(file) as picture:
            return *picture.size, picture.mode
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise DataError(f"{file} is not a picture that can be read.") from error


def _array(file: Path, mode: str) -> np.ndarray:
    try:
        with Image.open(file) as picture:
            return np.asarray(picture.convert(mode))
    except (OSError, ValueError, SyntaxError) as error:  # PNG's damage is a SyntaxError in Pillow
        raise DataError(f"{file} is damaged: its picture ends early or cannot be read.") from error
