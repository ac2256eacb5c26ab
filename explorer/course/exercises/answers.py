"""What the judges of several lessons share: to read an answer, and to refuse what is none."""

import math
from collections.abc import Callable
from numbers import Real

import torch
from torch import Tensor

from explorer.course.checks import Wrong

EMPTY = "nothing is filled in yet, or not all: replace the three dots."


def number(answer: object) -> float:
    """The answer as a float. Wrong where it is no single number."""
    if isinstance(answer, Tensor) and answer.numel() == 1:
        answer = answer.item()
    if not isinstance(answer, Real) or isinstance(answer, bool) or not math.isfinite(answer):
        raise Wrong("your answer should be a single number.")
    return float(answer)


def called(answer: object, *arguments: object, shape: tuple[int, ...] | None = None) -> Tensor:
    """What a function of the learner's returns, in float64.

    Wrong where the answer is no function, where three dots are left in it, and where its result
    has not the shape asked for.
    """
    if not isinstance(answer, Callable):
        raise Wrong("your answer should be a function: give its name, without brackets.")
    try:
        result = answer(*arguments)
    except TypeError as error:
        if "ellipsis" in str(error):
            raise Wrong(f"{EMPTY} Some are still there.") from None
        raise
    if result is ...:
        raise Wrong(EMPTY)
    if result is None:
        raise Wrong("your function returns nothing: its last line should be a return.")
    found = torch.as_tensor(result).detach().double()
    if shape is not None and tuple(found.shape) != shape:
        raise Wrong(
            f"your function returns the shape {tuple(found.shape)} where {shape} was expected."
        )
    return found


def close(a: Tensor | float, b: Tensor | float, within: float = 1e-4) -> bool:
    """Whether two answers agree everywhere up to `within`, relative to the larger of b and 1."""
    a, b = torch.as_tensor(a).double(), torch.as_tensor(b).double()
    return bool(((a - b).abs() <= within * b.abs().clamp(min=1)).all())
