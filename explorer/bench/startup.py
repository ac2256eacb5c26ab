"""How soon the app is there, and how much memory it keeps: measured from outside, as a process."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from urllib.error import URLError
from urllib.request import urlopen

import psutil

STARTS = 3  # after one that only fills the caches
PATIENCE = 120  # seconds until a start counts as failed
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "chromium-headless-shell")
FLAGS = "--headless --no-sandbox --disable-gpu --disable-background-networking".split()  # noqa: SIM905

# True once some visible canvas holds pixels of more than one colour.
PAINTED = """() => [...document.querySelectorAll('canvas')].some(c => {
  if (!c.offsetParent || !c.width || !c.height) return false;
  const p = c.getContext('2d')?.getImageData(0, 0, c.width, c.height).data;
  return p && new Set(new Uint32Array(p.buffer)).size > 1;
})"""


def app(port: int) -> list[str]:
    """The command that serves the app."""
    return [sys.executable, "-m", "explorer", "app", "--port", str(port)]


def measure(command: Callable[[int], list[str]] = app) -> dict:
    """Medians over STARTS starts: seconds until served and until a picture; MB when idle, once.

    command: of a port, the command that serves there.
    """
    print("The app: five starts, the last until its memory rests.", flush=True)
    with _browser() as look:
        _start(look, command)
        runs = [_start(look, command) for _ in range(STARTS)]
        resident = _start(look, command, resident_at_rest)[2]
    return {
        "served_s": median(run[0] for run in runs),
        "picture_s": median(run[1] for run in runs),
        "picture": "first picture" if look else "page's configuration (no Chromium here)",
        "resident_mb": resident,
    }


def _start(
    look: Callable[[str], None] | None,
    command: Callable[[int], list[str]],
    then: Callable[[int], float] = lambda pid: 0.0,
) -> tuple[float, float, float]:
    """Seconds until HTTP 200, seconds until the first picture, and what `then` finds at its pid."""
    began = time.perf_counter()
    with running(command) as (address, process):
        served = time.perf_counter() - began
        if look:
            look(address)
        else:
            wait_for(address + "config", process)
        return served, time.perf_counter() - began, then(process.pid)


@contextmanager
def running(
    command: Callable[[int], list[str]] = app,
) -> Iterator[tuple[str, subprocess.Popen]]:
    """The app as a process of its own, once it answers: its address and the process."""
    port = free_port()
    quiet = os.environ | {"PYTHONWARNINGS": "ignore"}
    process = subprocess.Popen(
        command(port), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=quiet
    )
    try:
        address = f"http://127.0.0.1:{port}/"
        wait_for(address, process)
        yield address, process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(address: str, process: subprocess.Popen) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise ValueError("the app ended at once; run explorer app to see why.")
        try:
            with urlopen(address, timeout=5) as answer:
                if answer.status == 200:
                    answer.read()
                    return
        except (URLError, OSError):
            time.sleep(0.02)
    raise ValueError(f"the app did not answer within {PATIENCE} seconds.")


def resident(pid: int) -> float:
    """MB of memory that a process and its children hold now."""
    family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    return sum(member.memory_info().rss for member in family) / 2**20


def resident_at_rest(pid: int) -> float:
    """MB of the process and its children once their memory has stood still for ten seconds."""
    history: list[float] = []
    for _ in range(PATIENCE):
        history.append(resident(pid))
        recent = history[-11:]
        if len(recent) == 11 and max(recent) - min(recent) < 0.01 * max(recent):
            break
        time.sleep(1)
    return history[-1]


@contextmanager
def _browser() -> Iterator[Callable[[str], None] | None]:
    """A function that opens an address and returns at the first picture; None without a browser.

    The browser itself starts here, before any clock.
    """
    binary = next(filter(None, map(shutil.which, CHROMIUM)), None)
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError:
        binary = None
    if not binary:
        yield None
        return
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=binary, args=FLAGS)

        def look(address: str) -> None:
            page = browser.new_page()
            try:
                page.goto(address, wait_until="commit")
                page.wait_for_function(PAINTED, timeout=1000 * PATIENCE)
            except Error as error:
                raise ValueError(f"the app showed no picture in {PATIENCE} seconds.") from error
            finally:
                page.close()

        yield look
        browser.close()
