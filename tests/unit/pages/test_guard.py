"""What Streamlit's own routes answer to whom."""

import anyio
import pytest
from starlette.responses import PlainTextResponse

from pages.server.guard import Guard


class Socket:
    """Streamlit's end of the websocket, as it behaves with binary and with other frames."""

    def __init__(self, *messages):
        self.messages = [*messages, {"type": "websocket.disconnect", "code": 1000}]
        self.heard, self.sent = [], []

    async def receive(self):
        return self.messages.pop(0)

    async def send(self, message):
        self.sent.append(message)

    async def streamlit(self, _scope, receive, send):
        while (message := await receive())["type"] != "websocket.disconnect":
            self.heard.append(message["bytes"])
        self.heard.append(message["code"])
        await send({"type": "websocket.send", "bytes": b"what was on its way"})


def spoken(*messages):
    socket = Socket(*messages)
    scope = {"type": "websocket", "path": "/_stcore/stream", "headers": []}
    anyio.run(Guard(socket.streamlit), scope, socket.receive, socket.send)
    return socket


def test_binary_frames_pass():
    socket = spoken({"type": "websocket.receive", "bytes": b"1"}, {"type": "websocket.receive", "bytes": b"2"})
    assert socket.heard == [b"1", b"2", 1000]
    assert [it["type"] for it in socket.sent] == ["websocket.send"]


@pytest.mark.parametrize("frame", [{"text": "hello"}, {"text": "hello", "bytes": None}, {"text": ""}])
def test_a_text_frame_ends_the_connection_and_streamlit_hears_that_it_ended(frame):
    socket = spoken({"type": "websocket.receive", **frame}, {"type": "websocket.receive", "bytes": b"never read"})
    assert socket.heard == [1003]
    assert socket.sent == [{"type": "websocket.close", "code": 1003}]


@pytest.mark.parametrize("origin", [b"http://[", b"http://[::1", b"//[x]y"])
def test_an_origin_that_is_no_address_is_refused_before_streamlit_stumbles_over_it(origin):
    socket = Socket()
    scope = {"type": "websocket", "path": "/_stcore/stream", "headers": [(b"origin", origin)]}
    anyio.run(Guard(socket.streamlit), scope, socket.receive, socket.send)
    assert socket.heard == []
    assert socket.sent == [{"type": "websocket.close", "code": 1008}]


def status(path, *headers):
    sent = []

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": path, "headers": headers}
    anyio.run(Guard(PlainTextResponse("inside")), scope, None, send)
    return sent[0]["status"]


@pytest.mark.parametrize("header", [(b"x-forwarded-for", b"10.1.2.3"), (b"forwarded", b"for=10.1.2.3")])
def test_metrics_stay_inside(header):
    assert status("/_stcore/metrics") == 200
    assert status("/_stcore/metrics", header) == 404
    assert status("/_stcore/health", header) == 200
