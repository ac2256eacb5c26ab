"""What an open page has of its own: the network that it trained, and whether the tabs run it.

A session is one load of the page, as Gradio counts them. Nothing here imports torch: caches ask
which network an answer belongs to before any is loaded.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

import gradio as gr
from gradio.context import LocalContext

from explorer.app import limits

if TYPE_CHECKING:
    from explorer.app.engine import Engine

MOST = 32  # networks of sessions that are kept, of at most 6 MB each: a class that trains
MOST_EVENTS = 4096  # that are remembered, so that they can be cancelled
_numbers = count(1)


@dataclass(eq=False)
class Own:
    """A network of a session; `number` tells it from every other there ever was."""

    engine: "Engine"
    used: bool = False  # whether the tabs of its session run it
    number: int = field(default_factory=_numbers.__next__)


class Cancelled(gr.Error):
    """The page that asked was closed: nobody waits for the answer."""

    def __init__(self) -> None:
        super().__init__("This page was closed.", visible=False, print_exception=False)


@dataclass(eq=False)
class Event:
    """One press on a page, from the request to its answer, however many steps that takes."""

    session: str
    closed: bool = False  # whether the page was closed since
    began: float = field(default_factory=time.monotonic)
    rows: int = 0  # that networks were given for it so far


_kept: OrderedDict[str, Own] = OrderedDict()  # by session, the oldest first
_events: OrderedDict[str, Event] = OrderedDict()  # by Gradio's number, the oldest first
_lock = threading.Lock()
_fixed: ContextVar[tuple[Own | None] | None] = ContextVar("fixed", default=None)


def current() -> str | None:
    """The session whose request is being answered here; None where nobody asked (warm-up)."""
    request = LocalContext.request.get(None)
    return getattr(request, "session_hash", None)


def event() -> Event | None:
    """The event that is answered here, from now on known as its session's; None where none is.

    A session that is closed may come back, as after a laptop's sleep: only what it had asked
    before is over.
    """
    session, number = current(), LocalContext.event_id.get(None)
    if not session or not number:
        return None
    with _lock:
        known = _events.setdefault(number, Event(session))
        while len(_events) > MOST_EVENTS:
            _events.popitem(last=False)
    return known


def wanted() -> Event | None:
    """The event that asks here. Raises Cancelled, or a sentence, where its page or time is over."""
    limits.spent()
    asking = event()
    if asking and asking.closed:
        raise Cancelled
    return asking


def close(session: str) -> None:
    """A page was closed: what it asked is cancelled at its next step, its network is dropped."""
    with _lock:
        _kept.pop(session, None)
        for one in _events.values():
            one.closed = one.closed or one.session == session


def keep(session: str, engine: "Engine") -> Own:
    """Remember a network as the session's, in the place of its last; the oldest of MOST goes.

    The tabs run it at once if they ran its predecessor.
    """
    with _lock:
        before = _kept.pop(session, None)
        own = _kept[session] = Own(engine, used=bool(before and before.used))
        while len(_kept) > MOST:
            _kept.popitem(last=False)
    return own


def own(session: str | None) -> Own | None:
    """The network of a session, used or not; None where it has none or it was dropped."""
    with _lock:
        return _kept.get(session) if session else None


def use(session: str, used: bool) -> None:
    """Let the tabs of a session run its own network, or the app's again."""
    with _lock:
        if session in _kept:
            _kept[session].used = used


def chosen() -> Own | None:
    """The network that answers here; None for the app's."""
    if fixed := _fixed.get():
        return fixed[0]
    mine = own(current())
    return mine if mine and mine.used else None


@contextmanager
def fixed() -> Iterator[Own | None]:
    """Until the block is left, `chosen` stays what it is, whatever its session switches to."""
    mine = chosen()
    token = _fixed.set((mine,))
    try:
        yield mine
    finally:
        _fixed.reset(token)
