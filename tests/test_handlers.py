"""Every handler of the app, found in the page itself, refuses what is no value, in a sentence."""

import asyncio
import inspect
import math
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor

import gradio as gr
import pytest
from gradio.helpers import special_args

from explorer.app import checks, limits, openings
from explorer.app.learning import digits
from explorer.app.main import build
from explorer.app.racing import answers


def nested(depth: int) -> list:
    whole: list = []
    for _ in range(depth):
        whole = [whole]
    return whole


GARBAGE = {
    "nan": math.nan,
    "infinite": -math.inf,
    "list": ["ddim", 1, None],
    "dict": {"points": [1], "chosen": {"a": 1}, "grid": 7, "pixels": [0], "seed": None},
    "none": None,
    "true": True,
    "long": "<img src=x onerror=alert(1)>" * 400_000,  # 11 MB
    "words": "{{value}} ${value} <b>",
    "huge": 10**4000,
    "negative": -1,
    "fraction": 2.5,
    "deep": nested(500),
    "bytes": "\ud800\x00\u202e",
    "file": {"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}},
}


@pytest.fixture(scope="module")
def demo() -> Iterator[gr.Blocks]:
    """The page. Cause has its opening: asked with garbage where it reads nothing, it is the one to
    compute all the same, for 25 seconds."""
    openings.use()
    openings._there = frozenset(name for name in openings._there if "causes.payload" in name)
    yield build()
    openings._there = frozenset()


def handlers(demo: gr.Blocks) -> dict[str, tuple]:
    """Name -> (function, the values that its inputs open with); each function once."""
    found = {}
    for dependency in demo.fns.values():
        if dependency.fn is None:
            continue
        plain = inspect.unwrap(dependency.fn)
        name = getattr(plain, "__name__", None) or "-".join(map(str, plain.args))
        opened = [block.value for block in dependency.inputs]
        found[f"{getattr(plain, '__module__', '')}.{name}"] = (dependency.fn, opened)
    for block in demo.blocks.values():
        for function in getattr(block, "server_fns", None) or ():
            found[f"server.{function.__name__}"] = (function, [None])
    return found


def takes_nothing(function) -> bool:
    """Whether it takes no more than who asks, so that it can refuse nothing."""
    taken = inspect.signature(inspect.unwrap(function)).parameters.values()
    return all(one.annotation is gr.Request for one in taken)


def ask(function, values: list, sent: object) -> object:
    """Call a handler as Gradio does; of a generator, the first answer."""
    request = gr.Request(session_hash="stranger")
    given, *_ = special_args(function, list(values), request, gr.EventData(None, sent))
    answer = function(*given)
    return next(answer) if isinstance(answer, Iterator) else answer


def sentence_of(error: gr.Error) -> None:
    """What a refusal says is short, of one line, and nothing that a page would interpret."""
    said = error.message
    assert isinstance(said, str) and 0 < len(said) <= checks.MOST
    said.encode("utf-8")  # it can be sent at all
    if "cache folder" not in said:  # Gradio's own sentence about a file that is not its own
        assert not error.print_exception and said.endswith((".", "…"))
    assert "<" not in said and "\u202e" not in said and "/tmp" not in said


def test_only_what_takes_nothing_is_left_out(demo):
    left = {name for name, (function, _) in handlers(demo).items() if takes_nothing(function)}
    assert "explorer.app.learning.plane.resume" in left
    assert "explorer.app.resume.resume" not in left  # the Forward tab's takes a picture
    assert all(not opened for name, (_, opened) in handlers(demo).items() if name in left)


@pytest.mark.parametrize("kind", GARBAGE)
def test_no_handler_takes_garbage_or_breaks_on_it(demo, kind):
    garbage, broken = GARBAGE[kind], []
    for name, (function, opened) in handlers(demo).items():
        if inspect.isasyncgenfunction(function) or takes_nothing(function):
            continue
        for first in range(max(1, len(opened))):
            # Good values, then garbage; the time of the call is over, so nothing is computed.
            values = [*opened[:first], *[garbage] * (len(opened) - first)]
            try:
                with limits.within(-1):
                    answer = ask(inspect.unwrap(function), values, garbage)
                refused = isinstance(answer, dict) and "error" in answer
                if first == 0 and not refused:
                    broken.append(f"{name} takes {kind}: {str(answer)[:80]}")
            except gr.Error as error:
                sentence_of(error)
                if first == 0 and "longer than" in error.message:
                    broken.append(f"{name} begins to compute with {kind}")
            except Exception as error:
                broken.append(f"{name}, {kind} from input {first}: {error!r:.200}")
    assert not broken, "\n".join(broken)


def begun(states: AsyncIterator) -> object:
    with ThreadPoolExecutor(1) as other:  # Playwright may have a loop running in this thread
        return other.submit(asyncio.run, anext(states)).result()


def test_the_run_of_live_training_refuses_every_time_that_is_none():
    for garbage in GARBAGE.values():
        states = digits.live(None, garbage)
        with pytest.raises(gr.Error, match="The time limit must be a number from 30 to 300") as no:
            begun(states)
        sentence_of(no.value)


def test_a_call_whose_time_is_over_ends_with_a_sentence():
    asked = answers.Asked(digit="3", seed=4321)
    with limits.within(-1), pytest.raises(gr.Error, match="took longer than 120 seconds"):
        answers.film(asked)
    assert not any(key[1:] == (asked,) for key in answers.film.kept)  # the next one runs


def test_every_handler_has_the_time_limit_but_those_that_cap_their_steps(demo):
    capped = {name for name, (f, _) in handlers(demo).items() if not hasattr(f, "__wrapped__")}
    assert {name.split(".")[-1] for name in capped} == {
        "measure",
        "train",
        "resume",
        "redraw",
        "spread",
        "computed",
    }
