"""One browser's end of the class without a browser: joins, answers, and comes back when its socket is lost.

It keeps to what `pages/parts/classroom/js` does: one answer on its way at a time, sent again until it is counted.
"""

import asyncio
import json
import random
import secrets
import time
from collections.abc import Callable
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidHandshake, WebSocketException

from tests.bench.cookies import Cookies

FIRST_WAIT_S, LONGEST_WAIT_S, AGAIN_AFTER_TROUBLE_S = 0.3, 2.0, 2.0
PING_S, SILENCE_S = 20.0, 10.0
LOST = (OSError, TimeoutError, WebSocketException, InvalidHandshake)


class Member:
    """counted: number of a question -> (the answer last acknowledged, when)
    joins: when it joined, each time; refused: what the server would not do
    """

    def __init__(self, address: str, cookies: Cookies, on_room: Callable[[dict[str, Any]], None]) -> None:
        self.token = secrets.token_hex(16)
        self.code = self.secret = ""
        self.room: dict[str, Any] = {}
        self.counted: dict[int, tuple[Any, float]] = {}
        self.joins: list[float] = []
        self.refused: list[str] = []
        self._address, self._cookies, self._on_room = address, cookies, on_room
        self._socket: ClientConnection | None = None
        self._waiting: tuple[int, Any] | None = None
        self._sent: tuple[int, Any] | None = None
        self._tries = 0
        self._joined = False  # on this connection
        self.changed = asyncio.Condition()

    async def stay(self, code: str = "") -> None:
        """Joins the room, or opens one; comes back after every loss; until cancelled."""
        self.code = code
        url = f"{self._address.replace('http', 'ws', 1)}/class/socket"
        while True:
            try:
                headers = self._cookies.header()
                async with connect(url, origin=self._address, additional_headers=headers, open_timeout=10) as socket:
                    self._cookies.take_from(socket)
                    self._socket = socket
                    await self._greet()
                    async with asyncio.TaskGroup() as tasks:
                        pinging = tasks.create_task(self._ping())
                        await self._listen(socket)
                        pinging.cancel()
            except* LOST:
                pass  # what the class is for: it comes back
            self._socket = self._sent = None
            self._joined = False
            wait = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2**self._tries)
            self._tries += 1
            await asyncio.sleep(wait * random.uniform(0.5, 1.5))  # noqa: S311

    async def answer(self, number: int, given: object) -> None:
        """Gives an answer, and waits until the server says that it is counted."""
        self._waiting = (number, given)
        await self._deliver()
        async with self.changed:
            await self.changed.wait_for(lambda: self.counted.get(number, (None,))[0] == given)

    async def say(self, do: str, **fields: object) -> None:
        """Dropped where there is no connection, as in a browser."""
        if self._socket:
            try:
                await self._socket.send(json.dumps({"do": do, **fields}))
            except LOST:
                self._socket = None

    async def until(self, holds: Callable[[dict[str, Any]], bool], *act: object, **fields: object) -> None:
        """Waits for the room to be so. act: what a presenter does again every few seconds while it is not."""
        while not (self.room and holds(self.room)):
            if act:
                await self.say(*map(str, act), **fields)
            try:
                async with asyncio.timeout(3), self.changed:
                    await self.changed.wait_for(lambda: self.room and holds(self.room))
            except TimeoutError:
                continue

    async def _greet(self) -> None:
        if self.code:
            presents = {"secret": self.secret} if self.secret else {}
            await self.say("join", room=self.code, member=self.token, **presents)
        else:
            await self.say("open", member=self.token)

    async def _ping(self) -> None:
        while True:
            await asyncio.sleep(PING_S)
            await self.say("ping")

    async def _listen(self, socket: ClientConnection) -> None:
        while True:
            async with asyncio.timeout(PING_S + SILENCE_S):
                message = json.loads(await socket.recv())
            if message["kind"] == "room" and not self._joined:
                self._joined, self._tries = True, 0
                self.joins.append(time.perf_counter())
            await self._hear(message)

    async def _hear(self, message: dict[str, Any]) -> None:
        match message["kind"]:
            case "opened":
                self.code, self.secret = message["room"], message["secret"]
            case "room":
                self.room = message
                self._on_room(message)
                await self._deliver()
            case "counted" if self._sent and self._sent[0] == message["number"]:
                number, given = self._sent
                self.counted[number] = (given, time.perf_counter())
                if self._waiting == self._sent:
                    self._waiting = None
                self._sent = None
                await self._deliver()
            case "trouble":
                self._sent = None
                asyncio.get_running_loop().call_later(AGAIN_AFTER_TROUBLE_S, self._deliver_soon)
            case "refused" | "closed":
                self.refused.append(message["says"])
        async with self.changed:
            self.changed.notify_all()

    async def _deliver(self) -> None:
        if self._joined and self._waiting and not self._sent and self.room["number"] == self._waiting[0]:
            self._sent = self._waiting
            await self.say("answer", number=self._sent[0], given=self._sent[1])

    def _deliver_soon(self) -> None:
        self._again = asyncio.ensure_future(self._deliver())
