"""What ships computed is what would be computed now, and is not used where it would not be."""

import base64
import json
import re
from collections import OrderedDict
from types import SimpleNamespace

import numpy as np
import pytest

from explorer.app import classes, once, openings, sessions
from explorer.app.guiding import answers as guiding
from explorer.app.guiding import asked as guided
from explorer.app.inside import asked, losses, names
from explorer.app.latent import coding
from explorer.app.racing import answers as racing
from explorer.app.truth import asked as plane
from explorer.app.truth import chapters

REMAKE = "python -m explorer.app.openings makes them anew"


@pytest.fixture
def used(monkeypatch):
    """The stored answers, found while the test runs."""
    monkeypatch.setattr(openings, "_there", frozenset())
    openings.use()


def same(a: object, b: object) -> bool:
    """Equal but for rounding: numbers to a thousandth, greys to 1, texts but for times measured."""
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, str):
        raw = [openings._decoded(text) for text in (a, b)]
        return alike(*raw) if all(raw) else timeless(a) == timeless(b)
    return a == b or a == pytest.approx(b, rel=1e-3, abs=1e-5)


def alike(a: bytes, b: bytes) -> bool:
    """Greys that differ by at most 1, or float32 or float64 numbers that differ by rounding."""
    if len(a) != len(b):
        return False
    for kind, far in ((np.uint8, 1), (np.float16, 2e-2), (np.float32, 1e-3), (np.float64, 1e-6)):
        if len(a) % np.dtype(kind).itemsize == 0:
            x, y = (np.frombuffer(part, kind).astype(float) for part in (a, b))
            if np.isfinite(x).all() and np.abs(x - y).max() <= far:
                return True
    return False


def timeless(text: str) -> str:
    text = re.sub(r"\d+\.\d\d s", "some s", text)
    return text.replace("beforehand, when this app was made", "here")


def test_the_stored_answers_are_those_of_the_weights_that_ship():
    assert not openings.stale(), f"{openings.stale()} {REMAKE}."


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        (racing.three_ways, (racing.Asked(classes.opening()),)),
        (guiding.parts, (guided.first(guided.SCENES), 3.0)),
        (chapters.particles, (plane.Asked(), 12)),
        (names._names, (asked.Asked(degrees=45.0),)),
        (losses._own, (asked.Asked(),)),
        (coding.encoding, ("",)),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_stored_answer_is_what_would_be_computed(used, function, arguments):
    stored = openings.find(function.__wrapped__, arguments)
    assert stored is not openings.MISSING, f"It is not stored: {REMAKE}."
    assert same(stored, function.__wrapped__(*arguments)), f"It has changed: {REMAKE}."


def test_answers_of_other_weights_or_of_another_format_are_stale(monkeypatch, tmp_path):
    monkeypatch.setattr(openings, "FOLDER", tmp_path)
    monkeypatch.setattr(openings, "_there", frozenset())
    (tmp_path / "answer.xz").write_bytes(b"")
    good = {"format": openings.FORMAT, "weights": openings.weights()}
    for index, word in (
        (good | {"weights": {"mnist": "other"}}, "weights"),
        (good | {"format": 0}, "format"),
        (None, "no index"),
    ):
        (tmp_path / "index.json").write_text(json.dumps(index) if index else "{")
        openings.use()
        assert word in openings.stale() and not openings._there
    (tmp_path / "index.json").write_text(json.dumps(good))
    openings.use()
    assert openings.stale() == "" and openings._there == {"answer.xz"}


def test_packing_gives_back_what_was_packed():
    picture = base64.b64encode(bytes(range(200))).decode()
    answer = ({"frames": picture, "n": [1, 2.5, None]}, "bytes and words", picture)
    assert openings.unpacked(openings.packed(answer)) == answer
    with pytest.raises(TypeError):
        openings.packed({1: "a key that is no text"})


def test_a_damaged_file_is_computed_instead(used, monkeypatch, tmp_path):
    monkeypatch.setattr(openings, "FOLDER", tmp_path)
    name = openings.name_of(coding.encoding.__wrapped__, ("",))
    (tmp_path / name).write_bytes(b"torn")
    assert openings.find(coding.encoding.__wrapped__, ("",)) is openings.MISSING


def test_whoever_runs_a_network_of_their_own_gets_nothing_stored(monkeypatch):
    monkeypatch.setattr(openings, "find", lambda function, arguments: "stored")
    answer = once.once(4)(lambda x: "computed")
    measure = once.once(4, stored=False)(lambda x: "computed")
    assert answer(1) == "stored" and measure(1) == "computed"
    monkeypatch.setattr(sessions, "chosen", lambda: SimpleNamespace(number=5))
    assert answer(1) == "computed"


def test_all_caches_together_keep_to_their_budget(monkeypatch):
    monkeypatch.setattr(once, "BUDGET", 100)
    monkeypatch.setattr(once, "_used", OrderedDict())
    monkeypatch.setattr(once, "_bytes", 0)
    one, two = (once.once(9)(lambda n: "x" * n) for _ in range(2))
    one(40), two(50), one(40)
    assert len(one.kept) == len(two.kept) == 1
    one(30)  # 120 bytes: the least used goes
    assert (len(one.kept), len(two.kept), once._bytes) == (2, 0, 70)


def test_what_a_cache_has_no_room_for_does_not_count(monkeypatch):
    monkeypatch.setattr(once, "BUDGET", 100)
    monkeypatch.setattr(once, "_used", OrderedDict())
    monkeypatch.setattr(once, "_bytes", 0)
    small, last = once.once(9)(lambda n: "x" * n), once.once(1)(lambda n: "x" * n)
    small(20)
    for n in range(30, 60):
        last(n)
    assert (len(small.kept), len(last.kept), once._bytes) == (1, 1, 79)
    last.forget()
    assert (len(last.kept), once._bytes) == (0, 20)
