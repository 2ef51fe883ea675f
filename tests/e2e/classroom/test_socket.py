"""The class over a real websocket: what only a server and a network can show."""

import json
import os
import secrets
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tools.serve import started

APP = ("-m", "streamlit", "run", "app.py", "--server.baseUrlPath=course/one")
OWN = {"asked": "Which fails first?", "options": ["naive", "shifted"]}


class Browser:
    def __init__(self, socket: ClientConnection, member: str) -> None:
        self.socket = socket
        self.member = member

    def say(self, do: str, **fields: object) -> None:
        self.socket.send(json.dumps({"do": do, **fields}))

    def hear(self, kind: str, **wanted: object) -> dict:
        deadline = time.monotonic() + 30
        while True:
            message = json.loads(self.socket.recv(timeout=deadline - time.monotonic()))
            if message["kind"] == kind and wanted.items() <= message.items():
                return message


@contextmanager
def browser(address: str, member: str = "", **more: object) -> Iterator[Browser]:
    with connect(f"{address.replace('http', 'ws', 1)}/class/socket", open_timeout=30, **more) as socket:
        yield Browser(socket, member or secrets.token_hex(16))


def test_what_is_no_message_is_refused_and_the_fifth_ends_the_socket(address):
    with browser(address) as one:
        for rubbish in ("x" * 60_000, "[" * 60_000, '{"do": "answer", "number": 1, "given": NaN}', b"\xff\x00"):
            one.socket.send(rubbish)
            assert one.hear("refused")["says"]
        one.say("ping")
        one.hear("pong")
        one.socket.send("")
        with pytest.raises(ConnectionClosed) as ended:
            one.hear("pong")
        assert ended.value.rcvd.code == 1008


@pytest.mark.parametrize("path", ["class/socket", "class/s%6fcket?x", "live"])
def test_a_message_that_no_page_sends_is_not_even_read(address, path):
    """Up to 20 MB were read whole, and then refused."""
    with connect(f"{address.replace('http', 'ws', 1)}/{path}", open_timeout=30) as socket:
        socket.send("x" * 150_000)
        with pytest.raises(ConnectionClosed) as ended:
            socket.recv(timeout=30)
        assert ended.value.rcvd.code == 1009


def test_another_site_may_not_open_the_socket(address):
    with pytest.raises(InvalidStatus), browser(address, origin="https://elsewhere.test"):
        pass


def test_a_server_that_is_killed_has_lost_no_answer_that_was_counted(tmp_path):
    """Killed, started again, and then ended as a deployment does."""
    with (
        started(*APP, base="course/one", CLASS_FOLDER=str(tmp_path)) as server,
        browser(server.address) as presenter,
        browser(server.address) as student,
    ):
        presenter.say("open", member=presenter.member)
        opened = presenter.hear("opened")
        student.say("join", room=opened["room"], member=student.member)
        presenter.say("ask", **OWN)
        number = student.hear("room", stage="asked")["number"]
        student.say("answer", number=number, given="naive")
        student.hear("counted", number=number)
        os.kill(server.pid, signal.SIGKILL)
        with pytest.raises(ConnectionClosed):
            student.hear("closed")
    with (
        started(*APP, base="course/one", CLASS_FOLDER=str(tmp_path)) as server,
        browser(server.address) as presenter,
        browser(server.address, student.member) as again,
    ):
        presenter.say("join", room=opened["room"], member=presenter.member, secret=opened["secret"])
        again.say("join", room=opened["room"], member=again.member)
        assert again.hear("room", role="student")["mine"] == "naive"
        room = presenter.hear("room", role="presenter")
        assert (room["answered"], room["members"]) == (1, 1)
        os.kill(server.pid, signal.SIGTERM)
        with pytest.raises(ConnectionClosed) as ended:
            again.hear("closed")
        assert ended.value.rcvd.code == 1012
