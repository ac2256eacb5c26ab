"""Who is computed next: pieces of work that wait, dealt out fairly among those who asked.

Nothing here knows what a piece is for; it has `rows`, an `owner` (any hashable, or None), `later`,
whether others go first, `began`, when what it is a part of was asked for, and `had`, how many rows
that was given before this call; `fits(other)` says whether two can be computed in one batch, and
`wanted()` whether anybody still waits.
"""

import time
from collections import OrderedDict, deque
from collections.abc import Hashable, Sequence
from typing import Generic, Protocol, Self, TypeVar

import gradio as gr

SHARE = 2  # rows dealt to an owner at a turn: those of a guided step
HEAVY = 3  # the last rank
LITTLE = 64  # rows; who takes fewer goes first: a guided sample of 20 steps takes 40
SOON = 4  # rows of a batch of what may come later: somebody in a hurry may come meanwhile
LATEST = 0.5  # seconds after which who waited longest is served first, whatever he asks for
LIMIT = 4096  # rows that may wait: what the slower machines compute in a quarter of a minute
OWN_LIMIT = 1024  # of these, an owner's, and as many that may come later: nobody fills it alone
GIVE_UP = 30.0  # seconds that anything may wait before it is refused
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
    @property
    def later(self) -> bool: ...
    @property
    def had(self) -> int: ...
    @property
    def began(self) -> float: ...
    def fits(self, other: Self) -> bool: ...
    def wanted(self) -> bool: ...


Kind = TypeVar("Kind", bound=Piece)
Asker = tuple[Hashable, bool]  # an owner, and whether it is the self who lets others go first


class Waiting(Generic[Kind]):
    """Pieces that wait. Not safe for threads: its engine holds a lock.

    The rule: a batch is dealt out in turns, SHARE rows to each owner, until it is full. First come
    those who ask for SHARE rows at a time and were given fewer than LITTLE for what they pressed;
    then those who begin with no more than LITTLE; in two more ranks those who ask for more, or had
    more; within a rank, who pressed first. So what is small is there soon, whatever others ask for.
    One asker a batch, the one served longest ago, comes before all if that is LATEST ago: with n
    owners who wait, each is served at least in every n-th batch. None (who asks without a page, as
    warm-up does) is one owner. What may come later is its owner's second self, who is passed over
    while others wait, but for being the one served longest ago, and who else gets batches of SOON
    rows.
    """

    def __init__(self) -> None:
        self.rows = 0
        self._waiting: OrderedDict[Asker, deque[Kind]] = OrderedDict()  # longest unserved first
        self._since: dict[Asker, float] = {}  # when each began to wait, or was last served

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def add(self, pieces: Sequence[Kind]) -> None:
        """Let the pieces of one call wait, all or none.

        Raises Busy where they would be more than LIMIT rows with all others, or than OWN_LIMIT with
        their owner's of the same rank; into an empty line goes any call.
        """
        asker, rows = (pieces[0].owner, pieces[0].later), sum(piece.rows for piece in pieces)
        own = sum(piece.rows for piece in self._waiting.get(asker, ()))
        if self.rows and (self.rows + rows > LIMIT or own + rows > OWN_LIMIT):
            raise Busy
        self._waiting.setdefault(asker, deque()).extend(pieces)
        self._since.setdefault(asker, time.monotonic())
        self.rows += rows

    def take(self, most: int) -> list[Kind]:
        """The next batch, at most `most` rows or a single piece; empty where nobody waits."""
        self._forget_unwanted()
        askers = self._admitted()
        if all(later for _, later in askers):
            most = min(most, SOON)
        batch, rows = list[Kind](), 0
        while rows < most and (dealt := self._turn(askers, batch, most - rows)):
            rows += dealt
        self._tidy()
        return batch

    def _turn(self, askers: Sequence[Asker], batch: list[Kind], room: int) -> int:
        """Deal each asker's next pieces into the batch; how many rows that were."""
        dealt = 0
        for asker in askers:
            mine = self._first(asker, batch, min(SHARE, room - dealt))
            dealt += sum(piece.rows for piece in mine)
            batch += mine
            if mine:
                self._waiting.move_to_end(asker)
                self._since[asker] = time.monotonic()
        return dealt

    def _admitted(self) -> list[Asker]:
        """Who is to be served, the next one first."""
        hurried = any(not later for _, later in self._waiting)
        admitted = [asker for asker in self._waiting if not (hurried and asker[1])]
        admitted.sort(key=self._rank)
        longest = next(iter(self._waiting), None)
        if longest and time.monotonic() - self._since[longest] > LATEST:
            return [longest, *(asker for asker in admitted if asker != longest)]
        return admitted

    def _rank(self, asker: Asker) -> tuple[int, float]:
        waiting = self._waiting[asker]
        first, rows = waiting[0], sum(piece.rows for piece in waiting)
        much = (rows > SHARE) + (rows > (SHARE if first.had else LITTLE))
        return min(first.had // LITTLE + much, HEAVY), first.began

    def _first(self, asker: Asker, batch: list[Kind], room: int) -> list[Kind]:
        """Take from an asker what goes into the room, and together with the batch."""
        taken: list[Kind] = []
        waiting, rows = self._waiting[asker], 0
        while waiting:
            piece, others = waiting[0], batch or taken
            if others and not (rows + piece.rows <= room and piece.fits(others[0])):
                break
            taken.append(waiting.popleft())
            rows += piece.rows
        return taken

    def _forget_unwanted(self) -> None:
        for asker, waiting in self._waiting.items():
            self._waiting[asker] = deque(piece for piece in waiting if piece.wanted())
        self._tidy()

    def _tidy(self) -> None:
        for asker in [asker for asker, waiting in self._waiting.items() if not waiting]:
            del self._waiting[asker], self._since[asker]
        self.rows = sum(piece.rows for waiting in self._waiting.values() for piece in waiting)
