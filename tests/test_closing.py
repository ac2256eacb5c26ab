"""A page is closed in the middle of a run: from then on nothing is computed for it.

End to end: a real server, asked as a page asks it, with a network that waits until it is told to
go on, so that the page is gone before the first of many steps is over.
"""

import json
import threading
from collections.abc import Iterator

import httpx
import pytest
import torch

from explorer.app import main, sessions, studio
from explorer.app.engine import Engine
from explorer.app.tabs import samplers
from explorer.models import zoo
from explorer.models.unet import UNet, UNetConfig

STEPS = 200
SMALL = UNetConfig(channels=(8, 16), attention=(False, True), head_dim=8, emb_dim=16)


class Held:
    """A network that predicts zeros; its first call waits for `go`."""

    def __init__(self) -> None:
        self.calls, self.begun, self.go = 0, threading.Event(), threading.Event()

    def __call__(self, x: torch.Tensor, angle: torch.Tensor, context: torch.Tensor) -> torch.Tensor:
        self.calls += 1
        self.begun.set()
        assert self.go.wait(60)
        return torch.zeros_like(x)


@pytest.fixture
def network(monkeypatch, tmp_path) -> Held:
    held, path = Held(), tmp_path / "small.safetensors"
    zoo.save(path, UNet(SMALL), kind="unet", config=SMALL)
    monkeypatch.setattr(studio, "_engine", Engine(zoo.load(path), held))
    return held


@pytest.fixture
def closed(monkeypatch) -> threading.Event:
    """Set once a session was closed."""
    event, close = threading.Event(), sessions.close
    monkeypatch.setattr(sessions, "close", lambda session: (close(session), event.set()))
    return event


@pytest.fixture
def client(monkeypatch, network) -> Iterator[httpx.Client]:
    """A client of an app of one tab, which runs in this process."""
    monkeypatch.setattr(main, "TABS", (samplers,))
    demo = main.build()
    demo.queue(api_open=False)
    demo.launch(prevent_thread_lock=True, **main.options())
    with httpx.Client(base_url=demo.local_url, timeout=60) as client:
        yield client
    network.go.set()
    demo.close()


def join(client: httpx.Client, session: str) -> None:
    """Ask for a race of one sampler in so many steps."""
    config = client.get("/config").json()
    race = next(fn for fn in config["dependencies"] if fn["api_name"] == "race")
    opened = {
        one["id"]: one["props"]["value"]
        for one in config["components"]
        if one["id"] in race["inputs"]
    }
    digit, _, _, schedule, scale, _, grid = (opened[number] for number in race["inputs"])
    values = [digit, 4242, STEPS, schedule, scale, "ddim/trailing", grid]
    body = {"data": values, "fn_index": race["id"], "session_hash": session}
    assert client.post("/gradio_api/queue/join", json=body).status_code == 200


def told(client: httpx.Client, session: str):
    return client.stream("GET", "/gradio_api/queue/data", params={"session_hash": session})


def test_a_run_ends_with_the_page_that_asked_for_it(client, network, closed):
    with client.stream("GET", "/gradio_api/heartbeat/goes") as beat:
        beats = beat.iter_lines()  # kept: httpx closes a stream with what iterates over it
        assert "ALIVE" in next(beats)
        join(client, "goes")
        with told(client, "goes") as stream:
            messages = stream.iter_lines()
            assert any("process_starts" in message for message in messages)
            assert network.begun.wait(60) and not closed.is_set()
    assert closed.wait(30), "nobody was told that the page is closed"
    network.go.set()
    engine = studio.common()
    with engine._state:
        assert engine._state.wait_for(lambda: not engine._runs, 60)
    assert network.calls == 1  # the one that was under way

    join(client, "stays")
    with told(client, "stays") as stream:
        end = next(line for line in stream.iter_lines() if "process_completed" in line)
    assert json.loads(end.removeprefix("data:"))["success"]
    assert network.calls == 1 + STEPS
