"""What is no page: 404, the words for it, and the contents.

Streamlit answers to any address with its own page and shows the first one of the app there.
"""

from functools import lru_cache
from html import escape

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages.parts.address import base_path
from pages.parts.contents import CONTENTS, READING_ORDER, Chapter

_STYLE = """
:root { color-scheme: light dark; }
body { max-width: 44rem; margin: 3rem auto; padding: 0 1.2rem; font: 1rem/1.5 system-ui, sans-serif; }
h2 { margin: 1.6rem 0 0.2rem; font-size: 1.1rem; }
ul { margin: 0; padding: 0; list-style: none; }
li { margin: 0.3rem 0; }
"""


class NoSuchPage:
    """ASGI middleware: where Streamlit would show a page of its own for an address that is none of ours."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or _is_page(scope["path"]):
            await self.app(scope, receive, send)
            return
        replaced = False

        async def answer(message: Message) -> None:
            nonlocal replaced
            if message["type"] == "http.response.start" and _is_streamlits_page(scope, message):
                replaced = True
                page = HTMLResponse(_page(base_path()), status_code=404, headers={"Cache-Control": "no-store"})
                await page(scope, receive, send)
            if not replaced:
                await send(message)

        await self.app(scope, receive, answer)


def _is_page(path: str) -> bool:
    base = base_path()
    return path.startswith(base) and path.removeprefix(base).strip("/") in {chapter.url for chapter in READING_ORDER}


def _is_streamlits_page(scope: Scope, start: Message) -> bool:
    """By then the router has noted who answers: a route of ours may have HTML too."""
    if not isinstance(scope.get("endpoint"), StaticFiles):
        return False
    kind = Headers(raw=start["headers"]).get("content-type", "")
    return start["status"] in (200, 304) and kind.startswith("text/html")


@lru_cache(1)
def _page(base: str) -> str:
    """The contents. Nothing of the address that was asked is in it."""
    sections = "".join(
        f"<h2>{escape(section)}</h2><ul>{''.join(_line(base, chapter) for chapter in chapters)}</ul>"
        for section, chapters in CONTENTS.items()
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>No such page · Where Softmax Breaks</title><style>{_STYLE}</style></head><body><main>"
        f"<h1>There is no such page</h1><p>No page has this address. These are all there are:</p>{sections}"
        "</main></body></html>"
    )


def _line(base: str, chapter: Chapter) -> str:
    return f'<li><a href="{escape(f"{base}/{chapter.url}")}">{escape(chapter.title)}</a>: {escape(chapter.about)}</li>'
