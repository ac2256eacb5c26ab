"""The guard alone, before apps that fail in each way an app can fail."""

import asyncio
import importlib
import json
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from starlette.exceptions import HTTPException

from explorer.app import checks, guard, limits


def exchange(
    app, path: str = "/", body: bytes = b"", query: bytes = b"", **headers: str
) -> tuple[int, bytes, bool]:
    """Status, body and whether the answer ended, of one request to `app` behind the guard."""
    sent = []

    async def receive():
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message):
        sent.append(message)

    named = [(key.replace("_", "-").encode(), value.encode()) for key, value in headers.items()]
    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "headers": named,
        "query_string": query,
    }
    with ThreadPoolExecutor(1) as other:  # Playwright may have a loop running in this thread
        other.submit(asyncio.run, guard.Guard(app)(scope, receive, send)).result()
    start, *parts = sent
    return start["status"], b"".join(part["body"] for part in parts), not parts[-1].get("more_body")


def raising(error: Exception, after: bytes | None = None):
    """An app that raises, perhaps after it has begun to answer."""

    async def app(scope, receive, send):
        if after is not None:
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": after, "more_body": True})
        raise error

    return app


def answering(status: int, body: bytes):
    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": body})

    return app


async def ours(scope, receive, send):
    checks.choice("Sampler", "ddim", None)  # a fault in a handler: TypeError, out of our code


@pytest.mark.parametrize(
    "app, status, sentence",
    [
        (raising(KeyError("component_id")), 400, guard.NONSENSE),
        (raising(OSError(28, "No space left on device")), 503, guard.BUSY),
        (raising(MemoryError()), 503, guard.BUSY),
        (ours, 503, guard.BUSY),
    ],
)
def test_an_error_leaves_as_a_sentence(app, status, sentence):
    got = exchange(app)
    assert got[0] == status and json.loads(got[1]) == {"detail": sentence}


def test_a_stream_that_breaks_off_ends_properly():
    missing = HTTPException(404)
    assert exchange(raising(missing, after=b"data: 1\n\n")) == (200, b"data: 1\n\n", True)


def test_a_refusal_past_the_queue_is_no_fault_of_the_server():
    run = "/gradio_api/run/choose"
    said = b'{"error": "Steps must be a whole number."}'
    assert exchange(answering(500, said), run) == (422, said, True)
    assert exchange(answering(500, b'{"error": null}'), run)[0] == 503
    assert exchange(answering(200, b"{}"), run)[0] == 200


async def reading(scope, receive, send):
    await receive()
    await answering(200, b"read")(scope, receive, send)


def test_a_body_is_measured_with_and_without_a_length():
    most = guard.LARGEST_REQUEST
    assert exchange(reading, body=b"x" * most)[0] == 200
    assert exchange(reading, body=b"x" * (most + 1))[0] == 413
    assert exchange(reading, content_length=str(most + 1))[0] == 413
    assert exchange(reading, guard.UPLOAD, body=b"x" * (most + 1))[0] == 200
    for length in ("-1", "1e9", "9" * 30, "²"):
        assert exchange(reading, content_length=length)[0] == 400


def test_what_a_session_is_called_is_short_since_it_is_remembered():
    def named(length: int, key: str = "session_hash") -> bytes:
        return json.dumps({"data": [], key: "a" * length}).encode()

    most, join = guard.LONGEST_SESSION, "/gradio_api/queue/join"
    assert exchange(reading, join, named(most))[0] == 200
    assert exchange(reading, join, named(most + 1)) == (
        400,
        json.dumps({"detail": guard.NONSENSE}, ensure_ascii=False, separators=(",", ":")).encode(),
        True,
    )
    escaped = named(most + 1).replace(b"session_hash", b"session\\u005fhash")
    assert exchange(reading, join, escaped)[0] == 400
    for other in (named(9999, "data"), b"[1]", b"{}", b"{", b'{"session_hash": 7}'):
        assert exchange(reading, join, other)[0] == 200
    assert exchange(reading, join, b"[" * 9999 + b"]" * 9999)[0] in (200, 400)  # as Python says
    longest = guard.LONGEST_ADDRESS
    assert exchange(reading, "/" + "a" * longest)[0] == 414
    assert exchange(reading, query=b"session_hash=" + b"a" * longest)[0] == 414
    assert exchange(reading, query=b"session_hash=abc")[0] == 200


@pytest.mark.parametrize("address", ["http://a/x.png", "HTTPS://a/x", "ftp://a"])
def test_no_file_is_fetched_from_an_address_for_whoever_asks(address):
    file = {"path": address, "meta": {"_type": "gradio.FileData"}}
    for path in (
        "/gradio_api/queue/join",
        "/gradio_api/run/choose",
        "/gradio_api/component_server",
    ):
        for data in ([file, 0], [0, [{"a": file}]], {"deep": file}):
            sent = json.dumps({"data": data, "session_hash": "s"}).encode()
            assert exchange(reading, path, sent)[0] == 400, data
    ours = {"path": "/tmp/gradio/x.png", "url": "http://a:7860/gradio_api/file=/tmp/gradio/x.png"}
    assert exchange(reading, body=json.dumps({"data": [ours, "path: http://a"]}).encode())[0] == 200


@pytest.mark.parametrize("prefix", ["", "/explorer"])
def test_behind_a_prefix_the_rules_are_the_same(prefix, monkeypatch):
    kept = guard.Guard.__call__

    async def prefixed(self, scope, receive, send):
        return await kept(self, scope | {"root_path": prefix}, receive, send)

    monkeypatch.setattr(guard.Guard, "__call__", prefixed)
    large = b"x" * (guard.LARGEST_REQUEST + 1)
    assert exchange(reading, prefix + guard.UPLOAD, body=large)[0] == 200
    said = b'{"error": "Steps must be a whole number."}'
    assert exchange(answering(500, said), prefix + "/gradio_api/run/choose")[0] == 422
    for closed in ("process_recording", "deep_link"):
        assert exchange(reading, f"{prefix}/gradio_api/{closed}")[0] == 404


@pytest.mark.parametrize(
    "headers, allowed",
    [
        ({}, True),  # a program that is no browser
        ({"origin": "http://a:7860", "host": "a:7860"}, True),
        ({"origin": "https://a", "host": "inside:7860", "x_forwarded_host": "a"}, True),
        ({"origin": "https://a", "host": "inside", "sec_fetch_site": "same-origin"}, True),
        ({"origin": "http://b", "host": "a:7860"}, False),
        ({"origin": "http://a:80", "host": "a:7860"}, False),
        ({"origin": "null", "host": "a"}, False),
        ({"origin": "http://[::1", "host": "a"}, False),
        ({"sec_fetch_site": "cross-site", "host": "a"}, False),
        ({"sec_fetch_site": "same-site", "host": "a"}, False),
    ],
)
def test_only_the_page_itself_may_change_something(headers, allowed):
    assert (exchange(reading, **headers)[0] == 200) == allowed


def test_every_limit_of_the_table_stands_where_it_says():
    for _, most, _ in re.findall(r"^\| (.+?) \| (.+?) \| (.+) \|$", limits.__doc__, re.M)[1:]:
        names = re.findall(r"[a-z_.]*\b[A-Z_]{2,}\b", most)
        module, _, _ = names[0].rpartition(".")
        place = importlib.import_module(f"explorer.app.{module or 'limits'}")
        for name in names:
            assert getattr(place, name.rpartition(".")[2]) > 0, (most, name)
