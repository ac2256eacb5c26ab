"""What the judges of all lessons share: to read an answer, and to refuse what is none."""

import math
from numbers import Real
from typing import Any

import torch
from torch import Tensor

from explorer.course.checks import Wrong

EXACT = 1e-6  # what a formula in float32 keeps, and more than enough of one in float64
TYPED = 0.005  # how near a number comes that was typed with three digits
EMPTY = "nothing is filled in yet, or not all: some of the three dots are still there."


def number(answer: object) -> float:
    """The answer as a float. Wrong where it is not one finite number."""
    if isinstance(answer, Tensor) and answer.numel() == 1:
        answer = answer.item()
    if not isinstance(answer, Real) or isinstance(answer, bool):
        raise Wrong("a single number is asked for, and this is not one.")
    if not math.isfinite(answer):
        raise Wrong(f"a finite number is asked for, and this is {answer}.")
    return float(answer)


def filled(answer: object, *arguments: object) -> Any:
    """What a function of the learner's returns.

    Wrong where the answer is no function, returns nothing, or has three dots left in it.
    """
    if not callable(answer):
        raise Wrong("a function is asked for: give its name, without brackets.")
    try:
        value = answer(*arguments)
    except (TypeError, AttributeError) as error:
        if "ellipsis" in str(error):
            raise Wrong(EMPTY) from None
        raise
    if value is ... or (isinstance(value, tuple) and any(part is ... for part in value)):
        raise Wrong(EMPTY)
    if value is None:
        raise Wrong("your function returns nothing: its last line should be a return.")
    return value


def called(answer: object, *arguments: object, shape: tuple[int, ...] | None = None) -> Tensor:
    """What a function of the learner's returns, in float64.

    Wrong as in `filled`, and where these are no numbers or not of the shape asked for.
    """
    value = filled(answer, *arguments)
    try:
        found = torch.as_tensor(value, dtype=torch.float64).detach()
    except (TypeError, ValueError, RuntimeError):
        name = type(value).__name__
        raise Wrong(f"your function returns a {name}; it should return numbers.") from None
    if shape is not None and found.shape != shape:
        wanted = f"a tensor of the shape {tuple(shape)}" if len(shape) else "a single number"
        raise Wrong(f"{wanted} should come back, and yours has the shape {tuple(found.shape)}.")
    return found


def pair(answer: object, *arguments: object, names: str) -> tuple[float, float]:
    """The two numbers that a function of the learner's returns. Wrong where they are not two."""
    try:
        a, b = filled(answer, *arguments)  # a tuple, a Level, a tensor: whatever holds two
    except (TypeError, ValueError):
        raise Wrong(f"your function should return two numbers, {names}.") from None
    return number(a), number(b)


def close(a: Tensor | float, b: Tensor | float, within: float = 1e-4) -> bool:
    """Whether two answers agree everywhere up to `within`, relative to the larger of b and 1."""
    a, b = (torch.as_tensor(x, dtype=torch.float64) for x in (a, b))
    return bool(((a - b).abs() <= within * b.abs().clamp(min=1)).all())


def normal(*shape: int, seed: int = 0) -> Tensor:
    """Standard normal numbers (*shape), float64, the same for a seed."""
    rng = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=rng, dtype=torch.float64)
