"""The bounds of the live websocket, without a network."""

import anyio
import pytest

from pages.server import live


class FakeSocket:
    """A visitor's end: what it sends, then silence; what the server did to it."""

    def __init__(self, headers=None, messages=()):
        self.headers = headers or {}
        self.messages = list(messages)
        self.accepted = False
        self.closed = None

    async def accept(self):
        self.accepted = True

    async def close(self, code=1000):
        self.closed = code

    async def receive(self):
        if not self.messages:
            await anyio.sleep_forever()
        return self.messages.pop()


def served(socket):
    anyio.run(live.live, socket)
    return socket


def test_beyond_the_bound_a_visitor_is_told_to_come_later(monkeypatch):
    monkeypatch.setattr(live, "_open", {object() for _ in range(live.MOST_SOCKETS)})
    socket = served(FakeSocket())
    assert (socket.accepted, socket.closed) == (False, 1013)
    assert len(live._open) == live.MOST_SOCKETS


@pytest.mark.parametrize("origin", ["https://elsewhere.test", "null", "http://here:1@elsewhere.test", "http://["])
def test_another_site_is_refused(origin):
    socket = served(FakeSocket({"origin": origin, "host": "here:1"}))
    assert (socket.accepted, socket.closed) == (False, 1008)


def test_a_silent_visitor_is_let_go_and_no_longer_counted(monkeypatch):
    monkeypatch.setattr(live, "IDLE_S", 0.01)
    socket = served(FakeSocket({"origin": "http://here:1", "host": "here:1"}))
    assert (socket.accepted, socket.closed) == (True, 1000)
    assert not live._open


def test_a_visitor_who_leaves_is_no_longer_counted():
    socket = served(FakeSocket(messages=[{"type": "websocket.disconnect"}]))
    assert (socket.accepted, socket.closed) == (True, None)
    assert not live._open
