"""Messages that wait for a browser go out in one round of the event loop, as one write."""

import asyncio
from types import SimpleNamespace

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime import runtime
from streamlit.runtime.runtime import Runtime, RuntimeState
from uvicorn import Config
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState

from pages.server import together
from pages.server.together import send_together

MESSAGES = 25


@pytest.fixture(autouse=True)
def nothing_replaced(monkeypatch):
    """As Streamlit and uvicorn are without us, before and after."""
    monkeypatch.setattr(runtime, "asyncio", asyncio)
    monkeypatch.setattr(WebSocketsSansIOProtocol, "connection_made", WebSocketsSansIOProtocol.connection_made)


class Wire(asyncio.Transport):
    """Notes what reaches the system."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[bytes | str] = []
        self.unread = 0

    def write(self, data: bytes) -> None:
        self.calls.append(data)

    def close(self) -> None:
        self.calls.append("close")

    def get_write_buffer_size(self) -> int:
        return self.unread

    def abort(self) -> None:
        self.calls.append("abort")

    def is_closing(self) -> bool:
        return "close" in self.calls

    def pause_reading(self) -> None:
        self.calls.append("pause")


def rounds() -> list[int]:
    """In which round of the loop each of the messages goes out that one run of a page leaves behind."""
    sent: list[int] = []
    round_now = [0]

    async def count() -> None:
        while True:
            round_now[0] += 1
            await asyncio.sleep(0)

    async def flush() -> None:
        counting = asyncio.create_task(count())
        must_stop = asyncio.Event()
        session = SimpleNamespace(
            id="one",
            flush_browser_queue=lambda: [ForwardMsg() for _ in range(MESSAGES)],
            on_flushed_messages_sent=must_stop.set,
        )
        loop = Runtime.__new__(Runtime)
        loop._state = RuntimeState.ONE_OR_MORE_SESSIONS_CONNECTED
        loop._session_mgr = SimpleNamespace(list_active_sessions=lambda: [SimpleNamespace(session=session)])
        loop._send_message = lambda *_: sent.append(round_now[0])
        loop._async_objs = SimpleNamespace(must_stop=must_stop, need_send_data=asyncio.Event(), has_connection=None)
        loop._async_objs.started = asyncio.get_running_loop().create_future()
        loop._async_objs.stopped = asyncio.get_running_loop().create_future()
        loop._session_mgr.list_sessions = list
        loop._set_state = lambda _: None
        await loop._loop_coroutine()
        counting.cancel()

    asyncio.run(flush())
    return sent


async def _no_app(scope: object, receive: object, send: object) -> None:
    """uvicorn wants one."""


def connected(wire: Wire) -> WebSocketsSansIOProtocol:
    """uvicorn's side of a websocket whose other end is the wire."""
    protocol = WebSocketsSansIOProtocol(Config(_no_app), ServerState(), {}, asyncio.get_running_loop())
    protocol.connection_made(wire)
    return protocol


def test_a_runs_messages_go_out_in_one_round():
    assert len(set(rounds())) == MESSAGES
    send_together()
    assert len(set(rounds())) == 1
    assert runtime.asyncio.Event is asyncio.Event


def test_what_a_round_writes_is_one_write():
    async def round_of_three() -> Wire:
        protocol = connected(wire := Wire())
        for frame in (b"a", b"b", b"c"):
            protocol.transport.write(frame)
        await asyncio.sleep(0)
        protocol.transport.write(b"d")
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return wire

    wire = asyncio.run(round_of_three())
    assert wire.calls == [b"a", b"b", b"c", b"d"], "uvicorn joins by itself now"
    send_together()
    assert asyncio.run(round_of_three()).calls == [b"abc", b"d"]


def test_what_was_written_before_closing_goes_out_once_and_first():
    async def farewell() -> Wire:
        protocol = connected(wire := Wire())
        protocol.transport.write(b"bye")
        protocol.transport.close()
        await asyncio.sleep(0)
        return wire

    send_together()
    assert asyncio.run(farewell()).calls == [b"bye", "close"]


def test_nothing_is_written_to_who_is_gone_by_then():
    async def lost() -> Wire:
        protocol = connected(wire := Wire())
        protocol.transport.write(b"too late")
        wire.close()
        await asyncio.sleep(0)
        protocol.transport.write(b"later still")
        protocol.transport.close()
        return wire

    send_together()
    assert asyncio.run(lost()).calls == ["close", "close"]


@pytest.mark.parametrize("unread", [0, 1_000_000])
def test_who_reads_nothing_is_let_go_in_the_end(monkeypatch, unread):
    monkeypatch.setattr(together, "DRAINED_WITHIN_S", 0.01)

    async def closed() -> Wire:
        protocol = connected(wire := Wire())
        wire.unread = unread
        protocol.transport.close()
        await asyncio.sleep(0.05)
        return wire

    send_together()
    assert asyncio.run(closed()).calls == ["close", "abort"][: 1 + bool(unread)]


def test_everything_else_is_the_transports_own():
    async def others() -> tuple[bool, bool, Wire]:
        protocol = connected(wire := Wire())
        protocol.transport.pause_reading()
        before = protocol.transport.is_closing()
        protocol.transport.close()
        return before, protocol.transport.is_closing(), wire

    send_together()
    before, after, wire = asyncio.run(others())
    assert (before, after, wire.calls) == (False, True, ["pause", "close"])


def test_a_longer_sleep_stays_what_it_is():
    send_together()

    async def longer() -> bool:
        sleeping = asyncio.ensure_future(runtime.asyncio.sleep(0.01))
        await asyncio.sleep(0)
        return sleeping.done()

    assert asyncio.run(longer()) is False
