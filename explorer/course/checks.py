"""Exercises that say what is wrong with an answer.

A module of `explorer.course.exercises` registers what an exercise asks:

    @exercise("02.1")
    def marginal_variance(answer) -> None:
        'raise Wrong("...") unless answer is right'

and a lesson calls `check("02.1", answer)`. The answer `...` means that nobody has tried yet.
"""

import importlib
import os
from collections.abc import Callable

_EXERCISES: dict[str, Callable[[object], None]] = {}


class Wrong(Exception):  # noqa: N818 (a judge reads: raise Wrong(...))
    """What is wrong with an answer: a sentence for the learner, with a hint and no solution."""


def exercise(number: str) -> Callable:
    """Register a function as the judge of exercise `number`, "02.1" for the first of lesson 2.

    The judge takes the answer, a value or a function of the learner's, and raises Wrong.
    """

    def register(judge: Callable[[object], None]) -> Callable[[object], None]:
        if number in _EXERCISES:
            raise ValueError(f"two exercises are numbered {number}.")
        _EXERCISES[number] = judge
        return judge

    return register


def find(number: str) -> Callable[[object], None]:
    """The judge of exercise `number`. ValueError where there is none."""
    lesson = number.partition(".")[0]
    try:
        importlib.import_module(f"explorer.course.exercises.lesson{lesson}")
        return _EXERCISES[number]
    except (ModuleNotFoundError, KeyError):
        raise ValueError(f"there is no exercise {number}.") from None


def verdict(number: str, answer: object) -> str | None:
    """What is wrong with an answer, as a sentence; None where it is right.

    A function of the learner's that raises is told so in a sentence, not in a trace.
    """
    judge = find(number)
    if answer is ...:
        return "nothing is filled in yet: put your answer where the three dots are."
    try:
        judge(answer)
    except Wrong as wrong:
        return str(wrong)
    except Exception as error:
        said = str(error).strip().partition("\n")[0]  # torch adds its signatures
        return f"your answer stopped with {type(error).__name__}: {said}"
    return None


def check(number: str, answer: object) -> None:
    """Print whether an answer to exercise `number` is right, and what is wrong with it if not.

    It returns nothing, as a notebook would print that too; `verdict` is for programs.

    With EXPLORER_STRICT set, as where the solutions are run by a test, a wrong answer raises
    AssertionError.
    """
    wrong = verdict(number, answer)
    if wrong and os.environ.get("EXPLORER_STRICT"):
        raise AssertionError(f"{number}: {wrong}")
    print(f"{number}: not yet. {wrong[0].upper()}{wrong[1:]}" if wrong else f"{number}: right.")
