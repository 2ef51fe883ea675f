"""Who is in which room on this server, and how they come to see what changes there.

Other replicas write to the same rooms, so changes are found by asking the store: one cheap statement for all rooms,
four times a second, and at once after a change made here. A room that changed is read once, for everybody in it.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from anyio import move_on_after

from core import rooms
from pages.server.classroom import limits, outbox, wire
from pages.server.classroom.outbox import Outbox
from pages.server.classroom.store import Down, Store

LOOK_EVERY_S, LOOK_AT_MOST_EVERY_S = 0.25, 0.1
COUNTS_EVERY_S = 1.0  # to students; two hundred answers within a second are not two hundred messages to each of them
TIDY_EVERY_S = 120.0
TROUBLE = "The class's database does not answer. Nothing that was counted is lost; it goes on by itself."
LASTING_TROUBLE = {
    "presenter": (
        "The class's database is damaged or cannot be written, and that does not pass by itself: the log of this "
        "server says what to do. Until then nothing is counted, and what was counted may be lost."
    ),
    "student": (
        "This class cannot go on: its server cannot keep answers, and that does not pass by itself. Tell your "
        "presenter. An answer that was not counted waits in this browser."
    ),
}
CLOSED = (
    "This room is closed: by its presenter, after 24 hours, or because the server had to begin with a new database."
)

_LOG = logging.getLogger(__name__)


@dataclass(eq=False)
class Seat:
    """One open socket: from which address, in which room, as whom.

    heard_at: when it last said something, by the hub's clock
    wrong_codes: how many it came with
    """

    address: str
    wrong_codes: int = 0
    heard_at: float = 0.0
    room: "WatchedRoom | None" = None
    member: str = ""
    secret: str = ""
    outbox: Outbox = field(init=False)

    def __post_init__(self) -> None:
        self.outbox = Outbox(self._message)

    def _message(self) -> str | None:
        """The room as it is now for whoever sits here."""
        if self.room is None or self.room.shown is None:
            return None
        number, mine = self.room.given.get(self.member, (0, None))
        shown = self.room.shown
        return wire.room_message(shown, bool(self.secret), mine if number == shown.number else None)


@dataclass(eq=False)
class WatchedRoom:
    """A room that somebody here is in.

    given: what they answered, and to which question
    shown: what there is to see; told: what students saw last, told_at when
    """

    code: str
    seats: set[Seat] = field(default_factory=set)
    given: dict[str, tuple[int, str]] = field(default_factory=dict)
    version: tuple[int, int] | None = None
    shown: wire.Shown | None = None
    told: wire.Shown | None = None
    told_at: float = float("-inf")

    def show(self, now: float) -> None:
        """Tells the students where there is something new for them: steps at once, counts now and then."""
        new, old = self.shown, self.told
        if new is None or (old is not None and new.student == old.student):
            return
        if old is None or new.step != old.step or now >= self.told_at + COUNTS_EVERY_S:
            self.told, self.told_at = new, now
            for seat in self.seats:
                if not seat.secret:
                    seat.outbox.show()


class Hub:
    """The seats of this process, and the task that looks for changes while any of them is taken."""

    def __init__(self, store: Store, clock: Callable[[], float] = time.monotonic) -> None:
        self.seats: dict[Seat, None] = {}  # in the order in which they came
        self.rooms: dict[str, WatchedRoom] = {}
        self._store = store
        self._clock = clock
        self._looking: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()
        self._tidied = clock()

    def makes_place(self, address: str) -> bool:
        """Whether another socket from there fits. Of those in no room the one that came first is let go for it."""
        here = [seat for seat in self.seats if seat.outbox.ended is None]
        of_address = [seat for seat in here if seat.address == address]
        for crowd, most in ((of_address, limits.SOCKETS_AN_ADDRESS), (here, limits.MOST_SOCKETS)):
            if len(crowd) >= most:
                outside = next((seat for seat in crowd if seat.room is None), None)
                if outside is None:
                    return False
                outside.outbox.end(outbox.TRY_AGAIN_LATER)
                break  # which is one less of all, too
        return True

    def enter(self, seat: Seat) -> None:
        """A socket has opened; in no room yet."""
        self.seats[seat] = None
        self.heard(seat)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look_for_changes())
            self._looking.add_done_callback(self._say_why)

    def heard(self, seat: Seat) -> None:
        seat.heard_at = self._clock()

    def exit(self, seat: Seat) -> None:
        """The socket has closed."""
        self.leave(seat)
        del self.seats[seat]
        if not self.seats and self._looking:
            self._looking.cancel()
            self._looking = None

    def join(self, seat: Seat, code: str, member: str, secret: str, mine: tuple[int, str] | None) -> None:
        """Seats the socket in a room, as its presenter if it has the secret. Whoever calls has checked that it may."""
        self.leave(seat)
        room = self.rooms.setdefault(code, WatchedRoom(code))
        seat.room, seat.member, seat.secret = room, member, secret
        room.seats.add(seat)
        if mine:
            room.given[member] = mine
        seat.outbox.show()
        self.changed()

    def leave(self, seat: Seat) -> None:
        room, seat.room, seat.member, seat.secret = seat.room, None, "", ""
        if room:
            room.seats.discard(seat)
            if not room.seats:
                self.rooms.pop(room.code, None)

    def has_place(self, seat: Seat, member: str) -> bool:
        """Whether this browser has fewer than SOCKETS_A_MEMBER other sockets; one whose line is dead makes place."""
        others = [it for it in self.seats if it.member == member and it is not seat and it.outbox.ended is None]
        if len(others) < limits.SOCKETS_A_MEMBER:
            return True
        quietest = min(others, key=lambda it: it.heard_at)
        if self._clock() < quietest.heard_at + limits.QUIET_S:
            return False
        quietest.outbox.end(outbox.TRY_AGAIN_LATER)
        return True

    def counted(self, seat: Seat, number: int, given: str) -> None:
        """This browser's answer is in the store, kept as it is given here."""
        if seat.room:
            seat.room.given[seat.member] = number, given
        self.changed()

    def changed(self) -> None:
        """Something was written here, or went wrong: look at once."""
        self._changed.set()

    async def _look_for_changes(self) -> None:
        while True:
            try:
                await self._look()
            except Down as down:
                for seat in self.seats:
                    if seat.room:
                        seat.outbox.say(trouble(down, bool(seat.secret)))
                await self._store.until_it_writes()
                for room in self.rooms.values():  # who was told of trouble is told that it is over
                    room.version = room.told = None
            await asyncio.sleep(LOOK_AT_MOST_EVERY_S)
            with move_on_after(LOOK_EVERY_S - LOOK_AT_MOST_EVERY_S):
                await self._changed.wait()
            self._changed.clear()

    async def _look(self) -> None:
        if self._clock() >= self._tidied + TIDY_EVERY_S:
            self._tidied = self._clock()
            here = {room.code: {seat.member for seat in room.seats} for room in self.rooms.values()}
            await self._store(rooms.still_here, here, time.time())
            await self._store(rooms.tidy, time.time())
        if not self.rooms and not self._store.down:
            return
        watched = tuple(self.rooms.values())  # others may come while the store is asked
        versions = await self._store(rooms.versions, tuple(room.code for room in watched))
        for room in watched:
            if room.code not in versions:
                self._close(room)
            elif versions[room.code] != room.version:
                await self._read(room)
            room.show(self._clock())

    async def _read(self, room: WatchedRoom) -> None:
        try:
            version, shown = await self._store(_read, room.code)
        except rooms.Refused:  # closed since; the next look says so
            return
        if room.shown is None or room.shown.number != shown.number:
            room.given = {member: it for member, it in room.given.items() if it[0] == shown.number}
        changed = room.version is None or room.shown is None or shown.presenter != room.shown.presenter
        room.version, room.shown = version, shown
        if changed:
            for seat in room.seats:
                if seat.secret:
                    seat.outbox.show()

    def _close(self, room: WatchedRoom) -> None:
        for seat in tuple(room.seats):
            self.leave(seat)
            seat.outbox.say(wire.message("closed", says=CLOSED))

    def _say_why(self, ended: "asyncio.Task[None]") -> None:
        """Without whoever looks for changes nobody may believe to see them: browsers come back, and it starts anew."""
        if not ended.cancelled() and (error := ended.exception()):
            _LOG.error("the class stopped looking for changes: %s", type(error).__name__)
            for seat in self.seats:
                seat.outbox.end(outbox.FAILED)


def trouble(down: Down, presents: bool) -> str:
    """What a browser hears while the database does nothing."""
    says = LASTING_TROUBLE["presenter" if presents else "student"] if down.lasts else TROUBLE
    return wire.message("trouble", says=says)


def _read(store: rooms.Rooms, code: str) -> tuple[tuple[int, int], wire.Shown]:
    room = rooms.snapshot(store, code)
    return room.version, wire.shown(room)
