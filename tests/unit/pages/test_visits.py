"""One address may not have all pages open, nor one page bring files without end."""

import anyio
import pytest
from starlette.responses import Response

from pages.server import visits
from pages.server.visits import Visits


class Streamlit:
    """Answers uploads with a status; holds sockets open until told."""

    def __init__(self):
        self.status, self.opened = 204, 0

    async def __call__(self, scope, receive, send):
        if scope["type"] == "websocket":
            self.opened += 1
            await anyio.sleep_forever()
        await Response(status_code=self.status)(scope, receive, send)


@pytest.fixture
def inner():
    return Streamlit()


@pytest.fixture
def server(inner):
    return Visits(inner)


def asked(server, method, session, name):
    """The status of an upload or of a file taken away."""
    sent = []

    async def send(message):
        sent.append(message)

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    path = f"/_stcore/upload_file/{session}/{name}"
    anyio.run(server, {"type": "http", "method": method, "path": path, "headers": []}, receive, send)
    return sent[0]["status"]


def test_a_page_holds_some_files_and_no_more(server):
    assert [asked(server, "PUT", "a", n) for n in range(visits.MOST_FILES)] == [204] * visits.MOST_FILES
    assert asked(server, "PUT", "a", "more") == 413
    assert asked(server, "PUT", "a", 0) == 204  # again
    assert asked(server, "PUT", "b", "first") == 204
    assert asked(server, "DELETE", "a", 3) == 204
    assert asked(server, "PUT", "a", "more") == 204
    assert asked(server, "PUT", "a", "still more") == 413


def test_a_file_that_streamlit_refuses_does_not_count(server, inner):
    inner.status = 400
    for n in range(3 * visits.MOST_FILES):
        assert asked(server, "PUT", f"made up {n}", n) == asked(server, "PUT", "a", n) == 400
    assert not server._files
    inner.status = 204
    assert asked(server, "PUT", "a", "first") == 204


def test_an_address_leaves_room_for_others(server, inner, monkeypatch):
    monkeypatch.setattr(visits, "MOST_PAGES", 5)
    monkeypatch.setattr(visits, "PAGES_OF_AN_ADDRESS", 3)
    closed = []

    async def opens(host):
        async def send(message):
            closed.append((host, message["code"]))

        await server({"type": "websocket", "path": "/_stcore/stream", "client": (host, 1)}, None, send)

    async def many():
        async with anyio.create_task_group() as tabs:
            for host in ("1.1.1.1",) * 4 + ("2.2.2.2",) * 2 + ("3.3.3.3",):
                tabs.start_soon(opens, host)
            await anyio.wait_all_tasks_blocked()
            assert inner.opened == 5
            tabs.cancel_scope.cancel()

    anyio.run(many)
    assert closed == [("1.1.1.1", 1013), ("3.3.3.3", 1013)]
    assert not server._pages
