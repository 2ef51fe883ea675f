"""The store of rooms as the server calls it: in threads, a few at a time, and not at all while it is known to be down.

Without the latter everybody would wait for a connection that cannot be made, one after the other.
"""

import logging
import math
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

from anyio import CapacityLimiter, move_on_after, sleep, to_thread
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnection

from core import rooms
from core.rooms import Misconfigured, Rooms

Result = TypeVar("Result")

AT_ONCE = 2  # pages of other visitors run in the same interpreter
FIRST_WAIT_S, LONGEST_WAIT_S = 0.25, 2.0
PATIENCE_S = 8.0  # longer than the database's own limits

_LOG = logging.getLogger(__name__)
_ANY_NUMBER = CapacityLimiter(math.inf)
_UNREACHABLE = (OperationalError, InterfaceError, NoConnection, OSError, Misconfigured)


class Down(Exception):
    """The database did not do it.

    lasts: it will not when asked again either, until whoever runs the server has mended something
    """

    def __init__(self, lasts: bool = False) -> None:
        super().__init__()
        self.lasts = lasts


class Store:
    """Calls functions of `core.rooms` with the store, which is connected when it is first called.

    connect: makes the connection, and raises where there is none
    down:    the database could not be reached; acts are refused until `until_it_writes` has found that it can
    lasts:   why waiting does not mend that; None where it may, or where it is not down
    """

    def __init__(self, connect: Callable[[], Rooms]) -> None:
        self._connect = connect
        self._rooms: Rooms | None = None
        self._connecting = threading.Lock()
        self._turns = CapacityLimiter(AT_ONCE)
        self.down = False
        self.lasts: str | None = None

    async def __call__(self, act: Callable[..., Result], *args: Any) -> Result:
        """What the act returns once it is committed. Raises rooms.Refused as it does, Down where the database fails."""
        return await self._in_a_thread(self._call, act, args)

    async def until_it_writes(self) -> None:
        """Waits until the database takes a write, or fails for another reason; nobody else is let to it meanwhile."""
        wait, why = FIRST_WAIT_S, self.lasts
        self.down = True
        while self.down and self.lasts == why:
            await sleep(wait)
            wait = min(2 * wait, LONGEST_WAIT_S)
            with suppress(Down):
                await self._in_a_thread(self._probe)

    async def _in_a_thread(self, call: Callable[..., Result], *args: Any) -> Result:
        """The call's result; Down where the database says nothing at all. The thread is left to wait for it alone."""
        async with self._turns:
            with move_on_after(PATIENCE_S):
                return await to_thread.run_sync(call, *args, limiter=_ANY_NUMBER, abandon_on_cancel=True)
        self._note(TimeoutError())
        raise Down(bool(self.lasts))

    def _call(self, act: Callable[..., Result], args: tuple[Any, ...]) -> Result:
        if self.down:
            raise Down(bool(self.lasts))
        try:
            return act(self._connected(), *args)
        except (SQLAlchemyError, OSError, Misconfigured) as error:
            self._note(error)
            raise Down(bool(self.lasts)) from error

    def _probe(self) -> None:
        try:
            rooms.try_to_write(self._connected(), time.time())
            self.down, self.lasts = False, None
        except (SQLAlchemyError, OSError, Misconfigured) as error:
            self._note(error)

    def _connected(self) -> Rooms:
        with self._connecting:
            self._rooms = self._rooms or self._connect()
        return self._rooms

    def _note(self, error: Exception) -> None:
        """Logs why it fails, once for each reason of an outage. Of what passes only the kind: its text may be typed.

        Where it lasts the next try begins with a new connection, so that a file put in its place is found.
        """
        before, self.lasts = self.lasts, rooms.lasting(error, self._rooms)
        if not self.down or self.lasts != before:
            reason = self.lasts or type(getattr(error, "orig", error)).__name__
            _LOG.error("the class's database failed: %s", reason)
        self.down = self.down or bool(self.lasts) or isinstance(error, _UNREACHABLE)
        if self.lasts and self._rooms:
            self._rooms.dispose()
            self._rooms = None
