"""A running app, over HTTP, as a stranger speaks to it: no fault, no trace, and it goes on."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psutil
import pytest

from explorer.app.guard import FOREIGN, HEADERS

ROOT = Path(__file__).parents[1]
JOIN, SERVER = "/gradio_api/queue/join", "/gradio_api/component_server"
JSON = {"content-type": "application/json"}
DEEP = b"[" * 50_000 + b"]" * 50_000
# What may stand for any value, as JSON: NaN and numbers of 4000 digits are of Python's own.
GARBAGE = (
    b"NaN", b"-Infinity", b"null", b"true", b'["a", null]', b'{"a": {"b": [1]}}', b"9" * 4000,
    b"2.5", b"-1", b'"' + b"<img src=x onerror=alert(1)>" * 2000 + b'"', b'"{{value}}${value}"',
    b'"\\ud800\\u0000"', b"[" * 300 + b"]" * 300, b"1e400",
    b'{"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}}',
)  # fmt: skip
# The app without its warm-up, which would take half a minute of both cores.
COLD = (
    "from explorer.app.main import Context; from explorer.cli import main; "
    "Context.start_warm_up = lambda self: None; main()"
)


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[tuple[httpx.Client, psutil.Process, Path]]:
    """A client of the app, the app's process, and what it wrote to its log."""
    log = tmp_path_factory.mktemp("app") / "log"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with log.open("wb") as written:
        process = subprocess.Popen(
            [sys.executable, "-c", COLD, "app", "--port", str(port)],
            cwd=ROOT, stdout=written, stderr=written,
        )  # fmt: skip
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=120) as client:
            while True:
                assert process.poll() is None, log.read_text()
                try:
                    client.get("/config")
                    break
                except httpx.TransportError:
                    time.sleep(0.1)
            yield client, psutil.Process(process.pid), log
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture
def client(server) -> httpx.Client:
    return server[0]


def told(client: httpx.Client, session: str, count: int) -> list[dict]:
    """What the stream of a session says of `count` events when they end."""
    ends = []
    with client.stream("GET", "/gradio_api/queue/data", params={"session_hash": session}) as got:
        assert got.status_code == 200
        for line in got.iter_lines():
            message = json.loads(line.removeprefix("data:")) if line else {}
            if message.get("msg") == "process_completed":
                ends.append(message)
                if len(ends) == count:
                    break
    return ends


def clean(answer: httpx.Response) -> httpx.Response:
    """It is no fault of the server, and tells nothing of its inside."""
    assert answer.status_code < 500 or answer.status_code == 503, (answer.url, answer.text)
    nothing_inside(answer.text)
    return answer


def nothing_inside(text: str) -> None:
    assert not any(word in text for word in ("Traceback", "site-packages", ".py", "0x7f"))


def good(client: httpx.Client) -> None:
    """The next good request is answered."""
    asked = {"data": ["3", 7], "api": "grey_image"}
    fn = dependency(client, asked["api"])
    values = [choice(client, fn["inputs"][0]), 7]
    event = client.post(JOIN, json={"data": values, "fn_index": fn["id"], "session_hash": "good"})
    assert event.status_code == 200
    assert [end["success"] for end in told(client, "good", 1)] == [True]


def config(client: httpx.Client) -> dict:
    return client.get("/config").json()


def dependency(client: httpx.Client, name: str) -> dict:
    return next(fn for fn in config(client)["dependencies"] if fn["api_name"] == name)


def choice(client: httpx.Client, component: int) -> object:
    found = next(c for c in config(client)["components"] if c["id"] == component)
    return found["props"]["value"]


