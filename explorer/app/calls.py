"""What an engine's line is made of: calls, cut into pieces that are computed at a time."""

import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

import torch
from torch import Tensor

from explorer.app import sessions
from explorer.app.fairness import SHARE

_later: ContextVar[bool] = ContextVar("later", default=False)


@contextmanager
def later() -> Iterator[None]:
    """In this block, calls let all others go first: what one waits for is on the screen already."""
    token = _later.set(True)
    try:
        yield
    finally:
        _later.reset(token)


@dataclass(eq=False)
class Call:
    """What one caller waits for. Not safe for threads: its engine holds a lock."""

    owner: str | None
    event: sessions.Event | None
    later: bool = field(default_factory=_later.get)
    answer: Future = field(default_factory=Future)
    parts: list["Piece"] = field(default_factory=list)
    made: float = field(default_factory=time.monotonic)
    had: int = field(init=False)  # rows that were given before for what was pressed

    def __post_init__(self) -> None:
        self.had = self.event.rows if self.event else 0

    def cut(self, x: Tensor, angle: Tensor, context: Tensor) -> "Call":
        """Into pieces of at most SHARE rows, so that a large call lets others go between."""
        rows = zip(*(part.split(SHARE) for part in (x, angle, context)), strict=True)
        self.parts = [Piece(self, *piece) for piece in rows]
        return self

    def fail(self, error: Exception) -> None:
        """Answer with an error, unless there is an answer."""
        if not self.answer.done():
            self.answer.set_exception(error)

    def finish(self) -> None:
        """Answer, once all pieces are there."""
        results = [part.result for part in self.parts if part.result is not None]
        if not self.answer.done() and len(results) == len(self.parts):
            self.answer.set_result(torch.cat(results))


@dataclass(eq=False)
class Piece:
    """Some rows of a call."""

    call: Call
    x: Tensor  # (b, C, H, W)
    angle: Tensor  # (b,)
    context: Tensor  # (b, L, D)
    result: Tensor | None = None

    @property
    def rows(self) -> int:
        return len(self.x)

    @property
    def owner(self) -> str | None:
        return self.call.owner

    @property
    def later(self) -> bool:
        return self.call.later

    @property
    def had(self) -> int:
        return self.call.had

    @property
    def began(self) -> float:
        return self.call.event.began if self.call.event else self.call.made

    def fits(self, other: "Piece") -> bool:
        return all(
            a.shape[1:] == b.shape[1:] and a.dtype == b.dtype
            for a, b in ((self.x, other.x), (self.context, other.context))
        )

    def wanted(self) -> bool:
        """Whether anybody waits for it; tells who left that it is over."""
        if self.call.event and self.call.event.closed:
            self.call.fail(sessions.Cancelled())
        return not self.call.answer.done()
