"""Answers that are the same for everybody: the page and Gradio's files, made and compressed once.

Gradio writes the page anew for each who opens it, 76 ms with its compression, in the one thread
that serves everybody: a class of a hundred that arrives together waited 7 s for it.
"""

import re
from collections import OrderedDict

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST = 2**24  # bytes in all; a page knows its own address, which a stranger may make up
FILES = re.compile(r"/(?:assets|static)/.")
NAMED_BY_CONTENT = re.compile(r"/assets/.+-[\w-]{8}\.\w+$")
FOR_EVER = "public, max-age=31536000, immutable"
# What the page's own address is made of
OF_THE_PAGE = (b"host", b"x-forwarded-host", b"x-forwarded-proto", b"x-gradio-server")
PARTIAL = ("range", "if-none-match", "if-modified-since")  # asks for less than the whole

Answer = tuple[Message, bytes]  # its start, its body


class Kept:
    """Keeps what it let through, and answers with that; stands outside the compression."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._answers: OrderedDict[tuple, Answer] = OrderedDict()  # last asked for last
        self._size = 0  # bytes of their bodies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not _same_for_everybody(scope):
            return await self.app(scope, receive, send)
        scope = _bare(scope)
        key = tuple(scope[part] for part in ("scheme", "root_path", "path"))
        key += tuple(scope["headers"])
        if key in self._answers:
            self._answers.move_to_end(key)
            start, whole = self._answers[key]
            await send(_copy(start))  # whoever sends on adds to its headers
            return await send({"type": "http.response.body", "body": whole})
        begun: list[Message] = []
        body = bytearray()

        async def watch(message: Message) -> None:
            if message["type"] == "http.response.start":
                if message["status"] == 200 and NAMED_BY_CONTENT.search(scope["path"]):
                    MutableHeaders(scope=message)["Cache-Control"] = FOR_EVER
                begun.append(_copy(message))
            elif message["type"] == "http.response.body":
                body.extend(message.get("body", b""))
            await send(message)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                self._keep(key, begun[0], bytes(body))

        await self.app(scope, receive, watch)

    def _keep(self, key: tuple, start: Message, body: bytes) -> None:
        headers = MutableHeaders(raw=start["headers"])
        if start["status"] != 200 or "set-cookie" in headers or key in self._answers:
            return
        headers["Content-Length"] = str(len(body))
        self._answers[key] = start, body
        self._size += len(body)
        while self._size > MOST:
            _, (_, oldest) = self._answers.popitem(last=False)
            self._size -= len(oldest)


def _copy(start: Message) -> Message:
    return {**start, "headers": list(start["headers"])}


def _is_page(scope: Scope) -> bool:
    return scope["path"].removeprefix(scope.get("root_path", "")) in ("", "/")


def _same_for_everybody(scope: Scope) -> bool:
    if scope["type"] != "http" or scope["method"] != "GET":
        return False
    if any(name in Headers(scope=scope) for name in PARTIAL):
        return False
    if _is_page(scope):
        return b"deep_link" not in scope["query_string"]  # Gradio's own links
    return bool(FILES.match(scope["path"].removeprefix(scope.get("root_path", ""))))


def _bare(scope: Scope) -> Scope:
    """The request without all that its answer must not depend on: else one visitor's own would
    reach another. Our links' queries are read by the browser."""
    headers, page = Headers(scope=scope), _is_page(scope)
    kept = [(name, value) for name, value in headers.raw if page and name in OF_THE_PAGE]
    if "gzip" in headers.get("accept-encoding", ""):
        kept.append((b"accept-encoding", b"gzip"))
    return {**scope, "headers": kept, "query_string": b"", "root_path": scope.get("root_path", "")}
