"""Torch, live: while the hand moves, a tab asks for one scale after the other, and each answer is computed then."""

import contextlib
import struct
from urllib.parse import parse_qsl

from anyio import fail_after, to_thread
from starlette.websockets import WebSocket, WebSocketDisconnect

from core.view import View
from pages.parts import cached, visitor
from pages.server.origin import same_site

MOST_SOCKETS, SOCKETS_OF_AN_ADDRESS = 700, 550  # a class of 500 behind one router leaves room for others
IDLE_S = 60.0
_QUESTION_CHARACTERS = 200
_TRY_AGAIN_LATER, _NOT_ALLOWED = 1013, 1008

_open: dict[WebSocket, str] = {}  # and the address it is of
# One computing, one on its way: a class that drags must not keep releases waiting.
_answering = visitor.limiter_each(2)


async def live(socket: WebSocket) -> None:
    """A question is the query string of a View; an answer the scale and the HEADLINE losses, little-endian float64.

    The next question is read when the last one is answered, so a tab that floods waits for itself. Closed by the
    server after IDLE_S of silence, and at once where another site asks or too many are open.
    """
    if not same_site(socket):
        await socket.close(_NOT_ALLOWED)
        return
    address = visitor.address()
    if len(_open) >= MOST_SOCKETS or list(_open.values()).count(address) >= SOCKETS_OF_AN_ADDRESS:
        await socket.close(_TRY_AGAIN_LATER)
        return
    _open[socket] = address  # before it is accepted, or many at once would all find room
    try:
        await to_thread.run_sync(cached.digits)  # without them nobody is let in, and hears why
        with contextlib.suppress(WebSocketDisconnect):
            await socket.accept()
            await _answer_all(socket)
    finally:
        del _open[socket]


async def _answer_all(socket: WebSocket) -> None:
    while True:
        try:
            with fail_after(IDLE_S):
                message = await socket.receive()
        except TimeoutError:
            with contextlib.suppress(RuntimeError):  # it is closed already, and says so only here
                await socket.close()
            return
        if message["type"] == "websocket.disconnect":
            return
        view = View.parse(dict(parse_qsl((message.get("text") or "")[:_QUESTION_CHARACTERS])))
        losses = await to_thread.run_sync(cached.live_losses, view, limiter=_answering())
        await socket.send_bytes(struct.pack(f"<{1 + len(losses)}d", view.scale, *losses))
