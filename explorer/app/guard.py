"""What stands between a stranger's request and Gradio: size, origin, and how errors are told.

Pure ASGI, without a buffer: streams pass through it as they come.
"""

import json
import re
import sys
import traceback
from pathlib import Path
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from explorer.app.limits import LARGEST_REQUEST, LONGEST_ADDRESS, LONGEST_SESSION
from explorer.app.upload import LARGEST_FILE

UPLOAD = "/gradio_api/upload"
DIRECT = ("/gradio_api/run/", "/gradio_api/api/")  # handlers called past the queue
FORM = 2**16  # bytes of a form around its file
# Routes of Gradio's that no page of ours uses, and that would keep or convert what strangers send.
CLOSED = re.compile(r"/gradio_api/(process_recording|deep_link)")
OURS = Path(__file__).parents[1]
PASSED = ("guard.py", "kept.py")  # of ours: every request goes through these
BUSY = "The server could not do this just now. Try again in a moment."
NONSENSE = "This request could not be understood. Reload the page, and try again there."
NOT_HERE = "There is nothing here. Open the app itself."
FOREIGN = "Requests from the pages of another site are refused. Open the app itself."
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    # Gradio's page needs scripts inside it and eval. Who may frame it is left open: a Space's
    # page stands in a frame of another host.
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
        "connect-src 'self' data: blob:; media-src 'self' data: blob:; worker-src 'self' blob:; "
        "object-src 'none'; base-uri 'self'; form-action 'self'"
    ),
}


class TooLargeError(Exception):
    """A body that goes on beyond its limit."""


class NonsenseError(Exception):
    """A body that no page of ours sends."""


class Guard:
    """Refuses what is too large or of another site; no error leaves but as a sentence."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        exchange = Exchange(scope, receive, send)
        if refusal := exchange.refusal():
            return await refusal(scope, receive, exchange.send)
        try:
            await self.app(scope, exchange.receive, exchange.send)
        except Exception as error:
            await exchange.fail(error)


class Exchange:
    """One request and its answer."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope = scope
        self.headers = Headers(scope=scope)
        self.path: str = scope["path"].removeprefix(scope.get("root_path", ""))
        self.most = LARGEST_FILE + FORM if self.path.startswith(UPLOAD) else LARGEST_REQUEST
        self.received = 0
        self._body = bytearray()  # of what is no upload
        self.begun: Message | None = None  # the start of the answer
        self._receive, self._send = receive, send
        self._held = False  # whether the start waits for what the answer says

    def refusal(self) -> JSONResponse | None:
        """The answer to a request that goes no further; None where it may."""
        if CLOSED.match(self.path):
            return JSONResponse({"detail": NOT_HERE}, 404)
        if self.scope["method"] not in ("GET", "HEAD", "OPTIONS") and self.foreign():
            return JSONResponse({"detail": FOREIGN}, 403)
        length = self.headers.get("content-length", "0")
        if not length.isdecimal() or len(length) > 18:
            return JSONResponse({"detail": NONSENSE}, 400)
        if int(length) > self.most:
            return JSONResponse({"detail": self.too_large()}, 413)
        if max(len(self.path), len(self.scope["query_string"])) > LONGEST_ADDRESS:
            return JSONResponse({"detail": NONSENSE}, 414)
        return None

    def foreign(self) -> bool:
        """Whether a browser sends this on behalf of another site's page.

        Where the browser itself says so (it does over TLS and on localhost), it is believed: a
        proxy in front may have changed the host. Programs that are no browser send no origin.
        """
        origin = self.headers.get("origin")
        if origin is not None and not _address(origin):
            return True
        if site := self.headers.get("sec-fetch-site"):
            return site not in ("same-origin", "none")
        if origin is None:
            return False
        hosts = (self.headers.get("host"), self.headers.get("x-forwarded-host"))
        return urlsplit(origin).netloc not in hosts

    def too_large(self) -> str:
        return f"The request is larger than {self.most // 2**20} MB, the most that is allowed."

    async def receive(self) -> Message:
        """The next part of the body, while there is not too much of it."""
        message = await self._receive()
        self.received += len(message.get("body", b""))
        if self.received > self.most:
            raise TooLargeError
        if message["type"] == "http.request" and not self.path.startswith(UPLOAD):
            self._body += message.get("body", b"")
            if not message.get("more_body", False) and _nonsense(self._body):
                raise NonsenseError
        return message

    async def send(self, message: Message) -> None:
        """A part of the answer; its start with our headers, errors with a status of their own."""
        if message["type"] == "http.response.start":
            self.begun = message
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            self._held = message["status"] == 500 and self.path.startswith(DIRECT)
            if self._held:
                return
        elif self._held:
            self._held = False
            assert self.begun is not None
            self.begun["status"] = 422 if _says_why(message.get("body", b"")) else 503
            await self._send(self.begun)
        await self._send(message)

    async def fail(self, error: Exception) -> None:
        """Answer in place of an app that raised; the trace goes to the server's own log."""
        expected = isinstance(error, HTTPException) or isinstance(error.__context__, HTTPException)
        status, sentence = 400, NONSENSE
        if isinstance(error, TooLargeError):
            status, sentence = 413, self.too_large()
        elif isinstance(error, OSError | MemoryError) or _passes_ours(error):
            status, sentence = 503, BUSY
            traceback.print_exception(error)
        elif not expected:
            asked = f"{self.scope['method']} {self.path[:80]!r}"
            print(f"Refused {asked}: {type(error).__name__}", file=sys.stderr, flush=True)
        if self.begun is None or self._held:
            self.begun, self._held = None, False
            await JSONResponse({"detail": sentence}, status)(self.scope, self._receive, self.send)
        else:  # a stream that broke off: it ends properly
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})


def _address(origin: str) -> bool:
    """Whether it can be read as one."""
    try:
        return bool(urlsplit(origin))
    except ValueError:
        return False


def _nonsense(body: bytes | bytearray) -> bool:
    """Whether a request asks for what no page of ours does.

    That is a session whose name is too long to be remembered, or a file at an address: Gradio would
    fetch it, whatever it is, for every handler and before any is called.
    """
    try:
        asked = json.loads(body)
        named = isinstance(asked, dict) and asked.get("session_hash")
        return (isinstance(named, str) and len(named) > LONGEST_SESSION) or _fetches(asked)
    except ValueError:
        return False
    except RecursionError:
        return True


def _fetches(value: object) -> bool:
    """Whether somewhere in a request a file's path is an address."""
    if isinstance(value, dict):
        path = value.get("path")
        return (isinstance(path, str) and "://" in path) or any(map(_fetches, value.values()))
    return isinstance(value, list) and any(map(_fetches, value))


def _says_why(body: bytes) -> bool:
    """Whether an error's body holds a sentence for the person: then it refuses a value."""
    try:
        return isinstance(json.loads(body).get("error"), str)
    except (ValueError, AttributeError):
        return False


def _passes_ours(error: Exception) -> bool:
    """Whether an error comes out of code of ours rather than out of a request's own form."""
    frames = traceback.walk_tb(error.__traceback__)
    files = (Path(frame.f_code.co_filename) for frame, _ in frames)
    return any(OURS in file.parents and file.name not in PASSED for file in files)
