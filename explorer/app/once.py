"""What was computed once need not be computed again: a small cache of a handler's answers.

What the chapters open with may have been computed before the app was shipped: see
explorer.app.openings. All caches together hold at most BUDGET bytes.
"""

import dataclasses
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Generic, TypeVar

from explorer.app import limits, openings, sessions

BUDGET = 48 * 2**20  # bytes of all answers kept
Keep = Callable[[Callable, tuple, object], None]
Value = TypeVar("Value")

_lock = threading.Lock()
_used: OrderedDict[tuple, tuple[OrderedDict, int]] = OrderedDict()  # cache and bytes, oldest first
_bytes = 0
_keep: Keep | None = None  # what the openings' maker does with an answer
_outermost: ContextVar[bool] = ContextVar("outermost", default=True)


class Aside(Generic[Value]):
    """An argument that tells no two requests apart, such as a callback: equal to any other."""

    def __init__(self, value: Value) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Aside)

    def __hash__(self) -> int:
        return 0

    def __repr__(self) -> str:
        return "aside"


def once(size: int, *, stored: bool = True) -> Callable[[Callable], Callable]:
    """A decorator that keeps a function's last `size` different answers (least used goes first).

    Calls with the same arguments at the same time share one computation, which functools'
    lru_cache does not do: thirty students open a tab together. An error is not kept. Where the one
    who computes closes the page, or had begun so much earlier that his time is over, the next of
    those who wait takes over.
    Arguments are positional and hashable. An answer belongs to the network that gave it: who runs
    one of their own gets no other's, also if they switch while it is computed.

    stored: whether an answer may come from those that ship; False for measurements of this machine.
    """

    def decorate(function: Callable) -> Callable:
        kept: OrderedDict[tuple, Future] = OrderedDict()

        @wraps(function)
        def answer(*arguments):
            with sessions.fixed() as own:
                number = own.number if own else 0
                return kept_or_made((number, *arguments), arguments, stored and not number)

        def kept_or_made(key: tuple, arguments: tuple, shipped: bool):
            with _lock:
                mine = key not in kept
                future = kept.setdefault(key, Future())
                kept.move_to_end(key)
                while len(kept) > size:
                    _forget(kept, next(iter(kept)))
            if mine:
                try:
                    future.set_result(_found_or_made(function, arguments, shipped))
                except BaseException as error:
                    with _lock:
                        if kept.get(key) is future:
                            del kept[key]
                    future.set_exception(error)
            try:
                result = future.result()
            except (sessions.Cancelled, limits.Spent):  # his page or time; who waits has his own
                if mine:
                    raise
                limits.spent()
                return kept_or_made(key, arguments, shipped)
            _weigh(kept, key, result if mine else None)
            return result

        def forget() -> None:
            """Have the answers that are there made anew when they are next asked for."""
            with _lock:
                for key in [key for key, future in kept.items() if future.done()]:
                    _forget(kept, key)

        answer.kept, answer.forget = kept, forget  # type: ignore[attr-defined]
        return answer

    return decorate


def _found_or_made(function: Callable, arguments: tuple, shipped: bool) -> object:
    """A stored answer, or one computed now."""
    found = openings.find(function, arguments) if shipped else openings.MISSING
    if found is not openings.MISSING:
        return found
    outermost = _outermost.get()
    token = _outermost.set(False)
    try:
        answer = function(*arguments)
    finally:
        _outermost.reset(token)
    if _keep and outermost and shipped:
        _keep(function, arguments, answer)
    return answer


def _weigh(kept: OrderedDict, key: tuple, fresh: object) -> None:
    """Note that an answer was used, and a fresh one's bytes; forget the oldest beyond BUDGET."""
    global _bytes
    place, weight = (id(kept), key), 0 if fresh is None else size_of(fresh)
    with _lock:
        if fresh is not None and key in kept:  # others may have taken its place meanwhile
            _bytes += weight - _used.pop(place, (kept, 0))[1]
            _used[place] = kept, weight
        elif place in _used:
            _used.move_to_end(place)
        while _bytes > BUDGET and len(_used) > 1:
            (_, oldest), (cache, _) = next(iter(_used.items()))
            _forget(cache, oldest)


def _forget(kept: OrderedDict, key: tuple) -> None:
    """Keep an answer no longer, nor count its bytes; call it under the lock."""
    global _bytes
    kept.pop(key, None)
    _bytes -= _used.pop((id(kept), key), (kept, 0))[1]


def size_of(answer: object) -> int:
    """About how many bytes an answer holds: texts, tensors, arrays and networks, and what is in it.

    What is met twice counts twice.
    """
    if isinstance(answer, str | bytes):
        return len(answer)
    if hasattr(answer, "nbytes"):  # a tensor or an array
        return answer.nbytes
    if hasattr(answer, "parameters"):  # a network
        return sum(weight.nbytes for weight in answer.parameters())
    if isinstance(answer, dict):
        return sum(size_of(part) for part in answer.values()) + 64 * len(answer)
    if isinstance(answer, list | tuple | set):
        return sum(size_of(part) for part in answer) + 8 * len(answer)
    if dataclasses.is_dataclass(answer):
        return sum(size_of(part) for part in vars(answer).values())
    return 32


@contextmanager
def beforehand(keep: Keep) -> Iterator[None]:
    """Within the block, hand every answer that can ship to `keep`; nested ones are parts of it."""
    global _keep
    _keep = keep
    try:
        yield
    finally:
        _keep = None


def where() -> str:
    """Where a time was measured that an answer holds: "here", or elsewhere if it is to ship."""
    return "beforehand, when this app was made" if _keep else "here"
