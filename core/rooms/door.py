"""Opening a room, coming in, staying, closing it."""

import secrets
from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, Row, and_, bindparam, delete, func, select, update

from core.rooms import checked
from core.rooms.database import Rooms, added, alone
from core.rooms.room import (
    ALPHABET,
    AWAY_S,
    CODE_LETTERS,
    DESERTED_S,
    LIVES_S,
    MOST_MEMBERS,
    MOST_ROOMS,
    Opened,
    Refused,
)
from core.rooms.tables import answers, members, questions, rooms

# Made once: a class comes in within seconds.
_SEEN = (
    select(rooms.c.expires, members.c.seen)
    .join(members, and_(members.c.code == rooms.c.code, members.c.member == bindparam("who")), isouter=True)
    .where(rooms.c.code == bindparam("room"))
)
_HELD = select(rooms).where(rooms.c.code == bindparam("room")).with_for_update(key_share=True)
_FULL_WAIT_S = 10.0  # until a browser asks again; with less, who waits would be most of what the store hears


def open_room(store: Rooms, now: float) -> Opened:
    """A new room that lives for LIVES_S. Removes those whose time is over, and where none fits a deserted one.

    now: seconds since 1970
    Raises: Refused where MOST_ROOMS are open
    """

    def act(connection: Connection) -> Opened:
        alone(connection)
        _remove(connection, _over(connection, now))
        if connection.execute(select(func.count()).select_from(rooms)).scalar_one() >= MOST_ROOMS:
            deserted = _deserted(connection, now)
            if not deserted:
                raise Refused(f"{MOST_ROOMS} rooms are open, and more do not fit: try again later.")
            _remove(connection, deserted)
        secret = secrets.token_hex(16)
        row = {"secret": checked.hashed(secret), "expires": now + LIVES_S, "seen": now}
        while True:  # a code that is taken is one in two million
            code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LETTERS))
            if added(connection, rooms, code=code, **row):
                return Opened(code, secret)

    return store.writing(act)


def join(store: Rooms, code: str, member: str, now: float) -> str:
    """Lets this browser in, once or again; the room's code as it is written.

    member: the browser's token, 128 bits in hex; only its hash is kept
    Raises: Refused where there is no such room or its time is over; for who is new where it is locked or full, which
        it is where MOST_MEMBERS are in it, all of them here or with an answer that counts
    """
    code, who = checked.code(code), checked.hashed(member)

    def let_in(connection: Connection) -> None:
        room = held(connection, code)
        if not added(connection, members, code=code, member=who, seen=now):
            _see(connection, code, [who], now)
            return
        if room.locked:
            raise Refused(f"The presenter has locked room {code}: nobody new comes in.")
        left = room.members - (_leave(connection, code, now) if room.members >= MOST_MEMBERS else 0)
        if left >= MOST_MEMBERS:
            raise Refused(f"Room {code} is full: {MOST_MEMBERS} are in it.", _FULL_WAIT_S)
        change(connection, code, members=left + 1)

    found = store.reading(lambda connection: connection.execute(_SEEN, {"room": code, "who": who}).one_or_none())
    if found is None or found.expires <= now:  # whoever guesses codes takes no lock
        raise checked.no_room(code)
    if found.seen is None or found.seen <= now - AWAY_S / 2:
        store.writing(let_in)
    return code


def is_member(store: Rooms, code: str, member: str) -> bool:
    """Whether this browser came into that room before; False, too, where there is no such room."""
    asked = {"room": checked.code(code), "who": checked.hashed(member)}
    found = store.reading(lambda connection: connection.execute(_SEEN, asked).one_or_none())
    return found is not None and found.seen is not None


