"""One at a time, or a few, in the order in which they came."""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice

from explorer.app.fairness import Busy


class Turns:
    """A lock that is given to who waited longest, and that nobody waits for without end."""

    def __init__(self, at_once: int = 1) -> None:
        self._state = threading.Condition()
        self._line: deque[object] = deque()  # the first `at_once` have the turn
        self._at_once = at_once

    @contextmanager
    def turn(self, most: float) -> Iterator[None]:
        """Have the turn within the block. Raises Busy, a sentence, after `most` seconds."""
        me = object()

        def mine() -> bool:
            return me in islice(self._line, self._at_once)

        with self._state:
            self._line.append(me)
        try:
            with self._state:
                if not self._state.wait_for(mine, most):
                    raise Busy
            yield
        finally:
            with self._state:
                self._line.remove(me)
                self._state.notify_all()
