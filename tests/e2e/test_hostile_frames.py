"""Whatever somebody sends that nobody can read: its connection ends, the log has one line, the others are served."""

import os
import socket
import struct
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.e2e.test_server import ask
from tools.serve import PROJECT, free_port, wait

TEXT, BINARY, CLOSE = 1, 2, 8
LIVE, CLASS, STREAMLIT = "/live", "/class/socket", "/_stcore/stream"
MASK = b"\1\2\3\4"
UPGRADE = (
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: streamlit\r\n"
    f"Sec-WebSocket-Key: {b64encode(bytes(16)).decode()}\r\n"
)


@dataclass
class Logged:
    """A running server and what it has logged."""

    address: str
    file: Path
    read: int = 0

    def news(self) -> list[str]:
        """The lines since it was asked last."""
        time.sleep(0.3)
        said = self.file.read_text()
        new, self.read = said[self.read :], len(said)
        return new.splitlines()

    def send(self, request: bytes, *frames: bytes) -> bytes:
        """All that the server answers, up to the end of the connection."""
        place = urlsplit(self.address)
        with socket.create_connection((place.hostname, place.port), timeout=10) as line:
            line.sendall(request)
            answer = line.recv(4096)
            for frame in frames:
                line.sendall(frame)
            while more := line.recv(4096):
                answer += more
        return answer

    def say(self, path: str, *frames: bytes, origin: str = "") -> bytes:
        host = urlsplit(self.address).netloc
        headers = f"Host: {host}\r\nOrigin: {origin or self.address}\r\n{UPGRADE}"
        return self.send(f"GET {path} HTTP/1.1\r\n{headers}\r\n".encode(), *frames)


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Logged]:
    folder = tmp_path_factory.mktemp("class")
    port = str(free_port())
    told = {**os.environ, "STREAMLIT_SERVER_PORT": port, "CLASS_FOLDER": str(folder), "LOG_FORMAT": "json"}
    with (folder / "log").open("w") as log:
        command = [sys.executable, "-m", "streamlit", "run", "app.py"]
        process = subprocess.Popen(command, cwd=PROJECT, env=told, stdout=log, stderr=log)
        running = Logged(f"http://127.0.0.1:{port}", folder / "log")
        try:
            wait(running.address, process)
            running.news()
            yield running
            assert process.poll() is None
        finally:
            process.terminate()
            process.wait(timeout=20)


def frame(kind: int, content: bytes, last: bool = True) -> bytes:
    masked = bytes(byte ^ MASK[i % 4] for i, byte in enumerate(content))
    return bytes([kind | 0x80 * last, 0x80 | len(content)]) + MASK + masked


def code(answer: bytes) -> int:
    """With which the server closed the socket."""
    _, _, closing = answer.rpartition(bytes([0x80 | CLOSE]))
    return struct.unpack(">H", closing[1:3])[0]


@pytest.mark.parametrize("path", [LIVE, CLASS, STREAMLIT])
@pytest.mark.parametrize(
    ("frames", "closes"),
    [
        ((frame(TEXT, b"\xff\xfe"),), 1007),
        ((frame(TEXT, b"\xe2\x82", last=False), frame(0, b"")), 1007),
        ((frame(CLOSE, b"\x03\xe8\xff"),), 1007),
        ((frame(CLOSE, b"x"),), 1002),
        ((frame(3, b"an opcode that nobody has"),), 1002),
        ((frame(0, b"the end of no message"),), 1002),
        ((b"\x81\x01x",), 1002),  # not masked
        ((bytes([0x82, 0xFF]) + struct.pack(">Q", 2**62),), 1009),
    ],
    ids=str,
)
def test_a_frame_that_is_none_ends_its_connection_in_one_line_at_most(server, path, frames, closes):
    assert code(server.say(path, *frames)) == closes
    assert len(server.news()) <= 1
    assert ask(server.address, "/_stcore/health")[0] == 200


def test_what_is_no_message_of_streamlits_is_one_line(server):
    assert code(server.say(STREAMLIT, frame(BINARY, b"\xff\xfe garbage"))) == 1002
    assert len(server.news()) == 1


@pytest.mark.parametrize("origin", ["http://[", "http://attacker.test", "null"])
@pytest.mark.parametrize("path", [LIVE, CLASS, STREAMLIT])
def test_a_page_of_elsewhere_is_refused_in_one_line_at_most(server, path, origin):
    assert server.say(path, origin=origin).startswith(b"HTTP/1.1 403")
    assert len(server.news()) <= 1


@pytest.mark.parametrize(
    "request_",
    [
        b"no HTTP\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n",
        b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\nHost: a\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET /%zz%00%ff HTTP/1.1\r\nHost: [\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nCookie: \xff=;;\r\nX-Forwarded-For: \xff,,\r\n\r\n",
    ],
    ids=lambda it: str(it)[:40],
)
def test_a_request_that_is_none_is_answered_in_one_line_at_most(server, request_):
    assert server.send(request_).startswith(b"HTTP/1.1 ")
    assert len(server.news()) <= 1
    assert ask(server.address, "/_stcore/health")[0] == 200
