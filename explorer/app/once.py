"""What was computed once need not be computed again: a small cache of a handler's answers."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from functools import wraps


def once(size: int) -> Callable[[Callable], Callable]:
    """A decorator that keeps a function's last `size` different answers (least used goes first).

    Calls with the same arguments at the same time share one computation, which functools'
    lru_cache does not do: thirty students open a tab together. An error is not kept.
    Arguments are positional and hashable.
    """

    def decorate(function: Callable) -> Callable:
        kept: OrderedDict[tuple, Future] = OrderedDict()
        lock = threading.Lock()

        @wraps(function)
        def answer(*arguments):
            with lock:
                future = kept.get(arguments)
                mine = future is None
                if mine:
                    future = kept[arguments] = Future()
                kept.move_to_end(arguments)
                while len(kept) > size:
                    kept.popitem(last=False)
            if mine:
                try:
                    future.set_result(function(*arguments))
                except BaseException as error:
                    with lock:
                        if kept.get(arguments) is future:
                            del kept[arguments]
                    future.set_exception(error)
            return future.result()

        answer.kept = kept
        return answer

    return decorate
