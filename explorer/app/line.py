"""A line of people who wait for one of a few places: who came first is served first."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(eq=False)
class Ticket:
    """A place in the line; `position` is 0 once it is this one's turn."""

    line: "Line"

    @property
    def position(self) -> int:
        """How many turns are to end before this one begins: 0 is now."""
        with self.line._lock:
            return max(0, self.line._tickets.index(self) + 1 - self.line.places)


@dataclass
class Line:
    """places: how many are served at a time.

    with line.ticket() as ticket:
        while ticket.position:
            yield "wait"
        ...                     # this one's turn, until the block is left
    """

    places: int = 1
    _tickets: list[Ticket] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def ticket(self) -> Iterator[Ticket]:
        """Stand in line; leaving the block, also by an error or a closed generator, frees it."""
        mine = Ticket(self)
        with self._lock:
            self._tickets.append(mine)
        try:
            yield mine
        finally:
            with self._lock:
                self._tickets.remove(mine)