def test_no_handler_falls_over_what_a_stranger_sends(server):
    client, process, _ = server
    fns = [fn for fn in config(client)["dependencies"] if fn["backend_fn"]]
    assert len(fns) > 100

    def garbage(fn: dict, value: bytes, extra: int = 0) -> bytes:
        values = b", ".join([value] * (len(fn["inputs"]) + extra))
        return b'{"data": [%s], "event_data": %s, "fn_index": %d, "session_hash": "s%d"}' % (
            values, value, fn["id"], fn["id"],
        )  # fmt: skip

    def all_of(fn: dict) -> list[dict]:
        """Every kind of garbage for a handler, and too few or too many values; how they end."""
        if not fn["inputs"] and fn["queue"]:
            return []  # it takes nothing from a stranger: nothing to refuse
        bodies = [garbage(fn, kind, k % 2) for k, kind in enumerate(GARBAGE)]
        bodies.append(garbage(fn, b"1", -1 if fn["inputs"] else 0))
        answers = [clean(client.post(JOIN, content=body, headers=JSON)) for body in bodies]
        joined = sum(answer.status_code == 200 for answer in answers)
        return told(client, f"s{fn['id']}", joined) if joined else []

    all_of(fns[0])
    before = process.memory_info().rss
    with ThreadPoolExecutor(4) as pool:
        ends = [end for many in pool.map(all_of, fns) for end in many]
    assert len(ends) > 10 * len(fns)
    for end in ends:
        nothing_inside(json.dumps(end))
    refused = [end["output"]["error"] for end in ends if not end["success"]]
    assert all(text is None or "<" not in text for text in refused)
    good(client)
    assert (process.memory_info().rss - before) / 2**20 < 400  # models that were loaded, no more


def test_functions_that_widgets_call_refuse_garbage(client):
    found = [
        (c["id"], name)
        for c in config(client)["components"]
        for name in c["props"].get("server_fns") or ()
    ]
    assert len(found) >= 2
    for component, name in found:
        for value in GARBAGE:
            for wrapped in (value, b'{"T": %s, "makers": {"linear": %s}}' % (value, value)):
                body = b'{"data": %s, "component_id": %d, "session_hash": "w", "fn_name": "%s"}' % (
                    wrapped, component, name.encode(),
                )  # fmt: skip
                answer = clean(client.post(SERVER, content=body, headers=JSON))
                assert answer.status_code == 200 and "error" in answer.json()
        for fn, place in (("postprocess", component), ("__class__", component), (name, 10**9)):
            body = {"data": 1, "component_id": place, "session_hash": "w", "fn_name": fn}
            assert clean(client.post(SERVER, json=body)).status_code in (400, 404)
    good(client)


@pytest.mark.parametrize("place", [JOIN, SERVER, "/gradio_api/run/choose", "/gradio_api/call/race"])
def test_a_body_that_is_none_is_refused(client, place):
    bodies = (
        b"", b"[", b"null", b"[1]", DEEP, b'{"data": %s}' % DEEP, b'{"data": 5}', b"\xff\xfe",
        b'{"data": [], "fn_index": -1, "session_hash": "x"}',
        b'{"data": [], "fn_index": 1000000, "session_hash": "x"}',
        b'{"data": [], "fn_index": "a", "session_hash": ["x"]}',
        b'{"data": [%s], "fn_index": 13, "session_hash": "x"}' % (b"9" * 5000),
    )  # fmt: skip
    for body in bodies:
        answer = clean(client.post(place, content=body, headers=JSON))
        assert answer.status_code >= 400 or (place.endswith("race") and b'"data": []' in body)


def test_ten_megabytes_are_refused_before_they_are_read(client):
    text = b"x" * 10 * 2**20
    for place in (JOIN, SERVER, "/gradio_api/run/choose", "/gradio_api/upload", "/nowhere"):
        whole = client.post(place, content=text, headers=JSON)
        parts = client.post(place, content=iter([text[: 2**16]] * 160), headers=JSON)
        assert whole.status_code == 413 and "most that is allowed" in whole.json()["detail"]
        assert parts.status_code in (413, 400, 404, 405)  # without a length: read up to the limit
    good(client)


