"""Streamlit's own scripts and styles, compressed once: it serves them as they are, four megabytes for a first page."""

import gzip
import mimetypes
from functools import cache
from pathlib import Path

import streamlit
from anyio import to_thread
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response

_FOLDER = Path(streamlit.__file__).parent / "static" / "static"
_COMPRESSIBLE = {".js", ".css", ".svg"}
_FOR_GOOD = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}


@cache
def files() -> dict[str, Path]:
    """What there is to serve: path below `/static/` -> file. Their names hold digests of their content."""
    return {path.relative_to(_FOLDER).as_posix(): path for path in _FOLDER.rglob("*") if path.is_file()}


@cache
def compressed(name: str) -> bytes:
    """One of `files`, gzipped; asked for a second time, it is there."""
    return gzip.compress(files()[name].read_bytes(), compresslevel=6, mtime=0)


async def streamlits_file(request: Request) -> Response:
    """A file of Streamlit's browser part, gzipped where that helps and the browser can read it."""
    name = request.path_params["path"]
    path = files().get(name)
    if path is None:
        return PlainTextResponse("There is no such file: reload the page.", status_code=404)
    if path.suffix not in _COMPRESSIBLE or "gzip" not in request.headers.get("accept-encoding", ""):
        return FileResponse(path, headers=_FOR_GOOD)
    content = await to_thread.run_sync(compressed, name)
    media_type = mimetypes.guess_type(name)[0]
    return Response(
        content, media_type=media_type, headers=_FOR_GOOD | {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    )
