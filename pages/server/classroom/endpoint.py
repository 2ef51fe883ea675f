"""The socket of the class: `{base}/class/socket`, text frames of JSON (messages.py in, wire.py out)."""

import os
from contextlib import suppress
from functools import cache

from anyio import CancelScope, create_task_group, fail_after, sleep
from starlette.websockets import WebSocket, WebSocketDisconnect

from core import rooms
from pages.parts.visitor import address_of
from pages.server.classroom import limits, messages, wire
from pages.server.classroom.acts import Classroom, perform
from pages.server.classroom.hub import Hub, Seat
from pages.server.classroom.outbox import NOT_ALLOWED, SAID_ALL, TRY_AGAIN_LATER, Outbox
from pages.server.classroom.store import Store
from pages.server.origin import same_site


@cache
def shared() -> Classroom:
    """What the sockets of this process share, made for the first of them."""
    store = Store(lambda: rooms.connect(os.environ.get("DATABASE_URL")))
    return Classroom(store, Hub(store))


async def classroom(socket: WebSocket) -> None:
    """One browser, from its coming to its going; closed at once where another site asks or too many are here."""
    here = shared()
    if not same_site(socket):
        await socket.close(NOT_ALLOWED)
        return
    seat = Seat(address_of(socket.client.host if socket.client else None))
    if not here.hub.makes_place(seat.address):
        await socket.close(TRY_AGAIN_LATER)
        return
    here.hub.enter(seat)  # before it is accepted, or many at once would all find room
    try:
        with suppress(WebSocketDisconnect):  # who is gone before being let in
            await socket.accept()
            async with create_task_group() as both:
                both.start_soon(_send, socket, seat.outbox, both.cancel_scope)
                await _hear(socket, here, seat)
    finally:
        here.hub.exit(seat)


async def _send(socket: WebSocket, outbox: Outbox, both: CancelScope) -> None:
    """Sends what waits, as fast as the browser reads; one that has stopped reading is let go."""
    with suppress(TimeoutError, WebSocketDisconnect):  # nobody reads any more
        while (message := await outbox.next()) is not None:
            with fail_after(limits.SLOW_S):
                await socket.send_text(message)
        await socket.close(outbox.ended or SAID_ALL)
    both.cancel()


async def _hear(socket: WebSocket, here: Classroom, seat: Seat) -> None:
    """Does what the browser says, one message after the other: who floods waits for himself."""
    pace = limits.pace()
    malformed = 0
    while seat.outbox.ended is None:
        text = await _next(socket)
        if text is None:
            seat.outbox.end(SAID_ALL)
            return
        here.hub.heard(seat)
        await sleep(pace.wait_s())
        pace.spend()
        try:
            message = messages.parse(text)
        except messages.Malformed as error:
            seat.outbox.say(wire.refused(error))
            malformed += 1
            if malformed >= limits.MALFORMED_MESSAGES:
                seat.outbox.end(NOT_ALLOWED)
        else:
            await perform(here, seat, message)


async def _next(socket: WebSocket) -> str | None:
    """What the browser says, nothing where it is no text; None where it has gone or is silent for too long."""
    try:
        with fail_after(limits.IDLE_S):
            received = await socket.receive()
    except TimeoutError:
        return None
    return None if received["type"] == "websocket.disconnect" else received.get("text") or ""
