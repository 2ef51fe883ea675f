"""What one connection sends without end is not read without end, and others are answered."""

import http.client
import socket
import threading
import time
from contextlib import closing

import pytest
import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from pages.server import reading

SOON = 10
PING, CONT = b"\x89\x80\0\0\0\0", b"\x00\x80\0\0\0\0"
UPGRADE = (
    b"GET / HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-version: 13\r\n"
    b"sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


async def app(scope, receive, send):
    """Lets every socket in and echoes its bytes; answers every request once its body is there."""
    if scope["type"] == "lifespan":
        return
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        while (message := await receive())["type"] != "websocket.disconnect":
            await send({"type": "websocket.send", "bytes": message["bytes"]})
        return
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


@pytest.fixture
def port(monkeypatch):
    for protocol in (HttpToolsProtocol, WebSocketsSansIOProtocol):
        monkeypatch.setattr(protocol, "data_received", protocol.data_received)  # put back afterwards
    for name in ("on_headers_complete", "on_message_complete"):
        monkeypatch.setattr(HttpToolsProtocol, name, getattr(HttpToolsProtocol, name))
    monkeypatch.setattr(reading, "_used", type(reading._used)())
    reading.limit_reading()
    config = uvicorn.Config(
        app, host="127.0.0.1", port=0, http="httptools", ws="websockets-sansio", lifespan="off", log_level="critical"
    )
    server = uvicorn.Server(config)
    running = threading.Thread(target=server.run)
    running.start()
    while not server.started:
        time.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = server.force_exit = True
    running.join(SOON)


def connected(port: int, host: str = "127.0.0.2") -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), SOON, source_address=(host, 0))


def is_answered(port: int) -> bool:
    with closing(http.client.HTTPConnection("127.0.0.1", port, SOON)) as asked:
        asked.request("POST", "/", b"x" * 100_000)
        return asked.getresponse().read() == b"ok"


def is_closed_after(line: socket.socket, piece: bytes, most: int) -> bool:
    """Whether the server closes the line while it, or after it was, sent so many bytes of such pieces."""
    try:
        for _ in range(most // len(piece)):
            line.sendall(piece)
        while line.recv(10_000):
            pass
    except (BrokenPipeError, ConnectionResetError):
        return True
    except TimeoutError:
        return False
    return True


@pytest.mark.parametrize(
    ("begin", "piece"),
    [
        (b"GET / HTTP/1.1\r\n", b"a: b\r\n" * 100),
        (b"GET /", b"a" * 600),
        (b"GET / HTTP/1.1\r\na: ", b"a" * 600),
    ],
    ids=["headers", "address", "header"],
)
def test_a_head_without_end_is_refused(port, begin, piece):
    with connected(port) as line:
        line.sendall(begin)
        assert is_closed_after(line, piece, 20 * reading.MOST_HEAD)
    assert is_answered(port)


def test_a_message_in_pieces_without_end_ends_its_socket(port):
    with connected(port) as line:
        line.sendall(UPGRADE)
        assert b"101" in line.recv(1000)
        line.sendall(b"\x02\x80\0\0\0\0")
        assert is_closed_after(line, CONT * 100, 10 * len(CONT) * reading.MOST_FRAMES)
    assert is_answered(port)


@pytest.mark.parametrize("begin", [UPGRADE, b""], ids=["pings", "requests"])
def test_an_address_that_has_used_its_share_is_not_read_on(port, monkeypatch, begin):
    monkeypatch.setattr(reading, "SHARE", 1e-6)
    with connected(port) as line:
        line.sendall(begin)
        flood = PING * 200 if begin else b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\n\r\nx"
        line.settimeout(1)
        with pytest.raises((TimeoutError, BrokenPipeError, ConnectionResetError)):
            line.sendall(flood * (20_000 if begin else 400_000))
        assert is_answered(port)


def test_what_is_held_back_is_read_in_order(port, monkeypatch):
    monkeypatch.setattr(reading, "AT_ONCE_S", 0.0)
    monkeypatch.setattr(reading, "SHARE", 0.5)
    monkeypatch.setattr(reading, "PIECE", 7)
    with connected(port) as line:
        line.sendall(UPGRADE)
        assert b"101" in line.recv(1000)
        expected = b""
        for number in range(60):
            line.sendall(b"\x82\x84\0\0\0\0" + b"%04d" % number)
            expected += b"\x82\x04" + b"%04d" % number
        got = b""
        while len(got) < len(expected) and (more := line.recv(10_000)):
            got += more
    assert got == expected
