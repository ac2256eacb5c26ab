"""What the judges of the two lessons on samplers share."""

import math
from numbers import Real

import torch
from torch import Tensor

from explorer.course.checks import Wrong


def normal(*shape: int, seed: int = 0) -> Tensor:
    """Standard normal numbers (*shape), float64, the same for a seed."""
    rng = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=rng, dtype=torch.float64)


def apart(answer: object, right: Tensor) -> float:
    """The largest difference; Wrong unless answer is numbers of the shape of `right`.

    Infinite where the answer is not a number anywhere.
    """
    if answer is ...:
        raise Wrong("nothing is filled in yet: your function still returns three dots.")
    if answer is None:
        raise Wrong("your function returns nothing: is there a return at its end?")
    if not isinstance(answer, Tensor | Real):
        raise Wrong(f"your function returns a {type(answer).__name__}; it should return numbers.")
    found = torch.as_tensor(answer, dtype=torch.float64)
    if found.shape != right.shape:
        raise Wrong(f"your result has the shape {(*found.shape,)}, expected {(*right.shape,)}.")
    largest = (found - right).abs().max().item()
    return math.inf if math.isnan(largest) else largest


def number(answer: object) -> float:
    """The answer as a float; Wrong where it is no number."""
    if isinstance(answer, Tensor) and answer.numel() == 1:
        answer = answer.item()
    if isinstance(answer, bool) or not isinstance(answer, Real):
        raise Wrong(f"a number is asked for, and {answer!r} is none.")
    return float(answer)


def function(answer: object) -> None:
    """Wrong where the answer cannot be called."""
    if not callable(answer):
        raise Wrong("a function is asked for: give its name, without brackets.")
