"""A class without a network: the endpoint, a database in a file, and browsers that say what they are told to say."""

import asyncio
import json
import os
import secrets
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress

import pytest
from anyio import fail_after
from sqlalchemy import delete, event
from sqlalchemy.exc import OperationalError
from starlette.websockets import WebSocket

from core import rooms
from core.rooms import tables
from pages.server.classroom import endpoint
from pages.server.classroom.acts import Classroom
from pages.server.classroom.hub import Hub
from pages.server.classroom.store import Store

POSTGRES = os.environ.get("TEST_DATABASE_URL")
PATIENCE_S = 10


@pytest.fixture
def anyio_backend():
    return "asyncio"


class Database:
    """A database that can be switched off."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.off = False
        self.asked = 0
        self.stores: list[rooms.Rooms] = []

    def connect(self) -> rooms.Rooms:
        self._answer()
        store = rooms.connect(self.url)
        event.listen(store.engine, "begin", self._answer)
        self.stores.append(store)
        return store

    def _answer(self, *_: object) -> None:
        self.asked += 1
        if self.off:
            raise OperationalError("SELECT", {}, ConnectionError("nobody there"))


@pytest.fixture(params=["sqlite", "postgresql"] if POSTGRES else ["sqlite"])
def database(request, tmp_path) -> Iterator[Database]:
    """One without a room. PostgreSQL's is there where TEST_DATABASE_URL names it."""
    one = Database(f"sqlite:///{tmp_path}/class.sqlite")
    if request.param == "postgresql":
        one = Database(POSTGRES)
        one.connect().writing(lambda connection: connection.execute(delete(tables.rooms)))
    yield one
    for store in one.stores:
        while store.engine.pool.checkedout():  # a thread that nobody waits for any more
            time.sleep(0.01)
        store.dispose()


@pytest.fixture
def replica(database) -> Callable[[], Classroom]:
    """Makes a process's share of the class; several look at the same database."""

    def made() -> Classroom:
        store = Store(database.connect)
        return Classroom(store, Hub(store))

    return made


@pytest.fixture
def here(replica, monkeypatch) -> Classroom:
    """What the endpoint's sockets share in this test."""
    classroom = replica()
    monkeypatch.setattr(endpoint, "shared", lambda: classroom)
    return classroom


class Browser:
    """The other end of one socket.

    closed: the code it was closed with; reads: cleared, it reads nothing any more
    """

    def __init__(self, member: str, address: str, headers: dict[str, str]) -> None:
        self.member = member
        self.closed: int | None = None
        self.reads = asyncio.Event()
        self.reads.set()
        self._says: asyncio.Queue = asyncio.Queue()
        self._hears: asyncio.Queue = asyncio.Queue()
        self._says.put_nowait({"type": "websocket.connect"})
        scope = {
            "type": "websocket",
            "path": "/class/socket",
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
            "client": (address, 50_000),
        }
        self.task = asyncio.create_task(endpoint.classroom(WebSocket(scope, self._says.get, self._heard)))

    async def _heard(self, message: dict) -> None:
        await self.reads.wait()
        if message["type"] == "websocket.close":
            self.closed = message["code"]
        elif message["type"] == "websocket.send":
            self._hears.put_nowait(json.loads(message["text"]))

    def say(self, do: str, **fields: object) -> None:
        self.say_text(json.dumps({"do": do, **fields}))

    def say_text(self, text: str) -> None:
        self._says.put_nowait({"type": "websocket.receive", "text": text})

    def say_bytes(self, content: bytes) -> None:
        self._says.put_nowait({"type": "websocket.receive", "bytes": content})

    async def hear(self, kind: str, **wanted: object) -> dict:
        """The next message of that kind whose fields are those; what comes before it is passed over."""
        with fail_after(PATIENCE_S):
            while True:
                message = await self._hears.get()
                if message["kind"] == kind and wanted.items() <= message.items():
                    return message

    async def ask(self, do: str, **fields: object) -> dict:
        """Says it, and hears what is neither the room nor of any other act: an acknowledgement or a refusal."""
        self.say(do, **fields)
        with fail_after(PATIENCE_S):
            while True:
                message = await self._hears.get()
                if message["kind"] != "room":
                    return message

    async def join(self, room: str, secret: str = "") -> dict:
        self.say("join", room=room, member=self.member, **({"secret": secret} if secret else {}))
        return await self.hear("room")

    def heard_already(self) -> list[dict]:
        return [self._hears.get_nowait() for _ in range(self._hears.qsize())]

    async def end(self) -> int | None:
        """Waits until the server has let go of the socket; the code it was closed with."""
        with fail_after(PATIENCE_S):
            await self.task
        return self.closed

    def go(self, code: int = 1001) -> None:
        self._says.put_nowait({"type": "websocket.disconnect", "code": code})


@pytest.fixture
def browser(here):  # noqa: ARG001 - what the endpoint serves
    """Opens a socket for as long as it is used."""

    @asynccontextmanager
    async def opened(member: str = "", address: str = "203.0.113.7", **headers: str) -> AsyncIterator[Browser]:
        one = Browser(member or secrets.token_hex(16), address, headers)
        try:
            yield one
        finally:
            one.reads.set()
            one.go()
            with fail_after(PATIENCE_S), suppress(asyncio.CancelledError):
                await one.task

    return opened


@pytest.fixture
def open_room(browser):
    """A presenter in a room that was just opened; it knows `room` and `secret`."""

    @asynccontextmanager
    async def opened(address: str = "198.51.100.1") -> AsyncIterator[Browser]:
        async with browser(address=address) as presenter:
            presenter.say("open", member=presenter.member)
            room = await presenter.hear("opened")
            presenter.room, presenter.secret = room["room"], room["secret"]
            await presenter.hear("room", role="presenter")
            yield presenter

    return opened
