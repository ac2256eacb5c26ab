"""Pictures to train on: torchvision's sets, a MedMNIST-style .npz, or a folder of images."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from explorer.data.folder import SUFFIXES, read_folder
from explorer.data.rules import DataError, checked_labels, checked_shape
from explorer.data.vision import NAMES, from_torchvision
from explorer.paths import default_root

__all__ = ["DataError", "Images", "at_hand", "default_root", "load_images", "open_images"]


@dataclass(frozen=True, eq=False)
class Images:
    """A data set in memory: bytes as they were stored, labels beside them."""

    pixels: Tensor  # (N, C, H, W) uint8, C is 1 or 3
    labels: Tensor | None  # (N,) int64, each an index into classes
    classes: tuple[str, ...]  # empty where there are no labels
    name: str

    def __len__(self) -> int:
        return len(self.pixels)

    @property
    def labelled(self) -> Tensor:
        """The labels. Raises DataError where there are none."""
        if self.labels is None:
            raise DataError(f"{self.name} has no labels; use pictures with classes.")
        return self.labels

    def floats(self, index: Tensor | slice = slice(None)) -> Tensor:
        """The pictures at index as float32 in [-1, 1], the range that the networks see."""
        return self.pixels[index].float() / 127.5 - 1.0


def load_images(
    name_or_path: str | Path, root: str | Path | None = None, train: bool = True
) -> Images:
    """One split of a data set.

    name_or_path: mnist, fashion-mnist or cifar10 (capitals and hyphens do not matter), the name
    of an .npz in root, or the path of an .npz or of a folder of images.
    root: the folder that holds named sets; default_root() where None.
    Raises DataError, a sentence that names the file, where there is nothing usable.
    """
    path, root = Path(name_or_path), Path(root) if root is not None else default_root()
    plain = path.name.lower().replace("-", "").replace("_", "")
    is_name = len(path.parts) == 1
    beside = root / f"{plain if plain in NAMES else path.name}.npz"
    if is_name and beside.is_file():
        return _from_npz(beside, train)
    if is_name and plain in NAMES:
        return Images(*from_torchvision(plain, root, train))
    if path.is_file() and path.suffix == ".npz":
        return _from_npz(path, train)
    if path.is_dir():
        return Images(*read_folder(path, train), path.name)
    known = ", ".join(NAMES)
    raise DataError(
        f"There is no data set {str(name_or_path)!r}: name one of {known}, "
        "an .npz file or a folder of images."
    )


def open_images(name: str, data: str | Path | None = None, train: bool = True) -> Images:
    """What `--data` means: the set itself (an .npz, a folder of images), or the folder it is in."""
    if data is None:
        return load_images(name, None, train)
    path = Path(data)
    if not path.exists() and path.suffix == ".npz":
        raise DataError(f"There is no file {path}.")
    is_set = _is_set(path)
    return load_images(path.absolute(), None, train) if is_set else load_images(name, path, train)


def at_hand(name: str, data: str | Path | None = None) -> bool:
    """Whether the training pictures of `open_images(name, data)` lie on this disk.

    name: one that torchvision knows. Where it is false, `open_images` would download them.
    """
    root = Path(data) if data is not None else default_root()
    if data is not None and _is_set(root):
        return True
    files = [root / NAMES[name].folder / file for file in NAMES[name].files]
    return (root / f"{name}.npz").is_file() or all(file.is_file() for file in files)


def _is_set(path: Path) -> bool:
    return path.is_file() or next(_pictures_within(path), None) is not None


def _pictures_within(folder: Path) -> Iterator[Path]:
    """Images at most two folders deep, where train/class/picture.png would be."""
    for depth in ("", "*/", "*/*/"):
        yield from (path for path in folder.glob(depth + "*") if path.suffix.lower() in SUFFIXES)


def _from_npz(path: Path, train: bool) -> Images:
    """MedMNIST's layout: train_images (N, H, W[, C]) uint8, train_labels (N,) or (N, 1), test_…"""
    split = "train" if train else "test"
    try:
        with np.load(path, allow_pickle=False) as arrays:
            names = set(arrays.files)
            if f"{split}_images" not in names:
                raise DataError(
                    f"{path} has no array {split}_images; it holds {_listed(names)}, and needs "
                    "train_images and test_images, with train_labels and test_labels for classes."
                )
            pixels = arrays[f"{split}_images"]
            keys = [k for k in ("train_labels", "test_labels") if k in names]
            labels = {key: arrays[key] for key in keys}
    except DataError:
        raise
    except Exception as error:  # zipfile, zlib and numpy each have their own for damaged files
        raise DataError(
            f"{path} cannot be read as an .npz of plain arrays; it is damaged or not an .npz."
        ) from error
    pixels = checked_shape(pixels, f"{path}: {split}_images")
    if f"{split}_labels" not in labels:
        return Images(pixels, None, (), path.stem)
    # Both splits count, so that a class that one of them lacks keeps its number.
    checked = {key: checked_labels(array, f"{path}: {key}") for key, array in labels.items()}
    if len(checked[f"{split}_labels"]) != len(pixels):
        raise DataError(
            f"{path}: {split}_labels has {len(checked[f'{split}_labels'])} entries "
            f"for {len(pixels)} images."
        )
    count = 1 + max(int(values.max()) for values in checked.values())
    known = NAMES[path.stem].classes if path.stem in NAMES else ()
    classes = known if len(known) >= count else tuple(str(i) for i in range(count))
    return Images(pixels, checked[f"{split}_labels"].to(torch.int64), classes, path.stem)


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names)) or "nothing"
