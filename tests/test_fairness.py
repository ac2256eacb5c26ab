"""Who is computed next, of pieces that are no network's."""

from dataclasses import dataclass
from types import SimpleNamespace

import pytest

from explorer.app import fairness
from explorer.app.fairness import LITTLE, SHARE, Busy, Waiting


@dataclass(eq=False)
class Piece:
    """Something that waits."""

    owner: str
    rows: int = SHARE
    number: int = 0
    kind: str = ""
    left: bool = False
    later: bool = False
    had: int = 0
    began: float = 0.0

    def fits(self, other: "Piece") -> bool:
        return self.kind == other.kind

    def wanted(self) -> bool:
        return not self.left


def owners(batch: list[Piece]) -> str:
    return "".join(piece.owner for piece in batch)


def line(*waiting: Piece) -> Waiting[Piece]:
    made = Waiting[Piece]()
    for piece in waiting:
        made.add([piece])
    return made


def test_who_asks_for_little_comes_before_who_asks_for_much():
    """Ranks: SHARE rows at a time and little so far, more so far, more at a time, more of both."""
    much = Piece("m", had=LITTLE)
    more = Piece("o", had=3 * LITTLE)
    waiting = line(more, much, Piece("l"), Piece("k", had=LITTLE - 1))
    step = [Piece("s", had=SHARE, number=k) for k in range(3)]  # of a strip, the second
    waiting.add(step)
    assert owners(waiting.take(10)) == "lkmso"
    assert [piece.number for piece in waiting.take(10)] == [1, 2]  # in order, and now alone


def test_little_at_once_is_little_too():
    """46 rows, all that "Lie about the noise" asks, come before the steps of a strip."""
    waiting = line(Piece("g", had=SHARE, began=3))
    waiting.add([Piece("b", began=0) for _ in range(100)])
    waiting.add([Piece("s", had=10, began=1) for _ in range(5)])
    waiting.add([Piece("a", began=2) for _ in range(23)])
    assert owners(waiting.take(4 * SHARE)) == "gabs"
    assert owners(waiting.take(2 * SHARE)) == "ab"  # also its rest


def test_among_equals_who_asked_first_comes_first_and_each_has_a_share():
    waiting = line(Piece("b", began=2), Piece("c", began=3), Piece("a", began=1))
    waiting.add([Piece("a", began=1), Piece("a", began=1)])  # many presses give no more of a turn
    assert owners(waiting.take(3 * SHARE)) == "bca"  # and more at once comes after
    waiting = line(Piece("b", began=2), Piece("c", began=3), Piece("a", began=1))
    assert owners(waiting.take(2 * SHARE)) == "ab" and owners(waiting.take(2 * SHARE)) == "c"


def test_few_who_ask_fill_a_batch_in_several_turns():
    waiting = Waiting()
    waiting.add([Piece("s", number=k) for k in range(40)])
    waiting.add([Piece("g", began=1)])
    assert owners(waiting.take(16)) == "gsssssss"


def test_who_waits_longest_is_served_however_many_come_for_little(monkeypatch):
    monkeypatch.setattr(fairness, "LATEST", 0.0)
    waiting = line(Piece("x", had=999), Piece("y", had=999))
    served = ""
    for k in range(4):  # of a class that fills every batch
        for student in "abcd":
            waiting.add([Piece(student, began=k)])
        batch = owners(waiting.take(3 * SHARE))
        assert len(batch) == 3
        served += batch[0]
    assert served[:2] == "xy"  # one a batch


def test_what_may_come_later_lets_others_go_first_but_not_for_ever(monkeypatch):
    line = Waiting()
    line.add([Piece("a", 2, later=True)])
    line.add([Piece("b", 2)]), line.add([Piece("a", 2)])
    assert [(p.owner, p.later) for p in line.take(64)] == [("b", False), ("a", False)]
    assert [p.later for p in line.take(64)] == [True] and not line and not line.take(64)
    now = 0.0
    monkeypatch.setattr(fairness, "time", SimpleNamespace(monotonic=lambda: now))
    line.add([Piece("a", 2, later=True)])
    rounds = []
    for tenth in range(12):
        now = tenth / 10 * fairness.LATEST
        line.add([Piece("b", 2)])
        rounds.append(owners(line.take(64)))
    assert rounds == 11 * ["b"] + ["ab"]


def test_what_does_not_fit_a_batch_comes_first_in_the_next():
    line = Waiting()
    line.add([Piece("a", 2)]), line.add([Piece("b", 2, kind="other")]), line.add([Piece("c", 2)])
    assert [p.owner for p in line.take(64)] == ["a", "c"]
    line.add([Piece("a", 2)])
    assert [p.owner for p in line.take(64)] == ["b"]


def test_the_line_is_bounded_and_nobody_fills_it_alone(monkeypatch):
    monkeypatch.setattr(fairness, "LIMIT", 20)
    monkeypatch.setattr(fairness, "OWN_LIMIT", 10)
    line = Waiting()
    line.add([Piece("a", 2)] * 4)
    with pytest.raises(Busy, match="try again in a minute"):
        line.add([Piece("a", 3)])
    line.add([Piece("b", 2)] * 4)
    with pytest.raises(Busy):
        line.add([Piece("c", 5)])
    line.add([Piece("c", 2)] * 2)
    line.take(32), line.take(32)
    line.add([Piece("a", 2)] * 12)  # what is too much for the line goes into an empty one
    assert line.rows == 24
