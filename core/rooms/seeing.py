"""What is in a room, and whether it has changed."""

from collections.abc import Iterable

from sqlalchemy import Connection, and_, func, select

from core.rooms import checked
from core.rooms.database import Rooms
from core.rooms.room import Follow, Question, Room, Text, Truth
from core.rooms.tables import answers, questions, rooms

_GIVEN = (answers.c.given, answers.c.text_id, answers.c.allowed)  # each text is a bar of its own
_OF_CURRENT = and_(answers.c.code == rooms.c.code, answers.c.number == rooms.c.number)
_VERSIONS = (
    select(rooms.c.code, rooms.c.version, func.coalesce(func.sum(answers.c.times), 0).label("answers"))
    .join(answers, _OF_CURRENT, isouter=True)
    .group_by(rooms.c.code, rooms.c.version)
)


def versions(store: Rooms, codes: Iterable[str]) -> dict[str, tuple[int, int]]:
    """For each code that is a room: how often it was changed, and how often the current question was answered.

    One statement; a code that is missing in the result is closed.
    """
    asked = _VERSIONS.where(rooms.c.code.in_(list(codes)))
    rows = store.reading(lambda connection: connection.execute(asked).all())
    return {row.code: (row.version, int(row.answers)) for row in rows}


def snapshot(store: Rooms, code: str) -> Room:
    """All that is in the room, at one moment. Raises: Refused where there is no such room."""
    code = checked.code(code)
    return store.reading(lambda connection: _snapshot(connection, code))


def mine(store: Rooms, code: str, member: str) -> str | None:
    """What this browser answered to the current question, as it is counted; None where it did not."""
    at = and_(answers.c.code == checked.code(code), answers.c.member == checked.hashed(member))
    found = select(answers.c.given).join(rooms, _OF_CURRENT).where(at)
    return store.reading(lambda connection: connection.scalar(found))


def _snapshot(connection: Connection, code: str) -> Room:
    room = connection.execute(select(rooms).where(rooms.c.code == code)).one_or_none()
    if room is None:
        raise checked.no_room(code)
    at = and_(questions.c.code == code, questions.c.number == room.number)
    row = connection.execute(select(questions).where(at)).one_or_none()
    given = connection.execute(
        select(*_GIVEN, func.count().label("many"), func.sum(answers.c.times).label("times"))
        .where(answers.c.code == code, answers.c.number == room.number)
        .group_by(*_GIVEN)
        .order_by(answers.c.text_id)
    ).all()
    question = Question(row.key, row.asked, row.kind, tuple(row.options), row.subject) if row else None
    return Room(
        code=code,
        version=(room.version, sum(int(bar.times) for bar in given)),
        members=room.members,
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
