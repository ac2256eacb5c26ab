"""An engine with two batches under way, and a copy of its network lent in turns."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
import torch

from explorer.app import calls, limits, sessions
from explorer.app import engine as engines
from explorer.app.engine import Engine
from explorer.app.fairness import Busy
from tests.test_engine import asks, on_page

ROUNDS = 10


class Two(torch.nn.Module):
    """A network of two batches at a time, which end at the same moment where there are two."""

    parallel = 2

    def __init__(self) -> None:
        super().__init__()
        self.both = threading.Barrier(2)

    def forward(self, x, angle, context):
        try:
            self.both.wait(0.05)
        except threading.BrokenBarrierError:
            self.both.reset()
        if (context == 13).any():
            raise ValueError("unlucky")
        return x + angle[:, None, None, None]


@pytest.fixture
def slowly(monkeypatch):
    """A call is put together slowly, so that the last pieces of both batches are there by then."""
    finish, together = calls.Call.finish, torch.cat

    def late(call) -> None:
        time.sleep(0.002)
        finish(call)

    def cat(parts, *arguments):
        time.sleep(0.002)
        return together(parts, *arguments)

    monkeypatch.setattr(calls.Call, "finish", late)
    monkeypatch.setattr(calls.torch, "cat", cat)


def rested(engine: Engine) -> bool:
    """Whether no batch is counted as under way once all have ended."""
    with engine._state:
        return engine._state.wait_for(lambda: engine._batches == 0, 5)


def test_two_batches_of_one_call_answer_it_once(slowly):
    engine = Engine(Two())
    for _ in range(ROUNDS):
        assert asks(engine, 2.0, rows=2 * engines.MAX_ROWS).mean() == 2
    assert rested(engine)


def test_a_call_that_fails_in_two_batches_fails_once_and_the_engine_goes_on():
    engine = Engine(Two())
    for _ in range(3):
        with pytest.raises(ValueError, match="unlucky"):
            asks(engine, 1.0, 2 * engines.MAX_ROWS, 13)
    assert rested(engine) and asks(engine, 2.0).mean() == 2


def test_pages_that_close_while_their_calls_are_computed_leave_the_engine_whole(slowly):
    engine = Engine(Two())

    def stays(k: int) -> bool:
        found = on_page(f"stays {k}", f"s{k}", asks, engine, float(k), engines.MAX_ROWS)
        return found.mean().item() == k

    def goes(k: int) -> None:
        with suppress(sessions.Cancelled):
            on_page(f"goes {k}", f"g{k}", asks, engine, 1.0, 2 * engines.MAX_ROWS)

    with ThreadPoolExecutor(8) as pool:
        left = [pool.submit(goes, k) for k in range(ROUNDS)]
        kept = [pool.submit(stays, k) for k in range(ROUNDS)]
        for k in range(ROUNDS):
            sessions.close(f"goes {k}")
            time.sleep(0.005)
        assert all(one.result(60) for one in kept)
        assert [one.result(60) for one in left] == [None] * ROUNDS
    assert rested(engine)


def test_what_is_computed_alone_ends_with_its_page_and_its_time():
    engine = Engine(torch.nn.Identity())

    def looks() -> bool:
        with engine.alone():
            return True

    assert on_page("reads", "a1", looks)
    sessions.close("reads")
    with pytest.raises(sessions.Cancelled):
        on_page("reads", "a1", looks)
    with limits.within(-1), pytest.raises(limits.Spent, match="longer than 120 seconds"):
        looks()
    assert on_page("reads", "a2", looks)


def test_the_copy_is_lent_in_the_order_of_asking_and_nobody_waits_for_ever(monkeypatch):
    engine, order, names = Engine(torch.nn.Identity()), [], range(6)

    def look(name: int) -> None:
        with engine.alone():
            order.append(name)

    with ThreadPoolExecutor(len(names)) as pool, engine.alone():
        for name in names:
            pool.submit(look, name)
            while len(engine._copying._line) < name + 2:
                time.sleep(0.001)
    assert order == list(names)
    monkeypatch.setattr(engines, "GIVE_UP", 0.01)
    with ThreadPoolExecutor(1) as pool, engine.alone(), pytest.raises(Busy):
        pool.submit(look, 7).result()
    look(8)
    assert order[-1] == 8 and not engine._copying._line
