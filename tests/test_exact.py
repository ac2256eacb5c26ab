"""What computes without a network waits for its turn."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

import pytest

from explorer import cores, grey
from explorer.app import exact, grey_image, limits
from explorer.app.fairness import Busy
from explorer.app.turns import Turns


@pytest.fixture
def one_turn(monkeypatch):
    monkeypatch.setattr(exact, "_turns", Turns())


def test_forty_who_ask_for_new_noise_are_as_many_at_once_as_there_are_cores(monkeypatch):
    going, most, lock = 0, 0, threading.Lock()

    def counted(data, schedule, count, rng):
        nonlocal going, most
        with lock:
            going += 1
            most = max(most, going)
        time.sleep(0.002)
        with lock:
            going -= 1
        return data[:count]

    monkeypatch.setattr(grey, "samples", counted)
    with ThreadPoolExecutor(40) as pool:
        answers = list(pool.map(lambda seed: grey_image.run(grey_image.FIRST, seed), range(40)))
    assert [answer["seed"] for answer in answers] == list(range(40))
    assert most == cores.used()
    grey_image.experiment.forget()  # the pictures of this test are no samples


def test_what_is_asked_within_a_turn_needs_no_other(one_turn):
    inner = exact.in_turn(lambda x: x + 1)
    assert exact.in_turn(lambda x: 2 * inner(x))(3) == 8


def test_who_waits_too_long_is_told_in_words(one_turn, monkeypatch):
    monkeypatch.setattr(exact, "GIVE_UP", 0.05)
    begun, end = threading.Event(), threading.Event()
    slow = exact.in_turn(lambda: (begun.set(), end.wait(30)))
    quick = exact.in_turn(lambda: 1)
    with ThreadPoolExecutor(1) as pool:
        pool.submit(copy_context().run, slow)
        assert begun.wait(30)
        try:
            with pytest.raises(Busy, match="try again"):
                quick()
        finally:
            end.set()
    assert quick() == 1


def test_who_has_no_time_left_when_the_turn_comes_is_not_computed_for(one_turn):
    with limits.within(-1), pytest.raises(limits.Spent):
        exact.in_turn(lambda: pytest.fail("nobody waits for this"))()
