"""A run of a page leaves twenty-five messages for its browser: they go out in one round of the loop, as one write.

Streamlit lets its loop go round once after each, and each round waits for the interpreter, which runs of pages want
too; uvloop calls the system for each, and wakes the browser as often.
"""

import asyncio
from asyncio import Transport
from types import SimpleNamespace
from typing import Any

from streamlit.runtime import runtime
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

DRAINED_WITHIN_S = 30


def send_together() -> None:
    """From now on they do. A longer sleep of Streamlit's stays what it is."""

    async def sleep(seconds: float) -> None:
        if seconds:
            await asyncio.sleep(seconds)

    runtime.asyncio = SimpleNamespace(**vars(asyncio) | {"sleep": sleep})  # type: ignore[assignment]
    made = WebSocketsSansIOProtocol.connection_made

    def connection_made(self: WebSocketsSansIOProtocol, transport: Transport) -> None:
        made(self, OneWrite(transport, self.loop))  # type: ignore[arg-type]

    WebSocketsSansIOProtocol.connection_made = connection_made  # type: ignore[method-assign,assignment]


class OneWrite:
    """A transport that joins what is written to it in one round of the loop. Everything else is the transport's own."""

    def __init__(self, transport: Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._waiting: list[bytes] = []

    def write(self, data: bytes) -> None:
        if not self._waiting:
            self._loop.call_soon(self._flush)
        self._waiting.append(data)

    def close(self) -> None:
        """What was written before still goes out, to who reads it: others are let go after DRAINED_WITHIN_S."""
        self._flush()
        self._transport.close()
        if self._transport.get_write_buffer_size():
            self._loop.call_later(DRAINED_WITHIN_S, self._transport.abort)

    def _flush(self) -> None:
        waiting, self._waiting = self._waiting, []
        if waiting and not self._transport.is_closing():  # lost meanwhile: uvloop would raise
            self._transport.write(b"".join(waiting))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)
