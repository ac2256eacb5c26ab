"""What was computed once need not be computed again: a small cache of a handler's answers."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from functools import wraps

from explorer.app import sessions


def once(size: int) -> Callable[[Callable], Callable]:
    """A decorator that keeps a function's last `size` different answers (least used goes first).

    Calls with the same arguments at the same time share one computation, which functools'
    lru_cache does not do: thirty students open a tab together. An error is not kept. Where the one
    who computes closes the page, the next of those who wait takes over.
    Arguments are positional and hashable. An answer belongs to the network that gave it: who runs
    one of their own gets no other's, also if they switch while it is computed.
    """

    def decorate(function: Callable) -> Callable:
        kept: OrderedDict[tuple, Future] = OrderedDict()
        lock = threading.Lock()

        @wraps(function)
        def answer(*arguments):
            with sessions.fixed() as own:
                return kept_or_made((own.number if own else 0, *arguments), arguments)

        def kept_or_made(key: tuple, arguments: tuple):
            with lock:
                mine = key not in kept
                future = kept.setdefault(key, Future())
                kept.move_to_end(key)
                while len(kept) > size:
                    kept.popitem(last=False)
            if mine:
                try:
                    future.set_result(function(*arguments))
                except BaseException as error:
                    with lock:
                        if kept.get(key) is future:
                            del kept[key]
                    future.set_exception(error)
            try:
                return future.result()
            except sessions.Cancelled:
                if mine:
                    raise
                return kept_or_made(key, arguments)

        answer.kept = kept  # type: ignore[attr-defined]  # who measures anew forgets it
        return answer

    return decorate
