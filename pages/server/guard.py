"""What Streamlit's own routes answer to whom: nothing of the server's inside to the outside, no noise to noise."""

from urllib.parse import urlsplit

from anyio import sleep
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages.parts.address import base_path
from pages.server.classroom import limits

_LARGE = 50_000  # bytes: what is larger counts as several messages
_NOT_SUPPORTED, _NOT_ALLOWED = 1003, 1008  # of a websocket: this kind of data; whoever asks


class Guard:
    """ASGI middleware. Metrics are for who asks the server itself: through a proxy there are none.

    A text frame on Streamlit's socket, which speaks binary protobuf, would leave a traceback in the log each time; it
    ends the connection instead. So would an origin that is no address. Who says more than a hand can is heard at a
    hand's pace: the system holds the rest, and nobody else waits for it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "").removeprefix(base_path())
        if path == "/_stcore/metrics" and _came_through_a_proxy(scope):
            await PlainTextResponse("Not Found", status_code=404)(scope, receive, send)
        elif path == "/_stcore/stream" and scope["type"] == "websocket":
            if not _is_address(Headers(scope=scope).get("origin", "")):
                await send({"type": "websocket.close", "code": _NOT_ALLOWED})
                return
            await self.app(scope, *_binary_only(receive, send))
        else:
            await self.app(scope, receive, send)


def _came_through_a_proxy(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    return "x-forwarded-for" in headers or "forwarded" in headers


def _is_address(origin: str) -> bool:
    try:
        urlsplit(origin)
    except ValueError:
        return False
    return True


def _binary_only(receive: Receive, send: Send) -> tuple[Receive, Send]:
    """The same socket, which a text frame ends for both sides."""
    ended, pace = False, limits.pace()

    async def receive_binary() -> Message:
        nonlocal ended
        if wait_s := pace.wait_s():
            await sleep(wait_s)
        message = await receive()
        for _ in range(1 + len(message.get("bytes") or b"") // _LARGE):
            pace.spend()
        if message["type"] == "websocket.receive" and message.get("bytes") is None:
            ended = True
            await send({"type": "websocket.close", "code": _NOT_SUPPORTED})
            return {"type": "websocket.disconnect", "code": _NOT_SUPPORTED}
        return message

    async def send_until_ended(message: Message) -> None:
        if not ended:
            await send(message)

    return receive_binary, send_until_ended
