"""Streamlit's own scripts and styles, compressed once: it serves them as they are, four megabytes for a first page."""

import gzip
import mimetypes
from functools import cache
from pathlib import Path

import streamlit
from anyio import to_thread
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from pages.parts.assets import base_path

_FOLDER = Path(streamlit.__file__).parent / "static" / "static"
_COMPRESSIBLE = {".js", ".css", ".svg"}
_HEADERS = {
    "Content-Encoding": "gzip",
    "Cache-Control": "public, max-age=31536000, immutable",
    "Vary": "Accept-Encoding",
}


@cache
def files() -> dict[str, Path]:
    """What there is to serve: path below `/static/` -> file. Their names hold digests of their content."""
    return {path.relative_to(_FOLDER).as_posix(): path for path in _FOLDER.rglob("*") if path.is_file()}


@cache
def compressed(name: str) -> bytes:
    """One of `files`, gzipped; asked for a second time, it is there."""
    return gzip.compress(files()[name].read_bytes(), compresslevel=6, mtime=0)


class CompressedFiles:
    """ASGI middleware: answers for `files` that shrink, where the browser reads gzip; the rest is Streamlit's.

    A route would be the plain way, but Streamlit keeps `/static/` for itself.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        name = _asked_for(scope)
        if name is None:
            await self.app(scope, receive, send)
            return
        content = await to_thread.run_sync(compressed, name)
        await Response(content, media_type=mimetypes.guess_type(name)[0], headers=_HEADERS)(scope, receive, send)


def _asked_for(scope: Scope) -> str | None:
    """Which of `files` a request asks for, if gzip is an answer to it."""
    if scope["type"] != "http" or scope["method"] != "GET":
        return None
    name = scope["path"].removeprefix(f"{base_path()}/static/")
    readable = "gzip" in Headers(scope=scope).get("accept-encoding", "")
    return name if readable and name in files() and Path(name).suffix in _COMPRESSIBLE else None
