"""MNIST, Fashion-MNIST and CIFAR-10 as torchvision reads and downloads them."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from urllib.error import URLError

import numpy as np
import torch
from torch import Tensor

from explorer.data.rules import DataError, checked_shape

_IDX = tuple(
    f"{split}-{kind}" for split in ("train", "t10k") for kind in ("images-idx3", "labels-idx1")
)
_IDX_FILES = tuple(f"{name}-ubyte" for name in _IDX)

_DECLARED = torch.library.Library("torchvision", "FRAGMENT")  # a declaration lives as long as this


@dataclass(frozen=True)
class Source:
    """One of torchvision's data sets, and the files to put in place without a network."""

    cls: str
    folder: str
    files: tuple[str, ...]
    classes: tuple[str, ...]


NAMES = {
    "mnist": Source("MNIST", "MNIST/raw", _IDX_FILES, tuple("0123456789")),
    "fashionmnist": Source(
        "FashionMNIST",
        "FashionMNIST/raw",
        _IDX_FILES,
        (
            "T-shirt/top",
            "trouser",
            "pullover",
            "dress",
            "coat",
            "sandal",
            "shirt",
            "sneaker",
            "bag",
            "ankle boot",
        ),
    ),
    "cifar10": Source(
        "CIFAR10",
        "cifar-10-batches-py",
        (*(f"data_batch_{i}" for i in range(1, 6)), "test_batch", "batches.meta"),
        ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
    ),
}


def from_torchvision(
    name: str, root: Path, train: bool
) -> tuple[Tensor, Tensor, tuple[str, ...], str]:
    """Pixels (N, C, H, W) uint8, labels (N,) int64, class names, name; downloads what is missing.

    The download's progress bar is torchvision's own. Raises DataError where the files are
    missing and cannot be had, or are damaged.
    """
    source = NAMES[name]
    make = getattr(datasets(), source.cls)
    folder = root / source.folder
    before = next(path for path in (folder, *folder.parents) if path.exists())
    present = all((folder / file).is_file() for file in source.files)
    try:
        found = make(root, train=train, download=not present)
        pixels = torch.as_tensor(found.data).numpy()
    except (URLError, OSError, RuntimeError) as error:
        if not present:
            _remove_empty(folder, before)
            raise _missing(name, source, folder) from error
        raise _damaged(name, folder) from error
    except Exception as error:  # a truncated file fails wherever the parser happened to be
        raise _damaged(name, folder) from error
    labels = torch.as_tensor(found.targets, dtype=torch.int64)
    if len(labels) != len(pixels):
        raise _damaged(name, folder)
    return checked_shape(np.ascontiguousarray(pixels), str(folder)), labels, source.classes, name


def _remove_empty(folder: Path, before: Path) -> None:
    """Take away the folders that a download in vain has made inside one that was there before."""
    for path in (folder, *folder.parents):
        if path == before or any(path.iterdir() if path.is_dir() else ()):
            return
        if path.is_dir():
            path.rmdir()


def _missing(name: str, source: Source, folder: Path) -> DataError:
    also = f", or {name}.npz into {folder.parent}" if name == "cifar10" else ""
    return DataError(
        f"{source.cls} is not in {folder} and cannot be downloaded; put {', '.join(source.files)} "
        f"there{also}, or name the folder that has them with --data or EXPLORER_DATA."
    )


def _damaged(name: str, folder: Path) -> DataError:
    return DataError(
        f"The files of {name} in {os.fspath(folder)} are damaged; delete that folder and try again."
    )


def datasets() -> ModuleType:
    """torchvision.datasets, imported only here: it takes seconds, and the app needs none of it.

    A CPU build of torch beside a CUDA build of torchvision (some mirrors offer just those) cannot
    load torchvision's compiled operators, and its import stops where it describes two of them.
    Data sets use none: the two are declared by name, without a body, and the import goes on.
    """
    try:
        import torchvision.datasets
    except RuntimeError as error:
        if "torchvision::nms" not in str(error):
            raise
        for module in [m for m in sys.modules if m.split(".")[0] == "torchvision"]:
            del sys.modules[module]
        boxes = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
        for operator in ("nms", "qnms"):
            _DECLARED.define(operator + boxes)
        import torchvision.datasets
    return torchvision.datasets
