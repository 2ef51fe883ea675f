"""How many pages may be open, and how many files each may hold: Streamlit keeps what it has of a page, and what that
page was given, for as long as it is open.
"""

from collections import Counter, OrderedDict
from collections.abc import Callable

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages.parts.address import base_path
from pages.parts.visitor import address_of, asked_by

MOST_PAGES, PAGES_OF_AN_ADDRESS = 700, 550  # a class of 500 behind one router leaves room for others
MOST_FILES = 8  # of a page: it has two boxes, and a file that is replaced is taken away
_MOST_KNOWN = 10_000

_PAGE, _FILES = "/_stcore/stream", "/_stcore/upload_file/"
_TRY_AGAIN_LATER = 1013
_REFUSED = f"This page holds {MOST_FILES} files already: take one away, or reload the page."


class Visits:
    """ASGI middleware: refuses what goes beyond that before anything of it is read."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._pages: Counter[str] = Counter()  # address -> pages open
        self._files: OrderedDict[str, set[str]] = OrderedDict()  # session -> files it holds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "").removeprefix(base_path())
        if scope["type"] == "websocket" and path == _PAGE:
            await self._page(scope, receive, send)
        elif scope["type"] == "http" and path.startswith(_FILES):
            await self._file(path.removeprefix(_FILES), scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _page(self, scope: Scope, receive: Receive, send: Send) -> None:
        address = address_of((scope.get("client") or ("",))[0])
        if self._pages.total() >= MOST_PAGES or self._pages[address] >= PAGES_OF_AN_ADDRESS:
            await send({"type": "websocket.close", "code": _TRY_AGAIN_LATER})
            return
        self._pages[address] += 1
        asked_by.set(address)
        try:
            await self.app(scope, receive, send)
        finally:
            self._pages[address] -= 1
            self._pages += Counter()  # forgets who has none

    async def _file(self, path: str, scope: Scope, receive: Receive, send: Send) -> None:
        """A file counts from its first byte on; no longer where it was refused or taken away."""
        session, _, name = path.partition("/")
        held = self._files.get(session, set())
        if scope["method"] != "PUT":
            gone = send if scope["method"] != "DELETE" else self._forgetting(session, name, send, lambda it: it < 300)
            await self.app(scope, receive, gone)
            return
        if len(held - {name}) >= MOST_FILES:
            await PlainTextResponse(_REFUSED, status_code=413)(scope, receive, send)
            return
        self._files[session] = held | {name}
        self._files.move_to_end(session)

        await self.app(scope, receive, self._forgetting(session, name, send, lambda it: it >= 300))
        if len(self._files) > _MOST_KNOWN:
            self._files.popitem(last=False)

    def _forgetting(self, session: str, name: str, send: Send, when: Callable[[int], bool]) -> Send:
        """As send; the file no longer counts where the answer has such a status."""

        async def send_and_note(message: Message) -> None:
            if message["type"] == "http.response.start" and when(message["status"]):
                self._forget(session, name)
            await send(message)

        return send_and_note

    def _forget(self, session: str, name: str) -> None:
        self._files.get(session, set()).discard(name)
        if not self._files.get(session):
            self._files.pop(session, None)
