"""One at a time, in the order in which they came."""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from explorer.app.fairness import Busy


class Turns:
    """A lock that is given to who waited longest, and that nobody waits for without end."""

    def __init__(self) -> None:
        self._state = threading.Condition()
        self._line: deque[object] = deque()  # the first has the turn

    @contextmanager
    def turn(self, most: float) -> Iterator[None]:
        """Have the turn within the block. Raises Busy, a sentence, after `most` seconds."""
        me = object()
        with self._state:
            self._line.append(me)
        try:
            with self._state:
                if not self._state.wait_for(lambda: self._line[0] is me, most):
                    raise Busy
            yield
        finally:
            with self._state:
                self._line.remove(me)
                self._state.notify_all()
