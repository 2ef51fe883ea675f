"""What a presenter does: ask, show, tell, let texts through, lead, lock. All is refused without the room's secret."""

from sqlalchemy import Connection, Row, Update, and_, select, update

from core.rooms import checked
from core.rooms.database import Rooms
from core.rooms.door import change, presenters
from core.rooms.room import MOST_QUESTIONS, Question, Refused, Stage, Truth
from core.rooms.tables import answers, questions


def ask(store: Rooms, code: str, secret: str, question: Question) -> int:
    """Asks; the asking's number in its room, from 1. Answers to the question before are closed.

    Raises: Refused as `presenters` and `checked.question`; where MOST_QUESTIONS were asked
    """
    code, asked = checked.code(code), checked.question(question)

    def act(connection: Connection) -> int:
        room = presenters(connection, code, secret)
        if room.number >= MOST_QUESTIONS:
            raise Refused(f"{MOST_QUESTIONS} questions were asked in this room: open another one.")
        connection.execute(_current(room).values(stage="told"))
        connection.execute(
            questions.insert().values(
                code=code,
                number=room.number + 1,
                key=asked.key,
                asked=asked.asked,
                kind=asked.kind,
                options=list(asked.options),
                subject=asked.subject,
                stage="asked",
            )
        )
        change(connection, code, number=room.number + 1)
        return room.number + 1

    return store.writing(act)


def show_answers(store: Rooms, code: str, secret: str) -> None:
    """Lets everybody see the answers as they come. Raises: Refused as `presenters`; where nothing is asked."""
    code = checked.code(code)

    def act(connection: Connection) -> None:
        room = presenters(connection, code, secret)
        if _question(connection, room).stage == "asked":
            _move(connection, room, "shown")

    store.writing(act)


def tell(store: Rooms, code: str, secret: str, truth: Truth) -> None:
    """Closes the answers and shows the truth; told again, the new one.

    Raises: Refused as `presenters` and `checked.truth`; where nothing is asked
    """
    code = checked.code(code)

    def act(connection: Connection) -> None:
        room = presenters(connection, code, secret)
        row = _question(connection, room)
        told = checked.truth(truth, Question(row.key, row.asked, row.kind, tuple(row.options)))
        _move(connection, room, "told", right=told.right, because=told.because)

    store.writing(act)


def let_through(store: Rooms, code: str, secret: str, number: int, text_id: str, allowed: bool) -> None:
    """Shows a typed answer to everybody, or hides it again.

    Raises: Refused as `presenters`; where there is no such text, or its author has changed it meanwhile
    """
    code, number = checked.code(code), checked.number(number)
    text_id, allowed = checked.text_id(text_id), checked.flag(allowed)
    at = and_(answers.c.code == code, answers.c.number == number, answers.c.text_id == text_id)

    def act(connection: Connection) -> None:
        presenters(connection, code, secret)
        if not connection.execute(update(answers).where(at).values(allowed=allowed)).rowcount:
            raise Refused("This text is not there any more: its author may have changed it.")
        change(connection, code)

    store.writing(act)


def follow(store: Rooms, code: str, secret: str, on: bool) -> None:
    """Whether students' pages follow the presenter's. Raises: Refused as `presenters`."""
    _lead(store, code, secret, following=checked.flag(on))


def show_view(store: Rooms, code: str, secret: str, page: str, query: str) -> None:
    """Where the presenter is: page by its address's last part, and the query of a View.

    Raises: Refused as `presenters`; where no page can be called that
    """
    _lead(store, code, secret, page=checked.page(page), query=checked.query(query))


def lock(store: Rooms, code: str, secret: str, on: bool) -> None:
    """Whether nobody new comes in; who was in comes back. Raises: Refused as `presenters`."""
    _lead(store, code, secret, locked=checked.flag(on))


def _lead(store: Rooms, code: str, secret: str, **values: object) -> None:
    code = checked.code(code)

    def act(connection: Connection) -> None:
        room = presenters(connection, code, secret)
        if any(getattr(room, name) != value for name, value in values.items()):
            change(connection, code, **values)

    store.writing(act)


def _current(room: Row) -> Update:
    return update(questions).where(questions.c.code == room.code, questions.c.number == room.number)


def _question(connection: Connection, room: Row) -> Row:
    found = select(questions).where(questions.c.code == room.code, questions.c.number == room.number)
    row = connection.execute(found).one_or_none()
    if row is None:
        raise Refused("Nothing is asked yet.")
    return row


def _move(connection: Connection, room: Row, stage: Stage, **values: str) -> None:
    connection.execute(_current(room).values(stage=stage, **values))
    change(connection, room.code)
