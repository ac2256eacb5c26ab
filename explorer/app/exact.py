"""What is computed without a network, as in worlds where all is known: as many at once as cores.

An engine keeps those who ask for its network in a line. This is the line of all others: forty who
ask for a second each wait for their turns, as forty who compute at once would slow down all, each
with its own memory.
"""

from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from typing import ParamSpec, TypeVar

from explorer import cores
from explorer.app import sessions
from explorer.app.fairness import GIVE_UP
from explorer.app.turns import Turns

P = ParamSpec("P")
Result = TypeVar("Result")

AT_ONCE = cores.used()
_turns = Turns(AT_ONCE)
_mine: ContextVar[bool] = ContextVar("mine", default=False)


def in_turn(function: Callable[P, Result]) -> Callable[P, Result]:
    """A decorator, below `once`: calls wait for their turn, but for those within another's.

    A call raises Busy, a sentence, where its turn did not come for GIVE_UP seconds; Cancelled where
    the page that asks was closed meanwhile; Spent where the time of its handler is over.
    """

    @wraps(function)
    def waiting(*arguments: P.args, **named: P.kwargs) -> Result:
        if _mine.get():
            return function(*arguments, **named)
        with _turns.turn(GIVE_UP):
            sessions.wanted()
            token = _mine.set(True)
            try:
                return function(*arguments, **named)
            finally:
                _mine.reset(token)

    return waiting
