"""Large files, compressed: Streamlit's own scripts and styles, which it serves as they are, and plotly.js.

Set-up leaves each in `build/compressed`, as small as it gets (`python -m tools.compress`). Where it did not, a file is
gzipped when it is first asked for.
"""

import gzip
import hashlib
import mimetypes
from contextlib import suppress
from functools import cache
from pathlib import Path

import plotly
import streamlit
from anyio import to_thread
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from pages.parts.address import base_path, plotly_path

PLOTLY_JS = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
READY = Path(__file__).parents[2] / "build" / "compressed"

_FOLDER = Path(streamlit.__file__).parent / "static" / "static"
_COMPRESSIBLE = {".js", ".css", ".svg"}
_HEADERS = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}


@cache
def files() -> dict[str, Path]:
    """What Streamlit has that shrinks: path below `/static/` -> file. Their names hold digests of their content."""
    found = {path.relative_to(_FOLDER).as_posix(): path for path in _FOLDER.rglob("*")}
    return {name: path for name, path in found.items() if path.suffix in _COMPRESSIBLE}


def gzipped(content: bytes) -> bytes:
    return gzip.compress(content, compresslevel=9, mtime=0)


def place(content: bytes, coding: str) -> Path:
    """Where set-up leaves the content in a coding, `br` or `gzip`: another content, another place."""
    return READY / f"{hashlib.sha256(content).hexdigest()[:16]}.{coding}"


@cache
def _in(path: Path, coding: str) -> bytes | None:
    """The file in that coding; None where it would have to be made and that takes too long."""
    content = path.read_bytes()
    with suppress(OSError):  # there is none, or none that can be read
        return place(content, coding).read_bytes()
    return gzipped(content) if coding == "gzip" else None


def answer(path: Path, accepted: str) -> Response:
    """The file in the smallest coding that is there and that the browser accepts, else as it is. May take a while."""
    for coding in ("br", "gzip"):
        if coding in accepted and (content := _in(path, coding)):
            return _response(path, content, {"Content-Encoding": coding})
    return _response(path, path.read_bytes(), {})


async def plotly_js(request: Request) -> Response:
    if request.url.path != plotly_path():
        return PlainTextResponse("This server has another version of plotly.js: reload the page.", status_code=404)
    return await to_thread.run_sync(answer, PLOTLY_JS, request.headers.get("accept-encoding", ""))


def _response(path: Path, content: bytes, coding: dict[str, str]) -> Response:
    return Response(content, media_type=mimetypes.guess_type(path)[0], headers=_HEADERS | coding)


class CompressedFiles:
    """ASGI middleware: answers for `files` where the browser reads a coding; the rest is Streamlit's.

    A route would be the plain way, but Streamlit keeps `/static/` for itself.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        name = scope["path"].removeprefix(f"{base_path()}/static/") if scope["type"] == "http" else ""
        accepted = Headers(scope=scope).get("accept-encoding", "") if name in files() else ""
        if scope.get("method") != "GET" or not accepted:
            await self.app(scope, receive, send)
            return
        response = await to_thread.run_sync(answer, files()[name], accepted)
        await response(scope, receive, send)
