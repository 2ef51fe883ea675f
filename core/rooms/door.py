"""Opening a room, coming in, closing it."""

import secrets

from sqlalchemy import Connection, Row, bindparam, delete, exists, func, select, update

from core.rooms import checked
from core.rooms.database import Rooms, added, alone
from core.rooms.room import ALPHABET, CODE_LETTERS, LIVES_S, MOST_MEMBERS, MOST_ROOMS, Opened, Refused
from core.rooms.tables import members, questions, rooms

# Made once: a class comes in within seconds.
_SEEN = select(
    rooms.c.expires,
    exists().where(members.c.code == rooms.c.code, members.c.member == bindparam("who")).label("is_in"),
).where(rooms.c.code == bindparam("room"))
_LOCKED = select(rooms).where(rooms.c.code == bindparam("room")).with_for_update(key_share=True)


def open_room(store: Rooms, now: float) -> Opened:
    """A new room that lives for LIVES_S. Removes those whose time is over.

    now: seconds since 1970
    Raises: Refused where MOST_ROOMS are open
    """

    def act(connection: Connection) -> Opened:
        alone(connection)
        _remove(connection, _over(connection, now))
        if connection.execute(select(func.count()).select_from(rooms)).scalar_one() >= MOST_ROOMS:
            raise Refused(f"{MOST_ROOMS} rooms are open, and more do not fit: try again later.")
        secret = secrets.token_hex(16)
        row = {"secret": checked.hashed(secret), "expires": now + LIVES_S}
        while True:  # a code that is taken is one in two million
            code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LETTERS))
            if added(connection, rooms, code=code, **row):
                return Opened(code, secret)

    return store.writing(act)


def join(store: Rooms, code: str, member: str, now: float) -> str:
    """Lets this browser in, once or again; the room's code as it is written.

    member: the browser's token, 128 bits in hex; only its hash is kept
    Raises: Refused where there is no such room, its time is over, or MOST_MEMBERS are in it
    """
    code, who = checked.code(code), checked.hashed(member)

    def let_in(connection: Connection) -> None:
        room = locked(connection, code)
        if not added(connection, members, code=code, member=who):
            return
        if room.members >= MOST_MEMBERS:
            raise Refused(f"Room {code} is full: {MOST_MEMBERS} are in it.")
        change(connection, code, members=rooms.c.members + 1)

    asked = {"room": code, "who": who}
    room = store.reading(lambda connection: connection.execute(_SEEN, asked).one_or_none())
    if room is None or room.expires <= now:  # whoever guesses codes takes no lock
        raise checked.no_room(code)
    if not room.is_in:
        store.writing(let_in)
    return code


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


def presenters(connection: Connection, code: str, secret: str) -> Row:
    """The room's row, locked, for its presenter. Raises: Refused for anybody else."""
    room = locked(connection, code)
    if not checked.same_secret(secret, room.secret):
        raise Refused("Only the presenter of this room can do that.")
    return room


def locked(connection: Connection, code: str) -> Row:
    """The room's row; who else changes it waits for us. Raises: Refused where there is no such room."""
    room = connection.execute(_LOCKED, {"room": code}).one_or_none()
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


def _remove(connection: Connection, codes: list[str]) -> None:
    """Questions first: an answer on its way holds its question, then wants its member, which goes with the room."""
    for table in (questions, rooms):
        connection.execute(delete(table).where(table.c.code.in_(codes)))
