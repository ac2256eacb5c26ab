"""What one call may cost at most, all in one place or with a pointer to where it stands.

| what | most | where |
|---|---|---|
| bytes of a request | LARGEST_REQUEST | here, by `explorer.app.guard` |
| letters of an address, of a session's name | LONGEST_ADDRESS, LONGEST_SESSION | here, by `guard` |
| bytes of an uploaded file | upload.LARGEST_FILE | `upload`, and Gradio's max_file_size |
| pixels of an uploaded picture | upload.LARGEST a side | `upload`, read from its header |
| seconds of a call | MOST_SECONDS | here, at each call of a network; what calls none is short |
| seconds that a call waits for a network | fairness.GIVE_UP | `engine`, which refuses in words |
| calls that compute without one | exact.AT_ONCE | `exact`, where others wait as long |
| rows that wait for a network | fairness.LIMIT, OWN_LIMIT of one page | `fairness`, likewise |
| networks that pages trained | sessions.MOST | `sessions`; the oldest is forgotten |
| bytes of answers kept | once.BUDGET | `once`; the least used is forgotten |
| seconds of a run in the plane, runs kept | learning.plane_jobs.LIMIT, KEPT | that module |
| bytes of pages and files kept | kept.MOST | `kept`; the least used is forgotten |
| seconds of a training run | learning.digits.LONGEST | that chapter's control |
| steps of a training run in the plane | learning.plane_asked.MOST_STEPS | its check |
| evaluations a sampler may spend | racing.answers.MOST | its check |
| people who wait | WAITING | Gradio's queue, which answers 503 beyond it |
| hours that an unused upload is kept | KEPT | here, by gr.Blocks |
"""

import inspect
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps

import gradio as gr

LONGEST_ADDRESS = 4096  # bytes of a path, and of what follows its question mark
LONGEST_SESSION = 64  # letters of a session's name, which the queue remembers; a page's has 11
LARGEST_REQUEST = 2**20  # bytes of a request that is no upload: ours are below 64 KiB
MOST_SECONDS = 120  # of one call, without its wait in the queue; a race takes two
WAITING = 400  # requests in the queue; who comes then is told in words to try again
LAST_SEED = 9999  # that a control offers: a class's seeds are short enough to call out
KEPT = 1  # hours that an upload which no handler took stays on the disk
OVER = (
    f"This took longer than {MOST_SECONDS} seconds, the most that a call may: ask for fewer steps, "
    "or again when fewer people compute."
)

_end: ContextVar[float | None] = ContextVar("end", default=None)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """In this block, and in threads that copy its context, `spent` refuses after `seconds`."""
    token = _end.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _end.reset(token)


class Spent(gr.Error):
    """The time of a call is over: a sentence for the person who asked."""

    def __init__(self) -> None:
        super().__init__(OVER, duration=10, title="Please wait", print_exception=False)


def spent() -> None:
    """Raise Spent where the time of the call that goes on here is over."""
    end = _end.get()
    if end is not None and time.monotonic() > end:
        raise Spent


def timed(handler: Callable) -> Callable:
    """The handler with the time limit. Generators keep theirs: their checks cap their steps."""
    if any(
        test(handler)
        for test in (
            inspect.isgeneratorfunction,
            inspect.isasyncgenfunction,
            inspect.iscoroutinefunction,
        )
    ):
        return handler

    @wraps(handler)
    def limited(*arguments: object, **named: object) -> object:
        with within(MOST_SECONDS):
            return handler(*arguments, **named)

    return limited


def apply(demo: gr.Blocks) -> None:
    """Give every handler of a page the time limit."""
    for dependency in demo.fns.values():
        if dependency.fn is not None:
            dependency.fn = timed(dependency.fn)
