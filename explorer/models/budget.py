"""What the description of a network may ask for: a file of a few bytes must not cost gigabytes."""

import math
from collections.abc import Callable, Mapping

import torch
from torch.overrides import TorchFunctionMode

COUNTS = ("blocks", "layers", "text_layers", "octaves")
MOST_LAYERS, MOST_WIDE = 64, 65_536  # of a count, and of any other number or list
_MAKERS = (torch.empty, torch.zeros, torch.ones, torch.full, torch.randn, torch.rand)


class BudgetError(ValueError):
    """More numbers were asked for than the file can fill."""


def absurd(config: Mapping[str, object]) -> str | None:
    """The first setting that is larger than of any network here; None where none is.

    Layers cost time and memory beside their weights: a few bytes could ask for a million of them.
    """
    for key, value in config.items():
        parts = value if isinstance(value, list) else [value]
        numbers = [part for part in parts if isinstance(part, int | float)]
        most = MOST_LAYERS if key in COUNTS else MOST_WIDE
        if len(parts) > MOST_WIDE or not all(abs(number) <= most for number in numbers):
            return key
    return None


class Budget(TorchFunctionMode):
    """In this block, tensors are made only while there are at most `numbers` in all of them.

    Raises BudgetError before the first one beyond is allocated.
    """

    def __init__(self, numbers: int) -> None:
        super().__init__()
        self.left = numbers

    def __torch_function__(
        self, func: Callable, types: object, args: tuple = (), kwargs: dict | None = None
    ) -> object:
        if func in _MAKERS and args:
            size = args[0] if isinstance(args[0], tuple | list) else args
            self.left -= math.prod(side for side in size if isinstance(side, int))
            if self.left < 0:
                raise BudgetError("it is larger than the file that holds it")
        return func(*args, **(kwargs or {}))
