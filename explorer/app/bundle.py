"""Our scripts, styles and translations as files of their own, each fetched once by a browser.

A file's name holds a hash of what is in it, so it may be kept for ever: a page loaded again, or
after lunch, asks for none of them. Addresses are relative, so they hold behind a proxy's prefix
and on a Space.
"""

import gzip
import hashlib
from functools import cache

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

FOLDER = "explorer-files"
FOR_EVER = "public, max-age=31536000, immutable"
TYPES = {"css": "text/css", "js": "text/javascript", "json": "application/json"}

_files: dict[str, str] = {}  # by name, the text


def address(text: str, kind: str) -> str:
    """Serve a text as a file of one of TYPES; its address, relative to the page."""
    name = f"{hashlib.sha256(text.encode()).hexdigest()[:16]}.{kind}"
    _files[name] = text
    return f"./{FOLDER}/{name}"


@cache
def _compressed(name: str) -> bytes:
    return gzip.compress(_files[name].encode(), 9)


async def _serve(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in _files:
        return Response("There is no such file.", 404, media_type="text/plain")
    headers = {"Cache-Control": FOR_EVER, "Vary": "Accept-Encoding"}
    kind = TYPES[name.rpartition(".")[2]]
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(_compressed(name), headers=headers, media_type=kind)
    return Response(_files[name], headers=headers, media_type=kind)


def routes() -> list[Route]:
    """What the server answers these addresses with."""
    return [Route(f"/{FOLDER}/{{name}}", _serve, methods=["GET", "HEAD"])]
