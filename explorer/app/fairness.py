"""Who is computed next: pieces of work that wait, dealt out fairly among those who asked.

Nothing here knows what a piece is for; it has `rows`, an `owner` (any hashable, or None) and
`fits(other)`, whether the two can be computed in one batch, and `wanted()`, whether anybody
still waits for it.
"""

from collections import OrderedDict, deque
from collections.abc import Hashable, Sequence
from typing import Generic, Protocol, Self, TypeVar

import gradio as gr

SHARE = 16  # rows that one owner gets of a batch while others wait: a quarter of it
LIMIT = 4096  # rows that may wait: what the slower machines compute in a quarter of a minute
OWN_LIMIT = 1024  # of these, an owner's: nobody fills the line alone
BUSY = "Too many people are computing here at the moment: please try again in a minute."


class Busy(gr.Error):
    """There is no room in the line, or no end to it: a sentence for the person who asked."""

    def __init__(self) -> None:
        super().__init__(BUSY, duration=10, title="Please wait", print_exception=False)


class Piece(Protocol):
    """Rows of one network call that are computed together."""

    @property
    def rows(self) -> int: ...
    @property
    def owner(self) -> Hashable: ...
    def fits(self, other: Self) -> bool: ...
    def wanted(self) -> bool: ...


Kind = TypeVar("Kind", bound=Piece)


class Waiting(Generic[Kind]):
    """Pieces that wait. Not safe for threads: its engine holds a lock.

    The rule: a batch is filled with the pieces of whoever was served longest ago, then of the next,
    each owner's in the order in which they came, and at most SHARE rows of each; an owner who
    waits alone may fill it. So with n owners who wait, each is served at the latest in every
    ceil(n * SHARE / most) batches, whatever the others ask for. None (who asks without a page, as
    warm-up does) is one owner.
    """

    def __init__(self) -> None:
        self.rows = 0
        self._waiting: OrderedDict[Hashable, deque[Kind]] = OrderedDict()  # longest unserved first

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def add(self, pieces: Sequence[Kind]) -> None:
        """Let the pieces of one call wait, all or none.

        Raises Busy where they would be more than LIMIT rows with all others, or than OWN_LIMIT with
        their owner's; into an empty line goes any call.
        """
        owner, rows = pieces[0].owner, sum(piece.rows for piece in pieces)
        own = sum(piece.rows for piece in self._waiting.get(owner, ()))
        if self.rows and (self.rows + rows > LIMIT or own + rows > OWN_LIMIT):
            raise Busy
        self._waiting.setdefault(owner, deque()).extend(pieces)
        self.rows += rows

    def take(self, most: int) -> list[Kind]:
        """The next batch, at most `most` rows or a single piece; empty where nobody waits."""
        self._forget_unwanted()
        share = most if len(self._waiting) == 1 else SHARE
        batch: list[Kind] = []
        left = most
        for owner in list(self._waiting):
            mine = self._first(owner, batch, min(share, left))
            left -= sum(piece.rows for piece in mine)
            batch += mine
            if mine:
                self._waiting.move_to_end(owner)
        self._tidy()
        return batch

    def _first(self, owner: Hashable, batch: list[Kind], room: int) -> list[Kind]:
        """Take from an owner what goes into the room, and together with the batch."""
        taken: list[Kind] = []
        waiting, rows = self._waiting[owner], 0
        while waiting:
            piece, others = waiting[0], batch or taken
            if others and not (rows + piece.rows <= room and piece.fits(others[0])):
                break
            taken.append(waiting.popleft())
            rows += piece.rows
        return taken

    def _forget_unwanted(self) -> None:
        for owner, waiting in self._waiting.items():
            self._waiting[owner] = deque(piece for piece in waiting if piece.wanted())
        self._tidy()

    def _tidy(self) -> None:
        for owner in [owner for owner, waiting in self._waiting.items() if not waiting]:
            del self._waiting[owner]
        self.rows = sum(piece.rows for waiting in self._waiting.values() for piece in waiting)
