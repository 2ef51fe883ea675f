"""What waits to be sent to one browser."""

import asyncio
from collections import deque
from collections.abc import Callable

MOST_WAITING = 100
SAID_ALL, NOT_ALLOWED, FAILED, TRY_AGAIN_LATER = 1000, 1008, 1011, 1013


class Outbox:
    """Sentences in their order, and the room as it is by the time it is sent: a slow reader misses steps in between.

    room:  what the room is now, as a message; None where there is no room
    ended: the code to close the socket with once everything is sent, None while it goes on
    """

    def __init__(self, room: Callable[[], str | None]) -> None:
        self._room = room
        self._said: deque[str] = deque()
        self._changed = False
        self._waits = asyncio.Event()
        self.ended: int | None = None

    def say(self, message: str) -> None:
        """One message that must arrive. A browser that lets a hundred wait reads no more, and is let go."""
        self._said.append(message)
        if len(self._said) > MOST_WAITING:
            self._said.clear()
            self.end(NOT_ALLOWED)
        self._waits.set()

    def show(self) -> None:
        """The room has changed."""
        self._changed = True
        self._waits.set()

    def end(self, code: int) -> None:
        """Closes the socket with this code after what waits."""
        self.ended = self.ended or code
        self._waits.set()

    async def next(self) -> str | None:
        """What to send now, waited for; None when the socket is to be closed."""
        while True:
            if self._said:
                return self._said.popleft()
            if self.ended:
                return None
            changed, self._changed = self._changed, False
            if changed and (room := self._room()):
                return room
            self._waits.clear()
            await self._waits.wait()