def still_here(store: Rooms, here: Mapping[str, Iterable[str]], now: float) -> None:
    """Says of rooms, by code, and of the browsers that have them open, that they are in use: none gives way to others.

    Every server says it for its own, more often than AWAY_S.
    """

    def act(connection: Connection) -> None:
        for code in sorted(here):  # in one order everywhere: servers wait for each other, never in a ring
            connection.execute(update(rooms).where(rooms.c.code == code).values(seen=now))
            _see(connection, code, [checked.hashed(member) for member in here[code]], now)

    store.writing(act)


def is_presenter(store: Rooms, code: str, secret: str) -> bool:
    """Whether this is the secret of that room."""
    code = checked.code(code)
    kept = store.reading(lambda connection: connection.scalar(select(rooms.c.secret).where(rooms.c.code == code)))
    return kept is not None and checked.same_secret(secret, kept)


def close(store: Rooms, code: str, secret: str) -> None:
    """Removes the room and all it holds, at once. Raises: Refused as `presenters`."""
    code = checked.code(code)

    def act(connection: Connection) -> None:
        presenters(connection, code, secret)
        _remove(connection, [code])

    store.writing(act)


def tidy(store: Rooms, now: float) -> int:
    """Removes the rooms whose time is over, with all they hold; how many those were."""

    def act(connection: Connection) -> int:
        codes = _over(connection, now)
        _remove(connection, codes)
        return len(codes)

    return store.writing(act)


def try_to_write(store: Rooms, now: float) -> None:
    """Raises where the database takes no write: writes a room whose time is over, under a code that nobody can have.

    To remove nothing, as `tidy` mostly does, is no proof: a full disk allows it.
    """
    gone = {"secret": checked.hashed(secrets.token_hex(16)), "expires": 0.0}
    store.writing(lambda connection: added(connection, rooms, code="-" * CODE_LETTERS, **gone))
    tidy(store, now)


def presenters(connection: Connection, code: str, secret: str) -> Row:
    """The room's row, locked, for its presenter. Raises: Refused for anybody else."""
    room = held(connection, code)
    if not checked.same_secret(secret, room.secret):
        raise Refused("Only the presenter of this room can do that.")
    return room


def held(connection: Connection, code: str) -> Row:
    """The room's row, locked; who else changes it waits for us. Raises: Refused where there is no such room."""
    room = connection.execute(_HELD, {"room": code}).one_or_none()
    if room is None:
        raise checked.no_room(code)
    return room


def change(connection: Connection, code: str, **values: object) -> None:
    """Changes the room's row and says so to whoever watches its version."""
    connection.execute(update(rooms).where(rooms.c.code == code).values(version=rooms.c.version + 1, **values))


def _over(connection: Connection, now: float) -> list[str]:
    """The codes of rooms whose time is over, without those that another process is removing."""
    found = select(rooms.c.code).where(rooms.c.expires <= now).with_for_update(skip_locked=True)
    return list(connection.scalars(found))


def _deserted(connection: Connection, now: float) -> list[str]:
    """The code of a room in which nobody has been for DESERTED_S, one where nothing was asked before any other."""
    nobody_since = rooms.c.seen <= now - DESERTED_S
    return list(
        connection.scalars(select(rooms.c.code).where(nobody_since).order_by(rooms.c.number, rooms.c.seen).limit(1))
    )


def _leave(connection: Connection, code: str, now: float) -> int:
    """Removes the members who have been away for AWAY_S and never answered; how many those were."""
    answered = select(answers.c.member).where(answers.c.code == code)
    away = and_(members.c.code == code, members.c.seen <= now - AWAY_S, members.c.member.not_in(answered))
    return connection.execute(delete(members).where(away)).rowcount


def _see(connection: Connection, code: str, hashes: list[str], now: float) -> None:
    here = and_(members.c.code == code, members.c.member.in_(hashes))
    connection.execute(update(members).where(here).values(seen=now))


def _remove(connection: Connection, codes: list[str]) -> None:
    """Questions first: an answer on its way holds its question, then wants its member, which goes with the room."""
    for table in (questions, rooms):
        connection.execute(delete(table).where(table.c.code.in_(codes)))