def test_files_of_this_machine_are_not_served(client):
    places = (
        "/etc/passwd", "../../etc/passwd", "assets/models/mnist.md", "%00", "/proc/self/environ",
        str(ROOT / "README.md"), "http://127.0.0.1/", "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    )  # fmt: skip
    for place in places:
        for way in ("/gradio_api/file=", "/gradio_api/file/", "/static/", "/assets/"):
            assert clean(client.get(way + place)).status_code in (403, 404, 307)
    assert client.get("/gradio_api/proxy=http://127.0.0.1:1/").status_code == 400


def test_what_the_app_does_not_use_is_off(client):
    for place in ("/monitoring", "/monitoring/summary", "/gradio_api/vibe-code"):
        assert client.get(place).status_code == 403
    assert client.post("/gradio_api/run/race", json={"data": []}).status_code == 404  # api_open
    assert client.post("/gradio_api/process_recording", files={"video": b"x"}).status_code == 404
    page = config(client)
    assert page["analytics_enabled"] is False and page["show_error"] is False


def test_the_page_of_another_site_can_change_nothing(client):
    foreign = {"origin": "http://evil.example"}
    for headers in (foreign, {"origin": "null"}, {"sec-fetch-site": "cross-site"}):
        answer = client.post(JOIN, json={"data": []}, headers=headers)
        assert answer.status_code == 403 and answer.json()["detail"] == FOREIGN
    asked = {**foreign, "access-control-request-method": "POST"}
    for answer in (client.options(JOIN, headers=asked), client.get("/config", headers=foreign)):
        assert answer.headers.get("access-control-allow-origin") != foreign["origin"]
    own = {"origin": str(client.base_url).rstrip("/")}
    assert (
        client.post(JOIN, json={"data": []}, headers=own).status_code == 400
    )  # not refused as such


def test_every_answer_carries_the_headers_of_a_careful_page(client):
    for place in ("/", "/config", "/theme.css", "/nowhere"):
        headers = client.get(place).headers
        assert all(headers[name] == value for name, value in HEADERS.items())


def test_uploads_that_are_none_are_refused(client):
    upload = "/gradio_api/upload"
    answers = [
        client.post(upload),
        client.post(upload, content=b"x", headers={"content-type": "multipart/form-data"}),
        client.post(upload, files={"files": ("a" * 9000 + ".png", b"x")}),
        client.post(upload, files={"files": ("a.png", b"x" * 6 * 2**20)}),
        client.post(upload, data={"files": "no file"}, files={"other": ("n", b"x")}),
    ]
    assert all(400 <= clean(answer).status_code < 500 for answer in answers)
    kept = client.post(upload, files={"files": ("../../../a.png", b"x")})
    assert kept.status_code == 200 and ".." not in kept.text


def test_a_browser_that_closes_in_the_middle_of_a_run_harms_nobody(client):
    race = dependency(client, "race")
    values = [choice(client, component) for component in race["inputs"]]
    for seed in (11, 12):
        values[1] = seed
        body = {"data": values, "fn_index": race["id"], "session_hash": f"gone{seed}"}
        assert client.post(JOIN, json=body).status_code == 200
        stream = {"session_hash": f"gone{seed}"}
        with client.stream("GET", "/gradio_api/queue/data", params=stream) as got:
            next(line for line in got.iter_lines() if "process_starts" in line)
    good(client)
    values[1] = 11
    client.post(JOIN, json={"data": values, "fn_index": race["id"], "session_hash": "again"})
    assert [end["success"] for end in told(client, "again", 1)] == [True]


def test_a_second_server_on_the_port_says_so(server):
    client, process, _ = server
    port = str(client.base_url.port)
    second = subprocess.run(
        [sys.executable, "-m", "explorer", "app", "--port", port],
        capture_output=True, text=True, cwd=ROOT, check=False,
    )  # fmt: skip
    assert second.returncode == 2 and second.stdout == ""
    assert second.stderr == (
        f"explorer: 127.0.0.1:{port} cannot be listened on (Address already in use): "
        "end the server that holds it, or choose another --port.\n"
    )
    assert process.is_running()
    good(client)


def test_the_log_holds_no_fault_of_ours(server):
    """Last in this file: what all of the above left."""
    log = server[2].read_text("utf-8", "replace")
    ours = [line for line in log.splitlines() if "File " in line and f"{ROOT}/explorer/" in line]
    assert not ours, log[-3000:]
