"""A lock that is given to who waited longest."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from explorer.app.fairness import Busy
from explorer.app.turns import Turns


def test_who_gives_up_takes_the_place_of_nobody_who_has_it():
    turns, begun, end = Turns(), threading.Event(), threading.Event()

    def hold() -> None:
        with turns.turn(30):
            begun.set()
            assert end.wait(30)

    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(hold)
        assert begun.wait(30)
        for _ in range(2):  # the second came in where the first had freed the holder's place
            with pytest.raises(Busy), turns.turn(0.02):
                pytest.fail("somebody else has the turn")
        end.set()
        held.result(30)
    with turns.turn(0):
        pass
