"""A real page in the system's Chromium, served by a real process on a free port.

Without Chromium these tests skip and say so; with EXPLORER_BROWSER=required they fail instead.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from .pages import lasting, load, new_page, profiles, spare  # noqa: F401

ROOT = Path(__file__).parents[2]
CHROMIUM = ("chromium-headless-shell", "chromium", "chromium-browser")  # the quickest first
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict:
    """pytest-playwright's fixture: the system's Chromium instead of a downloaded one."""
    found = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if found is None:
        missing = pytest.fail if os.environ.get("EXPLORER_BROWSER") == "required" else pytest.skip
        missing("Browser tests need Chromium on the PATH, and there is none.")
    return {"executable_path": found, "args": FLAGS, "headless": True}


@contextmanager
def serve(*command: str) -> Iterator[str]:
    """Run `python *command --port P` and give the address once it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        [sys.executable, *command, "--port", str(port)], cwd=ROOT, env=os.environ
    )
    try:
        for _ in range(900):
            assert process.poll() is None, "the app ended before it served a page"
            try:
                urllib.request.urlopen(url, timeout=10).read()
                break
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=30)


@pytest.fixture(scope="session")
def app(browser_type_launch_args) -> Iterator[str]:
    """Address of the app."""
    with serve("-m", "explorer", "app") as url:
        yield url


class Watch:
    """What a page asked for and complained about."""

    def __init__(self, page):
        self.requests: list[str] = []
        self.errors: list[str] = []
        self._hears = {
            "request": lambda request: self.requests.append(request.url),
            "pageerror": lambda error: self.errors.append(str(error)),
            "requestfailed": self._failed,
            "console": lambda m: self._said(m.text) if m.type == "error" else None,
        }
        for event, hear in self._hears.items():
            page.on(event, hear)

    def leave(self, page) -> None:
        for event, hear in self._hears.items():
            page.remove_listener(event, hear)

    def _said(self, text: str) -> None:
        if not text.startswith("AbortError"):  # as below, in Gradio's own words
            self.errors.append(text)

    def _failed(self, request) -> None:
        # Gradio closes the stream of an answer that it has, and a page that is left drops what it
        # still asked for; no fault of a server is called aborted.
        if request.failure != "net::ERR_ABORTED":
            self.errors.append(f"failed {request.url}")


@pytest.fixture
def watch(page) -> Iterator[Watch]:
    """Requests and errors of this test's page."""
    watch = Watch(page)
    yield watch
    watch.leave(page)


def idle(page, quiet: int = 500, patience: int = 60_000) -> None:
    """Wait until every request was answered and none was made for `quiet` ms."""
    still, seen = 0, set()
    for _ in range(patience // 50):
        flying = page.flying
        still = still + 50 if not flying and not seen else 0
        if still >= quiet:
            return
        seen = set(flying)
        page.wait_for_timeout(50)
    raise AssertionError(f"still asking: {sorted(page.flying)}")


def visit(page, place: str) -> None:
    """Go to "Tab/Chapter" as a link of the page does, and wait until it is open."""
    page.evaluate(
        """place => {
          window.arrived = explorer.visit(place);
          window.arrived.then(opened => { window.at = opened ? place : `no ${place}`; });
        }""",
        place,
    )
    page.wait_for_function("window.at === undefined ? null : window.at", timeout=60_000)
    assert page.evaluate("() => { const at = window.at; delete window.at; return at; }") == place


def open_tab(page, url: str, name: str, ready: str) -> None:
    """Open the page, choose a tab and wait for `ready`."""
    load(page, url)
    page.get_by_role("tab", name=name, exact=True).first.click(timeout=60_000)
    page.wait_for_selector(ready, timeout=60_000)


def open_chapter(page, url: str, tab: str, chapter: str, ready: str) -> None:
    """Open a tab, then one of the chapters inside it, and wait for `ready`."""
    open_tab(page, url, tab, ".chapters >> visible=true")
    page.get_by_role("tab", name=chapter, exact=True).locator("visible=true").first.click()
    page.wait_for_selector(ready, timeout=60_000)


def skip(page) -> None:
    """Skip the question of the chapter that is open: the numbers that answer it come after it."""
    page.get_by_role("button", name="Skip, show the answer").locator("visible=true").click()


def pixels(page, selector: str) -> list[int]:
    """The red channel of a canvas, row by row: its greys."""
    return page.eval_on_selector(
        selector,
        """canvas => {
          const { width, height } = canvas;
          const { data } = canvas.getContext('2d').getImageData(0, 0, width, height);
          return Array.from({ length: width * height }, (_, i) => data[4 * i]);
        }""",
    )


def drag(page, selector: str, start: float, stop: float, moves: int = 40) -> None:
    """Drag a range input's thumb with the mouse, from one share of its width to another."""
    page.locator(selector).scroll_into_view_if_needed()
    box = page.locator(selector).bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + start * box["width"], y)
    page.mouse.down()
    page.mouse.move(box["x"] + stop * box["width"], y, steps=moves)
    page.mouse.up()


def two_frames(page) -> None:
    """Wait until what was asked for is drawn."""
    page.evaluate("() => new Promise(f => requestAnimationFrame(() => requestAnimationFrame(f)))")


def seek_forward(page, t: int) -> None:
    """Move the clock of the Forward tab to t and wait until its chapter is drawn."""
    page.evaluate(
        "t => document.dispatchEvent(new CustomEvent('explorer:seek',"
        " {detail: {player: 'forward', position: t}}))",
        t,
    )
    two_frames(page)


def as_opened(page) -> None:
    """Set the Forward tab to what it shows when the page is new."""
    page.locator("[name=forward-schedule][value=linear]").check(force=True)
    page.locator("[name=forward-source][value='4']").check(force=True)
    seek_forward(page, 250)


def pace(
    page, slider: str = ".clock input[type=range]", drawn: str = "explorer:lab"
) -> tuple[float, float]:
    """(drawn, screen) frames a second while a slider, the Forward tab's clock, is scrubbed 2 s."""
    return page.evaluate(
        """([slider, drawn]) => new Promise(done => {
          const range = [...document.querySelectorAll(slider)].find(r => r.offsetParent);
          const count = Number(range.max) + 1;
          let draws = 0, frames = 0;
          document.addEventListener(drawn, () => draws++);
          const start = performance.now();
          (function frame(now) {
            if (now - start > 2000) return done([draws / 2, frames / 2]);
            frames++;
            range.value = (frames * 7) % count;
            range.dispatchEvent(new Event('input'));
            requestAnimationFrame(frame);
          })(start);
        })""",
        [slider, drawn],
    )
