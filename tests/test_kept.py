"""The page and Gradio's files are made once; each still has what it was made for."""

import gzip
from collections.abc import Iterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from explorer.app import kept
from explorer.app.guard import HEADERS, Guard
from explorer.app.kept import Kept

MADE: list[str] = []


async def made(request: Request) -> Response:
    MADE.append(str(request.url))
    told = f"{request.url.scheme}://{request.headers.get('host')} " + "x" * 2000
    answer = PlainTextResponse(f"{told} {request.query_params} {request.headers.get('x-mine')}")
    if "cookie" in request.url.path:
        answer.set_cookie("mine", "1")
    if "lost" in request.url.path:
        answer.status_code = 404
    return answer


@pytest.fixture
def client() -> Iterator[TestClient]:
    MADE.clear()
    guards = [Middleware(Guard), Middleware(Kept), Middleware(GZipMiddleware)]
    routes = [Route("/{path:path}", made, methods=["GET", "POST"])]
    with TestClient(Starlette(routes=routes, middleware=guards), base_url="http://class") as client:
        yield client


def same(client: TestClient, path: str, times: int = 3, **headers: str) -> httpx.Response:
    """The answer to all of so many equal requests."""
    answers = [client.get(path, headers=headers) for _ in range(times)]
    assert len({answer.content for answer in answers}) == 1
    assert len({str(answer.headers) for answer in answers}) == 1
    return answers[0]


def test_the_page_is_made_once_for_each_address_it_is_opened_at(client):
    page = same(client, "/?digit=7&lock=seed")
    assert page.text.startswith("http://class ") and page.headers["content-encoding"] == "gzip"
    assert all(page.headers[name] == text for name, text in HEADERS.items())
    assert len(MADE) == 1
    other = same(client, "/", host="lecture")
    assert other.text.startswith("http://lecture ") and len(MADE) == 2
    assert client.get("/", headers={"x-forwarded-proto": "https"}).status_code == 200
    assert len(MADE) == 3
    plain = same(client, "/", **{"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers and plain.text == page.text and len(MADE) == 4


def test_nothing_of_one_visitor_reaches_another(client):
    """Neither what a link asks nor what a stranger's program sends becomes part of what is kept."""
    page = client.get("/?page=another&all_endpoints=1", headers={"x-mine": "secret"})
    assert page.text.endswith(" None") and "another" not in page.text
    moved = client.get("/", headers={"x-gradio-server": "http://elsewhere"})
    assert client.get("/").text == page.text and len(MADE) == 2 and moved.status_code == 200


def test_a_file_named_by_what_is_in_it_stays_with_the_browser(client):
    assert same(client, "/assets/index-DphvyggB.js").headers["cache-control"] == kept.FOR_EVER
    assert "cache-control" not in same(client, "/static/logo.svg").headers
    assert len(MADE) == 2
    assert "cache-control" not in client.get("/assets/lost-DphvyggB.js").headers


@pytest.mark.parametrize(
    "path, headers",
    [
        ("/?deep_link=abc", {}),
        ("/gradio_api/info", {}),
        ("/assets/lost-12345678.js", {}),
        ("/assets/cookie.js", {}),
        ("/assets/a-12345678.js", {"range": "bytes=0-3"}),
        ("/assets/a-12345678.js", {"if-none-match": '"1"'}),
    ],
)
def test_what_is_not_the_same_for_everybody_is_made_anew(client, path, headers):
    same(client, path, **headers)
    assert len(MADE) == 3


def test_other_methods_pass(client):
    client.get("/")
    assert client.post("/").status_code == 200 and len(MADE) == 2


def test_what_strangers_make_up_fills_no_memory(client, monkeypatch):
    page = len(gzip.compress(client.get("/").content))
    monkeypatch.setattr(kept, "MOST", 20 * page)
    for k in range(60):
        client.get("/", headers={"host": f"made-up-{k}"})
    assert len(MADE) == 61
    client.get("/", headers={"host": "made-up-59"})
    assert len(MADE) == 61
    client.get("/", headers={"host": "made-up-1"})
    assert len(MADE) == 62
