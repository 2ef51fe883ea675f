"""One student without a browser: an open page of the app and the class beside it; both come back when they are lost."""

import asyncio
import random
import time
from typing import Any
from urllib.parse import parse_qs

from tests.bench.cookies import AFFINITY, Cookies
from tests.bench.member import LOST, Member
from tests.bench.visitor import Visitor, visiting

RETRY_S = 0.5  # what Streamlit's own script waits before it asks for the server's health again
Place = tuple[str, str]


class Student:
    """shown: each page and query -> when all of it had arrived, first
    backs: (when the page was lost, when it was whole again at its link)
    wrong: what the page showed that its link does not say
    """

    def __init__(self, address: str) -> None:
        self.cookies = Cookies()
        self.member = Member(address, self.cookies, self._on_room)
        self.shown: dict[Place, float] = {}
        self.backs: list[tuple[float, float]] = []
        self.wrong: list[str] = []
        self.own_changes: list[float] = []
        self.visitor: Visitor | None = None
        self.place: Place = ("", "")
        self._address = address
        self._moved = asyncio.Event()
        self._free = asyncio.Lock()

    @property
    def replica(self) -> str:
        return self.cookies[AFFINITY]

    async def arrive(self) -> None:
        """The page's first request, which gives the browser its replica."""
        await self.cookies.get(self._address, "/")

    async def browse(self) -> None:
        """Opens the page where the class is, goes along with it, and comes back after every loss; until cancelled."""
        lost_at = None
        while True:
            try:
                async with visiting(self._address, self.place[0], headers=self.cookies.header()) as visitor:
                    self.cookies.take_from(visitor.socket)
                    await self._show(visitor, opening=True)
                    if lost_at is not None:
                        self.backs.append((lost_at, time.perf_counter()))
                        lost_at = None
                    self.visitor = visitor
                    while True:
                        await self._wait_for_a_move(visitor)
                        await self._show(visitor)
            except LOST:
                lost_at = lost_at or time.perf_counter()
            self.visitor = None
            await self._until_healthy()

    async def change(self, scale: float) -> None:
        """Steps off for a moment: a scale of their own."""
        if self.visitor and not self._moved.is_set():
            async with self._free:
                self.own_changes.append(await self.visitor.set_scale(scale))

    def _on_room(self, room: dict[str, Any]) -> None:
        follow = room["follow"]
        if follow["on"] and self.place != (follow["page"], follow["query"]):
            self.go(follow["page"], follow["query"])

    def go(self, page: str, query: str) -> None:
        """Turns to another page or view; `shown` says when it is there."""
        self.place = page, query
        self._moved.set()

    async def _wait_for_a_move(self, visitor: Visitor) -> None:
        """Raises ConnectionClosed where the socket is lost meanwhile."""
        moved = asyncio.create_task(self._moved.wait())
        closed = asyncio.create_task(visitor.socket.wait_closed())
        try:
            await asyncio.wait({moved, closed}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            moved.cancel()
            closed.cancel()
        if not self._moved.is_set():
            raise ConnectionError("the socket of the page is closed")

    async def _show(self, visitor: Visitor, opening: bool = False) -> None:
        self._moved.clear()
        page, query = place = self.place
        async with self._free:
            await (visitor.open(query.removeprefix("?")) if opening else visitor.go(page, query.removeprefix("?")))
        self.shown.setdefault(place, time.perf_counter())
        wanted = float(parse_qs(query.removeprefix("?")).get("scale", ["1"])[0])
        if visitor.scale != wanted:
            self.wrong.append(f"/{page}{query} shows scale {visitor.scale:g}")

    async def _until_healthy(self) -> None:
        while True:
            await asyncio.sleep(RETRY_S * random.uniform(1, 1.5))  # noqa: S311
            try:
                if await self.cookies.get(self._address, "/_stcore/health") == 200:
                    return
            except OSError:
                continue  # nobody there yet
