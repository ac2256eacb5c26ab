"""What judges ask of any answer before they look at what it says."""

import math
from collections.abc import Callable
from numbers import Real

from torch import Tensor

from explorer.course.checks import Wrong


def filled(answer: Callable, *arguments: object) -> object:
    """What the learner's function returns. Wrong where it is none, or still holds its dots."""
    if not callable(answer):
        raise Wrong("a function is asked for: give its name, without brackets.")
    try:
        value = answer(*arguments)
    except TypeError as error:
        if "ellipsis" in str(error):
            raise Wrong("some of the three dots still wait for a formula.") from None
        raise
    if value is ...:
        raise Wrong("nothing is filled in yet: put your formula where the three dots are.")
    if value is None:
        raise Wrong("your function returns nothing: does it end in a return?")
    return value


def number(answer: object) -> float:
    """The answer as a float. Wrong where it is not one finite number."""
    if isinstance(answer, Tensor) and answer.numel() == 1:
        answer = answer.item()
    if not isinstance(answer, Real) or isinstance(answer, bool):
        raise Wrong("a single number is asked for, and this is not one.")
    if not math.isfinite(answer):
        raise Wrong(f"a finite number is asked for, and this is {answer}.")
    return float(answer)


def near(value: float, wanted: float, within: float = 0.005) -> bool:
    """Whether a number was meant to be `wanted`: within half a percent of it unless said."""
    return abs(value - wanted) <= within * max(1.0, abs(wanted))


def pair(value: object, names: str) -> tuple[float, float]:
    """Two numbers of an answer. Wrong where there are not two."""
    if not isinstance(value, tuple | list) or len(value) != 2:
        raise Wrong(f"your function should return two numbers, {names}.")
    return number(value[0]), number(value[1])
