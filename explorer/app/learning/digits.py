"""The chapter "Digits, live": a small U-Net trained from scratch while the page watches.

torch is imported when somebody presses Train, not with the page.
"""

import asyncio
import base64
import threading
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager
from html import escape
from pathlib import Path
from typing import Any

import anyio.to_thread
import gradio as gr

from explorer.app import checks, controls, sessions, share
from explorer.app.line import Line
from explorer.app.theme import template, widget

TITLE = "Digits, live"
SHORTEST, LONGEST, FIRST = 30, 300, 60  # seconds of a run
WAIT = 0.3  # seconds between two looks at the line
LINE = Line(places=1)  # of this server: who trains has all its cores
_stops: dict[str | None, threading.Event] = {}  # of each session that trains or waits

_thread = anyio.to_thread.run_sync  # keeps the context: who asks


async def live(data: Path | None, seconds: object) -> AsyncGenerator[tuple, None]:
    """Handler of Train: waits for its turn, trains, and keeps what was learnt.

    Yields (what the widget shows, the line on the page's network). Raises gr.Error, a sentence.
    An async generator, so that those who wait hold no thread of those that answer everybody.
    """
    limit = checks.number("The time limit", seconds, SHORTEST, LONGEST)
    session = sessions.current()
    with _stoppable(session) as stop, LINE.ticket() as ticket:
        from explorer.app.learning import live as lives
        from explorer.app.learning import material

        try:
            images = await _thread(material.pictures, data)
            while (before := ticket.position) and not stop.is_set():
                yield {"phase": "waiting", "before": before, "limit": limit}, gr.skip()
                await asyncio.sleep(WAIT)
            if stop.is_set():
                yield {"phase": "left"}, gr.skip()
                return
            run = await _thread(lives.Live, images, limit)
            states = run.states(stop.is_set)
            while (state := await _thread(next, states, None)) is not None:
                ended = state["phase"] != "training"
                yield state, _learnt(session, run) if ended else gr.skip()
        except ValueError as error:
            raise checks.refuse(str(error)) from None


@contextmanager
def _stoppable(session: str | None) -> Iterator[threading.Event]:
    """What Stop sets. One run a page, so that nobody stands in line twice."""
    if session in _stops:
        raise checks.refuse("This page trains or waits already: press Stop first.")
    event = _stops[session] = threading.Event()
    try:
        yield event
    finally:
        del _stops[session]


def _learnt(session: str | None, run) -> str:
    """Keep what a run has learnt as the session's network; the line that says so."""
    from explorer.app.engine import Engine

    if session:
        sessions.keep(session, Engine(run.network()))
    return line()


def stop() -> None:
    """Handler of Stop: the run ends after the step it is at, and is kept; who waits leaves."""
    if event := _stops.get(sessions.current()):
        event.set()


def look(data: Path | None) -> tuple[dict, str]:
    """What the chapter opens with: some of the pictures that are to be learnt, or what is missing.

    And the line on the page's network.
    """
    from explorer.app.learning import live as lives
    from explorer.app.learning import material

    try:
        return lives.lesson(material.pictures(data)), line()
    except ValueError as error:
        return {"phase": "missing", "sentence": str(error)}, line()


def line() -> str:
    """Which network the tabs of this page run, as HTML."""
    from explorer.app import studio

    mine = sessions.own(sessions.current())
    shipped = escape(studio.common().net.card.name)
    if mine is None:
        return f"<p class='quiet'>The tabs of this page run <b>{shipped}</b>.</p>"
    name = escape(mine.engine.net.card.name)
    if not mine.used:
        return (
            f"<p>The tabs of this page run <b>{shipped}</b>; <b>{name}</b> is ready to be used.</p>"
        )
    return (
        f"<p>The tabs of this page run <b>{name}</b>: Forward’s “Resume from here”, Samplers, "
        "Guidance with digits, Attention’s Pixels, U-Net. Tables that were measured beforehand "
        f"stay those of {shipped}. It is forgotten with this page: download it to keep it.</p>"
    )


def has_one() -> dict:
    """Whether the buttons for the page's network are shown: once it has one."""
    return gr.update(visible=sessions.own(sessions.current()) is not None)


def _own() -> sessions.Own:
    mine = sessions.own(sessions.current())
    if mine is None:
        raise checks.refuse("This page has no network of its own yet: train one first.")
    return mine


def use() -> str:
    """Handler of "Use it in the other tabs"; the line. Raises gr.Error where there is none."""
    _own()
    if session := sessions.current():
        sessions.use(session, True)
    return line()


def back() -> str:
    """Handler of "Back to mnist"; the line."""
    if session := sessions.current():
        sessions.use(session, False)
    return line()


def download() -> dict:
    """The page's network as a file: {"name", "bytes" as base64}. Raises gr.Error as `use`."""
    from explorer.app.learning import live as lives

    net = _own().engine.net
    name = net.card.name.replace(", ", "-").replace(" ", "")
    bytes_ = base64.b64encode(lives.saved(net)).decode("ascii")
    return {"name": f"{name}.safetensors", "bytes": bytes_}


def warm() -> None:
    """Import what training needs, so that the first press does not wait for it."""
    from explorer.app.learning import live  # noqa: F401


SWITCHED = "() => document.dispatchEvent(new Event('explorer:network'))"
PRIVATE: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}


def build(context) -> None:
    """The chapter: the time, the run, and what becomes of the network."""
    seconds = gr.Slider(
        SHORTEST,
        LONGEST,
        FIRST,
        step=1,
        label="Time limit in seconds: the learning rate falls to zero as it ends",
    )
    share.keep(seconds, "train.seconds")
    with gr.Row(elem_classes="own-network"):
        go, halt = gr.Button("Train", variant="primary"), gr.Button("Stop")
    show = gr.HTML(
        None,
        html_template=template("learning/digits.html"),
        js_on_load=widget("liveDigits", "() => trigger('look', {})"),
        apply_default_css=False,
        elem_classes="explorer-widget",
    )
    told = _network(context)
    data = context.data

    async def train(seconds):
        async with aclosing(live(data, seconds)) as states:
            async for state in states:
                yield state

    def opened():
        return look(data)

    running = go.click(
        train, seconds, [show, told], preprocess=False, concurrency_limit=None, **PRIVATE
    )
    running.then(None, js=SWITCHED, api_visibility="private")
    halt.click(stop, queue=False, **PRIVATE)
    show.look(opened, None, [show, told], **PRIVATE)
    context.warm_up.append(warm)


def _network(context) -> gr.HTML:
    """The line on the page's network, and what can be done with one's own."""
    told = controls.said()
    with gr.Row(elem_classes="own-network", visible=False) as once_there:
        mine = gr.Button("Use it in the other tabs", size="md")
        theirs = gr.Button(f"Back to {Path(context.model).stem}", size="md")
        keep = gr.Button("Download it", size="md")
    file = gr.HTML(None, html_template="", js_on_load=widget("offer"), apply_default_css=False)
    context.tab.select(line, None, told, **PRIVATE)
    told.change(has_one, None, once_there, queue=False, **PRIVATE)
    for button, handler in ((mine, use), (theirs, back)):
        pressed = button.click(handler, None, told, **PRIVATE)
        pressed.success(None, js=SWITCHED, api_visibility="private")
    keep.click(download, None, file, **PRIVATE)
    return told
