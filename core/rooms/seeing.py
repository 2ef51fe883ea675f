"""What is in a room, and whether it has changed."""

from collections.abc import Iterable

from sqlalchemy import Connection, and_, bindparam, func, select

from core.rooms import checked
from core.rooms.database import Rooms
from core.rooms.room import Follow, Question, Room, Text, Truth
from core.rooms.tables import answers, questions, rooms

# Made once: rooms with people in them are looked at four times a second.
_OF_CURRENT = and_(answers.c.code == rooms.c.code, answers.c.number == rooms.c.number)
_VERSIONS = (
    select(rooms.c.code, rooms.c.version, func.coalesce(func.sum(answers.c.times), 0).label("answers"))
    .join(answers, _OF_CURRENT, isouter=True)
    .where(rooms.c.code.in_(bindparam("codes", expanding=True)))
    .group_by(rooms.c.code, rooms.c.version)
)
_ROOM = select(rooms).where(rooms.c.code == bindparam("room"))
_QUESTION = select(questions).where(questions.c.code == bindparam("room"), questions.c.number == bindparam("asking"))
_BARS = (answers.c.given, answers.c.text_id, answers.c.allowed)  # each text is a bar of its own
_GIVEN = (
    select(*_BARS, func.count().label("many"), func.sum(answers.c.times).label("times"))
    .where(answers.c.code == bindparam("room"), answers.c.number == bindparam("asking"))
    .group_by(*_BARS)
    .order_by(answers.c.text_id)
)
_MINE = (
    select(answers.c.given)
    .join(rooms, _OF_CURRENT)
    .where(answers.c.code == bindparam("room"), answers.c.member == bindparam("who"))
)


def versions(store: Rooms, codes: Iterable[str]) -> dict[str, tuple[int, int]]:
    """For each code that is a room: how often it was changed, and how often the current question was answered.

    One statement; a code that is missing in the result is closed.
    """
    asked = {"codes": list(codes)}
    rows = store.reading(lambda connection: connection.execute(_VERSIONS, asked).all())
    return {row.code: (row.version, int(row.answers)) for row in rows}


def snapshot(store: Rooms, code: str) -> Room:
    """All that is in the room, at one moment. Raises: Refused where there is no such room."""
    code = checked.code(code)
    return store.reading(lambda connection: _snapshot(connection, code))


def mine(store: Rooms, code: str, member: str) -> str | None:
    """What this browser answered to the current question, as it is counted; None where it did not."""
    asked = {"room": checked.code(code), "who": checked.hashed(member)}
    return store.reading(lambda connection: connection.scalar(_MINE, asked))


def _snapshot(connection: Connection, code: str) -> Room:
    room = connection.execute(_ROOM, {"room": code}).one_or_none()
    if room is None:
        raise checked.no_room(code)
    current = {"room": code, "asking": room.number}
    row = connection.execute(_QUESTION, current).one_or_none()
    given = connection.execute(_GIVEN, current).all()
    question = Question(row.key, row.asked, row.kind, tuple(row.options), row.subject) if row else None
    return Room(
        code=code,
        version=(room.version, sum(int(bar.times) for bar in given)),
        members=room.members,
        locked=room.locked,
        number=room.number,
        question=question,
        stage=row.stage if row else None,
        answered=sum(bar.many for bar in given),
        counts=_counts(question, {bar.given: bar.many for bar in given}) if question else (),
        texts=tuple(Text(bar.text_id, bar.given, bar.allowed) for bar in given if bar.text_id),
        truth=Truth(row.right, row.because) if row and row.stage == "told" else None,
        follow=Follow(room.following, room.page, room.query),
        expires=room.expires,
    )


def _counts(question: Question, given: dict[str, int]) -> tuple[tuple[str, int], ...]:
    if question.kind == "text":
        return ()
    return tuple((bar, given.get(bar, 0)) for bar in question.options or sorted(given, key=float))
