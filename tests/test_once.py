"""Who shares a computation with others loses nothing by what happens to them."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from explorer.app import limits, sessions
from explorer.app.once import once
from tests.test_engine import on_page


def test_who_leaves_while_others_wait_for_his_answer_takes_it_from_nobody():
    begun, left = threading.Event(), threading.Event()

    @once(8)
    def answer(question: str) -> str:
        event = sessions.event()
        if event.session == "goes":
            begun.set()
            assert left.wait(60)
        if event.closed:
            raise sessions.Cancelled
        return f"{question}, by {event.session}"

    with ThreadPoolExecutor(2) as pool:
        gone = pool.submit(on_page, "goes", "o1", answer, "q")
        assert begun.wait(60)
        other = pool.submit(on_page, "stays", "o2", answer, "q")
        sessions.close("goes")
        left.set()
        assert other.result() == "q, by stays"
        with pytest.raises(sessions.Cancelled):
            gone.result()


def test_who_has_no_time_left_takes_the_answer_from_nobody():
    begun, over = threading.Event(), threading.Event()

    @once(8)
    def answer(question: str) -> str:
        if not over.is_set():
            begun.set()
            assert over.wait(60)
            limits.spent()
        return question

    with ThreadPoolExecutor(2) as pool:

        def early() -> str:
            with limits.within(0):
                return answer("q")

        first = pool.submit(early)
        assert begun.wait(60)
        other = pool.submit(answer, "q")
        over.set()
        assert other.result(60) == "q"
        with pytest.raises(limits.Spent):
            first.result()


def test_the_answer_used_longest_ago_goes_first():
    made = []

    @once(2)
    def answer(x):
        made.append(x)
        return x

    for x in (1, 2, 1, 3, 1, 2):
        assert answer(x) == x
    assert made == [1, 2, 3, 2]


def test_who_ask_the_same_at_once_share_one_computation():
    made, begun, end = [], threading.Event(), threading.Event()

    @once(2)
    def answer(x):
        made.append(x)
        begun.set()
        assert end.wait(30)
        return x

    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(answer, 1) for _ in range(8)]
        assert begun.wait(30)
        end.set()
        assert [one.result(30) for one in asked] == [1] * 8
    assert made == [1]
