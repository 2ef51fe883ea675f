"""What a link shows where it is shared, before anybody opens it: title, sentence, picture, icon.

Chats and course pages read them from the page that comes first; they run no script.
"""

import hashlib
import re
from functools import cache
from html import escape
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response

from pages.parts.address import base_path
from pages.parts.contents import Chapter

NAME = "Where Softmax Breaks"
PICTURE_SIZE = (1200, 630)
_FOLDER = Path(__file__).parent / "pictures"  # made by `python -m tools.pictures`
PICTURE, ICON = _FOLDER / "shared-link.png", _FOLDER / "icon.png"
_SEEN = (
    "Fifty thousand handwritten digits at one scale of the logits: the textbook formula has lost most of their losses, "
    "log-sum-exp none."
)
_HOST = re.compile(r"(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")
_FOR_GOOD = {"Cache-Control": "public, max-age=31536000, immutable"}


def origin(request: Request) -> str:
    """Scheme and host that were asked, for addresses that must be whole; nothing where the host is none."""
    host = request.headers.get("host", "")
    return f"{request.scope['scheme']}://{host}" if _HOST.fullmatch(host) else ""


def head(chapter: Chapter, origin: str) -> str:
    """Markup for the head of a page. No `og:url`: without it what is shared is the link as it was, view and all."""
    title = f"{chapter.title} · {NAME}" if chapter.url else NAME
    named = {"description": chapter.about, "twitter:card": "summary_large_image" if origin else "summary"}
    properties = {"og:type": "website", "og:site_name": NAME, "og:title": title, "og:description": chapter.about}
    if origin:
        width, height = map(str, PICTURE_SIZE)
        properties |= {"og:image": origin + picture_path(), "og:image:alt": _SEEN}
        properties |= {"og:image:width": width, "og:image:height": height}
    lines = [f"<title>{escape(title)}</title>"]
    lines += [f'<meta name="{name}" content="{escape(content)}" />' for name, content in named.items()]
    lines += [f'<meta property="{name}" content="{escape(content)}" />' for name, content in properties.items()]
    return "\n    ".join(lines)


def picture_path() -> str:
    return f"{base_path()}/assets/{_digest()}/shared-link.png"


@cache
def _digest() -> str:
    return hashlib.sha256(PICTURE.read_bytes()).hexdigest()[:12]


async def picture(request: Request) -> Response:
    if request.scope["path"] != picture_path():
        return PlainTextResponse("This picture is gone: ask for the page anew.", status_code=404)
    return FileResponse(PICTURE, headers=_FOR_GOOD)


async def icon(_: Request) -> Response:
    """In place of Streamlit's, also for whoever looks for an icon where all sites have one."""
    return FileResponse(ICON, headers={"Cache-Control": "public, max-age=86400"})
