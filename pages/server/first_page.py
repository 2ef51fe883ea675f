"""The page that a browser gets first: Streamlit's own, which also asks for plotly.js and says what it is about.

The browser then loads and runs plotly.js while it waits for the server's first answer, instead of after it.
"""

import hashlib
from functools import cache, lru_cache
from pathlib import Path

import streamlit
from starlette.requests import Request
from starlette.responses import Response

from pages.parts.address import base_path, plotly_path
from pages.parts.contents import READING_ORDER, Chapter
from pages.server import shared_link
from pages.server.compressed import gzipped

_PAGE = Path(streamlit.__file__).parent / "static" / "index.html"
_HEADERS = {"Cache-Control": "no-cache", "Vary": "Accept-Encoding", "Content-Type": "text/html; charset=utf-8"}


async def first_page(request: Request) -> Response:
    """304 where the browser has it already."""
    chapter = _chapters()[request.scope["path"].removeprefix(f"{base_path()}/")]
    page, packed, tag = _written(chapter, shared_link.origin(request), plotly_path())
    headers = {**_HEADERS, "ETag": tag}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(packed, headers=headers | {"Content-Encoding": "gzip"})
    return Response(page, headers=headers)


@cache
def _chapters() -> dict[str, Chapter]:
    return {chapter.url: chapter for chapter in READING_ORDER}


@lru_cache(128)  # a server has one address, or a few; whoever makes others up only wastes a place here
def _written(chapter: Chapter, origin: str, plotly: str) -> tuple[bytes, bytes, str]:
    """The page, gzipped, and its tag.

    Deferred, the script runs behind Streamlit's own. One that failed is taken away: a chart then asks anew.
    """
    script = f'<script defer src="{plotly}" onerror="this.remove()"></script>'
    page = _PAGE.read_text().replace("<title>Streamlit</title>", shared_link.head(chapter, origin), 1)
    page = page.replace("</head>", f"  {script}\n  </head>", 1)
    content = page.encode()
    return content, gzipped(content), f'"{hashlib.sha256(content).hexdigest()[:16]}"'
