"""How much of the loop one address takes by what it sends, before anything of it is a request or a message.

uvicorn reads whatever comes and knows no limit of headers, of frames or of requests sent ahead: one connection that
sends nothing but pings, headers without end or a body in single bytes kept the loop from everybody. What is read is
read in small pieces here, each is timed, and an address that has used up its share is read on once it has earned it
back; meanwhile the system holds what it sends. The methods are replaced because the classes cannot be: by the time
`streamlit run` imports the app it has its server. `tests/unit/pages/test_reading.py` fails where uvicorn changes them.
"""

import time
from asyncio import get_running_loop
from collections import OrderedDict
from collections.abc import Callable
from typing import TypeAlias

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from pages.parts.visitor import address_of

SHARE, AT_ONCE_S = 0.2, 0.1  # of the loop's processor time for one address; and how much of it in one go
PIECE = 4_096  # bytes: of the smallest frames, some milliseconds
MOST_HEAD, MOST_AHEAD, MOST_FRAMES = 65_536, 16, 10_000  # bytes before a body; requests; frames of one message
MOST_UNREAD = 2**20  # bytes, of a connection that uvicorn reads on though it has used up its share
_MOST_KNOWN = 10_000
_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"

Protocol: TypeAlias = HttpToolsProtocol | WebSocketsSansIOProtocol

_used: OrderedDict[str, tuple[float, float]] = OrderedDict()  # address -> seconds of its share used, and when


def limit_reading() -> None:
    """Makes both protocols read so."""
    plain: dict[type, Callable] = {it: it.data_received for it in (HttpToolsProtocol, WebSocketsSansIOProtocol)}

    def data_received(self: Protocol, data: bytes) -> None:
        if self.transport.get_protocol() is not self:  # the head of a websocket, which HTTP has read and hands over
            plain[type(self)](self, data)
        elif (unread := vars(self).get("unread")) is not None:  # uvicorn has let the connection be read on
            unread += data
            self.transport.pause_reading()
            if len(unread) > MOST_UNREAD:
                self.transport.abort()
        else:
            read(self, data)

    def read(protocol: Protocol, data: bytes) -> None:
        transport, address = protocol.transport, address_of(protocol.client[0] if protocol.client else None)
        for start in range(0, len(data), PIECE):
            if transport.is_closing():
                return
            piece, begun = data[start : start + PIECE], time.thread_time()
            plain[type(protocol)](protocol, piece)
            if _is_endless(protocol, len(piece)):
                transport.close()
                return
            upgraded = transport.get_protocol()
            if type(protocol) is HttpToolsProtocol and type(upgraded) is WebSocketsSansIOProtocol:
                protocol = upgraded
            if wait_s := _owed_s(address, time.thread_time() - begun):
                vars(protocol)["unread"] = bytearray(data[start + PIECE :])
                transport.pause_reading()
                get_running_loop().call_later(wait_s, go_on, protocol)
                return

    def go_on(protocol: Protocol) -> None:
        unread = bytes(vars(protocol).pop("unread"))
        if not protocol.transport.is_closing():
            if not _is_full(protocol):
                protocol.transport.resume_reading()
            read(protocol, unread)

    for protocol in plain:
        protocol.data_received = data_received  # type: ignore[attr-defined]
    _count_heads()


def _count_heads() -> None:
    """Has each HTTP connection know how many bytes of a head it has read: None while it reads a body."""
    begins, ends = HttpToolsProtocol.on_headers_complete, HttpToolsProtocol.on_message_complete

    def on_headers_complete(self: HttpToolsProtocol) -> None:
        vars(self)["head"] = None
        begins(self)

    def on_message_complete(self: HttpToolsProtocol) -> None:
        vars(self)["head"] = 0
        ends(self)

    HttpToolsProtocol.on_headers_complete = on_headers_complete  # type: ignore[method-assign]
    HttpToolsProtocol.on_message_complete = on_message_complete  # type: ignore[method-assign]


def _is_endless(protocol: Protocol, read: int) -> bool:
    """Whether a head, what is sent ahead, or a message in pieces has grown beyond what any browser sends."""
    if isinstance(protocol, WebSocketsSansIOProtocol):
        return len(protocol.frames) > MOST_FRAMES
    head = vars(protocol).setdefault("head", 0)
    if head is not None:
        vars(protocol)["head"] = head + read
        if head + read > MOST_HEAD:
            protocol.transport.write(_TOO_LARGE)
            return True
    return len(protocol.pipeline) > MOST_AHEAD


def _is_full(protocol: Protocol) -> bool:
    """Whether uvicorn itself waits for the app before it reads on."""
    if isinstance(protocol, WebSocketsSansIOProtocol):
        return protocol.read_paused
    return protocol.flow.read_paused


def _owed_s(address: str, took: float) -> float:
    """Seconds until the address has earned back what it has used; 0 while it has something left."""
    now = time.monotonic()
    used, when = _used.pop(address, (0.0, now))
    used = max(0.0, used - SHARE * (now - when)) + took
    _used[address] = used, now
    if len(_used) > _MOST_KNOWN:
        _used.popitem(last=False)
    return max(0.0, used - AT_ONCE_S) / SHARE
